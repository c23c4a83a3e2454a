/* Queries as they stand. */
#include <string.h>

#include "core/base/str.h"
#include "core/ledger/query.h"

static int
place_of(const char *const *names, const char *name)
{
	int i = 0;

	while (names[i] != NULL && strcmp(names[i], name) != 0)
		i++;
	return names[i] != NULL ? i : 0;
}

#define COLUMNS \
	"q.id, q.at, n.at, q.kind, q.object, q.form, q.field, q.rule, q.type, n.state, q.side," \
	" n.owner, q.trial, q.site, q.subject, q.visit, n.body, f.body," \
	" (SELECT count(*) FROM query_line c WHERE c.query = q.id)"
#define TABLES \
	" FROM query q JOIN query_line f ON f.event = q.event JOIN query_line n ON n.event =" \
	" (SELECT max(event) FROM query_line x WHERE x.query = q.id)"

static void
fill(struct query_row *q, struct stmt *s)
{
	memset(q, 0, sizeof(*q));
	q->id = stmt_get_int(s, 0);
	q->opened = stmt_get_int(s, 1);
	q->changed = stmt_get_int(s, 2);
	str_copy(q->kind, sizeof(q->kind), stmt_get_text(s, 3));
	str_copy(q->object, sizeof(q->object), stmt_get_text(s, 4));
	str_copy(q->form, sizeof(q->form), stmt_get_text(s, 5));
	str_copy(q->field, sizeof(q->field), stmt_get_text(s, 6));
	str_copy(q->rule, sizeof(q->rule), stmt_get_text(s, 7));
	q->type = (enum query_type)place_of(query_types, stmt_get_text(s, 8));
	q->state = (enum query_state)place_of(query_states, stmt_get_text(s, 9));
	str_copy(q->side, sizeof(q->side), stmt_get_text(s, 10));
	str_copy(q->owner, sizeof(q->owner), stmt_get_text(s, 11));
	str_copy(q->trial, sizeof(q->trial), stmt_get_text(s, 12));
	str_copy(q->site, sizeof(q->site), stmt_get_text(s, 13));
	str_copy(q->subject, sizeof(q->subject), stmt_get_text(s, 14));
	str_copy(q->visit, sizeof(q->visit), stmt_get_text(s, 15));
	str_copy(q->text, sizeof(q->text), stmt_get_text(s, 16));
	str_copy(q->first, sizeof(q->first), stmt_get_text(s, 17));
	q->lines = stmt_get_int(s, 18);
}

static void
bind_text(struct stmt *s, int i, const char *text)
{
	stmt_text(s, i, text != NULL ? text : "");
}

static void
bind_filter(struct stmt *s, const struct query_filter *f)
{
	bind_text(s, 1, f->trial);
	bind_text(s, 2, f->site);
	bind_text(s, 3, f->subject);
	bind_text(s, 4, f->owner);
	bind_text(s, 5, f->state >= 0 && f->state < QUERY_STATES ? query_states[f->state] : NULL);
	stmt_int(s, 6, f->state == QUERY_STATES);
	bind_text(s, 7, f->at != NULL ? f->at->kind : NULL);
	bind_text(s, 8, f->at != NULL ? f->at->object : NULL);
	bind_text(s, 9, f->account_may);
	stmt_int(s, 10, f->after);
	stmt_int(s, 11, f->limit > 0 ? f->limit : -1);
}

enum rc
query_each(struct ledger *l, const struct query_filter *f,
	bool (*each)(void *ctx, const struct query_row *q), void *ctx, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT " COLUMNS TABLES
		" WHERE ($1 = '' OR q.trial = $1) AND ($2 = '' OR q.site = $2) AND"
		" ($3 = '' OR q.subject = $3) AND ($4 = '' OR n.owner = $4) AND"
		" ($5 = '' OR n.state = $5) AND"
		" ($6 = 0 OR n.state NOT IN ('closed', 'not-applicable')) AND"
		" ($7 = '' OR (q.kind = $7 AND q.object = $8)) AND ($9 = '' OR EXISTS (SELECT 1 "
		"FROM"
		" account_role r WHERE r.account = $9 AND (r.study = '*' OR r.study = q.trial) AND"
		" (r.site = '*' OR r.site = q.site))) AND q.id > $10 ORDER BY q.id LIMIT $11");
	struct query_row q;
	bool go_on = true;
	enum rc rc = RC_OK;

	bind_filter(s, f);
	while (go_on && (rc = stmt_step(s, e)) == RC_OK) {
		fill(&q, s);
		go_on = each(ctx, &q);
	}
	stmt_done(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
query_read(struct ledger *l, int64_t id, struct query_row *out, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l), "SELECT " COLUMNS TABLES " WHERE q.id = $1");
	enum rc rc;

	stmt_int(s, 1, id);
	rc = stmt_step(s, NULL);
	if (rc == RC_OK)
		fill(out, s);
	stmt_done(s);
	return rc == RC_OK ? RC_OK : err_set(e, rc, "there is no query %lld", (long long)id);
}

enum rc
query_lines(struct ledger *l, int64_t id, void (*each)(void *ctx, const struct query_line *line),
	void *ctx, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT state, owner, body, account, name, role, at, event FROM query_line WHERE"
		" query = $1 ORDER BY event");
	struct query_line n;
	enum rc rc;

	stmt_int(s, 1, id);
	while ((rc = stmt_step(s, e)) == RC_OK) {
		n.state = (enum query_state)place_of(query_states, stmt_get_text(s, 0));
		str_copy(n.owner, sizeof(n.owner), stmt_get_text(s, 1));
		str_copy(n.text, sizeof(n.text), stmt_get_text(s, 2));
		str_copy(n.account, sizeof(n.account), stmt_get_text(s, 3));
		str_copy(n.name, sizeof(n.name), stmt_get_text(s, 4));
		str_copy(n.role, sizeof(n.role), stmt_get_text(s, 5));
		n.at = stmt_get_int(s, 6);
		n.event = stmt_get_int(s, 7);
		each(ctx, &n);
	}
	stmt_done(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
query_open_count(
	struct ledger *l, const struct case_at *at, const char *form, int64_t *n, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT count(*) FROM query q WHERE q.kind = $1 AND q.object = $2 AND q.form = $3 "
		"AND"
		" (SELECT state FROM query_line x WHERE x.query = q.id ORDER BY event DESC LIMIT 1)"
		" NOT IN ('closed', 'not-applicable')");
	enum rc rc;

	stmt_text(s, 1, at->kind);
	stmt_text(s, 2, at->object);
	stmt_text(s, 3, form);
	rc = stmt_step(s, e);
	*n = rc == RC_OK ? stmt_get_int(s, 0) : 0;
	stmt_done(s);
	return rc;
}
