/* What officers do. */
#include "core/ledger/office.h"

#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/ledger/account_in.h"
#include "core/ledger/blind.h"
#include "core/ledger/password.h"

/* An act in hand: its event's author and the account it is done to. */
struct act {
	struct sign_key key;
	struct signer officer;
	const char *action, *user;
	struct event_receipt receipt;
};

/* Everything that can be told before the password is asked, then the officer's key, then the transaction. */
static enum rc
act_begin(struct ledger *l, const struct office *o, struct act *a, struct err *e)
{
	struct session_act what = { .kind = "account", .object = a->user, .step = a->action };
	enum rc rc, broken;

	db_watch(ledger_db(l));
	rc = session_alive(l, o->who, e);
	if (rc == RC_OK)
		rc = rights_officer(l, o->who->user, e);
	broken = db_broken(ledger_db(l), e);
	rc = broken != RC_OK ? broken : rc;
	if (rc == RC_OK)
		rc = account_words_check("the reason", o->reason, e);
	if (rc == RC_OK)
		rc = session_unlock(l, o->who, &what, o->password, &a->key, e);
	if (rc != RC_OK)
		return rc;
	a->officer = session_signer(o->who, "officer");
	a->officer.key = &a->key;
	rc = ledger_begin(l, e);
	if (rc != RC_OK)
		return rc;
	rc = rights_officer(l, o->who->user, e); /* still */
	return rc == RC_OK ? RC_OK : ledger_end(l, rc, e);
}

static enum rc
act_end(struct ledger *l, struct act *a, enum rc rc, struct err *e)
{
	rc = ledger_end(l, rc, e);
	key_free(&a->key);
	return rc;
}

/* `data` is swallowed. */
static enum rc
act_write(struct ledger *l, struct act *a, json_t *data, struct err *e)
{
	struct event ev = {
		.action = a->action, .kind = "account", .object = a->user, .data = data
	};

	return event_append(l, &a->officer, &ev, &a->receipt, e);
}

static enum rc
read_target(struct ledger *l, const char *user, struct stored *out, struct err *e)
{
	return account_read(l, user, out)
		? RC_OK
		: err_set(e, RC_NOT_FOUND, "there is no account %.40s", user);
}

enum rc
office_enrol(struct ledger *l, const struct office *o, const struct account_enrolment *enrolment,
	struct err *e)
{
	struct act a = { .action = "account-enrolled", .user = enrolment->user };
	struct account_enrolment with = *enrolment;
	enum rc rc = account_check(with.user, with.name, with.password, e);

	if (with.evidence == NULL)
		with.evidence = o->reason;
	if (rc == RC_OK)
		rc = act_begin(l, o, &a, e);
	if (rc == RC_OK)
		rc = act_end(l, &a, account_enrol(l, &a.officer, &with, e), e);
	key_free(&a.key);
	return rc;
}

/* ---- disable ---- */

static enum rc
check_not_last(struct ledger *l, const char *user, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT 1 FROM account a JOIN account_role r ON r.account = a.id WHERE r.role = "
		"'officer'"
		" AND a.state = 'active' AND a.id <> $1");
	bool other;

	stmt_text(s, 1, user);
	other = stmt_step(s, NULL) == RC_OK;
	stmt_done(s);
	return other ? RC_OK
		     : err_set(e, RC_DENIED,
			       "the last officer cannot be disabled: enrol another one first");
}

static enum rc
end_sessions(struct ledger *l, const char *user, int64_t at, struct err *e)
{
	struct stmt *s = db_query(
		ledger_db(l), "UPDATE session SET ended = $1 WHERE account = $2 AND ended = 0");

	stmt_int(s, 1, at);
	stmt_text(s, 2, user);
	return stmt_run(s, e);
}

static enum rc
set_state(struct ledger *l, const char *user, const char *state, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l), "UPDATE account SET state = $1 WHERE id = $2");

	stmt_text(s, 1, state);
	stmt_text(s, 2, user);
	return stmt_run(s, e);
}

