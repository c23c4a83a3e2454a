/* Claims about sixel pictures, checked with two decoders: our own and libsixel's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sixel/sixel.h>

#include "render/palette.h"
#include "render/picture.h"
#include "tests/support/sixel_decode.c"

static uint32_t seed = 1;

static uint32_t
next_random(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

static void
fill_flat(struct raster *r)
{
	memset(r->pixels, 77, (size_t)r->width * r->height);
}

static void
fill_noise(struct raster *r)
{
	for (size_t i = 0; i < (size_t)r->width * r->height; i++)
		r->pixels[i] = (uint8_t)next_random();
}

/* A dark ground with a bright box and a ramp, a little noise in a part of it. */
static void
fill_scene(struct raster *r)
{
	for (uint32_t y = 0; y < r->height; y++) {
		for (uint32_t x = 0; x < r->width; x++) {
			uint8_t *p = &r->pixels[(size_t)y * r->width + x];

			*p = x > r->width / 4 && x < r->width / 2 && y > r->height / 3 ? 240 : 0;
			if (y < r->height / 4)
				*p = (uint8_t)(x * 255 / r->width);
			if (x > r->width * 2 / 3)
				*p = (uint8_t)(100 + next_random() % 24);
		}
	}
}

static void (*const fills[])(struct raster *r) = { fill_flat, fill_noise, fill_scene };

static const struct {
	uint32_t width, height;
} sizes[] = { { 1, 1 }, { 1, 7 }, { 7, 1 }, { 17, 5 }, { 64, 64 }, { 65, 13 }, { 511, 509 },
	{ 512, 512 }, { 640, 480 }, { 2048, 6 }, { 3, 2047 }, { 15, 11 }, { 16, 6 }, { 33, 12 } };

static const int level_counts[] = { 16, 32, 64, 101, 256 };

static struct buf
encoded(const struct raster *r, struct picture_encoding enc)
{
	struct buf out = { 0 };

	enc.protocol = PICTURE_SIXEL;
	assert_int_equal(picture_encode(r, &enc, &out, NULL), RC_OK);
	return out;
}

static void
assert_decodes_to(const struct raster *r, const struct buf *out, int levels)
{
	struct grey_palette pal;
	struct sixel_image im;
	bool used[256] = { 0 };
	unsigned count = 0;

	assert_true(palette_greys(&pal, levels));
	assert_true(sixel_decode_image(out->data, out->len, &im));
	assert_true(im.width == r->width && im.height == r->height && im.transparent);
	for (size_t i = 0; i < (size_t)r->width * r->height; i++) {
		if (im.index[i] != pal.of[r->pixels[i]])
			fail_msg("pixel %zu is register %d, not %d", i, im.index[i],
				pal.of[r->pixels[i]]);
		count += !used[im.index[i]];
		used[im.index[i]] = true;
	}
	assert_int_equal(im.defined, count); /* only what occurs */
	sixel_image_release(&im);
}

static void
assert_libsixel_decodes_to(const struct raster *r, const struct buf *out, int levels)
{
	unsigned char *pixels = NULL, *palette = NULL;
	struct grey_palette pal;
	int width, height, colours;

	assert_true(palette_greys(&pal, levels));
	assert_int_equal(sixel_decode_raw((unsigned char *)out->data, (int)out->len, &pixels,
				 &width, &height, &palette, &colours, NULL),
		SIXEL_OK);
	assert_true(width == (int)r->width && height == (int)r->height);
	for (size_t i = 0; i < (size_t)width * (size_t)height; i++) {
		if (pixels[i] != pal.of[r->pixels[i]])
			fail_msg("libsixel: pixel %zu is %d, not %d", i, pixels[i],
				pal.of[r->pixels[i]]);
	}
	free(pixels);
	free(palette);
}

static void
check_packing(bool fast)
{
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		for (size_t k = 0; k < sizeof(fills) / sizeof(fills[0]); k++) {
			struct raster *r = raster_new(sizes[s].width, sizes[s].height, false);

			fills[k](r);
			for (size_t l = 0; l < sizeof(level_counts) / sizeof(level_counts[0]); l++) {
				struct buf out = encoded(r,
					(struct picture_encoding){
						.levels = level_counts[l], .fast = fast });

				assert_decodes_to(r, &out, level_counts[l]);
				assert_libsixel_decodes_to(r, &out, level_counts[l]);
				buf_release(&out);
			}
			raster_free(r);
		}
	}
}

static void
small_packing_decodes_pixel_for_pixel(void **state)
{
	(void)state;
	check_packing(false);
}

static void
fast_packing_decodes_pixel_for_pixel(void **state)
{
	(void)state;
	check_packing(true);
}

