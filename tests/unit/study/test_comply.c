/* Compliance: a seeded visit for each fault, all found and no others; windows to the day. */
#include "tests/unit/study/comply_make.h"

struct seeded {
	const char *what;
	void (*make)(struct came *c);
	enum comply_kind kind;
	const char *visit, *expected; /* NULL: none */
	int series;                   /* of enum; -1 none */
	const char *words;
};

#define SEED(name, ...) \
	static void name(struct came *c) \
	{ \
		__VA_ARGS__; \
	}
SEED(rejected, c->series[T2].state = "rejected")
SEED(two_fewer, c->exam[0].n = T2)
SEED(another, c->exam[0].n++; c->series[OTHER].label = "AX PD")
SEED(second, c->exam[0].n++; c->series[OTHER].label = "AX T2")
SEED(long_echo, c->value[T2][ATTR_TE] = "110.5")
SEED(longer_echo, c->value[T2][ATTR_TE] = "98\\141")
SEED(thick, c->value[T2][ATTR_SLICE_THICKNESS] = "5.001")
SEED(few, c->series[T2].slices = 19)
SEED(no_echo, c->value[T2][ATTR_TE] = NULL)
SEED(weak_field, c->value[FLAIR][ATTR_FIELD_STRENGTH] = "1.5")
SEED(acme, c->value[FLAIR][ATTR_FIELD_STRENGTH] = "1.5";
	c->value[FLAIR][ATTR_MANUFACTURER] = "ACME")
SEED(moved, c->value[POST][ATTR_FRAME_OF_REFERENCE] = "1.2.4")
SEED(no_frame, c->value[POST][ATTR_FRAME_OF_REFERENCE] = "")
SEED(late_scan, c->value[POST][ATTR_ACQUISITION_TIME] = "101030")
SEED(no_injection, c->value[POST][ATTR_CONTRAST_TIME] = "soon")
SEED(unsure, c->series[T1].label = "AX T1"; c->series[T1].unsure = true)
SEED(unsure_more, c->exam[0].n++; c->series[OTHER].label = "AX PD"; c->series[OTHER].unsure = true)
SEED(no_label, c->series[FLAIR].label = NULL)
SEED(outside, c->exam[1].date = "20240308")
SEED(beyond, c->exam[1].date = "20240225")
SEED(part_of_date, c->exam[1].date = "202403")
SEED(no_date, c->exam[1].date = NULL)
SEED(no_start, c->exam[0].visit = "BL"; c->exam[0].date = "")
SEED(nothing, c->subject.exams = 1; c->subject.today = day("20240308"))
SEED(elsewhere, c->exam[1].visit = "V9"; c->subject.today = day("20240301"))
SEED(no_visit, c->exam[1].visit = NULL; c->subject.today = day("20240301"))

