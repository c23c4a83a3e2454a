/* The log: chain, hashes, signatures, whose key, order of times; what the events say is kept for the tables. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/verify/verify.h"

struct reading {
	struct verify *v;
	int64_t seq;
	char hash[65];
	int64_t time; /* of the event before, microseconds */
};

enum {
	CLOCK_SLACK_US = 2000000
}; /* what the writer allows a clock to be behind the event before */

static const char *
text(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s != NULL ? s : "";
}

static void
body_hash(const char *prev, const char *body, char hash[65])
{
	crypto_hash_sha256_state st;
	unsigned char raw[32] = { 0 }, len[8];
	uint64_t n = strlen(body);
	size_t got;

	if (*prev != '\0')
		sodium_hex2bin(raw, sizeof(raw), prev, strlen(prev), NULL, &got, NULL);
	for (int i = 0; i < 8; i++)
		len[i] = (unsigned char)(n >> (56 - 8 * i));
	crypto_hash_sha256_init(&st);
	crypto_hash_sha256_update(&st, (const unsigned char *)"AUDIT-v1", 9);
	crypto_hash_sha256_update(&st, raw, sizeof(raw));
	crypto_hash_sha256_update(&st, len, sizeof(len));
	crypto_hash_sha256_update(&st, (const unsigned char *)body, n);
	crypto_hash_sha256_final(&st, raw);
	sodium_bin2hex(hash, 65, raw, sizeof(raw));
}

static void
check_chain(struct reading *r, const struct verify_row *row)
{
	unsigned char raw[32];
	char hash[65];
	size_t got;

	if (row->seq != r->seq + 1)
		verify_altered(r->v, "event %lld follows event %lld: rows are missing or moved",
			(long long)row->seq, (long long)r->seq);
	if (strcmp(row->prev, r->hash) != 0)
		verify_altered(r->v, "event %lld: does not follow the event before it",
			(long long)row->seq);
	body_hash(row->prev, row->body, hash);
	if (strcmp(hash, row->hash) != 0)
		verify_altered(r->v, "event %lld: content hash differs", (long long)row->seq);
	if (sodium_hex2bin(raw, sizeof(raw), row->hash, strlen(row->hash), NULL, &got, NULL) != 0 ||
		!verify_signature(row->kid, row->sig, "AUDSIG-v1", raw, sizeof(raw)))
		verify_altered(r->v, "event %lld: bad signature", (long long)row->seq);
}

/* "2026-11-22T10:43:07.000123Z" in microseconds; -1 where it is not one */
static int64_t
time_of(const char *text)
{
	struct tm tm = { 0 };
	int us, end = 0;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%6dZ%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		    &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &us, &end) != 7 ||
		end != 27 || text[end] != '\0')
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return (int64_t)timegm(&tm) * 1000000 + us;
}

static void
check_body(struct reading *r, const struct verify_row *row)
{
	int64_t time = time_of(text(row->j, "time"));

	if (json_integer_value(json_object_get(row->j, "seq")) != row->seq)
		verify_altered(r->v, "event %lld: the number inside it differs", (long long)row->seq);
	if (strcmp(text(row->j, "db"), r->v->id) != 0)
		verify_altered(r->v, "event %lld: belongs to another database", (long long)row->seq);
	if (time < 0)
		verify_altered(r->v, "event %lld: its time cannot be read", (long long)row->seq);
	else if (time + CLOCK_SLACK_US < r->time)
		verify_altered(r->v, "event %lld: time went back", (long long)row->seq);
	r->time = time;
}

/* Who may sign what. */
static const struct {
	const char *action;
	const char *role; /* of the key: "user", "system"; what is not here a session or the system signs */
	bool officer;     /* and the user must be one */
	const char *else_;
} authors[] = {
	{ "decision", "user", false, "decision was not signed by a user's own key" },
	{ "login", "user", false, "login was not signed by a user's own key" },
	{ "password-changed", "user", false, "a password was not changed by its user's own key" },
	{ "account-enrolled", "user", true, "enrolment not by an officer" },
	{ "account-reset", "user", true, "reset not by an officer" },
	{ "account-disabled", "user", true, "disabled not by an officer" },
	{ "account-unlocked", "user", true, "unlocked not by an officer" },
	{ "role-granted", "user", true, "role granted not by an officer" },
	{ "role-revoked", "user", true, "role revoked not by an officer" },
	{ "setting-changed", "user", true, "setting changed not by an officer" },
	{ "account-locked", "system", false, "an account was not locked by the program" },
	{ "schema-changed", "system", false, "the tables were not changed by the program" },
};

