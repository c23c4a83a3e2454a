/* Owns the way from stored values to displayed greys, and the list of presets.  No state; any
 * thread. */
#include "render/window.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

enum { VALUES_16 = 65536 };

/* ---- one value ----------------------------------------------------------------------------- */

/* PS3.3 C.11.2.1.2.1.  Width 1 is a threshold: the middle branch is then never reached. */
static double
voi_linear(double c, double w, double x)
{
	if (x <= c - 0.5 - (w - 1) / 2)
		return 0;
	if (x > c - 0.5 + (w - 1) / 2)
		return 255;
	return ((x - (c - 0.5)) / (w - 1) + 0.5) * 255;
}

/* PS3.3 C.11.2.1.3.2 */
static double
voi_linear_exact(double c, double w, double x)
{
	if (x <= c - w / 2)
		return 0;
	if (x > c + w / 2)
		return 255;
	return ((x - c) / w + 0.5) * 255;
}

/* PS3.3 C.11.2.1.3.1 */
static double
voi_sigmoid(double c, double w, double x)
{
	return 255 / (1 + exp(-4 * (x - c) / w));
}

static double (*const voi_functions[])(double c, double w, double x) = {
	[VOI_LINEAR] = voi_linear,
	[VOI_LINEAR_EXACT] = voi_linear_exact,
	[VOI_SIGMOID] = voi_sigmoid,
};

static uint8_t
round_grey(double grey, bool invert)
{
	uint8_t g = grey > 0 ? (uint8_t)(grey + 0.5) : 0; /* not a number counts as nothing */

	return invert ? 255 - g : g;
}

uint8_t
window_apply(const struct window *w, double value)
{
	return round_grey(voi_functions[w->function](w->centre, w->width, value), w->invert);
}

/* ---- one frame ----------------------------------------------------------------------------- */

/* Where `input` falls in a LUT; inputs outside take the first or last value. */
static uint16_t
lut_at(const struct lut *l, double input)
{
	if (!(input > l->first))
		return l->values[0];
	if (input - l->first >= l->count - 1)
		return l->values[l->count - 1];
	return l->values[(size_t)(input - l->first)];
}

static double
modality_value(const struct frame *f, double stored)
{
	if (f->modality_lut.count > 0)
		return lut_at(&f->modality_lut, stored);
	return stored * f->info.slope + f->info.intercept;
}

static bool
is_padding(const struct frame_info *info, double stored)
{
	return info->has_padding && stored >= info->pad_low && stored <= info->pad_high;
}

/* One stored value as displayed: padding stays black whatever is inverted, so that
 * the surround of a MONOCHROME1 radiograph does not dazzle. */
static uint8_t
display_grey(const struct frame *f, const struct window *w, double stored)
{
	bool invert = w->invert != f->info.invert;
	double v, full;

	if (is_padding(&f->info, stored))
		return 0;
	v = modality_value(f, stored);
	if (!w->use_lut || f->voi_lut.count == 0)
		return round_grey(voi_functions[w->function](w->centre, w->width, v), invert);
	full = (double)((1u << f->voi_lut.bits) - 1);
	return round_grey(fmin(lut_at(&f->voi_lut, v) * 255.0 / full, 255), invert);
}

static void
range_u16(const uint16_t *p, size_t n, int *least, int *greatest)
{
	uint16_t lo = p[0], hi = p[0];

	for (size_t i = 1; i < n; i++) {
		lo = p[i] < lo ? p[i] : lo;
		hi = p[i] > hi ? p[i] : hi;
	}
	*least = lo;
	*greatest = hi;
}

static void
range_s16(const int16_t *p, size_t n, int *least, int *greatest)
{
	int16_t lo = p[0], hi = p[0];

	for (size_t i = 1; i < n; i++) {
		lo = p[i] < lo ? p[i] : lo;
		hi = p[i] > hi ? p[i] : hi;
	}
	*least = lo;
	*greatest = hi;
}