static const struct seeded seeds[] = {
	{ "a rejected one does not count", rejected, COMPLY_MISSING, "BL", "t2", -1,
		"0 of at least 1 came" },
	{ "an acquisition nobody asked for", another, COMPLY_EXTRA, "BL", NULL, OTHER,
		"the visit does not ask for AX PD" },
	{ "twice", second, COMPLY_DUPLICATE, "BL", "t2", T2,
		"one too many beside S-0005; 1 asked for" },
	{ "a long echo", long_echo, COMPLY_SOFT, "BL", "t2", T2,
		"echo_time 110.5 is outside [80, 110]" },
	{ "one of several values", longer_echo, COMPLY_HARD, "BL", "t2", T2,
		"echo_time 141 is outside [60, 140], the hard range" },
	{ "only a hard range", thick, COMPLY_HARD, "BL", "t2", T2,
		"slice_thickness 5.001 is outside [1, 5], the hard range" },
	{ "computed", few, COMPLY_SOFT, "BL", "t2", T2, "slices 19 is outside [20, 30]" },
	{ "not in the header", no_echo, COMPLY_UNTOLD, "BL", "t2", T2,
		"the header does not say echo_time" },
	{ "a scanner without a row", weak_field, COMPLY_SCANNER, "BL", "flair", FLAIR,
		"no range of inversion_time is for this scanner" },
	{ "the row of its scanner", acme, COMPLY_SOFT, "BL", "flair", FLAIR,
		"inversion_time 2300 is outside [1900, 2100] of this scanner" },
	{ "another frame", moved, COMPLY_FRAME, "BL", "post", POST,
		"another frame of reference than S-0001" },
	{ "no frame", no_frame, COMPLY_UNTOLD, "BL", "post", POST,
		"the header does not say frame_of_reference" },
	{ "too long after contrast", late_scan, COMPLY_CONTRAST, "BL", "post", POST,
		"10.5 minutes after contrast are outside [4, 10]" },
	{ "no time of contrast", no_injection, COMPLY_UNTOLD, "BL", "post", POST,
		"the header does not say contrast_time" },
	{ "may be the one", unsure, COMPLY_UNSURE, "BL", "t1", T1,
		"a person must say whether it is AX T1" },
	{ "may be anything", unsure_more, COMPLY_UNSURE, "BL", NULL, OTHER,
		"a person must say whether it is AX PD" },
	{ "out of the soft window", outside, COMPLY_WINDOW, "V2", NULL, -1,
		"4 days after the planned day; asked about outside [-3, 3]" },
	{ "beyond the hard limit", beyond, COMPLY_REFUSED, "V2", NULL, -1,
		"8 days before the planned day; refused outside [-7, 10]" },
	{ "a month is no day", part_of_date, COMPLY_DATE, "V2", NULL, -1,
		"the exam's date is not known well enough" },
	{ "no date", no_date, COMPLY_DATE, "V2", NULL, -1,
		"the exam's date is not known well enough" },
	{ "nothing came", nothing, COMPLY_OVERDUE, "V2", NULL, -1,
		"nothing came, 1 days after the end of its window" },
	{ "no such visit", elsewhere, COMPLY_UNPLACED, NULL, NULL, -1,
		"the exam is of no visit of the study" },
	{ "no visit", no_visit, COMPLY_UNPLACED, NULL, NULL, -1,
		"the exam is of no visit of the study" },
};

static void
expect(const struct comply_finding *f, const struct seeded *s)
{
	char words[200];

	comply_words(f, words, sizeof(words));
	if (f->kind != s->kind || strcmp(words, s->words) != 0 ||
		strcmp(f->visit != NULL ? f->visit->id : "", s->visit != NULL ? s->visit : "") !=
			0 ||
		strcmp(f->expected != NULL ? f->expected->id : "",
			s->expected != NULL ? s->expected : "") != 0 ||
		f->series != s->series + 1)
		fail_msg("%s: %s of %s, series %lld: %s", s->what, comply_kinds[f->kind].name,
			f->expected != NULL ? f->expected->id : "-", (long long)f->series, words);
}

/* a seeded visit with each fault: found, and nothing else */
static void
test_each_fault(void **state)
{
	struct study *s = read_good(trial);
	struct comply *c = comply_make(s);
	struct comply_report r = { 0 };
	struct came came;

	(void)state;
	came_make(&came);
	comply_check(c, &came.subject, &r);
	assert_int_equal(r.findings, 0);
	assert_int_equal(r.visits, 2);
	assert_int_equal(r.visit[1].off, 0);
	for (size_t i = 0; i < MEM_COUNT(seeds); i++) {
		came_make(&came);
		seeds[i].make(&came);
		comply_check(c, &came.subject, &r);
		if (r.findings != 1)
			fail_msg("%s: %zu findings", seeds[i].what, r.findings);
		expect(&r.finding[0], &seeds[i]);
	}
	comply_report_release(&r);
	comply_free(c);
	study_free(s);
}

static void
kinds_of(const struct comply_report *r, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < r->findings && used < size; i++)
		used += (size_t)snprintf(to + used, size - used, "%s%s", i > 0 ? " " : "",
			comply_kinds[r->finding[i].kind].name);
}

