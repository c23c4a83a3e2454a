/* Findings as queries. */
#include "core/trial/ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/trial/assign.h"

enum { BATCH = 1000 }; /* what query_open_found takes at once */

void
ask_about(const char *study, const char *subject, const struct comply_finding *f, struct ask *out)
{
	char words[200], series[24] = "";

	memset(out, 0, sizeof(*out));
	if (f->visit != NULL) {
		str_copy(out->kind, sizeof(out->kind), "visit");
		case_visit(out->object, study, subject, f->visit->id);
	} else {
		str_copy(out->kind, sizeof(out->kind), "exam");
		snprintf(out->object, sizeof(out->object), "%lld", (long long)f->exam);
	}
	if (f->series != 0)
		snprintf(series, sizeof(series), " S-%04lld", (long long)f->series);
	snprintf(out->rule, sizeof(out->rule), "%.30s %.40s %.40s%s", comply_kinds[f->kind].name,
		f->expected != NULL ? f->expected->id : "-",
		f->attribute != NULL ? f->attribute : "-", series);
	comply_words(f, words, sizeof(words));
	snprintf(out->text, sizeof(out->text), "%.30s%s%.60s%s: %.200s", comply_kinds[f->kind].name,
		f->expected != NULL ? ", " : "",
		f->expected == NULL                  ? ""
			: f->expected->title != NULL ? f->expected->title
						     : f->expected->id,
		series, words);
	if (comply_kinds[f->kind].weight == COMPLY_REFUSAL)
		str_copy(out->text + strlen(out->text), sizeof(out->text) - strlen(out->text),
			"; nothing of it is approved while this is open");
	out->query = (struct query_new){ .at = { out->kind, out->object },
		.rule = out->rule,
		.text = out->text,
		.type = QUERY_CHECK };
}

/* ---- all of a study ---- */

struct asking {
	struct ledger *l;
	struct ask *ask;
	struct query_new *query;
	size_t n;
	struct ask_result *out;
};

static enum rc
send_batch(struct asking *a, struct err *e)
{
	int64_t fresh = 0;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < a->n; i++)
		a->query[i] = a->ask[i].query;
	if (a->n > 0)
		rc = query_open_found(a->l, a->query, a->n, &fresh, e);
	a->n = 0;
	a->out->asked += fresh;
	return rc;
}

/* What has no subject stands at no visit: those exams are a person's to place. */
static bool
is_asked_of_site(const struct survey_subject *x, const struct comply_finding *f)
{
	enum comply_weight w = comply_kinds[f->kind].weight;

	return (w == COMPLY_QUERY || w == COMPLY_REFUSAL) && *x->subject != '\0';
}

static enum rc
ask_subject(struct asking *a, const struct survey *s, const struct survey_subject *x,
	const struct comply_report *r, struct err *e)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < r->findings; i++) {
		if (!is_asked_of_site(x, &r->finding[i]))
			continue;
		a->out->findings++;
		ask_about(s->version.study, x->subject, &r->finding[i], &a->ask[a->n++]);
		if (a->n == BATCH)
			rc = send_batch(a, e);
	}
	return rc;
}

enum rc
ask_all(struct ledger *l, const char *study, const char *site, struct ask_result *out, struct err *e)
{
	struct survey_want want = { .study = study, .site = site };
	struct asking a = { .l = l, .out = out };
	struct comply_report r = { 0 };
	struct assign_result placed;
	struct survey *s = NULL;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	a.ask = mem_zero(BATCH, sizeof(*a.ask));
	a.query = mem_zero(BATCH, sizeof(*a.query));
	rc = assign_by_rules(l, study, &placed, e);
	if (rc == RC_OK)
		rc = survey_read(l, &want, &s, e);
	for (size_t i = 0; rc == RC_OK && i < s->subjects; i++) {
		comply_check(s->comply, &s->subject[i].in, &r);
		rc = ask_subject(&a, s, &s->subject[i], &r, e);
	}
	if (rc == RC_OK)
		rc = send_batch(&a, e);
	comply_report_release(&r);
	survey_free(s);
	free(a.ask);
	free(a.query);
	return rc;
}
