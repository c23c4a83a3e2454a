/* Grey samples as stored to grey pixels of core/base/frame.h. */
#ifndef CORE_DICOM_WORKER_UNPACK_H
#define CORE_DICOM_WORKER_UNPACK_H

#include "core/dicom/worker/pixels.h"

/* `to` holds width x height pixels of `kind`, which image_kind gave.  tag: of the pixel data, for
 * floating point. */
void unpack_grey(const struct raw *raw, const struct image_shape *s, enum frame_kind kind,
	uint32_t tag, uint8_t *to);

#endif
