/* Agreement of raters and of masks, against published and hand-made examples. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/stats/agreement.h"
#include "core/stats/overlap.h"

static const struct agreement_table plain = { 2, { { 20, 5 }, { 10, 15 } } };
static const struct agreement_table rare = { 2, { { 90, 5 }, { 4, 1 } } };
static const struct agreement_table ordered = { 3, { { 11, 3, 1 }, { 2, 8, 4 }, { 0, 2, 9 } } };

/* Fleiss 1971: 14 raters, 10 subjects, 5 categories. */
static const double fleiss[10][5] = {
	{ 0, 0, 0, 0, 14 },
	{ 0, 2, 6, 4, 2 },
	{ 0, 0, 3, 5, 6 },
	{ 0, 3, 9, 2, 0 },
	{ 2, 2, 8, 1, 1 },
	{ 7, 7, 0, 0, 0 },
	{ 3, 2, 6, 3, 0 },
	{ 2, 5, 3, 2, 2 },
	{ 6, 5, 2, 1, 0 },
	{ 0, 2, 2, 3, 7 },
};

static void
assert_near(double is, double should)
{
	if (fabs(is - should) > 1e-6)
		fail_msg("%.9f instead of %.9f", is, should);
}

/* R-83 R-73 */
static void
kappas_are_those_of_the_published_tables(void **state)
{
	(void)state;
	assert_near(agreement_cohen(&plain, AGREEMENT_PLAIN).value, 0.4);
	assert_near(agreement_cohen(&rare, AGREEMENT_PLAIN).value, 0.134615385);
	assert_near(agreement_cohen(&ordered, AGREEMENT_PLAIN).value, 0.550982053);
	assert_near(agreement_cohen(&ordered, AGREEMENT_LINEAR).value, 0.634317862);
	assert_near(agreement_cohen(&ordered, AGREEMENT_QUADRATIC).value, 0.718045113);
	assert_near(agreement_fleiss(&fleiss[0][0], 10, 5).value, 0.209930704);
}

/* */
static void
beside_a_low_kappa_stand_percent_and_ac1(void **state)
{
	(void)state;
	assert_near(agreement_percent(&rare).value, 0.91);
	assert_near(agreement_ac1(&rare).value, 0.899559177);
	assert_near(agreement_ac1(&plain).value, 0.405940594);
}

/* Fleiss, Cohen and Everitt (1969) give 0.128 for the standard error of the first table's kappa. */
static void
intervals_are_near_those_of_the_large_sample(void **state)
{
	struct estimate e = agreement_cohen(&plain, AGREEMENT_PLAIN);

	(void)state;
	assert_true(e.low < e.value && e.value < e.high);
	assert_true(fabs((e.high - e.low) / 2 / 1.96 - 0.128) < 0.01);
	e = agreement_percent(&rare); /* Wilson: 0.838 to 0.952 */
	assert_true(fabs(e.low - 0.838) < 0.001 && fabs(e.high - 0.952) < 0.001);
	e = agreement_fleiss(&fleiss[0][0], 10, 5);
	assert_true(e.low < 0.21 && e.low > 0 && e.high > 0.21 && e.high < 0.5);
}

static void
what_means_nothing_is_not_a_number(void **state)
{
	const struct agreement_table none = { 2, { { 0 } } }, same = { 2, { { 50, 0 }, { 0, 0 } } };

	(void)state;
	assert_false(agreement_percent(&none).defined);
	assert_false(agreement_cohen(&none, AGREEMENT_PLAIN).defined);
	assert_false(
		agreement_cohen(&same, AGREEMENT_PLAIN).defined); /* chance would agree always */
	assert_true(agreement_ac1(&same).defined);
	assert_near(agreement_ac1(&same).value, 1);
	assert_false(agreement_fleiss(NULL, 0, 3).defined);
}

/* ---- masks ---- */

enum { N = 24 };

static struct mask
cube(uint8_t *voxel, size_t x, size_t y, size_t z, size_t size)
{
	memset(voxel, 0, (size_t)N * N * N);
	for (size_t k = z; k < z + size; k++)
		for (size_t j = y; j < y + size; j++)
			memset(voxel + (k * N + j) * N + x, 1, size);
	return (struct mask){ voxel, N, N, N, 1, 1, 2 };
}

