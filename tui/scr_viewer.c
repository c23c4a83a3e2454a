/* The viewer: one series, slice by slice, beside its facts.  Drawing, pictures and time; see viewer_in.h. */
#include <ncursesw/curses.h>

#include "tui/viewer_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/dialog.h"
#include "tui/viewer.h"

enum {
	FACTS_COLUMNS = 38, /* as wide as the signing dialog, which opens over them */
	FACTS_ROWS = 6,     /* below the picture on narrow screens */
	SAVE_MS = 1000,     /* how soon what was seen is written down */
	PROGRESS_MS = 200,
};

/* ---- pictures ---- */

static void
on_picture(struct app *app, void *state, struct pipeline_picture *p)
{
	struct viewer_state *s = state;

	if (!s->covered && viewport_picture(app, &s->port, p))
		app_stale(app);
}

static void
on_acknowledged(struct app *app, void *state, uint64_t tag, bool answered)
{
	struct viewer_state *s = state;
	struct look look;

	if (s->covered || !viewport_acknowledged(app, &s->port, tag, answered))
		return;
	app_stale(app);
	if (s->modes.mode != VIEW_SLICES || !viewport_look(&s->port, &look)) {
		seen_off_glass(&s->f.seen); /* first light: good to find one's way, not to sign by */
		return;
	}
	seen_on_glass(&s->f.seen, &look, answered, clock_now(NULL));
	if (s->tool.on || s->tool.marks.n > 0 || s->port.shot.frame->overlays > 0)
		tool_show(app, s); /* its planes are known only now */
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
	viewport_hide(app, &s->port); /* also what is still on its way */
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
draw_message(struct app *app, struct viewer_state *s, struct area a)
{
	const char *text = NULL;
	char coming[300];

	viewer_arrive_text(app, s, coming, sizeof(coming));
	if (s->failed)
		text = s->problem;
	else if (!s->loaded)
		text = "loading...";
	else if (s->f.slices == 0 && coming[0] != '\0')
		text = s->port.on_glass ? NULL : coming;
	else if (s->f.slices == 0)
		text = "This series has no pictures: t shows its header.";
	else if (a.rows <= 0)
		text = "Pictures need 80x24 cells; make the window larger.";
	else if (s->port.failed != RC_OK)
		text = coming[0] != '\0' ? coming : s->port.failure;
	if (text != NULL)
		draw_format(a.rows > 0 ? a.row + a.rows / 2 : a.row, a.column + 2, a.columns - 4,
			STYLE_WARN, "%s", text);
	if (s->loaded && s->port.failed != RC_OK && coming[0] == '\0' && a.rows > 2)
		draw_format(a.row + a.rows / 2 + 1, a.column + 2, a.columns - 4, STYLE_PLAIN,
			"slice %u cannot be shown; step on, or fail the series with r",
			s->port.failed_slice + 1);
}

/* At most three lines of it among the facts. */
static void
put_wrapped(const char *text, int columns, struct facts_more *more)
{
	size_t skip, n;

	for (int k = 0; k < 3 && *text != '\0'; k++, text += skip) {
		n = draw_wrap(text, (size_t)columns, &skip);
		snprintf(more->line[more->lines++], sizeof(more->line[0]), "%.*s", (int)n, text);
	}
}

/* What the two readers said, for who settles it; and why a series that was judged is here again. */
static void
put_history(const struct viewer_state *s, int columns, struct facts_more *more)
{
	for (int i = 0; i < 2; i++)
		put_wrapped(s->disputed[i], columns, more);
	put_wrapped(s->stale, columns, more);
}

static void
viewer_draw(struct app *app, void *state, struct area a)
{
	struct viewer_state *s = state;
	struct area facts = a;
	struct facts_more more = { .lines = 0 };
	char coming[300];

	check_cover(app, s);
	if (s->port.cells.rows > 0 && s->loaded && s->port.slices > 0 && s->port.failed == RC_OK)
		draw_picture_cells(s->port.cells);
	draw_message(app, s,
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
	viewer_arrive_text(app, s, coming, sizeof(coming));
	put_wrapped(coming, facts.columns, &more);
	put_history(s, facts.columns, &more);
	modes_text(app, &s->modes, &s->f, &s->port, more.instead);
	if (s->modes.mode == VIEW_SLICES)
		more.lines += tool_text(app, s, more.line + more.lines);
	if (s->modes.mode == VIEW_PAIR)
		snprintf(more.line[more.lines++], sizeof(more.line[0]),
			"beside: %.70s, same window", s->modes.pair.name);
	if (s->playing)
		snprintf(more.line[more.lines++], sizeof(more.line[0]), "playing %.3g/s",
			1000.0 / s->play_ms);
	viewer_facts_draw(app, &s->f, &s->port, &more, facts);
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
	if (s->loaded && (s->f.slices > 0 ? s->port.on_glass : s->source[0] == '\0'))
		have |= NEED_IMAGE;
	if (s->loaded && s->tool.on && s->modes.mode == VIEW_SLICES)
		have |= NEED_CURSOR;
	return have;
}

/* While the cross-hair is there its keys come first.  Going back first leaves what is being drawn, the cross-hair, the
 * contact sheet or the projection. */
static bool
viewer_key(struct app *app, void *state, const struct key *k)
{
	struct viewer_state *s = state;
	bool tool = s->loaded && s->tool.on && s->modes.mode == VIEW_SLICES;
	enum command c = tool ? keymap_find(app->keys, "cursor", "viewer", k->code) : CMD_NONE;

	/* a form is about to open: what is typed meanwhile is no command */
	if (s->for_form && !s->failed && k->code < KEY_SPECIAL)
		return true;
	if (tool && c == CMD_BACK)
		return tool_escape(app, s);
	if (c != CMD_NONE) {
		app_command(app, c, NULL);
		return true;
	}

	if (s->modes.mode == VIEW_SLICES ||
		keymap_find(app->keys, "viewer", NULL, k->code) != CMD_BACK)
		return false;
	modes_leave(app, &s->modes, &s->port, s->modes.slices.want);
	viewer_compare_end(app, s);
	return true;
}

/* To the right wider, down darker: a column is a hundredth of the width, a row a fiftieth. */
static void
drag_window(struct app *app, struct viewer_state *s, const struct key *k)
{
	const struct window *w = &s->port.window;
	int right = k->column - s->drag_column, down = k->row - s->drag_row;

	if (k->mouse == MOUSE_DRAG && s->drag_row >= 0 && s->port.on_glass &&
		s->port.preset_count > 0)
		viewport_window(app, &s->port, w->centre + down * w->width / 50,
			w->width * (1 + right / 100.0 > 0.1 ? 1 + right / 100.0 : 0.1));
	s->drag_row = k->mouse == MOUSE_RELEASE ? -1 : k->row;
	s->drag_column = k->column;
	app_stale(app);
}

static void
viewer_mouse(struct app *app, void *state, const struct key *k)
{
	struct viewer_state *s = state;
	uint32_t slice;

	if (k->mouse == MOUSE_PRESS &&
		modes_clicked(app, &s->modes, &s->port, k->row, k->column, &slice)) {
		viewer_open_slice(app, s, slice);
		app_stale(app);
		return;
	}
	if (s->loaded && s->modes.mode == VIEW_SLICES && tool_mouse(app, s, k)) {
		app_stale(app);
		return;
	}
	if (k->mouse == MOUSE_PRESS || k->mouse == MOUSE_DRAG || k->mouse == MOUSE_RELEASE)
		drag_window(app, s, k);
	else if (k->mouse == MOUSE_WHEEL_UP)
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
		viewer_save_seen(app, s, true);
	if ((!s->playing && !s->sweeping) || now < s->play_at)
		return;
	s->play_at = now + (s->sweeping ? VIEWER_SWEEP_MS : s->play_ms) * 1000;
	if (term_busy(app->term))
		return; /* as fast as the line, never faster */
	if (s->playing && s->needs_pixels && s->f.slices > 0 &&
		s->f.seen.whole[s->port.want] != '1' && !viewport_is_settled(&s->port))
		return; /* one pass through the stack shows each slice well enough to count */
	if (s->sweeping)
		viewer_next_sweep(app, s);
	else if (s->port.want + 1 >= s->f.slices)
		s->playing = false;
	else
		viewer_go(app, s, (int64_t)s->port.want + 1);
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

	s->drag_row = -1;
	s->resume = -1;
	s->play_ms = VIEWER_PLAY_MS;
	s->queue = a->queue;
	str_copy(s->queue_step, sizeof(s->queue_step), a->queue.step);
	str_copy(s->queue_filter, sizeof(s->queue_filter), a->queue.filter);
	s->for_form = a->form != NULL;
	str_copy(s->form, sizeof(s->form), a->form != NULL ? a->form : "");
	take_pictures(app, s);
	viewer_layout(app, s);
	viewer_load(app, s, a->task, a->series, 0);
}

static void
viewer_hidden(struct app *app, void *state)
{
	struct viewer_state *s = state;

	s->playing = false;
	if (s->sweeping)
		s->port.window = s->sweep_before;
	s->sweeping = false;
	if (s->loaded)
		seen_off_glass(&s->f.seen);
	if (s->unsaved)
		viewer_save_seen(app, s, true);
	viewport_hide(app, &s->port);
	app->picture = NULL;
	app->acknowledged = NULL;
}

static void
viewer_shown(struct app *app, void *state)
{
	struct viewer_state *s = state;

	if (s->for_form && s->loaded) {
		app_pop(app); /* the form was what it was opened for */
		return;
	}
	take_pictures(app, s);
	viewer_layout(app, s);
}

static void
viewer_close(struct app *app, void *state)
{
	struct viewer_state *s = state;

	/* quitting is a line that went away: come back to the same slice */
	if (s->loaded)
		viewer_leave(app, s, app->quitting);
	s->f.series.id = 0;
	viewer_forget_ahead(app, s);
	viewport_release(&s->port);
	free(s->reasons);
}

static const enum command viewer_keys[] = { CMD_PASS, CMD_FAIL, CMD_LATER, CMD_SLICE_UNSEEN,
	CMD_WINDOW_NEXT, CMD_BOX, CMD_MOSAIC, CMD_PROJECTION, CMD_PLAY, CMD_TAGS, CMD_SERIES_NEXT,
	CMD_HELP, CMD_BACK, CMD_NONE };
static const enum command cursor_keys[] = { CMD_POINT, CMD_BOX, CMD_OUTLINE, CMD_RULER,
	CMD_MARK_NEXT, CMD_MARK_KIND, CMD_MARK_SCOPE, CMD_MARK_DELETE, CMD_UNDO, CMD_HELP, CMD_BACK,
	CMD_NONE };
static const enum command mode_keys[] = { CMD_SLICE_OPEN, CMD_MOSAIC, CMD_PROJECTION, CMD_COMPARE,
	CMD_WINDOW_NEXT, CMD_HELP, CMD_BACK, CMD_NONE };

static const enum command *
viewer_key_line(struct app *app, void *state)
{
	struct viewer_state *s = state;

	(void)app;
	if (s->modes.mode != VIEW_SLICES)
		return mode_keys;
	return s->tool.on ? cursor_keys : viewer_keys;
}

const struct screen_ops scr_viewer_ops = {
	.title = "Viewer",
	.section = "viewer",
	.section2 = "cursor",
	.title2 = "With the cross-hair",
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
	.key_line_of = viewer_key_line,
	.tick_in = viewer_tick_in,
	.tick = viewer_tick,
};
