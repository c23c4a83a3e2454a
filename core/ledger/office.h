/* What officers do: each act is signed with the officer's own key, the password typed for it (STANDARDS 1.2). */
#ifndef CORE_LEDGER_OFFICE_H
#define CORE_LEDGER_OFFICE_H

#include "core/ledger/account.h"
#include "core/ledger/rights.h"
#include "core/ledger/setting.h"

/* The officer, and why: `reason` of 5 characters or more, for enrolment and reset how the identity was checked. */
struct office {
	const struct session *who;
	const char *password;
	const char *reason;
};

/* All: RC_DENIED where the session is not an officer's or was ended, or the password is wrong (which counts);
 * RC_NOT_FOUND where there is no such account; nothing is written unless all of it is. */

/* a->evidence is the reason where it is NULL. */
enum rc office_enrol(
	struct ledger *l, const struct office *o, const struct account_enrolment *a, struct err *e);

/* The account opens nothing from now on and its sessions are ended.  RC_DENIED for the last officer. */
enum rc office_disable(struct ledger *l, const struct office *o, const char *user, struct err *e);

/* RC_CONFLICT where it is not locked. */
enum rc office_unlock(struct ledger *l, const struct office *o, const char *user, struct err *e);

/* A new key under a new password, typed by its user, who must be somebody else than the officer.  Old signatures keep
 * their old key.  Ends the account's sessions; opens a locked or disabled account again. */
struct account_reset {
	const char *user, *password;
	bool temporary; /* must be replaced at the first login */
};
enum rc office_reset(
	struct ledger *l, const struct office *o, const struct account_reset *r, struct err *e);

/* RC_DENIED for the officer's own account. */
enum rc office_grant(
	struct ledger *l, const struct office *o, const struct role_grant *g, struct err *e);
enum rc office_revoke(
	struct ledger *l, const struct office *o, const struct role_grant *g, struct err *e);

/* Any other act: one event of the officer's own key, and what `write` (NULL: nothing) does for it in the same transaction. */
struct office_act {
	const char *action, *kind, *object;
	json_t *data; /* swallowed */
	enum rc (*write)(struct ledger *l, int64_t event, const void *ctx, struct err *e);
	const void *ctx;
	int64_t *at; /* NULL, or gets the event's time before `write` is called */
};
enum rc office_act(
	struct ledger *l, const struct office *o, const struct office_act *what, struct err *e);

/* Training for a role was shown to the officer, as o->reason tells; the last one counts. */
enum rc office_train(struct ledger *l, const struct office *o, const char *user, const char *role,
	struct err *e);

/* Fields that who holds the role does not see (blind.h), and may see again.  RC_INVALID for a role or field that is none. */
struct blinding {
	const char *role;
	const char *const *fields; /* NULL at the end */
};
enum rc office_blind(
	struct ledger *l, const struct office *o, const struct blinding *b, struct err *e);
enum rc office_unblind(
	struct ledger *l, const struct office *o, const struct blinding *b, struct err *e);

enum rc office_set(struct ledger *l, const struct office *o, enum setting which, const char *value,
	struct err *e);

#endif