static void
check_author(struct reading *r, const struct verify_row *row)
{
	struct verify *v = r->v;
	const char *action = text(row->j, "action"), *user = text(row->j, "user");
	json_t *key = json_object_get(v->keys, row->kid);
	const char *role = text(key, "role");

	if (key == NULL) {
		verify_altered(v, "event %lld: unknown key", (long long)row->seq);
		return;
	}
	if (strcmp(text(key, "user"), user) != 0)
		verify_altered(v, "event %lld: actor and key differ", (long long)row->seq);
	if (json_object_get(key, "ended") != NULL)
		verify_altered(v, "event %lld: its key had been taken back", (long long)row->seq);
	for (size_t i = 0; i < sizeof(authors) / sizeof(authors[0]); i++)
		if (strcmp(authors[i].action, action) == 0 &&
			(strcmp(role, authors[i].role) != 0 ||
				(authors[i].officer && !verify_is_officer(v, user))))
			verify_altered(v, "event %lld: %s", (long long)row->seq, authors[i].else_);
	if (strcmp(role, "session") == 0 && strcmp(text(key, "session"), text(row->j, "session")) != 0)
		verify_altered(v, "event %lld: the key of another session", (long long)row->seq);
}

/* The first event names the system's key and the first officer's; the officer's must be the pinned one. */
static void
take_genesis(struct reading *r, const struct verify_row *row)
{
	struct verify *v = r->v;
	json_t *data = json_object_get(row->j, "data");
	const char *officer = text(data, "officer_key");

	if (strcmp(text(row->j, "action"), "archive-created") != 0) {
		verify_altered(v, "event 1: not the beginning of an archive");
		return;
	}
	snprintf(v->system_key, sizeof(v->system_key), "%s", text(data, "system_key"));
	v->schema = json_integer_value(json_object_get(data, "schema"));
	verify_add_key(v, v->system_key, "system", "system");
	if (v->officer[0] != '\0' && strcmp(officer, v->officer) != 0)
		verify_altered(v, "event 1: the first officer's key is not the pinned one");
}

static void
take_officer_of_genesis(struct reading *r, const struct verify_row *row)
{
	json_t *data = json_object_get(row->j, "data");

	/* event 2 enrols the founder, signed by the very key it enrols, which event 1 and the pin vouch for */
	if (row->seq == 2 && strcmp(row->kid, text(data, "public_key")) == 0 &&
		(r->v->officer[0] == '\0' || strcmp(row->kid, r->v->officer) == 0))
		verify_add_key(r->v, row->kid, text(row->j, "object"), "user");
}

static void
take_login(struct reading *r, const struct verify_row *row)
{
	json_t *data = json_object_get(row->j, "data");
	const char *kid = text(data, "session_key");

	if (json_object_get(r->v->keys, kid) != NULL)
		verify_altered(r->v, "event %lld: a session key was used before", (long long)row->seq);
	json_object_set_new(r->v->keys, kid,
		json_pack("{s:s, s:s, s:s}", "user", text(row->j, "user"), "role", "session",
			"session", text(row->j, "session")));
}

static void
take_step(struct verify *v, const char *series, const char *step)
{
	json_t *done = json_object_get(verify_table(v, "done"), series);

	if (done == NULL) {
		done = json_object();
		json_object_set_new(verify_table(v, "done"), series, done);
	}
	json_object_set_new(done, step, json_true());
}

static void
take_decision(struct reading *r, const struct verify_row *row)
{
	struct verify *v = r->v;
	json_t *data = json_object_get(row->j, "data");
	const char *user = text(row->j, "user");
	int64_t running = json_integer_value(json_object_get(data, "running"));
	char number[24];

	v->signatures++;
	if (running != json_integer_value(json_object_get(v->running, user)) + 1)
		verify_altered(v, "event %lld: signature number %lld of %s is out of order",
			(long long)row->seq, (long long)running, user);
	if (strcmp(text(data, "previous"), text(v->last_sign, user)) != 0)
		verify_altered(v, "event %lld: does not name the signature of %s before it",
			(long long)row->seq, user);
	json_object_set_new(v->running, user, json_integer(running));
	json_object_set_new(v->last_sign, user, json_string(row->hash));
	snprintf(number, sizeof(number), "%lld",
		(long long)json_integer_value(json_object_get(data, "number")));
	if (json_object_get(verify_table(v, "decision"), number) != NULL)
		verify_altered(v, "event %lld: decision %s is there twice", (long long)row->seq, number);
	json_object_set_new(verify_table(v, "decision"), number,
		json_pack("{s:I, s:I, s:s, s:O, s:s, s:s, s:s, s:s}", "event", (json_int_t)row->seq,
			"at", (json_int_t)time_of(text(row->j, "time")), "series",
			text(row->j, "object"), "data", data, "account", user, "name",
			text(row->j, "name"), "role", text(row->j, "role"), "hash", row->hash));
	json_object_set_new(
		verify_table(v, "series_state"), text(row->j, "object"), json_string(text(data, "state")));
	take_step(v, text(row->j, "object"), text(data, "step"));
}

