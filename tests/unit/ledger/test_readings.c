/* Double reads, adjudication and repeats: who may read what, what they hear, what follows. */
#include "core/ledger/plan.h"
#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/readings_make.h"

/* */
static void
a_drawn_series_has_no_outcome_until_both_have_read(void **state)
{
	struct room *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	char to[16], standing[100];

	room_set(d, SETTING_DOUBLE_PERCENT, "100");
	assert_ok(room_sign(d, RITA, series, NULL, to, e));
	assert_string_equal(to, "in-review");
	assert_ok(worklist_standing(d->m->l, series, NULL, standing, sizeof(standing), e));
	assert_string_equal(standing, "phi open · quality open");
	assert_int_equal(room_queue(d, RITA, "quality"), 0);
	assert_int_equal(room_queue(d, DORA, "quality"), 1);
	assert_ok(room_sign(d, DORA, series, NULL, to, e));
	assert_ok(worklist_standing(d->m->l, series, NULL, standing, sizeof(standing), e));
	assert_string_equal(standing, "phi open · quality passed");
	assert_int_equal(room_queue(d, ERIK, "adjudication"), 0);
}

/* R-23 R-84 */
static void
nobody_reads_for_the_second_time_what_he_read_himself(void **state)
{
	struct room *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	struct err why = { 0 };
	char to[16];

	room_set(d, SETTING_DOUBLE_PERCENT, "100");
	assert_ok(room_sign(d, RITA, series, NULL, to, e));
	assert_int_equal(room_sign(d, RITA, series, "ART-NOISE", to, &why), RC_DENIED);
	assert_non_null(strstr(why.text, "you have read quality of this series"));
}

struct heard {
	int n, held_back;
};

static void
listen(void *ctx, const struct decision *d)
{
	struct heard *h = ctx;

	h->n++;
	h->held_back += d->held_back && d->verdict[0] == '\0' && d->reasons[0] == '\0' &&
		d->note[0] == '\0';
}

/* */
static void
the_second_reader_hears_nothing_of_the_first(void **state)
{
	struct room *d = *state;
	int64_t series = made_series(d->m, 1, 3), n = 0;
	struct worklist_query q = { .step = "quality", .account = "dora", .limit = 1 };
	struct worklist_row row;
	struct heard h = { 0 };
	char to[16];

	room_set(d, SETTING_DOUBLE_PERCENT, "100");
	assert_ok(room_sign(d, RITA, series, "ART-NOISE", to, e));
	assert_string_equal(to, "in-review"); /* not "query", which would tell */
	assert_ok(worklist_page(d->m->l, &q, &row, &n, e));
	assert_int_equal(n, 1);
	assert_string_equal(row.state, "in-review");
	assert_ok(decision_each(d->m->l, series, listen, &h, e));
	assert_int_equal(h.n, 1);
	assert_int_equal(h.held_back, 1);
	assert_ok(room_sign(d, DORA, series, "ART-NOISE", to, e));
	assert_string_equal(to, "query");
	memset(&h, 0, sizeof(h));
	assert_ok(decision_each(d->m->l, series, listen, &h, e));
	assert_int_equal(h.n, 2);
	assert_int_equal(h.held_back, 0);
}

/* R-23 R-84 */
static void
a_disagreement_goes_to_one_who_was_neither(void **state)
{
	struct room *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	struct err why = { 0 };
	char to[16];

	room_set(d, SETTING_DOUBLE_PERCENT, "100");
	assert_ok(room_sign(d, DORA, series, NULL, to, e));
	assert_ok(room_sign(d, RITA, series, "ART-NOISE", to, e));
	assert_string_equal(to, "in-review");
	assert_int_equal(room_queue(d, ERIK, "adjudication"), 1);
	assert_int_equal(
		room_queue(d, DORA, "adjudication"), 0); /* she read it, though a radiologist may */
	assert_int_equal(room_sign(d, DORA, series, NULL, to, &why), RC_DENIED);
	assert_int_equal(room_sign(d, SAM, series, NULL, to, &why), RC_DENIED); /* no role for it */
	assert_ok(room_sign(d, ERIK, series, "ART-NOISE", to, e));
	assert_string_equal(to, "query");
	assert_int_equal(room_queue(d, ERIK, "adjudication"), 0);
	assert_int_equal(room_sign(d, ERIK, series, NULL, to, &why), RC_CONFLICT);
}

