/* What of a series was on the glass: kept while a person reviews, and whether it is enough for a step. */
#include "core/ledger/look.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

/* ---- pure ---- */

static bool
meets(const struct look *l, const struct look_rule *rule)
{
	return l->times > 0 && l->scale >= rule->scale &&
		(l->levels == 0 || l->levels >= rule->levels);
}

/* Where part i of LOOK_CELLS begins; part i ends where part i + 1 begins. */
static uint64_t
edge(uint32_t size, uint64_t i)
{
	return i * size / LOOK_CELLS;
}

/* The parts of one axis that lie within start..start + length, a bit each; those without a pixel always do. */
static uint16_t
parts_within(uint32_t size, uint32_t start, uint32_t length)
{
	uint64_t stop = (uint64_t)start + length;
	uint16_t bits = 0;

	for (unsigned i = 0; i < LOOK_CELLS; i++) {
		uint64_t from = edge(size, i), to = edge(size, i + 1);

		if (from == to || (from >= start && to <= stop))
			bits |= (uint16_t)(1u << i);
	}
	return bits;
}

void
look_cover_add(struct look_cover *c, const struct look *l, const struct look_rule *rule)
{
	uint16_t columns, rows, none;

	if (!meets(l, rule) || l->columns == 0 || l->rows == 0)
		return;
	columns = parts_within(l->columns, l->left, l->width);
	rows = parts_within(l->rows, l->top, l->height);
	none = parts_within(l->columns, 0, 0);
	for (unsigned j = 0; j < LOOK_CELLS; j++) {
		if (edge(l->rows, j) == edge(l->rows, j + 1))
			c->row[j] = UINT16_MAX;
		else
			c->row[j] |= rows >> j & 1 ? columns : none;
	}
}

bool
look_cover_whole(const struct look_cover *c)
{
	for (unsigned j = 0; j < LOOK_CELLS; j++)
		if (c->row[j] != UINT16_MAX)
			return false;
	return true;
}

bool
look_cover_missing(const struct look_cover *c, uint32_t columns, uint32_t rows, uint32_t *left,
	uint32_t *top, uint32_t *width, uint32_t *height)
{
	for (unsigned j = 0; j < LOOK_CELLS; j++) {
		for (unsigned i = 0; i < LOOK_CELLS; i++) {
			*left = (uint32_t)edge(columns, i);
			*top = (uint32_t)edge(rows, j);
			*width = (uint32_t)edge(columns, i + 1) - *left;
			*height = (uint32_t)edge(rows, j + 1) - *top;
			if ((c->row[j] >> i & 1) == 0 && *width > 0 && *height > 0)
				return true;
		}
	}
	return false;
}

/* All that was seen of a slice, or with `window` all that was seen of it in that one. */
static bool
whole_in(const struct look *looks, size_t n, uint32_t slice, const struct look_rule *rule,
	const char *window)
{
	struct look_cover c = { 0 };

	for (size_t i = 0; i < n; i++)
		if (looks[i].slice == slice &&
			(window == NULL || strcmp(looks[i].window, window) == 0))
			look_cover_add(&c, &looks[i], rule);
	return look_cover_whole(&c);
}

static bool
window_came_before(const struct look *looks, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (looks[k].slice == looks[i].slice &&
			strcmp(looks[k].window, looks[i].window) == 0)
			return true;
	return false;
}

bool
look_slice_whole(const struct look *looks, size_t n, uint32_t slice, const struct look_rule *rule)
{
	uint32_t windows = 0;

	if (!rule->pixels)
		return true;
	if (rule->windows <= 1)
		return whole_in(looks, n, slice, rule, NULL);
	for (size_t i = 0; i < n && windows < rule->windows; i++)
		if (looks[i].slice == slice && !window_came_before(looks, i))
			windows += whole_in(looks, n, slice, rule, looks[i].window);
	return windows >= rule->windows;
}

/* ---- reading ---- */

