/* Failures in a row lock an account, and a login tells what was tried in one's name. */
#include <time.h>

#include "core/ledger/lock.h"
#include "tests/unit/ledger/ledger_make.h"

#define MINUTE INT64_C(60000000)

static int64_t
events_of(struct made *m, const char *action)
{
	char *sql = mem_format(
		"SELECT count(*) FROM event WHERE body LIKE '%%\"action\":\"%s\"%%'", action);
	int64_t n = raw_number(m->folder, sql);

	free(sql);
	return n;
}

/* One login; what is told where it is refused. */
static enum rc
try_login(struct made *m, const char *user, const char *password, char why[400])
{
	struct err e = { 0 };
	struct session s;
	enum rc rc = session_open(m->l, user, password, "pts/1", &s, &e);

	session_close(m->l, &s);
	snprintf(why, 400, "%s", e.text);
	return rc;
}

static void
fail_logins(struct made *m, const char *user, int times)
{
	char why[400];

	for (int i = 0; i < times; i++)
		assert_int_equal(try_login(m, user, "not the password", why), RC_DENIED);
}

static void
fail_signatures(struct made *m, struct session *s, int64_t series, int times)
{
	struct decision_request r =
		made_verdict(series, "quality", "pass", NULL, "not the password");
	struct decision_receipt receipt;

	for (int i = 0; i < times; i++)
		assert_int_equal(decision_sign(m->l, s, &r, &receipt, NULL), RC_DENIED);
}

/* */
static void
five_failures_lock_for_a_quarter_of_an_hour(void **state)
{
	struct made *m = *state;
	char why[400];

	fail_logins(m, "rita", 4);
	assert_int_equal(try_login(m, "rita", "not the password", why), RC_DENIED);
	assert_non_null(strstr(why, "locked after 5 failures in a row until 20"));
	assert_int_equal(events_of(m, "account-locked"), 1);
	m->now += 14 * MINUTE;
	assert_int_equal(try_login(m, "rita", REVIEWER_PASSWORD, why), RC_DENIED);
	assert_non_null(strstr(why, "locked after 5"));
	assert_verified(m->folder);
	m->now += 2 * MINUTE;
	assert_int_equal(try_login(m, "rita", REVIEWER_PASSWORD, why), RC_OK);
	assert_int_equal(events_of(m, "login-failed"), 6);
	assert_verified(m->folder);
}

static void
ten_failures_lock_until_an_officer_acts(void **state)
{
	struct made *m = *state;
	char why[400];

	fail_logins(m, "rita", 5);
	m->now += 16 * MINUTE;
	fail_logins(m, "rita", 4);
	assert_int_equal(try_login(m, "rita", "not the password", why), RC_DENIED);
	assert_non_null(strstr(why, "only an officer can unlock it"));
	m->now += 100000 * MINUTE;
	assert_int_equal(try_login(m, "rita", REVIEWER_PASSWORD, why), RC_DENIED);
	assert_non_null(strstr(why, "only an officer can unlock it"));
	assert_verified(m->folder);
}

static void
a_right_password_in_between_ends_the_row(void **state)
{
	struct made *m = *state;
	char why[400];

	fail_logins(m, "rita", 4);
	assert_int_equal(try_login(m, "rita", REVIEWER_PASSWORD, why), RC_OK);
	fail_logins(m, "rita", 4);
	assert_int_equal(try_login(m, "rita", REVIEWER_PASSWORD, why), RC_OK);
	assert_int_equal(events_of(m, "account-locked"), 0);
	assert_verified(m->folder);
}

/* */
static void
failures_are_counted_over_sessions_signatures_and_restarts(void **state)
{
	struct made *m = *state;
	int64_t series = made_series(m, 1, 3);
	struct session one = made_login(m, "rita", REVIEWER_PASSWORD);
	struct session two = made_login(m, "rita", REVIEWER_PASSWORD);
	struct decision_request r =
		made_verdict(series, "quality", "pass", NULL, REVIEWER_PASSWORD);
	struct decision_receipt receipt;
	struct err why = { 0 };

	fail_signatures(m, &one, series, 2);
	fail_logins(m, "rita", 1);
	made_close(m);
	made_open(m);
	fail_signatures(m, &two, series, 2);
	assert_int_equal(events_of(m, "account-locked"), 1);
	assert_int_equal(decision_sign(m->l, &one, &r, &receipt, &why), RC_DENIED);
	assert_non_null(strstr(why.text, "locked after 5"));
	assert_int_equal(events_of(m, "decision"), 0);
	m->now += 16 * MINUTE;
	assert_ok(decision_sign(m->l, &one, &r, &receipt, e));
	assert_int_equal(raw_number(m->folder, "SELECT failures FROM account WHERE id = 'rita'"), 0);
	session_close(m->l, &one);
	session_close(m->l, &two);
	assert_verified(m->folder);
}

