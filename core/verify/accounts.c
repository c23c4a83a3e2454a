/* Accounts: whose key is whose and since when, roles, locks and passwords, as the events tell them; and their tables. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/verify/verify.h"

static const char *
text(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s != NULL ? s : "";
}

static int64_t
number(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

static void
set_number(json_t *o, const char *name, int64_t v)
{
	json_object_set_new(o, name, json_integer(v));
}

json_t *
verify_table(struct verify *v, const char *name)
{
	json_t *t = json_object_get(v->replay, name);

	if (t == NULL) {
		t = json_object();
		json_object_set_new(v->replay, name, t);
	}
	return t;
}

void
verify_add_key(struct verify *v, const char *kid, const char *user, const char *role)
{
	json_object_set_new(v->keys, kid, json_pack("{s:s, s:s}", "user", user, "role", role));
}

/* The account as told so far; NULL where nobody enrolled it. */
static json_t *
account(const struct verify *v, const char *user)
{
	return json_object_get(json_object_get(v->replay, "account"), user);
}

/* ---- roles ---- */

/* "role TAB study TAB site", as the key of a role among those of an account. */
static void
role_key(const char *role, const char *study, const char *site, char to[300])
{
	snprintf(to, 300, "%s\t%s\t%s", role, study, site);
}

/* Does the account hold the role, for whatever part of the archive? */
static bool
holds_role(const json_t *a, const char *role)
{
	size_t n = strlen(role);
	const char *name;
	json_t *seq;

	json_object_foreach(json_object_get(a, "roles"), name, seq)
	{
		if (strncmp(name, role, n) == 0 && name[n] == '\t')
			return true;
	}
	return false;
}

bool
verify_is_officer(const struct verify *v, const char *user)
{
	/* the founder, before his own enrolment is told */
	if (account(v, user) == NULL)
		return json_object_size(json_object_get(v->replay, "account")) == 0;
	return holds_role(account(v, user), "officer");
}

/* ---- event by event ---- */

static void
end_keys(struct verify *v, const char *user)
{
	const char *kid;
	json_t *key;

	json_object_foreach(v->keys, kid, key)
	{
		if (strcmp(text(key, "user"), user) == 0)
			json_object_set_new(key, "ended", json_true());
	}
}

/* Key and password are now those that this event names. */
static void
take_seal(struct verify *v, const struct verify_row *row, json_t *a, const char *user)
{
	const json_t *data = json_object_get(row->j, "data");
	char seq[24];

	json_object_set_new(a, "public_key", json_string(text(data, "public_key")));
	json_object_set_new(a, "seal", json_string(text(data, "seal")));
	set_number(a, "seal_event", row->seq);
	set_number(a, "password_at", row->time);
	set_number(a, "temporary", number(data, "temporary"));
	set_number(a, "failures", 0);
	set_number(a, "locked_until", 0);
	snprintf(seq, sizeof(seq), "%lld", (long long)row->seq);
	if (*text(data, "used") != '\0')
		json_object_set_new(verify_table(v, "password_used"), seq,
			json_pack("{s:s, s:s}", "user", user, "used", text(data, "used")));
}

static void
take_enrolled(struct verify *v, const struct verify_row *row, json_t *a)
{
	json_t *data = json_object_get(row->j, "data"), *role, *roles = json_object();
	const char *user = text(row->j, "object");
	char key[300];
	size_t i;

	if (a != NULL)
		verify_altered(v, "event %lld: %s is enrolled twice", (long long)row->seq, user);
	a = json_pack("{s:s, s:s, s:o, s:I}", "name", text(data, "name"), "state", "active",
		"roles", roles, "failed", (json_int_t)0);
	json_array_foreach(json_object_get(data, "roles"), i, role)
	{
		role_key(json_string_value(role) != NULL ? json_string_value(role) : "", "*", "*",
			key);
		set_number(roles, key, row->seq);
	}
	json_object_set_new(verify_table(v, "account"), user, a);
	take_seal(v, row, a, user);
	verify_add_key(v, text(data, "public_key"), user, "user");
}

static void
take_password(struct verify *v, const struct verify_row *row, json_t *a)
{
	const char *user = text(row->j, "object");

	if (strcmp(text(row->j, "user"), user) != 0)
		verify_altered(v, "event %lld: the password of %s was changed by somebody else",
			(long long)row->seq, user);
	if (strcmp(text(json_object_get(row->j, "data"), "public_key"), row->kid) != 0)
		verify_altered(v, "event %lld: a change of password brings another key",
			(long long)row->seq);
	take_seal(v, row, a, user);
}

