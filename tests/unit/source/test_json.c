/* What servers send as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/source/json.h"

static struct header *
header_of(const char *text)
{
	struct header *h = NULL;
	json_t *o;

	assert_int_equal(json_read(&o, text, strlen(text), NULL), RC_OK);
	assert_int_equal(json_to_header(&h, o, NULL), RC_OK);
	json_decref(o);
	return h;
}

static void
values_are_those_of_the_decoder(void **state)
{
	struct header *h = header_of(
		"{\"00080060\":{\"vr\":\"CS\",\"Value\":[\"MR\"]},"
		"\"00080008\":{\"vr\":\"CS\",\"Value\":[\"ORIGINAL\",\"PRIMARY\",null,\"M\"]},"
		"\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"Yamada^Tarou\","
		"\"Ideographic\":\"\\u5c71\\u7530^\\u592a\\u90ce\"}]},"
		"\"00200011\":{\"vr\":\"IS\",\"Value\":[7]},"
		"\"00200032\":{\"vr\":\"DS\",\"Value\":[-283.89999999999998,1.0,-113.191]},"
		"\"0008103E\":{\"vr\":\"LO\",\"Value\":[\"a\\u001b[2Jb\\u202ec\"]},"
		"\"00080050\":{\"vr\":\"SH\"},"
		"\"0020000E\":{\"vr\":\"UI\",\"Value\":[\"1.2/../3\"]},"
		"\"00280301\":7,\"60\":{\"vr\":\"CS\"},\"\":{}}");

	(void)state;
	assert_string_equal(header_text(h, ATTR_MODALITY), "MR");
	assert_string_equal(header_text(h, ATTR_IMAGE_TYPE), "ORIGINAL\\PRIMARY\\\\M");
	assert_string_equal(header_text(h, ATTR_PATIENT_NAME),
		"Yamada^Tarou=\xe5\xb1\xb1\xe7\x94\xb0^\xe5\xa4\xaa\xe9\x83\x8e");
	assert_string_equal(header_text(h, ATTR_SERIES_NUMBER), "7");
	assert_string_equal(header_text(h, ATTR_IMAGE_POSITION), "-283.9\\1\\-113.191");
	assert_string_equal(header_text(h, ATTR_SERIES_DESC), "a [2Jb c");
	assert_string_equal(h->value[ATTR_ACCESSION], "");
	assert_null(h->value[ATTR_SERIES_UID]); /* no UID is no UID */
	assert_null(h->value[ATTR_BURNED_IN]);
	assert_null(h->value[ATTR_STUDY_UID]);
	header_free(h);
}

static void
a_uid_is_fit_for_a_path(void **state)
{
	static const char *const bad[] = { "", ".", "..", "1..2", ".1", "1.", "1/2", "1.2 ",
		"1.2.840.10008.1.2.840.10008.1.2.840.10008.1.2.840.10008.1.2.840.10008" };

	(void)state;
	assert_true(json_is_uid("1.2.840.10008.1") && json_is_uid("2"));
	for (size_t i = 0; i < MEM_COUNT(bad); i++)
		assert_false(json_is_uid(bad[i]));
}

static void
bytes_that_are_no_text_are_replaced(void **state)
{
	struct header *h = header_of("{\"0008103E\":{\"vr\":\"LO\",\n\"Value\":[\"M\xfcller\"]},"
				     "\"00100020\":{\"vr\":\"LO\",\"Value\":[\"A\\u0000\"]}}");

	(void)state;
	assert_string_equal(header_text(h, ATTR_SERIES_DESC), "M?ller");
	assert_string_equal(header_text(h, ATTR_PATIENT_ID), "A");
	header_free(h);
}

