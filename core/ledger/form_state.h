/* How far a form is: entered, signed by who filled it, locked after review, unlocked with a reason; a study can be frozen as a
 * whole.  A value that is changed after it was signed leaves the form unsigned. */
#ifndef CORE_LEDGER_FORM_STATE_H
#define CORE_LEDGER_FORM_STATE_H

#include "core/ledger/case.h"

enum { FORM_BATCH = 50, FORM_PASSES = 4 };

struct form_pass {
	bool entered; /* something stands there */
	bool signed_; /* and nothing was changed since */
	char account[ACCOUNT_ID],
		name[ACCOUNT_NAME]; /* who signed, otherwise who entered last (no name) */
	int64_t event, at;          /* of the signature, otherwise of the last entry */
};
struct form_mark {
	bool is;
	char account[ACCOUNT_ID], name[ACCOUNT_NAME], why[401];
	int64_t event, at;
};
struct form_state {
	struct form_pass pass[FORM_PASSES]; /* by PASS_FIRST and on */
	struct form_mark locked, frozen;    /* frozen: its study is */
};

/* RC_NOT_FOUND where there is no such thing as `at`. */
enum rc form_state_read(struct ledger *l, const struct case_at *at, const char *form,
	struct form_state *out, struct err *e);

/* By a manager of the study and site, with a reason.  RC_CONFLICT: nothing is signed yet, a query about it is open, or it
 * is locked already; not locked.  RC_DENIED. */
enum rc form_lock(struct ledger *l, const struct session *who, const struct case_at *at,
	const char *form, const char *reason, struct err *e);
enum rc form_unlock(struct ledger *l, const struct session *who, const struct case_at *at,
	const char *form, const char *reason, struct err *e);
/* Every form of the study at once: nothing of it is entered until it is thawed. */
enum rc form_freeze(struct ledger *l, const struct session *who, const char *trial,
	const char *reason, struct err *e);
enum rc form_thaw(struct ledger *l, const struct session *who, const char *trial,
	const char *reason, struct err *e);

/* Sign what stands in forms that one filled himself, with one's own key: the meaning is authorship (11.50).  At most FORM_BATCH
 * by one password, each bound by itself to the digest of its values.  user: NULL where only the password was typed.
 * receipts[i].number 0 and errs[i] where one was refused; RC_CONFLICT then. */
struct form_to_sign {
	struct case_at at;
	const char *form;
	int pass;
};
struct form_signing {
	const char *user, *password;
	const struct form_to_sign *list;
	size_t n;
};
struct form_receipt {
	int64_t running, at, event; /* running: the signer's own number; 0: not signed */
	char hash[DIGEST_HEX];
};
enum rc form_sign(struct ledger *l, const struct session *who, const struct form_signing *r,
	struct form_receipt *receipts, struct err *errs, struct err *e);

/* Of the values as they stand: SHA-256 of "FIELD TAB VALUE TAB EVENT LF" for each, in the order of fields. */
enum rc form_digest(struct ledger *l, const struct case_at *at, const char *form, int pass,
	char hex[DIGEST_HEX], struct err *e);

#endif
