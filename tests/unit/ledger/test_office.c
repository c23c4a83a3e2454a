/* What officers do to accounts, and what it changes for their users. */
#include "core/ledger/office.h"
#include "tests/unit/ledger/ledger_make.h"

#define DAY INT64_C(86400000000)

/* Olga's session, a second officer, and Rita's. */
struct bureau {
	struct made *m;
	struct session olga;
	struct office o;
};

static int
bureau_setup(void **state)
{
	struct bureau *b = mem_zero(1, sizeof(*b));

	made_setup(state);
	b->m = *state;
	b->olga = made_login(b->m, "olga", OFFICER_PASSWORD);
	b->o = (struct office){
		.who = &b->olga, .password = OFFICER_PASSWORD, .reason = "left the trial"
	};
	*state = b;
	return 0;
}

static int
bureau_teardown(void **state)
{
	struct bureau *b = *state;

	session_close(b->m->l, &b->olga);
	made_free(b->m);
	free(b);
	return 0;
}

#define bureau_test(f) cmocka_unit_test_setup_teardown(f, bureau_setup, bureau_teardown)

/* Sessions last some hours: days later the officer has another one. */
static void
olga_again(struct bureau *b)
{
	session_close(b->m->l, &b->olga);
	b->olga = made_login(b->m, "olga", OFFICER_PASSWORD);
}

static int64_t
events_of(struct bureau *b, const char *action)
{
	char *sql = mem_format(
		"SELECT count(*) FROM event WHERE body LIKE '%%\"action\":\"%s\"%%'", action);
	int64_t n = raw_number(b->m->folder, sql);

	free(sql);
	return n;
}

static enum rc
login(struct bureau *b, const char *user, const char *password, struct session *s)
{
	return session_open(b->m->l, user, password, "pts/2", s, NULL);
}

static enum rc
login_once(struct bureau *b, const char *user, const char *password)
{
	struct session s;
	enum rc rc = login(b, user, password, &s);

	session_close(b->m->l, &s);
	return rc;
}

static enum rc
decide(struct bureau *b, struct session *s, const char *password, int64_t series, struct err *e)
{
	struct decision_request r = made_verdict(series, "quality", "pass", NULL, password);
	struct decision_receipt receipt;

	return decision_sign(b->m->l, s, &r, &receipt, e);
}

static enum rc
change(struct bureau *b, const char *user, const char *old, const char *fresh, struct err *e)
{
	struct account_passwords p = { .user = user, .old = old, .fresh = fresh, .source = "pts/2" };

	return account_change_password(b->m->l, &p, e);
}

/* ---- disable ---- */

/* */
static void
a_disabled_account_opens_nothing_and_its_open_session_ends(void **state)
{
	struct bureau *b = *state;
	int64_t series = made_series(b->m, 1, 3);
	struct session rita = made_login(b->m, "rita", REVIEWER_PASSWORD);
	struct err why = { 0 };

	assert_ok(session_alive(b->m->l, &rita, e));
	assert_ok(office_disable(b->m->l, &b->o, "rita", e));
	assert_int_equal(session_alive(b->m->l, &rita, &why), RC_DENIED);
	assert_non_null(strstr(why.text, "disabled"));
	assert_int_equal(decide(b, &rita, REVIEWER_PASSWORD, series, NULL), RC_DENIED);
	assert_int_equal(decision_later(b->m->l, &rita, series, "phi", NULL), RC_DENIED);
	session_close(b->m->l, &rita);
	assert_int_equal(login_once(b, "rita", REVIEWER_PASSWORD), RC_DENIED);
	assert_int_equal(events_of(b, "logout"), 0);
	assert_int_equal(events_of(b, "decision"), 0);
	assert_int_equal(office_disable(b->m->l, &b->o, "rita", NULL), RC_CONFLICT);
	assert_verified(b->m->folder);
}

/* */
static void
the_id_of_a_disabled_account_is_not_given_again(void **state)
{
	struct bureau *b = *state;
	struct account_enrolment a =
		made_person("rita", "Rita Second", "twelve letters", "reviewer");

	assert_ok(office_disable(b->m->l, &b->o, "rita", e));
	assert_int_equal(office_enrol(b->m->l, &b->o, &a, NULL), RC_CONFLICT);
	assert_verified(b->m->folder);
}

