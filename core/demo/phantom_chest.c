/* A chest in HU and its tracer (see phantom.h). */
#include "core/demo/phantom.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/demo/noise.h"

/* Where a slice is and how large everything is there; t is 0 at the top of the lungs, 1 below
 * the diaphragm. */
struct chest {
	const struct view *v;
	float t, z; /* z: mm below the top */
	float size;
	float bx, by;         /* half axes of the body */
	float lx, ly;         /* of a lung; 0 above its top */
	float liver, stomach; /* how far the domes reach here, 0..1 */
	struct plane *p;
};

enum { CHEST_MM = 300 };

static float
dome(float t, float from, float full)
{
	float u = (full - t) / (full - from);

	return t <= from ? 0 : t >= full ? 1 : sqrtf(1 - u * u);
}

static struct chest
chest_at(const struct view *v, struct plane *p)
{
	struct chest c = { .v = v, .p = p };
	float lung;

	c.t = ((float)v->slice + 0.5f) / (float)v->slices;
	c.z = c.t * CHEST_MM;
	c.size = noise_pick(v->anatomy, 1, 0.93f, 1.02f);
	c.bx = (157 + 14 * expf(-c.t * 9)) * c.size;
	c.by = (96 + 14 * dome(c.t, 0, 0.5f)) * c.size;
	lung = dome(c.t, -0.02f, 0.42f);
	c.lx = 52 * lung * c.size;
	c.ly = 76 * lung * c.size;
	c.liver = dome(c.t, 0.60f, 0.95f);
	c.stomach = dome(c.t, 0.68f, 1.02f);
	return c;
}

/* Ellipses in mm of an average person. */
static void
paint(const struct chest *c, int mirrored, struct ellipse e)
{
	e.x *= c->size;
	e.y *= c->size;
	e.rx *= c->size;
	e.ry *= c->size;
	plane_shapes(c->p, &e, 1, mirrored);
}

static void
paint_wall(const struct chest *c)
{
	const struct ellipse wall[] = {
		{ 0, 0, c->bx, c->by, 0, 30, 0 },
		{ 0, 0, c->bx - 2, c->by - 2, 0, -102, 0 },
		{ 0, 2, c->bx - 15, c->by - 11, 0, 52, 0 },
		{ 0, -2, c->lx + 70 * c->size, c->ly + 8, 0, 46, 0 },
	};

	plane_shapes(c->p, wall, MEM_COUNT(wall), 0);
	for (unsigned i = 0; i < 9; i++) /* fat between the muscles */
		paint(c, 1,
			(struct ellipse){ 118 + 3 * (float)(i % 3), -50 + 13 * (float)i, 13, 1.6f,
				60 - 14 * (float)i, -95, 0 });
}

/* Seven ribs on either side: lower in front than at the spine, so their cuts wander forward from
 * slice to slice. */
static void
paint_ribs(const struct chest *c)
{
	float rx = c->lx + 76 * c->size, ry = fmaxf(c->ly, 52 * c->size) + 9 * c->size;

	for (int i = -6; i < 11; i++) {
		float turn = (float)i * 0.52f + c->z / 44.0f - 1.6f, a = turn, s, k;

		if (a < 0.12f || a > 2.25f)
			continue;
		s = sinf(a);
		k = cosf(a);
		for (int ring = 0; ring < 2; ring++) {
			struct ellipse e = { rx * s, ry * k, ring ? 9.2f : 11, ring ? 2.6f : 4.6f,
				-atan2f(ry * s, rx * k) * 57.3f, ring ? 280 : 830, 0 };

			plane_shapes(c->p, &e, 1, 1);
		}
	}
}

static void
paint_spine(const struct chest *c)
{
	float level = fmodf(c->z, 26) / 26;
	int disc = level < 0.2f;

	paint(c, 0, (struct ellipse){ 0, 88, 26, 22, 0, 56, 0 });
	paint(c, 1, (struct ellipse){ 20, 84, 17, 4.5f, -24, disc ? 60 : 520, 0 });
	paint(c, 0, (struct ellipse){ 0, 98, 4, 13, 0, 560, 0 });
	paint(c, 0, (struct ellipse){ 0, 78, 13, 12, 0, 600, 0 });
	paint(c, 0, (struct ellipse){ 0, 62, 18.5f, 15, 0, disc ? 95 : 640, 0 });
	paint(c, 0, (struct ellipse){ 0, 62, 16.5f, 13, 0, disc ? 75 : 210, 0 });
	paint(c, 0, (struct ellipse){ 0, 80, 9.5f, 8.5f, 0, 18, 0 });
	paint(c, 0, (struct ellipse){ 0, 80, 5, 4.5f, 0, 42, 0 });
}

