/* How far those who read the same series agreed. */
#include "core/ledger/agree.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/standing.h"

struct groups {
	struct agree_group *list;
	size_t n;
};

static struct agree_group *
group_of(struct groups *g, const char *step, const char *first, const char *second, bool self)
{
	struct agree_group *last;

	for (size_t i = 0; i < g->n; i++)
		if (strcmp(g->list[i].step, step) == 0 && strcmp(g->list[i].first, first) == 0 &&
			strcmp(g->list[i].second, second) == 0 && g->list[i].self == self)
			return &g->list[i];
	g->list = mem_grow(g->list, g->n + 1, sizeof(*g->list));
	last = memset(&g->list[g->n++], 0, sizeof(*last));
	str_copy(last->step, sizeof(last->step), step);
	str_copy(last->first, sizeof(last->first), first);
	str_copy(last->second, sizeof(last->second), second);
	last->self = self;
	last->table.k = AGREE_CATEGORIES;
	return last;
}

static void
take_pair(struct groups *g, struct stmt *s)
{
	const char *step = stmt_get_text(s, 0), *first = stmt_get_text(s, 1),
		   *second = stmt_get_text(s, 2);
	size_t a =
		outcome_of(strcmp(stmt_get_text(s, 3), "pass") == 0, stmt_get_int(s, 5) != 0) - 1;
	size_t b =
		outcome_of(strcmp(stmt_get_text(s, 4), "pass") == 0, stmt_get_int(s, 6) != 0) - 1;

	if (strcmp(first, second) == 0) {
		group_of(g, step, first, second, true)->table.n[a][b] += 1;
		return;
	}
	group_of(g, step, "", "", false)->table.n[a][b] += 1;
	if (strcmp(first, second) < 0)
		group_of(g, step, first, second, false)->table.n[a][b] += 1;
	else
		group_of(g, step, second, first, false)->table.n[b][a] += 1;
}

static int
by_place(const void *a, const void *b)
{
	const struct agree_group *x = a, *y = b;
	int by = strcmp(x->step, y->step);

	if (by == 0)
		by = x->self - y->self;
	if (by == 0)
		by = strcmp(x->first, y->first);
	return by != 0 ? by : strcmp(x->second, y->second);
}

enum rc
agree_each(struct ledger *l, const char *step, void (*each)(void *ctx, const struct agree_group *g),
	void *ctx, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT a.step, a.account, b.account, a.verdict, b.verdict,"
		" (SELECT count(*) FROM decision_reason r WHERE r.decision = a.id AND r.action = "
		"'reject'),"
		" (SELECT count(*) FROM decision_reason r WHERE r.decision = b.id AND r.action = "
		"'reject')"
		" FROM decision a JOIN decision b ON b.series = a.series AND b.step = a.step AND"
		" b.revision = a.revision AND b.reading IN (2, 4) AND b.correction = '' WHERE"
		" a.reading = 1 AND a.correction = '' AND ($1 = '' OR a.step = $1)");
	struct groups g = { 0 };
	enum rc rc;

	stmt_text(s, 1, step != NULL ? step : "");
	while ((rc = stmt_step(s, e)) == RC_OK)
		take_pair(&g, s);
	if (rc == RC_NOT_FOUND)
		rc = RC_OK;
	if (g.n > 0)
		qsort(g.list, g.n, sizeof(*g.list), by_place);
	for (size_t i = 0; rc == RC_OK && i < g.n; i++)
		each(ctx, &g.list[i]);
	free(g.list);
	return rc;
}

struct estimate
agree_fleiss(const struct agree_group *g)
{
	size_t n = (size_t)agreement_total(&g->table), at = 0;
	double *counts = mem_zero(n * AGREE_CATEGORIES + 1, sizeof(*counts));
	struct estimate out;

	for (size_t i = 0; i < AGREE_CATEGORIES; i++)
		for (size_t j = 0; j < AGREE_CATEGORIES; j++)
			for (double k = 0; k < g->table.n[i][j]; k++, at++) {
				counts[at * AGREE_CATEGORIES + i] += 1;
				counts[at * AGREE_CATEGORIES + j] += 1;
			}
	out = agreement_fleiss(counts, n, AGREE_CATEGORIES);
	free(counts);
	return out;
}
