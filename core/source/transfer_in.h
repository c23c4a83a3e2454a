/* What the files of transfer.h share: an answer with files in it, as it comes. */
#ifndef CORE_SOURCE_TRANSFER_IN_H
#define CORE_SOURCE_TRANSFER_IN_H

#include "core/net/multipart.h"
#include "core/source/arrive.h"
#include "core/source/transfer.h"

/* One answer with files. */
struct answer {
	struct arrivals *all;
	struct arrival *file; /* under way, or come whole where it is no part */
	struct multipart *parts;
	size_t image;
	int64_t expected;
	int64_t file_most;
	bool begun, single;
	size_t whole;          /* parts that were closed */
	struct arrival *first; /* the part that a single image is */
};

/* More of the body; the first call looks at what the headers say it is. */
enum rc answer_add(
	struct answer *a, const struct http_answer *h, const void *bytes, size_t n, struct err *e);

/* It ended: RC_OK where it is whole, and then a single image is in a->first. */
enum rc answer_end(struct answer *a, bool has_md5, struct err *e);

void answer_release(struct answer *a);

/* The MD5 that an answer tells: 32 hexadecimal digits, and false where it is none. */
bool transfer_md5(const struct http_request *r, char to[33]);

#endif
