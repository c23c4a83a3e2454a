/* Owns the scaling of 8-bit images, but for the cubic (cubic.c).  Two passes in fixed point, rows first: adding up whole
 * rows is what a compiler can vectorise.  No state; any thread. */
#include "render/scale.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "render/cubic.h"

enum {
	WEIGHT_ONE = 65536, /* the weights of one output pixel add up to this */
	NEAREST_FROM = 4,   /* times enlarged */
	LANE = 16           /* columns a step of the row pass; constant, so that it is vectorised */
};

/* Which source pixels make one output pixel. */
struct tap {
	uint32_t first, count;
	uint32_t at; /* of the first weight in axis.weights */
};

struct axis {
	struct tap *taps;
	uint32_t *weights;
	uint32_t first, last; /* source pixels that any tap touches, inclusive */
};

struct axis_shape {
	uint32_t source, out; /* pixels */
	double start, shown;  /* the part that is shown */
	bool nearest;
};

/* Rounded weights, whose rest goes to the heaviest, so that a flat area keeps its grey. */
static void
tap_set(struct axis *a, struct tap *t, const double *share, double total)
{
	uint32_t *w = &a->weights[t->at];
	uint32_t sum = 0, best = 0;

	for (uint32_t i = 0; i < t->count; i++) {
		w[i] = (uint32_t)(share[i] / total * WEIGHT_ONE + 0.5);
		sum += w[i];
		if (w[i] > w[best])
			best = i;
	}
	w[best] += WEIGHT_ONE - sum; /* wraps as wanted when the sum is too high */
	if (t->first < a->first)
		a->first = t->first;
	if (t->first + t->count - 1 > a->last)
		a->last = t->first + t->count - 1;
}

static uint32_t
clamp_pixel(double v, uint32_t n)
{
	if (!(v > 0))
		return 0;
	return v >= n - 1 ? n - 1 : (uint32_t)v;
}

/* How much of each source pixel the output pixel [from, to) covers. */
static void
tap_area(struct axis *a, struct tap *t, double from, double to, const struct axis_shape *s,
	double *share)
{
	double total = 0;
	uint32_t last = clamp_pixel(ceil(to - 1e-9) - 1, s->source);

	t->first = clamp_pixel(floor(from + 1e-9), s->source);
	if (last < t->first)
		last = t->first;
	t->count = last - t->first + 1;
	for (uint32_t i = 0; i < t->count; i++) {
		double lo = t->first + i > from ? t->first + i : from;
		double hi = t->first + i + 1 < to ? t->first + i + 1 : to;

		share[i] = hi > lo ? hi - lo : 1e-9;
		total += share[i];
	}
	tap_set(a, t, share, total);
}

static void
tap_linear(struct axis *a, struct tap *t, double middle, const struct axis_shape *s)
{
	double at = middle - 0.5, floor_at = floor(at);
	double share[2] = { 1 - (at - floor_at), at - floor_at };

	t->first = clamp_pixel(floor_at, s->source);
	t->count = at <= 0 || floor_at >= s->source - 1 || share[1] < 1e-9 ? 1 : 2;
	if (t->count == 1)
		share[0] = 1;
	tap_set(a, t, share, 1);
}

static void
tap_nearest(struct axis *a, struct tap *t, double middle, const struct axis_shape *s)
{
	double one = 1;

	t->first = clamp_pixel(floor(middle), s->source);
	t->count = 1;
	tap_set(a, t, &one, 1);
}

static void
axis_make(struct axis *a, const struct axis_shape *s)
{
	double step = s->shown / s->out;
	uint32_t most = (uint32_t)ceil(step) + 2;
	double *share = mem_zero(most, sizeof(*share));

	a->taps = mem_zero(s->out, sizeof(*a->taps));
	a->weights = mem_zero((size_t)s->out * most, sizeof(*a->weights));
	a->first = s->source - 1;
	a->last = 0;
	for (uint32_t i = 0; i < s->out; i++) {
		double from = s->start + i * step, middle = from + step / 2;

		a->taps[i].at = i * most;
		if (s->nearest)
			tap_nearest(a, &a->taps[i], middle, s);
		else if (step >= 1)
			tap_area(a, &a->taps[i], from, from + step, s, share);
		else
			tap_linear(a, &a->taps[i], middle, s);
	}
	free(share);
}

static void
axis_release(struct axis *a)
{
	free(a->taps);
	free(a->weights);
}

/* The weighted sum of the tap's rows, 8.8 fixed point.  n is a multiple of LANE in `row`, but the
 * source may end before: the last lane is done by bytes. */
