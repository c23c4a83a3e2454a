/* How far two people who filled the same forms agreed: what was entered twice and signed by both, field by field. */
#ifndef CORE_TRIAL_TWICE_H
#define CORE_TRIAL_TWICE_H

#include "core/ledger/entry.h"

struct twice {
	char form[ENTRY_FORM], field[ENTRY_FIELD]; /* field "": the whole form */
	int64_t compared, same; /* values; of a whole form, forms without a difference */
	int64_t settled;        /* differences that a third person settled */
};

/* Each field of each form, then each form as a whole; studies and sites where `account` holds a role (NULL: all). */
enum rc twice_each(struct ledger *l, const char *trial, const char *account,
	void (*each)(void *ctx, const struct twice *t), void *ctx, struct err *e);

#endif