static enum rc
disable(struct ledger *l, const struct office *o, struct act *a, struct err *e)
{
	struct stored target;
	enum rc rc = read_target(l, a->user, &target, e);

	if (rc == RC_OK && strcmp(target.state, "active") != 0)
		rc = err_set(e, RC_CONFLICT, "the account is disabled already");
	if (rc == RC_OK)
		rc = check_not_last(l, a->user, e);
	if (rc == RC_OK)
		rc = act_write(l, a, json_pack("{s:s}", "reason", o->reason), e);
	if (rc == RC_OK)
		rc = set_state(l, a->user, "disabled", e);
	if (rc == RC_OK)
		rc = end_sessions(l, a->user, a->receipt.at, e);
	return rc;
}

enum rc
office_disable(struct ledger *l, const struct office *o, const char *user, struct err *e)
{
	struct act a = { .action = "account-disabled", .user = user };
	enum rc rc = act_begin(l, o, &a, e);

	if (rc == RC_OK)
		rc = act_end(l, &a, disable(l, o, &a, e), e);
	key_free(&a.key);
	return rc;
}

/* ---- unlock ---- */

static enum rc
unlock(struct ledger *l, const struct office *o, struct act *a, struct err *e)
{
	struct stored target;
	struct stmt *s;
	enum rc rc = read_target(l, a->user, &target, e);

	if (rc == RC_OK && lock_check(ledger_now(l), target.lock.until, NULL) == RC_OK)
		rc = err_set(e, RC_CONFLICT, "the account is not locked");
	if (rc == RC_OK)
		rc = act_write(l, a, json_pack("{s:s}", "reason", o->reason), e);
	if (rc != RC_OK)
		return rc;
	s = db_query(
		ledger_db(l), "UPDATE account SET failures = 0, locked_until = 0 WHERE id = $1");
	stmt_text(s, 1, a->user);
	return stmt_run(s, e);
}

enum rc
office_unlock(struct ledger *l, const struct office *o, const char *user, struct err *e)
{
	struct act a = { .action = "account-unlocked", .user = user };
	enum rc rc = act_begin(l, o, &a, e);

	if (rc == RC_OK)
		rc = act_end(l, &a, unlock(l, o, &a, e), e);
	key_free(&a.key);
	return rc;
}

/* ---- reset ---- */

static enum rc
check_reset(struct ledger *l, const struct office *o, const struct account_reset *r, struct err *e)
{
	struct stored target;
	enum rc rc = read_target(l, r->user, &target, e);

	if (rc == RC_OK && strcmp(r->user, o->who->user) == 0)
		rc = err_set(e, RC_DENIED, "a reset takes two people: another officer does it");
	if (rc == RC_OK)
		rc = password_check(r->password, r->user, target.name, e);
	return rc == RC_OK ? seal_check_unused(l, r->user, r->password, e) : rc;
}

static enum rc
reset(struct ledger *l, const struct office *o, const struct account_reset *r, struct act *a,
	const struct sealed_key *sealed, struct err *e)
{
	json_t *data =
		json_pack("{s:s, s:i}", "evidence", o->reason, "temporary", r->temporary ? 1 : 0);
	enum rc rc;

	seal_json(data, r->user, sealed);
	rc = act_write(l, a, data, e);
	if (rc == RC_OK)
		rc = seal_replace(l, r->user, sealed, &a->receipt, r->temporary, e);
	if (rc == RC_OK)
		rc = set_state(l, r->user, "active", e);
	if (rc == RC_OK)
		rc = end_sessions(l, r->user, a->receipt.at, e);
	return rc;
}

enum rc
office_reset(struct ledger *l, const struct office *o, const struct account_reset *r, struct err *e)
{
	struct act a = { .action = "account-reset", .user = r->user };
	struct sign_key fresh = { 0 };
	struct sealed_key sealed;
	enum rc rc = rights_officer(l, o->who->user, e);

	if (rc == RC_OK)
		rc = check_reset(l, o, r, e);
	if (rc == RC_OK)
		rc = key_new(&fresh, e);
	if (rc == RC_OK)
		rc = key_seal(&fresh, r->user, r->password, &sealed, e);
	key_free(&fresh); /* only its user opens it again */
	if (rc == RC_OK)
		rc = act_begin(l, o, &a, e);
	if (rc == RC_OK)
		rc = act_end(l, &a, reset(l, o, r, &a, &sealed, e), e);
	key_free(&a.key);
	return rc;
}

