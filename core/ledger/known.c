/* Series known from a source: in quarantine and on the worklists by one header, before anything of them is here. */
#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/str.h"
#include "core/ledger/catalog_in.h"
#include "core/ledger/settle_in.h"

struct known_row {
	int64_t series, source, images, whole;
	bool orphan;  /* the source was removed */
	bool remote;  /* has a row as one that lies at a source */
	int64_t here; /* images in the catalog */
};

static bool
find_row(struct ledger *l, const char *series_uid, struct known_row *out)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT q.id, coalesce(r.source, 0), coalesce(r.images, 0), coalesce(r.whole, 0),"
		" q.images, q.manifest <> '', coalesce(o.state, '') FROM series q LEFT JOIN remote "
		"r ON"
		" r.series = q.id LEFT JOIN source o ON o.id = r.source WHERE q.series_uid = $1");
	bool found;

	memset(out, 0, sizeof(*out));
	stmt_text(s, 1, series_uid);
	found = stmt_step(s, NULL) == RC_OK;
	if (found) {
		out->series = stmt_get_int(s, 0);
		out->source = stmt_get_int(s, 1);
		out->images = stmt_get_int(s, 2);
		out->whole = stmt_get_int(s, 3);
		out->remote = out->source != 0;
		out->here = stmt_get_int(s, 5) != 0 ? stmt_get_int(s, 4) : 0;
		out->orphan = strcmp(stmt_get_text(s, 6), "removed") == 0;
	}
	stmt_done(s);
	return found;
}

static bool
header_has(void *ctx, enum attr a)
{
	return !str_empty(header_text(ctx, a));
}

/* What one header tells of the flags that images raise. */
static void
header_flags(struct settling *g, const struct catalog_known *k)
{
	const char *burned = header_text(k->header, ATTR_BURNED_IN);

	settle_class(g);
	g->why |= WHY(UNFETCHED);
	if (strcmp(burned, "YES") == 0)
		g->why |= WHY(BURNED);
	else if (k->whole_header && strcmp(burned, "NO") != 0)
		g->why |= WHY(UNSAID);
	if (strstr(header_text(k->header, ATTR_IMAGE_TYPE), "SCREEN SAVE") != NULL)
		g->why |= WHY(SCREEN);
	if (k->whole_header)
		settle_missing(g, header_has, (void *)k->header);
}

static enum rc
insert_remote(struct catalog_batch *b, const struct catalog_known *k, int64_t series, int64_t whole,
	bool own, struct err *e)
{
	struct stmt *s = db_query(
		ledger_db(b->l), "INSERT INTO remote VALUES ($1, $2, $3, $4, $5, $6, 0, '', $7)");

	stmt_int(s, 1, series);
	stmt_int(s, 2, k->source);
	stmt_text(s, 3, k->address);
	stmt_int(s, 4, k->images);
	stmt_int(s, 5, whole);
	stmt_int(s, 6, ledger_now(b->l));
	stmt_int(s, 7, own);
	return stmt_run(s, e);
}

static enum rc
know_new(struct catalog_batch *b, const struct catalog_known *k, struct err *e)
{
	struct catalog_image im = { .header = k->header, .digest = "" };
	struct settling g = {
		.l = b->l, .told = k->images > 0 ? k->images : 0, .source = k->source_name
	};
	enum rc rc = catalog_need_series(b, &im, &g.series, e);

	if (rc == RC_OK)
		rc = insert_remote(b, k, g.series, 0, false, e);
	if (rc == RC_OK)
		rc = settle_read(&g, e);
	if (rc == RC_OK) {
		header_flags(&g, k);
		rc = settle_series(&g, g.state, e);
	}
	if (rc == RC_OK)
		rc = settle_tasks(&g, false, e);
	if (rc == RC_OK)
		rc = settle_event(&g, b->who, "series-known", g.state, e);
	settle_release(&g);
	return rc;
}

/* It came here by itself before.  As many images as there are: they are taken to be those, and each fetch looks again. */
static enum rc
link_own(struct catalog_batch *b, const struct catalog_known *k, const struct known_row *row,
	enum known_outcome *outcome, struct err *e)
{
	struct stmt *s = db_query(ledger_db(b->l), "SELECT revision FROM series WHERE id = $1");
	bool same = k->images < 0 || k->images == row->here;
	int64_t revision = 0;

	stmt_int(s, 1, row->series);
	if (stmt_step(s, NULL) == RC_OK)
		revision = stmt_get_int(s, 0);
	stmt_done(s);
	*outcome = same ? KNOWN_SAME : KNOWN_CHANGED;
	return insert_remote(b, k, row->series, same ? revision : 0, true, e);
}

