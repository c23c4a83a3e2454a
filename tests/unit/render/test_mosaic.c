/* Claims about contact sheets. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/mosaic.h"
#include "render/window.h"

static struct frame_info
info_of(enum frame_kind kind, uint32_t width, uint32_t height)
{
	return (struct frame_info){ .kind = kind,
		.width = width,
		.height = height,
		.aspect = 1,
		.slope = 1,
		.bits_stored = 16 };
}

/* Stored values start, start + 1, ... */
static struct frame *
ramp(const struct frame_info *info, int start)
{
	struct frame *f = frame_new(info);

	for (uint32_t i = 0; i < info->width * info->height; i++)
		((int16_t *)f->pixels)[i] = (int16_t)(start + (int)i);
	return f;
}

static bool
is_empty(const struct frame *f, uint32_t x, uint32_t y)
{
	double v = frame_value(f, x, y);

	return v >= f->info.pad_low && v <= f->info.pad_high;
}

static void
a_frame_of_the_cells_size_is_copied_in_modality_units(void **state)
{
	struct frame_info info = info_of(FRAME_S16, 3, 2);
	struct frame *f, *sheet;
	struct mosaic *m;

	(void)state;
	info.slope = 2;
	info.intercept = -1000;
	f = ramp(&info, 10);
	m = mosaic_new(2, 2, 3, 2, &info);
	assert_true(mosaic_put(m, 3, f));
	sheet = mosaic_frame(m);
	assert_true(sheet->info.width == 6 && sheet->info.height == 4);
	for (uint32_t i = 0; i < 6; i++) {
		assert_true(frame_value(sheet, 3 + i % 3, 2 + i / 3) == 2.0 * (10 + i) - 1000);
		assert_true(is_empty(sheet, i % 3, i / 3));
	}
	frame_unref(f);
	frame_unref(sheet);
	mosaic_free(m);
}

static void
shrinking_is_the_average_of_the_area(void **state)
{
	struct frame_info info = info_of(FRAME_S16, 3, 3);
	struct frame *f = ramp(&info, 0), *sheet; /* 0 1 2 / 3 4 5 / 6 7 8 */
	struct mosaic *m = mosaic_new(1, 1, 2, 2, &info);

	(void)state;
	assert_true(mosaic_put(m, 0, f));
	sheet = mosaic_frame(m);
	/* 1 and half of its neighbours: (0 + 1/2 + 3/2 + 4/4) / (9/4) */
	assert_true(fabs(frame_value(sheet, 0, 0) - 3 / 2.25) < 1e-5);
	assert_true(fabs(frame_value(sheet, 1, 1) - (8 - 3 / 2.25)) < 1e-5);
	frame_unref(f);
	frame_unref(sheet);
	mosaic_free(m);
}

static void
the_mean_survives_any_scale(void **state)
{
	static const uint32_t sides[] = { 1, 2, 5, 7, 16, 31, 50 };

	(void)state;
	for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
		struct frame_info info = info_of(FRAME_S16, 16, 16);
		struct frame *f = ramp(&info, 0), *sheet;
		struct mosaic *m = mosaic_new(1, 1, sides[i], sides[i], &info);
		double sum = 0;

		assert_true(mosaic_put(m, 0, f));
		sheet = mosaic_frame(m);
		for (uint32_t k = 0; k < sides[i] * sides[i]; k++)
			sum += frame_value(sheet, k % sides[i], k / sides[i]);
		assert_true(fabs(sum / (sides[i] * sides[i]) - 127.5) < 0.01);
		frame_unref(f);
		frame_unref(sheet);
		mosaic_free(m);
	}
}

/* Twice as tall voxels, 4 x 2 of them, are square: 8 x 8 in the middle of a cell of 12 x 8. */
static void
aspect_is_kept_and_the_frame_is_centred(void **state)
{
	struct frame_info info = info_of(FRAME_S16, 4, 2);
	struct frame *f, *sheet;
	struct mosaic *m;

	(void)state;
	info.aspect = 2;
	f = ramp(&info, 0);
	m = mosaic_new(1, 1, 12, 8, &info);
	assert_true(mosaic_put(m, 0, f));
	sheet = mosaic_frame(m);
	assert_true(sheet->info.aspect == 1);
	for (uint32_t y = 0; y < 8; y++) {
		for (uint32_t x = 0; x < 12; x++) {
			bool inside = x >= 2 && x < 10;

			assert_true(is_empty(sheet, x, y) == !inside);
			if (inside)
				assert_true(fabs(frame_value(sheet, x, y) -
						    ((x - 2) / 2 + y / 4 * 4)) < 1e-5);
		}
	}
	frame_unref(f);
	frame_unref(sheet);
	mosaic_free(m);
}

static void
empty_cells_are_black_and_leave_the_presets_alone(void **state)
{
	struct frame_info info = info_of(FRAME_S16, 10, 10);
	struct frame *f = ramp(&info, 100), *sheet;
	struct mosaic *m = mosaic_new(3, 1, 10, 10, &info);
	struct window_preset preset[2];
	uint8_t grey[300];

	(void)state;
	assert_true(mosaic_put(m, 1, f));
	sheet = mosaic_frame(m);
	assert_int_equal(window_presets(sheet, "MR", preset, 2), 2);
	assert_true(preset[0].window.centre > 140 && preset[0].window.centre < 160);
	preset[0].window.invert = true;
	window_frame(sheet, &preset[0].window, grey);
	for (uint32_t i = 0; i < 300; i++)
		assert_true(i % 30 / 10 == 1 || grey[i] == 0);
	frame_unref(f);
	frame_unref(sheet);
	mosaic_free(m);
}

