/* A head: one invented brain under five looks (see phantom.h). */
#include "core/demo/phantom.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/demo/noise.h"

enum tissue {
	AIR,
	SKIN,
	FAT,
	BONE,
	MARROW,
	CSF,
	GREY,
	WHITE,
	MUSCLE,
	EYE,
	LESION,
	RIM,
	VESSEL,
	TISSUES
};

/* Brightness of the tissues; CT in HU, the MR looks in units of a receiver. */
static const float shade[][TISSUES] = {
	[HEAD_CT] = { [AIR] = -1000,
		[SKIN] = 30,
		[FAT] = -95,
		[BONE] = 1350,
		[MARROW] = 620,
		[CSF] = 5,
		[GREY] = 39,
		[WHITE] = 27,
		[MUSCLE] = 55,
		[EYE] = 12,
		[LESION] = 17,
		[RIM] = 20,
		[VESSEL] = 55 },
	[HEAD_T1] = { [AIR] = 4,
		[SKIN] = 520,
		[FAT] = 960,
		[BONE] = 45,
		[MARROW] = 480,
		[CSF] = 150,
		[GREY] = 455,
		[WHITE] = 640,
		[MUSCLE] = 400,
		[EYE] = 170,
		[LESION] = 330,
		[RIM] = 360,
		[VESSEL] = 120 },
	[HEAD_T1_POST] = { [AIR] = 4,
		[SKIN] = 560,
		[FAT] = 940,
		[BONE] = 45,
		[MARROW] = 480,
		[CSF] = 150,
		[GREY] = 475,
		[WHITE] = 640,
		[MUSCLE] = 440,
		[EYE] = 170,
		[LESION] = 300,
		[RIM] = 960,
		[VESSEL] = 990 },
	[HEAD_T2] = { [AIR] = 4,
		[SKIN] = 300,
		[FAT] = 620,
		[BONE] = 30,
		[MARROW] = 330,
		[CSF] = 980,
		[GREY] = 540,
		[WHITE] = 370,
		[MUSCLE] = 220,
		[EYE] = 970,
		[LESION] = 760,
		[RIM] = 700,
		[VESSEL] = 60 },
	[HEAD_FLAIR] = { [AIR] = 4,
		[SKIN] = 330,
		[FAT] = 640,
		[BONE] = 30,
		[MARROW] = 330,
		[CSF] = 70,
		[GREY] = 520,
		[WHITE] = 400,
		[MUSCLE] = 260,
		[EYE] = 80,
		[LESION] = 930,
		[RIM] = 850,
		[VESSEL] = 60 },
};

/* What does not change with the pixel. */
struct head {
	const struct view *v;
	const float *shade;
	float z;      /* mm above the line between the commissures */
	float ax, ay; /* half axes of the head here */
	float size;   /* of this person, about 1 */
	struct plane *p;
};

float
phantom_head_height(const struct view *v)
{
	return 128.0f * ((float)v->slice + 0.5f) / (float)v->slices;
}

static float
limit(float x)
{
	return x < 0 ? 0 : x > 1 ? 1 : x;
}

static struct head
head_at(const struct view *v, enum head_look look, struct plane *p)
{
	struct head h = { .v = v, .shade = shade[look], .z = phantom_head_height(v) - 54, .p = p };
	float s = h.z > 0 ? sqrtf(1 - h.z * h.z / (86.0f * 86.0f)) : 1 - 0.00003f * h.z * h.z;

	h.size = noise_pick(v->anatomy, 1, 0.94f, 1.04f);
	h.ax = 76 * s * h.size;
	h.ay = 96 * s * h.size * noise_pick(v->anatomy, 2, 0.95f, 1.02f);
	return h;
}

/* Scalp and skull by their depth below the skin, in mm. */
static float
shell(const float *t, float depth)
{
	static const struct {
		float until;
		enum tissue tissue;
	} layers[] = { { 1.8f, SKIN }, { 5.2f, FAT }, { 6.8f, MUSCLE }, { 8.8f, BONE },
		{ 11.4f, MARROW }, { 13.4f, BONE } };

	for (size_t i = 0; i < MEM_COUNT(layers); i++)
		if (depth < layers[i].until)
			return t[layers[i].tissue];
	return t[CSF];
}

/* Brain: the zero lines of a smooth field are the sulci, a band about them and the surface is
 * cortex. */
static float
brain(const struct head *h, float depth, float x, float y, float fold)
{
	const float *t = h->shade;
	float deep = limit(1 - depth / 36), line = fabsf(fold), grey, csf, split;
	float value;

	grey = limit((0.47f * limit(deep * 1.9f) - line) * 9 + 0.5f);
	grey = fmaxf(grey, limit((3.2f - depth) * 0.9f));
	csf = limit((0.16f * limit(deep * 1.35f - 0.22f) - line) * 11 + 0.5f) *
		limit(deep * 2.6f - 0.35f);
	split = fabsf(x + 2.2f * fold);
	if (fabsf(y) > 24 * h->size || h->z > 34) {
		grey = fmaxf(grey, limit(4.6f - split));
		csf = fmaxf(csf, limit(1.5f - split));
	}
	value = t[WHITE] + (t[GREY] - t[WHITE]) * grey;
	return value + (t[CSF] - value) * csf;
}

