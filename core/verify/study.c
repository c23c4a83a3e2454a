/* Versions of study files: each as it was applied, byte for byte, and none but those that an officer applied. */
#include <string.h>

#include "core/verify/digest.h"
#include "core/verify/verify.h"

static json_t *
studies(struct verify *v)
{
	json_t *all = json_object_get(v->replay, "study");

	if (all == NULL) {
		all = json_array();
		json_object_set_new(v->replay, "study", all);
	}
	return all;
}

/* The number of the last version of a study; 0 none. */
static int64_t
last_version(struct verify *v, const char *study)
{
	for (size_t i = json_array_size(studies(v)); i > 0; i--) {
		const json_t *s = json_array_get(studies(v), i - 1);

		if (strcmp(verify_text(s, "study"), study) == 0)
			return verify_number(s, "version");
	}
	return 0;
}

void
verify_take_study(struct verify *v, struct verify_row *row)
{
	const json_t *data = verify_data(row);
	int64_t version = verify_number(data, "version");

	if (strcmp(verify_text(data, "study"), row->e.object) != 0)
		verify_altered(v, "event %lld: applies a study under the name of another",
			(long long)row->seq);
	if (version <= last_version(v, row->e.object))
		verify_altered(v, "event %lld: a version of a study that does not rise",
			(long long)row->seq);
	json_array_append_new(studies(v),
		json_pack("{s:s, s:I, s:s, s:I, s:I}", "study", row->e.object, "version",
			(json_int_t)version, "digest", verify_text(data, "digest"), "at",
			(json_int_t)row->time, "event", (json_int_t)row->seq));
}

static bool
body_is(sqlite3_stmt *s, const char *digest)
{
	struct digest d;
	char hex[65];
	const void *body = sqlite3_column_text(s, 3);

	digest_begin(&d);
	digest_add(&d, body, (size_t)sqlite3_column_bytes(s, 3));
	digest_end_hex(&d, hex);
	return strcmp(hex, digest) == 0;
}

static bool
row_is(sqlite3_stmt *s, const json_t *told)
{
	return strcmp(verify_text(told, "study"), verify_column(s, 0)) == 0 &&
		verify_number(told, "version") == sqlite3_column_int64(s, 1) &&
		strcmp(verify_text(told, "digest"), verify_column(s, 2)) == 0 &&
		verify_number(told, "at") == sqlite3_column_int64(s, 4) &&
		verify_number(told, "event") == sqlite3_column_int64(s, 5);
}

void
verify_studies(struct verify *v)
{
	sqlite3_stmt *s = verify_query(
		v, "SELECT study, version, digest, body, at, event FROM study_version ORDER BY id");
	size_t rows = 0;

	while (sqlite3_step(s) == SQLITE_ROW) {
		const json_t *told = json_array_get(studies(v), rows++);

		if (!row_is(s, told))
			verify_altered(v, "a version of a study differs from its event");
		else if (!body_is(s, verify_text(told, "digest")))
			verify_altered(v, "version %lld of a study is not the file that was applied",
				(long long)verify_number(told, "version"));
	}
	sqlite3_finalize(s);
	if (rows != json_array_size(studies(v)))
		verify_altered(v, "studies: the table has %zu versions, the events tell of %zu",
			rows, json_array_size(studies(v)));
}
