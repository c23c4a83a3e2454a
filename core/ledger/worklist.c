/* Lists of open tasks.  A page is found in an index that holds the search text too, and only the rows of
 * the page are joined to the rest. */
#include "core/ledger/worklist.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/blind.h"
#include "core/ledger/catalog.h"
#include "core/ledger/lease.h"
#include "core/ledger/rights.h"
#include "core/ledger/standing.h"
#include "core/ledger/why.h"

enum { WORDS_MOST = 12 };

static const struct {
	const char *name, *order;
} sorts[WORKLIST_SORTS] = {
	[WORKLIST_WHY] = { "why", "later, rank, id" },
	[WORKLIST_AGE] = { "age", "arrived, id" },
	[WORKLIST_SUBJECT] = { "subject", "subject, id" },
};

const char *
worklist_sort_name(enum worklist_sort s)
{
	assert(s < WORKLIST_SORTS);
	return sorts[s].name;
}

/* The words of a filter as LIKE patterns; % and _ of the user stand for themselves. */
static size_t
patterns(const char *filter, char out[WORDS_MOST][100])
{
	char folded[400], *at = folded, *word, *save = NULL;
	size_t n = 0;

	str_fold(folded, sizeof(folded), filter != NULL ? filter : "");
	for (; n < WORDS_MOST && (word = strtok_r(at, " ", &save)) != NULL; at = NULL) {
		size_t used = 0;

		out[n][used++] = '%';
		for (; *word != '\0' && used + 4 < sizeof(out[0]); word++) {
			if (*word == '%' || *word == '_' || *word == '!')
				out[n][used++] = '!';
			out[n][used++] = *word;
		}
		out[n][used++] = '%';
		out[n++][used] = '\0';
	}
	return n;
}

/* Is the list cut down to what the account may do? */
static bool
is_narrow(struct ledger *l, const struct worklist_query *q)
{
	return q->account != NULL && !rights_everywhere(l, q->account, q->step);
}

/* What the account may not see: readings that are not his, and what is not due. */
static void
where_readings(struct buf *sql, const struct worklist_query *q, int *next)
{
	if (q->account == NULL) {
		buf_text(sql, " AND owner = ''");
		return;
	}
	buf_format(sql,
		" AND owner IN ('', $%d) AND opens <= $%d AND (reading IN (1, 4) OR NOT EXISTS "
		"(SELECT 1"
		" FROM decision d WHERE d.series = task.series AND d.step = task.step AND "
		"d.account ="
		" $%d))",
		*next, *next + 1, *next);
	if (q->free)
		buf_format(sql,
			" AND NOT EXISTS (SELECT 1 FROM lease o WHERE o.task = task.id AND "
			"o.account <>"
			" $%d AND o.until > $%d)",
			*next, *next + 1);
	*next += 2;
}

static bool
is_signed(const struct worklist_query *q)
{
	return q->account != NULL && strcmp(q->step, WORKLIST_SIGNED) == 0;
}

/* What the account signed since $2 and what no correction replaced. */
static void
where_signed(struct buf *sql, int next)
{
	buf_format(sql,
		" AND id IN (SELECT t.id FROM decision d JOIN task t ON t.series = d.series AND"
		" t.step = d.step AND t.reading = d.reading AND t.state = 'done' JOIN series s ON"
		" s.id = d.series AND s.revision = d.revision WHERE d.account = $%d AND d.at > $%d"
		" AND NOT EXISTS (SELECT 1 FROM decision n WHERE n.series = d.series AND"
		" n.supersedes = d.id))",
		next, next + 1);
}

/* The text that a filter looks in where something of it is blinded: made of what is not.  Slower, and without the words of
 * the first column. */
static void
where_blinded(struct buf *sql, const struct ledger *l, size_t parameter)
{
	const struct {
		const char *column;
		bool blinded;
	} parts[] = {
		{ "x.subject", blind_place(l, BLIND_SUBJECT) },
		{ "x.visit", blind_place(l, BLIND_VISIT) },
		{ "x.site", blind_place(l, BLIND_SITE) },
		{ "q.modality", blind_attr(l, ATTR_MODALITY) },
		{ "q.series_description", blind_attr(l, ATTR_SERIES_DESC) },
	};

	buf_text(sql,
		" AND EXISTS (SELECT 1 FROM series q JOIN exam x ON x.id = q.exam WHERE q.id ="
		" task.series AND lower(CASE WHEN q.id < 10000 THEN substr('s-000', 1, 6 -"
		" length(CAST(q.id AS TEXT))) ELSE 's-' END || CAST(q.id AS TEXT)");
	for (size_t i = 0; i < MEM_COUNT(parts); i++)
		if (!parts[i].blinded)
			buf_format(sql, " || ' ' || coalesce(%s, '')", parts[i].column);
	buf_format(sql, ") LIKE $%zu ESCAPE '!')", parameter);
}

