/* One stored picture of a series and the header that belongs to it.  Between demo.c and the
 * files beside it. */
#ifndef CORE_DEMO_DEMO_IMAGE_H
#define CORE_DEMO_DEMO_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/demo/demo.h"
#include "core/dicom/dicom_out.h"

struct picture {
	const struct demo_series *series;
	int slice; /* from 0 */
	int w, h, frames, samples;
	int bits, bits_stored;
	bool is_signed;
	float mm; /* edge of a pixel; 0 where nobody knows */
	double slope;
	void *pixels;
	size_t bytes;
};

/* Draw slice `slice` of a series, faults included.  `resent`: as it came the second time, with
 * other noise. Free with picture_free. */
struct picture picture_draw(const struct demo_series *s, int slice, bool resent);
void picture_free(struct picture *p);

/* Fill in every attribute of the picture and borrow its pixels. */
void header_write(struct dicom_out *o, const struct picture *p);

/* Is the last part of its folder `leaf`, or `leaf` and more behind a -? */
bool series_is(const struct demo_series *s, const char *leaf);

/* The height of a slice in the patient's coordinates, mm. */
double header_z(const struct demo_series *s, int slice);

#endif
