/* Taking a multipart/related answer (RFC 2046 5.1, PS3.18 8.6.1.2) apart while it comes.  Any thread, one at a time.
 *
 * A server that dies half way may look as if it were done, so nothing is believed before it was closed: a part is whole when the
 * delimiter behind it came and it is as long as it said, the answer when the closing delimiter came. */
#ifndef CORE_NET_MULTIPART_H
#define CORE_NET_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

enum {
	MULTIPART_BOUNDARY = 70,      /* characters, RFC 2046 5.1.1 */
	MULTIPART_HEADERS = 8 * 1024, /* bytes of a part's headers */
	MULTIPART_PREAMBLE = 64 * 1024
};

struct multipart_part {
	int64_t length; /* Content-Length as sent; -1 not said */
	char type[256]; /* Content-Type, cleaned; "" not said */
};

/* Anything but RC_OK from one of them ends it with that result. */
struct multipart_sink {
	enum rc (*begin)(void *ctx, const struct multipart_part *p, struct err *e);
	enum rc (*bytes)(void *ctx, const void *p, size_t n, struct err *e);
	enum rc (*whole)(void *ctx, struct err *e); /* the part is closed, and as long as it said */
	void *ctx;
};

struct multipart;

/* `type` is the answer's Content-Type: RC_CORRUPT where it is not multipart or its boundary is missing, too long or of
 * characters that a boundary cannot have.  `part_most`: bytes of a part, RC_LIMIT above. */
enum rc multipart_new(struct multipart **out, const char *type, int64_t part_most,
	const struct multipart_sink *sink, struct err *e);

/* More of it; in pieces of any size. */
enum rc multipart_add(struct multipart *m, const void *bytes, size_t n, struct err *e);

/* No more comes.  RC_OK only where the closing delimiter did. */
enum rc multipart_end(struct multipart *m, struct err *e);

void multipart_free(struct multipart *m); /* NULL is allowed */

#endif
