/* Who has a task open. */
#include "core/ledger/lease.h"

#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/ledger/account_in.h"
#include "core/ledger/setting.h"

bool
lease_of(struct ledger *l, int64_t task, struct lease *out)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT account, name, source, since, until FROM lease WHERE task = $1 AND until > "
		"$2");
	bool held;

	memset(out, 0, sizeof(*out));
	stmt_int(s, 1, task);
	stmt_int(s, 2, ledger_now(l));
	held = stmt_step(s, NULL) == RC_OK;
	if (held) {
		str_copy(out->account, sizeof(out->account), stmt_get_text(s, 0));
		str_copy(out->name, sizeof(out->name), stmt_get_text(s, 1));
		str_copy(out->source, sizeof(out->source), stmt_get_text(s, 2));
		out->since = stmt_get_int(s, 3);
		out->until = stmt_get_int(s, 4);
	}
	stmt_done(s);
	return held;
}

static enum rc
refuse(const struct lease *held, struct err *e)
{
	char when[CLOCK_TEXT];

	clock_format(held->since, when);
	return err_set(
		e, RC_CONFLICT, "%s has it open since %.10s %.5s UTC", held->name, when, when + 11);
}

enum rc
lease_check(struct ledger *l, const char *account, int64_t task, struct err *e)
{
	struct lease held;

	return lease_of(l, task, &held) && strcmp(held.account, account) != 0 ? refuse(&held, e)
									      : RC_OK;
}

static enum rc
put(struct ledger *l, const struct session *who, int64_t task, bool anew, struct err *e)
{
	int64_t now = ledger_now(l);
	struct stmt *s = db_query(ledger_db(l),
		"INSERT INTO lease VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (task) DO "
		"UPDATE SET"
		" since = CASE WHEN $8 = 0 AND lease.account = excluded.account AND lease.until > "
		"$6 THEN"
		" lease.since ELSE excluded.since END, account = excluded.account, name = "
		"excluded.name,"
		" session = excluded.session, source = excluded.source, until = excluded.until");

	stmt_int(s, 1, task);
	stmt_text(s, 2, who->user);
	stmt_text(s, 3, who->name);
	stmt_text(s, 4, who->id);
	stmt_text(s, 5, who->source);
	stmt_int(s, 6, now);
	stmt_int(s, 7, now + setting_number(l, SETTING_LEASE_MINUTES) * 60000000);
	stmt_int(s, 8, anew);
	return stmt_run(s, e);
}

static enum rc
take(struct ledger *l, const struct session *who, int64_t task, struct lease *held, struct err *e)
{
	if (lease_of(l, task, held) && strcmp(held->account, who->user) != 0)
		return refuse(held, e);
	return put(l, who, task, false, e);
}

enum rc
lease_take(struct ledger *l, const struct session *who, int64_t task, struct lease *held,
	struct err *e)
{
	struct lease none;
	enum rc rc = session_alive(l, who, e);

	if (rc == RC_OK)
		rc = ledger_begin(l, e);
	if (rc != RC_OK)
		return rc;
	return ledger_end(l, take(l, who, task, held != NULL ? held : &none, e), e);
}

/* The series and step that the task is of. */
static enum rc
read_task(struct ledger *l, int64_t task, int64_t *series, char step[32], struct err *e)
{
	struct stmt *s = db_query(
		ledger_db(l), "SELECT series, step FROM task WHERE id = $1 AND state = 'open'");
	enum rc rc;

	stmt_int(s, 1, task);
	rc = stmt_step(s, NULL);
	if (rc == RC_OK) {
		*series = stmt_get_int(s, 0);
		str_copy(step, 32, stmt_get_text(s, 1));
	}
	stmt_done(s);
	return rc == RC_OK ? RC_OK : err_set(e, RC_CONFLICT, "this step is no longer open");
}

static enum rc
take_over(struct ledger *l, const struct session *who, int64_t task, const char *reason,
	struct err *e)
{
	char object[24], step[32], since[CLOCK_TEXT];
	struct event ev = { .action = "lease-taken-over", .kind = "series", .object = object };
	struct signer author = session_signer(who, "");
	struct lease held;
	int64_t series = 0;
	enum rc rc = read_task(l, task, &series, step, e);

	if (rc != RC_OK)
		return rc;
	if (!lease_of(l, task, &held) || strcmp(held.account, who->user) == 0)
		return put(l, who, task, false, e); /* it was let go in between: nothing is taken */
	snprintf(object, sizeof(object), "%lld", (long long)series);
	clock_format(held.since, since);
	ev.data = json_pack("{s:s, s:s, s:s, s:s}", "step", step, "from", held.account, "since",
		since, "reason", reason);
	rc = event_append(l, &author, &ev, NULL, e);
	return rc == RC_OK ? put(l, who, task, true, e) : rc;
}

enum rc
lease_take_over(struct ledger *l, const struct session *who, int64_t task, const char *reason,
	struct err *e)
{
	enum rc rc = session_alive(l, who, e);

	if (rc == RC_OK)
		rc = account_words_check("the reason", reason, e);
	if (rc == RC_OK)
		rc = ledger_begin(l, e);
	return rc == RC_OK ? ledger_end(l, take_over(l, who, task, reason, e), e) : rc;
}

enum rc
lease_let_go(struct ledger *l, const char *session, int64_t task, struct err *e)
{
	struct stmt *s = db_query(
		ledger_db(l), "DELETE FROM lease WHERE session = $1 AND ($2 = 0 OR task = $2)");

	stmt_text(s, 1, session);
	stmt_int(s, 2, task);
	return stmt_run(s, e);
}

enum rc
lease_drop(struct ledger *l, const struct session *who, int64_t task, struct err *e)
{
	enum rc rc = ledger_begin(l, e);

	return rc == RC_OK ? ledger_end(l, lease_let_go(l, who->id, task, e), e) : rc;
}
