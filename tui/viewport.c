/* The picture on the glass. */
#include "tui/viewport.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/str.h"

enum {
	WANTS_MOST = 512, /* slices to be decoded ahead */
	GREYS = 101,
	EXACT_GREYS = 256,
	PICTURE_ID = 1,    /* kitty: the next slice replaces the one before */
	SEEN_GREYS = 32,   /* with fewer a faint text is gone: such a picture is none to sign by */
	STILL_US = 150000, /* nothing moved for so long: make it good */
	MOVING_MS = 150,   /* what a picture may take on the line while moving */
	FIRST_LIGHT =
		14000, /* bytes: TCP's first flight after a pause; also where the line is not known yet */
	LEAST_BUDGET = 4000,
	GRAPHICS_MOST =
		14, /* of xterm's 16 pictures a screen: with more, the one below is lost at the next expose */
	FAST_BUDGET = 400000, /* a line this good needs no coarse pictures */
};

#define REGISTERS_TAG UINT64_MAX /* no picture: its answer only makes way for the next */

static const double LOCAL_RATE = 5e8;    /* bits per second: no line at all */
static const double BYTES_A_PIXEL = 0.6; /* of a noisy picture with 101 greys */

static void
drop_frame(struct viewport *v)
{
	frame_unref(v->frame);
	v->frame = NULL;
	v->ranged = NULL; /* the next frame may come to lie at the same address */
}

static void
shot_release(struct shot *shot)
{
	frame_unref(shot->frame);
	raster_free(shot->raster);
	drawing_unref(shot->over);
	memset(shot, 0, sizeof(*shot));
}

static void
drop_rest(struct viewport *v)
{
	buf_release(&v->rest.bytes);
	v->rest.n = v->rest.next = 0;
}

void
viewport_open(struct viewport *v, uint64_t series, uint32_t slices, const char *modality)
{
	struct area cells = v->cells, glass = v->glass_cells;
	bool on = v->on_glass || v->glass_cells.rows > 0;

	viewport_release(v);
	memset(v, 0, sizeof(*v));
	v->cells = cells;
	v->series = series;
	v->slices = slices;
	v->direction = 1;
	v->zoom = 1;
	v->centre_x = v->centre_y = 0.5;
	str_copy(v->modality, sizeof(v->modality), modality);
	if (on)
		v->glass_cells = glass; /* what is still there of the series before */
}

struct viewport
viewport_settings(const struct viewport *v)
{
	struct viewport s = *v;

	s.frame = NULL;
	s.ranged = NULL;
	s.over = NULL;
	memset(&s.rest, 0, sizeof(s.rest));
	memset(&s.shot, 0, sizeof(s.shot));
	memset(s.flight, 0, sizeof(s.flight));
	s.on_glass = false;
	return s;
}

/* The picture box in device pixels: whole sixel bands, clear of the lowest row, within the terminal's own limit. */
void
viewport_box(struct app *app, const struct viewport *v, uint32_t *width, uint32_t *height)
{
	const struct term_abilities *can = term_can(app->term);
	int cw, ch, w, h;

	term_cell(app->term, &cw, &ch);
	w = v->cells.columns * cw;
	h = v->cells.rows * ch;
	if (term_protocol(app->term) == PICTURE_SIXEL) {
		if (can->most_width > 0 && w > can->most_width)
			w = can->most_width;
		if (can->most_height > 0 && h > can->most_height)
			h = can->most_height;
		h = h / 6 * 6;
	}
	*width = (uint32_t)(w > 0 ? w : 1);
	*height = (uint32_t)(h > 0 ? h : 1);
}

/* The slice wanted, then the rest of the series: ahead in the direction of travel, then back from where we are.  What the
 * cache does not hold is not loaded, so a series is decoded whole where it fits. */
static unsigned
wants(const struct viewport *v, struct pipeline_want *out)
{
	unsigned n = 0;

	out[n++] = (struct pipeline_want){ v->series, v->want };
	for (int way = v->direction, turn = 0; turn < 2; turn++, way = -way)
		for (int64_t at = (int64_t)v->want + way;
			at >= 0 && at < (int64_t)v->slices && n < WANTS_MOST; at += way)
			out[n++] = (struct pipeline_want){ v->series, (uint32_t)at };
	return n;
}

static double
device_aspect(struct app *app)
{
	enum picture_protocol p = term_protocol(app->term);
	const struct term_abilities *can = term_can(app->term);

	if (p != PICTURE_BLOCKS_RGB && p != PICTURE_BLOCKS_256)
		return 1;
	if (can->cell_width == 0 || can->cell_height == 0)
		return 1;
	return (double)can->cell_height / 2 / can->cell_width;
}

