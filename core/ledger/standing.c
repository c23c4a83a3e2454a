/* How a series stands by what was signed on it. */
#include "core/ledger/standing.h"

#include <assert.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

/* ---- the rules ---- */

const char *
outcome_name(enum outcome o)
{
	static const char *const names[] = { "", "pass", "query", "reject" };

	assert((size_t)o < MEM_COUNT(names));
	return names[o];
}

enum outcome
outcome_of(bool pass, bool rejects)
{
	if (pass)
		return OUTCOME_PASS;
	return rejects ? OUTCOME_REJECT : OUTCOME_QUERY;
}

static const struct standing_reading *
reading(const struct standing_step *s, int which)
{
	return &s->reading[which - 1];
}

bool
standing_disputed(const struct standing_step *s)
{
	const struct standing_reading *a = reading(s, READING_FIRST),
				      *b = reading(s, READING_SECOND);

	return a->decision != 0 && b->decision != 0 && a->verdict != b->verdict;
}

enum outcome
standing_outcome(const struct standing_step *s)
{
	if (reading(s, READING_ADJUDICATION)->decision != 0)
		return reading(s, READING_ADJUDICATION)->verdict;
	if (reading(s, READING_FIRST)->decision == 0)
		return OUTCOME_NONE;
	if (s->readings > 1 && reading(s, READING_SECOND)->decision == 0)
		return OUTCOME_NONE;
	return standing_disputed(s) ? OUTCOME_NONE : reading(s, READING_FIRST)->verdict;
}

/* The worst outcome rules; a series is approved when every step was passed. */
const char *
standing_state(const struct standing *s)
{
	enum outcome worst = OUTCOME_PASS;
	bool all = true, any = false;

	for (size_t i = 0; i < s->n; i++) {
		enum outcome o = standing_outcome(&s->step[i]);

		all = all && o != OUTCOME_NONE;
		any = any || reading(&s->step[i], READING_FIRST)->decision != 0;
		if (o > worst)
			worst = o;
	}
	if (worst == OUTCOME_REJECT)
		return "rejected";
	if (worst == OUTCOME_QUERY)
		return "query";
	if (all && s->n > 0)
		return "approved";
	return any ? "in-review" : "quarantined";
}

struct standing_step *
standing_find(struct standing *s, const char *step)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->step[i].name, step) == 0)
			return &s->step[i];
	return NULL;
}

bool
standing_is_reader(const struct standing_step *s, const char *account)
{
	for (int i = READING_FIRST; i <= READING_ADJUDICATION; i++)
		if (reading(s, i)->decision != 0 && strcmp(reading(s, i)->account, account) == 0)
			return true;
	return false;
}

/* ---- reading ---- */

