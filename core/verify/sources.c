/* Sources, and the files that lie there instead of here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify/verify.h"

static json_t *
sources(struct verify *v)
{
	json_t *all = json_object_get(v->replay, "source");

	if (all == NULL) {
		all = json_array();
		json_object_set_new(v->replay, "source", all);
	}
	return all;
}

static json_t *
active(struct verify *v, const char *name)
{
	json_t *s;
	size_t i;

	json_array_foreach(sources(v), i, s) if (strcmp(verify_text(s, "name"), name) == 0 &&
		strcmp(verify_text(s, "state"), "active") == 0) return s;
	return NULL;
}

void
verify_take_source_added(struct verify *v, struct verify_row *row)
{
	const json_t *data = verify_data(row);

	if (active(v, row->e.object) != NULL)
		verify_altered(v, "event %lld: a source is added twice", (long long)row->seq);
	json_array_append_new(sources(v),
		json_pack("{s:s, s:s, s:s, s:s, s:I}", "name", row->e.object, "address",
			verify_text(data, "address"), "keep", verify_text(data, "keep"), "state",
			"active", "event", (json_int_t)row->seq));
}

void
verify_take_source_removed(struct verify *v, struct verify_row *row)
{
	json_t *s = active(v, row->e.object);

	if (s == NULL) {
		verify_altered(v, "event %lld: removes a source that is none", (long long)row->seq);
		return;
	}
	json_object_set_new(s, "state", json_string("removed"));
	json_object_set_new(s, "event", json_integer(row->seq));
}

/* To another source, after its own was removed. */
void
verify_take_moved(struct verify *v, struct verify_row *row)
{
	if (active(v, verify_text(verify_data(row), "source")) == NULL)
		verify_altered(
			v, "event %lld: a series of a source that is none", (long long)row->seq);
}

/* Which series were known from a source before anything of them was here. */
void
verify_take_known(struct verify *v, struct verify_row *row)
{
	json_t *s = active(v, verify_text(verify_data(row), "source"));

	if (s == NULL)
		verify_altered(
			v, "event %lld: a series of a source that is none", (long long)row->seq);
	else if (strcmp(verify_text(s, "keep"), "archive") != 0)
		told_put(v->told, TOLD_ELSEWHERE, row->e.object, verify_text(s, "name"));
	verify_take_settled(v, row);
}

bool
verify_elsewhere(struct verify *v, const char *series)
{
	return told_get(v->told, TOLD_ELSEWHERE, series) != NULL;
}

void
verify_sources(struct verify *v)
{
	static const char *const names[] = { "name", "address", "keep", "state" };
	sqlite3_stmt *s =
		verify_query(v, "SELECT name, address, keep, state, event FROM source ORDER BY id");
	size_t rows = 0;

	while (sqlite3_step(s) == SQLITE_ROW) {
		const json_t *told = json_array_get(sources(v), rows++);
		bool same = verify_number(told, "event") == sqlite3_column_int64(s, 4);

		for (int i = 0; i < 4; i++)
			same = same && strcmp(verify_text(told, names[i]), verify_column(s, i)) == 0;
		if (!same)
			verify_altered(v, "a source differs from its event");
	}
	sqlite3_finalize(s);
	if (rows != json_array_size(sources(v)))
		verify_altered(v, "sources: the table has %zu, the events tell of %zu", rows,
			json_array_size(sources(v)));
}
