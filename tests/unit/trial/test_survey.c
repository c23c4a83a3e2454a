/* The demonstration, imported as any archive: compliance finds the faults of its truth table, and no others; labels stay. */
#include <stdio.h>

#include "core/archive/import.h"
#include "core/demo/demo.h"
#include "core/ledger/entry.h"
#include "core/ledger/label.h"
#include "core/ledger/placing.h"
#include "core/trial/survey.h"
#include "tests/unit/ledger/ledger_make.h"

/* Made once: it is only read, but for test_labels_stay, which is last. */
struct demo {
	struct made *m;
	struct store *store;
	char in[64];
};

static void
apply(struct made *m, const char *text)
{
	struct session who = made_login(m, "olga", OFFICER_PASSWORD);
	struct office o = { &who, OFFICER_PASSWORD, "protocol of the trial" };
	struct study_apply file = { text, strlen(text) };
	struct study_version v;
	struct mistakes mistakes;
	bool same;

	assert_ok(study_apply(m->l, &o, &file, &v, &same, &mistakes, e));
	mistakes_free(&mistakes);
	session_close(m->l, &who);
}

static int
demo_setup(void **state)
{
	struct demo *d = mem_zero(1, sizeof(*d));
	struct import_config c = { .workers = 2 };
	struct import_counts counts;
	char *path = d->in;

	d->m = made_new();
	made_folder(d->in);
	assert_ok(store_open(&d->store, d->m->folder, 1, e));
	assert_ok(demo_write(d->in, 2, NULL, NULL, e));
	c.ledger = d->m->l;
	c.store = d->store;
	c.who = ledger_system(d->m->l);
	assert_ok(import_run(&c, &path, 1, &counts, e));
	apply(d->m, demo_study_neuro);
	apply(d->m, demo_study_lung);
	*state = d;
	return 0;
}

static int
demo_teardown(void **state)
{
	struct demo *d = *state;

	store_close(d->store);
	made_remove(d->in);
	made_free(d->m);
	free(d);
	return 0;
}

/* ---- findings as the table has them ---- */

/* The series of the demonstration that has this number of its exam, by the folder's last part. */
static const char *
leaf_of(struct demo *d, const struct comply_finding *f)
{
	static const char *const leaves[] = { "CT", "T1", "T2", "FLAIR" };
	struct stmt *s =
		db_query(ledger_db(d->m->l), "SELECT series_number FROM series WHERE id = $1");
	int64_t number = 0;

	if (f->series == 0)
		return f->expected != NULL ? f->expected->id : "";
	stmt_int(s, 1, f->series);
	if (stmt_step(s, NULL) == RC_OK)
		number = strtol(stmt_get_text(s, 0), NULL, 10);
	stmt_done(s);
	assert_in_range(number, 2, 5);
	return leaves[number - 2];
}

static bool
is_row(const struct demo_finding *t, const struct survey *s, const struct survey_subject *x,
	const struct comply_finding *f, const char *leaf)
{
	return strcmp(t->trial, s->version.study) == 0 && strcmp(t->subject, x->subject) == 0 &&
		f->visit != NULL && strcmp(t->visit, f->visit->id) == 0 &&
		strcmp(t->kind, comply_kinds[f->kind].name) == 0 && strcmp(t->series, leaf) == 0;
}

static void
tick(struct demo *d, const struct survey *s, const struct survey_subject *x,
	const struct comply_finding *f, bool *found)
{
	const char *leaf = leaf_of(d, f);
	char words[200];

	for (size_t i = 0; i < demo_finding_count(); i++)
		if (!found[i] && is_row(demo_finding_at(i), s, x, f, leaf)) {
			found[i] = true;
			return;
		}
	comply_words(f, words, sizeof(words));
	fail_msg("not in the table: %s %s %s %s: %s", x->subject,
		f->visit != NULL ? f->visit->id : "-", comply_kinds[f->kind].name, leaf, words);
}

static void
tick_study(struct demo *d, const char *study, bool *found)
{
	struct survey_want want = { .study = study };
	struct comply_report r = { 0 };
	struct survey *s = NULL;

	assert_ok(survey_read(d->m->l, &want, &s, e));
	for (size_t i = 0; i < s->subjects; i++) {
		const struct survey_subject *x = &s->subject[i];

		for (size_t k = 0; k < x->in.exams; k++)
			assert_true(place_told(&x->exam[k].place));
		comply_check(s->comply, &x->in, &r);
		for (size_t k = 0; k < r.findings; k++)
			tick(d, s, x, &r.finding[k], found);
	}
	comply_report_release(&r);
	survey_free(s);
}

/* the seeded faults are all found, and no others */
static void
test_truth(void **state)
{
	struct demo *d = *state;
	bool *found = mem_zero(demo_finding_count(), sizeof(*found));

	tick_study(d, "NEURO-01", found);
	tick_study(d, "LUNG-02", found);
	for (size_t i = 0; i < demo_finding_count(); i++) {
		const struct demo_finding *t = demo_finding_at(i);

		if (!found[i])
			fail_msg("not found: %s %s %s %s", t->subject, t->visit, t->kind, t->series);
	}
	free(found);
}

