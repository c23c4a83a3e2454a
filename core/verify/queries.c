/* Queries: each line with its row as its event is told, along the states that may follow each other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify/verify.h"

static const char *const askers[] = { "coordinator", "reviewer", "radiologist", "expert", "manager",
	NULL };
static const char *const answerers[] = { "coordinator", "expert", NULL };

/* who: the side that opened it closes and asks again. */
static const struct {
	const char *from, *to;
	enum { ANYBODY, ANSWERERS, SIDE } who;
} moves[] = {
	{ "new", "updated", ANYBODY },
	{ "new", "resolution-proposed", ANSWERERS },
	{ "new", "closed", SIDE },
	{ "new", "not-applicable", SIDE },
	{ "updated", "updated", ANYBODY },
	{ "updated", "resolution-proposed", ANSWERERS },
	{ "updated", "closed", SIDE },
	{ "updated", "not-applicable", SIDE },
	{ "resolution-proposed", "resolution-proposed", ANSWERERS },
	{ "resolution-proposed", "updated", SIDE },
	{ "resolution-proposed", "closed", SIDE },
	{ "closed", "updated", SIDE },
	{ "not-applicable", "not-applicable", ANYBODY },
};

static bool
may_follow(struct verify *v, const struct verify_row *row, const char *from, const char *to,
	const char *side, const char *type)
{
	bool check = strcmp(type, "failed-check") == 0;
	const char *const sides[] = { side, check ? "manager" : NULL, NULL };

	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		if (strcmp(moves[i].from, from) == 0 && strcmp(moves[i].to, to) == 0)
			return verify_may(v, row,
				moves[i].who == SIDE                ? sides
					: moves[i].who == ANSWERERS ? answerers
								    : askers);
	return false;
}

static void
compare_line(struct verify *v, struct verify_row *row, const char *state)
{
	const json_t *data = verify_data(row);
	const char *should[] = { state, verify_text(data, "owner"), verify_text(data, "text"),
		row->e.user, row->e.name, row->e.role, row->e.object };
	sqlite3_stmt *s = verify_kept(v, KEPT_QUERY_LINE);
	bool same;

	sqlite3_bind_int64(s, 1, row->seq);
	same = sqlite3_step(s) == SQLITE_ROW;
	for (int i = 0; same && i < 7; i++)
		same = strcmp(verify_column(s, i), should[i]) == 0;
	same = same && sqlite3_column_int64(s, 7) == row->time;
	sqlite3_reset(s);
	if (!same)
		verify_altered(v, "query %s: a line differs from event %lld", row->e.object,
			(long long)row->seq);
}

static void
compare_query(struct verify *v, struct verify_row *row)
{
	static const char *const names[] = { "kind", "object", "form", "field", "rule", "type",
		"side", "trial", "site", "subject", "visit" };
	const json_t *data = verify_data(row);
	sqlite3_stmt *s = verify_kept(v, KEPT_QUERY);
	bool same;

	sqlite3_bind_int64(s, 1, row->seq);
	same = sqlite3_step(s) == SQLITE_ROW;
	for (int i = 0; same && i < 11; i++)
		same = strcmp(verify_column(s, i), verify_text(data, names[i])) == 0;
	same = same && strcmp(verify_column(s, 11), row->e.object) == 0 &&
		sqlite3_column_int64(s, 12) == row->time;
	sqlite3_reset(s);
	if (!same)
		verify_altered(v, "query %s: the table differs from its event", row->e.object);
}

static const char *
first_state(const char *type)
{
	bool quiet = strcmp(type, "annotation") == 0 || strcmp(type, "reason-for-change") == 0;

	return quiet ? "not-applicable" : "new";
}

static void
put(struct verify *v, const char *id, const char *state, const char *side, const char *type)
{
	char value[160];

	snprintf(value, sizeof(value), "%.30s\t%.20s\t%.30s", state, side, type);
	told_put(v->told, TOLD_QUERY, id, value);
}

void
verify_take_query_opened(struct verify *v, struct verify_row *row)
{
	const json_t *data = verify_data(row);
	const char *type = verify_text(data, "type");

	if (row->role != VERIFY_SYSTEM && !verify_may(v, row, askers))
		verify_altered(
			v, "event %lld: a query by somebody who may not ask", (long long)row->seq);
	if (told_get(v->told, TOLD_QUERY, row->e.object) != NULL)
		verify_altered(v, "query %s is opened twice", row->e.object);
	put(v, row->e.object, first_state(type), verify_text(data, "side"), type);
	v->queries++;
	v->query_lines++;
	if (v->alone)
		return;
	compare_query(v, row);
	compare_line(v, row, first_state(type));
}

void
verify_take_query_step(struct verify *v, struct verify_row *row)
{
	const json_t *data = verify_data(row);
	const char *told = told_get(v->told, TOLD_QUERY, row->e.object);
	char state[31] = "", side[21] = "", type[31] = "";

	if (told == NULL || sscanf(told, "%30[^\t]\t%20[^\t]\t%30[^\t]", state, side, type) != 3 ||
		strcmp(state, verify_text(data, "before")) != 0 ||
		!may_follow(v, row, state, verify_text(data, "state"), side, type))
		verify_altered(v, "event %lld: query %s cannot become %.30s", (long long)row->seq,
			row->e.object, verify_text(data, "state"));
	put(v, row->e.object, verify_text(data, "state"), side, type);
	v->query_lines++;
	if (!v->alone)
		compare_line(v, row, verify_text(data, "state"));
}

void
verify_queries(struct verify *v)
{
	int64_t rows = verify_count(v, "SELECT count(*) FROM query");
	int64_t lines = verify_count(v, "SELECT count(*) FROM query_line");

	if (rows != v->queries || lines != v->query_lines)
		verify_altered(v,
			"queries: the tables have %lld with %lld lines, the events tell of %lld "
			"with "
			"%lld",
			(long long)rows, (long long)lines, (long long)v->queries,
			(long long)v->query_lines);
}