static void
paint_girdle(const struct chest *c)
{
	float t = c->t;

	if (t < 0.5f) {
		float r = 42 * sqrtf(1 - t * t * 4);

		paint(c, 1, (struct ellipse){ 98, 58 + 14 * t, r, 4.6f, -42, 760, 0 });
		paint(c, 1, (struct ellipse){ 98, 58 + 14 * t, r - 3, 2.2f, -42, 260, 0 });
	}
	if (t < 0.12f) {
		paint(c, 1, (struct ellipse){ 62, -46 - 60 * t, 44, 6.5f, 18, 800, 0 });
		paint(c, 1, (struct ellipse){ 62, -46 - 60 * t, 41, 3.8f, 18, 300, 0 });
	}
	if (t > 0.14f && t < 0.66f) {
		paint(c, 0, (struct ellipse){ 0, -80, 20 - 10 * t, 6, 0, 560, 0 });
		paint(c, 0, (struct ellipse){ 0, -80, 18 - 10 * t, 4, 0, 190, 0 });
	}
}

static void
paint_lungs(const struct chest *c)
{
	float cut = c->liver;
	const struct ellipse liver = { -58, -2 - 8 * cut, 60 * cut, 74 * cut, 12, 58, 0 };
	const struct ellipse spleen = { 70, 26, 42 * c->stomach, 42 * c->stomach, -20, 48, 0 };
	const struct ellipse stomach = { 48, -30, 40 * c->stomach, 30 * c->stomach, 20, 36, 0 };
	struct ellipse lung = { -72 * c->size, 2, c->lx, c->ly, 7, -868, 0 };

	if (c->lx <= 0)
		return;
	plane_ellipse(c->p, &lung);
	lung.x = -lung.x;
	lung.turn = -7;
	plane_ellipse(c->p, &lung);
	paint(c, 0, liver);
	paint(c, 0, spleen);
	paint(c, 0, stomach);
	if (c->stomach > 0.6f)
		paint(c, 0, (struct ellipse){ 44, -46, 22 * c->stomach, 9 * c->stomach, 8, -950, 0 });
}

static void
paint_heart(const struct chest *c)
{
	float u = (c->t - 0.62f) / 0.24f, h = u * u < 1 ? sqrtf(1 - u * u) : 0;

	paint(c, 0, (struct ellipse){ 2, -8, 30 + 6 * h, 46, 0, -70, 0 });
	paint(c, 0, (struct ellipse){ 0, 24, 24, 26, 0, 44, 0 });
	if (h > 0) {
		paint(c, 0, (struct ellipse){ 22, -22, 62 * h, 46 * h, 32, -85, 0 });
		paint(c, 0, (struct ellipse){ 22, -22, 58 * h, 42 * h, 32, 52, 0 });
		paint(c, 0, (struct ellipse){ 34, -14, 30 * h, 22 * h, 36, 40, 0 });
		paint(c, 0, (struct ellipse){ -10, -24, 26 * h, 24 * h, 20, 42, 0 });
		paint(c, 0, (struct ellipse){ 8, -40, 34 * h, 4 * h, 24, -70, 0 });
	}
}

static void
paint_vessels(const struct chest *c)
{
	float t = c->t;

	if (t > 0.20f && t < 0.27f)
		paint(c, 0, (struct ellipse){ 6, -2, 16, 42, -22, 46, 0 });
	if (t > 0.26f && t < 0.5f)
		paint(c, 0, (struct ellipse){ -9, -24, 16, 16, 0, 46, 0 });
	if (t > 0.26f)
		paint(c, 0, (struct ellipse){ 24 - 12 * t, 40, 12.5f, 12.5f, 0, 47, 0 });
	if (t > 0.34f && t < 0.44f) {
		paint(c, 0, (struct ellipse){ 22, -20, 15, 20, 30, 45, 0 });
		paint(c, 0, (struct ellipse){ -4, 0, 34, 9, -6, 45, 0 });
	}
	if (t < 0.5f)
		paint(c, 0, (struct ellipse){ -25, -16, 9, 8, 0, 44, 0 });
	if (t < 0.2f)
		paint(c, 1, (struct ellipse){ 16, -12, 5.5f, 5.5f, 0, 45, 0 });
	paint(c, 0, (struct ellipse){ 11, 33, 7, 6, 0, 38, 0 });
	if (t < 0.36f) {
		paint(c, 0, (struct ellipse){ 0, 12, 10, 10, 0, 20, 0 });
		paint(c, 0, (struct ellipse){ 0, 12, 8.2f, 8.6f, 0, -990, 0 });
	} else if (t < 0.5f) {
		float apart = 8 + (t - 0.36f) * 260;

		paint(c, 1, (struct ellipse){ apart, 14, 9, 7, 30, 15, 0 });
		paint(c, 1, (struct ellipse){ apart, 14, 7, 5.4f, 30, -980, 0 });
	}
	if (t > 0.7f)
		paint(c, 0, (struct ellipse){ -14, 22, 11, 9, 0, 48, 0 });
}