/* Whoever reads the key while it is open and comes to sign after others have locked the account. */
static void
a_key_opened_before_the_lock_signs_nothing_after_it(void **state)
{
	struct made *m = *state;
	struct session s = made_login(m, "rita", REVIEWER_PASSWORD);
	struct event ev = { .action = "decision", .kind = "series", .object = "1" };
	struct signer who = session_signer(&s, "reviewer");
	struct sign_key key = { 0 };

	assert_ok(account_unlock(m->l, "rita", REVIEWER_PASSWORD, &key, e));
	fail_logins(m, "rita", 5);
	who.key = &key;
	assert_ok(ledger_begin(m->l, e));
	assert_int_equal(
		ledger_end(m->l, event_append(m->l, &who, &ev, NULL, NULL), NULL), RC_DENIED);
	assert_int_equal(events_of(m, "decision"), 0);
	key_free(&key);
	session_close(m->l, &s);
}

/* Word for word what the owner of an account hears, and nothing of what was typed is kept. */
static void
an_id_that_is_nobodys_is_locked_as_well(void **state)
{
	struct made *m = *state;
	char known[400], unknown[400];

	for (int i = 1; i <= 7; i++) {
		assert_int_equal(try_login(m, "rita", "not the password", known), RC_DENIED);
		m->now -= 2000; /* so that both hear of the same second */
		assert_int_equal(try_login(m, "rosalind", "not the password", unknown), RC_DENIED);
		assert_string_equal(known, unknown);
	}
	assert_non_null(strstr(unknown, "locked after 5"));
	m->now += 16 * MINUTE;
	for (int i = 1; i <= 6; i++) {
		assert_int_equal(try_login(m, "rita", "not the password", known), RC_DENIED);
		m->now -= 2000;
		assert_int_equal(try_login(m, "rosalind", "not the password", unknown), RC_DENIED);
		assert_string_equal(known, unknown);
	}
	assert_non_null(strstr(unknown, "only an officer"));
	assert_int_equal(
		raw_number(m->folder, "SELECT count(*) FROM event WHERE body LIKE '%rosalind%'"), 0);
	assert_int_equal(
		raw_number(m->folder, "SELECT max(length(mark)) FROM stranger"), LOCK_MARK - 1);
	assert_verified(m->folder);
}

static void
the_last_officer_is_never_locked_for_good(void **state)
{
	struct made *m = *state;
	char why[400];

	fail_logins(m, "olga", 5);
	m->now += 16 * MINUTE;
	fail_logins(m, "olga", 5);
	assert_int_equal(try_login(m, "olga", OFFICER_PASSWORD, why), RC_DENIED);
	m->now += 16 * MINUTE;
	fail_logins(m, "olga", 1);
	assert_int_equal(try_login(m, "olga", OFFICER_PASSWORD, why), RC_DENIED);
	m->now += 16 * MINUTE;
	assert_int_equal(try_login(m, "olga", OFFICER_PASSWORD, why), RC_OK);
	assert_verified(m->folder);
}

static int64_t
cpu_of_failure(struct made *m, const char *user)
{
	struct timespec before, after;
	struct session s;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
	assert_int_equal(session_open(m->l, user, "not the password", "pts/1", &s, NULL), RC_DENIED);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
	return (after.tv_sec - before.tv_sec) * 1000000 + (after.tv_nsec - before.tv_nsec) / 1000;
}

/* Within a tenth of each other. */
static bool
are_alike(int64_t one, int64_t other)
{
	return one <= other + other / 10 && other <= one + one / 10;
}

