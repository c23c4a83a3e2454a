/* What a study says about verdicts: its own reasons, its share of double reads, its least terminal. */
#include "core/ledger/charter.h"
#include "core/ledger/decision.h"
#include "core/ledger/plan.h"
#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/desk_make.h"

static struct decision_request
verdict(const char *reason)
{
	return made_verdict(1, "quality", "fail", reason, REVIEWER_PASSWORD);
}

/* The invented series are CT: the study's reason for MR does not fit them, and can be given all the same. */
static void
a_reason_of_the_study_is_given_like_any_other(void **state)
{
	struct desk *d = *state;
	struct decision_request r = verdict("NEU-NOCON");
	struct decision_receipt receipt;
	struct charter_reason got;

	assert_true(charter_find(d->m->l, 1, "NEU-NOCON", &got));
	assert_string_equal(got.scheme, "99WETREAD");
	assert_string_equal(got.meaning, "No enhancement of vessels");
	assert_ok(decision_sign(d->m->l, &d->who[RITA], &r, &receipt, e));
	assert_string_equal(receipt.state, "rejected"); /* as the study's file says of it */
	assert_int_equal(raw_number(d->m->folder,
				 "SELECT count(*) FROM decision_reason WHERE code = 'NEU-NOCON' AND"
				 " action = 'reject'"),
		1);
	assert_int_equal(
		raw_number(d->m->folder,
			"SELECT json_extract(body, '$.data.study_version') FROM event WHERE"
			" body LIKE '%\"action\":\"decision\"%'"),
		d->version);
}

/* */
static void
a_code_that_neither_has_is_refused(void **state)
{
	struct desk *d = *state;
	struct decision_request r = verdict("NEU-NOTHING");
	struct decision_receipt receipt;
	struct charter_reason got;

	assert_false(charter_find(d->m->l, 1, "NEU-NOTHING", &got));
	assert_int_equal(decision_sign(d->m->l, &d->who[RITA], &r, &receipt, NULL), RC_INVALID);
	assert_true(charter_find(d->m->l, 1, "ART-NOISE", &got));
}

static void
the_menu_has_those_that_fit_the_modality(void **state)
{
	struct desk *d = *state;
	struct charter_reason list[CHARTER_REASONS];

	assert_int_equal(charter_reasons(d->m->l, 1, "MR", list), 2);
	assert_string_equal(list[0].code, "NEU-SHUNT");
	assert_int_equal(list[0].action, REASON_QUERY);
	assert_int_equal(charter_reasons(d->m->l, 1, "CT", list), 0);
	assert_int_equal(charter_reasons(d->m->l, 99, "MR", list), 0);
}

/* ten in a hundred of quality, as the file says, whatever the archive's setting is */
static void
the_share_of_double_reads_is_the_studys(void **state)
{
	struct desk *d = *state;
	int twice = 0;

	assert_true(charter_double_percent(d->m->l, "1.2.3.1.1", "quality") == 10);
	assert_true(charter_double_percent(d->m->l, "1.2.3.1.1", "phi") < 0);
	assert_true(charter_double_percent(d->m->l, "9.9", "quality") < 0);
	for (int i = 1; i <= 3; i++) {
		char uid[32];

		snprintf(uid, sizeof(uid), "1.2.3.%d.1", i);
		twice += plan_readings(d->m->l, uid, "quality") == 2;
		assert_int_equal(plan_readings(d->m->l, uid, "quality"),
			plan_draw("DOUBLE-v1", 0, uid, "quality") < 1000 ? 2 : 1);
	}
	printf("# %d of 3 are read twice\n", twice);
}

/* */
static void
a_terminal_below_the_studys_least_signs_nothing(void **state)
{
	static const struct charter_terminal small = { 99, 60, 101 }, low = { 120, 29, 101 },
					     coarse = { 120, 60, 63 }, fine = { 100, 30, 64 };
	const struct charter_terminal *refused[] = { &small, &low, &coarse };
	struct desk *d = *state;
	struct decision_request r = verdict("ART-NOISE");
	struct decision_receipt receipt;

	for (size_t i = 0; i < MEM_COUNT(refused); i++) {
		r.terminal = refused[i];
		assert_int_equal(
			decision_sign(d->m->l, &d->who[RITA], &r, &receipt, NULL), RC_DENIED);
	}
	r.terminal = &fine;
	assert_ok(decision_sign(d->m->l, &d->who[RITA], &r, &receipt, e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		desk_test(a_reason_of_the_study_is_given_like_any_other),
		desk_test(a_code_that_neither_has_is_refused),
		desk_test(the_menu_has_those_that_fit_the_modality),
		desk_test(the_share_of_double_reads_is_the_studys),
		desk_test(a_terminal_below_the_studys_least_signs_nothing),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