/* Branches that run from the root of the lung into it; a slice cuts each obliquely. */
static void
paint_branches(const struct chest *c)
{
	for (unsigned i = 0; i < 150; i++) {
		uint64_t seed = c->v->anatomy + 500;
		float side = i % 2 ? -1.0f : 1.0f, half = 6.0f;
		float toz = noise_pick(seed, 4 * i, 15, 280),
		      fromz = 118 + (toz - 118) * noise_pick(seed, 4 * i + 3, 0, 0.3f);
		float tox = side * noise_pick(seed, 4 * i + 1, 42, 122),
		      toy = noise_pick(seed, 4 * i + 2, -72, 74);
		float dz = toz - fromz, s = (c->z - fromz) / (fabsf(dz) < 4 ? 4 : dz), run, bend;
		struct ellipse e = { .value = 20, .below = -780 };

		if (s < 0 || s > 1)
			continue;
		bend = s * s;
		run = sqrtf((tox - side * 30) * (tox - side * 30) + (toy - 8) * (toy - 8)) /
			fmaxf(fabsf(dz), 4);
		e.x = side * 30 + (tox - side * 30) * (0.6f * s + 0.4f * bend);
		e.y = 8 + (toy - 8) * (1.3f * s - 0.3f * bend);
		e.ry = 3.4f * (1 - s) + 0.7f;
		e.rx = e.ry + fminf(run * half * (1 - 0.5f * s), 14);
		e.turn = atan2f(toy - 8, tox - side * 30) * 57.3f;
		paint(c, 0, e);
	}
}

/* Twigs: short and thin, away from the root of the lung, everywhere. */
static void
paint_twigs(const struct chest *c)
{
	uint64_t seed = c->v->anatomy + 700;

	for (unsigned i = 0; i < 900; i++) {
		float side = i % 2 ? -1.0f : 1.0f, near = c->z - noise_pick(seed, 5 * i, -10, 300);
		float x, y, length, thin;

		if (fabsf(near) > 11)
			continue;
		x = noise_pick(seed, 5 * i + 1, 40, 124);
		y = noise_pick(seed, 5 * i + 2, -76, 76);
		if ((x - 72) * (x - 72) / (c->lx * c->lx) + y * y / (c->ly * c->ly) > 0.8f)
			continue;
		thin = noise_pick(seed, 5 * i + 3, 0.75f, 1.7f) * (1.5f - x / 150);
		length = noise_pick(seed, 5 * i + 4, 0, 4.5f) + thin;
		paint(c, 0,
			(struct ellipse){ side * (x + near * 0.4f), y + near * 0.5f, length, thin,
				atan2f(y - 8, side * (x - 30)) * 57.3f, -160, -780 });
	}
}

static void
nodule(const struct chest *c, struct ellipse *e)
{
	uint64_t seed = c->v->anatomy + 900;
	float r = noise_pick(seed, 1, 7, 11) * (c->v->visit ? 1.35f : 1),
	      dz = c->z - noise_pick(seed, 2, 90, 170);
	float side = noise_pick(seed, 3, -1, 1) < 0 ? -1.0f : 1.0f;

	e->x = side * noise_pick(seed, 4, 62, 92);
	e->y = noise_pick(seed, 5, -35, 45);
	e->rx = e->ry = r * r > dz * dz ? sqrtf(r * r - dz * dz) : 0;
}

/* Lung is denser below, soft tissue is not even. */
static void
texture(const struct chest *c)
{
	struct plane *p = c->p;
	size_t n = (size_t)p->w * (size_t)p->h;
	float *coarse = mem_alloc(n * sizeof(float));

	noise_plane(coarse, p->w, p->h, 5.0f / p->mm, c->z / 6, c->v->anatomy + 21);
	for (int y = 0; y < p->h; y++) {
		float down = ((float)y / (float)p->h - 0.5f) * 130;

		for (int x = 0; x < p->w; x++) {
			size_t at = (size_t)y * (size_t)p->w + (size_t)x;

			if (p->v[at] < -980)
				continue;
			if (p->v[at] < -780)
				p->v[at] += down + 34 * coarse[at];
			else
				p->v[at] += 9 * coarse[at];
		}
	}
	free(coarse);
}

