/* Owns the way from one drawing to another on a picture that is on the glass: only the pixels that change are sent
 * (TERMINAL section 3: a contour is half a kilobyte instead of a hundred).  No state; any thread. */
#include "render/inks.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "render/encoders.h"
#include "render/palette.h"
#include "render/png.h"

enum {
	BAND = 6,
	REGISTERS = 512,
	INK_FIRST = 240,     /* register of the first ink beside 16 to 101 greys */
	INK_FIRST_MANY = 256 /* and beside 256 */
};

static const uint16_t same = 0xffff; /* of a pixel that does not change */

const uint8_t inks_rgb[DRAWING_INKS][3] = {
	[INK_CURSOR] = { 255, 235, 60 },
	[INK_RULER] = { 100, 190, 245 },
	[INK_MARK] = { 245, 155, 0 },
	[INK_CHOSEN] = { 255, 255, 255 },
	[INK_PLANE] = { 0, 205, 150 },
};

/* Which register each pixel has, with and without ink. */
struct registers {
	struct percent colour[REGISTERS];
	uint16_t ink[DRAWING_INKS];
	uint8_t grey[256]; /* register of each grey of a grey picture */
	uint8_t *index;    /* of each pixel of a colour picture; NULL grey */
};

struct box {
	uint32_t left, top, right, bottom; /* the last two just past it */
};

static struct percent
percent_of(const uint8_t rgb[3])
{
	struct percent p = { (uint8_t)((rgb[0] * 100 + 127) / 255),
		(uint8_t)((rgb[1] * 100 + 127) / 255), (uint8_t)((rgb[2] * 100 + 127) / 255) };

	return p;
}

/* The same registers as the picture below has them: terminals that share registers between pictures must not see one
 * change its meaning. */
static bool
registers_grey(struct registers *r, int levels)
{
	struct grey_palette pal;

	if (!palette_greys(&pal, levels != 0 ? levels : 101))
		return false;
	memcpy(r->colour, pal.reg, sizeof(pal.reg));
	memcpy(r->grey, pal.of, sizeof(r->grey));
	for (int i = 1; i < DRAWING_INKS; i++) {
		r->ink[i] = (uint16_t)((pal.levels > 101 ? INK_FIRST_MANY : INK_FIRST) + i);
		r->colour[r->ink[i]] = percent_of(inks_rgb[i]);
	}
	return true;
}

/* Colour pictures use all 256: inks become their nearest. */
static void
registers_colour(struct registers *r, const struct raster *base)
{
	size_t n = (size_t)base->width * base->height;
	uint8_t rgb[PALETTE_MAX * 3], near[DRAWING_INKS];

	palette_colours(rgb);
	for (int i = 0; i < PALETTE_MAX; i++)
		r->colour[i] = percent_of(&rgb[3 * i]);
	palette_map(inks_rgb[0], DRAWING_INKS, near);
	for (int i = 0; i < DRAWING_INKS; i++)
		r->ink[i] = near[i];
	r->index = mem_alloc(n);
	palette_map(base->pixels, n, r->index);
}

static uint16_t
register_at(const struct drawing_change *c, const struct registers *r, size_t at)
{
	uint8_t before = c->before != NULL ? c->before[at] : INK_NONE;

	if (before == c->after[at])
		return same;
	if (c->after[at] != INK_NONE)
		return r->ink[c->after[at]];
	return r->index != NULL ? r->index[at] : r->grey[c->base->pixels[at]];
}

static bool
changed_box(const struct drawing_change *c, struct box *b)
{
	uint32_t w = c->base->width, h = c->base->height;

	*b = (struct box){ w, h, 0, 0 };
	for (uint32_t y = 0; y < h; y++)
		for (uint32_t x = 0; x < w; x++) {
			size_t at = (size_t)y * w + x;

			if (c->after[at] == (c->before != NULL ? c->before[at] : INK_NONE))
				continue;
			b->left = x < b->left ? x : b->left;
			b->right = x + 1 > b->right ? x + 1 : b->right;
			b->top = y < b->top ? y : b->top;
			b->bottom = y + 1;
		}
	return b->right > 0;
}

/* ---- sixel ---- */

static void
put_run(struct buf *out, uint32_t n, char sixel)
{
	if (n > 3)
		buf_format(out, "!%u%c", n, sixel);
	for (; n > 0 && n <= 3; n--)
		buf_char(out, sixel);
}

