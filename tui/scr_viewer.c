/* The viewer: one series, slice by slice, beside its facts; verdicts. */
#include <math.h>
#include <ncursesw/curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/dicom/series.h"
#include "core/ledger/catalog.h"
#include "core/ledger/decision.h"
#include "core/ledger/why.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/viewer.h"
#include "tui/viewer_facts.h"
#include "tui/viewer_modes.h"
#include "tui/viewport.h"

enum {
	FACTS_COLUMNS = 38, /* as wide as the signing dialog, which opens over them */
	FACTS_ROWS = 6,     /* below the picture on narrow screens */
	SAVE_MS = 1000,     /* how soon what was seen is written down */
	PLAY_MS = 80,
	SWEEP_MS = 250,
	PROGRESS_MS = 200,
};

struct viewer_state {
	struct viewer_facts f;
	struct viewport port;
	struct viewer_modes modes;
	struct worklist_query queue;
	char queue_step[32], queue_filter[200];
	bool loaded, failed;
	char problem[200];
	bool task_open, needs_pixels;
	int64_t place, total; /* in the queue */

	bool playing;
	int64_t play_at;
	int64_t progress_at;
	bool sweeping; /* narrow windows run over the slice; play_at is the time of the next */
	int sweep_step;
	struct window sweep_before;
	bool sweep_custom;
	bool unsaved;
	int64_t save_at;
	bool covered; /* a dialog lies over the picture */
	uint64_t load_serial;
};

/* ---- opening a series ---- */

struct load_job {
	struct job job;
	uint64_t screen;
	uint64_t serial;
	int64_t task, series;
	char user[ACCOUNT_ID];
	struct worklist_query queue;
	char queue_step[32], queue_filter[200];
	int step; /* 0: this task; 1, -1: the one after or before it in the queue */

	struct series series_row;
	struct image *images;
	size_t image_count;
	struct seen seen;
	char standing[120];
	bool open, needs_pixels;
	int64_t place, total;
};

static enum rc
find_neighbour(struct load_job *j, struct ledger *l, struct err *e)
{
	struct worklist_row row;
	int64_t n = 0;
	enum rc rc;

	j->queue.offset = j->place + j->step;
	j->queue.limit = 1;
	if (j->queue.offset < 0)
		return err_set(e, RC_NOT_FOUND, "this is the first series of the queue");
	rc = worklist_page(l, &j->queue, &row, &n, e);
	if (rc == RC_OK && n == 0)
		return err_set(e, RC_NOT_FOUND, "this is the last series of the queue");
	if (rc == RC_OK) {
		j->task = row.task;
		j->series = row.series;
		j->place += j->step;
	}
	return rc;
}

static void
load_run(struct job *job, struct ledger *l)
{
	struct load_job *j = (struct load_job *)job;

	j->queue.step = j->queue_step;
	j->queue.filter = j->queue_filter;
	job->rc = worklist_place(l, &j->queue, j->task, &j->place, &job->err);
	if (job->rc == RC_OK && j->step != 0)
		job->rc = find_neighbour(j, l, &job->err);
	if (job->rc == RC_OK)
		job->rc = worklist_total(l, &j->queue, &j->total, &job->err);
	if (job->rc == RC_OK)
		job->rc = catalog_series(l, j->series, &j->series_row, &job->err);
	if (job->rc == RC_OK)
		job->rc = catalog_images(l, j->series, &j->images, &j->image_count, &job->err);
	if (job->rc == RC_OK)
		job->rc = worklist_standing(
			l, j->series, j->standing, sizeof(j->standing), &job->err);
	if (job->rc != RC_OK)
		return;
	j->open = worklist_is_open(l, j->task);
	j->needs_pixels = worklist_needs_pixels(l, j->queue_step);
	seen_load(l, j->user, j->series, &j->seen, NULL);
}

static void
load_release(struct job *job)
{
	struct load_job *j = (struct load_job *)job;

	series_release(&j->series_row);
	free(j->images);
	free(j->seen.slices);
	free(j);
}

