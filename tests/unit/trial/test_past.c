/* All that was entered, in its order, and what is not told. */
#include "core/trial/past.h"
#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/desk_make.h"

static void
add(void *ctx, const struct past_row *r)
{
	buf_format(ctx, "%s%s %s>%s;", r->field, r->step, r->was, r->value);
}

static void
told(struct desk *d, enum sitter who, const char *form, const char *wanted, int64_t hidden)
{
	struct buf b = { 0 };
	int64_t n = -1;

	buf_text(&b, "");
	assert_ok(past_each(d->m->l, &d->who[who], &desk_exam, form, add, &b, &n, e));
	assert_string_equal(b.data != NULL ? b.data : "", wanted);
	assert_int_equal(n, hidden);
	buf_release(&b);
}

/* */
static void
while_two_are_filling_a_form_each_sees_his_own(void **state)
{
	struct desk *d = *state;
	struct form_receipt r;

	assert_ok(desk_enter(d, CORA, PASS_FIRST, "volume", "8.0", NULL, e));
	assert_ok(desk_enter(d, CORA, PASS_FIRST, "volume", "9.0", NULL, e));
	assert_ok(desk_sign(d, CORA, PASS_FIRST, &r, e));
	assert_ok(desk_enter(d, CARL, PASS_SECOND, "volume", "7.5", NULL, e));
	told(d, CORA, NULL, "volume >8.0;volume 8.0>9.0;signed >;", 1);
	told(d, CARL, "contrast", "volume >7.5;", 3);
	told(d, MONA, NULL, "", 4);
	assert_ok(desk_sign(d, CARL, PASS_SECOND, &r, e));
	told(d, MONA, NULL, "volume >8.0;volume 8.0>9.0;signed >;volume >7.5;signed >;", 0);
}

/* */
static void
what_was_there_before_is_told_with_what_took_its_place(void **state)
{
	static const struct entry_value v[] = { { .field = "reread", .value = "yes" },
		{ .field = "reread", .value = "no" }, { .field = "reread", .value = "" } };
	struct desk *d = *state;

	for (size_t i = 0; i < MEM_COUNT(v); i++) {
		struct entry_save r = {
			.at = desk_exam, .form = ENTRY_TAG, .pass = 1, .values = &v[i], .n = 1
		};

		assert_ok(entry_save(d->m->l, &d->who[CORA], &r, 1, NULL, e));
	}
	told(d, RITA, ENTRY_TAG, "reread >yes;reread yes>no;reread no>;", 0);
	told(d, RITA, ENTRY_HEADER, "", 0);
}

/* */
static void
officers_see_nothing_of_it(void **state)
{
	struct desk *d = *state;
	struct session olga = made_login(d->m, "olga", OFFICER_PASSWORD);

	assert_int_equal(
		past_each(d->m->l, &olga, &desk_exam, NULL, add, NULL, NULL, NULL), RC_DENIED);
	session_close(d->m->l, &olga);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		desk_test(while_two_are_filling_a_form_each_sees_his_own),
		desk_test(what_was_there_before_is_told_with_what_took_its_place),
		desk_test(officers_see_nothing_of_it),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
