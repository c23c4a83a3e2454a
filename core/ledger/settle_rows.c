/* The rows of a series that was settled, and its event. */
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/label.h"
#include "core/ledger/settle_in.h"

static int64_t
images_of(const struct settling *g)
{
	return g->n > 0 ? (int64_t)g->n : g->told;
}

enum rc
settle_series(struct settling *g, const char *state, struct err *e)
{
	struct stmt *s = db_query(ledger_db(g->l),
		"UPDATE series SET settled = 1, why = $1, images = $2, slices = $3, gap = $4,"
		" missing = $5, spacing = $6, manifest = $7, pixels = $8, state = $9 WHERE id = "
		"$10");

	stmt_int(s, 1, (int64_t)g->why);
	stmt_int(s, 2, images_of(g));
	stmt_int(s, 3, g->slices);
	stmt_text(s, 4, g->gap);
	stmt_text(s, 5, g->missing.data != NULL ? g->missing.data : "");
	stmt_text(s, 6, g->spacing);
	stmt_text(s, 7, g->manifest);
	stmt_text(s, 8, g->pixels);
	stmt_text(s, 9, state);
	stmt_int(s, 10, g->series);
	return stmt_run(s, e);
}

/* What `/` on a worklist searches: everything a row shows, the date of the study, where it lies and what it is, in lower
 * case. */
static void
search_text(const struct settling *g, char text[700])
{
	char words[200], name[24], all[1000];
	struct stmt *s =
		db_query(ledger_db(g->l), "SELECT label FROM series_label WHERE series = $1");

	why_words(g->why, words, sizeof(words));
	catalog_series_name(g->series, name);
	stmt_int(s, 1, g->series);
	snprintf(all, sizeof(all), "%s %s %s %s %s %s %s %s %s %s", name, g->subject, g->visit,
		g->modality, g->site, g->study_date, g->lies_at, words, g->description,
		stmt_step(s, NULL) == RC_OK ? stmt_get_text(s, 0) : "");
	stmt_done(s);
	str_fold(text, 700, all);
	str_clean(text);
}

enum rc
settle_search(struct ledger *l, int64_t series, struct err *e)
{
	struct settling g = { .l = l, .series = series };
	enum rc rc = settle_read(&g, e);
	char search[700];
	struct stmt *s;

	if (rc != RC_OK)
		return rc;
	s = db_query(ledger_db(l), "SELECT why FROM series WHERE id = $1");
	stmt_int(s, 1, series);
	if (stmt_step(s, NULL) == RC_OK)
		g.why = (uint64_t)stmt_get_int(s, 0);
	stmt_done(s);
	search_text(&g, search);
	s = db_query(ledger_db(l), "UPDATE task SET search = $1 WHERE series = $2");
	stmt_text(s, 1, search);
	stmt_int(s, 2, series);
	return stmt_run(s, e);
}

static enum rc
update_tasks(struct settling *g, int64_t rank, const char *subject, const char *search, bool reopen,
	struct err *e)
{
	struct stmt *s = db_query(ledger_db(g->l),
		"UPDATE task SET rank = $1, subject = $2, search = $3 WHERE series = $4");
	enum rc rc;

	stmt_int(s, 1, rank);
	stmt_text(s, 2, subject);
	stmt_text(s, 3, search);
	stmt_int(s, 4, g->series);
	rc = stmt_run(s, e);
	if (rc != RC_OK || !reopen)
		return rc;
	/* every step is read anew from the first reading on */
	s = db_query(ledger_db(g->l),
		"UPDATE task SET state = CASE WHEN reading = 1 THEN 'open' ELSE 'void' END, later "
		"= 0"
		" WHERE series = $1");
	stmt_int(s, 1, g->series);
	return stmt_run(s, e);
}

static enum rc
insert_task(struct settling *g, const char *step, int64_t rank, const char *subject,
	const char *search, struct err *e)
{
	struct stmt *s = db_query(ledger_db(g->l),
		"INSERT INTO task (id, series, workflow, step, state, later, rank, arrived, "
		"subject,"
		" search, queue, reading, owner, opens) VALUES ($1, $2, 'default', $3, 'open', 0, "
		"$4, $5,"
		" $6, $7, $3, 1, '', 0)");

	stmt_int(s, 1, ledger_next(g->l, "SELECT max(id) FROM task"));
	stmt_int(s, 2, g->series);
	stmt_text(s, 3, step);
	stmt_int(s, 4, rank);
	stmt_int(s, 5, g->arrived);
	stmt_text(s, 6, subject);
	stmt_text(s, 7, search);
	return stmt_run(s, e);
}

static enum rc
insert_tasks(
	struct settling *g, int64_t rank, const char *subject, const char *search, struct err *e)
{
	char steps[16][32];
	size_t n = 0;
	struct stmt *s = db_query(ledger_db(g->l),
		"SELECT name FROM step WHERE workflow = 'default' AND kind = 'read' ORDER BY "
		"place");
	enum rc rc = RC_OK;

	while (n < MEM_COUNT(steps) && stmt_step(s, NULL) == RC_OK)
		str_copy(steps[n++], sizeof(steps[0]), stmt_get_text(s, 0));
	stmt_done(s);
	for (size_t i = 0; rc == RC_OK && i < n; i++)
		rc = insert_task(g, steps[i], rank, subject, search, e);
	return rc;
}

/* Flagged series first: rank 0 is the greatest risk. */
enum rc
settle_tasks(struct settling *g, bool reopen, struct err *e)
{
	struct stmt *s = db_query(ledger_db(g->l), "SELECT 1 FROM task WHERE series = $1");
	int64_t rank = 1000 - why_risk(g->why);
	char search[700];
	bool known;
	enum rc rc = label_tell(g->l, g->series, NULL, e);

	if (rc != RC_OK)
		return rc;
	search_text(g, search);
	stmt_int(s, 1, g->series);
	known = stmt_step(s, NULL) == RC_OK;
	stmt_done(s);
	if (known)
		return update_tasks(g, rank, g->subject, search, reopen, e);
	return insert_tasks(g, rank, g->subject, search, e);
}

enum rc
settle_event(struct settling *g, const struct signer *who, const char *action, const char *state,
	struct err *e)
{
	char object[24], words[200];
	struct event ev = { .action = action, .kind = "series", .object = object };

	why_words(g->why, words, sizeof(words));
	snprintf(object, sizeof(object), "%lld", (long long)g->series);
	ev.data = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "series_uid",
		g->uid, "study_uid", g->study_uid, "subject", g->subject, "visit", g->visit, "site",
		g->site, "state", state, "manifest", g->manifest, "why", words, "images",
		(json_int_t)images_of(g), "slices", (json_int_t)g->slices, "revision",
		(json_int_t)g->revision);
	if (g->source != NULL)
		json_object_set_new(ev.data, "source", json_string(g->source));
	return event_append(g->l, who, &ev, NULL, e);
}
