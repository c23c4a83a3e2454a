/* Sealed keys in their rows: which event vouches for one, which passwords were used, how old the present one is. */
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/ledger/account_in.h"
#include "core/ledger/password.h"
#include "core/ledger/setting.h"

enum { PASSWORDS_KEPT = 5 }; /* */
#define DAY_US INT64_C(86400000000)

static void
digest_tagged(const char *tag, struct buf *text, char hex[DIGEST_HEX])
{
	struct digest d;

	digest_begin(&d);
	digest_add(&d, tag, strlen(tag) + 1);
	digest_add(&d, text->data, text->len);
	digest_end(&d, hex);
	buf_release(text);
}

static void
seal_digest(const char *user, const struct sealed_key *k, char hex[DIGEST_HEX])
{
	struct buf b = { 0 };

	buf_format(&b, "%s\n%s\n%s\n%s\n%s\n%lld\n%lld\n", user, k->public_key, k->sealed, k->nonce,
		k->salt, (long long)k->ops, (long long)k->mem);
	digest_tagged("SEAL-v1", &b, hex);
}

static void
used_digest(const char *user, const struct sealed_key *k, char hex[DIGEST_HEX])
{
	struct buf b = { 0 };

	buf_format(&b, "%s\n%s\n%lld\n%lld\n%s\n", user, k->salt, (long long)k->ops,
		(long long)k->mem, k->proof);
	digest_tagged("USED-v1", &b, hex);
}

void
seal_json(json_t *data, const char *user, const struct sealed_key *k)
{
	char hex[DIGEST_HEX];

	json_object_set_new(data, "public_key", json_string(k->public_key));
	seal_digest(user, k, hex);
	json_object_set_new(data, "seal", json_string(hex));
	used_digest(user, k, hex);
	json_object_set_new(data, "used", json_string(hex));
}

static const char *
text(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s != NULL ? s : "";
}

/* An event that sets a password. */
static bool
is_seal_event(const json_t *body, const char *user)
{
	static const char *const actions[] = { "account-enrolled", "account-reset",
		"password-changed" };

	if (strcmp(text(body, "object"), user) != 0)
		return false;
	for (size_t i = 0; i < MEM_COUNT(actions); i++)
		if (strcmp(text(body, "action"), actions[i]) == 0)
			return true;
	return false;
}

static bool
vouches(const json_t *body, const char *user, const struct sealed_key *k)
{
	const json_t *data = json_object_get(body, "data");
	const char *told = text(data, "seal");
	char hex[DIGEST_HEX];

	seal_digest(user, k, hex);
	/* enrolments before version 3 of the tables tell no seal */
	return strcmp(text(data, "public_key"), k->public_key) == 0 &&
		(*told == '\0' || strcmp(told, hex) == 0);
}

/* Somebody with access to the file could copy his own key row into a colleague's, or put back one whose password he
 * knows.  The last event that set a password names key and seal: the row must agree with it. */
bool
seal_vouched(struct ledger *l, const char *user, const struct stored *a)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT e.body FROM event_object o JOIN event e ON e.seq = o.seq WHERE o.kind = "
		"'account'"
		" AND o.object = $1 AND o.seq >= $2 ORDER BY o.seq");
	bool ok = false;

	stmt_text(s, 1, user);
	stmt_int(s, 2, a->seal_event);
	while (stmt_step(s, NULL) == RC_OK) {
		json_t *b = json_loads(stmt_get_text(s, 0), JSON_REJECT_DUPLICATES, NULL);

		if (is_seal_event(b, user))
			ok = vouches(b, user, &a->key);
		json_decref(b);
	}
	stmt_done(s);
	return ok;
}

enum rc
seal_insert_used(
	struct ledger *l, const char *user, const struct sealed_key *k, int64_t seq, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"INSERT INTO password_used (event, account, salt, ops, mem, proof)"
		" VALUES ($1, $2, $3, $4, $5, $6)");

	stmt_int(s, 1, seq);
	stmt_text(s, 2, user);
	stmt_text(s, 3, k->salt);
	stmt_int(s, 4, k->ops);
	stmt_int(s, 5, k->mem);
	stmt_text(s, 6, k->proof);
	return stmt_run(s, e);
}

