/* Owns the clamped cubic.  Along x first: each row of the source is stretched once and kept while the rows of the picture need
 * it, four at a time; what is left for each row of the picture is a sum down the columns, which compilers vectorise.  No state. */
#include "render/cubic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

enum {
	TAPS = 4,
	LANES = 16 /* columns a step; constant, so that it is vectorised */
};

struct tap {
	int64_t first; /* source pixel of the first weight; those past the edges are the edge's */
	float weight[TAPS];
};

/* A row of the source, stretched: `width` values, and the range that each may have.  Padded to LANES. */
struct row {
	int64_t y; /* -1: none yet */
	float *value;
	uint8_t *least, *most;
};

struct cubic {
	const struct scale_source *s;
	size_t channels, n; /* n: bytes of a row of the picture, padded to LANES */
	struct tap *xs, *ys;
	uint8_t *padded, *least,
		*most; /* the source's row with the edges repeated, and its range from each pixel on */
	struct row rows[TAPS]; /* row y is in y % TAPS */
};

static struct tap *
taps_new(uint32_t out, double start, double shown)
{
	struct tap *taps = mem_alloc(out * sizeof(*taps));
	double step = shown / out;

	for (uint32_t i = 0; i < out; i++) {
		double at = start + (i + 0.5) * step - 0.5, t = at - floor(at);

		taps[i] = (struct tap){ .first = (int64_t)floor(at) - 1,
			.weight = { (float)(((-0.5 * t + 1) * t - 0.5) * t),
				(float)((1.5 * t - 2.5) * t * t + 1),
				(float)(((-1.5 * t + 2) * t + 0.5) * t),
				(float)((0.5 * t - 0.5) * t * t) } };
	}
	return taps;
}

static int64_t
inside(int64_t at, uint32_t n)
{
	return at < 0 ? 0 : at >= n ? n - 1 : at;
}

static inline float
smaller(float a, float b)
{
	return a < b ? a : b;
}

static inline float
larger(float a, float b)
{
	return a > b ? a : b;
}

static inline uint8_t
smaller_byte(uint8_t a, uint8_t b)
{
	return a < b ? a : b;
}

static inline uint8_t
larger_byte(uint8_t a, uint8_t b)
{
	return a > b ? a : b;
}

/* The least and greatest of the four pixels `step` apart, from each of LANES on. */
static inline void
range_lanes(const uint8_t *p, size_t step, uint8_t *restrict least, uint8_t *restrict most)
{
	const uint8_t *q = p + step, *r = q + step, *s = r + step;

	for (int i = 0; i < LANES; i++)
		least[i] = smaller_byte(smaller_byte(p[i], q[i]), smaller_byte(r[i], s[i]));
	for (int i = 0; i < LANES; i++)
		most[i] = larger_byte(larger_byte(p[i], q[i]), larger_byte(r[i], s[i]));
}

static void
row_range(struct cubic *c, size_t n)
{
	for (size_t x = 0; x < n; x += LANES)
		range_lanes(c->padded + x, c->channels, c->least + x, c->most + x);
}

static inline void
stretch(const struct cubic *c, struct row *r, uint32_t width, size_t channels)
{
	const struct tap *t = c->xs;
	float *restrict value = r->value;
	uint8_t *restrict least = r->least, *restrict most = r->most;

	for (size_t x = 0; x < width; x++, t++) {
		size_t at = (size_t)(t->first + TAPS) *
			channels; /* TAPS pixels of edge stand before the first */
		const uint8_t *p = c->padded + at;

		for (size_t k = 0; k < channels; k++) {
			*value++ = t->weight[0] * p[k] + t->weight[1] * p[channels + k] +
				t->weight[2] * p[2 * channels + k] +
				t->weight[3] * p[3 * channels + k];
			*least++ = c->least[at + k];
			*most++ = c->most[at + k];
		}
	}
}