/* */
static void
an_adjudication_is_signed_with_its_own_meaning(void **state)
{
	struct room *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	char to[16], meaning[80];

	room_set(d, SETTING_DOUBLE_PERCENT, "100");
	assert_ok(room_sign(d, DORA, series, NULL, to, e));
	assert_ok(room_sign(d, RITA, series, "ART-NOISE", to, e));
	assert_ok(room_sign(d, ERIK, series, NULL, to, e));
	raw_text(d->m->folder, "SELECT group_concat(meaning || ' ' || account) FROM signature",
		meaning, sizeof(meaning));
	assert_string_equal(meaning, "review dora,review rita,adjudication erik");
}

/* */
static void
the_adjudicator_sees_both_without_names(void **state)
{
	struct room *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	struct decision both[2];
	char to[16];

	room_set(d, SETTING_DOUBLE_PERCENT, "100");
	assert_int_equal(decision_disputed(d->m->l, &d->who[ERIK], series, "quality", both, NULL),
		RC_NOT_FOUND);
	assert_ok(room_sign(d, DORA, series, NULL, to, e));
	assert_ok(room_sign(d, RITA, series, "ART-NOISE", to, e));
	assert_ok(decision_disputed(d->m->l, &d->who[ERIK], series, "quality", both, e));
	for (int i = 0; i < 2; i++) {
		assert_string_equal(both[i].account, i == 0 ? "A" : "B");
		assert_string_equal(both[i].name, "");
		assert_string_equal(both[i].when, "");
		assert_int_equal(both[i].number, 0);
	}
	assert_string_not_equal(both[0].verdict, both[1].verdict);
	assert_int_equal(
		decision_disputed(d->m->l, &d->who[SAM], series, "quality", both, NULL), RC_DENIED);
	assert_int_equal(decision_disputed(d->m->l, &d->who[DORA], series, "quality", both, NULL),
		RC_DENIED);
}

/* */
static void
every_disagreement_is_adjudicated_once_and_nothing_else_is(void **state)
{
	struct room *d = *state;
	int64_t disputed = 0, drawn = 0;
	char to[16];

	room_set(d, SETTING_DOUBLE_PERCENT, "50");
	room_set(d, SETTING_PLAN_SEED, "7");
	for (int i = 1; i <= 24; i++) {
		int64_t series = made_series(d->m, i, 1);
		bool twice;

		assert_ok(room_sign(
			d, i % 2 ? RITA : DORA, series, i % 3 ? NULL : "ART-NOISE", to, e));
		twice = room_task(d, series, "quality", READING_SECOND) > 0;
		drawn += twice;
		if (!twice)
			continue;
		assert_ok(room_sign(d, SAM, series, i % 5 ? NULL : "ART-NOISE", to, e));
		disputed += (i % 3 == 0) != (i % 5 == 0);
	}
	assert_true(drawn > 4 && drawn < 20);
	assert_true(disputed > 0);
	assert_int_equal(room_queue(d, ERIK, "adjudication"), disputed);
	assert_int_equal(
		raw_number(d->m->folder, "SELECT count(*) FROM task WHERE reading = 3"), disputed);
}

/* R-84 R-73 */
static void
the_draw_is_the_same_again_and_keeps_its_share(void **state)
{
	int below = 0;
	char uid[40];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		snprintf(uid, sizeof(uid), "1.2.3.%d", i);
		below += plan_draw("DOUBLE-v1", 7, uid, "phi") < 2000;
	}
	assert_in_range(below, 1850, 2150);
	/* another auditor's: SHA-256 of DOUBLE-v1 NUL 7 NUL 1.2.3 NUL phi, first 8 bytes modulo 10000 */
	assert_int_equal(plan_draw("DOUBLE-v1", 7, "1.2.3", "phi"), 5460);
}