/* A file that somebody edited can hold any number. */
static uint32_t
number(struct stmt *s, int i)
{
	int64_t v = stmt_get_int(s, i);

	return v < 0 ? 0 : v > (int64_t)UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

static void
fill(struct look *l, struct stmt *s)
{
	memset(l, 0, sizeof(*l));
	l->slice = number(s, 0);
	str_copy(l->picture, sizeof(l->picture), stmt_get_text(s, 1));
	str_copy(l->window, sizeof(l->window), stmt_get_text(s, 2));
	l->scale = number(s, 3);
	l->levels = number(s, 4);
	l->columns = number(s, 5);
	l->rows = number(s, 6);
	l->left = number(s, 7);
	l->top = number(s, 8);
	l->width = number(s, 9);
	l->height = number(s, 10);
	l->times = number(s, 11);
	l->first = stmt_get_int(s, 12);
	l->dwell = stmt_get_int(s, 13);
}

/* In the order of slice, first, picture. */
static enum rc
read_looks(struct ledger *l, const char *account, int64_t series, struct seen *out, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT slice, picture, shown_window, scale, levels, image_columns, image_rows, x, "
		"y, width,"
		" height, times, first_at, dwell FROM look WHERE account = $1 AND series = $2 AND"
		" revision = $3 ORDER BY slice, first_at, picture");
	size_t room = 0;
	enum rc rc;

	stmt_text(s, 1, account);
	stmt_int(s, 2, series);
	stmt_int(s, 3, out->revision);
	while ((rc = stmt_step(s, e)) == RC_OK) {
		if (out->look_count == room) {
			room = room > 0 ? 2 * room : 64;
			out->looks = mem_grow(out->looks, room, sizeof(*out->looks));
		}
		fill(&out->looks[out->look_count++], s);
	}
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
seen_load(struct ledger *l, const char *account, int64_t series, struct seen *out, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT seen.revision, seen.slice FROM seen JOIN series ON series.id = seen.series "
		"AND"
		" series.revision = seen.revision WHERE account = $1 AND series = $2");
	enum rc rc;

	memset(out, 0, sizeof(*out));
	out->slice = -1;
	stmt_text(s, 1, account);
	stmt_int(s, 2, series);
	rc = stmt_step(s, e);
	if (rc == RC_OK) {
		out->revision = stmt_get_int(s, 0);
		out->slice = stmt_get_int(s, 1);
	}
	stmt_done(s);
	if (rc == RC_OK)
		rc = read_looks(l, account, series, out, e);
	if (rc != RC_OK) {
		free(out->looks);
		out->looks = NULL;
		out->look_count = 0;
	}
	return rc;
}

struct look_rule
look_rule_of(struct ledger *l, const char *step)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT needs, least_scale, least_levels, least_windows FROM step"
		" WHERE workflow = 'default' AND name = $1");
	struct look_rule rule = { 0 };

	stmt_text(s, 1, step);
	if (stmt_step(s, NULL) == RC_OK) {
		rule.pixels = strcmp(stmt_get_text(s, 0), "pixels") == 0;
		rule.scale = number(s, 1);
		rule.levels = number(s, 2);
		rule.windows = number(s, 3);
	}
	stmt_done(s);
	return rule;
}

/* ---- writing ---- */

static void
put_clean(struct stmt *s, int i, const char *text)
{
	char *clean = mem_string(text);

	str_clean(clean);
	stmt_text(s, i, clean);
	free(clean);
}

