/* SUV by body weight: worked examples, and what does not allow one. */
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/dicom/suv.h"

/* 74 kg, 296 MBq of F-18 (half-life 6586.2 s) at 08:15, scanned from 09:15:00 on. */
struct scan {
	const char *modality, *units, *corrected, *decay, *type;
	const char *date, *time, *acquired_date, *acquired, *start, *stamp, *scanned;
	const char *weight, *dose, *half_life;
};

static const struct scan usual = { .modality = "PT",
	.units = "BQML",
	.corrected = "\"DECY\",\"ATTN\",\"SCAT\"",
	.decay = "START",
	.date = "20260301",
	.time = "091500",
	.acquired_date = "20260301",
	.acquired = "091730.25",
	.start = "081500",
	.weight = "74",
	.dose = "296000000",
	.half_life = "6586.2" };

static void
add(char *to, size_t size, const char *tag, const char *vr, const char *value, const char *quote)
{
	size_t n = strlen(to);

	if (value != NULL)
		snprintf(to + n, size - n, "%s\"%s\":{\"vr\":\"%s\",\"Value\":[%s%s%s]}",
			n > 0 ? "," : "", tag, vr, quote, value, quote);
}

static bool
factor_of(const struct scan *s, double *factor, char why[160])
{
	char set[2048] = "", drug[512] = "", json[4096];

	add(set, sizeof(set), "00080021", "DA", s->date, "\"");
	add(set, sizeof(set), "00080022", "DA", s->acquired_date, "\"");
	add(set, sizeof(set), "00080031", "TM", s->time, "\"");
	add(set, sizeof(set), "00080032", "TM", s->acquired, "\"");
	add(set, sizeof(set), "00080060", "CS", s->modality, "\"");
	add(set, sizeof(set), "00090010", "LO", s->scanned != NULL ? "GEMS_PETD_01" : NULL, "\"");
	add(set, sizeof(set), "0009100D", "DT", s->scanned, "\"");
	add(set, sizeof(set), "00101030", "DS", s->weight, "");
	add(set, sizeof(set), "00280051", "CS", s->corrected, "");
	add(set, sizeof(set), "00541001", "CS", s->units, "\"");
	add(set, sizeof(set), "00541006", "CS", s->type, "\"");
	add(set, sizeof(set), "00541102", "CS", s->decay, "\"");
	add(drug, sizeof(drug), "00181072", "TM", s->start, "\"");
	add(drug, sizeof(drug), "00181074", "DS", s->dose, "");
	add(drug, sizeof(drug), "00181075", "DS", s->half_life, "");
	add(drug, sizeof(drug), "00181078", "DT", s->stamp, "\"");
	snprintf(json, sizeof(json), "{%s,\"00540016\":{\"vr\":\"SQ\",\"Value\":[{%s}]}}", set,
		drug);
	return suv_factor(json, factor, why, 160);
}

static void
is_factor(const struct scan *s, double expected)
{
	double f;
	char why[160];

	if (!factor_of(s, &f, why))
		fail_msg("%s", why);
	assert_true(fabs(f - expected) <= 1e-9 * expected);
	assert_string_equal(why, "");
}

static void
is_refused(const struct scan *s, const char *because)
{
	double f = 5;
	char why[160];

	assert_false(factor_of(s, &f, why));
	assert_true(f == 0);
	assert_non_null(strstr(why, because));
}

/* 3600 s are 3600 / 6586.2 = 0.546597... half-lives: 296 MBq have become 202.651344 MBq, and
 * 74000 g / 202651344 Bq = 3.65159e-4 g/Bq. */
static void
an_hour_of_decay_to_the_start_of_the_scan(void **state)
{
	double f;
	char why[160];

	(void)state;
	is_factor(&usual, 74000 / (296e6 * pow(2, -3600 / 6586.2)));
	assert_true(factor_of(&usual, &f, why));
	assert_true(fabs(f - 3.65159e-4) < 1e-9);
}

/* One half-life exactly: 100 MBq have become 50 MBq; 50 kg: 50000 / 50e6 = 0.001. */
static void
one_half_life_halves_the_dose(void **state)
{
	struct scan s = usual;

	(void)state;
	s.half_life = "3600";
	s.dose = "100000000";
	s.weight = "50";
	is_factor(&s, 0.001);
}

static void
a_correction_to_the_injection_takes_the_whole_dose(void **state)
{
	struct scan s = usual;

	(void)state;
	s.decay = "ADMIN";
	is_factor(&s, 74000 / 296e6); /* 2.5e-4 */
	s.start = s.time = NULL;      /* no time is asked for */
	is_factor(&s, 2.5e-4);
}

