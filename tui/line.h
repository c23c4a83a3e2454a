/* One line of text being typed: a password, a filter, a note.  UI thread. */
#ifndef TUI_LINE_H
#define TUI_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/draw.h"
#include "tui/key.h"

struct line {
	char text[1024]; /* UTF-8 */
	size_t n;        /* bytes */
	size_t at;       /* the cursor, a byte offset */
	bool secret;     /* shown as dots */
};

/* True where the key was an editing one and was used. */
bool line_key(struct line *l, const struct key *k);
void line_set(struct line *l, const char *text);
/* Overwrites what was typed. */
void line_wipe(struct line *l);
/* Draw it and, with focus, a block on the character that the next key goes before.  Drawn rather than the
 * terminal's own cursor, which any later text would carry away. */
void line_draw(const struct line *l, int row, int column, int columns, bool focus);

#endif
