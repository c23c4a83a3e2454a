/* Headers: encodings, nesting, damage, JSON. */
#include "tests/unit/dicom/dicom_make.h"

#include <jansson.h>
#include <stdlib.h>
#include <zlib.h>

static void
expect_small_header(struct decoder *d, struct maker *m)
{
	struct header *h = good_header(d, m);

	assert_string_equal(header_text(h, ATTR_SOP_UID), "1.2.3.4");
	assert_string_equal(header_text(h, ATTR_MODALITY), "CT");
	assert_string_equal(header_text(h, ATTR_ROWS), "512");
	assert_string_equal(header_text(h, ATTR_PIXEL_SPACING), "0.5\\0.5");
	assert_null(h->value[ATTR_PATIENT_NAME]);
	header_free(h);
}

static void
add_small_set(struct maker *m)
{
	make_identity(m);
	make_u16(m, 0x00280010, 512);
	make_text(m, 0x00280030, "DS", "0.5 \\0.5");
}

static void
every_uncompressed_encoding_reads_the_same(void **state)
{
	static const char *const syntaxes[] = { EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE };

	for (size_t i = 0; i < MEM_COUNT(syntaxes); i++) {
		struct maker m;

		make_start(&m, syntaxes[i]);
		add_small_set(&m);
		expect_small_header(*state, &m);
	}
}

static void
a_deflated_data_set_is_inflated(void **state)
{
	struct maker m, set = { 0 };
	z_stream z = { 0 };
	unsigned char out[1024];

	add_small_set(&set);
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (unsigned char *)set.b.data;
	z.avail_in = (unsigned)set.b.len;
	z.next_out = out;
	z.avail_out = sizeof(out);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	buf_release(&set.b);

	make_start(&m, DEFLATED);
	buf_add(&m.b, out, sizeof(out) - z.avail_out);
	expect_small_header(*state, &m);
}

static void
files_without_preamble_or_meta_are_guessed(void **state)
{
	for (int i = 0; i < 3; i++) {
		struct maker m = { .implicit = i == 1, .big = i == 2 };

		add_small_set(&m);
		expect_small_header(*state, &m);
	}
}

static void
text_is_not_dicom(void **state)
{
	struct maker m = { 0 };
	struct err e = { 0 };
	struct header *h;

	buf_text(&m.b, "This is a letter, not an image.");
	assert_int_equal(header_of(*state, &m, &h, &e), RC_INVALID);
	assert_null(h);
	assert_string_equal(e.text, "not a DICOM file");
}

static void
a_file_without_sop_uid_is_refused(void **state)
{
	struct maker m;
	struct err e = { 0 };
	struct header *h;

	make_start(&m, EXPLICIT_LE);
	make_text(&m, 0x00080060, "CS", "CT");
	assert_int_equal(header_of(*state, &m, &h, &e), RC_INVALID);
	assert_string_equal(e.text, "no SOP Instance UID");
}

static void
the_meta_uid_stands_in_for_the_sop_uid(void **state)
{
	struct maker m;
	struct header *h;

	make_start(&m, EXPLICIT_LE);
	make_text(&m, 0x00020003, "UI", "1.9.8");
	make_text(&m, 0x00080060, "CS", "CT");
	h = good_header(*state, &m);
	assert_string_equal(header_text(h, ATTR_SOP_UID), "1.9.8");
	header_free(h);
}

static void
a_uid_of_letters_is_refused_without_being_repeated(void **state)
{
	struct maker m;
	struct err e = { 0 };
	struct header *h;

	make_start(&m, EXPLICIT_LE);
	make_text(&m, 0x00080018, "UI", "1.2.SMITH");
	assert_int_equal(header_of(*state, &m, &h, &e), RC_INVALID);
	assert_null(strstr(e.text, "SMITH"));
}

static void
an_insane_series_uid_is_left_out(void **state)
{
	struct maker m;
	struct header *h;

	make_start(&m, EXPLICIT_LE);
	make_identity(&m);
	make_text(&m, 0x0020000e, "UI", "../../etc");
	h = good_header(*state, &m);
	assert_null(h->value[ATTR_SERIES_UID]);
	header_free(h);
}

static void
a_dicomdir_is_told_by_its_flag(void **state)
{
	struct maker m = { 0 };
	struct header *h;

	make_start(&m, EXPLICIT_LE);
	m.b.len = 132;
	make_text(&m, 0x00020002, "UI", "1.2.840.10008.1.3.10");
	make_text(&m, 0x00020010, "UI", EXPLICIT_LE);
	make_text(&m, 0x00041130, "CS", "DISK");
	h = good_header(*state, &m);
	assert_true(h->flags & HEADER_DICOMDIR);
	header_free(h);
}

