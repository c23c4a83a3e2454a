/* Text onto the screen, in few styles. */
#include "tui/draw.h"

#include <ncursesw/curses.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"

/* With colours an attribute and a pair, without the attribute alone: each style is told by the attribute
 * too, so that no meaning hangs on colour. */
static const struct {
	attr_t attribute;
	short foreground, background;
} styles[STYLES] = {
	[STYLE_PLAIN] = { A_NORMAL, -1, -1 },
	[STYLE_DIM] = { A_DIM, -1, -1 },
	[STYLE_BOLD] = { A_BOLD, -1, -1 },
	[STYLE_BAR] = { A_REVERSE, -1, -1 },
	[STYLE_CURSOR] = { A_REVERSE, -1, -1 },
	[STYLE_ACCENT] = { A_BOLD, COLOR_CYAN, -1 },
	[STYLE_WARN] = { A_BOLD, COLOR_YELLOW, -1 },
	[STYLE_GOOD] = { A_BOLD, COLOR_CYAN, -1 },
	[STYLE_PICTURE] = { A_NORMAL, COLOR_WHITE, COLOR_BLACK },
};

void
draw_begin(void)
{
	const char *no = getenv("NO_COLOR");

	if ((no == NULL || *no == '\0') && has_colors() && start_color() == OK) {
		use_default_colors();
		for (short i = 0; i < STYLES; i++)
			init_pair((short)(i + 1), styles[i].foreground, styles[i].background);
	}
}

static void
use(enum style s)
{
	const char *no = getenv("NO_COLOR");
	bool colour = (no == NULL || *no == '\0') && has_colors();

	attr_set(styles[s].attribute, (short)(colour ? s + 1 : 0), NULL);
}

void
draw_text(int row, int column, int columns, enum style s, const char *text)
{
	size_t n, used;

	if (columns <= 0 || row < 0 || row >= LINES || column >= COLS)
		return;
	if (column + columns > COLS)
		columns = COLS - column;
	n = str_fit(text, (size_t)columns);
	use(s);
	mvaddnstr(row, column, text, (int)n);
	used = str_columns(text);
	if (text[n] != '\0' && columns > 0) {
		/* what was cut off is said to be cut off */
		mvaddstr(row, column + columns - 1, "…");
		return;
	}
	for (; used < (size_t)columns; used++)
		addch(' ');
}

void
draw_right(int row, int column, int columns, enum style s, const char *text)
{
	int n = (int)str_columns(text);

	if (n > columns)
		n = columns;
	draw_text(row, column, columns - n, s, "");
	draw_text(row, column + columns - n, n, s, text);
}

void
draw_format(int row, int column, int columns, enum style s, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	str_clean(text);
	draw_text(row, column, columns, s, text);
}

void
draw_fill(struct area a, enum style s)
{
	for (int r = 0; r < a.rows; r++)
		draw_text(a.row + r, a.column, a.columns, s, "");
}

/* Each row begins with its number in two kinds of blanks: rows that are alike ncurses would move by scrolling a part of the
 * screen, whatever idlok says, and the terminal would move the picture with them. */
void
draw_picture_cells(struct area a)
{
	use(STYLE_PICTURE);
	for (int r = 0; r < a.rows; r++) {
		move(a.row + r, a.column);
		for (int c = 0; c < a.columns; c++)
			addstr(c < 8 && r >> c & 1 ? "\342\200\202"
						   : "\302\240"); /* U+2002, U+00A0 */
	}
}

struct area
draw_box(struct area a, const char *title)
{
	struct area inside = { a.row + 1, a.column + 2, a.rows - 2, a.columns - 4 };
	char line[64];

	draw_fill(a, STYLE_PLAIN);
	use(STYLE_ACCENT);
	for (int c = 1; c < a.columns - 1; c++) {
		mvaddstr(a.row, a.column + c, "─");
		mvaddstr(a.row + a.rows - 1, a.column + c, "─");
	}
	for (int r = 1; r < a.rows - 1; r++) {
		mvaddstr(a.row + r, a.column, "│");
		mvaddstr(a.row + r, a.column + a.columns - 1, "│");
	}
	mvaddstr(a.row, a.column, "┌");
	mvaddstr(a.row, a.column + a.columns - 1, "┐");
	mvaddstr(a.row + a.rows - 1, a.column, "└");
	mvaddstr(a.row + a.rows - 1, a.column + a.columns - 1, "┘");
	snprintf(line, sizeof(line), " %.56s ", title);
	draw_text(a.row, a.column + 2, (int)str_columns(line), STYLE_ACCENT, line);
	return inside;
}

size_t
draw_wrap(const char *text, size_t columns, size_t *skip)
{
	size_t fit = str_fit(text, columns), at = fit;

	*skip = fit;
	if (text[fit] == '\0')
		return fit;
	while (at > 0 && text[at] != ' ')
		at--;
	if (at == 0)
		return fit; /* one long word */
	*skip = at + 1;
	return at;
}
