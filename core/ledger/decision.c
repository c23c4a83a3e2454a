/* Verdicts: signed, chained, never changed.  Here: what may be signed, by whom. */
#include "core/ledger/decision.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/account_in.h"
#include "core/ledger/decision_in.h"
#include "core/ledger/lease.h"
#include "core/ledger/outbox.h"
#include "core/ledger/plan.h"
#include "core/ledger/query.h"
#include "core/ledger/remote.h"
#include "core/ledger/signing.h"

/* ---- the request ---- */

const struct correction correction_list[] = {
	{ "entry-error", "the wrong verdict was entered" },
	{ "overlooked", "something on the images was overlooked" },
	{ "new-information", "something became known that was not known then" },
	{ "site-answer", "the site answered" },
	{ "other", "as the note says" },
	{ NULL, NULL },
};

const struct correction *
correction_find(const char *code)
{
	for (const struct correction *c = correction_list; code != NULL && c->code != NULL; c++)
		if (strcmp(c->code, code) == 0)
			return c;
	return NULL;
}

static enum rc
check_reasons(const struct decision_request *r, struct err *e)
{
	for (size_t i = 0; i < r->reason_count; i++) {
		for (size_t k = 0; k < i; k++)
			if (strcmp(r->reasons[i], r->reasons[k]) == 0)
				return err_set(e, RC_INVALID, "reason %.20s is given twice",
					r->reasons[i]);
	}
	return RC_OK;
}

/* A reason for every change of what was signed. */
static enum rc
check_correction(const struct decision_request *r, struct err *e)
{
	if (r->corrects == 0)
		return r->correction == NULL
			? RC_OK
			: err_set(e, RC_INVALID,
				  "this reason is for a correction; say which decision");
	if (correction_find(r->correction) == NULL)
		return err_set(e, RC_INVALID,
			"a correction says why: entry-error, overlooked, new-information, "
			"site-answer or other");
	return strcmp(r->correction, "other") == 0
		? account_words_check("the note that says why", r->note, e)
		: RC_OK;
}

static enum rc
check_request(const struct decision_request *r, struct err *e)
{
	bool fail = strcmp(r->verdict, "fail") == 0;
	enum rc rc;

	if (!fail && strcmp(r->verdict, "pass") != 0)
		return err_set(e, RC_INVALID, "a verdict is pass or fail, not %.20s", r->verdict);
	if (fail && r->reason_count == 0)
		return err_set(e, RC_INVALID, "a fail needs at least one coded reason");
	if (!fail && r->reason_count > 0)
		return err_set(e, RC_INVALID, "a pass takes no reasons; put remarks into the note");
	if (strlen(r->note) > DECISION_NOTE)
		return err_set(e, RC_LIMIT, "the note is longer than %d bytes", DECISION_NOTE);
	if (!fail && r->mark_count > 0)
		return err_set(
			e, RC_INVALID, "a pass takes no marks: they show what must be blanked");
	rc = check_reasons(r, e);
	if (rc == RC_OK)
		rc = check_correction(r, e);
	return rc == RC_OK ? mark_check_all(r->marks, r->mark_count, e) : rc;
}

/* ---- the ground it stands on ---- */

static enum rc
read_series(struct ledger *l, const struct decision_request *r, struct ground *g, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT revision, state, manifest, series_uid, settled FROM series WHERE id = $1");
	bool settled;

	stmt_int(s, 1, r->series);
	if (stmt_step(s, NULL) != RC_OK)
		return err_set(e, RC_NOT_FOUND, "there is no series S-%04lld", (long long)r->series);
	g->revision = stmt_get_int(s, 0);
	str_copy(g->state, sizeof(g->state), stmt_get_text(s, 1));
	str_copy(g->manifest, sizeof(g->manifest), stmt_get_text(s, 2));
	str_copy(g->series_uid, sizeof(g->series_uid), stmt_get_text(s, 3));
	settled = stmt_get_int(s, 4) != 0;
	stmt_done(s);
	if (!settled)
		return err_set(e, RC_BUSY, "images of this series are still arriving");
	if (r->revision != 0 && r->revision != g->revision)
		return err_set(
			e, RC_CONFLICT, "the series changed while you looked at it; open it again");
	return remote_check_whole(l, r->series, e);
}

