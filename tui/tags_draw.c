/* Drawing the tree of a header. */
#include "tui/tags_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

enum {
	TAG_COLUMNS = 17, /* "- (0028,0010) US " */
	PIECE_COLUMN = 4, /* where pieces of a value begin */
	DETAIL_LEAST = 4, /* rows below the tree: a line, the element's name, its value */
	DETAIL_MOST = 8,
};

static int
detail_rows(struct area a)
{
	int rows = a.rows / 5;

	return rows < DETAIL_LEAST ? DETAIL_LEAST : rows > DETAIL_MOST ? DETAIL_MOST : rows;
}

/* Values stand below one another, however deep their elements lie. */
static int
value_column(struct area a)
{
	return a.columns >= 100 ? 54 : a.columns >= 70 ? 46 : 38;
}

static const char *
value_told(const struct header_row *r)
{
	return r->difference == HEADER_RIGHT_ONLY ? "(not here)" : r->value;
}

static const char *
other_told(const struct header_row *r)
{
	return r->difference == HEADER_LEFT_ONLY ? "(not there)" : r->other;
}

/* ---- lines of the tree ---- */

static void
draw_row(const struct tags_tree *t, size_t row, struct area a, bool cursor)
{
	const struct header_row *r = &t->rows.row[row];
	enum style dim = cursor ? STYLE_CURSOR : STYLE_DIM;
	enum style plain = cursor ? STYLE_CURSOR : STYLE_PLAIN;
	enum style name = !cursor && tags_tree_matches(t, row) ? STYLE_ACCENT : plain;
	int value = value_column(a), in = 2 * r->depth;
	char text[24];

	if (in > value - TAG_COLUMNS - 8)
		in = value - TAG_COLUMNS - 8; /* deeper ones are told by the line below the tree */
	draw_text(a.row, a.column, a.columns, plain, "");
	if (r->below > 0)
		draw_text(a.row, a.column + in, 1, plain, tags_tree_is_open(t, row) ? "-" : "+");
	if (r->tag == 0) {
		draw_format(a.row, a.column + in + 2, a.columns - in - 2, name, "%s (%zu)", r->name,
			r->below);
		return;
	}
	snprintf(text, sizeof(text), "(%04X,%04X) %s", r->tag >> 16, r->tag & 0xffff, r->vr);
	draw_text(a.row, a.column + in + 2, TAG_COLUMNS - 3, dim, text);
	draw_text(a.row, a.column + in + TAG_COLUMNS, value - in - TAG_COLUMNS - 1, name, r->name);
	draw_text(a.row, a.column + value, a.columns - value, plain, value_told(r));
}

static void
draw_other(const struct tags_state *s, const struct header_row *r, struct area a, bool cursor)
{
	int value = value_column(a);
	enum style plain = cursor ? STYLE_CURSOR : STYLE_PLAIN;

	draw_text(a.row, a.column, a.columns, plain, "");
	draw_right(a.row, a.column + TAG_COLUMNS, value - TAG_COLUMNS - 1,
		cursor ? STYLE_CURSOR : STYLE_DIM, s->other_name);
	draw_text(a.row, a.column + value, a.columns - value, plain, other_told(r));
}

static void
draw_piece(const struct header_row *r, const struct tags_line *line, struct area a, bool cursor)
{
	const char *text = line->part == TAGS_MORE ? r->value : r->other;
	char *piece = mem_format("%.*s", (int)line->n, text + line->from);

	draw_text(a.row, a.column, PIECE_COLUMN, cursor ? STYLE_CURSOR : STYLE_DIM, "  |");
	draw_text(a.row, a.column + PIECE_COLUMN, a.columns - PIECE_COLUMN,
		cursor ? STYLE_CURSOR : STYLE_PLAIN, piece);
	free(piece);
}

static void
draw_line(const struct tags_state *s, int64_t at, struct area a)
{
	const struct tags_tree *t = &s->tree;
	const struct tags_line *line = &t->line[at];
	const struct header_row *r = &t->rows.row[line->row];
	bool cursor = at == t->list.at;

	if (line->part == TAGS_ROW)
		draw_row(t, line->row, a, cursor);
	else if (line->part == TAGS_OTHER)
		draw_other(s, r, a, cursor);
	else
		draw_piece(r, line, a, cursor);
}

/* ---- the element under the cursor ---- */

