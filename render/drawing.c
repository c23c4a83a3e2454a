/* Owns drawings and how they fall on a raster.  What they cost to send is delta.c's. */
#include "render/drawing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "render/inks.h"

enum { CROSS_ARM = 11, CROSS_GAP = 4, FAR = 1 << 20 /* raster pixels: lines are cut there */ };

struct item {
	enum drawing_ink ink;
	size_t n; /* points */
	struct drawing_point *point;
	bool closed, cross;
	struct drawing_bits plane; /* bits NULL: none */
	uint8_t *bits;             /* its own copy */
};

struct drawing {
	int refs; /* atomic */
	size_t n, room;
	struct item *item;
};

struct drawing *
drawing_new(void)
{
	struct drawing *o = mem_zero(1, sizeof(*o));

	o->refs = 1;
	return o;
}

struct drawing *
drawing_ref(struct drawing *o)
{
	if (o != NULL)
		__atomic_add_fetch(&o->refs, 1, __ATOMIC_RELAXED);
	return o;
}

void
drawing_unref(struct drawing *o)
{
	if (o == NULL || __atomic_sub_fetch(&o->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	for (size_t i = 0; i < o->n; i++) {
		free(o->item[i].point);
		free(o->item[i].bits);
	}
	free(o->item);
	free(o);
}

static struct item *
add_item(struct drawing *o, enum drawing_ink ink, const struct drawing_point *p, size_t n)
{
	struct item *it;

	if (o->n == o->room) {
		o->room = o->room > 0 ? 2 * o->room : 8;
		o->item = mem_grow(o->item, o->room, sizeof(*o->item));
	}
	it = &o->item[o->n++];
	memset(it, 0, sizeof(*it));
	it->ink = ink;
	it->n = n;
	if (n > 0) {
		it->point = mem_alloc(n * sizeof(*p));
		memcpy(it->point, p, n * sizeof(*p));
	}
	return it;
}

void
drawing_lines(struct drawing *o, enum drawing_ink ink, const struct drawing_point *p, size_t n,
	bool closed)
{
	add_item(o, ink, p, n)->closed = closed;
}

void
drawing_cross(struct drawing *o, enum drawing_ink ink, struct drawing_point at)
{
	add_item(o, ink, &at, 1)->cross = true;
}

void
drawing_plane(struct drawing *o, enum drawing_ink ink, const struct drawing_bits *b)
{
	struct item *it = add_item(o, ink, NULL, 0);
	size_t bytes = ((size_t)b->width * b->height + 7) / 8;

	it->bits = mem_alloc(bytes > 0 ? bytes : 1);
	memcpy(it->bits, b->bits, bytes);
	it->plane = *b;
	it->plane.bits = it->bits;
}

bool
drawing_is_empty(const struct drawing *o)
{
	return o->n == 0;
}

/* ---- layers ---- */

struct layer {
	uint8_t *ink;
	int width, height;
	const struct picture_place *place;
};

static void
dot(const struct layer *l, int x, int y, enum drawing_ink ink)
{
	if (x >= 0 && y >= 0 && x < l->width && y < l->height)
		l->ink[(size_t)y * (size_t)l->width + (size_t)x] = (uint8_t)ink;
}

static int
cut(double v)
{
	return v < -FAR ? -FAR : v > FAR ? FAR : (int)floor(v);
}

/* The raster pixel that a corner of the image falls on; the far edge of the image belongs to its last pixel. */
static void
on_raster(const struct layer *l, struct drawing_point p, int *x, int *y)
{
	*x = cut((p.x - l->place->left) * l->place->scale_x);
	*y = cut((p.y - l->place->top) * l->place->scale_y);
	if (*x == l->width)
		*x = l->width - 1;
	if (*y == l->height)
		*y = l->height - 1;
}

/* Bresenham's line. */
static void
line(const struct layer *l, enum drawing_ink ink, int x, int y, int to_x, int to_y)
{
	int dx = abs(to_x - x), dy = -abs(to_y - y), off = dx + dy;
	int step_x = x < to_x ? 1 : -1, step_y = y < to_y ? 1 : -1;

	for (;;) {
		int twice = 2 * off;

		dot(l, x, y, ink);
		if (x == to_x && y == to_y)
			return;
		if (twice >= dy) {
			off += dy;
			x += step_x;
		}
		if (twice <= dx) {
			off += dx;
			y += step_y;
		}
	}
}

static void
draw_lines(const struct layer *l, const struct item *it)
{
	size_t last = it->closed ? it->n : it->n - 1;
	int x, y, to_x, to_y;

	for (size_t i = 0; it->n > 0 && i < last; i++) {
		on_raster(l, it->point[i], &x, &y);
		on_raster(l, it->point[(i + 1) % it->n], &to_x, &to_y);
		line(l, it->ink, x, y, to_x, to_y);
	}
}

static void
draw_cross(const struct layer *l, const struct item *it)
{
	int x, y;

	on_raster(l, it->point[0], &x, &y);
	for (int i = CROSS_GAP; i < CROSS_ARM; i++) {
		dot(l, x - i, y, it->ink);
		dot(l, x + i, y, it->ink);
		dot(l, x, y - i, it->ink);
		dot(l, x, y + i, it->ink);
	}
}

static bool
bit(const struct drawing_bits *b, uint32_t x, uint32_t y)
{
	size_t at = (size_t)y * b->width + x;

	return b->bits[at / 8] >> (at % 8) & 1;
}

/* Pixels of the plane, first..past, that raster pixel i covers along one axis. */
static bool
covered(double start, double scale, int i, int origin, uint32_t n, uint32_t *first, uint32_t *past)
{
	double from = floor(start + i / scale + 1e-9) - origin;
	double to = ceil(start + (i + 1) / scale - 1e-9) - origin;

	if (from < 0)
		from = 0;
	if (to > n)
		to = n;
	*first = (uint32_t)from;
	*past = to > from ? (uint32_t)to : (uint32_t)from;
	return to > from;
}

static bool
any_bit(const struct drawing_bits *b, const uint32_t x[2], const uint32_t y[2])
{
	for (uint32_t j = y[0]; j < y[1]; j++)
		for (uint32_t i = x[0]; i < x[1]; i++)
			if (bit(b, i, j))
				return true;
	return false;
}

static void
draw_plane(const struct layer *l, const struct item *it)
{
	const struct drawing_bits *b = &it->plane;
	const struct picture_place *p = l->place;
	uint32_t x[2], y[2];

	for (int j = 0; j < l->height; j++) {
		if (!covered(p->top, p->scale_y, j, b->top, b->height, &y[0], &y[1]))
			continue;
		for (int i = 0; i < l->width; i++)
			if (covered(p->left, p->scale_x, i, b->left, b->width, &x[0], &x[1]) &&
				any_bit(b, x, y))
				dot(l, i, j, it->ink);
	}
}

uint8_t *
drawing_layer(
	const struct drawing *o, const struct picture_place *place, uint32_t width, uint32_t height)
{
	struct layer l = { mem_zero((size_t)width * height, 1), (int)width, (int)height, place };

	for (size_t i = 0; o != NULL && i < o->n; i++) {
		const struct item *it = &o->item[i];

		if (it->bits != NULL)
			draw_plane(&l, it);
		else if (it->cross)
			draw_cross(&l, it);
		else
			draw_lines(&l, it);
	}
	return l.ink;
}

struct raster *
drawing_composed(const struct raster *base, const uint8_t *layer)
{
	struct raster *r = raster_new(base->width, base->height, true);
	size_t n = (size_t)base->width * base->height;

	for (size_t i = 0; i < n; i++) {
		const uint8_t *from = base->pixels + (base->colour ? 3 * i : i);

		for (size_t c = 0; c < 3; c++)
			r->pixels[3 * i + c] = layer[i] != INK_NONE ? inks_rgb[layer[i]][c]
				: base->colour                      ? from[c]
								    : from[0];
	}
	return r;
}