/* The verdict itself is not told while others may still read the step. */
static enum rc
already_decided(
	struct ledger *l, const struct decision_request *r, const struct ground *g, struct err *e)
{
	bool told = standing_outcome(g->step) != OUTCOME_NONE;
	struct stmt *s = db_query(ledger_db(l),
		"SELECT name, at, verdict FROM decision WHERE series = $1 AND step = $2"
		" ORDER BY id DESC LIMIT 1");
	char when[CLOCK_TEXT];

	stmt_int(s, 1, r->series);
	stmt_text(s, 2, r->step);
	if (stmt_step(s, NULL) != RC_OK)
		return err_set(e, RC_CONFLICT, "the series has no open step %.30s", r->step);
	clock_format(stmt_get_int(s, 1), when);
	err_set(e, RC_CONFLICT, "%s already signed %s%s%s at %.19sZ", stmt_get_text(s, 0), r->step,
		told ? " " : "",
		!told                                              ? ""
			: strcmp(stmt_get_text(s, 2), "pass") == 0 ? "passed"
								   : "failed",
		when);
	stmt_done(s);
	return RC_CONFLICT;
}

/* Nobody reads for the second time what he read himself, or settles between himself and another. */
static bool
is_for(const struct session *who, const struct ground *g, int64_t reading, const char *owner)
{
	if (reading == READING_REPEAT)
		return strcmp(owner, who->user) == 0;
	return !standing_is_reader(g->step, who->user);
}

/* The open task that the signer works on; its reading decides which. */
static enum rc
find_task(struct ledger *l, const struct session *who, const struct decision_request *r,
	struct ground *g, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT id, reading, owner FROM task WHERE series = $1 AND step = $2 AND state = "
		"'open'"
		" AND opens <= $3 ORDER BY reading");
	bool open = false;

	g->task = 0;
	stmt_int(s, 1, r->series);
	stmt_text(s, 2, r->step);
	stmt_int(s, 3, ledger_now(l));
	while (g->task == 0 && stmt_step(s, NULL) == RC_OK) {
		int64_t reading = stmt_get_int(s, 1);

		open = open || reading != READING_REPEAT;
		if (!is_for(who, g, reading, stmt_get_text(s, 2)))
			continue;
		g->task = stmt_get_int(s, 0);
		g->reading = (int)reading;
	}
	stmt_done(s);
	if (g->task != 0)
		return RC_OK;
	return open ? err_set(e, RC_DENIED,
			      "you have read %s of this series; somebody else does now", r->step)
		    : already_decided(l, r, g, e);
}

/* Who signed it corrects it; where that account is gone, somebody who may do the step. */
static enum rc
find_corrected(struct ledger *l, const struct session *who, const struct decision_request *r,
	struct ground *g, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT d.reading, d.account, d.name, a.state FROM decision d JOIN account a ON"
		" a.id = d.account WHERE d.id = $1 AND d.series = $2 AND d.step = $3");
	bool may = false;

	stmt_int(s, 1, r->corrects);
	stmt_int(s, 2, r->series);
	stmt_text(s, 3, r->step);
	if (stmt_step(s, NULL) != RC_OK)
		return err_set(e, RC_NOT_FOUND, "there is no decision #%lld on %.30s of this series",
			(long long)r->corrects, r->step);
	g->reading = (int)stmt_get_int(s, 0);
	may = strcmp(stmt_get_text(s, 1), who->user) == 0 ||
		strcmp(stmt_get_text(s, 3), "active") != 0;
	if (!may)
		err_set(e, RC_DENIED, "%s signed this decision and corrects it",
			stmt_get_text(s, 2));
	stmt_done(s);
	if (!may)
		return RC_DENIED;
	if (g->reading > READING_ADJUDICATION ||
		g->step->reading[g->reading - 1].decision != r->corrects)
		return err_set(e, RC_CONFLICT,
			"decision #%lld does not stand any more: another one replaced it, or the "
			"images "
			"changed",
			(long long)r->corrects);
	g->supersedes = r->corrects;
	return RC_OK;
}

