/* wetread source: where images lie besides the archive's own store. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/cli_remote.h"

/* ---- the secret ---- */

static bool
typed_secret(struct cli *c, const char *user, struct secret *out)
{
	memset(out, 0, sizeof(*out));
	str_copy(out->user, sizeof(out->user), user);
	if (!isatty(STDIN_FILENO)) {
		cli_complain("nobody is here to type the password: give a file with --secret");
		return false;
	}
	return cli_password(c, "Password at the source", out->password, sizeof(out->password));
}

/* Of --secret FILE or --login USER; *any false where neither is given. */
static bool
take_secret(struct cli *c, struct secret *out, bool *any)
{
	struct err e = { 0 };

	*any = c->opt.secret != NULL || c->opt.login != NULL;
	if (c->opt.secret != NULL && secret_read(out, c->opt.secret, &e) != RC_OK) {
		cli_complain("%s", e.text);
		return false;
	}
	return c->opt.secret != NULL || c->opt.login == NULL || typed_secret(c, c->opt.login, out);
}

static enum rc
keep_secret(struct cli *c, const char *name, const struct secret *s, struct err *e)
{
	char *folder = mem_format("%s/sources", c->archive),
	     *path = sources_secret(c->archive, name);
	enum rc rc;

	mkdir(folder, 0700);
	rc = secret_write(s, path, e);
	free(folder);
	free(path);
	return rc;
}

/* ---- test ---- */

static json_t *
facts_json(const char *name, const struct server_facts *f)
{
	json_t *can = json_object();

	for (int q = 0; q < QUIRK_COUNT; q++)
		json_object_set_new(
			can, quirk_table[q].word, json_boolean((f->quirks >> q & 1) != 0));
	return json_pack("{s:s, s:s, s:f, s:I, s:o}", "source", name, "server", f->server,
		"round_trip_ms", (double)f->round_trip_us / 1000.0, "clock_ahead_s",
		(json_int_t)f->clock_ahead_s, "found", can);
}

/* What is asked of DIMSE is not asked of the others. */
static bool
is_asked(int q, bool dimse)
{
	return (q >= QUIRK_ECHO && q <= QUIRK_STORE) == dimse;
}

static void
print_facts(const char *name, const struct server_facts *f, bool dimse)
{
	printf("%s: %s, round trip %.1f ms", name,
		f->server[0] != '\0' ? f->server : "a server that does not say what it is",
		(double)f->round_trip_us / 1000.0);
	if (f->clock_ahead_s != 0)
		printf(", its clock is %lld s %s ours", llabs((long long)f->clock_ahead_s),
			f->clock_ahead_s > 0 ? "ahead of" : "behind");
	putchar('\n');
	for (int q = 0; q < QUIRK_COUNT; q++)
		if (is_asked(q, dimse))
			printf("  %-3s %-18s %s\n",
				f->quirks >> q & 1         ? "yes"
					: q == QUIRK_STORE ? "?"
							   : "-",
				quirk_table[q].word, quirk_table[q].help);
}

static enum rc
test_folder(const struct source *s, struct err *e)
{
	struct address a;
	enum rc rc = address_parse(&a, s->address, e);

	if (rc == RC_OK && access(a.path, R_OK | X_OK) != 0)
		rc = err_errno(e, RC_OFFLINE, "the folder");
	if (rc == RC_OK)
		printf("%s: a folder that can be read\n", s->name);
	return rc;
}

static enum rc
test_one(struct cli_remote *r, const struct source *s, json_t *all, struct err *e)
{
	struct server_facts f;
	enum rc rc;

	if (strncmp(s->address, "folder:", 7) == 0)
		return test_folder(s, e);
	rc = sources_probe(r->sources, r->c->ledger, s->id, &f, e);
	if (rc == RC_OK && r->c->json)
		json_array_append_new(all, facts_json(s->name, &f));
	else if (rc == RC_OK)
		print_facts(s->name, &f, strncmp(s->address, "dimse:", 6) == 0);
	return rc;
}

