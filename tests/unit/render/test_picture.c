/* Claims about geometry: scaling, aspect, zoom and pan, and text in pictures. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/label.h"
#include "render/picture.h"
#include "render/scale.h"

static struct raster *
ramp(uint32_t width, uint32_t height, bool colour)
{
	struct raster *r = raster_new(width, height, colour);
	size_t bytes = colour ? 3 : 1;

	for (size_t i = 0; i < (size_t)width * height * bytes; i++)
		r->pixels[i] = (uint8_t)(i * 7919 >> 3);
	return r;
}

static struct raster *
scaled(const struct raster *r, uint32_t width, uint32_t height)
{
	struct scale_source s = { .pixels = r->pixels,
		.width = r->width,
		.height = r->height,
		.colour = r->colour,
		.shown_width = r->width,
		.shown_height = r->height };

	return scale_image(&s, width, height);
}

static double
mean(const struct raster *r)
{
	size_t n = (size_t)r->width * r->height * (r->colour ? 3 : 1);
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += r->pixels[i];
	return sum / (double)n;
}

static void
one_to_one_is_a_copy(void **state)
{
	(void)state;
	for (int colour = 0; colour < 2; colour++) {
		struct raster *r = ramp(61, 47, colour), *s = scaled(r, 61, 47);

		assert_memory_equal(s->pixels, r->pixels, (size_t)61 * 47 * (colour ? 3 : 1));
		raster_free(r);
		raster_free(s);
	}
}

static void
shrinking_keeps_the_mean(void **state)
{
	static const uint32_t sizes[][2] = { { 250, 200 }, { 333, 127 }, { 7, 3 }, { 1, 1 },
		{ 499, 399 } };

	(void)state;
	for (int i = 0; i < 10; i++) {
		struct raster *r = ramp(500, 400, i % 2),
			      *s = scaled(r, sizes[i / 2][0], sizes[i / 2][1]);

		assert_true(fabs(mean(r) - mean(s)) < 0.6);
		raster_free(r);
		raster_free(s);
	}
}

static void
shrinking_by_two_averages_four_pixels(void **state)
{
	struct raster *r = raster_new(4, 2, false), *s;

	(void)state;
	memcpy(r->pixels, ((uint8_t[]){ 0, 100, 255, 255, 100, 200, 255, 255 }), 8);
	s = scaled(r, 2, 1);
	assert_int_equal(s->pixels[0], 100);
	assert_int_equal(s->pixels[1], 255);
	raster_free(r);
	raster_free(s);
}

static void
a_flat_picture_stays_flat_at_every_scale(void **state)
{
	struct raster *r = raster_new(97, 89, true);

	(void)state;
	memset(r->pixels, 255, (size_t)97 * 89 * 3);
	for (uint32_t n = 1; n < 600; n += 37) {
		struct raster *s = scaled(r, n, 600 - n);

		for (size_t i = 0; i < (size_t)n * (600 - n) * 3; i++)
			assert_int_equal(s->pixels[i], 255);
		raster_free(s);
	}
	raster_free(r);
}

/* ---- views --------------------------------------------------------------------------------- */

static struct frame *
box_frame(uint32_t width, uint32_t height, double aspect)
{
	struct frame_info info = {
		.kind = FRAME_U16, .width = width, .height = height, .aspect = aspect, .slope = 1
	};
	struct frame *f = frame_new(&info);
	uint16_t *p = f->pixels;

	for (uint32_t y = 0; y < height; y++) {
		for (uint32_t x = 0; x < width; x++)
			p[(size_t)y * width + x] = (uint16_t)((x * 13 + y * 7) % 256);
	}
	return f;
}

static const struct picture_view plain_view = { .width = 400,
	.height = 400,
	.device_aspect = 1,
	.zoom = 1,
	.centre_x = 0.5,
	.centre_y = 0.5,
	.window = { .function = VOI_LINEAR_EXACT, .centre = 127.5, .width = 255 } };

