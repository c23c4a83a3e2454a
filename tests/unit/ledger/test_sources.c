/* Sources, series that are known from them, and what is to be sent back. */
#include "core/ledger/office.h"
#include "core/ledger/outbox.h"
#include "core/ledger/remote.h"
#include "core/ledger/source.h"
#include "core/ledger/why.h"
#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/ledger_make.h"

static enum rc
add_source(struct made *m, const char *name, enum source_keep keep, struct err *e)
{
	struct session olga = made_login(m, "olga", OFFICER_PASSWORD);
	struct office o = {
		.who = &olga, .password = OFFICER_PASSWORD, .reason = "the site's archive"
	};
	struct source_new n = { name, "orthanc+http://127.0.0.1:8042", keep };
	enum rc rc = source_add(m->l, &o, &n, e);

	session_close(m->l, &olga);
	return rc;
}

static int64_t
source_id(struct made *m, const char *name)
{
	struct source s = { 0 };

	assert_ok(source_by_name(m->l, name, &s, e));
	return s.id;
}

static const char *
source_name(struct made *m, int64_t id)
{
	static struct source s;

	assert_ok(source_by_id(m->l, id, &s, e));
	return s.name;
}

/* A series of `images` as its source tells it, by the header of its first image. */
static enum known_outcome
know(struct made *m, int64_t source, int series, int64_t images)
{
	struct catalog_batch *b;
	struct picture p;
	enum known_outcome outcome = KNOWN_ELSEWHERE;
	struct catalog_known k = { .header = &p.h,
		.whole_header = true,
		.source = source,
		.source_name = source_name(m, source),
		.address = "there",
		.images = images };

	picture_ct(&p, series, 1);
	made_begin(m, &b);
	assert_ok(catalog_know(b, &k, &outcome, e));
	assert_ok(catalog_batch_end(b, RC_OK, e));
	return outcome;
}

static int64_t
tasks(struct made *m, const char *step)
{
	struct worklist_query q = { .step = step, .account = "rita", .limit = 1 };
	int64_t n = 0;

	assert_ok(worklist_total(m->l, &q, &n, e));
	return n;
}

/* Images first..last come, as an import or a fetch enters them. */
static void
arrive(struct made *m, int series, int first, int last)
{
	struct catalog_batch *b;
	struct picture p;

	made_begin(m, &b);
	for (int i = first; i <= last; i++) {
		picture_ct(&p, series, i);
		made_add(b, &p);
	}
	assert_ok(catalog_batch_end(b, RC_OK, e));
	made_settle(m, 1);
}

/* From `first` on, all of it. */
static void
fetch(struct made *m, int series, int first, int images)
{
	int64_t id = made_id(m, series);
	struct series s;

	arrive(m, series, first, images);

	assert_ok(catalog_series(m->l, id, &s, e));
	assert_ok(remote_note_whole(m->l, id, s.revision, images, e));
	series_release(&s);
}

static void
an_officer_adds_it_with_an_event_and_nobody_else(void **state)
{
	struct made *m = *state;
	struct session rita = made_login(m, "rita", REVIEWER_PASSWORD);
	struct office o = { .who = &rita, .password = REVIEWER_PASSWORD, .reason = "I want it" };
	struct source_new n = { "pacs", "orthanc+http://127.0.0.1:8042", SOURCE_MEMORY };
	struct source s[SOURCES_MOST];
	size_t count = 0;

	assert_int_equal(source_add(m->l, &o, &n, NULL), RC_DENIED);
	session_close(m->l, &rita);
	assert_ok(add_source(m, "pacs", SOURCE_ENCRYPTED, e));
	assert_int_equal(add_source(m, "pacs", SOURCE_MEMORY, NULL), RC_CONFLICT);
	assert_int_equal(add_source(m, "../pacs", SOURCE_MEMORY, NULL), RC_INVALID);
	assert_ok(source_list(m->l, s, &count, e));
	assert_int_equal(count, 1);
	assert_int_equal(s[0].keep, SOURCE_ENCRYPTED);
	assert_string_equal(source_word(&s[0]), "new");
	made_close(m);
	assert_verified(m->folder);
}