/* The columns of one register in one band; gaps at the end are left out. */
static void
put_pass(struct buf *out, const uint16_t *band, uint32_t width, uint16_t reg)
{
	uint32_t run = 0;
	int before = 0;

	buf_format(out, "#%u", reg);
	for (uint32_t x = 0; x < width; x++) {
		int mask = 0;

		for (int i = 0; i < BAND; i++)
			mask |= (band[(size_t)i * width + x] == reg) << i;
		if (mask != before && run > 0) {
			put_run(out, run, (char)('?' + before));
			run = 0;
		}
		before = mask;
		run++;
	}
	if (before != 0)
		put_run(out, run, (char)('?' + before));
}

static void
put_band(struct buf *out, const uint16_t *band, uint32_t width)
{
	bool done[REGISTERS] = { false }, any = false;

	for (size_t i = 0; i < (size_t)BAND * width; i++) {
		if (band[i] == same || done[band[i]])
			continue;
		if (any)
			buf_char(out, '$');
		any = done[band[i]] = true;
		put_pass(out, band, width, band[i]);
	}
}

static void
put_colours(struct buf *out, const struct registers *r, const uint16_t *map, size_t n)
{
	bool done[REGISTERS] = { false };

	for (size_t i = 0; i < n; i++)
		if (map[i] != same && !done[map[i]]) {
			const struct percent *p = &r->colour[map[i]];

			done[map[i]] = true;
			buf_format(out, "#%u;2;%u;%u;%u", map[i], p->r, p->g, p->b);
		}
}

/* The changed box as registers, its height made up to whole bands. */
static uint16_t *
change_map(const struct drawing_change *c, const struct registers *r, const struct box *b,
	uint32_t bands)
{
	uint32_t width = b->right - b->left;
	uint16_t *map = mem_alloc((size_t)bands * BAND * width * sizeof(*map));

	for (size_t i = 0; i < (size_t)bands * BAND * width; i++) {
		uint32_t y = b->top + (uint32_t)(i / width), x = b->left + (uint32_t)(i % width);

		map[i] = y < b->bottom ? register_at(c, r, (size_t)y * c->base->width + x) : same;
	}
	return map;
}

static void
delta_sixel(const struct drawing_change *c, const struct registers *r, struct box b,
	const struct picture_encoding *enc, struct buf *out)
{
	uint32_t cw = enc->cell_width > 0 ? (uint32_t)enc->cell_width : 1;
	uint32_t ch = enc->cell_height > 0 ? (uint32_t)enc->cell_height : 1;
	uint32_t width, bands;
	uint16_t *map;

	b.left -= b.left % cw; /* sixels begin at a cell */
	b.top -= b.top % ch;
	width = b.right - b.left;
	bands = (b.bottom - b.top + BAND - 1) / BAND;
	map = change_map(c, r, &b, bands);
	if (enc->row > 0)
		buf_format(out, "\033[%u;%uH", (unsigned)enc->row + b.top / ch,
			(unsigned)enc->column + b.left / cw);
	buf_format(out, "\033P0;1;0q\"1;1;%u;%u", width, b.bottom - b.top);
	put_colours(out, r, map, (size_t)bands * BAND * width);
	for (uint32_t i = 0; i < bands; i++) {
		if (i > 0)
			buf_char(out, '-');
		put_band(out, map + (size_t)i * BAND * width, width);
	}
	buf_text(out, "\033\\");
	free(map);
}

enum rc
drawing_delta(const struct drawing_change *c, const struct picture_encoding *enc, struct buf *out,
	struct err *e)
{
	struct registers r = { .index = NULL };
	struct raster *whole;
	enum rc rc = RC_OK;
	struct box b;

	/* a whole kitty picture was just sent below a layer that may still be there: say what is on top now */
	if (!changed_box(c, &b) && (enc->protocol != PICTURE_KITTY || c->before != NULL))
		return RC_OK;
	if (enc->protocol == PICTURE_KITTY) {
		kitty_layer(c->after, c->base->width, c->base->height, enc, out);
	} else if (enc->protocol != PICTURE_SIXEL) {
		whole = drawing_composed(c->base, c->after);
		rc = picture_encode(whole, enc, out, e);
		raster_free(whole);
	} else {
		if (c->base->colour)
			registers_colour(&r, c->base);
		else if (!registers_grey(&r, enc->levels))
			return err_set(e, RC_INVALID, "no sixel palette of %d greys", enc->levels);
		delta_sixel(c, &r, b, enc, out);
		free(r.index);
	}
	return rc;
}