/* Bytes that a picture may have while things move; 0 no matter. */
static size_t
moving_budget(struct app *app)
{
	double rate = term_rate(app->term), bytes = rate / 8 * MOVING_MS / 1000;

	if (rate <= 0)
		return FIRST_LIGHT;
	if (bytes > FAST_BUDGET)
		return 0;
	return bytes < LEAST_BUDGET ? LEAST_BUDGET : (size_t)bytes;
}

static int
common_multiple(int a, int b)
{
	int n = a;

	while (n % b != 0)
		n += a;
	return n;
}

/* Rows of pixels that go through in about the time of a moving picture, as whole rows of cells and of sixels; 0: the
 * line is good for the picture in one. */
static uint32_t
strip_rows(struct app *app, uint32_t width)
{
	size_t budget = moving_budget(app);
	int cw, ch, unit;
	uint32_t rows;

	if (budget == 0 || term_protocol(app->term) != PICTURE_SIXEL)
		return 0;
	term_cell(app->term, &cw, &ch);
	unit = common_multiple(ch, 6);
	rows = (uint32_t)((double)budget / (width * BYTES_A_PIXEL)) / (uint32_t)unit *
		(uint32_t)unit;
	return rows > 0 ? rows : (uint32_t)unit;
}

/* Where on the screen the picture will be, for what is told in cells; it is centred once its width is known. */
static void
place_encoding(struct app *app, const struct viewport *v, struct picture_encoding *enc)
{
	enc->row = v->cells.row + 1;
	enc->column = v->cells.column + 1;
	enc->columns = v->cells.columns;
	enc->image = PICTURE_ID;
	term_cell(app->term, &enc->cell_width, &enc->cell_height);
}

static void
request(struct app *app, struct viewport *v, size_t budget, bool refining)
{
	struct pipeline_want list[WANTS_MOST];
	struct picture_view view = {
		.device_aspect = device_aspect(app),
		.zoom = v->zoom,
		.centre_x = v->centre_x,
		.centre_y = v->centre_y,
		.window = v->window,
		.scale = v->scale,
	};
	struct picture_encoding enc = {
		.protocol = term_protocol(app->term), .levels = GREYS, .budget = budget
	};

	if (v->slices == 0 || v->cells.rows <= 0)
		return;
	v->active = true;
	drop_rest(v);
	viewport_box(app, v, &view.width, &view.height);
	enc.bins = v->registers;
	enc.libsixel = app->libsixel;
	enc.fast = term_rate(app->term) >= LOCAL_RATE; /* bytes cost nothing there, time does */
	if (budget == 0 && v->exact)
		enc.levels = EXACT_GREYS;
	if (budget == 0)
		enc.strip = strip_rows(app, view.width);
	memcpy(view.left, v->left, sizeof(view.left));
	memcpy(view.right, v->right, sizeof(view.right));
	memcpy(view.top, v->top, sizeof(view.top));
	memcpy(view.bottom, v->bottom, sizeof(view.bottom));
	view.grid = v->grid;
	view.drawing = v->over;
	place_encoding(app, v, &enc);
	v->serial = pipeline_show(
		app->pipeline, list, wants(v, list), &view, &enc, v->modality, !v->window_fixed);
	v->refining = refining;
}

/* What was to make a picture better that nobody wants any longer, half sent: the line has better to do.  The first picture
 * of a slice is let through, or a held key would show nothing at all. */
static void
cancel_stale(struct app *app, struct viewport *v)
{
	const struct shot *last = &v->flight[(v->flights - 1) % VIEWPORT_FLIGHTS];

	if (v->flights > 0 && last->refining && term_sending(app->term))
		term_picture_cancel(app->term);
}

/* The picture on the glass in another window, by its registers; false: it takes a picture. */
static bool
show_registers(struct app *app, struct viewport *v)
{
	struct buf b = { 0 };

	if (!v->on_glass || !v->shot.binned || v->glass != v->want || v->zoom != v->shot.zoom ||
		bins_show(&v->shot.bins, &v->window, &b, NULL) != RC_OK) {
		buf_release(&b);
		return false;
	}
	v->shot.window = v->window;
	term_picture_take(app->term, &b, v->shot.cells.row, v->shot.cells.column, REGISTERS_TAG);
	return true;
}

void
viewport_registers(struct app *app, struct viewport *v, bool on)
{
	v->registers = on;
	v->on_glass = false;
	term_begin_anew(app->term, on);
	app->repaint = true; /* and with it the picture is asked for */
}

