/* Gathering what is missing, site by site. */
#include "core/trial/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/trial/ask.h"

/* What is needed of a query_row, which is large. */
struct report_query {
	int64_t id, opened;
	enum query_state state;
	char kind[12];
	char *object, *rule, *site, *subject, *visit;
	char *text; /* NULL: not the site's turn */
};

/* ---- queries of the study ---- */

/* Only those that are about a check or that the site has to answer. */
static bool
take_query(void *ctx, const struct query_row *q)
{
	struct report *r = ctx;
	bool waits = query_is_open(q->state) && strcmp(q->owner, "site") == 0;
	struct report_query *k;

	if (q->type != QUERY_CHECK && !waits)
		return true;
	if (r->queries == r->room) {
		r->room = 2 * r->room + 64;
		r->query = mem_grow(r->query, r->room, sizeof(*r->query));
	}
	k = &r->query[r->queries++];
	*k = (struct report_query){ .id = q->id,
		.opened = q->opened,
		.state = q->state,
		.object = mem_string(q->object),
		.rule = mem_string(q->rule),
		.site = mem_string(q->site),
		.subject = mem_string(q->subject),
		.visit = mem_string(q->visit),
		.text = waits ? mem_string(q->text) : NULL };
	str_copy(k->kind, sizeof(k->kind), q->kind);
	return true;
}

static int
by_rule(const void *a, const void *b)
{
	const struct report_query *x = a, *y = b;
	int by = strcmp(x->kind, y->kind);

	if (by == 0)
		by = strcmp(x->object, y->object);
	if (by == 0)
		by = strcmp(x->rule, y->rule);
	return by != 0 ? by : x->id < y->id ? -1 : x->id > y->id;
}

static enum rc
read_queries(struct ledger *l, const struct survey_want *want, struct report *r, struct err *e)
{
	struct query_filter f = { .trial = r->survey->version.study,
		.site = want->site,
		.subject = want->subject,
		.account_may = want->account,
		.state = -1 };
	enum rc rc = query_each(l, &f, take_query, r, e);

	if (r->queries > 1)
		qsort(r->query, r->queries, sizeof(*r->query), by_rule);
	return rc;
}

