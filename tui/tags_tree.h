/* The rows of a header as a tree on the screen: folding, searching, a cursor that stays on its element when another header
 * comes.  Knows no terminal.  UI thread. */
#ifndef TUI_TAGS_TREE_H
#define TUI_TAGS_TREE_H

#include "core/dicom/header_rows.h"
#include "tui/list.h"

/* A line on the screen is a row, its value in the other header, or a piece of a value that was opened. */
enum tags_part { TAGS_ROW, TAGS_OTHER, TAGS_MORE, TAGS_MORE_OTHER };

struct tags_line {
	size_t row;
	size_t from, n; /* bytes of the value, for a piece */
	enum tags_part part;
};

struct tags_tree {
	struct header_rows rows;
	bool compared;
	char **toggled; /* paths that are open where others are closed, or the other way round */
	size_t toggled_count;
	struct tags_line *line;
	size_t line_count;
	int beside, columns; /* for a value beside its name, for its pieces */
	struct list list;
	char word[200];        /* searched for; "" nothing */
	size_t matches, match; /* rows that have it; the one under the cursor, from 1, or 0 */
};

/* Another header.  Swallows *rows. */
void tags_tree_take(struct tags_tree *t, struct header_rows *rows, bool compared);
void tags_tree_release(struct tags_tree *t);
/* Room on the screen: lines, columns for the value beside its name, and for the pieces of one that was opened. */
void tags_tree_layout(struct tags_tree *t, int lines, int beside, int columns);

/* The row under the cursor, NULL none. */
const struct header_row *tags_tree_row(const struct tags_tree *t);
size_t tags_tree_at(const struct tags_tree *t); /* its number, 0 where there is none */
void tags_tree_go(struct tags_tree *t, size_t row);
bool tags_tree_is_open(const struct tags_tree *t, size_t row);
/* Open or close the row under the cursor; false where there is nothing more of it. */
bool tags_tree_fold(struct tags_tree *t);

/* What to look for in tag numbers, names and values; letters may be large or small.  Goes to the first row from `from` on
 * that has it, after the last one from the top. */
void tags_tree_search(struct tags_tree *t, const char *word, size_t from);
/* To the next row that has it (1) or the one before (-1). */
void tags_tree_search_next(struct tags_tree *t, int direction);
bool tags_tree_matches(const struct tags_tree *t, size_t row);

#endif
