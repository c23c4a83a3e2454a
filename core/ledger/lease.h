/* Who has a task open: so that two people do not read the same series by accident.  A lease is a working state that
 * times out; taking one over from somebody is an event with a reason.  Ledger worker. */
#ifndef CORE_LEDGER_LEASE_H
#define CORE_LEDGER_LEASE_H

#include "core/ledger/account.h"

struct lease {
	char account[ACCOUNT_ID], name[ACCOUNT_NAME];
	char source[160]; /* terminal and address */
	int64_t since, until;
};

/* Take or prolong it for `lease-minutes`.  RC_CONFLICT where somebody else has it (in *held, and in the text); the
 * same account may have it in two sessions.  held may be NULL. */
enum rc lease_take(struct ledger *l, const struct session *who, int64_t task, struct lease *held,
	struct err *e);

/* From whoever has it, with a reason of 5 characters or more; writes `lease-taken-over`. */
enum rc lease_take_over(struct ledger *l, const struct session *who, int64_t task,
	const char *reason, struct err *e);

/* Let go; nothing happens where the session has none.  task 0: all of the session's. */
enum rc lease_drop(struct ledger *l, const struct session *who, int64_t task, struct err *e);

/* The same inside a transaction. */
enum rc lease_let_go(struct ledger *l, const char *session, int64_t task, struct err *e);

/* RC_CONFLICT where another account has the task now, with its name and time. */
enum rc lease_check(struct ledger *l, const char *account, int64_t task, struct err *e);

/* Who has it now; false: nobody. */
bool lease_of(struct ledger *l, int64_t task, struct lease *out);

#endif
