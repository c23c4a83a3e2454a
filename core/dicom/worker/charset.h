/* Specific Character Set (PS3.3 C.12.1.1.2, PS3.5 6.1): bytes of text values to UTF-8. */
#ifndef CORE_DICOM_WORKER_CHARSET_H
#define CORE_DICOM_WORKER_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"

/* What converters there are; iconv loads them from files, so they are opened before the sandbox
 * closes.  A set of the C library that is not installed reads as undecodable. */
struct charsets;
struct charsets *charsets_open(void);
void charsets_close(struct charsets *all);

enum { CHARSET_CODES_MAX = 8 };

/* What one data set or item declares. */
struct charset {
	const struct charsets *all;
	uint8_t code[CHARSET_CODES_MAX]; /* rows of the table in charset.c; [0] is the initial one */
	unsigned codes;
	bool extended; /* escape sequences may switch */
	bool unknown;  /* names a set we do not know */
};

/* From the value of (0008,0005); n 0: the default repertoire, ASCII. */
void charset_declare(struct charset *c, const struct charsets *all, const uint8_t *value, size_t n);

/* Append `value` as UTF-8.  False where bytes were not of the declared sets: '?' stands for each, or,
 * where the set is absent or of the Latin family and the bytes are UTF-8, they were read as that.
 * is_name: '^' and '=' end escape sequences too. */
bool charset_decode(
	const struct charset *c, bool is_name, const uint8_t *value, size_t n, struct buf *out);

#endif
