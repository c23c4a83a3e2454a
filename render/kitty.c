/* Owns kitty's graphics protocol.  No state; any thread. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/base/mem.h"
#include "render/encoders.h"

enum {
	CHUNK = 4096,
	LEVEL = 6
}; /* the protocol's greatest chunk; level 9 is no smaller on noise */

/* RGB rows, zlib-compressed; free().  compressBound makes the output large enough, so zlib can
 * only run out of memory, which ends the program as everywhere. */
static uint8_t *
compress_rgb(const struct raster *r, size_t *n)
{
	size_t pixels = (size_t)r->width * r->height;
	uLongf size = compressBound((uLong)(pixels * 3));
	uint8_t *rgb = NULL, *packed = mem_alloc(size);
	const uint8_t *from = r->pixels;

	if (!r->colour) {
		rgb = mem_alloc(pixels * 3);
		for (size_t i = 0; i < pixels; i++)
			memset(rgb + 3 * i, r->pixels[i], 3);
		from = rgb;
	}
	if (compress2(packed, &size, from, (uLong)(pixels * 3), LEVEL) != Z_OK)
		abort();
	free(rgb);
	*n = size;
	return packed;
}

static char *
base64(const uint8_t *p, size_t n, size_t *length)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *text = mem_alloc((n + 2) / 3 * 4 + 1), *to = text;

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16;

		v |= i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0;
		v |= i + 2 < n ? p[i + 2] : 0;
		*to++ = digits[v >> 18];
		*to++ = digits[v >> 12 & 63];
		*to++ = i + 1 < n ? digits[v >> 6 & 63] : '=';
		*to++ = i + 2 < n ? digits[v & 63] : '=';
	}
	*length = (size_t)(to - text);
	return text;
}

void
kitty_encode(const struct raster *r, const struct picture_encoding *enc, struct buf *out)
{
	size_t packed_size, length;
	uint8_t *packed = compress_rgb(r, &packed_size);
	char *text = base64(packed, packed_size, &length);

	for (size_t at = 0; at < length; at += CHUNK) {
		size_t n = length - at < CHUNK ? length - at : CHUNK;

		buf_text(out, "\033_G");
		if (at == 0) {
			buf_format(out, "a=T,f=24,o=z,s=%u,v=%u,q=2,C=1,", (unsigned)r->width,
				(unsigned)r->height);
			if (enc->image != 0)
				buf_format(out, "i=%u,", (unsigned)enc->image);
		}
		buf_format(out, "m=%d;", at + n < length);
		buf_add(out, text + at, n);
		buf_text(out, "\033\\");
	}
	free(text);
	free(packed);
}
