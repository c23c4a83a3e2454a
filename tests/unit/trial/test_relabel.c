/* A study's rules for series go before the program's. */
#include "core/trial/relabel.h"
#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/desk_make.h"

static void
apply(struct desk *d, const char *rules)
{
	struct office o = { .password = OFFICER_PASSWORD, .reason = "an amendment" };
	struct session olga = made_login(d->m, "olga", OFFICER_PASSWORD);
	char *text = mem_string(study_example_brain), *at = strstr(text, "\"version\": 1"), *whole;
	char *begin = strstr(text, "\"series_rules\": ["), *end = strstr(begin, "],");
	struct study_version v;
	struct mistakes m;
	bool same;

	at[strlen("\"version\": ")] = '2';
	*begin = '\0';
	whole = mem_format("%s\"series_rules\": [%s%s", text, rules, end);
	o.who = &olga;
	assert_ok(study_apply(
		d->m->l, &o, &(struct study_apply){ whole, strlen(whole) }, &v, &same, &m, e));
	mistakes_free(&m);
	session_close(d->m->l, &olga);
	free(whole);
	free(text);
}

static struct label_row
label(struct desk *d, int64_t series)
{
	struct label_row r;

	assert_ok(label_of(d->m->l, series, &r, e));
	return r;
}

/* */
static void
the_studys_rule_decides_its_axis_and_is_named(void **state)
{
	struct desk *d = *state;
	struct label_row before = label(d, 1), now;
	int64_t changed;

	apply(d,
		"{\"id\": \"site_scan\", \"when\": \"header.modality = 'CT'\", \"base\": "
		"\"CT-LUNG\", "
		"\"contrast\": \"POST\", \"confidence\": \"medium\"}, {\"id\": \"second\", "
		"\"when\": "
		"\"header.modality = 'CT'\", \"contrast\": \"PRE\", \"plane\": \"SAGITTAL\"}");
	relabel_use(d->m->l);
	assert_ok(relabel_study(d->m->l, DESK_STUDY, &changed, NULL, NULL, e));
	assert_int_equal(changed, 3);
	now = label(d, 1);
	assert_string_equal(before.text, "AX CT");
	assert_string_equal(now.text, "SAG CT-LUNG POST");
	assert_non_null(strstr(now.rule, "base.site_scan contrast.site_scan plane.second"));
	assert_int_equal(now.confidence, 60);
	assert_ok(relabel_study(d->m->l, DESK_STUDY, &changed, NULL, NULL, e));
	assert_int_equal(changed, 0);
}

static void
a_rule_that_does_not_hold_or_cannot_be_told_says_nothing(void **state)
{
	struct desk *d = *state;
	int64_t changed;

	apply(d,
		"{\"id\": \"mr\", \"when\": \"header.modality = 'MR'\", \"base\": \"T1\"}, "
		"{\"id\": "
		"\"unknown\", \"when\": \"header.inversion_time > 100\", \"base\": \"T2\"}");
	relabel_use(d->m->l);
	assert_ok(relabel_study(d->m->l, DESK_STUDY, &changed, NULL, NULL, e));
	assert_int_equal(changed, 0);
	assert_string_equal(label(d, 1).text, "AX CT");
}

static void
new_series_are_told_by_it_and_a_person_stands_above_it(void **state)
{
	struct desk *d = *state;
	struct label_request r = { 2, "COR CT", "seen on the screen" };
	int64_t changed;

	apply(d,
		"{\"id\": \"low\", \"when\": \"header.modality = 'CT'\", \"plane\": \"OBLIQUE\", "
		"\"confidence\": \"low\"}");
	relabel_use(d->m->l);
	assert_ok(label_set(d->m->l, &d->who[CORA], &r, e));
	assert_ok(relabel_study(d->m->l, DESK_STUDY, &changed, NULL, NULL, e));
	assert_int_equal(changed, 2);
	assert_string_equal(label(d, 2).text, "COR CT");
	assert_string_equal(label(d, 1).text, "OBL CT");
	assert_true(label(d, 1).confidence < LABEL_PERSON);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		desk_test(the_studys_rule_decides_its_axis_and_is_named),
		desk_test(a_rule_that_does_not_hold_or_cannot_be_told_says_nothing),
		desk_test(new_series_are_told_by_it_and_a_person_stands_above_it),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
