/* Decoded frames, shared read-only between threads. */
#include "core/base/frame.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

size_t
frame_pixel_size(enum frame_kind kind)
{
	static const size_t sizes[FRAME_KINDS] = {
		[FRAME_U16] = 2,
		[FRAME_S16] = 2,
		[FRAME_F32] = 4,
		[FRAME_RGB8] = 3,
	};

	assert(kind < FRAME_KINDS);
	return sizes[kind];
}

struct frame *
frame_new(const struct frame_info *info)
{
	struct frame *f = mem_zero(1, sizeof(*f));

	assert(info->width >= 1 && info->width <= 65535);
	assert(info->height >= 1 && info->height <= 65535);
	f->refs = 1;
	f->info = *info;
	f->bytes = (size_t)info->width * info->height * frame_pixel_size(info->kind);
	f->pixels = mem_zero(f->bytes, 1);
	return f;
}

size_t
overlay_bytes(uint32_t width, uint32_t height)
{
	return ((size_t)width * height + 7) / 8;
}

bool
frame_overlay_at(const struct frame *f, unsigned n, uint32_t x, uint32_t y)
{
	const struct overlay *o;
	int64_t column, row;
	size_t i;

	assert(n < f->overlays);
	o = &f->overlay[n];
	column = (int64_t)x - o->left;
	row = (int64_t)y - o->top;
	if (column < 0 || row < 0 || column >= o->width || row >= o->height)
		return false;
	i = (size_t)row * o->width + (size_t)column;
	return o->bits[i / 8] >> i % 8 & 1;
}

struct frame *
frame_ref(struct frame *f)
{
	__atomic_add_fetch(&f->refs, 1, __ATOMIC_RELAXED);
	return f;
}

void
frame_unref(struct frame *f)
{
	if (f == NULL || __atomic_sub_fetch(&f->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	for (unsigned i = 0; i < f->overlays; i++)
		free(f->overlay[i].bits);
	free(f->modality_lut.values);
	free(f->voi_lut.values);
	free(f->pixels);
	free(f);
}

static double
stored_value(const struct frame *f, size_t i)
{
	switch (f->info.kind) {
	case FRAME_U16:
		return ((const uint16_t *)f->pixels)[i];
	case FRAME_S16:
		return ((const int16_t *)f->pixels)[i];
	case FRAME_F32:
		return (double)((const float *)f->pixels)[i];
	default:
		assert(!"a colour frame has no stored value");
		return 0;
	}
}

static double
lut_value(const struct lut *l, double input)
{
	if (input <= l->first)
		return l->values[0];
	if (input - l->first >= l->count - 1)
		return l->values[l->count - 1];
	return l->values[(size_t)(input - l->first)];
}

double
frame_value(const struct frame *f, uint32_t x, uint32_t y)
{
	double v = stored_value(f, (size_t)y * f->info.width + x);

	if (f->modality_lut.count > 0)
		return lut_value(&f->modality_lut, v);
	return v * f->info.slope + f->info.intercept;
}

void
frame_range(const struct frame *f, double *least, double *greatest)
{
	size_t n = (size_t)f->info.width * f->info.height;
	bool any = false;

	*least = *greatest = 0;
	for (size_t i = 0; i < n; i++) {
		double v = stored_value(f, i);

		if (f->info.has_padding && v >= f->info.pad_low && v <= f->info.pad_high)
			continue;
		if (!any || v < *least)
			*least = v;
		if (!any || v > *greatest)
			*greatest = v;
		any = true;
	}
}