/* ---- roles ---- */

static enum rc
change_role(struct ledger *l, const struct office *o, const struct role_grant *g, bool granted,
	struct act *a, struct err *e)
{
	struct stored target;
	json_t *data = json_pack("{s:s, s:s, s:s, s:s}", "role", g->role, "study",
		g->study != NULL ? g->study : "*", "site", g->site != NULL ? g->site : "*",
		"reason", o->reason);
	enum rc rc = read_target(l, g->user, &target, e);

	if (rc == RC_OK && strcmp(g->user, o->who->user) == 0)
		rc = err_set(e, RC_DENIED, "nobody changes his own roles: another officer does it");
	if (rc != RC_OK) {
		json_decref(data);
		return rc;
	}
	rc = act_write(l, a, data, e);
	if (rc == RC_OK)
		rc = granted ? rights_grant(l, g, a->receipt.seq, e) : rights_revoke(l, g, e);
	return rc;
}

enum rc
office_grant(struct ledger *l, const struct office *o, const struct role_grant *g, struct err *e)
{
	struct act a = { .action = "role-granted", .user = g->user };
	enum rc rc = rights_check(l, g, e);

	if (rc == RC_OK)
		rc = act_begin(l, o, &a, e);
	if (rc == RC_OK)
		rc = act_end(l, &a, change_role(l, o, g, true, &a, e), e);
	key_free(&a.key);
	return rc;
}

enum rc
office_revoke(struct ledger *l, const struct office *o, const struct role_grant *g, struct err *e)
{
	struct act a = { .action = "role-revoked", .user = g->user };
	enum rc rc = act_begin(l, o, &a, e);

	if (rc == RC_OK)
		rc = act_end(l, &a, change_role(l, o, g, false, &a, e), e);
	key_free(&a.key);
	return rc;
}

/* ---- settings ---- */

static enum rc
set(struct ledger *l, const struct office *o, enum setting which, const char *value, struct act *a,
	struct err *e)
{
	char before[SETTING_TEXT];
	struct event ev = { .action = a->action, .kind = "archive", .object = ledger_id(l) };
	struct stmt *s;
	enum rc rc;

	setting_show(l, which, before);
	ev.data = json_pack("{s:s, s:s, s:s, s:s}", "name", setting_table[which].name, "old",
		before, "new", value, "reason", o->reason);
	rc = event_append(l, &a->officer, &ev, &a->receipt, e);
	if (rc != RC_OK)
		return rc;
	s = db_query(ledger_db(l),
		"INSERT INTO setting VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET"
		" value = excluded.value, event = excluded.event");
	stmt_text(s, 1, setting_table[which].name);
	stmt_text(s, 2, value);
	stmt_int(s, 3, a->receipt.seq);
	return stmt_run(s, e);
}

enum rc
office_set(struct ledger *l, const struct office *o, enum setting which, const char *value,
	struct err *e)
{
	struct act a = { .action = "setting-changed", .user = o->who->user };
	char clean[SETTING_TEXT];
	enum rc rc;

	if (which >= SETTING_COUNT)
		return err_set(e, RC_INVALID, "there is no such setting");
	rc = setting_check(l, which, value, clean, e);
	if (rc != RC_OK)
		return rc;
	rc = act_begin(l, o, &a, e);
	if (rc == RC_OK)
		rc = act_end(l, &a, set(l, o, which, clean, &a, e), e);
	key_free(&a.key);
	return rc;
}

/* ---- any other act ---- */

static enum rc
write_act(struct ledger *l, struct act *a, const struct office_act *what, struct err *e)
{
	struct event ev = {
		.action = what->action,
		.kind = what->kind,
		.object = what->object,
		.data = json_incref(what->data),
	};
	enum rc rc = event_append(l, &a->officer, &ev, &a->receipt, e);

	if (what->at != NULL)
		*what->at = a->receipt.at;
	return rc == RC_OK && what->write != NULL ? what->write(l, a->receipt.seq, what->ctx, e)
						  : rc;
}

