/* From header to site, subject and visit: by rules, by the trial's own attributes, by date; and why not. */
#include <time.h>

#include "core/study/place.h"
#include "tests/unit/study/study_make.h"

/* The small study with a mapping of these rules. */
static struct study *
with_rules(const char *rules, const char *more)
{
	char *line = mem_format("],\"mapping\": {\"rules\": [%s]%s},", rules, more);
	char *text = small_with(7, line);
	struct study *s = read_good(text);

	free(text);
	free(line);
	return s;
}

#define RULE(id, attribute, matches, gives, as) \
	"{\"id\": \"" id "\", \"attribute\": \"" attribute "\", \"matches\": \"" matches \
	"\", \"gives\": [" gives "]" as "}"
#define BY_ID RULE("r1", "patient_id", "^([0-9]{2})-([A-Z]+)", "\"site\", \"subject\"", "")
#define BY_DESCRIPTION \
	RULE("r2", "study_description", "(baseline|week [0-9]+|V[0-9])$", "\"visit\"", \
		", \"as\": {\"Baseline\": \"V1\", \"week 2\": \"V2\"}")
#define BY_STUDY_ID RULE("r3", "study_id", "^(V[0-9])$", "\"visit\"", "")

static struct place
placed(const struct study *s, const char *patient, const char *description, const char *study_id)
{
	struct place_facts f = { 0 };
	struct place p;

	f.value[ATTR_PATIENT_ID] = patient;
	f.value[ATTR_STUDY_DESC] = description;
	f.value[ATTR_STUDY_ID] = study_id;
	f.part[STUDY_SITE] = "01";
	f.part[STUDY_SUBJECT] = "FROM-HEADER";
	f.part[STUDY_VISIT] = "V1";
	place_exam(s, &f, &p);
	return p;
}

static void
expect_why(const struct place *p, enum study_part part, enum place_why why, const char *words)
{
	char text[200];

	place_words(p, part, text, sizeof(text));
	assert_int_equal(p->part[part].why, why);
	assert_string_equal(text, words);
	if (why != PLACE_TOLD)
		assert_string_equal(p->part[part].value, "");
}

static void
test_told(void **state)
{
	struct study *s = with_rules(BY_ID "," BY_DESCRIPTION, "");
	struct place p = placed(s, "01-ABC 17", "MR HEAD BASELINE", NULL);

	(void)state;
	assert_int_equal(
		p.part[STUDY_VISIT].why, PLACE_NO_RULE); /* capital letters count in patterns */
	p = placed(s, "01-ABC 17", "MR HEAD baseline", NULL);
	assert_true(place_told(&p));
	assert_string_equal(p.part[STUDY_SITE].value, "01");
	assert_string_equal(p.part[STUDY_SUBJECT].value, "ABC");
	assert_string_equal(p.part[STUDY_VISIT].value, "V1");
	assert_string_equal(p.part[STUDY_SUBJECT].rule, "r1");
	assert_string_equal(p.part[STUDY_VISIT].rule, "r2");
	p = placed(s, "01-ABC", "week 2", NULL);
	assert_string_equal(p.part[STUDY_VISIT].value, "V2");
	study_free(s);
}

static void
test_without_rules(void **state)
{
	char *text = small_with(0, NULL);
	struct study *s = read_good(text);
	struct place_facts f = { .part = { "01", " X-1 ", "V2" } };
	struct place p;

	(void)state;
	place_exam(s, &f, &p);
	assert_true(place_told(&p));
	assert_string_equal(p.part[STUDY_SUBJECT].value, "X-1");
	assert_string_equal(p.part[STUDY_SUBJECT].rule, PLACE_BY_HEADER);
	f.person = true;
	place_exam(s, &f, &p);
	assert_string_equal(p.part[STUDY_VISIT].rule, PLACE_BY_PERSON);
	f.person = false;
	f.part[STUDY_SITE] = "77";
	f.part[STUDY_SUBJECT] = " ";
	f.part[STUDY_VISIT] = "V9";
	place_exam(s, &f, &p);
	expect_why(&p, STUDY_SITE, PLACE_UNKNOWN,
		"the header told a site that the study does not have");
	expect_why(&p, STUDY_SUBJECT, PLACE_SILENT,
		"no rule is about the subject, and the header does not say it");
	expect_why(&p, STUDY_VISIT, PLACE_UNKNOWN,
		"the header told a visit that the study does not have");
	study_free(s);
	free(text);
}

/* What cannot be mapped says why, and never what the header holds. */
static void
test_not_told(void **state)
{
	struct study *s = with_rules(BY_ID "," BY_DESCRIPTION "," BY_STUDY_ID, "");
	struct place p = placed(s, "77-ABC", "nothing", "V2");

	(void)state;
	expect_why(
		&p, STUDY_SITE, PLACE_UNKNOWN, "rule r1 told a site that the study does not have");
	assert_string_equal(p.part[STUDY_VISIT].value, "V2");
	p = placed(s, "DOE^JANE", "V8", NULL);
	expect_why(&p, STUDY_SUBJECT, PLACE_NO_RULE, "no rule for the subject matched");
	expect_why(&p, STUDY_VISIT, PLACE_UNKNOWN,
		"rule r2 told a visit that the study does not have");
	p = placed(s, "01-ABC", "week 2", "V1");
	expect_why(&p, STUDY_VISIT, PLACE_DIFFER, "rules r2 and r3 tell different visits");
	assert_false(place_told(&p));
	p = placed(s, "01-ABC", "week 2", "V2"); /* they agree */
	assert_true(place_told(&p));
	study_free(s);
}

