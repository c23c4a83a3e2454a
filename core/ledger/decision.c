/* Verdicts: signed, chained, never changed. */
#include "core/ledger/decision.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/reason.h"
#include "core/ledger/rights.h"
#include "core/ledger/viewing.h"
#include "core/ledger/worklist.h"

/* What is known about the series and step inside the transaction. */
struct ground {
	int64_t revision, task, supersedes;
	char state[16], manifest[DIGEST_HEX], series_uid[72];
	char role[RIGHTS_ROLE];
	struct viewing viewing;
};

struct signing {
	int64_t number, running;
	char previous[DIGEST_HEX]; /* hash of the signer's signature before this one */
	char when[CLOCK_TEXT];     /* local time with its offset (11.50) */
	const char *state;         /* of the series afterwards */
	struct event_receipt event;
};

/* Where a series may go from where it is (11.10(f)); the verdicts lead only along these. */
static const struct {
	const char *from, *to;
} moves[] = {
	{ "quarantined", "in-review" },
	{ "quarantined", "approved" },
	{ "quarantined", "query" },
	{ "quarantined", "rejected" },
	{ "in-review", "in-review" },
	{ "in-review", "approved" },
	{ "in-review", "query" },
	{ "in-review", "rejected" },
	{ "query", "query" },
	{ "query", "rejected" },
};

static bool
may_move(const char *from, const char *to)
{
	for (size_t i = 0; i < MEM_COUNT(moves); i++)
		if (strcmp(moves[i].from, from) == 0 && strcmp(moves[i].to, to) == 0)
			return true;
	return false;
}

static enum rc
check_request(const struct decision_request *r, struct err *e)
{
	bool fail = strcmp(r->verdict, "fail") == 0;

	if (!fail && strcmp(r->verdict, "pass") != 0)
		return err_set(e, RC_INVALID, "a verdict is pass or fail, not %.20s", r->verdict);
	if (fail && r->reason_count == 0)
		return err_set(e, RC_INVALID, "a fail needs at least one coded reason");
	if (!fail && r->reason_count > 0)
		return err_set(e, RC_INVALID, "a pass takes no reasons; put remarks into the note");
	if (strlen(r->note) > DECISION_NOTE)
		return err_set(e, RC_LIMIT, "the note is longer than %d bytes", DECISION_NOTE);
	if (!fail && r->mark_count > 0)
		return err_set(e, RC_INVALID, "a pass takes no marks: they show what must be blanked");
	for (size_t i = 0; i < r->reason_count; i++) {
		if (reason_find(r->reasons[i]) == NULL)
			return err_set(e, RC_INVALID, "there is no reason code %.20s", r->reasons[i]);
		for (size_t k = 0; k < i; k++)
			if (strcmp(r->reasons[i], r->reasons[k]) == 0)
				return err_set(e, RC_INVALID, "reason %.20s is given twice",
					r->reasons[i]);
	}
	return mark_check_all(r->marks, r->mark_count, e);
}

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
	return RC_OK;
}

static enum rc
already_decided(struct ledger *l, const struct decision_request *r, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT name, at, verdict FROM decision WHERE series = $1 AND step = $2"
		" ORDER BY id DESC LIMIT 1");
	char when[CLOCK_TEXT];

	stmt_int(s, 1, r->series);
	stmt_text(s, 2, r->step);
	if (stmt_step(s, NULL) != RC_OK)
		return err_set(e, RC_CONFLICT, "the series has no open step %.30s", r->step);
	clock_format(stmt_get_int(s, 1), when);
	err_set(e, RC_CONFLICT, "%s already signed %s %sed at %.19sZ", stmt_get_text(s, 0), r->step,
		stmt_get_text(s, 2), when);
	stmt_done(s);
	return RC_CONFLICT;
}