void
viewport_show(struct app *app, struct viewport *v)
{
	size_t budget = v->registers ? 0 : moving_budget(app);

	if (v->registers && show_registers(app, v))
		return;
	cancel_stale(app, v);
	request(app, v, budget, false);
	v->refine_at = budget > 0 ? clock_mono_us() + STILL_US : 0;
}

/* Is the picture on the glass as good as the best would be? */
static bool
is_best(const struct viewport *v)
{
	const struct ladder_step *step = &v->shot.step;

	return step->reduce == 1 && (step->levels == 0 || (step->levels >= GREYS && !v->exact));
}

int
viewport_tick_in(const struct viewport *v)
{
	int64_t left;

	if (!v->active || v->refine_at == 0)
		return -1;
	left = (v->refine_at - clock_mono_us() + 999) / 1000;
	return left > 0 ? (int)left : 0;
}

/* The coarse picture must be on the glass before the good one follows: on a slow line that one takes seconds, and a
 * key in between would be answered late. */
void
viewport_tick(struct app *app, struct viewport *v)
{
	if (!v->active || v->refine_at == 0 || clock_mono_us() < v->refine_at)
		return;
	v->refine_at = 0;
	if (v->on_glass && v->glass == v->want && !term_busy(app->term) && v->got == v->serial) {
		if (!is_best(v))
			request(app, v, 0, true);
	} else if (v->failed == RC_OK)
		v->refine_at = clock_mono_us() + STILL_US / 5;
}

bool
viewport_is_settled(const struct viewport *v)
{
	return v->failed != RC_OK ||
		(v->on_glass && v->glass == v->want && v->refine_at == 0 && v->got == v->serial &&
			v->rest.next >= v->rest.n);
}

bool
viewport_is_readable(const struct viewport *v)
{
	return v->shot.step.reduce == 1 &&
		(v->shot.step.levels == 0 || v->shot.step.levels >= SEEN_GREYS);
}

void
viewport_hide(struct app *app, struct viewport *v)
{
	if (v->registers)
		viewport_registers(app, v, false);
	v->active = false;
	drop_rest(v);
	v->hidden = pipeline_show(app->pipeline, NULL, 0, NULL, NULL, "", 0);
	term_picture_cancel(app->term);
	if (v->glass_cells.rows > 0)
		term_wipe(app->term, v->glass_cells.row, v->glass_cells.column, v->glass_cells.rows,
			v->glass_cells.columns);
	v->on_glass = false;
	v->graphics = 0;
	memset(&v->glass_cells, 0, sizeof(v->glass_cells));
	app->repaint = true; /* ncurses does not know what was wiped */
}

/* The presets of the first frame are those of the series; a percentile or full-range start is kept for all its slices,
 * so that stepping does not change the greys. */
static void
learn_presets(struct viewport *v, const struct frame *f)
{
	if (v->preset_count == 0)
		v->preset_count = window_presets(f, v->modality, v->presets, VIEWPORT_PRESETS);
	if (v->window_fixed || v->preset_count == 0)
		return;
	v->window = v->presets[0].window;
	if (strcmp(v->presets[0].name, "percentile") == 0)
		v->window_fixed = true;
}

static struct area
place_in_cells(struct app *app, const struct viewport *v, uint32_t width, uint32_t height)
{
	struct picture_encoding enc = { .row = 0 };
	struct area a = v->cells;
	int ch;

	place_encoding(app, v, &enc);
	ch = enc.cell_height;
	a.columns = ((int)width + enc.cell_width - 1) / enc.cell_width;
	a.rows = ((int)height + ch - 1) / ch;
	a.column = picture_column(&enc, width) - 1;
	return a;
}

static bool
same_area(struct area a, struct area b)
{
	return a.row == b.row && a.column == b.column && a.rows == b.rows && a.columns == b.columns;
}

static void
send_strip(struct app *app, struct viewport *v)
{
	const struct pipeline_strip *s = &v->rest.strip[v->rest.next++];
	struct buf part = { 0 };
	int cw, ch;

	term_cell(app->term, &cw, &ch);
	buf_add(&part, v->rest.bytes.data + s->offset, s->bytes);
	term_picture_take(app->term, &part, v->rest.cells.row + (int)s->top / ch,
		v->rest.cells.column, v->rest.tag);
}