/* Row y of the source, stretched now or before. */
static const struct row *
row_of(struct cubic *c, int64_t y, uint32_t width)
{
	struct row *r = &c->rows[y % TAPS];
	size_t ch = c->channels, n = c->s->width * ch;
	const uint8_t *from = c->s->pixels + (size_t)y * n;

	if (r->y == y)
		return r;
	r->y = y;
	memcpy(c->padded + TAPS * ch, from, n);
	for (size_t i = 0; i < TAPS; i++) {
		memcpy(c->padded + i * ch, from, ch);
		memcpy(c->padded + TAPS * ch + n + i * ch, from + n - ch, ch);
	}
	row_range(c, n + 2 * TAPS * ch);
	if (ch == 1)
		stretch(c, r, width, 1);
	else
		stretch(c, r, width, 3);
	return r;
}

/* LANES columns of a row of the picture. */
static inline void
sum_lanes(const struct row *const rows[TAPS], const float *w, size_t x, uint8_t *restrict out)
{
	const float *a = rows[0]->value + x, *b = rows[1]->value + x, *c = rows[2]->value + x,
		    *d = rows[3]->value + x;
	const uint8_t *la = rows[0]->least + x, *lb = rows[1]->least + x, *lc = rows[2]->least + x,
		      *ld = rows[3]->least + x;
	const uint8_t *ma = rows[0]->most + x, *mb = rows[1]->most + x, *mc = rows[2]->most + x,
		      *md = rows[3]->most + x;
	float sum[LANES];
	uint8_t grey[LANES];

	for (int i = 0; i < LANES; i++)
		sum[i] = w[0] * a[i] + w[1] * b[i] + w[2] * c[i] + w[3] * d[i] + 0.5f;
	for (int i = 0; i < LANES; i++)
		sum[i] = larger(0, smaller(255, sum[i]));
	for (int i = 0; i < LANES; i++)
		grey[i] = (uint8_t)(int32_t)sum[i];
	for (int i = 0; i < LANES; i++) {
		uint8_t least =
			smaller_byte(smaller_byte(la[i], lb[i]), smaller_byte(lc[i], ld[i]));
		uint8_t most = larger_byte(larger_byte(ma[i], mb[i]), larger_byte(mc[i], md[i]));

		out[i] = larger_byte(least, smaller_byte(most, grey[i]));
	}
}

static void
cubic_open(struct cubic *c, const struct scale_source *s, const struct raster *r)
{
	size_t ch = r->colour ? 3 : 1, source = (s->width + 2 * TAPS) * ch + LANES;

	c->s = s;
	c->channels = ch;
	c->n = (r->width * ch + LANES - 1) / LANES * LANES;
	c->xs = taps_new(r->width, s->left, s->shown_width);
	c->ys = taps_new(r->height, s->top, s->shown_height);
	for (uint32_t x = 0; x < r->width; x++) { /* rounding only: the view lies within */
		c->xs[x].first = c->xs[x].first < -TAPS ? -TAPS : c->xs[x].first;
		c->xs[x].first = c->xs[x].first > s->width ? s->width : c->xs[x].first;
	}
	c->padded = mem_zero(source + TAPS * ch, 1);
	c->least = mem_zero(source, 1);
	c->most = mem_zero(source, 1);
	for (int i = 0; i < TAPS; i++) {
		c->rows[i] = (struct row){ .y = -1 };
		c->rows[i].value = mem_zero(c->n, sizeof(float));
		c->rows[i].least = mem_zero(c->n, 1);
		c->rows[i].most = mem_zero(c->n, 1);
	}
}

static void
cubic_close(struct cubic *c)
{
	for (int i = 0; i < TAPS; i++) {
		free(c->rows[i].value);
		free(c->rows[i].least);
		free(c->rows[i].most);
	}
	free(c->padded);
	free(c->least);
	free(c->most);
	free(c->xs);
	free(c->ys);
}

void
cubic_scale(const struct scale_source *s, struct raster *r)
{
	struct cubic c = { 0 };
	size_t bytes;
	uint8_t *line;

	cubic_open(&c, s, r);
	bytes = r->width * c.channels;
	line = mem_alloc(c.n);
	for (uint32_t y = 0; y < r->height; y++) {
		const struct row *rows[TAPS];

		for (int k = 0; k < TAPS; k++)
			rows[k] = row_of(&c, inside(c.ys[y].first + k, s->height), r->width);
		for (size_t x = 0; x < c.n; x += LANES)
			sum_lanes(rows, c.ys[y].weight, x, line + x);
		memcpy(r->pixels + (size_t)y * bytes, line, bytes);
	}
	free(line);
	cubic_close(&c);
}
