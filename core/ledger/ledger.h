/* The record of one archive: the log, its projections, and who may write to it.  A handle belongs to one thread
 * (the ledger worker of the workstation, or main of a subcommand). */
#ifndef CORE_LEDGER_LEDGER_H
#define CORE_LEDGER_LEDGER_H

#include <jansson.h>
#include <stdint.h>

#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/ledger/db.h"
#include "core/ledger/keys.h"

struct ledger;

/* Who writes an event: the system (imports, failed logins), a user, or a user's session. */
struct signer {
	const struct sign_key *key;
	const char *user;    /* account id, or "system" */
	const char *name;    /* printed name */
	const char *role;    /* in use; "" none */
	const char *session; /* "" none */
	const char *source;  /* terminal and address the command came from; "" none */
};

/* The first officer of a new archive, the root of trust of its accounts. */
struct ledger_founder {
	const char *user, *name, *password;
};

/* Make ledger.db, system.key, anchors/ and the officer's public key in the existing empty folder, and
 * enrol the founder.  `clock` is lent for the life of the handle; NULL: the system's. */
enum rc ledger_create(struct ledger **out, const char *folder, const struct ledger_founder *f,
	const struct clock *clock, struct err *e);

/* Open to write (DB_WRITE) or only to read (DB_READ).  RC_NOT_FOUND where the folder holds no archive, RC_READONLY
 * where it is to be written and cannot be: no event, so no change, no signature and no login.  An archive of an
 * older version is carried forward when it is opened to write, with an event; to read it is RC_UNSUPPORTED until then. */
enum rc ledger_open(struct ledger **out, const char *folder, enum db_mode mode,
	const struct clock *clock, struct err *e);

/* Anchors what was written since the last anchor.  NULL is allowed. */
void ledger_close(struct ledger *l);

struct db *ledger_db(struct ledger *l);
const char *ledger_id(const struct ledger *l); /* of this database, random */
int64_t ledger_now(const struct ledger *l);
const struct clock *ledger_clock(const struct ledger *l);
const struct signer *ledger_system(const struct ledger *l);

/* Everything between is one transaction.  ledger_end commits on RC_OK, otherwise undoes all, and
 * returns rc or the commit's own failure. */
enum rc ledger_begin(struct ledger *l, struct err *e);
enum rc ledger_end(struct ledger *l, enum rc rc, struct err *e);

/* One event of the log.  Inside a transaction. */
struct event {
	const char *action; /* "login", "decision", ... one of action.def */
	const char *kind;   /* of the object: "archive", "account", "session", "series", ... */
	const char *object; /* its id */
	json_t *data;       /* swallowed; the fields of action.def (STANDARDS 1.4); NULL: none */
};

struct event_receipt {
	int64_t seq;
	int64_t at;
	char hash[DIGEST_HEX];
};

/* Append, signed by `who`.  RC_DENIED when the wall clock is more than 2 s behind the last event, RC_INVALID where the
 * action has other fields (R-02, action.h).
 * receipt may be NULL. */
enum rc event_append(struct ledger *l, const struct signer *who, const struct event *ev,
	struct event_receipt *receipt, struct err *e);

/* RC_DENIED, with an event `clock`, while the kernel does not synchronise the clock and the site wants that. */
enum rc event_clock_check(struct ledger *l, struct err *e);

/* The head of the chain: number and hash of the last event. */
enum rc event_head(struct ledger *l, int64_t *seq, char hash[DIGEST_HEX], struct err *e);

/* Write the head to anchors/anchors.log now, and to where the site wants it (anchor.h). */
enum rc ledger_anchor(struct ledger *l, struct err *e);

/* Something outside the log, signed by the archive's system key: a receipt, the list of a copy.  The key is read for it
 * where the handle only reads.  RC_NOT_FOUND where it cannot be. */
enum rc ledger_vouch(struct ledger *l, const char *tag, const void *bytes, size_t n,
	char sig[KEY_SIGNATURE_HEX], char kid[KEY_PUBLIC_HEX], struct err *e);

/* The next free number of a table's BIGINT key.  Inside a transaction. */
int64_t ledger_next(struct ledger *l, const char *literal_select_max);

#endif
