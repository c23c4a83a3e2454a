/* wetread progress: how far the work is. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/trial/expected.h"
#include "tui/cli.h"

struct printing {
	struct cli *c;
	enum progress_level level;
	json_t *places, *readers;
	int64_t now;
	int lines;
};

/* A field of CSV, RFC 4180; what a spreadsheet would take for a formula is text. */
static void
put_field(const char *text, const char *after)
{
	bool formula = *text != '\0' && strchr("=+-@", *text) != NULL;

	putchar('"');
	if (formula)
		putchar('\'');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	printf("\"%s", after);
}

static double
days(int64_t now, int64_t then)
{
	return then != 0 ? (double)(now - then) / 86400e6 : 0;
}

/* Per cent of what is expected; -1 unknown. */
static double
percent_complete(const struct expected_place *x)
{
	int complete = expected_complete(x);

	return complete < 0 ? -1 : complete / 10.0;
}

static void
expected_csv(const struct expected_place *x)
{
	if (x->asks)
		printf(",%lld,%lld,%lld,", (long long)x->expected, (long long)x->came,
			(long long)x->missing);
	else
		fputs(",,,,", stdout);
	if (expected_complete(x) >= 0)
		printf("%.1f", percent_complete(x));
	printf(",%lld\n", (long long)x->queries);
}

static void
place_csv(struct printing *t, const struct expected_place *x)
{
	const struct progress_place *p = &x->got;

	if (t->lines++ == 0)
		puts("study,site,visit,received,elsewhere,quarantined,in_review,query,approved,"
		     "rejected,"
		     "released,done_percent,oldest_days,expected,came,missing,complete_percent,"
		     "open_queries");
	put_field(p->study, ",");
	put_field(p->site, ",");
	put_field(p->visit, ",");
	printf("%lld,%lld,%lld,%lld,%lld,%lld,%lld,%lld,%.1f,%.1f", (long long)p->received,
		(long long)p->elsewhere, (long long)p->quarantined, (long long)p->in_review,
		(long long)p->query, (long long)p->approved, (long long)p->rejected,
		(long long)p->released, progress_done(p) / 10.0, days(t->now, p->oldest));
	expected_csv(x);
}

static void
expected_text(const struct expected_place *x)
{
	if (!x->asks)
		printf("%8s %7s %8s", "-", "-", "-");
	else if (expected_complete(x) < 0)
		printf("%8lld %7lld %8s", (long long)x->expected, (long long)x->missing, "-");
	else
		printf("%8lld %7lld %7.1f%%", (long long)x->expected, (long long)x->missing,
			percent_complete(x));
}

static void
place_text(struct printing *t, const struct expected_place *x)
{
	const struct progress_place *p = &x->got;

	if (t->lines++ == 0)
		printf("%-14s %-6s %-6s %8s %7s %8s %8s %8s %8s %6s %8s %8s %6s %7s  %s\n", "study",
			"site", "visit", "expected", "missing", "complete", "received", "waiting",
			"review", "query", "approved", "rejected", "done", "queries", "oldest");
	printf("%-14s %-6s %-6s ", *p->study != '\0' ? p->study : "-",
		*p->site != '\0' ? p->site : "-", *p->visit != '\0' ? p->visit : "-");
	expected_text(x);
	printf(" %8lld %8lld %8lld %6lld %8lld %8lld %5.1f%% %7lld", (long long)p->received,
		(long long)p->quarantined, (long long)p->in_review, (long long)p->query,
		(long long)p->approved, (long long)p->rejected, progress_done(p) / 10.0,
		(long long)x->queries);
	if (p->oldest != 0)
		printf("  %.1f days", days(t->now, p->oldest));
	putchar('\n');
}

static json_t *
expected_number(const struct expected_place *x, int64_t n)
{
	return x->asks ? json_integer(n) : json_null();
}

static void
on_place(void *ctx, const struct expected_place *x)
{
	const struct progress_place *p = &x->got;
	struct printing *t = ctx;

	json_array_append_new(t->places,
		json_pack("{s:o, s:o, s:o, s:o, s:I, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, "
			  "s:I, s:I, s:f, s:f}",
			"expected", expected_number(x, x->expected), "came",
			expected_number(x, x->came), "missing", expected_number(x, x->missing),
			"complete",
			expected_complete(x) < 0 ? json_null()
						 : json_real(expected_complete(x) / 1000.0),
			"open_queries", (json_int_t)x->queries, "study", p->study, "site", p->site,
			"visit", p->visit, "received", (json_int_t)p->received, "elsewhere",
			(json_int_t)p->elsewhere, "quarantined", (json_int_t)p->quarantined,
			"in_review", (json_int_t)p->in_review, "query", (json_int_t)p->query,
			"approved", (json_int_t)p->approved, "rejected", (json_int_t)p->rejected,
			"released", (json_int_t)p->released, "done", progress_done(p) / 1000.0,
			"oldest_days", days(t->now, p->oldest)));
	if (t->c->json)
		return;
	(t->c->opt.csv ? place_csv : place_text)(t, x);
}

