/* What is drawn over a picture and must come and go without the picture being sent again: boxes, outlines, cursors,
 * rulers, overlay planes of the header.  An overlay is in image coordinates, immutable once handed over and counted;
 * a layer is one overlay laid on one raster: a byte a pixel, 0 nothing, else an ink.  Any thread. */
#ifndef RENDER_OVERLAY_H
#define RENDER_OVERLAY_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "render/picture.h"

/* Told apart by shape and place first; the colours are also told apart by people who mix up red and green. */
enum overlay_ink {
	INK_NONE,
	INK_CURSOR, /* yellow */
	INK_RULER,  /* sky blue */
	INK_MARK,   /* orange */
	INK_CHOSEN, /* white: the mark that is being edited */
	INK_PLANE,  /* bluish green: overlay planes 60xx */
	OVERLAY_INKS
};

struct overlay_point {
	double x, y; /* pixel (i, j) of the image is the square from i, j to i + 1, j + 1 */
};

struct overlay_bits {
	int left, top; /* of the image, from 0; may be negative */
	uint32_t width, height;
	const uint8_t *
		bits; /* row by row, eight pixels a byte, the lowest bit first, no gaps between rows */
};

struct overlay;

struct overlay *overlay_new(void);
struct overlay *overlay_ref(struct overlay *o); /* NULL is allowed */
void overlay_unref(struct overlay *o);          /* NULL is allowed */

/* A line through the points, one raster pixel wide; closed: back to the first. */
void overlay_lines(struct overlay *o, enum overlay_ink ink, const struct overlay_point *p, size_t n,
	bool closed);
/* A cross with an open middle, of the same size at every zoom. */
void overlay_cross(struct overlay *o, enum overlay_ink ink, struct overlay_point at);
/* A plane; copied.  Any pixel of it that falls on a raster pixel inks that. */
void overlay_plane(struct overlay *o, enum overlay_ink ink, const struct overlay_bits *b);

/* The layer of `o` (NULL: an empty one) on a raster of width x height; free() it. */
uint8_t *overlay_layer(const struct overlay *o, const struct picture_place *place, uint32_t width,
	uint32_t height);

/* A copy of `base` in colour with the layer's inks over it; raster_free() it. */
struct raster *overlay_composed(const struct raster *base, const uint8_t *layer);

/* Append what turns `base` with the layer `before` (NULL: bare) into `base` with `after`, where the former was drawn
 * with `enc` at its row and column.  Sixel: one transparent picture of the changed pixels only, at its own place; kitty: a
 * second picture over the first; blocks: everything anew.  Nothing is appended where nothing changed. */
struct overlay_change {
	const struct raster *base;
	const uint8_t *before, *after;
};
enum rc overlay_delta(const struct overlay_change *c, const struct picture_encoding *enc,
	struct buf *out, struct err *e);

#endif
