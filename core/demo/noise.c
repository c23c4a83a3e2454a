/* Hashes, grain and smooth fields (see noise.h). */
#include "core/demo/noise.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/mem.h"

/* The finaliser of splitmix64: every bit of the input reaches every bit of the output. */
static uint64_t
mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

uint64_t
noise_hash(uint64_t a, uint64_t b)
{
	return mix(mix(a) ^ b);
}

uint64_t
noise_text(const char *text)
{
	uint64_t h = 14695981039346656037u;

	for (; *text != '\0'; text++)
		h = (h ^ (uint8_t)*text) * 1099511628211u;
	return mix(h);
}

static float
unit(uint64_t hash)
{
	return (float)(hash >> 40) * (1.0f / 16777216.0f);
}

float
noise_pick(uint64_t seed, unsigned k, float low, float high)
{
	return low + (high - low) * unit(noise_hash(seed, k));
}

/* The sum of four bytes is bell-shaped enough: mean 510, deviation 147.8.  One hash serves two
 * values. */
void
noise_grain(float *row, int n, uint64_t seed, float sigma)
{
	const uint64_t lanes = 0x00ff00ff00ff00ffu;
	const float scale = sigma / 147.8f;

	for (int i = 0; i < n; i += 2) {
		uint64_t x = mix(seed + (uint64_t)i);
		uint64_t pairs = (x & lanes) + ((x >> 8) & lanes);
		int first = (int)((pairs & 0xffff) + ((pairs >> 16) & 0xffff));
		int second = (int)(((pairs >> 32) & 0xffff) + (pairs >> 48));

		row[i] += scale * (float)(first - 510);
		if (i + 1 < n)
			row[i + 1] += scale * (float)(second - 510);
	}
}

/* The four weights of a cubic B-spline: smoother than linear, so that the lattice does not show. */
static void
spline(float t, float w[4])
{
	float u = 1 - t;

	w[0] = u * u * u / 6;
	w[1] = (3 * t * t * t - 6 * t * t + 4) / 6;
	w[2] = (3 * u * u * u - 6 * u * u + 4) / 6;
	w[3] = t * t * t / 6;
}

struct lattice {
	int columns, rows;
	float *node;
};

/* Lattice values at depth z, scaled so that the interpolated field has a deviation of about 0.5. */
static struct lattice
lattice_make(int w, int h, float cell, float z, uint64_t seed)
{
	struct lattice l = { .columns = (int)((float)w / cell) + 5, .rows = (int)((float)h / cell) + 5 };
	int64_t plane = (int64_t)floorf(z);
	float weight[4];

	spline(z - (float)plane, weight);
	l.node = mem_zero((size_t)(l.columns * l.rows), sizeof(float));
	for (int k = 0; k < 4; k++) {
		uint64_t layer = noise_hash(seed, (uint64_t)(plane + k));

		for (int i = 0; i < l.columns * l.rows; i++)
			l.node[i] += weight[k] * (unit(mix(layer + (uint64_t)i)) - 0.5f) * 5.5f;
	}
	return l;
}

void
noise_plane(float *out, int w, int h, float cell, float z, uint64_t seed)
{
	struct lattice l = lattice_make(w, h, cell, z, seed);
	float *line = mem_alloc((size_t)l.columns * sizeof(float));
	float(*weight)[4] = mem_alloc((size_t)w * sizeof(*weight));
	int *at = mem_alloc((size_t)w * sizeof(int));

	for (int x = 0; x < w; x++) {
		float f = (float)x / cell;

		at[x] = (int)f;
		spline(f - (float)at[x], weight[x]);
	}
	for (int y = 0; y < h; y++, out += w) {
		float f = (float)y / cell, v[4];
		const float *n = l.node + (int)f * l.columns;

		spline(f - (float)(int)f, v);
		for (int i = 0; i < l.columns; i++)
			line[i] = v[0] * n[i] + v[1] * n[i + l.columns] +
				v[2] * n[i + 2 * l.columns] + v[3] * n[i + 3 * l.columns];
		for (int x = 0; x < w; x++) {
			const float *p = line + at[x];

			out[x] = weight[x][0] * p[0] + weight[x][1] * p[1] + weight[x][2] * p[2] +
				weight[x][3] * p[3];
		}
	}
	free(at);
	free(weight);
	free(line);
	free(l.node);
}
