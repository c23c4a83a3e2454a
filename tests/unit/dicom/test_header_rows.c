/* A header as rows, and what differs between two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/dicom/dictionary.h"
#include "core/dicom/header_rows.h"

/* No hash: the tests see which bytes were handed over. */
static void
digest(const void *bytes, size_t n, char hex[HEADER_DIGEST])
{
	memset(hex, '0', HEADER_DIGEST - 1);
	hex[HEADER_DIGEST - 1] = '\0';
	for (size_t i = 0; i < n && i < 8; i++) {
		char two[3];

		snprintf(two, sizeof(two), "%02x", ((const unsigned char *)bytes)[i]);
		memcpy(hex + 2 * i, two, 2);
	}
}

static const struct header_how slices = { .digest = digest, .kinship = HEADER_SLICES };
static const struct header_how series = { .digest = digest, .kinship = HEADER_SERIES };

static json_t *
parse(const char *text)
{
	json_t *j = json_loads(text, 0, NULL);

	assert_non_null(j);
	return j;
}

static struct header_rows
all(const char *text)
{
	struct header_rows rows;
	json_t *j = parse(text);

	header_rows_all(j, &slices, &rows);
	json_decref(j);
	return rows;
}

static struct header_rows
compare(const char *left, const char *right, const struct header_how *how)
{
	struct header_rows rows;
	json_t *l = parse(left), *r = parse(right);

	header_rows_compare(l, r, how, &rows);
	json_decref(l);
	json_decref(r);
	return rows;
}

static const struct header_row *
row_at(const struct header_rows *rows, const char *path)
{
	for (size_t i = 0; i < rows->n; i++)
		if (strcmp(rows->row[i].path, path) == 0)
			return &rows->row[i];
	return NULL;
}

#define TEXT(tag, vr, value) "\"" tag "\":{\"vr\":\"" vr "\",\"Value\":[\"" value "\"]}"

static void
keywords_of_the_standard_are_found_by_tag(void **state)
{
	(void)state;
	assert_string_equal(dictionary_keyword(0x00100020), "PatientID");
	assert_string_equal(dictionary_keyword(0x00020010), "TransferSyntaxUID");
	assert_string_equal(dictionary_keyword(0x60123000), "OverlayData"); /* any of 60xx */
	assert_string_equal(dictionary_keyword(0x00091001), "");
	for (size_t i = 1; i < dictionary_count; i++)
		assert_true(dictionary_rows[i - 1].tag < dictionary_rows[i].tag);
}

static void
every_element_is_a_row_with_its_keyword_and_value(void **state)
{
	struct header_rows r = all("{" TEXT(
		"00080060", "CS", "CT") ","
					"\"00280030\":{\"vr\":\"DS\",\"Value\":[0.5,0.75]},"
					"\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":"
					"\"Doe^Jo\",\"Phonetic\":\"d\"}]},"
					"\"00280034\":{\"vr\":\"IS\"}}");

	(void)state;
	assert_int_equal(r.n, 4);
	assert_string_equal(r.row[0].name, "Modality");
	assert_string_equal(r.row[0].value, "CT");
	assert_string_equal(row_at(&r, "00280030")->value, "0.5\\0.75");
	assert_string_equal(row_at(&r, "00100010")->value, "Doe^Jo = d");
	assert_string_equal(row_at(&r, "00280034")->value, "");
	assert_int_equal(r.row[0].tag, 0x00080060);
	assert_string_equal(r.row[0].vr, "CS");
	header_rows_release(&r);
}

static void
items_lie_below_their_sequence(void **state)
{
	struct header_rows r = all("{\"00081140\":{\"vr\":\"SQ\",\"Value\":[{" TEXT(
		"00081155", "UI", "1.2") "},{" TEXT("00081155", "UI", "1.3") "}]}," TEXT("00100020",
		"LO", "N01") "}");

	(void)state;
	assert_int_equal(r.n, 6);
	assert_string_equal(r.row[0].value, "2 items");
	assert_int_equal(r.row[0].below, 4);
	assert_string_equal(r.row[1].name, "item 1");
	assert_string_equal(r.row[4].path, "00081140/2/00081155");
	assert_string_equal(r.row[4].value, "1.3");
	assert_int_equal(r.row[4].parent, 3);
	assert_int_equal(r.row[4].depth, 2);
	assert_true(r.row[5].parent == HEADER_NO_ROW);
	header_rows_release(&r);
}

