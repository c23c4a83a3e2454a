/* Study files in the record: applied by officers, kept as they were, and what the verifier says of changes. */
#include "core/study/version.h"
#include "tests/unit/ledger/tamper_make.h"
#include "tests/unit/study/study_make.h"

static enum rc
apply_as(struct made *m, const char *user, const char *password, const char *text,
	struct study_version *v, bool *same, struct err *e)
{
	struct session who = made_login(m, user, password);
	struct office o = { .who = &who, .password = password, .reason = "protocol of the trial" };
	struct study_apply file = { text, strlen(text) };
	struct mistakes mistakes;
	enum rc rc = study_apply(m->l, &o, &file, v, same, &mistakes, e);

	mistakes_free(&mistakes);
	session_close(m->l, &who);
	return rc;
}

static enum rc
apply(struct made *m, const char *text, struct study_version *v)
{
	bool same;

	return apply_as(m, "olga", OFFICER_PASSWORD, text, v, &same, NULL);
}

/* The small study as `version`, with another line where `line` is not 0. */
static char *
version_with(const char *study, int version, unsigned line, const char *more)
{
	char *head = mem_format(
		     "\"wetread_study\": 1, \"id\": \"%s\", \"version\": %d, \"title\": \"t\",",
		     study, version),
	     *text = small_with(2, head), *small = small_with(line, more), *both;

	free(head);
	if (line == 0) {
		free(small);
		return text;
	}
	/* the first two lines of one, the rest of the other */
	both = mem_format("%.*s%s", (int)(strchr(text + 2, '\n') + 1 - text), text,
		strchr(small + 2, '\n') + 1);
	free(small);
	free(text);
	return both;
}

static int64_t
applied(struct made *m)
{
	return db_number(ledger_db(m->l), "SELECT count(*) FROM study_version", -1);
}

/* loaded, changed, loaded again as a new version; the old one is as it was */
static void
test_versions(void **state)
{
	struct made *m = made_new();
	char *one = version_with("S1", 1, 0, NULL),
	     *two = version_with(
		     "S1", 2, 10, "{\"id\": \"w\", \"label\": \"other\", \"type\": \"integer\"},"),
	     *body = NULL;
	struct study_version v, first;
	struct study *s;

	(void)state;
	assert_int_equal(apply(m, one, &first), RC_OK);
	assert_int_equal(apply(m, two, &v), RC_OK);
	assert_int_equal(v.version, 2);
	assert_int_not_equal(v.id, first.id);
	assert_ok(study_version_read(m->l, "S1", 1, &v, &body, e));
	assert_string_equal(body, one);
	assert_int_equal(v.id, first.id);
	assert_int_equal(v.event, first.event);
	assert_string_equal(v.digest, first.digest);
	s = read_good(body);
	assert_int_equal(study_find_field(s, "f", "w")->field->type, STUDY_FLOAT);
	study_free(s);
	free(body);
	assert_ok(study_version_read(m->l, NULL, 0, &v, &body, e));
	assert_string_equal(body, two);
	free(body);
	made_close(m);
	assert_verified(m->folder);
	made_free(m);
	free(one);
	free(two);
}

/* What is not applied leaves nothing behind. */
static void
test_refused(void **state)
{
	struct made *m = made_new();
	char *one = version_with("S1", 3, 0, NULL), *old = version_with("S1", 2, 0, NULL),
	     *same_number = version_with("S1", 3, 3, "\"sites\": [],"),
	     *wrong = version_with("S1", 4, 3, "\"sites\": 1,");
	struct study_version v, again;
	bool same = false;

	(void)state;
	assert_int_equal(apply(m, one, &v), RC_OK);
	assert_int_equal(apply_as(m, "olga", OFFICER_PASSWORD, one, &again, &same, NULL), RC_OK);
	assert_true(same);
	assert_int_equal(again.id, v.id);
	assert_int_equal(apply(m, old, &v), RC_CONFLICT);
	assert_int_equal(apply(m, same_number, &v), RC_CONFLICT);
	assert_int_equal(apply(m, wrong, &v), RC_INVALID);
	free(same_number);
	same_number = version_with("S1", 4, 0, NULL);
	assert_int_equal(
		apply_as(m, "rita", REVIEWER_PASSWORD, same_number, &v, &same, NULL), RC_DENIED);
	assert_int_equal(applied(m), 1);
	assert_int_equal(study_version_read(m->l, "S1", 2, &v, NULL, NULL), RC_NOT_FOUND);
	made_close(m);
	assert_verified(m->folder);
	made_free(m);
	free(one);
	free(old);
	free(same_number);
	free(wrong);
}

