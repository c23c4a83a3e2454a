/* Colour as displayed, from samples as stored. */
#ifndef CORE_DICOM_WORKER_COLOUR_H
#define CORE_DICOM_WORKER_COLOUR_H

#include "core/dicom/worker/image.h"
#include "core/dicom/worker/lut.h"
#include "core/dicom/worker/pixels.h"

/* Three samples a pixel to R, G, B bytes; `raw` has been measured. */
void colour_convert(const struct raw *raw, const struct image_shape *s, uint8_t *rgb);

/* One sample a pixel through a palette. */
void colour_palette(
	const struct raw *raw, const struct image_shape *s, const struct palette *p, uint8_t *rgb);

#endif
