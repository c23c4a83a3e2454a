/* Corrections, lists signed at once, both components, and the way of a series from state to state. */
#include "core/ledger/signing.h"
#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/readings_make.h"

static enum rc
correct(struct room *d, enum reader who, int64_t number, const char *reason, const char *why_code,
	struct decision_receipt *out, struct err *why)
{
	struct decision_request r = room_verdict(who, 1, "quality", reason);

	r.corrects = number;
	r.correction = why_code;
	return decision_sign(d->m->l, &d->who[who], &r, out, why);
}

struct chain {
	int n;
	char states[200];
};

static void
note_state(void *ctx, const struct decision *d)
{
	struct chain *c = ctx;

	c->n++;
	snprintf(c->states + strlen(c->states), sizeof(c->states) - strlen(c->states),
		"#%lld %s %s%s%s; ", (long long)d->number, d->verdict, d->state,
		d->correction[0] != '\0' ? " " : "", d->correction);
}

/* */
static void
three_corrections_are_a_chain_and_all_stay_readable(void **state)
{
	struct room *d = *state;
	struct decision_receipt r;
	struct chain c = { 0 };
	char to[16];

	made_series(d->m, 1, 3);
	assert_ok(room_sign(d, RITA, 1, "ART-NOISE", to, e));
	assert_string_equal(to, "query");
	assert_ok(correct(d, RITA, 1, NULL, "entry-error", &r, e));
	assert_string_equal(r.state, "in-review");
	assert_ok(correct(d, RITA, 2, "GEO-GAP", "overlooked", &r, e));
	assert_ok(correct(d, RITA, 3, NULL, "site-answer", &r, e));
	assert_ok(decision_each(d->m->l, 1, note_state, &c, e));
	assert_string_equal(c.states,
		"#1 fail superseded; #2 pass superseded entry-error; #3 fail superseded "
		"overlooked; "
		"#4 pass valid site-answer; ");
}

/* R-10 R-21 */
static void
a_correction_says_why(void **state)
{
	struct room *d = *state;
	struct decision_receipt r;
	struct err why = { 0 };
	char to[16];

	made_series(d->m, 1, 3);
	assert_ok(room_sign(d, RITA, 1, "ART-NOISE", to, e));
	assert_int_equal(correct(d, RITA, 1, NULL, NULL, &r, &why), RC_INVALID);
	assert_int_equal(correct(d, RITA, 1, NULL, "because", &r, &why), RC_INVALID);
	assert_int_equal(
		correct(d, RITA, 1, NULL, "other", &r, &why), RC_INVALID); /* without a note */
	assert_int_equal(raw_number(d->m->folder, "SELECT count(*) FROM decision"), 1);
}

/* R-21 R-23 */
static void
only_who_signed_it_corrects_it(void **state)
{
	struct room *d = *state;
	struct office o = {
		.who = &d->olga, .password = OFFICER_PASSWORD, .reason = "left the trial"
	};
	struct decision_receipt r;
	struct err why = { 0 };
	char to[16];

	made_series(d->m, 1, 3);
	assert_ok(room_sign(d, SAM, 1, "ART-NOISE", to, e));
	assert_int_equal(correct(d, RITA, 1, NULL, "overlooked", &r, &why), RC_DENIED);
	assert_non_null(strstr(why.text, "Sam Second signed this decision"));
	assert_int_equal(correct(d, ERIK, 1, NULL, "overlooked", &r, NULL), RC_DENIED);
	assert_ok(office_disable(d->m->l, &o, "sam", e));
	assert_ok(correct(d, RITA, 1, NULL, "overlooked", &r, e));
}

/* */
static void
what_does_not_stand_is_not_corrected(void **state)
{
	struct room *d = *state;
	struct decision_receipt r;
	char to[16];

	made_series(d->m, 1, 3);
	assert_ok(room_sign(d, RITA, 1, "ART-NOISE", to, e));
	assert_int_equal(correct(d, RITA, 7, NULL, "entry-error", &r, NULL), RC_NOT_FOUND);
	assert_ok(correct(d, RITA, 1, NULL, "entry-error", &r, e));
	assert_int_equal(correct(d, RITA, 1, NULL, "entry-error", &r, NULL), RC_CONFLICT);
	room_image(d, 1, 4); /* and the images of it are not those any more */
	assert_int_equal(correct(d, RITA, 2, "GEO-GAP", "overlooked", &r, NULL), RC_CONFLICT);
}

