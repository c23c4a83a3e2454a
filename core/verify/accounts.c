/* Accounts: whose key is whose and since when, roles, locks and passwords, as the events tell them; and their tables. */
#include <stdio.h>
#include <string.h>

#include "core/verify/digest.h"
#include "core/verify/verify.h"

static void
set_number(json_t *o, const char *name, int64_t v)
{
	json_object_set_new(o, name, json_integer(v));
}

/* A table of the replay, made where it is not there yet. */
static json_t *
table(struct verify *v, const char *name)
{
	json_t *t = json_object_get(v->replay, name);

	if (t == NULL) {
		t = json_object();
		json_object_set_new(v->replay, name, t);
	}
	return t;
}

/* The account as told so far; NULL where nobody enrolled it. */
json_t *
verify_account(const struct verify *v, const char *user)
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
verify_holds_role(const struct verify *v, const char *user, const char *role)
{
	return holds_role(verify_account(v, user), role);
}

bool
verify_may(struct verify *v, const struct verify_row *row, const char *const *roles)
{
	for (; *roles != NULL; roles++)
		if (strcmp(*roles, row->e.role) == 0)
			return verify_holds_role(v, row->e.user, row->e.role);
	return false;
}

bool
verify_is_officer(const struct verify *v, const char *user)
{
	/* the founder, before his own enrolment is told */
	if (verify_account(v, user) == NULL)
		return json_object_size(json_object_get(v->replay, "account")) == 0;
	return holds_role(verify_account(v, user), "officer");
}

/* ---- event by event ---- */

/* Key and password are now those that this event names. */
static void
take_seal(struct verify *v, struct verify_row *row, json_t *a, const char *user)
{
	const json_t *data = verify_data(row);
	char seq[24];

	json_object_set_new(a, "public_key", json_string(verify_text(data, "public_key")));
	json_object_set_new(a, "seal", json_string(verify_text(data, "seal")));
	set_number(a, "seal_event", row->seq);
	set_number(a, "password_at", row->time);
	set_number(a, "temporary", verify_number(data, "temporary"));
	set_number(a, "failures", 0);
	set_number(a, "locked_until", 0);
	snprintf(seq, sizeof(seq), "%lld", (long long)row->seq);
	if (*verify_text(data, "used") != '\0')
		json_object_set_new(table(v, "password_used"), seq,
			json_pack("{s:s, s:s}", "user", user, "used", verify_text(data, "used")));
}

void
verify_take_enrolled(struct verify *v, struct verify_row *row)
{
	const json_t *data = verify_data(row);
	json_t *a, *role, *roles = json_object();
	const char *user = row->e.object;
	char key[300];
	size_t i;

	if (verify_account(v, user) != NULL)
		verify_altered(v, "event %lld: %s is enrolled twice", (long long)row->seq, user);
	a = json_pack("{s:s, s:s, s:o, s:I}", "name", verify_text(data, "name"), "state", "active",
		"roles", roles, "failed", (json_int_t)0);
	json_array_foreach(json_object_get(data, "roles"), i, role)
	{
		role_key(json_string_value(role) != NULL ? json_string_value(role) : "", "*", "*",
			key);
		set_number(roles, key, row->seq);
	}
	json_object_set_new(table(v, "account"), user, a);
	take_seal(v, row, a, user);
	verify_add_key(v, verify_text(data, "public_key"), user, VERIFY_USER, row->seq);
}

void
verify_take_password(struct verify *v, struct verify_row *row, json_t *a)
{
	const char *user = row->e.object;

	if (strcmp(row->e.user, user) != 0)
		verify_altered(v, "event %lld: the password of %s was changed by somebody else",
			(long long)row->seq, user);
	if (strcmp(verify_text(verify_data(row), "public_key"), row->kid) != 0)
		verify_altered(v, "event %lld: a change of password brings another key",
			(long long)row->seq);
	take_seal(v, row, a, user);
}

