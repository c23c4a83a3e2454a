/* wetread compliance: what came of a study against what it asks for, by subject and visit. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/archive/export.h"
#include "core/trial/ask.h"
#include "core/trial/survey.h"
#include "tui/cli.h"

struct telling {
	struct cli *c;
	const struct survey *s;
	const struct survey_subject *subject;
	json_t *all, *findings; /* --json */
	size_t kinds[COMPLY_KINDS], untold, lines;
};

static const char *
or_dash(const char *s)
{
	return s == NULL || *s == '\0' ? "-" : s;
}

static void
series_id(int64_t id, char to[24])
{
	if (id == 0)
		to[0] = '\0';
	else
		snprintf(to, 24, "S-%04lld", (long long)id);
}

static const char *
expected_id(const struct comply_finding *f)
{
	return f->expected != NULL ? f->expected->id : "";
}

/* ---- as JSON ---- */

static json_t *
number(double v)
{
	return isnan(v) ? json_null() : json_real(v);
}

static json_t *
day(bool known, int64_t d)
{
	char text[COMPLY_DAY];

	comply_day(d, text);
	return known ? json_string(text) : json_null();
}

static json_t *
finding_json(const struct comply_finding *f)
{
	char words[200];

	comply_words(f, words, sizeof(words));
	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:o, s:o, s:o, s:s}", "kind",
		comply_kinds[f->kind].name, "asks", comply_weights[comply_kinds[f->kind].weight],
		"expected", expected_id(f), "exam", (json_int_t)f->exam, "series",
		(json_int_t)f->series, "beside", (json_int_t)f->other, "attribute",
		f->attribute != NULL ? f->attribute : "", "value", number(f->value), "low",
		number(f->low), "high", number(f->high), "text", words);
}

static json_t *
slots_json(const struct comply_report *r, const struct comply_visit *v)
{
	static const char *const states[] = { "awaited", "missing", "optional", "unsure",
		"present" };
	json_t *all = json_array();

	for (size_t i = 0; i < v->slots; i++) {
		const struct comply_slot *s = &r->slot[v->slot + i];

		json_array_append_new(all,
			json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "id", s->expected->id, "state",
				states[s->state], "present", (json_int_t)s->present, "unsure",
				(json_int_t)s->unsure, "rejected", (json_int_t)s->rejected,
				"series", (json_int_t)s->series));
	}
	return all;
}

static json_t *
visit_json(const struct comply_report *r, const struct comply_visit *v)
{
	json_t *found = json_array();

	for (size_t i = 0; i < v->findings; i++)
		json_array_append_new(found, finding_json(&r->finding[v->finding + i]));
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "visit", v->visit->id, "state",
		comply_visit_states[v->state], "planned", day(v->planned_known, v->planned),
		"actual", day(v->actual_known, v->actual), "days_off",
		v->planned_known && v->actual_known ? json_integer(v->off) : json_null(), "series",
		slots_json(r, v), "findings", found);
}

/* ---- as text and CSV ---- */

static void
finding_csv(struct telling *t, const char *visit, const struct comply_finding *f)
{
	char words[200], series[24], exam[24];
	const char *fields[] = { t->s->version.study, t->subject->site, t->subject->subject, visit,
		comply_kinds[f->kind].name, comply_weights[comply_kinds[f->kind].weight],
		expected_id(f), series, exam, f->attribute != NULL ? f->attribute : "", words };

	comply_words(f, words, sizeof(words));
	series_id(f->series, series);
	snprintf(exam, sizeof(exam), "%lld", (long long)f->exam);
	if (t->lines++ == 0)
		puts("study,site,subject,visit,finding,asks,expected,series,exam,attribute,text");
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (i > 0)
			putchar(',');
		export_csv_field(stdout, fields[i]);
	}
	putchar('\n');
}

static void
finding_text(const struct comply_finding *f)
{
	char words[200], series[24];

	comply_words(f, words, sizeof(words));
	series_id(f->series, series);
	printf("    %-20s %-8s %-10s %-8s %s\n", comply_kinds[f->kind].name,
		comply_weights[comply_kinds[f->kind].weight], or_dash(expected_id(f)),
		or_dash(series), words);
}

static void
visit_text(struct telling *t, const struct comply_report *r, const struct comply_visit *v)
{
	char actual[COMPLY_DAY] = "-";
	size_t there = 0;

	for (size_t i = 0; i < v->slots; i++)
		there += r->slot[v->slot + i].state == COMPLY_SLOT_PRESENT;
	if (v->actual_known)
		comply_day(v->actual, actual);
	printf("%-6s %-14s %-8s %-10s %-10s %zu of %zu series\n", or_dash(t->subject->site),
		or_dash(t->subject->subject), v->visit->id, actual, comply_visit_states[v->state],
		there, v->slots);
	for (size_t i = 0; i < v->findings; i++)
		finding_text(&r->finding[v->finding + i]);
}

/* ---- a subject ---- */

/* Why an exam is not placed, in words. */
static void
tell_untold(struct telling *t, json_t *tasks)
{
	const struct survey_subject *x = t->subject;
	char words[200];

	for (size_t i = 0; i < x->in.exams; i++)
		for (int part = 0; part < STUDY_PARTS; part++) {
			const struct survey_exam *exam = &x->exam[i];

			if (exam->place.part[part].why == PLACE_TOLD)
				continue;
			place_words(&exam->place, (enum study_part)part, words, sizeof(words));
			t->untold++;
			json_array_append_new(tasks,
				json_pack("{s:I, s:s, s:s}", "exam", (json_int_t)exam->id, "part",
					study_parts[part], "text", words));
			if (!t->c->json && !t->c->opt.csv)
				printf("%-6s %-14s exam %lld, for a person: %s\n", or_dash(x->site),
					or_dash(x->subject), (long long)exam->id, words);
		}
}

