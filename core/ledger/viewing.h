/* What a signer had on the glass: measured when a decision is signed, signed with it, kept and read back.  Ledger worker. */
#ifndef CORE_LEDGER_VIEWING_H
#define CORE_LEDGER_VIEWING_H

#include "core/ledger/look.h"

struct viewing {
	struct look_rule rule; /* what the step asks of a pass */
	uint32_t slices;       /* with pixels */
	uint32_t whole; /* of these, seen whole; by LOOK_SCALE and LOOK_LEVELS where the step asks nothing */
	uint32_t missing;        /* the first that was not, from 0 */
	bool broken;             /* some pixels cannot be decoded: nobody can have seen them */
	uint32_t broken_slice;   /* the first of those, from 0 */
	uint32_t looks, windows; /* different ones */
	uint32_t least_scale,
		least_levels; /* of the looks that count; 0: none (levels: none but colour) */
	int64_t dwell;        /* milliseconds, all looks together */
	char *body;           /* every look, a line each (docs/RECORD.md); owned */
	char digest[DIGEST_HEX];
};

/* What `account` saw of the series as it is now.  viewing_release(out), on failure too. */
enum rc viewing_measure(struct ledger *l, const char *account, int64_t series, const char *step,
	struct viewing *out, struct err *e);
void viewing_release(struct viewing *v);

/* RC_INVALID where a pass of the step asks for more; the text says what is missing and what to do. */
enum rc viewing_allows_pass(const struct viewing *v, const char *step, struct err *e);

/* The part of it that stands in the decision's event. */
json_t *viewing_json(const struct viewing *v);
/* Keep the body with the decision.  Inside its transaction. */
enum rc viewing_insert(struct ledger *l, int64_t decision, const struct viewing *v, struct err *e);
/* The working rows of a series go when none of its steps is open.  Inside a transaction. */
enum rc viewing_tidy(struct ledger *l, int64_t series, struct err *e);

/* What was signed: the summary as in the event, NULL for a decision of an older version, and the body ("" then).
 * RC_NOT_FOUND where there is no such decision.  json_decref and free them; body may be NULL. */
enum rc viewing_of_decision(
	struct ledger *l, int64_t decision, json_t **summary, char **body, struct err *e);

/* The looks of a body; free() *out.  RC_CORRUPT where it is none. */
enum rc viewing_parse(const char *body, struct look **out, size_t *n, struct err *e);

#endif