static void
where(struct buf *sql, struct ledger *l, const struct worklist_query *q, size_t words, bool narrow)
{
	char rights[600];
	int next = (int)words + 2;

	buf_text(sql,
		is_signed(q) ? " FROM task WHERE $1 = 'signed'"
			     : " FROM task WHERE queue = $1 AND state = 'open'");
	for (size_t i = 0; i < words; i++)
		if (blind_any(l))
			where_blinded(sql, l, i + 2);
		else
			buf_format(sql, " AND search LIKE $%zu ESCAPE '!'", i + 2);
	if (is_signed(q)) {
		where_signed(sql, next);
		return;
	}
	where_readings(sql, q, &next);
	if (narrow) {
		rights_sql(rights, sizeof(rights), (int)words + 2);
		buf_text(sql, rights);
	}
}

static void
bind_where(struct stmt *s, struct ledger *l, const struct worklist_query *q,
	char words[WORDS_MOST][100], size_t n)
{
	stmt_text(s, 1, q->step);
	for (size_t i = 0; i < n; i++)
		stmt_text(s, (int)i + 2, words[i]);
	if (q->account == NULL)
		return;
	stmt_text(s, (int)n + 2, q->account);
	stmt_int(s, (int)n + 3,
		ledger_now(l) - (is_signed(q) ? WORKLIST_SIGNED_DAYS * INT64_C(86400000000) : 0));
}

static const char row_columns[] =
	"SELECT t.id, t.series, exam.study_uid, exam.subject, exam.visit, exam.site,"
	" series.modality, series.series_description, series.state, series.why, series.images,"
	" series.slices, series.arrived, t.later, t.step, t.reading,"
	" series.revision";
static const char row_joins[] =
	" JOIN series ON series.id = t.series JOIN exam ON exam.id = series.exam";

static void
mask_row(const struct ledger *l, struct worklist_row *r)
{
	blind_text(r->subject, sizeof(r->subject), blind_place(l, BLIND_SUBJECT));
	blind_text(r->visit, sizeof(r->visit), blind_place(l, BLIND_VISIT));
	blind_text(r->site, sizeof(r->site), blind_place(l, BLIND_SITE));
	blind_text(r->modality, sizeof(r->modality), blind_attr(l, ATTR_MODALITY));
	blind_text(r->description, sizeof(r->description), blind_attr(l, ATTR_SERIES_DESC));
}

/* An order by what is blinded would tell of it. */
static const char *
order_of(const struct ledger *l, const struct worklist_query *q)
{
	bool by_subject = q->sort == WORKLIST_SUBJECT && blind_place(l, BLIND_SUBJECT);

	return sorts[by_subject ? WORKLIST_WHY : q->sort].order;
}

static void
fill_row(struct ledger *l, struct worklist_row *r, struct stmt *s)
{
	memset(r, 0, sizeof(*r));
	r->task = stmt_get_int(s, 0);
	r->series = stmt_get_int(s, 1);
	catalog_series_name(r->series, r->series_name);
	str_copy(r->study_uid, sizeof(r->study_uid), stmt_get_text(s, 2));
	str_copy(r->subject, sizeof(r->subject), stmt_get_text(s, 3));
	str_copy(r->visit, sizeof(r->visit), stmt_get_text(s, 4));
	str_copy(r->site, sizeof(r->site), stmt_get_text(s, 5));
	str_copy(r->modality, sizeof(r->modality), stmt_get_text(s, 6));
	str_copy(r->description, sizeof(r->description), stmt_get_text(s, 7));
	str_copy(r->state, sizeof(r->state), stmt_get_text(s, 8));
	why_words((uint64_t)stmt_get_int(s, 9), r->why, sizeof(r->why));
	r->images = stmt_get_int(s, 10);
	r->slices = stmt_get_int(s, 11);
	r->arrived = stmt_get_int(s, 12);
	r->later = stmt_get_int(s, 13) != 0;
	str_copy(r->step, sizeof(r->step), stmt_get_text(s, 14));
	r->reading = stmt_get_int(s, 15);
	r->revision = stmt_get_int(s, 16);
	/* a second reader sees a series as the first one did, and a third does not see what became of it */
	if (r->reading > 1)
		str_copy(r->state, sizeof(r->state), "in-review");
	mask_row(l, r);
}