/* Old events keep their old key; it signs none after this. */
static void
take_reset(struct verify *v, const struct verify_row *row, json_t *a)
{
	const char *user = text(row->j, "object");
	const char *kid = text(json_object_get(row->j, "data"), "public_key");

	if (strcmp(text(row->j, "user"), user) == 0)
		verify_altered(v, "event %lld: %s was reset by himself", (long long)row->seq, user);
	if (json_object_get(v->keys, kid) != NULL)
		verify_altered(v, "event %lld: a reset brings a key that was used before",
			(long long)row->seq);
	end_keys(v, user);
	take_seal(v, row, a, user);
	json_object_set_new(a, "state", json_string("active"));
	verify_add_key(v, kid, user, "user");
}

static void
take_disabled(struct verify *v, const struct verify_row *row, json_t *a)
{
	end_keys(v, text(row->j, "object"));
	json_object_set_new(a, "state", json_string("disabled"));
}

static void
take_unlocked(struct verify *v, const struct verify_row *row, json_t *a)
{
	(void)v, (void)row;
	set_number(a, "failures", 0);
	set_number(a, "locked_until", 0);
}

/* "2026-11-22T10:43:07.000123Z" in microseconds, -1 for "officer" */
static int64_t
until_of(const char *told)
{
	struct tm tm = { 0 };
	int us;

	if (sscanf(told, "%4d-%2d-%2dT%2d:%2d:%2d.%6dZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		    &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &us) != 7)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return (int64_t)timegm(&tm) * 1000000 + us;
}

static void
take_locked(struct verify *v, const struct verify_row *row, json_t *a)
{
	const json_t *data = json_object_get(row->j, "data");

	if (number(data, "failures") != number(a, "failures"))
		verify_altered(v, "event %lld: locked after another number of failures",
			(long long)row->seq);
	set_number(a, "locked_until", until_of(text(data, "until")));
}

static void
take_granted(struct verify *v, const struct verify_row *row, json_t *a)
{
	static const char *const reviewing[] = { "reviewer", "radiologist", "expert" };
	const json_t *data = json_object_get(row->j, "data");
	bool rules, reviews = false;
	char key[300];

	role_key(text(data, "role"), text(data, "study"), text(data, "site"), key);
	set_number(json_object_get(a, "roles"), key, row->seq);
	rules = holds_role(a, "officer") || holds_role(a, "admin");
	for (int i = 0; i < 3; i++)
		reviews |= holds_role(a, reviewing[i]);
	if (rules && reviews)
		verify_altered(v, "event %lld: %s rules over accounts and reviews",
			(long long)row->seq, text(row->j, "object"));
	if (strcmp(text(row->j, "user"), text(row->j, "object")) == 0)
		verify_altered(v, "event %lld: an officer gave himself a role", (long long)row->seq);
}

static void
take_revoked(struct verify *v, const struct verify_row *row, json_t *a)
{
	const json_t *data = json_object_get(row->j, "data");
	char key[300];

	role_key(text(data, "role"), text(data, "study"), text(data, "site"), key);
	if (json_object_del(json_object_get(a, "roles"), key) != 0)
		verify_altered(v, "event %lld: revokes a role that %s did not have",
			(long long)row->seq, text(row->j, "object"));
}

/* What each action does to the account that is its object; all but the first need one. */
static const struct {
	const char *action;
	void (*take)(struct verify *v, const struct verify_row *row, json_t *a);
} takers[] = {
	{ "account-enrolled", take_enrolled },
	{ "password-changed", take_password },
	{ "account-reset", take_reset },
	{ "account-disabled", take_disabled },
	{ "account-unlocked", take_unlocked },
	{ "account-locked", take_locked },
	{ "role-granted", take_granted },
	{ "role-revoked", take_revoked },
};

/* Failures in a row: one more with each that tells a count, none after the user's own key has signed. */
static void
take_attempt(struct verify *v, const struct verify_row *row)
{
	const json_t *data = json_object_get(row->j, "data"),
		     *told = json_object_get(data, "failures");
	const char *action = text(row->j, "action");
	bool login = strcmp(action, "login-failed") == 0;
	json_t *a = account(v, text(row->j, login ? "object" : "user"));
	int64_t expected;

	if (a != NULL && json_is_integer(told) &&
		(login || strcmp(action, "signature-refused") == 0)) {
		expected = number(a, "failures") + (strcmp(text(data, "reason"), "denied") == 0);
		if (json_integer_value(told) != expected)
			verify_altered(
				v, "event %lld: failures are counted wrong", (long long)row->seq);
		set_number(a, "failures", json_integer_value(told));
		set_number(a, "failed", number(a, "failed") + 1);
		if (strcmp(text(data, "reason"), "denied") == 0)
			set_number(a, "locked_until", 0);
		return;
	}
	if (strcmp(text(json_object_get(v->keys, row->kid), "role"), "user") != 0)
		return;
	a = account(v, text(row->j, "user"));
	if (a != NULL && number(a, "failures") != 0) {
		set_number(a, "failures", 0);
		set_number(a, "locked_until", 0);
	}
	if (a != NULL && strcmp(action, "login") == 0)
		set_number(a, "failed", 0);
}

static void
check_role_of(struct verify *v, const struct verify_row *row)
{
	const char *user = text(row->j, "user");

	if (strcmp(text(row->j, "action"), "decision") == 0 &&
		!holds_role(account(v, user), text(row->j, "role")))
		verify_altered(v, "event %lld: %s did not hold the role %s", (long long)row->seq,
			user, text(row->j, "role"));
}

static void
take_setting(struct verify *v, const struct verify_row *row)
{
	json_t *data = json_object_get(row->j, "data");

	if (strcmp(text(row->j, "action"), "setting-changed") == 0)
		json_object_set_new(verify_table(v, "setting"), text(data, "name"),
			json_pack("{s:s, s:I}", "value", text(data, "new"), "event",
				(json_int_t)row->seq));
}

void
verify_take_account(struct verify *v, const struct verify_row *row)
{
	const char *action = text(row->j, "action"), *user = text(row->j, "object");

	check_role_of(v, row);
	take_attempt(v, row);
	take_setting(v, row);
	for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++) {
		if (strcmp(takers[i].action, action) != 0)
			continue;
		if (i > 0 && account(v, user) == NULL)
			verify_altered(
				v, "event %lld: there is no account %s", (long long)row->seq, user);
		else
			takers[i].take(v, row, account(v, user));
	}
}

/* ---- tables ---- */

static const char *
column(sqlite3_stmt *s, int i)
{
	const char *t = (const char *)sqlite3_column_text(s, i);

	return t != NULL ? t : "";
}

static sqlite3_stmt *
query(struct verify *v, const char *sql)
{
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v2(v->db, sql, -1, &s, NULL) != SQLITE_OK)
		verify_altered(v, "a table cannot be read: %s", sqlite3_errmsg(v->db));
	return s;
}