static void
paint_base(const struct head *h)
{
	struct plane *p = h->p;
	float *fold = mem_alloc((size_t)p->w * (size_t)p->h * sizeof(float));
	float mean = (h->ax + h->ay) * 0.5f, ix = 1 / h->ax, iy = 1 / h->ay;

	noise_plane(fold, p->w, p->h, 6.4f / p->mm, (h->z + 60) / 9.5f, h->v->anatomy + 7);
	for (int y = 0; y < p->h; y++) {
		float my = ((float)y + 0.5f - (float)p->h * 0.5f) * p->mm, ny = my * iy, y2 = ny * ny;
		float nx = ix * (1 - 0.09f * ny), *row = p->v + (size_t)y * (size_t)p->w;
		const float *f = fold + (size_t)y * (size_t)p->w;

		for (int x = 0; x < p->w; x++) {
			float mx = ((float)x + 0.5f - (float)p->w * 0.5f) * p->mm, rx = mx * nx;
			float r2 = rx * rx + y2, depth;

			if (r2 >= 1)
				continue;
			depth = (1 - sqrtf(r2)) * mean;
			if (depth < 15.0f)
				row[x] = shell(h->shade, depth);
			else
				row[x] = brain(h, depth - 15.0f, mx, my, f[x]);
		}
	}
	free(fold);
}

/* One part: an ellipsoid between two heights, in mm of an average head, in front and on both
 * sides. */
struct part {
	enum tissue tissue;
	float x, y, z, rx, ry, rz, turn;
	int both;
};

static void
paint_parts(const struct head *h, const struct part *parts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct part *q = &parts[i];
		float dz = (h->z - q->z) / q->rz, s = h->size;
		struct ellipse e = { q->x * s, q->y * s, q->rx * s, q->ry * s, q->turn,
			h->shade[q->tissue], 0 };

		if (dz * dz >= 1)
			continue;
		dz = sqrtf(1 - dz * dz);
		e.rx *= dz;
		e.ry *= dz;
		plane_shapes(h->p, &e, 1, q->both);
	}
}

/* Fine folia: the cerebellum's stripes follow its surface. */
static void
paint_cerebellum(const struct head *h)
{
	struct plane *p = h->p;
	float dz = (h->z + 36) / 22, s = h->size, grow;

	if (dz * dz >= 1)
		return;
	grow = sqrtf(1 - dz * dz);
	for (int y = 0; y < p->h; y++)
		for (int x = 0; x < p->w; x++) {
			float mx = ((float)x + 0.5f - (float)p->w * 0.5f) * p->mm / s;
			float my = ((float)y + 0.5f - (float)p->h * 0.5f) * p->mm / s - 42;
			float rx = (fabsf(mx) - 19) / (29 * grow), ry = my / (26 * grow),
			      r = rx * rx + ry * ry;
			float white, *v = p->v + (size_t)y * (size_t)p->w + (size_t)x;

			if (r >= 1)
				continue;
			white = limit(1.5f - 2.2f * r +
				0.5f * sinf(r * 26 + 3 * rx + 2 * sinf(mx * 0.31f + my * 0.2f)));
			*v = h->shade[GREY] + (h->shade[WHITE] - h->shade[GREY]) * white;
			if (r > 0.94f)
				*v = h->shade[CSF];
		}
}

/* The base of the skull: orbits, sinuses, petrous bones, brain stem. */
static const struct part skull_base[] = {
	{ CSF, 0, 2, -30, 18, 12, 14, 0, 0 },
	{ WHITE, 0, 13, -36, 14, 11, 24, 0, 0 },
	{ CSF, 0, 27, -33, 5, 4, 12, 0, 0 },
	{ MUSCLE, 44, -46, -50, 15, 24, 18, 14, 1 },
	{ BONE, 30, -55, -44, 21, 23, 19, 22, 1 },
	{ FAT, 29, -58, -44, 17, 21, 16, 22, 1 },
	{ EYE, 30, -66, -43, 11.5f, 12, 12, 0, 1 },
	{ MUSCLE, 24, -46, -43, 2, 11, 6, 28, 1 },
	{ BONE, 0, -57, -46, 14, 27, 17, 0, 0 },
	{ AIR, 5.5f, -57, -46, 4, 24, 15, 0, 1 },
	{ BONE, 0, -26, -46, 17, 13, 13, 0, 0 },
	{ AIR, 6, -27, -46, 6.5f, 10, 10, 0, 1 },
	{ BONE, 38, 8, -48, 25, 8, 11, -32, 1 },
	{ AIR, 56, 20, -48, 7, 10, 10, 10, 1 },
	{ AIR, 0, -83, -16, 13, 3, 9, 0, 0 },
	{ AIR, 72, 4, -48, 6, 3, 6, 0, 1 },
};

