/* Claims about drawings: where they fall, that deltas show what a whole picture would, and what they cost. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "render/drawing.h"
#include "render/palette.h"
#include "tests/support/sixel_decode.c"

static const struct picture_place whole = { 0, 0, 1, 1 };

static struct raster *
noise(uint32_t width, uint32_t height, bool colour)
{
	struct raster *r = raster_new(width, height, colour);
	uint32_t seed = 3;

	for (size_t i = 0; i < (size_t)width * height * (colour ? 3 : 1); i++) {
		seed = seed * 1664525 + 1013904223;
		r->pixels[i] = (uint8_t)(seed >> 24);
	}
	return r;
}

static struct drawing *
box_of(double left, double top, double right, double bottom)
{
	struct drawing_point p[] = { { left, top }, { right, top }, { right, bottom },
		{ left, bottom } };
	struct drawing *o = drawing_new();

	drawing_lines(o, INK_MARK, p, 4, true);
	return o;
}

static struct drawing *
circle(double x, double y, double radius)
{
	struct drawing_point p[90];
	struct drawing *o = drawing_new();

	for (int i = 0; i < 90; i++)
		p[i] = (struct drawing_point){ x + radius * cos(i * M_PI / 45),
			y + radius * sin(i * M_PI / 45) };
	drawing_lines(o, INK_MARK, p, 90, true);
	return o;
}

static struct drawing *
disc(int radius)
{
	uint32_t side = 2 * (uint32_t)radius;
	uint8_t *bits = mem_zero((size_t)side * side / 8 + 1, 1);
	struct drawing_bits b = { 200, 180, side, side, bits };
	struct drawing *o = drawing_new();

	for (uint32_t i = 0; i < side * side; i++) {
		double x = i % side + 0.5 - radius, y = i / side + 0.5 - radius;

		if (x * x + y * y < (double)radius * radius)
			bits[i / 8] |= (uint8_t)(1u << (i % 8));
	}
	drawing_plane(o, INK_PLANE, &b);
	free(bits);
	return o;
}

static struct picture_encoding
at_cell(int row, int column)
{
	return (struct picture_encoding){ .protocol = PICTURE_SIXEL,
		.levels = 101,
		.row = row,
		.column = column,
		.cell_width = 10,
		.cell_height = 20 };
}

static struct buf
delta(const struct raster *base, const uint8_t *before, const uint8_t *after,
	struct picture_encoding enc)
{
	struct drawing_change c = { base, before, after };
	struct buf out = { 0 };

	assert_int_equal(drawing_delta(&c, &enc, &out, NULL), RC_OK);
	return out;
}

/* Paint a delta over a screen of percent triples that begins at cell 5, 3. */
static void
lay_over(uint8_t *screen, const struct raster *base, const struct buf *b)
{
	struct sixel_image im;
	int row, column, used = 0;
	size_t left, top;

	if (b->len == 0)
		return;
	assert_int_equal(sscanf(b->data, "\033[%d;%dH%n", &row, &column, &used), 2);
	assert_true(row >= 5 && column >= 3);
	left = (size_t)(column - 3) * 10;
	top = (size_t)(row - 5) * 20;
	assert_true(sixel_decode_image(b->data + used, b->len - (size_t)used, &im));
	assert_true(im.transparent);
	assert_true(left + im.width <= base->width && top + im.height <= base->height);
	for (size_t y = 0; y < im.height; y++)
		for (size_t x = 0; x < im.width; x++)
			if (im.index[y * im.width + x] != SIXEL_UNPAINTED)
				memcpy(screen + 3 * ((top + y) * base->width + left + x),
					im.percent[im.index[y * im.width + x]], 3);
	sixel_image_release(&im);
}

/* What a whole picture with this layer would show, as percent triples; inks as the delta of a black ground has them. */
static uint8_t *
expected(const struct raster *base, const uint8_t *layer)
{
	size_t n = (size_t)base->width * base->height;
	struct raster *r = drawing_composed(base, layer);
	uint8_t *out = mem_alloc(3 * n);
	struct grey_palette pal;

	assert_true(palette_greys(&pal, 101));
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < 3; c++)
			out[3 * i + c] = layer[i] == INK_NONE
				? pal.reg[pal.of[base->pixels[i]]].r
				: (uint8_t)((r->pixels[3 * i + c] * 100 + 127) / 255);
	raster_free(r);
	return out;
}

