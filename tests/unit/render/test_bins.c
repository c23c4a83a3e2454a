/* Claims about windows shown by registers alone, against the picture made with that window. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/bins.h"
#include "render/palette.h"
#include "render/picture.h"
#include "tests/support/sixel_decode.c"

enum { SIDE = 96, LOW = -300, HIGH = 720 };

static uint32_t
next_random(void)
{
	static uint32_t seed = 1;

	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

/* Modality values from LOW to HIGH, half a unit a step; one in sixteen is padding. */
static struct frame *
slice(bool reversed, bool padding)
{
	struct frame_info info = { .kind = FRAME_S16,
		.width = SIDE,
		.height = SIDE,
		.aspect = 1,
		.slope = 0.5,
		.intercept = LOW,
		.invert = reversed,
		.has_padding = padding,
		.pad_low = -2000,
		.pad_high = -2000 };
	struct frame *f = frame_new(&info);
	int16_t *p = f->pixels;

	for (int i = 0; i < SIDE * SIDE; i++) {
		p[i] = (int16_t)(next_random() % (2 * (HIGH - LOW) + 1));
		if (padding && next_random() % 16 == 0)
			p[i] = -2000;
	}
	return f;
}

static struct raster *
picture(const struct frame *f, struct window w)
{
	struct picture_view v = { .width = SIDE,
		.height = SIDE,
		.device_aspect = 1,
		.zoom = 1,
		.centre_x = 0.5,
		.centre_y = 0.5,
		.window = w };

	return picture_make(f, &v, NULL);
}

/* The registers of bins_show's bytes, in percent: nothing else may be in them. */
static void
read_registers(const struct buf *b, int percent[PALETTE_MAX])
{
	const char *p = b->data, *end = b->data + b->len - 2;
	int at = 0, reg, grey, hue, saturation, length;

	assert_memory_equal(p, "\033P0;0;0q", 8);
	assert_memory_equal(end, "\033\\", 2);
	for (p += 8; p < end; p += length, at++) {
		assert_int_equal(
			sscanf(p, "#%d;1;%d;%d;%d%n", &reg, &hue, &grey, &saturation, &length), 4);
		assert_true(reg == at && hue == 0 && saturation == 0 && grey >= 0 && grey <= 100);
		percent[at] = grey;
	}
	assert_int_equal(at, PALETTE_MAX);
}

static const struct window windows[] = {
	{ .function = VOI_LINEAR, .centre = 40, .width = 100 },
	{ .function = VOI_LINEAR, .centre = 200, .width = 900 },
	{ .function = VOI_LINEAR_EXACT, .centre = 40.5, .width = 60 },
	{ .function = VOI_LINEAR_EXACT, .centre = 0, .width = 300, .invert = true },
	{ .function = VOI_SIGMOID, .centre = 150, .width = 350 },
	{ .function = VOI_SIGMOID, .centre = 210, .width = 40, .invert = true },
};

/* Greys by which register and picture may differ: a value is at most half a step from its bin's, and no window is steeper than
 * 255 / width; both are rounded to a grey, and the register then to a percent (255 / 200). */
static double
bound(const struct bins *b, const struct window *w)
{
	double width = w->function == VOI_LINEAR ? w->width - 1 : w->width;

	return 255 / width * b->step / 2 + 0.5 + 0.5 + 1.275 + 1e-9;
}

static void
assert_shows(const struct frame *f, const struct bins *b, const struct sixel_image *im,
	const struct window *w)
{
	struct raster *direct = picture(f, *w);
	struct buf out = { 0 };
	int percent[PALETTE_MAX];

	assert_int_equal(bins_show(b, w, &out, NULL), RC_OK);
	assert_true(out.len <= BINS_SHOW_MAX);
	read_registers(&out, percent);
	for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) {
		double off = fabs(percent[im->index[i]] * 2.55 - direct->pixels[i]);

		if (off > bound(b, w))
			fail_msg("pixel %zu is off by %.2f of at most %.2f", i, off, bound(b, w));
	}
	buf_release(&out);
	raster_free(direct);
}

