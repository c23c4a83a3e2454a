/* Sessions that are locked while their user is away. */
#include <string.h>

#include "core/ledger/account_in.h"
#include "core/ledger/lease.h"

/* The key that signs for the session from now on, "" none; and no signature was made since (11.200(a)(1)(ii)). */
static enum rc
set_key(struct ledger *l, const struct session *s, const char *from, const char *to, struct err *e)
{
	struct stmt *q = db_query(ledger_db(l),
		"UPDATE session SET public_key = $1, signed = 0 WHERE id = $2 AND public_key = $3");
	enum rc rc;

	stmt_text(q, 1, to);
	stmt_text(q, 2, s->id);
	stmt_text(q, 3, from);
	rc = stmt_run(q, e);
	if (rc == RC_OK && db_changes(ledger_db(l)) == 0)
		rc = err_set(
			e, RC_CONFLICT, "the session is not %s", *from != '\0' ? "open" : "locked");
	return rc;
}

static enum rc
lock(struct ledger *l, const struct session *s, const char *why, struct err *e)
{
	struct event ev = { .action = "session-locked", .kind = "session", .object = s->id };
	struct signer who = session_signer(s, "");
	enum rc rc;

	ev.data = json_pack("{s:s}", "why", why);
	rc = event_append(l, &who, &ev, NULL, e);
	if (rc == RC_OK)
		rc = set_key(l, s, s->key.kid, "", e);
	return rc == RC_OK ? lease_let_go(l, s->id, 0, e) : rc;
}

enum rc
session_lock(struct ledger *l, struct session *s, const char *why, struct err *e)
{
	enum rc rc = ledger_begin(l, e);

	if (rc == RC_OK)
		rc = ledger_end(l, lock(l, s, why, e), e);
	key_clear(&s->key);
	return rc;
}

static enum rc
resume(struct ledger *l, const struct session *s, const struct sign_key *user_key,
	const struct sign_key *fresh, struct err *e)
{
	struct event ev = { .action = "session-unlocked", .kind = "session", .object = s->id };
	struct signer who = session_signer(s, "");
	enum rc rc;

	who.key = user_key;
	ev.data = json_pack("{s:s}", "session_key", fresh->kid);
	rc = event_append(l, &who, &ev, NULL, e);
	return rc == RC_OK ? set_key(l, s, "", fresh->kid, e) : rc;
}

static enum rc
renew(struct ledger *l, struct session *s, const struct sign_key *user_key, struct err *e)
{
	struct sign_key fresh = { 0 };
	enum rc rc = key_new(&fresh, e);

	if (rc == RC_OK)
		rc = ledger_begin(l, e);
	if (rc == RC_OK)
		rc = ledger_end(l, resume(l, s, user_key, &fresh, e), e);
	if (rc == RC_OK)
		key_renew(&s->key, &fresh);
	key_free(&fresh);
	return rc;
}

enum rc
session_resume(struct ledger *l, struct session *s, const char *password, struct err *e)
{
	struct event failed = { .action = "login-failed", .kind = "account", .object = s->user };
	struct attempt_at at = { .user = s->user, .password = password };
	struct sign_key key = { 0 };
	struct err why = { 0 };
	enum attempt how;
	bool locked;
	enum rc rc = session_stands(l, s, &locked, e);

	if (rc != RC_OK)
		return rc;
	how = account_attempt(l, &at, &key, &why);
	if (how == ATTEMPT_RIGHT) {
		rc = renew(l, s, &key, e);
		key_free(&key);
		return rc;
	}
	failed.data = account_attempt_data("source", s->source);
	json_object_set_new(failed.data, "session", json_string(s->id));
	rc = account_attempt_failed(l, &at, how, ledger_system(l), &failed, &why);
	return err_set(e, rc, "%s", why.text);
}
