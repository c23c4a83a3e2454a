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
#include "core/ledger/catalog.h"
#include "core/ledger/rights.h"
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

static void
where(struct buf *sql, size_t words, bool narrow)
{
	char rights[600];

	buf_text(sql, " FROM task WHERE step = $1 AND state = 'open'");
	for (size_t i = 0; i < words; i++)
		buf_format(sql, " AND search LIKE $%zu ESCAPE '!'", i + 2);
	if (narrow) {
		rights_sql(rights, sizeof(rights), (int)words + 2);
		buf_text(sql, rights);
	}
}

static void
bind_where(struct stmt *s, const struct worklist_query *q, char words[WORDS_MOST][100], size_t n,
	bool narrow)
{
	stmt_text(s, 1, q->step);
	for (size_t i = 0; i < n; i++)
		stmt_text(s, (int)i + 2, words[i]);
	if (narrow)
		stmt_text(s, (int)n + 2, q->account);
}

static const char row_columns[] =
	"SELECT t.id, t.series, exam.study_uid, exam.subject, exam.visit, exam.site,"
	" series.modality, series.series_description, series.state, series.why, series.images,"
	" series.slices, series.arrived, t.later";
static const char row_joins[] =
	" JOIN series ON series.id = t.series JOIN exam ON exam.id = series.exam";

static void
fill_row(struct worklist_row *r, struct stmt *s)
{
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

	buf_format(&sql, "%s FROM (SELECT id, series, later, rank, arrived, subject", row_columns);
	where(&sql, count, narrow);
	buf_format(&sql, " ORDER BY %s LIMIT %lld OFFSET %lld) t%s", sorts[q->sort].order,
		(long long)q->limit, (long long)q->offset, row_joins);
	/* the join may come in any order: say it again */
	buf_text(&sql, " ORDER BY ");
	for (const char *o = sorts[q->sort].order; *o != '\0'; o++) {
		if (o == sorts[q->sort].order || o[-1] == ' ')
			buf_text(&sql, "t.");
		buf_char(&sql, *o);
	}
	s = db_query_once(ledger_db(l), sql.data);
	buf_release(&sql);
	bind_where(s, q, words, count, narrow);
	for (*n = 0; *n < q->limit && (rc = stmt_step(s, e)) == RC_OK; ++*n)
		fill_row(&out[*n], s);
	stmt_free(s);
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
	where(&sql, count, narrow);
	s = db_query_once(ledger_db(l), sql.data);
	buf_release(&sql);
	bind_where(s, q, words, count, narrow);
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
	where(&sql, count, narrow);
	buf_format(&sql, " ORDER BY %s", sorts[q->sort].order);
	s = db_query_once(ledger_db(l), sql.data);
	buf_release(&sql);
	bind_where(s, q, words, count, narrow);
	for (; (rc = stmt_step(s, e)) == RC_OK; at++)
		if (stmt_get_int(s, 0) == task) {
			*place = at;
			break;
		}
	stmt_free(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
worklist_row_of(struct ledger *l, int64_t task, struct worklist_row *out, struct err *e)
{
	char *sql = mem_format(
		"%s FROM task t%s WHERE t.id = $1 AND t.state = 'open'", row_columns, row_joins);
	struct stmt *s = db_query_once(ledger_db(l), sql);
	enum rc rc;

	free(sql);
	stmt_int(s, 1, task);
	rc = stmt_step(s, e);
	if (rc == RC_OK)
		fill_row(out, s);
	stmt_free(s);
	return rc == RC_NOT_FOUND ? err_set(e, rc, "this task is done") : rc;
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
	where(&sql, 0, narrow);
	buf_text(&sql, " GROUP BY later");
	s = db_query_once(ledger_db(l), sql.data);
	buf_release(&sql);
	bind_where(s, &q, NULL, 0, narrow);
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
	for (size_t i = 0; rc == RC_OK && i < count; i++) {
		const char *account = who != NULL ? who->user : NULL;
		char role[RIGHTS_ROLE];

		if (who != NULL && rights_step(l, account, all[i].name, 0, role, NULL) != RC_OK)
			continue;
		rc = count_step(l, account, &all[i], e);
		out[(*n)++] = all[i];
	}
	return rc;
}

enum rc
worklist_standing(struct ledger *l, int64_t series, char *to, size_t size, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT t.step, t.state, (SELECT d.verdict FROM decision d WHERE d.series = "
		"t.series AND"
		" d.step = t.step ORDER BY d.id DESC LIMIT 1) FROM task t JOIN step p"
		" ON p.workflow = t.workflow AND p.name = t.step WHERE t.series = $1 ORDER BY "
		"p.place");
	size_t used = 0;
	enum rc rc;

	to[0] = '\0';
	stmt_int(s, 1, series);
	while ((rc = stmt_step(s, e)) == RC_OK && used < size) {
		bool done = strcmp(stmt_get_text(s, 1), "done") == 0;

		used += (size_t)snprintf(to + used, size - used, "%s%s %s%s", used > 0 ? " · " : "",
			stmt_get_text(s, 0), done ? stmt_get_text(s, 2) : stmt_get_text(s, 1),
			done ? "ed" : "");
	}
	stmt_done(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

bool
worklist_is_open(struct ledger *l, int64_t task)
{
	struct stmt *s =
		db_query(ledger_db(l), "SELECT 1 FROM task WHERE id = $1 AND state = 'open'");
	bool open;

	stmt_int(s, 1, task);
	open = stmt_step(s, NULL) == RC_OK;
	stmt_done(s);
	return open;
}