static enum rc
load_steps(struct ledger *l, struct standing *out, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT name FROM step WHERE workflow = 'default' AND kind = 'read' ORDER BY "
		"place");
	enum rc rc = RC_OK;

	memset(out, 0, sizeof(*out));
	while (out->n < STANDING_STEPS && (rc = stmt_step(s, e)) == RC_OK) {
		out->step[out->n].readings = 1;
		str_copy(out->step[out->n++].name, sizeof(out->step[0].name), stmt_get_text(s, 0));
	}
	stmt_done(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static void
take_decision(struct standing *out, struct stmt *s)
{
	struct standing_step *step = standing_find(out, stmt_get_text(s, 1));
	int64_t which = stmt_get_int(s, 2);
	struct standing_reading *r;

	if (step == NULL || which < READING_FIRST || which > READING_ADJUDICATION)
		return;
	if (which == READING_FIRST)
		step->readings = stmt_get_int(s, 3);
	r = &step->reading[which - 1];
	r->decision = stmt_get_int(s, 0);
	r->verdict = outcome_of(strcmp(stmt_get_text(s, 4), "pass") == 0, stmt_get_int(s, 6) != 0);
	str_copy(r->account, sizeof(r->account), stmt_get_text(s, 5));
}

/* In the order signed: a later decision on the same reading takes the place of the one before.  What was signed on an earlier
 * revision stands no more, whether other images came or only a conflict: every step is read anew. */
enum rc
standing_load(struct ledger *l, int64_t series, struct standing *out, struct err *e)
{
	struct stmt *s;
	enum rc rc = load_steps(l, out, e);

	if (rc != RC_OK)
		return rc;
	s = db_query(ledger_db(l),
		"SELECT d.id, d.step, d.reading, d.readings, d.verdict, d.account, (SELECT "
		"count(*) FROM"
		" decision_reason r WHERE r.decision = d.id AND r.action = 'reject') FROM decision "
		"d"
		" JOIN series s ON s.id = d.series WHERE d.series = $1 AND d.revision = s.revision"
		" ORDER BY d.id");
	stmt_int(s, 1, series);
	while ((rc = stmt_step(s, e)) == RC_OK)
		take_decision(out, s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- tasks ---- */

struct task_of {
	int64_t series;
	const char *step;
	int reading;
};

static struct stmt *
bound(struct stmt *s, const struct task_of *t)
{
	stmt_int(s, 1, t->series);
	stmt_text(s, 2, t->step);
	stmt_int(s, 3, t->reading);
	return s;
}

/* A later reading stands where the first one did: same risk, same words. */
static enum rc
insert_task(struct ledger *l, const struct task_of *t, const char *state, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"INSERT INTO task (id, series, workflow, step, state, later, rank, arrived, "
		"subject,"
		" search, queue, reading, owner, opens) SELECT (SELECT max(id) + 1 FROM task), "
		"series,"
		" workflow, step, $4, 0, rank, arrived, subject, search, $5, $3, '', 0 FROM task"
		" WHERE series = $1 AND step = $2 AND reading = 1");

	bound(s, t);
	stmt_text(s, 4, state);
	stmt_text(s, 5, t->reading == READING_ADJUDICATION ? "adjudication" : t->step);
	return stmt_run(s, e);
}

/* `state` NULL: nothing is asked; a task that is there is void. */
static enum rc
put_task(struct ledger *l, const struct task_of *t, const char *state, struct err *e)
{
	struct stmt *s = bound(db_query(ledger_db(l),
				       "SELECT state FROM task WHERE series = $1 AND"
				       " step = $2 AND reading = $3"),
		t);
	bool there = stmt_step(s, NULL) == RC_OK;
	bool same = there && strcmp(stmt_get_text(s, 0), state != NULL ? state : "void") == 0;

	stmt_done(s);
	if (same || (!there && state == NULL))
		return RC_OK;
	if (!there)
		return insert_task(l, t, state, e);
	s = bound(db_query(ledger_db(l),
			  "UPDATE task SET state = $4, later = 0 WHERE series = $1 AND"
			  " step = $2 AND reading = $3"),
		t);
	stmt_text(s, 4, state != NULL ? state : "void");
	return stmt_run(s, e);
}

/* Is this reading asked for, as things stand? */
static bool
is_wanted(const struct standing_step *s, int which)
{
	if (which == READING_SECOND)
		return s->readings > 1 && reading(s, READING_FIRST)->decision != 0;
	if (which == READING_ADJUDICATION)
		return standing_disputed(s) || reading(s, which)->decision != 0;
	return true;
}

enum rc
standing_write_tasks(struct ledger *l, int64_t series, const struct standing *s, struct err *e)
{
	/* nobody works on what is rejected */
	const char *open = strcmp(standing_state(s), "rejected") == 0 ? "void" : "open";
	enum rc rc = RC_OK;

	for (size_t i = 0; i < s->n; i++)
		for (int k = READING_FIRST; rc == RC_OK && k <= READING_ADJUDICATION; k++) {
			const struct standing_step *step = &s->step[i];
			struct task_of t = { .series = series, .step = step->name, .reading = k };
			const char *state = reading(step, k)->decision != 0 ? "done" : open;

			rc = put_task(l, &t, is_wanted(step, k) ? state : NULL, e);
		}
	return rc;
}
