/* A bounded cache of bytes that lie elsewhere, by their digest: in memory, and, where the source's policy says so, on disk under a
 * key of this archive (XChaCha20-Poly1305, core/ledger/keys.h).  What is lost here is fetched again; nothing of it is ever
 * taken for the archive's own.  Any thread. */
#ifndef CORE_ARCHIVE_VAULT_H
#define CORE_ARCHIVE_VAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"

struct vault;

struct vault_config {
	const char *folder; /* of the archive: cache/ and sources/cache.key are made in it */
	int64_t memory_most, disk_most; /* bytes */
};

/* Makes nothing on disk before something is kept there. */
struct vault *vault_new(const struct vault_config *c);
/* Writes what waits to be written.  NULL is allowed. */
void vault_free(struct vault *v);

/* Copies the bytes of a file (read from its start; the descriptor stays the caller's).  `disk`: on disk as well, by a thread
 * of its own, so that nobody waits for it.  RC_FAILED only where the bytes cannot be read. */
enum rc vault_put(
	struct vault *v, const char *digest, int fd, int64_t bytes, bool disk, struct err *e);

/* A descriptor of memory with the bytes, the caller's.  What is on disk comes back as it was put or not at all: RC_NOT_FOUND. */
enum rc vault_get(struct vault *v, const char *digest, int *fd, struct err *e);
bool vault_has(struct vault *v, const char *digest);

/* Wait until what was put is on disk. */
void vault_flush(struct vault *v);

/* Bytes in memory and on disk now. */
void vault_sizes(struct vault *v, int64_t *memory, int64_t *disk);

/* Everything on disk, and the key that opened it. */
enum rc vault_clear(const char *folder, struct err *e);

#endif
