/* Tampering with accounts: locks, roles, passwords and keys, and what wetread-verify says. */
#include "core/ledger/office.h"
#include "tests/unit/ledger/tamper_make.h"

enum officers_act { ACT_DISABLE, ACT_GRANT, ACT_RESET, ACT_SET };

static void
act_as_olga(struct made *m, enum officers_act act)
{
	struct session olga = made_login(m, "olga", OFFICER_PASSWORD);
	struct office o = {
		.who = &olga, .password = OFFICER_PASSWORD, .reason = "asked for by the site"
	};
	struct role_grant g = {
		.user = "rita", .role = "radiologist", .study = "T-1", .site = "04"
	};
	struct account_reset r = { .user = "rita", .password = "words of a fresh start" };

	if (act == ACT_DISABLE)
		assert_ok(office_disable(m->l, &o, "rita", e));
	if (act == ACT_GRANT)
		assert_ok(office_grant(m->l, &o, &g, e));
	if (act == ACT_RESET)
		assert_ok(office_reset(m->l, &o, &r, e));
	if (act == ACT_SET)
		assert_ok(office_set(m->l, &o, SETTING_PASSWORD_DAYS, "90", e));
	session_close(m->l, &olga);
}

static void
after(struct attack *a, enum officers_act act)
{
	struct made m;

	enter(a->folder, &m);
	act_as_olga(&m, act);
	made_close(&m);
}

static void
change_password(struct attack *a)
{
	struct account_passwords p = { .user = "rita",
		.old = REVIEWER_PASSWORD,
		.fresh = "another twelve letters",
		.source = "" };
	struct made m;

	enter(a->folder, &m);
	assert_ok(account_change_password(m.l, &p, e));
	made_close(&m);
}

static void
lock_rita(struct attack *a)
{
	struct session s;
	struct made m;

	enter(a->folder, &m);
	for (int i = 0; i < 5; i++)
		assert_int_equal(
			session_open(m.l, "rita", "not the password", "", &s, NULL), RC_DENIED);
	made_close(&m);
}

/* ---- the cases ---- */

static void
every_act(struct attack *a)
{
	change_password(a);
	after(a, ACT_SET);
	after(a, ACT_GRANT);
	lock_rita(a);
	after(a, ACT_RESET);
	after(a, ACT_DISABLE);
}

static void
lift_lock(struct attack *a)
{
	lock_rita(a);
	run(a, "UPDATE account SET locked_until = 0 WHERE id = 'rita'");
}

static void
lower_failures(struct attack *a)
{
	lock_rita(a);
	run(a, "UPDATE account SET failures = 0 WHERE id = 'rita'");
}

static void
hide_failures(struct attack *a)
{
	lock_rita(a);
	run(a, "UPDATE account SET failed = 0 WHERE id = 'rita'");
}

static void
lock_in_the_table(struct attack *a)
{
	run(a, "UPDATE account SET locked_until = -1, failures = 10 WHERE id = 'dora'");
}

static void
enable_in_the_table(struct attack *a)
{
	after(a, ACT_DISABLE);
	run(a, "UPDATE account SET state = 'active' WHERE id = 'rita'");
}

static void
widen_role(struct attack *a)
{
	after(a, ACT_GRANT);
	run(a, "UPDATE account_role SET study = '*', site = '*' WHERE study = 'T-1'");
}

static void
delete_role(struct attack *a)
{
	after(a, ACT_GRANT);
	run(a, "DELETE FROM account_role WHERE study = 'T-1'");
}

static void
blame_another_event_for_a_role(struct attack *a)
{
	after(a, ACT_GRANT);
	run(a, "UPDATE account_role SET event = 2 WHERE study = 'T-1'");
}

static void
swap_key_rows(struct attack *a)
{
	run(a,
		"CREATE TABLE kept AS SELECT * FROM account WHERE id = 'rita';"
		"UPDATE account SET (public_key, sealed, nonce, salt) ="
		" (SELECT public_key, sealed, nonce, salt FROM account WHERE id = 'dora') WHERE id "
		"= 'rita';"
		"UPDATE account SET (public_key, sealed, nonce, salt) ="
		" (SELECT public_key, sealed, nonce, salt FROM kept) WHERE id = 'dora';"
		"DROP TABLE kept");
}

/* The row of a password that the attacker knows, as it was before its owner changed it. */
static void
put_back_password(struct attack *a)
{
	raw_run(a->db, "CREATE TABLE kept AS SELECT * FROM account WHERE id = 'rita'");
	change_password(a);
	run(a,
		"UPDATE account SET (sealed, nonce, salt) = (SELECT sealed, nonce, salt FROM kept)"
		" WHERE id = 'rita'; DROP TABLE kept");
}