static void
private_elements_name_their_creator(void **state)
{
	struct header_rows r = all("{" TEXT("00090010", "LO", "EXAMPLE A") "," TEXT(
		"00090011", "LO", "EXAMPLE B") "," TEXT("00091001", "LO", "x") "," TEXT("00091101",
		"LO", "y") "," TEXT("00091201", "LO", "z") "}");

	(void)state;
	assert_string_equal(r.row[0].name, "private creator");
	assert_string_equal(row_at(&r, "00091001")->name, "[EXAMPLE A]");
	assert_string_equal(row_at(&r, "00091101")->name, "[EXAMPLE B]");
	assert_string_equal(row_at(&r, "00091201")->name, "[no creator]");
	header_rows_release(&r);
}

static void
bytes_are_told_by_length_and_digest_and_read_where_they_are_text(void **state)
{
	struct header_rows r = all("{\"00091001\":{\"vr\":\"OB\",\"InlineBinary\":\"AAEC/w==\"},"
				   "\"00091002\":{\"vr\":\"UN\",\"InlineBinary\":\"RG9lXkpvIA==\"},"
				   "\"00091003\":{\"vr\":\"OB\"}}");

	(void)state;
	assert_string_equal(r.row[0].value, "4 bytes, SHA-256 000102ff00000000... 00 01 02 ff");
	assert_string_equal(r.row[1].value, "7 bytes, SHA-256 446f655e4a6f2000... \"Doe^Jo \"");
	assert_string_equal(r.row[2].value, "no bytes here: empty, or more than 1024");
	header_rows_release(&r);
}

static void
what_a_terminal_would_obey_is_taken_out(void **state)
{
	struct header_rows r = all("{" TEXT("00104000", "LT", "a\\u001b[2Jb") "}");

	(void)state;
	assert_null(strchr(r.row[0].value, 033));
	header_rows_release(&r);
}

static void
equal_headers_have_no_differences(void **state)
{
	const char *text =
		"{" TEXT("00080060", "CS", "CT") ",\"00081140\":{\"vr\":\"SQ\",\"Value\":[{" TEXT(
			"00081155", "UI", "1.2") "}]}}";
	struct header_rows r = compare(text, text, &slices);

	(void)state;
	assert_int_equal(r.n, 0);
	header_rows_release(&r);
}

static void
a_difference_is_told_with_both_values_and_its_side(void **state)
{
	struct header_rows r = compare("{" TEXT("00080060", "CS", "CT") "," TEXT("00180050", "DS",
					       "2") "," TEXT("00200032", "DS", "4") "}",
		"{" TEXT("00080060", "CS", "CT") "," TEXT("00180015", "CS", "CHEST") "," TEXT(
			"00200032", "DS", "2") "}",
		&slices);

	(void)state;
	assert_int_equal(r.n, 3);
	assert_string_equal(r.row[0].name, "BodyPartExamined"); /* in order of the tags of both */
	assert_int_equal(r.row[0].difference, HEADER_RIGHT_ONLY);
	assert_string_equal(r.row[0].other, "CHEST");
	assert_int_equal(r.row[1].difference, HEADER_LEFT_ONLY);
	assert_int_equal(r.row[2].difference, HEADER_DIFFERENT);
	assert_string_equal(r.row[2].value, "4");
	assert_string_equal(r.row[2].other, "2");
	header_rows_release(&r);
}

static void
a_difference_in_an_item_comes_with_what_it_lies_in(void **state)
{
	struct header_rows r =
		compare("{\"00081140\":{\"vr\":\"SQ\",\"Value\":[{" TEXT(
				"00081155", "UI", "1.2") "},{" TEXT("00081155", "UI", "1.3") "}]}}",
			"{\"00081140\":{\"vr\":\"SQ\",\"Value\":[{" TEXT(
				"00081155", "UI", "1.2") "},{" TEXT("00081155", "UI", "1.9") "}]}}",
			&slices);

	(void)state;
	assert_int_equal(r.n, 3);
	assert_string_equal(r.row[1].name, "item 2"); /* the first is equal */
	assert_string_equal(r.row[2].path, "00081140/2/00081155");
	assert_int_equal(r.row[0].below, 2);
	header_rows_release(&r);
}

static void
an_item_that_one_of_them_lacks_is_whole(void **state)
{
	struct header_rows r =
		compare("{\"00081140\":{\"vr\":\"SQ\",\"Value\":[{" TEXT(
				"00081150", "UI", "1.1") "," TEXT("00081155", "UI", "1.2") "}]}}",
			"{\"00081140\":{\"vr\":\"SQ\"}}", &slices);

	(void)state;
	assert_int_equal(r.n, 4);
	assert_int_equal(r.row[0].difference, HEADER_DIFFERENT);
	assert_string_equal(r.row[0].other, "0 items");
	assert_int_equal(r.row[1].difference, HEADER_LEFT_ONLY);
	assert_int_equal(r.row[3].difference, HEADER_LEFT_ONLY);
	header_rows_release(&r);
}

