/* Claims about enlarging, against a plain loop in double precision. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/picture.h"
#include "render/scale.h"

static uint32_t
next_random(void)
{
	static uint32_t seed = 1;

	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

static struct raster *
noise(uint32_t width, uint32_t height, bool colour)
{
	struct raster *r = raster_new(width, height, colour);

	for (size_t i = 0; i < (size_t)width * height * (colour ? 3 : 1); i++)
		r->pixels[i] = (uint8_t)next_random();
	return r;
}

static struct scale_source
whole(const struct raster *r, enum scale_kind kind)
{
	return (struct scale_source){ .pixels = r->pixels,
		.width = r->width,
		.height = r->height,
		.colour = r->colour,
		.shown_width = r->width,
		.shown_height = r->height,
		.kind = kind };
}

/* Catmull-Rom's weights for the pixels at -1, 0, 1 and 2. */
static double
weight(double distance)
{
	double d = fabs(distance);

	if (d < 1)
		return 1.5 * d * d * d - 2.5 * d * d + 1;
	return d < 2 ? -0.5 * d * d * d + 2.5 * d * d - 4 * d + 2 : 0;
}

static double
pixel(const struct scale_source *s, double x, double y, size_t channel)
{
	size_t column = (size_t)fmin(fmax(x, 0), s->width - 1);
	size_t row = (size_t)fmin(fmax(y, 0), s->height - 1), channels = s->colour ? 3 : 1;

	return s->pixels[(row * s->width + column) * channels + channel];
}

/* The clamped cubic at one place, in pixels from the middle of the first. */
static double
cubic_at(const struct scale_source *s, double x, double y, size_t channel)
{
	double sum = 0, least = 255, most = 0;

	for (double j = floor(y) - 1; j <= floor(y) + 2; j++) {
		for (double i = floor(x) - 1; i <= floor(x) + 2; i++) {
			double v = pixel(s, i, j, channel);

			sum += weight(x - i) * weight(y - j) * v;
			least = fmin(least, v);
			most = fmax(most, v);
		}
	}
	return fmin(fmax(sum, least), most);
}

static void
assert_cubic(const struct scale_source *s, uint32_t width, uint32_t height)
{
	struct raster *r = scale_image(s, width, height);
	size_t channels = s->colour ? 3 : 1;

	for (size_t i = 0; i < (size_t)width * height * channels; i++) {
		size_t x = i / channels % width, y = i / channels / width;
		double want = cubic_at(s, s->left + ((double)x + 0.5) * s->shown_width / width - 0.5,
			s->top + ((double)y + 0.5) * s->shown_height / height - 0.5, i % channels);

		/* rounding, and what single precision adds */
		if (fabs(r->pixels[i] - want) > 0.5 + 1e-3)
			fail_msg("%zu, %zu is %d, not %.4f", x, y, r->pixels[i], want);
	}
	raster_free(r);
}

static void
smooth_is_the_cubic_of_a_plain_loop(void **state)
{
	static const uint32_t sizes[][2] = { { 31, 23 }, { 40, 29 }, { 62, 46 }, { 93, 61 },
		{ 199, 23 }, { 31, 150 }, { 160, 130 } };

	(void)state;
	for (int colour = 0; colour < 2; colour++) {
		struct raster *r = noise(31, 23, colour);
		struct scale_source s = whole(r, SCALE_SMOOTH);

		for (size_t i = 1; i < sizeof(sizes) / sizeof(sizes[0]); i++)
			assert_cubic(&s, sizes[i][0], sizes[i][1]);
		raster_free(r);
	}
}

/* What lies outside of the part shown still counts at its edges. */
static void
a_part_of_the_image_is_that_part_of_the_whole(void **state)
{
	struct raster *r = noise(40, 30, false);
	struct scale_source s = whole(r, SCALE_SMOOTH);

	(void)state;
	s.left = 7.3;
	s.top = 11.8;
	s.shown_width = 20.5;
	s.shown_height = 9.25;
	assert_cubic(&s, 64, 37);
	assert_cubic(&s, 21, 10);
	s.left = 40 - s.shown_width;
	s.top = 30 - s.shown_height;
	assert_cubic(&s, 77, 50);
	raster_free(r);
}

static void
images_of_a_few_pixels_are_enlarged_too(void **state)
{
	(void)state;
	for (uint32_t n = 1; n <= 5; n++) {
		struct raster *r = noise(n, 6 - n, n % 2);
		struct scale_source s = whole(r, SCALE_SMOOTH);

		assert_cubic(&s, 3 * n + 1, 4 * (6 - n));
		assert_cubic(&s, 40 * n, 30 * (6 - n));
		raster_free(r);
	}
}

