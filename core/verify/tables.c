/* Series, images and tasks against what the events say: a table changed alone leaves a perfect log.  And the files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/verify/digest.h"
#include "core/verify/verify.h"

/* ---- event by event ---- */

/* SERIES TAB FILE TAB PIXELS TAB HEADER, digests */
static char *
image_told(const char *series, const json_t *im)
{
	char *told = NULL;
	const char *part[3];

	for (int i = 0; i < 3; i++) {
		part[i] = json_string_value(json_array_get(im, (size_t)i + 1));
		if (part[i] == NULL)
			part[i] = "?"; /* is no digest */
	}
	if (asprintf(&told, "%s\t%s\t%s\t%s", series, part[0], part[1], part[2]) < 0)
		return NULL;
	return told;
}

void
verify_take_images(struct verify *v, struct verify_row *row)
{
	const json_t *images = json_object_get(verify_data(row), "images"), *im;
	size_t i;

	json_array_foreach(images, i, im)
	{
		const char *sop = json_string_value(json_array_get(im, 0));
		char *told = image_told(row->e.object, im);

		if (sop != NULL && told != NULL)
			told_put(v->told, TOLD_IMAGE, sop, told);
		free(told);
	}
}

void
verify_take_settled(struct verify *v, struct verify_row *row)
{
	const char *series = row->e.object, *state = verify_text(verify_data(row), "state");
	const char *before = told_get(v->told, TOLD_STATE, series);
	char steps[300], seq[24];

	/* a series that was judged and changed begins again: its steps are open */
	if (before != NULL && strcmp(before, "quarantined") != 0 &&
		strcmp(state, "quarantined") == 0) {
		snprintf(steps, sizeof(steps), "%s\t", series);
		told_drop(v->told, TOLD_DONE, steps);
	}
	snprintf(seq, sizeof(seq), "%lld", (long long)row->seq);
	told_put(v->told, TOLD_STATE, series, state);
	told_put(v->told, TOLD_SERIES, series, seq);
}

void
verify_take_placed(struct verify *v, struct verify_row *row)
{
	static const char *const may[] = { "coordinator", "manager", NULL };
	const json_t *data = verify_data(row);
	char told[600];

	if (row->role != VERIFY_SYSTEM && !verify_may(v, row, may))
		verify_altered(v, "event %lld: an exam was placed by somebody who may not",
			(long long)row->seq);
	snprintf(told, sizeof(told), "%lld\t%.100s\t%.100s\t%.100s\t%.100s", (long long)row->seq,
		verify_text(data, "site"), verify_text(data, "subject"), verify_text(data, "visit"),
		verify_text(data, "trial"));
	told_put(v->told, TOLD_PLACED, row->e.object, told);
}

/* ---- tables ---- */

static void
text_digest(const char *t, char hex[65])
{
	struct digest d;

	digest_begin(&d);
	digest_add(&d, t, strlen(t));
	digest_end_hex(&d, hex);
}

/* The row written as image_told does; its last part is the header's. */
static void
check_image(struct verify *v, sqlite3_stmt *s)
{
	const char *told = told_get(v->told, TOLD_IMAGE, verify_column(s, 0)), *last;
	char header[65], row[600];
	size_t n;

	if (told == NULL) {
		verify_altered(
			v, "an image of series %s differs from its event", verify_column(s, 1));
		return;
	}
	text_digest(verify_column(s, 4), header);
	last = strrchr(told, '\t') + 1;
	n = (size_t)snprintf(row, sizeof(row), "%s\t%s\t%s\t", verify_column(s, 1),
		verify_column(s, 2), verify_column(s, 3));
	if (strcmp(last, header) != 0)
		verify_altered(v, "the header of an image of series %s differs from its event",
			verify_column(s, 1));
	if (n >= sizeof(row) || (size_t)(last - told) != n || memcmp(told, row, n) != 0)
		verify_altered(
			v, "an image of series %s differs from its event", verify_column(s, 1));
}

static void
check_images(struct verify *v)
{
	sqlite3_stmt *s = verify_query(v,
		"SELECT i.sop_uid, i.series, i.digest, i.pixel_digest, h.json FROM image i"
		" LEFT JOIN header h ON h.image = i.id");
	int64_t rows = 0, told = told_count(v->told, TOLD_IMAGE);

	while (sqlite3_step(s) == SQLITE_ROW) {
		verify_progress(v, ++rows, told, "images");
		check_image(v, s);
	}
	sqlite3_finalize(s);
	if (rows != told)
		verify_altered(v, "images: the table has %lld, the events tell of %lld",
			(long long)rows, (long long)told);
}

/* Where its exam was placed after the series was told of: true where that is what the row says. */
static bool
check_placed(struct verify *v, sqlite3_stmt *s, const char *series_told)
{
	const char *told = told_get(v->told, TOLD_PLACED, verify_column(s, 9));
	char have[600];

	if (told == NULL || series_told == NULL ||
		strtoll(told, NULL, 10) < strtoll(series_told, NULL, 10))
		return false;
	snprintf(have, sizeof(have), "%lld\t%.100s\t%.100s\t%.100s\t%.100s",
		strtoll(told, NULL, 10), verify_column(s, 7), verify_column(s, 5),
		verify_column(s, 6), verify_column(s, 10));
	if (strcmp(have, told) != 0)
		verify_altered(v, "series %s: its exam is not placed as its event says",
			verify_column(s, 0));
	return true;
}

