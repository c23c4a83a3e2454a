/* Indexed pictures as sixel, by libsixel.  Any thread. */
#ifndef RENDER_SIXEL_H
#define RENDER_SIXEL_H

#include "core/base/buf.h"
#include "core/base/err.h"

struct sixel_picture {
	uint32_t width, height;
	uint8_t *index;     /* one byte a pixel, below `colours`; lent, not changed */
	int colours;        /* 1..256 */
	const uint8_t *rgb; /* three bytes a colour; lent */
};

/* Append the whole sequence, DCS to ST, at libsixel's smallest.  RC_LIMIT past `limit` bytes. */
enum rc sixel_encode_indexed(
	const struct sixel_picture *pic, size_t limit, struct buf *out, struct err *e);

#endif
