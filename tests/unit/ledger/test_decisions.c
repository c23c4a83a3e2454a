/* Verdicts: what may be signed, by whom, and what becomes of the series. */
#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/ledger_make.h"

struct desk {
	struct made *m;
	struct session rita, dora;
};

static int
desk_setup(void **state)
{
	struct desk *d = mem_zero(1, sizeof(*d));

	made_setup(state);
	d->m = *state;
	d->rita = made_login(d->m, "rita", REVIEWER_PASSWORD);
	d->dora = made_login(d->m, "dora", RADIOLOGIST_PASSWORD);
	*state = d;
	return 0;
}

static int
desk_teardown(void **state)
{
	struct desk *d = *state;

	session_close(d->m->l, &d->rita);
	session_close(d->m->l, &d->dora);
	assert_verified(d->m->folder);
	made_free(d->m);
	free(d);
	return 0;
}

#define desk_test(f) cmocka_unit_test_setup_teardown(f, desk_setup, desk_teardown)

/* Rita's verdict; the state of the series afterwards in to[16]. */
static enum rc
sign(struct desk *d, int64_t series, const char *step, const char *reason, char to[16],
	struct err *why)
{
	struct decision_request r = made_verdict(
		series, step, reason != NULL ? "fail" : "pass", reason, REVIEWER_PASSWORD);
	struct decision_receipt receipt;
	enum rc rc = decision_sign(d->m->l, &d->rita, &r, &receipt, why);

	strcpy(to, receipt.state);
	return rc;
}

static void
assert_state(struct desk *d, int64_t series, const char *state)
{
	struct series s;

	assert_ok(catalog_series(d->m->l, series, &s, e));
	assert_string_equal(s.state, state);
	series_release(&s);
}

static int64_t
decisions(struct desk *d)
{
	return raw_number(d->m->folder, "SELECT count(*) FROM decision");
}

static void
passes_of_all_steps_approve(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	char to[16], standing[100];

	made_look_at(d->m, "rita", series, 3);
	assert_ok(sign(d, series, "phi", NULL, to, e));
	assert_string_equal(to, "in-review");
	assert_ok(sign(d, series, "quality", NULL, to, e));
	assert_string_equal(to, "approved");
	assert_state(d, series, "approved");
	assert_ok(worklist_standing(d->m->l, series, NULL, standing, sizeof(standing), e));
	assert_string_equal(standing, "phi passed · quality passed");
}

/* */
static void
requests_that_make_no_sense_sign_nothing(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	struct decision_request base =
		made_verdict(series, "phi", "fail", "PHI-PIX", REVIEWER_PASSWORD);
	struct decision_request bad[7];
	struct decision_receipt receipt;
	char note[DECISION_NOTE + 2];

	for (size_t i = 0; i < MEM_COUNT(bad); i++)
		bad[i] = base;
	bad[0].reason_count = 0;
	bad[1].reasons[0] = "NO-SUCH";
	bad[2].verdict = "pass";
	bad[3].verdict = "maybe";
	bad[4].reasons[1] = "PHI-PIX";
	bad[4].reason_count = 2;
	memset(note, 'n', sizeof(note));
	note[sizeof(note) - 1] = '\0';
	bad[5].note = note;
	bad[6].step = "reading";
	for (size_t i = 0; i < MEM_COUNT(bad); i++)
		assert_int_not_equal(
			decision_sign(d->m->l, &d->rita, &bad[i], &receipt, NULL), RC_OK);
	assert_int_equal(decisions(d), 0);
	assert_state(d, series, "quarantined");
}

/* */
static void
a_step_is_decided_once_and_the_second_hears_by_whom(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	struct decision_request r =
		made_verdict(series, "phi", "fail", "PHI-PIX", RADIOLOGIST_PASSWORD);
	struct decision_receipt receipt;
	struct err why = { 0 };
	char to[16];

	made_look_at(d->m, "rita", series, 3);
	assert_ok(sign(d, series, "phi", NULL, to, e));
	assert_int_equal(decision_sign(d->m->l, &d->dora, &r, &receipt, &why), RC_CONFLICT);
	assert_non_null(strstr(why.text, "Rita Reviewer already signed phi passed"));
	assert_int_equal(decisions(d), 1);
	assert_state(d, series, "in-review");
}