/* a code of the site's list keeps its meaning for ever, in every study */
static void
test_meanings(void **state)
{
	static const char
		other[] = "\"reasons\": [{\"code\": \"X-1\", \"meaning\": \"another\", \"group\": "
			  "\"motion\", \"action\": \"query\"}],",
		worse[] = "\"reasons\": [{\"code\": \"X-1\", \"meaning\": \"m\", \"group\": "
			  "\"motion\", \"action\": \"reject\"}],",
		more[] = "\"reasons\": [{\"code\": \"X-1\", \"meaning\": \"m\", \"group\": "
			 "\"motion\", \"action\": \"query\"}, {\"code\": \"X-2\", \"meaning\": "
			 "\"n\", \"group\": \"motion\", \"action\": \"flag\"}],";
	static const struct {
		const char *study;
		int version;
		unsigned line;
		const char *text;
		enum rc rc;
	} rows[] = {
		{ "S1", 1, 0, NULL, RC_OK },
		{ "S1", 2, 15, other, RC_INVALID },
		{ "S1", 2, 15, worse, RC_INVALID },
		{ "S2", 1, 15, other, RC_INVALID },
		{ "S1", 2, 15, "", RC_OK },
		{ "S1", 3, 15, other,
			RC_INVALID }, /* gone from the last version, but not from the record */
		{ "S1", 3, 15, more, RC_OK },
	};
	struct made *m = made_new();
	struct study_version v;

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(rows); i++) {
		char *text =
			version_with(rows[i].study, rows[i].version, rows[i].line, rows[i].text);

		if (apply(m, text, &v) != rows[i].rc)
			fail_msg("row %zu", i);
		free(text);
	}
	assert_int_equal(applied(m), 3);
	made_close(m);
	made_free(m);
}

static void
test_several(void **state)
{
	struct made *m = made_new();
	char *one = version_with("S1", 1, 0, NULL), *two = version_with("S2", 7, 0, NULL);
	struct study_version v;

	(void)state;
	assert_int_equal(study_version_read(m->l, NULL, 0, &v, NULL, NULL), RC_NOT_FOUND);
	assert_int_equal(apply(m, one, &v), RC_OK);
	assert_int_equal(apply(m, two, &v), RC_OK);
	assert_int_equal(study_version_read(m->l, NULL, 0, &v, NULL, NULL), RC_INVALID);
	assert_ok(study_version_read(m->l, "S2", 0, &v, NULL, e));
	assert_int_equal(v.version, 7);
	made_close(m);
	assert_verified(m->folder);
	made_free(m);
	free(one);
	free(two);
}

/* ---- tampering ---- */

static int
setup(void **state)
{
	char *one = version_with("S1", 1, 0, NULL), *two = version_with("S1", 2, 0, NULL);
	struct study_version v;

	scene_setup(state);
	made_open(scene.m);
	assert_int_equal(apply(scene.m, one, &v), RC_OK);
	assert_int_equal(apply(scene.m, two, &v), RC_OK);
	made_close(scene.m);
	free(one);
	free(two);
	return 0;
}

static void
nothing(struct attack *a)
{
	(void)a;
}

