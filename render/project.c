/* Owns the accumulators of projections.  They lie in blocks of LANES pixels, all of one block
 * next to each other: one stream of memory, and inner loops of a constant length, which
 * compilers vectorise at -O2.  They are more than a cache holds, so slices are counted four at a
 * time: a quarter of the traffic (512 x 512: 2.3 ms a slice before, 1.0 after, while others used
 * the machine too).  Inside, values are negated for MONOCHROME1, so that `high` is what is shown
 * brightest.  Figures: tests/bench/bench_render.c. */
#include "render/project.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "render/values.h"

enum { LANES = 16, ROWS = 3, MARGIN = LANES, BATCH = 4 };

static const float change_weight = 2; /* of inter-slice change against an edge, see project.h */

struct lanes {
	float high[LANES], second[LANES], low[LANES];
	float mean[LANES], spread[LANES];      /* Welford: spread is the sum of squares */
	float edge[LANES], edge_spread[LANES]; /* the same of the in-plane difference */
	float change[LANES];                   /* sum of absolute differences between slices */
	float before[LANES];                   /* value in the slice before */
	uint32_t high_at[LANES], low_at[LANES];
};

/* A slice that is not counted yet. */
struct waiting {
	struct frame *frame; /* a reference */
	uint32_t slice;
	float *rows[ROWS]; /* row y is in y % ROWS */
};

struct project {
	struct frame_info info;
	uint32_t slices, left_out; /* slices: those counted */
	uint32_t blocks;           /* of lanes, a row */
	struct lanes *lanes;
	pthread_mutex_t
		lock; /* results may be asked for by several threads: the first counts what waits */
	unsigned waits;
	struct waiting waiting[BATCH];
};

/* One slice's row with those above and below it. */
struct strip {
	const float *above, *here, *below;
	float share;  /* of the slice in the mean so far */
	float weight; /* of its change: nothing is before the first */
	uint32_t slice;
};

/* ---- one block ----------------------------------------------------------------------------- */

static inline float
larger(float a, float b)
{
	return a > b ? a : b;
}

static inline float
smaller(float a, float b)
{
	return a < b ? a : b;
}

static inline void
add_extremes(struct lanes *restrict a, const float *restrict v, uint32_t slice)
{
	for (int i = 0; i < LANES; i++) {
		uint32_t higher = 0u - (v[i] > a->high[i]), lower = 0u - (v[i] < a->low[i]);

		a->high_at[i] ^= (a->high_at[i] ^ slice) & higher;
		a->low_at[i] ^= (a->low_at[i] ^ slice) & lower;
		a->second[i] = larger(a->second[i], smaller(a->high[i], v[i]));
		a->high[i] = larger(a->high[i], v[i]);
		a->low[i] = smaller(a->low[i], v[i]);
	}
}

/* Welford: no cancellation however far from 0 the values are. */
static inline void
add_mean(float *restrict mean, float *restrict spread, const float *restrict v, float share)
{
	for (int i = 0; i < LANES; i++) {
		float off = v[i] - mean[i];

		mean[i] += off * share;
		spread[i] += off * (v[i] - mean[i]);
	}
}

static inline void
edges(const struct strip *s, float *restrict edge)
{
	for (int i = 0; i < LANES; i++) {
		float v = s->here[i];
		float across = larger(fabsf(v - s->here[i - 1]), fabsf(v - s->here[i + 1]));
		float down = larger(fabsf(v - s->above[i]), fabsf(v - s->below[i]));

		edge[i] = larger(across, down);
	}
}

static inline void
add_change(struct lanes *restrict a, const float *restrict v, float weight)
{
	for (int i = 0; i < LANES; i++) {
		a->change[i] += weight * fabsf(v[i] - a->before[i]);
		a->before[i] = v[i];
	}
}

static inline void
block_add(struct lanes *a, struct strip *s)
{
	float edge[LANES];

	edges(s, edge);
	add_extremes(a, s->here, s->slice);
	add_mean(a->mean, a->spread, s->here, s->share);
	add_mean(a->edge, a->edge_spread, edge, s->share);
	add_change(a, s->here, s->weight);
	s->above += LANES;
	s->here += LANES;
	s->below += LANES;
}

/* ---- slices -------------------------------------------------------------------------------- */