static enum rc
save_look(struct ledger *l, const char *account, int64_t series, int64_t revision,
	const struct look *look, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"INSERT INTO look VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
		"$14,"
		" $15, $16, $17) ON CONFLICT (account, series, slice, picture, shown_window, x, y, "
		"width,"
		" height) DO UPDATE SET revision = excluded.revision,"
		" scale = excluded.scale, levels = excluded.levels,"
		" image_columns = excluded.image_columns, image_rows = excluded.image_rows,"
		" times = excluded.times, first_at = excluded.first_at, dwell = excluded.dwell");
	const int64_t numbers[] = { look->scale, look->levels, look->columns, look->rows, look->left,
		look->top, look->width, look->height, look->times, look->first, look->dwell };

	stmt_text(s, 1, account);
	stmt_int(s, 2, series);
	stmt_int(s, 3, revision);
	stmt_int(s, 4, look->slice);
	put_clean(s, 5, look->picture);
	put_clean(s, 6, look->window);
	for (size_t i = 0; i < MEM_COUNT(numbers); i++)
		stmt_int(s, 7 + (int)i, numbers[i]);
	return stmt_run(s, e);
}

static enum rc
save_place(struct ledger *l, const char *account, int64_t series, const struct seen *seen,
	struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"INSERT INTO seen VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account, series) DO "
		"UPDATE"
		" SET revision = excluded.revision, slice = excluded.slice, at = excluded.at");

	stmt_text(s, 1, account);
	stmt_int(s, 2, series);
	stmt_int(s, 3, seen->revision);
	stmt_int(s, 4, seen->slice);
	stmt_int(s, 5, ledger_now(l));
	return stmt_run(s, e);
}

static enum rc
drop_older(struct ledger *l, const char *account, int64_t series, int64_t revision, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"DELETE FROM look WHERE account = $1 AND series = $2 AND revision < $3");

	stmt_text(s, 1, account);
	stmt_int(s, 2, series);
	stmt_int(s, 3, revision);
	return stmt_run(s, e);
}

/* The greatest revision that this person's rows are of: a second terminal may be ahead of the one that saves. */
static int64_t
revision_kept(struct ledger *l, const char *account, int64_t series)
{
	struct stmt *s = db_query(
		ledger_db(l), "SELECT revision FROM seen WHERE account = $1 AND series = $2");
	int64_t revision;

	stmt_text(s, 1, account);
	stmt_int(s, 2, series);
	revision = stmt_step(s, NULL) == RC_OK ? stmt_get_int(s, 0) : 0;
	stmt_done(s);
	return revision;
}

/* ---- at most LOOK_MOST looks of one slice ---- */

static int
larger_first(const void *a, const void *b)
{
	const struct look *x = a, *y = b;
	uint64_t size_x = (uint64_t)x->width * x->height, size_y = (uint64_t)y->width * y->height;

	if (size_x != size_y)
		return size_x > size_y ? -1 : 1;
	return x->first != y->first ? (x->first < y->first ? -1 : 1)
				    : strcmp(x->picture, y->picture);
}

/* What a step may ask at least; a look below it can never count. */
static struct look_rule
least_rule(struct ledger *l)
{
	return (struct look_rule){
		.pixels = true,
		.scale = (uint32_t)db_number(ledger_db(l),
			"SELECT min(least_scale) FROM step WHERE needs = 'pixels'", 0),
		.levels = (uint32_t)db_number(ledger_db(l),
			"SELECT min(least_levels) FROM step WHERE needs = 'pixels'", 0),
	};
}

/* Does look i show a part that no look before it showed in its window? */
static bool
adds(const struct look *looks, size_t i, const struct look_rule *rule)
{
	struct look_cover before = { 0 }, with;

	for (size_t k = 0; k < i; k++)
		if (strcmp(looks[k].window, looks[i].window) == 0)
			look_cover_add(&before, &looks[k], rule);
	with = before;
	look_cover_add(&with, &looks[i], rule);
	return memcmp(&before, &with, sizeof(with)) != 0;
}

static enum rc
drop_look(struct ledger *l, const char *account, int64_t series, const struct look *look,
	struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"DELETE FROM look WHERE account = $1 AND series = $2 AND slice = $3 AND picture = "
		"$4 AND shown_window = $5 AND x = $6 AND y = $7 AND width = $8 AND height = $9");

	stmt_text(s, 1, account);
	stmt_int(s, 2, series);
	stmt_int(s, 3, look->slice);
	stmt_text(s, 4, look->picture);
	stmt_text(s, 5, look->window);
	stmt_int(s, 6, look->left);
	stmt_int(s, 7, look->top);
	stmt_int(s, 8, look->width);
	stmt_int(s, 9, look->height);
	return stmt_run(s, e);
}

