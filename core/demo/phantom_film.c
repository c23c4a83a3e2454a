/* A chest on film: what lies behind each other adds up (see phantom.h). */
#include "core/demo/phantom.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/glyphs.h"
#include "core/demo/noise.h"

/* Painted at half size: a film's anatomy is smooth, its grain is not. */
struct film {
	const struct view *v;
	struct plane sum; /* attenuation */
	struct plane bone; /* one set of bones at a time, so that a bone does not add up with itself */
	float size;
};

/* Add the chord through an ellipsoid, seen along its third axis. */
static void
lump(struct film *f, struct ellipse e)
{
	struct plane *p = &f->sum;
	float c = cosf(e.turn * 0.0174533f), s = sinf(e.turn * 0.0174533f), size = f->size;

	for (int y = 0; y < p->h; y++) {
		float my = (((float)y + 0.5f - (float)p->h * 0.5f) * p->mm) / size - e.y;
		float *row = p->v + (size_t)y * (size_t)p->w;

		for (int x = 0; x < p->w; x++) {
			float mx = (((float)x + 0.5f - (float)p->w * 0.5f) * p->mm) / size - e.x;
			float u = (mx * c + my * s) / e.rx, w = (my * c - mx * s) / e.ry,
			      r = u * u + w * w;

			if (r < 1)
				row[x] += e.value * sqrtf(1 - r);
		}
	}
}

/* A bead of bone: a tube is denser at its edges than a rod. */
static void
bead(struct film *f, float x, float y, float r, float value)
{
	struct plane *p = &f->bone;
	float cx = x * f->size / p->mm + (float)p->w * 0.5f,
	      cy = y * f->size / p->mm + (float)p->h * 0.5f;
	float pr = r * f->size / p->mm;

	for (int py = (int)(cy - pr); py <= (int)(cy + pr) + 1; py++)
		for (int px = (int)(cx - pr); px <= (int)(cx + pr) + 1; px++) {
			float dx = (float)px - cx, dy = (float)py - cy,
			      d = (dx * dx + dy * dy) / (pr * pr), v;

			if (d >= 1 || px < 0 || py < 0 || px >= p->w || py >= p->h)
				continue;
			v = value *
				(d < 0.64f ? sqrtf(1 - d) - 0.45f * sqrtf(0.64f - d) : sqrtf(1 - d));
			if (p->v[py * p->w + px] < v)
				p->v[py * p->w + px] = v;
		}
}

static void
add_bones(struct film *f)
{
	for (int i = 0; i < f->sum.w * f->sum.h; i++) {
		f->sum.v[i] += 1.25f * f->bone.v[i];
		f->bone.v[i] = 0;
	}
}

/* Half the width of the rib cage at a height. */
static float
cage(float y)
{
	float u = (y + 150) / 250;

	return u <= 0 ? 20 : 128 * sqrtf(1 - (1 - fminf(u, 1)) * (1 - fminf(u, 1))) + 8;
}

/* A rib is a tilted hoop: from the spine up and out, and back in lower down.  Behind and front
 * add up. */
static void
ribs(struct film *f, int front)
{
	for (int i = 0; i < 10; i++) {
		float top = -132 + 21.5f * (float)i, tilt = 34 + 4.5f * (float)i;
		float from = front ? 1.5708f : 0.16f, to = front ? 2.5f : 1.5708f;

		for (float a = from; a < to; a += 0.004f) {
			float y = top + tilt * (1 - cosf(a)) * (front ? 1 : 0.9f) -
				13 * sinf(2 * fminf(a, 1.5708f));
			float x = cage(y + 6) * sinf(a);
			float value = front ? 0.20f * (2.6f - a) + 0.06f : 0.30f,
			      r = front ? 6.2f : 5.2f;

			bead(f, x, y, r, value);
			bead(f, -x, y + 1, r, value);
		}
	}
	add_bones(f);
}

static void
girdle(struct film *f)
{
	for (float u = 0; u < 1; u += 0.003f) {
		float x = 16 + 116 * u, y = -124 - 14 * u - 9 * sinf(u * 6.2f);

		bead(f, x, y, 7.2f - 2 * sinf(u * 3.1f), 0.46f);
		bead(f, -x, y + 2, 7.2f - 2 * sinf(u * 3.1f), 0.46f);
	}
	add_bones(f);
	for (float u = 0; u < 1; u += 0.003f) { /* the inner edge of the shoulder blades, outside the lungs */
		bead(f, 112 + 16 * sinf(u * 2.6f), -96 + 120 * u, 3.4f, 0.2f);
		bead(f, -112 - 16 * sinf(u * 2.6f), -94 + 120 * u, 3.4f, 0.2f);
	}
	add_bones(f);
	for (int i = -10; i < 12; i++) {
		float y = 17 * (float)i + 6;

		for (float x = -14; x < 14; x += 1)
			for (float dy = 0; dy < 12; dy += 2)
				bead(f, x, y + dy, 3.5f, 0.15f);
		bead(f, 0, y + 7, 4, 0.34f);
		bead(f, 15, y + 4, 4.5f, 0.22f);
		bead(f, -15, y + 4, 4.5f, 0.22f);
	}
	add_bones(f);
}