/* Sparse and striped pictures: long gaps, clusters, runs over what comes later. */
static void
random_sizes_and_densities_decode_pixel_for_pixel(void **state)
{
	(void)state;
	for (int i = 0; i < 300; i++) {
		struct raster *r =
			raster_new(1 + next_random() % 200, 1 + next_random() % 40, false);
		uint32_t rare = 1 + next_random() % 60, greys = 1 + next_random() % 255;
		struct buf out;

		for (size_t k = 0; k < (size_t)r->width * r->height; k++)
			r->pixels[k] = next_random() % rare == 0 ? (uint8_t)(next_random() % greys)
				: k > 0                          ? r->pixels[k - 1]
								 : 0;
		out = encoded(r,
			(struct picture_encoding){ .levels = level_counts[i % 5], .fast = i % 2 });
		assert_decodes_to(r, &out, level_counts[i % 5]);
		buf_release(&out);
		raster_free(r);
	}
}

/* Repeats the pixel before but for one in four: gaps and runs of every length that fits. */
static void
fill_sparse(struct raster *r)
{
	uint8_t grey = 0;

	for (size_t i = 0; i < (size_t)r->width * r->height; i++) {
		if (next_random() % 4 == 0)
			grey = (uint8_t)next_random();
		r->pixels[i] = grey;
	}
}

/* Both packings at 16, 101 and 256 greys. */
static void
check_all(const struct raster *r, bool libsixel)
{
	static const int counts[] = { 16, 101, 256 };

	for (int i = 0; i < 6; i++) {
		struct buf out = encoded(
			r, (struct picture_encoding){ .levels = counts[i / 2], .fast = i % 2 });

		assert_decodes_to(r, &out, counts[i / 2]);
		if (libsixel)
			assert_libsixel_decodes_to(r, &out, counts[i / 2]);
		buf_release(&out);
	}
}

/* Every remainder of a band, of a vector and of a word of the encoder, alone and together. */
static void
every_size_up_to_40_decodes_pixel_for_pixel(void **state)
{
	(void)state;
	for (uint32_t height = 1; height <= 40; height++) {
		for (uint32_t width = 1; width <= 40; width++) {
			struct raster *r = raster_new(width, height, false);

			((width + height) % 2 == 0 ? fill_noise : fill_sparse)(r);
			check_all(r, (width * 7 + height) % 16 == 0);
			raster_free(r);
		}
	}
}

static void
large_and_odd_sizes_decode_pixel_for_pixel(void **state)
{
	static const struct {
		uint32_t width, height;
		void (*fill)(struct raster *r);
	} large[] = { { 2048, 2048, fill_scene }, { 2047, 1535, fill_scene },
		{ 1, 2048, fill_noise }, { 2048, 1, fill_noise }, { 1021, 61, fill_noise },
		{ 127, 1999, fill_sparse }, { 1365, 769, fill_sparse } };

	(void)state;
	for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
		struct raster *r = raster_new(large[i].width, large[i].height, false);

		large[i].fill(r);
		check_all(r, i != 1);
		raster_free(r);
	}
}

static void
one_hundred_and_one_levels_are_percent(void **state)
{
	struct grey_palette pal;

	(void)state;
	assert_true(palette_greys(&pal, 101));
	for (int i = 0; i <= 100; i++)
		assert_true(pal.reg[i].r == i && pal.reg[i].g == i && pal.reg[i].b == i);
	for (int g = 0; g < 256; g++)
		assert_true(abs(pal.of[g] * 255 - g * 100) <= 130);
}

static void
pseudo_greys_rise_and_are_256(void **state)
{
	struct grey_palette pal;
	double before = -1;

	(void)state;
	assert_true(palette_greys(&pal, 256));
	for (int g = 0; g < 256; g++) {
		const struct percent *c = &pal.reg[g];
		double y = (0.299 * c->r + 0.587 * c->g + 0.114 * c->b) * 2.55;

		assert_int_equal(pal.of[g], g);
		assert_true(y > before && y > g - 0.3 && y < g + 0.3);
		assert_true(c->r <= 100 && c->g <= 100 && c->b <= 100);
		before = y;
	}
}

static void
libsixel_shows_the_same_pixels(void **state)
{
	struct raster *r = raster_new(131, 77, false);
	struct buf out;
	struct sixel_image im;
	struct grey_palette pal;

	(void)state;
	fill_scene(r);
	palette_greys(&pal, 101);
	out = encoded(r, (struct picture_encoding){ .libsixel = true });
	assert_true(sixel_decode_image(out.data, out.len, &im));
	for (size_t i = 0; i < (size_t)r->width * r->height; i++)
		assert_int_equal(im.percent[im.index[i]][0], pal.of[r->pixels[i]]);
	sixel_image_release(&im);
	buf_release(&out);
	raster_free(r);
}