static void
the_last_officer_cannot_be_disabled(void **state)
{
	struct bureau *b = *state;
	struct account_enrolment a =
		made_person("omar", "Omar Officer", "twelve letters", "officer");

	assert_int_equal(office_disable(b->m->l, &b->o, "olga", NULL), RC_DENIED);
	assert_ok(office_enrol(b->m->l, &b->o, &a, e));
	assert_ok(office_disable(b->m->l, &b->o, "olga", e));
	assert_int_equal(session_alive(b->m->l, &b->olga, NULL), RC_DENIED);
	assert_int_equal(office_disable(b->m->l, &b->o, "rita", NULL), RC_DENIED);
	assert_verified(b->m->folder);
}

/* ---- who may, and how ---- */

static void
nobody_but_an_officer_acts(void **state)
{
	struct bureau *b = *state;
	struct session dora = made_login(b->m, "dora", RADIOLOGIST_PASSWORD);
	struct office o = {
		.who = &dora, .password = RADIOLOGIST_PASSWORD, .reason = "because I can"
	};
	struct account_enrolment a = made_person("eve", "Eve", "twelve letters", "officer");
	struct account_reset r = { .user = "rita", .password = "another twelve letters" };
	struct role_grant g = { .user = "rita", .role = "manager" };
	struct role_grant own = { .user = "rita", .role = "reviewer" };

	assert_int_equal(office_enrol(b->m->l, &o, &a, NULL), RC_DENIED);
	assert_int_equal(office_disable(b->m->l, &o, "rita", NULL), RC_DENIED);
	assert_int_equal(office_unlock(b->m->l, &o, "rita", NULL), RC_DENIED);
	assert_int_equal(office_reset(b->m->l, &o, &r, NULL), RC_DENIED);
	assert_int_equal(office_grant(b->m->l, &o, &g, NULL), RC_DENIED);
	assert_int_equal(office_revoke(b->m->l, &o, &own, NULL), RC_DENIED);
	assert_int_equal(office_set(b->m->l, &o, SETTING_PASSWORD_DAYS, "0", NULL), RC_DENIED);
	assert_int_equal(login_once(b, "rita", REVIEWER_PASSWORD), RC_OK);
	session_close(b->m->l, &dora);
	assert_verified(b->m->folder);
}

static void
an_act_takes_the_officers_password_and_a_reason(void **state)
{
	struct bureau *b = *state;

	b->o.reason = "gone";
	assert_int_equal(office_disable(b->m->l, &b->o, "rita", NULL), RC_INVALID);
	b->o.reason = "    a   ";
	assert_int_equal(office_disable(b->m->l, &b->o, "rita", NULL), RC_INVALID);
	b->o.reason = "left\nthe trial";
	assert_int_equal(office_disable(b->m->l, &b->o, "rita", NULL), RC_INVALID);
	b->o.reason = "left the trial";
	b->o.password = "not the password";
	assert_int_equal(office_disable(b->m->l, &b->o, "rita", NULL), RC_DENIED);
	assert_int_equal(events_of(b, "signature-refused"), 1);
	assert_int_equal(
		raw_number(b->m->folder, "SELECT failures FROM account WHERE id = 'olga'"), 1);
	b->o.password = OFFICER_PASSWORD;
	assert_int_equal(office_disable(b->m->l, &b->o, "nobody", NULL), RC_NOT_FOUND);
	assert_int_equal(events_of(b, "account-disabled"), 0);
	assert_verified(b->m->folder);
}

/* ---- unlock ---- */

static void
an_officer_unlocks_what_ten_failures_locked(void **state)
{
	struct bureau *b = *state;

	assert_int_equal(office_unlock(b->m->l, &b->o, "rita", NULL), RC_CONFLICT);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(login_once(b, "rita", "not the password"), RC_DENIED);
		b->m->now += i == 4 ? DAY : 0;
	}
	b->m->now += DAY;
	assert_int_equal(login_once(b, "rita", REVIEWER_PASSWORD), RC_DENIED);
	olga_again(b);
	assert_ok(office_unlock(b->m->l, &b->o, "rita", e));
	assert_int_equal(login_once(b, "rita", REVIEWER_PASSWORD), RC_OK);
	assert_int_equal(events_of(b, "account-unlocked"), 1);
	assert_verified(b->m->folder);
}

/* ---- reset ---- */

