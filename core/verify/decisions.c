/* Decisions: each is compared with its rows when its event is told, so that none has to be kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify/verify.h"

/* The reasons of a decision as the table has them, joined as the event's list is. */
static void
reasons_of(struct verify *v, const char *number, char *to, size_t size)
{
	sqlite3_stmt *s = verify_kept(v, KEPT_REASONS);
	size_t used = 0;

	to[0] = '\0';
	sqlite3_bind_int64(s, 1, strtoll(number, NULL, 10));
	while (sqlite3_step(s) == SQLITE_ROW && used < size)
		used += (size_t)snprintf(to + used, size - used, "%s;", verify_column(s, 0));
	sqlite3_reset(s);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
reasons_told(const json_t *list, char *to, size_t size)
{
	const char *codes[64] = { NULL };
	size_t n = 0, used = 0;

	for (; n < 64 && n < json_array_size(list); n++) {
		codes[n] = json_string_value(json_array_get(list, n));
		if (codes[n] == NULL)
			codes[n] = "";
	}
	qsort(codes, n, sizeof(codes[0]), by_text);
	to[0] = '\0';
	for (size_t i = 0; i < n && used < size; i++)
		used += (size_t)snprintf(to + used, size - used, "%s;", codes[i]);
}

static bool
same_texts(sqlite3_stmt *s, const struct verify_row *row, const json_t *d)
{
	const struct {
		int column;
		const char *should;
	} texts[] = {
		{ 1, row->e.object },
		{ 2, verify_text(d, "step") },
		{ 3, verify_text(d, "verdict") },
		{ 4, verify_text(d, "note") },
		{ 5, row->e.user },
		{ 6, row->e.name },
		{ 7, row->e.role },
		{ 9, verify_text(d, "manifest") },
		{ 12, row->e.user },
		{ 13, row->e.name },
		{ 14, verify_text(d, "meaning") },
		{ 15, verify_text(d, "when") },
		{ 18, row->hash },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(verify_column(s, texts[i].column), texts[i].should) != 0)
			return false;
	return true;
}

static bool
same_numbers(sqlite3_stmt *s, const struct verify_row *row, const json_t *d)
{
	const struct {
		int column;
		int64_t should;
	} numbers[] = {
		{ 8, verify_number(d, "revision") },
		{ 10, verify_number(d, "supersedes") },
		{ 11, row->seq },
		{ 16, verify_number(d, "running") },
		{ 17, row->seq },
		{ 19, row->time },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sqlite3_column_int64(s, numbers[i].column) != numbers[i].should)
			return false;
	return true;
}

static bool
same_reasons(struct verify *v, const char *number, const json_t *told)
{
	char have[2048], want[2048];

	reasons_of(v, number, have, sizeof(have));
	reasons_told(told, want, sizeof(want));
	v->reasons += (int64_t)json_array_size(told);
	return strcmp(have, want) == 0;
}

static void
compare(struct verify *v, struct verify_row *row, const char *number)
{
	const json_t *d = verify_data(row);
	sqlite3_stmt *s = verify_kept(v, KEPT_DECISION);
	bool same;

	sqlite3_bind_int64(s, 1, strtoll(number, NULL, 10));
	if (sqlite3_step(s) != SQLITE_ROW) {
		v->rows_missing++;
	} else {
		same = same_texts(s, row, d) && same_numbers(s, row, d);
		if (!same_reasons(v, number, json_object_get(d, "reasons")) || !same)
			verify_altered(v, "decision %s: the table differs from its event", number);
	}
	sqlite3_reset(s);
}

/* Each person's signatures count up by one, and each names the one before. */
void
verify_take_signature(struct verify *v, struct verify_row *row)
{
	const json_t *data = verify_data(row);
	const char *user = row->e.user;
	int64_t running = verify_number(data, "running");

	v->signatures++;
	if (running != verify_number(v->running, user) + 1)
		verify_altered(v, "event %lld: signature number %lld of %s is out of order",
			(long long)row->seq, (long long)running, user);
	if (strcmp(verify_text(data, "previous"), verify_text(v->last_sign, user)) != 0)
		verify_altered(v, "event %lld: does not name the signature of %s before it",
			(long long)row->seq, user);
	json_object_set_new(v->running, user, json_integer(running));
	json_object_set_new(v->last_sign, user, json_string(row->hash));
}

void
verify_take_decision(struct verify *v, struct verify_row *row)
{
	const json_t *data = verify_data(row);
	char number[24], value[64];

	if (!verify_holds_role(v, row->e.user, row->e.role))
		verify_altered(v, "event %lld: %s did not hold the role %s", (long long)row->seq,
			row->e.user, row->e.role);
	verify_take_signature(v, row);
	snprintf(number, sizeof(number), "%lld", (long long)verify_number(data, "number"));
	if (told_get(v->told, TOLD_DECISION, number) != NULL)
		verify_altered(
			v, "event %lld: decision %s is there twice", (long long)row->seq, number);
	snprintf(value, sizeof(value), "%lld %d %zu", (long long)row->seq,
		json_object_get(data, "viewing") != NULL,
		json_array_size(json_object_get(data, "marks")));
	told_put(v->told, TOLD_DECISION, number, value);
	told_put(v->told, TOLD_STATE, row->e.object, verify_text(data, "state"));
	if (v->alone)
		return; /* nothing to compare it with */
	verify_take_standing(v, row);
	compare(v, row, number);
	verify_review_decision(v, number, data);
}

/* Rows that no event tells of: looked for only where there are more than the events'. */
static void
find_strangers(struct verify *v)
{
	sqlite3_stmt *s = verify_query(v, "SELECT id FROM decision ORDER BY id");

	while (sqlite3_step(s) == SQLITE_ROW)
		if (told_get(v->told, TOLD_DECISION, verify_column(s, 0)) == NULL)
			verify_altered(v, "decision %s: no event tells of it", verify_column(s, 0));
	sqlite3_finalize(s);
}

void
verify_decisions(struct verify *v)
{
	int64_t told = told_count(v->told, TOLD_DECISION);
	int64_t rows = verify_count(v, "SELECT count(*) FROM decision");
	int64_t signatures = verify_count(v, "SELECT count(*) FROM signature");
	int64_t reasons = verify_count(v, "SELECT count(*) FROM decision_reason");

	if (rows != told || v->rows_missing > 0)
		find_strangers(v);
	if (v->rows_missing > 0)
		verify_altered(v, "decisions are missing: %lld of %lld are in the table",
			(long long)(told - v->rows_missing), (long long)told);
	if (signatures != told)
		verify_altered(v, "signatures: the table has %lld, the events tell of %lld",
			(long long)signatures, (long long)told);
	if (reasons != v->reasons && v->rows_missing == 0)
		verify_altered(v, "reasons: the table has %lld, the events tell of %lld",
			(long long)reasons, (long long)v->reasons);
}