/* Old events keep their old key; it signs none after this. */
void
verify_take_reset(struct verify *v, struct verify_row *row, json_t *a)
{
	const char *user = row->e.object;
	const char *kid = verify_text(verify_data(row), "public_key");
	struct verify_key other;

	if (strcmp(row->e.user, user) == 0)
		verify_altered(v, "event %lld: %s was reset by himself", (long long)row->seq, user);
	if (verify_find_key(v, kid, &other))
		verify_altered(v, "event %lld: a reset brings a key that was used before",
			(long long)row->seq);
	verify_end_keys(v, user, row->seq);
	take_seal(v, row, a, user);
	json_object_set_new(a, "state", json_string("active"));
	verify_add_key(v, kid, user, VERIFY_USER, row->seq);
}

void
verify_take_disabled(struct verify *v, struct verify_row *row, json_t *a)
{
	verify_end_keys(v, row->e.object, row->seq);
	json_object_set_new(a, "state", json_string("disabled"));
}

void
verify_take_unlocked(struct verify *v, struct verify_row *row, json_t *a)
{
	(void)v, (void)row;
	set_number(a, "failures", 0);
	set_number(a, "locked_until", 0);
}

void
verify_take_locked(struct verify *v, struct verify_row *row, json_t *a)
{
	const json_t *data = verify_data(row);

	if (verify_number(data, "failures") != verify_number(a, "failures"))
		verify_altered(v, "event %lld: locked after another number of failures",
			(long long)row->seq);
	set_number(a, "locked_until", verify_time(verify_text(data, "until")) /* -1: an officer */);
}

void
verify_take_granted(struct verify *v, struct verify_row *row, json_t *a)
{
	static const char *const reviewing[] = { "reviewer", "radiologist", "expert" };
	const json_t *data = verify_data(row);
	bool rules, reviews = false;
	char key[300];

	role_key(verify_text(data, "role"), verify_text(data, "study"), verify_text(data, "site"),
		key);
	set_number(json_object_get(a, "roles"), key, row->seq);
	rules = holds_role(a, "officer") || holds_role(a, "admin");
	for (int i = 0; i < 3; i++)
		reviews |= holds_role(a, reviewing[i]);
	if (rules && reviews)
		verify_altered(v, "event %lld: %s rules over accounts and reviews",
			(long long)row->seq, row->e.object);
	if (strcmp(row->e.user, row->e.object) == 0)
		verify_altered(v, "event %lld: an officer gave himself a role", (long long)row->seq);
}

void
verify_take_revoked(struct verify *v, struct verify_row *row, json_t *a)
{
	const json_t *data = verify_data(row);
	char key[300];

	role_key(verify_text(data, "role"), verify_text(data, "study"), verify_text(data, "site"),
		key);
	if (json_object_del(json_object_get(a, "roles"), key) != 0)
		verify_altered(v, "event %lld: revokes a role that %s did not have",
			(long long)row->seq, row->e.object);
}

/* True where the event tells how many failures there are now. */
static bool
take_failure(struct verify *v, struct verify_row *row, json_t *a)
{
	const json_t *data = verify_data(row), *told = json_object_get(data, "failures");
	bool denied = strcmp(verify_text(data, "reason"), "denied") == 0;

	if (a == NULL || !json_is_integer(told))
		return false;
	if (json_integer_value(told) != verify_number(a, "failures") + denied)
		verify_altered(v, "event %lld: failures are counted wrong", (long long)row->seq);
	set_number(a, "failures", json_integer_value(told));
	set_number(a, "failed", verify_number(a, "failed") + 1);
	if (denied)
		set_number(a, "locked_until", 0);
	return true;
}

