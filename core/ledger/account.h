/* Who may sign: accounts, their roles and sessions.  Ids are ASCII, lower case, never reused. */
#ifndef CORE_LEDGER_ACCOUNT_H
#define CORE_LEDGER_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/ledger/ledger.h"

enum { ACCOUNT_ID = 33, ACCOUNT_NAME = 128, ACCOUNT_ROLES = 8 };

/* The roles that exist, NULL at the end: reviewer, radiologist, coordinator, expert, manager, officer,
 * auditor, admin. */
extern const char *const account_role_names[];
bool account_role_known(const char *role);

struct account_enrolment {
	const char *user;     /* 1 to 32 of a-z 0-9 . _ -, starting with a letter */
	const char *name;     /* printed with every signature */
	const char *password; /* typed by the user */
	const char *roles[ACCOUNT_ROLES];
	const char *evidence;       /* how the officer checked the identity (11.100(b)) */
	const struct sign_key *key; /* NULL: a new one is made */
};

/* Are id, name and password fit?  RC_INVALID says what is wrong. */
enum rc account_check(const char *user, const char *name, const char *password, struct err *e);

/* Enrol, signed by an officer's user key.  Inside a transaction.  RC_CONFLICT where the id was ever used. */
enum rc account_enrol(struct ledger *l, const struct signer *officer,
	const struct account_enrolment *a, struct err *e);

/* Open a user's own key with the password, for one signature.  RC_DENIED on a wrong password, an unknown or
 * disabled account (in the same time), or a key row that its enrolment event does not vouch for. */
enum rc account_unlock(struct ledger *l, const char *user, const char *password,
	struct sign_key *out, struct err *e);

/* A login. */
struct session {
	char user[ACCOUNT_ID];
	char name[ACCOUNT_NAME];
	char id[33];
	char source[160];
	char roles[ACCOUNT_ROLES][16];
	size_t role_count;
	struct sign_key key; /* signs what the session does, save decisions */
};

/* Check id and password, write the login event (signed by the user key, which certifies the session's key).
 * A failure writes its own event.  `source`: terminal and address, for the record. */
enum rc session_open(struct ledger *l, const char *user, const char *password, const char *source,
	struct session *out, struct err *e);

/* Write the logout event, anchor, wipe the key. */
void session_close(struct ledger *l, struct session *s);

bool session_has_role(const struct session *s, const char *role);
/* The session as author of an event; lent fields of s. */
struct signer session_signer(const struct session *s, const char *role);

struct account_row {
	char id[ACCOUNT_ID], name[ACCOUNT_NAME], state[12], roles[160];
};
/* Each account in order of id. */
enum rc account_each(struct ledger *l, void (*each)(void *ctx, const struct account_row *a),
	void *ctx, struct err *e);

#endif