enum rc
office_act(struct ledger *l, const struct office *o, const struct office_act *what, struct err *e)
{
	struct act a = { .action = what->action, .user = o->who->user };
	enum rc rc = act_begin(l, o, &a, e);

	if (rc == RC_OK)
		rc = act_end(l, &a, write_act(l, &a, what, e), e);
	key_free(&a.key);
	json_decref(what->data);
	return rc;
}

/* ---- training ---- */

static enum rc
train(struct ledger *l, const struct office *o, const char *role, struct act *a, struct err *e)
{
	struct stored target;
	struct stmt *s;
	enum rc rc = read_target(l, a->user, &target, e);

	if (rc == RC_OK && strcmp(a->user, o->who->user) == 0)
		rc = err_set(
			e, RC_DENIED, "nobody records his own training: another officer does it");
	if (rc == RC_OK)
		rc = act_write(
			l, a, json_pack("{s:s, s:s}", "role", role, "evidence", o->reason), e);
	if (rc != RC_OK)
		return rc;
	s = db_query(ledger_db(l),
		"INSERT INTO training VALUES ($1, $2, $3, $4) ON CONFLICT (account, role) DO "
		"UPDATE "
		"SET"
		" at = excluded.at, event = excluded.event");
	stmt_text(s, 1, a->user);
	stmt_text(s, 2, role);
	stmt_int(s, 3, a->receipt.at);
	stmt_int(s, 4, a->receipt.seq);
	return stmt_run(s, e);
}

enum rc
office_train(
	struct ledger *l, const struct office *o, const char *user, const char *role, struct err *e)
{
	struct act a = { .action = "trained", .user = user };
	enum rc rc = account_role_known(role)
		? act_begin(l, o, &a, e)
		: err_set(e, RC_INVALID, "there is no role %.30s", role);

	if (rc == RC_OK)
		rc = act_end(l, &a, train(l, o, role, &a, e), e);
	key_free(&a.key);
	return rc;
}

/* ---- blinding ---- */

static enum rc
check_blinding(const struct blinding *b, struct err *e)
{
	if (!account_role_known(b->role))
		return err_set(e, RC_INVALID, "there is no role %.30s", b->role);
	if (b->fields[0] == NULL)
		return err_set(e, RC_INVALID, "which fields?");
	for (int i = 0; b->fields[i] != NULL; i++)
		if (!blind_field_known(b->fields[i]))
			return err_set(e, RC_INVALID,
				"%.40s cannot be blinded: site, subject, visit, or an attribute of "
				"a "
				"study or series by its column, no UID",
				b->fields[i]);
	return RC_OK;
}

static enum rc
change_blinding(struct ledger *l, const struct office *o, const struct blinding *b, struct act *a,
	bool blind, struct err *e)
{
	enum rc rc = RC_OK;

	for (int i = 0; rc == RC_OK && b->fields[i] != NULL; i++) {
		struct event ev = { .action = a->action, .kind = "archive", .object = ledger_id(l) };

		ev.data = json_pack("{s:s, s:s, s:s}", "role", b->role, "field", b->fields[i],
			"reason", o->reason);
		rc = event_append(l, &a->officer, &ev, &a->receipt, e);
		if (rc == RC_OK)
			rc = blind ? blind_put(l, b->role, b->fields[i], a->receipt.seq, e)
				   : blind_drop(l, b->role, b->fields[i], e);
	}
	return rc;
}

static enum rc
blinding(struct ledger *l, const struct office *o, const struct blinding *b, bool blind,
	struct err *e)
{
	struct act a = { .action = blind ? "role-blinded" : "role-unblinded", .user = o->who->user };
	enum rc rc = check_blinding(b, e);

	if (rc == RC_OK)
		rc = act_begin(l, o, &a, e);
	if (rc == RC_OK)
		rc = act_end(l, &a, change_blinding(l, o, b, &a, blind, e), e);
	key_free(&a.key);
	return rc;
}

enum rc
office_blind(struct ledger *l, const struct office *o, const struct blinding *b, struct err *e)
{
	return blinding(l, o, b, true, e);
}

enum rc
office_unblind(struct ledger *l, const struct office *o, const struct blinding *b, struct err *e)
{
	return blinding(l, o, b, false, e);
}
