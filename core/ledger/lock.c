/* Failures in a row and what they lock. */
#include "core/ledger/lock.h"

#include <string.h>

#include "core/base/str.h"

enum rc
lock_check(int64_t now, int64_t until, struct err *e)
{
	char when[CLOCK_TEXT];

	if (until == LOCK_UNTIL_OFFICER)
		return err_set(e, RC_DENIED,
			"locked after %d failures in a row; only an officer can unlock it",
			LOCK_FOR_GOOD_AFTER);
	if (until <= now)
		return RC_OK;
	clock_format(until, when);
	return err_set(e, RC_DENIED, "locked after %d failures in a row until %.10s %.8s UTC",
		LOCK_AFTER, when, when + 11);
}

void
lock_read(struct ledger *l, const char *user, const char *mark, struct lock *out)
{
	struct stmt *s = user != NULL
		? db_query(ledger_db(l), "SELECT failures, locked_until FROM account WHERE id = $1")
		: db_query(ledger_db(l), "SELECT failures, locked_until FROM stranger WHERE mark = $1");

	memset(out, 0, sizeof(*out));
	stmt_text(s, 1, user != NULL ? user : mark);
	if (stmt_step(s, NULL) == RC_OK) {
		out->failures = stmt_get_int(s, 0);
		out->until = stmt_get_int(s, 1);
	}
	stmt_done(s);
}

enum rc
lock_mark(struct ledger *l, const char *id, char mark[LOCK_MARK], struct lock *out, struct err *e)
{
	char salt[33], value[DIGEST_HEX];
	struct key_stretch as = { .salt = salt, .tag = "STRANGER-v1" };
	enum rc rc;

	str_copy(salt, sizeof(salt), ledger_id(l));
	rc = key_stretch(&as, id, value, e);
	/* 65,536 marks are enough, keep the table small, and say next to nothing about what was typed */
	str_copy(mark, LOCK_MARK, rc == RC_OK ? value : "");
	if (rc == RC_OK)
		lock_read(l, NULL, mark, out);
	return rc;
}

/* Somebody must be left who can unlock: the last officer is never locked for good. */
static bool
officer_left(struct ledger *l, const char *user)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT 1 FROM account a JOIN account_role r ON r.account = a.id WHERE r.role = "
		"'officer'"
		" AND a.state = 'active' AND a.locked_until <> -1 AND a.id <> $1");
	bool left;

	stmt_text(s, 1, user != NULL ? user : "");
	left = stmt_step(s, NULL) == RC_OK;
	stmt_done(s);
	return left;
}

void
lock_next(struct ledger *l, const char *user, const char *mark, struct lock *out, bool *counted)
{
	int64_t now = ledger_now(l), soon = now + LOCK_MINUTES * INT64_C(60000000);

	lock_read(l, user, mark, out);
	*counted = lock_check(now, out->until, NULL) == RC_OK;
	if (!*counted)
		return;
	out->failures++;
	out->until = 0;
	if (out->failures >= LOCK_FOR_GOOD_AFTER)
		out->until = officer_left(l, user) ? LOCK_UNTIL_OFFICER : soon;
	else if (out->failures == LOCK_AFTER)
		out->until = soon;
}

static enum rc
write_stranger(struct ledger *l, const char *mark, const struct lock *k, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"INSERT INTO stranger VALUES ($1, $2, $3) ON CONFLICT (mark) DO UPDATE SET"
		" failures = excluded.failures, locked_until = excluded.locked_until");

	stmt_text(s, 1, mark);
	stmt_int(s, 2, k->failures);
	stmt_int(s, 3, k->until);
	return stmt_run(s, e);
}

static enum rc
write_locked(struct ledger *l, const char *user, const struct lock *k, struct err *e)
{
	struct event ev = { .action = "account-locked", .kind = "account", .object = user };
	char until[CLOCK_TEXT] = "officer";

	if (k->until != LOCK_UNTIL_OFFICER)
		clock_format(k->until, until);
	ev.data = json_pack("{s:I, s:s}", "failures", (json_int_t)k->failures, "until", until);
	return event_append(l, ledger_system(l), &ev, NULL, e);
}

enum rc
lock_write(struct ledger *l, const char *user, const char *mark, const struct lock *k, bool counted,
	struct err *e)
{
	struct stmt *s;
	enum rc rc;

	if (user == NULL)
		return counted ? write_stranger(l, mark, k, e) : RC_OK;
	s = db_query(ledger_db(l),
		"UPDATE account SET failures = $1, failed = failed + 1, locked_until = $2 WHERE id "
		"= $3");
	stmt_int(s, 1, k->failures);
	stmt_int(s, 2, k->until);
	stmt_text(s, 3, user);
	rc = stmt_run(s, e);
	return rc == RC_OK && counted && k->until != 0 ? write_locked(l, user, k, e) : rc;
}
