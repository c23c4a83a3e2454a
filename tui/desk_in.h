/* The inside of the desk: scr_desk.c does what keys ask and draws, desk_jobs.c asks the ledger.  UI thread. */
#ifndef TUI_DESK_IN_H
#define TUI_DESK_IN_H

#include "core/trial/todo.h"
#include "tui/app.h"
#include "tui/list.h"

enum desk_mode {
	DESK_LIST,
	DESK_VALUE,  /* what is filled in, or asked, is typed */
	DESK_REASON, /* why */
	DESK_CONFIRM /* each row shows what it becomes */
};

struct desk_undo {
	char kind[12], object[24], field[ENTRY_FIELD];
};

struct desk {
	struct list list;
	struct todo_list todo; /* all of it */
	size_t *shown;         /* places in it that the filter leaves */
	size_t shown_n;
	bool *marked; /* by place in `todo` */
	int kind;     /* only these; TODO_KINDS all */
	struct line filter, text, reason;
	bool filtering, loading, loaded, working;
	bool open_then; /* Enter was pressed while the list was being read: its row is meant */
	enum desk_mode mode;
	char problem[300];
	uint64_t serial;
	struct desk_undo *undo; /* what was filled in last */
	size_t undo_n;
};

/* The list anew; the cursor stays where it is. */
void desk_load(struct app *app, struct desk *s);
void desk_filter(struct desk *s);
/* The item of a row; NULL none. */
struct todo *desk_item(const struct desk *s, int64_t row);
/* Those that are done together: the marked ones, or the row under the cursor.  *n of them; free the list. */
size_t *desk_chosen(const struct desk *s, size_t *n);

/* Do it: fill in, name, place or ask, with s->text and s->reason. */
void desk_apply(struct app *app, struct desk *s);
void desk_undo(struct app *app, struct desk *s);

#endif