static void leave_series(struct app *app, struct viewer_state *s, bool resume_here);
static void letters_of_slice(struct viewer_state *s);

/* A line that was lost resumes at the same slice; otherwise the first one not seen yet comes up. */
static uint32_t
first_slice(const struct viewer_facts *f, const struct seen *seen)
{
	if (seen->revision == f->series.revision && seen->slice >= 0 &&
		seen->slice < (int64_t)f->slices)
		return (uint32_t)seen->slice;
	for (uint32_t i = 0; i < f->slices; i++)
		if (f->seen[i] != '1')
			return i;
	return 0;
}

static void
load_done(struct job *job, struct app *app)
{
	struct load_job *j = (struct load_job *)job;
	struct viewer_state *s = app_screen_state(app, j->screen);

	if (s == NULL || j->serial != s->load_serial)
		return;
	app_stale(app);
	if (job->rc != RC_OK && s->loaded) {
		app_complain(app, &job->err); /* stay where we are */
		return;
	}
	if (job->rc != RC_OK) {
		s->failed = true;
		str_copy(s->problem, sizeof(s->problem), job->err.text);
		return;
	}
	if (s->loaded)
		leave_series(app, s, false);
	viewer_facts_take(&s->f, &j->series_row, &j->images, j->image_count, &j->seen, j->task);
	str_copy(s->f.standing, sizeof(s->f.standing), j->standing);
	s->task_open = j->open;
	s->needs_pixels = j->needs_pixels;
	s->place = j->place;
	s->total = j->total;
	s->loaded = true;
	slides_set(app->slides, (uint64_t)s->f.series.id, s->f.images, s->f.image_count);
	viewport_open(&s->port, (uint64_t)s->f.series.id, s->f.slices, s->f.series.modality);
	s->port.want = first_slice(&s->f, &j->seen);
	letters_of_slice(s);
	viewport_show(app, &s->port);
}

static void
load(struct app *app, struct viewer_state *s, int64_t task, int64_t series, int step)
{
	struct load_job *j = mem_zero(1, sizeof(*j));

	j->job.run = load_run;
	j->job.done = load_done;
	j->job.release = load_release;
	j->screen = app_screen_id(app, s);
	j->serial = ++s->load_serial;
	j->task = task;
	j->series = series;
	j->step = step;
	j->queue = s->queue;
	str_copy(j->queue_step, sizeof(j->queue_step), s->queue_step);
	str_copy(j->queue_filter, sizeof(j->queue_filter), s->queue_filter);
	str_copy(j->user, sizeof(j->user), app->session.user);
	app_post_take(app, &j->job);
}

/* ---- what was seen ---- */

struct seen_job {
	struct job job;
	char user[ACCOUNT_ID];
	int64_t series;
	struct seen seen;
};

static void
seen_run(struct job *job, struct ledger *l)
{
	struct seen_job *j = (struct seen_job *)job;

	seen_save(l, j->user, j->series, &j->seen, NULL);
}

static void
seen_release(struct job *job)
{
	free(((struct seen_job *)job)->seen.slices);
	free(job);
}

/* With `resume_here` the slice on the glass is where a lost line resumes; leaving in good order forgets it. */
static void
save_seen(struct app *app, struct viewer_state *s, bool resume_here)
{
	struct seen_job *j;

	s->unsaved = false;
	if (!s->loaded || s->f.slices == 0 || !app->logged_in)
		return;
	j = mem_zero(1, sizeof(*j));
	j->job.run = seen_run;
	j->job.release = seen_release;
	str_copy(j->user, sizeof(j->user), app->session.user);
	j->series = s->f.series.id;
	j->seen.revision = s->f.series.revision;
	j->seen.slice = resume_here ? (int64_t)s->port.glass : -1;
	j->seen.slices = mem_string(s->f.seen);
	app_post_take(app, &j->job);
}

