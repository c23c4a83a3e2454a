/* Owns the way from stored values to modality units, row by row. */
#include "render/values.h"

#include <math.h>

/* The rescaling of one frame, in the precision of its result. */
struct rescale {
	float slope, intercept;
};

static void
row_u16(const void *restrict pixels, uint32_t n, struct rescale r, float *restrict out)
{
	const uint16_t *p = pixels;

	for (uint32_t x = 0; x < n; x++)
		out[x] = (float)p[x] * r.slope + r.intercept;
}

static void
row_s16(const void *restrict pixels, uint32_t n, struct rescale r, float *restrict out)
{
	const int16_t *p = pixels;

	for (uint32_t x = 0; x < n; x++)
		out[x] = (float)p[x] * r.slope + r.intercept;
}

static void
row_f32(const void *restrict pixels, uint32_t n, struct rescale r, float *restrict out)
{
	const float *p = pixels;

	for (uint32_t x = 0; x < n; x++) {
		float v = p[x] * r.slope + r.intercept;

		out[x] = isfinite(v) ? v : 0;
	}
}

/* ITU-R BT.601, as everywhere in render. */
static void
row_rgb8(const void *restrict pixels, uint32_t n, struct rescale r, float *restrict out)
{
	const uint8_t *p = pixels;

	(void)r;
	for (uint32_t x = 0; x < n; x++, p += 3)
		out[x] = 0.299f * (float)p[0] + 0.587f * (float)p[1] + 0.114f * (float)p[2];
}

static void (*const rows[FRAME_KINDS])(
	const void *restrict pixels, uint32_t n, struct rescale r, float *restrict out) = {
	[FRAME_U16] = row_u16,
	[FRAME_S16] = row_s16,
	[FRAME_F32] = row_f32,
	[FRAME_RGB8] = row_rgb8,
};

static const char *
row_at(const struct frame *f, uint32_t y)
{
	size_t bytes = f->info.width * frame_pixel_size(f->info.kind);

	return (const char *)f->pixels + y * bytes;
}

void
values_row(const struct frame *f, uint32_t y, float *out)
{
	struct rescale r = { (float)f->info.slope, (float)f->info.intercept };

	if (f->modality_lut.count > 0 && f->info.kind != FRAME_RGB8) {
		for (uint32_t x = 0; x < f->info.width; x++)
			out[x] = (float)frame_value(f, x, y);
		return;
	}
	rows[f->info.kind](row_at(f, y), f->info.width, r, out);
}

float
values_rescaled(const struct frame_info *info, double stored)
{
	struct rescale r = { (float)info->slope, (float)info->intercept };
	float from = (float)stored, value;

	row_f32(&from, 1, r, &value);
	return value;
}

void
values_blank(const struct frame *f, uint32_t y, float blank, float *row)
{
	static const struct rescale stored = { 1, 0 };
	const struct frame_info *info = &f->info;
	const float *p = (const float *)(const void *)row_at(f, y);
	float value;

	for (uint32_t x = 0; x < info->width && info->has_padding; x++) {
		rows[info->kind](row_at(f, y) + x * frame_pixel_size(info->kind), 1, stored, &value);
		if ((double)value >= info->pad_low && (double)value <= info->pad_high)
			row[x] = blank;
	}
	for (uint32_t x = 0; x < info->width && info->kind == FRAME_F32; x++) {
		if (!isfinite(p[x]))
			row[x] = blank;
	}
}
