/* wetread calendar: each subject's visits, planned and come. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/archive/export.h"
#include "core/trial/survey.h"
#include "tui/cli.h"

struct calendar {
	struct cli *c;
	const struct survey *s;
	json_t *all;
	size_t lines;
};

/* "2026-07-17 +12 outside", "(2026-06-15) overdue" */
static void
cell(const struct comply_visit *v, char to[64])
{
	char day[COMPLY_DAY] = "-", off[24] = "";

	if (v->actual_known) {
		comply_day(v->actual, day);
		if (v->planned_known)
			snprintf(off, sizeof(off), " %+lld", (long long)v->off);
		snprintf(to, 64, "%s%s%s%s", day, off, v->state == COMPLY_WITHIN ? "" : " ",
			v->state == COMPLY_WITHIN ? "" : comply_visit_states[v->state]);
		return;
	}
	if (v->planned_known)
		comply_day(v->planned, day);
	snprintf(to, 64, "(%s) %s", day, comply_visit_states[v->state]);
}

static void
row_text(struct calendar *k, const struct survey_subject *x, const struct comply_report *r)
{
	char text[64];

	if (k->lines++ == 0) {
		printf("%-6s %-14s", "site", "subject");
		for (size_t i = 0; i < r->visits; i++)
			printf(" %-26s", r->visit[i].visit->id);
		putchar('\n');
	}
	printf("%-6s %-14s", *x->site != '\0' ? x->site : "-", x->subject);
	for (size_t i = 0; i < r->visits; i++) {
		cell(&r->visit[i], text);
		printf(" %-26s", text);
	}
	putchar('\n');
}

static const char *
day_text(bool known, int64_t day, char to[COMPLY_DAY])
{
	to[0] = '\0';
	if (known)
		comply_day(day, to);
	return to;
}

static void
row_csv(struct calendar *k, const struct survey_subject *x, const struct comply_visit *v)
{
	char planned[COMPLY_DAY], first[COMPLY_DAY], last[COMPLY_DAY], actual[COMPLY_DAY],
		off[24] = "";
	const char *fields[] = { k->s->version.study, x->site, x->subject, v->visit->id,
		day_text(v->planned_known, v->planned, planned),
		day_text(v->planned_known, v->first, first),
		day_text(v->planned_known, v->last, last),
		day_text(v->actual_known, v->actual, actual), off, comply_visit_states[v->state] };

	if (v->planned_known && v->actual_known)
		snprintf(off, sizeof(off), "%lld", (long long)v->off);
	if (k->lines++ == 0)
		puts("study,site,subject,visit,planned,first,last,actual,days_off,state");
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (i > 0)
			putchar(',');
		export_csv_field(stdout, fields[i]);
	}
	putchar('\n');
}

static json_t *
day_json(bool known, int64_t day)
{
	char text[COMPLY_DAY];

	return known ? json_string(day_text(true, day, text)) : json_null();
}

static json_t *
row_json(const struct calendar *k, const struct survey_subject *x, const struct comply_visit *v)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s}", "study",
		k->s->version.study, "site", x->site, "subject", x->subject, "visit", v->visit->id,
		"planned", day_json(v->planned_known, v->planned), "first",
		day_json(v->planned_known, v->first), "last", day_json(v->planned_known, v->last),
		"actual", day_json(v->actual_known, v->actual), "days_off",
		v->planned_known && v->actual_known ? json_integer(v->off) : json_null(), "state",
		comply_visit_states[v->state]);
}

static void
tell_subject(struct calendar *k, const struct survey_subject *x, const struct comply_report *r)
{
	if (*x->subject == '\0')
		return; /* exams that nobody placed: wetread compliance tells them */
	if (!k->c->json && !k->c->opt.csv)
		row_text(k, x, r);
	for (size_t i = 0; i < r->visits; i++)
		if (k->c->json)
			json_array_append_new(k->all, row_json(k, x, &r->visit[i]));
		else if (k->c->opt.csv)
			row_csv(k, x, &r->visit[i]);
}

static enum rc
tell_study(void *ctx, const char *study, struct err *e)
{
	struct calendar *k = ctx;
	struct survey_want want = { study, k->c->user, k->c->opt.site, k->c->opt.subject };
	struct comply_report r = { 0 };
	struct survey *s;
	enum rc rc = survey_read(k->c->ledger, &want, &s, e);

	if (rc != RC_OK)
		return rc;
	k->s = s;
	if (!k->c->json && !k->c->opt.csv) {
		printf("%s%s version %lld\n", k->lines > 0 ? "\n" : "", s->version.study,
			(long long)s->version.version);
		k->lines = 0;
	}
	for (size_t i = 0; i < s->subjects; i++) {
		comply_check(s->comply, &s->subject[i].in, &r);
		tell_subject(k, &s->subject[i], &r);
	}
	comply_report_release(&r);
	survey_free(s);
	return RC_OK;
}

static int
calendar_run(struct cli *c, int argc, char **argv)
{
	struct calendar k = { .c = c, .all = json_array() };
	struct err e = { 0 };
	enum rc rc = c->opt.study != NULL ? tell_study(&k, c->opt.study, &e)
					  : survey_studies(c->ledger, tell_study, &k, &e);

	(void)argc, (void)argv;
	if (rc == RC_OK && k.s == NULL)
		rc = err_set(&e, RC_NOT_FOUND, "no study was applied");
	if (rc == RC_OK && c->json) {
		json_dumpf(k.all, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_decref(k.all);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

static const struct cli_option calendar_options[] = {
	CLI_OPTION("--study", CLI_VALUE, opt.study),
	CLI_OPTION("--site", CLI_VALUE, opt.site),
	CLI_OPTION("--subject", CLI_VALUE, opt.subject),
	CLI_OPTION("--csv", CLI_FLAG, opt.csv),
	{ .name = NULL },
};

const struct cli_command cli_calendar_command = {
	.name = "calendar",
	.usage = "calendar [--study ID] [--site ID] [--subject ID] [--csv | --json]\n"
		 "\n"
		 "The visits of each subject: the day that one came and how many days off, or in "
		 "parentheses the day that\n"
		 "it is planned for and whether it is due, by the calendar of the site.\n",
	.needs = CLI_ARCHIVE_READ,
	.options = calendar_options,
	.run = calendar_run,
};
