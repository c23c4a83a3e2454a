/* Images that others send by DIMSE, imported as they come.
 *
 * We listen and look at who calls; for whoever may, a storescp of DCMTK takes the line over (--inetd) and writes into a folder of
 * its own below spool/ of the archive.  What is whole there is imported and removed when the import's transactions are
 * committed.  Killed at any moment, on either side, what was confirmed to a sender is in the spool or in the archive, and the
 * next start imports the spool.
 *
 * One thread runs it and calls back; one more, its own, imports and is the only one that uses the ledger meanwhile. */
#ifndef CORE_SOURCE_RECEIVE_H
#define CORE_SOURCE_RECEIVE_H

#include "core/archive/import.h"

struct receive_counts {
	int64_t received; /* files that came whole */
	int64_t imported, duplicates, conflicts;
	int64_t rejected; /* by the import; kept in spool/refused */
	int64_t cut; /* left half written by a killed storescp; removed, they were never confirmed */
	int64_t refused; /* associations */
};

enum receive_state {
	RECEIVE_LISTENING,
	RECEIVE_FULL,
	RECEIVE_FAILING,
	RECEIVE_ENDING,
	RECEIVE_STATES
};
extern const char *const receive_state_names[RECEIVE_STATES];

enum receive_what {
	RECEIVE_HEALTH,
	RECEIVE_REFUSED,
	RECEIVE_REJECTED,
	RECEIVE_CUT,
	RECEIVE_PROBLEM
};

struct receive_told {
	enum receive_what what;
	int64_t at;
	enum receive_state state;
	const struct receive_counts *counts;
	int64_t waiting;  /* files that are not imported yet */
	unsigned lines;   /* associations */
	int64_t free;     /* bytes */
	const char *ae;   /* of RECEIVE_REFUSED: who called, cleaned */
	const char *text; /* of all but health: why; a line without patient and UID */
};

struct receive_config {
	const char *archive; /* its folder */
	struct ledger *ledger;
	struct store *store;
	const struct signer *who;
	const char *aet;  /* ours; other called titles are refused */
	const char *bind; /* an address of this machine; NULL: 127.0.0.1 */
	unsigned port;
	const char *const *
		allow; /* calling AE titles; NULL at the end; NULL or none: anybody, on loopback only */
	int64_t least_free; /* bytes */
	const volatile sig_atomic_t
		*stop; /* set: no new lines, open ones get 10 s, all is imported, then it ends */
	void (*tell)(void *ctx, const struct receive_told *t);
	/* Images are in the archive that were not there: on the thread that imports, which may use the ledger.  May be NULL. */
	void (*imported)(void *ctx, struct ledger *l);
	void *ctx;
};

/* RC_OK where it was stopped and everything is imported. */
enum rc receive_run(const struct receive_config *c, struct receive_counts *out, struct err *e);

/* 1 to 16 characters, no backslash, no control characters, not only blanks, no dash first. */
bool receive_ae_valid(const char *ae);

#endif
