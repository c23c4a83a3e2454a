/* Who has a series open: so that two people do not read it by accident. */
#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/readings_make.h"

static void
what_somebody_has_open_is_not_signed_by_another(void **state)
{
	struct room *d = *state;
	int64_t series = made_series(d->m, 1, 3), task = room_task(d, series, "quality", 1);
	struct err why = { 0 };
	struct lease held;
	char to[16];

	assert_ok(lease_take(d->m->l, &d->who[RITA], task, NULL, e));
	assert_int_equal(lease_take(d->m->l, &d->who[SAM], task, &held, &why), RC_CONFLICT);
	assert_string_equal(held.account, "rita");
	assert_non_null(strstr(why.text, "Rita Reviewer has it open since 2026-"));
	assert_int_equal(room_sign(d, SAM, series, NULL, to, &why), RC_CONFLICT);
	assert_non_null(strstr(why.text, "Rita Reviewer has it open"));
	assert_ok(room_sign(d, RITA, series, NULL, to, e));
	assert_false(lease_of(d->m->l, task, &held)); /* it goes with the task */
}

static void
other_lists_leave_out_what_somebody_has_open(void **state)
{
	struct room *d = *state;
	int64_t task, n = 0, total = 0;
	struct worklist_query q = { .step = "quality", .account = "sam", .limit = 10, .free = true };
	struct worklist_row rows[10];

	made_series(d->m, 1, 1);
	made_series(d->m, 2, 1);
	task = room_task(d, 1, "quality", 1);
	assert_ok(lease_take(d->m->l, &d->who[RITA], task, NULL, e));
	assert_ok(worklist_total(d->m->l, &q, &total, e));
	assert_int_equal(total, 1);
	q.free = false;
	assert_ok(worklist_page(d->m->l, &q, rows, &n, e));
	assert_int_equal(n, 2);
	for (int i = 0; i < 2; i++)
		assert_string_equal(rows[i].claimed_by, rows[i].series == 1 ? "rita" : "");
	q.account = "rita";
	q.free = true;
	assert_ok(worklist_total(d->m->l, &q, &total, e));
	assert_int_equal(total, 2); /* her own is hers */
}

static void
a_lease_times_out(void **state)
{
	struct room *d = *state;
	int64_t task = room_task(d, made_series(d->m, 1, 3), "quality", 1);
	struct lease held;

	room_set(d, SETTING_LEASE_MINUTES, "5");
	assert_ok(lease_take(d->m->l, &d->who[RITA], task, NULL, e));
	d->m->now += INT64_C(4) * 60000000;
	assert_int_equal(lease_take(d->m->l, &d->who[SAM], task, NULL, NULL), RC_CONFLICT);
	assert_ok(lease_take(d->m->l, &d->who[RITA], task, NULL, e)); /* still at it */
	d->m->now += INT64_C(4) * 60000000;
	assert_int_equal(lease_take(d->m->l, &d->who[SAM], task, NULL, NULL), RC_CONFLICT);
	d->m->now += INT64_C(2) * 60000000;
	assert_ok(lease_take(d->m->l, &d->who[SAM], task, NULL, e));
	assert_true(lease_of(d->m->l, task, &held));
	assert_string_equal(held.account, "sam");
}

static void
it_can_be_taken_over_with_a_reason_that_is_recorded(void **state)
{
	struct room *d = *state;
	int64_t series = made_series(d->m, 1, 3), task = room_task(d, series, "quality", 1);
	char body[2000], to[16];

	assert_ok(lease_take(d->m->l, &d->who[RITA], task, NULL, e));
	assert_int_equal(lease_take_over(d->m->l, &d->who[SAM], task, "no", NULL), RC_INVALID);
	assert_ok(lease_take_over(d->m->l, &d->who[SAM], task, "Rita went home", e));
	raw_text(d->m->folder, "SELECT body FROM event ORDER BY seq DESC LIMIT 1", body,
		sizeof(body));
	assert_non_null(strstr(body, "\"action\":\"lease-taken-over\""));
	assert_non_null(strstr(body, "\"from\":\"rita\",\"reason\":\"Rita went home\""));
	assert_int_equal(room_sign(d, RITA, series, NULL, to, NULL), RC_CONFLICT);
	assert_ok(room_sign(d, SAM, series, NULL, to, e));
}

static void
leaving_lets_go(void **state)
{
	struct room *d = *state;
	int64_t task = room_task(d, made_series(d->m, 1, 3), "quality", 1);
	struct lease held;

	assert_ok(lease_take(d->m->l, &d->who[RITA], task, NULL, e));
	assert_ok(lease_drop(d->m->l, &d->who[SAM], task, e)); /* not his to let go */
	assert_true(lease_of(d->m->l, task, &held));
	assert_ok(lease_drop(d->m->l, &d->who[RITA], task, e));
	assert_false(lease_of(d->m->l, task, &held));
	assert_ok(lease_take(d->m->l, &d->who[RITA], task, NULL, e));
	session_close(d->m->l, &d->who[RITA]);
	assert_false(lease_of(d->m->l, task, &held));
	d->who[RITA] = made_login(d->m, "rita", REVIEWER_PASSWORD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		room_test(what_somebody_has_open_is_not_signed_by_another),
		room_test(other_lists_leave_out_what_somebody_has_open),
		room_test(a_lease_times_out),
		room_test(it_can_be_taken_over_with_a_reason_that_is_recorded),
		room_test(leaving_lets_go),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
