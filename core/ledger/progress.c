/* How far the work is. */
#include "core/ledger/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/blind.h"
#include "core/ledger/rights.h"

static const int64_t day_us = INT64_C(86400) * 1000000;

const char *const progress_level_names[PROGRESS_LEVELS] = { "study", "site", "visit" };

int
progress_done(const struct progress_place *p)
{
	int64_t done = p->approved + p->rejected + p->released;

	return p->received > 0 ? (int)(done * 1000 / p->received) : 0;
}

int64_t
progress_rate10(const struct progress_reader *r)
{
	return r->working_s > 0 ? r->timed * 36000 / r->working_s : 0;
}

/* ---- places ---- */

static void
read_place(struct stmt *s, struct progress_place *p)
{
	int64_t *const numbers[] = { &p->received, &p->quarantined, &p->in_review, &p->query,
		&p->approved, &p->rejected, &p->released, &p->elsewhere, &p->oldest };

	memset(p, 0, sizeof(*p));
	str_copy(p->study, sizeof(p->study), stmt_get_text(s, 0));
	str_copy(p->site, sizeof(p->site), stmt_get_text(s, 1));
	str_copy(p->visit, sizeof(p->visit), stmt_get_text(s, 2));
	for (size_t i = 0; i < MEM_COUNT(numbers); i++)
		*numbers[i] = stmt_get_int(s, (int)i + 3);
}

/* Columns above the level asked for, and what is blinded, are all the same. */
static struct stmt *
places(struct ledger *l, enum progress_level level)
{
	bool site = level >= PROGRESS_SITE && !blind_place(l, BLIND_SITE),
	     visit = level >= PROGRESS_VISIT && !blind_place(l, BLIND_VISIT);
	char *sql = mem_format("SELECT x.trial, %s, %s, count(*),"
			       " count(CASE WHEN q.state = 'quarantined' THEN 1 END),"
			       " count(CASE WHEN q.state = 'in-review' THEN 1 END),"
			       " count(CASE WHEN q.state = 'query' THEN 1 END),"
			       " count(CASE WHEN q.state = 'approved' THEN 1 END),"
			       " count(CASE WHEN q.state = 'rejected' THEN 1 END),"
			       " count(CASE WHEN q.state = 'released' THEN 1 END),"
			       " count(CASE WHEN q.manifest = '' THEN 1 END),"
			       " coalesce(min(CASE WHEN q.state IN ('quarantined', 'in-review', "
			       "'query')"
			       " THEN q.arrived END), 0) FROM series q JOIN exam x ON x.id = q.exam"
			       " WHERE q.settled = 1 AND ($1 = '' OR EXISTS (SELECT 1 FROM "
			       "account_role r"
			       " WHERE r.account = $1 AND (r.study = '*' OR r.study = x.trial) AND"
			       " (r.site = '*' OR r.site = x.site)))"
			       " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
		site ? "x.site" : "''", visit ? "x.visit" : "''");
	struct stmt *s = db_query_once(ledger_db(l), sql);

	free(sql);
	return s;
}

enum rc
progress_places(struct ledger *l, const char *account, enum progress_level level,
	void (*each)(void *ctx, const struct progress_place *p), void *ctx, struct err *e)
{
	struct stmt *s = places(l, level);
	struct progress_place p;
	enum rc rc;

	stmt_text(s, 1, account != NULL ? account : "");
	while ((rc = stmt_step(s, e)) == RC_OK) {
		read_place(s, &p);
		each(ctx, &p);
	}
	stmt_free(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- readers ---- */

struct reading {
	struct progress_reader r;
	int64_t *gaps; /* seconds between decisions */
	size_t n;
	int64_t today; /* the day of now, since 1970 */
};

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
finish(struct reading *k, void (*each)(void *ctx, const struct progress_reader *r), void *ctx)
{
	if (k->r.decisions > 0) {
		qsort(k->gaps, k->n, sizeof(*k->gaps), by_size);
		k->r.median_s = k->n > 0 ? k->gaps[k->n / 2] : 0;
		each(ctx, &k->r);
	}
	memset(&k->r, 0, sizeof(k->r));
	k->n = 0;
}

static void
take_decision(struct reading *k, const char *account, const char *name, int64_t at, bool pass)
{
	int64_t gap = (at - k->r.last) / 1000000, ago = k->today - at / day_us;

	if (k->r.decisions == 0) {
		str_copy(k->r.account, sizeof(k->r.account), account);
		k->r.first = at;
	} else if (gap <= PROGRESS_PAUSE_S) {
		k->gaps = mem_grow(k->gaps, k->n + 1, sizeof(*k->gaps));
		k->gaps[k->n++] = gap;
		k->r.working_s += gap;
		k->r.timed++;
	}
	str_copy(k->r.name, sizeof(k->r.name), name); /* as it was printed last */
	k->r.last = at;
	k->r.decisions++;
	k->r.passes += pass;
	k->r.fails += !pass;
	if (ago >= 0 && ago < PROGRESS_DAYS)
		k->r.day[PROGRESS_DAYS - 1 - ago]++;
}

enum rc
progress_readers(struct ledger *l, const char *account,
	void (*each)(void *ctx, const struct progress_reader *r), void *ctx, struct err *e)
{
	struct reading k = { .today = ledger_now(l) / day_us };
	bool one = account != NULL && *account != '\0' && !rights_log(l, account);
	struct stmt *s = db_query(ledger_db(l),
		"SELECT account, name, at, verdict FROM decision WHERE $1 = '' OR account = $1"
		" ORDER BY account, id");
	enum rc rc;

	stmt_text(s, 1, one ? account : "");
	while ((rc = stmt_step(s, e)) == RC_OK) {
		if (strcmp(k.r.account, stmt_get_text(s, 0)) != 0)
			finish(&k, each, ctx);
		take_decision(&k, stmt_get_text(s, 0), stmt_get_text(s, 1), stmt_get_int(s, 2),
			strcmp(stmt_get_text(s, 3), "pass") == 0);
	}
	finish(&k, each, ctx);
	free(k.gaps);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
