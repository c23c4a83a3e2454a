/* Four people who read series, and an officer who sets how many are read twice. */
#ifndef TESTS_UNIT_LEDGER_READINGS_MAKE_H
#define TESTS_UNIT_LEDGER_READINGS_MAKE_H

#include "core/ledger/lease.h"
#include "core/ledger/office.h"
#include "core/ledger/setting.h"
#include "core/ledger/standing.h"
#include "tests/unit/ledger/ledger_make.h"

#define EXPERT_PASSWORD "experts settle things"
#define SECOND_PASSWORD "somebody else reads"

enum reader { RITA, DORA, ERIK, SAM, READERS };

static const struct {
	const char *id, *password;
} readers[READERS] = {
	{ "rita", REVIEWER_PASSWORD },
	{ "dora", RADIOLOGIST_PASSWORD },
	{ "erik", EXPERT_PASSWORD },
	{ "sam", SECOND_PASSWORD },
};

struct room {
	struct made *m;
	struct session who[READERS], olga;
};

static inline int
room_setup(void **state)
{
	struct room *d = mem_zero(1, sizeof(*d));
	struct account_enrolment erik =
		made_person("erik", "Erik Expert", EXPERT_PASSWORD, "expert");
	struct account_enrolment sam =
		made_person("sam", "Sam Second", SECOND_PASSWORD, "reviewer");

	made_setup(state);
	d->m = *state;
	assert_ok(made_enrol(d->m, &erik, e));
	assert_ok(made_enrol(d->m, &sam, e));
	for (int i = 0; i < READERS; i++)
		d->who[i] = made_login(d->m, readers[i].id, readers[i].password);
	d->olga = made_login(d->m, "olga", OFFICER_PASSWORD);
	*state = d;
	return 0;
}

/* Sessions last some hours: everybody logs in again. */
static inline void
room_next_day(struct room *d)
{
	for (int i = 0; i < READERS; i++) {
		session_close(d->m->l, &d->who[i]);
		d->who[i] = made_login(d->m, readers[i].id, readers[i].password);
	}
}

static inline int
room_teardown(void **state)
{
	struct room *d = *state;

	for (int i = 0; i < READERS; i++)
		session_close(d->m->l, &d->who[i]);
	session_close(d->m->l, &d->olga);
	assert_verified(d->m->folder);
	made_free(d->m);
	free(d);
	return 0;
}

#define room_test(f) cmocka_unit_test_setup_teardown(f, room_setup, room_teardown)

static inline void
room_set(struct room *d, enum setting which, const char *value)
{
	struct office o = {
		.who = &d->olga, .password = OFFICER_PASSWORD, .reason = "as the plan says"
	};

	assert_ok(office_set(d->m->l, &o, which, value, e));
}

static inline struct decision_request
room_verdict(enum reader who, int64_t series, const char *step, const char *reason)
{
	struct decision_request r = made_verdict(
		series, step, reason != NULL ? "fail" : "pass", reason, readers[who].password);

	r.user = readers[who].id;
	return r;
}

/* A verdict on quality, which asks for no looks: NULL passes.  The state afterwards in to[16]. */
static inline enum rc
room_sign(struct room *d, enum reader who, int64_t series, const char *reason, char to[16],
	struct err *why)
{
	struct decision_request r = room_verdict(who, series, "quality", reason);
	struct decision_receipt receipt;
	enum rc rc = decision_sign(d->m->l, &d->who[who], &r, &receipt, why);

	strcpy(to, receipt.state);
	return rc;
}

/* One more image of an invented series. */
static inline void
room_image(struct room *d, int series, int image)
{
	struct catalog_batch *b;
	struct picture p;

	made_begin(d->m, &b);
	picture_ct(&p, series, image);
	assert_int_equal(made_add(b, &p), CATALOG_NEW);
	assert_ok(catalog_batch_end(b, RC_OK, e));
	made_settle(d->m, 1);
}

static inline int64_t
room_queue(struct room *d, enum reader who, const char *queue)
{
	struct worklist_query q = { .step = queue, .account = readers[who].id };
	int64_t n = -1;

	assert_ok(worklist_total(d->m->l, &q, &n, e));
	return n;
}

static inline int64_t
room_task(struct room *d, int64_t series, const char *step, int reading)
{
	char sql[200];

	snprintf(sql, sizeof(sql),
		"SELECT id FROM task WHERE series = %lld AND step = '%s' AND reading = %d",
		(long long)series, step, reading);
	return raw_number(d->m->folder, sql);
}

#endif
