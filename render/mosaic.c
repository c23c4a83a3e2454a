/* Owns the contact sheet: area averages of floats, rows first folded to the width of the cell,
 * then added up. */
#include "render/mosaic.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "render/values.h"

/* Stored in the sheet where nothing is.  Values of frames are kept above it. */
static const float nothing = -FLT_MAX;

struct mosaic {
	uint32_t columns, cells, cell_width, cell_height;
	struct frame *sheet; /* replaced before a change while others hold it */
};

struct box {
	uint32_t x, y, width, height; /* pixels of the sheet */
};

/* The source pixels under one of `out` pixels of `source`, with how much of the ends counts. */
struct span {
	uint32_t first, last;
	float first_share, last_share;
};

/* Sums of one output row; a pixel is value / weight. */
struct sums {
	float *value, *weight;
};

/* What is needed to shrink one channel of one frame. */
struct shrink {
	const struct frame *f;
	uint32_t channel; /* of colour */
	struct box box;
	struct span *across; /* by output column */
	float *row;          /* a source row; NAN takes no part */
	struct sums folded;  /* that row at the width of the box */
	uint32_t folded_y;   /* which row that is; UINT32_MAX for none */
	struct sums total;
};

struct mosaic *
mosaic_new(uint32_t columns, uint32_t rows, uint32_t cell_width, uint32_t cell_height,
	const struct frame_info *like)
{
	struct mosaic *m = mem_zero(1, sizeof(*m));
	struct frame_info info = *like;
	uint64_t width = (uint64_t)columns * cell_width, height = (uint64_t)rows * cell_height;

	assert(width >= 1 && width <= 65535 && height >= 1 && height <= 65535);
	info.kind = like->kind == FRAME_RGB8 ? FRAME_RGB8 : FRAME_F32;
	info.width = (uint32_t)width;
	info.height = (uint32_t)height;
	info.aspect = 1;
	info.slope = 1;
	info.intercept = 0;
	info.bits_stored = info.kind == FRAME_F32 ? 32 : 8;
	info.has_padding = info.kind == FRAME_F32;
	info.pad_low = info.pad_high = info.has_padding ? (double)nothing : 0;
	m->columns = columns;
	m->cells = columns * rows;
	m->cell_width = cell_width;
	m->cell_height = cell_height;
	m->sheet = frame_new(&info);
	for (size_t i = 0; info.has_padding && i < (size_t)width * height; i++)
		((float *)m->sheet->pixels)[i] = nothing;
	return m;
}

struct frame *
mosaic_frame(const struct mosaic *m)
{
	return frame_ref(m->sheet);
}

void
mosaic_free(struct mosaic *m)
{
	if (m == NULL)
		return;
	frame_unref(m->sheet);
	free(m);
}

/* ---- where --------------------------------------------------------------------------------- */

static uint32_t
side(double length, uint32_t most)
{
	return length < 1 ? 1 : length > most ? most : (uint32_t)(length + 0.5);
}

/* The largest box of the frame's shape in a cell's middle. */
static struct box
cell_box(const struct mosaic *m, uint32_t cell, const struct frame_info *info)
{
	double aspect = info->aspect > 0 ? info->aspect : 1;
	double tall = info->height * aspect;
	double scale = fmin(m->cell_width / (double)info->width, m->cell_height / tall);
	struct box b = { .width = side(info->width * scale, m->cell_width),
		.height = side(tall * scale, m->cell_height) };

	b.x = cell % m->columns * m->cell_width + (m->cell_width - b.width) / 2;
	b.y = cell / m->columns * m->cell_height + (m->cell_height - b.height) / 2;
	return b;
}

static struct span
span_of(uint32_t i, uint32_t out, uint32_t source)
{
	double step = source / (double)out, from = i * step, to = from + step;
	struct span s = { .first = (uint32_t)(from + 1e-9) };

	s.last = (uint32_t)ceil(to - 1e-9) - 1;
	s.last = s.last < source ? s.last : source - 1;
	s.last = s.last > s.first ? s.last : s.first;
	s.first_share = (float)(fmin(to, s.first + 1.0) - fmax(from, s.first));
	s.last_share = s.last > s.first ? (float)(to - s.last) : s.first_share;
	return s;
}

static float
share(const struct span *s, uint32_t i)
{
	return i == s->first ? s->first_share : i == s->last ? s->last_share : 1;
}

/* ---- averages ------------------------------------------------------------------------------ */

static void
load_row(struct shrink *s, uint32_t y)
{
	const struct frame *f = s->f;
	const uint8_t *p = f->pixels;

	if (f->info.kind != FRAME_RGB8) {
		values_row(f, y, s->row);
		values_blank(f, y, NAN, s->row);
		return;
	}
	p += (size_t)y * f->info.width * 3 + s->channel;
	for (uint32_t x = 0; x < f->info.width; x++)
		s->row[x] = p[3 * (size_t)x];
}

