/* Claims about projections of a series. */
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/project.h"
#include "render/window.h"

enum { SIDE = 40, SLICES = 30 };

static uint32_t seed = 1;

static int
noise(int most)
{
	seed = seed * 1664525 + 1013904223;
	return (int)((seed >> 8) % (uint32_t)(most + 1));
}

static const struct frame_info plain = {
	.kind = FRAME_S16, .width = SIDE, .height = SIDE, .aspect = 1, .slope = 1, .bits_stored = 16
};

static void
set(struct frame *f, uint32_t x, uint32_t y, int v)
{
	((int16_t *)f->pixels)[y * f->info.width + x] = (int16_t)v;
}

static double
at(struct project *p, enum projection which, uint32_t x, uint32_t y)
{
	struct frame *f = project_frame(p, which);
	double v = frame_value(f, x, y);

	frame_unref(f);
	return v;
}

/* A series of one pixel, slices 10, 11, ... */
static struct project *
series(const struct frame_info *info, const int *v, uint32_t n)
{
	struct project *p;
	struct frame_info one = *info;

	one.width = one.height = 1;
	p = project_new(&one);
	for (uint32_t i = 0; i < n; i++) {
		struct frame *f = frame_new(&one);

		set(f, 0, 0, v[i]);
		assert_int_equal(project_add(p, f, 10 + i, NULL), RC_OK);
		frame_unref(f);
	}
	return p;
}

static void
a_pixel_of_known_values_projects_as_computed_by_hand(void **state)
{
	struct project *p = series(&plain, (int[]){ 4, -6, 9, 2, 1 }, 5);

	(void)state;
	assert_true(at(p, PROJECT_MAX, 0, 0) == 9);
	assert_true(at(p, PROJECT_MIN, 0, 0) == -6);
	assert_true(fabs(at(p, PROJECT_MEAN, 0, 0) - 2) < 1e-6);
	assert_true(fabs(at(p, PROJECT_DEVIATION, 0, 0) - sqrt(118 / 5.0)) < 1e-5);
	assert_true(at(p, PROJECT_LONE, 0, 0) == 5);
	assert_int_equal(project_slice(p, PROJECT_MAX, 0, 0), 12);
	assert_int_equal(project_slice(p, PROJECT_MIN, 0, 0), 11);
	assert_int_equal(project_slice(p, PROJECT_LONE, 0, 0), 12);
	assert_int_equal(project_slice(p, PROJECT_MEAN, 0, 0), 11); /* 8 off, the other 7 */
	project_free(p);
}

static void
equal_extremes_belong_to_the_first_slice(void **state)
{
	struct project *p = series(&plain, (int[]){ 3, 7, 7, 3 }, 4);

	(void)state;
	assert_int_equal(project_slice(p, PROJECT_MAX, 0, 0), 11);
	assert_int_equal(project_slice(p, PROJECT_MIN, 0, 0), 10);
	assert_true(at(p, PROJECT_LONE, 0, 0) == 0);
	project_free(p);
}

static void
values_are_in_the_modality_units_of_each_slice(void **state)
{
	struct frame_info info = plain;
	struct project *p;
	struct frame *f;

	(void)state;
	info.width = info.height = 1;
	info.slope = 2;
	info.intercept = -1024;
	p = project_new(&info);
	f = frame_new(&info);
	set(f, 0, 0, 100);
	project_add(p, f, 1, NULL);
	frame_unref(f);
	info.slope = 3;
	f = frame_new(&info);
	set(f, 0, 0, 100);
	project_add(p, f, 2, NULL);
	frame_unref(f);
	assert_true(at(p, PROJECT_MIN, 0, 0) == 200 - 1024);
	assert_true(at(p, PROJECT_MAX, 0, 0) == 300 - 1024);
	project_free(p);
}

