/* How far those who read the same series agreed, from the readings as they were first signed: a correction was made
 * knowing more.  Ledger worker. */
#ifndef CORE_LEDGER_AGREE_H
#define CORE_LEDGER_AGREE_H

#include "core/ledger/account.h"
#include "core/stats/agreement.h"

enum { AGREE_CATEGORIES = 3 }; /* pass, query, reject, in this order */

struct agree_group {
	char step[32];
	char first[ACCOUNT_ID], second[ACCOUNT_ID]; /* "" for all readers together */
	bool self;                                  /* the same person again, days later */
	struct agreement_table table;
};

/* For each step: all readers together, then each pair of them (by account), then each reader against his repeats.
 * `step` NULL: every step. */
enum rc agree_each(struct ledger *l, const char *step,
	void (*each)(void *ctx, const struct agree_group *g), void *ctx, struct err *e);

/* Kappa of all the pairs of a group taken as interchangeable readers (Fleiss with two). */
struct estimate agree_fleiss(const struct agree_group *g);

#endif
