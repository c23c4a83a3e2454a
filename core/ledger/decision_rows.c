/* What a signed decision writes: the event's data, and the tables that tell it again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/decision_in.h"
#include "core/ledger/plan.h"
#include "core/ledger/reason.h"
#include "core/ledger/setting.h"

/* ---- the event ---- */

static json_t *
reasons_json(const struct decision_request *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->reason_count; i++)
		json_array_append_new(list, json_string(r->reasons[i]));
	return list;
}

static void
set_text(json_t *o, const char *name, const char *text)
{
	json_object_set_new(o, name, json_string(text));
}

static void
set_number(json_t *o, const char *name, int64_t v)
{
	json_object_set_new(o, name, json_integer(v));
}

static void
set_words(json_t *o, const struct decision_request *r, const struct ground *g,
	const struct signing *sg)
{
	char *seen = mem_string(r->seen != NULL ? r->seen : "");

	str_clean(seen);
	set_text(o, "previous", sg->chain.previous);
	set_text(o, "meaning", sg->meaning);
	set_text(o, "when", sg->chain.when);
	set_text(o, "components", g->by_id ? "id password" : "password");
	set_text(o, "step", r->step);
	set_text(o, "verdict", r->verdict);
	set_text(o, "reason_list", REASON_LIST_VERSION);
	set_text(o, "note", r->note);
	set_text(o, "series_uid", g->series_uid);
	set_text(o, "manifest", g->manifest);
	set_text(o, "seen", seen);
	set_text(o, "correction", r->correction != NULL ? r->correction : "");
	set_text(o, "amounts", outcome_name(g->amounts));
	set_text(o, "outcome", outcome_name(standing_outcome(g->step)));
	set_text(o, "state", sg->state);
	free(seen);
}

json_t *
decision_json(const struct decision_request *r, const struct ground *g, const struct signing *sg)
{
	json_t *o = json_object();

	set_words(o, r, g, sg);
	set_number(o, "number", sg->number);
	set_number(o, "running", sg->chain.running);
	set_number(o, "revision", g->revision);
	set_number(o, "supersedes", g->supersedes);
	set_number(o, "reading", g->reading);
	set_number(o, "study_version", g->study_version);
	set_number(o, "readings", g->step->readings);
	json_object_set_new(o, "reasons", reasons_json(r));
	json_object_set_new(o, "viewing", viewing_json(&g->viewing));
	json_object_set_new(o, "marks", mark_json(r->marks, r->mark_count));
	return o;
}

/* ---- the tables ---- */

static enum rc
run_decision(struct ledger *l, const struct session *who, const struct decision_request *r,
	const struct ground *g, const struct signing *sg, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"INSERT INTO decision (id, series, step, verdict, note, account, name, role, at, "
		"revision,"
		" manifest, supersedes, event, reading, readings, correction) VALUES ($1, $2, $3, "
		"$4, $5,"
		" $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)");

	stmt_int(s, 1, sg->number);
	stmt_int(s, 2, r->series);
	stmt_text(s, 3, r->step);
	stmt_text(s, 4, r->verdict);
	stmt_text(s, 5, r->note);
	stmt_text(s, 6, who->user);
	stmt_text(s, 7, who->name);
	stmt_text(s, 8, g->role);
	stmt_int(s, 9, sg->event.at);
	stmt_int(s, 10, g->revision);
	stmt_text(s, 11, g->manifest);
	stmt_int(s, 12, g->supersedes);
	stmt_int(s, 13, sg->event.seq);
	stmt_int(s, 14, g->reading);
	stmt_int(s, 15, g->step->readings);
	stmt_text(s, 16, r->correction != NULL ? r->correction : "");
	return stmt_run(s, e);
}

static enum rc
run_reasons(struct ledger *l, const struct decision_request *r, const struct ground *g,
	int64_t number, struct err *e)
{
	static const char *const actions[] = { "flag", "query", "reject" };
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < r->reason_count; i++) {
		const struct charter_reason *reason = &g->reason[i];
		struct stmt *s = db_query(
			ledger_db(l), "INSERT INTO decision_reason VALUES ($1, $2, $3, $4)");

		stmt_int(s, 1, number);
		stmt_text(s, 2, reason->code);
		stmt_text(s, 3, reason->scheme);
		stmt_text(s, 4, actions[reason->action]);
		rc = stmt_run(s, e);
	}
	return rc;
}

