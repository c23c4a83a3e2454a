/* Queries: what may follow what, rows and events. */
#include "core/ledger/query.h"

#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/account_in.h"

enum { FOUND_MOST = 1000 };

const char *const query_types[] = { "failed-check", "query", "annotation", "reason-for-change",
	NULL };
const char *const query_states[] = { "new", "updated", "resolution-proposed", "closed",
	"not-applicable", NULL };

const char *
query_odm(enum query_state s)
{
	static const char *const odm[] = { "Open", "Open", "Answered", "Closed", "Cancelled" };

	return odm[s];
}

bool
query_is_open(enum query_state s)
{
	return s != QUERY_CLOSED && s != QUERY_NONE;
}

/* ---- what may follow what ---- */

enum asks { ANYBODY, ANSWERERS, SIDE };

static const struct {
	enum query_state from, to;
	enum asks who;
} moves[] = {
	{ QUERY_NEW, QUERY_UPDATED, ANYBODY }, { QUERY_NEW, QUERY_PROPOSED, ANSWERERS },
	{ QUERY_NEW, QUERY_CLOSED, SIDE }, { QUERY_NEW, QUERY_NONE, SIDE },
	{ QUERY_UPDATED, QUERY_UPDATED, ANYBODY }, { QUERY_UPDATED, QUERY_PROPOSED, ANSWERERS },
	{ QUERY_UPDATED, QUERY_CLOSED, SIDE }, { QUERY_UPDATED, QUERY_NONE, SIDE },
	{ QUERY_PROPOSED, QUERY_PROPOSED, ANSWERERS }, { QUERY_PROPOSED, QUERY_UPDATED, SIDE },
	{ QUERY_PROPOSED, QUERY_CLOSED, SIDE },
	{ QUERY_CLOSED, QUERY_UPDATED, SIDE }, /* asked again */
	{ QUERY_NONE, QUERY_NONE, ANYBODY },   /* more is noted */
};

static const char *const askers[] = { "coordinator", "reviewer", "radiologist", "expert", "manager",
	NULL };
static const char *const answerers[] = { "coordinator", "expert", NULL };

/* Whose turn it is after a step, where nobody says it. */
static const char *
turn(enum query_state s, const char *side)
{
	if (s == QUERY_PROPOSED)
		return side;
	return query_is_open(s) ? "coordinator" : "";
}

static bool
is_owner(const char *owner)
{
	if (strcmp(owner, "site") == 0)
		return true;
	for (size_t i = 0; askers[i] != NULL; i++)
		if (strcmp(owner, askers[i]) == 0)
			return true;
	return false;
}

static enum rc
check_move(struct ledger *l, const char *user, const struct query_row *q, enum query_state to,
	const struct case_of *c, char role[RIGHTS_ROLE], struct err *e)
{
	const char *side[] = { q->side, NULL };
	/* coordinators ask for checks; a manager answers for the data and may end those too */
	const char *check_side[] = { q->side, "manager", NULL };

	for (size_t i = 0; i < MEM_COUNT(moves); i++) {
		if (moves[i].from != q->state || moves[i].to != to)
			continue;
		if (moves[i].who == SIDE)
			return case_role(l, user, c, q->type == QUERY_CHECK ? check_side : side,
				to == QUERY_UPDATED ? "ask this again" : "close this query", role,
				e);
		return moves[i].who == ANSWERERS
			? case_role(l, user, c, answerers, "answer queries", role, e)
			: case_role(l, user, c, askers, "write to queries", role, e);
	}
	return err_set(e, RC_CONFLICT, "the query is %s; it cannot become %s",
		query_states[q->state], query_states[to]);
}

/* ---- lines ---- */

struct line {
	int64_t query;
	enum query_state state;
	const char *owner, *text;
};

static enum rc
insert_line(struct ledger *l, const struct signer *author, const struct line *n,
	const struct event_receipt *ev, struct err *e)
{
	struct stmt *s = db_query(
		ledger_db(l), "INSERT INTO query_line VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");

	stmt_int(s, 1, ev->seq);
	stmt_int(s, 2, n->query);
	stmt_text(s, 3, query_states[n->state]);
	stmt_text(s, 4, n->owner);
	stmt_text(s, 5, n->text);
	stmt_text(s, 6, author->user);
	stmt_text(s, 7, author->name);
	stmt_text(s, 8, author->role);
	stmt_int(s, 9, ev->at);
	return stmt_run(s, e);
}

