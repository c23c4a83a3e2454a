/* A row of a frame as floats in modality units, for what works on values and not on greys:
 * projections and contact sheets.  No state; any thread. */
#ifndef RENDER_VALUES_H
#define RENDER_VALUES_H

#include <stdint.h>

#include "core/base/frame.h"

/* Row y, left to right, into out[width]: rescaled or through the modality LUT, padding by its
 * value like any other; colour as luminance 0..255.  What is not finite becomes 0. */
void values_row(const struct frame *f, uint32_t y, float *out);

/* A stored value by the rescale of `info`, with the rounding of values_row. */
float values_rescaled(const struct frame_info *info, double stored);

/* Write `blank` over those of row[width] whose stored values in row y are padding or not finite;
 * grey kinds only. */
void values_blank(const struct frame *f, uint32_t y, float blank, float *row);

#endif
