/* What the subcommands share that talk to sources. */
#ifndef TUI_CLI_REMOTE_H
#define TUI_CLI_REMOTE_H

#include <signal.h>

#include "core/source/sources.h"
#include "tui/cli.h"
#include "tui/progress.h"

struct cli_remote {
	struct cli *c;
	struct sources *sources;
	struct signer who; /* the system, and where the command came from */
	char origin[160];
	struct progress progress;
};

/* Ctrl-C leaves off in good order from now on. */
void cli_remote_begin(struct cli_remote *r, struct cli *c);
void cli_remote_end(struct cli_remote *r);
bool cli_remote_stopped(void *ctx);

/* The sources named, or all of them where n is 0.  False (told) where one is none. */
bool cli_remote_named(
	struct cli *c, int n, char **names, struct source out[SOURCES_MOST], size_t *count);

/* How a command ends by what it met: the worse of two exit statuses. */
int cli_remote_status(int status, enum rc rc);

#endif