static void
change_body(struct attack *a)
{
	run(a, "UPDATE study_version SET body = replace(body, 'float', 'integer') WHERE version = 1");
}

static void
change_body_by_a_blank(struct attack *a)
{
	run(a, "UPDATE study_version SET body = body || ' ' WHERE version = 2");
}

static void
change_digest(struct attack *a)
{
	run(a, "UPDATE study_version SET digest = replace(digest, 'a', 'b') WHERE version = 1");
}

static void
change_version(struct attack *a)
{
	run(a, "UPDATE study_version SET version = 3 WHERE version = 2");
}

static void
change_time(struct attack *a)
{
	run(a, "UPDATE study_version SET at = at + 1 WHERE version = 2");
}

static void
remove_last(struct attack *a)
{
	run(a, "DELETE FROM study_version WHERE version = 2");
}

static void
remove_first(struct attack *a)
{
	run(a, "DELETE FROM study_version WHERE version = 1");
}

static void
add_row(struct attack *a)
{
	run(a,
		"INSERT INTO study_version SELECT 3, study, 3, digest, body, at, event FROM "
		"study_version"
		" WHERE version = 2");
}

static void
exchange_bodies(struct attack *a)
{
	run(a,
		"UPDATE study_version SET body = (SELECT o.body FROM study_version o WHERE o.id = "
		"3 -"
		" study_version.id) WHERE id = 1");
}

static void
no_guard(struct attack *a)
{
	raw_run(a->db, "DROP TRIGGER study_version_no_update");
}

/* The system's key lies beside the tables: it applies no study. */
static void
forge(struct attack *a)
{
	struct forger f = system_of(a->folder);

	forge_event(a, &f,
		"json_set(body, '$.seq', seq + 1, '$.user', 'system', '$.session', '', '$.kind', "
		"'study',"
		" '$.object', 'S1', '$.action', 'study-applied', '$.data', "
		"json('{\"digest\":\"aa\","
		"\"reason\":\"because\",\"study\":\"S1\",\"version\":3}'))");
}

static const struct tamper cases[] = {
	{ "two_versions_are_good", nothing, 0, "good", false },
	{ "a_changed_study_file_is_seen", change_body, 1,
		"version 1 of a study is not the file that was applied", false },
	{ "a_blank_more_is_seen", change_body_by_a_blank, 1, "version 2 of a study is not the file",
		false },
	{ "a_changed_digest_is_seen", change_digest, 1,
		"a version of a study differs from its event", false },
	{ "a_changed_version_is_seen", change_version, 1,
		"a version of a study differs from its event", false },
	{ "a_changed_time_is_seen", change_time, 1, "a version of a study differs from its event",
		false },
	{ "a_removed_version_is_seen", remove_last, 1,
		"studies: the table has 1 versions, the events tell of 2", false },
	{ "a_removed_first_version_is_seen", remove_first, 1, "a version of a study differs",
		false },
	{ "an_added_version_is_seen", add_row, 1,
		"studies: the table has 3 versions, the events tell of 2", false },
	{ "exchanged_files_are_seen", exchange_bodies, 1, "version 1 of a study is not the file",
		false },
	{ "a_missing_guard_is_seen", no_guard, 1, "study_version_no_update", false },
	{ "a_study_applied_by_the_system_is_seen", forge, 1, "study applied not by an officer",
		false },
};

int
main(void)
{
	const struct CMUnitTest plain[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_meanings),
		cmocka_unit_test(test_several),
	};
	struct CMUnitTest tests[MEM_COUNT(cases)];
	int failed = cmocka_run_group_tests_name("versions", plain, NULL, NULL);

	for (size_t i = 0; i < MEM_COUNT(cases); i++)
		tests[i] = (struct CMUnitTest){ .name = cases[i].name,
			.test_func = tampered,
			.initial_state = (void *)&cases[i] };
	return failed + cmocka_run_group_tests_name("tampering", tests, setup, scene_teardown);
}
