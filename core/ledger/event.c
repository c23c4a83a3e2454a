/* The log: one signed, chained event for each thing done (STANDARDS 1.4). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/action.h"
#include "core/ledger/ledger_in.h"
#include "core/ledger/lock.h"
#include "core/ledger/setting.h"

enum { CLOCK_SLACK_US = 2000000 }; /* */

enum rc
event_head(struct ledger *l, int64_t *seq, char hash[DIGEST_HEX], struct err *e)
{
	struct stmt *s = db_query(l->db, "SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1");
	enum rc rc = stmt_step(s, e);

	*seq = 0;
	hash[0] = '\0';
	if (rc == RC_OK) {
		*seq = stmt_get_int(s, 0);
		str_copy(hash, DIGEST_HEX, stmt_get_text(s, 1));
	}
	stmt_done(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Times are compared as the text that was hashed: ISO 8601 UTC sorts as time does. */
static enum rc
check_clock(struct ledger *l, int64_t now, struct err *e)
{
	struct stmt *s = db_query(l->db, "SELECT body FROM event ORDER BY seq DESC LIMIT 1");
	char limit[CLOCK_TEXT];
	const char *last;
	bool behind = false;

	if (stmt_step(s, NULL) == RC_OK) {
		json_t *body = json_loads(stmt_get_text(s, 0), 0, NULL);

		last = json_string_value(json_object_get(body, "time"));
		clock_format(now + CLOCK_SLACK_US, limit);
		behind = last != NULL && strcmp(limit, last) < 0;
		str_copy(l->behind, sizeof(l->behind), behind ? last : "");
		json_decref(body);
	}
	stmt_done(s);
	return behind
		? err_set(e, RC_DENIED,
			  "the clock is behind the last event of the record; set it right first")
		: RC_OK;
}

/* Is this the key of the session that it names, and is the session open?  A logout may come late. */
static enum rc
check_session(struct ledger *l, const struct signer *who, const struct event *ev, bool *its_key,
	struct err *e)
{
	struct stmt *s = db_query(l->db,
		"SELECT public_key, ended, started FROM session WHERE id = $1 AND account = $2");
	bool ended = false;
	int64_t started = 0;

	*its_key = false;
	stmt_text(s, 1, who->session);
	stmt_text(s, 2, who->user);
	if (stmt_step(s, NULL) == RC_OK) {
		*its_key = strcmp(stmt_get_text(s, 0), who->key->kid) == 0;
		ended = stmt_get_int(s, 1) != 0;
		started = stmt_get_int(s, 2);
	}
	stmt_done(s);
	if (ended)
		return err_set(e, RC_DENIED, "this session was ended; log in again");
	return started != 0 && strcmp(ev->action, "logout") != 0 ? session_in_time(l, started, e)
								 : RC_OK;
}

/* May the author still sign?  Asked in the transaction of every event, so that a disabled account, an ended
 * session, a key that was replaced and a locked account write nothing, whatever a program still holds. */
static enum rc
check_author(struct ledger *l, const struct signer *who, const struct event *ev, int64_t now,
	struct err *e)
{
	struct stmt *s = db_query(
		l->db, "SELECT state, public_key, locked_until FROM account WHERE id = $1");
	bool active = true, same = true, session;
	int64_t until = 0;
	enum rc rc = check_session(l, who, ev, &session, e);

	if (rc == RC_OK && !key_there(who->key))
		rc = err_set(e, RC_CONFLICT, "this session is locked");
	if (rc != RC_OK)
		return rc;
	stmt_text(s, 1, who->user);
	if (stmt_step(s, NULL) == RC_OK) { /* not the system, nor the founder before his own row */
		active = strcmp(stmt_get_text(s, 0), "active") == 0;
		same = session || strcmp(stmt_get_text(s, 1), who->key->kid) == 0;
		until = session ? 0 : stmt_get_int(s, 2);
	}
	stmt_done(s);
	if (!active)
		return err_set(e, RC_DENIED, "the account is disabled; ask an officer");
	if (!same)
		return err_set(e, RC_DENIED, "the account has another key now; log in again");
	return lock_check(now, until, e);
}

/* An event under the user's own key shows that the password was right: failures are no longer in a row. */
static enum rc
end_of_failures(struct ledger *l, const struct signer *who, struct err *e)
{
	struct stmt *s = db_query(l->db,
		"UPDATE account SET failures = 0, locked_until = 0 WHERE id = $1 AND public_key = "
		"$2"
		" AND failures <> 0");

	stmt_text(s, 1, who->user);
	stmt_text(s, 2, who->key->kid);
	return stmt_run(s, e);
}

static json_t *
text(const char *s)
{
	char *clean = mem_string(s != NULL ? s : "");
	json_t *j;

	str_clean(clean);
	j = json_string(clean);
	free(clean);
	return j;
}

static char *
event_body(struct ledger *l, const struct signer *who, const struct event *ev, int64_t seq,
	const char *time)
{
	json_t *o = json_object();
	char *body;

	json_object_set_new(o, "v", json_integer(1));
	json_object_set_new(o, "db", json_string(l->id));
	json_object_set_new(o, "seq", json_integer(seq));
	json_object_set_new(o, "time", json_string(time));
	json_object_set_new(o, "boot", json_string(l->boot));
	json_object_set_new(o, "mono", json_integer(clock_mono_us()));
	json_object_set_new(o, "user", text(who->user));
	json_object_set_new(o, "name", text(who->name));
	json_object_set_new(o, "role", text(who->role));
	json_object_set_new(o, "session", text(who->session));
	json_object_set_new(o, "source", text(who->source));
	json_object_set_new(o, "program", json_string("wetread " WETREAD_VERSION));
	json_object_set_new(o, "action", json_string(ev->action));
	json_object_set_new(o, "kind", json_string(ev->kind));
	json_object_set_new(o, "object", text(ev->object));
	json_object_set_new(o, "data", ev->data != NULL ? ev->data : json_null());
	body = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(o);
	return body;
}

/* hash = SHA256("AUDIT-v1" NUL prev u64be(len) body), prev the raw hash before (zeros at the start) */
static void
event_hash(const char *prev, const char *body, char hash[DIGEST_HEX])
{
	unsigned char raw[32] = { 0 }, len[8];
	size_t n = strlen(body);
	struct digest d;

	if (*prev != '\0')
		key_unhex(raw, sizeof(raw), prev);
	for (int i = 0; i < 8; i++)
		len[i] = (unsigned char)((uint64_t)n >> (56 - 8 * i));
	digest_begin(&d);
	digest_add(&d, "AUDIT-v1", 9);
	digest_add(&d, raw, sizeof(raw));
	digest_add(&d, len, sizeof(len));
	digest_add(&d, body, n);
	digest_end(&d, hash);
}

static enum rc
insert_object(struct ledger *l, int64_t seq, const struct event *ev, struct err *e)
{
	struct stmt *s = db_query(l->db, "INSERT INTO event_object VALUES ($1, $2, $3)");

	stmt_int(s, 1, seq);
	stmt_text(s, 2, ev->kind);
	stmt_text(s, 3, ev->object);
	return stmt_run(s, e);
}

static enum rc
insert_event(struct ledger *l, int64_t seq, const char *body, const char *prev, const char *hash,
	const struct signer *who, struct err *e)
{
	struct stmt *s = db_query(l->db, "INSERT INTO event VALUES ($1, $2, $3, $4, $5, $6)");
	char sig[KEY_SIGNATURE_HEX];
	unsigned char raw[32];

	key_unhex(raw, sizeof(raw), hash);
	key_sign(who->key, "AUDSIG-v1", raw, sizeof(raw), sig);
	stmt_int(s, 1, seq);
	stmt_text(s, 2, body);
	stmt_text(s, 3, prev);
	stmt_text(s, 4, hash);
	stmt_text(s, 5, who->key->kid);
	stmt_text(s, 6, sig);
	return stmt_run(s, e);
}

/* Everything but the checks of clock and author.  `prev` is the hash of the event before `seq`; data is swallowed. */
static enum rc
write_event(struct ledger *l, const struct signer *who, const struct event *ev, int64_t seq,
	const char *prev, const char *time, char hash[DIGEST_HEX], struct err *e)
{
	enum rc rc = action_check(ev, e);
	char *body;

	if (rc != RC_OK) {
		json_decref(ev->data);
		return rc;
	}
	body = event_body(l, who, ev, seq, time);
	event_hash(prev, body, hash);
	rc = insert_event(l, seq, body, prev, hash, who, e);
	free(body);
	if (rc == RC_OK)
		rc = insert_object(l, seq, ev, e);
	if (rc == RC_OK)
		rc = end_of_failures(l, who, e);
	l->appended++;
	return rc;
}

enum rc
event_append(struct ledger *l, const struct signer *who, const struct event *ev,
	struct event_receipt *receipt, struct err *e)
{
	char prev[DIGEST_HEX], hash[DIGEST_HEX], time[CLOCK_TEXT];
	int64_t seq, now = ledger_now(l);
	enum rc rc = event_head(l, &seq, prev, e);

	if (rc == RC_OK)
		rc = check_clock(l, now, e);
	if (rc == RC_OK)
		rc = check_author(l, who, ev, now, e);
	if (rc != RC_OK) {
		json_decref(ev->data);
		return rc;
	}
	seq++;
	clock_format(now, time);
	rc = write_event(l, who, ev, seq, prev, time, hash, e);
	if (rc == RC_OK && receipt != NULL) {
		receipt->seq = seq;
		receipt->at = now;
		strcpy(receipt->hash, hash);
	}
	return rc;
}

/* ---- the clock ---- */

static bool
clock_was_told(struct ledger *l)
{
	struct stmt *s = db_query(l->db, "SELECT body FROM event ORDER BY seq DESC LIMIT 1");
	bool told = false;

	if (stmt_step(s, NULL) == RC_OK)
		told = strstr(stmt_get_text(s, 0), "\"action\":\"clock\"") != NULL;
	stmt_done(s);
	return told;
}

/* Times in the log do not go back: it has that of the event before it, and what the clock said in its data. */
static enum rc
write_clock(struct ledger *l, const char *time, const char *why, const char *wall)
{
	struct event ev = { .action = "clock", .kind = "archive", .object = l->id };
	char prev[DIGEST_HEX], hash[DIGEST_HEX];
	int64_t seq;
	enum rc rc = event_head(l, &seq, prev, NULL);

	if (rc != RC_OK || clock_was_told(l))
		return rc;
	ev.data = json_pack("{s:s, s:s}", "why", why, "wall", wall);
	return write_event(l, &l->system, &ev, seq + 1, prev, time, hash, NULL);
}

void
event_clock_behind(struct ledger *l)
{
	char time[CLOCK_TEXT], wall[CLOCK_TEXT];

	str_copy(time, sizeof(time), l->behind);
	l->behind[0] = '\0';
	if (time[0] == '\0' || !l->ready || l->system_key.secret == NULL)
		return;
	clock_format(ledger_now(l), wall);
	if (ledger_begin(l, NULL) == RC_OK)
		ledger_end(l, write_clock(l, time, "behind", wall), NULL);
}

enum rc
event_clock_check(struct ledger *l, struct err *e)
{
	char now[CLOCK_TEXT];
	const char *sync;

	if (setting_number(l, SETTING_CLOCK_SYNC) == 0)
		return RC_OK;
	sync = clock_sync(l->clock);
	if (strcmp(sync, "synchronised") == 0)
		return RC_OK;
	clock_format(ledger_now(l), now);
	if (ledger_begin(l, NULL) == RC_OK) {
		enum rc rc = check_clock(l, ledger_now(l), NULL);

		ledger_end(l, rc == RC_OK ? write_clock(l, now, sync, now) : rc, NULL);
	}
	return err_set(e, RC_DENIED,
		"the clock of this machine is %s: nothing is signed until it is right", sync);
}
