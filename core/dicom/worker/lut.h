/* Look-up tables of the header: modality, VOI and palette (PS3.3 C.11.1, C.11.2, C.7.9). */
#ifndef CORE_DICOM_WORKER_LUT_H
#define CORE_DICOM_WORKER_LUT_H

#include "core/dicom/worker/image.h"

/* The LUT whose descriptor (0028,3002) and data (0028,3006) are among the elements from `first`; its
 * values go to `values` (WIRE_LUT_MAX of them).  out->count stays 0 where there is none or it is not
 * sane.  signed_input: the first input value may be negative. */
void lut_read(const struct dicom *d, const struct image_shape *s, uint32_t first, bool signed_input,
	struct wire_lut *out, uint8_t *values);

/* A palette of 8-bit colours, R, G, B for each entry. */
struct palette {
	int32_t first;
	uint32_t count;
	uint8_t *rgb;
};

/* Free p->rgb after.  RC_CORRUPT where a table is missing or shorter than it says. */
enum rc palette_read(
	const struct dicom *d, const struct image_shape *s, struct palette *p, struct err *e);

#endif