static enum rc
read_task(struct ledger *l, const struct decision_request *r, struct ground *g, struct err *e)
{
	struct stmt *s =
		db_query(ledger_db(l), "SELECT id, state FROM task WHERE series = $1 AND step = $2");
	bool open;

	stmt_int(s, 1, r->series);
	stmt_text(s, 2, r->step);
	if (stmt_step(s, NULL) != RC_OK)
		return err_set(e, RC_NOT_FOUND, "the series has no step %.30s", r->step);
	g->task = stmt_get_int(s, 0);
	open = strcmp(stmt_get_text(s, 1), "open") == 0;
	stmt_done(s);
	return open ? RC_OK : already_decided(l, r, e);
}

/* A verdict that was given before the images changed is named by the new one (11.10(e)). */
static void
read_supersedes(struct ledger *l, const struct decision_request *r, struct ground *g)
{
	struct stmt *s = db_query(
		ledger_db(l), "SELECT max(id) FROM decision WHERE series = $1 AND step = $2");

	stmt_int(s, 1, r->series);
	stmt_text(s, 2, r->step);
	g->supersedes = stmt_step(s, NULL) == RC_OK ? stmt_get_int(s, 0) : 0;
	stmt_done(s);
}

static enum rc
read_ground(struct ledger *l, const struct session *who, const struct decision_request *r,
	struct ground *g, struct err *e)
{
	enum rc rc = read_series(l, r, g, e);

	if (rc == RC_OK)
		rc = rights_step(l, who->user, r->step, r->series, g->role, e);
	if (rc == RC_OK)
		rc = read_task(l, r, g, e);
	if (rc != RC_OK)
		return rc;
	read_supersedes(l, r, g);
	rc = viewing_measure(l, who->user, r->series, r->step, &g->viewing, e);
	if (rc == RC_OK && strcmp(r->verdict, "pass") == 0)
		rc = viewing_allows_pass(&g->viewing, r->step, e);
	if (rc == RC_OK)
		rc = mark_check_series(
			l, r->series, g->viewing.slices, r->marks, r->mark_count, e);
	return rc;
}

static enum reason_action
worst_action(const struct decision_request *r)
{
	enum reason_action worst = REASON_FLAG;

	for (size_t i = 0; i < r->reason_count; i++) {
		const struct reason *reason = reason_find(r->reasons[i]);

		if (reason->action > worst)
			worst = reason->action;
	}
	return worst;
}

static int64_t
open_tasks(struct ledger *l, int64_t series)
{
	struct stmt *s = db_query(
		ledger_db(l), "SELECT count(*) FROM task WHERE series = $1 AND state = 'open'");
	int64_t n;

	stmt_int(s, 1, series);
	n = stmt_step(s, NULL) == RC_OK ? stmt_get_int(s, 0) : 0;
	stmt_done(s);
	return n;
}

/* A fail asks the site (query) or ends it (reject), the worst reason decides; passes approve once the
 * last open step passed and nothing was failed before. */
static const char *
next_state(struct ledger *l, const struct decision_request *r, const struct ground *g)
{
	if (strcmp(r->verdict, "fail") == 0)
		return worst_action(r) == REASON_REJECT ? "rejected" : "query";
	if (strcmp(g->state, "query") == 0)
		return "query";
	return open_tasks(l, r->series) > 1 ? "in-review" : "approved";
}

static enum rc
run_decision(struct ledger *l, const struct session *who, const struct decision_request *r,
	const struct ground *g, const struct signing *sg, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"INSERT INTO decision (id, series, step, verdict, note, account, name, role, at, "
		"revision,"
		" manifest, supersedes, event) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
		"$11, $12,"
		" $13)");

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
	return stmt_run(s, e);
}

static enum rc
run_reasons(struct ledger *l, const struct decision_request *r, int64_t number, struct err *e)
{
	static const char *const actions[] = { "flag", "query", "reject" };
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < r->reason_count; i++) {
		const struct reason *reason = reason_find(r->reasons[i]);
		struct stmt *s =
			db_query(ledger_db(l), "INSERT INTO decision_reason VALUES ($1, $2, $3, $4)");

		stmt_int(s, 1, number);
		stmt_text(s, 2, reason->code);
		stmt_text(s, 3, reason->scheme);
		stmt_text(s, 4, actions[reason->action]);
		rc = stmt_run(s, e);
	}
	return rc;
}