/* */
static void
dice_and_jaccard_of_the_four_by_four_example(void **state)
{
	/* 2 pixels in both, 6 in each */
	static const uint8_t a[16] = { 1, 1, 1, 0, 1, 1, 1 },
			     b[16] = { 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1 };
	const struct mask ma = { a, 4, 4, 1, 1, 1, 1 }, mb = { b, 4, 4, 1, 1, 1, 1 };
	struct overlap o;

	(void)state;
	assert_int_equal(overlap_of(&ma, &mb, &o, NULL), RC_OK);
	assert_near(o.dice, 1.0 / 3);
	assert_near(o.jaccard, 0.2);
	assert_near(o.volume_a, 0.006);
}

/* */
static void
a_shifted_cube_is_as_far_as_it_was_shifted(void **state)
{
	static uint8_t a[N * N * N], b[N * N * N];
	struct mask ma = cube(a, 4, 4, 4, 8), mb = cube(b, 7, 4, 4, 8);
	struct overlap o;

	(void)state;
	assert_int_equal(overlap_of(&ma, &mb, &o, NULL), RC_OK);
	assert_near(o.hausdorff95, 3);
	assert_near(o.dice, 2.0 * 5 * 64 / 1024);
	mb = cube(b, 4, 4, 7, 8); /* along z a voxel is 2 mm */
	assert_int_equal(overlap_of(&ma, &mb, &o, NULL), RC_OK);
	assert_near(o.hausdorff95, 6);
	assert_int_equal(overlap_of(&ma, &ma, &o, NULL), RC_OK);
	assert_near(o.hausdorff95, 0);
	assert_near(o.dice, 1);
}

/* The transform against the distances taken one by one, on random dust. */
static void
distances_are_those_taken_one_by_one(void **state)
{
	enum { S = 9 };
	uint8_t a[S * S * S], b[S * S * S];
	struct mask ma = { a, S, S, S, 0.7, 1.1, 2.5 }, mb = { b, S, S, S, 0.7, 1.1, 2.5 };
	struct overlap o;

	(void)state;
	srand(4);
	for (int round = 0; round < 20; round++) {
		double worst[2] = { 0 };
		const uint8_t *const both[2] = { a, b };

		for (int i = 0; i < S * S * S; i++) {
			a[i] = rand() % 50 == 0; /* so thin that all of it is surface */
			b[i] = rand() % 50 == 0;
		}
		a[0] = b[S] = 1;
		assert_int_equal(overlap_of(&ma, &mb, &o, NULL), RC_OK);
		for (int way = 0; way < 2; way++)
			for (int i = 0; i < S * S * S; i++) {
				double least = 1e9;

				for (int k = 0; both[way][i] != 0 && k < S * S * S; k++)
					if (both[1 - way][k] != 0)
						least = fmin(least,
							hypot(hypot(0.7 * (i % S - k % S),
								      1.1 * (i / S % S - k / S % S)),
								2.5 * (i / S / S - k / S / S)));
				if (both[way][i] != 0)
					worst[way] = fmax(worst[way], least);
			}
		assert_true(o.hausdorff95 <= fmax(worst[0], worst[1]) + 1e-9);
		assert_true(o.hausdorff95 >= 0.5 * fmax(worst[0], worst[1]));
	}
}

/* */
static void
two_empty_masks_are_not_in_agreement_but_without_meaning(void **state)
{
	static uint8_t a[N * N * N], b[N * N * N];
	struct mask ma = { a, N, N, N, 1, 1, 2 }, mb = { b, N, N, N, 1, 1, 2 };
	struct overlap o;

	(void)state;
	memset(a, 0, sizeof(a));
	memset(b, 0, sizeof(b));
	assert_int_equal(overlap_of(&ma, &mb, &o, NULL), RC_OK);
	assert_false(o.defined);
	mb = cube(b, 4, 4, 4, 2);
	assert_int_equal(overlap_of(&ma, &mb, &o, NULL), RC_OK);
	assert_true(o.defined);
	assert_near(o.dice, 0);
	assert_false(o.has_surface);
	mb.dx = 2;
	assert_int_equal(overlap_of(&ma, &mb, &o, NULL), RC_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kappas_are_those_of_the_published_tables),
		cmocka_unit_test(beside_a_low_kappa_stand_percent_and_ac1),
		cmocka_unit_test(intervals_are_near_those_of_the_large_sample),
		cmocka_unit_test(what_means_nothing_is_not_a_number),
		cmocka_unit_test(dice_and_jaccard_of_the_four_by_four_example),
		cmocka_unit_test(a_shifted_cube_is_as_far_as_it_was_shifted),
		cmocka_unit_test(distances_are_those_taken_one_by_one),
		cmocka_unit_test(two_empty_masks_are_not_in_agreement_but_without_meaning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