/* Only the values that occur between least and greatest are computed: most frames have 12 bits.
 * The index is the stored value's bit pattern, so that one loop serves both signs. */
static void
frame_16(const struct frame *f, const struct window *w, uint8_t *out)
{
	size_t n = (size_t)f->info.width * f->info.height;
	const uint16_t *p = f->pixels;
	uint8_t *table = mem_alloc(VALUES_16);
	int least, greatest;

	if (f->info.kind == FRAME_S16)
		range_s16(f->pixels, n, &least, &greatest);
	else
		range_u16(f->pixels, n, &least, &greatest);
	for (int v = least; v <= greatest; v++)
		table[(uint16_t)v] = display_grey(f, w, v);
	for (size_t i = 0; i < n; i++)
		out[i] = table[p[i]];
	free(table);
}

void
window_frame(const struct frame *f, const struct window *w, uint8_t *out)
{
	size_t n = (size_t)f->info.width * f->info.height;
	const float *p = f->pixels;

	assert(f->info.kind != FRAME_RGB8);
	if (f->info.kind != FRAME_F32) {
		frame_16(f, w, out);
		return;
	}
	for (size_t i = 0; i < n; i++)
		out[i] = display_grey(f, w, (double)p[i]);
}

/* ---- presets ------------------------------------------------------------------------------- */

/* How often each of VALUES_16 bins occurs; bin b stands for low + b * step in modality units. */
struct histogram {
	uint32_t *count;
	uint64_t total;
	double low, step;
};

/* 16-bit kinds: one bin a stored value.  Not monotonic after a modality LUT, hence
 * a second histogram of its outputs. */
static void
count_16(const struct frame *f, struct histogram *h)
{
	size_t n = (size_t)f->info.width * f->info.height;
	bool is_signed = f->info.kind == FRAME_S16;
	int base = is_signed ? -32768 : 0;
	const uint16_t *p = f->pixels;
	uint32_t *raw = mem_zero(VALUES_16, sizeof(*raw));

	for (size_t i = 0; i < n; i++)
		raw[is_signed ? (p[i] ^ 0x8000) : p[i]]++;
	h->low = f->modality_lut.count > 0 ? 0 : base * f->info.slope + f->info.intercept;
	h->step = f->modality_lut.count > 0 ? 1 : f->info.slope;
	for (int b = 0; b < VALUES_16; b++) {
		if (raw[b] == 0 || is_padding(&f->info, base + b))
			continue;
		if (f->modality_lut.count > 0)
			h->count[lut_at(&f->modality_lut, base + b)] += raw[b];
		else
			h->count[b] += raw[b];
		h->total += raw[b];
	}
	free(raw);
}

static bool
counts_float(const struct frame *f, float v)
{
	return isfinite(v) && !is_padding(&f->info, (double)v);
}

/* Floating values: bins of equal width between the least and the greatest finite value. */
static void
count_float(const struct frame *f, struct histogram *h)
{
	size_t n = (size_t)f->info.width * f->info.height;
	const float *p = f->pixels;
	double lo = INFINITY, hi = -INFINITY;

	for (size_t i = 0; i < n; i++) {
		if (!counts_float(f, p[i]))
			continue;
		lo = fmin(lo, modality_value(f, (double)p[i]));
		hi = fmax(hi, modality_value(f, (double)p[i]));
	}
	if (lo > hi)
		return;
	h->low = lo;
	h->step = hi > lo ? (hi - lo) / (VALUES_16 - 1) : 1;
	for (size_t i = 0; i < n; i++) {
		if (!counts_float(f, p[i]))
			continue;
		h->count[(size_t)((modality_value(f, (double)p[i]) - lo) / h->step + 0.5) %
			VALUES_16]++;
		h->total++;
	}
}

/* The least value that at least `share` of all values do not exceed, counted from the end that
 * holds the low modality values (the slope may be negative). */
