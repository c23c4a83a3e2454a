/* What a file is. */
#include "core/archive/examine.h"

#include <string.h>
#include <unistd.h>

static void
hash_pixels(const struct header *h, int fd, char hex[DIGEST_HEX])
{
	char chunk[65536];
	uint64_t left = h->pixel_bytes;
	off_t at = (off_t)h->pixel_offset;
	struct digest sum;

	hex[0] = '\0';
	if (left == 0)
		return;
	digest_begin(&sum);
	while (left > 0) {
		ssize_t n = pread(fd, chunk, left < sizeof(chunk) ? left : sizeof(chunk), at);

		if (n <= 0)
			break; /* shorter than declared: the header says so, the digest covers what is there */
		digest_add(&sum, chunk, (size_t)n);
		at += n;
		left -= (uint64_t)n;
	}
	digest_end(&sum, hex);
}

enum rc
examine(struct decoder *d, int fd, struct examined *out, struct err *e)
{
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = decoder_header(d, fd, &out->header, e);
	if (rc != RC_OK)
		return rc;
	if (out->header->flags & HEADER_DICOMDIR) {
		examined_release(out);
		return RC_OK;
	}
	if (out->header->flags & HEADER_PIXELS) {
		decoder_check(d, fd, &out->fault);
		hash_pixels(out->header, fd, out->pixel_digest);
	}
	return RC_OK;
}

void
examined_release(struct examined *x)
{
	header_free(x->header);
	x->header = NULL;
}
