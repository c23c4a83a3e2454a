/* Sessions: logging in and out, and the password of each signature. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/account_in.h"
#include "core/ledger/anchor.h"
#include "core/ledger/blind.h"
#include "core/ledger/lease.h"
#include "core/ledger/ledger_in.h"
#include "core/ledger/setting.h"

/* ---- attempts ---- */

bool
account_read(struct ledger *l, const char *user, struct stored *out)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT name, public_key, sealed, nonce, salt, ops, mem, state, seal_event, "
		"password_at,"
		" failed, signatures, failures, locked_until, temporary FROM account WHERE id = "
		"$1");
	bool found;

	memset(out, 0, sizeof(*out));
	stmt_text(s, 1, user);
	found = stmt_step(s, NULL) == RC_OK;
	if (found) {
		str_copy(out->name, sizeof(out->name), stmt_get_text(s, 0));
		str_copy(out->key.public_key, sizeof(out->key.public_key), stmt_get_text(s, 1));
		str_copy(out->key.sealed, sizeof(out->key.sealed), stmt_get_text(s, 2));
		str_copy(out->key.nonce, sizeof(out->key.nonce), stmt_get_text(s, 3));
		str_copy(out->key.salt, sizeof(out->key.salt), stmt_get_text(s, 4));
		out->key.ops = stmt_get_int(s, 5);
		out->key.mem = stmt_get_int(s, 6);
		str_copy(out->state, sizeof(out->state), stmt_get_text(s, 7));
		out->seal_event = stmt_get_int(s, 8);
		out->password_at = stmt_get_int(s, 9);
		out->failed = stmt_get_int(s, 10);
		out->signatures = stmt_get_int(s, 11);
		out->lock.failures = stmt_get_int(s, 12);
		out->lock.until = stmt_get_int(s, 13);
		out->temporary = stmt_get_int(s, 14) != 0;
	}
	stmt_done(s);
	return found;
}

static enum attempt
attempt_of(struct ledger *l, struct attempt_at *at, struct sign_key *out, struct err *e)
{
	struct stored *a = &at->stored;
	struct err why = { 0 };
	enum rc rc;

	if (!at->known) {
		/* the same work as for somebody's id, so that the time does not tell which ids exist */
		rc = lock_mark(l, at->user, at->mark, &a->lock, e);
		if (rc == RC_OK)
			rc = err_set(&why, RC_DENIED, "user or password is wrong");
	} else {
		rc = key_open(&a->key, at->user, at->password, out, &why);
	}
	if (lock_check(ledger_now(l), a->lock.until, e) != RC_OK)
		return ATTEMPT_LOCKED;
	if (rc != RC_OK)
		err_set(e, why.rc, "%s", why.text);
	if (rc != RC_OK)
		return rc == RC_DENIED ? ATTEMPT_WRONG : ATTEMPT_BROKEN;
	if (strcmp(a->state, "active") != 0) {
		err_set(e, RC_DENIED, "the account is disabled; ask an officer");
		return ATTEMPT_DISABLED;
	}
	if (seal_vouched(l, at->user, a))
		return ATTEMPT_RIGHT;
	err_set(e, RC_DENIED,
		"the account's key is not the one that was enrolled; tell an officer at once");
	return ATTEMPT_FALSE_KEY;
}

enum attempt
account_attempt(struct ledger *l, struct attempt_at *at, struct sign_key *out, struct err *e)
{
	enum attempt how;

	db_watch(ledger_db(l));
	at->known = account_read(l, at->user, &at->stored);
	how = attempt_of(l, at, out, e);
	if (db_broken(ledger_db(l), e) != RC_OK) /* an id that could not be read is not nobody's */
		how = ATTEMPT_BROKEN;
	if (how != ATTEMPT_RIGHT)
		key_free(out);
	return how;
}

static const char *const attempt_names[] = {
	[ATTEMPT_RIGHT] = "password-due", /* right, but to be replaced first */
	[ATTEMPT_WRONG] = "denied",
	[ATTEMPT_LOCKED] = "locked",
	[ATTEMPT_DISABLED] = "disabled",
	[ATTEMPT_FALSE_KEY] = "false-key",
	[ATTEMPT_BROKEN] = "failed",
};

json_t *
account_attempt_data(const char *name, const char *value)
{
	char *clean = mem_string(value != NULL ? value : "");
	json_t *data;

	str_clean(clean);
	data = json_pack("{s:s}", name, clean);
	free(clean);
	return data;
}