static void
tell_subject(struct telling *t, const struct comply_report *r)
{
	json_t *visits = json_array(), *tasks = json_array();

	for (size_t i = 0; i < r->findings; i++) {
		const struct comply_finding *f = &r->finding[i];

		t->kinds[f->kind]++;
		if (t->c->opt.csv)
			finding_csv(t, f->visit != NULL ? f->visit->id : "", f);
	}
	tell_untold(t, tasks);
	for (size_t i = 0; i < r->visits && *t->subject->subject != '\0'; i++)
		if (t->c->json)
			json_array_append_new(visits, visit_json(r, &r->visit[i]));
		else if (!t->c->opt.csv)
			visit_text(t, r, &r->visit[i]);
	json_array_append_new(t->findings,
		json_pack("{s:s, s:s, s:o, s:o}", "site", t->subject->site, "subject",
			t->subject->subject, "visits", visits, "tasks", tasks));
}

static void
tell_sum(const struct telling *t)
{
	const char *before = ": ";
	size_t n = 0;

	for (int k = 0; k < COMPLY_KINDS; k++)
		n += t->kinds[k];
	printf("%s version %lld: %zu subjects, %zu exams, %zu series; %zu findings",
		t->s->version.study, (long long)t->s->version.version, t->s->subjects, t->s->exams,
		t->s->series, n);
	for (int k = 0; k < COMPLY_KINDS; k++)
		if (t->kinds[k] > 0) {
			printf("%s%zu %s", before, t->kinds[k], comply_kinds[k].name);
			before = ", ";
		}
	putchar('\n');
}

static enum rc
tell_study(void *ctx, const char *study, struct err *e)
{
	struct telling *all = ctx,
		       t = { .c = all->c, .lines = all->lines, .findings = json_array() };
	struct survey_want want = { study, t.c->user, t.c->opt.site, t.c->opt.subject };
	struct comply_report r = { 0 };
	struct survey *s;
	enum rc rc = survey_read(t.c->ledger, &want, &s, e);

	if (rc != RC_OK) {
		json_decref(t.findings);
		return rc;
	}
	t.s = s;
	for (size_t i = 0; i < s->subjects; i++) {
		t.subject = &s->subject[i];
		comply_check(s->comply, &t.subject->in, &r);
		tell_subject(&t, &r);
	}
	if (!t.c->json && !t.c->opt.csv)
		tell_sum(&t);
	all->lines = t.lines;
	json_array_append_new(all->all,
		json_pack("{s:s, s:I, s:o}", "study", s->version.study, "version",
			(json_int_t)s->version.version, "subjects", t.findings));
	comply_report_release(&r);
	survey_free(s);
	return RC_OK;
}

/* ---- asking ---- */

static enum rc
ask_study(void *ctx, const char *study, struct err *e)
{
	struct telling *t = ctx;
	struct ask_result r;
	enum rc rc = ask_all(t->c->ledger, study, t->c->opt.site, &r, e);

	if (rc != RC_OK)
		return rc;
	json_array_append_new(t->all,
		json_pack("{s:s, s:I, s:I}", "study", study, "findings", (json_int_t)r.findings,
			"asked", (json_int_t)r.asked));
	if (!t->c->json)
		printf("%s: %lld findings are for queries, %lld were asked now\n", study,
			(long long)r.findings, (long long)r.asked);
	return RC_OK;
}

static int
compliance_run(struct cli *c, int argc, char **argv)
{
	struct telling t = { .c = c, .all = json_array() };
	struct err e = { 0 };
	enum rc (*each)(void *ctx, const char *study, struct err *e) =
		c->opt.ask ? ask_study : tell_study;
	enum rc rc;

	(void)argc, (void)argv;
	if (c->opt.ask && (c->opt.csv || c->opt.subject != NULL)) {
		json_decref(t.all);
		return cli_usage(&cli_compliance_command);
	}
	if (!cli_open(c, c->opt.ask ? DB_WRITE : DB_READ)) {
		json_decref(t.all);
		return EXIT_FAILED_;
	}
	rc = c->opt.study != NULL ? each(&t, c->opt.study, &e)
				  : survey_studies(c->ledger, each, &t, &e);
	if (rc == RC_OK && json_array_size(t.all) == 0)
		rc = err_set(&e, RC_NOT_FOUND, "no study was applied");
	if (rc == RC_OK && c->json) {
		json_dumpf(t.all, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_decref(t.all);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

static const struct cli_option compliance_options[] = {
	CLI_OPTION("--study", CLI_VALUE, opt.study),
	CLI_OPTION("--site", CLI_VALUE, opt.site),
	CLI_OPTION("--subject", CLI_VALUE, opt.subject),
	CLI_OPTION("--csv", CLI_FLAG, opt.csv),
	CLI_OPTION("--ask", CLI_FLAG, opt.ask),
	{ .name = NULL },
};

const struct cli_command cli_compliance_command = {
	.name = "compliance",
	.usage =
		"compliance [--study ID] [--site ID] [--subject ID] [--csv | --json]\n"
		"compliance --ask [--study ID] [--site ID] [--json]\n"
		"\n"
		"What came of a study against what its file asks for, by subject and visit: series "
		"that are missing, extra,\n"
		"twice or out of range, visits out of their windows, and what a person must say.  "
		"--csv tells only findings.\n"
		"--ask makes a query of every finding that asks for one, or refuses, and was never "
		"asked about.\n",
	.options = compliance_options,
	.run = compliance_run,
};
