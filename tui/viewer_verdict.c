/* Verdicts from the viewer, and putting off. */
#include <ncursesw/curses.h>

#include "tui/viewer_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/decision.h"
#include "tui/dialog.h"

static void
after_verdict(struct app *app, const struct dialog_verdict *v, const struct decision_receipt *r,
	const struct worklist_row *next)
{
	struct viewer_state *s = app->depth > 0 ? app->stack[app->depth - 1].state : NULL;

	(void)r;
	if (s == NULL || app->stack[app->depth - 1].ops != &scr_viewer_ops ||
		s->f.series.id != v->series)
		return;
	s->task_open = false;
	if (next == NULL) {
		app_pop(app);
		return;
	}
	viewer_load(app, s, next->task, next->series, 0);
}

/* The ledger judges by the looks that it holds, so they go there before the verdict does: its thread takes both in this
 * order. */
static void
before_verdict(struct app *app, const struct dialog_verdict *v)
{
	struct viewer_state *s = app->depth > 0 ? app->stack[app->depth - 1].state : NULL;

	if (s != NULL && app->stack[app->depth - 1].ops == &scr_viewer_ops &&
		s->f.series.id == v->series)
		viewer_save_seen(app, s, true);
}

/* That the terminal shows of the picture on the glass; none by half blocks, which are no picture to judge by. */
static int
greys(const struct viewer_state *s)
{
	const struct picture_encoding *enc = &s->port.shot.enc;

	if (enc->protocol == PICTURE_SIXEL)
		return enc->levels > 0 ? enc->levels : 101;
	return enc->protocol == PICTURE_KITTY ? 256 : 0;
}

static void
ask(struct app *app, struct viewer_state *s, const char *which, const struct correction *why)
{
	struct dialog_verdict v = {
		.corrects = why != NULL ? s->decision : 0,
		.series = s->f.series.id,
		.task = s->f.task,
		.revision = s->f.series.revision,
		.queue = s->queue,
		.adjudicates = s->disputed[0][0] != '\0',
		.before = before_verdict,
		.done = after_verdict,
	};

	modes_leave(app, &s->modes, &s->port, s->modes.slices.want);
	str_copy(v.step, sizeof(v.step), s->step);
	str_copy(v.verdict, sizeof(v.verdict), which);
	str_copy(v.correction, sizeof(v.correction), why != NULL ? why->code : "");
	str_copy(v.modality, sizeof(v.modality), s->f.series.modality);
	str_copy(v.queue_step, sizeof(v.queue_step), s->queue_step);
	str_copy(v.queue_filter, sizeof(v.queue_filter), s->queue_filter);
	viewer_what(&s->f, v.what, sizeof(v.what));
	viewer_seen_text(&s->f, &s->port, app, v.seen, sizeof(v.seen));
	v.unseen = s->f.seen.count < s->f.slices;
	v.terminal = (struct charter_terminal){ COLS, LINES, greys(s) };
	v.pictures = s->f.slices > 0;
	if (strcmp(which, "fail") == 0) {
		v.marks = s->tool.marks.list;
		v.mark_count = s->tool.marks.n;
		v.more = s->reasons;
		v.more_count = s->reason_count;
	}
	s->playing = false;
	dialog_verdict(app, &v);
}

void
viewer_verdict(struct app *app, struct viewer_state *s, const char *which)
{
	ask(app, s, which, NULL);
}

/* Whose it is and whether it stands is the ledger's to say. */
void
viewer_correct(struct app *app, struct viewer_state *s, const char *argument)
{
	bool pass = strncmp(argument, "pass ", 5) == 0, fail = strncmp(argument, "fail ", 5) == 0;
	const struct correction *why = pass || fail ? correction_find(argument + 5) : NULL;

	if (s->decision == 0) {
		app_say(app, STYLE_PLAIN, "nothing is signed on %s of this series yet", s->step);
	} else if (*argument == '\0') {
		app->prompting = true;
		line_set(&app->prompt, "correct fail overlooked");
	} else if (why == NULL) {
		app_say(app, STYLE_WARN,
			"correct pass or fail, and why: entry-error, overlooked, new-information, "
			"site-answer, other");
	} else {
		ask(app, s, pass ? "pass" : "fail", why);
	}
}

struct later_job {
	struct job job;
	uint64_t screen;
	struct session session;
	int64_t task, series;
	struct worklist_query queue;
	char step[32], queue_step[32], queue_filter[200];
	bool has_next;
	struct worklist_row next;
};

static void
later_run(struct job *job, struct ledger *l)
{
	struct later_job *j = (struct later_job *)job;
	int64_t place = 0, n = 0;

	j->queue.step = j->queue_step;
	j->queue.account = j->session.user;
	j->queue.filter = j->queue_filter;
	worklist_place(l, &j->queue, j->task, &place, NULL);
	job->rc = decision_later(l, &j->session, j->series, j->step, &job->err);
	if (job->rc != RC_OK)
		return;
	j->queue.offset = place > 0 ? place : 0;
	j->queue.limit = 1;
	worklist_page(l, &j->queue, &j->next, &n, NULL);
	j->has_next = n == 1 && j->next.task != j->task;
}

static void
later_done(struct job *job, struct app *app)
{
	struct later_job *j = (struct later_job *)job;
	struct viewer_state *s = app_screen_state(app, j->screen);

	if (job->rc != RC_OK) {
		app_complain(app, &job->err);
		return;
	}
	if (s == NULL)
		return;
	app_say(app, STYLE_PLAIN, "put to the end of the queue");
	if (j->has_next)
		viewer_load(app, s, j->next.task, j->next.series, 0);
	else
		app_pop(app);
}

void
viewer_later(struct app *app, struct viewer_state *s)
{
	struct later_job *j = mem_zero(1, sizeof(*j));

	j->job.run = later_run;
	j->job.done = later_done;
	j->screen = app_screen_id(app, s);
	j->session = app->session;
	j->task = s->f.task;
	j->series = s->f.series.id;
	j->queue = s->queue;
	j->queue.free = true;
	str_copy(j->step, sizeof(j->step), s->step);
	str_copy(j->queue_step, sizeof(j->queue_step), s->queue_step);
	str_copy(j->queue_filter, sizeof(j->queue_filter), s->queue_filter);
	app_post_take(app, &j->job);
}
