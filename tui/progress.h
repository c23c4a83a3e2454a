/* A progress line on stderr for long work: how much, how fast, how long still.  Nothing where stderr is no terminal. */
#ifndef TUI_PROGRESS_H
#define TUI_PROGRESS_H

#include <stdint.h>

struct progress {
	const char *what; /* "files" */
	int64_t started_us, shown_us;
	int on; /* stderr is a terminal */
};

void progress_begin(struct progress *p, const char *what);
/* total 0: not known. */
void progress_step(struct progress *p, int64_t done, int64_t total);
void progress_end(struct progress *p); /* takes the line away */

#endif
