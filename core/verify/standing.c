/* How the steps of a series stand as the events tell it: who read, what it amounts to, the state and the tasks that follow.
 * Written from docs/RECORD.md, "Readings". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify/verify.h"

enum { FIRST, SECOND, ADJUDICATION, REPEAT, READINGS };

/* One step of a series: a row of the kind TOLD_DONE. */
struct step {
	int64_t planned; /* readings */
	struct {
		int64_t decision; /* that stands; 0 none */
		char amounts[8];  /* "pass", "query", "reject" */
		char user[64];
	} reading[READINGS];
};

/* ---- kept as text ---- */

static void
step_load(struct verify *v, const char *series, const char *name, struct step *s)
{
	const char *told;
	char key[300];
	long long n = 0, at[READINGS] = { 0 };

	memset(s, 0, sizeof(*s));
	s->planned = 1;
	snprintf(key, sizeof(key), "%s\t%s", series, name);
	told = told_get(v->told, TOLD_DONE, key);
	if (told == NULL ||
		sscanf(told, "%lld %lld %7s %63s %lld %7s %63s %lld %7s %63s %lld %7s %63s", &n,
			&at[0], s->reading[0].amounts, s->reading[0].user, &at[1],
			s->reading[1].amounts, s->reading[1].user, &at[2], s->reading[2].amounts,
			s->reading[2].user, &at[3], s->reading[3].amounts, s->reading[3].user) != 13)
		return;
	s->planned = n;
	for (int i = 0; i < READINGS; i++)
		s->reading[i].decision = at[i];
}

static const char *
or_dash(const char *text)
{
	return *text != '\0' ? text : "-";
}

static void
step_save(struct verify *v, const char *series, const char *name, const struct step *s)
{
	char key[300], value[600];
	size_t used;

	snprintf(key, sizeof(key), "%s\t%s", series, name);
	used = (size_t)snprintf(value, sizeof(value), "%lld", (long long)s->planned);
	for (int i = 0; i < READINGS; i++)
		used += (size_t)snprintf(value + used, sizeof(value) - used, " %lld %s %s",
			(long long)s->reading[i].decision, or_dash(s->reading[i].amounts),
			or_dash(s->reading[i].user));
	told_put(v->told, TOLD_DONE, key, value);
}

/* ---- the rules ---- */

static bool
disputed(const struct step *s)
{
	return s->reading[FIRST].decision != 0 && s->reading[SECOND].decision != 0 &&
		strcmp(s->reading[FIRST].amounts, s->reading[SECOND].amounts) != 0;
}

/* "" none yet */
static const char *
outcome(const struct step *s)
{
	if (s->reading[ADJUDICATION].decision != 0)
		return s->reading[ADJUDICATION].amounts;
	if (s->reading[FIRST].decision == 0 || disputed(s) ||
		(s->planned > 1 && s->reading[SECOND].decision == 0))
		return "";
	return s->reading[FIRST].amounts;
}

static int
rank_of(const char *what)
{
	static const char *const ranks[] = { "", "pass", "query", "reject" };
	int i = 3;

	while (i > 0 && strcmp(ranks[i], what) != 0)
		i--;
	return i;
}

/* The state that the outcomes of all steps make. */
static const char *
state_of(struct verify *v, const char *series)
{
	sqlite3_stmt *q = verify_kept(v, KEPT_STEPS);
	int worst = 1;
	bool all = true, any = false;

	while (sqlite3_step(q) == SQLITE_ROW) {
		struct step s;

		step_load(v, series, verify_column(q, 0), &s);
		all = all && *outcome(&s) != '\0';
		any = any || s.reading[FIRST].decision != 0;
		if (rank_of(outcome(&s)) > worst)
			worst = rank_of(outcome(&s));
	}
	sqlite3_reset(q);
	if (worst > 1)
		return worst == 3 ? "rejected" : "query";
	return all ? "approved" : any ? "in-review" : "quarantined";
}

/* ---- one decision ---- */

