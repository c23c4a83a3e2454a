/* Archives of versions 1 to 5, written by the programs of those versions (tests/unit/ledger/version-1 and on), are
 * carried forward. */
#include "core/ledger/entry.h"
#include "core/ledger/form_state.h"
#include "core/ledger/source.h"
#include "tests/unit/ledger/old_make.h"

static int
setup(void **state)
{
	*state = old_archive("tests/unit/ledger/version-1");
	return 0;
}

static int
setup_2(void **state)
{
	*state = old_archive("tests/unit/ledger/version-2");
	return 0;
}

static int
setup_3(void **state)
{
	*state = old_archive("tests/unit/ledger/version-3");
	return 0;
}

static int
setup_4(void **state)
{
	*state = old_archive("tests/unit/ledger/version-4");
	return 0;
}

static int
setup_5(void **state)
{
	*state = old_archive("tests/unit/ledger/version-5");
	return 0;
}

static int
teardown(void **state)
{
	made_free(*state);
	return 0;
}

#define old_test(f)   cmocka_unit_test_setup_teardown(f, setup, teardown)
#define old_test_2(f) cmocka_unit_test_setup_teardown(f, setup_2, teardown)
#define old_test_3(f) cmocka_unit_test_setup_teardown(f, setup_3, teardown)
#define old_test_5(f) cmocka_unit_test_setup_teardown(f, setup_5, teardown)
#define old_test_4(f) cmocka_unit_test_setup_teardown(f, setup_4, teardown)

static void
count_decision(void *ctx, const struct decision *d)
{
	assert_string_equal(d->state, "valid");
	++*(int *)ctx;
}

static void
before_it_the_verifier_finds_it_good(void **state)
{
	struct made *m = *state;

	assert_verified(m->folder);
}

static void
reading_says_that_it_must_be_opened_for_writing_once(void **state)
{
	struct made *m = *state;
	struct ledger *l = NULL;
	struct err why = { 0 };

	assert_int_equal(ledger_open(&l, m->folder, DB_READ, &m->clock, &why), RC_UNSUPPORTED);
	assert_non_null(strstr(why.text, "open it once for writing"));
	assert_null(l);
	assert_int_equal(raw_number(m->folder, "SELECT value FROM meta WHERE name = 'schema'"), 1);
}

static void
opened_for_writing_it_is_carried_forward_with_an_event_and_stays_good(void **state)
{
	struct made *m = *state;
	char body[2000];
	int one = 0, two = 0;

	made_open(m);
	raw_text(m->folder, "SELECT body FROM event ORDER BY seq DESC LIMIT 1", body, sizeof(body));
	assert_non_null(strstr(body, "\"action\":\"schema-changed\""));
	assert_non_null(strstr(body, "\"data\":{\"from\":1,\"to\":6}"));
	assert_non_null(strstr(body, "\"user\":\"system\""));
	assert_ok(decision_each(m->l, 1, count_decision, &one, e));
	assert_ok(decision_each(m->l, 2, count_decision, &two, e));
	assert_int_equal(one, 2);
	assert_int_equal(two, 1);
	assert_int_equal(look_rule_of(m->l, "phi").scale, LOOK_SCALE);
	assert_int_equal(look_rule_of(m->l, "phi").windows, 1);
	assert_false(look_rule_of(m->l, "quality").pixels);
	made_close(m);
	assert_verified(m->folder);
	assert_ok(ledger_open(&m->l, m->folder, DB_READ, &m->clock, e));
}

static void
a_second_opening_changes_nothing(void **state)
{
	struct made *m = *state;
	int64_t events;

	made_open(m);
	made_close(m);
	events = raw_number(m->folder, "SELECT max(seq) FROM event");
	made_open(m);
	assert_int_equal(raw_number(m->folder, "SELECT max(seq) FROM event"), events);
}