/* Vessels fork away from the root of the lung and thin out. */
static void
vessel(struct film *f, uint64_t seed, float x, float y, float turn, float r)
{
	for (unsigned k = 0; r > 0.55f && k < 160; k++) {
		bead(f, x, y, r, 0.060f * r);
		x += 1.1f * cosf(turn);
		y += 1.1f * sinf(turn);
		turn += noise_pick(seed, k, -0.09f, 0.09f);
		r *= 0.984f;
		if (k % 22 == 21 && r > 0.9f) {
			vessel(f, noise_hash(seed, k), x, y, turn + (k % 2 ? 0.6f : -0.5f), r * 0.75f);
			turn -= k % 44 == 21 ? 0.2f : -0.2f;
		}
	}
}

static void
lung_marks(struct film *f)
{
	for (unsigned i = 0; i < 26; i++) {
		float side = i % 2 ? -1.0f : 1.0f, turn = -1.35f + 2.75f * (float)(i / 2) / 12;

		vessel(f, f->v->anatomy + i, side * 31, -22 + 22 * turn,
			side > 0 ? turn : 3.1416f - turn,
			noise_pick(f->v->anatomy, 40 + i, 2.2f, 3.7f));
	}
	add_bones(f);
}

static void
organs(struct film *f)
{
	float grow = noise_pick(f->v->anatomy, 5, 0.94f, 1.08f);
	const struct ellipse parts[] = {
		{ 0, 60, 178, 330, 0, 2.25f, 0 }, /* the trunk */
		{ 0, -215, 50, 88, 0, 0.8f, 0 },  /* neck */
		{ 150, -120, 110, 74, 32, 0.5f, 0 },
		{ -150, -120, 110, 74, -32, 0.5f, 0 },
		{ -66, -12, 60, 136, 7, -1.55f, 0 },
		{ 67, -6, 58, 140, -7, -1.55f, 0 },
		{ 22, 56, 66 * grow, 58, 32, 0.75f, 0 }, /* heart */
		{ -14, 44, 34, 50, 0, 0.3f, 0 },
		{ 14, -56, 24, 26, 0, 0.42f, 0 }, /* arch */
		{ -14, -70, 16, 66, 0, 0.28f, 0 },
		{ 2, 0, 26, 230, 0, 0.45f, 0 },    /* mediastinum and spine */
		{ -68, 172, 88, 78, 4, 1.25f, 0 }, /* liver */
		{ 72, 186, 80, 76, -4, 1.05f, 0 },
		{ 66, 124, 26, 13, -10, -0.42f, 0 }, /* the stomach's air */
		{ 0, -108, 8, 62, 0, -0.55f, 0 },    /* trachea */
		{ -12, -46, 5, 22, 30, -0.3f, 0 },
		{ 13, -44, 5, 24, -38, -0.3f, 0 },
		{ -28, -20, 17, 30, 18, 0.34f, 0 },
		{ 31, -27, 16, 28, -18, 0.34f, 0 },
		{ 62, 60, 70, 74, 0, 0.16f, 0 },
		{ -62, 60, 70, 74, 0, 0.16f, 0 },
	};

	for (size_t i = 0; i < MEM_COUNT(parts); i++)
		lump(f, parts[i]);
}

static void
spot(struct film *f)
{
	float r = f->v->visit ? 11 : 8, side = noise_pick(f->v->anatomy, 60, -1, 1) < 0 ? -1.0f : 1.0f;

	lump(f,
		(struct ellipse){ side * noise_pick(f->v->anatomy, 61, 55, 85),
			noise_pick(f->v->anatomy, 62, -80, 10), r, r * 0.9f, 20, 0.30f, 0 });
}

static void
lead(void *ctx, int x, int y)
{
	struct plane *p = ctx;

	p->v[y * p->w + x] = 120;
}

/* Twice the size, the curve of the film, grain and the shutters' edge. */
static void
develop(const struct film *f, struct plane *out)
{
	int edge = out->w / 50;

	for (int y = 0; y < out->h; y++) {
		float *row = out->v + (size_t)y * (size_t)out->w;
		int sy = y / 2 < f->sum.h - 1 ? y / 2 : f->sum.h - 2;
		const float *a = f->sum.v + (size_t)sy * (size_t)f->sum.w,
			    *b = y % 2 ? a + f->sum.w : a;

		for (int x = 0; x < out->w; x++) {
			int i = x / 2, j = x % 2 && i < f->sum.w - 1 ? i + 1 : i;
			float thick = fmaxf(0, 0.25f * (a[i] + a[j] + b[i] + b[j]));

			row[x] = 3780 - 3500 * thick / (thick + 2.1f);
		}
		noise_grain(row, out->w, noise_hash(f->v->grain, (uint64_t)y), 17);
		for (int x = 0; x < out->w; x++)
			if (x < edge || y < edge || x >= out->w - edge || y >= out->h - edge)
				row[x] = 60;
	}
}

void
phantom_film(const struct view *v, struct plane *stored)
{
	struct film f = { .v = v, .size = noise_pick(v->anatomy, 1, 0.95f, 1.0f) };

	f.sum = plane_make(stored->w / 2, stored->h / 2, stored->mm * 2);
	f.bone = plane_make(stored->w / 2, stored->h / 2, stored->mm * 2);
	organs(&f);
	spot(&f);
	ribs(&f, 0);
	ribs(&f, 1);
	girdle(&f);
	lung_marks(&f);
	plane_soften(&f.sum, 2);
	plane_warp(&f.sum, 3, 60, 0.3f, v->anatomy + 41);
	plane_soften(&f.sum, 1);
	develop(&f, stored);
	glyph_draw("L", stored->w - stored->w / 6, stored->h / 12, stored->w / 200, lead, stored);
	plane_free(&f.bone);
	plane_free(&f.sum);
}