/* */
static void
a_reset_makes_a_new_key_and_old_signatures_stay_good(void **state)
{
	struct bureau *b = *state;
	int64_t one = made_series(b->m, 1, 3), two = made_series(b->m, 2, 3);
	struct session rita = made_login(b->m, "rita", REVIEWER_PASSWORD);
	struct account_reset r = { .user = "rita", .password = "another twelve letters" };
	char before[KEY_PUBLIC_HEX], after[KEY_PUBLIC_HEX];
	static const char key_sql[] = "SELECT public_key FROM account WHERE id = 'rita'";

	assert_ok(decide(b, &rita, REVIEWER_PASSWORD, one, e));
	raw_text(b->m->folder, key_sql, before, sizeof(before));
	b->o.reason = "passport shown again";
	assert_ok(office_reset(b->m->l, &b->o, &r, e));
	raw_text(b->m->folder, key_sql, after, sizeof(after));
	assert_string_not_equal(before, after);
	assert_int_equal(session_alive(b->m->l, &rita, NULL), RC_DENIED);
	assert_int_equal(decide(b, &rita, r.password, two, NULL), RC_DENIED);
	session_close(b->m->l, &rita);
	assert_int_equal(login_once(b, "rita", REVIEWER_PASSWORD), RC_DENIED);
	rita = made_login(b->m, "rita", r.password);
	assert_int_equal(rita.before.signatures, 1);
	assert_ok(decide(b, &rita, r.password, two, e));
	session_close(b->m->l, &rita);
	assert_int_equal(raw_number(b->m->folder,
				 "SELECT max(running) FROM signature WHERE account = 'rita'"),
		2);
	assert_verified(b->m->folder);
}

/* */
static void
a_reset_takes_two_people_and_evidence(void **state)
{
	struct bureau *b = *state;
	struct account_reset r = { .user = "olga", .password = "another twelve letters" };

	assert_int_equal(office_reset(b->m->l, &b->o, &r, NULL), RC_DENIED);
	r.user = "rita";
	b->o.reason = "";
	assert_int_equal(office_reset(b->m->l, &b->o, &r, NULL), RC_INVALID);
	b->o.reason = "passport shown again";
	r.password = "passwordpassword";
	assert_int_equal(office_reset(b->m->l, &b->o, &r, NULL), RC_INVALID);
	r.password = REVIEWER_PASSWORD;
	assert_int_equal(office_reset(b->m->l, &b->o, &r, NULL), RC_INVALID);
	assert_int_equal(events_of(b, "account-reset"), 0);
	assert_int_equal(login_once(b, "rita", REVIEWER_PASSWORD), RC_OK);
}

/* */
static void
a_temporary_password_is_replaced_before_anything_else(void **state)
{
	struct bureau *b = *state;
	struct account_reset r = {
		.user = "rita", .password = "another twelve letters", .temporary = true
	};
	struct session s;

	assert_ok(office_reset(b->m->l, &b->o, &r, e));
	assert_int_equal(login(b, "rita", r.password, &s), RC_DENIED);
	assert_true(s.must_change);
	assert_int_equal(login(b, "rita", "not the password", &s), RC_DENIED);
	assert_false(s.must_change);
	assert_int_equal(change(b, "rita", r.password, r.password, NULL), RC_INVALID);
	assert_ok(change(b, "rita", r.password, "words of her own choice", e));
	assert_int_equal(login_once(b, "rita", "words of her own choice"), RC_OK);
	assert_verified(b->m->folder);
}

static void
a_reset_opens_a_disabled_or_locked_account_again(void **state)
{
	struct bureau *b = *state;
	struct account_reset r = { .user = "rita", .password = "another twelve letters" };

	assert_ok(office_disable(b->m->l, &b->o, "rita", e));
	assert_ok(office_reset(b->m->l, &b->o, &r, e));
	assert_int_equal(login_once(b, "rita", r.password), RC_OK);
	for (int i = 0; i < 5; i++)
		assert_int_equal(login_once(b, "rita", "not the password"), RC_DENIED);
	r.password = "and one more password";
	assert_ok(office_reset(b->m->l, &b->o, &r, e));
	assert_int_equal(login_once(b, "rita", r.password), RC_OK);
	assert_verified(b->m->folder);
}

/* ---- passwords ---- */

