/* Frames: depths, signs, colours, RLE, several frames, damage. */
#include "tests/unit/dicom/dicom_make.h"

#include <stdlib.h>

static void
sixteen_bits_come_as_stored_in_each_byte_order(void **state)
{
	static const char *const syntaxes[] = { EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE };
	struct make_shape shape = { .rows = 1, .columns = 2, .allocated = 16 };

	for (size_t i = 0; i < MEM_COUNT(syntaxes); i++) {
		const char *pixels = i == 2 ? "\x01\x02\xff\xfe" : "\x02\x01\xfe\xff";
		struct maker m;
		struct frame *f;
		const uint16_t *p;

		make_image(&m, syntaxes[i], &shape, pixels, 4);
		f = good_frame(*state, &m, 0);
		p = f->pixels;
		assert_int_equal(f->info.kind, FRAME_U16);
		assert_int_equal(p[0], 0x0102);
		assert_int_equal(p[1], 0xfffe);
		frame_unref(f);
	}
}

static void
eight_bits_are_widened(void **state)
{
	struct make_shape shape = { .rows = 1, .columns = 3, .allocated = 8 };
	struct maker m;
	struct frame *f;

	make_image(&m, EXPLICIT_LE, &shape, "\x00\x7f\xff", 3);
	f = good_frame(*state, &m, 0);
	assert_int_equal(f->info.kind, FRAME_U16);
	assert_int_equal(((uint16_t *)f->pixels)[2], 255);
	frame_unref(f);
}

static void
twelve_signed_bits_are_extended_and_the_rest_ignored(void **state)
{
	struct make_shape shape = {
		.rows = 1, .columns = 3, .allocated = 16, .stored = 12, .is_signed = true
	};
	struct maker m;
	struct frame *f;
	const int16_t *p;

	make_image(&m, EXPLICIT_LE, &shape, "\xff\x0f\x00\x08\xff\xf7", 6);
	f = good_frame(*state, &m, 0);
	p = f->pixels;
	assert_int_equal(f->info.kind, FRAME_S16);
	assert_int_equal(p[0], -1);
	assert_int_equal(p[1], -2048);
	assert_int_equal(p[2], 2047);
	assert_int_equal(f->info.bits_stored, 12);
	frame_unref(f);
}

static void
thirty_two_bits_come_as_floats(void **state)
{
	struct make_shape shape = { .rows = 1, .columns = 2, .allocated = 32, .is_signed = true };
	int32_t values[] = { -70000, 123456 };
	struct maker m;
	struct frame *f;

	make_image(&m, EXPLICIT_LE, &shape, values, sizeof(values));
	f = good_frame(*state, &m, 0);
	assert_int_equal(f->info.kind, FRAME_F32);
	assert_true(((float *)f->pixels)[0] == -70000);
	assert_true(((float *)f->pixels)[1] == 123456);
	frame_unref(f);
}

static void
a_float_that_is_no_number_becomes_zero(void **state)
{
	struct make_shape shape = { .rows = 1, .columns = 2, .allocated = 32 };
	uint32_t values[] = { 0x7fc00000, 0x3f800000 };
	struct maker m;
	struct frame *f;

	make_start(&m, EXPLICIT_LE);
	make_identity(&m);
	make_shape(&m, &shape);
	make_bytes(&m, 0x7fe00008, "OF", values, sizeof(values));
	f = good_frame(*state, &m, 0);
	assert_true(((float *)f->pixels)[0] == 0);
	assert_true(((float *)f->pixels)[1] == 1);
	frame_unref(f);
}

static void
single_bits_are_unpacked_across_frames(void **state)
{
	struct make_shape shape = { .rows = 1, .columns = 3, .allocated = 1, .frames = "2" };
	struct maker m;
	struct frame *f;
	const uint16_t *p;

	make_image(&m, EXPLICIT_LE, &shape, "\x2d", 2); /* 101 101 from the lowest bit: frame 2 at bit 3 */
	f = good_frame(*state, &m, 1);
	p = f->pixels;
	assert_int_equal(p[0], 1);
	assert_int_equal(p[1], 0);
	assert_int_equal(p[2], 1);
	frame_unref(f);
}