/* Those stay that show something no larger one showed, so that what was seen whole stays seen; then the largest. */
static enum rc
thin_slice(struct ledger *l, const char *account, int64_t series, struct look *looks, size_t n,
	struct err *e)
{
	const struct look_rule rule = least_rule(l);
	bool *needed = mem_zero(n, sizeof(*needed));
	size_t kept = 0;
	enum rc rc = RC_OK;

	qsort(looks, n, sizeof(*looks), larger_first);
	for (size_t i = 0; i < n && kept < LOOK_MOST; i++) {
		needed[i] = adds(looks, i, &rule);
		kept += needed[i];
	}
	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		if (needed[i])
			continue;
		if (kept < LOOK_MOST)
			kept++;
		else
			rc = drop_look(l, account, series, &looks[i], e);
	}
	free(needed);
	return rc;
}

static enum rc
thin(struct ledger *l, const char *account, int64_t series, int64_t revision, struct err *e)
{
	struct seen all = { .revision = revision };
	enum rc rc = read_looks(l, account, series, &all, e);

	for (size_t i = 0, n; rc == RC_OK && i < all.look_count; i += n) {
		for (n = 1; i + n < all.look_count && all.looks[i + n].slice == all.looks[i].slice;
			n++)
			;
		if (n > LOOK_MOST)
			rc = thin_slice(l, account, series, all.looks + i, n, e);
	}
	free(all.looks);
	return rc;
}

static bool
is_overfull(struct ledger *l, const char *account, int64_t series)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT slice FROM look WHERE account = $1 AND series = $2 GROUP BY slice"
		" HAVING count(*) > $3");
	bool overfull;

	stmt_text(s, 1, account);
	stmt_int(s, 2, series);
	stmt_int(s, 3, LOOK_MOST);
	overfull = stmt_step(s, NULL) == RC_OK;
	stmt_done(s);
	return overfull;
}

/* ... or has the account signed something here, which it may look at again to correct it? */
static bool
has_open_step(struct ledger *l, const char *account, int64_t series)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT 1 FROM task WHERE series = $1 AND state = 'open' UNION ALL"
		" SELECT 1 FROM decision WHERE series = $1 AND account = $2");
	bool open;

	stmt_int(s, 1, series);
	stmt_text(s, 2, account);
	open = stmt_step(s, NULL) == RC_OK;
	stmt_done(s);
	return open;
}

static enum rc
save_all(struct ledger *l, const char *account, int64_t series, const struct seen *seen,
	struct err *e)
{
	enum rc rc;

	if (revision_kept(l, account, series) > seen->revision)
		return RC_OK; /* what is given is itself of an older revision */
	rc = save_place(l, account, series, seen, e);
	if (rc != RC_OK || !has_open_step(l, account, series))
		return rc;
	rc = drop_older(l, account, series, seen->revision, e);
	for (size_t i = 0; rc == RC_OK && i < seen->look_count; i++)
		rc = save_look(l, account, series, seen->revision, &seen->looks[i], e);
	if (rc == RC_OK && is_overfull(l, account, series))
		rc = thin(l, account, series, seen->revision, e);
	return rc;
}

enum rc
seen_save(struct ledger *l, const char *account, int64_t series, const struct seen *seen,
	struct err *e)
{
	enum rc rc = db_begin(ledger_db(l), e);

	if (rc != RC_OK)
		return rc;
	rc = save_all(l, account, series, seen, e);
	if (rc == RC_OK)
		return db_commit(ledger_db(l), e);
	db_rollback(ledger_db(l));
	return rc;
}