/* A known series is in quarantine and on its worklists, and cannot be judged before all of it is here. */
static void
a_known_series_waits_in_quarantine_and_is_not_judged_unfetched(void **state)
{
	struct made *m = *state;
	struct decision_request r = made_verdict(1, "quality", "pass", NULL, REVIEWER_PASSWORD);
	struct decision_receipt receipt;
	struct session rita;
	struct series s;
	struct remote_row row;
	struct err why = { 0 };

	assert_ok(add_source(m, "pacs", SOURCE_ENCRYPTED, e));
	assert_int_equal(know(m, source_id(m, "pacs"), 1, 3), KNOWN_NEW);
	assert_int_equal(know(m, source_id(m, "pacs"), 1, 3), KNOWN_SAME);
	assert_int_equal(tasks(m, "quality"), 1);
	assert_ok(catalog_series(m->l, 1, &s, e));
	assert_string_equal(s.state, "quarantined");
	assert_int_equal(s.images, 3);
	assert_true(s.why & WHY(UNFETCHED));
	series_release(&s);
	assert_ok(remote_of(m->l, 1, &row, e));
	assert_false(row.whole);
	rita = made_login(m, "rita", REVIEWER_PASSWORD);
	r.user = "rita";
	assert_int_equal(decision_sign(m->l, &rita, &r, &receipt, &why), RC_BUSY);
	assert_non_null(strstr(why.text, "lies at pacs"));
	arrive(m, 1, 1, 2); /* two of three */
	assert_int_equal(decision_sign(m->l, &rita, &r, &receipt, NULL), RC_BUSY);
	fetch(m, 1, 3, 3);
	assert_ok(catalog_series(m->l, 1, &s, e));
	assert_false(s.why & WHY(UNFETCHED));
	series_release(&s);
	assert_ok(decision_sign(m->l, &rita, &r, &receipt, e));
	session_close(m->l, &rita);
	made_close(m);
	assert_verified(m->folder);
}

/* other images at the source: not whole, so not judged, until they are here; then what was signed is stale. */
static void
other_images_there_hold_up_the_series_until_they_are_here(void **state)
{
	struct made *m = *state;
	struct decision_request r = made_verdict(1, "quality", "pass", NULL, REVIEWER_PASSWORD);
	struct decision_receipt receipt;
	struct session rita;
	struct series s;
	int64_t source, changed = 0;

	assert_ok(add_source(m, "pacs", SOURCE_ENCRYPTED, e));
	source = source_id(m, "pacs");
	know(m, source, 1, 3);
	fetch(m, 1, 1, 3);
	rita = made_login(m, "rita", REVIEWER_PASSWORD);
	r.user = "rita";
	assert_ok(decision_sign(m->l, &rita, &r, &receipt, e));
	assert_int_equal(remote_changed(m->l, source, &changed, 1), 0);
	assert_int_equal(know(m, source, 1, 4), KNOWN_CHANGED);
	assert_int_equal(remote_changed(m->l, source, &changed, 1), 1);
	assert_int_equal(changed, 1);
	assert_int_equal(remote_check_whole(m->l, 1, NULL), RC_BUSY);
	fetch(m, 1, 4, 4);
	assert_ok(catalog_series(m->l, 1, &s, e));
	assert_string_equal(s.state, "quarantined");
	series_release(&s);
	assert_int_equal(remote_changed(m->l, source, &changed, 1), 0);
	session_close(m->l, &rita);
	made_close(m);
	assert_verified(m->folder);
}

static void
what_was_not_there_in_a_sweep_is_gone_until_it_is_seen_again(void **state)
{
	struct made *m = *state;
	struct remote_row row;
	int64_t source, began, gone = 0;

	assert_ok(add_source(m, "pacs", SOURCE_ENCRYPTED, e));
	source = source_id(m, "pacs");
	know(m, source, 1, 3);
	know(m, source, 2, 3);
	began = m->now += 1000000;
	know(m, source, 2, 3);
	assert_ok(remote_note_gone(m->l, source, began, &gone, e));
	assert_int_equal(gone, 1);
	assert_ok(remote_of(m->l, 1, &row, e));
	assert_true(row.gone);
	know(m, source, 1, 3);
	assert_ok(remote_of(m->l, 1, &row, e));
	assert_false(row.gone);
}

static void
a_series_of_the_archives_own_is_linked_where_it_has_as_many_images(void **state)
{
	struct made *m = *state;

	assert_ok(add_source(m, "pacs", SOURCE_ENCRYPTED, e));
	made_series(m, 1, 3);
	made_series(m, 2, 3);
	assert_int_equal(know(m, source_id(m, "pacs"), 1, 3), KNOWN_SAME);
	assert_ok(remote_check_whole(m->l, 1, e));
	assert_int_equal(know(m, source_id(m, "pacs"), 2, 4), KNOWN_CHANGED);
	assert_int_equal(remote_check_whole(m->l, 2, NULL), RC_BUSY);
	assert_int_equal(tasks(m, "quality"), 2);
	made_close(m);
	assert_verified(m->folder);
}

