/* How far raters agree (STANDARDS 7): percent, Cohen's and weighted kappa, Gwet's AC1, Fleiss' kappa.  Kappa is low where one
 * answer is rare although the raters agree: percent and AC1 always stand beside it.  Any thread. */
#ifndef CORE_STATS_AGREEMENT_H
#define CORE_STATS_AGREEMENT_H

#include <stdbool.h>
#include <stddef.h>

enum { AGREEMENT_MOST = 8 }; /* categories */

/* Two raters on the same things: n[i][j] of them got category i from the first and j from the second. */
struct agreement_table {
	size_t k; /* categories, 2 to AGREEMENT_MOST */
	double n[AGREEMENT_MOST][AGREEMENT_MOST];
};

/* With its 95 % interval by the jackknife (Efron 1982): leave one thing out, over all things.  For percent it is Wilson's. */
struct estimate {
	bool defined; /* false: nothing was rated, or chance alone would agree always */
	double value, low, high;
};

enum agreement_weights { AGREEMENT_PLAIN, AGREEMENT_LINEAR, AGREEMENT_QUADRATIC };

double agreement_total(const struct agreement_table *t);
struct estimate agreement_percent(const struct agreement_table *t);
/* Cohen 1960; weighted, Cohen 1968, for categories in an order. */
struct estimate agreement_cohen(const struct agreement_table *t, enum agreement_weights w);
/* Gwet 2008 */
struct estimate agreement_ac1(const struct agreement_table *t);

/* Fleiss 1971: counts[i * k + j] raters put thing i into category j; the same number of raters for each. */
struct estimate agreement_fleiss(const double *counts, size_t things, size_t k);

#endif
