/* What others make of a grey picture, for the comparison with ours.  One thread. */
#ifndef TESTS_BENCH_PEERS_H
#define TESTS_BENCH_PEERS_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "render/raster.h"

/* What img2sixel does by default: RGB, an adaptive palette of 256, everything on "auto". */
void peer_img2sixel(const struct raster *r, struct buf *out);

/* libchafa in 24-bit colour on one thread.  It scales to whole bands of six rows, so it is given the picture with its last row
 * repeated to the next band and asked for that size: nothing is scaled, and the rows on top are the picture. */
bool peer_has_chafa(void);
void peer_chafa(const struct raster *r, struct buf *out);

/* Luminance (Rec. 601, 0..255) of what a terminal shows of sixel bytes, by libsixel's decoder: width * height values, the upper
 * left corner of the picture.  False where it cannot be decoded or is smaller. */
bool peer_luminance(const struct buf *sixel, uint32_t width, uint32_t height, double *out);

#endif