struct project *
project_new(const struct frame_info *first)
{
	struct project *p = mem_zero(1, sizeof(*p));
	size_t blocks = (first->width + LANES - 1) / LANES;

	p->info = *first;
	p->blocks = (uint32_t)blocks;
	p->lanes = mem_zero(blocks * first->height, sizeof(*p->lanes));
	for (size_t b = 0; b < blocks * first->height; b++) {
		for (int i = 0; i < LANES; i++) {
			p->lanes[b].high[i] = p->lanes[b].second[i] = -INFINITY;
			p->lanes[b].low[i] = INFINITY;
		}
	}
	for (int i = 0; i < BATCH * ROWS; i++)
		p->waiting[i / ROWS].rows[i % ROWS] =
			mem_zero(blocks * LANES + 2 * (size_t)MARGIN, sizeof(float));
	pthread_mutex_init(&p->lock, NULL);
	return p;
}

/* Row y of a slice where block_add wants it: the ends are repeated, so that no edge is there. */
static void
load_row(const struct project *p, struct waiting *w, uint32_t y)
{
	float *row = w->rows[y % ROWS] + MARGIN;
	uint32_t width = p->info.width, end = p->blocks * LANES;

	values_row(w->frame, y, row);
	for (uint32_t x = 0; p->info.invert && x < width; x++)
		row[x] = -row[x];
	row[-1] = row[0];
	for (uint32_t x = width; x <= end; x++)
		row[x] = row[width - 1];
}

/* Row y of the n-th slice that waits; the row below is loaded on the way. */
static struct strip
strip_of(struct project *p, unsigned n, uint32_t y)
{
	struct waiting *w = &p->waiting[n];
	uint32_t before = p->slices + n, last = p->info.height - 1;

	if (y == 0)
		load_row(p, w, 0);
	if (y < last)
		load_row(p, w, y + 1);
	return (struct strip){ .here = w->rows[y % ROWS] + MARGIN,
		.above = w->rows[(y > 0 ? y - 1 : y) % ROWS] + MARGIN,
		.below = w->rows[(y < last ? y + 1 : y) % ROWS] + MARGIN,
		.share = 1 / (float)(before + 1),
		.weight = before > 0 ? 1 : 0,
		.slice = w->slice };
}

/* Count what waits: each block of lanes takes all slices before the next one is touched. */
static void
count_waiting(struct project *p)
{
	struct lanes *a = p->lanes;

	if (p->waits == 0) /* others may be reading */
		return;
	for (uint32_t y = 0; y < p->info.height; y++) {
		struct strip strips[BATCH];

		for (unsigned n = 0; n < p->waits; n++)
			strips[n] = strip_of(p, n, y);
		for (uint32_t b = 0; b < p->blocks; b++, a++) {
			for (unsigned n = 0; n < p->waits; n++)
				block_add(a, &strips[n]);
		}
	}
	for (unsigned n = 0; n < p->waits; n++)
		frame_unref(p->waiting[n].frame);
	p->slices += p->waits;
	p->waits = 0;
}

enum rc
project_add(struct project *p, struct frame *f, uint32_t slice, struct err *e)
{
	if (f->info.width != p->info.width || f->info.height != p->info.height ||
		(f->info.kind == FRAME_RGB8) != (p->info.kind == FRAME_RGB8)) {
		p->left_out++;
		return err_set(e, RC_UNSUPPORTED,
			"slice %u: its matrix or colour is not that of the series", (unsigned)slice);
	}
	p->waiting[p->waits].frame = frame_ref(f);
	p->waiting[p->waits++].slice = slice;
	if (p->waits == BATCH)
		count_waiting(p);
	return RC_OK;
}

/* All that was added is counted from here on. */
static void
settle(struct project *p)
{
	pthread_mutex_lock(&p->lock);
	count_waiting(p);
	pthread_mutex_unlock(&p->lock);
}

uint32_t
project_left_out(const struct project *p)
{
	return p->left_out;
}

void
project_free(struct project *p)
{
	if (p == NULL)
		return;
	for (unsigned n = 0; n < p->waits; n++)
		frame_unref(p->waiting[n].frame);
	for (int i = 0; i < BATCH * ROWS; i++)
		free(p->waiting[i / ROWS].rows[i % ROWS]);
	pthread_mutex_destroy(&p->lock);
	free(p->lanes);
	free(p);
}

/* ---- results ------------------------------------------------------------------------------- */

static float
value_max(const struct project *p, const struct lanes *a, uint32_t i)
{
	return p->info.invert ? -a->low[i] : a->high[i];
}