/* The event and the count; `until` is that of a lock that it makes. */
static enum rc
write_failed(struct ledger *l, const struct attempt_at *at, enum attempt how,
	const struct signer *author, struct event *ev, int64_t *until, struct err *e)
{
	const char *user = at->known ? at->user : NULL;
	bool tells = how == ATTEMPT_WRONG || how == ATTEMPT_LOCKED, counted = false;
	struct lock k = { 0 };
	enum rc rc;

	if (how == ATTEMPT_WRONG)
		lock_next(l, user, at->mark, &k, &counted);
	else if (how == ATTEMPT_LOCKED)
		lock_read(l, user, at->mark, &k);
	/* another process may have locked it since the key was tried */
	if (how == ATTEMPT_WRONG && !counted)
		how = ATTEMPT_LOCKED;
	json_object_set_new(ev->data, "reason", json_string(attempt_names[how]));
	if (tells && at->known)
		json_object_set_new(ev->data, "failures", json_integer(k.failures));
	*until = k.until;
	rc = event_append(l, author, ev, NULL, e);
	if (rc == RC_OK && tells)
		rc = lock_write(l, user, at->mark, &k, counted, e);
	return rc;
}

/* Where the event of it cannot be written, that is the answer, the same as to a right password: nobody guesses uncounted on
 * a disk that is full. */
enum rc
account_attempt_failed(struct ledger *l, const struct attempt_at *at, enum attempt how,
	const struct signer *author, struct event *ev, struct err *e)
{
	int64_t until = 0;
	struct err lock = { 0 }, unwritten = { 0 };
	enum rc rc = ledger_begin(l, &unwritten);

	if (rc != RC_OK)
		json_decref(ev->data);
	else
		rc = ledger_end(
			l, write_failed(l, at, how, author, ev, &until, &unwritten), &unwritten);
	if (rc != RC_OK) {
		err_clear(e);
		return err_set(e, rc, "%s", unwritten.text);
	}
	if (lock_check(ledger_now(l), until, &lock) != RC_OK && e != NULL)
		*e = lock;
	return e != NULL && e->rc != RC_OK ? e->rc : RC_DENIED;
}

enum rc
account_unlock(struct ledger *l, const char *user, const char *password, struct sign_key *out,
	struct err *e)
{
	struct attempt_at at = { .user = user, .password = password };
	struct err why = { 0 };

	if (account_attempt(l, &at, out, &why) == ATTEMPT_RIGHT)
		return RC_OK;
	return err_set(e, why.rc, "%s", why.text);
}

/* ---- login ---- */

static void
read_roles(struct ledger *l, struct session *out)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT role FROM account_role WHERE account = $1 GROUP BY role ORDER BY "
		"min(event), role");

	stmt_text(s, 1, out->user);
	out->role_count = 0;
	while (out->role_count < ACCOUNT_ROLES && stmt_step(s, NULL) == RC_OK)
		str_copy(out->roles[out->role_count++], sizeof(out->roles[0]), stmt_get_text(s, 0));
	stmt_done(s);
}

static void
read_facts(struct ledger *l, const struct stored *a, const char *user, struct login_facts *f)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT started, source FROM session WHERE account = $1 ORDER BY started DESC "
		"LIMIT 1");

	f->failures = a->failed;
	f->signatures = a->signatures;
	stmt_text(s, 1, user);
	if (stmt_step(s, NULL) == RC_OK) {
		f->last_login = stmt_get_int(s, 0);
		str_copy(f->last_source, sizeof(f->last_source), stmt_get_text(s, 1));
	}
	stmt_done(s);
	s = db_query(ledger_db(l),
		"SELECT d.at FROM signature g JOIN decision d ON d.id = g.decision WHERE g.account "
		"= $1"
		" ORDER BY g.number DESC LIMIT 1");
	stmt_text(s, 1, user);
	if (stmt_step(s, NULL) == RC_OK)
		f->last_signed = stmt_get_int(s, 0);
	stmt_done(s);
}

static void
minute(int64_t at, char to[CLOCK_TEXT])
{
	char full[CLOCK_TEXT];

	clock_format(at, full);
	snprintf(to, CLOCK_TEXT, "%.10s %.5s UTC", full, full + 11);
}