static void
leave_series(struct app *app, struct viewer_state *s, bool resume_here)
{
	save_seen(app, s, resume_here);
	slides_drop(app->slides, (uint64_t)s->f.series.id);
	pipeline_forget(app->pipeline, (uint64_t)s->f.series.id);
	viewer_facts_release(&s->f);
	s->modes.mode = VIEW_SLICES;
	s->loaded = false;
	s->playing = s->sweeping = false;
}

/* ---- pictures ---- */

static void
letters_of_slice(struct viewer_state *s)
{
	const struct image *im = viewer_image(&s->f, s->port.want);
	struct series_letters l = { 0 };
	struct series_image plane = { 0 };

	if (im != NULL && series_plane(im->position, im->orientation, &plane))
		series_letters_of(plane.orientation, &l);
	else if (im != NULL)
		series_letters_from(im->patient_orientation, &l);
	memcpy(s->port.left, l.left, sizeof(l.left));
	memcpy(s->port.right, l.right, sizeof(l.right));
	memcpy(s->port.top, l.top, sizeof(l.top));
	memcpy(s->port.bottom, l.bottom, sizeof(l.bottom));
}

static void
go(struct app *app, struct viewer_state *s, int64_t slice)
{
	uint32_t before = s->port.want;

	s->port.want = slice < 0                ? 0
		: slice >= (int64_t)s->f.slices ? (s->f.slices > 0 ? s->f.slices - 1 : 0)
						: (uint32_t)slice;
	letters_of_slice(s);
	slice = s->port.want;
	s->port.want = before;
	viewport_go(app, &s->port, slice);
}

static void
on_picture(struct app *app, void *state, struct pipeline_picture *p)
{
	struct viewer_state *s = state;

	if (!s->covered && viewport_picture(app, &s->port, p))
		app_stale(app);
}

static void
on_acknowledged(struct app *app, void *state, uint64_t tag)
{
	struct viewer_state *s = state;

	if (s->covered || !viewport_acknowledged(app, &s->port, tag))
		return;
	app_stale(app);
	if (s->modes.mode != VIEW_SLICES || !viewport_is_readable(&s->port))
		return; /* first light: good to find one's way, not to sign by */
	viewer_saw(&s->f, s->port.glass, &s->port.window);
	if (!s->unsaved)
		s->save_at = clock_mono_us() + SAVE_MS * 1000;
	s->unsaved = true;
}

/* ---- layout and drawing ---- */

static bool
wide(void)
{
	return COLS >= 100;
}

static void
viewer_layout(struct app *app, void *state)
{
	struct viewer_state *s = state;
	struct area a = app_body(app);

	if (COLS < 80 || LINES < 24)
		a.rows = 0; /* lists only: a picture so small is nothing to judge by */
	else if (wide())
		a.columns -= FACTS_COLUMNS;
	else
		a.rows -= FACTS_ROWS;
	if (s->port.glass_cells.rows > 0)
		viewport_hide(app, &s->port);
	s->port.cells = a;
	if (s->loaded && a.rows > 0 && s->modes.mode == VIEW_MOSAIC)
		modes_layout(app, &s->modes, &s->f, &s->port);
	else if (s->loaded && a.rows > 0)
		viewport_show(app, &s->port);
}

/* A dialog wider than the facts takes cells of the picture; once it is gone they are asked for again. */
static void
check_cover(struct app *app, struct viewer_state *s)
{
	bool covered =
		app->dialog != NULL && (!wide() || app->dialog->ops->columns > FACTS_COLUMNS);

	if (s->covered && !covered)
		viewport_show(app, &s->port);
	if (covered && !s->covered)
		term_picture_cancel(app->term);
	s->covered = covered;
}

static void
draw_message(struct viewer_state *s, struct area a)
{
	const char *text = NULL;

	if (s->failed)
		text = s->problem;
	else if (!s->loaded)
		text = "loading...";
	else if (s->f.slices == 0)
		text = "This series has no pictures: t shows its header.";
	else if (a.rows <= 0)
		text = "Pictures need 80x24 cells; make the window larger.";
	else if (s->port.failed != RC_OK)
		text = s->port.failure;
	if (text != NULL)
		draw_format(a.rows > 0 ? a.row + a.rows / 2 : a.row, a.column + 2, a.columns - 4,
			STYLE_WARN, "%s", text);
	if (s->loaded && s->port.failed != RC_OK && a.rows > 2)
		draw_format(a.row + a.rows / 2 + 1, a.column + 2, a.columns - 4, STYLE_PLAIN,
			"slice %u cannot be shown; step on, or fail the series with r",
			s->port.failed_slice + 1);
}

