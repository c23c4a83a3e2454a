/* Forms opened at exams and visits: proposed by headers, checked against other visits, filled by two, settled by a third. */
#include "core/trial/fill.h"
#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/desk_make.h"

static struct fill *
opened(struct desk *d, enum sitter who, const char *form)
{
	struct fill *f = NULL;

	assert_ok(fill_open(d->m->l, &d->who[who], &desk_exam, form, &f, e));
	return f;
}

static void
type(struct fill *f, const char *field, const char *text)
{
	size_t i = form_sheet_find(f->sheet, field);

	assert_int_not_equal(i, SIZE_MAX);
	assert_ok(form_sheet_set(f->sheet, i, text, e));
}

/* Everything that form contrast asks, as it should be. */
static void
type_all(struct fill *f)
{
	type(f, "given", "y");
	type(f, "agent", "gadobutrol");
	type(f, "volume", "8");
	type(f, "injected_at", "10:15");
	type(f, "weight", "80");
	type(f, "moved", "no");
}

static enum rc
save(struct desk *d, enum sitter who, struct fill *f, const char *reason, struct err *why)
{
	struct fill_batch *b = NULL;
	enum rc rc = fill_take(f, &b, why);

	if (rc == RC_OK)
		rc = fill_save(d->m->l, &d->who[who], b, reason, NULL, why);
	fill_batch_free(b);
	return rc;
}

static const char *
shown(const struct fill *f, const char *field)
{
	return form_sheet_cell(f->sheet, form_sheet_find(f->sheet, field))->value;
}

static void
what_was_saved_is_there_again(void **state)
{
	struct desk *d = *state;
	struct fill *f = opened(d, CORA, "contrast");

	assert_int_equal(fill_complete(f, NULL), RC_INVALID);
	type_all(f);
	assert_ok(fill_complete(f, e));
	assert_ok(save(d, CORA, f, NULL, e));
	fill_free(f);
	f = opened(d, CORA, "contrast");
	assert_string_equal(shown(f, "agent"), "GBT");
	assert_string_equal(shown(f, "volume"), "8.0");
	assert_string_equal(shown(f, "injected_at"), "10:15");
	assert_int_equal(f->pass, PASS_FIRST);
	fill_free(f);
}

/* */
static void
what_is_refused_is_not_saved_and_nothing_changes(void **state)
{
	struct desk *d = *state;
	struct fill *f = opened(d, CORA, "contrast");
	struct err why = { 0 };

	type_all(f);
	type(f, "volume", "41");
	assert_int_equal(save(d, CORA, f, NULL, &why), RC_INVALID);
	assert_non_null(strstr(why.text, "volume: more than 40 mL is not possible here"));
	assert_int_equal(raw_number(d->m->folder, "SELECT count(*) FROM entry"), 0);
	fill_free(f);
}

/* */
static void
what_is_unusual_is_kept_with_a_reason_and_asked_about_once(void **state)
{
	struct desk *d = *state;
	struct fill *f = opened(d, CORA, "contrast");
	struct query_row q;

	type_all(f);
	type(f, "volume", "22");
	assert_int_equal(save(d, CORA, f, NULL, NULL), RC_INVALID);
	assert_ok(form_sheet_override(f->sheet, "volume", "range.3", "a heavy patient", e));
	assert_ok(save(d, CORA, f, NULL, e));
	fill_free(f);
	f = opened(d, CORA, "contrast");
	assert_int_equal(form_sheet_sum(f->sheet).overridden, 1);
	type(f, "breath_hold", "1");
	assert_ok(save(d, CORA, f, NULL, e));
	fill_free(f);
	assert_int_equal(raw_number(d->m->folder, "SELECT count(*) FROM query"), 1);
	assert_ok(query_read(d->m->l, 1, &q, e));
	assert_string_equal(q.field, "volume");
	assert_non_null(strstr(q.text, "more than 20 mL is unusual. Kept because: a heavy patient"));
	assert_int_equal(q.type, QUERY_CHECK);
}