/* The next place for a picture on its way, and what the answer says of it. */
static struct shot *
note_shot(struct app *app, struct viewport *v, struct pipeline_picture *p, struct area a)
{
	struct shot *s = &v->flight[v->flights++ % VIEWPORT_FLIGHTS];

	shot_release(s);
	s->tag = p->serial;
	s->slice = p->index;
	s->delta = p->delta;
	s->refining = v->refining && !p->delta;
	s->cells = a;
	s->place = p->place;
	s->zoom = v->zoom;
	s->scale = v->scale;
	s->step = p->step;
	s->window = p->window;
	s->enc.protocol = term_protocol(app->term);
	s->enc.levels = p->step.levels;
	place_encoding(app, v, &s->enc);
	s->enc.column = a.column + 1;
	s->columns = v->frame != NULL ? v->frame->info.width : 0;
	s->rows = v->frame != NULL ? v->frame->info.height : 0;
	s->width = p->width;
	s->height = p->height;
	s->binned = p->binned;
	s->bins = p->bins;
	str_copy(s->digest, sizeof(s->digest), p->digest);
	s->frame = v->frame != NULL ? frame_ref(v->frame) : NULL;
	s->raster = p->raster;
	s->over = p->drawing;
	p->raster = NULL;
	p->drawing = NULL;
	return s;
}

static void
send(struct app *app, struct viewport *v, struct pipeline_picture *p)
{
	struct area a = place_in_cells(app, v, p->width, p->height);
	enum picture_protocol protocol = term_protocol(app->term);

	if (protocol == PICTURE_BLOCKS_RGB || protocol == PICTURE_BLOCKS_256)
		a.column = v->cells.column; /* blocks carry their own positions */
	if (v->glass_cells.rows > 0 && !same_area(a, v->glass_cells) && !term_sending(app->term))
		term_wipe(app->term, v->glass_cells.row, v->glass_cells.column, v->glass_cells.rows,
			v->glass_cells.columns);
	note_shot(app, v, p, a);
	v->graphics = p->strips > 0 ? p->strips : 1;
	v->glass_cells = a;
	if (p->strips > 0) {
		drop_rest(v);
		v->rest.bytes = p->bytes;
		memset(&p->bytes, 0, sizeof(p->bytes));
		memcpy(v->rest.strip, p->strip, sizeof(v->rest.strip));
		v->rest.n = p->strips;
		v->rest.tag = p->serial;
		v->rest.cells = a;
		send_strip(app, v);
	} else {
		term_picture_take(app->term, &p->bytes, a.row, a.column, p->serial);
	}
}

/* ---- what lies over the picture ---- */

/* Only one change is on its way at a time, and only from what is known to be on the glass. */
static void
request_over(struct app *app, struct viewport *v)
{
	struct pipeline_delta d = { .series = v->series,
		.index = v->glass,
		.base = v->shot.raster,
		.place = v->shot.place,
		.enc = v->shot.enc,
		.before = v->shot.over,
		.after = v->over };

	if (!v->active || v->over == v->shot.over || v->got != v->serial || term_busy(app->term) ||
		v->rest.next < v->rest.n)
		return;
	if (!v->on_glass || v->shot.raster == NULL)
		return; /* the picture that is to come carries it */
	if (v->shot.enc.protocol == PICTURE_SIXEL && v->graphics >= GRAPHICS_MOST) {
		request(app, v, 0, true);
		return;
	}
	v->serial = pipeline_lay_over(app->pipeline, &d);
}

void
viewport_lay_over_take(struct app *app, struct viewport *v, struct drawing *o)
{
	drawing_unref(v->over);
	v->over = o;
	request_over(app, v);
}

/* Nothing to send: what is asked for looks like what is there. */
static void
send_delta(struct app *app, struct viewport *v, struct pipeline_picture *p)
{
	if (p->rc != RC_OK || p->bytes.len == 0) {
		drawing_unref(v->shot.over);
		v->shot.over = p->drawing;
		p->drawing = NULL;
		request_over(app, v);
		return;
	}
	v->graphics++;
	note_shot(app, v, p, v->shot.cells);
	term_picture_take(app->term, &p->bytes, v->shot.cells.row, v->shot.cells.column, p->serial);
}

bool
viewport_picture(struct app *app, struct viewport *v, struct pipeline_picture *p)
{
	if (!v->active || p->series != v->series || p->serial <= v->hidden)
		return false; /* made for other cells, it would reach over the text beside it */
	v->got = p->serial;
	if (p->rc != RC_OK && !p->delta) {
		if (p->index != v->want)
			return false;
		v->failed = p->rc;
		v->failed_slice = p->index;
		str_copy(v->failure, sizeof(v->failure), p->err.text);
		if (v->glass_cells.rows > 0 && !term_sending(app->term)) {
			term_picture_cancel(app->term);
			term_wipe(app->term, v->glass_cells.row, v->glass_cells.column,
				v->glass_cells.rows, v->glass_cells.columns);
			app->repaint = true;
		}
		v->on_glass = false;
		memset(&v->glass_cells, 0, sizeof(v->glass_cells));
		return true;
	}
	if (p->delta) {
		send_delta(app, v, p);
		return true;
	}
	if (p->index == v->want)
		v->failed = RC_OK;
	v->decode_ms = p->decode_ms;
	v->make_ms = p->make_ms;
	v->encode_ms = p->encode_ms;
	if (p->frame != NULL) {
		learn_presets(v, p->frame);
		drop_frame(v);
		v->frame = p->frame;
		p->frame = NULL;
	}
	send(app, v, p);
	return true;
}