static void
check_reader(struct verify *v, const struct verify_row *row, const struct step *s, int which)
{
	for (int i = FIRST; i < which && which < REPEAT; i++)
		if (strcmp(s->reading[i].user, row->e.user) == 0)
			verify_altered(v, "event %lld: %s read this step of the series before",
				(long long)row->seq, row->e.user);
	if (which == SECOND && s->planned < 2)
		verify_altered(
			v, "event %lld: a second reading that was not drawn", (long long)row->seq);
	if (which == ADJUDICATION && !disputed(s))
		verify_altered(
			v, "event %lld: there was nothing to adjudicate", (long long)row->seq);
	if (which == REPEAT && strcmp(s->reading[FIRST].user, row->e.user) != 0)
		verify_altered(v, "event %lld: a repeat by somebody else", (long long)row->seq);
}

static void
check_correction(
	struct verify *v, const struct verify_row *row, const json_t *data, int64_t standing)
{
	bool corrects = *verify_text(data, "correction") != '\0';

	if (corrects && verify_number(data, "supersedes") != standing)
		verify_altered(v, "event %lld: corrects decision %lld, which does not stand",
			(long long)row->seq, (long long)verify_number(data, "supersedes"));
	if (!corrects && standing != 0)
		verify_altered(v, "event %lld: the step was decided already", (long long)row->seq);
}

/* What the verdict amounts to: told by its event since version 4, before by the reasons' rows. */
static const char *
amounts_of(struct verify *v, const struct verify_row *row, const json_t *data)
{
	bool pass = strcmp(verify_text(data, "verdict"), "pass") == 0;
	sqlite3_stmt *q = verify_kept(v, KEPT_REJECTS);
	const char *should, *told = verify_text(data, "amounts");

	sqlite3_bind_int64(q, 1, verify_number(data, "number"));
	should = pass ? "pass" : sqlite3_step(q) == SQLITE_ROW ? "reject" : "query";
	sqlite3_reset(q);
	if (*told != '\0' && strcmp(told, should) != 0)
		verify_altered(v, "event %lld: its verdict amounts to %s, its reasons to %s",
			(long long)row->seq, told, should);
	return *told != '\0' ? told : should;
}

static int
reading_of(const json_t *data)
{
	int64_t n = verify_number(data, "reading");

	return n >= 1 && n <= READINGS ? (int)n - 1 : FIRST;
}

void
verify_take_standing(struct verify *v, struct verify_row *row)
{
	const json_t *data = verify_data(row);
	const char *name = verify_text(data, "step"), *series = row->e.object;
	int which = reading_of(data);
	bool full = json_object_get(data, "amounts") != NULL; /* since version 4 */
	struct step s;

	step_load(v, series, name, &s);
	if (full && *verify_text(data, "correction") == '\0')
		check_reader(v, row, &s, which);
	if (full)
		check_correction(v, row, data, s.reading[which].decision);
	if (which == FIRST && full)
		s.planned = verify_number(data, "readings");
	s.reading[which].decision = verify_number(data, "number");
	snprintf(s.reading[which].user, sizeof(s.reading[which].user), "%s", row->e.user);
	snprintf(s.reading[which].amounts, sizeof(s.reading[which].amounts), "%s",
		amounts_of(v, row, data));
	step_save(v, series, name, &s);
	if (!full)
		return;
	if (which != REPEAT && strcmp(outcome(&s), verify_text(data, "outcome")) != 0)
		verify_altered(v, "event %lld: its outcome does not follow from the readings",
			(long long)row->seq);
	if (which != REPEAT && strcmp(state_of(v, series), verify_text(data, "state")) != 0)
		verify_altered(v, "event %lld: the state does not follow from the readings",
			(long long)row->seq);
}

/* ---- tasks ---- */

/* NULL: there is to be none, or it is void. */
static const char *
should_be(const struct step *s, int which, bool rejected)
{
	bool wanted = which == FIRST ||
		(which == SECOND && s->planned > 1 && s->reading[FIRST].decision != 0) ||
		(which == ADJUDICATION && disputed(s));

	if (s->reading[which].decision != 0)
		return "done";
	return wanted ? (rejected ? "void" : "open") : NULL;
}