static void
on_reader(void *ctx, const struct progress_reader *r)
{
	struct printing *t = ctx;
	json_t *day = json_array();

	for (int i = 0; i < PROGRESS_DAYS; i++)
		json_array_append_new(day, json_integer(r->day[i]));
	json_array_append_new(t->readers,
		json_pack("{s:s, s:s, s:I, s:I, s:I, s:f, s:I, s:o}", "account", r->account, "name",
			r->name, "decisions", (json_int_t)r->decisions, "passes",
			(json_int_t)r->passes, "fails", (json_int_t)r->fails, "per_hour",
			(double)progress_rate10(r) / 10, "median_s", (json_int_t)r->median_s,
			"days", day));
	if (t->c->json)
		return;
	if (t->c->opt.csv) {
		if (t->lines++ == 0)
			puts("account,name,decisions,passes,fails,per_hour,median_s");
		put_field(r->account, ",");
		put_field(r->name, ",");
		printf("%lld,%lld,%lld,%.1f,%lld\n", (long long)r->decisions, (long long)r->passes,
			(long long)r->fails, (double)progress_rate10(r) / 10,
			(long long)r->median_s);
		return;
	}
	if (t->lines++ == 0)
		printf("%-14s %-24s %9s %7s %7s %9s %9s\n", "account", "name", "decisions",
			"passes", "fails", "an hour", "median");
	printf("%-14s %-24s %9lld %7lld %7lld %9.1f %7lld s\n", r->account, r->name,
		(long long)r->decisions, (long long)r->passes, (long long)r->fails,
		(double)progress_rate10(r) / 10, (long long)r->median_s);
}

static bool
find_level(const char *by, struct printing *t, bool *readers)
{
	*readers = by != NULL && strcmp(by, "reviewer") == 0;
	for (int i = 0; i < PROGRESS_LEVELS; i++)
		if (by == NULL || strcmp(by, progress_level_names[i]) == 0) {
			t->level = (enum progress_level)i;
			return true;
		}
	return *readers;
}

static int
progress_run(struct cli *c, int argc, char **argv)
{
	struct printing t = { .c = c, .places = json_array(), .readers = json_array() };
	struct err e = { 0 };
	bool readers;
	enum rc rc = RC_OK;

	(void)argc, (void)argv;
	if (!find_level(c->opt.by, &t, &readers)) {
		json_decref(t.places);
		json_decref(t.readers);
		return cli_usage(&cli_progress_command);
	}
	t.now = ledger_now(c->ledger);
	if (!readers)
		rc = expected_places(c->ledger, c->user, t.level, on_place, &t, &e);
	if (rc == RC_OK && (readers || c->json))
		rc = progress_readers(c->ledger, c->user, on_reader, &t, &e);
	if (rc == RC_OK && c->json) {
		json_t *o = json_pack("{s:O, s:O}", "places", t.places, "reviewers", t.readers);

		json_dumpf(o, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(o);
	}
	json_decref(t.places);
	json_decref(t.readers);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

static const struct cli_option progress_options[] = {
	CLI_OPTION("--by", CLI_VALUE, opt.by),
	CLI_OPTION("--csv", CLI_FLAG, opt.csv),
	{ .name = NULL },
};

const struct cli_command cli_progress_command = {
	.name = "progress",
	.usage = "progress [--by study|site|visit|reviewer] [--csv | --json]\n"
		 "\n"
		 "How far the work is: series received, waiting, in review, queried, approved and "
		 "rejected, the share that\n"
		 "has an outcome and the age of the oldest that has none, beside what the study "
		 "asked for "
		 "by now;\nor what each reviewer "
		 "decided, how many in an hour\n"
		 "of work (pauses of more than ten minutes are none) and how long one takes.\n",
	.needs = CLI_ARCHIVE_READ,
	.options = progress_options,
	.run = progress_run,
};
