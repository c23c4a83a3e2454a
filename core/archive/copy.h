/* A complete copy of an archive for inspectors: ledger, anchors, originals, the log as JSON lines, decisions and public keys
 * as CSV, the description of the format, and a signed list of it all (docs/RECORD.md, "Copies").  Never the system's
 * key. */
#ifndef CORE_ARCHIVE_COPY_H
#define CORE_ARCHIVE_COPY_H

#include <signal.h>
#include <stdint.h>

#include "core/archive/store.h"
#include "core/archive/verifier.h"
#include "core/ledger/account.h"

struct copy_request {
	struct ledger *ledger; /* open to write: the copy is an event */
	struct store *store;
	const char *archive;       /* its folder */
	const char *study;         /* objects of its series only; NULL: all */
	const struct session *who; /* NULL: the system, and */
	const char *source;        /* whose command it was */
	const volatile sig_atomic_t *stop;
	void (*progress)(void *ctx, int64_t bytes, int64_t of);
	void *ctx;
};

struct copy_told {
	int64_t files, objects, bytes, events; /* files: lines of the list */
	char head[DIGEST_HEX], manifest[DIGEST_HEX];
	struct verifier_told verified; /* the copy's record, by wetread-verify */
};

/* Into `folder`, which is made, or is there and empty (RC_CONFLICT).  MANIFEST.sha256 gets its name last, after the event
 * `copied`: a copy without it is not whole.  RC_NOT_FOUND: no such study; RC_CORRUPT: a stored file is not what it was. */
enum rc copy_run(
	const struct copy_request *r, const char *folder, struct copy_told *out, struct err *e);

/* docs/RECORD.md as it was when this was built. */
extern const char copy_record_page[];
/* README.txt, and what follows where the copy is of one study (%s). */
extern const char copy_readme[], copy_readme_study[];

#endif