/* R-21 R-24 */
static void
a_corrected_rejection_opens_the_other_steps_again(void **state)
{
	struct room *d = *state;
	struct decision_receipt r;
	char to[16];

	made_series(d->m, 1, 3);
	assert_ok(room_sign(d, RITA, 1, "ID-SUBJ", to, e));
	assert_string_equal(to, "rejected");
	assert_int_equal(room_queue(d, RITA, "phi"), 0);
	assert_ok(correct(d, RITA, 1, NULL, "entry-error", &r, e));
	assert_string_equal(r.state, "in-review");
	assert_int_equal(room_queue(d, RITA, "phi"), 1);
}

/* R-21 R-84 */
static void
a_correction_after_two_readings_can_make_or_end_a_dispute(void **state)
{
	struct room *d = *state;
	struct decision_receipt r;
	char to[16];

	made_series(d->m, 1, 3);
	room_set(d, SETTING_DOUBLE_PERCENT, "100");
	assert_ok(room_sign(d, RITA, 1, NULL, to, e));
	assert_ok(room_sign(d, SAM, 1, NULL, to, e));
	assert_ok(correct(d, SAM, 2, "ART-NOISE", "overlooked", &r, e));
	assert_string_equal(r.state, "in-review");
	assert_int_equal(room_queue(d, ERIK, "adjudication"), 1);
	assert_ok(correct(d, RITA, 1, "ART-NOISE", "overlooked", &r, e));
	assert_string_equal(r.state, "query");
	assert_int_equal(room_queue(d, ERIK, "adjudication"), 0);
}

static void
what_somebody_signed_and_what_stands_is_on_his_list(void **state)
{
	struct room *d = *state;
	struct decision_receipt r;
	struct worklist_query q = { .step = WORKLIST_SIGNED, .account = "rita", .limit = 5 };
	struct worklist_row rows[5];
	struct worklist_task task;
	int64_t n = 0;
	char to[16];

	made_series(d->m, 1, 3);
	made_series(d->m, 2, 3);
	assert_ok(room_sign(d, RITA, 1, "ART-NOISE", to, e));
	assert_ok(room_sign(d, SAM, 2, NULL, to, e));
	assert_ok(correct(d, RITA, 1, NULL, "entry-error", &r, e));
	assert_ok(worklist_page(d->m->l, &q, rows, &n, e));
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].series, 1);
	assert_ok(worklist_task(d->m->l, rows[0].task, &task, e));
	assert_int_equal(task.decision, r.number);
	assert_false(task.open);
	q.filter = "subj-002";
	assert_ok(worklist_total(d->m->l, &q, &n, e));
	assert_int_equal(n, 0);
	q.filter = "";
	d->m->now += INT64_C(31) * 86400000000;
	assert_ok(worklist_total(d->m->l, &q, &n, e));
	assert_int_equal(n, 0);
}

/* */
static void
every_pair_of_states_that_no_row_allows_is_refused_by_the_tables(void **state)
{
	static const char *const states[] = { "quarantined", "in-review", "query", "approved",
		"rejected", "released", "void" };
	struct room *d = *state;
	int refused = 0, allowed = 0;
	struct db *db = ledger_db(d->m->l);

	made_series(d->m, 1, 3);
	for (size_t i = 0; i < MEM_COUNT(states); i++)
		for (size_t k = 0; k < MEM_COUNT(states); k++) {
			char sql[300];
			bool row, moved;

			snprintf(sql, sizeof(sql),
				"SELECT count(*) FROM move WHERE state = '%s' AND next = '%s'",
				states[i], states[k]);
			row = i == k || raw_number(d->m->folder, sql) > 0;
			assert_ok(ledger_begin(d->m->l, e));
			/* to the first one past the guard, by a row that is undone with the rest */
			snprintf(sql, sizeof(sql),
				"INSERT INTO move VALUES ('quarantined', '%s', 'test');"
				"UPDATE series SET state = '%s'; DELETE FROM move WHERE by = "
				"'test'",
				states[i], states[i]);
			assert_ok(db_exec(db, sql, e));
			snprintf(sql, sizeof(sql), "UPDATE series SET state = '%s'", states[k]);
			moved = db_exec(db, sql, NULL) == RC_OK;
			ledger_end(d->m->l, RC_FAILED, NULL);
			assert_int_equal(moved, row);
			*(moved ? &allowed : &refused) += 1;
		}
	assert_int_equal(allowed + refused, 49);
	assert_true(refused > 20);
}

