/* Queries: every state with every next one, by everybody. */
#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/desk_make.h"

static int64_t
ask(struct desk *d, enum sitter who, enum query_type type)
{
	struct query_new q = { .at = desk_exam,
		.form = "contrast",
		.field = "volume",
		.text = "is the volume right?",
		.type = type };
	int64_t id = 0;

	assert_ok(query_open(d->m->l, &d->who[who], &q, &id, e));
	return id;
}

static enum rc
step(struct desk *d, enum sitter who, int64_t id, enum query_state to)
{
	struct query_step s = { .id = id, .state = to, .text = "as I see it" };

	return query_step(d->m->l, &d->who[who], &s, NULL);
}

static enum query_state
state_of(struct desk *d, int64_t id)
{
	struct query_row q;

	assert_ok(query_read(d->m->l, id, &q, e));
	return q.state;
}

/* The way to each state; asked by the expert, answered by the coordinator. */
static int64_t
bring(struct desk *d, enum query_state to)
{
	int64_t id = ask(d, EVA, to == QUERY_NONE ? QUERY_ANNOTATION : QUERY_QUERY);

	if (to == QUERY_UPDATED)
		assert_int_equal(step(d, RITA, id, QUERY_UPDATED), RC_OK);
	if (to == QUERY_PROPOSED)
		assert_int_equal(step(d, CORA, id, QUERY_PROPOSED), RC_OK);
	if (to == QUERY_CLOSED)
		assert_int_equal(step(d, EVA, id, QUERY_CLOSED), RC_OK);
	assert_int_equal(state_of(d, id), to);
	return id;
}

/* who may take it there; a letter each: a anybody who asks, n answerers, s the side that opened it, - nobody */
static const char table[QUERY_STATES][QUERY_STATES + 1] = {
	/* to:           N U P C - */
	[QUERY_NEW] = "-anss",
	[QUERY_UPDATED] = "-anss",
	[QUERY_PROPOSED] = "-sns-",
	[QUERY_CLOSED] = "-s---",
	[QUERY_NONE] = "----a",
};

static bool
may(char who, enum sitter s)
{
	switch (who) {
	case 'a':
		return true;
	case 'n':
		return s == CORA || s == EVA;
	case 's':
		return s == EVA;
	default:
		return false;
	}
}

/* */
static void
each_state_is_followed_by_those_of_the_table_by_whom_it_says(void **state)
{
	static const enum sitter tried[] = { CORA, MONA, EVA, RITA };
	struct desk *d = *state;

	for (int from = 0; from < QUERY_STATES; from++)
		for (int to = 0; to < QUERY_STATES; to++)
			for (size_t i = 0; i < MEM_COUNT(tried); i++) {
				int64_t id = bring(d, (enum query_state)from);
				bool should = may(table[from][to], tried[i]);
				enum rc rc = step(d, tried[i], id, (enum query_state)to);

				if ((rc == RC_OK) != should)
					fail_msg("%s -> %s by %s: %d", query_states[from],
						query_states[to], sitters[tried[i]].id, rc);
				assert_int_equal(state_of(d, id), should ? to : from);
			}
}

static void
what_a_check_found_is_asked_once_and_ended_by_coordinator_or_manager(void **state)
{
	struct desk *d = *state;
	struct query_new q = { .at = { "visit", "NEURO-01/N-1/V1" },
		.rule = "missing t2",
		.text = "T2 is missing",
		.type = QUERY_CHECK };
	int64_t fresh;

	assert_ok(query_open_found(d->m->l, &q, 1, &fresh, e));
	assert_int_equal(fresh, 1);
	assert_ok(query_open_found(d->m->l, &q, 1, &fresh, e));
	assert_int_equal(fresh, 0);
	assert_int_equal(step(d, EVA, 1, QUERY_CLOSED), RC_DENIED);
	assert_int_equal(step(d, CORA, 1, QUERY_PROPOSED), RC_OK);
	assert_int_equal(step(d, MONA, 1, QUERY_CLOSED), RC_OK);
	assert_ok(query_open_found(d->m->l, &q, 1, &fresh, e));
	assert_int_equal(fresh, 0);
	assert_int_equal(step(d, CORA, 1, QUERY_UPDATED), RC_OK);
}

/* ---- what they hold up ---- */

static void
refuse(struct desk *d, const char *rule)
{
	struct query_new q = { .at = { "visit", "NEURO-01/N-1/V1" },
		.rule = rule,
		.text = "beyond the limit",
		.type = QUERY_CHECK };
	int64_t fresh;

	assert_ok(query_open_found(d->m->l, &q, 1, &fresh, e));
	assert_int_equal(fresh, 1);
}

