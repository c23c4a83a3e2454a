/* Deflated data sets (PS3.5 A.5). */
#ifndef CORE_DICOM_WORKER_INFLATE_H
#define CORE_DICOM_WORKER_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

/* Inflate at most `cap` bytes into *out (free() it).  *whole is false where the stream ends early:
 * what came before it is given.  RC_CORRUPT for a damaged stream, RC_LIMIT above the cap. */
enum rc inflate_bytes(const uint8_t *in, size_t n, size_t cap, uint8_t **out, size_t *size,
	bool *whole, struct err *e);

#endif
