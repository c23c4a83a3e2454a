/* What a compressed codestream says of itself, read without a codec, so that one whose size disagrees
 * with the header never reaches a codec. */
#ifndef CORE_DICOM_WORKER_CODESTREAM_H
#define CORE_DICOM_WORKER_CODESTREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dicom/worker/parse.h"

struct codestream {
	uint32_t width, height;
	unsigned components, precision;
	bool is_signed; /* JPEG 2000 only */
};

/* False where no frame header is found. */
bool codestream_read(enum syntax_kind kind, const uint8_t *in, size_t n, struct codestream *out);

#endif
