/* What a signer had on the glass, as it is signed. */
#include "core/ledger/viewing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/catalog.h"

/* ---- measuring ---- */

/* The looks of one slice: they are in the order of slices. */
struct run {
	const struct look *looks;
	size_t n;
};

static struct run
run_of(const struct seen *s, uint32_t slice, size_t *at)
{
	struct run r = { 0 };

	if (s->look_count == 0)
		return r;
	while (*at < s->look_count && s->looks[*at].slice < slice)
		++*at;
	r.looks = s->looks + *at;
	for (r.n = 0; *at < s->look_count && s->looks[*at].slice == slice; ++*at)
		r.n++;
	return r;
}

static struct look_rule
measure_of(const struct look_rule *asked)
{
	return asked->pixels
		? *asked
		: (struct look_rule){
			  .pixels = true, .scale = LOOK_SCALE, .levels = LOOK_LEVELS, .windows = 1
		  };
}

static void
count_slices(struct viewing *v, const struct seen *s, const struct image *images, size_t n)
{
	const struct look_rule rule = measure_of(&v->rule);
	uint32_t slice = 0;
	size_t at = 0;
	bool all = true;

	for (size_t i = 0; i < n; i++) {
		if (images[i].fault[0] != '\0' && !v->broken) {
			v->broken = true;
			v->broken_slice = slice;
		}
		for (int64_t k = 0; k < images[i].slices; k++, slice++) {
			struct run r = run_of(s, slice, &at);
			bool whole = images[i].fault[0] == '\0' &&
				look_slice_whole(r.looks, r.n, slice, &rule);

			v->whole += whole;
			if (!whole && all)
				v->missing = slice;
			all = all && whole;
		}
	}
	v->slices = slice;
}

static int
by_window(const void *a, const void *b)
{
	return strcmp(
		(*(const struct look *const *)a)->window, (*(const struct look *const *)b)->window);
}

static uint32_t
count_windows(const struct seen *s)
{
	const struct look **sorted = mem_zero(s->look_count + 1, sizeof(*sorted));
	uint32_t n = 0;

	for (size_t i = 0; i < s->look_count; i++)
		sorted[i] = &s->looks[i];
	qsort(sorted, s->look_count, sizeof(*sorted), by_window);
	for (size_t i = 0; i < s->look_count; i++)
		n += i == 0 || by_window(&sorted[i - 1], &sorted[i]) != 0;
	free(sorted);
	return n;
}

static void
count_looks(struct viewing *v, const struct seen *s)
{
	const struct look_rule rule = measure_of(&v->rule);

	v->looks = (uint32_t)s->look_count;
	v->windows = count_windows(s);
	for (size_t i = 0; i < s->look_count; i++) {
		const struct look *k = &s->looks[i];
		struct look_cover c = { 0 }, none = { 0 };

		v->dwell += k->dwell;
		look_cover_add(&c, k, &rule);
		if (memcmp(&c, &none, sizeof(c)) == 0)
			continue; /* does not count */
		if (v->least_scale == 0 || k->scale < v->least_scale)
			v->least_scale = k->scale;
		if (k->levels > 0 && (v->least_levels == 0 || k->levels < v->least_levels))
			v->least_levels = k->levels;
	}
}

static void
write_body(struct viewing *v, const struct seen *s)
{
	struct buf b = { 0 };
	struct digest d;

	for (size_t i = 0; i < s->look_count; i++) {
		const struct look *k = &s->looks[i];

		buf_format(&b,
			"%" PRIu32 "\t%s\t%s\t%" PRIu32 "\t%" PRIu32 "\t%" PRIu32 "\t%" PRIu32
			"\t%" PRIu32 "\t%" PRIu32 "\t%" PRIu32 "\t%" PRIu32 "\t%" PRIu32
			"\t%" PRId64 "\t%" PRId64 "\n",
			k->slice + 1, k->picture, k->window, k->scale, k->levels, k->columns,
			k->rows, k->left, k->top, k->width, k->height, k->times, k->first, k->dwell);
	}
	v->body = buf_take(&b);
	digest_begin(&d);
	digest_add(&d, "VIEWING-v1", 11);
	digest_add(&d, v->body, strlen(v->body));
	digest_end(&d, v->digest);
}

enum rc
viewing_measure(struct ledger *l, const char *account, int64_t series, const char *step,
	struct viewing *out, struct err *e)
{
	struct image *images = NULL;
	struct seen seen = { 0 };
	size_t n = 0;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	out->rule = look_rule_of(l, step);
	rc = seen_load(l, account, series, &seen, e);
	if (rc == RC_OK || rc == RC_NOT_FOUND) /* never opened: nothing was seen */
		rc = catalog_images(l, series, &images, &n, e);
	if (rc == RC_OK) {
		count_slices(out, &seen, images, n);
		count_looks(out, &seen);
		write_body(out, &seen);
	}
	free(images);
	free(seen.looks);
	return rc;
}

void
viewing_release(struct viewing *v)
{
	free(v->body);
	v->body = NULL;
}

/* ---- the gate ---- */

