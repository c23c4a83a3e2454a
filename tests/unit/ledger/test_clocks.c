/* Clocks that are wrong: what the record takes from them and what it refuses; and a log in which time went back.
 * Passwords cost nothing here. */
#include "core/ledger/office.h"
#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/tamper_make.h"

#define SECOND INT64_C(1000000)
#define HOUR   (3600 * SECOND)

enum { ACTS = 5 };

/* A clock that stands where the test puts it. */
struct watch {
	struct made *m;
	int64_t now;
	struct clock clock;
	struct session rita, olga;
};

static int64_t
watch_now(void *ctx)
{
	return ((struct watch *)ctx)->now;
}

static int
watch_setup(void **state)
{
	struct watch *w = mem_zero(1, sizeof(*w));

	made_setup(state);
	w->m = *state;
	made_series(w->m, 1, 2);
	made_series(w->m, 2, 2);
	made_close(w->m);
	w->now = w->m->now + SECOND;
	w->clock = (struct clock){ .now = watch_now, .ctx = w };
	assert_ok(ledger_open(&w->m->l, w->m->folder, DB_WRITE, &w->clock, e));
	w->rita = made_login(w->m, "rita", REVIEWER_PASSWORD);
	w->olga = made_login(w->m, "olga", OFFICER_PASSWORD);
	*state = w;
	return 0;
}

static int
watch_teardown(void **state)
{
	struct watch *w = *state;

	key_free(&w->rita.key);
	key_free(&w->olga.key);
	made_free(w->m);
	free(w);
	return 0;
}

#define watch_test(f) cmocka_unit_test_setup_teardown(f, watch_setup, watch_teardown)

/* Events but those that tell of the clock. */
static int64_t
others(const struct watch *w)
{
	return raw_number(w->m->folder,
		"SELECT count(*) FROM event WHERE body NOT LIKE '%\"action\":\"clock\"%'");
}

static enum rc
sign(struct watch *w, int64_t series, struct err *e)
{
	struct decision_request r =
		made_verdict(series, "quality", "pass", NULL, REVIEWER_PASSWORD);
	struct decision_receipt receipt;

	return decision_sign(w->m->l, &w->rita, &r, &receipt, e);
}

/* One act of each kind. */
static enum rc
act(struct watch *w, int which, struct err *e)
{
	struct office o = { .who = &w->olga, .password = OFFICER_PASSWORD, .reason = "to try it" };
	struct catalog_batch *b;
	struct session s = { 0 };
	struct picture p;
	enum rc rc;

	switch (which) {
	case 0:
		return sign(w, 1, e);
	case 1:
		rc = session_open(w->m->l, "dora", RADIOLOGIST_PASSWORD, "pts/1", &s, e);
		key_free(&s.key);
		return rc;
	case 2:
		return office_disable(w->m->l, &o, "dora", e);
	case 3:
		return decision_later(w->m->l, &w->rita, 2, "quality", e);
	default:
		made_begin(w->m, &b);
		picture_ct(&p, 3, 1);
		made_add(b, &p);
		return catalog_batch_end(b, RC_OK, e);
	}
}

static void
assert_nothing_goes(struct watch *w)
{
	int64_t before = others(w);

	for (int i = 0; i < ACTS; i++) {
		struct err e = { 0 };

		assert_int_equal(act(w, i, &e), RC_DENIED);
		assert_non_null(strstr(e.text, "the clock is behind the last event"));
	}
	assert_int_equal(others(w), before);
	assert_int_equal(raw_number(w->m->folder, "SELECT count(*) FROM decision"), 0);
	assert_int_equal(
		raw_number(w->m->folder, "SELECT count(*) FROM account WHERE state <> 'active'"), 0);
	assert_int_equal(raw_number(w->m->folder, "SELECT count(*) FROM series WHERE id > 2"), 0);
	assert_verified(w->m->folder);
}

static void
assert_all_goes(struct watch *w)
{
	for (int i = 0; i < ACTS; i++) {
		struct err e = { 0 };

		if (act(w, i, &e) != RC_OK)
			fail_msg("act %d: %s", i, e.text);
	}
	assert_verified(w->m->folder);
}

/* */
static void
an_hour_back_nothing_is_written_and_once_set_right_everything_is(void **state)
{
	struct watch *w = *state;

	w->now -= HOUR;
	assert_nothing_goes(w);
	w->now += HOUR;
	assert_all_goes(w);
}