static void
the_place_is_kept_and_the_work_goes_on(void **state)
{
	struct made *m = *state;
	struct session rita;
	struct decision_request r = made_verdict(3, "phi", "pass", NULL, REVIEWER_PASSWORD);
	struct decision_receipt receipt;
	struct mark mark = made_mark(0);
	struct seen got;

	made_open(m);
	assert_ok(seen_load(m->l, "rita", 3, &got, e));
	assert_int_equal(got.slice, 1);
	assert_int_equal(got.look_count, 0);
	rita = made_login(m, "rita", REVIEWER_PASSWORD);
	assert_int_equal(decision_sign(m->l, &rita, &r, &receipt, NULL), RC_INVALID);
	made_look_at(m, "rita", 3, 3);
	assert_ok(decision_sign(m->l, &rita, &r, &receipt, e));
	assert_int_equal(receipt.number, 4);
	r = made_verdict(3, "quality", "fail", "ART-NOISE", REVIEWER_PASSWORD);
	r.marks = &mark;
	r.mark_count = 1;
	assert_ok(decision_sign(m->l, &rita, &r, &receipt, e));
	assert_int_equal(db_exec(ledger_db(m->l), "DELETE FROM viewing", NULL), RC_CONFLICT);
	assert_int_equal(db_exec(ledger_db(m->l), "DELETE FROM mark", NULL), RC_CONFLICT);
	session_close(m->l, &rita);
	made_close(m);
	assert_verified(m->folder);
}

static void
tables_of_another_build_are_refused(void **state)
{
	struct made *m = *state;
	sqlite3 *db = raw_open(m->folder);
	struct ledger *l = NULL;

	raw_run(db, "UPDATE meta SET value = '00' WHERE name = 'layout'");
	sqlite3_close(db);
	assert_int_equal(ledger_open(&l, m->folder, DB_WRITE, &m->clock, NULL), RC_UNSUPPORTED);
}

static void
a_clock_that_is_behind_leaves_it_as_it_was(void **state)
{
	struct made *m = *state;
	struct ledger *l = NULL;

	m->now -= 2 * INT64_C(3600000000);
	assert_int_equal(ledger_open(&l, m->folder, DB_WRITE, &m->clock, NULL), RC_DENIED);
	assert_int_equal(raw_number(m->folder, "SELECT value FROM meta WHERE name = 'schema'"), 1);
	assert_int_equal(
		raw_number(m->folder, "SELECT count(*) FROM sqlite_master WHERE name = 'look'"), 0);
	assert_verified(m->folder);
}

static void
afterwards_a_new_guard_taken_off_is_seen(void **state)
{
	struct made *m = *state;
	char text[8192];
	sqlite3 *db;

	made_open(m);
	made_close(m);
	db = raw_open(m->folder);
	raw_run(db, "DROP TRIGGER viewing_no_delete");
	sqlite3_close(db);
	assert_int_equal(made_verify(m->folder, false, text), 1);
	assert_non_null(strstr(text, "the guard viewing_no_delete was taken off its table"));
}

/* ---- version 2 ---- */

static void
version_2_is_carried_forward_and_stays_good(void **state)
{
	struct made *m = *state;
	struct session s;
	char body[2000];

	assert_verified(m->folder);
	made_open(m);
	raw_text(m->folder, "SELECT body FROM event ORDER BY seq DESC LIMIT 1", body, sizeof(body));
	assert_non_null(strstr(body, "\"data\":{\"from\":2,\"to\":6}"));
	assert_verified(m->folder);
	s = made_login(m, "rita", REVIEWER_PASSWORD);
	assert_int_equal(s.before.signatures, 1);
	assert_int_equal(s.before.failures, 0); /* not counted then */
	session_close(m->l, &s);
	made_close(m);
	assert_verified(m->folder);
}

static void
failures_in_it_lock_as_in_any_other(void **state)
{
	struct made *m = *state;
	struct session s;

	made_open(m);
	for (int i = 0; i < 5; i++)
		assert_int_equal(session_open(m->l, "rita", "not the password", "pts/1", &s, NULL),
			RC_DENIED);
	assert_int_equal(
		session_open(m->l, "rita", REVIEWER_PASSWORD, "pts/1", &s, NULL), RC_DENIED);
	made_close(m);
	assert_verified(m->folder);
}

static void
its_passwords_are_as_old_as_their_enrolment(void **state)
{
	struct made *m = *state;
	struct account_passwords p = { .user = "rita",
		.old = REVIEWER_PASSWORD,
		.fresh = "another twelve letters",
		.source = "pts/1" };
	struct session s;

	m->now += INT64_C(366) * 86400 * 1000000;
	made_open(m);
	assert_int_equal(
		session_open(m->l, "rita", REVIEWER_PASSWORD, "pts/1", &s, NULL), RC_DENIED);
	assert_true(s.must_change);
	p.fresh = REVIEWER_PASSWORD;
	assert_int_equal(account_change_password(m->l, &p, NULL), RC_INVALID);
	p.fresh = "another twelve letters";
	assert_ok(account_change_password(m->l, &p, e));
	s = made_login(m, "rita", p.fresh);
	session_close(m->l, &s);
	made_close(m);
	assert_verified(m->folder);
}