static void
row_sum(const struct axis *ys, uint32_t y, const uint8_t *src, size_t stride, size_t n,
	uint16_t *row)
{
	const struct tap *t = &ys->taps[y];
	const uint32_t *w = &ys->weights[t->at];
	const uint8_t *top = src + (size_t)t->first * stride;
	size_t x = 0;

	for (; x + LANE <= n; x += LANE) {
		uint32_t sum[LANE] = { 0 };

		for (uint32_t k = 0; k < t->count; k++) {
			const uint8_t *p = top + k * stride + x;

			for (int i = 0; i < LANE; i++)
				sum[i] += w[k] * p[i];
		}
		for (int i = 0; i < LANE; i++)
			row[x + (size_t)i] = (uint16_t)((sum[i] + 128) >> 8);
	}
	for (; x < n; x++) {
		uint32_t sum = 0;

		for (uint32_t k = 0; k < t->count; k++)
			sum += w[k] * top[k * stride + x];
		row[x] = (uint16_t)((sum + 128) >> 8);
	}
}

/* 65280 * 65536 plus the rounding still fits 32 bits. */
static void
columns_grey(const struct axis *xs, const uint16_t *row, uint32_t width, uint8_t *out)
{
	for (uint32_t x = 0; x < width; x++) {
		const struct tap *t = &xs->taps[x];
		const uint32_t *w = &xs->weights[t->at];
		const uint16_t *p = row + (t->first - xs->first);
		uint32_t sum = 1u << 23;

		for (uint32_t k = 0; k < t->count; k++)
			sum += w[k] * p[k];
		out[x] = (uint8_t)(sum >> 24);
	}
}

static void
columns_colour(const struct axis *xs, const uint16_t *row, uint32_t width, uint8_t *out)
{
	for (uint32_t x = 0; x < width; x++) {
		const struct tap *t = &xs->taps[x];
		const uint32_t *w = &xs->weights[t->at];
		const uint16_t *p = row + 3 * (size_t)(t->first - xs->first);
		uint32_t sum[3] = { 1u << 23, 1u << 23, 1u << 23 };

		for (uint32_t k = 0; k < t->count; k++) {
			for (int c = 0; c < 3; c++)
				sum[c] += w[k] * p[3 * k + (uint32_t)c];
		}
		for (int c = 0; c < 3; c++)
			out[3 * (size_t)x + (size_t)c] = (uint8_t)(sum[c] >> 24);
	}
}

static bool
is_copy(const struct scale_source *s, uint32_t width, uint32_t height)
{
	return s->shown_width == width && s->shown_height == height && s->left == floor(s->left) &&
		s->top == floor(s->top) && s->left >= 0 && s->top >= 0 &&
		s->left + width <= s->width && s->top + height <= s->height;
}

static void
copy_rows(const struct scale_source *s, struct raster *r)
{
	size_t bytes = s->colour ? 3 : 1;

	for (uint32_t y = 0; y < r->height; y++) {
		size_t from = ((size_t)s->top + y) * s->width + (size_t)s->left;

		memcpy(r->pixels + y * r->width * bytes, s->pixels + from * bytes, r->width * bytes);
	}
}

enum scale_used
scale_rule(enum scale_kind kind, double scale_x, double scale_y, bool whole)
{
	static const double rounding = 1e-9;
	double least = fmin(scale_x, scale_y);

	if (whole && fabs(scale_x - 1) < rounding && fabs(scale_y - 1) < rounding)
		return SCALED_NOT;
	if (least < 1 - rounding)
		return SCALED_AREA;
	if (kind == SCALE_PIXELS || (kind == SCALE_AUTO && least > NEAREST_FROM - rounding))
		return SCALED_NEAREST;
	return SCALED_CUBIC;
}

struct raster *
scale_image(const struct scale_source *s, uint32_t width, uint32_t height)
{
	struct raster *r = raster_new(width, height, s->colour);
	size_t bytes = s->colour ? 3 : 1;
	bool whole = s->left == floor(s->left) && s->top == floor(s->top);
	enum scale_used used =
		scale_rule(s->kind, width / s->shown_width, height / s->shown_height, whole);
	bool nearest = used == SCALED_NEAREST;
	struct axis_shape sx = { s->width, width, s->left, s->shown_width, nearest };
	struct axis_shape sy = { s->height, height, s->top, s->shown_height, nearest };
	struct axis xs = { 0 }, ys = { 0 };
	uint16_t *row;
	size_t n;

	if (is_copy(s, width, height)) {
		copy_rows(s, r);
		return r;
	}
	if (used == SCALED_CUBIC) {
		cubic_scale(s, r);
		return r;
	}
	axis_make(&xs, &sx);
	axis_make(&ys, &sy);
	n = (xs.last - xs.first + 1) * bytes;
	row = mem_alloc(n * sizeof(*row));
	for (uint32_t y = 0; y < height; y++) {
		row_sum(&ys, y, s->pixels + xs.first * bytes, s->width * bytes, n, row);
		(s->colour ? columns_colour : columns_grey)(
			&xs, row, width, r->pixels + (size_t)y * width * bytes);
	}
	free(row);
	axis_release(&xs);
	axis_release(&ys);
	return r;
}