static void
viewer_draw(struct app *app, void *state, struct area a)
{
	struct viewer_state *s = state;
	struct area facts = a;
	char instead[64];

	check_cover(app, s);
	if (s->port.cells.rows > 0 && s->loaded && s->f.slices > 0 && s->port.failed == RC_OK)
		draw_picture_cells(s->port.cells);
	draw_message(s,
		s->port.cells.rows > 0 ? s->port.cells
				       : (struct area){ a.row, a.column, 0, a.columns });
	if (!s->loaded)
		return;
	if (wide()) {
		facts.column = a.columns - FACTS_COLUMNS + 1;
		facts.columns = FACTS_COLUMNS - 1;
	} else {
		facts.row = a.row + a.rows - FACTS_ROWS;
		facts.rows = FACTS_ROWS;
	}
	modes_text(app, &s->modes, &s->f, &s->port, instead);
	viewer_facts_draw(app, &s->f, &s->port, instead, facts);
	if (s->modes.mode == VIEW_SLICES && s->port.on_glass && s->port.glass != s->port.want)
		draw_format(a.row + a.rows - 1, a.columns - FACTS_COLUMNS + 1, FACTS_COLUMNS - 1,
			STYLE_DIM, "%u loading", s->port.want + 1);
}

static void
viewer_top(struct app *app, void *state, char *left, char *right, size_t size)
{
	struct viewer_state *s = state;
	const struct series *r = &s->f.series;

	(void)app;
	if (!s->loaded)
		return;
	snprintf(left, size, "%s · %s%s%s%s%s",
		r->description[0] != '\0' ? r->description : "series", str_or_dash(r->subject),
		r->visit[0] != '\0' ? " " : "", r->visit, r->site[0] != '\0' ? " · site " : "",
		r->site);
	if (s->place >= 0)
		snprintf(right, size, "%s · series %lld of %lld ", s->queue_step,
			(long long)s->place + 1, (long long)s->total);
	else
		snprintf(right, size, "%s ", s->queue_step);
}

/* ---- verdicts ---- */

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
	load(app, s, next->task, next->series, 0);
}

static void
verdict(struct app *app, struct viewer_state *s, const char *which)
{
	struct dialog_verdict v = {
		.series = s->f.series.id,
		.task = s->f.task,
		.revision = s->f.series.revision,
		.queue = s->queue,
		.done = after_verdict,
	};

	modes_leave(app, &s->modes, &s->port, s->modes.slices.want);
	str_copy(v.step, sizeof(v.step), s->queue_step);
	str_copy(v.verdict, sizeof(v.verdict), which);
	str_copy(v.modality, sizeof(v.modality), s->f.series.modality);
	str_copy(v.queue_step, sizeof(v.queue_step), s->queue_step);
	str_copy(v.queue_filter, sizeof(v.queue_filter), s->queue_filter);
	viewer_what(&s->f, v.what, sizeof(v.what));
	viewer_seen_text(&s->f, &s->port, app, v.seen, sizeof(v.seen));
	v.unseen = s->f.seen_count < s->f.slices;
	s->playing = false;
	dialog_verdict(app, &v);
}

struct later_job {
	struct job job;
	uint64_t screen;
	struct session session;
	int64_t task, series;
	struct worklist_query queue;
	char queue_step[32], queue_filter[200];
	bool has_next;
	struct worklist_row next;
};

