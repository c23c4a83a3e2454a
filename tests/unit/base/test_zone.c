/* What day it is at a site, against the C library's own reading of the same files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/zone.h"

static const char *const zones[] = { "Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC",
	"Australia/Sydney", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Chatham", "Europe/Dublin",
	"America/St_Johns", "Pacific/Kiritimati", "Africa/Casablanca" };

/* the zone of the site, each day from 1971 to 2099 at odd times, northern and southern summers */
static void
test_as_the_c_library(void **state)
{
	(void)state;
	if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0)
		skip();
	for (size_t i = 0; i < MEM_COUNT(zones); i++) {
		setenv("TZ", zones[i], 1);
		tzset();
		for (int64_t t = 31536000; t < INT64_C(4070908800); t += 86400 * 7 + 3571) {
			time_t when = (time_t)t;
			struct tm tm;
			int64_t offset;

			localtime_r(&when, &tm);
			assert_true(zone_offset(zones[i], t, &offset));
			if (offset != tm.tm_gmtoff)
				fail_msg("%s at %lld: %lld, not %ld", zones[i], (long long)t,
					(long long)offset, tm.tm_gmtoff);
		}
	}
}

/* the same moment is another day elsewhere */
static void
test_day(void **state)
{
	const int64_t us = INT64_C(1709164800) * 1000000; /* 2024-02-29T00:00:00Z */

	(void)state;
	if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0)
		skip();
	assert_int_equal(zone_day("UTC", us), 19782);
	assert_int_equal(zone_day("America/New_York", us), 19781);
	assert_int_equal(zone_day("America/New_York", us + INT64_C(18000) * 1000000), 19782);
	assert_int_equal(zone_day("Asia/Tokyo", us - INT64_C(32401) * 1000000), 19781);
	assert_int_equal(zone_day("Nowhere/Town", us), 19782);
	assert_int_equal(zone_day("UTC", -1), -1);
}

static void
test_names(void **state)
{
	int64_t offset;

	(void)state;
	assert_true(zone_name_valid("America/Argentina/Buenos_Aires"));
	assert_false(zone_name_valid("../../etc/passwd"));
	assert_false(zone_name_valid("Europe/../../etc"));
	assert_false(zone_name_valid("/etc/localtime"));
	assert_false(zone_name_valid(""));
	assert_false(zone_offset("Europe", 0, &offset)); /* a folder */
}

/* Files that say too much about themselves. */
static void
test_broken_files(void **state)
{
	unsigned char file[200];
	int64_t offset;

	(void)state;
	memset(file, 0xff, sizeof(file));
	memcpy(file, "TZif2", 5);
	assert_false(zone_offset_of(file, sizeof(file), 0, &offset));
	for (size_t n = 0; n < 100; n++)
		assert_false(zone_offset_of(file, n, 0, &offset));
	memset(file, 0, sizeof(file));
	memcpy(file, "TZif2", 5);
	file[39] = 1; /* one type */
	memcpy(file + 50, file, 50);
	memcpy(file + 100, "\nABC+1\n", 7);
	assert_true(zone_offset_of(file, 107, 0, &offset));
	assert_int_equal(offset, -3600);
	assert_true(zone_offset_of(file, 106, 0, &offset)); /* a footer without end is none */
	assert_int_equal(offset, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_the_c_library),
		cmocka_unit_test(test_day),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_broken_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
