/* The inside of the viewer screen, for the files that make it up: viewer_load.c opens series and remembers what was
 * seen, viewer_commands.c does what keys ask, viewer_verdict.c signs, scr_viewer.c draws and keeps time.  UI thread. */
#ifndef TUI_VIEWER_IN_H
#define TUI_VIEWER_IN_H

#include "tui/app.h"
#include "tui/viewer_facts.h"
#include "tui/viewer_modes.h"
#include "tui/viewer_tool.h"
#include "tui/viewport.h"

enum { VIEWER_SWEEP_MS = 250, VIEWER_PLAY_MS = 80 };

struct viewer_state {
	struct viewer_facts f;
	struct viewport port;
	struct viewer_modes modes;
	struct viewer_tool tool;
	struct worklist_query queue;
	char queue_step[32], queue_filter[200];
	bool loaded, failed;
	char problem[200];
	char step[32];   /* of the task: what is signed; the queue may be "adjudication" */
	char held[200];  /* who else has it open; "" nobody */
	char stale[200]; /* what was signed on the step before, and what changed since; "" nothing */
	char disputed[2][200]; /* what two readers said, for who adjudicates; "" nothing */
	int64_t decision;      /* that stands on the task, 0 none */
	bool task_open, needs_pixels;
	int64_t place, total; /* in the queue */

	bool playing;
	int play_ms; /* a slice */
	int64_t play_at;
	int64_t progress_at;
	bool sweeping; /* narrow windows run over the slice; play_at is the time of the next */
	int sweep_step;
	struct window sweep_before;
	bool sweep_custom;
	int drag_row, drag_column; /* cell where the mouse was, -1: not dragging */
	bool arriving;             /* it lies at a source and is on its way */
	char source[33];           /* where it lies; "" here */
	char away[200];            /* why it did not come; "" it did, or is still coming */
	int64_t resume;            /* the slice to go on with after it came; -1 none */
	bool staying;              /* the same task is opened anew */
	bool unsaved;
	int64_t save_at;
	struct charter_reason *reasons; /* that the study added to the program's */
	size_t reason_count;
	bool for_form; /* it was opened for a form, and goes with it */
	char form[65]; /* which; "" the first that is open */
	bool covered;  /* a dialog lies over the picture */
	uint64_t load_serial;
	int64_t ahead; /* the series of the queue that comes next, decoded meanwhile; 0 none */
};

/* Open the series of a task, or with step 1 or -1 the one after or before it in the queue. */
void viewer_load(struct app *app, struct viewer_state *s, int64_t task, int64_t series, int step);
/* Let go of the open series.  With `resume_here` the slice on the glass is where a lost line resumes. */
void viewer_leave(struct app *app, struct viewer_state *s, bool resume_here);
/* Let go of what was decoded ahead. */
void viewer_forget_ahead(struct app *app, struct viewer_state *s);
/* Sign another verdict in place of the standing one: "pass WHY" or "fail WHY". */
void viewer_correct(struct app *app, struct viewer_state *s, const char *argument);
/* Take the series over from whoever has it open. */
void viewer_take_over(struct app *app, struct viewer_state *s, const char *reason);
void viewer_save_seen(struct app *app, struct viewer_state *s, bool resume_here);

/* The orientation letters of the slice wanted. */
void viewer_letters(struct viewer_state *s);
/* Ask for a slice, within bounds. */
void viewer_go(struct app *app, struct viewer_state *s, int64_t slice);
/* Out of the mosaic or projection, to a slice. */
void viewer_open_slice(struct app *app, struct viewer_state *s, uint32_t slice);

void viewer_next_sweep(struct app *app, struct viewer_state *s);
/* Back to the window of before. */
void viewer_end_sweep(struct app *app, struct viewer_state *s);

/* Put the likest series of the same subject beside this one, or the next of them. */
void viewer_compare(struct app *app, struct viewer_state *s);
/* Let go of the series beside this one. */
void viewer_compare_end(struct app *app, struct viewer_state *s);

/* Open the dialog that signs "pass" or "fail". */
void viewer_verdict(struct app *app, struct viewer_state *s, const char *which);
/* Put the series to the end of its queue. */
void viewer_later(struct app *app, struct viewer_state *s);

/* Fetch the open series, which lies elsewhere; how that goes, "" nothing to tell. */
void viewer_arrive(struct app *app, struct viewer_state *s);
void viewer_arrive_text(const struct app *app, const struct viewer_state *s, char *to, size_t size);

/* Open the forms of the series. */
void viewer_form(struct app *app, struct viewer_state *s);

/* screen_ops.command */
void viewer_command(struct app *app, void *state, enum command c, const char *argument);

#endif