static void
an_officer_may_not_review(void **state)
{
	struct desk *d = *state;
	struct decision_request r =
		made_verdict(made_series(d->m, 1, 3), "phi", "pass", NULL, OFFICER_PASSWORD);
	struct session olga = made_login(d->m, "olga", OFFICER_PASSWORD);
	struct decision_receipt receipt;

	assert_int_equal(decision_sign(d->m->l, &olga, &r, &receipt, NULL), RC_DENIED);
	assert_int_equal(decision_later(d->m->l, &olga, r.series, "phi", NULL), RC_DENIED);
	assert_int_equal(decisions(d), 0);
	session_close(d->m->l, &olga);
}

/* */
static void
a_wrong_password_signs_nothing_and_is_recorded(void **state)
{
	struct desk *d = *state;
	struct decision_request r =
		made_verdict(made_series(d->m, 1, 3), "phi", "pass", NULL, RADIOLOGIST_PASSWORD);
	struct decision_receipt receipt;

	assert_int_equal(decision_sign(d->m->l, &d->rita, &r, &receipt, NULL), RC_DENIED);
	assert_int_equal(decisions(d), 0);
	assert_int_equal(raw_number(d->m->folder,
				 "SELECT count(*) FROM event WHERE body LIKE"
				 " '%\"signature-refused\"%'"),
		1);
}

static void
a_series_that_changed_since_it_was_seen_is_not_signed(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	struct decision_request r = made_verdict(series, "phi", "pass", NULL, REVIEWER_PASSWORD);
	struct decision_receipt receipt;
	struct series seen;
	struct picture p;

	assert_ok(catalog_series(d->m->l, series, &seen, e));
	r.revision = seen.revision;
	series_release(&seen);
	picture_ct(&p, 1, 4);
	assert_int_equal(made_put(d->m, &p), CATALOG_NEW);
	assert_int_equal(decision_sign(d->m->l, &d->rita, &r, &receipt, NULL), RC_CONFLICT);
	assert_int_equal(decisions(d), 0);
}

static void
a_series_that_is_not_there_is_told(void **state)
{
	struct desk *d = *state;
	char to[16];

	assert_int_equal(sign(d, 99, "phi", NULL, to, NULL), RC_NOT_FOUND);
}

/* */
static void
the_worst_reason_decides(void **state)
{
	struct desk *d = *state;
	struct decision_request r = made_verdict(
		made_series(d->m, 1, 3), "quality", "fail", "ART-RING", REVIEWER_PASSWORD);
	struct decision_receipt receipt;
	char to[16];

	r.reasons[1] = "PRO-BODY";
	r.reasons[2] = "ART-NOISE";
	r.reason_count = 3;
	assert_ok(decision_sign(d->m->l, &d->rita, &r, &receipt, e));
	assert_string_equal(receipt.state, "rejected");
	assert_ok(sign(d, made_series(d->m, 2, 3), "quality", "ART-NOISE", to, e));
	assert_string_equal(to, "query");
	assert_ok(sign(d, made_series(d->m, 3, 3), "quality", "ART-RING", to, e));
	assert_string_equal(to, "query");
}

/* */
static void
a_rejected_series_leaves_its_other_worklists(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	char to[16];

	assert_ok(sign(d, series, "phi", "PHI-PIX", to, e));
	assert_string_equal(to, "rejected");
	assert_int_equal(
		raw_number(d->m->folder,
			"SELECT count(*) FROM task WHERE step = 'quality' AND state = 'void'"),
		1);
	assert_int_equal(sign(d, series, "quality", NULL, to, NULL), RC_CONFLICT);
}

static void
a_query_stays_a_query_when_the_other_step_passes(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	char to[16];

	assert_ok(sign(d, series, "quality", "ART-NOISE", to, e));
	made_look_at(d->m, "rita", series, 3);
	assert_ok(sign(d, series, "phi", NULL, to, e));
	assert_string_equal(to, "query");
}

