/* How the worklist opens the viewer. */
#ifndef TUI_VIEWER_H
#define TUI_VIEWER_H

#include "core/ledger/worklist.h"

/* Argument of scr_viewer_ops.open. */
struct viewer_argument {
	int64_t task, series;
	struct worklist_query queue; /* its texts are copied */
};

#endif
