/* Claims about windows, LUTs, padding and presets. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "render/window.h"

static struct frame *
frame_of(enum frame_kind kind, uint32_t width)
{
	struct frame_info info = {
		.kind = kind, .width = width, .height = 1, .aspect = 1, .slope = 1, .bits_stored = 16
	};

	return frame_new(&info);
}

static struct frame *
frame_s16(const int16_t *v, uint32_t n)
{
	struct frame *f = frame_of(FRAME_S16, n);

	memcpy(f->pixels, v, n * sizeof(*v));
	return f;
}

static void
window_maps_the_centre_to_mid_grey(void **state)
{
	struct window w = { .centre = 40, .width = 400 };

	(void)state;
	assert_int_equal(window_apply(&w, 40), 128);
	assert_int_equal(window_apply(&w, -500), 0);
	assert_int_equal(window_apply(&w, 900), 255);
}

/* PS3.3 C.11.2.1.2.1, notes: c 2048 w 4096 passes 0..4095 whole; c 2048 w 1 is a threshold at
 * 2048; c 0 w 100 is black up to -50 and white from 49 on. */
static void
linear_follows_the_standards_examples(void **state)
{
	struct window all = { .centre = 2048, .width = 4096 };
	struct window threshold = { .centre = 2048, .width = 1 };
	struct window hundred = { .centre = 0, .width = 100 };

	(void)state;
	assert_int_equal(window_apply(&all, 0), 0);
	assert_int_equal(window_apply(&all, 4095), 255);
	assert_int_equal(window_apply(&all, 2048), 128);
	assert_int_equal(window_apply(&threshold, 2047), 0);
	assert_int_equal(window_apply(&threshold, 2048), 255);
	assert_int_equal(window_apply(&hundred, -50), 0);
	assert_int_equal(window_apply(&hundred, -48), 5);
	assert_int_equal(window_apply(&hundred, 49), 255);
	assert_int_equal(window_apply(&hundred, 48), 252);
}

static void
linear_exact_has_no_half_steps(void **state)
{
	struct window w = { .function = VOI_LINEAR_EXACT, .centre = 0.5, .width = 1 };

	(void)state;
	assert_int_equal(window_apply(&w, 0), 0);
	assert_int_equal(window_apply(&w, 0.25), 64);
	assert_int_equal(window_apply(&w, 0.5), 128);
	assert_int_equal(window_apply(&w, 1), 255);
	assert_int_equal(window_apply(&w, 1.01), 255);
}

static void
sigmoid_is_symmetrical_about_the_centre(void **state)
{
	struct window w = { .function = VOI_SIGMOID, .centre = 100, .width = 200 };

	(void)state;
	assert_int_equal(window_apply(&w, 100), 128);
	assert_int_equal(window_apply(&w, 200), 225); /* 255 / (1 + e^-2) = 224.6 */
	assert_int_equal(window_apply(&w, 0), 30);
	assert_int_equal(window_apply(&w, -1e6), 0);
	assert_int_equal(window_apply(&w, 1e6), 255);
}

static void
invert_and_not_a_number_are_safe(void **state)
{
	struct window w = { .centre = 40, .width = 400, .invert = true };

	(void)state;
	assert_int_equal(window_apply(&w, 900), 0);
	assert_int_equal(window_apply(&w, -900), 255);
	w.invert = false;
	assert_int_equal(window_apply(&w, NAN), 0);
	assert_int_equal(window_apply(&w, INFINITY), 255);
}

static void
signed_values_are_rescaled(void **state)
{
	static const int16_t v[] = { -32768, -1000, 0, 20, 1000, 32767 };
	struct frame *f = frame_s16(v, 6);
	struct window w = { .centre = 40, .width = 400 };
	uint8_t out[6];

	(void)state;
	f->info.slope = 2;
	f->info.intercept = -100;
	window_frame(f, &w, out);
	for (uint32_t i = 0; i < 6; i++)
		assert_int_equal(out[i], window_apply(&w, frame_value(f, i, 0)));
	assert_int_equal(out[0], 0);
	assert_int_equal(out[5], 255);
	frame_unref(f);
}

static void
monochrome1_is_the_negative_of_monochrome2(void **state)
{
	static const int16_t v[] = { -200, 0, 40, 100, 300 };
	struct frame *f = frame_s16(v, 5);
	struct window w = { .centre = 40, .width = 400 };
	uint8_t plain[5], negative[5], back[5];

	(void)state;
	window_frame(f, &w, plain);
	f->info.invert = true;
	window_frame(f, &w, negative);
	w.invert = true;
	window_frame(f, &w, back);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(negative[i], 255 - plain[i]);
		assert_int_equal(back[i], plain[i]);
	}
	frame_unref(f);
}

static void
padding_is_black_whatever_is_inverted(void **state)
{
	static const int16_t v[] = { -2000, -1990, 40 };
	struct frame *f = frame_s16(v, 3);
	struct window w = { .centre = 40, .width = 400 };
	uint8_t out[3];

	(void)state;
	f->info.invert = true;
	f->info.has_padding = true;
	f->info.pad_low = -2000;
	f->info.pad_high = -1995;
	window_frame(f, &w, out);
	assert_int_equal(out[0], 0);
	assert_int_equal(out[1], 255);
	assert_int_equal(out[2], 127);
	frame_unref(f);
}