static void
put_back_password_with_its_event(struct attack *a)
{
	struct session s;
	struct made m;

	raw_run(a->db, "CREATE TABLE kept AS SELECT * FROM account WHERE id = 'rita'");
	change_password(a);
	run(a,
		"UPDATE account SET (sealed, nonce, salt, seal_event, password_at) = (SELECT "
		"sealed, nonce,"
		" salt, seal_event, password_at FROM kept) WHERE id = 'rita'; DROP TABLE kept");
	enter(a->folder, &m); /* nor does it open anything */
	assert_int_equal(session_open(m.l, "rita", REVIEWER_PASSWORD, "", &s, NULL), RC_DENIED);
	made_close(&m);
}

/* The whole row from before a reset: key, seal and event. */
static void
put_back_key(struct attack *a)
{
	raw_run(a->db, "CREATE TABLE kept AS SELECT * FROM account WHERE id = 'rita'");
	after(a, ACT_RESET);
	run(a,
		"UPDATE account SET (public_key, sealed, nonce, salt, seal_event, password_at) = "
		"(SELECT"
		" public_key, sealed, nonce, salt, seal_event, password_at FROM kept) WHERE id = "
		"'rita';"
		"DROP TABLE kept");
}

static void
date_password_forward(struct attack *a)
{
	run(a, "UPDATE account SET password_at = password_at + 86400000000 WHERE id = 'rita'");
}

static void
make_password_lasting(struct attack *a)
{
	after(a, ACT_RESET);
	run(a, "UPDATE account SET seal_event = 2 WHERE id = 'rita'");
}

static void
forget_used_password(struct attack *a)
{
	run(a, "DELETE FROM password_used WHERE account = 'rita'");
}

static void
exchange_used_password(struct attack *a)
{
	run(a, "UPDATE password_used SET proof = '00' WHERE account = 'rita'");
}

static void
change_setting(struct attack *a)
{
	after(a, ACT_SET);
	run(a, "UPDATE setting SET value = '0'");
}

/* An event with the body of a grant by `author`, whose keys the attacker has. */
static void
grant_by(struct attack *a, const char *user, const char *password, bool session)
{
	struct event ev = { .action = "role-granted", .kind = "account", .object = "dora" };
	struct session s;
	struct sign_key key = { 0 };
	struct signer who;
	struct made m;

	enter(a->folder, &m);
	s = made_login(&m, user, password);
	who = session_signer(&s, "officer");
	assert_ok(account_unlock(m.l, user, password, &key, e));
	if (!session)
		who.key = &key;
	ev.data = json_pack("{s:s, s:s, s:s, s:s}", "role", "manager", "study", "*", "site", "*",
		"reason", "no reason");
	assert_ok(ledger_begin(m.l, e));
	assert_ok(ledger_end(m.l, event_append(m.l, &who, &ev, NULL, e), e));
	key_free(&key);
	session_close(m.l, &s);
	made_close(&m);
	run(a,
		"INSERT INTO account_role SELECT 'dora', 'manager', '*', '*', seq FROM event WHERE "
		"body LIKE '%role-granted%'");
}

static void
grant_by_a_reviewer(struct attack *a)
{
	grant_by(a, "rita", REVIEWER_PASSWORD, false);
}

static void
grant_by_an_officers_session(struct attack *a)
{
	grant_by(a, "olga", OFFICER_PASSWORD, true);
}

static void
by_the_system(struct attack *a, const char *action, const char *data)
{
	struct forger f = system_of(a->folder);
	char change[1000];

	snprintf(change, sizeof(change),
		"json_set(body, '$.seq', seq + 1, '$.user', 'system', '$.session', '', '$.kind',"
		" 'account', '$.object', 'rita', '$.action', '%s', '$.data', json('%s'))",
		action, data);
	forge_event(a, &f, change);
}

static void
unlock_by_the_system(struct attack *a)
{
	lock_rita(a);
	by_the_system(a, "account-unlocked", "{\"reason\":\"no reason\"}");
	run(a, "UPDATE account SET failures = 0, locked_until = 0 WHERE id = 'rita'");
}

static void
reset_by_the_system(struct attack *a)
{
	struct forger mine = attacker();
	char data[300];

	snprintf(data, sizeof(data),
		"{\"evidence\":\"no evidence\",\"public_key\":\"%s\",\"temporary\":0}", mine.kid);
	by_the_system(a, "account-reset", data);
}

static void
miscount(struct attack *a)
{
	by_the_system(a, "login-failed", "{\"failures\":3,\"reason\":\"denied\",\"source\":\"\"}");
	run(a, "UPDATE account SET failures = 3, failed = 1 WHERE id = 'rita'");
}

static void
blind_reviewers(struct attack *a)
{
	const char *const fields[] = { "subject", "visit", NULL };
	const struct blinding b = { .role = "reviewer", .fields = fields };
	struct made m;
	struct session olga;
	struct office o = {
		.who = &olga, .password = OFFICER_PASSWORD, .reason = "as the protocol says"
	};

	enter(a->folder, &m);
	olga = made_login(&m, "olga", OFFICER_PASSWORD);
	assert_ok(office_blind(m.l, &o, &b, e));
	session_close(m.l, &olga);
	made_close(&m);
}

