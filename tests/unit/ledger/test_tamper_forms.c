/* Tampering with what was entered, signed, locked and asked. */
#include "core/ledger/entry.h"
#include "core/ledger/form_state.h"
#include "core/ledger/placing.h"
#include "core/ledger/query.h"
#include "tests/unit/ledger/tamper_make.h"

/* By the radiologist of the scene, who is there already: a tag and a finding at series 1, a signature of the tags. */
static void
work(const char *folder)
{
	struct entry_value v[] = { { .field = "lesion", .value = "left" },
		{ .field = "diameter:float", .value = "12.5" } };
	struct entry_save r = {
		.at = { "series", "1" }, .form = ENTRY_TAG, .pass = 1, .values = v, .n = 2
	};
	struct form_to_sign f = { r.at, ENTRY_TAG, 1 };
	struct form_signing sign = { "dora", RADIOLOGIST_PASSWORD, &f, 1 };
	struct query_new q = { .at = r.at, .text = "which side?", .type = QUERY_QUERY };
	struct query_step close = { .state = QUERY_CLOSED, .text = "left" };
	struct placing p = { .exam = 1,
		.trial = "T-1",
		.site = "01",
		.subject = "S-1",
		.visit = "V1",
		.rule = "test" };
	struct form_receipt receipt;
	struct session s;
	struct made m;
	struct err each;

	enter(folder, &m);
	s = made_login(&m, "dora", RADIOLOGIST_PASSWORD);
	assert_ok(entry_save(m.l, &s, &r, 1, NULL, e));
	assert_ok(form_sign(m.l, &s, &sign, &receipt, &each, e));
	assert_ok(query_open(m.l, &s, &q, &close.id, e));
	assert_ok(query_step(m.l, &s, &close, e));
	assert_ok(placing_set(m.l, NULL, &p, 1, NULL, e));
	session_close(m.l, &s);
	made_close(&m);
}

static void
only_work(struct attack *a)
{
	work(a->folder);
}

#define AFTER_WORK(name, sql) \
	static void name(struct attack *a) \
	{ \
		char *guards[GUARDS]; \
		work(a->folder); \
		guards_off(a->db, guards); \
		raw_run(a->db, sql); \
		guards_on(a->db, guards); \
	}

AFTER_WORK(change_a_value, "UPDATE entry SET value = 'right' WHERE field = 'lesion'")
AFTER_WORK(change_who, "UPDATE entry SET account = 'rita' WHERE field = 'lesion'")
AFTER_WORK(move_it, "UPDATE entry SET object = '2'")
AFTER_WORK(take_one_out, "DELETE FROM entry WHERE field = 'lesion'")
AFTER_WORK(put_one_in,
	"INSERT INTO entry SELECT 77, 1, kind, object, form, pass, 'side', 'right', '', '', '', "
	"version,"
	" account, at FROM entry LIMIT 1")
AFTER_WORK(change_the_signer, "UPDATE form_step SET name = 'Rita Reviewer'")
AFTER_WORK(take_the_signature_out, "DELETE FROM form_step")
AFTER_WORK(reopen_the_query, "DELETE FROM query_line WHERE state = 'closed'")
AFTER_WORK(change_the_answer, "UPDATE query_line SET body = 'right' WHERE state = 'closed'")
AFTER_WORK(change_the_question, "UPDATE query SET object = '2'")
AFTER_WORK(place_it_elsewhere, "UPDATE exam SET subject = 'S-2' WHERE id = 1")
AFTER_WORK(place_it_in_another_study, "UPDATE exam SET trial = 'T-2' WHERE id = 1")

static const struct tamper cases[] = {
	{ "what_was_entered_signed_and_asked_is_good", only_work, 0, "good: ", false },
	{ "a_changed_value_is_seen", change_a_value, 1, "what was entered differs from its event",
		false },
	{ "a_value_of_somebody_else_is_seen", change_who, 1,
		"what was entered differs from its event", false },
	{ "a_value_at_another_series_is_seen", move_it, 1,
		"what was entered differs from its event", false },
	{ "a_value_taken_out_is_seen", take_one_out, 1, "what was entered differs from its event",
		false },
	{ "a_value_that_no_event_tells_of_is_seen", put_one_in, 1,
		"entries: the table has 3, the events tell of 2", false },
	{ "another_signer_is_seen", change_the_signer, 1, "the table differs from what was signed",
		false },
	{ "a_signature_taken_out_is_seen", take_the_signature_out, 1,
		"steps of forms: the table has 0, the events tell of 1", false },
	{ "a_closing_taken_out_is_seen", reopen_the_query, 1, "a line differs from event", false },
	{ "a_changed_answer_is_seen", change_the_answer, 1, "a line differs from event", false },
	{ "a_question_about_something_else_is_seen", change_the_question, 1,
		"query 1: the table differs from its event", false },
	{ "an_exam_of_another_subject_is_seen", place_it_elsewhere, 1,
		"its exam is not placed as its event says", false },
	{ "an_exam_of_another_study_is_seen", place_it_in_another_study, 1,
		"its exam is not placed as its event says", false },
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
