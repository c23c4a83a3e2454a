/* The fixed palettes of sixel frames: greys in percent, and 256 colours of ours.  Any thread. */
#ifndef RENDER_PALETTE_H
#define RENDER_PALETTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PALETTE_MAX = 256 };

/* One sixel colour register: red, green, blue in percent. */
struct percent {
	uint8_t r, g, b;
};

struct grey_palette {
	int levels;
	struct percent reg[PALETTE_MAX]; /* by register */
	uint8_t of[256];                 /* grey 0..255 to register */
};

/* 16, 32, 64 or 101 evenly spaced greys (at 101 register i is i %), or 256 "pseudo-greys": base
 * plus 0 or 1 % a channel, ordered by luminance, at most 0.21/255 off.  False for other counts. */
bool palette_greys(struct grey_palette *p, int levels);

/* Six levels a channel and 40 greys besides: ultrasound and screen captures are mostly grey.
 * rgb is PALETTE_MAX * 3 bytes. */
void palette_colours(uint8_t *rgb);

/* Each of n RGB pixels to the index of a near entry of palette_colours: through a table of 15
 * bits, greys (channels within 8) at full depth. */
void palette_map(const uint8_t *rgb, size_t n, uint8_t *index);

#endif