static int
test_sources(struct cli *c, int n, char **names)
{
	struct source *s = mem_zero(SOURCES_MOST, sizeof(*s));
	struct cli_remote r;
	json_t *all = json_array();
	size_t count = 0;
	int status = EXIT_DONE;

	if (!cli_remote_named(c, n, names, s, &count))
		status = EXIT_FAILED_;
	cli_remote_begin(&r, c);
	for (size_t i = 0; status != EXIT_FAILED_ && i < count; i++) {
		struct err e = { 0 };
		enum rc rc = test_one(&r, &s[i], all, &e);

		if (rc != RC_OK) {
			cli_complain("%s: %s", s[i].name, e.text);
			json_array_append_new(all,
				json_pack("{s:s, s:s, s:s}", "source", s[i].name, "error",
					rc_name(rc), "text", e.text));
		}
		status = cli_remote_status(status, rc);
	}
	cli_remote_end(&r);
	if (c->json) {
		json_dumpf(all, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_decref(all);
	free(s);
	return status;
}

/* ---- add, remove ---- */

static enum rc
check_address(const char *text, struct err *e)
{
	struct address a;

	return address_parse(&a, text, e);
}

static int
add_source(struct cli *c, char **words)
{
	struct source_new n = { .name = words[0], .address = words[1], .keep = SOURCE_ENCRYPTED };
	struct secret secret = { .user = "" };
	struct cli_office o;
	struct err e = { 0 };
	bool any = false;
	int status;
	enum rc rc = check_address(n.address, &e);

	if (rc == RC_OK && c->opt.keep != NULL)
		rc = source_keep_find(c->opt.keep, &n.keep, &e);
	if (rc == RC_OK && strncmp(n.address, "folder:", 7) == 0) {
		if (c->opt.keep != NULL && n.keep != SOURCE_ARCHIVE)
			rc = err_set(&e, RC_INVALID,
				"what is in a folder is imported: it is kept in the archive");
		n.keep = SOURCE_ARCHIVE;
	}
	if (rc != RC_OK)
		return cli_error(&e);
	if (!take_secret(c, &secret, &any))
		return EXIT_FAILED_;
	status = cli_office_begin(c, &o, c->opt.why);
	if (status != EXIT_DONE) {
		secret_forget(&secret);
		return status;
	}
	rc = source_add(c->ledger, &o.office, &n, &e);
	if (rc == RC_OK && any)
		rc = keep_secret(c, n.name, &secret, &e);
	secret_forget(&secret);
	status = cli_office_end(c, &o, rc, &e);
	if (status != EXIT_DONE)
		return status;
	printf("%s is a source now\n", n.name);
	return test_sources(c, 1, words) == EXIT_DONE ? EXIT_DONE : EXIT_REFUSED;
}

static int
remove_source(struct cli *c, char **words)
{
	struct cli_office o;
	struct err e = { 0 };
	char *path;
	enum rc rc;
	int status = cli_office_begin(c, &o, c->opt.why);

	if (status != EXIT_DONE)
		return status;
	rc = source_remove(c->ledger, &o.office, words[0], &e);
	if (rc == RC_OK) {
		path = sources_secret(c->archive, words[0]);
		unlink(path);
		free(path);
	}
	status = cli_office_end(c, &o, rc, &e);
	if (status == EXIT_DONE)
		printf("%s is no source any more; what was decided on its series stays\n", words[0]);
	return status;
}

/* ---- list ---- */

static void
time_text(int64_t at, char to[CLOCK_TEXT])
{
	to[0] = '\0';
	if (at != 0)
		clock_format(at, to);
}

static json_t *
source_json(const struct source *s, const struct source_counts *n)
{
	char reached[CLOCK_TEXT], swept[CLOCK_TEXT];

	time_text(s->reached, reached);
	time_text(s->swept, swept);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:s}",
		"name", s->name, "address", s->address, "keep", source_keep_name(s->keep), "state",
		source_word(s), "server", s->server, "series", (json_int_t)n->series, "whole",
		(json_int_t)n->whole, "gone", (json_int_t)n->gone, "waiting",
		(json_int_t)n->waiting, "refused", (json_int_t)n->refused, "reached", reached,
		"swept", swept, "fault", s->fault);
}

