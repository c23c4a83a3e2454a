/* What the keys of the viewer do. */
#include "tui/viewer_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/form.h"

void
viewer_letters(struct viewer_state *s)
{
	viewer_letters_of(viewer_image(&s->f, s->port.want), &s->port);
}

void
viewer_go(struct app *app, struct viewer_state *s, int64_t slice)
{
	uint32_t before = s->port.want;
	int64_t n = s->f.slices > 0 ? s->f.slices : s->port.slices; /* while it comes */

	s->port.want = slice < 0 ? 0 : slice >= n ? (n > 0 ? (uint32_t)n - 1 : 0) : (uint32_t)slice;
	viewer_letters(s);
	if (s->port.registers && s->port.want != before)
		viewport_registers(app, &s->port, false);
	slice = s->port.want;
	drawing_unref(s->port.over);
	s->port.over = tool_drawing(app, s, s->port.want);
	s->port.want = before;
	viewport_go(app, &s->port, slice);
}

/* To the next slice, or the next part of a large one, that was not on the glass as the step asks for.  The slice that is
 * on its way there just now is passed over. */
static void
unseen(struct app *app, struct viewer_state *s)
{
	struct seen_part part;
	bool any = seen_next(&s->f.seen, s->port.want, &part);

	if (any && part.slice == s->port.want && part.width == 0)
		any = seen_next(&s->f.seen, part.slice + 1, &part);
	if (!any) {
		app_say(app, STYLE_GOOD, "every slice was on the glass");
		return;
	}
	viewer_go(app, s, part.slice);
	viewport_aim(app, &s->port, part.left, part.top, s->f.seen.rule.scale);
}

