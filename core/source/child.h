/* Another program, run and watched: DCMTK's, which speak DIMSE for us.  It gets an argument vector (no shell), a small
 * environment, nothing of our descriptors, and a process group of its own that is killed with it; it ends with the thread that
 * started it, whatever becomes of that.  One thread at a time. */
#ifndef CORE_SOURCE_CHILD_H
#define CORE_SOURCE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/base/buf.h"
#include "core/base/err.h"

enum { CHILD_SAID_MOST = 256 * 1024 };

struct child_config {
	const char *const *
		argv; /* argv[0]: a name that is looked for in PATH, in absolute folders only; NULL at the end */
	const char *folder; /* where it runs; NULL: / */
	int input;          /* its descriptor 0; -1: nothing to read.  Lent. */
};

struct child {
	pid_t pid;       /* 0: does not run */
	int out;         /* what it says, both ways; -1 closed */
	int code;        /* once it has ended: 0..255, or -1 where a signal ended it */
	struct buf said; /* the last CHILD_SAID_MOST / 2 bytes or more; as it came, not clean */
};

/* Is there such a program? */
bool child_installed(const char *name);

/* RC_UNSUPPORTED: the program is not installed. */
enum rc child_start(struct child *c, const struct child_config *config, struct err *e);

/* Takes what it says for up to `ms`, at once when there is something.  False once it has ended by itself. */
bool child_listen(struct child *c, int ms);

/* Ends it if it runs, with all of its group, and frees what it said. */
void child_end(struct child *c);

struct child_limits {
	unsigned seconds;           /* at most; 0: no limit */
	bool (*stopped)(void *ctx); /* asked some forty times a second; may be NULL */
	void (*look)(void *ctx);    /* called as often, while it works; may be NULL */
	void *ctx;
};

/* Run it to its end.  RC_OK: it ended by itself, `code` and `said` tell how; RC_OFFLINE: it took too long; RC_CANCELLED.
 * child_end is the caller's in every case. */
enum rc child_run(struct child *c, const struct child_config *config,
	const struct child_limits *limits, struct err *e);

/* Does any line of what it said hold this text? */
bool child_says(const struct child *c, const char *text);

#endif