/* ---- the outbox ---- */

static void
sign(struct made *m, int series, const char *step)
{
	struct decision_request r =
		made_verdict(made_id(m, series), step, "fail", "ART-NOISE", REVIEWER_PASSWORD);
	struct session rita = made_login(m, "rita", REVIEWER_PASSWORD);
	struct decision_receipt receipt;

	r.user = "rita";
	assert_ok(decision_sign(m->l, &rita, &r, &receipt, e));
	session_close(m->l, &rita);
}

static void
each_decision_waits_once_and_in_its_order(void **state)
{
	struct made *m = *state;
	struct outbox_row first, other;
	int64_t source;

	assert_ok(add_source(m, "pacs", SOURCE_ENCRYPTED, e));
	source = source_id(m, "pacs");
	know(m, source, 1, 3);
	fetch(m, 1, 1, 3);
	made_series(m, 2, 3); /* the archive's own: nothing to send */
	sign(m, 1, "quality");
	sign(m, 2, "quality");
	sign(m, 1, "phi");
	assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM outbox"), 2);
	assert_ok(outbox_claim(m->l, source, 60, &first, e));
	assert_int_equal(first.decision, 1);
	/* the second of a series waits for the first, and nobody else gets the first */
	assert_int_equal(outbox_claim(m->l, source, 60, &other, NULL), RC_NOT_FOUND);
	assert_ok(outbox_failed(m->l, &first, "nobody answers", 0, e));
	assert_false(outbox_due(m->l, source));
	m->now += INT64_C(10) * 1000000;
	assert_ok(outbox_claim(m->l, source, 60, &first, e));
	assert_string_equal(first.fault, "nobody answers");
	assert_int_equal(first.tries, 2);
	assert_ok(outbox_confirm(m->l, ledger_system(m->l), &first, "attachment", e));
	assert_int_equal(
		outbox_confirm(m->l, ledger_system(m->l), &first, "attachment", NULL), RC_CONFLICT);
	assert_ok(outbox_claim(m->l, source, 60, &other, e));
	assert_int_equal(other.decision, 3);
	made_close(m);
	assert_verified(m->folder);
}

static void
one_in_the_hand_of_a_program_that_died_is_due_again(void **state)
{
	struct made *m = *state;
	struct outbox_row r;
	int64_t source;

	assert_ok(add_source(m, "pacs", SOURCE_ENCRYPTED, e));
	source = source_id(m, "pacs");
	know(m, source, 1, 3);
	fetch(m, 1, 1, 3);
	sign(m, 1, "quality");
	assert_ok(outbox_claim(m->l, source, 60, &r, e));
	m->now += INT64_C(61) * 1000000;
	assert_ok(outbox_claim(m->l, source, 60, &r, e));
}

static void
a_refused_one_waits_for_a_person(void **state)
{
	struct made *m = *state;
	struct outbox_row r;
	int64_t source, n = 0;

	assert_ok(add_source(m, "pacs", SOURCE_ENCRYPTED, e));
	source = source_id(m, "pacs");
	know(m, source, 1, 3);
	fetch(m, 1, 1, 3);
	sign(m, 1, "quality");
	assert_ok(outbox_claim(m->l, source, 60, &r, e));
	assert_ok(outbox_refused(m->l, &r, "somebody else's state is there", e));
	m->now += INT64_C(86400) * 1000000;
	assert_int_equal(outbox_claim(m->l, source, 60, &r, NULL), RC_NOT_FOUND);
	assert_ok(outbox_retry(m->l, source, &n, e));
	assert_int_equal(n, 1);
	assert_ok(outbox_claim(m->l, source, 60, &r, e));
}