static void
the_description_says_how_to_show_it(void **state)
{
	struct make_shape shape = {
		.rows = 1, .columns = 1, .allocated = 16, .is_signed = true, .photometric = "MONOCHROME1"
	};
	struct maker m;
	struct frame *f;

	make_start(&m, EXPLICIT_LE);
	make_identity(&m);
	make_shape(&m, &shape);
	make_text(&m, 0x00280030, "DS", "2\\1");
	make_u16(&m, 0x00280120, 0xf830); /* -2000 in the wrong VR */
	make_text(&m, 0x00281050, "DS", "40\\300");
	make_text(&m, 0x00281051, "DS", "400\\0");
	make_text(&m, 0x00281052, "DS", "-1024");
	make_text(&m, 0x00281053, "DS", "2");
	make_text(&m, 0x00281055, "LO", "SOFT\\BONE");
	make_bytes(&m, 0x7fe00010, "OW", "\x00\x00", 2);
	f = good_frame(*state, &m, 0);
	assert_true(f->info.invert);
	assert_true(f->info.aspect == 2);
	assert_true(f->info.slope == 2);
	assert_true(f->info.intercept == -1024);
	assert_true(f->info.has_padding);
	assert_true(f->info.pad_low == -2000);
	assert_int_equal(f->info.windows, 1);
	assert_true(f->info.window[0].centre == 40);
	assert_string_equal(f->info.window[0].name, "SOFT");
	frame_unref(f);
}

static void
a_voi_lut_is_handed_over(void **state)
{
	struct make_shape shape = { .rows = 1, .columns = 1, .allocated = 8 };
	struct maker m;
	struct frame *f;

	make_start(&m, EXPLICIT_LE);
	make_identity(&m);
	make_shape(&m, &shape);
	make_open(&m, 0x00283010);
	make_item(&m);
	make_head(&m, 0x00283002, "US", 6);
	put16(&m, 3);
	put16(&m, 10);
	put16(&m, 16);
	make_bytes(&m, 0x00283006, "OW", "\x01\x00\x02\x00\x03\x00", 6);
	make_item_end(&m);
	make_close(&m);
	make_bytes(&m, 0x7fe00010, "OB", "a", 1);
	f = good_frame(*state, &m, 0);
	assert_int_equal(f->voi_lut.count, 3);
	assert_int_equal(f->voi_lut.first, 10);
	assert_int_equal(f->voi_lut.values[2], 3);
	assert_int_equal(f->modality_lut.count, 0);
	frame_unref(f);
}

static void
colour_by_plane_and_by_pixel_are_the_same(void **state)
{
	static const uint8_t expected[] = { 1, 3, 5, 2, 4, 6 };

	for (int by_plane = 0; by_plane < 2; by_plane++) {
		struct make_shape shape = { .rows = 1,
			.columns = 2,
			.allocated = 8,
			.samples = 3,
			.by_plane = by_plane,
			.photometric = "RGB" };
		struct maker m;
		struct frame *f;

		make_image(&m, EXPLICIT_LE, &shape,
			by_plane ? "\x01\x02\x03\x04\x05\x06" : "\x01\x03\x05\x02\x04\x06", 6);
		f = good_frame(*state, &m, 0);
		assert_int_equal(f->info.kind, FRAME_RGB8);
		assert_memory_equal(f->pixels, expected, 6);
		frame_unref(f);
	}
}