/* */
static void
an_hour_forward_is_recorded_and_back_again_refused_until_it_is_made_up_for(void **state)
{
	struct watch *w = *state;

	w->now += HOUR;
	assert_ok(ledger_anchor(w->m->l, e));
	assert_ok(decision_later(
		w->m->l, &w->rita, 1, "phi", e)); /* nobody can know that it is wrong */
	w->now -= HOUR;
	assert_nothing_goes(w);
	w->now += HOUR - 2 * SECOND - 1;
	assert_nothing_goes(w);
	w->now += 1;
	assert_all_goes(w);
}

/* */
static void
two_seconds_back_are_taken_for_a_correction_of_the_clock(void **state)
{
	struct watch *w = *state;

	w->now -= 2 * SECOND;
	assert_ok(sign(w, 1, e));
	assert_verified(w->m->folder);
	w->now -= 2 * SECOND + 1;
	assert_int_equal(sign(w, 2, NULL), RC_DENIED);
	assert_verified(w->m->folder);
}

/* R-07 R-01 */
static void
a_session_in_which_the_clock_is_set_back_signs_again_when_it_is_right(void **state)
{
	struct watch *w = *state;
	struct err why = { 0 };

	assert_ok(sign(w, 1, e));
	w->now -= HOUR;
	assert_int_equal(sign(w, 2, &why), RC_DENIED);
	assert_int_equal(raw_number(w->m->folder, "SELECT count(*) FROM signature"), 1);
	assert_int_equal(
		raw_number(w->m->folder, "SELECT signatures FROM account WHERE id = 'rita'"), 1);
	w->now += HOUR;
	assert_ok(sign(w, 2, e));
	assert_verified(w->m->folder);
}

/* */
static void
a_leap_second_is_the_last_one_twice_and_never_a_sixtieth(void **state)
{
	struct watch *w = *state;
	char body[4000];

	w->now = INT64_C(1798761599) * SECOND; /* 2026-12-31T23:59:59Z */
	session_close(w->m->l, &w->rita);
	assert_ok(session_open(w->m->l, "rita", REVIEWER_PASSWORD, "pts/1", &w->rita, e));
	w->now = INT64_C(1798761599) * SECOND + 900000;
	assert_ok(sign(w, 1, e));
	raw_text(w->m->folder, "SELECT body FROM event ORDER BY seq DESC LIMIT 1", body,
		sizeof(body));
	assert_non_null(strstr(body, "\"time\":\"2026-12-31T23:59:59.900000Z\""));
	w->now -= SECOND - 200000; /* the system's clock is put back by one second */
	assert_ok(decision_later(w->m->l, &w->rita, 2, "phi", e));
	w->now += SECOND;
	assert_ok(sign(w, 2, e));
	raw_text(w->m->folder, "SELECT body FROM event ORDER BY seq DESC LIMIT 1", body,
		sizeof(body));
	assert_non_null(strstr(body, "\"time\":\"2027-01-01T00:00:00.100000Z\""));
	assert_int_equal(
		raw_number(w->m->folder, "SELECT count(*) FROM event WHERE body LIKE '%:60.%'"), 0);
	assert_verified(w->m->folder);
}

/* R-05 R-07 */
static void
every_time_that_a_forged_log_goes_back_is_told(void **state)
{
	static const char *const times[] = { "2030-01-01T00:00:00", "2029-12-31T23:59:57",
		"2029-12-31T23:59:59", "2029-12-31T23:59:56", "2031-01-01T00:00:00",
		"2026-01-01T00:00:00" };
	struct watch *w = *state;
	struct forger f;
	struct attack a = { .folder = w->m->folder, .scene = &scene };
	char text[8192];
	int told = 0;

	made_close(w->m);
	f = system_of(w->m->folder);
	for (size_t i = 0; i < MEM_COUNT(times); i++) {
		char *change = mem_format(
			"json_set(body, '$.seq', seq + 1, '$.user', 'system', '$.session', '',"
			" '$.action', 'import', '$.time', '%s.000000Z')",
			times[i]);

		a.db = raw_open(a.folder);
		forge_event(&a, &f, change);
		sqlite3_close(a.db);
		free(change);
	}
	assert_int_equal(made_verify(w->m->folder, false, text), 1);
	for (const char *at = text; (at = strstr(at, "time went back")) != NULL; at++)
		told++;
	assert_int_equal(told, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		watch_test(an_hour_back_nothing_is_written_and_once_set_right_everything_is),
		watch_test(
			an_hour_forward_is_recorded_and_back_again_refused_until_it_is_made_up_for),
		watch_test(two_seconds_back_are_taken_for_a_correction_of_the_clock),
		watch_test(a_session_in_which_the_clock_is_set_back_signs_again_when_it_is_right),
		watch_test(a_leap_second_is_the_last_one_twice_and_never_a_sixtieth),
		watch_test(every_time_that_a_forged_log_goes_back_is_told),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
