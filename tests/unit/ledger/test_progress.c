/* How far the work is. */
#include "tests/unit/ledger/cheap_make.h"

#include "core/ledger/blind.h"
#include "core/ledger/office.h"
#include "core/ledger/progress.h"
#include "tests/unit/ledger/ledger_make.h"

struct counted {
	struct progress_place place[8];
	struct progress_reader reader[8];
	size_t n;
};

static void
take_place(void *ctx, const struct progress_place *p)
{
	struct counted *c = ctx;

	assert_true(c->n < 8);
	c->place[c->n++] = *p;
}

static void
take_reader(void *ctx, const struct progress_reader *r)
{
	struct counted *c = ctx;

	assert_true(c->n < 8);
	c->reader[c->n++] = *r;
}

/* A series of a trial's site and visit. */
static void
add_series(struct made *m, int series, const char *trial, const char *site, const char *visit)
{
	struct catalog_batch *b;
	struct picture p;

	made_begin(m, &b);
	picture_ct(&p, series, 1);
	picture_set(&p, ATTR_TRIAL_PROTOCOL, trial);
	picture_set(&p, ATTR_TRIAL_SITE, site);
	picture_set(&p, ATTR_TRIAL_VISIT, visit);
	made_add(b, &p);
	assert_ok(catalog_batch_end(b, RC_OK, e));
	made_settle(m, 1);
}

static void
decide(struct made *m, const struct session *who, int series, const char *verdict)
{
	struct decision_request r = made_verdict(made_id(m, series), "quality", verdict,
		strcmp(verdict, "pass") == 0 ? NULL : "ID-SUBJ", REVIEWER_PASSWORD);
	struct decision_receipt receipt;

	r.user = "rita";
	assert_ok(decision_sign(m->l, who, &r, &receipt, e));
}

static struct counted
places(struct made *m, const char *account, enum progress_level level)
{
	struct counted c = { .n = 0 };

	assert_ok(progress_places(m->l, account, level, take_place, &c, e));
	return c;
}

static void
fill(struct made *m)
{
	add_series(m, 1, "A", "01", "BL");
	add_series(m, 2, "A", "01", "V2");
	add_series(m, 3, "A", "02", "BL");
	add_series(m, 4, "B", "01", "BL");
}

static void
series_are_counted_by_study_site_and_visit(void **state)
{
	struct made *m = *state;
	struct session rita;
	struct counted c;

	fill(m);
	rita = made_login(m, "rita", REVIEWER_PASSWORD);
	decide(m, &rita, 1, "fail");
	decide(m, &rita, 2, "pass");
	c = places(m, NULL, PROGRESS_STUDY);
	assert_int_equal(c.n, 2);
	assert_string_equal(c.place[0].study, "A");
	assert_int_equal(c.place[0].received, 3);
	assert_int_equal(c.place[0].rejected, 1);
	assert_int_equal(c.place[0].in_review, 1);
	assert_int_equal(c.place[0].quarantined, 1);
	assert_int_equal(progress_done(&c.place[0]), 333);
	assert_true(c.place[0].oldest != 0);
	c = places(m, NULL, PROGRESS_SITE);
	assert_int_equal(c.n, 3);
	c = places(m, NULL, PROGRESS_VISIT);
	assert_int_equal(c.n, 4);
	assert_string_equal(c.place[1].visit, "V2");
	session_close(m->l, &rita);
}

static enum rc
grant(struct made *m, const struct role_grant *g, bool give, struct err *e)
{
	struct session olga = made_login(m, "olga", OFFICER_PASSWORD);
	struct office o = {
		.who = &olga, .password = OFFICER_PASSWORD, .reason = "works at this site"
	};
	enum rc rc = give ? office_grant(m->l, &o, g, e) : office_revoke(m->l, &o, g, e);

	session_close(m->l, &olga);
	return rc;
}

/* who has a role for one site sees that one. */
static void
a_role_for_one_site_sees_that_site(void **state)
{
	struct made *m = *state;
	struct role_grant some = { "rita", "reviewer", "A", "02" },
			  all = { "rita", "reviewer", NULL, NULL };
	struct counted c;

	fill(m);
	assert_ok(grant(m, &some, true, e));
	assert_ok(grant(m, &all, false, e));
	c = places(m, "rita", PROGRESS_SITE);
	assert_int_equal(c.n, 1);
	assert_string_equal(c.place[0].site, "02");
	assert_int_equal(places(m, "nobody", PROGRESS_SITE).n, 0);
}

/* what is blinded has no rows of its own. */
static void
a_blinded_visit_has_no_rows(void **state)
{
	struct made *m = *state;
	struct session olga;
	const char *fields[] = { "visit", NULL };
	struct blinding b = { "reviewer", fields };
	struct office o = { .password = OFFICER_PASSWORD, .reason = "readers are blind" };
	struct counted c;

	fill(m);
	olga = made_login(m, "olga", OFFICER_PASSWORD);
	o.who = &olga;
	assert_ok(office_blind(m->l, &o, &b, e));
	session_close(m->l, &olga);
	blind_for(m->l, "rita");
	c = places(m, "rita", PROGRESS_VISIT);
	assert_int_equal(c.n, 3);
	for (size_t i = 0; i < c.n; i++)
		assert_string_equal(c.place[i].visit, "");
	blind_for(m->l, "");
}

static void
readers_are_told_by_their_work_without_its_pauses(void **state)
{
	struct made *m = *state;
	struct session rita;
	struct counted c = { .n = 0 };

	fill(m);
	rita = made_login(m, "rita", REVIEWER_PASSWORD);
	decide(m, &rita, 1, "pass");
	m->now += INT64_C(60) * 1000000;
	decide(m, &rita, 2, "pass");
	m->now += INT64_C(3600) * 1000000; /* lunch */
	decide(m, &rita, 3, "fail");
	m->now += INT64_C(30) * 1000000;
	decide(m, &rita, 4, "pass");
	assert_ok(progress_readers(m->l, NULL, take_reader, &c, e));
	assert_int_equal(c.n, 1);
	assert_string_equal(c.reader[0].account, "rita");
	assert_int_equal(c.reader[0].decisions, 4);
	assert_int_equal(c.reader[0].fails, 1);
	assert_int_equal(c.reader[0].timed, 2);
	assert_in_range(c.reader[0].working_s, 90, 92);
	assert_in_range(progress_rate10(&c.reader[0]), 780, 800);
	assert_int_equal(c.reader[0].day[PROGRESS_DAYS - 1], 4);
	session_close(m->l, &rita);
	c.n = 0;
	assert_ok(progress_readers(m->l, "dora", take_reader, &c, e));
	assert_int_equal(c.n, 0); /* others' figures are for who reads the log */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		made_test(series_are_counted_by_study_site_and_visit),
		made_test(a_role_for_one_site_sees_that_site),
		made_test(a_blinded_visit_has_no_rows),
		made_test(readers_are_told_by_their_work_without_its_pauses),
	};

	keys_init();
	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
