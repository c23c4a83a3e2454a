/* wetread import PATH...: files and folders into quarantine. */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/archive/import.h"
#include "core/base/str.h"
#include "tui/cli.h"
#include "tui/progress.h"

static volatile sig_atomic_t stop;

static void
on_interrupt(int sig)
{
	(void)sig;
	stop = 1;
}

struct telling {
	struct progress progress;
	json_t *rejected; /* for --json */
	bool json;
	int64_t placed; /* exams, by rules of the studies */
};

static void
on_rejected(void *ctx, const char *path, const char *reason)
{
	struct telling *t = ctx;
	char clean[1000];

	str_copy(clean, sizeof(clean), path);
	str_clean(clean);
	json_array_append_new(t->rejected, json_pack("{s:s, s:s}", "path", clean, "reason", reason));
	progress_end(&t->progress);
	cli_complain("%s: rejected: %s", clean, reason);
}

static void
on_progress(void *ctx, const struct import_counts *n, int64_t expected)
{
	struct telling *t = ctx;

	progress_step(&t->progress, n->files, expected);
}

static void
print_counts(const struct import_counts *n, struct telling *t)
{
	json_t *o;

	if (!t->json) {
		printf("%lld files: %lld new images in %lld series, %lld duplicates, %lld "
		       "conflicts, "
		       "%lld rejected, %lld left out",
			(long long)n->files, (long long)n->added, (long long)n->series,
			(long long)n->duplicates, (long long)n->conflicts, (long long)n->rejected,
			(long long)n->skipped);
		if (n->faulty > 0)
			printf("; %lld with pixels that cannot be decoded", (long long)n->faulty);
		if (t->placed > 0)
			printf("; %lld exams placed by the study's rules", (long long)t->placed);
		putchar('\n');
		return;
	}
	o = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:O, s:I, s:I}", "files",
		(json_int_t)n->files, "instances", (json_int_t)n->instances, "new",
		(json_int_t)n->added, "duplicates", (json_int_t)n->duplicates, "conflicts",
		(json_int_t)n->conflicts, "skipped", (json_int_t)n->skipped, "faulty",
		(json_int_t)n->faulty, "rejected", t->rejected, "series", (json_int_t)n->series,
		"placed", (json_int_t)t->placed);
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

static int
import_all(struct cli *c, int n, char **paths)
{
	struct telling t = { .json = c->json, .rejected = json_array() };
	struct signer who = *ledger_system(c->ledger);
	struct import_config ic = {
		.ledger = c->ledger,
		.store = c->store,
		.who = &who,
		.stop = &stop,
		.rejected = on_rejected,
		.progress = on_progress,
		.ctx = &t,
	};
	struct import_counts counts;
	char source[160];
	struct err e = { 0 };
	enum rc rc;
	int status;

	cli_origin(source, sizeof(source));
	who.source = source; /* whose command it was */
	progress_begin(&t.progress, "files");
	rc = import_run(&ic, paths, n, &counts, &e);
	progress_end(&t.progress);
	if (rc == RC_OK)
		t.placed = cli_place_rules(c);
	print_counts(&counts, &t);
	json_decref(t.rejected);
	status = counts.rejected > 0 || counts.conflicts > 0 ? EXIT_REFUSED : EXIT_DONE;
	if (rc != RC_OK) {
		cli_error(&e);
		status = EXIT_FAILED_;
	}
	return status;
}

static int
import_run_command(struct cli *c, int argc, char **argv)
{
	struct sigaction act = { .sa_handler = on_interrupt, .sa_flags = SA_RESTART | SA_RESETHAND };

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	return import_all(c, argc, argv);
}

const struct cli_command cli_import_command = {
	.name = "import",
	.usage = "import [--json] PATH...\n"
		 "\n"
		 "Takes files and folders into quarantine.  Originals are copied unchanged; the "
		 "same file again is a\n"
		 "duplicate; the same SOP Instance UID with other bytes is kept as a conflict and "
		 "flagged.  Each file\n"
		 "that is refused is told with its reason.  Ctrl-C stops after the batch in hand; "
		 "run it again for the\n"
		 "rest.\n",
	.least = 1,
	.most = -1,
	.needs = CLI_ARCHIVE_WRITE,
	.run = import_run_command,
};
