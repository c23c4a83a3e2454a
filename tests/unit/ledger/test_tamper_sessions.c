/* Tampering with sessions: keys that were copied, locks and logouts that were not. */
#include "tests/unit/ledger/tamper_make.h"

static struct session
enter_as_rita(struct attack *a, struct made *m)
{
	enter(a->folder, m);
	return made_login(m, "rita", REVIEWER_PASSWORD);
}

static struct forger
copied(const struct sign_key *k)
{
	struct forger f = { .sign = true };

	memcpy(f.secret, k->secret, sizeof(f.secret));
	strcpy(f.kid, k->kid);
	return f;
}

/* After the last event, as rita in her session where it was of another, or as the system. */
static void
forge(struct attack *a, const struct forger *f, const char *user, const struct session *s,
	const char *action, const char *data)
{
	char change[1000];

	snprintf(change, sizeof(change),
		"json_set(body, '$.seq', seq + 1, '$.user', '%s', '$.session', '%s', '$.kind',"
		" 'session', '$.object', '%s', '$.action', '%s', '$.data', json('%s'))",
		user, strcmp(user, "system") == 0 ? "" : s->id, s->id, action, data);
	forge_event(a, f, change);
}

static void
locked_and_resumed(struct attack *a)
{
	struct made m;
	struct session s = enter_as_rita(a, &m);

	assert_ok(session_lock(m.l, &s, "idle", e));
	assert_ok(session_resume(m.l, &s, REVIEWER_PASSWORD, e));
	assert_ok(session_lock(m.l, &s, "asked", e));
	session_close(m.l, &s);
	made_close(&m);
}

static void
sign_with_the_key_of_before(struct attack *a, bool resumed)
{
	struct made m;
	struct session s = enter_as_rita(a, &m);
	struct forger f = copied(&s.key);

	assert_ok(session_lock(m.l, &s, "idle", e));
	if (resumed)
		assert_ok(session_resume(m.l, &s, REVIEWER_PASSWORD, e));
	made_close(&m);
	forge(a, &f, "rita", &s, "review-later", "{\"step\":\"phi\"}");
	key_free(&s.key);
}

/* */
static void
sign_while_locked(struct attack *a)
{
	sign_with_the_key_of_before(a, false);
}

static void
sign_after_unlocking(struct attack *a)
{
	sign_with_the_key_of_before(a, true);
}

static void
sign_with_her_own_key_while_locked(struct attack *a)
{
	struct made m;
	struct session s = enter_as_rita(a, &m);
	struct sign_key own = { 0 };
	struct forger f;

	assert_ok(account_unlock(m.l, "rita", REVIEWER_PASSWORD, &own, e));
	f = copied(&own);
	assert_ok(session_lock(m.l, &s, "idle", e));
	made_close(&m);
	forge(a, &f, "rita", &s, "password-changed", "{}");
	key_free(&own);
	key_free(&s.key);
}

static void
end_by_the_program(struct attack *a)
{
	struct made m;
	struct session s = enter_as_rita(a, &m);
	struct forger f = system_of(a->folder);

	made_close(&m);
	forge(a, &f, "system", &s, "logout", "null");
	key_free(&s.key);
}

static void
lock_by_the_program(struct attack *a)
{
	struct made m;
	struct session s = enter_as_rita(a, &m);
	struct forger f = system_of(a->folder);

	made_close(&m);
	forge(a, &f, "system", &s, "session-locked", "{\"why\":\"idle\"}");
	key_free(&s.key);
}

/* Who sent a letter to a site is a person. */
static void
send_by_the_program(struct attack *a)
{
	struct made m;
	struct session s = enter_as_rita(a, &m);
	struct forger f = system_of(a->folder);

	made_close(&m);
	forge(a, &f, "system", &s, "report-sent", "{\"study\":\"T\",\"site\":\"01\"}");
	key_free(&s.key);
}

/* A second key for a session that is open. */
static void
unlock_what_is_open(struct attack *a)
{
	struct made m;
	struct session s = enter_as_rita(a, &m);
	struct sign_key own = { 0 };
	struct forger f;
	char data[200];

	assert_ok(account_unlock(m.l, "rita", REVIEWER_PASSWORD, &own, e));
	f = copied(&own);
	made_close(&m);
	snprintf(data, sizeof(data), "{\"session_key\":\"%s\"}", attacker().kid);
	forge(a, &f, "rita", &s, "session-unlocked", data);
	key_free(&own);
	key_free(&s.key);
}

static void
unlock_with_the_sessions_key(struct attack *a)
{
	struct made m;
	struct session s = enter_as_rita(a, &m);
	struct forger f = copied(&s.key);

	made_close(&m);
	forge(a, &f, "rita", &s, "session-unlocked", "{\"session_key\":\"00\"}");
	key_free(&s.key);
}

static const struct tamper cases[] = {
	{ "sessions_locked_and_resumed_are_good", locked_and_resumed, 0, "good: ", false },
	{ "a_sessions_key_signs_nothing_while_it_is_locked", sign_while_locked, 1,
		"its session had ended", false },
	{ "the_key_of_before_signs_nothing_after_unlocking", sign_after_unlocking, 1,
		"its session had ended", false },
	{ "a_users_own_key_signs_nothing_in_a_locked_session", sign_with_her_own_key_while_locked,
		1, "its session was locked", false },
	{ "the_system_ends_no_open_session", end_by_the_program, 1,
		"the program ended a session that was not locked", false },
	{ "the_system_locks_no_session", lock_by_the_program, 1,
		"a session was locked by somebody else", false },
	{ "the_system_sends_no_letters", send_by_the_program, 1, "a report was sent by no session",
		false },
	{ "an_open_session_gets_no_second_key", unlock_what_is_open, 1,
		"unlocks a session that was not locked", false },
	{ "a_sessions_key_unlocks_nothing", unlock_with_the_sessions_key, 1,
		"a session was not unlocked by its user's own key", false },
};

int
main(void)
{
	struct CMUnitTest tests[MEM_COUNT(cases)];

	for (size_t i = 0; i < MEM_COUNT(cases); i++)
		tests[i] = (struct CMUnitTest){ .name = cases[i].name,
			.test_func = tampered,
			.initial_state = (void *)&cases[i] };
	return cmocka_run_group_tests(tests, scene_setup, scene_teardown);
}