/* Failures in a row: one more with each that tells a count, none after the user's own key has signed. */
void
verify_take_attempt(struct verify *v, struct verify_row *row)
{
	const char *action = row->e.action;
	json_t *a;

	if (strcmp(action, "login-failed") == 0 &&
		take_failure(v, row, verify_account(v, row->e.object)))
		return;
	if (strcmp(action, "signature-refused") == 0 &&
		take_failure(v, row, verify_account(v, row->e.user)))
		return;
	a = row->role == VERIFY_USER ? verify_account(v, row->e.user) : NULL;
	if (a != NULL && verify_number(a, "failures") != 0) {
		set_number(a, "failures", 0);
		set_number(a, "locked_until", 0);
	}
	if (a != NULL && strcmp(action, "login") == 0)
		set_number(a, "failed", 0);
}

void
verify_take_setting(struct verify *v, struct verify_row *row)
{
	const json_t *data = verify_data(row);

	json_object_set_new(table(v, "setting"), verify_text(data, "name"),
		json_pack("{s:s, s:I}", "value", verify_text(data, "new"), "event",
			(json_int_t)row->seq));
}

/* The last one counts. */
void
verify_take_trained(struct verify *v, struct verify_row *row, json_t *a)
{
	char key[300];

	(void)a;
	snprintf(key, sizeof(key), "%s\t%s", row->e.object, verify_text(verify_data(row), "role"));
	set_number(table(v, "training"), key, row->seq);
}

/* A role and a field of it, blinded or no more. */
void
verify_take_blinded(struct verify *v, struct verify_row *row)
{
	const json_t *data = verify_data(row);
	char key[300];

	snprintf(key, sizeof(key), "%s\t%s", verify_text(data, "role"), verify_text(data, "field"));
	if (strcmp(row->e.action, "role-blinded") == 0)
		set_number(table(v, "blind"), key, row->seq);
	else
		json_object_del(table(v, "blind"), key);
}

/* ---- tables ---- */

/* Columns from..to-1 and a last LF, each ended by LF, hashed under a tag. */
static void
columns_digest(sqlite3_stmt *s, const char *tag, int from, int to, char hex[65])
{
	struct digest d;

	digest_begin(&d);
	digest_tag(&d, tag);
	for (int i = from; i < to; i++) {
		digest_add(&d, verify_column(s, i), strlen(verify_column(s, i)));
		digest_add(&d, "\n", 1);
	}
	digest_end_hex(&d, hex);
}

static void
check_account(struct verify *v, sqlite3_stmt *s, const json_t *a)
{
	const char *user = verify_column(s, 0);

	if (strcmp(verify_text(a, "name"), verify_column(s, 1)) != 0 ||
		strcmp(verify_text(a, "public_key"), verify_column(s, 2)) != 0)
		verify_altered(v, "account %s: not the one that was enrolled", user);
	if (sqlite3_column_int64(s, 3) != json_integer_value(json_object_get(v->running, user)) ||
		strcmp(verify_column(s, 4), verify_text(v->last_sign, user)) != 0)
		verify_altered(
			v, "account %s: its count of signatures differs from the events", user);
	if (strcmp(verify_column(s, 5), verify_text(a, "state")) != 0)
		verify_altered(v, "account %s: is %s, the events say %s", user, verify_column(s, 5),
			verify_text(a, "state"));
}

