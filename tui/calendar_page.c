/* Reading a page of the calendar. */
#include "tui/calendar_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/trial/survey.h"

struct naming {
	char (*name)[STUDY_ID];
	int n;
};

static enum rc
take_name(void *ctx, const char *study, struct err *e)
{
	struct naming *s = ctx;

	(void)e;
	s->name = mem_grow(s->name, (size_t)s->n + 1, sizeof(*s->name));
	str_copy(s->name[s->n++], STUDY_ID, study);
	return RC_OK;
}

static void
add_finding(struct calendar_page *p, const struct comply_finding *f)
{
	char words[200], series[24] = "", line[400];

	comply_words(f, words, sizeof(words));
	if (f->series != 0)
		snprintf(series, sizeof(series), " S-%04lld", (long long)f->series);
	snprintf(line, sizeof(line), "%s%s%.64s%s: %s (%s)", comply_kinds[f->kind].name,
		f->expected != NULL ? " " : "", f->expected != NULL ? f->expected->id : "", series,
		words, comply_weights[comply_kinds[f->kind].weight]);
	str_clean(line);
	if (p->findings % 256 == 0)
		p->finding = mem_grow(p->finding, p->findings + 256, sizeof(*p->finding));
	p->finding[p->findings++] = mem_string(line);
}

static void
take_visit(struct calendar_page *p, const struct comply_report *r, const struct comply_visit *v,
	struct calendar_cell *c)
{
	*c = (struct calendar_cell){ .state = v->state,
		.planned_known = v->planned_known,
		.actual_known = v->actual_known,
		.planned = v->planned,
		.first = v->first,
		.last = v->last,
		.actual = v->actual,
		.off = v->off,
		.asked = v->slots,
		.finding = p->findings,
		.findings = v->findings };
	for (size_t i = 0; i < v->slots; i++)
		c->there += r->slot[v->slot + i].state == COMPLY_SLOT_PRESENT;
	for (size_t i = 0; i < v->findings; i++)
		add_finding(p, &r->finding[v->finding + i]);
}

static void
take_subject(struct calendar_page *p, const struct survey_subject *x, const struct comply_report *r)
{
	struct calendar_row *row = &p->row[p->rows];

	str_copy(row->site, sizeof(row->site), x->site);
	str_copy(row->subject, sizeof(row->subject), x->subject);
	for (size_t i = 0; i < r->visits; i++) {
		take_visit(p, r, &r->visit[i], &p->cell[p->rows * p->visits + i]);
		row->findings += r->visit[i].findings;
	}
	p->rows++;
}

static void
take_survey(struct calendar_page *p, const struct survey *s)
{
	struct comply_report r = { 0 };

	p->visits = s->study->visits;
	p->visit = mem_zero(p->visits + 1, sizeof(*p->visit));
	for (size_t i = 0; i < p->visits; i++)
		str_copy(p->visit[i], STUDY_ID, s->study->visit[i].id);
	p->row = mem_zero(s->subjects + 1, sizeof(*p->row));
	p->cell = mem_zero((s->subjects + 1) * (p->visits + 1), sizeof(*p->cell));
	for (size_t i = 0; i < s->subjects; i++) {
		if (*s->subject[i].subject == '\0')
			continue; /* exams that nobody placed: wetread compliance tells them */
		if (p->rows == CALENDAR_ROWS_MOST) {
			p->more++;
			continue;
		}
		comply_check(s->comply, &s->subject[i].in, &r);
		take_subject(p, &s->subject[i], &r);
	}
	comply_report_release(&r);
}

enum rc
calendar_page_read(
	struct ledger *l, const char *account, int which, struct calendar_page **out, struct err *e)
{
	struct calendar_page *p = mem_zero(1, sizeof(*p));
	struct survey_want want = { .account = account };
	struct naming names = { 0 };
	struct survey *s = NULL;
	enum rc rc = survey_studies(l, take_name, &names, e);

	*out = NULL;
	if (rc == RC_OK && names.n > 0) {
		p->studies = names.n;
		p->which = which % names.n;
		str_copy(p->study, sizeof(p->study), names.name[p->which]);
		want.study = p->study;
		rc = survey_read(l, &want, &s, e);
	}
	if (rc == RC_OK && s != NULL)
		take_survey(p, s);
	survey_free(s);
	free(names.name);
	if (rc == RC_OK)
		*out = p;
	else
		calendar_page_free(p);
	return rc;
}

void
calendar_page_free(struct calendar_page *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->findings; i++)
		free(p->finding[i]);
	free(p->finding);
	free(p->visit);
	free(p->row);
	free(p->cell);
	free(p);
}
