/* One list for every list screen: a window of rows that a job fetches, a cursor that does not move by itself.
 * UI thread. */
#ifndef TUI_LIST_H
#define TUI_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/command.h"

struct list {
	int64_t total; /* rows of the whole list; -1 not known yet */
	int64_t at;    /* the cursor */
	int64_t first; /* the first row shown */
	int rows;      /* that fit on the screen */
};

/* Moves for the list commands; true where it was one. */
bool list_command(struct list *l, enum command c);
/* Put the cursor on a row, within bounds. */
void list_go(struct list *l, int64_t at);
/* The number of rows changed. */
void list_set_total(struct list *l, int64_t total);
void list_set_rows(struct list *l, int rows);

#endif
