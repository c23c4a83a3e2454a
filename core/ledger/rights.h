/* Who may do what: role by step of work, study and site, as the tables say at that moment.  What no row allows is
 * denied. */
#ifndef CORE_LEDGER_RIGHTS_H
#define CORE_LEDGER_RIGHTS_H

#include "core/ledger/account.h"

enum { RIGHTS_ROLE = 16, RIGHTS_PLACE = 65 /* a study or site, with its NUL */ };

struct role_grant {
	const char *user, *role;
	const char *study, *site; /* NULL: every one */
};

/* RC_DENIED unless the account is active and an officer. */
enum rc rights_officer(struct ledger *l, const char *user, struct err *e);

/* A role of `user` that may do `step` on this series (0: on any).  An account that holds officer or admin does no step,
 * whatever else it holds.  RC_DENIED. */
enum rc rights_step(struct ledger *l, const char *user, const char *step, int64_t series,
	char role[RIGHTS_ROLE], struct err *e);

/* A role of `user` that may say what this series is (label.h).  RC_DENIED. */
enum rc rights_label(struct ledger *l, const char *user, int64_t series, char role[RIGHTS_ROLE],
	struct err *e);

/* Does the active account hold the role, with its training where that is asked for, for this study and site?  One that holds
 * officer or admin does nothing that has to do with images or data. */
struct rights_place {
	const char *study, *site;
};
bool rights_role(
	struct ledger *l, const char *user, const char *role, const struct rights_place *at);

/* May the account read the whole log?  The others are told of what they did themselves. */
bool rights_log(struct ledger *l, const char *user);

/* May the account do the step in every study and at every site? */
bool rights_everywhere(struct ledger *l, const char *user, const char *step);
/* SQL that holds for the series `task.series` of a query where the account ($N) may do the step ($1). */
void rights_sql(char *to, size_t size, int account_parameter);

/* Is it a grant that can be made?  RC_INVALID: no such role, a study or site that cannot be one; RC_DENIED: officer or
 * admin together with a role that reviews, in either order. */
enum rc rights_check(struct ledger *l, const struct role_grant *g, struct err *e);
/* Write it for the event `seq`, after rights_check.  Inside a transaction.  RC_CONFLICT where it is there already. */
enum rc rights_grant(struct ledger *l, const struct role_grant *g, int64_t seq, struct err *e);
/* RC_NOT_FOUND where it is not there. */
enum rc rights_revoke(struct ledger *l, const struct role_grant *g, struct err *e);

#endif
