/* Reading decisions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/ledger/charter.h"
#include "core/ledger/decision.h"
#include "core/ledger/plan.h"
#include "core/ledger/rights.h"
#include "core/ledger/standing.h"

static void
join_reasons(struct ledger *l, struct decision *d)
{
	struct stmt *s = db_query(
		ledger_db(l),
		"SELECT r.code, d.series FROM decision_reason r JOIN decision d ON d.id = r.decision"
		" WHERE r.decision = $1 ORDER BY r.code");
	size_t used = 0;

	stmt_int(s, 1, d->number);
	d->reasons[0] = '\0';
	while (stmt_step(s, NULL) == RC_OK && used + 1 < sizeof(d->reasons)) {
		struct charter_reason r;

		if (!charter_find(l, stmt_get_int(s, 1), stmt_get_text(s, 0), &r))
			r.meaning[0] = '\0';
		snprintf(d->reasons + used, sizeof(d->reasons) - used, "%s%s %s",
			used > 0 ? "; " : "", stmt_get_text(s, 0), r.meaning);
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
	d->reading = stmt_get_int(s, 13);
	d->readings = stmt_get_int(s, 14);
	d->supersedes = stmt_get_int(s, 15);
	str_copy(d->correction, sizeof(d->correction), stmt_get_text(s, 16));
}

static int64_t
count_since(struct stmt *s, int64_t series, int64_t since)
{
	int64_t n;

	stmt_int(s, 1, series);
	stmt_int(s, 2, since);
	n = stmt_step(s, NULL) == RC_OK ? stmt_get_int(s, 0) : 0;
	stmt_done(s);
	return n;
}

static void
put_count(char *to, size_t size, int64_t n, const char *one, const char *many)
{
	size_t used = strlen(to);

	if (n > 0)
		snprintf(to + used, size - used, "%s%lld %s", used > 0 ? ", " : "", (long long)n,
			n == 1 ? one : many);
}

/* Why it is stale, for who has to decide again. */
static void
find_changes(struct ledger *l, int64_t series, struct decision *d)
{
	if (strcmp(d->state, "stale") != 0)
		return;
	put_count(d->changed, sizeof(d->changed),
		count_since(db_query(ledger_db(l),
				    "SELECT count(*) FROM image WHERE series = $1"
				    " AND arrived > $2"),
			series, d->at),
		"image added", "images added");
	put_count(d->changed, sizeof(d->changed),
		count_since(db_query(ledger_db(l),
				    "SELECT count(*) FROM conflict WHERE series = $1"
				    " AND arrived > $2"),
			series, d->at),
		"image came with other bytes", "images came with other bytes");
	put_count(d->changed, sizeof(d->changed),
		count_since(db_query(ledger_db(l),
				    "SELECT count(*) FROM image WHERE series = $1"
				    " AND $2 > 0 AND fault LIKE 'the stored file %'"),
			series, d->at),
		"stored file damaged", "stored files damaged");
	if (d->changed[0] == '\0')
		str_copy(d->changed, sizeof(d->changed), "its stored files were damaged for a time");
}

/* While another reader or an adjudicator is to come, nobody hears what was found; a repeat is never told beside it. */
static void
hold_back(const struct standing *standing, struct decision *d)
{
	struct standing copy = *standing;
	struct standing_step *step = standing_find(&copy, d->step);

	d->held_back = strcmp(d->state, "stale") != 0 && step != NULL &&
		(standing_outcome(step) == OUTCOME_NONE || d->reading == READING_REPEAT);
	if (!d->held_back)
		return;
	d->verdict[0] = d->reasons[0] = d->note[0] = '\0';
}

enum rc
decision_each(struct ledger *l, int64_t series, void (*each)(void *ctx, const struct decision *d),
	void *ctx, struct err *e)
{
	struct standing standing;
	struct stmt *s;
	enum rc rc = standing_load(l, series, &standing, e);

	if (rc != RC_OK)
		return rc;
	s = db_query(ledger_db(l),
		"SELECT d.id, d.step, d.verdict, d.note, d.account, d.name, d.role, d.at, "
		"g.meaning, g.at,"
		" g.hash, CASE WHEN d.revision = s.revision THEN 1 ELSE 0 END,"
		" (SELECT max(n.id) FROM decision n WHERE n.series = d.series AND n.supersedes = "
		"d.id), d.reading, d.readings, d.supersedes, d.correction"
		" FROM decision d JOIN signature g ON g.decision = d.id JOIN series s ON s.id = "
		"d.series"
		" WHERE d.series = $1 ORDER BY d.id");
	stmt_int(s, 1, series);
	while ((rc = stmt_step(s, e)) == RC_OK) {
		struct decision d;

		fill(&d, s);
		join_reasons(l, &d);
		hold_back(&standing, &d);
		find_changes(l, series, &d);
		each(ctx, &d);
	}
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- for who adjudicates ---- */

static enum rc
read_blind(struct ledger *l, int64_t number, const char *as, struct decision *d, struct err *e)
{
	struct stmt *s =
		db_query(ledger_db(l), "SELECT step, verdict, note FROM decision WHERE id = $1");
	enum rc rc;

	memset(d, 0, sizeof(*d));
	stmt_int(s, 1, number);
	rc = stmt_step(s, e);
	if (rc == RC_OK) {
		str_copy(d->step, sizeof(d->step), stmt_get_text(s, 0));
		str_copy(d->verdict, sizeof(d->verdict), stmt_get_text(s, 1));
		str_copy(d->note, sizeof(d->note), stmt_get_text(s, 2));
	}
	stmt_done(s);
	d->number = number;
	join_reasons(l, d);
	d->number = 0;
	str_copy(d->account, sizeof(d->account), as);
	return rc;
}

static void
series_uid(struct ledger *l, int64_t series, char to[72])
{
	struct stmt *s = db_query(ledger_db(l), "SELECT series_uid FROM series WHERE id = $1");

	stmt_int(s, 1, series);
	str_copy(to, 72, stmt_step(s, NULL) == RC_OK ? stmt_get_text(s, 0) : "");
	stmt_done(s);
}

enum rc
decision_disputed(struct ledger *l, const struct session *who, int64_t series, const char *step,
	struct decision out[2], struct err *e)
{
	struct standing standing;
	struct standing_step *t;
	char uid[72], role[RIGHTS_ROLE];
	int first;
	enum rc rc = rights_step(l, who->user, "adjudication", series, role, e);

	if (rc == RC_OK)
		rc = standing_load(l, series, &standing, e);
	if (rc != RC_OK)
		return rc;
	t = standing_find(&standing, step);
	if (t == NULL || !standing_disputed(t))
		return err_set(e, RC_NOT_FOUND, "nothing is disputed here");
	if (standing_is_reader(t, who->user))
		return err_set(e, RC_DENIED, "one of the two readings is yours");
	series_uid(l, series, uid);
	first = plan_first_is_a(l, uid, step) ? 0 : 1;
	rc = read_blind(l, t->reading[0].decision, first == 0 ? "A" : "B", &out[first], e);
	if (rc == RC_OK)
		rc = read_blind(
			l, t->reading[1].decision, first == 0 ? "B" : "A", &out[1 - first], e);
	return rc;
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