static void
functional_groups_are_looked_into(void **state)
{
	struct header *h = header_of(
		"{\"00181314\":{\"vr\":\"DS\",\"Value\":[9]},"
		"\"52009229\":{\"vr\":\"SQ\",\"Value\":[{\"00289110\":{\"vr\":\"SQ\",\"Value\":[{"
		"\"00280030\":{\"vr\":\"DS\",\"Value\":[0.5,0.5]},"
		"\"0020000E\":{\"vr\":\"UI\",\"Value\":[\"1.2\"]}}]}}]},"
		"\"52009230\":{\"vr\":\"SQ\",\"Value\":[{\"00209113\":{\"vr\":\"SQ\",\"Value\":[{"
		"\"00200032\":{\"vr\":\"DS\",\"Value\":[1,2,3]}}]},\"00181314\":{\"vr\":\"DS\","
		"\"Value\":[1]}},"
		"{\"00209113\":{\"vr\":\"SQ\",\"Value\":[{\"00200032\":{\"vr\":\"DS\",\"Value\":[4]"
		"}}]}}]},"
		"\"00540016\":{\"vr\":\"SQ\",\"Value\":[{\"00180031\":{\"vr\":\"LO\",\"Value\":["
		"\"FDG\"]}}]},"
		"\"00280010\":{\"vr\":\"US\",\"Value\":[4]},\"00280011\":{\"vr\":\"US\",\"Value\":["
		"4]},"
		"\"00280008\":{\"vr\":\"IS\",\"Value\":[30]},\"60003000\":{\"vr\":\"OW\"},"
		"\"7FE00010\":{\"vr\":\"OW\",\"BulkDataURI\":\"http://elsewhere\"}}");

	(void)state;
	assert_string_equal(header_text(h, ATTR_PIXEL_SPACING), "0.5\\0.5");
	assert_string_equal(header_text(h, ATTR_IMAGE_POSITION), "1\\2\\3");
	assert_string_equal(header_text(h, ATTR_FLIP_ANGLE), "9");
	assert_string_equal(header_text(h, ATTR_RADIOPHARMACEUTICAL), "FDG");
	assert_null(h->value[ATTR_SERIES_UID]); /* of another object */
	assert_int_equal(h->flags, HEADER_PIXELS | HEADER_OVERLAY);
	assert_int_equal(h->frames, 30);
	assert_int_equal(h->overlays, 1);
	assert_null(strstr(h->json, "elsewhere"));
	header_free(h);
}

static void
the_whole_is_written_as_the_decoder_does(void **state)
{
	struct header *h = header_of(
		"{\"7FE00010\":{\"InlineBinary\":\"AAAA\",\"vr\":\"OW\"},"
		"\"00200011\":{\"Value\":[7],\"vr\":\"IS\"},\"bad\":1,\"00081140\":{\"vr\":\"SQ\","
		"\"Value\":["
		"{\"00081150\":{\"Value\":[\"1.2\"],\"vr\":\"UI\"}},{}]},"
		"\"00100010\":{\"Value\":[{\"Phonetic\":\"\",\"Alphabetic\":\"A\\\\B\\\"\"},null],"
		"\"vr\":\"PN\"},"
		"\"00090000\":{\"vr\":\"UL\",\"Value\":[2]},\"00091001\":{\"vr\":\"OB\","
		"\"InlineBinary\":\"AQI=\"},"
		"\"00091002\":{\"vr\":\"OB\",\"InlineBinary\":\"\\\"<script>\"},"
		"\"00091003\":{\"vr\":\"x\\\"y\",\"BulkDataURI\":\"http://elsewhere\"},"
		"\"00100020\":{\"vr\":\"LO\"},\"00101030\":{\"vr\":\"DS\",\"Value\":[74.10]}}");

	(void)state;
	assert_string_equal(h->json,
		"{\"00081140\":{\"vr\":\"SQ\",\"Value\":[{\"00081150\":{\"vr\":\"UI\",\"Value\":["
		"\"1.2\"]}},{}]},"
		"\"00091001\":{\"vr\":\"OB\",\"InlineBinary\":\"AQI=\"},\"00091002\":{\"vr\":"
		"\"OB\"},"
		"\"00091003\":{\"vr\":\"UN\"},"
		"\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"A\\\\B\\\"\"},null]},"
		"\"00100020\":{\"vr\":\"LO\"},\"00101030\":{\"vr\":\"DS\",\"Value\":[74.1]},"
		"\"00200011\":{\"vr\":\"IS\",\"Value\":[7]}}");
	assert_int_equal(h->flags & HEADER_PRIVATE, HEADER_PRIVATE);
	header_free(h);
}

static void
what_is_too_large_is_cut_and_says_so(void **state)
{
	struct buf s = { 0 };
	struct header *h;
	json_t *o;

	(void)state;
	buf_text(&s, "{\"00080005\":{\"vr\":\"CS\"}");
	for (int i = 0; i < 19000; i++)
		buf_format(
			&s, ",\"%08X\":{\"vr\":\"LO\",\"Value\":[\"%0300d\"]}", 0x00110010 + i, i);
	buf_text(&s, "}");
	h = header_of(s.data);
	assert_true(strlen(h->json) < JSON_OBJECT_MOST + 1000);
	assert_non_null(strstr(h->json, ",\"truncated\":true}"));
	assert_int_equal(json_read(&o, h->json, strlen(h->json), NULL), RC_OK);
	json_decref(o);
	header_free(h);

	buf_clear(&s);
	for (int i = 0; i < 100000; i++)
		buf_text(&s, "[");
	assert_int_equal(json_read(&o, s.data, s.len, NULL), RC_LIMIT);
	assert_int_equal(json_read(&o, "[1,2", 4, NULL), RC_CORRUPT);
	buf_release(&s);
}