static void
fill_claims(struct ledger *l, struct worklist_row *rows, int64_t n)
{
	struct lease held;

	for (int64_t i = 0; i < n; i++)
		if (lease_of(l, rows[i].task, &held))
			str_copy(rows[i].claimed_by, sizeof(rows[i].claimed_by), held.account);
}

enum rc
worklist_page(struct ledger *l, const struct worklist_query *q, struct worklist_row *out,
	int64_t *n, struct err *e)
{
	char words[WORDS_MOST][100];
	size_t count = patterns(q->filter, words);
	bool narrow = is_narrow(l, q);
	struct buf sql = { 0 };
	struct stmt *s;
	enum rc rc = RC_OK;

	buf_format(&sql, "%s FROM (SELECT id, series, later, rank, arrived, subject, step, reading",
		row_columns);
	where(&sql, l, q, count, narrow);
	buf_format(&sql, " ORDER BY %s LIMIT %lld OFFSET %lld) t%s", order_of(l, q),
		(long long)q->limit, (long long)q->offset, row_joins);
	/* the join may come in any order: say it again */
	buf_text(&sql, " ORDER BY ");
	for (const char *o = order_of(l, q); *o != '\0'; o++) {
		if (o == order_of(l, q) || o[-1] == ' ')
			buf_text(&sql, "t.");
		buf_char(&sql, *o);
	}
	s = db_query_once(ledger_db(l), sql.data);
	buf_release(&sql);
	bind_where(s, l, q, words, count);
	for (*n = 0; *n < q->limit && (rc = stmt_step(s, e)) == RC_OK; ++*n)
		fill_row(l, &out[*n], s);
	stmt_free(s);
	fill_claims(l, out, *n);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
worklist_total(struct ledger *l, const struct worklist_query *q, int64_t *total, struct err *e)
{
	char words[WORDS_MOST][100];
	size_t count = patterns(q->filter, words);
	bool narrow = is_narrow(l, q);
	struct buf sql = { 0 };
	struct stmt *s;
	enum rc rc;

	buf_text(&sql, "SELECT count(*)");
	where(&sql, l, q, count, narrow);
	s = db_query_once(ledger_db(l), sql.data);
	buf_release(&sql);
	bind_where(s, l, q, words, count);
	rc = stmt_step(s, e);
	*total = rc == RC_OK ? stmt_get_int(s, 0) : 0;
	stmt_free(s);
	return rc;
}

enum rc
worklist_place(struct ledger *l, const struct worklist_query *q, int64_t task, int64_t *place,
	struct err *e)
{
	char words[WORDS_MOST][100];
	size_t count = patterns(q->filter, words);
	bool narrow = is_narrow(l, q);
	struct buf sql = { 0 };
	struct stmt *s;
	enum rc rc;
	int64_t at = 0;

	*place = -1;
	buf_text(&sql, "SELECT id");
	where(&sql, l, q, count, narrow);
	buf_format(&sql, " ORDER BY %s", order_of(l, q));
	s = db_query_once(ledger_db(l), sql.data);
	buf_release(&sql);
	bind_where(s, l, q, words, count);
	for (; (rc = stmt_step(s, e)) == RC_OK; at++)
		if (stmt_get_int(s, 0) == task) {
			*place = at;
			break;
		}
	stmt_free(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* For everybody, or for one who may do a part of it only. */
static enum rc
count_step(struct ledger *l, const char *account, struct worklist_step *step, struct err *e)
{
	struct worklist_query q = { .step = step->name, .account = account };
	struct buf sql = { 0 };
	bool narrow = is_narrow(l, &q);
	struct stmt *s;
	enum rc rc;

	buf_text(&sql, "SELECT later, count(*)");
	where(&sql, l, &q, 0, narrow);
	buf_text(&sql, " GROUP BY later");
	s = db_query_once(ledger_db(l), sql.data);
	buf_release(&sql);
	bind_where(s, l, &q, NULL, 0);
	step->open = step->later = 0;
	while ((rc = stmt_step(s, e)) == RC_OK)
		*(stmt_get_int(s, 0) != 0 ? &step->later : &step->open) = stmt_get_int(s, 1);
	stmt_free(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
worklist_steps(struct ledger *l, const struct session *who, struct worklist_step *out, size_t *n,
	struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT name, title FROM step WHERE workflow = 'default' ORDER BY place");
	struct worklist_step all[WORKLIST_STEPS];
	size_t count = 0;
	enum rc rc;

	while (count < WORKLIST_STEPS && (rc = stmt_step(s, e)) == RC_OK) {
		str_copy(all[count].name, sizeof(all[0].name), stmt_get_text(s, 0));
		str_copy(all[count].title, sizeof(all[0].title), stmt_get_text(s, 1));
		count++;
	}
	stmt_done(s);
	*n = 0;
	rc = RC_OK;
	if (who != NULL && count < WORKLIST_STEPS) {
		str_copy(all[count].name, sizeof(all[0].name), WORKLIST_SIGNED);
		str_copy(all[count++].title, sizeof(all[0].title), "what you signed: C corrects");
	}
	for (size_t i = 0; rc == RC_OK && i < count; i++) {
		const char *account = who != NULL ? who->user : NULL;
		char role[RIGHTS_ROLE];

		if (strcmp(all[i].name, WORKLIST_SIGNED) == 0 ? *n == 0
							      : who != NULL &&
					rights_step(l, account, all[i].name, 0, role, NULL) != RC_OK)
			continue;
		rc = count_step(l, account, &all[i], e);
		out[(*n)++] = all[i];
	}
	return rc;
}

/* Is the account to read the step again?  Then it sees nothing of what it said before. */
static bool
reads_again(struct ledger *l, int64_t series, const char *step, const char *account)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT 1 FROM task WHERE series = $1 AND step = $2 AND owner = $3 AND state = "
		"'open'");
	bool again;

	stmt_int(s, 1, series);
	stmt_text(s, 2, step);
	stmt_text(s, 3, account != NULL ? account : "");
	again = account != NULL && stmt_step(s, NULL) == RC_OK;
	stmt_done(s);
	return again;
}

enum rc
worklist_standing(
	struct ledger *l, int64_t series, const char *account, char *to, size_t size, struct err *e)
{
	static const char *const words[] = { "open", "passed", "failed", "failed" };
	struct standing standing;
	size_t used = 0;
	enum rc rc = standing_load(l, series, &standing, e);

	to[0] = '\0';
	for (size_t i = 0; rc == RC_OK && i < standing.n && used < size; i++) {
		const struct standing_step *step = &standing.step[i];
		enum outcome o = standing_outcome(step);
		const char *word = words[o];

		if (reads_again(l, series, step->name, account))
			word = words[OUTCOME_NONE];
		else if (o == OUTCOME_NONE && strcmp(standing_state(&standing), "rejected") == 0)
			word = "void";
		used += (size_t)snprintf(
			to + used, size - used, "%s%s %s", used > 0 ? " · " : "", step->name, word);
	}
	return rc;
}

enum rc
worklist_task(struct ledger *l, int64_t task, struct worklist_task *out, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT step, reading, state, (SELECT max(d.id) FROM decision d"
		" JOIN series s ON s.id = d.series AND s.revision = d.revision"
		" WHERE d.series = task.series AND d.step = task.step AND"
		" d.reading = task.reading) FROM task WHERE id = $1");
	enum rc rc;

	memset(out, 0, sizeof(*out));
	stmt_int(s, 1, task);
	rc = stmt_step(s, e);
	if (rc == RC_OK) {
		str_copy(out->step, sizeof(out->step), stmt_get_text(s, 0));
		out->reading = stmt_get_int(s, 1);
		out->open = strcmp(stmt_get_text(s, 2), "open") == 0;
		out->decision = stmt_get_int(s, 3);
	}
	stmt_done(s);
	return rc == RC_NOT_FOUND ? err_set(e, rc, "there is no such task") : rc;
}
