/* A small sixel decoder for the tests, written against the format and not against our encoder.
 * Bounded: refuses what it does not know, and never writes outside the size that the raster
 * attributes promise. */
#ifndef TESTS_SUPPORT_SIXEL_DECODE_H
#define TESTS_SUPPORT_SIXEL_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIXEL_REGISTERS = 1024, SIXEL_UNPAINTED = 0xffff };

struct sixel_image {
	uint32_t width, height;
	uint16_t *index;  /* register of each pixel, SIXEL_UNPAINTED where nothing was painted */
	uint8_t *rgb;     /* three bytes a pixel, 0..255; unpainted is black */
	bool transparent; /* P2 = 1 */
	unsigned defined; /* registers that were defined */
	unsigned passes;  /* '$' seen */
	uint8_t percent[SIXEL_REGISTERS][3];
	bool known[SIXEL_REGISTERS];
};

/* True when `data` is exactly one sixel sequence from DCS to ST with raster attributes, all within
 * them.  Release with sixel_image_release. */
bool sixel_decode_image(const char *data, size_t n, struct sixel_image *out);
void sixel_image_release(struct sixel_image *im);

#endif