/* Asked for what is seldom so: no table of it is kept. */
static bool
has_changed(struct verify *v, const char *series)
{
	sqlite3_stmt *q = verify_query(v,
		"SELECT 1 FROM event_object o JOIN event e ON e.seq = o.seq WHERE o.kind = "
		"'series' AND"
		" o.object = ?1 AND e.body LIKE '%\"action\":\"series-changed\"%'");
	bool changed;

	sqlite3_bind_text(q, 1, series, -1, SQLITE_TRANSIENT);
	changed = sqlite3_step(q) == SQLITE_ROW;
	sqlite3_finalize(q);
	return changed;
}

/* One that other images voided is open again only where the new first reading draws it. */
static void
check_repeat(struct verify *v, sqlite3_stmt *q, const struct step *s)
{
	const char *is = verify_column(q, 3);
	const char *should = s->reading[REPEAT].decision != 0 ? "done"
		: s->reading[FIRST].decision != 0             ? "open"
							      : "void";

	if (strcmp(is, "void") == 0 && strcmp(should, "open") == 0 &&
		has_changed(v, verify_column(q, 0)))
		return;
	if (strcmp(is, should) != 0)
		verify_altered(v, "series %s: its repeat of %s is %s, the events say %s",
			verify_column(q, 0), verify_column(q, 1), is, should);
}

static void
check_task(struct verify *v, sqlite3_stmt *q, const char *state)
{
	const char *series = verify_column(q, 0), *name = verify_column(q, 1),
		   *is = verify_column(q, 3), *should;
	int which = (int)sqlite3_column_int64(q, 2) - 1;
	struct step s;

	step_load(v, series, name, &s);
	if (which == REPEAT) {
		check_repeat(v, q, &s);
		return;
	}
	if (which < FIRST || which > REPEAT)
		return;
	should = should_be(&s, which, strcmp(state, "rejected") == 0);
	if (strcmp(is, should != NULL ? should : "void") != 0)
		verify_altered(v, "series %s: its step %s is %s, the events say %s", series, name,
			is, should != NULL ? should : "void");
}

/* Readings that are asked for and have no task. */
static void
check_missing(struct verify *v, const char *series, const char *name, const char *state)
{
	struct step s;

	step_load(v, series, name, &s);
	for (int which = SECOND; which <= ADJUDICATION; which++) {
		sqlite3_stmt *q = verify_kept(v, KEPT_TASK);

		sqlite3_bind_int64(q, 1, strtoll(series, NULL, 10));
		sqlite3_bind_text(q, 2, name, -1, SQLITE_STATIC);
		sqlite3_bind_int64(q, 3, which + 1);
		if (should_be(&s, which, strcmp(state, "rejected") == 0) != NULL &&
			sqlite3_step(q) != SQLITE_ROW)
			verify_altered(v, "series %s: its step %s lacks reading %d", series, name,
				which + 1);
		sqlite3_reset(q);
	}
}

/* A task marked done by hand would take a series off its worklist unseen. */
void
verify_tasks(struct verify *v)
{
	sqlite3_stmt *q = verify_query(v,
		v->schema < 4 ? "SELECT s.id, p.name, 1, coalesce(t.state, 'missing') FROM series "
				"s JOIN step p"
				" ON p.workflow = 'default' LEFT JOIN task t ON t.series = s.id AND"
				" t.step = p.name AND t.workflow = p.workflow"
			      : "SELECT s.id, p.name, coalesce(t.reading, 1), coalesce(t.state, "
				"'missing') FROM"
				" series s JOIN step p ON p.workflow = 'default' AND p.kind = "
				"'read' LEFT JOIN"
				" task t ON t.series = s.id AND t.step = p.name AND t.workflow = "
				"p.workflow");
	char state[32];

	while (sqlite3_step(q) == SQLITE_ROW) {
		const char *told = told_get(v->told, TOLD_STATE, verify_column(q, 0));

		snprintf(state, sizeof(state), "%s", told != NULL ? told : "");
		if (*state == '\0')
			continue;
		check_task(v, q, state);
		if (v->schema >= 4 && sqlite3_column_int64(q, 2) == 1)
			check_missing(v, verify_column(q, 0), verify_column(q, 1), state);
	}
	sqlite3_finalize(q);
}
