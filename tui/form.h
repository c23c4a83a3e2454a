/* How other screens open the form screen. */
#ifndef TUI_FORM_H
#define TUI_FORM_H

#include "tui/viewer_facts.h"

/* Argument of scr_form_ops.open; lent for that call. */
struct form_argument {
	const struct viewer_facts *facts;
	const struct viewport *port;
	const char *form; /* its id; "" the first that is not signed yet */
};

#endif