static float
value_min(const struct project *p, const struct lanes *a, uint32_t i)
{
	return p->info.invert ? -a->high[i] : a->low[i];
}

static float
value_mean(const struct project *p, const struct lanes *a, uint32_t i)
{
	return p->info.invert ? -a->mean[i] : a->mean[i];
}

static float
value_deviation(const struct project *p, const struct lanes *a, uint32_t i)
{
	return sqrtf(a->spread[i] / (float)p->slices);
}

static float
value_persistence(const struct project *p, const struct lanes *a, uint32_t i)
{
	float n = (float)p->slices;

	if (p->slices < 2)
		return 0;
	return larger(0,
		a->edge[i] - sqrtf(a->edge_spread[i] / n) - change_weight * a->change[i] / (n - 1));
}

static float
value_lone(const struct project *p, const struct lanes *a, uint32_t i)
{
	return p->slices < 2 ? 0 : a->high[i] - a->second[i];
}

static uint32_t
slice_max(const struct project *p, const struct lanes *a, uint32_t i)
{
	return p->info.invert ? a->low_at[i] : a->high_at[i];
}

static uint32_t
slice_min(const struct project *p, const struct lanes *a, uint32_t i)
{
	return p->info.invert ? a->high_at[i] : a->low_at[i];
}

static uint32_t
slice_lone(const struct project *p, const struct lanes *a, uint32_t i)
{
	(void)p;
	return a->high_at[i];
}

/* The farthest from the mean is always one of the two extremes. */
static uint32_t
slice_farthest(const struct project *p, const struct lanes *a, uint32_t i)
{
	(void)p;
	return a->high[i] - a->mean[i] >= a->mean[i] - a->low[i] ? a->high_at[i] : a->low_at[i];
}

static const struct projection_kind {
	const char *name;
	float (*value)(const struct project *p, const struct lanes *a, uint32_t i);
	uint32_t (*slice)(const struct project *p, const struct lanes *a, uint32_t i);
	bool pads; /* its values are the slices' own, so padding can be told */
} kinds[PROJECTIONS] = {
	[PROJECT_MAX] = { "maximum", value_max, slice_max, true },
	[PROJECT_MIN] = { "minimum", value_min, slice_min, true },
	[PROJECT_MEAN] = { "mean", value_mean, slice_farthest, true },
	[PROJECT_DEVIATION] = { "deviation", value_deviation, slice_farthest, false },
	[PROJECT_PERSISTENCE] = { "persistence", value_persistence, slice_farthest, false },
	[PROJECT_LONE] = { "lone bright", value_lone, slice_lone, false },
};

static struct frame_info
result_info(const struct project *p, bool pads)
{
	const struct frame_info *first = &p->info;
	double a = (double)values_rescaled(first, first->pad_low);
	double b = (double)values_rescaled(first, first->pad_high);
	struct frame_info info = { .kind = FRAME_F32,
		.width = first->width,
		.height = first->height,
		.aspect = first->aspect,
		.slope = 1,
		.invert = first->invert,
		.bits_stored = 32 };

	info.has_padding = pads && first->has_padding && first->kind != FRAME_RGB8;
	if (info.has_padding) { /* the slope may be negative */
		info.pad_low = fmin(a, b);
		info.pad_high = fmax(a, b);
	}
	return info;
}

struct frame *
project_frame(struct project *p, enum projection which)
{
	struct frame_info info;
	struct frame *f;
	float *out;

	assert(which < PROJECTIONS);
	settle(p);
	info = result_info(p, kinds[which].pads);
	f = frame_new(&info);
	out = f->pixels;
	for (uint32_t y = 0; p->slices > 0 && y < info.height; y++) {
		const struct lanes *a = p->lanes + (size_t)y * p->blocks;

		for (uint32_t x = 0; x < info.width; x++)
			*out++ = kinds[which].value(p, &a[x / LANES], x % LANES);
	}
	return f;
}

uint32_t
project_slice(struct project *p, enum projection which, uint32_t x, uint32_t y)
{
	assert(which < PROJECTIONS && x < p->info.width && y < p->info.height);
	settle(p);
	return kinds[which].slice(p, &p->lanes[(size_t)y * p->blocks + x / LANES], x % LANES);
}

const char *
project_name(enum projection which)
{
	assert(which < PROJECTIONS);
	return kinds[which].name;
}