/* a check across fields, with its reason kept */
static void
a_check_across_fields_is_kept_with_its_reason_too(void **state)
{
	struct desk *d = *state;
	struct fill *f = opened(d, CORA, "contrast");

	type_all(f);
	type(f, "weight", "150");
	type(f, "volume", "5");
	assert_int_equal(save(d, CORA, f, NULL, NULL), RC_INVALID);
	assert_ok(form_sheet_override(f->sheet, "dose", "check", "half a dose was agreed", e));
	assert_ok(save(d, CORA, f, NULL, e));
	fill_free(f);
	f = opened(d, CORA, "contrast");
	assert_ok(fill_complete(f, e));
	fill_free(f);
}

static void
values_of_the_visit_before_are_looked_at(void **state)
{
	struct desk *d = *state;
	struct placing p = { .exam = 2,
		.trial = DESK_STUDY,
		.site = "01",
		.subject = "N-1",
		.visit = "V2",
		.rule = "test" };
	struct case_at second = { "series", "2" };
	struct fill *f = opened(d, CORA, "contrast");

	type_all(f);
	assert_ok(save(d, CORA, f, NULL, e));
	fill_free(f);
	assert_ok(placing_set(d->m->l, NULL, &p, 1, NULL, e));
	assert_ok(fill_open(d->m->l, &d->who[CORA], &second, "contrast", &f, e));
	assert_string_equal(f->kind, "exam");
	assert_string_equal(f->object, "2");
	type(f, "weight", "70");
	assert_int_equal(fill_complete(f, NULL), RC_INVALID);
	assert_non_null(form_sheet_check(f->sheet, 2));
	type(f, "weight", "75");
	assert_null(form_sheet_check(f->sheet, 2));
	fill_free(f);
}

static void
a_form_of_a_visit_is_opened_from_its_series(void **state)
{
	struct desk *d = *state;
	struct case_at series = { "series", "1" };
	struct fill *f = NULL;

	/* not asked at V1 */
	assert_int_equal(
		fill_open(d->m->l, &d->who[CORA], &series, "treatment", &f, NULL), RC_INVALID);
	assert_int_equal(
		fill_open(d->m->l, &d->who[CORA], &series, "nothing", &f, NULL), RC_NOT_FOUND);
	series.object = "77";
	assert_int_equal(
		fill_open(d->m->l, &d->who[CORA], &series, "contrast", &f, NULL), RC_NOT_FOUND);
	assert_null(f);
}

/* */
static void
a_value_that_was_filled_in_for_the_header_is_proposed_and_compared(void **state)
{
	struct desk *d = *state;
	struct entry_value v = { .field = "weight", .value = "70" };
	struct entry_save r = {
		.at = desk_exam, .form = ENTRY_HEADER, .pass = 1, .values = &v, .n = 1
	};
	struct fill *f;

	assert_ok(entry_save(d->m->l, &d->who[CORA], &r, 1, NULL, e));
	f = opened(d, CORA, "contrast");
	assert_int_equal(form_sheet_cell(f->sheet, form_sheet_find(f->sheet, "weight"))->state,
		FORM_PROPOSED);
	type_all(f);
	type(f, "weight", "75");
	assert_int_equal(save(d, CORA, f, NULL, NULL), RC_INVALID);
	assert_ok(form_sheet_override(f->sheet, "weight", "tolerance", "weighed on the day", e));
	assert_ok(save(d, CORA, f, NULL, e));
	fill_free(f);
	assert_int_equal(raw_number(d->m->folder, "SELECT count(*) FROM query"), 1);
}

static void
fill_and_sign(struct desk *d, enum sitter who, int pass, const char *volume)
{
	struct fill *f = opened(d, who, "contrast");
	struct form_receipt r;

	assert_int_equal(f->pass, pass);
	assert_int_equal(form_sheet_sum(f->sheet).entered, 0);
	type_all(f);
	type(f, "volume", volume);
	assert_ok(save(d, who, f, NULL, e));
	fill_free(f);
	assert_ok(desk_sign(d, who, pass, &r, e));
}

