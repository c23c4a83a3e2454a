/* Owns pictures made of upper half blocks.  No state; any thread. */
#include <stdlib.h>
#include <string.h>

#include "render/encoders.h"

/* A colour as its SGR parameters name it: 0xRRGGBB, or an index of xterm's 256. */
typedef int32_t shade;

enum { SHADE_NONE = -1, CUBE_FIRST = 16, CUBE_WHITE = 231, GREY_FIRST = 232, NEAR_GREY = 8 };

static int
cube_level(int v)
{
	return v < 48 ? 0 : v < 115 ? 1 : (v - 35) / 40; /* levels are 0, 95, 135, ... 255 */
}

/* Black, 8, 18, ... 238, white. */
static shade
shade_grey(int v)
{
	if (v < 4)
		return CUBE_FIRST;
	if (v > 246)
		return CUBE_WHITE;
	return GREY_FIRST + (v < 8 ? 0 : (v - 3) / 10 > 23 ? 23 : (v - 3) / 10);
}

static shade
shade_256(int r, int g, int b)
{
	if (abs(r - g) <= NEAR_GREY && abs(g - b) <= NEAR_GREY && abs(r - b) <= NEAR_GREY)
		return shade_grey((r + g + b) / 3);
	return CUBE_FIRST + 36 * cube_level(r) + 6 * cube_level(g) + cube_level(b);
}

static shade
shade_of(const struct raster *r, uint32_t x, uint32_t y, bool rgb)
{
	size_t at = (size_t)y * r->width + x;
	const uint8_t *p;

	if (y >= r->height)
		return rgb ? 0 : CUBE_FIRST;
	p = r->pixels + (r->colour ? 3 * at : at);
	if (!r->colour)
		return rgb ? p[0] * 0x010101 : shade_grey(p[0]);
	return rgb ? p[0] << 16 | p[1] << 8 | p[2] : shade_256(p[0], p[1], p[2]);
}

static void
put_number(struct buf *out, int v)
{
	char text[3];
	size_t n = 0;

	if (v >= 100)
		text[n++] = (char)('0' + v / 100);
	if (v >= 10)
		text[n++] = (char)('0' + v / 10 % 10);
	text[n++] = (char)('0' + v % 10);
	buf_add(out, text, n);
}

static void
put_shade(struct buf *out, const char *what, shade s, bool rgb)
{
	buf_text(out, what);
	if (!rgb) {
		buf_text(out, ";5;");
		put_number(out, s);
		return;
	}
	buf_text(out, ";2;");
	put_number(out, s >> 16);
	buf_char(out, ';');
	put_number(out, s >> 8 & 255);
	buf_char(out, ';');
	put_number(out, s & 255);
}

struct pen {
	shade fore, back;
};

/* One cell.  Two equal halves are a blank, which leaves the foreground as it is. */
static void
put_cell(struct buf *out, struct pen *pen, shade top, shade bottom, bool rgb)
{
	bool blank = top == bottom, fore = !blank && top != pen->fore, back = bottom != pen->back;

	if (fore || back) {
		buf_text(out, "\033[");
		if (fore)
			put_shade(out, "38", top, rgb);
		if (fore && back)
			buf_char(out, ';');
		if (back)
			put_shade(out, "48", bottom, rgb);
		buf_char(out, 'm');
	}
	pen->fore = fore ? top : pen->fore;
	pen->back = bottom;
	buf_text(out, blank ? " " : "\xe2\x96\x80");
}

void
cells_encode(const struct raster *r, const struct picture_encoding *enc, struct buf *out)
{
	bool rgb = enc->protocol == PICTURE_BLOCKS_RGB;

	for (uint32_t y = 0; y < r->height; y += 2) {
		struct pen pen = { SHADE_NONE, SHADE_NONE };

		if (enc->row > 0)
			buf_format(out, "\033[%d;%dH", enc->row + (int)(y / 2), enc->column);
		for (uint32_t x = 0; x < r->width; x++)
			put_cell(out, &pen, shade_of(r, x, y, rgb), shade_of(r, x, y + 1, rgb), rgb);
		buf_text(out, enc->row > 0 ? "\033[0m" : "\033[0m\n");
	}
}
