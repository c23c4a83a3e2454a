/* Results and their text. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/err.h"

static void
the_first_cause_is_kept(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(err_set(&e, RC_LIMIT, "image %d is too large", 7), RC_LIMIT);
	assert_int_equal(err_set(&e, RC_FAILED, "import failed"), RC_FAILED);
	assert_int_equal(e.rc, RC_LIMIT);
	assert_string_equal(e.text, "image 7 is too large");
}

static void
clearing_makes_room_for_another_cause(void **state)
{
	struct err e = { 0 };

	(void)state;
	err_set(&e, RC_LIMIT, "first");
	err_clear(&e);
	assert_int_equal(e.rc, RC_OK);
	err_set(&e, RC_BUSY, "second");
	assert_string_equal(e.text, "second");
}

static void
nobody_needs_to_want_the_text(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, RC_DENIED, "no"), RC_DENIED);
	errno = ENOENT;
	assert_int_equal(err_errno(NULL, RC_NOT_FOUND, "no"), RC_NOT_FOUND);
	err_clear(NULL);
}

static void
errno_is_told_in_words(void **state)
{
	struct err e = { 0 };

	(void)state;
	errno = ENOENT;
	err_errno(&e, RC_NOT_FOUND, "cannot open %s", "x.dcm");
	assert_string_equal(e.text, "cannot open x.dcm: No such file or directory");
}

static void
text_is_cut_and_cleaned(void **state)
{
	struct err e = { 0 };
	char longer[1000];

	(void)state;
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	longer[3] = '\033';
	err_set(&e, RC_INVALID, "%s", longer);
	assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
	assert_memory_equal(e.text, "aaa aaa", 7);
}

static void
a_character_cut_in_half_is_not_shown(void **state)
{
	struct err e = { 0 };
	char longer[1000] = "xx";

	(void)state;
	for (size_t i = 2; i + 2 < sizeof(longer); i += 2)
		memcpy(longer + i, "\xc3\xa4", 3);
	err_set(&e, RC_INVALID, "%s", longer);
	assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
	assert_string_equal(e.text + sizeof(e.text) - 4, "\xc3\xa4?");
}

static void
every_result_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int i = RC_OK; i <= RC_FAILED; i++)
		for (int k = RC_OK; k < i; k++)
			assert_string_not_equal(rc_name((enum rc)i), rc_name((enum rc)k));
	assert_string_equal(rc_name(RC_OK), "ok");
	assert_string_equal(rc_name((enum rc)99), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_cause_is_kept),
		cmocka_unit_test(clearing_makes_room_for_another_cause),
		cmocka_unit_test(nobody_needs_to_want_the_text),
		cmocka_unit_test(errno_is_told_in_words),
		cmocka_unit_test(text_is_cut_and_cleaned),
		cmocka_unit_test(a_character_cut_in_half_is_not_shown),
		cmocka_unit_test(every_result_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
