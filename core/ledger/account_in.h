/* The inside of accounts: what account.c, session.c, seal.c and office.c share. */
#ifndef CORE_LEDGER_ACCOUNT_IN_H
#define CORE_LEDGER_ACCOUNT_IN_H

#include "core/ledger/account.h"
#include "core/ledger/lock.h"

enum { ACCOUNT_WORDS = 5, ACCOUNT_WORDS_MOST = 2000 };

struct stored {
	struct sealed_key key; /* without its proof */
	char name[ACCOUNT_NAME];
	char state[12];
	int64_t seal_event; /* that vouches for the key and its seal */
	int64_t password_at;
	int64_t failed, signatures;
	struct lock lock;
	bool temporary;
};
bool account_read(struct ledger *l, const char *user, struct stored *out);

/* How an attempt to open a key went. */
enum attempt {
	ATTEMPT_RIGHT,
	ATTEMPT_WRONG,    /* counts */
	ATTEMPT_LOCKED,   /* whatever the password was */
	ATTEMPT_DISABLED, /* after the right password */
	ATTEMPT_FALSE_KEY,
	ATTEMPT_BROKEN
};
struct attempt_at {
	const char *user, *password;
	bool known;           /* the account is there */
	char mark[LOCK_MARK]; /* of an id that is nobody's */
	struct stored stored;
};
/* `at` with user and password set.  Anything but ATTEMPT_RIGHT has its text in e. */
enum attempt account_attempt(
	struct ledger *l, struct attempt_at *at, struct sign_key *out, struct err *e);
/* {name: value} for that event, in characters that the record keeps: where an event cannot be written the guess is not
 * counted, and what is passed here is the guesser's own (his environment, an argument). */
json_t *account_attempt_data(const char *name, const char *value);
/* Write the event of a failed attempt (`data` is swallowed; "reason" and the count are added), count it and lock.  The
 * text in e becomes that of the lock where it locks. */
enum rc account_attempt_failed(struct ledger *l, const struct attempt_at *at, enum attempt how,
	const struct signer *author, struct event *ev, struct err *e);

/* Text that goes into a signed body as it is: the table must say the same. */
bool account_clean(const char *text);
/* A reason, an evidence: 5 characters or more, clean. */
enum rc account_words_check(const char *what, const char *text, struct err *e);

/* ---- seals (seal.c) ---- */

/* Public key and the digests of a seal and of what is kept of the password, into the data of its event. */
void seal_json(json_t *data, const char *user, const struct sealed_key *k);
/* Does the event that the row names vouch for it, and is there none after it? */
bool seal_vouched(struct ledger *l, const char *user, const struct stored *a);
enum rc seal_insert_used(
	struct ledger *l, const char *user, const struct sealed_key *k, int64_t seq, struct err *e);
/* Put another seal into the account's row, by this event. */
enum rc seal_replace(struct ledger *l, const char *user, const struct sealed_key *k,
	const struct event_receipt *r, bool temporary, struct err *e);
/* RC_INVALID where it is one of the account's last 5 passwords. */
enum rc seal_check_unused(struct ledger *l, const char *user, const char *password, struct err *e);
/* Is the password too old, or temporary? */
bool account_password_due(struct ledger *l, const struct stored *a);

/* session_alive, but for the lock. */
enum rc session_stands(struct ledger *l, const struct session *who, bool *locked, struct err *e);

#endif
