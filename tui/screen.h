/* A screen: one row of this table and one file, scr_NAME.c.  draw reads state, never storage; command changes state
 * and asks for a redraw.  UI thread. */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include <stdbool.h>

#include "core/base/err.h"
#include "tui/command.h"
#include "tui/draw.h"
#include "tui/key.h"

struct app;

struct screen_ops {
	const char *title;    /* names the screen on the top line, e.g. "Worklist" */
	const char *section;  /* of the keymap */
	const char *section2; /* looked at after it, e.g. "list"; NULL none */
	const char *title2;   /* what help calls that one */
	size_t state_size;
	bool takes_text; /* what is pasted goes into a field of it */

	void (*open)(struct app *app, void *state, const void *argument);
	void (*close)(struct app *app, void *state);  /* may be NULL, as all below */
	void (*shown)(struct app *app, void *state);  /* it is on top again */
	void (*hidden)(struct app *app, void *state); /* another one goes on top */
	void (*layout)(struct app *app, void *state); /* the window changed its size */
	void (*top)(struct app *app, void *state, char *left, char *right,
		size_t size); /* rest of the top line */
	void (*draw)(struct app *app, void *state, struct area a);
	unsigned (*have)(struct app *app, void *state); /* enum need bits that are met */
	void (*command)(struct app *app, void *state, enum command c, const char *argument);
	bool (*key)(struct app *app, void *state,
		const struct key *k); /* before the keymap: text fields */
	void (*mouse)(struct app *app, void *state, const struct key *k);
	const enum command *key_line; /* what the bottom line offers, CMD_NONE at the end */
	/* the same where it depends on the state; NULL: key_line */
	const enum command *(*key_line_of)(struct app *app, void *state);
	int (*tick_in)(
		struct app *app, void *state); /* ms until tick wants to be called, -1 never */
	void (*tick)(struct app *app, void *state);
	/* sources were looked after; `fresh`: series came to the worklists */
	void (*heard)(struct app *app, void *state, bool fresh);
};

extern const struct screen_ops scr_login_ops, scr_worklist_ops, scr_viewer_ops, scr_tags_ops,
	scr_help_ops, scr_lock_ops, scr_audit_ops, scr_event_ops, scr_sources_ops, scr_progress_ops,
	scr_form_ops, scr_desk_ops, scr_query_ops, scr_quality_ops, scr_calendar_ops;

#endif