static const struct part deep_brain[] = {
	{ GREY, 41, -2, 2, 9, 20, 20, 8, 1 },
	{ CSF, 46, -4, 1, 14, 1.9f, 16, -14, 1 },
	{ CSF, 37, 2, 3, 1.6f, 14, 15, 6, 1 },
	{ WHITE, 20, -4, 10, 17, 34, 26, -6, 1 },
	{ GREY, 25, -4, 3, 5.5f, 15, 13, -12, 1 },
	{ GREY, 14, -20, 10, 5, 10, 16, -14, 1 },
	{ GREY, 9, 9, 6, 9, 14, 12, -16, 1 },
	{ CSF, 9, -26, 9, 4, 13, 15, -18, 1 },
	{ CSF, 11, -2, 23, 6, 29, 11, -6, 1 },
	{ CSF, 24, 30, 8, 5, 14, 15, 18, 1 },
	{ CSF, 0, 4, -1, 1.8f, 12, 13, 0, 0 },
	{ WHITE, 0, -24, 9, 2, 5, 12, 0, 0 },
	{ GREY, 23, 27, 9, 2.2f, 5, 5, 20, 1 },
	{ VESSEL, 0, 73, 0, 3, 4, 26, 0, 0 },
	{ WHITE, 0, 21, 12, 14, 4, 9, 0, 0 },
};

/* Five lesions beside the ventricles, where this person has them; the second visit's are larger. */
static void
paint_lesions(const struct head *h)
{
	for (unsigned i = 0; i < 5; i++) {
		uint64_t seed = h->v->anatomy + 100;
		float side = noise_pick(seed, 8 * i, -1, 1) < 0 ? -1.0f : 1.0f;
		float r = noise_pick(seed, 8 * i + 4, 2.6f, i == 0 ? 9 : 5) * (h->v->visit ? 1.25f : 1);
		struct part q = { LESION, side * noise_pick(seed, 8 * i + 1, 20, 34),
			noise_pick(seed, 8 * i + 2, -38, 36), noise_pick(seed, 8 * i + 3, 8, 38), r,
			r * 1.3f, r * 1.2f, noise_pick(seed, 8 * i + 5, -40, 40), 0 };
		struct part rim = q;

		rim.tissue = RIM;
		rim.rx += 1.4f;
		rim.ry += 1.4f;
		if (i < 2)
			paint_parts(h, &rim, 1);
		paint_parts(h, &q, 1);
	}
}

/* The receiver's shading and noise: the magnitude of a signal with noise in both channels. */
static void
receive(const struct head *h)
{
	struct plane *p = h->p;
	float *second = mem_alloc((size_t)p->w * sizeof(float));
	float cx = noise_pick(h->v->grain, 3, -60, 60), cy = noise_pick(h->v->grain, 4, -60, 60);

	for (int y = 0; y < p->h; y++) {
		float my = ((float)y - (float)p->h * 0.5f) * p->mm - cy,
		      *row = p->v + (size_t)y * (size_t)p->w;

		for (int x = 0; x < p->w; x++) {
			float mx = ((float)x - (float)p->w * 0.5f) * p->mm - cx;

			row[x] *= 1.10f - (mx * mx + my * my) * 0.000016f;
			second[x] = 0;
		}
		noise_grain(row, p->w,
			noise_hash(h->v->grain, (uint64_t)(h->v->slice * 8192 + y * 2)), 16);
		noise_grain(second, p->w,
			noise_hash(h->v->grain, (uint64_t)(h->v->slice * 8192 + y * 2 + 1)), 16);
		for (int x = 0; x < p->w; x++)
			row[x] = sqrtf(row[x] * row[x] + second[x] * second[x]);
	}
	free(second);
}

void
phantom_head(const struct view *v, enum head_look look, struct plane *p)
{
	struct head h = head_at(v, look, p);

	plane_fill(p, h.shade[AIR]);
	paint_base(&h);
	if (h.z < -14)
		paint_cerebellum(&h);
	paint_parts(&h, skull_base, MEM_COUNT(skull_base));
	paint_parts(&h, deep_brain, MEM_COUNT(deep_brain));
	paint_lesions(&h);
	plane_warp(p, 2.4f, 27, (h.z + 60) / 30, v->anatomy + 11);
	if (look != HEAD_CT) {
		plane_soften(p, 1);
		receive(&h);
		return;
	}
	plane_shapes(p, &(struct ellipse){ 0, 0, 109, 111, 0, -60, -900 }, 0, 0);
	plane_soften(p, 1);
	plane_grain(p, noise_hash(v->grain, (uint64_t)v->slice), 11);
	plane_soften(p, 1);
}
