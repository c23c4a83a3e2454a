/* Decoded frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/frame.h"
#include "core/base/mem.h"

static struct frame *
grey(enum frame_kind kind, uint32_t width, uint32_t height)
{
	struct frame_info info = {
		.kind = kind, .width = width, .height = height, .aspect = 1, .slope = 1
	};

	return frame_new(&info);
}

static void
assert_range(const struct frame *f, double least, double greatest)
{
	double a, b;

	frame_range(f, &a, &b);
	assert_true(a == least);
	assert_true(b == greatest);
}

static void
a_new_frame_is_black_and_of_its_size(void **state)
{
	struct frame *f = grey(FRAME_RGB8, 5, 3);

	(void)state;
	assert_int_equal(f->bytes, 45);
	for (size_t i = 0; i < f->bytes; i++)
		assert_int_equal(((uint8_t *)f->pixels)[i], 0);
	frame_unref(f);
	frame_unref(NULL);
}

static void
the_last_reference_frees_it(void **state)
{
	struct frame *f = grey(FRAME_U16, 2, 2);

	(void)state;
	assert_ptr_equal(frame_ref(f), f);
	frame_unref(f);
	assert_int_equal(f->refs, 1);
	frame_unref(f);
}

static void
range_leaves_the_padding_out(void **state)
{
	struct frame *f = grey(FRAME_S16, 4, 1);

	(void)state;
	memcpy(f->pixels, (int16_t[]){ -2000, -5, 70, -1999 }, 8);
	assert_range(f, -2000, 70);
	f->info.has_padding = true;
	f->info.pad_low = -2000;
	f->info.pad_high = -1999;
	assert_range(f, -5, 70);
	frame_unref(f);
}

static void
all_padding_has_no_range(void **state)
{
	struct frame *f = grey(FRAME_U16, 3, 3);

	(void)state;
	f->info.has_padding = true;
	assert_range(f, 0, 0);
	frame_unref(f);
}

static void
rescale_makes_modality_units(void **state)
{
	struct frame *f = grey(FRAME_U16, 2, 2);

	(void)state;
	((uint16_t *)f->pixels)[3] = 1064;
	f->info.intercept = -1024;
	assert_true(frame_value(f, 1, 1) == 40);
	assert_true(frame_value(f, 0, 0) == -1024);
	frame_unref(f);
}

static void
floating_values_stay_what_they_are(void **state)
{
	struct frame *f = grey(FRAME_F32, 2, 1);

	(void)state;
	memcpy(f->pixels, (float[]){ 0.5f, -2.25f }, 8);
	f->info.slope = 2;
	assert_true(frame_value(f, 1, 0) == -4.5);
	assert_range(f, -2.25, 0.5);
	frame_unref(f);
}

static void
a_look_up_table_takes_the_place_of_rescale(void **state)
{
	static const uint16_t values[] = { 100, 200, 400 };
	struct frame *f = grey(FRAME_S16, 5, 1);
	static const double want[] = { 100, 100, 200, 400, 400 };

	(void)state;
	memcpy(f->pixels, (int16_t[]){ -9, -1, 0, 1, 500 }, 10);
	f->info.intercept = 7;
	f->modality_lut.first = -1;
	f->modality_lut.count = 3;
	f->modality_lut.values = mem_alloc(sizeof(values));
	memcpy(f->modality_lut.values, values, sizeof(values));
	for (uint32_t x = 0; x < 5; x++)
		assert_true(frame_value(f, x, 0) == want[x]);
	frame_unref(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_frame_is_black_and_of_its_size),
		cmocka_unit_test(the_last_reference_frees_it),
		cmocka_unit_test(range_leaves_the_padding_out),
		cmocka_unit_test(all_padding_has_no_range),
		cmocka_unit_test(rescale_makes_modality_units),
		cmocka_unit_test(floating_values_stay_what_they_are),
		cmocka_unit_test(a_look_up_table_takes_the_place_of_rescale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
