/* wetread discover: what sources have, into quarantine. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/source/discover.h"
#include "core/source/keeper.h"
#include "tui/cli_remote.h"

static void
on_progress(void *ctx, int64_t seen, int64_t fresh)
{
	struct cli_remote *r = ctx;

	(void)fresh;
	progress_step(&r->progress, seen, 0);
}

/* False (told): a date is none. */
static bool
read_query(struct cli *c, struct remote_query *q, bool *any)
{
	const char *const dates[] = { c->opt.from, c->opt.to };
	char *const places[] = { q->from, q->to };

	memset(q, 0, sizeof(*q));
	for (int i = 0; i < 2; i++) {
		if (dates[i] == NULL)
			continue;
		if (strlen(dates[i]) != 8 || strspn(dates[i], "0123456789") != 8) {
			cli_complain("a date is written YYYYMMDD, not %.20s", dates[i]);
			return false;
		}
		str_copy(places[i], 9, dates[i]);
	}
	str_copy(q->modality, sizeof(q->modality), c->opt.modality != NULL ? c->opt.modality : "");
	str_copy(q->patient, sizeof(q->patient), c->opt.patient != NULL ? c->opt.patient : "");
	str_copy(q->label, sizeof(q->label), c->opt.label != NULL ? c->opt.label : "");
	*any = q->from[0] != '\0' || q->to[0] != '\0' || q->modality[0] != '\0' ||
		q->patient[0] != '\0' || q->label[0] != '\0';
	return true;
}

static void
print_counts(struct cli *c, const struct source *s, const struct discover_counts *n, json_t *all)
{
	json_array_append_new(all,
		json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:b}", "source", s->name, "series",
			(json_int_t)n->seen, "new", (json_int_t)n->fresh, "changed",
			(json_int_t)n->changed, "gone", (json_int_t)n->gone, "odd",
			(json_int_t)n->odd, "all", n->all));
	if (!c->json)
		printf("%s: %lld series%s, %lld new, %lld changed, %lld gone, %lld left out\n",
			s->name, (long long)n->seen, n->all ? "" : " looked at", (long long)n->fresh,
			(long long)n->changed, (long long)n->gone, (long long)n->odd);
}

static void
on_said(void *ctx, const char *source, const char *text)
{
	(void)ctx;
	cli_complain("%s: %s", source, text);
}

static enum rc
look_into_folder(struct cli_remote *r, const struct source *s, json_t *all)
{
	struct keeper_config config = { .ledger = r->c->ledger,
		.store = r->c->store,
		.who = &r->who,
		.folder = r->c->archive,
		.said = on_said,
		.stopped = cli_remote_stopped };
	struct import_counts n;
	struct err e = { 0 };
	enum rc rc = keeper_folder(&config, s, &n, &e);

	json_array_append_new(all,
		json_pack("{s:s, s:I, s:I, s:I, s:I}", "source", s->name, "files",
			(json_int_t)n.files, "new", (json_int_t)n.added, "rejected",
			(json_int_t)n.rejected, "series", (json_int_t)n.series));
	if (rc != RC_OK)
		cli_complain("%s: %s", s->name, e.text);
	else if (!r->c->json)
		printf("%s: %lld files, %lld new images in %lld series, %lld rejected\n", s->name,
			(long long)n.files, (long long)n.added, (long long)n.series,
			(long long)n.rejected);
	return rc;
}

static int
discover_all(struct cli_remote *r, const struct source *s, size_t n, const struct remote_query *q)
{
	struct discover_config config = { .ledger = r->c->ledger,
		.sources = r->sources,
		.who = &r->who,
		.progress = on_progress,
		.stopped = cli_remote_stopped,
		.ctx = r };
	json_t *all = json_array();
	int status = EXIT_DONE;

	for (size_t i = 0; i < n; i++) {
		struct discover_counts counts;
		struct err e = { 0 };
		enum rc rc;

		if (strncmp(s[i].address, "folder:", 7) == 0) {
			status = cli_remote_status(status, look_into_folder(r, &s[i], all));
			continue;
		}
		progress_begin(&r->progress, "series");
		rc = r->c->opt.changed ? discover_look(&config, s[i].id, &counts, &e)
				       : discover_sweep(&config, s[i].id, q, &counts, &e);
		progress_end(&r->progress);
		print_counts(r->c, &s[i], &counts, all);
		if (rc != RC_OK)
			cli_complain("%s: %s", s[i].name, e.text);
		status = cli_remote_status(status, rc);
	}
	if (r->c->json) {
		json_dumpf(all, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_decref(all);
	return status;
}

static int
discover_run(struct cli *c, int argc, char **argv)
{
	struct source *s = mem_zero(SOURCES_MOST, sizeof(*s));
	struct cli_remote r;
	struct remote_query q;
	size_t n = 0;
	bool any = false;
	int status = EXIT_FAILED_;

	if (!read_query(c, &q, &any))
		status = EXIT_USAGE;
	else if (cli_remote_named(c, argc, argv, s, &n)) {
		cli_remote_begin(&r, c);
		status = discover_all(&r, s, n, any ? &q : NULL);
		cli_remote_end(&r);
		cli_place_rules(c);
	}
	free(s);
	return status;
}

static const struct cli_option discover_options[] = {
	CLI_OPTION("--modality", CLI_VALUE, opt.modality),
	CLI_OPTION("--from", CLI_VALUE, opt.from),
	CLI_OPTION("--to", CLI_VALUE, opt.to),
	CLI_OPTION("--patient", CLI_VALUE, opt.patient),
	CLI_OPTION("--label", CLI_VALUE, opt.label),
	CLI_OPTION("--changed", CLI_FLAG, opt.changed),
	{ .name = NULL },
};

const struct cli_command cli_discover_command = {
	.name = "discover",
	.usage = "discover [SOURCE...] [--modality M] [--from YYYYMMDD] [--to YYYYMMDD] [--patient "
		 "ID] [--label L] [--changed] [--json]\n"
		 "\n"
		 "Looks through sources: series that are new enter quarantine by the header of one "
		 "image, their pictures\n"
		 "stay where they are.  With a question only those that it asks for; --changed "
		 "follows the server's list\n"
		 "of changes where it has one.  Series that are not there any more are marked, and "
		 "keep their record.\n",
	.most = 64,
	.needs = CLI_ARCHIVE_WRITE,
	.options = discover_options,
	.run = discover_run,
};