static void
padding_takes_no_part_in_the_average(void **state)
{
	struct frame_info info = info_of(FRAME_S16, 4, 2);
	struct frame *f, *sheet;
	struct mosaic *m;

	(void)state;
	info.has_padding = true;
	info.pad_low = info.pad_high = -2000;
	f = frame_new(&info);
	memcpy(f->pixels, ((int16_t[]){ -2000, -2000, 50, -2000, -2000, -2000, 60, 70 }), 16);
	m = mosaic_new(1, 1, 2, 1, &info);
	assert_true(mosaic_put(m, 0, f));
	sheet = mosaic_frame(m);
	assert_true(is_empty(sheet, 0, 0));
	assert_true(fabs(frame_value(sheet, 1, 0) - 60) < 1e-5);
	frame_unref(f);
	frame_unref(sheet);
	mosaic_free(m);
}

static void
not_a_number_takes_no_part_either(void **state)
{
	struct frame_info info = info_of(FRAME_F32, 2, 2);
	struct frame *f = frame_new(&info), *sheet;
	struct mosaic *m = mosaic_new(1, 1, 1, 1, &info);

	(void)state;
	memcpy(f->pixels, ((float[]){ NAN, 4, INFINITY, 8 }), 16);
	assert_true(mosaic_put(m, 0, f));
	sheet = mosaic_frame(m);
	assert_true(fabs(frame_value(sheet, 0, 0) - 6) < 1e-5);
	frame_unref(f);
	frame_unref(sheet);
	mosaic_free(m);
}

static void
a_second_frame_replaces_the_first_whole(void **state)
{
	struct frame_info wide = info_of(FRAME_S16, 4, 2), tall = info_of(FRAME_S16, 2, 4);
	struct frame *f = ramp(&wide, 0), *g = ramp(&tall, 0), *sheet;
	struct mosaic *m = mosaic_new(1, 1, 4, 4, &wide);

	(void)state;
	assert_true(mosaic_put(m, 0, f));
	assert_true(mosaic_put(m, 0, g));
	sheet = mosaic_frame(m);
	assert_true(is_empty(sheet, 0, 1) && !is_empty(sheet, 1, 0));
	frame_unref(f);
	frame_unref(g);
	frame_unref(sheet);
	mosaic_free(m);
}

static void
a_sheet_handed_out_does_not_change(void **state)
{
	struct frame_info info = info_of(FRAME_S16, 2, 2);
	struct frame *f = ramp(&info, 7), *before, *after;
	struct mosaic *m = mosaic_new(1, 1, 2, 2, &info);

	(void)state;
	before = mosaic_frame(m);
	assert_true(mosaic_put(m, 0, f));
	after = mosaic_frame(m);
	assert_true(is_empty(before, 0, 0));
	assert_true(frame_value(after, 0, 0) == 7);
	frame_unref(f);
	frame_unref(before);
	mosaic_free(m);
	assert_true(frame_value(after, 1, 1) == 10); /* outlives the mosaic */
	frame_unref(after);
}

static void
colour_goes_to_a_colour_sheet(void **state)
{
	struct frame_info info = info_of(FRAME_RGB8, 2, 1);
	struct frame *f = frame_new(&info), *sheet;
	struct mosaic *m = mosaic_new(2, 1, 1, 1, &info);
	const uint8_t *p;

	(void)state;
	memcpy(f->pixels, ((uint8_t[]){ 10, 20, 30, 50, 100, 255 }), 6);
	assert_true(mosaic_put(m, 1, f));
	sheet = mosaic_frame(m);
	p = sheet->pixels;
	assert_int_equal(sheet->info.kind, FRAME_RGB8);
	assert_memory_equal(p, ((uint8_t[]){ 0, 0, 0, 30, 60, 143 }), 6);
	frame_unref(f);
	frame_unref(sheet);
	mosaic_free(m);
}

static void
what_does_not_belong_is_refused(void **state)
{
	struct frame_info grey = info_of(FRAME_S16, 2, 2), colour = info_of(FRAME_RGB8, 2, 2);
	struct frame_info negative = grey;
	struct frame *g = frame_new(&grey), *c = frame_new(&colour), *n, *sheet;
	struct mosaic *m = mosaic_new(2, 1, 4, 4, &grey);

	(void)state;
	negative.invert = true;
	n = frame_new(&negative);
	assert_false(mosaic_put(m, 0, c));
	assert_false(mosaic_put(m, 0, n));
	assert_false(mosaic_put(m, 2, g));
	sheet = mosaic_frame(m);
	assert_true(is_empty(sheet, 2, 2));
	frame_unref(g);
	frame_unref(c);
	frame_unref(n);
	frame_unref(sheet);
	mosaic_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_of_the_cells_size_is_copied_in_modality_units),
		cmocka_unit_test(shrinking_is_the_average_of_the_area),
		cmocka_unit_test(the_mean_survives_any_scale),
		cmocka_unit_test(aspect_is_kept_and_the_frame_is_centred),
		cmocka_unit_test(empty_cells_are_black_and_leave_the_presets_alone),
		cmocka_unit_test(padding_takes_no_part_in_the_average),
		cmocka_unit_test(not_a_number_takes_no_part_either),
		cmocka_unit_test(a_second_frame_replaces_the_first_whole),
		cmocka_unit_test(a_sheet_handed_out_does_not_change),
		cmocka_unit_test(colour_goes_to_a_colour_sheet),
		cmocka_unit_test(what_does_not_belong_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
