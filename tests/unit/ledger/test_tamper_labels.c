/* Tampering with labels that people gave. */
#include "core/ledger/label.h"
#include "tests/unit/ledger/tamper_make.h"

static void
say(const char *folder, int64_t series, const char *text)
{
	struct label_request r = { .series = series, .text = text, .reason = "read on the film" };
	struct session s;
	struct made m;

	enter(folder, &m);
	s = made_login(&m, "dora", RADIOLOGIST_PASSWORD);
	assert_ok(label_set(m.l, &s, &r, e));
	session_close(m.l, &s);
	made_close(&m);
}

static void
said_and_left(struct attack *a)
{
	say(a->folder, 1, "AX T1");
	say(a->folder, 2, "AX T2");
	say(a->folder, 2, "AX T1 POST");
	say(a->folder, 1, NULL);
}

static void
told_by_other_rules(struct attack *a)
{
	raw_run(a->db, "UPDATE series_label SET label = 'AX T2', rules = 'other', confidence = 3");
}

static void
change_the_label(struct attack *a)
{
	say(a->folder, 1, "AX T1");
	raw_run(a->db, "UPDATE series_label SET label = 'AX T2' WHERE series = 1");
}

static void
change_the_person(struct attack *a)
{
	say(a->folder, 1, "AX T1");
	raw_run(a->db, "UPDATE series_label SET account = 'rita' WHERE series = 1");
}

static void
change_the_reason(struct attack *a)
{
	say(a->folder, 1, "AX T1");
	raw_run(a->db, "UPDATE series_label SET reason = 'because' WHERE series = 1");
}

static void
make_it_the_rules(struct attack *a)
{
	say(a->folder, 1, "AX T1");
	raw_run(a->db,
		"UPDATE series_label SET event = 0, account = '', reason = '', rule = 'base.71'");
}

static void
take_the_row_out(struct attack *a)
{
	say(a->folder, 1, "AX T1");
	raw_run(a->db, "DELETE FROM series_label WHERE series = 1");
}

static void
say_it_for_somebody(struct attack *a)
{
	raw_run(a->db,
		"UPDATE series_label SET event = 3, account = 'dora', rule = 'person' WHERE series "
		"= 1");
}

static void
keep_what_was_taken_back(struct attack *a)
{
	say(a->folder, 1, "AX T1");
	say(a->folder, 1, NULL);
	raw_run(a->db,
		"UPDATE series_label SET event = 3, account = 'dora', rule = 'person' WHERE series "
		"= 1");
}

/* A key of a live session signs as a role that its user does not have. */
static void
say_as_who_may_not(struct attack *a)
{
	struct forger f = { .sign = true };
	char change[700];
	struct session s;
	struct made m;

	enter(a->folder, &m);
	s = made_login(&m, "rita", REVIEWER_PASSWORD);
	memcpy(f.secret, s.key.secret, sizeof(f.secret));
	strcpy(f.kid, s.key.kid);
	snprintf(change, sizeof(change),
		"json_set(body, '$.seq', seq + 1, '$.user', 'rita', '$.session', '%s', '$.role',"
		" 'expert', '$.action', 'label-set', '$.kind', 'series', '$.object', '2', "
		"'$.data', "
		"json('{\"before\":\"AX CT\",\"label\":\"AX T1\",\"reason\":\"so "
		"so\",\"rule\":\"x\"}'))",
		s.id);
	made_close(&m);
	forge_event(a, &f, change);
	key_free(&s.key);
}

static const struct tamper cases[] = {
	{ "labels_that_were_given_and_taken_back_are_good", said_and_left, 0, "good: ", false },
	{ "what_rules_say_is_not_compared", told_by_other_rules, 0, "good: ", false },
	{ "a_changed_label_is_seen", change_the_label, 1,
		"series 1: its label differs from its event", false },
	{ "a_label_of_another_person_is_seen", change_the_person, 1,
		"series 1: its label differs from its event", false },
	{ "a_changed_reason_is_seen", change_the_reason, 1,
		"series 1: its label differs from its event", false },
	{ "a_label_that_a_person_gave_shown_as_the_rules_is_seen", make_it_the_rules, 1,
		"series 1: its label differs from its event", false },
	{ "a_label_taken_out_is_seen", take_the_row_out, 1,
		"labels: the table has 0 of people, the events tell of 1", false },
	{ "a_label_in_somebodys_name_is_seen", say_it_for_somebody, 1,
		"series 1: its label differs from its event", false },
	{ "a_label_that_was_taken_back_is_seen", keep_what_was_taken_back, 1,
		"series 1: its label differs from its event", false },
	{ "a_label_by_who_may_not_is_seen", say_as_who_may_not, 1,
		"a label by somebody who may not give one", false },
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
