/* Time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/mem.h"

/* 2026-11-22 10:43:07.000123 UTC */
static const int64_t moment = INT64_C(1795344187000123);

static int64_t
stand_still(void *ctx)
{
	return *(int64_t *)ctx;
}

static void
set_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

static void
records_are_utc_with_microseconds(void **state)
{
	char text[CLOCK_TEXT];

	(void)state;
	set_zone("EST5");
	clock_format(moment, text);
	assert_string_equal(text, "2026-11-22T10:43:07.000123Z");
	clock_format(0, text);
	assert_string_equal(text, "1970-01-01T00:00:00.000000Z");
}

static void
signatures_tell_the_local_time_and_its_offset(void **state)
{
	static const struct {
		const char *zone, *text;
	} zones[] = {
		{ "UTC0", "2026-11-22 10:43:07 +00:00" },
		{ "CET-1", "2026-11-22 11:43:07 +01:00" },
		{ "EST5", "2026-11-22 05:43:07 -05:00" },
		{ "IST-5:30", "2026-11-22 16:13:07 +05:30" },
		{ "NST3:30", "2026-11-22 07:13:07 -03:30" },
	};
	char text[CLOCK_TEXT];

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(zones); i++) {
		set_zone(zones[i].zone);
		clock_format_local(moment, text);
		assert_string_equal(text, zones[i].text);
	}
	set_zone("UTC0");
}

static void
ages_are_told_in_their_largest_unit(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} ages[] = {
		{ -5, "0 s" },
		{ 0, "0 s" },
		{ 59, "59 s" },
		{ 60, "1 min" },
		{ 3599, "59 min" },
		{ 3600, "1 h" },
		{ 86399, "23 h" },
		{ 86400, "1 d" },
		{ 40 * 86400, "40 d" },
	};
	char text[CLOCK_TEXT];

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(ages); i++) {
		clock_format_age(ages[i].seconds * 1000000, text);
		assert_string_equal(text, ages[i].text);
	}
}

static void
a_clock_that_was_handed_in_is_used(void **state)
{
	int64_t now = moment;
	struct clock c = { .now = stand_still, .ctx = &now };

	(void)state;
	assert_true(clock_now(&c) == moment);
	now++;
	assert_true(clock_now(&c) == moment + 1);
}

static void
without_one_it_is_the_systems(void **state)
{
	int64_t before = (int64_t)time(NULL) * 1000000, at = clock_now(NULL);

	(void)state;
	assert_true(at >= before);
	assert_true(at < before + INT64_C(600000000));
}

static void
durations_never_run_backwards(void **state)
{
	int64_t last = clock_mono_us();

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_mono_us();

		assert_true(now >= last);
		last = now;
	}
}

/* */
static void
what_is_left_of_a_span_is_rounded_up_and_never_negative(void **state)
{
	(void)state;
	assert_int_equal(clock_left_ms(moment, moment, 900), 900000);
	assert_int_equal(clock_left_ms(moment + 899999999, moment, 900), 1);
	assert_int_equal(clock_left_ms(moment + 900000000, moment, 900), 0);
	assert_int_equal(clock_left_ms(moment + INT64_C(1000000000000), moment, 900), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_utc_with_microseconds),
		cmocka_unit_test(signatures_tell_the_local_time_and_its_offset),
		cmocka_unit_test(ages_are_told_in_their_largest_unit),
		cmocka_unit_test(a_clock_that_was_handed_in_is_used),
		cmocka_unit_test(without_one_it_is_the_systems),
		cmocka_unit_test(durations_never_run_backwards),
		cmocka_unit_test(what_is_left_of_a_span_is_rounded_up_and_never_negative),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