static void
a_removed_source_gives_up_what_waits_and_its_name(void **state)
{
	struct made *m = *state;
	struct office o = { .password = OFFICER_PASSWORD, .reason = "moved to another" };
	struct session olga;
	int64_t source;

	assert_ok(add_source(m, "pacs", SOURCE_ENCRYPTED, e));
	source = source_id(m, "pacs");
	know(m, source, 1, 3);
	fetch(m, 1, 1, 3);
	sign(m, 1, "quality");
	olga = made_login(m, "olga", OFFICER_PASSWORD);
	o.who = &olga;
	assert_ok(source_remove(m->l, &o, "pacs", e));
	assert_int_equal(source_remove(m->l, &o, "pacs", NULL), RC_NOT_FOUND);
	session_close(m->l, &olga);
	assert_int_equal(
		raw_number(m->folder, "SELECT count(*) FROM outbox WHERE state = 'given-up'"), 1);
	assert_ok(add_source(m, "pacs", SOURCE_MEMORY, e));
	assert_int_not_equal(source_id(m, "pacs"), source);
	made_close(m);
	assert_verified(m->folder);
}

static void
what_a_source_has_no_form_for_is_neither_tried_nor_complained_of(void **state)
{
	struct made *m = *state;
	struct outbox_row r;
	int64_t source, n = 0;

	assert_ok(add_source(m, "pacs", SOURCE_ENCRYPTED, e));
	source = source_id(m, "pacs");
	know(m, source, 1, 3);
	fetch(m, 1, 1, 3);
	sign(m, 1, "quality");
	assert_ok(outbox_claim(m->l, source, 60, &r, e));
	assert_ok(outbox_no_form(m->l, &r, "it keeps rejections only", e));
	assert_ok(outbox_retry(m->l, source, &n, e));
	assert_int_equal(n, 0);
	assert_false(outbox_due(m->l, source));
}

static void
a_source_that_is_added_anew_takes_the_series_of_the_removed_one_over(void **state)
{
	struct made *m = *state;
	struct office o = { .password = OFFICER_PASSWORD, .reason = "moved to another" };
	struct remote_row row;
	struct session olga;

	assert_ok(add_source(m, "old", SOURCE_ENCRYPTED, e));
	know(m, source_id(m, "old"), 1, 3);
	olga = made_login(m, "olga", OFFICER_PASSWORD);
	o.who = &olga;
	assert_ok(source_remove(m->l, &o, "old", e));
	session_close(m->l, &olga);
	assert_ok(add_source(m, "pacs", SOURCE_MEMORY, e));
	assert_int_equal(know(m, source_id(m, "pacs"), 1, 3), KNOWN_SAME);
	assert_ok(remote_of(m->l, 1, &row, e));
	assert_int_equal(row.source, source_id(m, "pacs"));
	assert_int_equal(raw_number(m->folder,
				 "SELECT count(*) FROM event WHERE body LIKE '%series-moved%'"),
		1);
	made_close(m);
	assert_verified(m->folder);
}

/* ---- what the verifier sees ---- */

static void
tampered(struct made *m, const char *sql, const char *finding)
{
	char text[8192];
	sqlite3 *db;

	made_close(m);
	db = raw_open(m->folder);
	raw_run(db, sql);
	sqlite3_close(db);
	assert_int_equal(made_verify(m->folder, false, text), 1);
	assert_non_null(strstr(text, finding));
}

static void
another_address_under_the_name_is_seen(void **state)
{
	assert_ok(add_source(*state, "pacs", SOURCE_ENCRYPTED, e));
	tampered(*state, "UPDATE source SET address = 'orthanc+http://elsewhere'",
		"a source differs from its event");
}

static void
a_source_that_nobody_added_is_seen(void **state)
{
	tampered(*state, "INSERT INTO source VALUES (1, 'x', 'folder:///x', 'archive', 'active', 3)",
		"sources: the table has 1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		made_test(an_officer_adds_it_with_an_event_and_nobody_else),
		made_test(a_known_series_waits_in_quarantine_and_is_not_judged_unfetched),
		made_test(other_images_there_hold_up_the_series_until_they_are_here),
		made_test(what_was_not_there_in_a_sweep_is_gone_until_it_is_seen_again),
		made_test(a_series_of_the_archives_own_is_linked_where_it_has_as_many_images),
		made_test(each_decision_waits_once_and_in_its_order),
		made_test(one_in_the_hand_of_a_program_that_died_is_due_again),
		made_test(a_refused_one_waits_for_a_person),
		made_test(a_removed_source_gives_up_what_waits_and_its_name),
		made_test(what_a_source_has_no_form_for_is_neither_tried_nor_complained_of),
		made_test(a_source_that_is_added_anew_takes_the_series_of_the_removed_one_over),
		made_test(another_address_under_the_name_is_seen),
		made_test(a_source_that_nobody_added_is_seen),
	};

	keys_init();
	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
