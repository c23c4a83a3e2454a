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
	const char *evidence; /* how the officer checked the identity (11.100(b)); 5 characters */
	const struct sign_key *key; /* NULL: a new one is made */
};

/* Are id, name and password fit?  RC_INVALID says what is wrong. */
enum rc account_check(const char *user, const char *name, const char *password, struct err *e);

/* Enrol, signed by the user key of somebody who holds the role officer.  Inside a transaction.  RC_CONFLICT where the
 * id was ever used; RC_DENIED where the roles may not be in one hand (rights.h). */
enum rc account_enrol(struct ledger *l, const struct signer *officer,
	const struct account_enrolment *a, struct err *e);

/* Open a user's own key with the password.  RC_DENIED on a wrong password, an unknown, locked or disabled account (in the
 * same time), or a key row that the event of its password does not vouch for.  Counts no failure: for a signature in a
 * session use session_unlock. */
enum rc account_unlock(struct ledger *l, const char *user, const char *password,
	struct sign_key *out, struct err *e);

/* The user's own new password, checked by the old one: the same key is sealed anew, with an event that it signs.  The
 * new one must be fit (password.h) and none of the last 5.  A wrong old password counts as a failure. */
struct account_passwords {
	const char *user, *old, *fresh;
	const char *source; /* terminal and address, for the record */
};
enum rc account_change_password(struct ledger *l, const struct account_passwords *p, struct err *e);

/* What a login tells its user, so that he sees what others did in his name (STANDARDS 1.5). */
struct login_facts {
	int64_t last_login; /* before this one; 0: none */
	char last_source[160];
	int64_t failures;   /* wrong passwords and refused tries since then */
	int64_t signatures; /* running number of the last one */
	int64_t last_signed;
};
enum { LOGIN_FACTS_TEXT = 400 };
/* "Last login 2026-11-22 10:43 UTC from local pts/1 - 2 failed tries since - last signature no. 12, ... UTC" */
void login_facts_text(const struct login_facts *f, char to[LOGIN_FACTS_TEXT]);

/* A login. */
struct session {
	char user[ACCOUNT_ID];
	char name[ACCOUNT_NAME];
	char id[33];
	char source[160];
	char roles[ACCOUNT_ROLES][16]; /* as they were at login, for the screens; core asks the tables */
	size_t role_count;
	struct sign_key key; /* signs what the session does, save decisions */
	struct login_facts before;
	bool must_change; /* session_open refused because the password is too old or temporary */
};

/* Check id and password, write the login event (signed by the user key, which certifies the session's key).
 * A failure writes its own event and counts (lock.h).  `source`: terminal and address, for the record.  A right password
 * that must be replaced opens no session: RC_DENIED with out->must_change; see account_change_password. */
enum rc session_open(struct ledger *l, const char *user, const char *password, const char *source,
	struct session *out, struct err *e);

/* RC_OK while the session may go on: RC_DENIED once it was ended, its account disabled or its hours are over; RC_CONFLICT
 * while it is locked.  Cheap: for a tick. */
enum rc session_alive(struct ledger *l, const struct session *s, struct err *e);

/* What a password is typed for, as the event of its refusal tells it. */
struct session_act {
	const char *kind, *object; /* "series" and its number, "account" and its id */
	const char *step;          /* the step of work, or the action */
};
/* Open the key of the session's user for one signature.  A wrong password counts as a failure and writes
 * `signature-refused`. */
enum rc session_unlock(struct ledger *l, const struct session *s, const struct session_act *act,
	const char *password, struct sign_key *out, struct err *e);

/* Lock it (R-16; session_lock.c): nothing of the session is signed and it holds no lease until its user types the password
 * again.  The key is wiped, in all copies of *s, also where the event cannot be written.  `why`: "idle" or "asked". */
enum rc session_lock(struct ledger *l, struct session *s, const char *why, struct err *e);
/* The same person's password: a new key for the session, certified by the user's own, and a new signing period: the next
 * signature takes both components again.  A wrong one counts as a failure, as at a login. */
enum rc session_resume(struct ledger *l, struct session *s, const char *password, struct err *e);

/* Write the logout event (the program's own where the session is locked), anchor, wipe the key. */
void session_close(struct ledger *l, struct session *s);

bool session_has_role(const struct session *s, const char *role);
/* The session as author of an event; lent fields of s. */
struct signer session_signer(const struct session *s, const char *role);

struct account_row {
	char id[ACCOUNT_ID], name[ACCOUNT_NAME];
	char state[12];       /* "active", "disabled", "locked" */
	char roles[400];      /* "reviewer radiologist@STUDY/SITE" */
	int64_t locked_until; /* LOCK_UNTIL_OFFICER or a time, where locked */
	int64_t failures;     /* since the last login */
	int64_t last_login;   /* 0: never */
	bool must_change;     /* the password is too old or temporary */
};
/* Each account in order of id. */
enum rc account_each(struct ledger *l, void (*each)(void *ctx, const struct account_row *a),
	void *ctx, struct err *e);

/* For the periodic review: a row for each role of each account, in order; one with an empty role for an account
 * without any. */
struct account_grant {
	char id[ACCOUNT_ID], name[ACCOUNT_NAME], state[12];
	char role[16], study[68], site[68];
	char granted[CLOCK_TEXT], by[ACCOUNT_ID]; /* of the event that gave it */
	int64_t trained, last_login;              /* 0: never */
};
enum rc account_review(struct ledger *l, void (*each)(void *ctx, const struct account_grant *g),
	void *ctx, struct err *e);

/* For officers: what asks for their eyes (11.300(d)). */
struct account_notice {
	int64_t locked;   /* accounts that are locked now */
	char who[120];    /* their ids, as far as there is room */
	int64_t failures; /* failed logins since the session's own login before this one */
};
enum rc account_notice(
	struct ledger *l, const struct session *s, struct account_notice *out, struct err *e);

#endif
