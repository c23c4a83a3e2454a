/* Accounts, their roles and sessions. */
#include "core/ledger/account.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/password.h"

const char *const account_role_names[] = { "reviewer", "radiologist", "coordinator", "expert",
	"manager", "officer", "auditor", "admin", NULL };

bool
account_role_known(const char *role)
{
	for (int i = 0; account_role_names[i] != NULL; i++)
		if (strcmp(account_role_names[i], role) == 0)
			return true;
	return false;
}

/* Text that goes into a signed body as it is: the table must say the same. */
static bool
is_clean(const char *text)
{
	char *copy = mem_string(text);
	bool same;

	str_clean(copy);
	same = strcmp(copy, text) == 0;
	free(copy);
	return same;
}

enum rc
account_check(const char *user, const char *name, const char *password, struct err *e)
{
	size_t n = strspn(user, "abcdefghijklmnopqrstuvwxyz0123456789._-");

	if (n == 0 || n >= ACCOUNT_ID || user[n] != '\0' || !islower((unsigned char)user[0]) ||
		strcmp(user, "system") == 0)
		return err_set(e,
			RC_INVALID, "a user id is 1 to 32 of a-z, 0-9, '.', '_' and '-', and starts with a letter");
	if (str_empty(name) || strlen(name) >= ACCOUNT_NAME)
		return err_set(e, RC_INVALID, "the printed name is missing or too long");
	if (!is_clean(name))
		return err_set(e, RC_INVALID, "the printed name holds characters that cannot be shown");
	return password_check(password, user, name, e);
}

static json_t *
roles_json(const struct account_enrolment *a)
{
	json_t *roles = json_array();

	for (int i = 0; i < ACCOUNT_ROLES && a->roles[i] != NULL; i++)
		json_array_append_new(roles, json_string(a->roles[i]));
	return roles;
}

static enum rc
insert_account(struct ledger *l, const struct account_enrolment *a, const struct sealed_key *k,
	const struct event_receipt *r, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"INSERT INTO account (id, name, public_key, sealed, nonce, salt, ops, mem, since, "
		"event,"
		" state, failures, signatures, last_signature)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'active', 0, 0, '')");

	stmt_text(s, 1, a->user);
	stmt_text(s, 2, a->name);
	stmt_text(s, 3, k->public_key);
	stmt_text(s, 4, k->sealed);
	stmt_text(s, 5, k->nonce);
	stmt_text(s, 6, k->salt);
	stmt_int(s, 7, k->ops);
	stmt_int(s, 8, k->mem);
	stmt_int(s, 9, r->at);
	stmt_int(s, 10, r->seq);
	return stmt_run(s, e);
}

static enum rc
insert_roles(struct ledger *l, const struct account_enrolment *a, int64_t seq, struct err *e)
{
	enum rc rc = RC_OK;

	for (int i = 0; rc == RC_OK && i < ACCOUNT_ROLES && a->roles[i] != NULL; i++) {
		struct stmt *s = db_query(
			ledger_db(l), "INSERT INTO account_role VALUES ($1, $2, '*', '*', $3)");

		if (!account_role_known(a->roles[i]))
			return err_set(e, RC_INVALID, "there is no role %s", a->roles[i]);
		stmt_text(s, 1, a->user);
		stmt_text(s, 2, a->roles[i]);
		stmt_int(s, 3, seq);
		rc = stmt_run(s, e);
	}
	return rc;
}

static enum rc
enrol_sealed(struct ledger *l, const struct signer *officer, const struct account_enrolment *a,
	const struct sealed_key *k, struct err *e)
{
	struct event ev = {
		.action = "account-enrolled",
		.kind = "account",
		.object = a->user,
		.data = json_pack("{s:s, s:s, s:o, s:s}", "name", a->name, "public_key",
			k->public_key, "roles", roles_json(a), "evidence", a->evidence),
	};
	struct event_receipt r;
	enum rc rc = event_append(l, officer, &ev, &r, e);

	if (rc == RC_OK)
		rc = insert_account(l, a, k, &r, e);
	if (rc == RC_OK)
		rc = insert_roles(l, a, r.seq, e);
	return rc;
}

