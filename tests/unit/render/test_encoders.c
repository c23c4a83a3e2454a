/* Claims about the encoders other than sixel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <zlib.h>

#include "render/picture.h"

static struct raster *
noise(uint32_t width, uint32_t height, bool colour)
{
	struct raster *r = raster_new(width, height, colour);
	uint32_t seed = 7;

	for (size_t i = 0; i < (size_t)width * height * (colour ? 3 : 1); i++) {
		seed = seed * 1664525 + 1013904223;
		r->pixels[i] = (uint8_t)(seed >> 24);
	}
	return r;
}

static struct buf
encoded(const struct raster *r, struct picture_encoding enc)
{
	struct buf out = { 0 };

	assert_int_equal(picture_encode(r, &enc, &out, NULL), RC_OK);
	return out;
}

/* ---- kitty --------------------------------------------------------------------------------- */

static int
base64_value(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* All chunks' payload, decoded.  Checks the frame around each. */
static size_t
kitty_payload(const char *p, uint8_t *to)
{
	uint32_t bits = 0;
	size_t n = 0, have = 0;
	bool more = true;

	for (bool first = true; more; first = false) {
		const char *text = strchr(p, ';'), *end = strstr(p, "\033\\");

		assert_true(strncmp(p, "\033_G", 3) == 0 && text != NULL && end != NULL);
		assert_true((strncmp(p, "\033_Ga=T,f=100,q=2,", 17) == 0) == first);
		assert_true(text[-2] == '=' && text[-3] == 'm' && end - text - 1 <= 4096);
		more = text[-1] == '1';
		assert_true(!more || end - text - 1 == 4096);
		for (text++; text < end && *text != '='; text++) {
			bits = bits << 6 | (uint32_t)base64_value(*text);
			have += 6;
			if (have >= 8) {
				have -= 8;
				to[n++] = (uint8_t)(bits >> have);
			}
		}
		p = end + 2;
	}
	assert_int_equal(*p, '\0');
	return n;
}

static uint32_t
png_word(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The data of the chunk at *p, which must be of this type; *p is then behind it. */
static const uint8_t *
png_chunk(const uint8_t **p, const uint8_t *end, const char *type, size_t *n)
{
	const uint8_t *data = *p + 8;

	assert_true(end - *p >= 12);
	*n = png_word(*p);
	assert_true(*n <= (size_t)(end - *p) - 12);
	assert_memory_equal(*p + 4, type, 4);
	assert_int_equal(png_word(data + *n), crc32(crc32(0, NULL, 0), *p + 4, (uInt)*n + 4));
	*p = data + *n + 4;
	return data;
}

/* Inflated rows with their filters undone in place; only None and Up are ours. */
static void
assert_rows_are(const struct raster *r, uint8_t *rows, int *filter)
{
	size_t bytes = (size_t)r->width * (r->colour ? 3 : 1), stride = bytes + 1;

	for (uint32_t y = 0; y < r->height; y++) {
		uint8_t *row = rows + y * stride + 1;
		const uint8_t *above = y > 0 ? row - stride : row;

		*filter = row[-1];
		assert_true(*filter == 0 || *filter == 2);
		for (size_t i = 0; i < bytes && *filter == 2 && y > 0; i++)
			row[i] = (uint8_t)(row[i] + above[i]);
		assert_memory_equal(row, r->pixels + y * bytes, bytes);
	}
}

static void
assert_png_is(const struct raster *r, const uint8_t *p, size_t n, int *filter)
{
	const uint8_t *end = p + n, *header, *data;
	size_t length, bytes = ((size_t)r->width * (r->colour ? 3 : 1) + 1) * r->height;
	uint8_t *rows = malloc(bytes);
	uLongf got = (uLongf)bytes;

	assert_true(n > 8);
	assert_memory_equal(p, "\x89PNG\r\n\x1a\n", 8);
	p += 8;
	header = png_chunk(&p, end, "IHDR", &length);
	assert_int_equal(length, 13);
	assert_int_equal(png_word(header), r->width);
	assert_int_equal(png_word(header + 4), r->height);
	assert_memory_equal(header + 8, ((uint8_t[]){ 8, r->colour ? 2 : 0, 0, 0, 0 }), 5);
	data = png_chunk(&p, end, "IDAT", &length);
	assert_int_equal(uncompress(rows, &got, data, (uLong)length), Z_OK);
	assert_int_equal(got, bytes);
	assert_rows_are(r, rows, filter);
	png_chunk(&p, end, "IEND", &length);
	assert_true(length == 0 && p == end);
	free(rows);
}

/* The filter of its last row. */
static int
check_kitty(const struct raster *r)
{
	struct buf out =
		encoded(r, (struct picture_encoding){ .protocol = PICTURE_KITTY, .image = 9 });
	uint8_t *png = malloc(out.len);
	int filter = -1;

	assert_non_null(strstr(out.data, ",q=2,C=1,i=9,m="));
	assert_png_is(r, png, kitty_payload(out.data, png), &filter);
	free(png);
	buf_release(&out);
	return filter;
}

static void
kitty_carries_a_png_of_the_picture(void **state)
{
	static const struct {
		uint32_t width, height;
		bool colour;
	} cases[] = { { 1, 1, false }, { 1, 2, true }, { 64, 16, false }, { 129, 77, true },
		{ 513, 300, false } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct raster *r = noise(cases[i].width, cases[i].height, cases[i].colour);

		check_kitty(r);
		raster_free(r);
	}
}

/* Rows of noise that each rise by one from the row above are flat after Up. */
static void
the_smaller_filter_is_chosen(void **state)
{
	struct raster *r = noise(200, 100, false);

	(void)state;
	assert_int_equal(check_kitty(r), 0);
	for (size_t i = 200; i < 200 * 100; i++)
		r->pixels[i] = (uint8_t)(r->pixels[i - 200] + 1);
	assert_int_equal(check_kitty(r), 2);
	raster_free(r);
}

/* ---- blocks -------------------------------------------------------------------------------- */

struct cells {
	unsigned cells, lines, positions, resets, colours;
};

static struct cells
count_cells(const char *p)
{
	struct cells c = { 0 };

	while (*p != '\0') {
		if (p[0] == '\033') {
			size_t n = strcspn(p, "Hm");

			c.positions += p[n] == 'H';
			c.resets += p[n] == 'm' && n == 3 && p[2] == '0';
			c.colours += p[n] == 'm' && n > 3;
			p += n + 1;
			continue;
		}
		c.lines += *p == '\n';
		c.cells += *p == ' ' || strncmp(p, "\xe2\x96\x80", 3) == 0;
		p += (unsigned char)*p == 0xe2 ? 3 : 1;
	}
	return c;
}

static void
blocks_have_a_cell_for_two_pixels(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct raster *r = noise(33, 15, i / 2);
		struct buf out = encoded(r,
			(struct picture_encoding){
				.protocol = i % 2 ? PICTURE_BLOCKS_256 : PICTURE_BLOCKS_RGB });
		struct cells c = count_cells(out.data);

		assert_int_equal(c.cells, 33 * 8);
		assert_int_equal(c.lines, 8);
		assert_int_equal(c.resets, 8);
		assert_int_equal(c.positions, 0);
		buf_release(&out);
		raster_free(r);
	}
}

static void
placed_blocks_start_each_line_at_its_cell(void **state)
{
	struct raster *r = noise(4, 5, false);
	struct buf out = encoded(r,
		(struct picture_encoding){ .protocol = PICTURE_BLOCKS_256, .row = 3, .column = 11 });
	struct cells c = count_cells(out.data);

	(void)state;
	assert_int_equal(c.positions, 3);
	assert_int_equal(c.lines, 0);
	assert_int_equal(strncmp(out.data, "\033[3;11H", 7), 0);
	assert_non_null(strstr(out.data, "\033[0m\033[4;11H"));
	assert_non_null(strstr(out.data, "\033[0m\033[5;11H"));
	buf_release(&out);
	raster_free(r);
}

static void
colours_are_set_only_where_they_change(void **state)
{
	struct raster *r = raster_new(80, 2, false);
	struct buf out;

	(void)state;
	memset(r->pixels, 10, 40);
	memset(r->pixels + 40, 200, 40);
	memset(r->pixels + 80, 90, 80);
	out = encoded(r, (struct picture_encoding){ .protocol = PICTURE_BLOCKS_RGB });
	assert_int_equal(count_cells(out.data).colours, 2);
	assert_int_equal(strncmp(out.data, "\033[38;2;10;10;10;48;2;90;90;90m\xe2\x96\x80", 33), 0);
	assert_non_null(strstr(out.data, "\033[38;2;200;200;200m\xe2\x96\x80"));
	buf_release(&out);
	raster_free(r);
}

static void
the_256_are_near_what_they_stand_for(void **state)
{
	(void)state;
	for (int v = 0; v < 256; v++) {
		struct raster *r = raster_new(1, 2, false);
		struct buf out;
		int index = -1, shown;

		r->pixels[0] = r->pixels[1] = (uint8_t)v;
		out = encoded(r, (struct picture_encoding){ .protocol = PICTURE_BLOCKS_256 });
		assert_int_equal(sscanf(out.data, "\033[48;5;%dm ", &index), 1);
		shown = index == 16 ? 0 : index == 231 ? 255 : 8 + 10 * (index - 232);
		assert_true(index == 16 || index >= 231);
		assert_in_range(index, 16, 255);
		assert_true(abs(shown - v) <= 9);
		buf_release(&out);
		raster_free(r);
	}
}

/* ---- files --------------------------------------------------------------------------------- */

static void
pgm_is_the_raster_behind_its_header(void **state)
{
	struct raster *r = noise(5, 3, false);
	struct buf out = encoded(r, (struct picture_encoding){ .protocol = PICTURE_PGM });

	(void)state;
	assert_int_equal(out.len, 11 + 15);
	assert_memory_equal(out.data, "P5\n5 3\n255\n", 11);
	assert_memory_equal(out.data + 11, r->pixels, 15);
	buf_release(&out);
	raster_free(r);
}

static void
ppm_of_colour_is_the_raster_and_of_grey_three_times_it(void **state)
{
	struct raster *r = noise(5, 3, true), *g = noise(2, 1, false);
	struct buf out = encoded(r, (struct picture_encoding){ .protocol = PICTURE_PPM });

	(void)state;
	assert_memory_equal(out.data, "P6\n5 3\n255\n", 11);
	assert_memory_equal(out.data + 11, r->pixels, 45);
	buf_release(&out);
	out = encoded(g, (struct picture_encoding){ .protocol = PICTURE_PPM });
	assert_int_equal(out.len, 11 + 6);
	for (int i = 0; i < 6; i++)
		assert_int_equal((uint8_t)out.data[11 + i], g->pixels[i / 3]);
	buf_release(&out);
	raster_free(r);
	raster_free(g);
}

static void
pgm_of_colour_is_its_luminance(void **state)
{
	struct raster *r = raster_new(4, 1, true);
	struct buf out;

	(void)state;
	memcpy(r->pixels, ((uint8_t[]){ 255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255 }), 12);
	out = encoded(r, (struct picture_encoding){ .protocol = PICTURE_PGM });
	assert_memory_equal(out.data + 11, ((uint8_t[]){ 255, 77, 149, 29 }), 4);
	buf_release(&out);
	raster_free(r);
}

static void
protocols_are_found_by_their_names(void **state)
{
	enum picture_protocol p;

	(void)state;
	for (int i = 0; i < PICTURE_PROTOCOLS; i++) {
		assert_true(
			picture_protocol_of(picture_protocol_name((enum picture_protocol)i), &p));
		assert_int_equal(p, i);
	}
	assert_false(picture_protocol_of("png", &p));
}

static void
too_large_a_picture_is_refused(void **state)
{
	struct raster *r = raster_new(8192, 8193, false);
	struct picture_encoding enc = { .protocol = PICTURE_PGM };
	struct buf out = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(picture_encode(r, &enc, &out, &e), RC_LIMIT);
	assert_int_equal(out.len, 0);
	raster_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kitty_carries_a_png_of_the_picture),
		cmocka_unit_test(the_smaller_filter_is_chosen),
		cmocka_unit_test(blocks_have_a_cell_for_two_pixels),
		cmocka_unit_test(placed_blocks_start_each_line_at_its_cell),
		cmocka_unit_test(colours_are_set_only_where_they_change),
		cmocka_unit_test(the_256_are_near_what_they_stand_for),
		cmocka_unit_test(pgm_is_the_raster_behind_its_header),
		cmocka_unit_test(ppm_of_colour_is_the_raster_and_of_grey_three_times_it),
		cmocka_unit_test(pgm_of_colour_is_its_luminance),
		cmocka_unit_test(protocols_are_found_by_their_names),
		cmocka_unit_test(too_large_a_picture_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