static void
expect_kinds(void (*make)(struct came *), const char *kinds)
{
	struct study *s = read_good(trial);
	struct comply *c = comply_make(s);
	struct comply_report r = { 0 };
	struct came came;
	char text[400];

	came_make(&came);
	make(&came);
	comply_check(c, &came.subject, &r);
	kinds_of(&r, text, sizeof(text));
	assert_string_equal(text, kinds);
	comply_report_release(&r);
	comply_free(c);
	study_free(s);
}

SEED(aside, c->exam[0].n++; c->series[OTHER].label = "LOCALIZER")
SEED(derived, c->exam[0].n++; c->series[OTHER].label = "DERIVED AX ADC")
SEED(optional, c->exam[0].n++)
SEED(over_midnight, c->value[POST][ATTR_CONTRAST_TIME] = "23:58:00";
	c->value[POST][ATTR_ACQUISITION_TIME] = "000400")
SEED(effective, c->value[T2][ATTR_TE] = NULL; c->value[T2][ATTR_TE_EFFECTIVE] = "98")
SEED(on_the_bounds, c->value[T2][ATTR_TE] = "80\\110"; c->value[T2][ATTR_SLICE_THICKNESS] = "5.0")
SEED(rejected_twice, c->exam[0].n++; c->series[OTHER].label = "AX T2";
	c->series[OTHER].state = "rejected")
SEED(everything, c->exam[0].n++; c->series[OTHER].label = "AX PD"; c->series[FLAIR].label = "AX T2";
	c->value[FLAIR][ATTR_TE] = "70"; c->value[T2][ATTR_TE] = "150";
	c->exam[1].date = "20240320"; c->value[POST][ATTR_FRAME_OF_REFERENCE] = "9")

/* what is as asked for, or never asked about, is not found */
static void
test_no_fault(void **state)
{
	(void)state;
	expect_kinds(aside, "");
	expect_kinds(derived, "");
	expect_kinds(optional, "");
	expect_kinds(over_midnight, "");
	expect_kinds(effective, "");
	expect_kinds(on_the_bounds, "");
	expect_kinds(rejected_twice, "");
}

/* several at once; of two T2 the one within the hard range counts, its own value is told */
static void
test_several(void **state)
{
	(void)state;
	expect_kinds(everything,
		"missing wrong-frame out-of-range-soft duplicate extra out-of-window-hard");
	expect_kinds(two_fewer, "missing missing");
	expect_kinds(no_label, "unsure missing");
	expect_kinds(no_start, "date-open no-start");
}

struct window_case {
	const char *start, *came, *today;
	enum comply_visit_state state;
	int off;
};

/* every edge of the window, over a leap day and without one, over the end of a year; months alone are no guess */
static void
test_windows(void **state)
{
	static const struct window_case cases[] = {
		{ "20240205", "20240301", "", COMPLY_WITHIN, -3 },
		{ "20240205", "20240229", "", COMPLY_OUTSIDE, -4 },
		{ "20240205", "20240226", "", COMPLY_OUTSIDE, -7 },
		{ "20240205", "20240225", "", COMPLY_BEYOND, -8 },
		{ "20240205", "20240307", "", COMPLY_WITHIN, 3 },
		{ "20240205", "20240308", "", COMPLY_OUTSIDE, 4 },
		{ "20240205", "20240314", "", COMPLY_OUTSIDE, 10 },
		{ "20240205", "20240315", "", COMPLY_BEYOND, 11 },
		{ "20230205", "20230302", "", COMPLY_WITHIN, -3 },
		{ "20230205", "20230301", "", COMPLY_OUTSIDE, -4 },
		{ "20231210", "20240107", "", COMPLY_WITHIN, 0 },
		{ "20240205", "202403", "", COMPLY_UNDATED, 0 },
		{ "20240205", "202405", "", COMPLY_BEYOND, 0 },
		{ "20240205", "2024", "", COMPLY_UNDATED, 0 },
		{ "202402", "20240304", "", COMPLY_UNDATED, 0 },
		{ "20240205", NULL, "20240229", COMPLY_NOT_DUE, 0 },
		{ "20240205", NULL, "20240301", COMPLY_DUE, 0 },
		{ "20240205", NULL, "20240307", COMPLY_DUE, 0 },
		{ "20240205", NULL, "20240308", COMPLY_LATE, 0 },
		{ "", NULL, "20240308", COMPLY_UNPLANNED, 0 },
	};
	struct study *s = read_good(trial);
	struct comply *c = comply_make(s);
	struct comply_report r = { 0 };
	struct came came;

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(cases); i++) {
		came_make(&came);
		came.exam[0].date = cases[i].start;
		came.exam[1].date = cases[i].came;
		came.subject.exams = cases[i].came != NULL ? 2 : 1;
		came.subject.today = day(cases[i].today);
		comply_check(c, &came.subject, &r);
		if (r.visit[1].state != cases[i].state || r.visit[1].off != cases[i].off)
			fail_msg("%zu: %s %lld", i, comply_visit_states[r.visit[1].state],
				(long long)r.visit[1].off);
	}
	comply_report_release(&r);
	comply_free(c);
	study_free(s);
}

