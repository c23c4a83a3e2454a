/* Owns kitty's graphics protocol.  No state; any thread. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "render/encoders.h"
#include "render/png.h"

enum { CHUNK = 4096 }; /* the protocol's greatest */

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
	struct buf png = { 0 };
	size_t length;
	char *text;

	png_encode(r, &png);
	text = base64((const uint8_t *)png.data, png.len, &length);
	for (size_t at = 0; at < length; at += CHUNK) {
		size_t n = length - at < CHUNK ? length - at : CHUNK;

		buf_text(out, "\033_G");
		if (at == 0) {
			buf_text(out, "a=T,f=100,q=2,C=1,");
			if (enc->image != 0)
				buf_format(out, "i=%u,", (unsigned)enc->image);
		}
		buf_format(out, "m=%d;", at + n < length);
		buf_add(out, text + at, n);
		buf_text(out, "\033\\");
	}
	free(text);
	buf_release(&png);
}