static void
later_run(struct job *job, struct ledger *l)
{
	struct later_job *j = (struct later_job *)job;
	int64_t place = 0, n = 0;

	j->queue.step = j->queue_step;
	j->queue.filter = j->queue_filter;
	worklist_place(l, &j->queue, j->task, &place, NULL);
	job->rc = decision_later(l, &j->session, j->series, j->queue_step, &job->err);
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
		load(app, s, j->next.task, j->next.series, 0);
	else
		app_pop(app);
}

static void
later(struct app *app, struct viewer_state *s)
{
	struct later_job *j = mem_zero(1, sizeof(*j));

	j->job.run = later_run;
	j->job.done = later_done;
	j->screen = app_screen_id(app, s);
	j->session = app->session;
	j->task = s->f.task;
	j->series = s->f.series.id;
	j->queue = s->queue;
	str_copy(j->queue_step, sizeof(j->queue_step), s->queue_step);
	str_copy(j->queue_filter, sizeof(j->queue_filter), s->queue_filter);
	app_post_take(app, &j->job);
}

/* ---- commands ---- */

static void
unseen(struct app *app, struct viewer_state *s)
{
	for (uint32_t i = 1; i <= s->f.slices; i++) {
		uint32_t at = (s->port.want + i) % s->f.slices;

		if (s->f.seen[at] != '1') {
			go(app, s, at);
			return;
		}
	}
	app_say(app, STYLE_GOOD, "every slice was on the glass");
}

static void
goto_slice(struct app *app, struct viewer_state *s, const char *argument)
{
	long n;

	if (str_int(argument, 1, s->f.slices, &n)) {
		go(app, s, n - 1);
	} else if (*argument != '\0') {
		app_say(app, STYLE_WARN, "slice-goto takes a number from 1 to %u", s->f.slices);
	} else {
		app->prompting = true;
		line_set(&app->prompt, "slice-goto ");
	}
}

static void
set_window(struct app *app, struct viewer_state *s, const char *argument)
{
	double centre, width;
	char text[64], *comma;

	str_copy(text, sizeof(text), argument);
	comma = strchr(text, ',');
	if (comma != NULL)
		*comma = '\0';
	if (comma != NULL && str_double(text, &centre) && str_double(comma + 1, &width) &&
		width > 0) {
		viewport_window(app, &s->port, centre, width);
	} else if (*argument != '\0') {
		app_say(app, STYLE_WARN, "window takes CENTRE,WIDTH, e.g. window 40,400");
	} else {
		app->prompting = true;
		line_set(&app->prompt, "window ");
	}
}

/* How far each moving command goes. */
static const struct {
	enum command command;
	int step;
} moves[] = {
	{ CMD_SLICE_NEXT, 1 },
	{ CMD_SLICE_PREVIOUS, -1 },
	{ CMD_SLICE_PAGE_DOWN, 10 },
	{ CMD_SLICE_PAGE_UP, -10 },
	{ CMD_SLICE_FIRST, -1000000000 },
	{ CMD_SLICE_LAST, 1000000000 },
};

static void
open_chosen(struct app *app, struct viewer_state *s, uint32_t slice)
{
	modes_leave(app, &s->modes, &s->port, slice);
	letters_of_slice(s);
	viewport_show(app, &s->port);
}

static void
end_sweep(struct app *app, struct viewer_state *s)
{
	if (!s->sweeping)
		return;
	s->sweeping = false;
	s->port.window = s->sweep_before;
	s->port.custom = s->sweep_custom;
	viewport_show(app, &s->port);
}

static void
next_sweep(struct app *app, struct viewer_state *s)
{
	if (!viewport_sweep(app, &s->port, s->sweep_step++)) {
		if (s->sweep_step == 1)
			app_say(app, STYLE_WARN, "this picture has no stored greys to sweep over");
		end_sweep(app, s);
	}
}

static void
sweep(struct app *app, struct viewer_state *s)
{
	if (s->sweeping) {
		end_sweep(app, s);
		return;
	}
	s->playing = false;
	s->sweeping = true;
	s->sweep_step = 0;
	s->sweep_before = s->port.window;
	s->sweep_custom = s->port.custom;
	s->play_at = clock_mono_us() + SWEEP_MS * 1000;
	next_sweep(app, s);
}

