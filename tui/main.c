/* wetread: which subcommand, or the workstation. */
#include <locale.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/app.h"
#include "tui/cli.h"

static const struct cli_command *const commands[] = {
	&cli_init_command,
	&cli_demo_command,
	&cli_import_command,
	&cli_source_command,
	&cli_discover_command,
	&cli_fetch_command,
	&cli_outbox_command,
	&cli_watch_command,
	&cli_receive_command,
	&cli_study_command,
	&cli_worklist_command,
	&cli_classify_command,
	&cli_form_command,
	&cli_quality_command,
	&cli_todo_command,
	&cli_query_command,
	&cli_show_command,
	&cli_render_command,
	&cli_decide_command,
	&cli_agreement_command,
	&cli_progress_command,
	&cli_compliance_command,
	&cli_calendar_command,
	&cli_place_command,
	&cli_export_command,
	&cli_report_command,
	&cli_tag_command,
	&cli_entry_command,
	&cli_check_command,
	&cli_sentinel_command,
	&cli_viewing_command,
	&cli_marks_command,
	&cli_history_command,
	&cli_receipt_command,
	&cli_copy_command,
	&cli_user_command,
	&cli_role_command,
	&cli_setting_command,
	&cli_anchor_command,
	&cli_selftest_command,
	&cli_letters_command,
};

static void
print_help(FILE *to)
{
	fputs("wetread " WETREAD_VERSION
	      ": curate and quality-check the images of clinical trials\n"
	      "\n"
	      "usage: wetread [--archive DIR] [--user ID] COMMAND [ARG...]\n"
	      "       wetread [--protocol sixel|kitty|blocks|blocks256] [--encoder own|libsixel] "
	      "[ARCHIVE]   open the workstation\n"
	      "\n",
		to);
	for (size_t i = 0; i < MEM_COUNT(commands); i++)
		fprintf(to, "  wetread %.*s\n", (int)strcspn(commands[i]->usage, "\n"),
			commands[i]->usage);
	fputs("\n"
	      "Each command has --help, and --json where it prints a result.  $WETREAD_ARCHIVE "
	      "stands in for\n"
	      "--archive.  Passwords are typed, or read from --password-file FILE (mode 0600).\n"
	      "Exit status: 0 done; 1 done, but something was refused or is wrong; 2 usage; 3 "
	      "could not be done.\n",
		to);
}

/* Keys and passwords are in this process: it leaves no core and nobody may look into it. */
static void
protect(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	signal(SIGPIPE, SIG_IGN);
}

static const struct cli_command *
find_command(const char *name)
{
	for (size_t i = 0; i < MEM_COUNT(commands); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

/* A folder with the name of a command, alone on the line, is opened: people call their archive "study". */
static bool
is_archive(const char *name)
{
	char *path = mem_format("%s/ledger.db", name);
	struct stat st;
	bool is = stat(path, &st) == 0;

	free(path);
	return is;
}

static int
workstation(struct cli *c, const char *archive)
{
	struct app_config config = { .archive = archive != NULL ? archive : c->archive,
		.protocol = c->protocol };
	struct err e = { 0 };
	struct stat st;

	if (archive != NULL && stat(archive, &st) != 0) {
		cli_complain(
			"%.100s is neither a command nor an archive; see wetread --help", archive);
		return EXIT_USAGE;
	}
	if (config.archive == NULL) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (!cli_encoder(c->opt.encoder, c->protocol, &config.libsixel))
		return EXIT_USAGE;
	return app_run(&config, &e) == RC_OK ? EXIT_DONE : (cli_error(&e), EXIT_FAILED_);
}

static const struct {
	const char *name;
	size_t at; /* of a const char * in struct cli */
} global_values[] = {
	{ "--archive", offsetof(struct cli, archive) },
	{ "--user", offsetof(struct cli, user) },
	{ "--password-file", offsetof(struct cli, password_file) },
	{ "--encoder", offsetof(struct cli, opt.encoder) },
};

/* "--name VALUE" or "--name=VALUE": how many words it took, 0 where the word is something else. */
static int
global_value(struct cli *c, const char *word, const char *next)
{
	for (size_t i = 0; i < MEM_COUNT(global_values); i++) {
		const char **to = (const char **)(void *)((char *)c + global_values[i].at);
		size_t n = strlen(global_values[i].name);

		if (strncmp(word, global_values[i].name, n) != 0)
			continue;
		if (word[n] == '=') {
			*to = word + n + 1;
			return 1;
		}
		if (word[n] == '\0' && next != NULL) {
			*to = next;
			return 2;
		}
	}
	return 0;
}

/* The picture protocol, in either form; as global_value. */
static int
global_protocol(struct cli *c, const char *word, const char *next)
{
	size_t n = strlen("--protocol");
	bool joined = strncmp(word, "--protocol", n) == 0 && word[n] == '=';
	const char *value = joined ? word + n + 1 : next;
	enum picture_protocol p;

	if ((!joined && strcmp(word, "--protocol") != 0) || value == NULL ||
		!picture_protocol_of(value, &p) || p >= PICTURE_PGM)
		return 0;
	c->protocol = (int)p;
	return joined ? 1 : 2;
}

/* Options before the command; returns the place of the first word, -1 on a mistake. */
static int
global_options(struct cli *c, int argc, char **argv)
{
	int i, words;

	for (i = 1; i < argc && argv[i][0] == '-'; i += words) {
		const char *next = i + 1 < argc ? argv[i + 1] : NULL;

		words = 1;
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			c->help = true;
		} else if (strcmp(argv[i], "--version") == 0) {
			puts("wetread " WETREAD_VERSION);
			exit(EXIT_DONE);
		} else if (strcmp(argv[i], "--json") == 0) {
			c->json = true;
		} else if ((words = global_value(c, argv[i], next)) == 0 &&
			(words = global_protocol(c, argv[i], next)) == 0) {
			cli_complain("what is %.40s?  See wetread --help", argv[i]);
			return -1;
		}
	}
	return i;
}

int
main(int argc, char **argv)
{
	struct cli c = { .protocol = -1 };
	const struct cli_command *k;
	int at, status;

	protect();
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C");
	keys_init();
	c.archive = getenv("WETREAD_ARCHIVE");
	if (c.archive != NULL && *c.archive == '\0')
		c.archive = NULL;
	at = global_options(&c, argc, argv);
	if (at < 0)
		return EXIT_USAGE;
	if (at >= argc && c.help) {
		print_help(stdout);
		return EXIT_DONE;
	}
	k = at < argc && (argc - at > 1 || !is_archive(argv[at])) ? find_command(argv[at]) : NULL;
	if (k == NULL) {
		if (argc - at > 1) {
			cli_complain("there is no command %.40s; see wetread --help", argv[at]);
			return EXIT_USAGE;
		}
		return workstation(&c, at < argc ? argv[at] : NULL);
	}
	status = cli_run(&c, k, argc - at, argv + at);
	if (fflush(stdout) != 0 && status == EXIT_DONE)
		status = EXIT_FAILED_;
	return status;
}
