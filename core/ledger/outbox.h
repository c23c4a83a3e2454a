/* Copies of verdicts on their way to the sources that the series lie at.  A row is written in the decision's transaction and
 * stays until the source was seen to have it: never the record, never lost, never doubled.  Ledger worker. */
#ifndef CORE_LEDGER_OUTBOX_H
#define CORE_LEDGER_OUTBOX_H

#include <stdbool.h>

#include "core/ledger/ledger.h"

struct outbox_row {
	int64_t id, source, series, decision;
	char source_name[33];
	char state[12]; /* "waiting", "confirmed", "refused" (not without a person), "no-form" (the
	                 * source has none for this verdict: nothing to be done), "given-up" (the source was removed) */
	int64_t made, due, confirmed; /* microseconds UTC; 0 none */
	int64_t tries;
	char fault[200]; /* of the last try; "" none */
	char how[100];   /* in what form the source has it; "" not yet */
};

/* For a decision on a series that lies at a source, inside its transaction; nothing for one of the archive's own. */
enum rc outbox_add(struct ledger *l, int64_t series, int64_t decision, struct err *e);

/* Take the next that is due at this source into hand for `hold_s` seconds, so that two programs do not send the same one at
 * once: the oldest first, and none of a series before the earlier ones of it are done.  RC_NOT_FOUND: none is due. */
enum rc outbox_claim(
	struct ledger *l, int64_t source, int64_t hold_s, struct outbox_row *out, struct err *e);

/* The source has it; one event `verdict-delivered` by `who`. */
enum rc outbox_confirm(struct ledger *l, const struct signer *who, const struct outbox_row *r,
	const char *how, struct err *e);
/* Not now: again after `wait_s` seconds, or, 0, after one that doubles with each try (from 5 s up to an hour, with jitter). */
enum rc outbox_failed(struct ledger *l, const struct outbox_row *r, const char *fault,
	int64_t wait_s, struct err *e);
/* Not without a person. */
enum rc outbox_refused(
	struct ledger *l, const struct outbox_row *r, const char *fault, struct err *e);
/* The source keeps no such verdict: nothing is wrong, and nothing can be given. */
enum rc outbox_no_form(struct ledger *l, const struct outbox_row *r, const char *why, struct err *e);
/* What waits or was refused is due now; 0: of every source.  Returns how many in *n. */
enum rc outbox_retry(struct ledger *l, int64_t source, int64_t *n, struct err *e);

/* Is one due at this source?  Cheap. */
bool outbox_due(struct ledger *l, int64_t source);

/* Oldest first; those that are done only with `all`. */
enum rc outbox_each(struct ledger *l, bool all, void (*each)(void *ctx, const struct outbox_row *r),
	void *ctx, struct err *e);

#endif