static void
colour_is_within_the_palettes_error(void **state)
{
	struct raster *r = raster_new(201, 103, true);
	struct buf out;
	struct sixel_image im;

	(void)state;
	for (size_t i = 0; i < (size_t)201 * 103; i++) {
		uint8_t v = (uint8_t)next_random();

		for (size_t c = 0; c < 3; c++)
			r->pixels[3 * i + c] = i % 2 ? v : (uint8_t)next_random();
	}
	out = encoded(r, (struct picture_encoding){ 0 });
	assert_true(sixel_decode_image(out.data, out.len, &im));
	for (size_t i = 0; i < (size_t)201 * 103 * 3; i++) {
		int error = abs(im.rgb[i] - r->pixels[i]);

		/* half a step of the cube plus the table's five bits; greys are 255 / 80 and percent */
		assert_true(error <= (i / 3 % 2 ? 5 : 36));
	}
	sixel_image_release(&im);
	buf_release(&out);
	raster_free(r);
}

static void
a_wrong_count_of_greys_is_refused_and_leaves_nothing(void **state)
{
	struct raster *r = raster_new(2, 2, false);
	struct picture_encoding enc = { .protocol = PICTURE_SIXEL, .levels = 100 };
	struct buf out = { 0 };
	struct err e = { 0 };

	(void)state;
	buf_text(&out, "before");
	assert_int_equal(picture_encode(r, &enc, &out, &e), RC_INVALID);
	assert_string_equal(out.data, "before");
	assert_non_null(strstr(e.text, "100"));
	buf_release(&out);
	raster_free(r);
}

static void
output_past_the_limit_is_refused_and_leaves_nothing(void **state)
{
	struct raster *r = raster_new(8192, 6000, false);
	struct picture_encoding enc = { .protocol = PICTURE_SIXEL, .levels = 256, .fast = true };
	struct buf out = { 0 };

	(void)state;
	fill_noise(r);
	assert_int_equal(picture_encode(r, &enc, &out, NULL), RC_LIMIT);
	assert_int_equal(out.len, 0);
	buf_release(&out);
	raster_free(r);
}

/* A run and a gap of the whole width, for which "!n?" just has room. */
static void
the_widest_picture_decodes_and_a_wider_one_is_refused(void **state)
{
	struct raster *r = raster_new(65535, 2, false), *wide = raster_new(65536, 1, false);
	struct picture_encoding enc = { .protocol = PICTURE_SIXEL };
	struct buf none = { 0 };

	(void)state;
	r->pixels[65534] = r->pixels[2 * 65535 - 1] = 255;
	for (int fast = 0; fast < 2; fast++) {
		struct buf out = encoded(r, (struct picture_encoding){ .fast = fast });

		assert_non_null(strstr(out.data, "#0!65534"));
		assert_non_null(strstr(out.data, fast ? "#100!65534?B" : "#100B"));
		buf_release(&out);
	}
	assert_int_equal(picture_encode(wide, &enc, &none, NULL), RC_LIMIT);
	assert_int_equal(none.len, 0);
	raster_free(r);
	raster_free(wide);
}

static void
a_sequence_ends_without_a_new_line(void **state)
{
	struct raster *r = raster_new(6, 12, false);
	struct buf out = encoded(r, (struct picture_encoding){ 0 });

	(void)state;
	assert_string_equal(out.data, "\033P0;1;0q\"1;1;6;12#0;2;0;0;0#0!6~-#0!6~\033\\");
	buf_release(&out);
	raster_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_packing_decodes_pixel_for_pixel),
		cmocka_unit_test(fast_packing_decodes_pixel_for_pixel),
		cmocka_unit_test(random_sizes_and_densities_decode_pixel_for_pixel),
		cmocka_unit_test(every_size_up_to_40_decodes_pixel_for_pixel),
		cmocka_unit_test(large_and_odd_sizes_decode_pixel_for_pixel),
		cmocka_unit_test(one_hundred_and_one_levels_are_percent),
		cmocka_unit_test(pseudo_greys_rise_and_are_256),
		cmocka_unit_test(libsixel_shows_the_same_pixels),
		cmocka_unit_test(colour_is_within_the_palettes_error),
		cmocka_unit_test(a_wrong_count_of_greys_is_refused_and_leaves_nothing),
		cmocka_unit_test(output_past_the_limit_is_refused_and_leaves_nothing),
		cmocka_unit_test(the_widest_picture_decodes_and_a_wider_one_is_refused),
		cmocka_unit_test(a_sequence_ends_without_a_new_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