/* The moving commands go over the contact sheet; in a projection there is nowhere to go. */
static bool
mode_move(struct app *app, struct viewer_state *s, enum command c)
{
	for (size_t i = 0; i < MEM_COUNT(moves); i++) {
		if (moves[i].command != c)
			continue;
		if (s->modes.mode == VIEW_MOSAIC)
			modes_move(app, &s->modes, &s->f, &s->port, moves[i].step);
		return true;
	}
	return c == CMD_SLICE_GOTO || c == CMD_SLICE_UNSEEN || c == CMD_PLAY ||
		c == CMD_WINDOW_SWEEP;
}

static bool
move_command(struct app *app, struct viewer_state *s, enum command c)
{
	for (size_t i = 0; i < MEM_COUNT(moves); i++)
		if (moves[i].command == c) {
			s->playing = false;
			end_sweep(app, s);
			go(app, s, (int64_t)s->port.want + moves[i].step);
			return true;
		}
	return false;
}

static bool
window_command(struct app *app, struct viewer_state *s, enum command c)
{
	struct viewport *v = &s->port;
	const struct window *w = &v->window;

	if (c != CMD_WINDOW_SWEEP && c >= CMD_WINDOW_1 && c <= CMD_INVERT)
		s->sweeping = false; /* the window chosen now is the one that stays */
	if (c >= CMD_WINDOW_1 && c <= CMD_WINDOW_9) {
		viewport_preset(app, v, (size_t)(c - CMD_WINDOW_1));
	} else if (c == CMD_WINDOW_NEXT && v->preset_count > 0) {
		viewport_preset(app, v, (v->preset + 1) % v->preset_count);
	} else if (c == CMD_WINDOW_BRIGHTER) {
		viewport_window(app, v, w->centre - w->width / 10, w->width);
	} else if (c == CMD_WINDOW_DARKER) {
		viewport_window(app, v, w->centre + w->width / 10, w->width);
	} else if (c == CMD_WINDOW_NARROWER) {
		viewport_window(app, v, w->centre, w->width / 1.2);
	} else if (c == CMD_WINDOW_WIDER) {
		viewport_window(app, v, w->centre, w->width * 1.2);
	} else if (c == CMD_WINDOW_SWEEP) {
		sweep(app, s);
	} else if (c == CMD_INVERT) {
		v->window.invert = !v->window.invert;
		v->window_fixed = true;
		viewport_show(app, v);
	} else {
		return false;
	}
	return true;
}

/* What moves, opens and switches while the series is looked at as a whole. */
static bool
mode_command(struct app *app, struct viewer_state *s, enum command c)
{
	uint32_t slice;

	if (c == CMD_MOSAIC || (c == CMD_PROJECTION && s->modes.mode != VIEW_PROJECTION)) {
		end_sweep(app, s);
		s->playing = false;
		modes_toggle(app, &s->modes, &s->f, &s->port,
			c == CMD_MOSAIC ? VIEW_MOSAIC : VIEW_PROJECTION);
		return true;
	}
	if (c == CMD_PROJECTION) {
		modes_next_projection(app, &s->modes, &s->port);
		return true;
	}
	if (c == CMD_SLICE_OPEN && s->modes.mode == VIEW_SLICES)
		app_say(app, STYLE_PLAIN,
			"Enter opens a slice from the mosaic (m) or a projection (p)");
	else if (c == CMD_SLICE_OPEN && modes_chosen(app, &s->modes, &s->port, &slice))
		open_chosen(app, s, slice);
	else if (c == CMD_SLICE_OPEN)
		app_say(app, STYLE_WARN, "no slice can be told yet");
	else
		return s->modes.mode != VIEW_SLICES && mode_move(app, s, c);
	return true;
}

