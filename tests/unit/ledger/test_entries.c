/* What people enter: values that are never lost, signatures of forms, two who fill the same form blind, locks. */
#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/desk_make.h"

static void
a_value_stands_until_another_takes_its_place(void **state)
{
	struct desk *d = *state;
	struct entry v;

	assert_ok(desk_enter(d, CORA, 1, "volume", "7.5", NULL, e));
	assert_ok(desk_enter(d, CORA, 1, "volume", "8", NULL, e));
	assert_ok(entry_one(d->m->l, &desk_exam, "contrast", 1, "volume", &v, e));
	assert_string_equal(v.value, "8");
	assert_string_equal(v.was, "7.5");
	assert_string_equal(v.account, "cora");
	assert_int_equal(v.version, d->version);
	assert_int_equal(raw_number(d->m->folder, "SELECT count(*) FROM entry"), 2);
}

static void
what_is_there_already_writes_nothing(void **state)
{
	struct desk *d = *state;
	int64_t events;

	assert_ok(desk_enter(d, CORA, 1, "volume", "7.5", NULL, e));
	events = raw_number(d->m->folder, "SELECT max(seq) FROM event");
	assert_ok(desk_enter(d, CORA, 1, "volume", "7.5", NULL, e));
	assert_ok(desk_enter(d, CORA, 1, "weight", "", NULL, e));
	assert_int_equal(raw_number(d->m->folder, "SELECT max(seq) FROM event"), events);
}

static void
many_are_filled_at_once_or_none(void **state)
{
	struct desk *d = *state;
	struct entry_value v = { .field = "contrast_agent", .value = "Gadovist" };
	struct entry_save list[4];
	int64_t saved;

	for (int i = 0; i < 4; i++)
		list[i] = (struct entry_save){ .at = { "series",
						       i == 0           ? "1"
							       : i == 1 ? "2"
									: "3" },
			.form = ENTRY_HEADER,
			.pass = PASS_FIRST,
			.values = &v,
			.n = 1 };
	list[3].at.object = "99";
	assert_int_equal(entry_save(d->m->l, &d->who[CORA], list, 4, &saved, NULL), RC_NOT_FOUND);
	assert_int_equal(raw_number(d->m->folder, "SELECT count(*) FROM entry"), 0);
	assert_ok(entry_save(d->m->l, &d->who[CORA], list, 3, &saved, e));
	assert_int_equal(saved, 3);
}

/* */
static void
readers_tell_of_quality_and_coordinators_of_forms(void **state)
{
	struct desk *d = *state;
	struct entry_value v[] = {
		{ .field = "rating", .value = "RID13" },
		{ .field = "ART-GHOST",
			.value = "2",
			.spot = "slice 12; point 100,80; window 40,400" },
	};
	struct entry_save r = {
		.at = { "series", "1" }, .form = ENTRY_QUALITY, .pass = 1, .values = v, .n = 2
	};
	struct entry got;

	assert_int_equal(entry_save(d->m->l, &d->who[CORA], &r, 1, NULL, NULL), RC_DENIED);
	assert_ok(entry_save(d->m->l, &d->who[RITA], &r, 1, NULL, e));
	assert_ok(entry_one(d->m->l, &r.at, ENTRY_QUALITY, 1, "ART-GHOST", &got, e));
	assert_string_equal(got.spot, "slice 12; point 100,80; window 40,400");
	assert_int_equal(desk_enter(d, RITA, 1, "volume", "7", NULL, NULL), RC_DENIED);
}

static void
what_cannot_be_a_value_is_refused(void **state)
{
	struct desk *d = *state;
	struct entry_value two[] = { { .field = "a", .value = "1" },
		{ .field = "a", .value = "2" } };
	struct entry_save r = {
		.at = desk_exam, .form = "contrast", .pass = 1, .values = two, .n = 2
	};
	static char large[ENTRY_VALUE + 1];

	r.version = d->version;
	memset(large, 'x', ENTRY_VALUE);
	assert_int_equal(desk_enter(d, CORA, 1, "volume", large, NULL, NULL), RC_LIMIT);
	assert_int_equal(desk_enter(d, CORA, 1, "volume", "a\033[2J", NULL, NULL), RC_INVALID);
	assert_int_equal(desk_enter(d, CORA, 1, "", "7", NULL, NULL), RC_INVALID);
	assert_int_equal(desk_enter(d, CORA, 4, "volume", "7", NULL, NULL), RC_INVALID);
	assert_int_not_equal(entry_save(d->m->l, &d->who[CORA], &r, 1, NULL, NULL), RC_OK);
	r.version++;
	r.n = 1;
	assert_int_equal(entry_save(d->m->l, &d->who[CORA], &r, 1, NULL, NULL), RC_CONFLICT);
	assert_int_equal(raw_number(d->m->folder, "SELECT count(*) FROM entry"), 0);
}

