/* Everything that was ever entered, signed, locked and unlocked at a place, oldest first: what history is to the log.  Ledger's
 * thread. */
#ifndef CORE_TRIAL_PAST_H
#define CORE_TRIAL_PAST_H

#include "core/ledger/entry.h"

struct past_row {
	int64_t event, at;
	char account[ACCOUNT_ID];
	char form[ENTRY_FORM];
	int pass;
	/* a value, or "" and what was done with the form: "signed", "locked", "unlocked" */
	char field[ENTRY_FIELD], step[16];
	char value[ENTRY_VALUE], was[ENTRY_VALUE], spot[ENTRY_SPOT];
	char why[ENTRY_WHY];    /* of an unusual value, of a lock */
	char reason[ENTRY_WHY]; /* why what was signed is changed */
};

/* form NULL: all.  For who has a role of the study and site there; of a form that two people are filling still each is told only
 * what he entered himself, and what is blinded for him is masked.  *hidden (NULL: not wanted): rows that were not told.
 * RC_DENIED, RC_NOT_FOUND. */
enum rc past_each(struct ledger *l, const struct session *who, const struct case_at *at,
	const char *form, void (*each)(void *ctx, const struct past_row *r), void *ctx,
	int64_t *hidden, struct err *e);

#endif