static void
a_modality_lut_is_looked_up(void **state)
{
	struct frame_info info = plain;
	struct project *p;
	struct frame *f;

	(void)state;
	info.width = info.height = 1;
	p = project_new(&info);
	f = frame_new(&info);
	f->modality_lut = (struct lut){ .first = 5, .count = 2, .bits = 16 };
	f->modality_lut.values = malloc(2 * sizeof(uint16_t));
	f->modality_lut.values[0] = 70;
	f->modality_lut.values[1] = 900;
	set(f, 0, 0, 6);
	project_add(p, f, 1, NULL);
	frame_unref(f);
	assert_true(at(p, PROJECT_MAX, 0, 0) == 900);
	project_free(p);
}

/* Every pixel of a noisy series against a plain second computation in double precision. */
static void
every_pixel_agrees_with_a_plain_computation(void **state)
{
	static double v[SLICES][SIDE * SIDE];
	struct project *p = project_new(&plain);
	struct frame *mean, *deviation, *lone;

	(void)state;
	for (uint32_t s = 0; s < SLICES; s++) {
		struct frame *f = frame_new(&plain);

		for (uint32_t i = 0; i < SIDE * SIDE; i++) {
			v[s][i] = noise(60000) - 30000;
			set(f, i % SIDE, i / SIDE, (int)v[s][i]);
		}
		project_add(p, f, s, NULL);
		frame_unref(f);
	}
	mean = project_frame(p, PROJECT_MEAN);
	deviation = project_frame(p, PROJECT_DEVIATION);
	lone = project_frame(p, PROJECT_LONE);
	for (uint32_t i = 0; i < SIDE * SIDE; i++) {
		uint32_t x = i % SIDE, y = i / SIDE, most = project_slice(p, PROJECT_MAX, x, y);
		double sum = 0, square = 0, second = -1e9;

		for (uint32_t s = 0; s < SLICES; s++) {
			sum += v[s][i] / SLICES;
			square += v[s][i] * v[s][i] / SLICES;
			assert_true(v[s][i] <= v[most][i]);
			if (s != most)
				second = fmax(second, v[s][i]);
		}
		assert_true(fabs(frame_value(mean, x, y) - sum) < 0.05);
		assert_true(fabs(frame_value(deviation, x, y) - sqrt(square - sum * sum)) < 0.05);
		assert_true(frame_value(lone, x, y) == v[most][i] - second);
	}
	frame_unref(mean);
	frame_unref(deviation);
	frame_unref(lone);
	project_free(p);
}

static void
a_far_offset_does_not_drown_the_deviation(void **state)
{
	struct frame_info info = plain;
	int v[1000];
	struct project *p;

	(void)state;
	info.intercept = 60000;
	for (int i = 0; i < 1000; i++)
		v[i] = i % 2;
	p = series(&info, v, 1000);
	assert_true(fabs(at(p, PROJECT_DEVIATION, 0, 0) - 0.5) < 0.01);
	assert_true(fabs(at(p, PROJECT_MEAN, 0, 0) - 60000.5) < 0.1);
	project_free(p);
}

/* ---- text ---------------------------------------------------------------------------------- */

/* The word TEST in strokes of one pixel. */
static const char *const test_word[] = {
	"### ### ### ###",
	" #  #   #    # ",
	" #  ### ###  # ",
	" #  #     #  # ",
	" #  ### ###  # ",
};

static bool
is_text(uint32_t x, uint32_t y)
{
	return x >= 3 && x < 18 && y >= 4 && y < 9 && test_word[y - 4][x - 3] == '#';
}

static bool
near_text(uint32_t x, uint32_t y)
{
	return is_text(x, y) || is_text(x + 1, y) || is_text(x - 1, y) || is_text(x, y + 1) ||
		is_text(x, y - 1);
}

/* A bright box that moves over a ground with much noise; text where `with` has a bit. */
static struct project *
moving_series(uint64_t with)
{
	struct project *p = project_new(&plain);

	for (uint32_t s = 0; s < SLICES; s++) {
		struct frame *f = frame_new(&plain);

		for (uint32_t i = 0; i < SIDE * SIDE; i++) {
			uint32_t x = i % SIDE, y = i / SIDE;
			bool box = x >= s && x < s + 12 && y >= 15 && y < 35;

			set(f, x, y, (box ? 1500 : 200) + noise(300));
			if (is_text(x, y) && (with >> s & 1))
				set(f, x, y, 3000);
		}
		project_add(p, f, s, NULL);
		frame_unref(f);
	}
	return p;
}

