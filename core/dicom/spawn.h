/* Starts the sandboxed program.  Used by decoder.c only; any thread. */
#ifndef CORE_DICOM_SPAWN_H
#define CORE_DICOM_SPAWN_H

#include <stddef.h>
#include <sys/types.h>

#include "core/base/err.h"

struct spawn {
	pid_t pid;  /* 0: not running */
	int socket; /* ours; -1 when not running */
};

struct spawn_args {
	size_t memory;    /* bytes the program may allocate */
	unsigned seconds; /* longest call, wall time */
	int memory_fd;    /* the result; lent */
};

/* Find wetread-decoder beside the running program, in ../libexec/wetread of it, or up to four folders
 * above it (programs of the build tree), and start it.  RC_FAILED where there is none. */
enum rc spawn_start(struct spawn *s, const struct spawn_args *args, struct err *e);

/* Kill it if it still runs and take its exit status (as of waitpid); -1 when it was not running. */
int spawn_end(struct spawn *s);

#endif