static void
luminance_becomes_red_green_blue(void **state)
{
	static const uint8_t red[] = { 254, 0, 0, 254, 0, 0 };
	struct make_shape shape = {
		.rows = 1, .columns = 2, .allocated = 8, .samples = 3, .photometric = "YBR_FULL"
	};
	struct maker m;
	struct frame *f;

	make_image(&m, EXPLICIT_LE, &shape, "\x4c\x55\xff\x4c\x55\xff", 6);
	f = good_frame(*state, &m, 0);
	assert_memory_equal(f->pixels, red, 6);
	frame_unref(f);

	shape.photometric = "YBR_FULL_422"; /* Y Y Cb Cr */
	make_image(&m, EXPLICIT_LE, &shape, "\x4c\x4c\x55\xff", 4);
	f = good_frame(*state, &m, 0);
	assert_memory_equal(f->pixels, red, 6);
	frame_unref(f);
}

static void
a_palette_colours_its_indices(void **state)
{
	static const uint8_t expected[] = { 1, 5, 9, 4, 8, 12 };
	struct make_shape shape = {
		.rows = 1, .columns = 2, .allocated = 8, .photometric = "PALETTE COLOR"
	};
	struct maker m;
	struct frame *f;

	make_start(&m, EXPLICIT_LE);
	make_identity(&m);
	make_shape(&m, &shape);
	for (uint32_t i = 0; i < 3; i++) {
		make_head(&m, 0x00281101 + i, "US", 6);
		put16(&m, 4);
		put16(&m, 0);
		put16(&m, 16);
	}
	make_bytes(&m, 0x00281201, "OW", "\x00\x01\x00\x02\x00\x03\x00\x04", 8);
	make_bytes(&m, 0x00281202, "OW", "\x00\x05\x00\x06\x00\x07\x00\x08", 8);
	make_bytes(&m, 0x00281203, "OW", "\x00\x09\x00\x0a\x00\x0b\x00\x0c", 8);
	make_bytes(&m, 0x7fe00010, "OB", "\x00\x09", 2); /* 9 is past the table: its last colour */
	f = good_frame(*state, &m, 0);
	assert_memory_equal(f->pixels, expected, 6);
	frame_unref(f);
}

/* ---- RLE -------------------------------------------------------------------------------------- */

/* One byte plane as PackBits: runs of three and more, literals between them. */
static void
rle_plane(struct buf *to, const uint8_t *from, size_t n, size_t stride)
{
	for (size_t i = 0; i < n;) {
		size_t run = 1;

		while (i + run < n && run < 128 && from[(i + run) * stride] == from[i * stride])
			run++;
		buf_char(to, run > 1 ? (char)(257 - run) : 0);
		buf_char(to, (char)from[i * stride]);
		i += run;
	}
	if (to->len & 1)
		buf_char(to, '\0');
}

/* A frame of `pixels` pixels of `bytes` little endian bytes each. */
static void
rle_frame(struct buf *to, const uint8_t *from, size_t pixels, unsigned bytes)
{
	struct buf body = { 0 };
	uint32_t head[16] = { bytes };

	for (unsigned k = 0; k < bytes; k++) {
		head[k + 1] = 64 + (uint32_t)body.len;
		rle_plane(&body, from + (bytes - 1 - k), pixels, bytes);
	}
	buf_add(to, head, sizeof(head));
	buf_add(to, body.data, body.len);
	buf_release(&body);
}

/* `frames` frames of a ramp, each with its number added. */
static void
make_rle(struct maker *m, unsigned side, unsigned frames, size_t cut)
{
	char count[12];
	struct make_shape shape = { .rows = side, .columns = side, .allocated = 16, .frames = count };
	uint16_t *pixels = mem_zero((size_t)side * side, 2);

	snprintf(count, sizeof(count), "%u", frames);
	make_start(m, RLE);
	make_identity(m);
	make_shape(m, &shape);
	make_head(m, 0x7fe00010, "OB", MAKE_UNDEFINED);
	make_head(m, 0xfffee000, "", 0);
	for (unsigned k = 0; k < frames; k++) {
		struct buf frame = { 0 };

		for (unsigned i = 0; i < side * side; i++)
			pixels[i] = (uint16_t)(i / 5 + k);
		rle_frame(&frame, (const uint8_t *)pixels, (size_t)side * side, 2);
		make_bytes(m, 0xfffee000, "OB", frame.data, frame.len - cut);
		buf_release(&frame);
	}
	make_close(m);
	free(pixels);
}

