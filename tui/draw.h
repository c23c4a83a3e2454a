/* Text onto the screen, in few styles.  Colour never carries a meaning alone; NO_COLOR and monochrome terminals get
 * the same page in bold, dim and reverse.  UI thread. */
#ifndef TUI_DRAW_H
#define TUI_DRAW_H

#include <stdbool.h>
#include <stddef.h>

enum style {
	STYLE_PLAIN,
	STYLE_DIM,
	STYLE_BOLD,
	STYLE_BAR,    /* top line */
	STYLE_CURSOR, /* the row or field in focus */
	STYLE_ACCENT,
	STYLE_WARN,
	STYLE_GOOD,
	STYLE_PICTURE, /* cells that hold a picture */
	STYLES
};

struct area {
	int row, column, rows, columns;
};

/* After ncurses started: colours. */
void draw_begin(void);

/* Text cut or padded with blanks to exactly `columns` cells. */
void draw_text(int row, int column, int columns, enum style s, const char *text);
/* The same, at the right end of its cells. */
void draw_right(int row, int column, int columns, enum style s, const char *text);
void draw_format(int row, int column, int columns, enum style s, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
void draw_fill(struct area a, enum style s);
/* Cells that a picture lies on: written with a mark that is no blank, so that ncurses really
 * writes the cells again when something else comes there. */
void draw_picture_cells(struct area a);
/* A frame with a title around an area, its inside blank; returns the inside. */
struct area draw_box(struct area a, const char *title);

/* Word wrap: the next line of `text` that fits into `columns`, its length in bytes; *skip is
 * how much to step over to come to the one after.  0 and *skip 0 at the end. */
size_t draw_wrap(const char *text, size_t columns, size_t *skip);

#endif
