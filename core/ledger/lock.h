/* Failures in a row and what they lock.  An id that is nobody's is counted as an account is, under a mark that
 * takes a run of Argon2id to make, so that no answer tells which ids exist. */
#ifndef CORE_LEDGER_LOCK_H
#define CORE_LEDGER_LOCK_H

#include "core/ledger/ledger.h"

enum { LOCK_AFTER = 5, LOCK_FOR_GOOD_AFTER = 10, LOCK_MINUTES = 15, LOCK_MARK = 5 };
#define LOCK_UNTIL_OFFICER INT64_C(-1) /* as a time */

/* RC_DENIED while it is locked, with the time when it opens again. */
enum rc lock_check(int64_t now, int64_t until, struct err *e);

/* Where the count stands. */
struct lock {
	int64_t failures; /* in a row */
	int64_t until;    /* 0: not locked */
};

/* How an account stands, or, with user NULL, a mark. */
void lock_read(struct ledger *l, const char *user, const char *mark, struct lock *out);
/* One more failure of an account, or, with user NULL, of the mark.  Inside a transaction, before its event is
 * written; nothing counts while it is locked (*counted false). */
void lock_next(
	struct ledger *l, const char *user, const char *mark, struct lock *out, bool *counted);
/* Write it; an account that is locked by it gets the system's event. */
enum rc lock_write(struct ledger *l, const char *user, const char *mark, const struct lock *k,
	bool counted, struct err *e);

/* The mark of an id that is nobody's, and how it stands.  As slow as opening a key. */
enum rc lock_mark(
	struct ledger *l, const char *id, char mark[LOCK_MARK], struct lock *out, struct err *e);

#endif
