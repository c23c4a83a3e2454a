/* How far the work is: series by state for each study, site or visit, and what each reader did.  Told from the tables alone, in
 * time that grows with the number of series and decisions.  Any handle, as the ledger's other reading. */
#ifndef CORE_LEDGER_PROGRESS_H
#define CORE_LEDGER_PROGRESS_H

#include "core/ledger/account.h"

enum progress_level { PROGRESS_STUDY, PROGRESS_SITE, PROGRESS_VISIT, PROGRESS_LEVELS };
extern const char *const progress_level_names[PROGRESS_LEVELS]; /* "study", "site", "visit" */

struct progress_place {
	char study[68], site[68],
		visit[68]; /* "" above the level asked for, and where the headers do not say */
	int64_t received;  /* series, all states */
	int64_t quarantined, in_review, query, approved, rejected, released;
	int64_t elsewhere; /* of them, not fetched yet */
	int64_t oldest;    /* when the oldest of those without an outcome came; 0 none */
};

/* Approved, rejected and released of all that was received, per thousand. */
int progress_done(const struct progress_place *p);

/* Each place in the order of their names.  With `account` ("" or NULL: all) only where one of its roles is held, and nothing that is
 * blinded for it: a level below a blinded one has no rows of its own. */
enum rc progress_places(struct ledger *l, const char *account, enum progress_level level,
	void (*each)(void *ctx, const struct progress_place *p), void *ctx, struct err *e);

enum { PROGRESS_DAYS = 14 };

struct progress_reader {
	char account[ACCOUNT_ID], name[ACCOUNT_NAME];
	int64_t decisions, passes, fails;
	int64_t first, last;    /* microseconds UTC */
	int64_t timed;          /* decisions that came within PROGRESS_PAUSE_S of the one before */
	int64_t working_s;      /* sum of the times between decisions of at most PROGRESS_PAUSE_S */
	int64_t median_s;       /* of those times: how long a decision takes; 0 unknown */
	int day[PROGRESS_DAYS]; /* decisions of the last days, UTC, the last is today */
};
enum { PROGRESS_PAUSE_S = 600 };

/* Decisions in an hour of work, times ten; 0 unknown. */
int64_t progress_rate10(const struct progress_reader *r);

/* Each reader by account; with `account` only that one, unless it may read the log (rights_log). */
enum rc progress_readers(struct ledger *l, const char *account,
	void (*each)(void *ctx, const struct progress_reader *r), void *ctx, struct err *e);

#endif
