/* What the subcommands share that talk to sources. */
#include "tui/cli_remote.h"

#include <string.h>

#include "core/base/str.h"

static volatile sig_atomic_t stop;

static void
on_interrupt(int sig)
{
	(void)sig;
	stop = 1;
}

bool
cli_remote_stopped(void *ctx)
{
	(void)ctx;
	return stop != 0;
}

void
cli_remote_begin(struct cli_remote *r, struct cli *c)
{
	struct sigaction act = { .sa_handler = on_interrupt, .sa_flags = SA_RESETHAND };
	struct sources_config config = { .folder = c->archive, .stopped = cli_remote_stopped };

	memset(r, 0, sizeof(*r));
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	r->c = c;
	r->sources = sources_new(&config);
	r->who = *ledger_system(c->ledger);
	cli_origin(r->origin, sizeof(r->origin));
	r->who.source = r->origin;
}

void
cli_remote_end(struct cli_remote *r)
{
	progress_end(&r->progress);
	sources_free(r->sources);
	r->sources = NULL;
}

bool
cli_remote_named(struct cli *c, int n, char **names, struct source out[SOURCES_MOST], size_t *count)
{
	struct err e = { 0 };
	enum rc rc = RC_OK;

	*count = 0;
	if (n == 0)
		rc = source_list(c->ledger, out, count, &e);
	for (int i = 0; rc == RC_OK && i < n && i < SOURCES_MOST; i++) {
		rc = source_by_name(c->ledger, names[i], &out[i], &e);
		*count += rc == RC_OK;
	}
	if (rc == RC_OK)
		return true;
	cli_complain("%.40s: %s", n > 0 ? names[*count] : "sources", e.text);
	return false;
}

int
cli_remote_status(int status, enum rc rc)
{
	static const enum rc refusals[] = { RC_DENIED, RC_CONFLICT, RC_INVALID, RC_CORRUPT,
		RC_NOT_FOUND };
	int worse = rc == RC_OK ? EXIT_DONE : EXIT_FAILED_;

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (rc == refusals[i])
			worse = EXIT_REFUSED;
	return worse > status ? worse : status;
}
