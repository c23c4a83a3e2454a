/* How the picture on the glass is looked at: window, zoom, place, and the words for them. */
#include "tui/viewport.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void
viewport_preset(struct app *app, struct viewport *v, size_t preset)
{
	bool inverted = v->window.invert;

	if (preset >= v->preset_count)
		return;
	v->preset = preset;
	v->window = v->presets[preset].window;
	v->window.invert = inverted;
	v->window_fixed = true;
	v->custom = false;
	viewport_show(app, v);
}

void
viewport_window(struct app *app, struct viewport *v, double centre, double width)
{
	v->window.use_lut = false;
	v->window.centre = centre;
	v->window.width = width >= 1 ? width : v->window.function == VOI_LINEAR ? 1 : width;
	v->window_fixed = true;
	v->custom = true;
	viewport_show(app, v);
}

enum { SWEEP_PARTS = 16 }; /* of the range to a window */

static double
modality(const struct frame *f, double stored)
{
	return stored * f->info.slope + f->info.intercept;
}

/* Read once a picture: on a film it is five million pixels. */
static void
range_of(struct viewport *v, double *low, double *high)
{
	if (v->ranged != v->frame)
		frame_range(v->frame, &v->low, &v->high);
	v->ranged = v->frame;
	*low = modality(v->frame, v->low);
	*high = modality(v->frame, v->high);
}

bool
viewport_sweep(struct app *app, struct viewport *v, int step)
{
	double low, high, width;

	if (v->frame == NULL || v->frame->info.kind == FRAME_RGB8 ||
		v->frame->modality_lut.count > 0)
		return false;
	range_of(v, &low, &high);
	width = (high - low) / SWEEP_PARTS;
	if (width <= 0 || step >= 2 * SWEEP_PARTS)
		return false;
	viewport_window(app, v, low + width * (step + 0.5) / 2, width);
	return true;
}

void
viewport_zoom(struct app *app, struct viewport *v, double factor)
{
	v->zoom = factor == 0 ? 1 : v->zoom * factor;
	if (v->zoom < 1)
		v->zoom = 1;
	if (v->zoom > 32)
		v->zoom = 32;
	if (v->zoom == 1)
		v->centre_x = v->centre_y = 0.5;
	viewport_show(app, v);
}

static double
within(double x)
{
	return x < 0 ? 0 : x > 1 ? 1 : x;
}

void
viewport_pan(struct app *app, struct viewport *v, int right, int down)
{
	v->centre_x = within(v->centre_x + 0.25 * right / v->zoom);
	v->centre_y = within(v->centre_y + 0.25 * down / v->zoom);
	viewport_show(app, v);
}

enum { PIXEL_ZOOMS = 4 };

void
viewport_zoom_pixel(struct app *app, struct viewport *v)
{
	const struct shot *s = &v->shot;
	double scale = fmin(s->place.scale_x, s->place.scale_y), next = floor(scale + 1e-6) + 1;

	if (!v->on_glass || s->zoom <= 0)
		return;
	if (fabs(scale - floor(scale + 0.5)) > 1e-3 && scale > PIXEL_ZOOMS)
		next = 1; /* a small image that fills the box: begin at its own size */
	if (next > PIXEL_ZOOMS) {
		viewport_zoom(app, v, 0);
		return;
	}
	v->zoom = next / (scale / s->zoom);
	viewport_show(app, v);
}

/* The middle of a view along one axis, 0..1 of n image pixels, that begins at `start`. */
static double
middle(uint32_t start, double in_view, uint32_t n)
{
	return within((start + in_view / 2) / n);
}

void
viewport_aim(struct app *app, struct viewport *v, uint32_t left, uint32_t top, uint32_t scale)
{
	const struct shot *s = &v->shot;
	double fit, zoom;
	uint32_t w, h;

	if (!v->on_glass || s->columns == 0 || s->zoom <= 0)
		return;
	fit = fmin(s->place.scale_x, s->place.scale_y) / s->zoom;
	zoom = scale / 1000.0 / fit;
	v->zoom = zoom <= 1 ? 1 : zoom;
	v->centre_x = v->centre_y = 0.5;
	if (v->zoom > 1) {
		viewport_box(app, v, &w, &h);
		v->centre_x = middle(left, w / (s->place.scale_x / s->zoom * v->zoom), s->columns);
		v->centre_y = middle(top, h / (s->place.scale_y / s->zoom * v->zoom), s->rows);
	}
	viewport_show(app, v);
}

bool
viewport_pixel(
	struct app *app, const struct viewport *v, int row, int column, uint32_t *x, uint32_t *y)
{
	const struct shot *s = &v->shot;
	struct area a = s->cells;
	int cw, ch;
	double px, py;

	if (!v->on_glass || row < a.row || row >= a.row + a.rows || column < a.column ||
		column >= a.column + a.columns)
		return false;
	term_cell(app->term, &cw, &ch);
	px = s->place.left + ((column - a.column) + 0.5) * cw / s->place.scale_x;
	py = s->place.top + ((row - a.row) + 0.5) * ch / s->place.scale_y;
	if (px < 0 || py < 0 || px >= s->columns || py >= s->rows)
		return false;
	*x = (uint32_t)px;
	*y = (uint32_t)py;
	return true;
}

void
viewport_quality_text(const struct viewport *v, char to[40])
{
	char size[24] = "";

	if (v->shot.step.reduce > 1)
		snprintf(size, sizeof(size), ", 1/%d size", v->shot.step.reduce);
	if (!v->on_glass)
		snprintf(to, 40, "-");
	else if (v->shot.step.levels == 0)
		snprintf(to, 40, "colour%s", size);
	else
		snprintf(to, 40, "%d greys%s", v->shot.step.levels, size);
}

void
viewport_scale_text(const struct viewport *v, char to[16])
{
	if (fabs(v->shot.place.scale_x - 1) < 1e-6)
		snprintf(to, 16, "1:1");
	else
		snprintf(to, 16, "x%.2f", v->shot.place.scale_x);
}

void
viewport_window_text(const struct viewport *v, char to[64])
{
	const char *name =
		v->preset < v->preset_count && !v->custom ? v->presets[v->preset].name : "";

	if (v->preset_count == 0)
		snprintf(to, 64, "as stored");
	else if (v->window.use_lut)
		snprintf(to, 64, "VOI LUT%s", v->window.invert ? " inverted" : "");
	else
		snprintf(to, 64, "%.6g/%.6g %s%s", v->window.centre, v->window.width, name,
			v->window.invert ? " inverted" : "");
}