static void
check_accounts(struct verify *v)
{
	sqlite3_stmt *s = verify_query(
		v, "SELECT id, name, public_key, signatures, last_signature, state FROM account");
	json_t *told = json_object_get(v->replay, "account");
	size_t rows = 0;

	while (sqlite3_step(s) == SQLITE_ROW) {
		rows++;
		check_account(v, s, json_object_get(told, verify_column(s, 0)));
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
	sqlite3_stmt *s = verify_query(v,
		"SELECT id, public_key, sealed, nonce, salt, ops, mem, failures, failed, "
		"locked_until,"
		" seal_event, password_at, temporary FROM account");
	char seal[65];

	while (sqlite3_step(s) == SQLITE_ROW) {
		const char *user = verify_column(s, 0);
		const json_t *a = verify_account(v, user);

		columns_digest(s, "SEAL-v1", 0, 7, seal);
		if (*verify_text(a, "seal") != '\0' && strcmp(verify_text(a, "seal"), seal) != 0)
			verify_altered(
				v, "account %s: its password is not the last that was set", user);
		for (int i = 0; i < 3; i++) {
			if (sqlite3_column_int64(s, 7 + i) != verify_number(a, locks[i]))
				verify_altered(
					v, "account %s: its failures or lock differ from the events (%s)",
					user, locks[i]);
			if (sqlite3_column_int64(s, 10 + i) != verify_number(a, ages[i]))
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
	sqlite3_stmt *s =
		verify_query(v, "SELECT account, role, study, site, event FROM account_role");
	const char *user;
	char key[300];
	json_t *a;
	size_t rows = 0, wanted = 0;

	while (sqlite3_step(s) == SQLITE_ROW) {
		const json_t *seq;

		rows++;
		role_key(verify_column(s, 1), verify_column(s, 2), verify_column(s, 3), key);
		seq = json_object_get(
			json_object_get(verify_account(v, verify_column(s, 0)), "roles"), key);
		if (seq == NULL)
			verify_altered(v,
				"account %s: no event gives it the role %s for study %s, site %s",
				verify_column(s, 0), verify_column(s, 1), verify_column(s, 2),
				verify_column(s, 3));
		else if (json_integer_value(seq) != sqlite3_column_int64(s, 4))
			verify_altered(v, "account %s: another event gave it the role %s",
				verify_column(s, 0), verify_column(s, 1));
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
		verify_query(v, "SELECT event, account, salt, ops, mem, proof FROM password_used");
	json_t *told = json_object_get(v->replay, "password_used");
	char used[65];
	size_t rows = 0;

	while (sqlite3_step(s) == SQLITE_ROW) {
		const json_t *t = json_object_get(told, verify_column(s, 0));

		rows++;
		columns_digest(s, "USED-v1", 1, 6, used);
		if (strcmp(verify_text(t, "user"), verify_column(s, 1)) != 0 ||
			strcmp(verify_text(t, "used"), used) != 0)
			verify_altered(v,
				"account %s: a password that was used differs from its event",
				verify_column(s, 1));
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
	sqlite3_stmt *s = verify_query(v, "SELECT name, value, event FROM setting");
	json_t *told = json_object_get(v->replay, "setting");
	size_t rows = 0;

	while (sqlite3_step(s) == SQLITE_ROW) {
		const json_t *t = json_object_get(told, verify_column(s, 0));

		rows++;
		if (strcmp(verify_text(t, "value"), verify_column(s, 1)) != 0 ||
			verify_number(t, "event") != sqlite3_column_int64(s, 2))
			verify_altered(
				v, "the setting %s differs from the events", verify_column(s, 0));
	}
	sqlite3_finalize(s);
	if (rows != json_object_size(told))
		verify_altered(v, "settings: the table has %zu, the events tell of %zu", rows,
			json_object_size(told));
}

/* A table of pairs with the event of each: `query` gives the pair and its number. */
static void
check_pairs(struct verify *v, const char *what, const char *name, const char *query)
{
	sqlite3_stmt *s = verify_query(v, query);
	json_t *told = json_object_get(v->replay, name);
	char key[300];
	size_t rows = 0;

	while (sqlite3_step(s) == SQLITE_ROW) {
		rows++;
		snprintf(key, sizeof(key), "%s\t%s", verify_column(s, 0), verify_column(s, 1));
		if (verify_number(told, key) != sqlite3_column_int64(s, 2))
			verify_altered(v, "%s of %s, %s: differs from the events", what,
				verify_column(s, 0), verify_column(s, 1));
	}
	sqlite3_finalize(s);
	if (rows != json_object_size(told))
		verify_altered(v, "%s: the table has %zu rows, the events tell of %zu", what, rows,
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
	if (v->schema < 4)
		return;
	check_pairs(v, "blinding", "blind", "SELECT role, field, event FROM blind");
	check_pairs(v, "training", "training", "SELECT account, role, event FROM training");
}
