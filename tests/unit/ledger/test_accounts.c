/* Who may sign: ids, passwords, keys and sessions. */
#include "tests/unit/ledger/ledger_make.h"

static int64_t
events_of(struct made *m, const char *action)
{
	char *sql = mem_format(
		"SELECT count(*) FROM event WHERE body LIKE '%%\"action\":\"%s\"%%'", action);
	int64_t n = raw_number(m->folder, sql);

	free(sql);
	return n;
}

static enum rc
login(struct made *m, const char *user, const char *password, struct err *why)
{
	struct session s;
	enum rc rc = session_open(m->l, user, password, "pts/1", &s, why);

	session_close(m->l, &s);
	return rc;
}

static void
the_right_password_opens_a_session_with_its_roles(void **state)
{
	struct made *m = *state;
	struct session s = made_login(m, "dora", RADIOLOGIST_PASSWORD);

	assert_string_equal(s.name, "Dr. Dora Radiologist");
	assert_true(session_has_role(&s, "radiologist"));
	assert_false(session_has_role(&s, "officer"));
	assert_int_equal(events_of(m, "login"), 1);
	session_close(m->l, &s);
	assert_int_equal(events_of(m, "logout"), 1);
	assert_verified(m->folder);
}

static void
a_wrong_password_is_denied_and_recorded(void **state)
{
	struct made *m = *state;
	struct err why = { 0 };

	assert_int_equal(login(m, "rita", "not the password", &why), RC_DENIED);
	assert_string_equal(why.text, "user or password is wrong");
	assert_int_equal(events_of(m, "login-failed"), 1);
	assert_int_equal(events_of(m, "login"), 0);
	assert_verified(m->folder);
}

/* */
static void
an_unknown_user_hears_the_same_and_is_not_named(void **state)
{
	struct made *m = *state;
	struct err why = { 0 };

	assert_int_equal(login(m, "my secret typed here", "not the password", &why), RC_DENIED);
	assert_string_equal(why.text, "user or password is wrong");
	assert_int_equal(events_of(m, "login-failed"), 1);
	assert_int_equal(
		raw_number(m->folder, "SELECT count(*) FROM event WHERE body LIKE '%secret%'"), 0);
}

/* */
static void
ids_are_short_lower_case_and_start_with_a_letter(void **state)
{
	static const char *const good[] = { "a", "a.b-c_9", "abcdefghijklmnopqrstuvwxyz012345" };
	static const char *const bad[] = { "", "A", "9a", ".a", "a b", "ä", "a/b", "system",
		"abcdefghijklmnopqrstuvwxyz0123456" };

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(good); i++)
		assert_int_equal(account_check(good[i], "N", "twelve letters", NULL), RC_OK);
	for (size_t i = 0; i < MEM_COUNT(bad); i++)
		assert_int_equal(account_check(bad[i], "N", "twelve letters", NULL), RC_INVALID);
}

static void
printed_names_are_there_and_clean(void **state)
{
	static const char *const bad[] = { "", "a\nb", "a\033[2J", "half \xc3", "x\xe2\x80\xae" };

	(void)state;
	assert_int_equal(account_check("a", "Jürgen Müller", "twelve letters", NULL), RC_OK);
	for (size_t i = 0; i < MEM_COUNT(bad); i++)
		assert_int_equal(account_check("a", bad[i], "twelve letters", NULL), RC_INVALID);
}

