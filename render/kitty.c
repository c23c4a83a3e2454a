/* Owns kitty's graphics protocol.  No state; any thread. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "render/encoders.h"
#include "render/inks.h"
#include "render/png.h"

enum {
	CHUNK = 4096,    /* the protocol's greatest */
	LAYER_IMAGE = 77 /* id of the picture of inks over the other */
};

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

/* A PNG in chunks; `keys` go before it. */
static void
put_png(struct buf *out, const struct buf *png, const char *keys)
{
	size_t length;
	char *text = base64((const uint8_t *)png->data, png->len, &length);

	for (size_t at = 0; at < length; at += CHUNK) {
		size_t n = length - at < CHUNK ? length - at : CHUNK;

		buf_text(out, "\033_G");
		if (at == 0)
			buf_format(out, "a=T,f=100,q=2,C=1,%s", keys);
		buf_format(out, "m=%d;", at + n < length);
		buf_add(out, text + at, n);
		buf_text(out, "\033\\");
	}
	free(text);
}

void
kitty_encode(const struct raster *r, const struct picture_encoding *enc, struct buf *out)
{
	struct buf png = { 0 };
	char keys[24] = "";

	png_encode(r, &png);
	if (enc->image != 0)
		snprintf(keys, sizeof(keys), "i=%u,", (unsigned)enc->image);
	put_png(out, &png, keys);
	buf_release(&png);
}

void
kitty_layer(const uint8_t *layer, uint32_t width, uint32_t height,
	const struct picture_encoding *enc, struct buf *out)
{
	size_t n = (size_t)width * height, at = 0;
	struct buf png = { 0 };
	char keys[24];

	buf_format(out, "\033_Ga=d,d=I,i=%d,q=2\033\\", LAYER_IMAGE);
	while (at < n && layer[at] == INK_NONE)
		at++;
	if (at == n)
		return; /* nothing is over the picture now */
	if (enc->row > 0)
		buf_format(out, "\033[%d;%dH", enc->row, enc->column);
	png_encode_indexed(layer, width, height, inks_rgb[0], DRAWING_INKS, &png);
	snprintf(keys, sizeof(keys), "i=%d,z=1,", LAYER_IMAGE);
	put_png(out, &png, keys);
	buf_release(&png);
}