/* */
static void
the_second_fills_blind_and_a_third_settles(void **state)
{
	struct desk *d = *state;
	struct fill *f = NULL;
	struct err why = { 0 };

	fill_and_sign(d, CORA, PASS_FIRST, "8");
	assert_int_equal(
		fill_open(d->m->l, &d->who[MONA], &desk_exam, "contrast", &f, NULL), RC_DENIED);
	fill_and_sign(d, CARL, PASS_SECOND, "7.5");
	f = opened(d, EVA, "contrast");
	assert_int_equal(f->pass, PASS_SETTLED);
	assert_int_equal(f->differences, 1);
	assert_string_equal(f->difference[0].first, "8.0");
	assert_string_equal(f->difference[0].second, "7.5");
	assert_int_equal(fill_complete(f, &why), RC_INVALID);
	assert_non_null(strstr(why.text, "settle it"));
	type(f, "volume", "7.5");
	f->difference[0].reason = mem_string("the pump's log says so");
	assert_ok(fill_complete(f, e));
	assert_ok(save(d, EVA, f, NULL, e));
	fill_free(f);
	assert_string_equal(desk_value(d, PASS_SETTLED, "volume"), "7.5");
	assert_string_equal(desk_value(d, PASS_FIRST, "volume"), "8.0");
	assert_null(desk_value(d, PASS_SETTLED, "weight"));
	f = opened(d, MONA, "contrast");
	assert_string_equal(shown(f, "volume"), "7.5");
	assert_true(f->closed[0] != '\0');
	fill_free(f);
}

/* */
static void
what_was_settled_is_settled_when_the_form_is_opened_again(void **state)
{
	struct desk *d = *state;
	struct form_receipt r;
	struct fill *f;

	fill_and_sign(d, CORA, PASS_FIRST, "8");
	fill_and_sign(d, CARL, PASS_SECOND, "7.5");
	f = opened(d, EVA, "contrast");
	assert_ok(save(d, EVA, f, NULL, e));
	assert_null(desk_value(d, PASS_SETTLED, "volume"));
	type(f, "volume", "7.5");
	f->difference[0].reason = mem_string("the pump's log says so");
	assert_ok(save(d, EVA, f, NULL, e));
	fill_free(f);
	f = opened(d, EVA, "contrast");
	assert_string_equal(f->difference[0].reason, "the pump's log says so");
	assert_ok(fill_complete(f, e));
	fill_free(f);
	assert_ok(desk_sign(d, EVA, PASS_SETTLED, &r, e));
}

/* one entered something, the other nothing, and nothing is right */
static void
that_there_is_no_value_can_be_settled_too(void **state)
{
	struct desk *d = *state;
	struct form_receipt r;
	struct fill *f;

	fill_and_sign(d, CORA, PASS_FIRST, "8");
	fill_and_sign(d, CARL, PASS_SECOND, "8");
	assert_ok(desk_enter(d, CORA, PASS_FIRST, "rate", "4.0", "read again", e));
	assert_ok(desk_sign(d, CORA, PASS_FIRST, &r, e));
	f = opened(d, EVA, "contrast");
	assert_int_equal(f->differences, 1);
	type(f, "rate", "");
	f->difference[0].reason = mem_string("there was no pump");
	assert_ok(save(d, EVA, f, NULL, e));
	fill_free(f);
	assert_string_equal(desk_value(d, PASS_SETTLED, "rate"), "");
	f = opened(d, MONA, "contrast");
	assert_string_equal(shown(f, "rate"), "");
	fill_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		desk_test(what_was_saved_is_there_again),
		desk_test(what_is_refused_is_not_saved_and_nothing_changes),
		desk_test(what_is_unusual_is_kept_with_a_reason_and_asked_about_once),
		desk_test(a_check_across_fields_is_kept_with_its_reason_too),
		desk_test(values_of_the_visit_before_are_looked_at),
		desk_test(a_form_of_a_visit_is_opened_from_its_series),
		desk_test(a_value_that_was_filled_in_for_the_header_is_proposed_and_compared),
		desk_test(the_second_fills_blind_and_a_third_settles),
		desk_test(what_was_settled_is_settled_when_the_form_is_opened_again),
		desk_test(that_there_is_no_value_can_be_settled_too),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