static void
passwords_have_12_to_256_characters_of_any_script(void **state)
{
	static const struct {
		const char *password;
		enum rc rc;
	} cases[] = {
		{ "12345678901", RC_INVALID },
		{ "123456789012", RC_OK },
		{ "1234567890123456789012345678901234567890123456789012345678901234", RC_OK },
		{ "ääääääääääää", RC_OK },
		{ "ääääääääääx", RC_INVALID },
		{ "正しい馬電池ホッチキス 一二三", RC_OK },
		{ "twelve\tletters", RC_INVALID },
		{ "twelve letters\xff", RC_INVALID },
		{ "", RC_INVALID },
	};
	char longest[KEY_PASSWORD_MOST + 2];

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(cases); i++)
		assert_int_equal(key_password_check(cases[i].password, NULL), cases[i].rc);
	memset(longest, 'p', sizeof(longest));
	longest[KEY_PASSWORD_MOST] = '\0';
	assert_int_equal(key_password_check(longest, NULL), RC_OK);
	longest[KEY_PASSWORD_MOST] = 'p';
	longest[KEY_PASSWORD_MOST + 1] = '\0';
	assert_int_equal(key_password_check(longest, NULL), RC_INVALID);
}

static void
a_password_of_another_script_opens_the_account(void **state)
{
	struct made *m = *state;
	struct account_enrolment a =
		made_person("yuki", "山田 ゆき", "正しい馬電池ホッチキス 一二三", "reviewer");

	assert_ok(made_enrol(m, &a, e));
	assert_ok(login(m, "yuki", "正しい馬電池ホッチキス 一二三", e));
	assert_int_equal(login(m, "yuki", "正しい馬電池ホッチキス 一二四", NULL), RC_DENIED);
	assert_verified(m->folder);
}

static void
ids_are_never_used_twice(void **state)
{
	struct made *m = *state;
	struct account_enrolment a = made_person("rita", "Other", "twelve letters", "reviewer");
	struct err why = { 0 };

	assert_int_equal(made_enrol(m, &a, &why), RC_CONFLICT);
	assert_non_null(strstr(why.text, "never reused"));
	assert_ok(login(m, "rita", REVIEWER_PASSWORD, e));
	assert_verified(m->folder);
}

static void
a_role_that_does_not_exist_enrols_nobody(void **state)
{
	struct made *m = *state;
	struct account_enrolment a = made_person("eve", "Eve", "twelve letters", "superuser");

	assert_int_equal(made_enrol(m, &a, NULL), RC_INVALID);
	assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM account WHERE id = 'eve'"), 0);
	assert_int_equal(events_of(m, "account-enrolled"), 3);
}

/* Dora's whole key row in Rita's place: her password must not open it under Rita's name. */
/* */
static void
a_key_row_copied_to_another_user_opens_nothing(void **state)
{
	struct made *m = *state;
	sqlite3 *db = raw_open(m->folder);
	char text[8192];

	raw_run(db,
		"UPDATE account SET (public_key, sealed, nonce, salt) ="
		" (SELECT public_key, sealed, nonce, salt FROM account WHERE id = 'dora')"
		" WHERE id = 'rita'");
	sqlite3_close(db);
	assert_int_equal(login(m, "rita", RADIOLOGIST_PASSWORD, NULL), RC_DENIED);
	assert_int_equal(login(m, "rita", REVIEWER_PASSWORD, NULL), RC_DENIED);
	assert_ok(login(m, "dora", RADIOLOGIST_PASSWORD, e));
	assert_int_equal(made_verify(m->folder, false, text), 1);
	assert_non_null(strstr(text, "account rita: not the one that was enrolled"));
}

static void
put_key_row(struct made *m, const char *user, const struct sealed_key *k)
{
	char *sql = mem_format("UPDATE account SET public_key = '%s', sealed = '%s', nonce = '%s',"
			       " salt = '%s' WHERE id = '%s'",
		k->public_key, k->sealed, k->nonce, k->salt, user);
	sqlite3 *db = raw_open(m->folder);

	raw_run(db, sql);
	sqlite3_close(db);
	free(sql);
}

static void
a_key_sealed_for_the_id_but_never_enrolled_opens_nothing(void **state)
{
	struct made *m = *state;
	struct sign_key mine = { 0 };
	struct sealed_key sealed;
	struct err why = { 0 };

	assert_ok(key_new(&mine, e));
	assert_ok(key_seal(&mine, "rita", "attacker's own", &sealed, e));
	put_key_row(m, "rita", &sealed);
	assert_int_equal(login(m, "rita", "attacker's own", &why), RC_DENIED);
	assert_non_null(strstr(why.text, "not the one that was enrolled"));
	key_free(&mine);
}

