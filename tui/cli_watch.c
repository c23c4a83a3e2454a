/* wetread watch: sources looked after without a workstation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/source/keeper.h"
#include "tui/cli_remote.h"

static void
on_line(void *ctx, const char *source, const char *text)
{
	char now[CLOCK_TEXT];

	clock_format(ledger_now(((struct cli *)ctx)->ledger), now);
	printf("%.19sZ %s: %s\n", now, source, text);
	fflush(stdout);
}

static int64_t
series_count(struct cli *c)
{
	return db_number(ledger_db(c->ledger), "SELECT max(id) FROM series", 0);
}

/* What came in the round gets its place by the rules of the studies. */
static enum rc
look_after(struct cli *c, const struct keeper_config *config, struct err *e)
{
	int64_t before = series_count(c);
	enum rc rc = keeper_round(config, e);

	if (series_count(c) > before)
		cli_place_rules(c);
	return rc;
}

/* In small steps, so that Ctrl-C need not wait. */
static void
rest(long seconds)
{
	struct timespec step = { .tv_nsec = 100000000L };

	for (long i = 0; i < seconds * 10 && !cli_remote_stopped(NULL); i++)
		nanosleep(&step, NULL);
}

static int
watch_run(struct cli *c, int argc, char **argv)
{
	struct cli_remote r;
	struct keeper_config config;
	struct err e = { 0 };
	long every = 30;
	enum rc rc = RC_OK;

	(void)argc, (void)argv;
	if (c->opt.every != NULL && !str_int(c->opt.every, 1, 86400, &every)) {
		cli_complain("--every takes 1 to 86400 seconds");
		return EXIT_USAGE;
	}
	cli_remote_begin(&r, c);
	config = (struct keeper_config){ .ledger = c->ledger,
		.store = c->store,
		.vault = c->vault,
		.sources = r.sources,
		.who = &r.who,
		.folder = c->archive,
		.said = on_line,
		.stopped = cli_remote_stopped,
		.ctx = c };
	while (rc == RC_OK && !cli_remote_stopped(NULL)) {
		rc = look_after(c, &config, &e);
		if (c->opt.temporary)
			break;
		rest(every);
	}
	cli_remote_end(&r);
	return rc == RC_OK || rc == RC_CANCELLED ? EXIT_DONE : cli_error(&e);
}

static const struct cli_option watch_options[] = {
	CLI_OPTION("--every", CLI_VALUE, opt.every),
	CLI_OPTION("--once", CLI_FLAG, opt.temporary),
	{ .name = NULL },
};

const struct cli_command cli_watch_command = {
	.name = "watch",
	.usage = "watch [--every SECONDS] [--once]\n"
		 "\n"
		 "Looks after all sources until Ctrl-C: what is new enters quarantine, folders are "
		 "imported, series that\n"
		 "changed are fetched again, verdicts are delivered.  A line for each thing that "
		 "happens.  Workstations\n"
		 "do the same while they are open; this is for nights.\n",
	.needs = CLI_ARCHIVE_WRITE,
	.options = watch_options,
	.run = watch_run,
};