static void
check_steps(uint32_t width, uint32_t height, struct drawing *one, struct drawing *two)
{
	struct raster *base = noise(width, height, false);
	uint8_t *none = drawing_layer(NULL, &whole, width, height);
	uint8_t *a = drawing_layer(one, &whole, width, height);
	uint8_t *b = drawing_layer(two, &whole, width, height);
	uint8_t *steps[] = { none, a, b, none }, *screen = expected(base, none);

	for (int i = 1; i < 4; i++) {
		struct buf d = delta(base, steps[i - 1], steps[i], at_cell(5, 3));
		uint8_t *want = expected(base, steps[i]);

		lay_over(screen, base, &d);
		assert_memory_equal(screen, want, 3 * (size_t)width * height);
		free(want);
		buf_release(&d);
	}
	free(screen);
	free(none);
	free(a);
	free(b);
	raster_free(base);
	drawing_unref(one);
	drawing_unref(two);
}

static void
deltas_show_what_a_whole_picture_would(void **state)
{
	(void)state;
	check_steps(100, 80, box_of(10, 10, 60, 50), box_of(20, 10, 99, 79));
	check_steps(101, 77, circle(50, 40, 30), box_of(0, 0, 101, 77));
	check_steps(7, 5, box_of(0, 0, 7, 5), box_of(3, 2, 4, 3));
	check_steps(511, 509, disc(40), circle(300, 300, 120));
	check_steps(1, 1, box_of(0, 0, 1, 1), drawing_new());
}

static void
nothing_is_sent_where_nothing_changes(void **state)
{
	struct raster *base = noise(64, 64, false);
	struct drawing *o = box_of(3, 3, 20, 20);
	uint8_t *a = drawing_layer(o, &whole, 64, 64);
	struct buf d = delta(base, a, a, at_cell(1, 1));

	(void)state;
	assert_int_equal(d.len, 0);
	drawing_unref(o);
	free(a);
	raster_free(base);
}

/* The figures of the issue, on the worst ground there is for the way back: noise. */
static void
a_contour_costs_a_kilobyte_and_a_mask_ten(void **state)
{
	struct raster *flat = raster_new(512, 512, false), *rough = noise(512, 512, false);
	struct drawing *c = circle(256, 256, 60), *m = disc(40);
	uint8_t *contour = drawing_layer(c, &whole, 512, 512);
	uint8_t *mask = drawing_layer(m, &whole, 512, 512);
	uint8_t *none = drawing_layer(NULL, &whole, 512, 512);
	struct buf on = delta(rough, none, contour, at_cell(1, 1));
	struct buf off = delta(flat, contour, none, at_cell(1, 1));
	struct buf filled = delta(rough, none, mask, at_cell(1, 1));
	struct buf emptied = delta(rough, mask, none, at_cell(1, 1));

	(void)state;
	print_message("# contour on %zu, off %zu; mask on %zu, off over noise %zu bytes\n", on.len,
		off.len, filled.len, emptied.len);
	assert_true(on.len <= 1024);
	assert_true(off.len <= 1024);
	assert_true(filled.len <= 10240);
	buf_release(&on);
	buf_release(&off);
	buf_release(&filled);
	buf_release(&emptied);
	free(contour);
	free(mask);
	free(none);
	raster_free(flat);
	raster_free(rough);
	drawing_unref(c);
	drawing_unref(m);
}

static void
a_layer_follows_zoom_and_pan(void **state)
{
	struct picture_place place = { .left = 10, .top = 20, .scale_x = 2, .scale_y = 4 };
	struct drawing *o = box_of(12, 22, 15, 24);
	uint8_t *l = drawing_layer(o, &place, 40, 40);

	(void)state;
	/* left edge at (12 - 10) * 2, top at (22 - 20) * 4 */
	assert_int_equal(l[8 * 40 + 4], INK_MARK);
	assert_int_equal(l[8 * 40 + 3], INK_NONE);
	assert_int_equal(l[7 * 40 + 4], INK_NONE);
	assert_int_equal(l[16 * 40 + 10], INK_MARK);
	assert_int_equal(l[10 * 40 + 6], INK_NONE); /* hollow */
	free(l);
	drawing_unref(o);
}