static void
a_disabled_account_opens_nothing(void **state)
{
	struct made *m = *state;
	sqlite3 *db = raw_open(m->folder);

	raw_run(db, "UPDATE account SET state = 'disabled' WHERE id = 'rita'");
	sqlite3_close(db);
	assert_int_equal(login(m, "rita", REVIEWER_PASSWORD, NULL), RC_DENIED);
}

static void
a_row_that_asks_for_endless_work_is_refused(void **state)
{
	struct made *m = *state;
	sqlite3 *db = raw_open(m->folder);

	raw_run(db, "UPDATE account SET ops = 1000000000, mem = 99999999999 WHERE id = 'rita'");
	sqlite3_close(db);
	assert_int_equal(login(m, "rita", REVIEWER_PASSWORD, NULL), RC_CORRUPT);
}

static void
assert_nowhere(const char *folder, const char *name, const char *secret)
{
	size_t n = 0;
	char *bytes = made_read(folder, name, &n);

	if (bytes != NULL)
		assert_null(memmem(bytes, n, secret, strlen(secret)));
	free(bytes);
}

/* */
static void
passwords_are_in_no_file_of_the_archive(void **state)
{
	static const char *const files[] = { "ledger.db", "ledger.db-wal", "system.key",
		"anchors/anchors.log", "anchors/officer.pub" };
	static const char *const secrets[] = { OFFICER_PASSWORD, REVIEWER_PASSWORD,
		RADIOLOGIST_PASSWORD, "wrong but secret" };
	struct made *m = *state;

	assert_ok(login(m, "rita", REVIEWER_PASSWORD, e));
	assert_int_equal(login(m, "rita", "wrong but secret", NULL), RC_DENIED);
	for (size_t f = 0; f < MEM_COUNT(files); f++)
		for (size_t s = 0; s < MEM_COUNT(secrets); s++)
			assert_nowhere(m->folder, files[f], secrets[s]);
}

static void
the_systems_key_is_for_the_owner_only(void **state)
{
	struct made *m = made_new();
	char *path = made_path(m->folder, "system.key");
	struct stat st;

	(void)state;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	free(path);
	made_free(m);
}

static void
collect(void *ctx, const struct account_row *a)
{
	char *all = ctx;

	strcat(strcat(strcat(strcat(all, a->id), "="), a->roles), ";");
}

static void
accounts_are_listed_in_order_with_their_roles(void **state)
{
	struct made *m = *state;
	char all[400] = "";

	assert_ok(account_each(m->l, collect, all, e));
	assert_string_equal(all, "dora=radiologist;olga=officer;rita=reviewer;");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		made_test(the_right_password_opens_a_session_with_its_roles),
		made_test(a_wrong_password_is_denied_and_recorded),
		made_test(an_unknown_user_hears_the_same_and_is_not_named),
		cmocka_unit_test(ids_are_short_lower_case_and_start_with_a_letter),
		cmocka_unit_test(printed_names_are_there_and_clean),
		cmocka_unit_test(passwords_have_12_to_256_characters_of_any_script),
		made_test(a_password_of_another_script_opens_the_account),
		made_test(ids_are_never_used_twice),
		made_test(a_role_that_does_not_exist_enrols_nobody),
		made_test(a_key_row_copied_to_another_user_opens_nothing),
		made_test(a_key_sealed_for_the_id_but_never_enrolled_opens_nothing),
		made_test(a_disabled_account_opens_nothing),
		made_test(a_row_that_asks_for_endless_work_is_refused),
		made_test(passwords_are_in_no_file_of_the_archive),
		cmocka_unit_test(the_systems_key_is_for_the_owner_only),
		made_test(accounts_are_listed_in_order_with_their_roles),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