static enum rc
run_signature(struct ledger *l, const struct session *who, const struct signing *sg, struct err *e)
{
	struct stmt *s = db_query(
		ledger_db(l), "INSERT INTO signature VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8)");
	enum rc rc;

	stmt_int(s, 1, sg->number);
	stmt_text(s, 2, who->user);
	stmt_text(s, 3, who->name);
	stmt_text(s, 4, sg->meaning);
	stmt_text(s, 5, sg->chain.when);
	stmt_int(s, 6, sg->chain.running);
	stmt_int(s, 7, sg->event.seq);
	stmt_text(s, 8, sg->event.hash);
	rc = stmt_run(s, e);
	return rc == RC_OK ? signing_write(l, who, &sg->chain, sg->event.hash, e) : rc;
}

static enum rc
run_series(struct ledger *l, const struct decision_request *r, const struct ground *g,
	const struct signing *sg, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l), "UPDATE series SET state = $1 WHERE id = $2");
	enum rc rc;

	stmt_text(s, 1, sg->state);
	stmt_int(s, 2, r->series);
	rc = stmt_run(s, e);
	if (rc == RC_OK)
		rc = standing_write_tasks(l, r->series, &g->standing, e);
	if (rc != RC_OK || g->task == 0)
		return rc;
	s = db_query(ledger_db(l), "UPDATE task SET state = 'done' WHERE id = $1");
	stmt_int(s, 1, g->task);
	rc = stmt_run(s, e);
	if (rc != RC_OK)
		return rc;
	s = db_query(ledger_db(l), "DELETE FROM lease WHERE task = $1");
	stmt_int(s, 1, g->task);
	return stmt_run(s, e);
}

/* The first reader gets some of his again, days later, among the others. */
static enum rc
run_repeat(struct ledger *l, const struct session *who, const struct decision_request *r,
	const struct ground *g, const struct signing *sg, struct err *e)
{
	int64_t opens =
		sg->event.at + setting_number(l, SETTING_REPEAT_DAYS) * INT64_C(86400000000);
	struct stmt *s;
	enum rc rc;

	if (g->reading != READING_FIRST || g->task == 0 || !plan_repeats(l, g->series_uid, r->step))
		return RC_OK;
	/* one that other images voided is drawn again with the reading that it repeats */
	s = db_query(ledger_db(l),
		"UPDATE task SET state = 'open', later = 0, owner = $3, opens = $4 WHERE series = "
		"$1"
		" AND step = $2 AND reading = 4 AND state = 'void'");
	stmt_int(s, 1, r->series);
	stmt_text(s, 2, r->step);
	stmt_text(s, 3, who->user);
	stmt_int(s, 4, opens);
	rc = stmt_run(s, e);
	if (rc != RC_OK)
		return rc;
	s = db_query(ledger_db(l),
		"INSERT INTO task (id, series, workflow, step, state, later, rank, arrived, "
		"subject,"
		" search, queue, reading, owner, opens) SELECT (SELECT max(id) + 1 FROM task), "
		"series,"
		" workflow, step, 'open', 0, rank, arrived, subject, search, queue, 4, $2, $3 FROM "
		"task"
		" WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM task o WHERE o.series = task.series "
		"AND"
		" o.step = task.step AND o.reading = 4)");
	stmt_int(s, 1, g->task);
	stmt_text(s, 2, who->user);
	stmt_int(s, 3, opens);
	return stmt_run(s, e);
}

enum rc
decision_run(struct ledger *l, const struct session *who, const struct decision_request *r,
	const struct ground *g, const struct signing *sg, struct err *e)
{
	enum rc rc = run_decision(l, who, r, g, sg, e);

	if (rc == RC_OK)
		rc = run_reasons(l, r, g, sg->number, e);
	if (rc == RC_OK)
		rc = run_signature(l, who, sg, e);
	if (rc == RC_OK)
		rc = viewing_insert(l, sg->number, &g->viewing, e);
	if (rc == RC_OK)
		rc = mark_insert(l, sg->number, r->marks, r->mark_count, e);
	/* another step's verdict leaves what is being drawn alone */
	if (rc == RC_OK && (r->mark_count > 0 || g->viewing.rule.pixels))
		rc = mark_draft_drop(l, who->user, r->series, e);
	if (rc == RC_OK)
		rc = run_series(l, r, g, sg, e);
	if (rc == RC_OK)
		rc = run_repeat(l, who, r, g, sg, e);
	if (rc == RC_OK)
		rc = viewing_tidy(l, r->series, e);
	return rc;
}
