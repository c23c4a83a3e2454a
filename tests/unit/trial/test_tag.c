/* Tags: typed, one type a key in a study, found by comparison. */
#include "core/trial/tag.h"
#include "core/trial/where.h"
#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/desk_make.h"

static enum rc
set(struct desk *d, enum sitter who, const char *place, const char *name, const char *value)
{
	struct fill_place p;

	assert_ok(where_read(d->m->l, place, &p, e));
	return tag_set(d->m->l, &d->who[who],
		&(struct tag_set){ { p.kind, p.object }, name, value }, NULL, NULL);
}

/* "PLACE=VALUE PLACE=VALUE " of what is found */
static void
add_found(void *ctx, const struct tag *t)
{
	char where[CASE_KEY];

	where_name(&(struct case_at){ t->kind, t->object }, where, sizeof(where));
	buf_format(ctx, "%s=%s ", strcmp(t->kind, "image") == 0 ? "image" : where, t->entry->value);
}

static void
found(struct desk *d, const char *words, const char *wanted)
{
	struct tag_search q = { .words = words };
	struct buf b = { 0 };

	buf_text(&b, "");
	assert_ok(tag_find(d->m->l, &q, add_found, &b, e));
	assert_string_equal(b.data != NULL ? b.data : "", wanted);
	buf_release(&b);
}

static void
tags_stand_at_every_level(void **state)
{
	static const char *const places[] = { "NEURO-01/", "NEURO-01/N-1", "NEURO-01/N-1/V1", "E-1",
		"S-0001", "S-0001#2" };
	struct desk *d = *state;

	for (size_t i = 0; i < MEM_COUNT(places); i++)
		assert_int_equal(set(d, CORA, places[i], "reread", "yes please"), RC_OK);
	found(d, "reread",
		"E-1=yes please image=yes please S-0001=yes please NEURO-01=yes please "
		"NEURO-01/N-1=yes please NEURO-01/N-1/V1=yes please ");
	assert_int_equal(set(d, CORA, "S-0001", "reread", ""), RC_OK);
	found(d, "reread!=x",
		"E-1=yes please image=yes please NEURO-01=yes please NEURO-01/N-1=yes please "
		"NEURO-01/N-1/V1=yes please ");
	assert_int_equal(raw_number(d->m->folder, "SELECT count(*) FROM entry"), 7);
}

static void
a_value_is_one_of_its_type(void **state)
{
	static const struct {
		const char *name, *good, *bad;
	} t[] = {
		{ "a:integer", "-12", "1.5" },
		{ "b:float", "2.50", "much" },
		{ "c:date", "2026-02-28", "2026-02-30" },
		{ "d:boolean", "true", "perhaps" },
	};
	struct desk *d = *state;

	for (size_t i = 0; i < MEM_COUNT(t); i++) {
		assert_int_equal(set(d, CORA, "S-1", t[i].name, t[i].bad), RC_INVALID);
		assert_int_equal(set(d, CORA, "S-1", t[i].name, t[i].good), RC_OK);
	}
	assert_int_equal(raw_number(d->m->folder, "SELECT count(*) FROM entry"), 4);
}

static void
a_key_has_one_type_in_a_study(void **state)
{
	struct desk *d = *state;

	assert_int_equal(set(d, CORA, "S-0001", "snr:float", "20"), RC_OK);
	assert_int_equal(set(d, CORA, "S-0002", "snr:integer", "20"), RC_INVALID);
	assert_int_equal(set(d, CORA, "S-0002", "snr:text", "high"), RC_INVALID);
	/* without a type it is of that one */
	assert_int_equal(set(d, CORA, "S-0002", "snr", "high"), RC_INVALID);
	assert_int_equal(set(d, CORA, "S-0002", "snr", "31.5"), RC_OK);
	/* another key, and one that LIKE would take for it */
	assert_int_equal(set(d, CORA, "S-0002", "snr_:integer", "1"), RC_OK);
	assert_int_equal(set(d, CORA, "S-0002", "SNR:date", "2026-01-01"), RC_OK);
}

static void
numbers_and_dates_are_compared_as_such(void **state)
{
	struct desk *d = *state;

	assert_int_equal(set(d, CORA, "S-0001", "snr:float", "9"), RC_OK);
	assert_int_equal(set(d, CORA, "S-0002", "snr", "31.5"), RC_OK);
	assert_int_equal(set(d, CORA, "S-0003", "seen:date", "2026-03-01"), RC_OK);
	found(d, "snr>=20", "S-0002=31.5 ");
	found(d, "snr<20", "S-0001=9 ");
	found(d, "snr=9.0", "S-0001=9 ");
	found(d, "seen<2026-03-02", "S-0003=2026-03-01 ");
	found(d, "seen>2026-03-02", "");
	found(d, "nothing", "");
}

static void
what_is_no_tag_is_refused(void **state)
{
	static const char *const names[] = { "", "1st", "two words", "a:colour", ":date", "a:b:c",
		"k=v" };
	struct tag_search q = { .words = "snr~3" };
	struct desk *d = *state;

	for (size_t i = 0; i < MEM_COUNT(names); i++)
		assert_int_equal(set(d, CORA, "S-0001", names[i], "x"), RC_INVALID);
	assert_int_equal(tag_find(d->m->l, &q, add_found, NULL, NULL), RC_INVALID);
	assert_int_equal(raw_number(d->m->folder, "SELECT count(*) FROM entry"), 0);
}

static void
places_that_are_not_there_are_told(void **state)
{
	struct desk *d = *state;
	struct fill_place p;

	assert_int_equal(where_read(d->m->l, "S-0001#99", &p, NULL), RC_NOT_FOUND);
	assert_int_equal(where_read(d->m->l, "S-0077#1", &p, NULL), RC_NOT_FOUND);
	assert_int_equal(where_read(d->m->l, "S-0001#x", &p, NULL), RC_INVALID);
	assert_int_equal(set(d, CORA, "NONE/", "a", "x"), RC_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		desk_test(tags_stand_at_every_level),
		desk_test(a_value_is_one_of_its_type),
		desk_test(a_key_has_one_type_in_a_study),
		desk_test(numbers_and_dates_are_compared_as_such),
		desk_test(what_is_no_tag_is_refused),
		desk_test(places_that_are_not_there_are_told),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
