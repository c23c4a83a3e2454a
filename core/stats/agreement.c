/* How far raters agree. */
#include "core/stats/agreement.h"

#include <assert.h>
#include <math.h>

static const double z95 = 1.959963984540054;

double
agreement_total(const struct agreement_table *t)
{
	double n = 0;

	assert(t->k >= 2 && t->k <= AGREEMENT_MOST);
	for (size_t i = 0; i < t->k; i++)
		for (size_t j = 0; j < t->k; j++)
			n += t->n[i][j];
	return n;
}

static void
margins(const struct agreement_table *t, double row[AGREEMENT_MOST], double column[AGREEMENT_MOST])
{
	for (size_t i = 0; i < t->k; i++)
		row[i] = column[i] = 0;
	for (size_t i = 0; i < t->k; i++)
		for (size_t j = 0; j < t->k; j++) {
			row[i] += t->n[i][j];
			column[j] += t->n[i][j];
		}
}

/* How much of full agreement a pair of answers is. */
static double
weight(size_t i, size_t j, size_t k, enum agreement_weights w)
{
	double apart = fabs((double)i - (double)j) / (double)(k - 1);

	if (w == AGREEMENT_PLAIN)
		return i == j;
	return 1 - (w == AGREEMENT_LINEAR ? apart : apart * apart);
}

/* NAN where it is not defined. */
typedef double (*statistic)(const struct agreement_table *t, enum agreement_weights w);

static double
beyond_chance(double observed, double chance)
{
	return 1 - chance < 1e-12 ? NAN : (observed - chance) / (1 - chance);
}

static double
cohen(const struct agreement_table *t, enum agreement_weights w)
{
	double row[AGREEMENT_MOST], column[AGREEMENT_MOST], n = agreement_total(t), po = 0, pe = 0;

	if (n <= 0)
		return NAN;
	margins(t, row, column);
	for (size_t i = 0; i < t->k; i++)
		for (size_t j = 0; j < t->k; j++) {
			po += weight(i, j, t->k, w) * t->n[i][j] / n;
			pe += weight(i, j, t->k, w) * row[i] / n * column[j] / n;
		}
	return beyond_chance(po, pe);
}

static double
ac1(const struct agreement_table *t, enum agreement_weights w)
{
	double row[AGREEMENT_MOST], column[AGREEMENT_MOST], n = agreement_total(t), po = 0, pe = 0;

	(void)w;
	if (n <= 0)
		return NAN;
	margins(t, row, column);
	for (size_t i = 0; i < t->k; i++) {
		double p = (row[i] + column[i]) / (2 * n);

		po += t->n[i][i] / n;
		pe += p * (1 - p) / (double)(t->k - 1);
	}
	return beyond_chance(po, pe);
}

/* sums[0], [1]: over things, of their values without one, and of the squares; `how many` alike are taken together. */
struct jackknife {
	double n, sum, squares;
	bool defined;
};

static void
leave_out(struct jackknife *k, double value, double how_many)
{
	k->defined = k->defined && !isnan(value);
	k->n += how_many;
	k->sum += how_many * value;
	k->squares += how_many * value * value;
}

static struct estimate
with_interval(double value, const struct jackknife *k)
{
	struct estimate e = { .defined = !isnan(value), .value = value, .low = -1, .high = 1 };
	double variance;

	if (!e.defined || !k->defined || k->n < 2)
		return e; /* too little is known: anything is possible */
	variance = (k->n - 1) / k->n * (k->squares - k->sum * k->sum / k->n);
	e.low = fmax(-1, value - z95 * sqrt(fmax(0, variance)));
	e.high = fmin(1, value + z95 * sqrt(fmax(0, variance)));
	return e;
}

static struct estimate
estimate(const struct agreement_table *t, statistic f, enum agreement_weights w)
{
	struct agreement_table less = *t;
	struct jackknife k = { .defined = true };

	for (size_t i = 0; i < t->k; i++)
		for (size_t j = 0; j < t->k; j++) {
			if (t->n[i][j] < 1)
				continue;
			less.n[i][j] -= 1;
			leave_out(&k, f(&less, w), t->n[i][j]);
			less.n[i][j] = t->n[i][j];
		}
	return with_interval(f(t, w), &k);
}

struct estimate
agreement_cohen(const struct agreement_table *t, enum agreement_weights w)
{
	return estimate(t, cohen, w);
}

struct estimate
agreement_ac1(const struct agreement_table *t)
{
	return estimate(t, ac1, AGREEMENT_PLAIN);
}

struct estimate
agreement_percent(const struct agreement_table *t)
{
	double n = agreement_total(t), p = 0, middle, half, z2 = z95 * z95;

	for (size_t i = 0; i < t->k; i++)
		p += t->n[i][i];
	if (n <= 0)
		return (struct estimate){ .defined = false };
	p /= n;
	middle = (p + z2 / (2 * n)) / (1 + z2 / n);
	half = z95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
	return (struct estimate){ true, p, fmax(0, middle - half), fmin(1, middle + half) };
}

/* ---- Fleiss ---- */

/* What the statistic needs of all things: their agreement and the share of each category, summed. */
struct fleiss {
	double things, agreement, raters;
	double category[AGREEMENT_MOST];
};

static void
fleiss_add(struct fleiss *f, const double *row, size_t k, double sign)
{
	double squares = 0;

	for (size_t j = 0; j < k; j++) {
		squares += row[j] * row[j];
		f->category[j] += sign * row[j];
	}
	f->things += sign;
	f->agreement += sign * (squares - f->raters) / (f->raters * (f->raters - 1));
}

static double
fleiss_value(const struct fleiss *f, size_t k)
{
	double pe = 0;

	if (f->things < 0.5)
		return NAN;
	for (size_t j = 0; j < k; j++) {
		double p = f->category[j] / (f->things * f->raters);

		pe += p * p;
	}
	return beyond_chance(f->agreement / f->things, pe);
}

struct estimate
agreement_fleiss(const double *counts, size_t things, size_t k)
{
	struct fleiss f = { 0 };
	struct jackknife jack = { .defined = true };

	assert(k >= 2 && k <= AGREEMENT_MOST);
	for (size_t j = 0; things > 0 && j < k; j++)
		f.raters += counts[j];
	if (f.raters < 2)
		return (struct estimate){ .defined = false };
	for (size_t i = 0; i < things; i++)
		fleiss_add(&f, counts + i * k, k, 1);
	for (size_t i = 0; i < things; i++) {
		struct fleiss less = f;

		fleiss_add(&less, counts + i * k, k, -1);
		leave_out(&jack, fleiss_value(&less, k), 1);
	}
	return with_interval(fleiss_value(&f, k), &jack);
}
