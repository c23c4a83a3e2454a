/* What stands behind a decision: the looks of its signer and the marks, against what was signed. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/verify/verify.h"

static const char *
column(sqlite3_stmt *s, int i)
{
	const char *t = (const char *)sqlite3_column_text(s, i);

	return t != NULL ? t : "";
}

static const char *
text(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s != NULL ? s : "";
}

static sqlite3_stmt *
query(struct verify *v, const char *sql)
{
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v2(v->db, sql, -1, &s, NULL) != SQLITE_OK)
		verify_altered(v, "a table cannot be read: %s", sqlite3_errmsg(v->db));
	return s;
}

/* What the event of a decision signed under `name`, NULL where it has none. */
static const json_t *
signed_part(const struct verify *v, const char *decision, const char *name)
{
	const json_t *told = json_object_get(json_object_get(v->replay, "decision"), decision);

	return json_object_get(json_object_get(told, "data"), name);
}

/* ---- viewings ---- */

static void
body_digest(const char *body, char hex[65])
{
	crypto_hash_sha256_state st;
	unsigned char raw[32];

	crypto_hash_sha256_init(&st);
	crypto_hash_sha256_update(&st, (const unsigned char *)"VIEWING-v1", 11);
	crypto_hash_sha256_update(&st, (const unsigned char *)body, strlen(body));
	crypto_hash_sha256_final(&st, raw);
	sodium_bin2hex(hex, 65, raw, sizeof(raw));
}

static void
check_viewing(struct verify *v, sqlite3_stmt *s)
{
	const json_t *told = signed_part(v, column(s, 0), "viewing");
	char hex[65];

	body_digest(column(s, 1), hex);
	if (told == NULL)
		verify_altered(v, "viewing of decision %s: no event tells of it", column(s, 0));
	else if (strcmp(hex, text(told, "digest")) != 0 || strcmp(column(s, 2), hex) != 0)
		verify_altered(v, "viewing of decision %s: it is not the one that was signed",
			column(s, 0));
}

static void
check_viewings(struct verify *v)
{
	sqlite3_stmt *s = query(v, "SELECT decision, body, digest FROM viewing ORDER BY decision");
	const char *number;
	json_t *told;
	size_t rows = 0, wanted = 0;

	while (s != NULL && sqlite3_step(s) == SQLITE_ROW) {
		rows++;
		check_viewing(v, s);
	}
	sqlite3_finalize(s);
	json_object_foreach(json_object_get(v->replay, "decision"), number, told) wanted +=
		signed_part(v, number, "viewing") != NULL;
	if (rows != wanted)
		verify_altered(
			v, "viewings: the table has %zu, the events tell of %zu", rows, wanted);
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
		if (strcmp(column(s, 2 + i), text(told, words[i])) != 0)
			return false;
		if (sqlite3_column_int64(s, 6 + i) !=
			json_integer_value(json_object_get(told, numbers[i])))
			return false;
	}
	return same_points(json_object_get(told, "points"), column(s, 10));
}

static void
check_marks(struct verify *v)
{
	sqlite3_stmt *s = query(v,
		"SELECT decision, place, scope, shape, kind, sop_uid, first_slice, last_slice,"
		" image_columns, image_rows, points FROM mark ORDER BY decision, place");
	const char *number;
	json_t *told;
	size_t rows = 0, wanted = 0;

	while (s != NULL && sqlite3_step(s) == SQLITE_ROW) {
		const json_t *marks = signed_part(v, column(s, 0), "marks");
		sqlite3_int64 place = sqlite3_column_int64(s, 1);
		const json_t *mark = place < 1 ? NULL : json_array_get(marks, (size_t)place - 1);

		rows++;
		if (mark == NULL)
			verify_altered(v, "mark %s of decision %s: no event tells of it",
				column(s, 1), column(s, 0));
		else if (!same_mark(s, mark))
			verify_altered(v, "mark %s of decision %s differs from its event",
				column(s, 1), column(s, 0));
	}
	sqlite3_finalize(s);
	json_object_foreach(json_object_get(v->replay, "decision"), number, told) wanted +=
		json_array_size(signed_part(v, number, "marks"));
	if (rows != wanted)
		verify_altered(v, "marks: the table has %zu, the events tell of %zu", rows, wanted);
}

void
verify_review(struct verify *v)
{
	if (v->schema < 2)
		return; /* neither was there yet */
	check_viewings(v);
	check_marks(v);
}
