/* wetread receive: images that others send by DIMSE, imported as they come. */
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/source/receive.h"
#include "core/trial/assign.h"
#include "tui/cli.h"

enum { LEAST_FREE_GB = 5, PORT = 11112 };

static volatile sig_atomic_t stop;

static void
on_interrupt(int sig)
{
	(void)sig;
	stop = 1;
}

static const char *const events[] = {
	[RECEIVE_HEALTH] = "health",
	[RECEIVE_REFUSED] = "refused",
	[RECEIVE_REJECTED] = "rejected",
	[RECEIVE_CUT] = "cut",
	[RECEIVE_PROBLEM] = "problem",
};

static void
print_json(const struct receive_told *t, const char *when)
{
	const struct receive_counts *n = t->counts;
	json_t *o = json_pack("{s:s, s:s}", "at", when, "event", events[t->what]);

	if (t->what == RECEIVE_HEALTH)
		json_object_update_new(o,
			json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
				"state", receive_state_names[t->state], "received",
				(json_int_t)n->received, "imported", (json_int_t)n->imported,
				"duplicates", (json_int_t)n->duplicates, "conflicts",
				(json_int_t)n->conflicts, "rejected", (json_int_t)n->rejected,
				"cut", (json_int_t)n->cut, "refused", (json_int_t)n->refused,
				"waiting", (json_int_t)t->waiting, "lines", (json_int_t)t->lines,
				"free", (json_int_t)t->free));
	else
		json_object_set_new(o, "text", json_string(t->text));
	if (t->what == RECEIVE_REFUSED)
		json_object_set_new(o, "calling", json_string(t->ae));
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

static void
print_text(const struct receive_told *t, const char *when)
{
	const struct receive_counts *n = t->counts;

	if (t->what == RECEIVE_HEALTH)
		printf("%.19sZ %s: %" PRId64 " received, %" PRId64 " new, %" PRId64
		       " duplicates, %" PRId64 " conflicts, %" PRId64 " rejected, %" PRId64
		       " calls refused, %" PRId64 " waiting, %u lines, %.1f GB free\n",
			when, receive_state_names[t->state], n->received, n->imported,
			n->duplicates, n->conflicts, n->rejected, n->refused, t->waiting, t->lines,
			(double)t->free / 1e9);
	else if (t->what == RECEIVE_REFUSED)
		printf("%.19sZ refused %s: %s\n", when, t->ae, t->text);
	else
		printf("%.19sZ %s: %s\n", when, events[t->what], t->text);
}

static void
on_told(void *ctx, const struct receive_told *t)
{
	const struct cli *c = ctx;
	char when[CLOCK_TEXT];

	clock_format(t->at, when);
	(c->json ? print_json : print_text)(t, when);
	fflush(stdout);
}

/* On the thread that imports: nothing is told here, health lines go on.  What it cannot place `wetread compliance` tells. */
static void
on_imported(void *ctx, struct ledger *l)
{
	struct assign_result r;

	(void)ctx;
	assign_all(l, NULL, &r, NULL);
}

/* The options' values; false (told) where one is none. */
static bool
read_options(const struct cli *c, struct receive_config *rc)
{
	long port = PORT;
	double gb = LEAST_FREE_GB;
	bool good;

	good = (c->opt.port == NULL || str_int(c->opt.port, 1, 65535, &port)) &&
		(c->opt.least_free == NULL ||
			(str_double(c->opt.least_free, &gb) && gb >= 0 && gb < 1e6));
	if (!good)
		cli_complain("--port is 1 to 65535, --least-free a number of GB");
	for (size_t i = 0; good && c->opt.allow != NULL && c->opt.allow[i] != NULL; i++)
		if (!receive_ae_valid(c->opt.allow[i])) {
			cli_complain("--allow takes an AE title of 1 to 16 characters");
			good = false;
		}
	rc->port = (unsigned)port;
	rc->least_free = (int64_t)(gb * 1e9);
	return good;
}

static int
receive_command(struct cli *c, int argc, char **argv)
{
	struct sigaction act = { .sa_handler = on_interrupt, .sa_flags = SA_RESTART };
	struct signer who = *ledger_system(c->ledger);
	struct receive_config rc = {
		.archive = c->archive,
		.ledger = c->ledger,
		.store = c->store,
		.who = &who,
		.aet = c->opt.aet != NULL ? c->opt.aet : "WETREAD",
		.bind = c->opt.bind,
		.allow = c->opt.allow,
		.stop = &stop,
		.tell = on_told,
		.imported = on_imported,
		.ctx = c,
	};
	struct receive_counts counts;
	char source[160];
	struct err e = { 0 };

	(void)argc, (void)argv;
	if (!read_options(c, &rc))
		return EXIT_USAGE;
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	cli_origin(source, sizeof(source));
	who.source = source; /* whose command it was */
	umask(077);
	if (receive_run(&rc, &counts, &e) != RC_OK)
		return cli_error(&e);
	return counts.rejected > 0 || counts.conflicts > 0 ? EXIT_REFUSED : EXIT_DONE;
}

static const struct cli_option options[] = {
	CLI_OPTION("--aet", CLI_VALUE, opt.aet),
	CLI_OPTION("--bind", CLI_VALUE, opt.bind),
	CLI_OPTION("--port", CLI_VALUE, opt.port),
	CLI_OPTION("--allow", CLI_LIST, opt.allow),
	CLI_OPTION("--least-free", CLI_VALUE, opt.least_free),
	{ 0 },
};

const struct cli_command cli_receive_command = {
	.name = "receive",
	.usage = "receive [--aet AE] [--bind ADDRESS] [--port N] [--allow AE]... [--least-free GB] "
		 "[--json]\n"
		 "\n"
		 "Takes images that others send by DIMSE (C-STORE) and imports them as they come, "
		 "until it "
		 "is stopped by\n"
		 "Ctrl-C; needs DCMTK's storescp.  Listens at 127.0.0.1, port 11112, unless told "
		 "otherwise; "
		 "other addresses\n"
		 "only with the calling AE titles that are allowed.  Others, and calls for another "
		 "AE title "
		 "than ours\n"
		 "(WETREAD), are rejected.  With less than 5 GB free nothing is taken.  One line a "
		 "minute and "
		 "at each\n"
		 "change tells how it goes.\n",
	.needs = CLI_ARCHIVE_WRITE,
	.options = options,
	.run = receive_command,
};