/* The last one about the same; NULL where nobody asked. */
static const struct report_query *
asked(const struct report *r, const struct ask *a)
{
	size_t low = 0, high = r->queries;
	const struct report_query *found = NULL;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct report_query *q = &r->query[middle];
		int by = strcmp(q->kind, a->kind);

		by = by != 0 ? by : strcmp(q->object, a->object);
		by = by != 0 ? by : strcmp(q->rule, a->rule);
		if (by == 0)
			found = q;
		if (by <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return found;
}

/* ---- items ---- */

static struct report_item *
add(struct report *r, const char *kind, const char *asks)
{
	struct report_item *i;

	if (r->items % 256 == 0)
		r->item = mem_grow(r->item, r->items + 256, sizeof(*r->item));
	i = &r->item[r->items++];
	memset(i, 0, sizeof(*i));
	i->kind = kind;
	i->asks = asks;
	i->site = i->subject = i->visit = "";
	return i;
}

static void
put_visit(struct report_item *i, const struct survey_subject *x, const struct comply_visit *v)
{
	i->site = x->site;
	i->subject = x->subject;
	i->visit = v->visit->id;
	i->planned_known = v->planned_known;
	i->actual_known = v->actual_known;
	i->actual = v->actual;
	i->planned = v->planned;
	i->first = v->first;
	i->last = v->last;
}

/* What the site's own scanner called it: a number, or nothing. */
static long
number_of(const struct survey_subject *x, int64_t series)
{
	long n = 0;

	for (size_t i = 0; i < x->in.exams; i++)
		for (size_t k = 0; k < x->in.exam[i].n; k++) {
			const struct comply_series *s = &x->in.exam[i].series[k];

			if (s->id == series && s->value[ATTR_SERIES_NUMBER] != NULL)
				str_int(s->value[ATTR_SERIES_NUMBER], 1, 1000000000, &n);
		}
	return n;
}

/* Not again where the site answered, where it was settled, and where the query itself is on the list. */
static void
take_finding(struct report *r, const struct survey_subject *x, const struct comply_visit *v,
	const struct comply_finding *f)
{
	const struct comply_kind_info *kind = &comply_kinds[f->kind];
	const struct report_query *q;
	struct report_item *i;
	char words[200];
	struct ask a;

	if (kind->weight != COMPLY_QUERY && kind->weight != COMPLY_REFUSAL)
		return;
	ask_about(r->survey->version.study, x->subject, f, &a);
	q = asked(r, &a);
	if (q != NULL && (!query_is_open(q->state) || q->state == QUERY_PROPOSED || q->text != NULL))
		return;
	i = add(r, kind->name, comply_weights[kind->weight]);
	put_visit(i, x, v);
	i->expected = f->expected;
	i->series = f->series;
	i->number = f->series != 0 ? number_of(x, f->series) : 0;
	i->query = q != NULL ? q->id : 0;
	i->since = q != NULL ? q->opened : 0;
	comply_words(f, words, sizeof(words));
	i->text = mem_string(words);
}

static void
take_subject(struct report *r, const struct survey_subject *x, const struct comply_report *c)
{
	if (*x->subject == '\0')
		return; /* a person here places them first */
	for (size_t n = 0; n < c->visits; n++) {
		const struct comply_visit *v = &c->visit[n];
		struct report_item *i;

		for (size_t f = 0; f < v->findings; f++)
			take_finding(r, x, v, &c->finding[v->finding + f]);
		if (v->state != COMPLY_DUE)
			continue;
		i = add(r, "due", "send");
		put_visit(i, x, v);
		i->text = mem_string("nothing came yet");
	}
}

static void
take_waiting(struct report *r)
{
	for (size_t n = 0; n < r->queries; n++) {
		const struct report_query *q = &r->query[n];
		struct report_item *i;

		if (q->text == NULL)
			continue;
		i = add(r, "query", "answer");
		i->site = q->site;
		i->subject = q->subject;
		i->visit = q->visit;
		i->query = q->id;
		i->since = q->opened;
		i->text = mem_string(q->text);
		str_clean(i->text);
	}
}

/* ---- sites ---- */

static int
by_place(const void *a, const void *b)
{
	const struct report_item *x = a, *y = b;
	int by = strcmp(x->site, y->site);

	if (by == 0)
		by = strcmp(x->subject, y->subject);
	if (by == 0)
		by = strcmp(x->visit, y->visit);
	if (by == 0)
		by = strcmp(x->kind, y->kind);
	if (by == 0)
		by = x->series < y->series ? -1 : x->series > y->series;
	if (by == 0)
		by = x->query < y->query ? -1 : x->query > y->query;
	return by != 0 ? by : strcmp(x->text, y->text);
}

static void
add_site(struct report *r, const char *id, const struct study_site *site)
{
	struct report_site *s = &r->site[r->sites++];
	size_t low = 0;

	while (low < r->items && strcmp(r->item[low].site, id) < 0)
		low++;
	*s = (struct report_site){ .id = id, .site = site, .item = low };
	while (low + s->items < r->items && strcmp(r->item[low + s->items].site, id) == 0)
		s->items++;
}

static bool
has_site(const struct report *r, const char *id)
{
	for (size_t i = 0; i < r->sites; i++)
		if (strcmp(r->site[i].id, id) == 0)
			return true;
	return false;
}

static void
group(struct report *r, const char *only)
{
	const struct study *s = r->survey->study;

	if (r->items > 1)
		qsort(r->item, r->items, sizeof(*r->item), by_place);
	r->site = mem_zero(s->sites + r->items + 1, sizeof(*r->site));
	for (size_t i = 0; i < s->sites; i++)
		if (only == NULL || strcmp(only, s->site[i].id) == 0)
			add_site(r, s->site[i].id, &s->site[i]);
	for (size_t i = 0; i < r->items; i++)
		if ((i == 0 || strcmp(r->item[i].site, r->item[i - 1].site) != 0) &&
			!has_site(r, r->item[i].site))
			add_site(r, r->item[i].site, NULL);
}

enum rc
report_read(struct ledger *l, const struct survey_want *want, struct report **out, struct err *e)
{
	struct report *r = mem_zero(1, sizeof(*r));
	struct comply_report c = { 0 };
	enum rc rc = survey_read(l, want, &r->survey, e);

	*out = NULL;
	r->now = ledger_now(l);
	if (rc == RC_OK)
		rc = read_queries(l, want, r, e);
	for (size_t i = 0; rc == RC_OK && i < r->survey->subjects; i++) {
		comply_check(r->survey->comply, &r->survey->subject[i].in, &c);
		take_subject(r, &r->survey->subject[i], &c);
	}
	comply_report_release(&c);
	if (rc != RC_OK) {
		report_free(r);
		return rc;
	}
	take_waiting(r);
	group(r, want->site);
	*out = r;
	return RC_OK;
}

void
report_free(struct report *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->items; i++)
		free(r->item[i].text);
	for (size_t i = 0; i < r->queries; i++) {
		free(r->query[i].object);
		free(r->query[i].rule);
		free(r->query[i].site);
		free(r->query[i].subject);
		free(r->query[i].visit);
		free(r->query[i].text);
	}
	free(r->item);
	free(r->site);
	free(r->query);
	survey_free(r->survey);
	free(r);
}