/* ---- arrays ---- */

static enum rc
keep(void *ctx, const json_t *element, struct err *e)
{
	char *s = json_dumps(element, JSON_ENCODE_ANY | JSON_COMPACT);

	(void)e;
	buf_format(ctx, "%s;", s);
	free(s);
	return RC_OK;
}

static enum rc
pieces(const char *s, size_t first, size_t piece, struct buf *came, struct err *e)
{
	struct json_reader *r = json_reader_new(keep, came);
	size_t n = strlen(s);
	enum rc rc = RC_OK;

	buf_clear(came);
	buf_text(came, "");
	for (size_t at = 0, step = first; rc == RC_OK && at < n; at += step, step = piece) {
		if (step > n - at)
			step = n - at;
		rc = json_reader_add(r, s + at, step, e);
	}
	if (rc == RC_OK)
		rc = json_reader_end(r, e);
	json_reader_free(r);
	return rc;
}

static void
a_list_comes_element_by_element_however_it_is_cut(void **state)
{
	static const struct {
		const char *text, *elements;
	} rows[] = {
		{ " [ ] ", "" },
		{ "[{\"a\":[1,2],\"b\":\"],[\"},\n {\"c\":\"\\\"]\"} , 7,\"x\\\\\"]\n",
			"{\"a\":[1,2],\"b\":\"],[\"};{\"c\":\"\\\"]\"};7;\"x\\\\\";" },
		{ "[null,[],[[]]]", "null;[];[[]];" },
	};
	struct buf came = { 0 };

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(rows); i++) {
		for (size_t first = 0; first <= strlen(rows[i].text); first++) {
			assert_int_equal(pieces(rows[i].text, first, 1000, &came, NULL), RC_OK);
			assert_string_equal(came.data, rows[i].elements);
			assert_int_equal(pieces(rows[i].text, first, 1, &came, NULL), RC_OK);
			assert_string_equal(came.data, rows[i].elements);
		}
	}
	buf_release(&came);
}

static void
a_list_that_is_none_is_refused(void **state)
{
	static const char *const rows[] = { "", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{}",
		"[1]]", "[1]x", "<html>", "[{]", "[\"a]", "[1,2}" };
	struct buf came = { 0 };

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(rows); i++) {
		for (size_t first = 0; first <= strlen(rows[i]); first++) {
			enum rc rc = pieces(rows[i], first, 1000, &came, NULL);

			if (rc != RC_CORRUPT)
				fail_msg("%s: %s", rows[i], rc_name(rc));
		}
	}
	buf_release(&came);
}

static enum rc
none(void *ctx, const json_t *element, struct err *e)
{
	(void)ctx, (void)element, (void)e;
	return RC_OK;
}

static void
an_element_has_a_cap(void **state)
{
	struct json_reader *r = json_reader_new(none, NULL);
	char piece[65536];
	int fed = 0;

	(void)state;
	memset(piece, 'a', sizeof(piece));
	assert_int_equal(json_reader_add(r, "[\"", 2, NULL), RC_OK);
	while (fed < 1000 && json_reader_add(r, piece, sizeof(piece), NULL) == RC_OK)
		fed++;
	assert_in_range(fed, 250, 260);
	assert_int_equal(json_reader_end(r, NULL), RC_LIMIT);
	json_reader_free(r);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_those_of_the_decoder),
		cmocka_unit_test(a_uid_is_fit_for_a_path),
		cmocka_unit_test(bytes_that_are_no_text_are_replaced),
		cmocka_unit_test(functional_groups_are_looked_into),
		cmocka_unit_test(the_whole_is_written_as_the_decoder_does),
		cmocka_unit_test(what_is_too_large_is_cut_and_says_so),
		cmocka_unit_test(a_list_comes_element_by_element_however_it_is_cut),
		cmocka_unit_test(a_list_that_is_none_is_refused),
		cmocka_unit_test(an_element_has_a_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