static bool
zoom_command(struct app *app, struct viewer_state *s, enum command c)
{
	static const struct {
		enum command command;
		int right, down;
	} pans[] = { { CMD_PAN_LEFT, -1, 0 }, { CMD_PAN_RIGHT, 1, 0 }, { CMD_PAN_UP, 0, -1 },
		{ CMD_PAN_DOWN, 0, 1 } };

	for (size_t i = 0; i < MEM_COUNT(pans); i++)
		if (pans[i].command == c) {
			viewport_pan(app, &s->port, pans[i].right, pans[i].down);
			return true;
		}
	if (c == CMD_ZOOM_IN || c == CMD_ZOOM_OUT || c == CMD_ZOOM_FIT) {
		viewport_zoom(app, &s->port,
			c == CMD_ZOOM_IN            ? 1.5
				: c == CMD_ZOOM_OUT ? 1 / 1.5
						    : 0);
		return true;
	}
	return false;
}

static bool
blocks_only(const struct app *app)
{
	enum picture_protocol p = term_protocol(app->term);

	return p == PICTURE_BLOCKS_RGB || p == PICTURE_BLOCKS_256;
}

static void
viewer_command(struct app *app, void *state, enum command c, const char *argument)
{
	struct viewer_state *s = state;

	if (mode_command(app, s, c) || move_command(app, s, c) || window_command(app, s, c) ||
		zoom_command(app, s, c))
		return;
	switch (c) {
	case CMD_SLICE_GOTO:
		goto_slice(app, s, argument);
		break;
	case CMD_SLICE_UNSEEN:
		unseen(app, s);
		break;
	case CMD_WINDOW_SET:
		set_window(app, s, argument);
		break;
	case CMD_PLAY:
		end_sweep(app, s);
		s->playing = !s->playing;
		s->play_at = clock_mono_us();
		break;
	case CMD_PASS:
		if (s->needs_pixels && blocks_only(app))
			app_say(app, STYLE_WARN,
				"half blocks cannot clear PHI: sign this step on a terminal "
				"with sixel or kitty graphics");
		else
			verdict(app, s, "pass");
		break;
	case CMD_FAIL:
		verdict(app, s, "fail");
		break;
	case CMD_LATER:
		later(app, s);
		break;
	case CMD_SERIES_NEXT:
		load(app, s, s->f.task, s->f.series.id, 1);
		break;
	case CMD_SERIES_PREVIOUS:
		load(app, s, s->f.task, s->f.series.id, -1);
		break;
	case CMD_TAGS:
		viewer_open_tags(app, &s->f, s->port.want);
		break;
	default:
		break;
	}
}

static unsigned
viewer_have(struct app *app, void *state)
{
	struct viewer_state *s = state;
	unsigned have = 0;

	(void)app;
	if (s->loaded)
		have |= NEED_SERIES;
	if (s->loaded && s->task_open)
		have |= NEED_TASK;
	/* objects without pixels can be judged by their header: there is no picture to wait for */
	if (s->loaded && (s->port.on_glass || s->f.slices == 0))
		have |= NEED_IMAGE;
	return have;
}

/* Going back first leaves the contact sheet or the projection. */
static bool
viewer_key(struct app *app, void *state, const struct key *k)
{
	struct viewer_state *s = state;

	if (s->modes.mode == VIEW_SLICES ||
		keymap_find(app->keys, "viewer", NULL, k->code) != CMD_BACK)
		return false;
	modes_leave(app, &s->modes, &s->port, s->modes.slices.want);
	return true;
}

static void
viewer_mouse(struct app *app, void *state, const struct key *k)
{
	struct viewer_state *s = state;
	uint32_t slice;

	if (k->mouse == MOUSE_PRESS &&
		modes_clicked(app, &s->modes, &s->port, k->row, k->column, &slice)) {
		open_chosen(app, s, slice);
		app_stale(app);
		return;
	}
	if (k->mouse == MOUSE_WHEEL_UP)
		app_command(app, CMD_SLICE_PREVIOUS, NULL);
	else if (k->mouse == MOUSE_WHEEL_DOWN)
		app_command(app, CMD_SLICE_NEXT, NULL);
}

/* ---- time ---- */

