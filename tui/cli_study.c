/* wetread study: what a study asks for, checked, applied and shown. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/study/version.h"
#include "core/trial/relabel.h"
#include "tui/cli_study_from.h"
#include "tui/progress.h"

static void
print_json(json_t *j, size_t flags)
{
	json_dumpf(j, stdout, flags);
	putchar('\n');
	json_decref(j);
}

/* ---- check ---- */

static json_t *
mistakes_json(const struct mistakes *m)
{
	json_t *all = json_array();

	for (size_t i = 0; i < m->n; i++)
		json_array_append_new(all,
			json_pack("{s:i, s:i, s:s, s:s}", "line", (int)m->one[i].line, "column",
				(int)m->one[i].column, "path", m->one[i].path, "text",
				m->one[i].text));
	return all;
}

static void
tell_mistakes(const char *path, const struct mistakes *m)
{
	char *name = mem_string(path);

	str_clean(name);
	for (size_t i = 0; i < m->n; i++) {
		fputs(name, stderr);
		if (m->one[i].line > 0)
			fprintf(stderr, ":%u", m->one[i].line);
		fprintf(stderr, ": %s%s%s\n", m->one[i].path, m->one[i].path[0] != '\0' ? ": " : "",
			m->one[i].text);
	}
	if (m->more > 0)
		fprintf(stderr, "%s: and %zu more mistakes\n", name, m->more);
	free(name);
}

static int
tell_fine(const struct cli *c, const char *path, const struct study *s)
{
	if (c->json)
		print_json(json_pack("{s:b, s:s, s:i, s:I, s:I, s:I, s:I, s:[], s:i}", "fine", 1,
				   "study", s->id, "version", s->version, "sites",
				   (json_int_t)s->sites, "visits", (json_int_t)s->visits, "forms",
				   (json_int_t)s->forms, "fields", (json_int_t)s->fields,
				   "mistakes", "more", 0),
			JSON_COMPACT);
	else
		printf("%s: fine: study %s version %d, %zu sites, %zu visits, %zu forms with %zu "
		       "fields\n",
			path, s->id, s->version, s->sites, s->visits, s->forms, s->fields);
	return EXIT_DONE;
}

static int
check_file(const struct cli *c, const char *path)
{
	struct buf text = { 0 };
	struct study *s = NULL;
	struct mistakes m;
	int status = EXIT_REFUSED;

	if (!cli_study_from_file(path, STUDY_BYTES, &text)) {
		buf_release(&text);
		return EXIT_FAILED_;
	}
	if (study_read(&s, text.data, text.len, &m) == RC_OK)
		status = tell_fine(c, path, s);
	else if (c->json)
		print_json(json_pack("{s:b, s:o, s:I}", "fine", 0, "mistakes", mistakes_json(&m),
				   "more", (json_int_t)m.more),
			JSON_COMPACT);
	else
		tell_mistakes(path, &m);
	mistakes_free(&m);
	study_free(s);
	buf_release(&text);
	return status;
}

/* ---- apply ---- */

static void
told(void *ctx, int64_t done, int64_t of)
{
	progress_step(ctx, done, of);
}

/* Its rules for series go before the program's: what series are is told anew. */
static void
relabel(struct cli *c, const char *study, int64_t *named)
{
	struct progress p;
	struct err e = { 0 };

	progress_begin(&p, "series");
	if (relabel_study(c->ledger, study, named, told, &p, &e) != RC_OK)
		cli_error(&e);
	progress_end(&p);
}

static int
apply_text(struct cli *c, const char *path, const struct buf *text)
{
	struct study_apply file = { text->data, text->len };
	struct study_version v;
	struct mistakes m = { 0 };
	struct cli_office o;
	struct err e = { 0 };
	bool same = false;
	int64_t placed, named = 0;
	enum rc rc;
	int status = cli_office_begin(c, &o, c->opt.why);

	if (status != EXIT_DONE)
		return status;
	rc = study_apply(c->ledger, &o.office, &file, &v, &same, &m, &e);
	status = cli_office_end(c, &o, rc, &e);
	tell_mistakes(path, &m);
	mistakes_free(&m);
	if (status != EXIT_DONE)
		return status;
	placed = cli_place_rules(c);
	relabel(c, v.study, &named);
	if (c->json)
		print_json(json_pack("{s:s, s:I, s:s, s:b, s:I, s:I}", "study", v.study, "version",
				   (json_int_t)v.version, "digest", v.digest, "applied", !same,
				   "placed", (json_int_t)placed, "named", (json_int_t)named),
			JSON_COMPACT);
	else if (same)
		printf("version %lld of %s is this file already\n", (long long)v.version, v.study);
	else
		printf("version %lld of %s is applied\n", (long long)v.version, v.study);
	if (!c->json && placed > 0)
		printf("%lld exams have another place by its rules now\n", (long long)placed);
	if (!c->json && named > 0)
		printf("%lld series have another label by its rules now\n", (long long)named);
	return EXIT_DONE;
}

