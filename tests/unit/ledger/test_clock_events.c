/* The clock goes wrong: what is refused, and what the log then tells. */
#include "core/ledger/office.h"
#include "core/ledger/setting.h"
#include "tests/unit/ledger/ledger_make.h"

#define HOUR INT64_C(3600000000)

static const char *
is_free_running(void *ctx)
{
	(void)ctx;
	return "unsynchronised";
}

static const char *
is_kept(void *ctx)
{
	(void)ctx;
	return "synchronised";
}

static int64_t
events_of(struct made *m, const char *words)
{
	char *sql = mem_format("SELECT count(*) FROM event WHERE body LIKE '%%%s%%'", words);
	int64_t n = raw_number(m->folder, sql);

	free(sql);
	return n;
}

#define CLOCK_EVENT "\"action\":\"clock\""

static enum rc
pass(struct made *m, struct session *s, int64_t series, struct err *e)
{
	struct decision_request r =
		made_verdict(series, "quality", "pass", NULL, REVIEWER_PASSWORD);
	struct decision_receipt receipt;

	return decision_sign(m->l, s, &r, &receipt, e);
}

/* */
static void
an_hour_back_signs_nothing_and_is_told_once(void **state)
{
	struct made *m = *state;
	int64_t series = made_series(m, 1, 3);
	struct session s = made_login(m, "rita", REVIEWER_PASSWORD);
	struct err why = { 0 };

	m->now -= HOUR;
	assert_int_equal(pass(m, &s, series, &why), RC_DENIED);
	assert_non_null(strstr(why.text, "the clock is behind"));
	assert_int_equal(pass(m, &s, series, NULL), RC_DENIED);
	assert_int_equal(events_of(m, CLOCK_EVENT), 1);
	assert_int_equal(events_of(m, "\"why\":\"behind\""), 1);
	assert_verified(m->folder);
	m->now += HOUR;
	assert_ok(pass(m, &s, series, e));
	session_close(m->l, &s);
	assert_verified(m->folder);
}

/* What was signed while it was ahead stands; until time has caught up nothing follows it. */
/* */
static void
an_hour_ahead_and_back_again_stops_until_time_has_caught_up(void **state)
{
	struct made *m = *state;
	int64_t one = made_series(m, 1, 3), two = made_series(m, 2, 3);
	struct session s = made_login(m, "rita", REVIEWER_PASSWORD);

	m->now += HOUR;
	assert_ok(pass(m, &s, one, e));
	m->now -= HOUR;
	assert_int_equal(pass(m, &s, two, NULL), RC_DENIED);
	assert_int_equal(events_of(m, CLOCK_EVENT), 1);
	m->now += HOUR / 2;
	assert_int_equal(pass(m, &s, two, NULL), RC_DENIED);
	m->now += HOUR / 2;
	assert_ok(pass(m, &s, two, e));
	session_close(m->l, &s);
	assert_verified(m->folder);
}

/* A leap second that is repeated is less than what is let pass. */
/* */
static void
a_second_back_is_let_pass(void **state)
{
	struct made *m = *state;
	int64_t series = made_series(m, 1, 3);
	struct session s = made_login(m, "rita", REVIEWER_PASSWORD);

	m->now -= 1000000;
	assert_ok(pass(m, &s, series, e));
	assert_int_equal(events_of(m, CLOCK_EVENT), 0);
	session_close(m->l, &s);
	assert_verified(m->folder);
}

static void
want_sync(struct made *m)
{
	struct session olga = made_login(m, "olga", OFFICER_PASSWORD);
	struct office o = {
		.who = &olga, .password = OFFICER_PASSWORD, .reason = "asked for by the site"
	};

	assert_ok(office_set(m->l, &o, SETTING_CLOCK_SYNC, "1", e));
	session_close(m->l, &olga);
}

/* */
static void
a_clock_that_nothing_keeps_signs_nothing_where_the_site_wants_it(void **state)
{
	struct made *m = *state;
	int64_t one = made_series(m, 1, 3), two = made_series(m, 2, 3);
	struct session s;
	struct err why = { 0 };

	m->clock.sync = is_free_running;
	s = made_login(m, "rita", REVIEWER_PASSWORD);
	assert_ok(pass(m, &s, one, e));
	want_sync(m); /* officers act */
	assert_int_equal(pass(m, &s, two, &why), RC_DENIED);
	assert_non_null(strstr(why.text, "unsynchronised: nothing is signed"));
	assert_int_equal(events_of(m, "\"why\":\"unsynchronised\""), 1);
	m->clock.sync = is_kept;
	assert_ok(pass(m, &s, two, e));
	session_close(m->l, &s);
	assert_verified(m->folder);
}

/* */
static void
a_login_tells_how_the_clock_is_kept(void **state)
{
	struct made *m = *state;
	struct session s;

	m->clock.sync = is_kept;
	s = made_login(m, "rita", REVIEWER_PASSWORD);
	session_close(m->l, &s);
	assert_int_equal(events_of(m, "\"clock\":\"synchronised\""), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		made_test(an_hour_back_signs_nothing_and_is_told_once),
		made_test(an_hour_ahead_and_back_again_stops_until_time_has_caught_up),
		made_test(a_second_back_is_let_pass),
		made_test(a_clock_that_nothing_keeps_signs_nothing_where_the_site_wants_it),
		made_test(a_login_tells_how_the_clock_is_kept),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
