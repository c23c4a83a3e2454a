/* What the header says of the pixels: their shape in memory (image_shape) and how to show them
 * (image_info). */
#ifndef CORE_DICOM_WORKER_IMAGE_H
#define CORE_DICOM_WORKER_IMAGE_H

#include "core/base/frame.h"
#include "core/dicom/wire.h"
#include "core/dicom/worker/charset.h"
#include "core/dicom/worker/parse.h"

enum photometric {
	PHOTO_MONOCHROME2,
	PHOTO_MONOCHROME1,
	PHOTO_PALETTE,
	PHOTO_RGB,
	PHOTO_YBR_FULL,
	PHOTO_YBR_FULL_422,
	PHOTO_YBR_PARTIAL_422,
	PHOTO_YBR_ICT,
	PHOTO_YBR_RCT,
	PHOTO_OTHER
};

struct image_shape {
	uint32_t width, height;
	uint32_t declared; /* frames by the header, at least 1 */
	uint32_t frames;   /* of those, as many as the pixel data can hold; at least 1 */
	bool is_short;     /* frames < declared, or the last frame is not all there */
	unsigned samples, allocated, stored, high;
	bool is_signed, by_plane;
	enum photometric photometric;
	char photometric_name[20];
	uint64_t frame_bits; /* of one uncompressed frame; 0 where the numbers make no sense */
};

/* Never fails: what is absent is 0 or its usual value. */
void image_shape(const struct dicom *d, struct image_shape *s);

/* RC_OK where a frame of this shape can be shown and fits into `limit` decoded bytes. */
enum rc image_check(const struct dicom *d, const struct image_shape *s, size_t limit, struct err *e);

/* FRAME_* of what comes out. */
enum frame_kind image_kind(const struct dicom *d, const struct image_shape *s);

/* Fill info, and the LUTs into their places of `memory` (see wire.h), for frame `index`. */
void image_info(const struct dicom *d, const struct image_shape *s, uint32_t index,
	const struct charset *c, struct wire_frame *out, uint8_t *memory);

#endif