/* A verdict that was given before the images changed is named by the new one (11.10(e)). */
static void
read_supersedes(struct ledger *l, const struct decision_request *r, struct ground *g)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT max(id) FROM decision WHERE series = $1 AND step = $2 AND reading = $3");

	stmt_int(s, 1, r->series);
	stmt_text(s, 2, r->step);
	stmt_int(s, 3, g->reading);
	g->supersedes = stmt_step(s, NULL) == RC_OK ? stmt_get_int(s, 0) : 0;
	stmt_done(s);
}

static enum rc
find_reading(struct ledger *l, const struct session *who, const struct decision_request *r,
	struct ground *g, struct err *e)
{
	enum rc rc = standing_load(l, r->series, &g->standing, e);

	if (rc != RC_OK)
		return rc;
	g->step = standing_find(&g->standing, r->step);
	if (g->step == NULL)
		return err_set(e, RC_NOT_FOUND, "the series has no step %.30s", r->step);
	if (r->corrects != 0)
		return find_corrected(l, who, r, g, e);
	rc = find_task(l, who, r, g, e);
	if (rc != RC_OK)
		return rc;
	read_supersedes(l, r, g);
	return r->unattended ? RC_OK : lease_check(l, who->user, g->task, e);
}

/* The right is that of the step; to settle between two readings it is one of its own. */
static enum rc
find_role(struct ledger *l, const struct session *who, const struct decision_request *r,
	struct ground *g, struct err *e)
{
	const char *step = g->reading == READING_ADJUDICATION ? "adjudication" : r->step;

	return rights_step(l, who->user, step, r->series, g->role, e);
}

static enum rc
read_viewing(struct ledger *l, const struct session *who, const struct decision_request *r,
	struct ground *g, struct err *e)
{
	enum rc rc = viewing_measure(l, who->user, r->series, r->step, &g->viewing, e);

	if (rc == RC_OK && strcmp(r->verdict, "pass") == 0)
		rc = viewing_allows_pass(&g->viewing, r->step, e);
	if (rc == RC_OK)
		rc = mark_check_series(l, r->series, g->viewing.slices, r->marks, r->mark_count, e);
	return rc;
}

/* The program's codes, and those that the study of the series added. */
static enum rc
read_reasons(struct ledger *l, const struct decision_request *r, struct ground *g, struct err *e)
{
	for (size_t i = 0; i < r->reason_count; i++)
		if (!charter_find(l, r->series, r->reasons[i], &g->reason[i]))
			return err_set(e, RC_INVALID, "there is no reason code %.20s", r->reasons[i]);
	g->study_version = charter_version(l, r->series);
	return RC_OK;
}

/* Images are judged on a terminal that the study finds large and fine enough. */
static enum rc
check_terminal(struct ledger *l, const struct decision_request *r, struct err *e)
{
	struct charter_terminal least = charter_terminal(l, r->series);
	const struct charter_terminal *t = r->terminal;

	if (t == NULL)
		return RC_OK;
	if (t->columns < least.columns || t->rows < least.rows)
		return err_set(e, RC_DENIED, "the study asks for a terminal of %dx%d; this one is %dx%d",
			least.columns, least.rows, t->columns, t->rows);
	return t->greys >= least.greys
		? RC_OK
		: err_set(e, RC_DENIED, "the study asks for %d greys; this terminal shows %d",
			  least.greys, t->greys);
}

static enum rc
read_ground(struct ledger *l, const struct session *who, const struct decision_request *r,
	struct ground *g, struct err *e)
{
	char role[RIGHTS_ROLE];
	enum rc rc = signing_check_components(l, who, r->user, e);

	g->by_id = r->user != NULL;
	if (rc == RC_OK)
		rc = read_series(l, r, g, e);
	if (rc == RC_OK)
		rc = read_reasons(l, r, g, e);
	if (rc == RC_OK)
		rc = check_terminal(l, r, e);
	/* who may do nothing here hears no more than that */
	if (rc == RC_OK && rights_step(l, who->user, "adjudication", r->series, role, NULL) != RC_OK)
		rc = rights_step(l, who->user, r->step, r->series, role, e);
	if (rc == RC_OK)
		rc = find_reading(l, who, r, g, e);
	if (rc == RC_OK)
		rc = find_role(l, who, r, g, e);
	return rc == RC_OK ? read_viewing(l, who, r, g, e) : rc;
}

