/* What series are, in the ledger: told by the rules as they are settled, said by people, and searched. */
#include "core/ledger/blind.h"
#include "core/ledger/label.h"
#include "core/ledger/worklist.h"
#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/readings_make.h"

/* An MR of so many slices; what a header does not say is NULL. */
static int64_t
put_mr(struct made *m, int series, const char *description, const char *agent)
{
	struct picture p;

	for (int i = 1; i <= 3; i++) {
		picture_ct(&p, series, i);
		picture_set(&p, ATTR_MODALITY, "MR");
		picture_set(&p, ATTR_SOP_CLASS, "1.2.840.10008.5.1.4.1.1.4");
		picture_set(&p, ATTR_SERIES_DESC, description);
		picture_set(&p, ATTR_CONTRAST_AGENT, agent);
		picture_set(&p, ATTR_IMAGE_TYPE, "ORIGINAL\\PRIMARY\\M");
		made_put(m, &p);
	}
	return made_id(m, series);
}

static struct label_row
row_of(struct made *m, int64_t series)
{
	struct label_row r;

	assert_ok(label_of(m->l, series, &r, e));
	return r;
}

static int64_t
found(struct made *m, const char *words)
{
	struct worklist_query q = { .step = "quality", .filter = words };
	int64_t n = -1;

	assert_ok(worklist_total(m->l, &q, &n, e));
	return n;
}

static enum rc
say(struct room *d, enum reader who, int64_t series, const char *text, struct err *why)
{
	struct label_request r = {
		.series = series, .text = text, .reason = "as the protocol of the site says"
	};

	return label_set(d->m->l, &d->who[who], &r, why);
}

/* */
static void
a_series_has_its_label_once_it_is_settled(void **state)
{
	struct room *d = *state;
	int64_t id = put_mr(d->m, 1, "t1_tra_post", "Gadovist");
	struct label_row r = row_of(d->m, id);

	assert_string_equal(r.text, "AX T1 POST");
	assert_string_equal(r.rule, "class.99 base.71 contrast.20 plane.10 dim.99 fatsat.99");
	assert_int_equal(r.confidence, 80);
	assert_int_equal(strlen(r.rules), 64);
	assert_int_equal(r.event, 0);
	assert_string_equal(r.account, "");
}

/* */
static void
it_is_searched_like_what_a_row_shows(void **state)
{
	struct room *d = *state;
	int64_t id = put_mr(d->m, 1, "t1_tra", "Gadovist");

	put_mr(d->m, 2, "t2_tra", NULL);
	assert_int_equal(found(d->m, "ax post"), 1);
	assert_ok(say(d, ERIK, id, "AX T1 PRE", e));
	assert_int_equal(found(d->m, "ax post"), 0);
	assert_int_equal(found(d->m, "ax t1 pre"), 1);
	assert_int_equal(found(d->m, "ax"), 2);
}

/* More images may change it. */
static void
it_is_told_again_with_more_images(void **state)
{
	struct room *d = *state;
	int64_t id = put_mr(d->m, 1, "survey of planes", NULL);
	struct picture p;

	assert_string_equal(row_of(d->m, id).text, "LOCALIZER");
	id = put_mr(d->m, 2, "t2_tra", NULL);
	picture_ct(&p, 2, 9);
	picture_set(&p, ATTR_MODALITY, "MR");
	picture_set(&p, ATTR_IMAGE_ORIENTATION, "0\\1\\0\\0\\0\\-1");
	made_put(d->m, &p);
	assert_string_equal(row_of(d->m, id).text, "MULTI T2");
}

/* */
static void
what_a_person_said_stands_until_it_is_taken_back(void **state)
{
	struct room *d = *state;
	int64_t id = put_mr(d->m, 1, "t1_tra", NULL), done;
	struct label_row r;
	struct picture p;

	assert_ok(say(d, DORA, id, "post ax t1", e));
	r = row_of(d->m, id);
	assert_string_equal(r.text, "AX T1 POST");
	assert_string_equal(r.rule, LABEL_BY_PERSON);
	assert_string_equal(r.account, "dora");
	assert_true(r.event > 0);
	picture_ct(&p, 1, 9); /* settled anew */
	picture_set(&p, ATTR_MODALITY, "MR");
	made_put(d->m, &p);
	made_close(d->m);
	raw_text(d->m->folder, "SELECT body FROM event WHERE body LIKE '%label-set%'", r.reason,
		sizeof(r.reason));
	made_open(d->m);
	assert_ok(label_tell_next(d->m->l, 100, &done, e));
	assert_string_equal(row_of(d->m, id).text, "AX T1 POST");
	assert_ok(say(d, ERIK, id, NULL, e));
	r = row_of(d->m, id);
	assert_string_equal(r.text, "AX T1");
	assert_int_equal(r.event, 0);
	assert_string_equal(r.account, "");
	assert_string_equal(r.reason, "");
}

/* */
static void
its_event_says_what_it_was_before_and_by_which_rule(void **state)
{
	struct room *d = *state;
	int64_t id = put_mr(d->m, 1, "t1_tra", NULL);
	char body[3000];

	assert_ok(say(d, ERIK, id, "AX T1 PRE", e));
	raw_text(d->m->folder, "SELECT body FROM event ORDER BY seq DESC LIMIT 1", body,
		sizeof(body));
	assert_non_null(strstr(body, "\"action\":\"label-set\""));
	assert_non_null(strstr(body,
		"\"before\":\"AX T1\",\"label\":\"AX T1 PRE\","
		"\"reason\":\"as the protocol of the site says\","
		"\"rule\":\"class.99 base.71 contrast.90 "));
	assert_non_null(strstr(body, "\"role\":\"expert\""));
	assert_non_null(strstr(body, "\"user\":\"erik\""));
}