enum rc
seal_replace(struct ledger *l, const char *user, const struct sealed_key *k,
	const struct event_receipt *r, bool temporary, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"UPDATE account SET public_key = $1, sealed = $2, nonce = $3, salt = $4, ops = $5,"
		" mem = $6, seal_event = $7, password_at = $8, temporary = $9, failures = 0,"
		" locked_until = 0 WHERE id = $10");
	enum rc rc;

	stmt_text(s, 1, k->public_key);
	stmt_text(s, 2, k->sealed);
	stmt_text(s, 3, k->nonce);
	stmt_text(s, 4, k->salt);
	stmt_int(s, 5, k->ops);
	stmt_int(s, 6, k->mem);
	stmt_int(s, 7, r->seq);
	stmt_int(s, 8, r->at);
	stmt_int(s, 9, temporary);
	stmt_text(s, 10, user);
	rc = stmt_run(s, e);
	return rc == RC_OK ? seal_insert_used(l, user, k, r->seq, e) : rc;
}

static enum rc
check_proof(const struct key_stretch *as, const char *proof, const char *password, struct err *e)
{
	char value[DIGEST_HEX];
	enum rc rc = key_stretch(as, password, value, e);

	if (rc == RC_OK && strcmp(value, proof) == 0)
		rc = err_set(e, RC_INVALID, "this is one of the last %d passwords; take another",
			PASSWORDS_KEPT);
	key_wipe(value, sizeof(value));
	return rc;
}

enum rc
seal_check_unused(struct ledger *l, const char *user, const char *password, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT salt, ops, mem, proof FROM password_used WHERE account = $1"
		" ORDER BY event DESC LIMIT 5");
	struct sign_key key = { 0 };
	struct stored a;
	enum rc rc = RC_OK;

	stmt_text(s, 1, user);
	while (rc == RC_OK && stmt_step(s, NULL) == RC_OK) {
		struct key_stretch as = { .salt = stmt_get_text(s, 0),
			.ops = stmt_get_int(s, 1),
			.mem = stmt_get_int(s, 2),
			.tag = KEY_PROOF_TAG };

		rc = check_proof(&as, stmt_get_text(s, 3), password, e);
	}
	stmt_done(s);
	/* a password from before version 3 has no row: it opens the key */
	if (rc == RC_OK && account_read(l, user, &a) &&
		key_open(&a.key, user, password, &key, NULL) == RC_OK)
		rc = err_set(e, RC_INVALID, "this is the present password; take another");
	key_free(&key);
	return rc;
}

bool
account_password_due(struct ledger *l, const struct stored *a)
{
	int64_t days = setting_number(l, SETTING_PASSWORD_DAYS);

	return a->temporary || (days > 0 && ledger_now(l) - a->password_at > days * DAY_US);
}

/* ---- the user's own new password ---- */

static enum rc
write_password(struct ledger *l, const struct account_passwords *p, const struct attempt_at *at,
	const struct sign_key *key, struct err *e)
{
	struct signer who = { .key = key,
		.user = p->user,
		.name = at->stored.name,
		.role = "",
		.session = "",
		.source = p->source };
	struct event ev = { .action = "password-changed", .kind = "account", .object = p->user };
	struct event_receipt r;
	struct sealed_key sealed;
	enum rc rc = key_seal(key, p->user, p->fresh, &sealed, e);

	if (rc == RC_OK)
		rc = ledger_begin(l, e);
	if (rc != RC_OK)
		return rc;
	ev.data = json_object();
	seal_json(ev.data, p->user, &sealed);
	rc = event_append(l, &who, &ev, &r, e);
	if (rc == RC_OK)
		rc = seal_replace(l, p->user, &sealed, &r, false, e);
	return ledger_end(l, rc, e);
}

enum rc
account_change_password(struct ledger *l, const struct account_passwords *p, struct err *e)
{
	struct event refused = { .action = "login-failed", .kind = "account" };
	struct attempt_at at = { .user = p->user, .password = p->old };
	struct sign_key key = { 0 };
	enum attempt how = account_attempt(l, &at, &key, e);
	enum rc rc;

	if (how != ATTEMPT_RIGHT) {
		refused.object = at.known ? p->user : "unknown";
		refused.data = account_attempt_data("source", p->source);
		return account_attempt_failed(l, &at, how, ledger_system(l), &refused, e);
	}
	rc = password_check(p->fresh, p->user, at.stored.name, e);
	if (rc == RC_OK)
		rc = seal_check_unused(l, p->user, p->fresh, e);
	if (rc == RC_OK)
		rc = write_password(l, p, &at, &key, e);
	key_free(&key);
	return rc;
}