static void
assert_size(double aspect, double device, uint32_t width, uint32_t height)
{
	struct frame *f = box_frame(200, 100, aspect);
	struct picture_view v = plain_view;
	struct picture_place place;
	struct raster *r;

	v.device_aspect = device;
	r = picture_make(f, &v, &place);
	assert_int_equal(r->width, width);
	assert_int_equal(r->height, height);
	assert_true(place.left == 0 && place.top == 0);
	assert_true(fabs(place.scale_x - width / 200.0) < 1e-9);
	assert_true(fabs(place.scale_y - height / 100.0) < 1e-9);
	raster_free(r);
	frame_unref(f);
}

static void
the_picture_fits_the_box_with_square_voxels(void **state)
{
	(void)state;
	assert_size(1, 1, 400, 200);
	assert_size(2, 1, 400, 400);
	assert_size(4, 1, 200, 400); /* the height is what limits */
	assert_size(1, 2, 400, 100); /* tall device pixels: half as many */
	assert_size(0, 0, 400, 200); /* unknown counts as square */
}

static void
at_the_frames_own_size_the_picture_is_the_frame(void **state)
{
	struct frame *f = box_frame(512, 512, 1);
	struct picture_view v = plain_view;
	struct raster *r;

	(void)state;
	v.width = v.height = 512;
	r = picture_make(f, &v, NULL);
	for (size_t i = 0; i < (size_t)512 * 512; i++)
		assert_int_equal(r->pixels[i], ((uint16_t *)f->pixels)[i]);
	raster_free(r);
	frame_unref(f);
}

static void
pan_never_leaves_the_picture(void **state)
{
	struct frame *f = box_frame(100, 100, 1);
	struct picture_view v = plain_view;
	struct picture_place place;

	(void)state;
	v.zoom = 2;
	for (int i = 0; i < 25; i++) {
		struct raster *r;

		v.centre_x = i % 5 * 0.5 - 0.5;
		v.centre_y = i / 5 * 0.5 - 0.5;
		r = picture_make(f, &v, &place);
		assert_true(r->width == 400 && r->height == 400);
		assert_true(place.left >= 0 && place.left + 400 / place.scale_x <= 100 + 1e-9);
		assert_true(place.top >= 0 && place.top + 400 / place.scale_y <= 100 + 1e-9);
		raster_free(r);
	}
	frame_unref(f);
}

static void
zoom_shows_the_pixel_that_was_asked_for(void **state)
{
	struct frame *f = box_frame(100, 100, 1);
	struct picture_view v = plain_view;
	struct picture_place place;
	struct raster *r;

	(void)state;
	v.zoom = 8; /* 32 raster pixels each: nearest */
	v.centre_x = 0.305;
	v.centre_y = 0.705;
	r = picture_make(f, &v, &place);
	for (uint32_t y = 0; y < 400; y += 7) {
		for (uint32_t x = 0; x < 400; x += 7) {
			uint32_t ix = (uint32_t)(place.left + (x + 0.5) / place.scale_x);
			uint32_t iy = (uint32_t)(place.top + (y + 0.5) / place.scale_y);

			assert_int_equal(
				r->pixels[y * 400 + x], ((uint16_t *)f->pixels)[iy * 100 + ix]);
		}
	}
	assert_true(fabs(place.left + 200 / place.scale_x - 30.5) < 0.01);
	raster_free(r);
	frame_unref(f);
}

static void
absurd_views_are_clamped(void **state)
{
	static const double odd[] = { 0, -1, 1e300, NAN, INFINITY, 1e-300 };
	struct frame *f = box_frame(1, 3, NAN);
	struct picture_view v = plain_view;

	(void)state;
	for (int i = 0; i < 36; i++) {
		struct raster *r;

		v.zoom = odd[i % 6];
		v.centre_x = v.centre_y = odd[i / 6];
		v.width = (uint32_t)i % 3;
		r = picture_make(f, &v, NULL);
		assert_true(r->width >= 1 && r->width <= 2 && r->height >= 1 && r->height <= 400);
		raster_free(r);
	}
	frame_unref(f);
}

/* ---- text ---------------------------------------------------------------------------------- */

static unsigned
count_grey(const struct raster *r, uint8_t grey)
{
	unsigned n = 0;

	for (size_t i = 0; i < (size_t)r->width * r->height; i++)
		n += r->pixels[i] == grey;
	return n;
}