static void
an_injection_before_midnight_is_of_the_day_before(void **state)
{
	struct scan s = usual;

	(void)state;
	s.start = "234500";
	s.time = "004500";
	s.acquired = "004500";
	is_factor(&s, 74000 / (296e6 * pow(2, -3600 / 6586.2)));
}

static void
a_start_with_a_date_of_its_own_is_taken_before_the_one_without(void **state)
{
	struct scan s = usual;

	(void)state;
	s.date = s.acquired_date = "20240301"; /* a leap year: two days, not one */
	s.stamp = "20240228091500.000000+0100";
	s.half_life = "172800";
	is_factor(&s, 74000 / (296e6 / 2));
	s.stamp = "20231201"; /* without a time it is none */
	is_factor(&s, 74000 / (296e6 * pow(2, -3600 / 172800.0)));
}

static void
times_may_have_fractions_and_lack_seconds(void **state)
{
	struct scan s = usual;

	(void)state;
	s.start = "0815";
	is_factor(&s, 74000 / (296e6 * pow(2, -3600 / 6586.2)));
	s.start = "081500.50";
	is_factor(&s, 74000 / (296e6 * pow(2, -3599.5 / 6586.2)));
	s.start = "8:15";
	is_refused(&s, "Start Time");
}

static void
a_series_made_later_takes_the_scan_time_that_ge_keeps(void **state)
{
	struct scan s = usual;

	(void)state;
	s.time = "153000";
	is_refused(&s, "dated after its acquisition");
	s.scanned = "20260301091500.00";
	is_factor(&s, 74000 / (296e6 * pow(2, -3600 / 6586.2)));
}

static void
values_that_are_suv_already_have_factor_one(void **state)
{
	struct scan s = usual;

	(void)state;
	s.units = "GML";
	s.weight = s.dose = NULL;
	is_factor(&s, 1);
	s.type = "BW";
	is_factor(&s, 1);
	s.type = "LBM";
	is_refused(&s, "not by body weight");
}

static void
what_is_missing_is_named(void **state)
{
	static const struct {
		size_t field;
		const char *value, *why;
	} lacks[] = {
		{ offsetof(struct scan, modality), "CT", "no PET" },
		{ offsetof(struct scan, units), NULL, "Units are missing" },
		{ offsetof(struct scan, units), "CNTS", "Units are neither" },
		{ offsetof(struct scan, corrected), NULL, "Corrected Image" },
		{ offsetof(struct scan, corrected), "\"ATTN\"", "Corrected Image" },
		{ offsetof(struct scan, decay), "NONE", "Decay Correction" },
		{ offsetof(struct scan, decay), NULL, "Decay Correction" },
		{ offsetof(struct scan, date), NULL, "Series Date" },
		{ offsetof(struct scan, acquired), NULL, "Acquisition Date" },
		{ offsetof(struct scan, start), NULL, "Start Time" },
		{ offsetof(struct scan, weight), NULL, "Weight" },
		{ offsetof(struct scan, weight), "0", "Weight" },
		{ offsetof(struct scan, dose), NULL, "Total Dose" },
		{ offsetof(struct scan, half_life), "\"\"", "Half Life" },
		{ offsetof(struct scan, stamp), "20260301101500", "after the scan" },
		{ offsetof(struct scan, stamp), "20250301081500", "too far apart" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++) {
		struct scan s = usual;

		*(const char **)((char *)&s + lacks[i].field) = lacks[i].value;
		is_refused(&s, lacks[i].why);
	}
}

static void
no_header_at_all_is_refused(void **state)
{
	double f;
	char why[160];

	(void)state;
	assert_false(suv_factor("", &f, why, sizeof(why)));
	assert_false(suv_factor("[1]", &f, why, sizeof(why)));
	assert_false(suv_factor("{\"00080060\":7}", &f, why, sizeof(why)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_hour_of_decay_to_the_start_of_the_scan),
		cmocka_unit_test(one_half_life_halves_the_dose),
		cmocka_unit_test(a_correction_to_the_injection_takes_the_whole_dose),
		cmocka_unit_test(an_injection_before_midnight_is_of_the_day_before),
		cmocka_unit_test(a_start_with_a_date_of_its_own_is_taken_before_the_one_without),
		cmocka_unit_test(times_may_have_fractions_and_lack_seconds),
		cmocka_unit_test(a_series_made_later_takes_the_scan_time_that_ge_keeps),
		cmocka_unit_test(values_that_are_suv_already_have_factor_one),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(no_header_at_all_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
