/* Files and folders into quarantine.
 *
 * Each file is copied into the store under its digest, parsed by a decoder process (never by this one), and entered
 * in batches: bytes on disk first, then one transaction with the rows and their events.  Killed at any moment, a
 * rerun finds what was entered as duplicates and goes on. */
#ifndef CORE_ARCHIVE_IMPORT_H
#define CORE_ARCHIVE_IMPORT_H

#include <signal.h>
#include <stdint.h>

#include "core/archive/store.h"
#include "core/ledger/ledger.h"

struct import_counts {
	int64_t files;      /* regular files met */
	int64_t instances;  /* DICOM objects among them */
	int64_t added;      /* new to the archive */
	int64_t duplicates; /* the same bytes were there */
	int64_t conflicts;  /* the same SOP Instance UID with other bytes: kept and flagged */
	int64_t rejected;
	int64_t skipped; /* DICOMDIR and the like: rightly left out */
	int64_t faulty;  /* entered, but their pixels cannot be decoded */
	int64_t series;  /* settled by this run */
	int64_t bytes;
};

struct import_config {
	struct ledger *ledger;
	struct store *store;
	const struct signer *who;
	const volatile sig_atomic_t *stop; /* set: finish the batch in hand and return RC_CANCELLED; may be NULL */
	unsigned workers;                  /* 0: one a core, at most 8 */
	/* calling thread; may be NULL.  `path` is as given or found, `reason` one line. */
	void (*rejected)(void *ctx, const char *path, const char *reason);
	void (*progress)(void *ctx, const struct import_counts *so_far, int64_t expected);
	void *ctx;
};

/* Import every path in order.  Folders are walked; symbolic links are followed only to regular files below the
 * path given.  RC_OK also where files were rejected: the counts tell. */
enum rc import_run(const struct import_config *c, char *const paths[], int n,
	struct import_counts *out, struct err *e);

#endif
