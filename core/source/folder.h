/* A folder that others put files into, as a source: looked through again and again, each file imported once it is whole and again
 * when it changed.  What was looked at is remembered in a small file of the archive, without names.  One thread. */
#ifndef CORE_SOURCE_FOLDER_H
#define CORE_SOURCE_FOLDER_H

#include <stdbool.h>

#include "core/archive/import.h"

enum { FOLDER_FILES_MOST = 1000000, FOLDER_QUIET_S = 2 };

struct folder;

/* `path` is looked through with all below it; `memory` is the file that remembers (sources/NAME.seen of an archive; its folder is
 * made).  RC_NOT_FOUND: there is no such folder now.  RC_CORRUPT: the memory cannot be read as one; without it all would be
 * imported again, as duplicates: remove it to do that. */
enum rc folder_open(struct folder **out, const char *path, const char *memory, struct err *e);
void folder_close(struct folder *f); /* NULL is allowed */

/* Import what is new or changed since the last look and has not been written for FOLDER_QUIET_S.  Files whose names say that they
 * are on their way (a dot first, .part, .tmp and the like) are left alone.  What is rejected is told through `ic` once, and again
 * when it changed.  Where the import fails or is stopped nothing is remembered, and the next look does it again.  RC_OFFLINE: the
 * folder is gone; RC_LIMIT: too many files. */
enum rc folder_look(
	struct folder *f, const struct import_config *ic, struct import_counts *n, struct err *e);

/* Files that the last look found still being written: look again when they are quiet. */
size_t folder_pending(const struct folder *f);

/* Readable (POLLIN) when something happened in it; -1 where this file system does not tell.  Lent. */
int folder_fd(const struct folder *f);

/* Waits for up to `ms` until a look is worth while: something happened, or what was pending is quiet.  Network file systems tell
 * nothing, so look every few minutes anyway. */
bool folder_wait(struct folder *f, int ms);

#endif
