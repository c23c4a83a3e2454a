/* wetread copy DIR: everything an inspector needs, checked and listed. */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "core/archive/copy.h"
#include "tui/cli.h"
#include "tui/progress.h"

static volatile sig_atomic_t stop;

static void
on_interrupt(int sig)
{
	(void)sig;
	stop = 1;
}

static void
on_progress(void *ctx, int64_t bytes, int64_t of)
{
	progress_step(ctx, bytes >> 20, of >> 20);
}

static void
print(const struct cli *c, const char *folder, const struct copy_told *t)
{
	json_t *o;

	if (!c->json) {
		printf("%s: %lld files, %lld of them originals, %lld bytes; head %lld %.16s; "
		       "the record is %s%s%s\n",
			folder, (long long)t->files, (long long)t->objects, (long long)t->bytes,
			(long long)t->events, t->head, t->verified.result,
			t->verified.first[0] != '\0' ? ": " : "", t->verified.first);
		return;
	}
	o = json_pack("{s:I, s:I, s:I, s:I, s:s, s:s, s:s}", "files", (json_int_t)t->files,
		"objects", (json_int_t)t->objects, "bytes", (json_int_t)t->bytes, "seq",
		(json_int_t)t->events, "head", t->head, "manifest", t->manifest, "verify",
		t->verified.result);
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

static int
copy_it(struct cli *c, const char *folder, const struct session *who)
{
	struct progress progress;
	char source[160];
	struct copy_request r = { .ledger = c->ledger,
		.store = c->store,
		.archive = c->archive,
		.study = c->opt.study,
		.who = who,
		.source = source,
		.stop = &stop,
		.progress = on_progress,
		.ctx = &progress };
	struct copy_told told;
	struct err e = { 0 };
	enum rc rc;

	cli_origin(source, sizeof(source));
	progress_begin(&progress, "MiB");
	rc = copy_run(&r, folder, &told, &e);
	progress_end(&progress);
	if (rc != RC_OK)
		return cli_error(&e);
	print(c, folder, &told);
	return strcmp(told.verified.result, "good") == 0 ? EXIT_DONE : EXIT_REFUSED;
}

static int
copy_command(struct cli *c, int argc, char **argv)
{
	struct sigaction act = { .sa_handler = on_interrupt, .sa_flags = SA_RESTART | SA_RESETHAND };
	struct session session = { 0 };
	char password[1024];
	int status;

	(void)argc;
	if (c->user != NULL && !cli_login(c, &session, password, sizeof(password)))
		return EXIT_REFUSED;
	key_wipe(password, sizeof(password));
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	status = copy_it(c, argv[0], c->user != NULL ? &session : NULL);
	session_close(c->ledger, &session);
	return status;
}

static const struct cli_option copy_options[] = {
	CLI_OPTION("--study", CLI_VALUE, opt.study),
	{ .name = NULL },
};

const struct cli_command cli_copy_command = {
	.name = "copy",
	.usage = "copy DIR [--study STUDY] [--json]\n"
		 "\n"
		 "A complete copy of the archive in the new or empty folder DIR, for inspectors: "
		 "record, "
		 "anchors, the\n"
		 "originals, the log as JSON lines, decisions and public keys as CSV, the "
		 "description of "
		 "the format,\n"
		 "and a signed list for sha256sum.  With --study the originals of that study only. "
		 " The "
		 "copy is an\n"
		 "event, of --user where one is given.\n",
	.least = 1,
	.most = 1,
	.needs = CLI_ARCHIVE_WRITE,
	.options = copy_options,
	.run = copy_command,
};