static enum rc
insert_query(struct ledger *l, int64_t id, const struct query_new *q, const char *side,
	const struct case_of *c, const struct event_receipt *ev, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"INSERT INTO query VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
		"$14)");

	stmt_int(s, 1, id);
	stmt_int(s, 2, ev->seq);
	stmt_text(s, 3, q->at.kind);
	stmt_text(s, 4, q->at.object);
	stmt_text(s, 5, q->form != NULL ? q->form : "");
	stmt_text(s, 6, q->field != NULL ? q->field : "");
	stmt_text(s, 7, q->rule != NULL ? q->rule : "");
	stmt_text(s, 8, query_types[q->type]);
	stmt_text(s, 9, side);
	stmt_text(s, 10, c->trial);
	stmt_text(s, 11, c->site);
	stmt_text(s, 12, c->subject);
	stmt_text(s, 13, c->visit);
	stmt_int(s, 14, ev->at);
	return stmt_run(s, e);
}

static json_t *
query_json(
	const struct query_new *q, const char *side, const struct case_of *c, const struct line *n)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
		"kind", q->at.kind, "object", q->at.object, "form", q->form != NULL ? q->form : "",
		"field", q->field != NULL ? q->field : "", "rule", q->rule != NULL ? q->rule : "",
		"type", query_types[q->type], "side", side, "trial", c->trial, "site", c->site,
		"subject", c->subject, "visit", c->visit, "owner", n->owner, "text", n->text);
}

static enum rc
check_new(const struct query_new *q, struct err *e)
{
	size_t n = strlen(q->text);

	if (n == 0 || n >= QUERY_TEXT)
		return err_set(
			e, RC_INVALID, "a query has a text of at most %d bytes", QUERY_TEXT - 1);
	if (!account_clean(q->text) || (q->rule != NULL && !account_clean(q->rule)) ||
		(q->field != NULL && !account_clean(q->field)))
		return err_set(e, RC_INVALID, "the text has characters that cannot be kept");
	return RC_OK;
}

enum rc
query_write_new(struct ledger *l, const struct session *who, const char *role,
	const struct query_new *q, const struct case_of *c, int64_t *id, struct err *e)
{
	bool quiet = q->type == QUERY_ANNOTATION || q->type == QUERY_CHANGE;
	const char *side = q->side != NULL              ? q->side
		: who == NULL || q->type == QUERY_CHECK ? "coordinator"
							: role;
	struct line n = { .state = quiet ? QUERY_NONE : QUERY_NEW, .text = q->text };
	struct signer author = who != NULL ? session_signer(who, role) : *ledger_system(l);
	char object[24];
	struct event ev = { .action = "query-opened", .kind = "query", .object = object };
	struct event_receipt receipt;
	enum rc rc = check_new(q, e);

	if (rc != RC_OK)
		return rc;
	n.owner = turn(n.state, side);
	n.query = ledger_next(l, "SELECT max(id) FROM query");
	snprintf(object, sizeof(object), "%lld", (long long)n.query);
	ev.data = query_json(q, side, c, &n);
	rc = event_append(l, &author, &ev, &receipt, e);
	if (rc == RC_OK)
		rc = insert_query(l, n.query, q, side, c, &receipt, e);
	if (rc == RC_OK)
		rc = insert_line(l, &author, &n, &receipt, e);
	if (id != NULL)
		*id = n.query;
	return rc;
}

/* ---- by people ---- */

static enum rc
open_inside(struct ledger *l, const struct session *who, const struct query_new *q, int64_t *id,
	struct err *e)
{
	char role[RIGHTS_ROLE];
	struct case_of c;
	enum rc rc = case_find(l, &q->at, &c, e);

	if (rc == RC_OK)
		rc = case_role(l, who->user, &c, askers, "ask", role, e);
	return rc == RC_OK ? query_write_new(l, who, role, q, &c, id, e) : rc;
}

enum rc
query_open(struct ledger *l, const struct session *who, const struct query_new *q, int64_t *id,
	struct err *e)
{
	enum rc rc = session_alive(l, who, e);

	if (rc == RC_OK)
		rc = ledger_begin(l, e);
	return rc == RC_OK ? ledger_end(l, open_inside(l, who, q, id, e), e) : rc;
}

static enum rc
step_inside(struct ledger *l, const struct session *who, const struct query_step *st, struct err *e)
{
	char role[RIGHTS_ROLE], object[24];
	struct event ev = { .action = "query-step", .kind = "query", .object = object };
	struct line n = { st->id, st->state, st->owner, st->text };
	struct event_receipt receipt;
	struct signer author;
	struct query_row q;
	struct case_of c = { 0 };
	enum rc rc = query_read(l, st->id, &q, e);

	if (rc != RC_OK)
		return rc;
	str_copy(c.trial, sizeof(c.trial), q.trial);
	str_copy(c.site, sizeof(c.site), q.site);
	rc = check_move(l, who->user, &q, st->state, &c, role, e);
	if (rc != RC_OK)
		return rc;
	if (n.owner == NULL)
		n.owner = turn(st->state, q.side);
	snprintf(object, sizeof(object), "%lld", (long long)st->id);
	author = session_signer(who, role);
	ev.data = json_pack("{s:s, s:s, s:s, s:s}", "state", query_states[st->state], "before",
		query_states[q.state], "owner", n.owner, "text", st->text);
	rc = event_append(l, &author, &ev, &receipt, e);
	return rc == RC_OK ? insert_line(l, &author, &n, &receipt, e) : rc;
}