/* Columns from..to-1 and a last LF, each ended by LF, hashed under a tag. */
static void
columns_digest(sqlite3_stmt *s, const char *tag, int from, int to, char hex[65])
{
	crypto_hash_sha256_state st;
	unsigned char raw[32];

	crypto_hash_sha256_init(&st);
	crypto_hash_sha256_update(&st, (const unsigned char *)tag, strlen(tag) + 1);
	for (int i = from; i < to; i++) {
		crypto_hash_sha256_update(
			&st, (const unsigned char *)column(s, i), strlen(column(s, i)));
		crypto_hash_sha256_update(&st, (const unsigned char *)"\n", 1);
	}
	crypto_hash_sha256_final(&st, raw);
	sodium_bin2hex(hex, 65, raw, sizeof(raw));
}

static void
check_account(struct verify *v, sqlite3_stmt *s, const json_t *a)
{
	const char *user = column(s, 0);

	if (strcmp(text(a, "name"), column(s, 1)) != 0 ||
		strcmp(text(a, "public_key"), column(s, 2)) != 0)
		verify_altered(v, "account %s: not the one that was enrolled", user);
	if (sqlite3_column_int64(s, 3) != json_integer_value(json_object_get(v->running, user)) ||
		strcmp(column(s, 4), text(v->last_sign, user)) != 0)
		verify_altered(
			v, "account %s: its count of signatures differs from the events", user);
	if (strcmp(column(s, 5), text(a, "state")) != 0)
		verify_altered(v, "account %s: is %s, the events say %s", user, column(s, 5),
			text(a, "state"));
}

static void
check_accounts(struct verify *v)
{
	sqlite3_stmt *s = query(
		v, "SELECT id, name, public_key, signatures, last_signature, state FROM account");
	json_t *told = json_object_get(v->replay, "account");
	size_t rows = 0;

	while (s != NULL && sqlite3_step(s) == SQLITE_ROW) {
		rows++;
		check_account(v, s, json_object_get(told, column(s, 0)));
	}
	sqlite3_finalize(s);
	if (rows != json_object_size(told))
		verify_altered(v, "accounts: the table has %zu, the events tell of %zu", rows,
			json_object_size(told));
}