static void
rle_comes_back_as_it_was_packed(void **state)
{
	for (uint32_t k = 0; k < 3; k++) {
		struct maker m;
		struct frame *f;

		make_rle(&m, 40, 3, 0);
		f = good_frame(*state, &m, k);
		for (unsigned i = 0; i < 1600; i++)
			assert_int_equal(((uint16_t *)f->pixels)[i], i / 5 + k);
		frame_unref(f);
	}
}

static void
rle_cut_short_is_refused(void **state)
{
	struct maker m;
	struct err e = { 0 };
	struct frame *f;

	make_rle(&m, 40, 1, 20);
	assert_int_equal(frame_of(*state, &m, 0, &f, &e), RC_CORRUPT);
	assert_null(f);
	assert_non_null(strstr(e.text, "RLE segment 2 ends at pixel"));
}

/* ---- several frames, none, damage ------------------------------------------------------------- */

static void
each_frame_has_its_own_pixels_and_the_next_is_not_found(void **state)
{
	struct make_shape shape = { .rows = 1, .columns = 1, .allocated = 8, .frames = "3" };
	struct err e = { 0 };
	struct maker m;
	struct frame *f;

	for (uint32_t i = 0; i < 3; i++) {
		make_image(&m, EXPLICIT_LE, &shape, "abc", 3);
		f = good_frame(*state, &m, i);
		assert_int_equal(((uint16_t *)f->pixels)[0], 'a' + i);
		frame_unref(f);
	}
	make_image(&m, EXPLICIT_LE, &shape, "abc", 3);
	assert_int_equal(frame_of(*state, &m, 3, &f, &e), RC_NOT_FOUND);
}

static void
per_frame_rescale_and_window_belong_to_their_frame(void **state)
{
	struct make_shape shape = { .rows = 1, .columns = 1, .allocated = 8, .frames = "2" };
	struct maker m;
	struct frame *f;

	make_start(&m, EXPLICIT_LE);
	make_identity(&m);
	make_shape(&m, &shape);
	make_open(&m, 0x52009230);
	for (int i = 0; i < 2; i++) {
		make_item(&m);
		make_open(&m, 0x00289145);
		make_item(&m);
		make_text(&m, 0x00281052, "DS", "0");
		make_text(&m, 0x00281053, "DS", i == 0 ? "2" : "3");
		make_item_end(&m);
		make_close(&m);
		make_item_end(&m);
	}
	make_close(&m);
	make_bytes(&m, 0x7fe00010, "OB", "ab", 2);
	f = good_frame(*state, &m, 1);
	assert_true(f->info.slope == 3);
	frame_unref(f);
}

static void
a_short_frame_says_where_it_ends(void **state)
{
	struct make_shape shape = { .rows = 16, .columns = 16, .allocated = 8 };
	char pixels[256] = { 0 };
	struct maker m;
	struct err e = { 0 };
	struct frame *f;

	make_image(&m, EXPLICIT_LE, &shape, pixels, sizeof(pixels));
	m.b.len -= 56;
	assert_int_equal(frame_of(*state, &m, 0, &f, &e), RC_CORRUPT);
	assert_string_equal(e.text, "pixel data end at byte 200 of 256");
}

static void
check_measures_and_decodes_all_frames(void **state)
{
	for (size_t cut = 0; cut <= 20; cut += 20) {
		struct err e = { 0 };
		struct maker m;
		int fd;

		make_rle(&m, 40, 3, cut);
		fd = make_file(m.b.data, m.b.len);
		assert_int_equal(decoder_check(*state, fd, &e), cut == 0 ? RC_OK : RC_CORRUPT);
		close(fd);
		buf_release(&m.b);
	}
}

