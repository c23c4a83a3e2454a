/* The terminal: what it can do, raw mode, pictures out without waiting, and everything put back at the end.
 * Text goes out through ncurses; pictures through a second, non-blocking descriptor of the same terminal, one at a
 * time, each followed by CSI 5 n, whose answer says that it was drawn.  UI thread. */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "render/picture.h"
#include "tui/input.h"

struct term_abilities {
	bool sixel, kitty, rgb;      /* rgb: 24-bit colour */
	int registers;               /* sixel colours; 0 unknown */
	int most_width, most_height; /* of a sixel picture, pixels; 0 unknown */
	int cell_width, cell_height; /* pixels; 0 unknown */
	char version[64];            /* XTVERSION's answer, cleaned; "" none */
	bool multiplexer;            /* tmux or screen */
	bool answers;                /* it answered anything at all */
	int64_t round_trip_us;       /* of the questions; 0 not known */
};

struct term;

/* Ask the terminal (at most 1 s) and start ncurses.  RC_UNSUPPORTED: not a terminal, or one that cannot show
 * screens (TERM=dumb); the text says what to do.  `protocol` forces one of the picture protocols, -1: best. */
enum rc term_open(struct term **out, int protocol, struct err *e);
/* Everything back as it was, pictures and their scroll-back erased.  NULL is allowed. */
void term_close(struct term *t);

/* Restore the terminal from a signal handler or an abort; async-signal-safe. */
void term_emergency(void);

const struct term_abilities *term_can(const struct term *t);
enum picture_protocol term_protocol(const struct term *t);
const char *term_describe(const struct term *t); /* "XTerm(379) sixel 1024 registers" */

/* Pixels of one cell as pictures see it: for half blocks 1x2. */
void term_cell(const struct term *t, int *width, int *height);
/* Read the window size again, after SIGWINCH. */
void term_resized(struct term *t);

int term_fd(const struct term *t); /* to poll for input, and for output while term_sending */
int term_out_fd(const struct term *t);

/* Read what is there and parse it.  False: the line is gone. */
bool term_read(struct term *t);
struct input *term_input(struct term *t);

/* Queue a picture for the cell (row, column), from 0; swallows bytes (leaves *bytes empty).  One that waits
 * and was not begun is replaced; `tag` comes back from term_acknowledged. */
void term_picture_take(struct term *t, struct buf *bytes, int row, int column, uint64_t tag);
/* Forget a waiting picture; cancel (CAN) one that is half sent. */
void term_picture_cancel(struct term *t);

/* Is a picture partly written?  Then nothing else may write to the terminal. */
bool term_sending(const struct term *t);
/* Is a picture written and not yet acknowledged, or waiting? */
bool term_busy(const struct term *t);

/* Write as much as the line takes. */
void term_flush(struct term *t);
/* The terminal said that everything was drawn: tag of the picture, or 0.  Also after its time ran out. */
uint64_t term_acknowledged(struct term *t, bool timed_out);
/* Milliseconds until an unanswered picture counts as drawn; -1: none waits. */
int term_timeout(const struct term *t);

/* Write spaces over cells, through the line itself: some terminals keep pixels until a character is written. */
void term_wipe(struct term *t, int row, int column, int rows, int columns);

/* Everything off the screen and out of its scroll-back; it must be drawn again. */
void term_erase_all(struct term *t);

/* Reset the terminal, which also empties its slots for pictures, and come back to screen mode; with shared colour
 * registers or without.  xterm only.  Everything must be drawn again. */
void term_begin_anew(struct term *t, bool shared_registers);
bool term_is_xterm(const struct term *t);

/* Leave and enter screen mode around a stop (Ctrl-Z). */
void term_suspend(struct term *t);
void term_resume(struct term *t);

/* What the line carries, bits per second, without its round trip: a running estimate from the pictures that were
 * acknowledged; 0 not known yet. */
double term_rate(const struct term *t);

#endif