/* Plain Catmull-Rom would go to 93 and 207 beside this edge. */
static void
an_edge_has_no_rim_and_is_steeper_than_bilinear(void **state)
{
	struct raster *r = raster_new(16, 4, false), *out;
	struct scale_source s = whole(r, SCALE_SMOOTH);

	(void)state;
	for (int i = 0; i < 64; i++)
		r->pixels[i] = i % 16 < 8 ? 100 : 200;
	out = scale_image(&s, 48, 12);
	for (uint32_t x = 0; x < 48; x++) {
		uint8_t v = out->pixels[6 * 48 + x];

		assert_true(v >= 100 && v <= 200);
		assert_true(x < 23 ? v == 100 : x > 24 ? v == 200 : true);
	}
	assert_true(
		out->pixels[6 * 48 + 23] < 133 && out->pixels[6 * 48 + 24] > 167); /* bilinear's */
	raster_free(out);
	raster_free(r);
}

static void
pixels_are_the_image_pixels_themselves(void **state)
{
	struct raster *r = noise(20, 15, false), *out;
	struct scale_source s = whole(r, SCALE_PIXELS);

	(void)state;
	out = scale_image(&s, 50, 31);
	for (uint32_t y = 0; y < 31; y++) {
		for (uint32_t x = 0; x < 50; x++)
			assert_int_equal(out->pixels[y * 50 + x],
				r->pixels[(size_t)((y + 0.5) * 15 / 31) * 20 +
					(size_t)((x + 0.5) * 20 / 50)]);
	}
	raster_free(out);
	raster_free(r);
}

static void
left_alone_it_is_smooth_below_fourfold_and_pixels_from_there(void **state)
{
	static const struct {
		uint32_t width, height;
		enum scale_kind same;
	} cases[] = { { 30, 24, SCALE_SMOOTH }, { 79, 64, SCALE_SMOOTH }, { 80, 64, SCALE_PIXELS },
		{ 200, 63, SCALE_SMOOTH }, { 200, 160, SCALE_PIXELS } };
	struct raster *r = noise(20, 16, false);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scale_source automatic = whole(r, SCALE_AUTO),
				    same = whole(r, cases[i].same);
		struct raster *a = scale_image(&automatic, cases[i].width, cases[i].height),
			      *b = scale_image(&same, cases[i].width, cases[i].height);

		assert_memory_equal(a->pixels, b->pixels, cases[i].width * cases[i].height);
		raster_free(a);
		raster_free(b);
	}
	raster_free(r);
}

static void
the_choice_does_not_matter_where_an_axis_shrinks(void **state)
{
	struct raster *r = noise(64, 16, true), *a, *b;
	struct scale_source smooth = whole(r, SCALE_SMOOTH), pixels = whole(r, SCALE_PIXELS);

	(void)state;
	a = scale_image(&smooth, 33, 60);
	b = scale_image(&pixels, 33, 60);
	assert_memory_equal(a->pixels, b->pixels, 33 * 60 * 3);
	raster_free(a);
	raster_free(b);
	raster_free(r);
}

static const char *
word(uint32_t side, double zoom, double centre, enum scale_kind kind)
{
	struct frame_info info = {
		.kind = FRAME_U16, .width = 128, .height = 128, .aspect = 1, .slope = 1
	};
	struct frame *f = frame_new(&info);
	struct picture_view v = { .width = side,
		.height = side,
		.device_aspect = 1,
		.zoom = zoom,
		.centre_x = centre,
		.centre_y = centre,
		.window = { .width = 256 },
		.scale = kind };
	struct picture_place place;

	raster_free(picture_make(f, &v, &place));
	frame_unref(f);
	return picture_scaling_name(&place, kind);
}

static void
the_viewer_can_say_what_was_done(void **state)
{
	(void)state;
	assert_string_equal(word(128, 1, 0.5, SCALE_SMOOTH), "as stored");
	assert_string_equal(word(64, 2, 0.5, SCALE_AUTO), "as stored"); /* a part of it */
	assert_string_equal(word(100, 1, 0.5, SCALE_PIXELS), "area average");
	assert_string_equal(word(300, 1, 0.5, SCALE_AUTO), "cubic, clamped");
	assert_string_equal(word(64, 2, 0.501, SCALE_AUTO), "cubic, clamped"); /* between pixels */
	assert_string_equal(word(300, 1, 0.5, SCALE_PIXELS), "nearest");
	assert_string_equal(word(512, 1, 0.5, SCALE_AUTO), "nearest");
	assert_string_equal(word(512, 1, 0.5, SCALE_SMOOTH), "cubic, clamped");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(smooth_is_the_cubic_of_a_plain_loop),
		cmocka_unit_test(a_part_of_the_image_is_that_part_of_the_whole),
		cmocka_unit_test(images_of_a_few_pixels_are_enlarged_too),
		cmocka_unit_test(an_edge_has_no_rim_and_is_steeper_than_bilinear),
		cmocka_unit_test(pixels_are_the_image_pixels_themselves),
		cmocka_unit_test(left_alone_it_is_smooth_below_fourfold_and_pixels_from_there),
		cmocka_unit_test(the_choice_does_not_matter_where_an_axis_shrinks),
		cmocka_unit_test(the_viewer_can_say_what_was_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