/* Rules about the visit alone leave site and subject to the header. */
/* What a person said stands, whatever the rules say. */
static void
test_person(void **state)
{
	struct study *s = with_rules(BY_ID "," BY_DESCRIPTION, "");
	struct place_facts f = { .part = { "01", "X-1", "V9" }, .person = true };
	struct place p;

	(void)state;
	f.value[ATTR_PATIENT_ID] = "01-ABC";
	f.value[ATTR_STUDY_DESC] = "week 2";
	place_exam(s, &f, &p);
	assert_string_equal(p.part[STUDY_SUBJECT].value, "X-1");
	expect_why(&p, STUDY_VISIT, PLACE_UNKNOWN,
		"a person told a visit that the study does not have");
	study_free(s);
}

static void
test_partly_ruled(void **state)
{
	struct study *s = with_rules(BY_STUDY_ID, "");
	struct place p = placed(s, NULL, NULL, "V2");

	(void)state;
	assert_true(place_told(&p));
	assert_string_equal(p.part[STUDY_SUBJECT].value, "FROM-HEADER");
	study_free(s);
}

struct dated_case {
	const char *date;
	enum place_why why;
};

/* by the window of days 8 to 12 after the first exam of V1, in a leap year; part of a date is no guess */
static void
test_by_date(void **state)
{
	struct study *s = with_rules(BY_STUDY_ID, ", \"visit_by_date\": true");
	static const struct dated_case cases[] = {
		{ "20240229", PLACE_NO_WINDOW }, /* day 7 */
		{ "20240301", PLACE_TOLD },      /* day 8 */
		{ "2024.03.05", PLACE_TOLD },    /* day 12 */
		{ "20240306", PLACE_NO_WINDOW }, /* day 13 */
		{ "202403", PLACE_NO_DATE },
		{ "202405", PLACE_NO_WINDOW },
		{ "20240230", PLACE_NO_DATE }, /* there is no such day */
		{ "", PLACE_NO_DATE },
		{ "soon", PLACE_NO_DATE },
	};

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(cases); i++) {
		struct place p[3] = { placed(s, NULL, NULL, "V1"), placed(s, NULL, NULL, "V1"),
			placed(s, NULL, NULL, "?") };
		struct place_dated exams[3] = { { &p[0], "20240325" }, { &p[1], "20240222" },
			{ &p[2], cases[i].date } };

		place_by_date(s, exams, 3);
		assert_int_equal(p[2].part[STUDY_VISIT].why, cases[i].why);
		assert_string_equal(p[2].part[STUDY_VISIT].rule,
			cases[i].why == PLACE_TOLD ? PLACE_BY_DATE : "");
	}
	study_free(s);
}

static void
test_no_start(void **state)
{
	struct study *s = with_rules(BY_STUDY_ID, ", \"visit_by_date\": true");
	struct place p = placed(s, NULL, NULL, "?"), wrong = placed(s, NULL, NULL, "V9");
	struct place_dated exams[2] = { { &p, "20240305" }, { &wrong, "20240305" } };

	(void)state;
	place_by_date(s, exams, 2);
	expect_why(&p, STUDY_VISIT, PLACE_NO_START,
		"no rule told the visit, and no dated exam says from when days are counted");
	/* a rule told it, wrongly: that is for a person, not for the date */
	assert_int_equal(wrong.part[STUDY_VISIT].why, PLACE_UNKNOWN);
	study_free(s);
}

/* A start that is known in part: only what lies within for each of its days. */
static void
test_partial_start(void **state)
{
	struct study *s = with_rules(BY_STUDY_ID, ", \"visit_by_date\": true");
	struct place p[2] = { placed(s, NULL, NULL, "V1"), placed(s, NULL, NULL, "") };
	struct place_dated exams[2] = { { &p[0], "202402" }, { &p[1], "20240305" } };

	(void)state;
	place_by_date(s, exams, 2);
	assert_int_equal(p[1].part[STUDY_VISIT].why, PLACE_NO_DATE);
	study_free(s);
}

/* The most that a pattern may cost, against the longest value: the time is told. */
static void
test_cost(void **state)
{
	char *rule = mem_format(RULE("r", "patient_id", "%s(x)$", "\"site\", \"subject\"", ""),
		"(a|aa)+[a-z]{50}[a-z]{50}.*.*.*.*");
	struct study *s = with_rules(rule, "");
	char longest[PATTERN_SUBJECT + 1];
	clock_t from = clock();
	struct place p;

	(void)state;
	memset(longest, 'a', PATTERN_SUBJECT);
	longest[PATTERN_SUBJECT] = '\0';
	p = placed(s, longest, NULL, NULL);
	assert_int_equal(p.part[STUDY_SUBJECT].why, PLACE_NO_RULE);
	print_message("# %.1f ms\n", 1000.0 * (double)(clock() - from) / CLOCKS_PER_SEC);
	study_free(s);
	free(rule);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_without_rules),
		cmocka_unit_test(test_not_told),
		cmocka_unit_test(test_person),
		cmocka_unit_test(test_partly_ruled),
		cmocka_unit_test(test_by_date),
		cmocka_unit_test(test_no_start),
		cmocka_unit_test(test_partial_start),
		cmocka_unit_test(test_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