static void
least_on_and_most_off_text(const struct frame *f, double *on, double *off)
{
	*on = 1e9;
	*off = 0;
	for (uint32_t y = 1; y < SIDE - 1; y++) {
		for (uint32_t x = 1; x < SIDE - 1; x++) {
			if (is_text(x, y))
				*on = fmin(*on, frame_value(f, x, y));
			else if (!near_text(x, y))
				*off = fmax(*off, frame_value(f, x, y));
		}
	}
}

static void
static_text_scores_far_above_a_noisy_moving_background(void **state)
{
	struct project *p = moving_series(~UINT64_C(0));
	struct frame *f = project_frame(p, PROJECT_PERSISTENCE);
	double on, off;

	(void)state;
	least_on_and_most_off_text(f, &on, &off);
	assert_true(on > 2000);
	assert_true(off < on / 20);
	frame_unref(f);
	project_free(p);
}

static void
text_missing_from_one_slice_still_persists(void **state)
{
	struct project *p = moving_series(~(UINT64_C(1) << 7));
	struct frame *f = project_frame(p, PROJECT_PERSISTENCE);
	double on, off;

	(void)state;
	least_on_and_most_off_text(f, &on, &off);
	assert_true(on > 1200 && off < on / 10);
	frame_unref(f);
	project_free(p);
}

static void
text_on_half_of_the_slices_does_not_persist(void **state)
{
	struct project *p = moving_series((UINT64_C(1) << SLICES / 2) - 1);

	(void)state;
	assert_true(at(p, PROJECT_PERSISTENCE, 4, 4) < 100);
	project_free(p);
}

static void
text_on_a_single_slice_is_lone_bright_and_names_its_slice(void **state)
{
	struct project *p = moving_series(UINT64_C(1) << 17);
	struct frame *f = project_frame(p, PROJECT_LONE);
	double on, off;

	(void)state;
	least_on_and_most_off_text(f, &on, &off);
	assert_true(on > 2400);
	assert_true(off < on / 5);
	assert_int_equal(project_slice(p, PROJECT_LONE, 4, 4), 17);
	frame_unref(f);
	project_free(p);
}

static void
a_lone_dark_value_is_bright_in_monochrome1(void **state)
{
	struct frame_info info = plain;
	struct project *p;
	struct frame *f;

	(void)state;
	info.invert = true;
	p = series(&info, (int[]){ 900, 950, 20, 940 }, 4);
	f = project_frame(p, PROJECT_MAX);
	assert_true(f->info.invert);
	assert_true(at(p, PROJECT_LONE, 0, 0) == 880);
	assert_int_equal(project_slice(p, PROJECT_LONE, 0, 0), 12);
	assert_true(at(p, PROJECT_MAX, 0, 0) == 950 && at(p, PROJECT_MIN, 0, 0) == 20);
	assert_int_equal(project_slice(p, PROJECT_MAX, 0, 0), 11);
	assert_int_equal(project_slice(p, PROJECT_MIN, 0, 0), 12);
	frame_unref(f);
	project_free(p);
}

/* ---- what is left out, and the frame ------------------------------------------------------- */

static void
another_matrix_or_colour_is_left_out_and_counted(void **state)
{
	struct project *p = project_new(&plain);
	struct frame_info wide = plain, colour = plain;
	struct frame *f = frame_new(&plain), *w, *c;
	struct err e = { 0 };

	(void)state;
	wide.width++;
	colour.kind = FRAME_RGB8;
	w = frame_new(&wide);
	c = frame_new(&colour);
	assert_int_equal(project_add(p, f, 0, &e), RC_OK);
	assert_int_equal(project_add(p, w, 1, &e), RC_UNSUPPORTED);
	assert_non_null(strstr(e.text, "slice 1"));
	assert_int_equal(project_add(p, c, 2, NULL), RC_UNSUPPORTED);
	assert_int_equal(project_left_out(p), 2);
	frame_unref(f);
	frame_unref(w);
	frame_unref(c);
	project_free(p);
}

