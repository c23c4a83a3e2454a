/* Frames: from the bytes of a file to pixels as core/base/frame.h has them. */
#ifndef CORE_DICOM_WORKER_PIXELS_H
#define CORE_DICOM_WORKER_PIXELS_H

#include "core/dicom/worker/fragments.h"
#include "core/dicom/worker/image.h"

/* One frame uncompressed, as stored. */
struct raw {
	const uint8_t *at;
	unsigned bits;  /* of a sample: 1, 8, 16, 32, 64 */
	unsigned bit;   /* of the first byte at which the frame begins; 1-bit data only */
	unsigned shift; /* colour of more than 8 bits: to make it 8 */
	bool big;
	bool by_plane;
	bool luminance;  /* colour still is Y, Cb, Cr */
	bool subsampled; /* 4:2:2 */
};

/* One parsed file whose frames are asked for. */
struct picture {
	const struct dicom *d;
	struct image_shape shape;
	struct fragments fragments; /* walked once; count 0 before */
};

/* Decode frame `index` into `memory`, laid out as wire.h says, which holds WIRE_PIXELS_AT + limit +
 * WIRE_OVERLAY_ROOM bytes.  The rc of decoder_frame. */
enum rc pixels_frame(struct picture *p, const struct charsets *all, uint32_t index, size_t limit,
	uint8_t *memory, struct err *e);

/* Is all of it there and readable?  Decodes what is compressed, until clock_mono_us() passes
 * `deadline`. */
enum rc pixels_check(struct picture *p, int64_t deadline, size_t limit, struct err *e);

#endif