static void
what_always_differs_comes_last_under_a_heading(void **state)
{
	const char *left = "{" TEXT("00080018", "UI", "1.1") "," TEXT(
		"0020000E", "UI", "1.5") "," TEXT("00201041", "DS", "1") "}";
	const char *right = "{" TEXT("00080018", "UI", "1.2") "," TEXT(
		"0020000E", "UI", "1.6") "," TEXT("00201041", "DS", "2") "}";
	struct header_rows r = compare(left, right, &slices);

	(void)state;
	assert_int_equal(r.n, 4);
	assert_string_equal(r.row[0].name, "SeriesInstanceUID"); /* not within one series */
	assert_string_equal(r.row[2].name, "always different");
	assert_string_equal(r.row[3].name, "SOPInstanceUID");
	assert_int_equal(r.row[2].below, 1);
	header_rows_release(&r);
	r = compare(left, right, &series);
	assert_string_equal(r.row[0].name, "SliceLocation");
	assert_int_equal(r.row[1].below, 2);
	header_rows_release(&r);
}

static void
a_set_out_of_order_loses_nothing(void **state)
{
	struct header_rows r = compare("{" TEXT("00200032", "DS", "4") "," TEXT("00080060", "CS",
					       "CT") "," TEXT("00180050", "DS", "2") "}",
		"{" TEXT("00080060", "CS", "MR") "," TEXT("00200032", "DS", "5") "}", &slices);

	(void)state;
	assert_int_equal(r.n, 3);
	assert_non_null(row_at(&r, "00080060"));
	assert_non_null(row_at(&r, "00200032"));
	assert_int_equal(row_at(&r, "00180050")->difference, HEADER_LEFT_ONLY);
	header_rows_release(&r);
}

/* n elements, each with another value on each side. */
static int64_t
time_of(size_t n)
{
	struct buf left = { 0 }, right = { 0 };
	struct header_rows r;
	json_t *l, *p;
	int64_t t;

	for (size_t i = 0; i < n; i++) {
		buf_format(&left, "%c\"%08zX\":{\"vr\":\"IS\",\"Value\":[%zu]}", i > 0 ? ',' : '{',
			0x00190000 + i, i);
		buf_format(&right, "%c\"%08zX\":{\"vr\":\"IS\",\"Value\":[%zu]}", i > 0 ? ',' : '{',
			0x00190000 + i, i + 1);
	}
	buf_char(&left, '}');
	buf_char(&right, '}');
	l = parse(left.data);
	p = parse(right.data);
	t = clock_mono_us();
	header_rows_compare(l, p, &slices, &r);
	t = clock_mono_us() - t;
	assert_int_equal(r.n, n);
	header_rows_release(&r);
	json_decref(l);
	json_decref(p);
	buf_release(&left);
	buf_release(&right);
	return t;
}

/* Ten times as many take ten times as long; with a search for each it would be a hundred times. */
static void
the_cost_grows_with_the_number_of_elements(void **state)
{
	int64_t few = INT64_MAX, many = INT64_MAX;

	(void)state;
	for (int i = 0; i < 5; i++) {
		int64_t a = time_of(4000), b = time_of(40000);

		few = a < few ? a : few;
		many = b < many ? b : many;
	}
	assert_true(many < 40 * (few + 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keywords_of_the_standard_are_found_by_tag),
		cmocka_unit_test(every_element_is_a_row_with_its_keyword_and_value),
		cmocka_unit_test(items_lie_below_their_sequence),
		cmocka_unit_test(private_elements_name_their_creator),
		cmocka_unit_test(bytes_are_told_by_length_and_digest_and_read_where_they_are_text),
		cmocka_unit_test(what_a_terminal_would_obey_is_taken_out),
		cmocka_unit_test(equal_headers_have_no_differences),
		cmocka_unit_test(a_difference_is_told_with_both_values_and_its_side),
		cmocka_unit_test(a_difference_in_an_item_comes_with_what_it_lies_in),
		cmocka_unit_test(an_item_that_one_of_them_lacks_is_whole),
		cmocka_unit_test(what_always_differs_comes_last_under_a_heading),
		cmocka_unit_test(a_set_out_of_order_loses_nothing),
		cmocka_unit_test(the_cost_grows_with_the_number_of_elements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
