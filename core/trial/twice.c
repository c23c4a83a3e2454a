/* Agreement of double entries, from the tables alone: values are kept in one way, so equal texts are equal values. */
#include "core/trial/twice.h"

#include <string.h>

#include "core/base/str.h"

/* Values as they stand (n), of forms that were signed in both passes after their last entry (both). */
#define NOW \
	"WITH now AS (SELECT kind, object, form, pass, field, value FROM entry n WHERE event = " \
	"(SELECT" \
	" max(event) FROM entry o WHERE o.kind = n.kind AND o.object = n.object AND o.form = " \
	"n.form" \
	" AND o.pass = n.pass AND o.field = n.field) AND field NOT LIKE 'check:%')," \
	" done AS (SELECT kind, object, form, pass FROM form_step s WHERE step = 'signed' AND " \
	"event >" \
	" (SELECT max(event) FROM entry o WHERE o.kind = s.kind AND o.object = s.object AND " \
	"o.form =" \
	" s.form AND o.pass = s.pass))," \
	" both AS (SELECT kind, object, form FROM done WHERE pass < 3 GROUP BY kind, object, form" \
	" HAVING count(DISTINCT pass) = 2)," \
	" mine AS (SELECT b.kind, b.object, b.form FROM both b JOIN exam x ON (b.kind = 'exam' " \
	"AND" \
	" x.id = b.object + 0) OR (b.kind = 'series' AND x.id = (SELECT exam FROM series WHERE " \
	"id =" \
	" b.object + 0)) OR (b.kind = 'visit' AND x.id = (SELECT min(y.id) FROM exam y WHERE" \
	" y.trial || '/' || y.subject || '/' || y.visit = b.object)) WHERE x.trial = $1 AND ($2 " \
	"= ''" \
	" OR EXISTS (SELECT 1 FROM account_role r WHERE r.account = $2 AND (r.study = '*' OR " \
	"r.study" \
	" = x.trial) AND (r.site = '*' OR r.site = x.site))))," \
	" pair AS (SELECT m.kind, m.object, m.form, n.field, max(CASE WHEN n.pass = 1 THEN " \
	"n.value" \
	" END) AS a, max(CASE WHEN n.pass = 2 THEN n.value END) AS b, max(n.pass = 3) AS settled " \
	"FROM" \
	" mine m JOIN now n ON n.kind = m.kind AND n.object = m.object AND n.form = m.form GROUP " \
	"BY" \
	" m.kind, m.object, m.form, n.field)," \
	" told AS (SELECT *, coalesce(a, '') = coalesce(b, '') AS same FROM pair WHERE " \
	"coalesce(a, '') " \
	"<> ''" \
	" OR coalesce(b, '') <> '') "

static enum rc
tell(struct stmt *s, void (*each)(void *ctx, const struct twice *t), void *ctx, struct err *e)
{
	struct twice t;
	enum rc rc;

	while ((rc = stmt_step(s, e)) == RC_OK) {
		str_copy(t.form, sizeof(t.form), stmt_get_text(s, 0));
		str_copy(t.field, sizeof(t.field), stmt_get_text(s, 1));
		t.compared = stmt_get_int(s, 2);
		t.same = stmt_get_int(s, 3);
		t.settled = stmt_get_int(s, 4);
		each(ctx, &t);
	}
	stmt_done(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
twice_each(struct ledger *l, const char *trial, const char *account,
	void (*each)(void *ctx, const struct twice *t), void *ctx, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		NOW "SELECT form, field, count(*), sum(same), sum(settled) FROM told GROUP BY form,"
		    " field ORDER BY form, field");
	enum rc rc;

	stmt_text(s, 1, trial);
	stmt_text(s, 2, account != NULL ? account : "");
	rc = tell(s, each, ctx, e);
	if (rc != RC_OK)
		return rc;
	s = db_query(ledger_db(l),
		NOW
		"SELECT form, '', count(*), sum(whole), sum(settled) FROM (SELECT form, min(same)"
		" AS whole, sum(settled) AS settled FROM told GROUP BY kind, object, form) GROUP BY"
		" form ORDER BY form");
	stmt_text(s, 1, trial);
	stmt_text(s, 2, account != NULL ? account : "");
	return tell(s, each, ctx, e);
}