static void
a_changed_password_seals_the_same_key(void **state)
{
	struct bureau *b = *state;
	char before[KEY_PUBLIC_HEX], after[KEY_PUBLIC_HEX];
	static const char key_sql[] = "SELECT public_key FROM account WHERE id = 'rita'";

	raw_text(b->m->folder, key_sql, before, sizeof(before));
	assert_ok(change(b, "rita", REVIEWER_PASSWORD, "words of her own choice", e));
	raw_text(b->m->folder, key_sql, after, sizeof(after));
	assert_string_equal(before, after);
	assert_int_equal(login_once(b, "rita", REVIEWER_PASSWORD), RC_DENIED);
	assert_int_equal(login_once(b, "rita", "words of her own choice"), RC_OK);
	assert_int_equal(events_of(b, "password-changed"), 1);
	assert_verified(b->m->folder);
}

static void
a_wrong_old_password_changes_nothing_and_counts(void **state)
{
	struct bureau *b = *state;

	for (int i = 0; i < 5; i++)
		assert_int_equal(
			change(b, "rita", "not the password", "words of her own choice", NULL),
			RC_DENIED);
	assert_int_equal(events_of(b, "account-locked"), 1);
	assert_int_equal(
		change(b, "rita", REVIEWER_PASSWORD, "words of her own choice", NULL), RC_DENIED);
	assert_int_equal(events_of(b, "password-changed"), 0);
	assert_verified(b->m->folder);
}

/* */
static void
none_of_the_last_five_passwords_is_taken(void **state)
{
	static const char *const words[] = { REVIEWER_PASSWORD, "first fresh words",
		"second fresh words", "third fresh words", "fourth fresh words",
		"fifth fresh words" };
	struct bureau *b = *state;

	for (int i = 1; i < 5; i++) {
		assert_ok(change(b, "rita", words[i - 1], words[i], e));
		for (int k = i == 4 ? 0 : i; k <= i; k++)
			assert_int_equal(change(b, "rita", words[i], words[k], NULL), RC_INVALID);
	}
	assert_ok(change(b, "rita", words[4], words[5], e));
	assert_ok(change(b, "rita", words[5], words[0], e));
	assert_verified(b->m->folder);
}

/* */
static void
what_is_kept_of_old_passwords_takes_argon2id_to_test(void **state)
{
	struct bureau *b = *state;
	struct key_stretch as = { .tag = KEY_PROOF_TAG };
	char salt[33], proof[DIGEST_HEX], value[DIGEST_HEX];

	assert_ok(change(b, "rita", REVIEWER_PASSWORD, "words of her own choice", e));
	raw_text(b->m->folder,
		"SELECT salt FROM password_used WHERE account = 'rita' ORDER BY event LIMIT 1",
		salt, sizeof(salt));
	raw_text(b->m->folder,
		"SELECT proof FROM password_used WHERE account = 'rita' ORDER BY event LIMIT 1",
		proof, sizeof(proof));
	as.salt = salt;
	assert_ok(key_stretch(&as, REVIEWER_PASSWORD, value, e));
	assert_string_equal(value, proof);
	assert_ok(key_stretch(&as, "reviewers look thrice", value, e));
	assert_string_not_equal(value, proof);
	as.mem = 8192; /* the cheapest that there is gives another value */
	as.ops = 1;
	assert_ok(key_stretch(&as, REVIEWER_PASSWORD, value, e));
	assert_string_not_equal(value, proof);
}

/* */
static void
a_password_grows_old_as_the_site_sets_it(void **state)
{
	struct bureau *b = *state;
	struct session s;

	b->m->now += 365 * DAY - DAY / 24;
	olga_again(b);
	assert_int_equal(login_once(b, "rita", REVIEWER_PASSWORD), RC_OK);
	b->m->now += DAY / 12;
	assert_int_equal(login(b, "rita", REVIEWER_PASSWORD, &s), RC_DENIED);
	assert_true(s.must_change);
	b->o.reason = "policy of the site";
	assert_int_equal(
		office_set(b->m->l, &b->o, SETTING_PASSWORD_DAYS, "never", NULL), RC_INVALID);
	assert_ok(office_set(b->m->l, &b->o, SETTING_PASSWORD_DAYS, "0", e));
	assert_int_equal(login_once(b, "rita", REVIEWER_PASSWORD), RC_OK);
	assert_ok(office_set(b->m->l, &b->o, SETTING_PASSWORD_DAYS, "30", e));
	assert_ok(change(b, "rita", REVIEWER_PASSWORD, "words of her own choice", e));
	b->m->now += 29 * DAY;
	assert_int_equal(login_once(b, "rita", "words of her own choice"), RC_OK);
	b->m->now += 2 * DAY;
	assert_int_equal(login_once(b, "rita", "words of her own choice"), RC_DENIED);
	assert_int_equal(events_of(b, "setting-changed"), 2);
	assert_verified(b->m->folder);
}

