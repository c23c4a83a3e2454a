/* wetread init DIR: a new archive and its first officer.  wetread demo DIR: one with phantoms and accounts. */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/archive/import.h"
#include "core/base/mem.h"
#include "core/demo/demo.h"
#include "core/study/version.h"
#include "tui/cli.h"
#include "tui/progress.h"

static const char demo_password[] = "quarantine-demo";

static bool
empty_folder(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *entry;
	int n = 0;

	if (d == NULL) {
		if (errno != ENOENT)
			return false;
		return mkdir(path, 0755) == 0;
	}
	while ((entry = readdir(d)) != NULL)
		n++;
	closedir(d);
	return n <= 2;
}

static int
create(struct cli *c, const char *folder, const struct ledger_founder *f)
{
	struct err e = { 0 };

	if (!empty_folder(folder)) {
		cli_complain("%s is not an empty folder", folder);
		return EXIT_FAILED_;
	}
	if (ledger_create(&c->ledger, folder, f, NULL, &e) != RC_OK ||
		store_open(&c->store, folder, 1, &e) != RC_OK) {
		cli_close(c);
		return cli_error(&e);
	}
	return EXIT_DONE;
}

static int
init_run(struct cli *c, int argc, char **argv)
{
	struct ledger_founder f = { 0 };
	char password[1024] = "";
	int status;

	(void)argc;
	f.user = c->opt.officer != NULL ? c->opt.officer : c->user != NULL ? c->user : "officer";
	f.name = c->opt.name != NULL ? c->opt.name : f.user;
	if (!empty_folder(argv[0])) {
		cli_complain("%s is not an empty folder", argv[0]);
		return EXIT_FAILED_;
	}
	if (!cli_new_password(c, "Password of the first officer", password, sizeof(password)))
		return EXIT_FAILED_;
	f.password = password;
	status = create(c, argv[0], &f);
	key_wipe(password, sizeof(password));
	if (status == EXIT_DONE)
		printf("made the archive %s; its first officer is %s\n"
		       "next: wetread --archive %s --user %s user add ID --name NAME --role "
		       "reviewer\n",
			argv[0], f.user, argv[0], f.user);
	return status;
}

static const struct cli_option init_options[] = {
	CLI_OPTION("--officer", CLI_VALUE, opt.officer),
	CLI_OPTION("--name", CLI_VALUE, opt.name),
	{ .name = NULL },
};

const struct cli_command cli_init_command = {
	.name = "init",
	.usage = "init DIR [--officer ID] [--name NAME] [--password-file FILE]\n"
		 "\n"
		 "Makes an archive in the new or empty folder DIR and enrols its first officer "
		 "(default id:\n"
		 "officer), who enrols everybody else.\n",
	.least = 1,
	.most = 1,
	.options = init_options,
	.run = init_run,
};

/* ---- demo ---- */

static const struct {
	const char *role, *name;
} demo_people[] = {
	{ "reviewer", "Rosa Meier" },
	{ "radiologist", "Amadou Costa" },
	{ "coordinator", "Kim Larsen" },
	{ "expert", "Ines Moreau" },
	{ "manager", "Jonas Weber" },
	{ "auditor", "Priya Nair" },
	{ "admin", "Alex Novak" },
};

static enum rc
enrol_people(struct ledger *l, struct err *e)
{
	struct sign_key key = { 0 };
	struct signer officer = { .key = &key,
		.user = "officer",
		.name = "Olga Brandt",
		.role = "officer",
		.session = "",
		.source = "wetread demo" };
	enum rc rc = account_unlock(l, "officer", demo_password, &key, e);

	if (rc == RC_OK)
		rc = ledger_begin(l, e);
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; rc == RC_OK && i < MEM_COUNT(demo_people); i++) {
		struct account_enrolment a = {
			.user = demo_people[i].role,
			.name = demo_people[i].name,
			.password = demo_password,
			.roles = { demo_people[i].role },
			.evidence = "demonstration account; nobody's identity",
		};

		rc = account_enrol(l, &officer, &a, e);
	}
	key_free(&key);
	return ledger_end(l, rc, e);
}

