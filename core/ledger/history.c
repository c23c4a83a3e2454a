/* Reading the log. */
#include "core/ledger/history.h"

#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/rights.h"

/* A clock may be 2 s behind the event before, again and again; what bisection finds is widened by this and every
 * event's own time is looked at. */
enum { SLACK_US = 60000000 };

/* ---- the cheap look ---- */

/* The text of the last member of this name: names are sorted, so "time" and "user" stand behind all that somebody could
 * have put into data, and no unescaped quote can be inside a text. */
static bool
last_text(const char *body, size_t n, const char *name, char *to, size_t size)
{
	size_t length = strlen(name), from = n > 400 ? n - 400 : 0;

	for (size_t at = n > length ? n - length : 0; at > from; at--) {
		const char *v = body + at + length, *end;

		if (memcmp(body + at, name, length) != 0)
			continue;
		end = strchr(v, '"');
		if (end == NULL || (size_t)(end - v) >= size)
			return false;
		memcpy(to, v, (size_t)(end - v));
		to[end - v] = '\0';
		return true;
	}
	return false;
}

static void
time_of(const char *body, char to[CLOCK_TEXT])
{
	if (!last_text(body, strlen(body), "\"time\":\"", to, CLOCK_TEXT))
		to[0] = '\0';
}

/* "action" is the first member. */
static bool
action_is(const char *body, const char *action)
{
	size_t n = strlen(action);

	return strncmp(body, "{\"action\":\"", 11) == 0 && strncmp(body + 11, action, n) == 0 &&
		body[11 + n] == '"';
}

static bool
account_is(const char *body, const char *user)
{
	json_t *j;
	bool is;

	if (strstr(body, "\"kind\":\"account\"") == NULL || strstr(body, user) == NULL)
		return false;
	j = json_loads(body, 0, NULL);
	is = json_is_string(json_object_get(j, "kind")) &&
		strcmp(json_string_value(json_object_get(j, "kind")), "account") == 0 &&
		json_is_string(json_object_get(j, "object")) &&
		strcmp(json_string_value(json_object_get(j, "object")), user) == 0;
	json_decref(j);
	return is;
}

/* ---- what is asked, made ready ---- */

struct reading {
	const struct history_filter *f;
	char from[CLOCK_TEXT],
		to[CLOCK_TEXT]; /* "" open; compared as text, which sorts as time does */
	const char *own;        /* told only of this account; NULL: of everything */
	int64_t lo, hi;         /* numbers of events */
};

static bool
matches(const struct reading *r, const char *body)
{
	char text[CLOCK_TEXT > ACCOUNT_ID ? CLOCK_TEXT : ACCOUNT_ID];
	size_t n = strlen(body);

	if (r->f->action[0] != '\0' && !action_is(body, r->f->action))
		return false;
	if (r->f->user[0] != '\0' || r->own != NULL) {
		if (!last_text(body, n, "\"user\":\"", text, sizeof(text)))
			return false;
		if (r->f->user[0] != '\0' && strcmp(text, r->f->user) != 0)
			return false;
		if (r->own != NULL && strcmp(text, r->own) != 0 && !account_is(body, r->own))
			return false;
	}
	if (r->from[0] == '\0' && r->to[0] == '\0')
		return true;
	time_of(body, text);
	return strcmp(text, r->from) >= 0 && (r->to[0] == '\0' || strcmp(text, r->to) < 0);
}

