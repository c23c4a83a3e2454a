/* The encoders that picture_encode chooses from; only picture.c calls them.  Each appends a whole
 * picture to *out and cannot fail, the caller having bounded its size.  Any thread. */
#ifndef RENDER_ENCODERS_H
#define RENDER_ENCODERS_H

#include "render/picture.h"

/* Kitty's graphics protocol: a PNG (f=100), base64 in chunks of 4096, no answers (q=2), the
 * cursor stays (C=1). */
void kitty_encode(const struct raster *r, const struct picture_encoding *enc, struct buf *out);

/* A layer of inks over the picture, as a second image with an id of its own: the one before is taken away, and
 * transparent pixels show what is below. */
void kitty_layer(const uint8_t *layer, uint32_t width, uint32_t height,
	const struct picture_encoding *enc, struct buf *out);

/* Upper half blocks, two rows of pixels a line of cells; colours are set only where they change
 * and reset at the end of each line.  An odd last row has black below. */
void cells_encode(const struct raster *r, const struct picture_encoding *enc, struct buf *out);

/* P5 or P6 as enc->protocol says. */
void netpbm_encode(const struct raster *r, const struct picture_encoding *enc, struct buf *out);

#endif