enum rc
query_step(struct ledger *l, const struct session *who, const struct query_step *s, struct err *e)
{
	enum rc rc = session_alive(l, who, e);

	if (rc == RC_OK && s->owner != NULL && !is_owner(s->owner))
		rc = err_set(e, RC_INVALID, "a query is for site, or a role, not %.20s", s->owner);
	if (rc == RC_OK && (s->text == NULL || s->text[0] == '\0' || strlen(s->text) >= QUERY_TEXT))
		rc = err_set(e, RC_INVALID, "a step of a query has a text of at most %d bytes",
			QUERY_TEXT - 1);
	if (rc == RC_OK && !account_clean(s->text))
		rc = err_set(e, RC_INVALID, "the text has characters that cannot be kept");
	if (rc == RC_OK)
		rc = ledger_begin(l, e);
	return rc == RC_OK ? ledger_end(l, step_inside(l, who, s, e), e) : rc;
}

/* ---- what they hold up ---- */

/* The checks that refuse are named so; those about one series end with its name. */
static const char refuses[] =
	"SELECT q.id FROM query q WHERE q.kind = 'visit' AND q.object = $1 AND q.type = "
	"'failed-check'"
	" AND q.rule LIKE 'out-of-%-hard %' AND (q.rule LIKE '% ' || $2 OR q.rule NOT LIKE '% S-%')"
	" AND (SELECT n.state FROM query_line n WHERE n.query = q.id ORDER BY n.event DESC LIMIT 1)"
	" NOT IN ('closed', 'not-applicable') ORDER BY q.id LIMIT 1";

enum rc
query_allows_approval(struct ledger *l, int64_t series, struct err *e)
{
	char object[24], name[24], key[CASE_KEY];
	struct case_at at = { "series", object };
	struct case_of c;
	struct stmt *s;
	int64_t id = 0;
	enum rc rc;

	snprintf(object, sizeof(object), "%lld", (long long)series);
	snprintf(name, sizeof(name), "S-%04lld", (long long)series);
	rc = case_find(l, &at, &c, e);
	if (rc != RC_OK)
		return rc;
	case_visit(key, c.trial, c.subject, c.visit);
	s = db_query(ledger_db(l), refuses);
	stmt_text(s, 1, key);
	stmt_text(s, 2, name);
	if (stmt_step(s, NULL) == RC_OK)
		id = stmt_get_int(s, 0);
	stmt_done(s);
	return id == 0 ? RC_OK
		       : err_set(e, RC_CONFLICT,
				 "query %lld says why this is refused: nothing of it is approved "
				 "until that is closed",
				 (long long)id);
}

/* ---- by the program ---- */

bool
query_is_asked(struct ledger *l, const struct query_new *q)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT 1 FROM query WHERE kind = $1 AND object = $2 AND form = $3 AND field = $4 "
		"AND"
		" rule = $5");
	bool there;

	stmt_text(s, 1, q->at.kind);
	stmt_text(s, 2, q->at.object);
	stmt_text(s, 3, q->form != NULL ? q->form : "");
	stmt_text(s, 4, q->field != NULL ? q->field : "");
	stmt_text(s, 5, q->rule != NULL ? q->rule : "");
	there = stmt_step(s, NULL) == RC_OK;
	stmt_done(s);
	return there;
}

static enum rc
found_inside(struct ledger *l, const struct query_new *list, size_t n, int64_t *fresh, struct err *e)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		struct case_of c;

		if (query_is_asked(l, &list[i]))
			continue;
		rc = case_find(l, &list[i].at, &c, e);
		if (rc == RC_OK)
			rc = query_write_new(l, NULL, "", &list[i], &c, NULL, e);
		*fresh += rc == RC_OK;
	}
	return rc;
}

enum rc
query_open_found(
	struct ledger *l, const struct query_new *list, size_t n, int64_t *fresh, struct err *e)
{
	enum rc rc;

	*fresh = 0;
	if (n > FOUND_MOST)
		return err_set(e, RC_LIMIT, "at most %d queries at once", FOUND_MOST);
	rc = ledger_begin(l, e);
	if (rc == RC_OK)
		rc = ledger_end(l, found_inside(l, list, n, fresh, e), e);
	if (rc != RC_OK)
		*fresh = 0;
	return rc;
}