/* ---- answers of the terminal ---- */

/* A delta leaves the picture below it as it was. */
static void
take_delta(struct viewport *v, struct shot *flight)
{
	drawing_unref(v->shot.over);
	v->shot.over = flight->over;
	flight->over = NULL;
	shot_release(flight);
}

static bool
take_shot(struct viewport *v, struct shot *flight, bool answered)
{
	if (flight->delta) {
		take_delta(v, flight);
		return false;
	}
	shot_release(&v->shot);
	v->shot = *flight;
	memset(flight, 0, sizeof(*flight));
	v->glass = v->shot.slice;
	v->answered = answered;
	v->since = clock_mono_us();
	v->on_glass = true;
	return true;
}

bool
viewport_acknowledged(struct app *app, struct viewport *v, uint64_t tag, bool answered)
{
	bool picture = false;

	if (!v->active)
		return false;
	if (tag == 0) {
		viewport_show(app, v);
		return false;
	}
	if (v->rest.n > 0 && tag == v->rest.tag && v->rest.next < v->rest.n) {
		send_strip(app, v); /* only with its last strip is a picture whole */
		return false;
	}
	for (unsigned i = 0; i < VIEWPORT_FLIGHTS; i++)
		if (v->flight[i].tag == tag)
			picture |= take_shot(v, &v->flight[i], answered);
	request_over(app, v);
	return picture;
}

/* ---- what was seen ---- */

void
viewport_window_record(const struct window *w, bool colour, char to[LOOK_WINDOW])
{
	const char *inverted = w->invert ? " inverted" : "";

	if (colour)
		str_copy(to, LOOK_WINDOW, "colour");
	else if (w->use_lut)
		snprintf(to, LOOK_WINDOW, "lut%s", inverted);
	else
		snprintf(to, LOOK_WINDOW, "%.7g/%.7g%s", w->centre, w->width, inverted);
}

/* First and past-the-last image pixel that is in view whole, along one axis. */
static void
in_view(double start, double scale, uint32_t raster, uint32_t n, uint32_t *first, uint32_t *count)
{
	double from = ceil(start - 1e-6), to = floor(start + raster / scale + 1e-6);

	from = from < 0 ? 0 : from;
	to = to > n ? n : to;
	*first = (uint32_t)from;
	*count = to > from ? (uint32_t)(to - from) : 0;
}

bool
viewport_look(const struct viewport *v, struct look *out)
{
	const struct shot *s = &v->shot;
	double scale = fmin(s->place.scale_x, s->place.scale_y);

	memset(out, 0, sizeof(*out));
	if (!v->on_glass || s->digest[0] == '\0' || s->columns == 0)
		return false;
	out->slice = s->slice;
	str_copy(out->picture, sizeof(out->picture), s->digest);
	viewport_window_record(&s->window, s->step.levels == 0 && s->raster->colour, out->window);
	out->scale = (uint32_t)(scale * 1000 + 1e-6);
	out->levels = (uint32_t)s->step.levels;
	out->columns = s->columns;
	out->rows = s->rows;
	in_view(s->place.left, s->place.scale_x, s->width, s->columns, &out->left, &out->width);
	in_view(s->place.top, s->place.scale_y, s->height, s->rows, &out->top, &out->height);
	return true;
}

void
viewport_go(struct app *app, struct viewport *v, int64_t slice)
{
	uint32_t to;

	if (v->slices == 0)
		return;
	to = slice < 0 ? 0 : slice >= (int64_t)v->slices ? v->slices - 1 : (uint32_t)slice;
	if (to == v->want && v->active)
		return;
	v->direction = to >= v->want ? 1 : -1;
	v->want = to;
	v->failed = RC_OK;
	viewport_show(app, v);
}

void
viewport_release(struct viewport *v)
{
	drop_frame(v);
	drop_rest(v);
	shot_release(&v->shot);
	for (int i = 0; i < VIEWPORT_FLIGHTS; i++)
		shot_release(&v->flight[i]);
	drawing_unref(v->over);
	v->over = NULL;
}