static void
test_days(void **state)
{
	static const char *const days[] = { "1970-01-01", "2024-02-29", "2000-12-31", "2100-03-01",
		"1899-12-31" };
	char text[COMPLY_DAY];

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(days); i++) {
		comply_day(day(days[i]), text);
		assert_string_equal(text, days[i]);
	}
}

/* The chest example asks for two CT series by modality alone: their values say which is which. */
static void
test_by_modality(void **state)
{
	struct study *s = read_good(study_example_chest);
	struct comply *c = comply_make(s);
	struct comply_report r = { 0 };
	struct came came;

	(void)state;
	came_make(&came);
	for (int i = T1; i <= T2; i++) {
		came.value[i][ATTR_MODALITY] = "CT";
		came.value[i][ATTR_KVP] = "120";
		came.series[i].label = "AX CT";
		came.series[i].slices = 300;
		came.series[i].coverage = 300;
		came.value[i][ATTR_SLICE_THICKNESS] = "1";
	}
	came.series[T2].label = "LOCALIZER";
	came.series[T1].id = 1;
	came.value[T1][ATTR_SLICE_THICKNESS] = "1.2";
	came.value[POST][ATTR_SLICE_THICKNESS] = "1.8"; /* too thick for the thin one */
	came.exam[0].n = 3;
	came.subject.exams = 1;
	came.subject.today = 0;
	comply_check(c, &came.subject, &r);
	assert_int_equal(r.findings, 1); /* 1.8: outside soft of "lung" */
	assert_int_equal(r.finding[0].kind, COMPLY_SOFT);
	assert_int_equal(r.slot[0].series, 1);
	assert_int_equal(r.slot[1].series, 2);
	assert_int_equal(r.slot[2].series, 3);
	comply_report_release(&r);
	comply_free(c);
	study_free(s);
}

/* Of too many: approved, then fewer out of range, then newer. */
static void
test_which_counts(void **state)
{
	struct study *s = read_good(trial);
	struct comply *c = comply_make(s);
	struct comply_report r = { 0 };
	struct came came;

	(void)state;
	came_make(&came);
	second(&came);
	came.value[OTHER][ATTR_SERIES_TIME] = "100500";
	comply_check(c, &came.subject, &r);
	assert_int_equal(r.finding[0].series, OTHER + 1); /* older */
	came.value[T2][ATTR_TE] = "111";
	comply_check(c, &came.subject, &r);
	assert_int_equal(r.finding[0].series, T2 + 1); /* out of range */
	came.series[T2].state = "approved";
	comply_check(c, &came.subject, &r);
	assert_int_equal(r.findings, 2); /* its echo time, and the other one */
	assert_int_equal(r.finding[0].kind, COMPLY_SOFT);
	assert_int_equal(r.finding[1].series, OTHER + 1);
	comply_report_release(&r);
	comply_free(c);
	study_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_fault),
		cmocka_unit_test(test_no_fault),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_by_modality),
		cmocka_unit_test(test_which_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
