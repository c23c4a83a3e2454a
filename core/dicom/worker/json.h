/* The whole header as DICOM JSON (PS3.18 Annex F). */
#ifndef CORE_DICOM_WORKER_JSON_H
#define CORE_DICOM_WORKER_JSON_H

#include "core/base/buf.h"
#include "core/dicom/worker/charset.h"
#include "core/dicom/worker/parse.h"

enum {
	JSON_INLINE_MAX = 1024 /* bytes of a binary value that is written out */
};

/* Append one object: elements by tag, the file meta information too, group lengths and pixel data left
 * out, binary values over JSON_INLINE_MAX with their VR only.  Nothing is added once `cap` bytes are
 * near; the object is closed properly and then has a last member "truncated": true. */
void json_header(const struct dicom *d, const struct charsets *all, size_t cap, struct buf *out,
	uint32_t *flags);

#endif
