/* The archive's own bytes: files by their digest, written once, never changed.
 * objects/ab/cdef... holds the file whose SHA-256 is abcdef...  Any thread: a store has no state but its folder. */
#ifndef CORE_ARCHIVE_STORE_H
#define CORE_ARCHIVE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/ledger/keys.h"

struct store;
struct vault;

/* objects/ of an archive folder; made where it is not there (create). */
enum rc store_open(struct store **out, const char *folder, int create, struct err *e);
void store_close(struct store *s); /* NULL is allowed */

/* Where bytes that lie elsewhere may be found besides; lent, for as long as the store is open.  NULL: nowhere. */
void store_use_vault(struct store *s, struct vault *v);

/* Is it there, in the store or the vault? */
bool store_has(struct store *s, const char *digest);

/* A file on its way in: an unnamed copy of the source with its digest. */
struct store_draft {
	int fd; /* readable, holds the whole copy */
	int64_t bytes;
	char digest[DIGEST_HEX];
	char temp[64]; /* its name under objects/tmp */
};

/* Copy everything from `source` and hash it on the way.  RC_LIMIT over `most` bytes. */
enum rc store_draft(
	struct store *s, int source, int64_t most, struct store_draft *out, struct err *e);
/* Give the draft its name (rename: whole or not at all) and close it.  One that is there is replaced by
 * the same bytes. */
enum rc store_keep(struct store *s, struct store_draft *d, struct err *e);
void store_drop(struct store *s, struct store_draft *d);

/* Everything kept so far is on the disk when this returns: before the ledger says that it is there. */
enum rc store_sync(struct store *s, struct err *e);

/* Open an object to read.  With `check`, its bytes are hashed first: RC_CORRUPT where they are not what was
 * stored.  RC_NOT_FOUND.  The descriptor is the caller's. */
enum rc store_get(struct store *s, const char *digest, int check, int *fd, struct err *e);

/* Remove drafts that a killed import left behind, older than an hour. */
void store_sweep(struct store *s);

#endif