static int
viewer_tick_in(struct app *app, void *state)
{
	struct viewer_state *s = state;
	int64_t now = clock_mono_us(), at = 0;
	int refine = viewport_tick_in(&s->port), ms;

	(void)app;
	if (s->playing || s->sweeping)
		at = s->play_at;
	if (s->unsaved && (at == 0 || s->save_at < at))
		at = s->save_at;
	if (at == 0 && s->modes.mode == VIEW_PROJECTION &&
		!s->port.on_glass) { /* it says how far it has come */
		if (s->progress_at == 0)
			s->progress_at = now + PROGRESS_MS * 1000;
		at = s->progress_at;
	}
	if (at == 0)
		return refine;
	ms = at > now ? (int)((at - now + 999) / 1000) : 0;
	return refine >= 0 && refine < ms ? refine : ms;
}

static void
viewer_tick(struct app *app, void *state)
{
	struct viewer_state *s = state;
	int64_t now = clock_mono_us();

	viewport_tick(app, &s->port);
	if (s->progress_at != 0 && now >= s->progress_at) {
		s->progress_at = 0;
		app_stale(app);
	}
	if (s->unsaved && now >= s->save_at)
		save_seen(app, s, true);
	if ((!s->playing && !s->sweeping) || now < s->play_at)
		return;
	s->play_at = now + (s->sweeping ? SWEEP_MS : PLAY_MS) * 1000;
	if (term_busy(app->term))
		return; /* as fast as the line, never faster */
	if (s->sweeping)
		next_sweep(app, s);
	else if (s->port.want + 1 >= s->f.slices)
		s->playing = false;
	else
		go(app, s, (int64_t)s->port.want + 1);
}

/* ---- coming and going ---- */

static void
take_pictures(struct app *app, struct viewer_state *s)
{
	app->picture = on_picture;
	app->acknowledged = on_acknowledged;
	app->picture_screen = app_screen_id(app, s);
}

static void
viewer_open(struct app *app, void *state, const void *argument)
{
	const struct viewer_argument *a = argument;
	struct viewer_state *s = state;

	s->queue = a->queue;
	str_copy(s->queue_step, sizeof(s->queue_step), a->queue.step);
	str_copy(s->queue_filter, sizeof(s->queue_filter), a->queue.filter);
	take_pictures(app, s);
	viewer_layout(app, s);
	load(app, s, a->task, a->series, 0);
}

static void
viewer_hidden(struct app *app, void *state)
{
	struct viewer_state *s = state;

	s->playing = false;
	if (s->sweeping)
		s->port.window = s->sweep_before;
	s->sweeping = false;
	if (s->unsaved)
		save_seen(app, s, true);
	viewport_hide(app, &s->port);
	app->picture = NULL;
	app->acknowledged = NULL;
}

static void
viewer_shown(struct app *app, void *state)
{
	struct viewer_state *s = state;

	take_pictures(app, s);
	viewer_layout(app, s);
}

static void
viewer_close(struct app *app, void *state)
{
	struct viewer_state *s = state;

	/* quitting is a line that went away: come back to the same slice */
	if (s->loaded)
		leave_series(app, s, app->quitting);
	viewport_release(&s->port);
}

static const enum command viewer_keys[] = { CMD_PASS, CMD_FAIL, CMD_LATER, CMD_WINDOW_NEXT,
	CMD_ZOOM_IN, CMD_SERIES_NEXT, CMD_TAGS, CMD_PLAY, CMD_HELP, CMD_BACK, CMD_NONE };

const struct screen_ops scr_viewer_ops = {
	.title = "Viewer",
	.section = "viewer",
	.state_size = sizeof(struct viewer_state),
	.open = viewer_open,
	.close = viewer_close,
	.shown = viewer_shown,
	.hidden = viewer_hidden,
	.layout = viewer_layout,
	.top = viewer_top,
	.draw = viewer_draw,
	.have = viewer_have,
	.command = viewer_command,
	.key = viewer_key,
	.mouse = viewer_mouse,
	.key_line = viewer_keys,
	.tick_in = viewer_tick_in,
	.tick = viewer_tick,
};
