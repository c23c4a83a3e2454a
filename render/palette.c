/* Owns the fixed palettes.  The colour table is built once, by whichever thread comes first. */
#include "render/palette.h"

#include <pthread.h>
#include <stdlib.h>

enum {
	CUBE = 6, /* levels a channel */
	CUBE_STEP = 255 / (CUBE - 1),
	CUBE_SIZE = CUBE * CUBE * CUBE,
	GREYS = PALETTE_MAX - CUBE_SIZE,
	NEAR_GREY = 8 /* greatest distance of channels that still counts as grey */
};

/* ---- greys --------------------------------------------------------------------------------- */

/* What raising channels by 1 % adds to the luminance, in 1/1000 % (Rec. 601), ascending. */
static const struct {
	int luminance;
	struct percent add;
} pseudo[] = {
	{ 0, { 0, 0, 0 } },
	{ 114, { 0, 0, 1 } },
	{ 299, { 1, 0, 0 } },
	{ 413, { 1, 0, 1 } },
	{ 587, { 0, 1, 0 } },
	{ 701, { 0, 1, 1 } },
	{ 886, { 1, 1, 0 } },
	{ 1000, { 1, 1, 1 } },
};

static struct percent
pseudo_grey(int grey)
{
	int want = grey * 100000 / 255, base = want / 1000, rest = want % 1000;
	size_t best = 0;

	for (size_t i = 1; i < sizeof(pseudo) / sizeof(pseudo[0]); i++) {
		if (abs(pseudo[i].luminance - rest) < abs(pseudo[best].luminance - rest))
			best = i;
	}
	return (struct percent){ (uint8_t)(base + pseudo[best].add.r),
		(uint8_t)(base + pseudo[best].add.g), (uint8_t)(base + pseudo[best].add.b) };
}

bool
palette_greys(struct grey_palette *p, int levels)
{
	int top = levels - 1;

	if (levels != 16 && levels != 32 && levels != 64 && levels != 101 && levels != 256)
		return false;
	p->levels = levels;
	for (int i = 0; i < levels; i++) {
		uint8_t v = (uint8_t)((i * 100 + top / 2) / top);

		p->reg[i] = levels == 256 ? pseudo_grey(i) : (struct percent){ v, v, v };
	}
	for (int g = 0; g < 256; g++)
		p->of[g] = (uint8_t)((g * top + 127) / 255);
	return true;
}

/* ---- colours ------------------------------------------------------------------------------- */

struct colour_table {
	uint8_t near[32768]; /* by five bits a channel */
	uint8_t grey[256];
};

static struct colour_table colours;
static pthread_once_t colours_once = PTHREAD_ONCE_INIT;

/* The greys stand between those that the cube holds already (0, 51, ... 255). */
static uint8_t
grey_entry(int i)
{
	return (uint8_t)((2 * i + 1) * 255 / (2 * GREYS));
}

void
palette_colours(uint8_t *rgb)
{
	for (int i = 0; i < CUBE_SIZE; i++) {
		rgb[3 * i] = (uint8_t)(i / (CUBE * CUBE) * CUBE_STEP);
		rgb[3 * i + 1] = (uint8_t)(i / CUBE % CUBE * CUBE_STEP);
		rgb[3 * i + 2] = (uint8_t)(i % CUBE * CUBE_STEP);
	}
	for (int i = 0; i < GREYS; i++) {
		for (int c = 0; c < 3; c++)
			rgb[3 * (CUBE_SIZE + i) + c] = grey_entry(i);
	}
}

/* The greatest error of a channel: no hue may drift further than the cube's own steps. */
static int
distance(const uint8_t *entry, int r, int g, int b)
{
	int dr = abs(entry[0] - r), dg = abs(entry[1] - g), db = abs(entry[2] - b);
	int most = dr > dg ? dr : dg;

	return most > db ? most : db;
}

static uint8_t
nearest(const uint8_t *rgb, int r, int g, int b)
{
	int half = CUBE_STEP / 2;
	int cube = ((r + half) / CUBE_STEP * CUBE + (g + half) / CUBE_STEP) * CUBE +
		(b + half) / CUBE_STEP;
	int mean = (r + g + b) / 3;
	int grey = CUBE_SIZE + mean * GREYS / 256;

	return (uint8_t)(distance(rgb + 3 * grey, r, g, b) < distance(rgb + 3 * cube, r, g, b)
			? grey
			: cube);
}

static void
colours_build(void)
{
	uint8_t rgb[PALETTE_MAX * 3];

	palette_colours(rgb);
	for (int i = 0; i < 32768; i++) {
		int r = i >> 10, g = i >> 5 & 31, b = i & 31;

		colours.near[i] = nearest(rgb, r * 255 / 31, g * 255 / 31, b * 255 / 31);
	}
	for (int v = 0; v < 256; v++)
		colours.grey[v] = nearest(rgb, v, v, v);
}

void
palette_map(const uint8_t *rgb, size_t n, uint8_t *index)
{
	pthread_once(&colours_once, colours_build);
	for (size_t i = 0; i < n; i++) {
		int r = rgb[3 * i], g = rgb[3 * i + 1], b = rgb[3 * i + 2];

		if (abs(r - g) <= NEAR_GREY && abs(g - b) <= NEAR_GREY && abs(r - b) <= NEAR_GREY)
			index[i] = colours.grey[(r + g + b) / 3];
		else
			index[i] = colours.near[(r >> 3) << 10 | (g >> 3) << 5 | b >> 3];
	}
}