enum rc
viewing_allows_pass(const struct viewing *v, const char *step, struct err *e)
{
	char windows[40] = "";

	if (!v->rule.pixels)
		return RC_OK;
	if (v->broken)
		return err_set(e, RC_INVALID,
			"%.30s cannot be passed: the pixels of slice %" PRIu32
			" cannot be decoded, so nobody has seen them; the series can only be "
			"failed",
			step, v->broken_slice + 1);
	if (v->whole == v->slices)
		return RC_OK;
	if (v->rule.windows > 1)
		snprintf(windows, sizeof(windows), " in %" PRIu32 " windows", v->rule.windows);
	return err_set(e, RC_INVALID,
		"%.30s can be passed only when every slice was on the glass whole%s: %" PRIu32
		" of %" PRIu32 " were; the next is slice %" PRIu32 " (x goes there)",
		step, windows, v->whole, v->slices, v->missing + 1);
}

/* ---- keeping ---- */

json_t *
viewing_json(const struct viewing *v)
{
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:{s:I, s:I, s:I}}", "digest",
		v->digest, "slices", (json_int_t)v->slices, "whole", (json_int_t)v->whole, "looks",
		(json_int_t)v->looks, "windows", (json_int_t)v->windows, "least_scale",
		(json_int_t)v->least_scale, "least_levels", (json_int_t)v->least_levels, "dwell",
		(json_int_t)v->dwell, "rule", "scale", (json_int_t)v->rule.scale, "levels",
		(json_int_t)v->rule.levels, "windows", (json_int_t)v->rule.windows);
}

enum rc
viewing_insert(struct ledger *l, int64_t decision, const struct viewing *v, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l), "INSERT INTO viewing VALUES ($1, $2, $3)");

	stmt_int(s, 1, decision);
	stmt_text(s, 2, v->body);
	stmt_text(s, 3, v->digest);
	return stmt_run(s, e);
}

enum rc
viewing_tidy(struct ledger *l, int64_t series, struct err *e)
{
	static const char *const drops[] = {
		"DELETE FROM look WHERE series = $1 AND NOT EXISTS"
		" (SELECT 1 FROM task WHERE series = $1 AND state = 'open' AND reading <= 3)",
		"DELETE FROM seen WHERE series = $1 AND NOT EXISTS"
		" (SELECT 1 FROM task WHERE series = $1 AND state = 'open' AND reading <= 3)",
		"DELETE FROM mark_draft WHERE series = $1 AND NOT EXISTS"
		" (SELECT 1 FROM task WHERE series = $1 AND state = 'open' AND reading <= 3)",
	};
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < MEM_COUNT(drops); i++) {
		struct stmt *s = db_query(ledger_db(l), drops[i]);

		stmt_int(s, 1, series);
		rc = stmt_run(s, e);
	}
	return rc;
}

/* ---- reading back ---- */

enum rc
viewing_of_decision(struct ledger *l, int64_t decision, json_t **summary, char **body, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT e.body, v.body FROM decision d JOIN event e ON e.seq = d.event"
		" LEFT JOIN viewing v ON v.decision = d.id WHERE d.id = $1");
	json_t *event;
	enum rc rc;

	*summary = NULL;
	if (body != NULL)
		*body = NULL;
	stmt_int(s, 1, decision);
	rc = stmt_step(s, e);
	if (rc == RC_NOT_FOUND)
		return err_set(e, rc, "there is no decision #%lld", (long long)decision);
	if (rc != RC_OK)
		return rc;
	event = json_loads(stmt_get_text(s, 0), 0, NULL);
	*summary = json_incref(json_object_get(json_object_get(event, "data"), "viewing"));
	if (body != NULL)
		*body = mem_string(stmt_get_text(s, 1));
	json_decref(event);
	stmt_done(s);
	return RC_OK;
}

static bool
take_number(char **at, int64_t most, int64_t *out)
{
	const char *word = strsep(at, "\t");
	long v;

	if (word == NULL || !str_int(word, 0, (long)most, &v))
		return false;
	*out = v;
	return true;
}

static bool
parse_line(char *line, struct look *k)
{
	uint32_t *const numbers[] = { &k->scale, &k->levels, &k->columns, &k->rows, &k->left,
		&k->top, &k->width, &k->height, &k->times };
	const char *picture, *window;
	int64_t v;

	memset(k, 0, sizeof(*k));
	if (!take_number(&line, UINT32_MAX, &v) || v < 1)
		return false;
	k->slice = (uint32_t)v - 1;
	picture = strsep(&line, "\t");
	window = strsep(&line, "\t");
	if (window == NULL || !str_copy(k->picture, sizeof(k->picture), picture) ||
		!str_copy(k->window, sizeof(k->window), window))
		return false;
	for (size_t i = 0; i < MEM_COUNT(numbers); i++) {
		if (!take_number(&line, UINT32_MAX, &v))
			return false;
		*numbers[i] = (uint32_t)v;
	}
	return take_number(&line, INT64_MAX, &k->first) &&
		take_number(&line, INT64_MAX, &k->dwell) && line == NULL;
}

enum rc
viewing_parse(const char *body, struct look **out, size_t *n, struct err *e)
{
	char *copy = mem_string(body), *at = copy, *line;
	size_t room = 1;
	bool good = true;

	for (const char *c = body; *c != '\0'; c++)
		room += *c == '\n';
	*out = mem_zero(room, sizeof(**out));
	*n = 0;
	while (good && (line = strsep(&at, "\n")) != NULL && *line != '\0') {
		good = *n < room && parse_line(line, &(*out)[*n]);
		*n += good;
	}
	free(copy);
	if (good)
		return RC_OK;
	free(*out);
	*out = NULL;
	return err_set(e, RC_CORRUPT, "line %zu of the viewing cannot be read", *n + 1);
}