static enum rc
run_signature(
	struct ledger *l, const struct session *who, const struct signing *sg, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"INSERT INTO signature VALUES ($1, $1, $2, $3, 'review', $4, $5, $6, $7)");
	enum rc rc;

	stmt_int(s, 1, sg->number);
	stmt_text(s, 2, who->user);
	stmt_text(s, 3, who->name);
	stmt_text(s, 4, sg->when);
	stmt_int(s, 5, sg->running);
	stmt_int(s, 6, sg->event.seq);
	stmt_text(s, 7, sg->event.hash);
	rc = stmt_run(s, e);
	if (rc != RC_OK)
		return rc;
	s = db_query(ledger_db(l),
		"UPDATE account SET signatures = $1, last_signature = $2 WHERE id = $3");
	stmt_int(s, 1, sg->running);
	stmt_text(s, 2, sg->event.hash);
	stmt_text(s, 3, who->user);
	return stmt_run(s, e);
}

static enum rc
run_task(struct ledger *l, const struct decision_request *r, const struct ground *g,
	const char *state, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l), "UPDATE task SET state = 'done' WHERE id = $1");
	enum rc rc;

	stmt_int(s, 1, g->task);
	rc = stmt_run(s, e);
	if (rc != RC_OK)
		return rc;
	s = db_query(ledger_db(l), "UPDATE series SET state = $1 WHERE id = $2");
	stmt_text(s, 1, state);
	stmt_int(s, 2, r->series);
	rc = stmt_run(s, e);
	if (rc != RC_OK || strcmp(state, "rejected") != 0)
		return rc;
	s = db_query(ledger_db(l),
		"UPDATE task SET state = 'void' WHERE series = $1 AND state = 'open'");
	stmt_int(s, 1, r->series);
	return stmt_run(s, e);
}

static json_t *
reasons_json(const struct decision_request *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->reason_count; i++)
		json_array_append_new(list, json_string(r->reasons[i]));
	return list;
}

static void
read_signing(struct ledger *l, const struct session *who, struct signing *sg)
{
	struct stmt *s = db_query(
		ledger_db(l), "SELECT signatures, last_signature FROM account WHERE id = $1");

	memset(sg, 0, sizeof(*sg));
	stmt_text(s, 1, who->user);
	if (stmt_step(s, NULL) == RC_OK) {
		sg->running = stmt_get_int(s, 0);
		str_copy(sg->previous, sizeof(sg->previous), stmt_get_text(s, 1));
	}
	stmt_done(s);
	sg->running++;
	sg->number = ledger_next(l, "SELECT max(id) FROM decision");
	clock_format_local(ledger_now(l), sg->when);
}

/* Everything decided on is inside the bytes that the user's own key signs (11.70). */
static json_t *
decision_json(const struct decision_request *r, const struct ground *g, const struct signing *sg)
{
	char *seen = mem_string(r->seen != NULL ? r->seen : "");
	json_t *j;

	str_clean(seen);
	j = json_pack(
		"{s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:I, s:s, s:s, s:I, s:s, s:o, s:o}",
		"number", (json_int_t)sg->number, "running", (json_int_t)sg->running, "previous",
		sg->previous, "meaning", "review", "when", sg->when, "step", r->step, "verdict",
		r->verdict, "reasons", reasons_json(r), "reason_list", REASON_LIST_VERSION, "note",
		r->note, "series_uid", g->series_uid, "revision", (json_int_t)g->revision, "manifest",
		g->manifest, "seen", seen, "supersedes", (json_int_t)g->supersedes, "state",
		sg->state, "viewing", viewing_json(&g->viewing), "marks",
		mark_json(r->marks, r->mark_count));
	free(seen);
	return j;
}

