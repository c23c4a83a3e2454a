/* wetread report missing: what sites have not sent, or not as it was asked for. */
#include "tui/cli_report.h"

#include <stdio.h>
#include <string.h>

#include "core/archive/export.h"

enum { FORMAT_TEXT, FORMAT_CSV, FORMAT_JSON, FORMATS };
static const char *const formats[] = { "text", "csv", "json" };

/* ---- to read ---- */

static const char *
day_text(const struct report_item *i, int64_t day, char to[COMPLY_DAY])
{
	to[0] = '\0';
	if (i->planned_known)
		comply_day(day, to);
	return to;
}

static const char *
number_text(const char *before, int64_t n, char to[32])
{
	to[0] = '\0';
	if (n != 0)
		snprintf(to, 32, "%s%lld", before, (long long)n);
	return to;
}

static int64_t
age_days(const struct report *r, const struct report_item *i)
{
	return i->query != 0 ? (r->now - i->since) / INT64_C(86400000000) : 0;
}

static void
item_csv(struct cli_report *t, const struct report *r, const struct report_item *i)
{
	char planned[COMPLY_DAY], first[COMPLY_DAY], last[COMPLY_DAY], series[32], query[32],
		age[32] = "";
	const char *fields[] = { r->survey->version.study, i->site, i->subject, i->visit, i->kind,
		i->asks, i->expected != NULL ? i->expected->id : "", i->series != 0 ? series : "",
		day_text(i, i->planned, planned), day_text(i, i->first, first),
		day_text(i, i->last, last), number_text("", i->query, query), age, i->text };

	if (i->series != 0)
		snprintf(series, sizeof(series), "S-%04lld", (long long)i->series);
	if (i->query != 0)
		snprintf(age, sizeof(age), "%lld", (long long)age_days(r, i));
	if (t->lines++ == 0)
		puts("study,site,subject,visit,item,asks,expected,series,planned,window_first,"
		     "window_last,query,query_age_days,text");
	for (size_t n = 0; n < sizeof(fields) / sizeof(fields[0]); n++) {
		if (n > 0)
			putchar(',');
		export_csv_field(stdout, fields[n]);
	}
	putchar('\n');
}

static json_t *
day_json(const struct report_item *i, int64_t day)
{
	char text[COMPLY_DAY];

	return i->planned_known ? json_string(day_text(i, day, text)) : json_null();
}

static json_t *
item_json(const struct report *r, const struct report_item *i)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:I, s:I, s:s}",
		"subject", i->subject, "visit", i->visit, "item", i->kind, "asks", i->asks,
		"expected", i->expected != NULL ? i->expected->id : "", "series",
		(json_int_t)i->series, "series_number", (json_int_t)i->number, "planned",
		day_json(i, i->planned), "window_first", day_json(i, i->first), "window_last",
		day_json(i, i->last), "query", (json_int_t)i->query, "query_age_days",
		(json_int_t)age_days(r, i), "text", i->text);
}

static json_t *
site_json(const struct report *r, const struct report_site *s)
{
	const struct study_contact *to = s->site != NULL ? s->site->contact : NULL;
	json_t *items = json_array();

	for (size_t i = 0; i < s->items; i++)
		json_array_append_new(items, item_json(r, &r->item[s->item + i]));
	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "site", s->id, "name",
		s->site != NULL && s->site->name != NULL ? s->site->name : "", "contact",
		to != NULL && to->name != NULL ? to->name : "", "email",
		to != NULL && to->email != NULL ? to->email : "", "items", items);
}

static void
tell_json(struct cli_report *t, const struct report *r)
{
	json_t *sites = json_array();
	char now[CLOCK_TEXT];

	clock_format(r->now, now);
	for (size_t i = 0; i < r->sites; i++)
		json_array_append_new(sites, site_json(r, &r->site[i]));
	json_array_append_new(t->all,
		json_pack("{s:s, s:I, s:s, s:o}", "study", r->survey->version.study, "version",
			(json_int_t)r->survey->version.version, "time", now, "sites", sites));
}

static void
tell_text(struct cli_report *t, const struct report *r)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < r->sites; i++) {
		if (t->lines++ > 0)
			buf_text(&b,
				"\n------------------------------------------------------------"
				"----------------\n\n");
		report_letter(r, &r->site[i], &b);
	}
	fputs(b.data != NULL ? b.data : "", stdout);
	buf_release(&b);
}

static void
tell(struct cli_report *t, const struct report *r, int format)
{
	if (format == FORMAT_JSON)
		tell_json(t, r);
	else if (format == FORMAT_TEXT)
		tell_text(t, r);
	for (size_t i = 0; i < r->items && format == FORMAT_CSV; i++)
		item_csv(t, r, &r->item[i]);
}

/* ---- the command ---- */