static void
copy_state(void *ctx, const struct decision *q)
{
	strcat(strcat(ctx, q->state), ";");
}

/* */
static void
a_new_image_after_approval_reopens_the_steps(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	struct picture p;
	char to[16], states[100] = "", again[100] = "";

	made_look_at(d->m, "rita", series, 3);
	assert_ok(sign(d, series, "phi", NULL, to, e));
	assert_ok(sign(d, series, "quality", NULL, to, e));
	picture_ct(&p, 1, 4);
	made_put(d->m, &p);
	assert_state(d, series, "quarantined");
	assert_ok(decision_each(d->m->l, series, copy_state, states, e));
	assert_string_equal(states, "stale;stale;");
	made_look_at(d->m, "rita", series, 4);
	assert_ok(sign(d, series, "phi", NULL, to, e));
	assert_ok(decision_each(d->m->l, series, copy_state, again, e));
	assert_string_equal(again, "superseded;stale;valid;");
}

/* R-03 R-20 */
static void
a_conflict_after_approval_asks_for_every_step_anew(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	struct picture p;
	char to[16], states[100] = "";

	made_look_at(d->m, "rita", series, 3);
	assert_ok(sign(d, series, "phi", NULL, to, e));
	assert_ok(sign(d, series, "quality", NULL, to, e));
	assert_string_equal(to, "approved");
	picture_ct(&p, 1, 2);
	made_digest("other bytes under the same UID", p.digest);
	assert_int_equal(made_put(d->m, &p), CATALOG_CONFLICT);
	assert_state(d, series, "quarantined");
	assert_ok(decision_each(d->m->l, series, copy_state, states, e));
	assert_string_equal(states, "stale;stale;");
	assert_ok(sign(d, series, "quality", NULL, to, e));
	assert_string_equal(to, "in-review"); /* phi has not been looked at again */
}

/* */
static void
a_clock_that_is_behind_signs_nothing(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	char to[16];

	made_look_at(d->m, "rita", series, 3);
	d->m->now -= 3000000;
	assert_int_equal(sign(d, series, "phi", NULL, to, NULL), RC_DENIED);
	assert_int_equal(decisions(d), 0);
	d->m->now += 3000000;
	assert_ok(sign(d, series, "phi", NULL, to, e));
}

static void
signatures_of_a_person_are_numbered_and_chained(void **state)
{
	struct desk *d = *state;
	struct decision_request r = { .note = "" };
	struct decision_receipt first, second;
	char body[4000];

	r = made_verdict(made_series(d->m, 1, 3), "phi", "pass", NULL, RADIOLOGIST_PASSWORD);
	made_look_at(d->m, "dora", r.series, 3);
	assert_ok(decision_sign(d->m->l, &d->dora, &r, &first, e));
	r.series = made_series(d->m, 2, 3);
	made_look_at(d->m, "dora", r.series, 3);
	assert_ok(decision_sign(d->m->l, &d->dora, &r, &second, e));
	assert_int_equal(second.number, first.number + 1);
	raw_text(d->m->folder,
		"SELECT body FROM event e JOIN signature s ON s.event = e.seq"
		" ORDER BY s.number DESC LIMIT 1",
		body, sizeof(body));
	assert_non_null(strstr(body, "\"running\":2"));
	assert_non_null(strstr(body, first.hash));
	assert_int_equal(
		raw_number(d->m->folder, "SELECT signatures FROM account WHERE id = 'dora'"), 2);
}

static void
a_note_with_control_characters_is_cleaned_and_verifies(void **state)
{
	struct desk *d = *state;
	struct decision_request r =
		made_verdict(made_series(d->m, 1, 3), "phi", "pass", NULL, REVIEWER_PASSWORD);
	struct decision_receipt receipt;
	char note[40];

	r.note = "line\nnext\033[2J \xff";
	made_look_at(d->m, "rita", r.series, 3);
	assert_ok(decision_sign(d->m->l, &d->rita, &r, &receipt, e));
	raw_text(d->m->folder, "SELECT note FROM decision", note, sizeof(note));
	assert_string_equal(note, "line next [2J ?");
}