static void
a_lone_pixel_of_a_plane_survives_shrinking(void **state)
{
	struct picture_place place = { 0, 0, 0.25, 0.25 };
	uint8_t bits[64 * 64 / 8] = { 0 };
	struct drawing_bits b = { 0, 0, 64, 64, bits };
	struct drawing *o = drawing_new();
	uint8_t *l;

	(void)state;
	bits[(33 * 64 + 17) / 8] = 1u << ((33 * 64 + 17) % 8);
	drawing_plane(o, INK_PLANE, &b);
	l = drawing_layer(o, &place, 16, 16);
	for (int i = 0; i < 256; i++)
		assert_int_equal(l[i], i == 8 * 16 + 4 ? INK_PLANE : INK_NONE);
	free(l);
	drawing_unref(o);
}

static void
a_plane_may_reach_outside(void **state)
{
	uint8_t bits[8] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct drawing_bits b = { -4, -4, 8, 8, bits };
	struct drawing *o = drawing_new();
	uint8_t *l;

	(void)state;
	drawing_plane(o, INK_PLANE, &b);
	l = drawing_layer(o, &whole, 10, 10);
	for (int y = 0; y < 10; y++)
		for (int x = 0; x < 10; x++)
			assert_int_equal(l[y * 10 + x], x < 4 && y < 4 ? INK_PLANE : INK_NONE);
	free(l);
	drawing_unref(o);
}

static void
far_away_points_end_and_draw_nothing(void **state)
{
	struct drawing_point p[] = { { -1e300, -1e300 }, { 1e300, -1e9 } };
	struct drawing *o = drawing_new();
	uint8_t *l, any = 0;

	(void)state;
	drawing_lines(o, INK_RULER, p, 2, false);
	l = drawing_layer(o, &whole, 50, 50);
	for (int i = 0; i < 2500; i++)
		any |= l[i];
	assert_int_equal(any, 0);
	free(l);
	drawing_unref(o);
}

static void
on_kitty_it_is_a_second_picture_that_goes_away(void **state)
{
	struct picture_encoding enc = at_cell(2, 4);
	struct raster *base = noise(512, 512, true);
	struct drawing *o = circle(256, 256, 60);
	uint8_t *none = drawing_layer(NULL, &whole, 512, 512);
	uint8_t *a = drawing_layer(o, &whole, 512, 512);
	struct buf on, off;

	(void)state;
	enc.protocol = PICTURE_KITTY;
	on = delta(base, none, a, enc);
	off = delta(base, a, none, enc);
	assert_non_null(strstr(on.data, "a=T,f=100"));
	assert_non_null(strstr(on.data, "z=1"));
	assert_non_null(strstr(on.data, "\033[2;4H"));
	assert_true(on.len < 4096);
	assert_null(strstr(off.data, "a=T"));
	assert_non_null(strstr(off.data, "a=d,d=I"));
	buf_release(&on);
	buf_release(&off);
	drawing_unref(o);
	free(none);
	free(a);
	raster_free(base);
}

static void
on_colour_the_ground_comes_back(void **state)
{
	struct raster *base = noise(60, 60, true);
	struct drawing *o = box_of(5, 5, 50, 50);
	uint8_t *none = drawing_layer(NULL, &whole, 60, 60), rgb[PALETTE_MAX * 3], index;
	uint8_t *a = drawing_layer(o, &whole, 60, 60);
	struct buf off = delta(base, a, none, at_cell(1, 1));
	struct sixel_image im;

	(void)state;
	palette_colours(rgb);
	assert_true(sixel_decode_image(strchr(off.data, 'P') - 1,
		off.len - (size_t)(strchr(off.data, 'P') - 1 - off.data), &im));
	palette_map(base->pixels + 3 * (5 * 60 + 5), 1, &index);
	for (int c = 0; c < 3; c++)
		assert_int_equal(im.percent[im.index[5 * im.width + 5]][c],
			(rgb[3 * index + c] * 100 + 127) / 255);
	sixel_image_release(&im);
	buf_release(&off);
	drawing_unref(o);
	free(none);
	free(a);
	raster_free(base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deltas_show_what_a_whole_picture_would),
		cmocka_unit_test(nothing_is_sent_where_nothing_changes),
		cmocka_unit_test(a_contour_costs_a_kilobyte_and_a_mask_ten),
		cmocka_unit_test(a_layer_follows_zoom_and_pan),
		cmocka_unit_test(a_lone_pixel_of_a_plane_survives_shrinking),
		cmocka_unit_test(a_plane_may_reach_outside),
		cmocka_unit_test(far_away_points_end_and_draw_nothing),
		cmocka_unit_test(on_kitty_it_is_a_second_picture_that_goes_away),
		cmocka_unit_test(on_colour_the_ground_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