/* ---- what follows ---- */

static bool
rejects(const struct decision_request *r, const struct ground *g)
{
	for (size_t i = 0; i < r->reason_count; i++)
		if (g->reason[i].action == REASON_REJECT)
			return true;
	return false;
}

/* The standing as it is with this decision. */
static void
apply(struct ledger *l, const struct session *who, const struct decision_request *r,
	struct ground *g, int64_t number)
{
	struct standing_reading *reading;

	g->amounts = outcome_of(strcmp(r->verdict, "pass") == 0, rejects(r, g));
	if (g->reading == READING_REPEAT)
		return;
	reading = &g->step->reading[g->reading - 1];
	if (g->reading == READING_FIRST && r->corrects == 0)
		g->step->readings = plan_readings(l, g->series_uid, r->step);
	reading->decision = number;
	reading->verdict = g->amounts;
	str_copy(reading->account, sizeof(reading->account), who->user);
}

/* Only along the rows of table `move`, which its trigger holds against everybody (11.10(f)). */
static enum rc
check_move(struct ledger *l, const char *from, const char *to, const char *by, struct err *e)
{
	struct stmt *s = db_query(
		ledger_db(l), "SELECT 1 FROM move WHERE state = $1 AND next = $2 AND by = $3");
	bool may = strcmp(from, to) == 0;

	stmt_text(s, 1, from);
	stmt_text(s, 2, to);
	stmt_text(s, 3, by);
	may = may || stmt_step(s, NULL) == RC_OK;
	stmt_done(s);
	return may ? RC_OK
		   : err_set(e, RC_CONFLICT, "the series is %s; it cannot become %s", from, to);
}

static enum rc
settle(struct ledger *l, const struct session *who, const struct decision_request *r,
	struct ground *g, struct signing *sg, struct err *e)
{
	enum rc rc;

	memset(sg, 0, sizeof(*sg));
	signing_read(l, who->user, &sg->chain);
	sg->number = ledger_next(l, "SELECT max(id) FROM decision");
	sg->meaning = g->reading == READING_ADJUDICATION ? "adjudication" : "review";
	rc = signing_check_meaning(l, sg->meaning, g->role, e);
	if (rc != RC_OK)
		return rc;
	apply(l, who, r, g, sg->number);
	sg->state = g->reading == READING_REPEAT ? g->state : standing_state(&g->standing);
	if (strcmp(sg->state, "approved") == 0 && strcmp(g->state, "approved") != 0)
		rc = query_allows_approval(l, r->series, e);
	if (rc != RC_OK)
		return rc;
	return check_move(l, g->state, sg->state, r->corrects != 0 ? "correction" : "verdict", e);
}

static enum rc
write_on_ground(struct ledger *l, const struct session *who, const struct decision_request *r,
	struct ground *g, const struct sign_key *key, struct decision_receipt *out, struct err *e)
{
	struct signing sg;
	char object[24];
	struct event event = { .action = "decision", .kind = "series", .object = object };
	struct signer author = session_signer(who, g->role);
	enum rc rc = settle(l, who, r, g, &sg, e);

	if (rc != RC_OK)
		return rc;
	author.key = key;
	snprintf(object, sizeof(object), "%lld", (long long)r->series);
	event.data = decision_json(r, g, &sg);
	rc = event_append(l, &author, &event, &sg.event, e);
	if (rc == RC_OK)
		rc = decision_run(l, who, r, g, &sg, e);
	if (rc == RC_OK)
		rc = outbox_add(l, r->series, sg.number, e);
	if (rc != RC_OK)
		return rc;
	out->number = sg.number;
	out->at = sg.event.at;
	str_copy(out->hash, sizeof(out->hash), sg.event.hash);
	str_copy(out->state, sizeof(out->state), sg.state);
	return RC_OK;
}