static void
every_printable_character_has_a_shape_of_its_own(void **state)
{
	uint8_t seen[95][(size_t)LABEL_WIDTH * LABEL_HEIGHT];

	(void)state;
	for (int c = 32; c < 127; c++) {
		struct raster *r = raster_new(LABEL_WIDTH, LABEL_HEIGHT, false);
		char text[2] = { (char)c, '\0' };

		label_draw(r, 0, 0, 1, text);
		memcpy(seen[c - 32], r->pixels, sizeof(seen[0]));
		for (int k = 32; k < c; k++)
			assert_memory_not_equal(seen[k - 32], seen[c - 32], sizeof(seen[0]));
		raster_free(r);
	}
}

static void
text_has_a_dark_outline_on_a_bright_ground(void **state)
{
	struct raster *r = raster_new(60, 30, false);

	(void)state;
	memset(r->pixels, 255, (size_t)60 * 30);
	label_draw(r, 10, 10, 1, "TEST");
	assert_true(count_grey(r, 0) > 60);
	raster_free(r);
}

static void
text_outside_the_picture_is_cut_off(void **state)
{
	struct raster *r = raster_new(9, 5, true);

	(void)state;
	for (int x = -40; x < 40; x += 3) {
		for (int y = -40; y < 40; y += 3)
			label_draw(r, x, y, 3, "W~\x01\xff");
	}
	raster_free(r);
}

static void
letters_stand_at_the_edges_and_the_caption_lower_left(void **state)
{
	struct frame_info info = {
		.kind = FRAME_U16, .width = 300, .height = 300, .aspect = 1, .slope = 1
	};
	struct frame *f = frame_new(&info);
	struct picture_view v = plain_view;
	struct raster *r;
	bool left = false, right = false, low_left = false, low_right = false;

	(void)state;
	v.width = v.height = 300;
	strcpy(v.left, "R");
	strcpy(v.caption, "44/120");
	r = picture_make(f, &v, NULL);
	for (uint32_t y = 0; y < 300; y++) {
		for (uint32_t x = 0; x < 300; x++) {
			bool white = r->pixels[y * 300 + x] == 255, low = y > 280;

			left |= white && x < 10 && y > 140 && y < 160;
			low_left |= white && low && x < 40;
			low_right |= white && low && x >= 40;
			right |= white && x > 200;
		}
	}
	assert_true(left && low_left && !low_right && !right);
	raster_free(r);
	frame_unref(f);
}

static void
tiny_pictures_have_no_text(void **state)
{
	struct frame_info info = {
		.kind = FRAME_U16, .width = 47, .height = 300, .aspect = 1, .slope = 1
	};
	struct frame *f = frame_new(&info);
	struct picture_view v = plain_view;
	struct raster *r;

	(void)state;
	v.width = 47;
	v.height = 300;
	strcpy(v.left, "R");
	strcpy(v.caption, "44/120");
	r = picture_make(f, &v, NULL);
	assert_int_equal(count_grey(r, 255), 0);
	raster_free(r);
	frame_unref(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_to_one_is_a_copy),
		cmocka_unit_test(shrinking_keeps_the_mean),
		cmocka_unit_test(shrinking_by_two_averages_four_pixels),
		cmocka_unit_test(a_flat_picture_stays_flat_at_every_scale),
		cmocka_unit_test(the_picture_fits_the_box_with_square_voxels),
		cmocka_unit_test(at_the_frames_own_size_the_picture_is_the_frame),
		cmocka_unit_test(pan_never_leaves_the_picture),
		cmocka_unit_test(zoom_shows_the_pixel_that_was_asked_for),
		cmocka_unit_test(absurd_views_are_clamped),
		cmocka_unit_test(every_printable_character_has_a_shape_of_its_own),
		cmocka_unit_test(text_has_a_dark_outline_on_a_bright_ground),
		cmocka_unit_test(text_outside_the_picture_is_cut_off),
		cmocka_unit_test(letters_stand_at_the_edges_and_the_caption_lower_left),
		cmocka_unit_test(tiny_pictures_have_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
