/* How far two masks agree.  Distances by the exact transform of Felzenszwalb and Huttenlocher (2012), one axis after the
 * other, so that the time grows as the volume does. */
#include "core/stats/overlap.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/mem.h"

enum { VOXELS_MOST = 1 << 28 };
static const double far = 1e30;

static size_t
voxels(const struct mask *m)
{
	return m->nx * m->ny * m->nz;
}

static enum rc
check(const struct mask *a, const struct mask *b, struct err *e)
{
	bool same = a->nx == b->nx && a->ny == b->ny && a->nz == b->nz && a->dx == b->dx &&
		a->dy == b->dy && a->dz == b->dz;

	if (!same)
		return err_set(e, RC_INVALID, "the two masks lie on different grids");
	if (a->nx == 0 || a->ny == 0 || a->nz == 0 || !(a->dx > 0) || !(a->dy > 0) || !(a->dz > 0))
		return err_set(e, RC_INVALID, "a mask needs voxels and their distances");
	if (a->nx > VOXELS_MOST || a->ny > VOXELS_MOST / a->nx ||
		a->nz > VOXELS_MOST / (a->nx * a->ny))
		return err_set(e, RC_LIMIT, "a mask of more than %d voxels", VOXELS_MOST);
	return RC_OK;
}

/* In the mask, and a neighbour by a face is not; the edge of the volume counts as outside. */
static bool
on_surface(const struct mask *m, size_t x, size_t y, size_t z)
{
	const uint8_t *v = m->voxel + (z * m->ny + y) * m->nx + x;

	if (*v == 0)
		return false;
	return x == 0 || x + 1 == m->nx || y == 0 || y + 1 == m->ny || z == 0 || z + 1 == m->nz ||
		v[-1] == 0 || v[1] == 0 || *(v - m->nx) == 0 || v[m->nx] == 0 ||
		*(v - m->nx * m->ny) == 0 || v[m->nx * m->ny] == 0;
}

/* ---- the transform ---- */

/* One line of squared distances, n values `stride` apart: the lower envelope of parabolas. */
struct line_room {
	double *value, *from;
	size_t *at;
};

static double
meet(const double *f, size_t p, size_t q, double d2)
{
	double a = f[q] + d2 * (double)q * (double)q, b = f[p] + d2 * (double)p * (double)p;

	return (a - b) / (2 * d2 * ((double)q - (double)p));
}

static void
transform_line(double *line, size_t n, size_t stride, double d, const struct line_room *r)
{
	double d2 = d * d;
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		r->value[i] = line[i * stride];
	r->at[0] = 0;
	r->from[0] = -far;
	for (size_t q = 1; q < n; q++) {
		double s = meet(r->value, r->at[k], q, d2);

		while (k > 0 && s <= r->from[k])
			s = meet(r->value, r->at[--k], q, d2);
		if (s > r->from[k])
			k++;
		r->at[k] = q;
		r->from[k] = k == 0 ? -far : s;
	}
	for (size_t q = 0, i = 0; q < n; q++) {
		double apart;

		while (i < k && r->from[i + 1] < (double)q)
			i++;
		apart = (double)q - (double)r->at[i];
		line[q * stride] = d2 * apart * apart + r->value[r->at[i]];
	}
}

/* Squared distance of each voxel to the surface of m. */
static double *
distances(const struct mask *m)
{
	size_t most = m->nx > m->ny ? m->nx : m->ny, plane = m->nx * m->ny;
	double *d = mem_zero(voxels(m), sizeof(*d));
	struct line_room r;

	most = most > m->nz ? most : m->nz;
	r.value = mem_zero(most, sizeof(*r.value));
	r.from = mem_zero(most + 1, sizeof(*r.from));
	r.at = mem_zero(most, sizeof(*r.at));
	for (size_t z = 0; z < m->nz; z++)
		for (size_t y = 0; y < m->ny; y++) {
			for (size_t x = 0; x < m->nx; x++)
				d[z * plane + y * m->nx + x] = on_surface(m, x, y, z) ? 0 : far;
			transform_line(d + z * plane + y * m->nx, m->nx, 1, m->dx, &r);
		}
	for (size_t z = 0; z < m->nz; z++)
		for (size_t x = 0; x < m->nx; x++)
			transform_line(d + z * plane + x, m->ny, m->nx, m->dy, &r);
	for (size_t i = 0; i < plane; i++)
		transform_line(d + i, m->nz, plane, m->dz, &r);
	free(r.value);
	free(r.from);
	free(r.at);
	return d;
}

static int
by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The 95th percentile (linear between ranks) of the distances of a's surface to b's. */
static double
percentile_95(const struct mask *a, const struct mask *b)
{
	double *to = distances(b), *list = mem_zero(voxels(a), sizeof(*list)), at, part, p;
	size_t n = 0, i = 0, below;

	for (size_t z = 0; z < a->nz; z++)
		for (size_t y = 0; y < a->ny; y++)
			for (size_t x = 0; x < a->nx; x++, i++)
				if (on_surface(a, x, y, z))
					list[n++] = sqrt(to[i]);
	qsort(list, n, sizeof(*list), by_value);
	at = 0.95 * (double)(n - 1);
	below = (size_t)at;
	part = at - (double)below;
	p = list[below] + (below + 1 < n ? part * (list[below + 1] - list[below]) : 0);
	free(list);
	free(to);
	return p;
}

enum rc
overlap_of(const struct mask *a, const struct mask *b, struct overlap *out, struct err *e)
{
	size_t in_a = 0, in_b = 0, both = 0;
	double ml;
	enum rc rc = check(a, b, e);

	*out = (struct overlap){ .defined = false };
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < voxels(a); i++) {
		in_a += a->voxel[i] != 0;
		in_b += b->voxel[i] != 0;
		both += a->voxel[i] != 0 && b->voxel[i] != 0;
	}
	ml = a->dx * a->dy * a->dz / 1000;
	out->volume_a = (double)in_a * ml;
	out->volume_b = (double)in_b * ml;
	out->defined = in_a + in_b > 0;
	if (!out->defined)
		return RC_OK;
	out->dice = 2.0 * (double)both / (double)(in_a + in_b);
	out->jaccard = (double)both / (double)(in_a + in_b - both);
	out->has_surface = in_a > 0 && in_b > 0;
	if (out->has_surface)
		out->hausdorff95 = fmax(percentile_95(a, b), percentile_95(b, a));
	return RC_OK;
}