static void
the_first_of_two_equal_tags_wins_in_any_order(void **state)
{
	struct maker m;
	struct header *h;
	json_t *j;

	make_start(&m, EXPLICIT_LE);
	make_text(&m, 0x00100020, "LO", "FIRST");
	make_identity(&m);
	make_text(&m, 0x00100020, "LO", "SECOND");
	h = good_header(*state, &m);
	assert_string_equal(header_text(h, ATTR_PATIENT_ID), "FIRST");
	j = json_loads(h->json, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(j);
	json_decref(j);
	header_free(h);
}

static void
binary_numbers_become_decimal(void **state)
{
	static const double te = 4.25;
	struct maker m;
	struct header *h;

	make_start(&m, EXPLICIT_LE);
	make_identity(&m);
	make_bytes(&m, 0x00189082, "FD", &te, sizeof(te));
	make_u16(&m, 0x00280010, 65535);
	h = good_header(*state, &m);
	assert_string_equal(header_text(h, ATTR_TE_EFFECTIVE), "4.25");
	assert_string_equal(header_text(h, ATTR_ROWS), "65535");
	header_free(h);
}

/* (5200,92xx) > item > macro > item > element, of defined and undefined length by turns. */
static void
add_functional_group(struct maker *m, uint32_t group, uint32_t macro, uint32_t tag, const char *text)
{
	struct maker inner = { 0 };

	make_text(&inner, tag, "DS", text);
	make_open(m, group);
	make_item(m);
	make_head(m, macro, "SQ", (uint32_t)inner.b.len + 8);
	make_head(m, 0xfffee000, "", (uint32_t)inner.b.len);
	buf_add(&m->b, inner.b.data, inner.b.len);
	make_item_end(m);
	make_close(m);
	buf_release(&inner.b);
}

static void
enhanced_values_come_from_the_functional_groups(void **state)
{
	struct maker m;
	struct header *h;

	make_start(&m, EXPLICIT_LE);
	make_identity(&m);
	add_functional_group(&m, 0x52009229, 0x00289110, 0x00280030, "0.7\\0.7");
	add_functional_group(&m, 0x52009230, 0x00209113, 0x00200032, "1\\2\\3");
	h = good_header(*state, &m);
	assert_string_equal(header_text(h, ATTR_PIXEL_SPACING), "0.7\\0.7");
	assert_string_equal(header_text(h, ATTR_IMAGE_POSITION), "1\\2\\3");
	header_free(h);
}

static void
an_unknown_vr_of_undefined_length_is_an_implicit_sequence(void **state)
{
	struct maker m, inner = { .implicit = true };
	struct header *h;

	make_start(&m, EXPLICIT_LE);
	make_identity(&m);
	make_head(&m, 0x00091010, "UN", MAKE_UNDEFINED);
	make_item(&inner);
	make_text(&inner, 0x00091011, "", "deep");
	make_item_end(&inner);
	make_close(&inner);
	buf_add(&m.b, inner.b.data, inner.b.len);
	buf_release(&inner.b);
	make_text(&m, 0x00100020, "LO", "AFTER");
	h = good_header(*state, &m);
	assert_string_equal(header_text(h, ATTR_PATIENT_ID), "AFTER");
	assert_true(h->flags & HEADER_PRIVATE);
	header_free(h);
}

static void
nesting_has_a_limit(void **state)
{
	struct maker m;
	struct err e = { 0 };
	struct header *h;

	make_start(&m, EXPLICIT_LE);
	make_identity(&m);
	for (int i = 0; i < 1000; i++) {
		make_open(&m, 0x00081140);
		make_item(&m);
	}
	assert_int_equal(header_of(*state, &m, &h, &e), RC_LIMIT);
}

static void
the_number_of_elements_has_a_limit(void **state)
{
	struct maker m;
	struct err e = { 0 };
	struct header *h;

	make_start(&m, EXPLICIT_LE);
	make_identity(&m);
	make_open(&m, 0x00081140);
	for (int i = 0; i < 1000001; i++)
		make_head(&m, 0xfffee000, "", 0);
	make_close(&m);
	assert_int_equal(header_of(*state, &m, &h, &e), RC_LIMIT);
}

static void
many_items_still_make_valid_json_under_its_cap(void **state)
{
	struct maker m;
	struct header *h;
	json_t *j;

	make_start(&m, EXPLICIT_LE);
	make_identity(&m);
	make_open(&m, 0x00081140);
	for (int i = 0; i < 400000; i++) {
		make_head(&m, 0xfffee000, "", 10);
		make_text(&m, 0x00081150, "UI", "1.");
	}
	make_close(&m);
	h = good_header(*state, &m);
	assert_in_range(strlen(h->json), 1, 4 << 20);
	j = json_loads(h->json, JSON_REJECT_DUPLICATES, NULL);
	assert_true(json_is_true(json_object_get(j, "truncated")));
	json_decref(j);
	header_free(h);
}

static void
a_length_past_the_end_names_the_place(void **state)
{
	struct maker m;
	struct err e = { 0 };
	struct header *h;

	make_start(&m, EXPLICIT_LE);
	make_identity(&m);
	make_head(&m, 0x00081080, "LO", 60000);
	assert_int_equal(header_of(*state, &m, &h, &e), RC_CORRUPT);
	assert_non_null(strstr(e.text, "ends in the middle"));
	assert_non_null(strstr(e.text, "at byte"));
}

static void
control_characters_are_taken_out_and_flagged(void **state)
{
	struct maker m;
	struct header *h;

	make_start(&m, EXPLICIT_LE);
	make_identity(&m);
	make_text(&m, 0x00100010, "PN", "EVIL^\x1b]0;owned\x07");
	h = good_header(*state, &m);
	assert_string_equal(header_text(h, ATTR_PATIENT_NAME), "EVIL^ ]0;owned");
	assert_true(h->flags & HEADER_CLEANED);
	assert_null(strchr(h->json, 0x1b));
	header_free(h);
}

static void
flags_tell_what_is_inside(void **state)
{
	struct make_shape shape = { .rows = 1, .columns = 1, .allocated = 8, .frames = "2" };
	struct maker m;
	struct header *h;

	make_start(&m, EXPLICIT_LE);
	make_identity(&m);
	make_shape(&m, &shape);
	make_text(&m, 0x00420011, "OB", "%PDF");
	make_text(&m, 0x60003000, "OW", "ab");
	make_text(&m, 0x7fe00010, "OB", "xy");
	h = good_header(*state, &m);
	assert_int_equal(h->flags,
		HEADER_PREAMBLE | HEADER_PIXELS | HEADER_OVERLAY | HEADER_ENCAPSULATED_DOC);
	assert_int_equal(h->frames, 2);
	header_free(h);
}

static void
the_place_of_the_pixels_is_told(void **state)
{
	struct make_shape shape = { .rows = 2, .columns = 2, .allocated = 8 };
	struct maker m;
	struct header *h;
	size_t size;

	make_image(&m, EXPLICIT_LE, &shape, "abcd", 4);
	size = m.b.len;
	h = good_header(*state, &m);
	assert_int_equal(h->pixel_offset, size - 4);
	assert_int_equal(h->pixel_bytes, 4);
	header_free(h);
}

static void
pixels_cut_short_leave_a_flagged_header(void **state)
{
	struct make_shape shape = { .rows = 16, .columns = 16, .allocated = 8 };
	char pixels[256] = { 0 };
	struct maker m;
	struct header *h;

	make_image(&m, EXPLICIT_LE, &shape, pixels, sizeof(pixels));
	m.b.len -= 100;
	h = good_header(*state, &m);
	assert_true(h->flags & HEADER_SHORT);
	assert_true(h->flags & HEADER_PIXELS);
	header_free(h);
}

/* A file with everything the parser branches on, cut at each of its bytes. */
static void
every_cut_of_a_file_gives_an_answer(void **state)
{
	struct make_shape shape = { .rows = 2, .columns = 2, .allocated = 8 };
	struct maker m;

	make_start(&m, EXPLICIT_LE);
	make_identity(&m);
	make_open(&m, 0x00081140);
	make_item(&m);
	make_text(&m, 0x00081150, "UI", "1.2");
	make_item_end(&m);
	make_close(&m);
	make_shape(&m, &shape);
	make_bytes(&m, 0x7fe00010, "OB", "abcd", 4);
	make_text(&m, 0xfffcfffc, "OB", "    ");
	for (size_t n = 0; n <= m.b.len; n++) {
		int fd = make_file(m.b.data, n);
		struct err e = { 0 };
		struct header *h;
		enum rc rc = decoder_header(*state, fd, &h, &e);

		close(fd);
		if (n == m.b.len)
			assert_int_equal(rc, RC_OK);
		else
			assert_true(rc == RC_OK || rc == RC_CORRUPT || rc == RC_INVALID);
		assert_true((rc == RC_OK) == (h != NULL));
		header_free(h);
	}
	buf_release(&m.b);
}

static void
every_flipped_byte_gives_an_answer(void **state)
{
	struct make_shape shape = { .rows = 2, .columns = 2, .allocated = 8 };
	struct maker m;

	make_image(&m, EXPLICIT_LE, &shape, "abcd", 4);
	for (size_t n = 128; n < m.b.len; n++) {
		struct err e = { 0 };
		struct header *h;
		struct frame *f;
		int fd;

		m.b.data[n] = (char)~m.b.data[n];
		fd = make_file(m.b.data, m.b.len);
		decoder_header(*state, fd, &h, &e);
		decoder_frame(*state, fd, 0, &f, NULL);
		m.b.data[n] = (char)~m.b.data[n];
		header_free(h);
		frame_unref(f);
		close(fd);
	}
	buf_release(&m.b);
}

static const char *
json_first(json_t *j, const char *tag)
{
	json_t *value = json_object_get(json_object_get(j, tag), "Value");

	return json_string_value(json_array_get(value, 0));
}

static void
the_header_is_dicom_json(void **state)
{
	struct maker m;
	struct header *h;
	json_t *j, *name, *spacing, *item;

	make_start(&m, EXPLICIT_LE);
	make_identity(&m);
	make_open(&m, 0x00081140);
	make_item(&m);
	make_text(&m, 0x00081150, "UI", "1.2");
	make_item_end(&m);
	make_close(&m);
	make_text(&m, 0x00091001, "UN", "bin");
	make_text(&m, 0x00100010, "PN", "A^\"B\"=C");
	make_text(&m, 0x00280030, "DS", "+.5\\x");
	h = good_header(*state, &m);
	j = json_loads(h->json, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(j);
	assert_string_equal(json_first(j, "00080018"), "1.2.3.4");
	name = json_array_get(json_object_get(json_object_get(j, "00100010"), "Value"), 0);
	assert_string_equal(json_string_value(json_object_get(name, "Alphabetic")), "A^\"B\"");
	assert_string_equal(json_string_value(json_object_get(name, "Ideographic")), "C");
	spacing = json_object_get(json_object_get(j, "00280030"), "Value");
	assert_true(json_number_value(json_array_get(spacing, 0)) == 0.5);
	assert_string_equal(json_string_value(json_array_get(spacing, 1)), "x");
	item = json_array_get(json_object_get(json_object_get(j, "00081140"), "Value"), 0);
	assert_string_equal(json_first(item, "00081150"), "1.2");
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(j, "00091001"), "InlineBinary")),
		"YmluIA==");
	json_decref(j);
	header_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_uncompressed_encoding_reads_the_same),
		cmocka_unit_test(a_deflated_data_set_is_inflated),
		cmocka_unit_test(files_without_preamble_or_meta_are_guessed),
		cmocka_unit_test(text_is_not_dicom),
		cmocka_unit_test(a_file_without_sop_uid_is_refused),
		cmocka_unit_test(the_meta_uid_stands_in_for_the_sop_uid),
		cmocka_unit_test(a_uid_of_letters_is_refused_without_being_repeated),
		cmocka_unit_test(an_insane_series_uid_is_left_out),
		cmocka_unit_test(a_dicomdir_is_told_by_its_flag),
		cmocka_unit_test(the_first_of_two_equal_tags_wins_in_any_order),
		cmocka_unit_test(binary_numbers_become_decimal),
		cmocka_unit_test(enhanced_values_come_from_the_functional_groups),
		cmocka_unit_test(an_unknown_vr_of_undefined_length_is_an_implicit_sequence),
		cmocka_unit_test(nesting_has_a_limit),
		cmocka_unit_test(the_number_of_elements_has_a_limit),
		cmocka_unit_test(many_items_still_make_valid_json_under_its_cap),
		cmocka_unit_test(a_length_past_the_end_names_the_place),
		cmocka_unit_test(control_characters_are_taken_out_and_flagged),
		cmocka_unit_test(flags_tell_what_is_inside),
		cmocka_unit_test(the_place_of_the_pixels_is_told),
		cmocka_unit_test(pixels_cut_short_leave_a_flagged_header),
		cmocka_unit_test(every_cut_of_a_file_gives_an_answer),
		cmocka_unit_test(every_flipped_byte_gives_an_answer),
		cmocka_unit_test(the_header_is_dicom_json),
	};

	return cmocka_run_group_tests(tests, decoder_setup, decoder_teardown);
}
