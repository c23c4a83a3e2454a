/* What the audit screens share: scr_audit.c (the list), scr_event.c (one event in full), audit_export.c. */
#ifndef TUI_AUDIT_H
#define TUI_AUDIT_H

#include <stdint.h>

#include "tui/app.h"

enum { AUDIT_WORDS = 400 };

/* For scr_event_ops: which event, and among which the next one is looked for. */
struct event_argument {
	int64_t seq;
	char words[AUDIT_WORDS];
};

/* Read out what the words let through into a new file: JSON lines or CSV by the ending of its name, text otherwise.  Goes
 * on beside everything else; the status line tells the end. */
void audit_export(struct app *app, const char *words, const char *path);

#endif
