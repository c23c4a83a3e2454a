/* Deflated data sets, with a cap on what comes out.  Memory grows only with what was really inflated. */
#include "core/dicom/worker/inflate.h"

#include <stdlib.h>
#include <zlib.h>

enum { FIRST = 256 * 1024 };

/* zlib counts in 32 bits: feed it what is left in pieces. */
static void
feed(z_stream *z, const uint8_t *in, size_t n)
{
	size_t used = (size_t)(z->next_in - in), left = n - used;

	z->avail_in = left > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uInt)left;
}

static int
inflate_all(z_stream *z, const uint8_t *in, size_t n, size_t cap, uint8_t **out, size_t *size)
{
	size_t room = 0;
	uint8_t *grown;
	int rc = Z_OK;

	while (rc == Z_OK) {
		size_t before = *size;

		if (*size == room) {
			if (room >= cap)
				return Z_MEM_ERROR;
			room = room == 0 ? FIRST : room * 2 < cap ? room * 2 : cap;
			grown = realloc(*out, room); /* may well fail: the file chooses the size */
			if (grown == NULL)
				return Z_MEM_ERROR;
			*out = grown;
		}
		feed(z, in, n);
		z->next_out = *out + *size;
		z->avail_out = (uInt)(room - *size);
		rc = inflate(z, Z_NO_FLUSH);
		*size = (size_t)(z->next_out - *out);
		if (rc == Z_OK && *size == before && z->avail_in == 0)
			return Z_BUF_ERROR;
	}
	return rc;
}

enum rc
inflate_bytes(const uint8_t *in, size_t n, size_t cap, uint8_t **out, size_t *size, bool *whole,
	struct err *e)
{
	/* -15: raw, as the standard has it; 15: with the zlib head that some writers add. */
	int bits = n >= 2 && (in[0] & 0x0f) == 8 && (in[0] << 8 | in[1]) % 31 == 0 ? 15 : -15;
	z_stream z = { .next_in = (Bytef *)(uintptr_t)in };
	int rc;

	*out = NULL;
	*size = 0;
	if (inflateInit2(&z, bits) != Z_OK)
		return err_set(e, RC_FAILED, "cannot inflate");
	rc = inflate_all(&z, in, n, cap, out, size);
	inflateEnd(&z);
	*whole = rc == Z_STREAM_END;
	if (rc == Z_MEM_ERROR)
		return err_set(e, RC_LIMIT, "the deflated data set is larger than %zu MiB", *size >> 20);
	if (rc != Z_STREAM_END && rc != Z_BUF_ERROR)
		return err_set(e, RC_CORRUPT, "the deflated data set is damaged after %zu bytes", *size);
	return RC_OK;
}