/* Sent once, then each window by registers: MONOCHROME1 or not, with padding or without. */
static void
registers_alone_show_each_window_within_half_a_bin(void **state)
{
	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		struct frame *f = slice(kind % 2, kind / 2);
		struct sixel_image im;
		struct buf out = { 0 };
		struct raster *r;
		struct bins b;

		assert_true(bins_make(&b, f, LOW, HIGH));
		r = picture(f, bins_window(&b));
		assert_int_equal(bins_encode(r, &b, &windows[0], &out, NULL), RC_OK);
		assert_true(sixel_decode_image(out.data, out.len, &im));
		for (size_t i = 0; i < (size_t)SIDE * SIDE; i++)
			assert_int_equal(im.index[i], r->pixels[i]);
		for (size_t w = 0; w < sizeof(windows) / sizeof(windows[0]); w++)
			assert_shows(f, &b, &im, &windows[w]);
		sixel_image_release(&im);
		buf_release(&out);
		raster_free(r);
		frame_unref(f);
	}
}

/* What is sent first has the registers that bins_show would send for that window, and is not transparent. */
static void
the_first_picture_is_already_in_its_window(void **state)
{
	struct frame *f = slice(false, true);
	struct buf first = { 0 }, again = { 0 };
	struct sixel_image im;
	struct raster *r;
	struct bins b;
	int percent[PALETTE_MAX];

	(void)state;
	assert_true(bins_make(&b, f, LOW, HIGH));
	r = picture(f, bins_window(&b));
	assert_int_equal(bins_encode(r, &b, &windows[3], &first, NULL), RC_OK);
	assert_int_equal(bins_show(&b, &windows[3], &again, NULL), RC_OK);
	read_registers(&again, percent);
	assert_true(sixel_decode_image(first.data, first.len, &im));
	assert_int_equal(im.defined, PALETTE_MAX);
	assert_false(im.transparent);
	for (int i = 0; i < PALETTE_MAX; i++) {
		for (int c = 0; c < 3; c++)
			assert_int_equal(im.percent[i][c], percent[i]);
	}
	sixel_image_release(&im);
	buf_release(&first);
	buf_release(&again);
	raster_free(r);
	frame_unref(f);
}

static void
no_window_takes_more_than_4096_bytes(void **state)
{
	static const double widths[] = { 1e-6, 1, 2, 80, 4000, 1e9 };
	struct frame *f = slice(false, false);
	struct bins b;
	size_t most = 0;

	(void)state;
	assert_true(bins_make(&b, f, LOW, HIGH));
	for (int i = 0; i < 6 * 41 * 2 * 3; i++) {
		struct window w = { .function = (enum voi_function)(i / 492),
			.width = widths[i % 6],
			.centre = (i / 6 % 41 - 20) * 200,
			.invert = i / 246 % 2 };
		struct buf out = { 0 };

		assert_int_equal(bins_show(&b, &w, &out, NULL), RC_OK);
		most = out.len > most ? out.len : most;
		buf_release(&out);
	}
	assert_true(
		most <= BINS_SHOW_MAX && most > 3400); /* all white, the longest, was among them */
	frame_unref(f);
}

static void
what_registers_cannot_show_is_refused(void **state)
{
	struct frame *f = slice(false, false);
	struct window lut = { .use_lut = true, .width = 1 };
	struct raster *r = raster_new(2, 2, false);
	struct buf out = { 0 };
	struct bins b;
	struct err e = { 0 };

	(void)state;
	assert_false(bins_make(&b, f, 10, 10));
	assert_false(bins_make(&b, f, 10, NAN));
	assert_true(bins_make(&b, f, 10, 11));
	assert_int_equal(bins_show(&b, &lut, &out, &e), RC_INVALID);
	assert_non_null(strstr(e.text, "LUT"));
	assert_int_equal(bins_encode(r, &b, &lut, &out, NULL), RC_INVALID);
	assert_int_equal(out.len, 0);
	f->info.kind = FRAME_RGB8;
	assert_false(bins_make(&b, f, 10, 11));
	raster_free(r);
	frame_unref(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registers_alone_show_each_window_within_half_a_bin),
		cmocka_unit_test(the_first_picture_is_already_in_its_window),
		cmocka_unit_test(no_window_takes_more_than_4096_bytes),
		cmocka_unit_test(what_registers_cannot_show_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