/* What version 3 of the tables added. */
static void
check_locks(struct verify *v)
{
	static const char *const locks[] = { "failures", "failed", "locked_until" };
	static const char *const ages[] = { "seal_event", "password_at", "temporary" };
	sqlite3_stmt *s = query(v,
		"SELECT id, public_key, sealed, nonce, salt, ops, mem, failures, failed, "
		"locked_until,"
		" seal_event, password_at, temporary FROM account");
	char seal[65];

	while (s != NULL && sqlite3_step(s) == SQLITE_ROW) {
		const char *user = column(s, 0);
		const json_t *a = account(v, user);

		columns_digest(s, "SEAL-v1", 0, 7, seal);
		if (*text(a, "seal") != '\0' && strcmp(text(a, "seal"), seal) != 0)
			verify_altered(
				v, "account %s: its password is not the last that was set", user);
		for (int i = 0; i < 3; i++) {
			if (sqlite3_column_int64(s, 7 + i) != number(a, locks[i]))
				verify_altered(
					v, "account %s: its failures or lock differ from the events (%s)",
					user, locks[i]);
			if (sqlite3_column_int64(s, 10 + i) != number(a, ages[i]))
				verify_altered(
					v, "account %s: its password's age differs from the events (%s)",
					user, ages[i]);
		}
	}
	sqlite3_finalize(s);
}

static void
check_roles(struct verify *v)
{
	sqlite3_stmt *s = query(v, "SELECT account, role, study, site, event FROM account_role");
	const char *user;
	char key[300];
	json_t *a;
	size_t rows = 0, wanted = 0;

	while (s != NULL && sqlite3_step(s) == SQLITE_ROW) {
		const json_t *seq;

		rows++;
		role_key(column(s, 1), column(s, 2), column(s, 3), key);
		seq = json_object_get(json_object_get(account(v, column(s, 0)), "roles"), key);
		if (seq == NULL)
			verify_altered(v,
				"account %s: no event gives it the role %s for study %s, site %s",
				column(s, 0), column(s, 1), column(s, 2), column(s, 3));
		else if (json_integer_value(seq) != sqlite3_column_int64(s, 4))
			verify_altered(v, "account %s: another event gave it the role %s",
				column(s, 0), column(s, 1));
	}
	sqlite3_finalize(s);
	json_object_foreach(json_object_get(v->replay, "account"), user, a) wanted +=
		json_object_size(json_object_get(a, "roles"));
	if (rows != wanted)
		verify_altered(v, "roles: the table has %zu, the events tell of %zu", rows, wanted);
}

static void
check_used(struct verify *v)
{
	sqlite3_stmt *s =
		query(v, "SELECT event, account, salt, ops, mem, proof FROM password_used");
	json_t *told = json_object_get(v->replay, "password_used");
	char used[65];
	size_t rows = 0;

	while (s != NULL && sqlite3_step(s) == SQLITE_ROW) {
		const json_t *t = json_object_get(told, column(s, 0));

		rows++;
		columns_digest(s, "USED-v1", 1, 6, used);
		if (strcmp(text(t, "user"), column(s, 1)) != 0 || strcmp(text(t, "used"), used) != 0)
			verify_altered(v,
				"account %s: a password that was used differs from its event",
				column(s, 1));
	}
	sqlite3_finalize(s);
	if (rows != json_object_size(told))
		verify_altered(v,
			"passwords that were used: the table has %zu, the events tell of %zu", rows,
			json_object_size(told));
}

static void
check_settings(struct verify *v)
{
	sqlite3_stmt *s = query(v, "SELECT name, value, event FROM setting");
	json_t *told = json_object_get(v->replay, "setting");
	size_t rows = 0;

	while (s != NULL && sqlite3_step(s) == SQLITE_ROW) {
		const json_t *t = json_object_get(told, column(s, 0));

		rows++;
		if (strcmp(text(t, "value"), column(s, 1)) != 0 ||
			number(t, "event") != sqlite3_column_int64(s, 2))
			verify_altered(v, "the setting %s differs from the events", column(s, 0));
	}
	sqlite3_finalize(s);
	if (rows != json_object_size(told))
		verify_altered(v, "settings: the table has %zu, the events tell of %zu", rows,
			json_object_size(told));
}

void
verify_accounts(struct verify *v)
{
	check_accounts(v);
	check_roles(v);
	if (v->schema < 3)
		return;
	check_locks(v);
	check_used(v);
	check_settings(v);
}