static void
what_is_put_off_stays_open(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	char to[16];

	assert_ok(decision_later(d->m->l, &d->rita, series, "phi", e));
	made_look_at(d->m, "rita", series, 3);
	assert_ok(sign(d, series, "phi", NULL, to, e));
	assert_int_equal(decision_later(d->m->l, &d->rita, series, "phi", NULL), RC_CONFLICT);
}

static void
reasons_are_told_in_words(void *ctx, const struct decision *q)
{
	assert_string_equal(q->reasons,
		"ART-NOISE Excessive noise; "
		"GEO-GAP Missing or unevenly spaced slices");
	assert_string_equal(q->name, "Rita Reviewer");
	assert_string_equal(q->role, "reviewer");
	assert_string_equal(q->meaning, "review");
	++*(int *)ctx;
}

/* */
static void
a_decision_tells_who_why_and_as_what(void **state)
{
	struct desk *d = *state;
	struct decision_request r = made_verdict(
		made_series(d->m, 1, 3), "quality", "fail", "GEO-GAP", REVIEWER_PASSWORD);
	struct decision_receipt receipt;
	int told = 0;

	r.reasons[1] = "ART-NOISE";
	r.reason_count = 2;
	assert_ok(decision_sign(d->m->l, &d->rita, &r, &receipt, e));
	assert_ok(decision_each(d->m->l, r.series, reasons_are_told_in_words, &told, e));
	assert_int_equal(told, 1);
}

static void
count_event(void *ctx, int64_t seq, const char *body, const char *hash)
{
	(void)seq, (void)body;
	assert_int_equal(strlen(hash), 64);
	++*(int *)ctx;
}

static void
the_history_of_a_series_is_its_own(void **state)
{
	struct desk *d = *state;
	char id[24], to[16];
	int one = 0, other = 0, all = 0;
	int64_t series = made_series(d->m, 1, 3), second = made_series(d->m, 2, 3);

	made_look_at(d->m, "rita", series, 3);
	assert_ok(sign(d, series, "phi", NULL, to, e));
	snprintf(id, sizeof(id), "%lld", (long long)series);
	assert_ok(history_each(d->m->l, "series", id, count_event, &one, e));
	snprintf(id, sizeof(id), "%lld", (long long)second);
	assert_ok(history_each(d->m->l, "series", id, count_event, &other, e));
	assert_ok(history_each(d->m->l, NULL, NULL, count_event, &all, e));
	assert_int_equal(one, 3); /* images-arrived, series-arrived, decision */
	assert_int_equal(other, 2);
	assert_int_equal(all, raw_number(d->m->folder, "SELECT max(seq) FROM event"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		desk_test(passes_of_all_steps_approve),
		desk_test(requests_that_make_no_sense_sign_nothing),
		desk_test(a_step_is_decided_once_and_the_second_hears_by_whom),
		desk_test(an_officer_may_not_review),
		desk_test(a_wrong_password_signs_nothing_and_is_recorded),
		desk_test(a_series_that_changed_since_it_was_seen_is_not_signed),
		desk_test(a_series_that_is_not_there_is_told),
		desk_test(the_worst_reason_decides),
		desk_test(a_rejected_series_leaves_its_other_worklists),
		desk_test(a_query_stays_a_query_when_the_other_step_passes),
		desk_test(a_new_image_after_approval_reopens_the_steps),
		desk_test(a_conflict_after_approval_asks_for_every_step_anew),
		desk_test(a_clock_that_is_behind_signs_nothing),
		desk_test(signatures_of_a_person_are_numbered_and_chained),
		desk_test(a_note_with_control_characters_is_cleaned_and_verifies),
		desk_test(what_is_put_off_stays_open),
		desk_test(a_decision_tells_who_why_and_as_what),
		desk_test(the_history_of_a_series_is_its_own),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
