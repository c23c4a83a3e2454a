/* The rows of a header as a tree on the screen. */
#include "tui/tags_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/draw.h"

enum { ITEMS_OPEN = 8 }; /* longer sequences are closed at first */

/* ---- folding ---- */

static bool
is_leaf(const struct header_row *r)
{
	return r->below == 0;
}

/* Sequences are open, but long ones and what always differs are not; of a value only the line is shown. */
static bool
open_at_first(const struct header_row *r)
{
	if (is_leaf(r) || r->path[0] == '~')
		return false;
	return r->tag == 0 || strtoul(r->value, NULL, 10) <= ITEMS_OPEN;
}

static size_t
find_toggled(const struct tags_tree *t, const char *path)
{
	size_t i = 0;

	while (i < t->toggled_count && strcmp(t->toggled[i], path) != 0)
		i++;
	return i;
}

bool
tags_tree_is_open(const struct tags_tree *t, size_t row)
{
	const struct header_row *r = &t->rows.row[row];

	return open_at_first(r) != (find_toggled(t, r->path) < t->toggled_count);
}

static void
toggle(struct tags_tree *t, const char *path)
{
	size_t i = find_toggled(t, path);

	if (i < t->toggled_count) {
		free(t->toggled[i]);
		t->toggled[i] = t->toggled[--t->toggled_count];
		return;
	}
	t->toggled = mem_grow(t->toggled, t->toggled_count + 1, sizeof(*t->toggled));
	t->toggled[t->toggled_count++] = mem_string(path);
}

/* ---- lines ---- */

static void
add_line(struct tags_tree *t, struct tags_line line)
{
	if ((t->line_count & (t->line_count - 1)) == 0)
		t->line = mem_grow(
			t->line, t->line_count > 0 ? 2 * t->line_count : 1, sizeof(*t->line));
	t->line[t->line_count++] = line;
}

static void
add_pieces(struct tags_tree *t, size_t row, enum tags_part part)
{
	const struct header_row *r = &t->rows.row[row];
	const char *text = part == TAGS_MORE ? r->value : r->other;
	size_t at = 0, n, skip;

	while (text[at] != '\0' && t->columns > 0) {
		n = draw_wrap(text + at, (size_t)t->columns, &skip);
		if (skip == 0)
			return; /* a wide letter in one column */
		add_line(t, (struct tags_line){ row, at, n, part });
		at += skip;
	}
}

/* Items and headings have no value; a sequence has two where their numbers of items differ. */
static bool
has_other(const struct header_row *r)
{
	return r->other != NULL && r->tag != 0 && (is_leaf(r) || strcmp(r->value, r->other) != 0);
}

static void
make_lines(struct tags_tree *t)
{
	t->line_count = 0;
	for (size_t i = 0; i < t->rows.n; i++) {
		const struct header_row *r = &t->rows.row[i];
		bool open = tags_tree_is_open(t, i);

		add_line(t, (struct tags_line){ .row = i, .part = TAGS_ROW });
		if (open && is_leaf(r))
			add_pieces(t, i, TAGS_MORE);
		if (has_other(r))
			add_line(t, (struct tags_line){ .row = i, .part = TAGS_OTHER });
		if (open && is_leaf(r) && r->other != NULL)
			add_pieces(t, i, TAGS_MORE_OTHER);
		if (!open)
			i += r->below;
	}
	list_set_total(&t->list, (int64_t)t->line_count);
}

const struct header_row *
tags_tree_row(const struct tags_tree *t)
{
	return t->line_count > 0 ? &t->rows.row[tags_tree_at(t)] : NULL;
}

size_t
tags_tree_at(const struct tags_tree *t)
{
	return t->list.at < (int64_t)t->line_count ? t->line[t->list.at].row : 0;
}

static void
go_to_line(struct tags_tree *t, size_t row)
{
	size_t i = 0;

	while (i + 1 < t->line_count && t->line[i].row < row)
		i++;
	list_go(&t->list, (int64_t)i);
}

void
tags_tree_go(struct tags_tree *t, size_t row)
{
	bool any = false;

	if (row >= t->rows.n)
		return;
	for (size_t up = t->rows.row[row].parent; up != HEADER_NO_ROW; up = t->rows.row[up].parent)
		if (!tags_tree_is_open(t, up)) {
			toggle(t, t->rows.row[up].path);
			any = true;
		}
	if (any)
		make_lines(t);
	go_to_line(t, row);
}