/* ---- roles ---- */

/* */
static void
a_role_for_one_study_and_site_opens_only_these(void **state)
{
	struct bureau *b = *state;
	struct role_grant all = { .user = "rita", .role = "reviewer" };
	struct role_grant part = {
		.user = "rita", .role = "reviewer", .study = "T-1", .site = "04"
	};
	struct worklist_query q = { .step = "phi", .filter = "", .limit = 10, .account = "rita" };
	struct worklist_row rows[10];
	struct worklist_step steps[WORKLIST_STEPS];
	struct session rita;
	sqlite3 *db;
	size_t count;
	int64_t n;

	for (int i = 1; i <= 4; i++)
		made_series(b->m, i, 2);
	db = raw_open(b->m->folder);
	raw_run(db,
		"UPDATE exam SET trial = 'T-1', site = '04' WHERE id IN (1, 2);"
		"UPDATE exam SET trial = 'T-1', site = '05' WHERE id = 3;"
		"UPDATE exam SET trial = 'T-2', site = '04' WHERE id = 4");
	sqlite3_close(db);
	assert_ok(office_grant(b->m->l, &b->o, &part, e));
	assert_ok(office_revoke(b->m->l, &b->o, &all, e));
	rita = made_login(b->m, "rita", REVIEWER_PASSWORD);
	assert_ok(decide(b, &rita, REVIEWER_PASSWORD, 1, e));
	assert_int_equal(decide(b, &rita, REVIEWER_PASSWORD, 3, NULL), RC_DENIED);
	assert_int_equal(decide(b, &rita, REVIEWER_PASSWORD, 4, NULL), RC_DENIED);
	assert_int_equal(decision_later(b->m->l, &rita, 3, "phi", NULL), RC_DENIED);
	assert_ok(worklist_page(b->m->l, &q, rows, &n, e));
	assert_int_equal(n, 2);
	assert_ok(worklist_total(b->m->l, &q, &n, e));
	assert_int_equal(n, 2);
	q.filter = "subj-002";
	assert_ok(worklist_total(b->m->l, &q, &n, e));
	assert_int_equal(n, 1);
	assert_ok(worklist_steps(b->m->l, &rita, steps, &count, e));
	assert_int_equal(count, 3); /* and what she signed */
	assert_int_equal(steps[0].open, 2);
	assert_int_equal(steps[1].open, 1);
	session_close(b->m->l, &rita);
}

/* Role by step by study by site, each against the table: what no row allows is denied. */
/* */
static void
every_combination_is_as_the_table_says(void **state)
{
	static const char *const studies[] = { "T-1", "T-2", NULL },
				 *const sites[] = { "04", "05", NULL };
	struct bureau *b = *state;
	char role[RIGHTS_ROLE];

	for (int i = 1; i <= 4; i++)
		made_series(b->m, i, 1);
	for (int r = 0; account_role_names[r] != NULL; r++)
		for (int k = 0; k < 9; k++) {
			bool reviews = strcmp(account_role_names[r], "reviewer") == 0 ||
				strcmp(account_role_names[r], "radiologist") == 0;
			const char *study = studies[k / 3], *site = sites[k % 3];
			char *sql = mem_format(
				"DELETE FROM account_role WHERE account = 'rita';"
				"INSERT INTO account_role VALUES ('rita', '%s', '%s', '%s', 3);"
				"UPDATE exam SET trial = CASE WHEN id < 3 THEN 'T-1' ELSE 'T-2'"
				" END, site = CASE id %% 2 WHEN 1 THEN '04' ELSE '05' END",
				account_role_names[r], study != NULL ? study : "*",
				site != NULL ? site : "*");
			sqlite3 *db = raw_open(b->m->folder);

			raw_run(db, sql);
			sqlite3_close(db);
			free(sql);
			for (int series = 1; series <= 4; series++) {
				bool fits =
					(study == NULL ||
						strcmp(study, series < 3 ? "T-1" : "T-2") == 0) &&
					(site == NULL ||
						strcmp(site, series % 2 ? "04" : "05") == 0);

				assert_int_equal(
					rights_step(b->m->l, "rita", "phi", series, role, NULL),
					reviews && fits ? RC_OK : RC_DENIED);
				assert_int_equal(
					rights_step(b->m->l, "nobody", "phi", series, role, NULL),
					RC_DENIED);
				assert_int_equal(
					rights_step(b->m->l, "rita", "nosuch", series, role, NULL),
					RC_DENIED);
			}
		}
}