static void
luts_are_applied_in_their_order(void **state)
{
	struct frame *f = frame_of(FRAME_U16, 4);
	struct window w = { .use_lut = true };
	uint16_t *p = f->pixels;
	uint8_t out[4];

	(void)state;
	memcpy(p, ((uint16_t[]){ 0, 10, 11, 60000 }), 8);
	f->modality_lut =
		(struct lut){ .first = 10, .count = 2, .bits = 16, .values = mem_zero(2, 2) };
	f->modality_lut.values[0] = 100;
	f->modality_lut.values[1] = 102;
	f->voi_lut = (struct lut){ .first = 100, .count = 3, .bits = 12, .values = mem_zero(3, 2) };
	f->voi_lut.values[1] = 2048;
	f->voi_lut.values[2] = 4095;
	window_frame(f, &w, out);
	assert_memory_equal(out, ((uint8_t[]){ 0, 0, 255, 255 }), 4);
	frame_unref(f);
}

static void
floats_are_windowed_one_by_one(void **state)
{
	struct frame *f = frame_of(FRAME_F32, 4);
	struct window w = { .function = VOI_LINEAR_EXACT, .centre = 0.5, .width = 1 };
	float *p = f->pixels;
	uint8_t out[4];

	(void)state;
	p[0] = 0.25f;
	p[1] = NAN;
	p[2] = 9e30f;
	p[3] = -INFINITY;
	window_frame(f, &w, out);
	assert_memory_equal(out, ((uint8_t[]){ 64, 0, 255, 0 }), 4);
	frame_unref(f);
}

static void
presets_put_the_header_first(void **state)
{
	static const int16_t v[] = { 1, 2 };
	struct frame *f = frame_s16(v, 2);
	struct window_preset p[32];

	(void)state;
	f->info.windows = 3;
	f->info.window[0] = (struct voi_window){ .centre = 1, .width = 0.5, .name = "broken" };
	f->info.window[1] = (struct voi_window){ .centre = 7, .width = 9, .function = VOI_SIGMOID };
	f->info.window[2] = (struct voi_window){ .centre = 3, .width = 4, .name = "BONE" };
	assert_int_equal(window_presets(f, "CT", p, 32), 12);
	assert_string_equal(p[0].name, "header 2");
	assert_int_equal(p[0].window.function, VOI_SIGMOID);
	assert_string_equal(p[1].name, "BONE");
	assert_string_equal(p[2].name, "brain");
	assert_string_equal(p[10].name, "percentile");
	assert_string_equal(p[11].name, "full range");
	assert_int_equal(window_presets(f, "MR", p, 3), 3);
	frame_unref(f);
}

static void
presets_without_a_header_start_as_the_modality_asks(void **state)
{
	static const int16_t v[] = { 1, 2 };
	struct frame *f = frame_s16(v, 2), *colour = frame_of(FRAME_RGB8, 1);
	struct window_preset p[32];

	(void)state;
	assert_int_equal(window_presets(f, "CT", p, 32), 11);
	assert_string_equal(p[0].name, "soft tissue");
	assert_true(p[0].window.centre == 40 && p[0].window.width == 400);
	assert_int_equal(window_presets(f, NULL, p, 32), 2);
	assert_string_equal(p[0].name, "percentile");
	assert_int_equal(window_presets(colour, "US", p, 32), 0);
	frame_unref(f);
	frame_unref(colour);
}

static void
percentile_leaves_out_padding_and_outliers(void **state)
{
	int16_t v[1000];
	struct frame *f;
	struct window_preset p[2];

	(void)state;
	for (int i = 0; i < 1000; i++)
		v[i] = (int16_t)(i < 500 ? -3000 : i - 500);
	v[999] = 30000;
	f = frame_s16(v, 1000);
	f->info.has_padding = true;
	f->info.pad_low = f->info.pad_high = -3000;
	f->info.slope = -1;
	window_presets(f, "MR", p, 2);
	assert_true(fabs(p[0].window.centre + 249.5) < 1 && fabs(p[0].window.width - 490) < 2);
	assert_true(p[1].window.centre == -15000 && p[1].window.width == 30000);
	frame_unref(f);
}

static void
presets_of_nothing_but_padding_or_one_value_are_valid(void **state)
{
	static const int16_t v[] = { 5, 5 };
	struct frame *f = frame_s16(v, 2), *nan = frame_of(FRAME_F32, 1);
	struct window_preset p[2];

	(void)state;
	((float *)nan->pixels)[0] = NAN;
	assert_int_equal(window_presets(nan, "MR", p, 2), 2);
	assert_true(p[0].window.width > 0);
	assert_int_equal(window_presets(f, "MR", p, 2), 2);
	assert_true(p[0].window.centre == 5 && p[0].window.width == 1);
	f->info.has_padding = true;
	f->info.pad_low = f->info.pad_high = 5;
	assert_int_equal(window_presets(f, "MR", p, 2), 2);
	assert_true(p[0].window.width > 0);
	frame_unref(f);
	frame_unref(nan);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(window_maps_the_centre_to_mid_grey),
		cmocka_unit_test(linear_follows_the_standards_examples),
		cmocka_unit_test(linear_exact_has_no_half_steps),
		cmocka_unit_test(sigmoid_is_symmetrical_about_the_centre),
		cmocka_unit_test(invert_and_not_a_number_are_safe),
		cmocka_unit_test(signed_values_are_rescaled),
		cmocka_unit_test(monochrome1_is_the_negative_of_monochrome2),
		cmocka_unit_test(padding_is_black_whatever_is_inverted),
		cmocka_unit_test(luts_are_applied_in_their_order),
		cmocka_unit_test(floats_are_windowed_one_by_one),
		cmocka_unit_test(presets_put_the_header_first),
		cmocka_unit_test(presets_without_a_header_start_as_the_modality_asks),
		cmocka_unit_test(percentile_leaves_out_padding_and_outliers),
		cmocka_unit_test(presets_of_nothing_but_padding_or_one_value_are_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