static int
draw_value(const char *label, const char *text, struct area a)
{
	int row = 0, in = (int)str_columns(label);
	size_t n, skip;

	draw_text(a.row, a.column, in, STYLE_DIM, label);
	while (*text != '\0' && row < a.rows) {
		char *piece;

		n = draw_wrap(text, (size_t)(a.columns - in), &skip);
		if (skip == 0)
			break;
		piece = mem_format("%.*s%s", (int)n, text,
			row + 1 == a.rows && text[skip] != '\0' ? " ..." : "");
		draw_text(a.row + row++, a.column + in, a.columns - in, STYLE_PLAIN, piece);
		free(piece);
		text += skip;
	}
	return row > 0 ? row : 1;
}

/* Where it lies, from the top: "ReferencedImageSequence, item 2, (0008,1155) UI ReferencedSOPInstanceUID". */
static void
where_text(const struct tags_tree *t, size_t row, char *to, size_t size)
{
	const struct header_row *r = &t->rows.row[row];
	char inner[300];

	if (r->tag == 0)
		str_copy(to, size, r->name);
	else
		snprintf(to, size, "(%04X,%04X) %s %s", r->tag >> 16, r->tag & 0xffff, r->vr,
			r->name);
	for (size_t up = r->parent; up != HEADER_NO_ROW; up = t->rows.row[up].parent) {
		str_copy(inner, sizeof(inner), to);
		snprintf(to, size, "%.80s, %s", t->rows.row[up].name, inner);
	}
}

static void
draw_detail(const struct tags_state *s, struct area a)
{
	const struct header_row *r = tags_tree_row(&s->tree);
	struct area left = { a.row + 2, a.column + 1, a.rows - 2, a.columns - 2 };
	char text[400], label[48];

	for (int c = 0; c < a.columns; c++)
		draw_text(a.row, a.column + c, 1, STYLE_DIM, "─");
	if (r == NULL)
		return;
	where_text(&s->tree, tags_tree_at(&s->tree), text, sizeof(text));
	draw_text(a.row + 1, a.column + 1, a.columns - 1, STYLE_BOLD, text);
	if (r->tag == 0 || r->other == NULL) {
		draw_value("", r->value, left);
		return;
	}
	left.rows = (a.rows - 2) / 2;
	snprintf(label, sizeof(label), "%-*s  ", (int)str_columns(s->other_name), "here");
	left.row += draw_value(label, value_told(r), left);
	left.rows = a.row + a.rows - left.row;
	snprintf(label, sizeof(label), "%s  ", s->other_name);
	draw_value(label, other_told(r), left);
}

/* ---- the whole ---- */

static void
draw_state(const struct tags_state *s, struct area a)
{
	if (!s->loaded)
		draw_text(a.row + 1, a.column + 2, a.columns - 4, STYLE_WARN, "loading...");
	else if (s->problem[0] != '\0')
		draw_text(a.row + 1, a.column + 2, a.columns - 4, STYLE_WARN, s->problem);
	else if (s->tree.rows.n == 0 && s->tree.compared)
		draw_format(a.row + 1, a.column + 2, a.columns - 4, STYLE_GOOD,
			"nothing differs from %s%s", s->other_name,
			s->one_file ? ": they are frames of one file" : "");
}

static void
draw_foot(const struct tags_state *s, struct area a)
{
	const struct tags_tree *t = &s->tree;
	int half = a.columns / 2;
	char text[120];

	if (s->searching || s->search.n > 0) {
		draw_text(a.row, a.column + 1, 1, STYLE_ACCENT, "/");
		line_draw(&s->search, a.row, a.column + 2, half - 4, s->searching);
	}
	if (t->word[0] != '\0' && t->matches == 0)
		snprintf(text, sizeof(text), "nothing has it ");
	else if (t->word[0] != '\0')
		snprintf(text, sizeof(text), "match %zu of %zu ", t->match, t->matches);
	else
		snprintf(text, sizeof(text), "%sline %lld of %lld ",
			t->rows.truncated ? "too large: not all is here; " : "",
			(long long)(t->list.total > 0 ? t->list.at + 1 : 0),
			(long long)t->list.total);
	draw_right(a.row, a.column + half, a.columns - half, STYLE_DIM, text);
}

void
tags_draw_tree(struct tags_state *s, struct area a)
{
	const struct list *l = &s->tree.list;
	int detail = detail_rows(a);

	tags_tree_layout(&s->tree, a.rows - 1 - detail, a.columns - value_column(a),
		a.columns - PIECE_COLUMN - 1);
	draw_state(s, a);
	for (int i = 0; i < l->rows && l->first + i < l->total; i++)
		draw_line(s, l->first + i, (struct area){ a.row + i, a.column, 1, a.columns });
	draw_detail(s, (struct area){ a.row + a.rows - 1 - detail, a.column, detail, a.columns });
	draw_foot(s, (struct area){ a.row + a.rows - 1, a.column, 1, a.columns });
}
