/* The far end of a terminal: the shipped program runs on a pty, its text goes to libvterm, its pictures are cut out of
 * the stream first (libvterm 0.1.4 loses a string split over two writes), and its questions are answered as the
 * terminal named would.  Tests wait for a condition with a deadline; nothing here sleeps. */
#ifndef TESTS_SUPPORT_GLASS_H
#define TESTS_SUPPORT_GLASS_H

#include <stdbool.h>
#include <stddef.h>

enum glass_kind {
	GLASS_SIXEL, /* answers like xterm -ti vt340 */
	GLASS_FAR,   /* the same, each answer 10 ms late: no local terminal */
	GLASS_PLAIN, /* answers DA1 without sixel */
	GLASS_SILENT /* answers nothing at all */
};

struct glass;

/* Start argv[0] in a window of columns x rows cells of 10x20 pixels.  `term` NULL: xterm-256color. */
struct glass *glass_start(
	enum glass_kind kind, int columns, int rows, const char *term, char *const argv[]);
/* Ends the program (SIGKILL where it does not go by itself) and frees. */
void glass_free(struct glass *g);

/* Send keys: plain text and <Enter> <Esc> <Tab> <BS> <Up> <Down> <Left> <Right> <PgUp> <PgDn> <Home> <End> <C-x>. */
void glass_keys(struct glass *g, const char *keys);
/* Wait until the screen's text has `text` / has it no more.  False after `ms`, with the screen on stderr. */
bool glass_expect(struct glass *g, const char *text, int ms);
bool glass_absent(struct glass *g, const char *text, int ms);
/* Does the screen have it now, after everything that is there was read? */
bool glass_has(struct glass *g, const char *text);
/* One row of the screen, UTF-8, blanks at the end cut off; lent until the next call. */
const char *glass_row(struct glass *g, int row);

/* Withhold the answers that say that a picture was drawn; false: give those that were withheld, and all later ones. */
void glass_hold(struct glass *g, bool hold);
/* Read nothing until the program has filled the line, so that a picture is half sent; false after ms. */
bool glass_clog(struct glass *g, int ms);

/* Wait until `n` pictures have come since the start; false after ms. */
bool glass_pictures(struct glass *g, int n, int ms);
int glass_picture_count(const struct glass *g);
/* The last picture's bytes from DCS to ST; lent. */
const char *glass_picture(const struct glass *g, size_t *n);
/* The cell at which it was drawn, from 0. */
void glass_picture_at(const struct glass *g, int *row, int *column);

void glass_resize(struct glass *g, int columns, int rows);
int glass_pid(const struct glass *g); /* of the program; 0 when it has ended */
void glass_signal(struct glass *g, int sig);
/* Wait until the program has stopped itself (Ctrl-Z); false after ms. */
bool glass_stopped(struct glass *g, int ms);
/* Wait for the end of the program; its exit status, 128 + signal, or -1 after ms. */
int glass_wait(struct glass *g, int ms);
/* Wait until the program has written these bytes at or after `from`; false after ms. */
bool glass_wrote(struct glass *g, size_t from, const char *bytes, int ms);
/* Everything the program wrote, for tests that look for what must not be there; lent. */
const char *glass_written(const struct glass *g, size_t *n);

#endif
