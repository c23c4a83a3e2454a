/* Owns PGM and PPM.  No state; any thread. */
#include <string.h>

#include "render/encoders.h"

/* Rec. 601 luminance, weights of 1/256. */
static uint8_t
luminance(const uint8_t *rgb)
{
	return (uint8_t)((77 * rgb[0] + 150 * rgb[1] + 29 * rgb[2] + 128) >> 8);
}

void
netpbm_encode(const struct raster *r, const struct picture_encoding *enc, struct buf *out)
{
	bool colour = enc->protocol == PICTURE_PPM;
	size_t n = (size_t)r->width * r->height, bytes = colour ? 3 * n : n;
	char *to;

	buf_format(out, "P%c\n%u %u\n255\n", colour ? '6' : '5', (unsigned)r->width,
		(unsigned)r->height);
	if (colour == r->colour) {
		buf_add(out, r->pixels, bytes);
		return;
	}
	to = buf_room(out, bytes);
	for (size_t i = 0; i < n; i++) {
		if (colour)
			memset(to + 3 * i, r->pixels[i], 3);
		else
			to[i] = (char)luminance(r->pixels + 3 * i);
	}
	out->len += bytes;
	out->data[out->len] = '\0';
}