/* What is wrong with the file is told before anybody types a password. */
static int
apply_file(struct cli *c, const char *path)
{
	struct buf text = { 0 };
	struct study *s = NULL;
	struct mistakes m = { 0 };
	int status = EXIT_FAILED_;

	if (cli_study_from_file(path, STUDY_BYTES, &text)) {
		if (study_read(&s, text.data, text.len, &m) == RC_OK) {
			status = apply_text(c, path, &text);
		} else {
			tell_mistakes(path, &m);
			status = EXIT_REFUSED;
		}
	}
	study_free(s);
	mistakes_free(&m);
	buf_release(&text);
	return status;
}

/* ---- list, show ---- */

struct listing {
	bool json;
	json_t *all;
};

static bool
list_one(void *ctx, const struct study_version *v)
{
	struct listing *l = ctx;
	char at[CLOCK_TEXT];

	clock_format(v->at, at);
	if (l->json)
		json_array_append_new(l->all,
			json_pack("{s:s, s:I, s:s, s:s, s:I}", "study", v->study, "version",
				(json_int_t)v->version, "applied", at, "digest", v->digest, "event",
				(json_int_t)v->event));
	else
		printf("%-20s %6lld  %s  event %lld  %s\n", v->study, (long long)v->version, at,
			(long long)v->event, v->digest);
	return true;
}

static int
list_versions(struct cli *c)
{
	struct listing l = { c->json, json_array() };
	struct err e = { 0 };
	enum rc rc = study_versions(c->ledger, list_one, &l, &e);

	if (rc == RC_OK && c->json)
		print_json(l.all, JSON_COMPACT);
	else
		json_decref(l.all);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

static int
show_version(struct cli *c, const char *word)
{
	struct study_version v;
	struct err e = { 0 };
	char *body = NULL;
	int64_t version = 0;
	enum rc rc;

	if (word != NULL && !cli_number(word, &version))
		return EXIT_USAGE;
	rc = study_version_read(c->ledger, c->opt.study, version, &v, &body, &e);
	if (rc != RC_OK)
		return cli_error(&e);
	fputs(body, stdout);
	free(body);
	return EXIT_DONE;
}

static int
print_example(const char *name)
{
	static const struct {
		const char *name, *text;
	} examples[] = { { "brain", study_example_brain }, { "chest", study_example_chest } };

	for (size_t i = 0; i < MEM_COUNT(examples); i++)
		if (strcmp(examples[i].name, name) == 0) {
			fputs(examples[i].text, stdout);
			return EXIT_DONE;
		}
	return cli_usage(&cli_study_command);
}

static int
study_run(struct cli *c, int argc, char **argv)
{
	const char *what = argc > 0 ? argv[0] : "list";

	if (strcmp(what, "check") == 0 && argc == 2)
		return check_file(c, argv[1]);
	if (strcmp(what, "apply") == 0 && argc == 2 && c->opt.why != NULL)
		return apply_file(c, argv[1]);
	if (strcmp(what, "example") == 0 && argc == 2)
		return print_example(argv[1]);
	if (strcmp(what, "schema") == 0 && argc == 1) {
		print_json(study_schema(), JSON_INDENT(1));
		return EXIT_DONE;
	}
	if (strncmp(what, "from-", 5) == 0 && argc == 2)
		return cli_study_from(c, what, argv[1]);
	if (strcmp(what, "list") == 0 && argc <= 1)
		return cli_open(c, DB_READ) ? list_versions(c) : EXIT_FAILED_;
	if (strcmp(what, "show") == 0)
		return cli_open(c, DB_READ) ? show_version(c, argc > 1 ? argv[1] : NULL)
					    : EXIT_FAILED_;
	return cli_usage(&cli_study_command);
}

static const struct cli_option study_options[] = {
	CLI_OPTION("--reason", CLI_VALUE, opt.why),
	CLI_OPTION("--study", CLI_VALUE, opt.study),
	CLI_OPTION("--id", CLI_VALUE, opt.name),
	CLI_OPTION("--language", CLI_VALUE, opt.text),
	CLI_OPTION("--drop-conditions", CLI_FLAG, opt.drop_conditions),
	{ .name = NULL },
};

const struct cli_command cli_study_command = {
	.name = "study",
	/* clang-format off */
	.usage =
		"study [list] | check FILE | apply FILE --reason TEXT | show [VERSION] [--study ID] | "
		"example brain|chest | schema |\n"
		"      from-redcap FILE.csv [--id ID] | from-odm FILE.xml [--id ID] [--language CODE]\n"
		"      [--drop-conditions]\n"
		"\n"
		"What a study asks for: sites, visits, expected series, forms, reasons, steps.  check tells every\n"
		"mistake with its line; an officer (--user) applies a file as a new version, which never changes.\n"
		"show prints a version as it was applied.  example prints a file to start from, schema the JSON Schema.\n"
		"from-redcap prints a study file with the forms of a REDCap data dictionary, from-odm with those of an\n"
		"ODM 1.3 file; with --drop-conditions, conditions in other languages are left out, and told.\n",
	/* clang-format on */
	.most = 2,
	.options = study_options,
	.run = study_run,
};
