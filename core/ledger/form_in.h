/* Steps of forms, for form_state.c (locks) and form_sign.c (signatures). */
#ifndef CORE_LEDGER_FORM_IN_H
#define CORE_LEDGER_FORM_IN_H

#include "core/ledger/form_state.h"

struct form_step {
	struct case_at at;
	const char *form; /* "": the whole study */
	const char *step, *why, *digest;
	int pass;
	int64_t running; /* of a signature; 0 */
};

/* The row that an event tells of.  Inside a transaction. */
enum rc form_step_write(struct ledger *l, const struct signer *author, const struct form_step *st,
	struct event_receipt *receipt, struct err *e);

#endif
