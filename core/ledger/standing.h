/* How a series stands by what was signed on it: the outcome of each step from its readings, the state that follows, and
 * the tasks that are left.  A step that is read twice has an outcome where both readers agree, or the adjudicator's.
 * Ledger worker. */
#ifndef CORE_LEDGER_STANDING_H
#define CORE_LEDGER_STANDING_H

#include "core/ledger/account.h"
#include "core/ledger/ledger.h"

/* Which reading of a step a task or decision is. */
enum {
	READING_FIRST = 1,
	READING_SECOND = 2,
	READING_ADJUDICATION = 3,
	READING_REPEAT = 4, /* the first reader's own again, later: measures him, decides nothing */
	STANDING_STEPS = 8,
};

enum outcome { OUTCOME_NONE, OUTCOME_PASS, OUTCOME_QUERY, OUTCOME_REJECT };
/* "", "pass", "query", "reject" */
const char *outcome_name(enum outcome o);
/* What a verdict with these reasons amounts to; `rejects`: one of them says so. */
enum outcome outcome_of(bool pass, bool rejects);

struct standing_reading {
	int64_t decision; /* that stands, on the images as they are; 0 none */
	enum outcome verdict;
	char account[ACCOUNT_ID];
};

struct standing_step {
	char name[32];
	int64_t readings;                   /* planned: 1 or 2 */
	struct standing_reading reading[3]; /* first, second, adjudication */
};

struct standing {
	size_t n;
	struct standing_step step[STANDING_STEPS]; /* in the order of the workflow */
};

enum rc standing_load(struct ledger *l, int64_t series, struct standing *out, struct err *e);
/* NULL where the workflow has no such step. */
struct standing_step *standing_find(struct standing *s, const char *step);

enum outcome standing_outcome(const struct standing_step *s);
/* Do two readings differ? */
bool standing_disputed(const struct standing_step *s);
/* "quarantined", "in-review", "approved", "query" or "rejected" */
const char *standing_state(const struct standing *s);
/* Has the account signed one of the readings of the step? */
bool standing_is_reader(const struct standing_step *s, const char *account);

/* Open, close and void the tasks of a series so that they are what is left to do.  Inside a transaction. */
enum rc standing_write_tasks(
	struct ledger *l, int64_t series, const struct standing *s, struct err *e);

#endif
