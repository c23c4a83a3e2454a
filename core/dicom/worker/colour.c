/* Colour as displayed: RGB of any depth, luminance and chrominance (PS3.3 C.7.6.3.1.2), palettes. */
#include "core/dicom/worker/colour.h"

#include <string.h>

#include "core/dicom/worker/bytes.h"

static uint8_t
byte_of(int v)
{
	return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

/* The standard's matrices in 16-bit fixed point.  Full range: R = Y + 1.402 Cr, and so on. */
static void
full_to_rgb(int y, int cb, int cr, uint8_t *rgb)
{
	cb -= 128;
	cr -= 128;
	rgb[0] = byte_of(y + ((91881 * cr + 32768) >> 16));
	rgb[1] = byte_of(y + ((-22554 * cb - 46802 * cr + 32768) >> 16));
	rgb[2] = byte_of(y + ((116130 * cb + 32768) >> 16));
}

/* CCIR 601 with head room: Y 16..235, chrominance 16..240. */
static void
partial_to_rgb(int y, int cb, int cr, uint8_t *rgb)
{
	int l = 76309 * (y - 16) + 32768;

	cb -= 128;
	cr -= 128;
	rgb[0] = byte_of((l + 104597 * cr) >> 16);
	rgb[1] = byte_of((l - 25675 * cb - 53279 * cr) >> 16);
	rgb[2] = byte_of((l + 132201 * cb) >> 16);
}

static uint8_t
sample(const struct raw *raw, size_t i)
{
	if (raw->bits == 8)
		return raw->at[i];
	if (raw->bits == 16)
		return (uint8_t)(bytes_u16(raw->at + 2 * i, raw->big) >> (raw->shift));
	return (uint8_t)(bytes_u32(raw->at + 4 * i, raw->big) >> (raw->shift));
}

/* Y Y Cb Cr for two neighbours of a row (C.7.6.3.1.2, 4:2:2). */
static void
convert_422(const struct raw *raw, size_t pixels, bool partial, uint8_t *rgb)
{
	for (size_t i = 0; i + 1 < pixels; i += 2) {
		uint8_t cb = sample(raw, 2 * i + 2), cr = sample(raw, 2 * i + 3);

		for (size_t k = 0; k < 2; k++) {
			uint8_t y = sample(raw, 2 * i + k);

			if (partial)
				partial_to_rgb(y, cb, cr, rgb + 3 * (i + k));
			else
				full_to_rgb(y, cb, cr, rgb + 3 * (i + k));
		}
	}
}

void
colour_convert(const struct raw *raw, const struct image_shape *s, uint8_t *rgb)
{
	size_t pixels = (size_t)s->width * s->height;
	size_t step = raw->by_plane ? 1 : 3, plane = raw->by_plane ? pixels : 1;
	bool partial = s->photometric == PHOTO_YBR_PARTIAL_422;

	if (raw->bits == 8 && !raw->luminance && !raw->by_plane) {
		memcpy(rgb, raw->at, 3 * pixels);
		return;
	}
	if (raw->subsampled) {
		convert_422(raw, pixels, partial, rgb);
		return;
	}
	for (size_t i = 0; i < pixels; i++) {
		uint8_t a = sample(raw, i * step), b = sample(raw, i * step + plane),
			c = sample(raw, i * step + 2 * plane);

		if (!raw->luminance) {
			rgb[3 * i] = a;
			rgb[3 * i + 1] = b;
			rgb[3 * i + 2] = c;
		} else if (partial) {
			partial_to_rgb(a, b, c, rgb + 3 * i);
		} else {
			full_to_rgb(a, b, c, rgb + 3 * i);
		}
	}
}

void
colour_palette(const struct raw *raw, const struct image_shape *s, const struct palette *p, uint8_t *rgb)
{
	size_t pixels = (size_t)s->width * s->height;
	uint32_t mask = s->stored >= 16 ? 0xffff : (1u << s->stored) - 1;

	for (size_t i = 0; i < pixels; i++) {
		uint32_t bits = raw->bits == 8 ? raw->at[i] : bytes_u16(raw->at + 2 * i, raw->big);
		int32_t v = (int32_t)(bits >> (s->high + 1 - s->stored) & mask);
		const uint8_t *from;

		if (s->is_signed && (uint32_t)v > mask / 2)
			v -= (int32_t)mask + 1;
		v -= p->first;
		v = v < 0 ? 0 : v >= (int32_t)p->count ? (int32_t)p->count - 1 : v;
		from = p->rgb + 3 * (size_t)v;
		rgb[3 * i] = from[0];
		rgb[3 * i + 1] = from[1];
		rgb[3 * i + 2] = from[2];
	}
}
