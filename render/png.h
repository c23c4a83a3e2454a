/* A raster as a PNG (ISO/IEC 15948) for terminals that take one.  No state; any thread. */
#ifndef RENDER_PNG_H
#define RENDER_PNG_H

#include "core/base/buf.h"
#include "render/raster.h"

/* Append the whole file: 8-bit grey or RGB, one IDAT chunk.  Both sides of r are at least 1 and
 * its pixels fewer than 2^28. */
void png_encode(const struct raster *r, struct buf *out);

/* The same of indexed pixels: `colours` entries of three bytes, of which the first is transparent. */
void png_encode_indexed(const uint8_t *index, uint32_t width, uint32_t height, const uint8_t *rgb,
	int colours, struct buf *out);

#endif