static void
print_source(const struct source *s, const struct source_counts *n)
{
	printf("%-12s %-5s %6lld series, %lld here", s->name, source_word(s), (long long)n->series,
		(long long)n->whole);
	if (n->gone > 0)
		printf(", %lld gone there", (long long)n->gone);
	if (n->waiting > 0)
		printf(", %lld verdicts waiting", (long long)n->waiting);
	if (n->refused > 0)
		printf(", %lld refused", (long long)n->refused);
	printf("  %s (%s)\n", s->address, source_keep_name(s->keep));
	if (s->fault[0] != '\0')
		printf("%-12s %s\n", "", s->fault);
}

static int
list_sources(struct cli *c)
{
	struct source *s = mem_zero(SOURCES_MOST, sizeof(*s));
	json_t *all = json_array();
	struct source_counts counts;
	struct err e = { 0 };
	size_t n = 0;
	enum rc rc = source_list(c->ledger, s, &n, &e);

	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		rc = source_count(c->ledger, s[i].id, &counts, &e);
		json_array_append_new(all, source_json(&s[i], &counts));
		if (!c->json)
			print_source(&s[i], &counts);
	}
	if (rc == RC_OK && c->json) {
		json_dumpf(all, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_decref(all);
	free(s);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

static int
source_run(struct cli *c, int argc, char **argv)
{
	const char *what = argc > 0 ? argv[0] : "list";

	if (strcmp(what, "add") == 0 && argc == 3 && c->opt.why != NULL)
		return add_source(c, argv + 1);
	if (strcmp(what, "remove") == 0 && argc == 2 && c->opt.why != NULL)
		return remove_source(c, argv + 1);
	if (strcmp(what, "list") == 0 && argc <= 1)
		return cli_open(c, DB_READ) ? list_sources(c) : EXIT_FAILED_;
	if (strcmp(what, "test") == 0)
		return cli_open(c, DB_WRITE) ? test_sources(c, argc - 1, argv + 1) : EXIT_FAILED_;
	return cli_usage(&cli_source_command);
}

static const struct cli_option source_options[] = {
	CLI_OPTION("--keep", CLI_VALUE, opt.keep),
	CLI_OPTION("--secret", CLI_VALUE, opt.secret),
	CLI_OPTION("--login", CLI_VALUE, opt.login),
	CLI_OPTION("--reason", CLI_VALUE, opt.why),
	{ .name = NULL },
};

const struct cli_command cli_source_command = {
	.name = "source",
	.usage =
		"source [list] | test [NAME...] | add NAME ADDRESS [--keep WHERE] [--secret FILE | "
		"--login USER] --reason TEXT | remove NAME --reason TEXT\n"
		"\n"
		"Where images lie besides the archive's own store.  An officer (--user) adds and "
		"removes.\n"
		"Addresses: dicomweb+https://HOST/PATH, orthanc+https://HOST, "
		"dimse://OURAET@HOST:PORT/THEIRAET,\n"
		"folder:///PATH.  --keep: what becomes of bytes that were fetched: encrypted "
		"(unless set) in a bounded\n"
		"cache, memory, or archive as an import does.  A password is typed (--login USER) "
		"or comes in a file of\n"
		"mode 0600 with lines of user, password, token, ca, pin, certificate, key, "
		"key-password: never "
		"in the address.\n"
		"test tells what the server really does.\n",
	.most = 64,
	.options = source_options,
	.run = source_run,
};
