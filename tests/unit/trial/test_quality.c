/* Ratings and artifacts: on the study's scale, with severities and places, each reader by himself. */
#include "core/trial/quality.h"
#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/desk_make.h"

static enum rc
say(struct desk *d, enum sitter who, const char *code, const char *value, const char *spot)
{
	struct quality_said said = { code, value, spot };
	struct quality q;

	assert_ok(quality_read(d->m->l, sitters[who].id, 1, &q, e));
	return quality_say(d->m->l, &d->who[who], &q, &said, 1, NULL);
}

static const struct quality_item *
item(const struct quality *q, const char *code)
{
	for (size_t i = 0; i < q->items; i++)
		if (strcmp(q->item[i].code, code) == 0)
			return &q->item[i];
	return NULL;
}

/* */
static void
a_rating_is_one_of_the_scale_and_a_severity_from_0_to_3(void **state)
{
	struct desk *d = *state;
	struct quality q;

	assert_int_equal(say(d, RITA, "rating", "RID13", NULL), RC_OK);
	assert_int_equal(say(d, RITA, "rating", "good", NULL), RC_INVALID);
	for (char v[2] = "0"; v[0] <= '3'; v[0]++)
		assert_int_equal(say(d, RITA, "111210", v, NULL), RC_OK);
	assert_int_equal(say(d, RITA, "111210", "4", NULL), RC_INVALID);
	assert_int_equal(say(d, RITA, "111210", "33", NULL), RC_INVALID);
	assert_int_equal(say(d, RITA, "PHI-PIX", "1", NULL), RC_INVALID);
	assert_int_equal(
		say(d, RITA, "ART-GHOST", "1", NULL), RC_INVALID); /* of MR, and this is CT */
	assert_int_equal(say(d, CORA, "rating", "RID12", NULL), RC_DENIED);
	assert_ok(quality_read(d->m->l, "rita", 1, &q, e));
	assert_string_equal(q.grade[q.rating].code, "RID13");
	assert_int_equal(item(&q, "111210")->severity, 3);
	assert_int_equal(item(&q, "ART-CTRING")->severity, QUALITY_UNSET);
}

/* absent is not unset */
static void
what_was_said_is_taken_back_and_is_unset_again(void **state)
{
	struct desk *d = *state;
	struct quality q;

	assert_int_equal(say(d, RITA, "111210", "0", NULL), RC_OK);
	assert_ok(quality_read(d->m->l, "rita", 1, &q, e));
	assert_int_equal(item(&q, "111210")->severity, 0);
	assert_int_equal(say(d, RITA, "111210", "", NULL), RC_OK);
	assert_ok(quality_read(d->m->l, "rita", 1, &q, e));
	assert_int_equal(item(&q, "111210")->severity, QUALITY_UNSET);
}

static void
the_next_person_finds_the_place(void **state)
{
	struct desk *d = *state;
	struct quality_spot at = { 12, 100, 80, 40, 400 }, back;
	char text[ENTRY_SPOT];
	struct quality q;

	quality_spot_text(&at, text);
	assert_string_equal(text, "slice 12; point 100,80; window 40,400");
	assert_int_equal(say(d, RITA, "111210", "2", text), RC_OK);
	assert_ok(quality_read(d->m->l, "rita", 1, &q, e));
	assert_true(quality_spot_read(item(&q, "111210")->spot, &back));
	assert_int_equal(back.slice, 12);
	assert_int_equal(back.x, 100);
	assert_true(back.width == 400);
	assert_true(quality_spot_read("slice 3", &back));
	assert_int_equal(back.x, -1);
	assert_false(quality_spot_read("somewhere", &back));
	assert_false(quality_spot_read("slice 0", &back));
	assert_false(quality_spot_read("slice 3; window 1,-2", &back));
}

/* each reader's ratings, in their order, also when he says it again */
static void
the_second_reader_rates_blind_and_every_rating_is_kept_in_its_order(void **state)
{
	struct desk *d = *state;
	struct quality q;

	assert_int_equal(say(d, RITA, "rating", "RID12", NULL), RC_OK);
	assert_ok(quality_read(d->m->l, "eva", 1, &q, e));
	assert_int_equal(q.pass, PASS_SECOND);
	assert_int_equal(q.rating, QUALITY_UNSET);
	assert_int_equal(say(d, EVA, "rating", "RID14", NULL), RC_OK);
	assert_int_equal(say(d, RITA, "rating", "RID13", NULL), RC_OK);
	assert_ok(quality_read(d->m->l, "rita", 1, &q, e));
	assert_string_equal(q.grade[q.rating].code, "RID13");
	assert_int_equal(raw_number(d->m->folder,
				 "SELECT count(*) FROM entry WHERE field = 'rating' AND at > 0"),
		3);
	assert_int_equal(
		raw_number(d->m->folder,
			"SELECT count(*) FROM entry WHERE account = 'rita' AND was = 'RID12'"),
		1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		desk_test(a_rating_is_one_of_the_scale_and_a_severity_from_0_to_3),
		desk_test(what_was_said_is_taken_back_and_is_unset_again),
		desk_test(the_next_person_finds_the_place),
		desk_test(the_second_reader_rates_blind_and_every_rating_is_kept_in_its_order),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