/* A session keeps the names of its roles; what it may do is asked anew. */
/* */
static void
a_revoked_role_is_gone_for_an_open_session(void **state)
{
	struct bureau *b = *state;
	int64_t series = made_series(b->m, 1, 3);
	struct session rita = made_login(b->m, "rita", REVIEWER_PASSWORD);
	struct role_grant g = { .user = "rita", .role = "reviewer" };

	assert_ok(office_revoke(b->m->l, &b->o, &g, e));
	assert_int_equal(decide(b, &rita, REVIEWER_PASSWORD, series, NULL), RC_DENIED);
	assert_int_equal(office_revoke(b->m->l, &b->o, &g, NULL), RC_NOT_FOUND);
	assert_ok(office_grant(b->m->l, &b->o, &g, e));
	assert_int_equal(office_grant(b->m->l, &b->o, &g, NULL), RC_CONFLICT);
	assert_ok(decide(b, &rita, REVIEWER_PASSWORD, series, e));
	session_close(b->m->l, &rita);
	assert_verified(b->m->folder);
}

/* */
static void
officers_and_admins_do_not_review_and_the_other_way_round(void **state)
{
	static const char *const reviewing[] = { "reviewer", "radiologist", "expert" };
	static const char *const ruling[] = { "officer", "admin" };
	struct bureau *b = *state;
	struct account_enrolment a = made_person("anna", "Anna Admin", "twelve letters", "admin");
	struct role_grant g = { .user = "anna" };

	assert_ok(office_enrol(b->m->l, &b->o, &a, e));
	for (size_t i = 0; i < 3; i++) {
		g = (struct role_grant){ .user = "anna", .role = reviewing[i] };
		assert_int_equal(office_grant(b->m->l, &b->o, &g, NULL), RC_DENIED);
		g.study = "T-1";
		assert_int_equal(office_grant(b->m->l, &b->o, &g, NULL), RC_DENIED);
	}
	for (size_t i = 0; i < 2; i++) {
		g = (struct role_grant){ .user = "rita", .role = ruling[i] };
		assert_int_equal(office_grant(b->m->l, &b->o, &g, NULL), RC_DENIED);
		g = (struct role_grant){ .user = "anna", .role = ruling[i], .site = "04" };
		assert_int_equal(office_grant(b->m->l, &b->o, &g, NULL), RC_INVALID);
	}
	a = made_person("both", "Both", "twelve letters", "officer");
	a.roles[1] = "reviewer";
	assert_int_equal(office_enrol(b->m->l, &b->o, &a, NULL), RC_DENIED);
	g = (struct role_grant){ .user = "rita", .role = "manager" };
	assert_ok(office_grant(b->m->l, &b->o, &g, e));
	g = (struct role_grant){ .user = "olga", .role = "manager" };
	assert_int_equal(office_grant(b->m->l, &b->o, &g, NULL), RC_DENIED);
	assert_verified(b->m->folder);
}

/* Two processes: the workstation's own handle, and an officer's command. */
/* */
static void
another_process_sees_it_at_its_next_look(void **state)
{
	struct bureau *b = *state;
	struct session rita = made_login(b->m, "rita", REVIEWER_PASSWORD);
	struct ledger *other;

	assert_ok(ledger_open(&other, b->m->folder, DB_WRITE, &b->m->clock, e));
	assert_ok(session_alive(other, &rita, e));
	assert_ok(office_disable(b->m->l, &b->o, "rita", e));
	assert_int_equal(session_alive(other, &rita, NULL), RC_DENIED);
	session_close(other, &rita);
	ledger_close(other);
	assert_verified(b->m->folder);
}

/* ---- training ---- */

