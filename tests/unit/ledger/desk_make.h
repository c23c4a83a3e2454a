/* A coordinating centre's desk: two coordinators, a manager and an expert who settles, with a study that was applied and some of
 * its images. */
#ifndef TESTS_UNIT_LEDGER_DESK_MAKE_H
#define TESTS_UNIT_LEDGER_DESK_MAKE_H

#include "core/ledger/entry.h"
#include "core/ledger/form_state.h"
#include "core/ledger/placing.h"
#include "core/study/version.h"
#include "tests/unit/ledger/ledger_make.h"

enum sitter { CORA, CARL, MONA, EVA, RITA, SITTERS };

static const struct {
	const char *id, *name, *password, *role;
} sitters[SITTERS] = {
	{ "cora", "Cora Coordinator", "coordinators ask again", "coordinator" },
	{ "carl", "Carl Coordinator", "second pairs of eyes", "coordinator" },
	{ "mona", "Mona Manager", "managers lock the door", "manager" },
	{ "eva", "Eva Expert", "experts settle things", "expert" },
	{ "rita", "Rita Reviewer", REVIEWER_PASSWORD, "reviewer" },
};

struct desk {
	struct made *m;
	struct session who[SITTERS];
	int64_t version; /* of NEURO-01 */
};

#define DESK_STUDY "NEURO-01"

/* The series, three images each, belong to the study: subject N-1, visit V1 for the first, and so on. */
static inline void
desk_series(struct desk *d, int series)
{
	char subject[16];
	struct placing p = { .exam = series,
		.trial = DESK_STUDY,
		.site = "01",
		.subject = subject,
		.visit = "V1",
		.rule = "test" };
	int64_t changed;

	made_series(d->m, series, 3);
	snprintf(subject, sizeof(subject), "N-%d", series);
	assert_ok(placing_set(d->m->l, NULL, &p, 1, &changed, e));
	assert_int_equal(changed, 1);
}

static inline void
desk_apply(struct desk *d)
{
	struct office o = { .password = OFFICER_PASSWORD, .reason = "the trial begins" };
	struct study_apply file = { study_example_brain, strlen(study_example_brain) };
	struct session olga = made_login(d->m, "olga", OFFICER_PASSWORD);
	struct study_version v;
	struct mistakes m;
	bool same;

	o.who = &olga;
	assert_ok(study_apply(d->m->l, &o, &file, &v, &same, &m, e));
	mistakes_free(&m);
	session_close(d->m->l, &olga);
	d->version = v.id;
}

static inline int
desk_setup(void **state)
{
	struct desk *d = mem_zero(1, sizeof(*d));

	made_setup(state);
	d->m = *state;
	for (int i = 0; i < SITTERS; i++) {
		struct account_enrolment a = made_person(
			sitters[i].id, sitters[i].name, sitters[i].password, sitters[i].role);

		if (i != RITA)
			assert_ok(made_enrol(d->m, &a, e));
		d->who[i] = made_login(d->m, sitters[i].id, sitters[i].password);
	}
	desk_apply(d);
	for (int i = 1; i <= 3; i++)
		desk_series(d, i);
	*state = d;
	return 0;
}

static inline int
desk_teardown(void **state)
{
	struct desk *d = *state;

	for (int i = 0; i < SITTERS; i++)
		session_close(d->m->l, &d->who[i]);
	assert_verified(d->m->folder);
	made_free(d->m);
	free(d);
	return 0;
}

#define desk_test(f) cmocka_unit_test_setup_teardown(f, desk_setup, desk_teardown)

static const struct case_at desk_exam = { "exam", "1" };

/* One value of form `contrast` at exam 1. */
static inline enum rc
desk_enter(struct desk *d, enum sitter who, int pass, const char *field, const char *value,
	const char *reason, struct err *why)
{
	struct entry_value v = { .field = field, .value = value };
	struct entry_save r = { .at = desk_exam,
		.form = "contrast",
		.pass = pass,
		.version = d->version,
		.values = &v,
		.n = 1,
		.reason = reason };

	return entry_save(d->m->l, &d->who[who], &r, 1, NULL, why);
}

static inline enum rc
desk_sign(struct desk *d, enum sitter who, int pass, struct form_receipt *out, struct err *why)
{
	struct form_to_sign f = { desk_exam, "contrast", pass };
	struct form_signing r = { sitters[who].id, sitters[who].password, &f, 1 };
	struct err each;
	enum rc rc = form_sign(d->m->l, &d->who[who], &r, out, &each, why);

	if (rc != RC_OK && why != NULL && each.rc != RC_OK)
		*why = each;
	return rc;
}

static inline const char *
desk_value(struct desk *d, int pass, const char *field)
{
	static struct entry v;

	return entry_one(d->m->l, &desk_exam, "contrast", pass, field, &v, NULL) == RC_OK ? v.value
											  : NULL;
}

#endif
