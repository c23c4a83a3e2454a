/* Sessions that are locked, resumed, and end whatever is going on. */
#include "core/ledger/lease.h"
#include "core/ledger/office.h"
#include "core/ledger/setting.h"
#include "core/ledger/signing.h"
#include "tests/unit/ledger/ledger_make.h"

#define HOUR INT64_C(3600000000)

static enum rc
pass(struct made *m, struct session *s, int64_t series, const char *user, struct err *e)
{
	struct decision_request r =
		made_verdict(series, "quality", "pass", NULL, REVIEWER_PASSWORD);
	struct decision_receipt receipt;

	r.user = user;
	return decision_sign(m->l, s, &r, &receipt, e);
}

static bool
is_blank(const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

/* */
static void
a_locked_session_has_no_key_and_signs_nothing(void **state)
{
	struct made *m = *state;
	int64_t series = made_series(m, 1, 3);
	struct session s = made_login(m, "rita", REVIEWER_PASSWORD), copy = s;
	struct signer who = session_signer(&copy, "");
	struct event ev = { .action = "review-later", .kind = "series", .object = "1" };
	struct err why = { 0 };

	assert_ok(session_lock(m->l, &s, "idle", e));
	assert_true(is_blank(copy.key.secret, 64));
	assert_int_equal(pass(m, &copy, series, "rita", &why), RC_CONFLICT);
	assert_string_equal(why.text, "this session is locked");
	assert_ok(ledger_begin(m->l, e));
	assert_int_equal(
		ledger_end(m->l, event_append(m->l, &who, &ev, NULL, NULL), NULL), RC_CONFLICT);
	assert_int_equal(session_alive(m->l, &copy, NULL), RC_CONFLICT);
	session_close(m->l, &s);
	assert_verified(m->folder);
}

/* Somebody who read the key out of the memory before. */
/* */
static void
a_key_copied_before_the_lock_signs_nothing_after_it(void **state)
{
	struct made *m = *state;
	struct session s = made_login(m, "rita", REVIEWER_PASSWORD);
	struct sign_key stolen = { .secret = mem_zero(1, 64) };
	struct signer who = session_signer(&s, "");
	struct event ev = { .action = "review-later", .kind = "series", .object = "1" };
	struct err why = { 0 };

	memcpy(stolen.secret, s.key.secret, 64);
	strcpy(stolen.kid, s.key.kid);
	who.key = &stolen;
	assert_ok(session_lock(m->l, &s, "asked", e));
	for (int i = 0; i < 2; i++) {
		assert_ok(ledger_begin(m->l, e));
		assert_int_equal(ledger_end(m->l, event_append(m->l, &who, &ev, NULL, &why), NULL),
			RC_DENIED);
		if (i == 0)
			assert_ok(session_resume(m->l, &s, REVIEWER_PASSWORD, e));
	}
	free(stolen.secret);
	session_close(m->l, &s);
	assert_verified(m->folder);
}

/* R-16 R-17 */
static void
unlocking_brings_a_new_key_and_a_new_signing_period(void **state)
{
	struct made *m = *state;
	int64_t one = made_series(m, 1, 3), two = made_series(m, 2, 3),
		three = made_series(m, 3, 3);
	struct session s = made_login(m, "rita", REVIEWER_PASSWORD);
	char before[KEY_PUBLIC_HEX];

	strcpy(before, s.key.kid);
	assert_ok(pass(m, &s, one, "rita", e));
	assert_ok(pass(m, &s, two, NULL, e)); /* the password alone is enough */
	assert_ok(session_lock(m->l, &s, "idle", e));
	assert_ok(session_resume(m->l, &s, REVIEWER_PASSWORD, e));
	assert_string_not_equal(s.key.kid, before);
	assert_true(signing_asks_id(m->l, &s));
	assert_int_equal(pass(m, &s, three, NULL, NULL), RC_DENIED);
	assert_ok(pass(m, &s, three, "rita", e));
	session_close(m->l, &s);
	assert_verified(m->folder);
}

/* R-16 R-15 */
static void
a_wrong_password_at_the_lock_counts_and_opens_nothing(void **state)
{
	struct made *m = *state;
	struct session s = made_login(m, "rita", REVIEWER_PASSWORD);
	struct err why = { 0 };

	assert_ok(session_lock(m->l, &s, "idle", e));
	for (int i = 0; i < 5; i++)
		assert_int_equal(session_resume(m->l, &s, "not the password", &why), RC_DENIED);
	assert_int_equal(session_resume(m->l, &s, REVIEWER_PASSWORD, &why), RC_DENIED);
	assert_int_equal(raw_number(m->folder, "SELECT failures FROM account WHERE id = 'rita'"), 5);
	m->now += 16 * INT64_C(60000000);
	assert_ok(session_resume(m->l, &s, REVIEWER_PASSWORD, e));
	session_close(m->l, &s);
	assert_verified(m->folder);
}

/* */
static void
locking_lets_go_of_what_is_open(void **state)
{
	struct made *m = *state;
	int64_t series = made_series(m, 1, 3);
	int64_t task = raw_number(m->folder, "SELECT min(id) FROM task");
	struct session s = made_login(m, "rita", REVIEWER_PASSWORD);
	struct lease held;

	(void)series;
	assert_ok(lease_take(m->l, &s, task, NULL, e));
	assert_true(lease_of(m->l, task, &held));
	assert_ok(session_lock(m->l, &s, "idle", e));
	assert_false(lease_of(m->l, task, &held));
	session_close(m->l, &s);
}

/* */
static void
a_locked_session_is_logged_out_by_the_program(void **state)
{
	struct made *m = *state;
	struct session s = made_login(m, "rita", REVIEWER_PASSWORD);

	assert_ok(session_lock(m->l, &s, "idle", e));
	session_close(m->l, &s);
	assert_int_equal(
		raw_number(m->folder,
			"SELECT count(*) FROM event WHERE body LIKE '%\"action\":\"logout\"%'"
			" AND body LIKE '%\"user\":\"system\"%'"),
		1);
	assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM session WHERE ended = 0"), 0);
	assert_verified(m->folder);
}

static void
set_hours(struct made *m, const char *hours)
{
	struct session olga = made_login(m, "olga", OFFICER_PASSWORD);
	struct office o = {
		.who = &olga, .password = OFFICER_PASSWORD, .reason = "asked for by the site"
	};

	assert_ok(office_set(m->l, &o, SETTING_SESSION_HOURS, hours, e));
	session_close(m->l, &olga);
}

/* */
static void
a_session_ends_after_its_hours_whatever_it_did(void **state)
{
	struct made *m = *state;
	int64_t one = made_series(m, 1, 3), two = made_series(m, 2, 3);
	struct session s;
	struct err why = { 0 };

	set_hours(m, "2");
	s = made_login(m, "rita", REVIEWER_PASSWORD);
	m->now += 2 * HOUR - INT64_C(10000000);
	assert_ok(session_alive(m->l, &s, e));
	assert_ok(pass(m, &s, one, "rita", e));
	assert_ok(session_lock(m->l, &s, "idle", e));
	assert_ok(session_resume(m->l, &s, REVIEWER_PASSWORD, e));
	m->now += INT64_C(10000000);
	assert_int_equal(session_alive(m->l, &s, &why), RC_DENIED);
	assert_string_equal(why.text, "the session has lasted 2 hours and is over; log in again");
	assert_int_equal(pass(m, &s, two, "rita", NULL), RC_DENIED);
	session_close(m->l, &s);
	assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM session WHERE ended = 0"), 0);
	assert_verified(m->folder);
}

/* */
static void
the_limits_are_as_the_rule_allows(void **state)
{
	struct made *m = *state;
	struct session olga = made_login(m, "olga", OFFICER_PASSWORD);
	struct office o = {
		.who = &olga, .password = OFFICER_PASSWORD, .reason = "asked for by the site"
	};

	assert_int_equal(setting_number(m->l, SETTING_IDLE_MINUTES), 15);
	assert_int_equal(setting_number(m->l, SETTING_SESSION_HOURS), 12);
	assert_int_equal(office_set(m->l, &o, SETTING_IDLE_MINUTES, "0", NULL), RC_INVALID);
	assert_int_equal(office_set(m->l, &o, SETTING_IDLE_MINUTES, "31", NULL), RC_INVALID);
	assert_int_equal(office_set(m->l, &o, SETTING_SESSION_HOURS, "25", NULL), RC_INVALID);
	assert_ok(office_set(m->l, &o, SETTING_IDLE_MINUTES, "30", e));
	session_close(m->l, &olga);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		made_test(a_locked_session_has_no_key_and_signs_nothing),
		made_test(a_key_copied_before_the_lock_signs_nothing_after_it),
		made_test(unlocking_brings_a_new_key_and_a_new_signing_period),
		made_test(a_wrong_password_at_the_lock_counts_and_opens_nothing),
		made_test(locking_lets_go_of_what_is_open),
		made_test(a_locked_session_is_logged_out_by_the_program),
		made_test(a_session_ends_after_its_hours_whatever_it_did),
		made_test(the_limits_are_as_the_rule_allows),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