static void
test_chosen(void **state)
{
	struct demo *d = *state;
	struct survey_want want = { .study = "NEURO-01", .site = "11" };
	struct err e = { 0 };
	struct survey *s;

	assert_int_equal(survey_read(d->m->l, &want, &s, &e), RC_OK);
	assert_int_equal(s->subjects, 3);
	survey_free(s);
	want.subject = "N11-0013";
	assert_int_equal(survey_read(d->m->l, &want, &s, &e), RC_OK);
	assert_int_equal(s->subjects, 1);
	assert_int_equal(s->subject[0].in.exams, 1);
	assert_int_equal(s->subject[0].in.exam[0].n, 3);
	assert_true(s->subject[0].in.exam[0].series[0].coverage > 122 &&
		s->subject[0].in.exam[0].series[0].coverage < 123);
	survey_free(s);
	want = (struct survey_want){ .study = "NEURO-01", .account = "nobody" };
	assert_int_equal(survey_read(d->m->l, &want, &s, &e), RC_OK);
	assert_int_equal(s->subjects, 0);
	survey_free(s);
	want = (struct survey_want){ 0 };
	assert_int_equal(survey_read(d->m->l, &want, &s, &e), RC_INVALID);
	err_clear(&e);
	want.study = "NONE";
	assert_int_equal(survey_read(d->m->l, &want, &s, &e), RC_NOT_FOUND);
}

/* a rejected series is missing; R-64 by a clock that stands elsewhere is tested in test_comply */
static void
test_rejected(void **state)
{
	struct demo *d = *state;
	struct survey_want want = { .study = "NEURO-01", .subject = "N01-0001" };
	struct comply_report r = { 0 };
	struct survey *s = NULL;
	size_t missing = 0;

	assert_ok(survey_read(d->m->l, &want, &s, e));
	for (size_t i = 0; i < s->series; i++)
		if (s->one[i].value[ATTR_TE] != NULL && strcmp(s->one[i].value[ATTR_TE], "125") == 0)
			s->one[i].state = "rejected";
	comply_check(s->comply, &s->subject[0].in, &r);
	for (size_t i = 0; i < r.findings; i++)
		missing += r.finding[i].kind == COMPLY_MISSING;
	assert_int_equal(missing, 1);
	comply_report_release(&r);
	survey_free(s);
}

/* What a person filled in for a header goes before what it says, and where a person placed an exam no rule is asked. */
static void
test_people(void **state)
{
	struct demo *d = *state;
	struct account_enrolment kim =
		made_person("kim", "Kim Larsen", "coordinators ask again", "coordinator");
	struct survey_want want = { .study = "NEURO-01", .subject = "N01-0001" };
	struct comply_report r = { 0 };
	struct survey *s = NULL;
	struct session who;
	char series[24] = "", exam[24] = "";
	struct entry_value value = { .field = "echo_time", .value = "99" };
	struct entry_save save = { .at = { "series", series },
		.form = ENTRY_HEADER,
		.pass = PASS_FIRST,
		.values = &value,
		.n = 1 };
	struct placing place = { .trial = "NEURO-01",
		.site = "01",
		.subject = "N01-0001",
		.visit = "WEEK 12",
		.reason = "told by the site" };

	assert_ok(made_enrol(d->m, &kim, e));
	who = made_login(d->m, "kim", kim.password);
	assert_ok(survey_read(d->m->l, &want, &s, e));
	comply_check(s->comply, &s->subject[0].in, &r);
	for (size_t i = 0; i < r.findings; i++)
		if (r.finding[i].kind == COMPLY_SOFT) {
			snprintf(series, sizeof(series), "%lld", (long long)r.finding[i].series);
			place.exam = r.finding[i].exam;
		}
	survey_free(s);
	assert_ok(entry_save(d->m->l, &who, &save, 1, NULL, e));
	assert_ok(survey_read(d->m->l, &want, &s, e));
	comply_check(s->comply, &s->subject[0].in, &r);
	for (size_t i = 0; i < r.findings; i++)
		assert_int_not_equal(r.finding[i].kind, COMPLY_SOFT);
	survey_free(s);

	snprintf(exam, sizeof(exam), "%lld", (long long)place.exam);
	assert_ok(placing_set(d->m->l, &who, &place, 1, NULL, e));
	assert_ok(survey_read(d->m->l, &want, &s, e));
	for (size_t i = 0; i < s->exams; i++) {
		assert_int_equal(s->exam[i].person, s->exam[i].id == place.exam);
		assert_int_equal(s->exam[i].place.part[STUDY_VISIT].why,
			s->exam[i].person ? PLACE_UNKNOWN : PLACE_TOLD);
	}
	survey_free(s);
	comply_report_release(&r);
	session_close(d->m->l, &who);
}

static void
sum_labels(void *ctx, int64_t series, const struct label_row *row)
{
	uint64_t *sum = ctx;

	for (const char *p = row != NULL ? row->text : ""; *p != '\0'; p++)
		*sum = *sum * 31 + (unsigned char)*p + (uint64_t)series;
}

/* descriptions that are removed on release change no label: it is told from the header as it came, and kept */
static void
test_labels_stay(void **state)
{
	struct demo *d = *state;
	uint64_t before = 0, after = 0;
	int64_t done = 1;

	assert_ok(label_each(d->m->l, sum_labels, &before, e));
	assert_int_not_equal(before, 0);
	assert_ok(ledger_begin(d->m->l, e));
	assert_ok(db_exec(ledger_db(d->m->l),
		"UPDATE series SET series_description = NULL, protocol_name = NULL, contrast_agent "
		"= ''",
		e));
	assert_ok(ledger_end(d->m->l, RC_OK, e));
	while (done > 0)
		assert_ok(label_tell_next(d->m->l, 1000, &done, e));
	assert_ok(label_each(d->m->l, sum_labels, &after, e));
	assert_true(before == after);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_truth),
		cmocka_unit_test(test_chosen),
		cmocka_unit_test(test_rejected),
		cmocka_unit_test(test_people),
		cmocka_unit_test(test_labels_stay),
	};

	return cmocka_run_group_tests(tests, demo_setup, demo_teardown);
}
