/* The part of the cache that is on disk: files of sealed pieces, named by the digest of what is in them.  For vault.c. */
#ifndef CORE_ARCHIVE_VAULT_DISK_H
#define CORE_ARCHIVE_VAULT_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"

struct vault_disk;

struct vault_disk *vault_disk_new(const char *folder, int64_t most);
void vault_disk_free(struct vault_disk *d);

/* One thread at a time writes; anybody reads meanwhile. */
enum rc vault_disk_write(
	struct vault_disk *d, const char *digest, const void *bytes, int64_t n, struct err *e);
/* *out is the caller's, free().  RC_NOT_FOUND; one that was cut or changed is removed and not found. */
enum rc vault_disk_read(
	struct vault_disk *d, const char *digest, void **out, int64_t *n, struct err *e);
bool vault_disk_has(struct vault_disk *d, const char *digest);
int64_t vault_disk_bytes(struct vault_disk *d);

#endif