/* */
static void
the_first_signature_of_a_session_takes_id_and_password(void **state)
{
	struct room *d = *state;
	struct decision_request r;
	struct decision_receipt receipt;
	struct err why = { 0 };

	made_series(d->m, 1, 1);
	made_series(d->m, 2, 1);
	made_series(d->m, 3, 1);
	r = room_verdict(RITA, 1, "quality", NULL);
	r.user = NULL;
	assert_true(signing_asks_id(d->m->l, &d->who[RITA]));
	assert_int_equal(decision_sign(d->m->l, &d->who[RITA], &r, &receipt, &why), RC_DENIED);
	assert_non_null(strstr(why.text, "your id and your password"));
	r.user = "sam";
	assert_int_equal(decision_sign(d->m->l, &d->who[RITA], &r, &receipt, NULL), RC_DENIED);
	r.user = "rita";
	assert_ok(decision_sign(d->m->l, &d->who[RITA], &r, &receipt, e));
	assert_false(signing_asks_id(d->m->l, &d->who[RITA]));
	r = room_verdict(RITA, 2, "quality", NULL);
	r.user = NULL;
	assert_ok(decision_sign(d->m->l, &d->who[RITA], &r, &receipt, e));
	room_set(d, SETTING_SIGN_ID, "1");
	r.series = 3;
	assert_int_equal(decision_sign(d->m->l, &d->who[RITA], &r, &receipt, NULL), RC_DENIED);
}

/* */
static void
one_signing_covers_at_most_fifty_records_each_bound_by_itself(void **state)
{
	struct room *d = *state;
	struct decision_request r[DECISION_BATCH + 1];
	struct decision_receipt out[DECISION_BATCH + 1];
	struct err errs[DECISION_BATCH + 1], why = { 0 };
	char hashes[20];

	for (int i = 0; i <= DECISION_BATCH; i++)
		r[i] = room_verdict(RITA, made_series(d->m, i + 1, 1), "quality", NULL);
	assert_int_equal(
		decision_sign_batch(d->m->l, &d->who[RITA], r, DECISION_BATCH + 1, out, errs, &why),
		RC_LIMIT);
	assert_ok(decision_sign_batch(d->m->l, &d->who[RITA], r, DECISION_BATCH, out, errs, e));
	raw_text(d->m->folder, "SELECT count(DISTINCT hash) FROM signature", hashes, sizeof(hashes));
	assert_string_equal(hashes, "50");
}

/* */
static void
what_cannot_be_signed_of_a_list_is_told_and_the_rest_is_signed(void **state)
{
	struct room *d = *state;
	struct decision_request r[3];
	struct decision_receipt out[3];
	struct err errs[3], why = { 0 };
	char to[16];

	for (int i = 0; i < 3; i++)
		r[i] = room_verdict(RITA, made_series(d->m, i + 1, 1), "quality", NULL);
	assert_ok(room_sign(d, SAM, 2, NULL, to, e));
	assert_int_equal(
		decision_sign_batch(d->m->l, &d->who[RITA], r, 3, out, errs, &why), RC_CONFLICT);
	assert_non_null(strstr(why.text, "2 of 3"));
	assert_int_equal(errs[0].rc, RC_OK);
	assert_int_equal(errs[1].rc, RC_CONFLICT);
	assert_int_equal(errs[2].rc, RC_OK);
	for (int i = 0; i < 3; i++)
		r[i].password = "not hers at all";
	assert_int_equal(
		decision_sign_batch(d->m->l, &d->who[RITA], r, 3, out, errs, &why), RC_DENIED);
	assert_int_equal(raw_number(d->m->folder, "SELECT count(*) FROM decision"), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		room_test(three_corrections_are_a_chain_and_all_stay_readable),
		room_test(a_correction_says_why),
		room_test(only_who_signed_it_corrects_it),
		room_test(what_does_not_stand_is_not_corrected),
		room_test(a_corrected_rejection_opens_the_other_steps_again),
		room_test(a_correction_after_two_readings_can_make_or_end_a_dispute),
		room_test(what_somebody_signed_and_what_stands_is_on_his_list),
		room_test(every_pair_of_states_that_no_row_allows_is_refused_by_the_tables),
		room_test(the_first_signature_of_a_session_takes_id_and_password),
		room_test(one_signing_covers_at_most_fifty_records_each_bound_by_itself),
		room_test(what_cannot_be_signed_of_a_list_is_told_and_the_rest_is_signed),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