static void
who_may_not_is_refused_and_nothing_is_written(void **state)
{
	struct room *d = *state;
	int64_t id = put_mr(d->m, 1, "t1_tra", NULL);
	int64_t events = raw_number(d->m->folder, "SELECT count(*) FROM event");
	struct label_request r = { .series = id, .text = "AX T2", .reason = "I think so" };

	assert_int_equal(say(d, RITA, id, "AX T2", NULL), RC_DENIED);
	assert_int_equal(label_set(d->m->l, &d->olga, &r, NULL), RC_DENIED);
	assert_int_equal(say(d, ERIK, id, "AX FINE", NULL), RC_INVALID);
	assert_int_equal(say(d, ERIK, id, NULL, NULL), RC_CONFLICT);  /* nothing to take back */
	assert_int_equal(say(d, ERIK, 99, "AX T2", NULL), RC_DENIED); /* no such series */
	r.reason = "why";
	assert_int_equal(label_set(d->m->l, &d->who[ERIK], &r, NULL), RC_INVALID);
	assert_int_equal(raw_number(d->m->folder, "SELECT count(*) FROM event"), events);
	assert_ok(say(d, ERIK, id, "AX T2", e));
	assert_int_equal(say(d, DORA, id, "T2 AX", NULL), RC_CONFLICT); /* it is that already */
}

/* A role for one site says nothing of another's series. */
static void
a_role_for_another_site_is_not_enough(void **state)
{
	struct room *d = *state;
	int64_t id = put_mr(d->m, 1, "t1_tra", NULL);
	sqlite3 *db = raw_open(d->m->folder);

	raw_run(db, "UPDATE account_role SET site = '77' WHERE account = 'erik'");
	assert_int_equal(say(d, ERIK, id, "AX T2", NULL), RC_DENIED);
	raw_run(db, "UPDATE account_role SET site = '*' WHERE account = 'erik'");
	sqlite3_close(db);
	assert_ok(say(d, ERIK, id, "AX T2", e));
}

/* a label tells of what it was made of. */
static void
a_label_is_blinded_with_what_the_rules_ask(void **state)
{
	static const char *const fields[] = { "contrast_agent", NULL };
	struct room *d = *state;
	int64_t id = put_mr(d->m, 1, "t1_tra", "Gadovist");
	struct office o = {
		.who = &d->olga, .password = OFFICER_PASSWORD, .reason = "as the plan says"
	};
	struct blinding b = { .role = "expert", .fields = fields };
	struct label_facts f;

	assert_ok(office_blind(d->m->l, &o, &b, e));
	blind_for(d->m->l, "erik");
	assert_string_equal(row_of(d->m, id).text, BLIND_MASK);
	assert_int_equal(label_facts(d->m->l, id, &f, NULL), RC_DENIED);
	assert_int_equal(say(d, ERIK, id, "AX T1 PRE", NULL), RC_DENIED);
	blind_for(d->m->l, "dora");
	assert_string_equal(row_of(d->m, id).text, "AX T1 POST");
	blind_for(d->m->l, "");
}

/* Those of another table of rules, and those without any; each once, in batches. */
static void
labels_of_another_table_are_told_again(void **state)
{
	struct room *d = *state;
	int64_t done, n = 0;
	sqlite3 *db;

	for (int i = 1; i <= 5; i++)
		put_mr(d->m, i, "t2_tra", NULL);
	assert_ok(say(d, ERIK, made_id(d->m, 4), "AX T1", e));
	db = raw_open(d->m->folder);
	raw_run(db,
		"UPDATE series_label SET rules = 'old', label = 'OLD' WHERE event = 0;"
		"DELETE FROM series_label WHERE series = 2");
	sqlite3_close(db);
	assert_int_equal(label_waiting(d->m->l), 4);
	do {
		assert_ok(label_tell_next(d->m->l, 2, &done, e));
		n += done;
	} while (done > 0);
	assert_int_equal(n, 4);
	assert_int_equal(label_waiting(d->m->l), 0);
	assert_int_equal(found(d->m, "ax"), 5);
	assert_int_equal(found(d->m, "old"), 0);
	assert_string_equal(row_of(d->m, made_id(d->m, 4)).text, "AX T1");
}

/* told by the header as it came, and kept: no files are needed for it. */
static void
it_is_kept_with_the_series(void **state)
{
	struct room *d = *state;
	int64_t id = put_mr(d->m, 1, "t1_tra_post", NULL);

	made_close(d->m);
	made_open(d->m);
	assert_string_equal(row_of(d->m, id).text, "AX T1 POST");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		room_test(a_series_has_its_label_once_it_is_settled),
		room_test(it_is_searched_like_what_a_row_shows),
		room_test(it_is_told_again_with_more_images),
		room_test(what_a_person_said_stands_until_it_is_taken_back),
		room_test(its_event_says_what_it_was_before_and_by_which_rule),
		room_test(who_may_not_is_refused_and_nothing_is_written),
		room_test(a_role_for_another_site_is_not_enough),
		room_test(a_label_is_blinded_with_what_the_rules_ask),
		room_test(labels_of_another_table_are_told_again),
		room_test(it_is_kept_with_the_series),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
