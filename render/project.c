/* Owns the accumulators of projections.  They lie in blocks of LANES pixels, all of one block
 * next to each other: one stream of memory, and inner loops of a constant length, which
 * compilers vectorise at -O2.  Inside, values are negated for MONOCHROME1, so that `high` is what
 * is shown brightest.  Figures: tests/bench/bench_render.c. */
#include "render/project.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "render/values.h"

enum { LANES = 16, ROWS = 3, MARGIN = LANES };

static const float change_weight = 2; /* of inter-slice change against an edge, see project.h */

struct lanes {
	float high[LANES], second[LANES], low[LANES];
	float mean[LANES], spread[LANES];      /* Welford: spread is the sum of squares */
	float edge[LANES], edge_spread[LANES]; /* the same of the in-plane difference */
	float change[LANES];                   /* sum of absolute differences between slices */
	float before[LANES];                   /* value in the slice before */
	uint32_t high_at[LANES], low_at[LANES];
};

struct project {
	struct frame_info info;
	uint32_t slices, left_out;
	uint32_t blocks; /* of lanes, a row */
	float *rows[ROWS];
	struct lanes *lanes;
};

/* One slice's row with those above and below it. */
struct strip {
	const float *above, *here, *below;
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

static void
row_add(struct project *p, struct lanes *a, struct strip s, uint32_t slice)
{
	float share = 1 / (float)p->slices, edge[LANES];
	float weight = p->slices > 1 ? 1 : 0; /* nothing is before the first */

	for (uint32_t b = 0; b < p->blocks; b++, a++) {
		edges(&s, edge);
		add_extremes(a, s.here, slice);
		add_mean(a->mean, a->spread, s.here, share);
		add_mean(a->edge, a->edge_spread, edge, share);
		add_change(a, s.here, weight);
		s.above += LANES;
		s.here += LANES;
		s.below += LANES;
	}
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
	for (int i = 0; i < ROWS; i++)
		p->rows[i] = mem_zero(blocks * LANES + 2 * (size_t)MARGIN, sizeof(float));
	return p;
}

/* Row y of f where row_add wants it: the ends are repeated, so that no edge is there. */
static void
load_row(struct project *p, const struct frame *f, uint32_t y)
{
	float *row = p->rows[y % ROWS] + MARGIN;
	uint32_t width = p->info.width, end = p->blocks * LANES;

	values_row(f, y, row);
	for (uint32_t x = 0; p->info.invert && x < width; x++)
		row[x] = -row[x];
	row[-1] = row[0];
	for (uint32_t x = width; x <= end; x++)
		row[x] = row[width - 1];
}

enum rc
project_add(struct project *p, const struct frame *f, uint32_t slice, struct err *e)
{
	uint32_t height = p->info.height;

	if (f->info.width != p->info.width || f->info.height != height ||
		(f->info.kind == FRAME_RGB8) != (p->info.kind == FRAME_RGB8)) {
		p->left_out++;
		return err_set(e, RC_UNSUPPORTED,
			"slice %u: its matrix or colour is not that of the series", (unsigned)slice);
	}
	p->slices++;
	load_row(p, f, 0);
	for (uint32_t y = 0; y < height; y++) {
		struct strip s;

		if (y + 1 < height)
			load_row(p, f, y + 1);
		s.here = p->rows[y % ROWS] + MARGIN;
		s.above = y > 0 ? p->rows[(y - 1) % ROWS] + MARGIN : s.here;
		s.below = y + 1 < height ? p->rows[(y + 1) % ROWS] + MARGIN : s.here;
		row_add(p, p->lanes + (size_t)y * p->blocks, s, slice);
	}
	return RC_OK;
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
	for (int i = 0; i < ROWS; i++)
		free(p->rows[i]);
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
project_frame(const struct project *p, enum projection which)
{
	struct frame_info info;
	struct frame *f;
	float *out;

	assert(which < PROJECTIONS);
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
project_slice(const struct project *p, enum projection which, uint32_t x, uint32_t y)
{
	assert(which < PROJECTIONS && x < p->info.width && y < p->info.height);
	return kinds[which].slice(p, &p->lanes[(size_t)y * p->blocks + x / LANES], x % LANES);
}

const char *
project_name(enum projection which)
{
	assert(which < PROJECTIONS);
	return kinds[which].name;
}
