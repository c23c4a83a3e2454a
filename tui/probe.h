/* What can this terminal do?  Asked before ncurses starts, with a deadline. */
#ifndef TUI_PROBE_H
#define TUI_PROBE_H

#include "tui/term.h"

/* Sends the questions and reads answers for at most one second; leaves the terminal's mode as it was. */
void probe_terminal(struct term_abilities *out);

/* Pixels of a cell from what the window size says; keeps what is known where it says nothing. */
void probe_cell(struct term_abilities *a, int columns, int rows, int x_pixels, int y_pixels);

/* One answer, for tests: the bytes between ESC and the end of a sequence ("[?62;4;9c", "P>|XTerm(379)"). */
void probe_answer(struct term_abilities *a, const char *answer);

#endif
