/* Names in passes over a list that changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "core/base/mem.h"
#include "core/source/driver_in.h"
#include "core/source/seen.h"

static void
a_name_is_new_once(void **state)
{
	struct seen_set *s = seen_new();

	(void)state;
	assert_int_equal(seen_add(s, "a"), SEEN_NEVER);
	assert_int_equal(seen_add(s, "a"), SEEN_NOW);
	assert_int_equal(seen_count(s), 1);
	assert_false(seen_agrees(s)); /* one pass proves nothing */
	seen_pass(s);
	assert_int_equal(seen_add(s, "a"), SEEN_EARLIER);
	assert_int_equal(seen_add(s, "a"), SEEN_NOW);
	assert_true(seen_agrees(s));
	seen_free(s);
}

static void
passes_agree_when_all_is_met_again(void **state)
{
	struct seen_set *s = seen_new();

	(void)state;
	seen_add(s, "a");
	seen_add(s, "b");
	seen_pass(s); /* b is missed, c is new */
	seen_add(s, "a");
	seen_add(s, "c");
	assert_false(seen_agrees(s));
	seen_pass(s); /* b again, which the pass before did not have; a and c it had */
	seen_add(s, "c");
	assert_false(seen_agrees(s));
	seen_add(s, "a");
	seen_add(s, "b");
	assert_true(seen_agrees(s));
	seen_free(s);
}

static void
many_names_keep_apart(void **state)
{
	struct seen_set *s = seen_new();
	char name[40];

	(void)state;
	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < 20000; i++) {
			snprintf(name, sizeof(name), "1.2.%d", i);
			assert_int_equal(seen_add(s, name), pass == 0 ? SEEN_NEVER : SEEN_EARLIER);
		}
		assert_int_equal(seen_count(s), 20000);
		assert_int_equal(seen_agrees(s), pass == 1);
		seen_pass(s);
	}
	seen_free(s);
}

static void
what_a_query_asks_for_is_looked_at_here_too(void **state)
{
	static char mr[] = "MR", date[] = "20260415", patient[] = "SUBJ 1";
	struct header h = {
		.value = { [ATTR_MODALITY] = mr, [ATTR_STUDY_DATE] = date, [ATTR_PATIENT_ID] = patient }
	};
	struct remote_series s = { .study_uid = "1.2", .series_uid = "1.2.3", .header = &h };
	static const struct {
		struct remote_query q;
		bool is;
	} rows[] = {
		{ { .modality = "" }, true },
		{ { .modality = "MR" }, true },
		{ { .modality = "CT" }, false },
		{ { .modality = "M" }, false },
		{ { .from = "20260415", .to = "20260415" }, true },
		{ { .from = "20260416" }, false },
		{ { .to = "20260414" }, false },
		{ { .to = "20270101" }, true },
		{ { .patient = "SUBJ 1" }, true },
		{ { .patient = "SUBJ" }, false },
		{ { .patient = "subj 1" }, false },
		{ { .study_uid = "1.2", .series_uid = "1.2.3" }, true },
		{ { .series_uid = "1.2" }, false },
	};

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(rows); i++)
		assert_int_equal(driver_matches(&rows[i].q, &s), rows[i].is);
	h.value[ATTR_STUDY_DATE] = NULL; /* what is not told is not within */
	assert_false(driver_matches(&(struct remote_query){ .from = "19000101" }, &s));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_new_once),
		cmocka_unit_test(passes_agree_when_all_is_met_again),
		cmocka_unit_test(many_names_keep_apart),
		cmocka_unit_test(what_a_query_asks_for_is_looked_at_here_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
