/* wetread outbox: copies of verdicts on their way to sources. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/ledger/catalog.h"
#include "core/ledger/outbox.h"
#include "core/source/deliver.h"
#include "tui/cli_remote.h"

struct listing {
	struct cli *c;
	json_t *all;
	int64_t waiting, now;
};

static void
on_row(void *ctx, const struct outbox_row *r)
{
	struct listing *t = ctx;
	char name[24], made[CLOCK_TEXT];

	catalog_series_name(r->series, name);
	clock_format(r->made, made);
	t->waiting += r->confirmed == 0;
	json_array_append_new(t->all,
		json_pack("{s:I, s:s, s:s, s:s, s:s, s:I, s:s, s:s}", "decision",
			(json_int_t)r->decision, "series", name, "source", r->source_name, "state",
			r->state, "made", made, "tries", (json_int_t)r->tries, "fault", r->fault,
			"how", r->how));
	if (t->c->json)
		return;
	printf("#%-6lld %-8s %-12s %-10s %.19sZ", (long long)r->decision, name, r->source_name,
		r->state, made);
	if (r->confirmed == 0)
		printf("  %lld min old, %lld tries", (long long)((t->now - r->made) / 60000000),
			(long long)r->tries);
	printf("%s%s\n", r->fault[0] != '\0' || r->how[0] != '\0' ? "  " : "",
		r->fault[0] != '\0' ? r->fault : r->how);
}

static int
list_outbox(struct cli *c)
{
	struct listing t = { .c = c, .all = json_array(), .now = ledger_now(c->ledger) };
	struct err e = { 0 };
	enum rc rc = outbox_each(c->ledger, c->opt.all, on_row, &t, &e);

	if (rc == RC_OK && c->json) {
		json_dumpf(t.all, stdout, JSON_COMPACT);
		putchar('\n');
	} else if (rc == RC_OK && json_array_size(t.all) == 0) {
		puts("nothing waits");
	}
	json_decref(t.all);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

static int
deliver_all(struct cli *c)
{
	struct source *s = mem_zero(SOURCES_MOST, sizeof(*s));
	struct cli_remote r;
	struct deliver_config config;
	size_t n = 0;
	int status = EXIT_DONE;

	cli_remote_begin(&r, c);
	config = (struct deliver_config){ .ledger = c->ledger,
		.sources = r.sources,
		.who = &r.who,
		.stopped = cli_remote_stopped };
	if (source_list(c->ledger, s, &n, NULL) != RC_OK)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		struct deliver_counts counts;
		struct err e = { 0 };
		enum rc rc = deliver_due(&config, s[i].id, &counts, &e);

		if (rc != RC_OK)
			cli_complain("%s: %s", s[i].name, e.text);
		status = cli_remote_status(status, rc);
		if (counts.refused > 0 && status == EXIT_DONE)
			status = EXIT_REFUSED;
	}
	cli_remote_end(&r);
	free(s);
	return status;
}

static int
outbox_run(struct cli *c, int argc, char **argv)
{
	struct err e = { 0 };
	int64_t n;
	int status = EXIT_DONE, listed;

	(void)argc, (void)argv;
	if (!cli_open(c, c->opt.retry ? DB_WRITE : DB_READ))
		return EXIT_FAILED_;
	if (c->opt.retry && outbox_retry(c->ledger, 0, &n, &e) != RC_OK)
		return cli_error(&e);
	if (c->opt.retry)
		status = deliver_all(c);
	listed = list_outbox(c);
	return listed != EXIT_DONE ? listed : status;
}

static const struct cli_option outbox_options[] = {
	CLI_OPTION("--all", CLI_FLAG, opt.all),
	CLI_OPTION("--retry", CLI_FLAG, opt.retry),
	{ .name = NULL },
};

const struct cli_command cli_outbox_command = {
	.name = "outbox",
	.usage = "outbox [--all] [--retry] [--json]\n"
		 "\n"
		 "Copies of verdicts that sources are to get: what waits, since when, how often it "
		 "was tried and why not.\n"
		 "--retry tries all of it now, also what was refused; --all shows what is "
		 "confirmed, too, and how the\n"
		 "source has it.  The record is always here; nothing of it waits for this.\n",
	.options = outbox_options,
	.run = outbox_run,
};