static void
train_in_the_table(struct attack *a)
{
	run(a, "INSERT INTO training VALUES ('rita', 'reviewer', 1, 3)");
}

/* */
static void
lift_blinding(struct attack *a)
{
	blind_reviewers(a);
	run(a, "DELETE FROM blind WHERE field = 'visit'");
}

static void
blind_in_the_table(struct attack *a)
{
	blind_reviewers(a);
	run(a, "UPDATE blind SET role = 'expert' WHERE field = 'visit'");
}

/* Rita's key was copied while it was good. */
static void
sign_with_a_key_taken_back(struct attack *a, enum officers_act act)
{
	struct sign_key key = { 0 };
	struct forger f = { .sign = true };
	struct made m;

	enter(a->folder, &m);
	assert_ok(account_unlock(m.l, "rita", REVIEWER_PASSWORD, &key, e));
	act_as_olga(&m, act);
	made_close(&m);
	memcpy(f.secret, key.secret, sizeof(f.secret));
	strcpy(f.kid, key.kid);
	key_free(&key);
	forge_event(a, &f,
		"json_set(body, '$.seq', seq + 1, '$.user', 'rita', '$.session', '', '$.action',"
		" 'review-later', '$.kind', 'series', '$.object', '2', '$.data', "
		"json('{\"step\":\"phi\"}'))");
}

static void
sign_after_disabling(struct attack *a)
{
	sign_with_a_key_taken_back(a, ACT_DISABLE);
}

static void
sign_after_reset(struct attack *a)
{
	sign_with_a_key_taken_back(a, ACT_RESET);
}

static const struct tamper cases[] = {
	{ "every_act_of_officers_and_users_is_good", every_act, 0, "good: ", false },
	{ "a_lifted_lock_is_seen", lift_lock, 1, "differ from the events (locked_until)", false },
	{ "failures_set_back_are_seen", lower_failures, 1, "differ from the events (failures)",
		false },
	{ "failures_hidden_from_the_user_are_seen", hide_failures, 1,
		"differ from the events (failed)", false },
	{ "a_lock_in_the_table_alone_is_seen", lock_in_the_table, 1,
		"account dora: its failures or lock", false },
	{ "an_account_enabled_in_the_table_is_seen", enable_in_the_table, 1,
		"account rita: is active, the events say disabled", false },
	{ "a_widened_role_is_seen", widen_role, 1,
		"no event gives it the role radiologist for study *, site *", false },
	{ "a_deleted_role_is_seen", delete_role, 1, "roles: the table has 3, the events tell of 4",
		false },
	{ "a_role_with_another_event_is_seen", blame_another_event_for_a_role, 1,
		"another event gave it the role radiologist", false },
	{ "key_rows_swapped_between_users_are_seen", swap_key_rows, 1, "account dora: not the one",
		false },
	{ "an_old_password_put_back_is_seen", put_back_password, 1,
		"account rita: its password is not the last that was set", false },
	{ "with_its_event_it_is_seen_and_opens_nothing", put_back_password_with_its_event, 1,
		"account rita: its password is not the last that was set", false },
	{ "a_key_from_before_a_reset_is_seen", put_back_key, 1, "account rita: not the one", false },
	{ "a_password_made_younger_is_seen", date_password_forward, 1, "age differs", false },
	{ "a_password_with_another_event_is_seen", make_password_lasting, 1, "age differs", false },
	{ "a_used_password_forgotten_is_seen", forget_used_password, 1,
		"passwords that were used: the table has 2", false },
	{ "a_used_password_exchanged_is_seen", exchange_used_password, 1,
		"account rita: a password that was used differs", false },
	{ "a_setting_in_the_table_alone_is_seen", change_setting, 1,
		"the setting password-days differs", false },
	{ "a_reviewer_grants_no_role", grant_by_a_reviewer, 1, "role granted not by an officer",
		false },
	{ "an_officers_session_grants_no_role", grant_by_an_officers_session, 1,
		"role granted not by an officer", false },
	{ "the_system_unlocks_nobody", unlock_by_the_system, 1, "unlocked not by an officer",
		false },
	{ "the_system_resets_nobody", reset_by_the_system, 1, "reset not by an officer", false },
	{ "training_in_the_table_alone_is_seen", train_in_the_table, 1,
		"training of rita, reviewer: differs from the events", false },
	{ "blinding_by_an_officer_is_good", blind_reviewers, 0, "good: ", false },
	{ "a_blinding_taken_off_in_the_table_is_seen", lift_blinding, 1,
		"blinding: the table has 1 rows, the events tell of 2", false },
	{ "a_blinding_moved_to_another_role_is_seen", blind_in_the_table, 1,
		"blinding of expert, visit: differs", false },
	{ "failures_counted_wrong_are_seen", miscount, 1, "failures are counted wrong", false },
	{ "a_disabled_accounts_key_signs_nothing", sign_after_disabling, 1,
		"its key had been taken back", false },
	/* */
	{ "a_key_from_before_a_reset_signs_nothing", sign_after_reset, 1,
		"its key had been taken back", false },
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
