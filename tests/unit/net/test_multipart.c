/* Answers in parts, cut where a line may cut them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/net/multipart.h"

#define TYPE "multipart/related; type=\"application/dicom\"; boundary=BB"

/* What came, as text: "[length|" and the bytes, "]" where the part was whole. */
static enum rc
on_begin(void *ctx, const struct multipart_part *p, struct err *e)
{
	(void)e;
	buf_format(ctx, "[%lld|", (long long)p->length);
	return RC_OK;
}

static enum rc
on_bytes(void *ctx, const void *p, size_t n, struct err *e)
{
	(void)e;
	buf_add(ctx, p, n);
	return RC_OK;
}

static enum rc
on_whole(void *ctx, struct err *e)
{
	(void)e;
	buf_char(ctx, ']');
	return RC_OK;
}

/* The stream in pieces of `piece` bytes after a first of `first`. */
static enum rc
cut(const char *type, const char *s, size_t n, size_t first, size_t piece, struct buf *came)
{
	struct multipart_sink sink = { on_begin, on_bytes, on_whole, came };
	struct multipart *m;
	enum rc rc = multipart_new(&m, type, 1000000, &sink, NULL);

	buf_clear(came);
	buf_text(came, "");
	for (size_t at = 0, step = first; rc == RC_OK && at < n; at += step, step = piece) {
		if (step > n - at)
			step = n - at;
		rc = multipart_add(m, s + at, step, NULL);
	}
	if (rc == RC_OK)
		rc = multipart_end(m, NULL);
	multipart_free(m);
	return rc;
}

/* However it is cut, the same comes of it. */
static void
expect(const char *s, enum rc wanted, const char *parts)
{
	size_t n = strlen(s);
	struct buf came = { 0 };

	for (size_t first = 0; first <= n; first++) {
		assert_int_equal(cut(TYPE, s, n, first, n, &came), wanted);
		assert_string_equal(came.data, parts);
	}
	for (size_t piece = 1; piece < 9; piece++) {
		assert_int_equal(cut(TYPE, s, n, piece, piece, &came), wanted);
		assert_string_equal(came.data, parts);
	}
	buf_release(&came);
}

static void
parts_come_whole_however_the_stream_is_cut(void **state)
{
	(void)state;
	expect("--BB\r\nContent-Type: application/dicom\r\nContent-Length: 5\r\n\r\nfirst\r\n"
	       "--BB\r\nContent-Length: 0\r\n\r\n\r\n--BB\r\n\r\nlast\r\n--BB--\r\n",
		RC_OK, "[5|first][0|][-1|last]");
	expect("told before\r\n--BB  \r\nMIME-Version: 1.0\r\n\r\none\r\n--BB--afterwards", RC_OK,
		"[-1|one]");
	expect("--BB--", RC_OK, "");
}

static void
a_boundary_inside_a_part_is_part_of_it(void **state)
{
	(void)state;
	expect("--BB\r\n\r\na\r\n--BBx\r\n-BB--BB\r\n--B\r\r\n--BB--", RC_OK,
		"[-1|a\r\n--BBx\r\n-BB--BB\r\n--B\r]");
	expect("--BB\r\nContent-Length: 12\r\n\r\na\r\n--BB--\r\nb\r\n--BB--", RC_OK,
		"[12|a\r\n--BB--\r\nb]");
}

static void
what_is_not_closed_is_not_whole(void **state)
{
	static const char all[] =
		"--BB\r\nContent-Length: 3\r\n\r\none\r\n--BB\r\n\r\ntwo\r\n--BB--";
	struct buf came = { 0 };

	(void)state;
	for (size_t n = 0; n < sizeof(all) - 1; n++) {
		assert_int_equal(cut(TYPE, all, n, n, 1, &came), RC_CORRUPT);
		assert_null(strstr(came.data, "two]"));
		assert_true(n >= 38 || strchr(came.data, ']') == NULL);
	}
	assert_int_equal(cut(TYPE, all, sizeof(all) - 1, 7, 7, &came), RC_OK);
	buf_release(&came);
}