static void
check_settled(struct verify *v, sqlite3_stmt *s, const char *state)
{
	/* columns 2.. under the names that they have in the event; the last three a later placing may say anew */
	static const char *const names[] = { "manifest", "series_uid", "study_uid", "subject",
		"visit", "site" };
	const char *id = verify_column(s, 0), *told;
	char series_told[24];
	bool placed;
	json_t *j;

	if (strcmp(state, verify_column(s, 1)) != 0)
		verify_altered(v, "series %s: is %s, the events say %s", id, verify_column(s, 1),
			*state != '\0' ? state : "nothing");
	told = told_get(v->told, TOLD_SERIES, id);
	snprintf(series_told, sizeof(series_told), "%.20s", told != NULL ? told : "");
	j = *series_told != '\0' ? verify_event(v, strtoll(series_told, NULL, 10)) : NULL;
	placed = check_placed(v, s, *series_told != '\0' ? series_told : NULL);
	for (int i = 0; i < (placed ? 3 : 6); i++)
		if (strcmp(verify_text(json_object_get(j, "data"), names[i]),
			    verify_column(s, i + 2)) != 0)
			verify_altered(v, "series %s: its %s differs from its event", id, names[i]);
	json_decref(j);
}

/* The state as the events tell it; "" for none. */
static void
state_told(struct verify *v, const char *series, char to[32])
{
	const char *told = told_get(v->told, TOLD_STATE, series);

	snprintf(to, 32, "%s", told != NULL ? told : "");
}

static void
check_series(struct verify *v)
{
	sqlite3_stmt *s = verify_query(v,
		"SELECT s.id, s.state, s.manifest, s.series_uid, x.study_uid, x.subject, x.visit, "
		"x.site,"
		" s.settled, s.exam, x.trial FROM series s LEFT JOIN exam x ON x.id = s.exam");
	int64_t settled = 0, told = told_count(v->told, TOLD_STATE);
	char state[32];

	while (sqlite3_step(s) == SQLITE_ROW) {
		state_told(v, verify_column(s, 0), state);
		if (sqlite3_column_int64(s, 8) == 0 && *state == '\0')
			continue; /* an import was stopped before it came to this one */
		verify_progress(v, ++settled, told, "series");
		check_settled(v, s, state);
	}
	sqlite3_finalize(s);
	if (settled != told)
		verify_altered(v, "series: the table has %lld, the events tell of %lld",
			(long long)settled, (long long)told);
}

/* ---- sentinels: few, so their truth is kept as the row has it ---- */

static json_t *
sentinels(struct verify *v)
{
	json_t *all = json_object_get(v->replay, "sentinel");

	if (all == NULL) {
		all = json_object();
		json_object_set_new(v->replay, "sentinel", all);
	}
	return all;
}

void
verify_take_sentinel(struct verify *v, struct verify_row *row)
{
	json_t *truth = json_deep_copy(verify_data(row));
	char *text;

	json_object_del(truth, "reason");
	text = json_dumps(truth, JSON_COMPACT | JSON_SORT_KEYS);
	json_object_set_new(sentinels(v), row->e.object, json_string(text != NULL ? text : ""));
	free(text);
	json_decref(truth);
}

static void
check_sentinels(struct verify *v)
{
	sqlite3_stmt *s = verify_query(v, "SELECT series_uid, truth FROM sentinel");
	size_t rows = 0;

	while (sqlite3_step(s) == SQLITE_ROW) {
		rows++;
		if (strcmp(verify_text(sentinels(v), verify_column(s, 0)), verify_column(s, 1)) != 0)
			verify_altered(v, "a sentinel differs from its event");
	}
	sqlite3_finalize(s);
	if (rows != json_object_size(sentinels(v)))
		verify_altered(v, "sentinels: the table has %zu, the events tell of %zu", rows,
			json_object_size(sentinels(v)));
}

void
verify_tables(struct verify *v)
{
	check_images(v);
	check_series(v);
	verify_tasks(v);
	if (v->schema >= 4)
		check_sentinels(v);
	if (v->schema >= 5) {
		verify_sources(v);
		verify_labels(v);
		verify_studies(v);
	}
	if (v->schema >= 6) {
		verify_forms(v);
		verify_queries(v);
	}
}

/* Is an original rightly not in objects/?  In a copy that is so for those of other studies; everything else that its list
 * tells of was copied, also from sources. */
static bool
is_away(struct verify *v, const char *path, sqlite3_stmt *s)
{
	bool gone = access(path, F_OK) != 0 && errno == ENOENT;

	if (v->copy == NULL) {
		if (!verify_elsewhere(v, verify_column(s, 1)))
			return false;
		v->elsewhere++;
		return true;
	}
	if (!gone || !verify_left_out(v, verify_column(s, 2)))
		return false;
	v->left_out++;
	return true;
}

static void
check_object(struct verify *v, sqlite3_stmt *s)
{
	const char *digest = verify_column(s, 0);
	char path[4096], hex[65];

	snprintf(path, sizeof(path), "%s/objects/%.2s/%s", v->folder, digest,
		strlen(digest) > 2 ? digest + 2 : "");
	if (!digest_file(path, hex) && is_away(v, path, s))
		return;
	v->objects++;
	if (hex[0] == '\0')
		verify_altered(v, "object %.16s is missing", digest);
	else if (strcmp(hex, digest) != 0)
		verify_altered(v, "object %.16s: its bytes were changed", digest);
}

void
verify_objects(struct verify *v)
{
	sqlite3_stmt *s;

	verify_copy(v);
	s = verify_query(v,
		"SELECT o.digest, o.series, x.trial FROM (SELECT digest, series FROM image UNION"
		" SELECT digest, series FROM conflict) o LEFT JOIN series s ON s.id = o.series"
		" LEFT JOIN exam x ON x.id = s.exam ORDER BY o.digest, o.series");
	while (sqlite3_step(s) == SQLITE_ROW)
		check_object(v, s);
	sqlite3_finalize(s);
}