enum rc
account_enrol(struct ledger *l, const struct signer *officer, const struct account_enrolment *a,
	struct err *e)
{
	struct stmt *s = db_query(ledger_db(l), "SELECT 1 FROM account WHERE id = $1");
	struct sign_key made = { 0 };
	const struct sign_key *key = a->key;
	struct sealed_key sealed;
	enum rc rc = account_check(a->user, a->name, a->password, e);
	bool used;

	if (rc == RC_OK && !is_clean(a->evidence))
		rc = err_set(e, RC_INVALID, "the evidence holds characters that cannot be shown");
	if (rc != RC_OK)
		return rc;
	stmt_text(s, 1, a->user);
	used = stmt_step(s, NULL) == RC_OK;
	stmt_done(s);
	if (used)
		return err_set(e, RC_CONFLICT,
			"the id %s is or was somebody's; ids are never reused", a->user);
	if (key == NULL) {
		rc = key_new(&made, e);
		key = &made;
	}
	if (rc == RC_OK)
		rc = key_seal(key, a->user, a->password, &sealed, e);
	key_free(&made);
	return rc == RC_OK ? enrol_sealed(l, officer, a, &sealed, e) : rc;
}

struct stored {
	struct sealed_key key;
	char name[ACCOUNT_NAME];
	char state[12];
	int64_t event;
};

static bool
read_stored(struct ledger *l, const char *user, struct stored *out)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT name, public_key, sealed, nonce, salt, ops, mem, state, event FROM account"
		" WHERE id = $1");
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
		out->event = stmt_get_int(s, 8);
	}
	stmt_done(s);
	return found;
}

/* Somebody with access to the file could copy his own key row into a colleague's.  The event of the
 * enrolment is signed by an officer and names the key: the row must agree with it. */
static bool
vouched(struct ledger *l, const char *user, const struct stored *a)
{
	struct stmt *s = db_query(ledger_db(l), "SELECT body FROM event WHERE seq = $1");
	bool ok = false;

	stmt_int(s, 1, a->event);
	if (stmt_step(s, NULL) == RC_OK) {
		json_t *b = json_loads(stmt_get_text(s, 0), JSON_REJECT_DUPLICATES, NULL);
		const char *object = json_string_value(json_object_get(b, "object"));
		const char *action = json_string_value(json_object_get(b, "action"));
		const char *key =
			json_string_value(json_object_get(json_object_get(b, "data"), "public_key"));

		ok = object != NULL && action != NULL && key != NULL && strcmp(object, user) == 0 &&
			strcmp(action, "account-enrolled") == 0 && strcmp(key, a->key.public_key) == 0;
		json_decref(b);
	}
	stmt_done(s);
	return ok;
}

/* For an unknown id the same work is done on a key that no password opens, so that the time it takes
 * does not tell which ids exist. */
static void
stand_in(struct stored *a)
{
	memset(a, 0, sizeof(*a));
	key_random_hex(a->key.public_key, 32);
	key_random_hex(a->key.sealed, 48);
	key_random_hex(a->key.nonce, 24);
	key_random_hex(a->key.salt, 16);
	a->key.ops = 2;
	a->key.mem = 67108864;
	strcpy(a->state, "none");
}

static enum rc
unlock(struct ledger *l, const char *user, const char *password, struct stored *a,
	struct sign_key *out, struct err *e)
{
	bool known = read_stored(l, user, a);
	enum rc rc;

	if (!known)
		stand_in(a);
	rc = key_open(&a->key, user, password, out, e);
	if (rc != RC_OK)
		return rc;
	if (strcmp(a->state, "active") != 0)
		rc = err_set(e, RC_DENIED, "the account is disabled; ask an officer");
	else if (!vouched(l, user, a))
		rc = err_set(e, RC_DENIED,
			"the account's key is not the one that was enrolled; "
			"tell an officer at once");
	if (rc != RC_OK)
		key_free(out);
	return rc;
}

enum rc
account_unlock(struct ledger *l, const char *user, const char *password, struct sign_key *out,
	struct err *e)
{
	struct stored a;

	return unlock(l, user, password, &a, out, e);
}

static void
read_roles(struct ledger *l, struct session *out)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT role FROM account_role WHERE account = $1 ORDER BY event, role");

	stmt_text(s, 1, out->user);
	out->role_count = 0;
	while (out->role_count < ACCOUNT_ROLES && stmt_step(s, NULL) == RC_OK)
		str_copy(out->roles[out->role_count++], sizeof(out->roles[0]), stmt_get_text(s, 0));
	stmt_done(s);
}

