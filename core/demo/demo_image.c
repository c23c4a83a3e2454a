/* From a row of the table to stored pixels (see demo_image.h). */
#include "core/demo/demo_image.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/glyphs.h"
#include "core/demo/noise.h"
#include "core/demo/phantom.h"

enum { CT_PADDING = -2000, CT_OFFSET = 1024, FILM_TOP = 4095, PET_TOP = 32000 };

/* A copy is drawn as its original. */
static const struct demo_series *
original(const struct demo_series *s)
{
	for (size_t i = 0; s->of != NULL && i < demo_series_count(); i++)
		if (strcmp(demo_series_at(i)->folder, s->of) == 0)
			return demo_series_at(i);
	assert(s->of == NULL);
	return s;
}

static struct view
view_of(const struct demo_series *s, int slice, bool resent)
{
	struct view v = { .anatomy = noise_text(s->subject),
		.visit = strcmp(s->visit, "V2") == 0,
		.slice = slice,
		.slices = s->slices };

	v.grain = noise_text(s->folder) + (resent ? 1 : 0);
	return v;
}

static bool
is_head(const struct demo_series *s)
{
	return strcmp(s->trial, "NEURO-01") == 0;
}

/* ---- burned-in text ---- */

/* What a letter does to a stored value. */
struct burn {
	struct picture *p;
	float times, plus;
};

static void
burn_dot(void *ctx, int x, int y)
{
	const struct burn *b = ctx;
	int16_t *v = (int16_t *)b->p->pixels + y * b->p->w + x;

	assert(x >= 0 && y >= 0 && x < b->p->w && y < b->p->h);
	*v = (int16_t)lrintf((float)*v * b->times + b->plus);
}

static void
burn(struct picture *p)
{
	static const struct {
		const char *modality;
		enum demo_fault fault;
		float times, plus;
	} how[] = {
		{ "MR", DEMO_TEXT_PLAIN, 0, 1100 }, { "CR", DEMO_TEXT_PLAIN, 0, 40 },
		{ "DX", DEMO_TEXT_FAINT, 0.985f, 0 },
		{ "CT", DEMO_TEXT_ONE_SLICE, 0, CT_OFFSET + 900 },
		{ "CT", DEMO_TEXT_CORNER, 1, 30 }, /* air to slightly denser air */
	};
	const struct demo_series *s = p->series;

	if (s->text == NULL ||
		(s->first != 0 && (p->slice + 1 < s->first || p->slice + 1 > s->last)))
		return;
	for (size_t i = 0; i < MEM_COUNT(how); i++)
		if (how[i].fault == s->fault && strcmp(how[i].modality, s->modality) == 0) {
			struct burn b = { p, how[i].times, how[i].plus };

			glyph_draw(s->text, s->x0, s->y0, s->scale, burn_dot, &b);
		}
}

/* ---- the modalities ---- */

static int16_t *
grey(struct picture *p, int w, int h, float mm)
{
	p->w = w;
	p->h = h;
	p->frames = p->samples = 1;
	p->bits = 16;
	p->mm = mm;
	p->slope = 1;
	p->bytes = (size_t)w * (size_t)h * sizeof(int16_t);
	p->pixels = mem_alloc(p->bytes);
	return p->pixels;
}

static void
draw_ct(struct picture *p, const struct view *v)
{
	bool head = is_head(p->series);
	struct plane hu = plane_make(512, 512, head ? 0.45f : 0.742f);
	int16_t *out = grey(p, hu.w, hu.h, hu.mm);

	if (head)
		phantom_head(v, HEAD_CT, &hu);
	else
		phantom_chest(v, &hu);
	p->is_signed = true;
	p->bits_stored = 16;
	for (int y = 0; y < hu.h; y++)
		for (int x = 0; x < hu.w; x++) {
			float value = hu.v[y * hu.w + x] + CT_OFFSET, dx = (float)x - 255.5f,
			      dy = (float)y - 255.5f;

			value = value < 0 ? 0 : value > 4095 ? 4095 : value;
			if (!head && dx * dx + dy * dy > 256 * 256)
				value = CT_PADDING; /* outside what was reconstructed */
			out[y * hu.w + x] = (int16_t)value;
		}
	plane_free(&hu);
}

static enum head_look
look_of(const struct demo_series *s)
{
	if (strstr(s->folder, "/T2") != NULL)
		return HEAD_T2;
	if (strstr(s->folder, "/FLAIR") != NULL)
		return HEAD_FLAIR;
	return strstr(s->description, "POST") || strstr(s->description, "GD") ? HEAD_T1_POST
									      : HEAD_T1;
}

/* A head that moved: weaker copies along the phase direction, a fraction of the field of view
 * apart. */
static void
ghost(struct plane *p)
{
	struct plane was = plane_make(p->w, p->h, p->mm);
	int n = p->w * p->h, step[] = { 23, -23, 47, -47 };

	memcpy(was.v, p->v, (size_t)n * sizeof(float));
	for (int i = 0; i < n; i++)
		p->v[i] *= 0.8f;
	for (size_t k = 0; k < MEM_COUNT(step); k++)
		for (int y = 0; y < p->h; y++) {
			const float *from = was.v + (y + step[k] + p->h) % p->h * p->w;

			for (int x = 0; x < p->w; x++)
				p->v[y * p->w + x] += from[x] * (k < 2 ? 0.15f : 0.06f);
		}
	plane_free(&was);
}