static void
colour_counts_by_luminance(void **state)
{
	struct frame_info info = plain;
	struct project *p;
	struct frame *f;

	(void)state;
	info.kind = FRAME_RGB8;
	info.width = info.height = 1;
	p = project_new(&info);
	f = frame_new(&info);
	memcpy(f->pixels, ((uint8_t[]){ 255, 0, 0 }), 3);
	project_add(p, f, 0, NULL);
	assert_true(fabs(at(p, PROJECT_MAX, 0, 0) - 76.245) < 0.01);
	frame_unref(f);
	project_free(p);
}

static void
the_frame_starts_with_percentile_and_keeps_its_aspect(void **state)
{
	struct frame_info info = plain;
	struct window_preset preset[4];
	struct project *p;
	struct frame *f;

	(void)state;
	info.aspect = 1.5;
	info.slope = 2;
	info.windows = 1;
	info.window[0] = (struct voi_window){ .centre = 1, .width = 2 };
	p = project_new(&info);
	for (int which = 0; which < PROJECTIONS; which++) {
		f = project_frame(p, (enum projection)which);
		assert_int_equal(f->info.kind, FRAME_F32);
		assert_true(f->info.aspect == 1.5 && f->info.slope == 1 && !f->info.invert);
		assert_int_equal(window_presets(f, "MR", preset, 4), 2);
		assert_string_equal(preset[0].name, "percentile");
		frame_unref(f);
	}
	project_free(p);
}

static void
padding_stays_padding_of_what_shows_the_slices_values(void **state)
{
	struct frame_info info = plain;
	struct project *p;
	struct frame *f;

	(void)state;
	info.has_padding = true;
	info.pad_low = info.pad_high = -2000;
	info.slope = 0.1;
	p = series(&info, (int[]){ -2000, -2000 }, 2);
	f = project_frame(p, PROJECT_MAX);
	assert_true(f->info.has_padding && f->info.pad_low <= frame_value(f, 0, 0));
	assert_true(f->info.pad_high >= frame_value(f, 0, 0));
	frame_unref(f);
	f = project_frame(p, PROJECT_LONE);
	assert_false(f->info.has_padding);
	frame_unref(f);
	project_free(p);
}

static void
not_a_number_counts_as_nothing(void **state)
{
	struct frame_info info = plain;
	struct project *p;
	struct frame *f;

	(void)state;
	info.kind = FRAME_F32;
	info.width = info.height = 1;
	p = project_new(&info);
	f = frame_new(&info);
	*(float *)f->pixels = NAN;
	project_add(p, f, 0, NULL);
	frame_unref(f);
	f = frame_new(&info);
	*(float *)f->pixels = 3;
	project_add(p, f, 1, NULL);
	frame_unref(f);
	assert_true(at(p, PROJECT_MAX, 0, 0) == 3 && at(p, PROJECT_MIN, 0, 0) == 0);
	project_free(p);
}

/* Slices wait to be counted together; asking in between counts them sooner, and changes nothing. */
static void
asking_after_each_slice_gives_the_same(void **state)
{
	struct project *once = project_new(&plain), *often = project_new(&plain);

	(void)state;
	for (uint32_t s = 0; s < 11; s++) {
		struct frame *f = frame_new(&plain);

		for (uint32_t i = 0; i < SIDE * SIDE; i++)
			set(f, i % SIDE, i / SIDE, noise(4000));
		project_add(once, f, s, NULL);
		project_add(often, f, s, NULL);
		frame_unref(f);
		if (s % 3 != 1)
			at(often, PROJECT_MEAN, 0, 0);
	}
	for (int which = 0; which < PROJECTIONS; which++) {
		struct frame *a = project_frame(once, (enum projection)which),
			     *b = project_frame(often, (enum projection)which);

		assert_memory_equal(a->pixels, b->pixels, a->bytes);
		frame_unref(a);
		frame_unref(b);
	}
	project_free(once);
	project_free(often);
}

