/* Passing a list of series with one signature: the rows are shown, each is bound by itself.  UI thread. */
#ifndef TUI_DIALOG_LIST_H
#define TUI_DIALOG_LIST_H

#include "core/ledger/decision.h"
#include "core/ledger/worklist.h"
#include "tui/dialog.h"

/* Rows somebody put together on a worklist. */
struct dialog_rows {
	size_t n;
	struct dialog_row {
		int64_t task, series, revision;
		char step[32];
		char what[100]; /* "S-0042 T1 sag, N01-0007 V2" */
	} row[DECISION_BATCH];
};

/* Put a row in or take it out.  False: there is no room. */
bool dialog_rows_toggle(struct dialog_rows *rows, const struct worklist_row *r);
bool dialog_rows_has(const struct dialog_rows *rows, int64_t task);

/* Asks for the password and passes them all.  `rows` is the screen's and outlives the dialog only with it: what was signed is
 * taken out of it when the answer comes, found by the screen's id. */
void dialog_list(struct app *app, uint64_t screen, const struct dialog_rows *rows,
	void (*done)(struct app *app, uint64_t screen, const int64_t *tasks, size_t n));

#endif
