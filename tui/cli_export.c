/* wetread export: the data of a study leave the archive, with an event; the log is read out by wetread history. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/base/outfile.h"
#include "core/base/str.h"
#include "core/trial/extract.h"
#include "tui/cli.h"
#include "tui/progress.h"

struct exporting {
	struct cli *c;
	struct session session;
	struct extract_want want;
	struct extract_told told;
	struct outfile file, dictionary;
	struct progress progress;
};

static void
show_progress(void *ctx, int64_t done, int64_t all)
{
	progress_step(ctx, done, all);
}

/* A folder gets files that are called after the study and the format. */
static char *
path_of(const struct exporting *x, const char *to)
{
	struct stat st;

	if (stat(to, &st) != 0 || !S_ISDIR(st.st_mode))
		return mem_string(to);
	return mem_format("%s/%s%s", to, x->want.study, extract_ending(x->want.format));
}

/* Beside "x.csv" or "x.json": "x-dictionary.csv". */
static char *
dictionary_of(const char *path)
{
	const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
	size_t n = dot != NULL && (slash == NULL || dot > slash + 1) ? (size_t)(dot - path)
								     : strlen(path);

	return mem_format("%.*s-dictionary.csv", (int)n, path);
}

/* Written whole, told in the record, and only then there under their names. */
static enum rc
write_files(struct exporting *x, const char *path, const char *dictionary, struct err *e)
{
	struct ledger *l = x->c->ledger;
	enum rc rc = outfile_open(&x->file, path, e);

	if (rc == RC_OK && dictionary != NULL)
		rc = outfile_open(&x->dictionary, dictionary, e);
	if (rc != RC_OK)
		return rc;
	progress_begin(&x->progress, "places");
	rc = extract_write(l, &x->want, x->file.f, &x->told, e);
	progress_end(&x->progress);
	if (rc == RC_OK && dictionary != NULL)
		rc = extract_dictionary(l, &x->want, x->dictionary.f, e);
	if (rc == RC_OK)
		rc = extract_record(l, &x->want, &x->told, e);
	if (rc == RC_OK && dictionary != NULL)
		rc = outfile_keep(&x->dictionary, e);
	return rc == RC_OK ? outfile_keep(&x->file, e) : rc;
}

static void
tell(const struct exporting *x, const char *path, const char *dictionary)
{
	const struct extract_told *t = &x->told;

	if (x->c->json) {
		json_t *j = json_pack("{s:s, s:s?, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s}",
			"file", path, "dictionary", dictionary, "subjects", (json_int_t)t->subjects,
			"places", (json_int_t)t->places, "values", (json_int_t)t->values,
			"signatures", (json_int_t)t->signatures, "queries", (json_int_t)t->queries,
			"verdicts", (json_int_t)t->decisions, "held_back", (json_int_t)t->held_back,
			"left_out", (json_int_t)t->left_out, "digest", t->digest);

		json_dumpf(j, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(j);
		return;
	}
	printf("%lld subjects, %lld values, %lld signatures, %lld queries, %lld verdicts: %s%s%s\n",
		(long long)t->subjects, (long long)t->values, (long long)t->signatures,
		(long long)t->queries, (long long)t->decisions, path,
		dictionary != NULL ? ", " : "", dictionary != NULL ? dictionary : "");
	if (t->held_back > 0)
		printf("held back: %lld, that others must not see yet\n", (long long)t->held_back);
	if (t->left_out > 0)
		printf("left out: %lld values that name a person or are of another study\n",
			(long long)t->left_out);
}

static int
run(struct exporting *x, const char *to)
{
	char *path = path_of(x, to),
	     *dictionary = extract_has_dictionary(x->want.format) ? dictionary_of(path) : NULL;
	struct err e = { 0 };
	enum rc rc = write_files(x, path, dictionary, &e);

	outfile_drop(&x->file);
	outfile_drop(&x->dictionary);
	if (rc == RC_OK)
		tell(x, path, dictionary);
	free(path);
	free(dictionary);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

static int
export_run(struct cli *c, int argc, char **argv)
{
	struct exporting x = { .c = c };
	char password[1024];
	int status;

	(void)argc;
	x.want = (struct extract_want){ .who = &x.session,
		.study = argv[0],
		.decisions = c->opt.verdicts,
		.progress = show_progress,
		.ctx = &x.progress };
	if (c->opt.format == NULL || c->opt.to == NULL)
		return cli_usage(&cli_export_command);
	if (!extract_format_of(c->opt.format, &x.want.format)) {
		cli_complain("--format is odm, odm-snapshot, csv-long, csv-wide or json");
		return EXIT_USAGE;
	}
	if (!cli_open(c, DB_WRITE))
		return EXIT_FAILED_;
	if (!cli_login(c, &x.session, password, sizeof(password)))
		return EXIT_REFUSED;
	key_wipe(password, sizeof(password));
	status = run(&x, c->opt.to);
	session_close(c->ledger, &x.session);
	return status;
}

static const struct cli_option export_options[] = {
	CLI_OPTION("--format", CLI_VALUE, opt.format),
	CLI_OPTION("--to", CLI_VALUE, opt.to),
	CLI_OPTION("--with-decisions", CLI_FLAG, opt.verdicts),
	{ .name = NULL },
};

const struct cli_command cli_export_command = {
	.name = "export",
	.usage = "export STUDY --format odm|odm-snapshot|csv-long|csv-wide|json --to FILE|FOLDER\n"
		 "                [--with-decisions]\n"
		 "\n"
		 "What people entered, signed and asked in a study, for the sites where --user is "
		 "coordinator,\n"
		 "manager or auditor: odm is ODM 1.3.2 with every act, odm-snapshot what counts "
		 "now; csv-long a row a\n"
		 "value, csv-wide a row a place; a data dictionary stands beside CSV and JSON.  "
		 "--with-decisions adds\n"
		 "verdicts of series.  The export is an event.  Nothing that names a person goes "
		 "along, nor a form that\n"
		 "two people are filling still.\n",
	.least = 1,
	.most = 1,
	.options = export_options,
	.run = export_run,
};
