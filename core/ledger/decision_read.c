/* Reading decisions, and the log. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/ledger/decision.h"
#include "core/ledger/reason.h"

static void
join_reasons(struct ledger *l, struct decision *d)
{
	struct stmt *s = db_query(
		ledger_db(l), "SELECT code FROM decision_reason WHERE decision = $1 ORDER BY code");
	size_t used = 0;

	stmt_int(s, 1, d->number);
	d->reasons[0] = '\0';
	while (stmt_step(s, NULL) == RC_OK && used + 1 < sizeof(d->reasons)) {
		const struct reason *r = reason_find(stmt_get_text(s, 0));

		snprintf(d->reasons + used, sizeof(d->reasons) - used, "%s%s %s",
			used > 0 ? "; " : "", stmt_get_text(s, 0), r != NULL ? r->meaning : "");
		used += strlen(d->reasons + used);
	}
	stmt_done(s);
}

static void
fill(struct decision *d, struct stmt *s)
{
	memset(d, 0, sizeof(*d));
	d->number = stmt_get_int(s, 0);
	str_copy(d->step, sizeof(d->step), stmt_get_text(s, 1));
	str_copy(d->verdict, sizeof(d->verdict), stmt_get_text(s, 2));
	str_copy(d->note, sizeof(d->note), stmt_get_text(s, 3));
	str_copy(d->account, sizeof(d->account), stmt_get_text(s, 4));
	str_copy(d->name, sizeof(d->name), stmt_get_text(s, 5));
	str_copy(d->role, sizeof(d->role), stmt_get_text(s, 6));
	d->at = stmt_get_int(s, 7);
	str_copy(d->meaning, sizeof(d->meaning), stmt_get_text(s, 8));
	str_copy(d->when, sizeof(d->when), stmt_get_text(s, 9));
	str_copy(d->hash, sizeof(d->hash), stmt_get_text(s, 10));
	strcpy(d->state, stmt_get_int(s, 11) != 0 ? "valid" : "stale");
	if (!stmt_is_null(s, 12))
		strcpy(d->state, "superseded");
}

enum rc
decision_each(struct ledger *l, int64_t series, void (*each)(void *ctx, const struct decision *d),
	void *ctx, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT d.id, d.step, d.verdict, d.note, d.account, d.name, d.role, d.at, "
		"g.meaning, g.at,"
		" g.hash, CASE WHEN d.manifest = s.manifest THEN 1 ELSE 0 END,"
		" (SELECT max(n.id) FROM decision n WHERE n.series = d.series AND n.supersedes = "
		"d.id)"
		" FROM decision d JOIN signature g ON g.decision = d.id JOIN series s ON s.id = "
		"d.series"
		" WHERE d.series = $1 ORDER BY d.id");
	enum rc rc;

	stmt_int(s, 1, series);
	while ((rc = stmt_step(s, e)) == RC_OK) {
		struct decision d;

		fill(&d, s);
		join_reasons(l, &d);
		each(ctx, &d);
	}
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

struct search {
	int64_t number;
	struct decision *out;
};

static void
take_if_it(void *ctx, const struct decision *d)
{
	struct search *q = ctx;

	if (d->number == q->number)
		*q->out = *d;
}

enum rc
decision_get(struct ledger *l, int64_t number, struct decision *out, int64_t *series, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l), "SELECT series FROM decision WHERE id = $1");
	struct search q = { .number = number, .out = out };
	enum rc rc;

	stmt_int(s, 1, number);
	rc = stmt_step(s, e);
	if (rc == RC_OK)
		*series = stmt_get_int(s, 0);
	stmt_done(s);
	if (rc == RC_NOT_FOUND)
		return err_set(e, rc, "there is no decision #%lld", (long long)number);
	return rc == RC_OK ? decision_each(l, *series, take_if_it, &q, e) : rc;
}

enum rc
history_each(struct ledger *l, const char *kind, const char *object,
	void (*each)(void *ctx, int64_t seq, const char *body, const char *hash), void *ctx,
	struct err *e)
{
	struct stmt *s;
	enum rc rc;

	if (kind == NULL) {
		s = db_query(ledger_db(l), "SELECT seq, body, hash FROM event ORDER BY seq");
	} else {
		s = db_query(ledger_db(l),
			"SELECT e.seq, e.body, e.hash FROM event_object o"
			" JOIN event e ON e.seq = o.seq"
			" WHERE o.kind = $1 AND o.object = $2 ORDER BY e.seq");
		stmt_text(s, 1, kind);
		stmt_text(s, 2, object);
	}
	while ((rc = stmt_step(s, e)) == RC_OK)
		each(ctx, stmt_get_int(s, 0), stmt_get_text(s, 1), stmt_get_text(s, 2));
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
