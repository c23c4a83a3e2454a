/* Encapsulated pixel data (PS3.5 A.4): which bytes are frame N. */
#ifndef CORE_DICOM_WORKER_FRAGMENTS_H
#define CORE_DICOM_WORKER_FRAGMENTS_H

#include "core/dicom/worker/image.h"

struct fragment {
	const uint8_t *at;
	uint64_t offset; /* of its item from the first one after the offset table */
	uint32_t length; /* of what is there */
	uint32_t declared;
};

/* The fragments of one file and the frames' first ones. */
struct fragments {
	struct fragment *all; /* owned */
	uint32_t count;
	uint32_t *first; /* owned: frames + 1 indices into `all` */
	uint32_t frames;
};

/* Walk the items and share them out: by the extended or basic offset table where it fits the items
 * exactly, else one fragment a frame, else all to the only frame, else by the start markers of the
 * codestreams.  RC_CORRUPT where none of these makes sense.  fragments_free whatever comes back. */
enum rc fragments_read(
	const struct dicom *d, const struct image_shape *s, struct fragments *f, struct err *e);
void fragments_free(struct fragments *f);

/* The bytes of frame `index`: in place, or joined in *joined (free() it; may be NULL) where there are
 * several.  RC_CORRUPT where the file ends before they do. */
enum rc fragments_frame(const struct fragments *f, uint32_t index, const uint8_t **at, size_t *n,
	uint8_t **joined, struct err *e);

#endif