static enum rc
know_again(struct catalog_batch *b, const struct catalog_known *k, const struct known_row *row,
	enum known_outcome *outcome, struct err *e)
{
	bool changed = k->images >= 0 && row->images >= 0 && k->images != row->images;
	struct stmt *s = db_query(ledger_db(b->l),
		"UPDATE remote SET address = $1, images = $2, whole = $3, seen = $4, gone = 0"
		" WHERE series = $5");

	*outcome = changed ? KNOWN_CHANGED : KNOWN_SAME;
	stmt_text(s, 1, k->address);
	stmt_int(s, 2, k->images >= 0 ? k->images : row->images);
	stmt_int(s, 3, changed ? 0 : row->whole);
	stmt_int(s, 4, ledger_now(b->l));
	stmt_int(s, 5, row->series);
	return stmt_run(s, e);
}

/* Its source was removed and this one has it: it lies here from now on. */
static enum rc
take_over(struct catalog_batch *b, const struct catalog_known *k, const struct known_row *row,
	enum known_outcome *outcome, struct err *e)
{
	char object[24];
	struct event ev = { .action = "series-moved", .kind = "series", .object = object };
	struct stmt *s = db_query(
		ledger_db(b->l), "UPDATE remote SET source = $1, fault = '' WHERE series = $2");
	enum rc rc;

	stmt_int(s, 1, k->source);
	stmt_int(s, 2, row->series);
	rc = stmt_run(s, e);
	if (rc == RC_OK)
		rc = know_again(b, k, row, outcome, e);
	if (rc != RC_OK)
		return rc;
	snprintf(object, sizeof(object), "%lld", (long long)row->series);
	ev.data = json_pack("{s:s}", "source", k->source_name);
	return event_append(b->l, b->who, &ev, NULL, e);
}

enum rc
catalog_know(struct catalog_batch *b, const struct catalog_known *k, enum known_outcome *outcome,
	struct err *e)
{
	struct known_row row;

	*outcome = KNOWN_NEW;
	if (!find_row(b->l, header_text(k->header, ATTR_SERIES_UID), &row))
		return know_new(b, k, e);
	if (!row.remote)
		return link_own(b, k, &row, outcome, e);
	if (row.source == k->source)
		return know_again(b, k, &row, outcome, e);
	if (row.orphan)
		return take_over(b, k, &row, outcome, e);
	*outcome = KNOWN_ELSEWHERE;
	return RC_OK;
}

/* ---- what the source's index did not tell ---- */

static bool
is_unfetched(struct ledger *l, int64_t series, int64_t *exam)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT q.exam FROM series q JOIN remote r ON r.series = q.id WHERE q.id = $1"
		" AND NOT EXISTS (SELECT 1 FROM image WHERE image.series = $1)");
	bool is;

	stmt_int(s, 1, series);
	is = stmt_step(s, NULL) == RC_OK;
	*exam = is ? stmt_get_int(s, 0) : 0;
	stmt_done(s);
	return is;
}

/* Whose it is (trial, site, subject, visit) stays as it was first told: events of other series of the exam say so too. */
static enum rc
fill_level(
	struct ledger *l, enum attr_level level, int64_t id, const struct header *h, struct err *e)
{
	struct buf sql = { 0 };
	struct stmt *s;
	int at = 0;
	enum rc rc = RC_OK;

	buf_format(&sql, "UPDATE %s SET ", level == ATTR_LEVEL_STUDY ? "exam" : "series");
	for (int a = 0; a < ATTR_COUNT; a++)
		if (attr_table[a].level == level && !str_empty(header_text(h, (enum attr)a))) {
			const char *column = attr_table[a].column;

			at++;
			buf_format(&sql,
				"%s%s = CASE WHEN %s IS NULL OR %s = '' THEN $%d ELSE %s END",
				at > 1 ? ", " : "", column, column, column, at, column);
		}
	buf_format(&sql, " WHERE id = $%d", at + 1);
	if (at > 0) {
		s = db_query_once(ledger_db(l), sql.data);
		at = 0;
		for (int a = 0; a < ATTR_COUNT; a++)
			if (attr_table[a].level == level && !str_empty(header_text(h, (enum attr)a)))
				stmt_text(s, ++at, h->value[a]);
		stmt_int(s, at + 1, id);
		rc = stmt_run(s, e);
		stmt_free(s);
	}
	buf_release(&sql);
	return rc;
}

enum rc
known_fill(struct catalog_batch *b, int64_t series, const struct header *h, struct err *e)
{
	int64_t exam;
	enum rc rc;

	if (!is_unfetched(b->l, series, &exam))
		return RC_OK;
	rc = fill_level(b->l, ATTR_LEVEL_STUDY, exam, h, e);
	return rc == RC_OK ? fill_level(b->l, ATTR_LEVEL_SERIES, series, h, e) : rc;
}
