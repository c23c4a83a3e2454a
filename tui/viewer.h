/* How the worklist opens the viewer. */
#ifndef TUI_VIEWER_H
#define TUI_VIEWER_H

#include "core/ledger/worklist.h"

/* Argument of scr_viewer_ops.open.  task 0: the series alone, nothing is signed on it.  form: this one is filled in first, and
 * leaving it leaves the viewer; "" as it is opened with no form in mind, NULL the pictures alone. */
struct viewer_argument {
	int64_t task, series;
	const char *form;
	struct worklist_query queue; /* its texts are copied */
};

#endif
