/* Part of an 8-bit image, scaled to a raster: area average where an axis shrinks, bilinear
 * where it grows, and nearest where both axes grow fourfold or more, so that single voxels can
 * be judged. Any thread. */
#ifndef RENDER_SCALE_H
#define RENDER_SCALE_H

#include "render/raster.h"

struct scale_source {
	const uint8_t *pixels; /* row by row, no gaps; lent */
	uint32_t width, height;
	bool colour;                      /* three bytes a pixel, else one */
	double left, top;                 /* what is shown: upper left corner, in pixels */
	double shown_width, shown_height; /* above 0; may reach past the edge by rounding only */
};

/* A new raster of width by height that shows all of the source's shown part.  Free with
 * raster_free().  One to one at whole pixels is a plain copy. */
struct raster *scale_image(const struct scale_source *s, uint32_t width, uint32_t height);

#endif