/* ---- searching ---- */

bool
tags_tree_matches(const struct tags_tree *t, size_t row)
{
	const struct header_row *r = &t->rows.row[row];
	char number[32] = "";

	if (t->word[0] == '\0')
		return false;
	if (r->tag != 0)
		snprintf(number, sizeof(number), "(%04x,%04x) %08x", r->tag >> 16, r->tag & 0xffff,
			r->tag);
	return strcasestr(number, t->word) != NULL || strcasestr(r->name, t->word) != NULL ||
		strcasestr(r->value, t->word) != NULL ||
		(r->other != NULL && strcasestr(r->other, t->word) != NULL);
}

static void
count_matches(struct tags_tree *t)
{
	size_t at = tags_tree_at(t);

	t->matches = t->match = 0;
	for (size_t i = 0; i < t->rows.n; i++)
		if (tags_tree_matches(t, i)) {
			t->matches++;
			if (i == at)
				t->match = t->matches;
		}
}

void
tags_tree_search(struct tags_tree *t, const char *word, size_t from)
{
	size_t n = t->rows.n;

	str_copy(t->word, sizeof(t->word), word);
	tags_tree_go(t, from);
	for (size_t i = 0; i < n; i++)
		if (tags_tree_matches(t, (from + i) % n)) {
			tags_tree_go(t, (from + i) % n);
			break;
		}
	count_matches(t);
}

void
tags_tree_search_next(struct tags_tree *t, int direction)
{
	size_t n = t->rows.n, at = tags_tree_at(t);

	for (size_t i = 1; i <= n; i++) {
		size_t row = (direction > 0 ? at + i : at + n - i) % n;

		if (tags_tree_matches(t, row)) {
			tags_tree_go(t, row);
			break;
		}
	}
	count_matches(t);
}

/* ---- the whole ---- */

/* The row at a path, or the first one after it, so that a cursor whose element is not there does not move far. */
static size_t
row_from(const struct tags_tree *t, const char *path)
{
	size_t i = 0;

	for (size_t k = 0; k < t->rows.n; k++)
		if (strcmp(t->rows.row[k].path, path) == 0)
			return k;
	while (i + 1 < t->rows.n && strcmp(t->rows.row[i].path, path) < 0)
		i++;
	return i;
}

void
tags_tree_take(struct tags_tree *t, struct header_rows *rows, bool compared)
{
	const struct header_row *at = tags_tree_row(t);
	char *path = mem_string(at != NULL ? at->path : "");
	int64_t down = t->list.at - t->list.first;

	header_rows_release(&t->rows);
	t->rows = *rows;
	memset(rows, 0, sizeof(*rows));
	t->compared = compared;
	make_lines(t);
	go_to_line(t, row_from(t, path));
	t->list.first = t->list.at - down;
	list_go(&t->list, t->list.at);
	count_matches(t);
	free(path);
}

void
tags_tree_release(struct tags_tree *t)
{
	header_rows_release(&t->rows);
	for (size_t i = 0; i < t->toggled_count; i++)
		free(t->toggled[i]);
	free(t->toggled);
	free(t->line);
	memset(t, 0, sizeof(*t));
}

void
tags_tree_layout(struct tags_tree *t, int lines, int beside, int columns)
{
	size_t at = tags_tree_at(t);

	list_set_rows(&t->list, lines);
	t->beside = beside;
	if (columns == t->columns)
		return;
	t->columns = columns;
	make_lines(t);
	go_to_line(t, at);
}

static bool
fits_beside(const struct tags_tree *t, const char *value)
{
	return value == NULL || str_columns(value) <= (size_t)t->beside;
}

bool
tags_tree_fold(struct tags_tree *t)
{
	const struct header_row *r = tags_tree_row(t);
	size_t at = tags_tree_at(t);

	if (r == NULL)
		return false;
	if (is_leaf(r) && !tags_tree_is_open(t, at) && fits_beside(t, r->value) &&
		fits_beside(t, r->other))
		return false;
	toggle(t, r->path);
	make_lines(t);
	go_to_line(t, at);
	return true;
}
