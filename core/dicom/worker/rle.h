/* DICOM RLE (PS3.5 Annex G), bounded on both sides. */
#ifndef CORE_DICOM_WORKER_RLE_H
#define CORE_DICOM_WORKER_RLE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

/* Decode one frame of `pixels` pixels with `samples` samples of `bytes` bytes into `out`
 * (pixels * samples * bytes): samples of a pixel together, little endian.  RC_CORRUPT where the
 * segments are not samples * bytes or one of them ends before all pixels are there. */
enum rc rle_decode(const uint8_t *in, size_t n, size_t pixels, unsigned samples, unsigned bytes,
	uint8_t *out, struct err *e);

#endif
