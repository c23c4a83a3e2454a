/* Part of an 8-bit image, scaled to a raster.  Where both axes grow it is a clamped cubic or the nearest pixel; where one shrinks,
 * the area average along it (and bilinear along one that grows).  Any thread. */
#ifndef RENDER_SCALE_H
#define RENDER_SCALE_H

#include "render/raster.h"

/* How to enlarge. */
enum scale_kind {
	SCALE_AUTO, /* smooth, but pixels where both axes grow fourfold or more: single voxels can be judged then */
	SCALE_SMOOTH, /* Catmull-Rom, clamped to the range of the 4 x 4 pixels it is made of: sharp, and no rims */
	SCALE_PIXELS, /* each raster pixel is the image pixel that it lies in */
	SCALE_KINDS
};

/* What became of the pixels. */
enum scale_used { SCALED_NOT, SCALED_AREA, SCALED_CUBIC, SCALED_NEAREST };

struct scale_source {
	const uint8_t *pixels; /* row by row, no gaps; lent */
	uint32_t width, height;
	bool colour;                      /* three bytes a pixel, else one */
	double left, top;                 /* what is shown: upper left corner, in pixels */
	double shown_width, shown_height; /* above 0; may reach past the edge by rounding only */
	enum scale_kind kind;
};

/* A new raster of width by height that shows all of the source's shown part.  Free with
 * raster_free().  One to one at whole pixels is a plain copy. */
struct raster *scale_image(const struct scale_source *s, uint32_t width, uint32_t height);

/* What scale_image does at so many raster pixels per image pixel; `whole`: the part shown begins at a whole pixel. */
enum scale_used scale_rule(enum scale_kind kind, double scale_x, double scale_y, bool whole);

#endif
