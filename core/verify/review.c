/* What stands behind a decision: the looks of its signer and the marks, against what was signed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify/digest.h"
#include "core/verify/verify.h"

/* ---- viewings ---- */

static void
body_digest(const char *body, char hex[65])
{
	struct digest d;

	digest_begin(&d);
	digest_tag(&d, "VIEWING-v1");
	digest_add(&d, body, strlen(body));
	digest_end_hex(&d, hex);
}

static void
check_viewing(struct verify *v, const char *number, const json_t *told)
{
	sqlite3_stmt *s = verify_kept(v, KEPT_VIEWING);
	char hex[65];

	v->viewings++;
	sqlite3_bind_int64(s, 1, strtoll(number, NULL, 10));
	if (sqlite3_step(s) != SQLITE_ROW) {
		v->reviews_missing++;
	} else {
		body_digest(verify_column(s, 0), hex);
		if (strcmp(hex, verify_text(told, "digest")) != 0 ||
			strcmp(verify_column(s, 1), hex) != 0)
			verify_altered(v,
				"viewing of decision %s: it is not the one that was signed", number);
	}
	sqlite3_reset(s);
}

/* ---- marks ---- */

/* The points of a mark as its row has them: "x,y x,y". */
static bool
same_points(const json_t *points, const char *row)
{
	const json_t *p;
	size_t i;

	json_array_foreach(points, i, p)
	{
		char want[64];
		size_t n = (size_t)snprintf(want, sizeof(want), "%s%lld,%lld", i > 0 ? " " : "",
			(long long)json_integer_value(json_array_get(p, 0)),
			(long long)json_integer_value(json_array_get(p, 1)));

		if (n >= sizeof(want) || strncmp(row, want, n) != 0)
			return false;
		row += n;
	}
	return *row == '\0';
}

static bool
same_mark(sqlite3_stmt *s, const json_t *told)
{
	/* columns 2.. and 5.. under the names that they have in the event */
	static const char *const words[] = { "scope", "shape", "kind", "sop_uid" };
	static const char *const numbers[] = { "first", "last", "columns", "rows" };

	for (int i = 0; i < 4; i++) {
		if (strcmp(verify_column(s, 2 + i), verify_text(told, words[i])) != 0)
			return false;
		if (sqlite3_column_int64(s, 6 + i) !=
			json_integer_value(json_object_get(told, numbers[i])))
			return false;
	}
	return same_points(json_object_get(told, "points"), verify_column(s, 10));
}

static void
check_marks(struct verify *v, const char *number, const json_t *marks)
{
	sqlite3_stmt *s = verify_kept(v, KEPT_MARKS);
	size_t rows = 0;

	v->marks += (int64_t)json_array_size(marks);
	sqlite3_bind_int64(s, 1, strtoll(number, NULL, 10));
	while (sqlite3_step(s) == SQLITE_ROW) {
		sqlite3_int64 place = sqlite3_column_int64(s, 1);
		const json_t *mark = place < 1 ? NULL : json_array_get(marks, (size_t)place - 1);

		rows += mark != NULL;
		if (mark == NULL)
			verify_altered(v, "mark %s of decision %s: no event tells of it",
				verify_column(s, 1), number);
		else if (!same_mark(s, mark))
			verify_altered(v, "mark %s of decision %s differs from its event",
				verify_column(s, 1), number);
	}
	v->reviews_missing += rows != json_array_size(marks);
	sqlite3_reset(s);
}

void
verify_review_decision(struct verify *v, const char *number, const json_t *data)
{
	const json_t *viewing = json_object_get(data, "viewing");

	if (v->schema < 2)
		return; /* neither was there yet */
	if (viewing != NULL)
		check_viewing(v, number, viewing);
	check_marks(v, number, json_object_get(data, "marks"));
}

/* ---- rows that no event tells of ---- */

static void
find_viewings(struct verify *v)
{
	sqlite3_stmt *s = verify_query(v, "SELECT decision FROM viewing ORDER BY decision");

	while (sqlite3_step(s) == SQLITE_ROW) {
		const char *told = told_get(v->told, TOLD_DECISION, verify_column(s, 0));
		int viewing = 0;

		if (told == NULL || sscanf(told, "%*d %d", &viewing) != 1 || viewing == 0)
			verify_altered(v, "viewing of decision %s: no event tells of it",
				verify_column(s, 0));
	}
	sqlite3_finalize(s);
}

static void
find_marks(struct verify *v)
{
	sqlite3_stmt *s =
		verify_query(v, "SELECT decision, place FROM mark ORDER BY decision, place");

	while (sqlite3_step(s) == SQLITE_ROW) {
		const char *told = told_get(v->told, TOLD_DECISION, verify_column(s, 0));

		if (told == NULL) /* the marks of others were compared with their decision */
			verify_altered(v, "mark %s of decision %s: no event tells of it",
				verify_column(s, 1), verify_column(s, 0));
	}
	sqlite3_finalize(s);
}

static void
check_count(struct verify *v, const char *what, const char *sql, int64_t told)
{
	int64_t rows = verify_count(v, sql);

	if (rows != told)
		verify_altered(v, "%s: the table has %lld, the events tell of %lld", what,
			(long long)rows, (long long)told);
}

void
verify_review(struct verify *v)
{
	if (v->schema < 2)
		return;
	if (v->reviews_missing > 0 || verify_count(v, "SELECT count(*) FROM viewing") != v->viewings)
		find_viewings(v);
	check_count(v, "viewings", "SELECT count(*) FROM viewing", v->viewings);
	if (v->reviews_missing > 0 || verify_count(v, "SELECT count(*) FROM mark") != v->marks)
		find_marks(v);
	check_count(v, "marks", "SELECT count(*) FROM mark", v->marks);
}
