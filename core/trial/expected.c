/* What is expected, by place. */
#include "core/trial/expected.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/blind.h"
#include "core/trial/survey.h"

int
expected_complete(const struct expected_place *p)
{
	return p->asks && p->expected > 0 ? (int)(p->complete * 1000 / p->expected) : -1;
}

/* ---- the list ---- */

struct gathering {
	struct ledger *l;
	const char *account;
	enum progress_level level;
	struct expected_place *place;
	size_t n, room;
	size_t last; /* found last: what follows is mostly of the same place */
};

static bool
is_place(const struct expected_place *p, const char *study, const char *site, const char *visit)
{
	return strcmp(p->got.study, study) == 0 && strcmp(p->got.site, site) == 0 &&
		strcmp(p->got.visit, visit) == 0;
}

/* Names below the level are all the same. */
static struct expected_place *
place_of(struct gathering *g, const char *study, const char *site, const char *visit)
{
	struct expected_place *p;

	site = g->level >= PROGRESS_SITE ? site : "";
	visit = g->level >= PROGRESS_VISIT ? visit : "";
	if (g->last < g->n && is_place(&g->place[g->last], study, site, visit))
		return &g->place[g->last];
	for (g->last = 0; g->last < g->n; g->last++)
		if (is_place(&g->place[g->last], study, site, visit))
			return &g->place[g->last];
	if (g->n == g->room) {
		g->room = 2 * g->room + 64;
		g->place = mem_grow(g->place, g->room, sizeof(*g->place));
	}
	p = &g->place[g->n++];
	memset(p, 0, sizeof(*p));
	str_copy(p->got.study, sizeof(p->got.study), study);
	str_copy(p->got.site, sizeof(p->got.site), site);
	str_copy(p->got.visit, sizeof(p->got.visit), visit);
	return p;
}

static void
take_place(void *ctx, const struct progress_place *got)
{
	place_of(ctx, got->study, got->site, got->visit)->got = *got;
}

/* ---- what studies ask for ---- */

static bool
is_done(const struct survey_subject *x, int64_t series)
{
	for (size_t i = 0; i < x->in.exams; i++)
		for (size_t k = 0; k < x->in.exam[i].n; k++) {
			const struct comply_series *s = &x->in.exam[i].series[k];

			if (s->id == series)
				return s->state != NULL &&
					(strcmp(s->state, "approved") == 0 ||
						strcmp(s->state, "released") == 0);
		}
	return false;
}

static void
take_visit(struct expected_place *p, const struct survey_subject *x, const struct comply_report *r,
	const struct comply_visit *v)
{
	if (v->state == COMPLY_UNPLANNED || v->state == COMPLY_NOT_DUE)
		return;
	for (size_t i = 0; i < v->slots; i++) {
		const struct comply_slot *s = &r->slot[v->slot + i];

		if (!s->expected->required || s->expected->least == 0)
			continue;
		p->expected++;
		p->came += s->state == COMPLY_SLOT_PRESENT;
		p->missing += s->state == COMPLY_SLOT_MISSING ||
			(s->state == COMPLY_SLOT_AWAITED && v->state == COMPLY_LATE);
		p->complete += s->state == COMPLY_SLOT_PRESENT && is_done(x, s->series);
	}
}

static enum rc
take_study(void *ctx, const char *study, struct err *e)
{
	struct gathering *g = ctx;
	struct survey_want want = { .study = study, .account = g->account };
	struct comply_report r = { 0 };
	struct survey *s;

	(void)e;
	if (survey_read(g->l, &want, &s, NULL) != RC_OK)
		return RC_OK;
	for (size_t i = 0; i < s->subjects; i++) {
		const struct survey_subject *x = &s->subject[i];

		if (*x->subject == '\0')
			continue;
		comply_check(s->comply, &x->in, &r);
		for (size_t n = 0; n < r.visits; n++)
			if (r.visit[n].state != COMPLY_UNPLANNED &&
				r.visit[n].state != COMPLY_NOT_DUE)
				take_visit(place_of(g, study, x->site, r.visit[n].visit->id), x, &r,
					&r.visit[n]);
	}
	for (size_t i = 0; i < g->n; i++)
		g->place[i].asks |= strcmp(g->place[i].got.study, study) == 0;
	comply_report_release(&r);
	survey_free(s);
	return RC_OK;
}

/* ---- queries ---- */

static enum rc
take_queries(struct gathering *g, struct err *e)
{
	struct stmt *s = db_query(ledger_db(g->l),
		"SELECT q.trial, q.site, q.visit, count(*) FROM query q WHERE"
		" (SELECT n.state FROM query_line n WHERE n.query = q.id ORDER BY n.event DESC "
		"LIMIT 1)"
		" NOT IN ('closed', 'not-applicable') AND ($1 = '' OR EXISTS (SELECT 1 FROM"
		" account_role r WHERE r.account = $1 AND (r.study = '*' OR r.study = q.trial) AND"
		" (r.site = '*' OR r.site = q.site))) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3");
	enum rc rc;

	stmt_text(s, 1, g->account != NULL ? g->account : "");
	while ((rc = stmt_step(s, e)) == RC_OK) {
		char study[RIGHTS_PLACE], site[RIGHTS_PLACE];

		str_copy(study, sizeof(study), stmt_get_text(s, 0));
		str_copy(site, sizeof(site), stmt_get_text(s, 1));
		place_of(g, study, site, stmt_get_text(s, 2))->queries += stmt_get_int(s, 3);
	}
	stmt_done(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- together ---- */

static int
by_name(const void *a, const void *b)
{
	const struct expected_place *x = a, *y = b;
	int by = strcmp(x->got.study, y->got.study);

	if (by == 0)
		by = strcmp(x->got.site, y->got.site);
	return by != 0 ? by : strcmp(x->got.visit, y->got.visit);
}

enum rc
expected_places(struct ledger *l, const char *account, enum progress_level level,
	void (*each)(void *ctx, const struct expected_place *p), void *ctx, struct err *e)
{
	struct gathering g = { .l = l, .account = account, .level = level };
	enum rc rc = progress_places(l, account, level, take_place, &g, e);

	if (rc == RC_OK && !blind_any(l)) {
		rc = survey_studies(l, take_study, &g, e);
		if (rc == RC_OK)
			rc = take_queries(&g, e);
	}
	if (g.n > 1)
		qsort(g.place, g.n, sizeof(*g.place), by_name);
	for (size_t i = 0; rc == RC_OK && i < g.n; i++)
		each(ctx, &g.place[i]);
	free(g.place);
	return rc;
}