static void
a_wrong_length_is_seen(void **state)
{
	(void)state;
	expect("--BB\r\nContent-Length: 4\r\n\r\none\r\n--BB--", RC_CORRUPT, "[4|one\r");
	expect("--BB\r\nContent-Length: 2\r\n\r\none\r\n--BB--", RC_CORRUPT, "[2|on");
	expect("--BB\r\nContent-Length: -1\r\n\r\none\r\n--BB--", RC_CORRUPT, "");
	expect("--BB\r\nContent-Length: 3x\r\n\r\none\r\n--BB--", RC_CORRUPT, "");
	expect("--BB\r\nContent-Length: 9999999\r\n\r\none\r\n--BB--", RC_LIMIT, "");
}

static void
too_much_of_anything_is_refused(void **state)
{
	struct buf s = { 0 }, came = { 0 };

	(void)state;
	buf_text(&s, "--BB\r\nX: ");
	memset(buf_room(&s, 100000), 'a', 100000);
	s.len += 100000;
	assert_int_equal(cut(TYPE, s.data, s.len, 11, 100, &came), RC_LIMIT);
	assert_int_equal(cut(TYPE, s.data, s.len, s.len, 1, &came), RC_LIMIT);
	assert_int_equal(cut(TYPE, s.data + 9, s.len - 9, 11, 100, &came), RC_LIMIT); /* preamble */
	buf_clear(&s);
	buf_text(&s, "--BB\r\n\r\n");
	memset(buf_room(&s, 1000100), 'a', 1000100);
	s.len += 1000100;
	assert_int_equal(cut(TYPE, s.data, s.len, 11, 5000, &came), RC_LIMIT);
	buf_release(&s);
	buf_release(&came);
}

static void
the_boundary_is_found_in_the_type(void **state)
{
	static const struct {
		const char *type, *boundary; /* NULL: none */
	} rows[] = {
		{ "multipart/related; boundary=a.b", "a.b" },
		{ "Multipart/Related;BOUNDARY=\"a b\"; type=x", "a b" },
		{ "multipart/related; type=\"x; boundary=no\"; boundary=yes", "yes" },
		{ "multipart/related; type=\"a\\\"b\" ; boundary=yes;", "yes" },
		{ "multipart/related; start; boundary=yes", "yes" },
		{ "multipart/related", NULL },
		{ "multipart/related; boundary=", NULL },
		{ "multipart/related; boundary=\"a ", NULL },
		{ "multipart/related; boundary=\"a \"", NULL },
		{ "multipart/related; boundary=a*b", NULL },
		{ "multipart/related; "
		  "boundary="
		  "01234567890123456789012345678901234567890123456789012345678901234567890",
			NULL },
		{ "application/dicom; boundary=a", NULL },
		{ "", NULL },
	};
	struct buf came = { 0 };

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(rows); i++) {
		char *s = mem_format("--%s\r\n\r\nx\r\n--%s--", rows[i].boundary, rows[i].boundary);
		enum rc rc = cut(rows[i].type, s, strlen(s), 1, 1, &came);

		assert_int_equal(rc, rows[i].boundary != NULL ? RC_OK : RC_CORRUPT);
		assert_string_equal(came.data, rows[i].boundary != NULL ? "[-1|x]" : "");
		free(s);
	}
	buf_release(&came);
}

static enum rc
refuse(void *ctx, struct err *e)
{
	(void)ctx;
	return err_set(e, RC_CANCELLED, "enough");
}

static void
who_takes_the_parts_may_end_it(void **state)
{
	static const char s[] = "--BB\r\n\r\nx\r\n--BB--";
	struct buf came = { 0 };
	struct multipart_sink sink = { on_begin, on_bytes, refuse, &came };
	struct multipart *m;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(multipart_new(&m, TYPE, 10, &sink, NULL), RC_OK);
	assert_int_equal(multipart_add(m, s, sizeof(s) - 1, &e), RC_CANCELLED);
	assert_string_equal(e.text, "enough");
	assert_int_equal(multipart_end(m, NULL), RC_CANCELLED);
	multipart_free(m);
	buf_release(&came);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_come_whole_however_the_stream_is_cut),
		cmocka_unit_test(a_boundary_inside_a_part_is_part_of_it),
		cmocka_unit_test(what_is_not_closed_is_not_whole),
		cmocka_unit_test(a_wrong_length_is_seen),
		cmocka_unit_test(too_much_of_anything_is_refused),
		cmocka_unit_test(the_boundary_is_found_in_the_type),
		cmocka_unit_test(who_takes_the_parts_may_end_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