static void *
ask_for_the_mean(void *project)
{
	return project_frame(project, PROJECT_MEAN);
}

static void
several_threads_may_ask_at_once(void **state)
{
	(void)state;
	for (int round = 0; round < 50; round++) {
		struct project *p = series(&plain, (int[]){ 100, 200, 600 }, 3);
		pthread_t threads[4];

		for (int i = 0; i < 4; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, ask_for_the_mean, p), 0);
		for (int i = 0; i < 4; i++) {
			void *f;

			assert_int_equal(pthread_join(threads[i], &f), 0);
			assert_true(frame_value(f, 0, 0) == 300);
			frame_unref(f);
		}
		project_free(p);
	}
}

static void
a_series_given_up_leaves_nothing(void **state)
{
	(void)state;
	project_free(series(&plain, (int[]){ 1, 2, 3 }, 3)); /* the sanitizer looks */
}

static void
one_slice_or_none_gives_no_scores(void **state)
{
	struct project *p = series(&plain, (int[]){ 800 }, 1), *none = project_new(&plain);

	(void)state;
	assert_true(at(p, PROJECT_MEAN, 0, 0) == 800);
	assert_true(at(p, PROJECT_DEVIATION, 0, 0) == 0 && at(p, PROJECT_LONE, 0, 0) == 0);
	assert_true(at(p, PROJECT_PERSISTENCE, 0, 0) == 0);
	for (int which = 0; which < PROJECTIONS; which++) {
		assert_true(at(none, (enum projection)which, 3, 3) == 0);
		assert_int_equal(project_slice(none, (enum projection)which, 3, 3), 0);
	}
	project_free(p);
	project_free(none);
}

static void
projections_have_their_names(void **state)
{
	(void)state;
	assert_string_equal(project_name(PROJECT_MAX), "maximum");
	assert_string_equal(project_name(PROJECT_MIN), "minimum");
	assert_string_equal(project_name(PROJECT_MEAN), "mean");
	assert_string_equal(project_name(PROJECT_DEVIATION), "deviation");
	assert_string_equal(project_name(PROJECT_PERSISTENCE), "persistence");
	assert_string_equal(project_name(PROJECT_LONE), "lone bright");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pixel_of_known_values_projects_as_computed_by_hand),
		cmocka_unit_test(equal_extremes_belong_to_the_first_slice),
		cmocka_unit_test(values_are_in_the_modality_units_of_each_slice),
		cmocka_unit_test(a_modality_lut_is_looked_up),
		cmocka_unit_test(every_pixel_agrees_with_a_plain_computation),
		cmocka_unit_test(a_far_offset_does_not_drown_the_deviation),
		cmocka_unit_test(static_text_scores_far_above_a_noisy_moving_background),
		cmocka_unit_test(text_missing_from_one_slice_still_persists),
		cmocka_unit_test(text_on_half_of_the_slices_does_not_persist),
		cmocka_unit_test(text_on_a_single_slice_is_lone_bright_and_names_its_slice),
		cmocka_unit_test(a_lone_dark_value_is_bright_in_monochrome1),
		cmocka_unit_test(another_matrix_or_colour_is_left_out_and_counted),
		cmocka_unit_test(colour_counts_by_luminance),
		cmocka_unit_test(the_frame_starts_with_percentile_and_keeps_its_aspect),
		cmocka_unit_test(padding_stays_padding_of_what_shows_the_slices_values),
		cmocka_unit_test(not_a_number_counts_as_nothing),
		cmocka_unit_test(asking_after_each_slice_gives_the_same),
		cmocka_unit_test(several_threads_may_ask_at_once),
		cmocka_unit_test(a_series_given_up_leaves_nothing),
		cmocka_unit_test(one_slice_or_none_gives_no_scores),
		cmocka_unit_test(projections_have_their_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