/* The tables, which tell again what the event tells. */
static enum rc
run_all(struct ledger *l, const struct session *who, const struct decision_request *r,
	const struct ground *g, const struct signing *sg, struct err *e)
{
	enum rc rc = run_decision(l, who, r, g, sg, e);

	if (rc == RC_OK)
		rc = run_reasons(l, r, sg->number, e);
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
		rc = run_task(l, r, g, sg->state, e);
	if (rc == RC_OK)
		rc = viewing_tidy(l, r->series, e);
	return rc;
}

static enum rc
write_on_ground(struct ledger *l, const struct session *who, const struct decision_request *r,
	const struct ground *g, const struct sign_key *key, struct decision_receipt *out, struct err *e)
{
	struct signing sg;
	char object[24];
	struct event event = { .action = "decision", .kind = "series", .object = object };
	struct signer author = session_signer(who, g->role);
	enum rc rc;

	read_signing(l, who, &sg);
	sg.state = next_state(l, r, g);
	if (!may_move(g->state, sg.state))
		return err_set(
			e, RC_CONFLICT, "the series is %s; it cannot become %s", g->state, sg.state);
	author.key = key;
	snprintf(object, sizeof(object), "%lld", (long long)r->series);
	event.data = decision_json(r, g, &sg);
	rc = event_append(l, &author, &event, &sg.event, e);
	if (rc == RC_OK)
		rc = run_all(l, who, r, g, &sg, e);
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

static enum rc
sign_clean(struct ledger *l, const struct session *who, const struct decision_request *r,
	struct decision_receipt *out, struct err *e)
{
	struct sign_key key = { 0 };
	char object[24];
	struct session_act act = { .kind = "series", .object = object, .step = r->step };
	enum rc rc;

	snprintf(object, sizeof(object), "%lld", (long long)r->series);
	/* the slow part, Argon2id, comes before the write lock is taken */
	rc = session_unlock(l, who, &act, r->password, &key, e);
	if (rc != RC_OK)
		return rc;
	rc = ledger_begin(l, e);
	if (rc == RC_OK)
		rc = ledger_end(l, write_decision(l, who, r, &key, out, e), e);
	key_free(&key);
	return rc;
}

enum rc
decision_sign(struct ledger *l, const struct session *who, const struct decision_request *r,
	struct decision_receipt *out, struct err *e)
{
	struct decision_request clean = *r;
	char note[DECISION_NOTE + 1];
	enum rc rc = check_request(r, e);

	memset(out, 0, sizeof(*out));
	if (rc != RC_OK)
		return rc;
	/* cleaned once: the event and the table must say the same */
	str_copy(note, sizeof(note), r->note);
	str_clean(note);
	clean.note = note;
	return sign_clean(l, who, &clean, out, e);
}

enum rc
decision_later(struct ledger *l, const struct session *who, int64_t series, const char *step,
	struct err *e)
{
	char object[24];
	struct event ev = { .action = "review-later", .kind = "series", .object = object };
	struct signer author;
	char role[RIGHTS_ROLE];
	struct stmt *s;
	enum rc rc = session_alive(l, who, e);

	if (rc == RC_OK)
		rc = ledger_begin(l, e);
	if (rc != RC_OK)
		return rc;
	rc = rights_step(l, who->user, step, series, role, e);
	if (rc != RC_OK)
		return ledger_end(l, rc, e);
	author = session_signer(who, role);
	snprintf(object, sizeof(object), "%lld", (long long)series);
	ev.data = json_pack("{s:s}", "step", step);
	rc = event_append(l, &author, &ev, NULL, e);
	if (rc == RC_OK) {
		s = db_query(ledger_db(l),
			"UPDATE task SET later = 1 WHERE series = $1 AND step = $2"
			" AND state = 'open'");
		stmt_int(s, 1, series);
		stmt_text(s, 2, step);
		rc = stmt_run(s, e);
		if (rc == RC_OK && db_changes(ledger_db(l)) == 0)
			rc = err_set(e, RC_CONFLICT, "this step is no longer open");
	}
	return ledger_end(l, rc, e);
}
