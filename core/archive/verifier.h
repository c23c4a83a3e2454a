/* Runs wetread-verify on an archive and keeps what it told, for exports, copies and receipts: they state what the separate
 * program found and nothing that this one believes of itself.  Any thread; takes as long as the check. */
#ifndef CORE_ARCHIVE_VERIFIER_H
#define CORE_ARCHIVE_VERIFIER_H

#include <stdint.h>

#include "core/ledger/keys.h"

struct verifier_told {
	char result[16]; /* "good", "altered", "cannot tell"; "not verified" where it could not be run */
	int64_t events; /* that it saw: the head is the last of them */
	char head[DIGEST_HEX];
	char first[160]; /* the first finding; "" none */
};

/* The program is looked for beside the running one and up to four folders above it (programs of the build tree).  It is
 * ended, and has told nothing, where *stop becomes other than 0 (set by another thread; NULL: it never does). */
void verifier_run(const char *archive, const int *stop, struct verifier_told *out);

#endif