/* What the trials ask for, applied as an officer does. */
static enum rc
apply_studies(struct ledger *l, struct err *e)
{
	static const char *const studies[] = { demo_study_neuro, demo_study_lung };
	struct session officer;
	struct office o = { &officer, demo_password, "the protocols of the demonstration" };
	enum rc rc = session_open(l, "officer", demo_password, "wetread demo", &officer, e);

	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; rc == RC_OK && i < MEM_COUNT(studies); i++) {
		struct study_apply file = { studies[i], strlen(studies[i]) };
		struct study_version v;
		struct mistakes m;
		bool same;

		rc = study_apply(l, &o, &file, &v, &same, &m, e);
		mistakes_free(&m);
	}
	session_close(l, &officer);
	return rc;
}

static void
demo_step(void *ctx, int done, int total)
{
	progress_step(ctx, done, total);
}

static void
import_step(void *ctx, const struct import_counts *n, int64_t expected)
{
	progress_step(ctx, n->files, expected);
}

static enum rc
import_phantoms(
	struct cli *c, char *folder, struct progress *p, struct import_counts *n, struct err *e)
{
	struct import_config ic = {
		.ledger = c->ledger,
		.store = c->store,
		.who = ledger_system(c->ledger),
		.progress = import_step,
		.ctx = p,
	};
	enum rc rc;

	progress_begin(p, "series drawn");
	rc = demo_write(folder, 2, demo_step, p, e);
	progress_end(p);
	if (rc != RC_OK)
		return rc;
	progress_begin(p, "files");
	rc = import_run(&ic, &folder, 1, n, e);
	progress_end(p);
	return rc;
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st, (void)type, (void)where;
	return remove(path);
}

/* The mark makes the login screen name the accounts; written last, so a half-made one is none. */
static bool
mark_demo(const char *folder)
{
	char *path = mem_format("%s/demo", folder);
	FILE *f = fopen(path, "we");

	free(path);
	return f != NULL && fputs("generated phantoms; invented names\n", f) >= 0 && fclose(f) == 0;
}

static enum rc
fill_demo(struct cli *c, const char *folder, struct import_counts *n, struct err *e)
{
	char *incoming = mem_format("%s/incoming", folder);
	struct progress p;
	enum rc rc = enrol_people(c->ledger, e);

	if (rc == RC_OK)
		rc = apply_studies(c->ledger, e);
	if (rc == RC_OK)
		rc = import_phantoms(c, incoming, &p, n, e);
	nftw(incoming, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(incoming);
	if (rc == RC_OK && !mark_demo(folder))
		rc = err_errno(e, RC_FAILED, "cannot write to %s", folder);
	return rc;
}

static void
print_demo_json(const char *folder, const struct import_counts *n)
{
	json_t *o = json_pack("{s:s, s:I, s:I}", "archive", folder, "files", (json_int_t)n->files,
		"series", (json_int_t)n->series);

	if (o != NULL) /* a name that is no UTF-8 is the one thing that JSON cannot say */
		json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

static int
demo_run(struct cli *c, int argc, char **argv)
{
	struct ledger_founder f = {
		.user = "officer", .name = "Olga Brandt", .password = demo_password
	};
	struct import_counts n = { 0 };
	struct err e = { 0 };
	int status = create(c, argv[0], &f);

	(void)argc;
	if (status != EXIT_DONE)
		return status;
	if (fill_demo(c, argv[0], &n, &e) != RC_OK)
		return cli_error(&e);
	if (c->json)
		print_demo_json(argv[0], &n);
	else
		printf("made the demonstration archive %s: %lld series, %lld images\n"
		       "open it with: wetread %s\n"
		       "accounts are named after the roles (reviewer, radiologist, ...); password "
		       "%s\n",
			argv[0], (long long)n.series, (long long)n.added, argv[0], demo_password);
	return EXIT_DONE;
}

const struct cli_command cli_demo_command = {
	.name = "demo",
	.usage = "demo DIR\n"
		 "\n"
		 "Makes a demonstration archive in the new or empty folder DIR: generated phantoms "
		 "with faults to\n"
		 "find, and one account for each role.  Every name in it is invented.\n",
	.least = 1,
	.most = 1,
	.run = demo_run,
};