/* */
static void
a_role_without_training_does_nothing_where_the_site_asks_for_it(void **state)
{
	struct bureau *b = *state;
	char role[RIGHTS_ROLE];

	b->o.reason = "course of the sponsor";
	assert_ok(rights_step(b->m->l, "rita", "phi", 0, role, e));
	assert_ok(office_set(b->m->l, &b->o, SETTING_TRAINING, "1", e));
	assert_int_equal(rights_step(b->m->l, "rita", "phi", 0, role, NULL), RC_DENIED);
	assert_false(rights_everywhere(b->m->l, "rita", "phi"));
	assert_ok(office_train(b->m->l, &b->o, "rita", "radiologist", e)); /* another one */
	assert_int_equal(rights_step(b->m->l, "rita", "phi", 0, role, NULL), RC_DENIED);
	assert_ok(office_train(b->m->l, &b->o, "rita", "reviewer", e));
	assert_ok(rights_step(b->m->l, "rita", "phi", 0, role, e));
	assert_true(rights_everywhere(b->m->l, "rita", "phi"));
	assert_ok(office_train(b->m->l, &b->o, "rita", "reviewer", e)); /* again */
	assert_int_equal(events_of(b, "trained"), 3);
	assert_verified(b->m->folder);
}

/* */
static void
training_is_recorded_by_an_officer_for_others_and_with_evidence(void **state)
{
	struct bureau *b = *state;

	assert_int_equal(office_train(b->m->l, &b->o, "olga", "officer", NULL), RC_DENIED);
	assert_int_equal(office_train(b->m->l, &b->o, "rita", "juggler", NULL), RC_INVALID);
	assert_int_equal(office_train(b->m->l, &b->o, "nobody", "reviewer", NULL), RC_NOT_FOUND);
	b->o.reason = "ok";
	assert_int_equal(office_train(b->m->l, &b->o, "rita", "reviewer", NULL), RC_INVALID);
	assert_int_equal(events_of(b, "trained"), 0);
}

static void
take_rita(void *ctx, const struct account_grant *g)
{
	if (strcmp(g->id, "rita") == 0)
		*(struct account_grant *)ctx = *g;
}

/* */
static void
the_review_tells_each_role_with_who_gave_it_and_when(void **state)
{
	struct bureau *b = *state;
	struct account_grant g = { 0 };

	assert_int_equal(login_once(b, "rita", REVIEWER_PASSWORD), RC_OK);
	assert_ok(office_train(b->m->l, &b->o, "rita", "reviewer", e));
	assert_ok(account_review(b->m->l, take_rita, &g, e));
	assert_string_equal(g.name, "Rita Reviewer");
	assert_string_equal(g.role, "reviewer");
	assert_string_equal(g.study, "*");
	assert_string_equal(g.by, "olga");
	assert_memory_equal(g.granted, "2026-09-21T", 11);
	assert_true(g.trained > g.last_login && g.last_login > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		bureau_test(a_disabled_account_opens_nothing_and_its_open_session_ends),
		bureau_test(the_id_of_a_disabled_account_is_not_given_again),
		bureau_test(the_last_officer_cannot_be_disabled),
		bureau_test(nobody_but_an_officer_acts),
		bureau_test(an_act_takes_the_officers_password_and_a_reason),
		bureau_test(an_officer_unlocks_what_ten_failures_locked),
		bureau_test(a_role_without_training_does_nothing_where_the_site_asks_for_it),
		bureau_test(training_is_recorded_by_an_officer_for_others_and_with_evidence),
		bureau_test(the_review_tells_each_role_with_who_gave_it_and_when),
		bureau_test(a_reset_makes_a_new_key_and_old_signatures_stay_good),
		bureau_test(a_reset_takes_two_people_and_evidence),
		bureau_test(a_temporary_password_is_replaced_before_anything_else),
		bureau_test(a_reset_opens_a_disabled_or_locked_account_again),
		bureau_test(a_changed_password_seals_the_same_key),
		bureau_test(a_wrong_old_password_changes_nothing_and_counts),
		bureau_test(none_of_the_last_five_passwords_is_taken),
		bureau_test(what_is_kept_of_old_passwords_takes_argon2id_to_test),
		bureau_test(a_password_grows_old_as_the_site_sets_it),
		bureau_test(a_role_for_one_study_and_site_opens_only_these),
		bureau_test(every_combination_is_as_the_table_says),
		bureau_test(a_revoked_role_is_gone_for_an_open_session),
		bureau_test(officers_and_admins_do_not_review_and_the_other_way_round),
		bureau_test(another_process_sees_it_at_its_next_look),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
