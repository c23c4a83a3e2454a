/* Accounts, their roles and sessions. */
#include "core/ledger/account.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/account_in.h"
#include "core/ledger/password.h"
#include "core/ledger/rights.h"

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

bool
account_clean(const char *text)
{
	char *copy = mem_string(text);
	bool same;

	str_clean(copy);
	same = strcmp(copy, text) == 0;
	free(copy);
	return same;
}

enum rc
account_words_check(const char *what, const char *text, struct err *e)
{
	size_t n = 0;

	for (const char *p = text; *p != '\0'; p++)
		n += *p != ' ' && (*p & 0xc0) != 0x80;
	if (n < ACCOUNT_WORDS)
		return err_set(e, RC_INVALID, "%s has at least %d characters", what, ACCOUNT_WORDS);
	if (strlen(text) > ACCOUNT_WORDS_MOST)
		return err_set(e, RC_LIMIT, "%s is longer than %d bytes", what, ACCOUNT_WORDS_MOST);
	if (!account_clean(text))
		return err_set(e, RC_INVALID, "%s holds characters that cannot be shown", what);
	return RC_OK;
}

enum rc
account_check(const char *user, const char *name, const char *password, struct err *e)
{
	size_t n = strspn(user, "abcdefghijklmnopqrstuvwxyz0123456789._-");

	if (n == 0 || n >= ACCOUNT_ID || user[n] != '\0' || !islower((unsigned char)user[0]) ||
		strcmp(user, "system") == 0)
		return err_set(e, RC_INVALID,
			"a user id is 1 to 32 of a-z, 0-9, '.', '_' and '-', and starts with a "
			"letter");
	if (str_empty(name) || strlen(name) >= ACCOUNT_NAME)
		return err_set(e, RC_INVALID, "the printed name is missing or too long");
	if (!account_clean(name))
		return err_set(
			e, RC_INVALID, "the printed name holds characters that cannot be shown");
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
		" state, failures, signatures, last_signature, failed, locked_until, seal_event,"
		" password_at, temporary)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'active', 0, 0, '', 0, 0, $10, "
		"$9, 0)");

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
		const struct role_grant g = { .user = a->user, .role = a->roles[i] };

		rc = rights_grant(l, &g, seq, e);
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
		.data = json_pack("{s:s, s:o, s:s}", "name", a->name, "roles", roles_json(a),
			"evidence", a->evidence),
	};
	struct event_receipt r;
	enum rc rc;

	seal_json(ev.data, a->user, k);
	rc = event_append(l, officer, &ev, &r, e);
	if (rc == RC_OK)
		rc = insert_account(l, a, k, &r, e);
	if (rc == RC_OK)
		rc = seal_insert_used(l, a->user, k, r.seq, e);
	if (rc == RC_OK)
		rc = insert_roles(l, a, r.seq, e);
	return rc;
}

/* Nobody is there yet who could vouch for the first officer: the archive's first event names his key. */
static bool
is_founding(struct ledger *l)
{
	return db_number(ledger_db(l), "SELECT count(*) FROM account", 0) == 0;
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

	if (rc == RC_OK)
		rc = account_words_check("the evidence of the identity", a->evidence, e);
	if (rc == RC_OK && !is_founding(l))
		rc = rights_officer(l, officer->user, e);
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

/* ---- reading ---- */

/* "reviewer", or "reviewer@STUDY/SITE" where it is for a part only */
static void
join_roles(struct ledger *l, struct account_row *a)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT role, study, site FROM account_role WHERE account = $1 ORDER BY event, "
		"role, study, site");
	struct buf b = { 0 };

	stmt_text(s, 1, a->id);
	while (stmt_step(s, NULL) == RC_OK) {
		buf_format(&b, "%s%s", b.len > 0 ? " " : "", stmt_get_text(s, 0));
		if (strcmp(stmt_get_text(s, 1), "*") != 0 || strcmp(stmt_get_text(s, 2), "*") != 0)
			buf_format(&b, "@%s/%s", stmt_get_text(s, 1), stmt_get_text(s, 2));
	}
	str_copy(a->roles, sizeof(a->roles), b.len > 0 ? b.data : "");
	buf_release(&b);
}

static void
fill_row(struct ledger *l, struct account_row *a, struct stmt *s)
{
	struct stored k = { .password_at = stmt_get_int(s, 5),
		.temporary = stmt_get_int(s, 6) != 0 };

	str_copy(a->id, sizeof(a->id), stmt_get_text(s, 0));
	str_copy(a->name, sizeof(a->name), stmt_get_text(s, 1));
	str_copy(a->state, sizeof(a->state), stmt_get_text(s, 2));
	a->failures = stmt_get_int(s, 3);
	a->locked_until = stmt_get_int(s, 4);
	a->last_login = stmt_get_int(s, 7);
	a->must_change = account_password_due(l, &k);
	if (lock_check(ledger_now(l), a->locked_until, NULL) == RC_OK)
		a->locked_until = 0;
	else if (strcmp(a->state, "active") == 0)
		str_copy(a->state, sizeof(a->state), "locked");
	join_roles(l, a);
}

enum rc
account_each(struct ledger *l, void (*each)(void *ctx, const struct account_row *a), void *ctx,
	struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT id, name, state, failed, locked_until, password_at, temporary,"
		" (SELECT max(started) FROM session WHERE session.account = account.id)"
		" FROM account ORDER BY id");
	enum rc rc;

	while ((rc = stmt_step(s, e)) == RC_OK) {
		struct account_row a = { 0 };

		fill_row(l, &a, s);
		each(ctx, &a);
	}
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static void
locked_ids(struct ledger *l, struct account_notice *out)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT id FROM account WHERE locked_until = -1 OR locked_until > $1 ORDER BY id");
	size_t used = 0;

	stmt_int(s, 1, ledger_now(l));
	while (used < sizeof(out->who) && stmt_step(s, NULL) == RC_OK)
		used += (size_t)snprintf(out->who + used, sizeof(out->who) - used, "%s%s",
			used > 0 ? " " : "", stmt_get_text(s, 0));
	stmt_done(s);
}

enum rc
account_notice(
	struct ledger *l, const struct session *who, struct account_notice *out, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT (SELECT count(*) FROM account WHERE locked_until = -1 OR locked_until > "
		"$1),"
		" (SELECT count(*) FROM event_object o JOIN event v ON v.seq = o.seq WHERE o.kind "
		"= "
		"'account'"
		" AND o.seq > (SELECT coalesce(max(p.seq), 0) FROM event_object p JOIN session q ON"
		" p.kind = 'session' AND p.object = q.id WHERE q.account = $2 AND q.started = $3)"
		" AND v.body LIKE '%\"action\":\"login-failed\"%')");
	enum rc rc;

	memset(out, 0, sizeof(*out));
	stmt_int(s, 1, ledger_now(l));
	stmt_text(s, 2, who->user);
	stmt_int(s, 3, who->before.last_login);
	rc = stmt_step(s, e);
	if (rc != RC_OK)
		return rc;
	out->locked = stmt_get_int(s, 0);
	out->failures = stmt_get_int(s, 1);
	stmt_done(s);
	if (out->locked > 0)
		locked_ids(l, out);
	return RC_OK;
}