static enum rc
insert_session(struct ledger *l, const struct session *s, int64_t at, struct err *e)
{
	struct stmt *q = db_query(ledger_db(l), "INSERT INTO session VALUES ($1, $2, $3, $4, $5, 0)");

	stmt_text(q, 1, s->id);
	stmt_text(q, 2, s->user);
	stmt_text(q, 3, s->key.kid);
	stmt_text(q, 4, s->source);
	stmt_int(q, 5, at);
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
	ev.data = json_pack("{s:s}", "session_key", s->key.kid);
	rc = event_append(l, &who, &ev, &r, e);
	if (rc == RC_OK)
		rc = insert_session(l, s, r.at, e);
	return ledger_end(l, rc, e);
}

static void
record_failure(struct ledger *l, const char *user, const char *source, const struct err *why)
{
	char id[ACCOUNT_ID];
	struct event ev = { .action = "login-failed", .kind = "account", .object = id };
	enum rc rc;

	/* What was typed may be a password in the wrong field: only a known id goes into the record. */
	struct stored a;

	str_copy(id, sizeof(id), read_stored(l, user, &a) ? user : "unknown");
	if (ledger_begin(l, NULL) != RC_OK)
		return;
	ev.data = json_pack("{s:s, s:s}", "source", source, "reason",
		why != NULL ? rc_name(why->rc) : "denied");
	rc = event_append(l, ledger_system(l), &ev, NULL, NULL);
	ledger_end(l, rc, NULL);
}

enum rc
session_open(struct ledger *l, const char *user, const char *password, const char *source,
	struct session *out, struct err *e)
{
	struct sign_key user_key = { 0 };
	struct err why = { 0 };
	struct stored a;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = unlock(l, user, password, &a, &user_key, &why);
	if (rc != RC_OK) {
		record_failure(l, user, source, &why);
		return err_set(e, rc, "%s", why.text);
	}
	str_copy(out->user, sizeof(out->user), user);
	str_copy(out->name, sizeof(out->name), a.name);
	str_copy(out->source, sizeof(out->source), source);
	str_clean(out->source);
	key_random_hex(out->id, 16);
	read_roles(l, out);
	rc = key_new(&out->key, e);
	if (rc == RC_OK)
		rc = record_login(l, out, &user_key, e);
	key_free(&user_key);
	if (rc != RC_OK)
		key_free(&out->key);
	return rc;
}

void
session_close(struct ledger *l, struct session *s)
{
	struct signer who = session_signer(s, "");
	struct event ev = { .action = "logout", .kind = "session", .object = s->id };
	struct event_receipt r;
	enum rc rc;

	if (s->key.secret == NULL)
		return;
	if (ledger_begin(l, NULL) == RC_OK) {
		rc = event_append(l, &who, &ev, &r, NULL);
		if (rc == RC_OK) {
			struct stmt *q =
				db_query(ledger_db(l), "UPDATE session SET ended = $1 WHERE id = $2");

			stmt_int(q, 1, r.at);
			stmt_text(q, 2, s->id);
			rc = stmt_run(q, NULL);
		}
		ledger_end(l, rc, NULL);
	}
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

static void
join_roles(struct ledger *l, struct account_row *a)
{
	struct session s = { 0 };
	size_t used = 0;

	str_copy(s.user, sizeof(s.user), a->id);
	read_roles(l, &s);
	for (size_t i = 0; i < s.role_count; i++)
		used += (size_t)snprintf(a->roles + used, sizeof(a->roles) - used, "%s%s",
			i > 0 ? " " : "", s.roles[i]);
}

enum rc
account_each(struct ledger *l, void (*each)(void *ctx, const struct account_row *a), void *ctx,
	struct err *e)
{
	struct stmt *s = db_query(ledger_db(l), "SELECT id, name, state FROM account ORDER BY id");
	enum rc rc;

	while ((rc = stmt_step(s, e)) == RC_OK) {
		struct account_row a = { 0 };

		str_copy(a.id, sizeof(a.id), stmt_get_text(s, 0));
		str_copy(a.name, sizeof(a.name), stmt_get_text(s, 1));
		str_copy(a.state, sizeof(a.state), stmt_get_text(s, 2));
		join_roles(l, &a);
		each(ctx, &a);
	}
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
