/* A picture in device pixels, ready to be encoded. */
#ifndef RENDER_RASTER_H
#define RENDER_RASTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct raster {
	uint32_t width, height;
	bool colour;     /* three bytes a pixel (R, G, B), else one (grey) */
	uint8_t *pixels; /* row by row, no gaps; owned */
};

struct raster *raster_new(uint32_t width, uint32_t height, bool colour); /* zeroed: black */
void raster_free(struct raster *r);                                      /* NULL is allowed */

#endif
