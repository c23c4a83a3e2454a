/* The tables against what the events say: a table changed alone leaves a perfect log. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* The reasons of a decision as the table has them, joined as the event's list is. */
static void
reasons_of(struct verify *v, const char *number, char *to, size_t size)
{
	sqlite3_stmt *s = query(
		v, "SELECT code FROM decision_reason WHERE decision = CAST(? AS INTEGER) ORDER BY code");
	size_t used = 0;

	to[0] = '\0';
	sqlite3_bind_text(s, 1, number, -1, SQLITE_TRANSIENT);
	while (sqlite3_step(s) == SQLITE_ROW && used < size)
		used += (size_t)snprintf(to + used, size - used, "%s;", column(s, 0));
	sqlite3_finalize(s);
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
same_decision(struct verify *v, sqlite3_stmt *s, const json_t *told)
{
	const json_t *d = json_object_get(told, "data");
	char have[2048], want[2048];
	const struct {
		const char *is, *should;
	} pairs[] = {
		{ column(s, 1), text(told, "series") },
		{ column(s, 2), text(d, "step") },
		{ column(s, 3), text(d, "verdict") },
		{ column(s, 4), text(d, "note") },
		{ column(s, 5), text(told, "account") },
		{ column(s, 6), text(told, "name") },
		{ column(s, 7), text(told, "role") },
		{ column(s, 9), text(d, "manifest") },
		{ column(s, 12), text(told, "account") },
		{ column(s, 13), text(told, "name") },
		{ column(s, 14), text(d, "meaning") },
		{ column(s, 15), text(d, "when") },
		{ column(s, 18), text(told, "hash") },
	};
	const struct {
		int column;
		const json_t *should;
	} numbers[] = {
		{ 8, json_object_get(d, "revision") },
		{ 10, json_object_get(d, "supersedes") },
		{ 11, json_object_get(told, "event") },
		{ 16, json_object_get(d, "running") },
		{ 17, json_object_get(told, "event") },
		{ 19, json_object_get(told, "at") },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (strcmp(pairs[i].is, pairs[i].should) != 0)
			return false;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sqlite3_column_int64(s, numbers[i].column) != json_integer_value(numbers[i].should))
			return false;
	reasons_of(v, column(s, 0), have, sizeof(have));
	reasons_told(json_object_get(d, "reasons"), want, sizeof(want));
	return strcmp(have, want) == 0;
}

static void
check_decisions(struct verify *v)
{
	sqlite3_stmt *s = query(v,
		"SELECT d.id, d.series, d.step, d.verdict, d.note, d.account, d.name, d.role, "
		"d.revision,"
		" d.manifest, d.supersedes, d.event, g.account, g.name, g.meaning, g.at, g.running,"
		" g.event, g.hash, d.at FROM decision d LEFT JOIN signature g ON g.decision = d.id "
		"ORDER BY d.id");
	json_t *told = json_object_get(v->replay, "decision");
	size_t rows = 0;

	while (s != NULL && sqlite3_step(s) == SQLITE_ROW) {
		const json_t *d = json_object_get(told, column(s, 0));

		rows++;
		if (d == NULL)
			verify_altered(v, "decision %s: no event tells of it", column(s, 0));
		else if (!same_decision(v, s, d))
			verify_altered(
				v, "decision %s: the table differs from its event", column(s, 0));
	}
	sqlite3_finalize(s);
	if (rows < json_object_size(told))
		verify_altered(v, "decisions are missing: %zu of %zu are in the table", rows,
			json_object_size(told));
}

static void
text_digest(const char *t, char hex[65])
{
	unsigned char raw[32];

	crypto_hash_sha256(raw, (const unsigned char *)t, strlen(t));
	sodium_bin2hex(hex, 65, raw, sizeof(raw));
}

static void
check_images(struct verify *v)
{
	sqlite3_stmt *s = query(v,
		"SELECT i.sop_uid, i.series, i.digest, i.pixel_digest, h.json FROM image i"
		" LEFT JOIN header h ON h.image = i.id");
	json_t *told = json_object_get(v->replay, "image");
	char header[65];
	size_t rows = 0;

	while (s != NULL && sqlite3_step(s) == SQLITE_ROW) {
		json_t *im = json_object_get(told, column(s, 0));
		const char *series = json_string_value(json_array_get(im, 0));
		const char *digest = json_string_value(json_array_get(im, 1));
		const char *pixels = json_string_value(json_array_get(im, 2));

		rows++;
		text_digest(column(s, 4), header);
		if (strcmp(json_string_value(json_array_get(im, 3)) != NULL
				    ? json_string_value(json_array_get(im, 3))
				    : "",
			    header) != 0)
			verify_altered(v, "the header of an image of series %s differs from its event",
				column(s, 1));
		if (series == NULL || digest == NULL || pixels == NULL ||
			strcmp(series, column(s, 1)) != 0 || strcmp(digest, column(s, 2)) != 0 ||
			strcmp(pixels, column(s, 3)) != 0)
			verify_altered(v, "an image of series %s differs from its event", column(s, 1));
	}
	sqlite3_finalize(s);
	if (rows != json_object_size(told))
		verify_altered(v, "images: the table has %zu, the events tell of %zu", rows,
			json_object_size(told));
}

static void
check_series(struct verify *v)
{
	/* columns 2.. under the names that they have in the event */
	static const char *const told[] = { "manifest", "series_uid", "study_uid", "subject",
		"visit", "site" };
	sqlite3_stmt *s = query(v,
		"SELECT s.id, s.state, s.manifest, s.series_uid, x.study_uid, x.subject, x.visit, "
		"x.site,"
		" s.settled FROM series s LEFT JOIN exam x ON x.id = s.exam");
	json_t *states = json_object_get(v->replay, "series_state");
	json_t *series = json_object_get(v->replay, "series");
	size_t settled = 0;

	while (s != NULL && sqlite3_step(s) == SQLITE_ROW) {
		const char *state = text(states, column(s, 0));
		json_t *data = json_object_get(series, column(s, 0));

		if (sqlite3_column_int64(s, 8) == 0 && *state == '\0')
			continue; /* an import was stopped before it came to this one */
		settled++;
		if (strcmp(state, column(s, 1)) != 0)
			verify_altered(v, "series %s: is %s, the events say %s", column(s, 0),
				column(s, 1), *state != '\0' ? state : "nothing");
		for (int i = 0; i < 6; i++)
			if (strcmp(text(data, told[i]), column(s, i + 2)) != 0)
				verify_altered(v, "series %s: its %s differs from its event",
					column(s, 0), told[i]);
	}
	sqlite3_finalize(s);
	if (settled != json_object_size(states))
		verify_altered(v, "series: the table has %zu, the events tell of %zu", settled,
			json_object_size(states));
}

/* A step is done when a decision since the last change of the images says so, void in a rejected series, else
 * open: a task marked done by hand would take a series off its worklist unseen. */
static void
check_tasks(struct verify *v)
{
	sqlite3_stmt *s = query(v,
		"SELECT s.id, p.name, coalesce(t.state, 'missing') FROM series s JOIN step p ON"
		" p.workflow = 'default' LEFT JOIN task t ON t.series = s.id AND t.step = p.name"
		" AND t.workflow = p.workflow");
	json_t *states = json_object_get(v->replay, "series_state");
	json_t *done = json_object_get(v->replay, "done");

	while (s != NULL && sqlite3_step(s) == SQLITE_ROW) {
		const char *state = text(states, column(s, 0)), *should = "open";

		if (*state == '\0')
			continue;
		if (json_object_get(json_object_get(done, column(s, 0)), column(s, 1)) != NULL)
			should = "done";
		else if (strcmp(state, "rejected") == 0)
			should = "void";
		if (strcmp(column(s, 2), should) != 0)
			verify_altered(v, "series %s: its step %s is %s, the events say %s",
				column(s, 0), column(s, 1), column(s, 2), should);
	}
	sqlite3_finalize(s);
}

void
verify_tables(struct verify *v)
{
	check_decisions(v);
	check_images(v);
	check_series(v);
	check_tasks(v);
}

static bool
file_digest(const char *path, char hex[65])
{
	static unsigned char chunk[1 << 17];
	crypto_hash_sha256_state st;
	unsigned char raw[32];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;

	if (fd < 0)
		return false;
	crypto_hash_sha256_init(&st);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		crypto_hash_sha256_update(&st, chunk, (unsigned long long)n);
	close(fd);
	crypto_hash_sha256_final(&st, raw);
	sodium_bin2hex(hex, 65, raw, sizeof(raw));
	return n == 0;
}

void
verify_objects(struct verify *v)
{
	sqlite3_stmt *s = query(v, "SELECT digest FROM image UNION SELECT digest FROM conflict");
	char path[4096], hex[65];

	while (s != NULL && sqlite3_step(s) == SQLITE_ROW) {
		const char *digest = column(s, 0);

		v->objects++;
		snprintf(path, sizeof(path), "%s/objects/%.2s/%s", v->folder, digest,
			strlen(digest) > 2 ? digest + 2 : "");
		if (!file_digest(path, hex))
			verify_altered(v, "object %.16s is missing", digest);
		else if (strcmp(hex, digest) != 0)
			verify_altered(v, "object %.16s: its bytes were changed", digest);
	}
	sqlite3_finalize(s);
}
