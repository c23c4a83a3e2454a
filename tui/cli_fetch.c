/* wetread fetch: all of a series from where it lies. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/archive/vault.h"
#include "core/ledger/catalog.h"
#include "core/ledger/remote.h"
#include "core/source/fetch.h"
#include "tui/cli_remote.h"

static void
on_progress(void *ctx, size_t here, size_t n, int64_t bytes)
{
	struct cli_remote *r = ctx;

	(void)bytes;
	progress_step(&r->progress, (int64_t)here, (int64_t)n);
}

static void
print_counts(struct cli *c, int64_t series, const struct fetch_counts *n, json_t *all)
{
	char name[24];

	catalog_series_name(series, name);
	json_array_append_new(all,
		json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "series", name, "images",
			(json_int_t)n->listed, "fetched", (json_int_t)n->came, "here",
			(json_int_t)n->here, "conflicts", (json_int_t)n->conflicts, "vanished",
			(json_int_t)n->vanished, "refused", (json_int_t)n->refused, "bytes",
			(json_int_t)n->bytes));
	if (c->json)
		return;
	printf("%s: %zu images, %zu fetched (%.1f MB), %zu were here", name, n->listed, n->came,
		(double)n->bytes / 1e6, n->here);
	if (n->conflicts > 0)
		printf(", %zu with other bytes than before", n->conflicts);
	if (n->vanished > 0)
		printf(", %zu are not there any more", n->vanished);
	if (n->refused > 0)
		printf(", %zu refused", n->refused);
	putchar('\n');
}

static int
fetch_one(struct cli_remote *r, int64_t series, json_t *all)
{
	struct fetch_config config = { .ledger = r->c->ledger,
		.store = r->c->store,
		.vault = r->c->vault,
		.sources = r->sources,
		.who = &r->who,
		.told = { .progress = on_progress, .stopped = cli_remote_stopped, .ctx = r } };
	struct fetch_counts n;
	struct err e = { 0 };
	char name[24];
	enum rc rc;

	progress_begin(&r->progress, "images");
	rc = fetch_series(&config, series, &n, &e);
	progress_end(&r->progress);
	print_counts(r->c, series, &n, all);
	catalog_series_name(series, name);
	if (rc != RC_OK)
		cli_complain("%s: %s", name, e.text);
	return cli_remote_status(n.conflicts + n.vanished > 0 ? EXIT_REFUSED : EXIT_DONE, rc);
}

/* Those that were whole and are not any more. */
static int
fetch_changed(struct cli_remote *r, json_t *all)
{
	struct source *s = calloc(SOURCES_MOST, sizeof(*s));
	int64_t series[64];
	size_t n = 0;
	int status = EXIT_DONE;

	if (s == NULL || source_list(r->c->ledger, s, &n, NULL) != RC_OK)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		size_t m = remote_changed(
			r->c->ledger, s[i].id, series, sizeof(series) / sizeof(series[0]));

		for (size_t k = 0; k < m && !cli_remote_stopped(NULL); k++) {
			int one = fetch_one(r, series[k], all);

			status = one > status ? one : status;
		}
	}
	free(s);
	return status;
}

static int
fetch_named(struct cli_remote *r, int argc, char **argv, json_t *all)
{
	int status = EXIT_DONE;

	for (int i = 0; i < argc && !cli_remote_stopped(NULL); i++) {
		struct err e = { 0 };
		int64_t series;
		int one = catalog_series_id(r->c->ledger, argv[i], &series, &e) == RC_OK
			? fetch_one(r, series, all)
			: cli_error(&e);

		status = one > status ? one : status;
	}
	return status;
}

static int
fetch_run(struct cli *c, int argc, char **argv)
{
	struct cli_remote r;
	json_t *all = json_array();
	int status;

	if (argc == 0 && !c->opt.changed) {
		json_decref(all);
		return cli_usage(&cli_fetch_command);
	}
	if (c->vault == NULL) {
		json_decref(all);
		cli_complain("this archive has no sources: everything is here");
		return EXIT_REFUSED;
	}
	cli_remote_begin(&r, c);
	status = argc > 0 ? fetch_named(&r, argc, argv, all) : fetch_changed(&r, all);
	vault_flush(c->vault);
	cli_remote_end(&r);
	cli_place_rules(c);
	if (c->json) {
		json_dumpf(all, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_decref(all);
	return status;
}

static const struct cli_option fetch_options[] = {
	CLI_OPTION("--changed", CLI_FLAG, opt.changed),
	{ .name = NULL },
};

const struct cli_command cli_fetch_command = {
	.name = "fetch",
	.usage =
		"fetch SERIES... | fetch --changed [--json]\n"
		"\n"
		"All of a series from where it lies, into the cache (or the archive, as its source "
		"keeps it).  Each file\n"
		"is checked against what the source tells; the series counts as here only when "
		"everything that is listed\n"
		"came.  After a broken line the next fetch asks for the rest.  --changed: series "
		"that were here and have\n"
		"other images at their source now.\n",
	.most = -1,
	.needs = CLI_ARCHIVE_WRITE,
	.options = fetch_options,
	.run = fetch_run,
};