static void
goto_slice(struct app *app, struct viewer_state *s, const char *argument)
{
	long n;

	if (str_int(argument, 1, s->f.slices, &n)) {
		viewer_go(app, s, n - 1);
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

void
viewer_open_slice(struct app *app, struct viewer_state *s, uint32_t slice)
{
	modes_leave(app, &s->modes, &s->port, slice);
	viewer_letters(s);
	viewport_show(app, &s->port);
}

void
viewer_end_sweep(struct app *app, struct viewer_state *s)
{
	if (!s->sweeping)
		return;
	s->sweeping = false;
	s->port.window = s->sweep_before;
	s->port.custom = s->sweep_custom;
	viewport_show(app, &s->port);
}

void
viewer_next_sweep(struct app *app, struct viewer_state *s)
{
	if (!viewport_sweep(app, &s->port, s->sweep_step++)) {
		if (s->sweep_step == 1)
			app_say(app, STYLE_WARN, "this picture has no stored greys to sweep over");
		viewer_end_sweep(app, s);
	}
}

static void
sweep(struct app *app, struct viewer_state *s)
{
	if (s->sweeping) {
		viewer_end_sweep(app, s);
		return;
	}
	s->playing = false;
	s->sweeping = true;
	s->sweep_step = 0;
	s->sweep_before = s->port.window;
	s->sweep_custom = s->port.custom;
	s->play_at = clock_mono_us() + VIEWER_SWEEP_MS * 1000;
	viewer_next_sweep(app, s);
}

/* The moving commands go over the contact sheet; in a projection there is nowhere to go. */
static bool
mode_move(struct app *app, struct viewer_state *s, enum command c)
{
	for (size_t i = 0; i < MEM_COUNT(moves); i++) {
		if (moves[i].command != c)
			continue;
		if (s->modes.mode == VIEW_MOSAIC || s->modes.mode == VIEW_PAIR)
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
			viewer_end_sweep(app, s);
			viewer_go(app, s, (int64_t)s->port.want + moves[i].step);
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
	} else if (c == CMD_EXACT) {
		s->port.exact = !s->port.exact;
		viewport_show(app, &s->port);
	} else if (c == CMD_INTERPOLATION) {
		v->scale = (v->scale + 1) % SCALE_KINDS;
		viewport_show(app, v);
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
		viewer_end_sweep(app, s);
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
		viewer_open_slice(app, s, slice);
	else if (c == CMD_SLICE_OPEN)
		app_say(app, STYLE_WARN, "no slice can be told yet");
	else
		return s->modes.mode != VIEW_SLICES && mode_move(app, s, c);
	return true;
}

/* Whole numbers of screen pixels, so that no pixel is made of two; around the cross-hair where it is. */
static void
zoom_pixel(struct app *app, struct viewer_state *s)
{
	struct viewport *v = &s->port;

	if (s->tool.on && s->modes.mode == VIEW_SLICES && v->shot.columns > 0) {
		v->centre_x = (s->tool.x + 0.5) / v->shot.columns;
		v->centre_y = (s->tool.y + 0.5) / v->shot.rows;
	}
	viewport_zoom_pixel(app, v);
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
	if (c == CMD_ZOOM_PIXEL) {
		zoom_pixel(app, s);
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
registers(struct app *app, struct viewer_state *s)
{
	if (!s->port.registers &&
		(term_protocol(app->term) != PICTURE_SIXEL || !term_is_xterm(app->term)))
		app_say(app, STYLE_WARN,
			"only xterm shows its pictures through registers; elsewhere a window takes "
			"a picture");
	else if (s->modes.mode == VIEW_SLICES)
		viewport_registers(app, &s->port, !s->port.registers);
}

/* Steps of the usual rates, in milliseconds a slice. */
static void
change_rate(struct app *app, struct viewer_state *s, int faster)
{
	static const int rates[] = { 2000, 1000, 500, 250, 125, 80, 62, 50, 40, 33, 25, 20 };
	int n = MEM_COUNT(rates), at = 0;

	while (at + 1 < n && rates[at] > s->play_ms)
		at++;
	at = at + faster < 0 ? 0 : at + faster >= n ? n - 1 : at + faster;
	s->play_ms = rates[at];
	app_say(app, STYLE_PLAIN, "%.3g slices a second, as far as the line carries them",
		1000.0 / s->play_ms);
}

/* The ledger refuses the same; here it is told before a password is typed. */
static bool
may_pass(struct app *app, const struct viewer_state *s)
{
	char key[16];

	if (!s->needs_pixels || s->f.seen.count == s->f.slices)
		return true;
	if (blocks_only(app))
		app_say(app, STYLE_WARN,
			"half blocks cannot clear PHI: sign this step on a terminal "
			"with sixel or kitty graphics");
	else
		app_say(app, STYLE_WARN,
			"%s can be passed only when every slice was on the glass whole: %u of %u "
			"were; %s goes to the next",
			s->step, s->f.seen.count, s->f.slices,
			app_key_of(app, CMD_SLICE_UNSEEN, key));
	return false;
}

static void
take_over(struct app *app, struct viewer_state *s, const char *reason)
{
	if (s->held[0] == '\0') {
		app_say(app, STYLE_PLAIN, "nobody else has this series open");
	} else if (*reason == '\0') {
		app->prompting = true;
		line_set(&app->prompt, "take-over ");
	} else {
		viewer_take_over(app, s, reason);
	}
}

void
viewer_form(struct app *app, struct viewer_state *s)
{
	struct form_argument a = { &s->f,
		s->modes.mode == VIEW_SLICES ? &s->port : &s->modes.slices, s->form };

	app_push(app, &scr_form_ops, &a);
}

static void
open_quality(struct app *app, struct viewer_state *s)
{
	struct form_argument a = { &s->f,
		s->modes.mode == VIEW_SLICES ? &s->port : &s->modes.slices, "" };

	app_push(app, &scr_quality_ops, &a);
}

void
viewer_command(struct app *app, void *state, enum command c, const char *argument)
{
	struct viewer_state *s = state;

	if (s->modes.mode == VIEW_SLICES && tool_command(app, s, c)) {
		app_stale(app);
		return;
	}
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
		viewer_end_sweep(app, s);
		s->playing = !s->playing;
		s->play_at = clock_mono_us();
		break;
	case CMD_FASTER:
	case CMD_SLOWER:
		change_rate(app, s, c == CMD_FASTER ? 1 : -1);
		break;
	case CMD_REGISTERS:
		registers(app, s);
		break;
	case CMD_COMPARE:
		viewer_compare(app, s);
		break;
	case CMD_PASS:
		if (may_pass(app, s))
			viewer_verdict(app, s, "pass");
		break;
	case CMD_FAIL:
		viewer_verdict(app, s, "fail");
		break;
	case CMD_CORRECT:
		viewer_correct(app, s, argument);
		break;
	case CMD_TAKE_OVER:
		take_over(app, s, argument);
		break;
	case CMD_LATER:
		viewer_later(app, s);
		break;
	case CMD_SERIES_NEXT:
		viewer_load(app, s, s->f.task, s->f.series.id, 1);
		break;
	case CMD_SERIES_PREVIOUS:
		viewer_load(app, s, s->f.task, s->f.series.id, -1);
		break;
	case CMD_TAGS:
		viewer_open_tags(
			app, &s->f, s->modes.mode == VIEW_SLICES ? &s->port : &s->modes.slices);
		break;
	case CMD_QUALITY:
		open_quality(app, s);
		break;
	case CMD_FORM:
		s->form[0] = '\0';
		viewer_form(app, s);
		break;
	default:
		break;
	}
}