/* ---- version 3 ---- */

static void
version_3_is_carried_forward_and_its_decisions_can_be_corrected(void **state)
{
	struct made *m = *state;
	struct decision_request r = made_verdict(2, "quality", "pass", NULL, REVIEWER_PASSWORD);
	struct decision_receipt receipt;
	struct worklist_query q = { .step = "phi", .account = "rita", .limit = 1 };
	struct session rita;
	int64_t total;

	assert_verified(m->folder);
	made_open(m);
	assert_verified(m->folder);
	assert_ok(worklist_total(m->l, &q, &total, e));
	assert_int_equal(total, 2);
	rita = made_login(m, "rita", REVIEWER_PASSWORD);
	assert_int_equal(decision_sign(m->l, &rita, &r, &receipt, NULL), RC_CONFLICT);
	r.corrects = 3;
	r.correction = "overlooked";
	assert_ok(decision_sign(m->l, &rita, &r, &receipt, e));
	assert_string_equal(receipt.state, "in-review");
	session_close(m->l, &rita);
	made_close(m);
	assert_verified(m->folder);
}

/* ---- version 4 ---- */

static void
version_4_is_carried_forward_and_takes_a_source(void **state)
{
	struct made *m = *state;
	struct source_new n = { "pacs", "orthanc+http://127.0.0.1:8042", SOURCE_ENCRYPTED };
	struct office o = { .password = OFFICER_PASSWORD, .reason = "the site's archive" };
	struct session olga;
	struct source got;

	assert_verified(m->folder);
	made_open(m);
	assert_verified(m->folder);
	olga = made_login(m, "olga", OFFICER_PASSWORD);
	o.who = &olga;
	assert_ok(source_add(m->l, &o, &n, e));
	assert_ok(source_by_name(m->l, "pacs", &got, e));
	session_close(m->l, &olga);
	made_close(m);
	assert_verified(m->folder);
}

/* ---- version 5 ---- */

static void
version_5_is_carried_forward_and_takes_entries(void **state)
{
	struct made *m = *state;
	struct entry_value v = { .field = "lesion", .value = "left" };
	struct entry_save r = {
		.at = { "series", "1" }, .form = ENTRY_TAG, .pass = 1, .values = &v, .n = 1
	};
	struct form_to_sign f = { r.at, ENTRY_TAG, 1 };
	struct form_signing sign = { "dora", RADIOLOGIST_PASSWORD, &f, 1 };
	struct form_receipt receipt;
	struct session dora;
	struct err each;

	assert_verified(m->folder);
	made_open(m);
	assert_verified(m->folder);
	dora = made_login(m, "dora", RADIOLOGIST_PASSWORD);
	assert_ok(entry_save(m->l, &dora, &r, 1, NULL, e));
	assert_ok(form_sign(m->l, &dora, &sign, &receipt, &each, e));
	session_close(m->l, &dora);
	made_close(m);
	assert_verified(m->folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		old_test(before_it_the_verifier_finds_it_good),
		old_test(reading_says_that_it_must_be_opened_for_writing_once),
		old_test(opened_for_writing_it_is_carried_forward_with_an_event_and_stays_good),
		old_test(a_second_opening_changes_nothing),
		old_test(the_place_is_kept_and_the_work_goes_on),
		old_test(tables_of_another_build_are_refused),
		old_test(a_clock_that_is_behind_leaves_it_as_it_was),
		old_test(afterwards_a_new_guard_taken_off_is_seen),
		old_test_2(version_2_is_carried_forward_and_stays_good),
		old_test_2(failures_in_it_lock_as_in_any_other),
		old_test_2(its_passwords_are_as_old_as_their_enrolment),
		old_test_3(version_3_is_carried_forward_and_its_decisions_can_be_corrected),
		old_test_4(version_4_is_carried_forward_and_takes_a_source),
		old_test_5(version_5_is_carried_forward_and_takes_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