static void
take_images(struct reading *r, const struct verify_row *row, const char *name)
{
	json_t *images = json_object_get(json_object_get(row->j, "data"), "images"), *im;
	size_t i;

	json_array_foreach(images, i, im)
	{
		const char *sop = json_string_value(json_array_get(im, 0));

		if (sop != NULL)
			json_object_set_new(verify_table(r->v, name), sop,
				json_pack("[s, O, O, O]", text(row->j, "object"), json_array_get(im, 1),
					json_array_get(im, 2), json_array_get(im, 3)));
	}
}

static void
take_arrived(struct reading *r, const struct verify_row *row)
{
	take_images(r, row, "image");
}

static void
take_settled(struct reading *r, const struct verify_row *row)
{
	json_t *data = json_object_get(row->j, "data"), *states = verify_table(r->v, "series_state");
	const char *series = text(row->j, "object");

	/* a series that was judged and changed begins again: its steps are open */
	if (strcmp(text(states, series), "quarantined") != 0 &&
		strcmp(text(data, "state"), "quarantined") == 0)
		json_object_del(verify_table(r->v, "done"), series);
	json_object_set_new(states, series, json_string(text(data, "state")));
	json_object_set(verify_table(r->v, "series"), series, data);
}

/* Forward only: what a later version checks cannot be switched off by saying that it is an older one. */
static void
take_schema(struct reading *r, const struct verify_row *row)
{
	const json_t *data = json_object_get(row->j, "data");
	int64_t from = json_integer_value(json_object_get(data, "from"));
	int64_t to = json_integer_value(json_object_get(data, "to"));

	if (from != r->v->schema || to <= from)
		verify_altered(r->v, "event %lld: the tables cannot go from version %lld to %lld",
			(long long)row->seq, (long long)from, (long long)to);
	else
		r->v->schema = to;
}

/* What each action means for the tables; an action without a row here changes none. */
static const struct {
	const char *action;
	void (*take)(struct reading *r, const struct verify_row *row);
} takers[] = {
	{ "login", take_login },
	{ "decision", take_decision },
	{ "schema-changed", take_schema },
	{ "images-arrived", take_arrived },
	{ "series-arrived", take_settled },
	{ "series-changed", take_settled },
};

static void
take(struct reading *r, const struct verify_row *row)
{
	const char *action = text(row->j, "action");

	verify_take_account(r->v, row);
	for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++)
		if (strcmp(takers[i].action, action) == 0)
			takers[i].take(r, row);
}

static void
read_row(struct reading *r, struct verify_row *row)
{
	char number[24];

	check_chain(r, row);
	row->j = json_loads(row->body, JSON_REJECT_DUPLICATES, NULL);
	if (row->j == NULL) {
		verify_altered(r->v, "event %lld: not readable", (long long)row->seq);
	} else {
		check_body(r, row);
		row->time = r->time;
		if (row->seq == 1)
			take_genesis(r, row);
		else
			take_officer_of_genesis(r, row);
		check_author(r, row);
		take(r, row);
		json_decref(row->j);
	}
	snprintf(number, sizeof(number), "%lld", (long long)row->seq);
	json_object_set_new(r->v->hashes, number, json_string(row->hash));
	r->seq = row->seq;
	snprintf(r->hash, sizeof(r->hash), "%s", row->hash);
	r->v->events++;
}

static const char *
column(sqlite3_stmt *s, int i)
{
	const char *t = (const char *)sqlite3_column_text(s, i);

	return t != NULL ? t : "";
}

void
verify_log(struct verify *v)
{
	struct reading r = { .v = v };
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v2(v->db, "SELECT seq, body, prev, hash, kid, sig FROM event ORDER BY seq",
		    -1, &s, NULL) != SQLITE_OK) {
		verify_altered(v, "the log cannot be read: %s", sqlite3_errmsg(v->db));
		return;
	}
	while (sqlite3_step(s) == SQLITE_ROW) {
		struct verify_row row = { .seq = sqlite3_column_int64(s, 0),
			.body = column(s, 1),
			.prev = column(s, 2),
			.hash = column(s, 3),
			.kid = column(s, 4),
			.sig = column(s, 5) };

		read_row(&r, &row);
	}
	sqlite3_finalize(s);
	if (v->events == 0)
		verify_altered(v, "the log is empty");
	snprintf(v->head, sizeof(v->head), "%s", r.hash);
}
