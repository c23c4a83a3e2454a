/* A picture in device pixels, ready to be encoded. */
#ifndef RENDER_RASTER_H
#define RENDER_RASTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct raster {
	int refs; /* atomic; use raster_ref and raster_free */
	uint32_t width, height;
	bool colour;     /* three bytes a pixel (R, G, B), else one (grey) */
	uint8_t *pixels; /* row by row, no gaps; owned */
};

struct raster *raster_new(uint32_t width, uint32_t height, bool colour); /* zeroed: black */
/* Immutable once it is shared between threads.  NULL is allowed. */
struct raster *raster_ref(struct raster *r);
void raster_free(struct raster *r); /* lets go of one reference; NULL is allowed */

#endif
