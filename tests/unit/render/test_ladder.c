/* First light: as good a picture as a number of bytes allows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "render/ladder.h"
#include "tests/support/sixel_decode.c"

/* A grey ramp with noise in it: every level occurs and nothing packs too well. */
static struct raster *
noisy(uint32_t size, bool colour)
{
	struct raster *r = raster_new(size, size, colour);
	uint32_t seed = 1;

	for (size_t i = 0; i < (size_t)size * size * (colour ? 3 : 1); i++) {
		seed = seed * 1664525u + 1013904223u;
		r->pixels[i] = (uint8_t)((i % size) * 200 / size + (seed >> 24) % 50);
	}
	return r;
}

static size_t
encoded(const struct raster *r, size_t budget, struct ladder_step *used, struct buf *out)
{
	struct picture_encoding enc = { .protocol = PICTURE_SIXEL, .levels = 101 };
	struct err e = { 0 };

	assert_int_equal(ladder_encode(r, &enc, budget, out, used, &e), RC_OK);
	return out->len;
}

static void
without_a_budget_the_picture_is_whole(void **state)
{
	struct raster *r = noisy(256, false);
	struct ladder_step used;
	struct buf b = { 0 };

	(void)state;
	encoded(r, 0, &used, &b);
	assert_int_equal(used.levels, 101);
	assert_int_equal(used.reduce, 1);
	buf_release(&b);
	raster_free(r);
}

static void
a_picture_never_takes_more_than_its_budget(void **state)
{
	static const size_t budgets[] = { 120000, 60000, 30000, 14000, 8000 };
	struct raster *r = noisy(300, false);
	int before = 1000;

	(void)state;
	for (size_t i = 0; i < sizeof(budgets) / sizeof(budgets[0]); i++) {
		struct ladder_step used;
		struct buf b = { 0 };
		int quality;

		assert_true(encoded(r, budgets[i], &used, &b) <= budgets[i]);
		quality = used.levels / used.reduce;
		assert_true(quality <= before); /* less for fewer bytes */
		before = quality;
		buf_release(&b);
	}
	raster_free(r);
}

static void
every_step_covers_the_same_pixels_of_the_glass(void **state)
{
	struct raster *r = noisy(301, false);
	struct ladder_step used;
	struct buf b = { 0 };
	struct sixel_image im;

	(void)state;
	encoded(r, 9000, &used, &b);
	assert_true(used.reduce > 1);
	assert_true(sixel_decode_image(b.data, b.len, &im));
	assert_int_equal(im.width, 301);
	assert_int_equal(im.height, 301);
	for (size_t i = 0; i < 301u * 301u; i++)
		assert_int_not_equal(im.index[i], SIXEL_UNPAINTED);
	sixel_image_release(&im);
	buf_release(&b);
	raster_free(r);
}

static void
a_budget_that_nothing_meets_gives_the_lowest_step(void **state)
{
	struct raster *r = noisy(400, false);
	struct ladder_step used;
	struct buf b = { 0 };

	(void)state;
	assert_true(encoded(r, 10, &used, &b) > 10);
	assert_int_equal(used.levels, 16);
	assert_int_equal(used.reduce, 6);
	buf_release(&b);
	raster_free(r);
}

static void
colour_goes_down_in_size_alone(void **state)
{
	struct raster *r = noisy(200, true);
	struct ladder_step used;
	struct buf b = { 0 };

	(void)state;
	encoded(r, 20000, &used, &b);
	assert_int_equal(used.levels, 0);
	assert_true(used.reduce > 1);
	buf_release(&b);
	raster_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_budget_the_picture_is_whole),
		cmocka_unit_test(a_picture_never_takes_more_than_its_budget),
		cmocka_unit_test(every_step_covers_the_same_pixels_of_the_glass),
		cmocka_unit_test(a_budget_that_nothing_meets_gives_the_lowest_step),
		cmocka_unit_test(colour_goes_down_in_size_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