/* */
static void
a_value_keeps_the_version_that_it_was_entered_under(void **state)
{
	struct desk *d = *state;
	struct office o = { .password = OFFICER_PASSWORD, .reason = "an amendment" };
	char *text = mem_string(study_example_brain), *at = strstr(text, "\"version\": 1");
	struct session olga = made_login(d->m, "olga", OFFICER_PASSWORD);
	struct study_version v;
	struct mistakes m;
	struct entry got;
	bool same;

	assert_ok(desk_enter(d, CORA, 1, "volume", "7.5", NULL, e));
	at[strlen("\"version\": ")] = '2';
	o.who = &olga;
	assert_ok(study_apply(
		d->m->l, &o, &(struct study_apply){ text, strlen(text) }, &v, &same, &m, e));
	mistakes_free(&m);
	session_close(d->m->l, &olga);
	free(text);
	assert_int_equal(desk_enter(d, CORA, 1, "weight", "80", NULL, NULL), RC_CONFLICT);
	d->version = v.id;
	assert_ok(desk_enter(d, CORA, 1, "weight", "80", NULL, e));
	assert_ok(entry_one(d->m->l, &desk_exam, "contrast", 1, "volume", &got, e));
	assert_int_equal(got.version, v.id - 1);
}

/* R-17 R-19 */
static void
a_form_is_signed_by_who_filled_it(void **state)
{
	struct desk *d = *state;
	struct form_receipt r;
	struct form_state now;

	assert_int_equal(desk_sign(d, CORA, 1, &r, NULL), RC_CONFLICT);
	assert_ok(desk_enter(d, CORA, 1, "volume", "7.5", NULL, e));
	assert_int_equal(desk_sign(d, CARL, 1, &r, NULL), RC_CONFLICT);
	assert_ok(desk_sign(d, CORA, 1, &r, e));
	assert_int_equal(r.running, 1);
	assert_ok(form_state_read(d->m->l, &desk_exam, "contrast", &now, e));
	assert_true(now.pass[1].signed_);
	assert_string_equal(now.pass[1].name, "Cora Coordinator");
	assert_int_equal(desk_sign(d, CORA, 1, &r, NULL), RC_CONFLICT);
}

/* */
static void
a_signed_value_changes_only_with_a_reason_and_unsigns_the_form(void **state)
{
	struct desk *d = *state;
	struct form_receipt r;
	struct form_state now;

	assert_ok(desk_enter(d, CORA, 1, "volume", "7.5", NULL, e));
	assert_ok(desk_sign(d, CORA, 1, &r, e));
	assert_int_equal(desk_enter(d, CORA, 1, "volume", "8", NULL, NULL), RC_CONFLICT);
	assert_ok(desk_enter(d, CORA, 1, "volume", "8", "read off the pump again", e));
	assert_ok(form_state_read(d->m->l, &desk_exam, "contrast", &now, e));
	assert_false(now.pass[1].signed_);
	assert_ok(desk_sign(d, CORA, 1, &r, e));
	assert_int_equal(r.running, 2);
}

/* */
static void
nobody_fills_a_form_twice_or_settles_his_own(void **state)
{
	struct desk *d = *state;
	struct form_receipt r;

	assert_ok(desk_enter(d, CORA, PASS_FIRST, "volume", "7.5", NULL, e));
	assert_int_equal(desk_enter(d, CORA, PASS_SECOND, "volume", "8", NULL, NULL), RC_DENIED);
	assert_ok(desk_enter(d, CARL, PASS_SECOND, "volume", "8", NULL, e));
	assert_int_equal(desk_enter(d, CARL, PASS_SETTLED, "volume", "8", NULL, NULL), RC_DENIED);
	assert_ok(desk_enter(d, EVA, PASS_SETTLED, "volume", "8", NULL, e));
	assert_string_equal(desk_value(d, PASS_FIRST, "volume"), "7.5");
	assert_string_equal(desk_value(d, PASS_SECOND, "volume"), "8");
	assert_ok(desk_sign(d, EVA, PASS_SETTLED, &r, e));
}

