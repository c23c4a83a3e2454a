/* Folders for files on their way, locked by who works in them: what a killed program left behind is found by its lock and taken
 * away.  One thread at a time for each; any number of processes below one folder. */
#ifndef CORE_SOURCE_SCRATCH_H
#define CORE_SOURCE_SCRATCH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"

struct scratch {
	int fd; /* of the folder, holds its lock; -1: there is none */
	char path[PATH_MAX];
};

/* A new folder of mode 0700 below `parent`, which is made where it is not there.  Its name begins with `kind`. */
enum rc scratch_open(struct scratch *s, const char *parent, const char *kind, struct err *e);

/* Removes it with the files in it. */
void scratch_close(struct scratch *s);
/* Only lets go of it; the folder stays. */
void scratch_leave(struct scratch *s);

/* Calls `left` for every folder of that kind that nobody works in any more; locked meanwhile.  NULL: it is removed. */
void scratch_sweep(const char *parent, const char *kind, void (*left)(void *ctx, struct scratch *s),
	void *ctx);

/* Path of a file in it, in `to`; false where that is too long. */
bool scratch_path(const struct scratch *s, const char *name, char to[PATH_MAX]);

struct scratch_file {
	char name[NAME_MAX + 1];
	long long bytes;
	long long written; /* when last, nanoseconds of the file system */
};

/* Its regular files, the one written last at the end; free(*out).  At most `most` of them. */
size_t scratch_files(const struct scratch *s, struct scratch_file **out, size_t most);

#endif