/* The first number whose event is not before the time; head + 1 where there is none. */
static int64_t
first_at(struct ledger *l, int64_t head, int64_t time)
{
	int64_t lo = 1, hi = head + 1, mid;
	char limit[CLOCK_TEXT], at[CLOCK_TEXT];

	clock_format(time > 0 ? time : 0, limit);
	while (lo < hi) {
		struct stmt *s = db_query(ledger_db(l),
			"SELECT body FROM event WHERE seq >= $1 ORDER BY seq LIMIT 1");

		mid = lo + (hi - lo) / 2;
		stmt_int(s, 1, mid);
		at[0] = '\0';
		if (stmt_step(s, NULL) == RC_OK)
			time_of(stmt_get_text(s, 0), at);
		stmt_done(s);
		if (strcmp(at, limit) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static enum rc
prepare(struct ledger *l, const struct session *who, const struct history_query *q,
	struct reading *r, struct err *e)
{
	const struct history_filter *f = &q->filter;
	char hash[DIGEST_HEX];
	int64_t head;
	enum rc rc = who != NULL ? session_alive(l, who, e) : RC_OK;

	memset(r, 0, sizeof(*r));
	r->f = f;
	if (rc == RC_OK && who != NULL && !rights_log(l, who->user))
		r->own = who->user;
	if (rc == RC_OK)
		rc = event_head(l, &head, hash, e);
	if (rc != RC_OK)
		return rc;
	if (f->from != 0)
		clock_format(f->from, r->from);
	if (f->to != 0)
		clock_format(f->to, r->to);
	r->lo = f->from != 0 ? first_at(l, head, f->from - SLACK_US) : 1;
	r->hi = f->to != 0 ? first_at(l, head, f->to + SLACK_US) - 1 : head;
	if (q->last != 0 && q->last < r->hi)
		r->hi = q->last;
	if (q->beyond != 0 && q->newest_first && q->beyond <= r->hi)
		r->hi = q->beyond - 1;
	if (q->beyond != 0 && !q->newest_first && q->beyond >= r->lo)
		r->lo = q->beyond + 1;
	return RC_OK;
}

static struct stmt *
open_query(struct ledger *l, const struct reading *r, bool newest_first)
{
	bool object = r->f->kind[0] != '\0';
	struct stmt *s;

	if (object && newest_first)
		s = db_query(ledger_db(l),
			"SELECT e.seq, e.body, e.prev, e.hash, e.kid, e.sig FROM event_object o"
			" JOIN event e ON e.seq = o.seq WHERE o.seq >= $1 AND o.seq <= $2"
			" AND o.kind = $3 AND o.object = $4 ORDER BY o.seq DESC");
	else if (object)
		s = db_query(ledger_db(l),
			"SELECT e.seq, e.body, e.prev, e.hash, e.kid, e.sig FROM event_object o"
			" JOIN event e ON e.seq = o.seq WHERE o.seq >= $1 AND o.seq <= $2"
			" AND o.kind = $3 AND o.object = $4 ORDER BY o.seq");
	else if (newest_first)
		s = db_query(ledger_db(l),
			"SELECT seq, body, prev, hash, kid, sig FROM event"
			" WHERE seq >= $1 AND seq <= $2 ORDER BY seq DESC");
	else
		s = db_query(ledger_db(l),
			"SELECT seq, body, prev, hash, kid, sig FROM event"
			" WHERE seq >= $1 AND seq <= $2 ORDER BY seq");
	stmt_int(s, 1, r->lo);
	stmt_int(s, 2, r->hi);
	if (object) {
		stmt_text(s, 3, r->f->kind);
		stmt_text(s, 4, r->f->object);
	}
	return s;
}

static struct history_event
event_of(struct stmt *s)
{
	return (struct history_event){ .seq = stmt_get_int(s, 0),
		.body = stmt_get_text(s, 1),
		.prev = stmt_get_text(s, 2),
		.hash = stmt_get_text(s, 3),
		.kid = stmt_get_text(s, 4),
		.sig = stmt_get_text(s, 5) };
}

enum rc
history_read(struct ledger *l, const struct session *who, const struct history_query *q,
	history_fn each, void *ctx, struct history_page *page, struct err *e)
{
	struct history_page p = { .beyond = q->beyond };
	int64_t left_out = 0;
	struct reading r;
	struct stmt *s;
	bool go_on = true;
	enum rc rc = prepare(l, who, q, &r, e);

	if (rc != RC_OK)
		return rc;
	s = open_query(l, &r, q->newest_first);
	while (go_on && (rc = stmt_step(s, e)) == RC_OK) {
		struct history_event ev = event_of(s);

		p.beyond = ev.seq;
		p.looked++;
		if (matches(&r, ev.body) && left_out++ >= q->offset) {
			p.told++;
			go_on = each(ctx, &ev);
		}
		go_on = go_on && (q->limit == 0 || p.told < q->limit) &&
			(q->look_most == 0 || p.looked < q->look_most);
	}
	stmt_done(s);
	p.end = rc == RC_NOT_FOUND;
	if (page != NULL)
		*page = p;
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
history_one(struct ledger *l, const struct session *who, int64_t seq, history_fn each, void *ctx,
	struct err *e)
{
	struct history_query q = { .beyond = seq - 1, .last = seq };
	struct history_page p = { 0 };
	enum rc rc = RC_OK;

	if (seq > 0)
		rc = history_read(l, who, &q, each, ctx, &p, e);
	return rc == RC_OK && p.told == 0
		? err_set(e, RC_NOT_FOUND, "there is no event %lld for you", (long long)seq)
		: rc;
}

struct plain {
	void (*each)(void *ctx, int64_t seq, const char *body, const char *hash);
	void *ctx;
};

static bool
each_plain(void *ctx, const struct history_event *ev)
{
	struct plain *p = ctx;

	p->each(p->ctx, ev->seq, ev->body, ev->hash);
	return true;
}

enum rc
history_each(struct ledger *l, const char *kind, const char *object,
	void (*each)(void *ctx, int64_t seq, const char *body, const char *hash), void *ctx,
	struct err *e)
{
	struct plain p = { .each = each, .ctx = ctx };
	struct history_query q = { 0 };

	if (kind != NULL) {
		str_copy(q.filter.kind, sizeof(q.filter.kind), kind);
		str_copy(q.filter.object, sizeof(q.filter.object), object);
	}
	return history_read(l, NULL, &q, each_plain, &p, NULL, e);
}

enum rc
history_told(struct ledger *l, const struct session *who, const char *source, const char *action,
	json_t *data, struct err *e)
{
	struct signer by = who != NULL ? session_signer(who, "") : *ledger_system(l);
	struct event ev = {
		.action = action, .kind = "archive", .object = ledger_id(l), .data = data
	};
	enum rc rc = ledger_begin(l, e);

	if (who == NULL && source != NULL)
		by.source = source;
	if (rc != RC_OK) {
		json_decref(data);
		return rc;
	}
	return ledger_end(l, event_append(l, &by, &ev, NULL, e), e);
}
