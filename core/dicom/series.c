/* The order of a series' slices and what is missing between them.  Pure arithmetic, any thread. */
#include "core/dicom/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

static const double same_plane = 0.01;     /* mm */
static const double same_direction = 1e-3; /* of a unit vector */
static const double second_letter = 0.25;  /* a tilt of 14.5 degrees and more is worth its letter */

/* An image with the keys it is sorted by. */
struct keyed {
	struct series_image image;
	size_t given; /* place in the caller's array */
	double along;
	long temporal, acquisition; /* 0 where they play no part */
};

/* ---- directions ------------------------------------------------------------------------------- */

static double
dot(const double a[3], const double b[3])
{
	return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void
normal_of(const double o[6], double n[3])
{
	n[0] = o[1] * o[5] - o[2] * o[4];
	n[1] = o[2] * o[3] - o[0] * o[5];
	n[2] = o[0] * o[4] - o[1] * o[3];
}

/* n numbers joined with backslashes, no more and no less. */
static bool
numbers(const char *text, double *out, size_t n)
{
	char one[64];

	for (size_t i = 0; i < n; i++) {
		size_t len = strcspn(text, "\\");

		if (len >= sizeof(one))
			return false;
		memcpy(one, text, len);
		one[len] = '\0';
		if (!str_double(one, &out[i]) || fabs(out[i]) > 1e6)
			return false;
		text += len;
		if (*text == '\\')
			text++;
		else if (i + 1 < n)
			return false;
	}
	return *text == '\0';
}

bool
series_plane(const char *position, const char *orientation, struct series_image *out)
{
	double p[3], o[6];

	if (str_empty(position) || str_empty(orientation))
		return false;
	if (!numbers(position, p, 3) || !numbers(orientation, o, 6))
		return false;
	if (fabs(dot(o, o) - 1) > 2 * same_direction ||
		fabs(dot(o + 3, o + 3) - 1) > 2 * same_direction || fabs(dot(o, o + 3)) > same_direction)
		return false;
	memcpy(out->position, p, sizeof(p));
	memcpy(out->orientation, o, sizeof(o));
	out->has_plane = true;
	return true;
}

double
series_along(const struct series_image *image)
{
	double n[3];

	normal_of(image->orientation, n);
	return dot(image->position, n);
}

/* ---- order ------------------------------------------------------------------------------------ */

static bool
same_orientation(const struct series_image *a, const struct series_image *b)
{
	return dot(a->orientation, b->orientation) > 1 - same_direction &&
		dot(a->orientation + 3, b->orientation + 3) > 1 - same_direction;
}

static int
compare(double a, double b)
{
	return a < b ? -1 : a > b;
}

static int
by_number(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;

	if (x->image.has_number != y->image.has_number)
		return x->image.has_number ? -1 : 1;
	if (x->image.has_number && x->image.number != y->image.number)
		return x->image.number < y->image.number ? -1 : 1;
	if (x->image.has_number && x->image.id != y->image.id)
		return x->image.id < y->image.id ? -1 : 1;
	return x->given < y->given ? -1 : 1;
}

static int
by_place(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;

	if (x->temporal != y->temporal)
		return x->temporal < y->temporal ? -1 : 1;
	if (x->acquisition != y->acquisition)
		return x->acquisition < y->acquisition ? -1 : 1;
	if (x->along != y->along)
		return compare(x->along, y->along);
	return by_number(a, b);
}

static int
by_along(const void *a, const void *b)
{
	int c = compare(((const struct keyed *)a)->along, ((const struct keyed *)b)->along);

	return c != 0 ? c : by_number(a, b);
}

/* Nearly equal places become equal, so that by_place is an order.  `k` is sorted by_along. */
static void
snap(struct keyed *k, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (k[i].along - k[i - 1].along < same_plane)
			k[i].along = k[i - 1].along;
}

static int
by_long(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return x < y ? -1 : x > y;
}

static size_t
distinct(long *v, size_t n)
{
	size_t count = n > 0;

	qsort(v, n, sizeof(*v), by_long);
	for (size_t i = 1; i < n; i++)
		count += v[i] != v[i - 1];
	return count;
}

/* Several images in one plane: does the time or the acquisition tell them apart?  Each of its values
 * must then have a stack of its own, or a scanner that numbers every slice would be taken for it. */
static void
use_times(struct keyed *k, size_t n)
{
	long *temporal = mem_zero(n, sizeof(long)), *acquisition = mem_zero(n, sizeof(long));
	bool by_temporal = false, by_acquisition = false;

	for (size_t i = 0; i < n; i++) {
		temporal[i] = k[i].image.temporal;
		acquisition[i] = k[i].image.acquisition;
		if (i == 0 || k[i].along != k[i - 1].along)
			continue;
		if (k[i].image.temporal != k[i - 1].image.temporal)
			by_temporal = true;
		else if (k[i].image.acquisition != k[i - 1].image.acquisition)
			by_acquisition = true;
	}
	by_temporal = by_temporal && distinct(temporal, n) <= n / 2;
	by_acquisition = by_acquisition && distinct(acquisition, n) <= n / 2;
	for (size_t i = 0; i < n; i++) {
		k[i].temporal = by_temporal ? k[i].image.temporal : 0;
		k[i].acquisition = by_acquisition ? k[i].image.acquisition : 0;
	}
	free(temporal);
	free(acquisition);
}

/* ---- geometry --------------------------------------------------------------------------------- */

static int
by_double(const void *a, const void *b)
{
	return compare(*(const double *)a, *(const double *)b);
}

static bool
neighbours(const struct keyed *a, const struct keyed *b)
{
	return a->temporal == b->temporal && a->acquisition == b->acquisition;
}

static double
median_step(const struct keyed *k, size_t n)
{
	double *steps = mem_zero(n, sizeof(*steps)), median;
	size_t count = 0;

	for (size_t i = 1; i < n; i++)
		if (neighbours(&k[i - 1], &k[i]) && k[i].along > k[i - 1].along)
			steps[count++] = k[i].along - k[i - 1].along;
	qsort(steps, count, sizeof(*steps), by_double);
	median = count > 0 ? steps[count / 2] : 0;
	free(steps);
	return median;
}

static void
find_gaps(const struct keyed *k, size_t n, struct series_geometry *g)
{
	g->spacing = median_step(k, n);
	for (size_t i = 1; i < n; i++) {
		double step = k[i].along - k[i - 1].along;
		size_t missing;

		if (!neighbours(&k[i - 1], &k[i]))
			continue;
		if (step == 0) {
			g->repeats++;
			continue;
		}
		missing = step / g->spacing < 1e6 ? (size_t)lround(step / g->spacing) : 0;
		if (missing < 2 || step < 1.5 * g->spacing)
			continue;
		missing--;
		g->gaps += missing;
		if (g->gap_after == 0) {
			g->gap_after = i;
			g->gap_slices = missing;
		}
	}
}

static void
find_number_gaps(const struct keyed *k, size_t n, struct series_geometry *g)
{
	long *v = mem_zero(n, sizeof(*v));
	size_t count = 0, kinds;

	for (size_t i = 0; i < n; i++)
		if (k[i].image.has_number)
			v[count++] = k[i].image.number;
	kinds = distinct(v, count);
	if (count > 1)
		g->number_gaps = (size_t)v[count - 1] - (size_t)v[0] + 1 - kinds;
	free(v);
}

static bool
is_stack(const struct series_image *images, size_t n, struct series_geometry *g)
{
	bool planes = true;

	for (size_t i = 0; i < n; i++) {
		planes = planes && images[i].has_plane && images[i].frames <= 1;
		if (images[i].rows != images[0].rows || images[i].columns != images[0].columns)
			g->mixed_matrix = true;
		if (images[i].has_plane && images[0].has_plane &&
			!same_orientation(&images[i], &images[0]))
			g->mixed_orientation = true;
	}
	return planes && !g->mixed_orientation;
}

void
series_order(struct series_image *images, size_t n, struct series_geometry *g)
{
	struct keyed *k = mem_zero(n, sizeof(*k));
	double normal[3] = { 0 };

	memset(g, 0, sizeof(*g));
	if (n > 0) {
		g->stacked = is_stack(images, n, g);
		normal_of(images[0].orientation, normal);
	}
	for (size_t i = 0; i < n; i++) {
		k[i].image = images[i];
		k[i].given = i;
		k[i].along = g->stacked ? dot(images[i].position, normal) : 0;
	}
	if (g->stacked) {
		qsort(k, n, sizeof(*k), by_along);
		snap(k, n);
		use_times(k, n);
		qsort(k, n, sizeof(*k), by_place);
		find_gaps(k, n, g);
	} else {
		qsort(k, n, sizeof(*k), by_number);
		find_number_gaps(k, n, g);
	}
	for (size_t i = 0; i < n; i++)
		images[i] = k[i].image;
	free(k);
}

/* ---- letters ---------------------------------------------------------------------------------- */

static char
letter(int axis, bool positive)
{
	static const char pairs[3][2] = { { 'R', 'L' }, { 'A', 'P' }, { 'F', 'H' } };

	return pairs[axis][positive];
}

/* The one or two letters that `v` points to, its largest part first. */
static void
letters_to(const double v[3], double sign, char out[4])
{
	int first = 0, second = -1;

	for (int i = 1; i < 3; i++)
		if (fabs(v[i]) > fabs(v[first]))
			first = i;
	for (int i = 0; i < 3; i++)
		if (i != first && fabs(v[i]) >= second_letter &&
			(second < 0 || fabs(v[i]) > fabs(v[second])))
			second = i;
	memset(out, 0, 4);
	out[0] = letter(first, v[first] * sign > 0);
	if (second >= 0)
		out[1] = letter(second, v[second] * sign > 0);
}

void
series_letters_of(const double orientation[6], struct series_letters *out)
{
	memset(out, 0, sizeof(*out));
	if (dot(orientation, orientation) < 0.5 || dot(orientation + 3, orientation + 3) < 0.5)
		return;
	letters_to(orientation, 1, out->right);
	letters_to(orientation, -1, out->left);
	letters_to(orientation + 3, 1, out->bottom);
	letters_to(orientation + 3, -1, out->top);
}

/* Up to two letters and their opposites; false where one of them is no direction of a body. */
static bool
letters_from(const char *s, size_t n, char to[4], char opposite[4])
{
	static const char here[] = "RLAPHF", there[] = "LRPAFH";

	for (size_t i = 0; i < n && i < 2; i++) {
		const char *at = strchr(here, s[i]);

		if (at == NULL || s[i] == '\0')
			return false;
		to[i] = s[i];
		opposite[i] = there[at - here];
	}
	return n > 0;
}

void
series_letters_from(const char *patient_orientation, struct series_letters *out)
{
	const char *second = strchr(patient_orientation, '\\');
	size_t n = strcspn(patient_orientation, "\\");

	memset(out, 0, sizeof(*out));
	if (second == NULL)
		return;
	second++;
	if (!letters_from(patient_orientation, n, out->right, out->left) ||
		!letters_from(second, strcspn(second, "\\"), out->bottom, out->top))
		memset(out, 0, sizeof(*out));
}