void
login_facts_text(const struct login_facts *f, char to[LOGIN_FACTS_TEXT])
{
	char login[CLOCK_TEXT], sign[CLOCK_TEXT];
	int n;

	minute(f->last_login, login);
	minute(f->last_signed, sign);
	if (f->last_login == 0)
		n = snprintf(to, LOGIN_FACTS_TEXT, "First login");
	else
		n = snprintf(
			to, LOGIN_FACTS_TEXT, "Last login %s from %.100s", login, f->last_source);
	n += snprintf(to + n, LOGIN_FACTS_TEXT - (size_t)n, ", %lld failed %s since",
		(long long)f->failures, f->failures == 1 ? "try" : "tries");
	if (f->signatures > 0)
		snprintf(to + n, LOGIN_FACTS_TEXT - (size_t)n, ", last signature no. %lld at %s",
			(long long)f->signatures, sign);
}

static enum rc
insert_session(struct ledger *l, const struct session *s, int64_t at, struct err *e)
{
	struct stmt *q =
		db_query(ledger_db(l), "INSERT INTO session VALUES ($1, $2, $3, $4, $5, 0, 0)");
	enum rc rc;

	stmt_text(q, 1, s->id);
	stmt_text(q, 2, s->user);
	stmt_text(q, 3, s->key.kid);
	stmt_text(q, 4, s->source);
	stmt_int(q, 5, at);
	rc = stmt_run(q, e);
	if (rc != RC_OK)
		return rc;
	q = db_query(ledger_db(l), "UPDATE account SET failed = 0 WHERE id = $1");
	stmt_text(q, 1, s->user);
	return stmt_run(q, e);
}

static enum rc
record_login(struct ledger *l, struct session *s, const struct sign_key *user_key, struct err *e)
{
	struct signer who = { .key = user_key,
		.user = s->user,
		.name = s->name,
		.role = "",
		.session = s->id,
		.source = s->source };
	struct event ev = { .action = "login", .kind = "session", .object = s->id };
	struct event_receipt r;
	enum rc rc = ledger_begin(l, e);

	if (rc != RC_OK)
		return rc;
	ev.data = json_pack("{s:s, s:s}", "session_key", s->key.kid, "clock",
		clock_sync(ledger_clock(l)));
	rc = event_append(l, &who, &ev, &r, e);
	if (rc == RC_OK)
		rc = insert_session(l, s, r.at, e);
	return ledger_end(l, rc, e);
}

static enum rc
begin_session(struct ledger *l, const struct attempt_at *at, const char *source,
	const struct sign_key *user_key, struct session *out, struct err *e)
{
	enum rc rc;

	str_copy(out->user, sizeof(out->user), at->user);
	str_copy(out->name, sizeof(out->name), at->stored.name);
	str_copy(out->source, sizeof(out->source), source);
	str_clean(out->source);
	key_random_hex(out->id, 16);
	read_roles(l, out);
	read_facts(l, &at->stored, at->user, &out->before);
	rc = key_new(&out->key, e);
	if (rc == RC_OK)
		rc = record_login(l, out, user_key, e);
	if (rc != RC_OK)
		key_free(&out->key);
	return rc;
}

enum rc
session_open(struct ledger *l, const char *user, const char *password, const char *source,
	struct session *out, struct err *e)
{
	struct event failed = { .action = "login-failed", .kind = "account" };
	struct attempt_at at = { .user = user, .password = password };
	struct sign_key key = { 0 };
	struct err why = { 0 };
	enum attempt how;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	how = account_attempt(l, &at, &key, &why);
	out->must_change = how == ATTEMPT_RIGHT && account_password_due(l, &at.stored);
	if (how == ATTEMPT_RIGHT && !out->must_change) {
		rc = begin_session(l, &at, source, &key, out, e);
		if (rc == RC_OK)
			blind_for(l, user);
		key_free(&key);
		return rc;
	}
	key_free(&key);
	if (out->must_change)
		err_set(&why, RC_DENIED, "the password must be replaced by a new one first");
	/* What was typed may be a password in the wrong field: only a known id goes into the record. */
	failed.object = at.known ? user : "unknown";
	failed.data = account_attempt_data("source", source);
	rc = account_attempt_failed(l, &at, how, ledger_system(l), &failed, &why);
	return err_set(e, rc, "%s", why.text);
}

/* ---- in a session ---- */

enum rc
session_in_time(struct ledger *l, int64_t started, struct err *e)
{
	int64_t hours = setting_number(l, SETTING_SESSION_HOURS);

	return clock_left_ms(ledger_now(l), started, hours * 3600) > 0
		? RC_OK
		: err_set(e, RC_DENIED, "the session has lasted %lld %s and is over; log in again",
			  (long long)hours, hours == 1 ? "hour" : "hours");
}