static enum rc
write_decision(struct ledger *l, const struct session *who, const struct decision_request *r,
	const struct sign_key *key, struct decision_receipt *out, struct err *e)
{
	struct ground g = { 0 };
	enum rc rc = read_ground(l, who, r, &g, e);

	if (rc == RC_OK)
		rc = write_on_ground(l, who, r, &g, key, out, e);
	viewing_release(&g.viewing);
	return rc;
}

/* ---- signing ---- */

/* The slow part, Argon2id, comes before the write lock is taken. */
static enum rc
unlock(struct ledger *l, const struct session *who, const struct decision_request *r,
	struct sign_key *key, struct err *e)
{
	char object[24];
	struct session_act act = { .kind = "series", .object = object, .step = r->step };

	snprintf(object, sizeof(object), "%lld", (long long)r->series);
	return session_unlock(l, who, &act, r->password, key, e);
}

static enum rc
sign_with(struct ledger *l, const struct session *who, const struct decision_request *r,
	const struct sign_key *key, struct decision_receipt *out, struct err *e)
{
	struct decision_request clean = *r;
	char note[DECISION_NOTE + 1];
	enum rc rc = ledger_begin(l, e);

	if (rc != RC_OK)
		return rc;
	/* cleaned once: the event and the table must say the same */
	str_copy(note, sizeof(note), r->note);
	str_clean(note);
	clean.note = note;
	return ledger_end(l, write_decision(l, who, &clean, key, out, e), e);
}

enum rc
decision_sign(struct ledger *l, const struct session *who, const struct decision_request *r,
	struct decision_receipt *out, struct err *e)
{
	struct sign_key key = { 0 };
	enum rc rc = check_request(r, e);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = unlock(l, who, r, &key, e);
	if (rc != RC_OK)
		return rc;
	rc = sign_with(l, who, r, &key, out, e);
	key_free(&key);
	return rc;
}

enum rc
decision_sign_batch(struct ledger *l, const struct session *who, const struct decision_request *rs,
	size_t n, struct decision_receipt *outs, struct err *errs, struct err *e)
{
	struct sign_key key = { 0 };
	size_t done = 0;
	enum rc rc;

	memset(outs, 0, n * sizeof(*outs));
	memset(errs, 0, n * sizeof(*errs));
	if (n == 0 || n > DECISION_BATCH)
		return err_set(e, RC_LIMIT, "one signing covers 1 to %d records", DECISION_BATCH);
	rc = unlock(l, who, &rs[0], &key, e);
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < n; i++) {
		rc = check_request(&rs[i], &errs[i]);
		if (rc == RC_OK)
			rc = sign_with(l, who, &rs[i], &key, &outs[i], &errs[i]);
		errs[i].rc = rc;
		done += rc == RC_OK;
	}
	key_free(&key);
	return done == n ? RC_OK : err_set(e, RC_CONFLICT, "%zu of %zu were signed", done, n);
}

/* ---- putting off ---- */

static enum rc
put_off(struct ledger *l, const struct session *who, const struct decision_request *r, struct err *e)
{
	char object[24];
	struct event ev = { .action = "review-later", .kind = "series", .object = object };
	struct ground g = { 0 };
	struct signer author;
	struct stmt *s;
	enum rc rc = find_reading(l, who, r, &g, e);

	if (rc == RC_OK)
		rc = find_role(l, who, r, &g, e);
	if (rc != RC_OK)
		return rc;
	author = session_signer(who, g.role);
	snprintf(object, sizeof(object), "%lld", (long long)r->series);
	ev.data = json_pack("{s:s}", "step", r->step);
	rc = event_append(l, &author, &ev, NULL, e);
	if (rc != RC_OK)
		return rc;
	s = db_query(ledger_db(l), "UPDATE task SET later = 1 WHERE id = $1");
	stmt_int(s, 1, g.task);
	return stmt_run(s, e);
}

enum rc
decision_later(struct ledger *l, const struct session *who, int64_t series, const char *step,
	struct err *e)
{
	struct decision_request r = { .series = series, .step = step };
	enum rc rc = session_alive(l, who, e);

	if (rc == RC_OK)
		rc = ledger_begin(l, e);
	return rc == RC_OK ? ledger_end(l, put_off(l, who, &r, e), e) : rc;
}
