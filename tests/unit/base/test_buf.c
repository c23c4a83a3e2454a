/* A growing run of bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"

static void
pieces_come_one_after_the_other(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_text(&b, "S-");
	buf_format(&b, "%04d", 42);
	buf_char(&b, '!');
	buf_add(&b, "?x", 1);
	assert_string_equal(b.data, "S-0042!?");
	assert_int_equal(b.len, 8);
	buf_release(&b);
}

static void
nul_bytes_are_kept(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_add(&b, "a\0b", 3);
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "a\0b", 4);
	buf_release(&b);
}

static void
it_grows_past_any_first_guess(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_char(&b, (char)('a' + i % 26));
	assert_int_equal(b.len, 100000);
	assert_int_equal(strlen(b.data), 100000);
	assert_int_equal(b.data[99999], 'a' + 99999 % 26);
	buf_release(&b);
}

static void
a_long_format_is_whole(void **state)
{
	char word[3001];
	struct buf b = { 0 };

	(void)state;
	memset(word, 'w', 3000);
	word[3000] = '\0';
	for (size_t n = 0; n <= 3000; n += 250) {
		buf_clear(&b);
		buf_format(&b, "<%s>", word + 3000 - n);
		assert_int_equal(b.len, n + 2);
		assert_int_equal(b.data[n + 1], '>');
	}
	buf_release(&b);
}

static void
an_empty_format_adds_nothing(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_text(&b, "x");
	buf_format(&b, "%s", "");
	assert_string_equal(b.data, "x");
	buf_release(&b);
}

static void
room_is_the_callers_to_fill(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_text(&b, "ab");
	memset(buf_room(&b, 500), 'c', 500);
	b.len += 500;
	buf_text(&b, "d");
	assert_int_equal(strlen(b.data), 503);
	buf_release(&b);
}

static void
cleared_keeps_memory_and_released_does_not(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_clear(&b);
	buf_text(&b, "text");
	buf_clear(&b);
	assert_string_equal(b.data, "");
	assert_true(b.cap > 0);
	buf_release(&b);
	assert_null(b.data);
	assert_int_equal(b.cap, 0);
}

static void
taken_text_is_the_callers_and_never_null(void **state)
{
	struct buf b = { 0 };
	char *empty = buf_take(&b), *text;

	(void)state;
	buf_text(&b, "mine");
	text = buf_take(&b);
	assert_string_equal(empty, "");
	assert_string_equal(text, "mine");
	assert_null(b.data);
	free(empty);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_come_one_after_the_other),
		cmocka_unit_test(nul_bytes_are_kept),
		cmocka_unit_test(it_grows_past_any_first_guess),
		cmocka_unit_test(a_long_format_is_whole),
		cmocka_unit_test(an_empty_format_adds_nothing),
		cmocka_unit_test(room_is_the_callers_to_fill),
		cmocka_unit_test(cleared_keeps_memory_and_released_does_not),
		cmocka_unit_test(taken_text_is_the_callers_and_never_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