static double
percentile(const struct histogram *h, double share)
{
	uint64_t sum = 0, want = (uint64_t)ceil(share * (double)h->total);

	want = want < 1 ? 1 : want;
	for (int i = 0; i < VALUES_16; i++) {
		int b = h->step < 0 ? VALUES_16 - 1 - i : i;

		sum += h->count[b];
		if (sum >= want)
			return h->low + b * h->step;
	}
	return 0; /* all of it is padding */
}

struct preset_list {
	struct window_preset *out;
	size_t n, max;
};

static void
list_add(struct preset_list *l, const char *name, const struct window *w)
{
	if (l->n >= l->max)
		return;
	str_copy(l->out[l->n].name, sizeof(l->out[l->n].name), name);
	l->out[l->n++].window = *w;
}

/* Exact, not PS3.3 LINEAR: its width of 1 is too coarse where the slope is small. */
static void
list_add_range(struct preset_list *l, const char *name, double lo, double hi)
{
	struct window w = { .function = VOI_LINEAR_EXACT, .centre = (lo + hi) / 2 };

	w.width = hi > lo ? hi - lo : 1;
	list_add(l, name, &w);
}

static bool
window_is_valid(const struct voi_window *v)
{
	double least = v->function == VOI_LINEAR ? 1 : 1e-300;

	return isfinite(v->centre) && isfinite(v->width) && v->width >= least;
}

static void
list_add_header(struct preset_list *l, const struct frame *f)
{
	if (f->voi_lut.count > 0) {
		struct window w = { .use_lut = true, .function = VOI_LINEAR_EXACT };

		w.centre = f->voi_lut.first + f->voi_lut.count / 2.0;
		w.width = f->voi_lut.count;
		list_add(l, "VOI LUT", &w);
	}
	for (uint32_t i = 0; i < f->info.windows && i < FRAME_WINDOWS_MAX; i++) {
		const struct voi_window *v = &f->info.window[i];
		struct window w = {
			.function = v->function, .centre = v->centre, .width = v->width
		};
		char name[sizeof(v->name)];

		if (!window_is_valid(v))
			continue;
		snprintf(name, sizeof(name), "header %u", (unsigned)(i + 1));
		list_add(l, v->name[0] != '\0' ? v->name : name, &w);
	}
}

/* Usual reading-room values in HU. */
static const struct window_preset ct_presets[] = {
	{ .name = "brain", .window = { .centre = 40, .width = 80 } },
	{ .name = "subdural", .window = { .centre = 75, .width = 215 } },
	{ .name = "stroke", .window = { .centre = 40, .width = 40 } },
	{ .name = "bone", .window = { .centre = 480, .width = 2500 } },
	{ .name = "lung", .window = { .centre = -600, .width = 1500 } },
	{ .name = "mediastinum", .window = { .centre = 50, .width = 350 } },
	{ .name = "abdomen", .window = { .centre = 50, .width = 400 } },
	{ .name = "liver", .window = { .centre = 30, .width = 150 } },
};

size_t
window_presets(const struct frame *f, const char *modality, struct window_preset *out, size_t max)
{
	static const struct window soft_tissue = { .centre = 40, .width = 400 };
	struct preset_list l = { .out = out, .max = max };
	bool ct = modality != NULL && strcmp(modality, "CT") == 0;
	struct histogram h = { 0 };

	if (f->info.kind == FRAME_RGB8)
		return 0;
	list_add_header(&l, f);
	if (ct && l.n == 0)
		list_add(&l, "soft tissue", &soft_tissue);
	for (size_t i = 0; ct && i < MEM_COUNT(ct_presets); i++)
		list_add(&l, ct_presets[i].name, &ct_presets[i].window);
	if (l.n >= max)
		return l.n;
	h.count = mem_zero(VALUES_16, sizeof(*h.count));
	if (f->info.kind == FRAME_F32)
		count_float(f, &h);
	else
		count_16(f, &h);
	list_add_range(&l, "percentile", percentile(&h, 0.01), percentile(&h, 0.99));
	list_add_range(&l, "full range", percentile(&h, 0), percentile(&h, 1));
	free(h.count);
	return l.n;
}