static void
a_new_image_begins_the_readings_again(void **state)
{
	struct room *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	char to[16];

	room_set(d, SETTING_DOUBLE_PERCENT, "100");
	assert_ok(room_sign(d, DORA, series, NULL, to, e));
	assert_ok(room_sign(d, RITA, series, "ART-NOISE", to, e));
	room_image(d, 1, 4);
	assert_int_equal(room_queue(d, ERIK, "adjudication"), 0);
	assert_int_equal(room_queue(d, RITA, "quality"), 1);
	assert_ok(room_sign(d, RITA, series, NULL, to, e));
	assert_ok(room_sign(d, DORA, series, NULL, to, e));
	assert_int_equal(room_queue(d, ERIK, "adjudication"), 0);
}

/* R-03 R-73 */
static void
a_repeat_that_other_images_voided_is_drawn_again(void **state)
{
	struct room *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	char to[16];

	room_set(d, SETTING_REPEAT_PERCENT, "100");
	room_set(d, SETTING_REPEAT_DAYS, "10");
	assert_ok(room_sign(d, RITA, series, NULL, to, e));
	room_image(d, 1, 4);
	assert_ok(room_sign(d, SAM, series, NULL, to, e));
	d->m->now += INT64_C(11) * 86400 * 1000000;
	room_next_day(d);
	assert_int_equal(room_queue(d, RITA, "quality"), 0);
	assert_int_equal(room_queue(d, SAM, "quality"), 1);
	assert_ok(room_sign(d, SAM, series, "ART-NOISE", to, e));
	assert_string_equal(to, "in-review");
}

/* R-84 R-73 */
static void
a_repeat_comes_back_to_its_first_reader_alone_and_changes_nothing(void **state)
{
	struct room *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	char to[16], standing[100];

	room_set(d, SETTING_REPEAT_PERCENT, "100");
	room_set(d, SETTING_REPEAT_DAYS, "10");
	assert_ok(room_sign(d, RITA, series, NULL, to, e));
	assert_int_equal(room_queue(d, RITA, "quality"), 0);
	assert_int_equal(room_sign(d, RITA, series, NULL, to, NULL), RC_CONFLICT);
	d->m->now += INT64_C(11) * 86400 * 1000000;
	room_next_day(d);
	assert_int_equal(room_queue(d, RITA, "quality"), 1);
	assert_int_equal(room_queue(d, SAM, "quality"), 0);
	assert_ok(worklist_standing(d->m->l, series, "rita", standing, sizeof(standing), e));
	assert_string_equal(standing, "phi open · quality open"); /* not what she said before */
	assert_int_equal(room_sign(d, SAM, series, NULL, to, NULL), RC_CONFLICT);
	assert_ok(room_sign(d, RITA, series, "ART-NOISE", to, e));
	assert_string_equal(to, "in-review");
	assert_ok(worklist_standing(d->m->l, series, NULL, standing, sizeof(standing), e));
	assert_string_equal(standing, "phi open · quality passed");
	assert_int_equal(room_queue(d, RITA, "quality"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		room_test(a_drawn_series_has_no_outcome_until_both_have_read),
		room_test(nobody_reads_for_the_second_time_what_he_read_himself),
		room_test(the_second_reader_hears_nothing_of_the_first),
		room_test(a_disagreement_goes_to_one_who_was_neither),
		room_test(an_adjudication_is_signed_with_its_own_meaning),
		room_test(the_adjudicator_sees_both_without_names),
		room_test(every_disagreement_is_adjudicated_once_and_nothing_else_is),
		cmocka_unit_test(the_draw_is_the_same_again_and_keeps_its_share),
		room_test(a_new_image_begins_the_readings_again),
		room_test(a_repeat_that_other_images_voided_is_drawn_again),
		room_test(a_repeat_comes_back_to_its_first_reader_alone_and_changes_nothing),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