static enum rc
pass(struct desk *d, int64_t series, const char *stage, struct err *why)
{
	struct decision_request r = made_verdict(series, stage, "pass", NULL, REVIEWER_PASSWORD);
	struct decision_receipt receipt;

	return decision_sign(d->m->l, &d->who[RITA], &r, &receipt, why);
}

/* the series of a visit beyond its hard limit, or with a value outside a hard range, is not approved before the query is
 * closed; the other steps go on, and other series of the visit where it is about one */
static void
an_open_refusal_holds_up_the_approval(void **state)
{
	struct desk *d = *state;
	struct err why = { 0 };

	made_look_at(d->m, "rita", 1, 3);
	refuse(d, "out-of-range-hard T2 echo_time S-0011");
	assert_ok(query_allows_approval(d->m->l, 1, e));
	refuse(d, "out-of-window-soft - -");
	assert_ok(query_allows_approval(d->m->l, 1, e));
	refuse(d, "out-of-range-hard T2 echo_time S-0001");
	refuse(d, "out-of-window-hard - -");
	assert_ok(pass(d, 1, "phi", e));
	assert_int_equal(pass(d, 1, "quality", &why), RC_CONFLICT);
	assert_non_null(strstr(why.text, "query 3"));
	assert_int_equal(step(d, CORA, 3, QUERY_CLOSED), RC_OK);
	assert_int_equal(pass(d, 1, "quality", NULL), RC_CONFLICT);
	assert_int_equal(query_allows_approval(d->m->l, 2, NULL), RC_OK);
	assert_int_equal(step(d, CORA, 4, QUERY_CLOSED), RC_OK);
	assert_ok(pass(d, 1, "quality", e));
}

/* ---- lists ---- */

static bool
count(void *ctx, const struct query_row *q)
{
	(void)q;
	++*(int *)ctx;
	return true;
}

static int
told(struct desk *d, struct query_filter f)
{
	int n = 0;

	assert_ok(query_each(d->m->l, &f, count, &n, e));
	return n;
}

static void
lists_are_by_owner_state_and_place(void **state)
{
	struct desk *d = *state;
	int64_t id = ask(d, EVA, QUERY_QUERY);
	struct query_step to_site = {
		.id = id, .state = QUERY_UPDATED, .text = "which pump was it?", .owner = "site"
	};

	ask(d, RITA, QUERY_QUERY);
	ask(d, RITA, QUERY_ANNOTATION);
	assert_int_equal(told(d, (struct query_filter){ .state = -1 }), 3);
	assert_int_equal(told(d, (struct query_filter){ .state = QUERY_STATES }), 2);
	assert_int_equal(told(d, (struct query_filter){ .state = -1, .owner = "coordinator" }), 2);
	assert_ok(query_step(d->m->l, &d->who[CORA], &to_site, e));
	assert_int_equal(told(d, (struct query_filter){ .state = -1, .owner = "site" }), 1);
	assert_int_equal(told(d, (struct query_filter){ .state = -1, .trial = "LUNG-02" }), 0);
	assert_int_equal(told(d, (struct query_filter){ .state = -1, .account_may = "cora" }), 3);
	assert_int_equal(told(d, (struct query_filter){ .state = -1, .account_may = "nobody" }), 0);
	assert_int_equal(told(d, (struct query_filter){ .state = -1, .at = &desk_exam }), 3);
	assert_int_equal(told(d, (struct query_filter){ .state = -1, .after = id }), 2);
}

static void
a_query_without_words_or_for_nobody_is_refused(void **state)
{
	struct desk *d = *state;
	struct query_new q = { .at = desk_exam, .text = "", .type = QUERY_QUERY };
	struct query_step s = { .id = 1, .state = QUERY_UPDATED, .text = "x", .owner = "the moon" };
	int64_t id;

	assert_int_equal(query_open(d->m->l, &d->who[EVA], &q, &id, NULL), RC_INVALID);
	ask(d, EVA, QUERY_QUERY);
	assert_int_equal(query_step(d->m->l, &d->who[EVA], &s, NULL), RC_INVALID);
	s.owner = NULL;
	s.text = "bell \007";
	assert_int_equal(query_step(d->m->l, &d->who[EVA], &s, NULL), RC_INVALID);
	s.id = 7;
	s.text = "there is none";
	assert_int_equal(query_step(d->m->l, &d->who[EVA], &s, NULL), RC_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		desk_test(each_state_is_followed_by_those_of_the_table_by_whom_it_says),
		desk_test(what_a_check_found_is_asked_once_and_ended_by_coordinator_or_manager),
		desk_test(an_open_refusal_holds_up_the_approval),
		desk_test(lists_are_by_owner_state_and_place),
		desk_test(a_query_without_words_or_for_nobody_is_refused),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
