/* What is drawn over a picture and must come and go without the picture being sent again: boxes, outlines, cursors,
 * rulers, overlay planes of the header.  A drawing is in image coordinates, immutable once handed over and counted;
 * a layer is one drawing laid on one raster: a byte a pixel, 0 nothing, else an ink.  Any thread. */
#ifndef RENDER_DRAWING_H
#define RENDER_DRAWING_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "render/picture.h"

/* Told apart by shape and place first; the colours are also told apart by people who mix up red and green. */
enum drawing_ink {
	INK_NONE,
	INK_CURSOR, /* yellow */
	INK_RULER,  /* sky blue */
	INK_MARK,   /* orange */
	INK_CHOSEN, /* white: the mark that is being edited */
	INK_PLANE,  /* bluish green: overlay planes 60xx */
	DRAWING_INKS
};

struct drawing_point {
	double x, y; /* pixel (i, j) of the image is the square from i, j to i + 1, j + 1 */
};

struct drawing_bits {
	int left, top; /* of the image, from 0; may be negative */
	uint32_t width, height;
	const uint8_t *
		bits; /* row by row, eight pixels a byte, the lowest bit first, no gaps between rows */
};

struct drawing;

struct drawing *drawing_new(void);
struct drawing *drawing_ref(struct drawing *o); /* NULL is allowed */
void drawing_unref(struct drawing *o);          /* NULL is allowed */

/* A line through the points, one raster pixel wide; closed: back to the first. */
void drawing_lines(struct drawing *o, enum drawing_ink ink, const struct drawing_point *p, size_t n,
	bool closed);
/* A cross with an open middle, of the same size at every zoom. */
void drawing_cross(struct drawing *o, enum drawing_ink ink, struct drawing_point at);
/* A plane; copied.  Any pixel of it that falls on a raster pixel inks that. */
void drawing_plane(struct drawing *o, enum drawing_ink ink, const struct drawing_bits *b);

bool drawing_is_empty(const struct drawing *o);

/* The layer of `o` (NULL: an empty one) on a raster of width x height; free() it. */
uint8_t *drawing_layer(const struct drawing *o, const struct picture_place *place, uint32_t width,
	uint32_t height);

/* A copy of `base` in colour with the layer's inks over it; raster_free() it. */
struct raster *drawing_composed(const struct raster *base, const uint8_t *layer);

/* Append what turns `base` with the layer `before` (NULL: bare) into `base` with `after`, where the former was drawn
 * with `enc` at its row and column.  Sixel: one transparent picture of the changed pixels only, at its own place; kitty: a
 * second picture over the first; blocks: everything anew.  Nothing is appended where nothing changed. */
struct drawing_change {
	const struct raster *base;
	const uint8_t *before, *after;
};
enum rc drawing_delta(const struct drawing_change *c, const struct picture_encoding *enc,
	struct buf *out, struct err *e);

#endif
