/* How far the work is of what a study asked for: progress_places (core/ledger/progress.h) with what its file expects, and with
 * places from which nothing came.  Any handle that reads. */
#ifndef CORE_TRIAL_EXPECTED_H
#define CORE_TRIAL_EXPECTED_H

#include "core/ledger/progress.h"

/* Counted are the required series that visits ask for, each once however many of it a visit wants.  Of visits that came, are due
 * now, or overdue; what is not due yet is not expected yet. */
struct expected_place {
	struct progress_place got;
	bool asks; /* a study was applied, and nothing of it is blinded: the numbers below are known */
	int64_t expected; /* such series */
	int64_t came;     /* of them, as many as the visit wants */
	int64_t missing;  /* of them, of visits that came or are overdue; the rest is awaited */
	int64_t complete; /* of them, came and the series that counts is approved or released */
	int64_t queries;  /* open ones */
};

/* Of what is expected by now, approved or released: per thousand; -1 where nobody knows or nothing is expected. */
int expected_complete(const struct expected_place *p);

/* As progress_places, in the order of their names.  A study whose file cannot be read is as one without. */
enum rc expected_places(struct ledger *l, const char *account, enum progress_level level,
	void (*each)(void *ctx, const struct expected_place *p), void *ctx, struct err *e);

#endif
