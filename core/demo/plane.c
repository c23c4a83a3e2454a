/* Painting on a plane of floats (see plane.h). */
#include "core/demo/plane.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/demo/noise.h"

struct plane
plane_make(int w, int h, float mm)
{
	struct plane p = { w, h, mm, mem_zero((size_t)w * (size_t)h, sizeof(float)) };

	return p;
}

void
plane_free(struct plane *p)
{
	free(p->v);
	p->v = NULL;
}

void
plane_fill(struct plane *p, float value)
{
	for (int i = 0; i < p->w * p->h; i++)
		p->v[i] = value;
}

static int
clamp(int v, int low, int high)
{
	return v < low ? low : v > high ? high : v;
}

static void
span(float *row, int from, int to, const struct ellipse *e)
{
	if (e->below == 0) {
		for (int x = from; x <= to; x++)
			row[x] = e->value;
		return;
	}
	for (int x = from; x <= to; x++)
		if (row[x] < e->below)
			row[x] = e->value;
}

/* Row by row: where the line crosses the ellipse, a quadratic in x, is one span. */
void
plane_ellipse(struct plane *p, const struct ellipse *e)
{
	float c = cosf(e->turn * 0.0174533f), s = sinf(e->turn * 0.0174533f);
	float ix = 1 / (e->rx * e->rx), iy = 1 / (e->ry * e->ry);
	float a = c * c * ix + s * s * iy, reach, mid = (float)p->h * 0.5f;
	int first, last;

	if (e->rx <= 0 || e->ry <= 0)
		return;
	reach = sqrtf(e->rx * e->rx * s * s + e->ry * e->ry * c * c);
	first = clamp((int)ceilf((e->y - reach) / p->mm + mid - 0.5f), 0, p->h);
	last = clamp((int)floorf((e->y + reach) / p->mm + mid - 0.5f), -1, p->h - 1);
	for (int y = first; y <= last; y++) {
		float dy = ((float)y + 0.5f - mid) * p->mm - e->y;
		float b = c * s * (ix - iy) * dy, k = (s * s * ix + c * c * iy) * dy * dy - 1;
		float root = b * b - a * k, middle, half;

		if (root <= 0)
			continue;
		half = sqrtf(root) / a / p->mm;
		middle = (e->x - b / a) / p->mm + (float)p->w * 0.5f - 0.5f;
		span(p->v + (size_t)y * (size_t)p->w, clamp((int)ceilf(middle - half), 0, p->w),
			clamp((int)floorf(middle + half), -1, p->w - 1), e);
	}
}

void
plane_shapes(struct plane *p, const struct ellipse *e, int n, int mirrored)
{
	for (int i = 0; i < n; i++) {
		struct ellipse other = e[i];

		plane_ellipse(p, &e[i]);
		if (!mirrored)
			continue;
		other.x = -other.x;
		other.turn = -other.turn;
		plane_ellipse(p, &other);
	}
}

static void
soften_once(struct plane *p, float *above, float *line)
{
	int w = p->w;

	memcpy(above, p->v, (size_t)w * sizeof(float));
	for (int y = 0; y < p->h; y++) {
		float *row = p->v + (size_t)y * (size_t)w;
		const float *below = y + 1 < p->h ? row + w : row;

		for (int x = 0; x < w; x++)
			line[x] = 0.25f * (above[x] + 2 * row[x] + below[x]);
		memcpy(above, row, (size_t)w * sizeof(float));
		row[0] = line[0];
		row[w - 1] = line[w - 1];
		for (int x = 1; x < w - 1; x++)
			row[x] = 0.25f * (line[x - 1] + 2 * line[x] + line[x + 1]);
	}
}

void
plane_soften(struct plane *p, int times)
{
	float *above = mem_alloc((size_t)p->w * sizeof(float)),
	      *line = mem_alloc((size_t)p->w * sizeof(float));

	while (times-- > 0)
		soften_once(p, above, line);
	free(line);
	free(above);
}

void
plane_warp(struct plane *p, float mm, float cell_mm, float z, uint64_t seed)
{
	size_t n = (size_t)p->w * (size_t)p->h;
	float *field = mem_alloc(2 * n * sizeof(float)), *from = mem_alloc(n * sizeof(float));
	float cell = cell_mm / p->mm, reach = mm / p->mm;
	const float *dx = field, *dy = field + n;

	noise_plane(field, p->w, p->h, cell, z, seed);
	noise_plane(field + n, p->w, p->h, cell, z, seed + 1);
	memcpy(from, p->v, n * sizeof(float));
	for (int y = 0; y < p->h; y++)
		for (int x = 0; x < p->w; x++) {
			size_t at = (size_t)y * (size_t)p->w + (size_t)x;
			int sx = clamp((int)((float)x + 64.5f + reach * dx[at]) - 64, 0, p->w - 1);
			int sy = clamp((int)((float)y + 64.5f + reach * dy[at]) - 64, 0, p->h - 1);

			p->v[at] = from[(size_t)sy * (size_t)p->w + (size_t)sx];
		}
	free(from);
	free(field);
}

void
plane_grain(struct plane *p, uint64_t seed, float sigma)
{
	for (int y = 0; y < p->h; y++)
		noise_grain(p->v + (size_t)y * (size_t)p->w, p->w, noise_hash(seed, (uint64_t)y), sigma);
}