static void
draw_mr(struct picture *p, const struct view *v)
{
	const struct demo_series *s = p->series;
	int size = s->fault == DEMO_MATRIX && p->slice + 1 == s->first ? 192 : 256;
	struct plane signal = plane_make(size, size, 230.4f / (float)size);
	int16_t *out = grey(p, size, size, signal.mm);

	phantom_head(v, look_of(original(s)), &signal);
	if (s->fault == DEMO_GHOST)
		ghost(&signal);
	p->bits_stored = 12;
	for (int i = 0; i < size * size; i++)
		out[i] = (int16_t)(signal.v[i] > 4095 ? 4095 : signal.v[i]);
	plane_free(&signal);
}

static void
draw_pet(struct picture *p, const struct view *v)
{
	struct plane bq = plane_make(168, 168, 3.4f);
	int16_t *out = grey(p, bq.w, bq.h, bq.mm);
	float most = 1;

	phantom_tracer(v, &bq);
	for (int i = 0; i < bq.w * bq.h; i++)
		most = fmaxf(most, bq.v[i]);
	p->is_signed = true;
	p->bits_stored = 16;
	p->slope = (double)lrintf(most / PET_TOP * 1e6f) * 1e-6;
	for (int i = 0; i < bq.w * bq.h; i++)
		out[i] = (int16_t)(bq.v[i] * PET_TOP / most);
	plane_free(&bq);
}

static void
draw_film(struct picture *p, const struct view *v)
{
	struct plane film = plane_make(2000, 2500, 0.16f);
	int16_t *out = grey(p, film.w, film.h, film.mm);

	phantom_film(v, &film);
	p->bits_stored = 12;
	for (int i = 0; i < film.w * film.h; i++)
		out[i] = (int16_t)(film.v[i] < 0 ? 0 : film.v[i] > FILM_TOP ? FILM_TOP : film.v[i]);
	plane_free(&film);
}

static uint8_t *
colour(struct picture *p, int w, int h, int frames)
{
	p->w = w;
	p->h = h;
	p->frames = frames;
	p->samples = 3;
	p->bits = p->bits_stored = 8;
	p->slope = 1;
	p->bytes = (size_t)w * (size_t)h * 3 * (size_t)frames;
	p->pixels = mem_alloc(p->bytes);
	return p->pixels;
}

static void
draw_us(struct picture *p, const struct view *v)
{
	static const uint8_t pale[3] = { 205, 215, 225 }, white[3] = { 250, 250, 250 };
	const struct demo_series *s = p->series;
	uint8_t *rgb = colour(p, SOUND_WIDTH, SOUND_HEIGHT, s->slices);

	phantom_sound(v, s->slices, strstr(s->description, "DOPPLER") != NULL, rgb);
	for (int f = 0; f < s->slices; f++, rgb += SOUND_WIDTH * SOUND_HEIGHT * 3) {
		phantom_text(rgb, p->w, p->h, "MADE-UP HOSPITAL", 8, 8, 2, pale);
		phantom_text(rgb, p->w, p->h, v->visit ? "17.06.2026 10:42" : "19.03.2026 09:15",
			440, 8, 2, pale);
		phantom_text(rgb, p->w, p->h, s->text, s->x0, s->y0, s->scale, white);
	}
}

static void
draw_screen(struct picture *p, const struct view *v)
{
	static const uint8_t white[3] = { 250, 250, 250 };
	const struct demo_series *s = p->series;
	uint8_t *rgb = colour(p, SCREEN_WIDTH, SCREEN_HEIGHT, 1);

	phantom_screen(v, rgb);
	phantom_text(rgb, p->w, p->h, s->text, s->x0, s->y0, s->scale, white);
	phantom_text(rgb, p->w, p->h, "MADE-UP HOSPITAL  WARD 3", 40, 140, 3, white);
}

/* ---- drawing ---- */

/* By the last part of the folder: a dose report may call itself CT. */
static const struct {
	const char *leaf;
	void (*draw)(struct picture *p, const struct view *v);
} kinds[] = {
	{ "CT", draw_ct },
	{ "T1", draw_mr },
	{ "T2", draw_mr },
	{ "FLAIR", draw_mr },
	{ "PET", draw_pet },
	{ "DX", draw_film },
	{ "CR", draw_film },
	{ "US", draw_us },
	{ "DOSE", draw_screen },
	{ "SCREEN", draw_screen },
};

bool
series_is(const struct demo_series *s, const char *leaf)
{
	const char *last = strrchr(s->folder, '/') + 1;
	size_t n = strlen(leaf);

	return strncmp(last, leaf, n) == 0 && (last[n] == '\0' || last[n] == '-');
}

struct picture
picture_draw(const struct demo_series *s, int slice, bool resent)
{
	struct picture p = { .series = s, .slice = slice };
	struct view v = view_of(original(s), slice, resent);

	for (size_t i = 0; i < MEM_COUNT(kinds); i++)
		if (series_is(s, kinds[i].leaf))
			kinds[i].draw(&p, &v);
	assert(p.pixels != NULL);
	if (p.samples == 1)
		burn(&p);
	return p;
}

void
picture_free(struct picture *p)
{
	free(p->pixels);
	p->pixels = NULL;
}