/* The least of several, so that what else the machine does is left out; more of them where it does much. */
/* */
static void
an_unknown_id_takes_the_time_of_a_wrong_password(void **state)
{
	struct made *m = *state;
	int64_t known = INT64_MAX, unknown = INT64_MAX, t;

	for (int i = 0; i < 40 && (i < 5 || !are_alike(known, unknown)); i++) {
		t = cpu_of_failure(m, "rita");
		known = t < known ? t : known;
		t = cpu_of_failure(m, "nobody");
		unknown = t < unknown ? t : unknown;
	}
	if (!are_alike(known, unknown))
		fail_msg("wrong password %lld us, unknown id %lld us", (long long)known,
			(long long)unknown);
}

static void
a_login_tells_the_one_before_it_the_failures_and_the_last_signature(void **state)
{
	struct made *m = *state;
	int64_t series = made_series(m, 1, 3);
	struct session s = made_login(m, "rita", REVIEWER_PASSWORD);
	struct decision_request r =
		made_verdict(series, "quality", "pass", NULL, REVIEWER_PASSWORD);
	struct decision_receipt receipt;
	char text[LOGIN_FACTS_TEXT];

	login_facts_text(&s.before, text);
	assert_string_equal(text, "First login, 0 failed tries since");
	assert_ok(decision_sign(m->l, &s, &r, &receipt, e));
	session_close(m->l, &s);
	fail_logins(m, "rita", 2);
	m->now = INT64_C(1790500000000000);
	s = made_login(m, "rita", REVIEWER_PASSWORD);
	assert_int_equal(s.before.failures, 2);
	assert_int_equal(s.before.signatures, 1);
	assert_int_equal(s.before.last_signed, receipt.at);
	assert_string_equal(s.before.last_source, "pts/1");
	login_facts_text(&s.before, text);
	assert_non_null(
		strstr(text, "Last login 2026-09-21 14:13 UTC from pts/1, 2 failed tries since"));
	assert_non_null(strstr(text, ", last signature no. 1 at 2026-09-21 14:13 UTC"));
	session_close(m->l, &s);
	s = made_login(m, "rita", REVIEWER_PASSWORD);
	assert_int_equal(s.before.failures, 0);
	session_close(m->l, &s);
}

static void
find_rita(void *ctx, const struct account_row *a)
{
	if (strcmp(a->id, "rita") == 0)
		*(struct account_row *)ctx = *a;
}

static void
officers_are_told_of_locks_and_failures(void **state)
{
	struct made *m = *state;
	struct session s = made_login(m, "olga", OFFICER_PASSWORD);
	struct account_row row = { 0 };
	struct account_notice n;

	session_close(m->l, &s);
	fail_logins(m, "rita", 5);
	fail_logins(m, "nobody", 1);
	s = made_login(m, "olga", OFFICER_PASSWORD);
	assert_ok(account_notice(m->l, &s, &n, e));
	assert_int_equal(n.locked, 1);
	assert_int_equal(n.failures, 6);
	assert_ok(account_each(m->l, find_rita, &row, e));
	assert_string_equal(row.state, "locked");
	assert_int_equal(row.failures, 5);
	assert_true(row.locked_until > m->now);
	m->now += 16 * MINUTE;
	assert_ok(account_notice(m->l, &s, &n, e));
	assert_int_equal(n.locked, 0);
	session_close(m->l, &s);
	s = made_login(m, "olga", OFFICER_PASSWORD);
	assert_ok(account_notice(m->l, &s, &n, e));
	assert_int_equal(n.failures, 0);
	session_close(m->l, &s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		made_test(five_failures_lock_for_a_quarter_of_an_hour),
		made_test(ten_failures_lock_until_an_officer_acts),
		made_test(a_right_password_in_between_ends_the_row),
		made_test(failures_are_counted_over_sessions_signatures_and_restarts),
		made_test(a_key_opened_before_the_lock_signs_nothing_after_it),
		made_test(an_id_that_is_nobodys_is_locked_as_well),
		made_test(the_last_officer_is_never_locked_for_good),
		made_test(an_unknown_id_takes_the_time_of_a_wrong_password),
		made_test(a_login_tells_the_one_before_it_the_failures_and_the_last_signature),
		made_test(officers_are_told_of_locks_and_failures),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