/* Row y at the width of the box.  Neighbouring output rows may need the same one again. */
static void
fold_row(struct shrink *s, uint32_t y)
{
	if (s->folded_y == y)
		return;
	load_row(s, y);
	for (uint32_t x = 0; x < s->box.width; x++) {
		const struct span *a = &s->across[x];
		float value = 0, weight = 0;

		for (uint32_t i = a->first; i <= a->last; i++) {
			float w = isnan(s->row[i]) ? 0 : share(a, i);

			value += w > 0 ? w * s->row[i] : 0;
			weight += w;
		}
		s->folded.value[x] = value;
		s->folded.weight[x] = weight;
	}
	s->folded_y = y;
}

static void
sum_rows(struct shrink *s, const struct span *down)
{
	memset(s->total.value, 0, s->box.width * sizeof(float));
	memset(s->total.weight, 0, s->box.width * sizeof(float));
	for (uint32_t y = down->first; y <= down->last; y++) {
		float w = share(down, y);

		fold_row(s, y);
		for (uint32_t x = 0; x < s->box.width; x++) {
			s->total.value[x] += w * s->folded.value[x];
			s->total.weight[x] += w * s->folded.weight[x];
		}
	}
}

static void
store_row(const struct shrink *s, struct frame *sheet, uint32_t y)
{
	size_t at = (size_t)(s->box.y + y) * sheet->info.width + s->box.x;

	for (uint32_t x = 0; x < s->box.width; x++, at++) {
		float weight = s->total.weight[x], v = s->total.value[x] / weight;

		if (sheet->info.kind == FRAME_RGB8)
			((uint8_t *)sheet->pixels)[3 * at + s->channel] = (uint8_t)(v + 0.5f);
		else
			((float *)sheet->pixels)[at] =
				weight > 0 && isfinite(v) ? fmaxf(v, -1e38f) : nothing;
	}
}

static void
shrink_channel(struct shrink *s, struct frame *sheet)
{
	s->folded_y = UINT32_MAX;
	for (uint32_t y = 0; y < s->box.height; y++) {
		struct span down = span_of(y, s->box.height, s->f->info.height);

		sum_rows(s, &down);
		store_row(s, sheet, y);
	}
}

static void
shrink_frame(const struct frame *f, struct box box, struct frame *sheet)
{
	size_t n = box.width;
	float *floats = mem_alloc((f->info.width + 4 * n) * sizeof(*floats));
	struct shrink s = { .f = f, .box = box, .row = floats + 4 * n };
	uint32_t channels = f->info.kind == FRAME_RGB8 ? 3 : 1;

	s.folded = (struct sums){ floats, floats + n };
	s.total = (struct sums){ floats + 2 * n, floats + 3 * n };
	s.across = mem_alloc(n * sizeof(*s.across));
	for (uint32_t x = 0; x < box.width; x++)
		s.across[x] = span_of(x, box.width, f->info.width);
	for (s.channel = 0; s.channel < channels; s.channel++)
		shrink_channel(&s, sheet);
	free(s.across);
	free(floats);
}

/* ---- the sheet ----------------------------------------------------------------------------- */

/* Frames do not change once somebody else has them: go on with a copy. */
static void
sheet_own(struct mosaic *m)
{
	struct frame *old = m->sheet;

	if (__atomic_load_n(&old->refs, __ATOMIC_ACQUIRE) == 1)
		return;
	m->sheet = frame_new(&old->info);
	memcpy(m->sheet->pixels, old->pixels, old->bytes);
	frame_unref(old);
}

static void
cell_clear(struct mosaic *m, uint32_t cell)
{
	uint32_t left = cell % m->columns * m->cell_width;
	uint32_t top = cell / m->columns * m->cell_height;

	for (uint32_t y = top; y < top + m->cell_height; y++) {
		size_t at = (size_t)y * m->sheet->info.width + left;

		if (m->sheet->info.kind == FRAME_RGB8) {
			memset((uint8_t *)m->sheet->pixels + 3 * at, 0, 3 * (size_t)m->cell_width);
			continue;
		}
		for (uint32_t x = 0; x < m->cell_width; x++)
			((float *)m->sheet->pixels)[at + x] = nothing;
	}
}

bool
mosaic_put(struct mosaic *m, uint32_t cell, const struct frame *f)
{
	const struct frame_info *info = &m->sheet->info;

	if (cell >= m->cells || (f->info.kind == FRAME_RGB8) != (info->kind == FRAME_RGB8) ||
		f->info.invert != info->invert)
		return false;
	sheet_own(m);
	cell_clear(m, cell);
	shrink_frame(f, cell_box(m, cell, &f->info), m->sheet);
	return true;
}