/* Whether it still stands, locked or not. */
enum rc
session_stands(struct ledger *l, const struct session *who, bool *locked, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT a.state, s.ended, s.started, s.public_key FROM session s JOIN account a ON"
		" a.id = s.account WHERE s.id = $1 AND s.account = $2");
	bool there, active = false, ended = true;
	enum rc rc;
	int64_t started = 0;

	*locked = false;

	stmt_text(s, 1, who->id);
	stmt_text(s, 2, who->user);
	rc = stmt_step(s, e);
	there = rc == RC_OK;
	if (there) {
		active = strcmp(stmt_get_text(s, 0), "active") == 0;
		ended = stmt_get_int(s, 1) != 0;
		started = stmt_get_int(s, 2);
		*locked = *stmt_get_text(s, 3) == '\0';
	}
	stmt_done(s);
	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	if (there && !active)
		return err_set(e, RC_DENIED, "the account is disabled; ask an officer");
	if (ended)
		return err_set(e, RC_DENIED, "this session was ended; log in again");
	return session_in_time(l, started, e);
}

enum rc
session_alive(struct ledger *l, const struct session *who, struct err *e)
{
	bool locked;
	enum rc rc = session_stands(l, who, &locked, e);

	return rc == RC_OK && locked ? err_set(e, RC_CONFLICT, "this session is locked") : rc;
}

enum rc
session_unlock(struct ledger *l, const struct session *s, const struct session_act *act,
	const char *password, struct sign_key *out, struct err *e)
{
	struct event refused = {
		.action = "signature-refused", .kind = act->kind, .object = act->object
	};
	struct attempt_at at = { .user = s->user, .password = password };
	struct signer author = session_signer(s, "");
	struct err why = { 0 };
	enum attempt how;
	enum rc rc = session_alive(l, s, e);

	/* officers must be able to set it right */
	if (rc == RC_OK && strcmp(act->kind, "series") == 0)
		rc = anchor_check(l, e);
	if (rc == RC_OK && strcmp(act->kind, "series") == 0)
		rc = event_clock_check(l, e);
	if (rc != RC_OK)
		return rc;
	how = account_attempt(l, &at, out, &why);
	if (how == ATTEMPT_RIGHT)
		return RC_OK;
	refused.data = account_attempt_data("step", act->step);
	rc = account_attempt_failed(l, &at, how, &author, &refused, &why);
	return err_set(e, rc, "%s", why.text);
}

/* The key that signs for it now, "" while it is locked.  An unlocking whose answer came too late changed it. */
static void
read_session_key(struct ledger *l, const struct session *s, char kid[KEY_PUBLIC_HEX])
{
	struct stmt *q = db_query(ledger_db(l), "SELECT public_key FROM session WHERE id = $1");

	stmt_text(q, 1, s->id);
	str_copy(kid, KEY_PUBLIC_HEX, stmt_step(q, NULL) == RC_OK ? stmt_get_text(q, 0) : "");
	stmt_done(q);
}

static enum rc
write_logout(struct ledger *l, struct session *s)
{
	struct event ev = { .action = "logout", .kind = "session", .object = s->id };
	struct signer who;
	struct event_receipt r;
	struct stmt *q;
	enum rc rc;

	read_session_key(l, s, s->key.kid);
	who = s->key.kid[0] != '\0' ? session_signer(s, "") : *ledger_system(l);
	rc = event_append(l, &who, &ev, &r, NULL);
	if (rc != RC_OK)
		return rc;
	q = db_query(ledger_db(l), "UPDATE session SET ended = $1 WHERE id = $2");
	stmt_int(q, 1, r.at);
	stmt_text(q, 2, s->id);
	rc = stmt_run(q, NULL);
	return rc == RC_OK ? lease_let_go(l, s->id, 0, NULL) : rc;
}

void
session_close(struct ledger *l, struct session *s)
{
	if (s->key.secret == NULL)
		return;
	if (ledger_begin(l, NULL) == RC_OK)
		ledger_end(l, write_logout(l, s), NULL);
	blind_for(l, "");
	ledger_anchor(l, NULL); /* at every logout */
	key_free(&s->key);
}

bool
session_has_role(const struct session *s, const char *role)
{
	for (size_t i = 0; i < s->role_count; i++)
		if (strcmp(s->roles[i], role) == 0)
			return true;
	return false;
}

struct signer
session_signer(const struct session *s, const char *role)
{
	return (struct signer){ .key = &s->key,
		.user = s->user,
		.name = s->name,
		.role = role,
		.session = s->id,
		.source = s->source };
}