static int
format_of(const struct cli *c)
{
	for (int i = 0; c->opt.format != NULL && i < FORMATS; i++)
		if (strcmp(c->opt.format, formats[i]) == 0)
			return i;
	return c->opt.format != NULL ? FORMATS : c->json ? FORMAT_JSON : FORMAT_TEXT;
}

static enum rc
report_study(void *ctx, const char *study, struct err *e)
{
	struct cli_report *t = ctx;
	struct survey_want want = { study, t->c->user, t->c->opt.site, NULL };
	struct report *r;
	enum rc rc = report_read(t->c->ledger, &want, &r, e);

	if (rc != RC_OK)
		return rc;
	if (t->c->opt.to != NULL)
		cli_report_write(t, r);
	else if (t->c->opt.mail)
		cli_report_mail(t, r);
	else
		tell(t, r, format_of(t->c));
	report_free(r);
	return RC_OK;
}

static int
report_all(struct cli_report *t)
{
	const char *study = t->c->opt.study;
	bool letters = t->c->opt.to != NULL || t->c->opt.mail;
	struct err e = { 0 };
	enum rc rc = study != NULL ? report_study(t, study, &e)
				   : survey_studies(t->c->ledger, report_study, t, &e);
	int status;

	if (rc == RC_OK && study == NULL && t->lines == 0 && json_array_size(t->all) == 0 &&
		format_of(t->c) != FORMAT_CSV && !letters)
		rc = err_set(&e, RC_NOT_FOUND, "no study was applied");
	if (rc == RC_OK && (format_of(t->c) == FORMAT_JSON || (letters && t->c->json))) {
		json_dumpf(t->all, stdout, JSON_COMPACT);
		putchar('\n');
	}
	if (rc == RC_OK)
		return t->status;
	status = cli_error(&e);
	return status > t->status ? status : t->status;
}

static bool
options_fit(const struct cli *c)
{
	bool letters = c->opt.to != NULL || c->opt.mail;

	return format_of(c) != FORMATS && !(c->opt.to != NULL && c->opt.mail) &&
		!(letters && c->opt.format != NULL) && (c->opt.mail || c->opt.secret == NULL) &&
		(letters || !c->opt.again);
}

static int
report_run(struct cli *c, int argc, char **argv)
{
	struct cli_report t = { .c = c, .status = EXIT_DONE };
	char password[1024];
	bool logged_in = false;

	(void)argc;
	if (strcmp(argv[0], "missing") != 0 || !options_fit(c))
		return cli_usage(&cli_report_command);
	if (!cli_open(c, c->opt.mail ? DB_WRITE : DB_READ))
		return EXIT_FAILED_;
	if ((c->opt.to != NULL || c->opt.mail) && !cli_report_ready(c))
		return EXIT_REFUSED;
	if (c->opt.mail) {
		logged_in = cli_login(c, &t.who, password, sizeof(password));
		key_wipe(password, sizeof(password));
		if (!logged_in)
			return EXIT_REFUSED;
	}
	t.all = json_array();
	t.status = report_all(&t);
	json_decref(t.all);
	if (logged_in)
		session_close(c->ledger, &t.who);
	return t.status;
}

static const struct cli_option report_options[] = {
	CLI_OPTION("--study", CLI_VALUE, opt.study),
	CLI_OPTION("--site", CLI_VALUE, opt.site),
	CLI_OPTION("--format", CLI_VALUE, opt.format),
	CLI_OPTION("--to", CLI_VALUE, opt.to),
	CLI_OPTION("--mail", CLI_FLAG, opt.mail),
	CLI_OPTION("--again", CLI_FLAG, opt.again),
	CLI_OPTION("--secret", CLI_VALUE, opt.secret),
	{ .name = NULL },
};

const struct cli_command cli_report_command = {
	.name = "report",
	/* clang-format off */
	.usage =
		"report missing [--study ID] [--site ID] [--format text|csv|json | --json]\n"
		"       report missing [--study ID] [--site ID] --to FOLDER [--again]\n"
		"       report missing [--study ID] [--site ID] --mail [--secret FILE] [--again]\n"
		"\n"
		"What sites have not sent, or not as their study asks for, by subject and visit, and the queries that wait\n"
		"for them: as letters, CSV or JSON.  Subjects by their number in the trial, nothing of headers.\n"
		"--to writes a message (.eml) for each site that has something open; --mail sends them, as a coordinator\n"
		"or manager (--user), by the server of setting mail-address; --secret is a file of mode 0600 with lines\n"
		"\"user NAME\", \"password WORD\", \"ca FILE\", else mail.secret of the archive where it is there.\n"
		"No site gets two within 24 hours without --again.\n",
	/* clang-format on */
	.least = 1,
	.most = 1,
	.options = report_options,
	.run = report_run,
};