/* The table is no part of the person and is not warped: a hollowed board of foam in a shell of
 * carbon. */
static void
paint_table(const struct chest *c)
{
	struct plane *p = c->p;

	for (int y = p->h / 2; y < p->h; y++) {
		float *row = p->v + (size_t)y * (size_t)p->w;
		float my = ((float)y + 0.5f - (float)p->h * 0.5f) * p->mm - c->by - 3;

		for (int x = 0; x < p->w; x++) {
			float mx = ((float)x + 0.5f - (float)p->w * 0.5f) * p->mm;
			float top = -0.0011f * mx * mx, bottom = 24 - 0.0017f * mx * mx;

			if (row[x] >= -900 || my < top || my > bottom || fabsf(mx) > 178)
				continue;
			row[x] = my < top + 2 || my > bottom - 2 || fabsf(mx) > 175 ? -480 : -958;
		}
	}
}

void
phantom_chest(const struct view *v, struct plane *hu)
{
	struct chest c = chest_at(v, hu);
	struct ellipse spot = { .value = 35 };

	plane_fill(hu, -1000);
	paint_wall(&c);
	paint_girdle(&c);
	paint_lungs(&c);
	paint_ribs(&c);
	paint_heart(&c);
	paint_spine(&c);
	paint_vessels(&c);
	paint_branches(&c);
	paint_twigs(&c);
	nodule(&c, &spot);
	paint(&c, 0, spot);
	plane_warp(hu, 5.5f, 42, c.z / 45, v->anatomy + 31);
	texture(&c);
	paint_table(&c);
	plane_soften(hu, 1);
	plane_grain(hu, noise_hash(v->grain, (uint64_t)v->slice), 46);
	plane_soften(hu, 1);
}

/* The tracer goes where sugar goes: the heart's muscle, the liver, the marrow a little, the
 * nodule most. */
void
phantom_tracer(const struct view *v, struct plane *bq)
{
	struct chest c = chest_at(v, bq);
	float u = (c.t - 0.62f) / 0.24f, h = u * u < 1 ? sqrtf(1 - u * u) : 0;
	struct ellipse spot = { .value = 52000 };

	plane_fill(bq, 0);
	plane_shapes(bq,
		(const struct ellipse[]){ { 0, 0, c.bx, c.by, 0, 2400, 0 },
			{ 0, 2, c.bx - 15, c.by - 11, 0, 4400, 0 } },
		2, 0);
	plane_shapes(bq, &(struct ellipse){ 72 * c.size, 2, c.lx, c.ly, -7, 2300, 0 }, c.lx > 0, 1);
	paint(&c, 0, (struct ellipse){ -58, -10, 60 * c.liver, 74 * c.liver, 12, 14500, 0 });
	paint(&c, 0, (struct ellipse){ 70, 26, 42 * c.stomach, 42 * c.stomach, -20, 11000, 0 });
	paint(&c, 0, (struct ellipse){ 4, 0, 32, 44, 0, 8600, 0 });
	paint(&c, 0, (struct ellipse){ 34, -14, 38 * h, 31 * h, 36, 33000, 0 });
	paint(&c, 0, (struct ellipse){ 34, -14, 24 * h, 18 * h, 36, 9500, 0 });
	paint(&c, 0, (struct ellipse){ 0, 62, 17, 14, 0, 8800, 0 });
	nodule(&c, &spot);
	spot.rx *= 1.3f;
	spot.ry *= 1.3f;
	paint(&c, 0, spot);
	plane_warp(bq, 5.5f, 42, c.z / 45, v->anatomy + 31);
	plane_soften(bq, 3);
	for (int y = 0; y < bq->h; y++) {
		float *row = bq->v + (size_t)y * (size_t)bq->w,
		      *noise = mem_zero((size_t)bq->w, sizeof(float));

		noise_grain(noise, bq->w, noise_hash(v->grain, (uint64_t)(v->slice * 1024 + y)), 1);
		for (int x = 0; x < bq->w; x++)
			row[x] = fmaxf(0, row[x] + 38 * noise[x] * sqrtf(row[x] * 0.5f + 40));
		free(noise);
	}
	plane_soften(bq, 2);
}