/* */
static void
a_locked_form_takes_nothing_until_a_manager_unlocks_it_with_a_reason(void **state)
{
	struct desk *d = *state;
	struct ledger *l = d->m->l;
	struct form_receipt r;

	assert_int_equal(
		form_lock(l, &d->who[MONA], &desk_exam, "contrast", "reviewed", NULL), RC_CONFLICT);
	assert_ok(desk_enter(d, CORA, 1, "volume", "7.5", NULL, e));
	assert_int_equal(
		form_lock(l, &d->who[MONA], &desk_exam, "contrast", "reviewed", NULL), RC_CONFLICT);
	assert_ok(desk_sign(d, CORA, 1, &r, e));
	assert_int_equal(
		form_lock(l, &d->who[CORA], &desk_exam, "contrast", "reviewed", NULL), RC_DENIED);
	assert_int_equal(
		form_lock(l, &d->who[MONA], &desk_exam, "contrast", "so", NULL), RC_INVALID);
	assert_ok(form_lock(l, &d->who[MONA], &desk_exam, "contrast", "reviewed", e));
	assert_int_equal(desk_enter(d, CORA, 1, "volume", "8", "a typing error", NULL), RC_CONFLICT);
	assert_int_equal(form_unlock(l, &d->who[CORA], &desk_exam, "contrast", "to mend it", NULL),
		RC_DENIED);
	assert_ok(form_unlock(l, &d->who[MONA], &desk_exam, "contrast", "to mend it", e));
	assert_int_equal(form_unlock(l, &d->who[MONA], &desk_exam, "contrast", "to mend it", NULL),
		RC_CONFLICT);
	assert_ok(desk_enter(d, CORA, 1, "volume", "8", "a typing error", e));
}

/* */
static void
a_frozen_study_takes_nothing_at_all(void **state)
{
	struct desk *d = *state;
	struct ledger *l = d->m->l;

	assert_int_equal(
		form_freeze(l, &d->who[CORA], DESK_STUDY, "data are final", NULL), RC_DENIED);
	assert_ok(form_freeze(l, &d->who[MONA], DESK_STUDY, "data are final", e));
	assert_int_equal(desk_enter(d, CORA, 1, "volume", "8", NULL, NULL), RC_CONFLICT);
	assert_int_equal(
		form_freeze(l, &d->who[MONA], DESK_STUDY, "data are final", NULL), RC_CONFLICT);
	assert_ok(form_thaw(l, &d->who[MONA], DESK_STUDY, "a site sent more", e));
	assert_ok(desk_enter(d, CORA, 1, "volume", "8", NULL, e));
}

/* */
static void
a_form_with_an_open_query_is_not_locked(void **state)
{
	struct desk *d = *state;
	struct query_new q = { .at = desk_exam,
		.form = "contrast",
		.field = "volume",
		.text = "is it mL?",
		.type = QUERY_QUERY };
	struct query_step close = { .state = QUERY_CLOSED, .text = "it is" };
	struct form_receipt r;

	assert_ok(desk_enter(d, CORA, 1, "volume", "7.5", NULL, e));
	assert_ok(desk_sign(d, CORA, 1, &r, e));
	assert_ok(query_open(d->m->l, &d->who[EVA], &q, &close.id, e));
	assert_int_equal(form_lock(d->m->l, &d->who[MONA], &desk_exam, "contrast", "reviewed", NULL),
		RC_CONFLICT);
	assert_ok(query_step(d->m->l, &d->who[EVA], &close, e));
	assert_ok(form_lock(d->m->l, &d->who[MONA], &desk_exam, "contrast", "reviewed", e));
}

static void
an_exam_is_given_its_place_by_a_person_with_a_reason(void **state)
{
	struct desk *d = *state;
	struct placing p = { .exam = 2,
		.trial = DESK_STUDY,
		.site = "02",
		.subject = "N-9",
		.visit = "V2",
		.reason = "the site wrote the wrong number" };
	int64_t changed;

	assert_int_equal(placing_set(d->m->l, &d->who[RITA], &p, 1, &changed, NULL), RC_DENIED);
	assert_ok(placing_set(d->m->l, &d->who[CORA], &p, 1, &changed, e));
	assert_int_equal(changed, 1);
	assert_int_equal(
		raw_number(d->m->folder, "SELECT count(*) FROM task WHERE subject = 'N-9'"), 2);
	assert_ok(placing_set(d->m->l, &d->who[CORA], &p, 1, &changed, e));
	assert_int_equal(changed, 0);
	p.reason = "so";
	assert_int_equal(placing_set(d->m->l, &d->who[CORA], &p, 1, &changed, NULL), RC_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		desk_test(a_value_stands_until_another_takes_its_place),
		desk_test(what_is_there_already_writes_nothing),
		desk_test(many_are_filled_at_once_or_none),
		desk_test(readers_tell_of_quality_and_coordinators_of_forms),
		desk_test(what_cannot_be_a_value_is_refused),
		desk_test(a_value_keeps_the_version_that_it_was_entered_under),
		desk_test(a_form_is_signed_by_who_filled_it),
		desk_test(a_signed_value_changes_only_with_a_reason_and_unsigns_the_form),
		desk_test(nobody_fills_a_form_twice_or_settles_his_own),
		desk_test(a_locked_form_takes_nothing_until_a_manager_unlocks_it_with_a_reason),
		desk_test(a_frozen_study_takes_nothing_at_all),
		desk_test(a_form_with_an_open_query_is_not_locked),
		desk_test(an_exam_is_given_its_place_by_a_person_with_a_reason),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