static void
huge_dimensions_on_few_bytes_are_refused_at_once(void **state)
{
	struct make_shape shape = { .rows = 65535, .columns = 65535, .allocated = 16 };
	struct maker m;
	struct err e = { 0 };
	struct frame *f;

	make_image(&m, EXPLICIT_LE, &shape, "abcd", 4);
	assert_int_equal(frame_of(*state, &m, 0, &f, &e), RC_LIMIT);
}

static void
shapes_without_sense_are_refused(void **state)
{
	static const struct {
		struct make_shape shape;
		enum rc rc;
	} cases[] = {
		{ { .rows = 0, .columns = 2, .allocated = 8 }, RC_CORRUPT },
		{ { .rows = 2, .columns = 2, .allocated = 12 }, RC_UNSUPPORTED },
		{ { .rows = 2, .columns = 2, .allocated = 8, .samples = 4 }, RC_CORRUPT },
		{ { .rows = 2, .columns = 2, .allocated = 8, .photometric = "RGB" }, RC_CORRUPT },
		{ { .rows = 2, .columns = 2, .allocated = 8, .photometric = "XYZ" }, RC_UNSUPPORTED },
	};

	for (size_t i = 0; i < MEM_COUNT(cases); i++) {
		struct maker m;
		struct frame *f;

		make_image(&m, EXPLICIT_LE, &cases[i].shape, "0123456789abcdef", 16);
		assert_int_equal(frame_of(*state, &m, 0, &f, NULL), cases[i].rc);
		assert_null(f);
	}
}

static void
an_unknown_transfer_syntax_is_unsupported(void **state)
{
	struct make_shape shape = { .rows = 1, .columns = 1, .allocated = 8 };
	struct maker m;
	struct frame *f;

	make_image(&m, "1.2.840.10008.1.2.4.203", &shape, "a", 1);
	assert_int_equal(frame_of(*state, &m, 0, &f, NULL), RC_UNSUPPORTED);
}

static void
a_report_has_no_frame(void **state)
{
	struct maker m;
	struct frame *f;

	make_start(&m, EXPLICIT_LE);
	make_identity(&m);
	assert_int_equal(frame_of(*state, &m, 0, &f, NULL), RC_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sixteen_bits_come_as_stored_in_each_byte_order),
		cmocka_unit_test(eight_bits_are_widened),
		cmocka_unit_test(twelve_signed_bits_are_extended_and_the_rest_ignored),
		cmocka_unit_test(thirty_two_bits_come_as_floats),
		cmocka_unit_test(a_float_that_is_no_number_becomes_zero),
		cmocka_unit_test(single_bits_are_unpacked_across_frames),
		cmocka_unit_test(the_description_says_how_to_show_it),
		cmocka_unit_test(a_voi_lut_is_handed_over),
		cmocka_unit_test(colour_by_plane_and_by_pixel_are_the_same),
		cmocka_unit_test(luminance_becomes_red_green_blue),
		cmocka_unit_test(a_palette_colours_its_indices),
		cmocka_unit_test(rle_comes_back_as_it_was_packed),
		cmocka_unit_test(rle_cut_short_is_refused),
		cmocka_unit_test(each_frame_has_its_own_pixels_and_the_next_is_not_found),
		cmocka_unit_test(per_frame_rescale_and_window_belong_to_their_frame),
		cmocka_unit_test(a_short_frame_says_where_it_ends),
		cmocka_unit_test(check_measures_and_decodes_all_frames),
		cmocka_unit_test(huge_dimensions_on_few_bytes_are_refused_at_once),
		cmocka_unit_test(shapes_without_sense_are_refused),
		cmocka_unit_test(an_unknown_transfer_syntax_is_unsupported),
		cmocka_unit_test(a_report_has_no_frame),
	};

	return cmocka_run_group_tests(tests, decoder_setup, decoder_teardown);
}
