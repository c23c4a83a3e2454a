/* Copies of verdicts on their way to sources. */
#include "core/ledger/outbox.h"

#include <stdio.h>
#include <string.h>

#include "core/base/str.h"

enum { FIRST_WAIT_S = 5, LONGEST_WAIT_S = 3600, DOUBLINGS = 10 };

enum rc
outbox_add(struct ledger *l, int64_t series, int64_t decision, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"INSERT INTO outbox SELECT $1, r.source, r.series, $2, 'waiting', $3, 0, $3, '', "
		"'', 0"
		" FROM remote r JOIN source o ON o.id = r.source WHERE r.series = $4 AND"
		" o.state = 'active'");

	stmt_int(s, 1, ledger_next(l, "SELECT max(id) FROM outbox"));
	stmt_int(s, 2, decision);
	stmt_int(s, 3, ledger_now(l));
	stmt_int(s, 4, series);
	return stmt_run(s, e);
}

#define OUTBOX_COLUMNS \
	"SELECT b.id, b.source, b.series, b.decision, o.name, b.state, b.made, b.due, " \
	"b.confirmed," \
	" b.tries, b.fault, b.how FROM outbox b JOIN source o ON o.id = b.source"

static void
read_row(struct stmt *s, struct outbox_row *out)
{
	memset(out, 0, sizeof(*out));
	out->id = stmt_get_int(s, 0);
	out->source = stmt_get_int(s, 1);
	out->series = stmt_get_int(s, 2);
	out->decision = stmt_get_int(s, 3);
	str_copy(out->source_name, sizeof(out->source_name), stmt_get_text(s, 4));
	str_copy(out->state, sizeof(out->state), stmt_get_text(s, 5));
	out->made = stmt_get_int(s, 6);
	out->due = stmt_get_int(s, 7);
	out->confirmed = stmt_get_int(s, 8);
	out->tries = stmt_get_int(s, 9);
	str_copy(out->fault, sizeof(out->fault), stmt_get_text(s, 10));
	str_copy(out->how, sizeof(out->how), stmt_get_text(s, 11));
}

#define DUE \
	" WHERE b.source = $1 AND b.state = 'waiting' AND b.due <= $2 AND NOT EXISTS (SELECT 1 " \
	"FROM" \
	" outbox x WHERE x.series = b.series AND x.source = b.source AND x.id < b.id AND" \
	" x.state = 'waiting') ORDER BY b.id LIMIT 1"

static enum rc
claim(struct ledger *l, int64_t source, int64_t hold_s, struct outbox_row *out, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l), OUTBOX_COLUMNS DUE);
	enum rc rc;

	stmt_int(s, 1, source);
	stmt_int(s, 2, ledger_now(l));
	rc = stmt_step(s, NULL);
	if (rc == RC_OK)
		read_row(s, out);
	stmt_done(s);
	if (rc != RC_OK)
		return err_set(e, rc, "nothing waits for this source");
	s = db_query(ledger_db(l), "UPDATE outbox SET tries = tries + 1, due = $1 WHERE id = $2");
	stmt_int(s, 1, ledger_now(l) + hold_s * 1000000);
	stmt_int(s, 2, out->id);
	out->tries++;
	return stmt_run(s, e);
}

enum rc
outbox_claim(struct ledger *l, int64_t source, int64_t hold_s, struct outbox_row *out, struct err *e)
{
	enum rc rc;

	if (!outbox_due(l, source))
		return err_set(e, RC_NOT_FOUND, "nothing waits for this source");
	rc = ledger_begin(l, e);
	return rc == RC_OK ? ledger_end(l, claim(l, source, hold_s, out, e), e) : rc;
}

bool
outbox_due(struct ledger *l, int64_t source)
{
	struct stmt *s = db_query(ledger_db(l), OUTBOX_COLUMNS DUE);
	bool due;

	stmt_int(s, 1, source);
	stmt_int(s, 2, ledger_now(l));
	due = stmt_step(s, NULL) == RC_OK;
	stmt_done(s);
	return due;
}

/* ---- what became of it ---- */

/* A row that another program settled meanwhile is left as it is. */
static enum rc
update(struct ledger *l, struct stmt *s, int64_t id, struct err *e)
{
	enum rc rc;

	stmt_int(s, 1, id);
	rc = stmt_run(s, e);
	if (rc == RC_OK && db_changes(ledger_db(l)) == 0)
		rc = err_set(e, RC_CONFLICT, "somebody else has settled this one");
	return rc;
}

static enum rc
update_alone(struct ledger *l, struct stmt *s, int64_t id, struct err *e)
{
	enum rc rc = ledger_begin(l, e);

	return rc == RC_OK ? ledger_end(l, update(l, s, id, e), e) : rc;
}

static enum rc
confirm(struct ledger *l, const struct signer *who, const struct outbox_row *r, const char *how,
	struct err *e)
{
	char object[24];
	struct event ev = { .action = "verdict-delivered", .kind = "series", .object = object };
	struct stmt *s = db_query(ledger_db(l),
		"UPDATE outbox SET state = 'confirmed', fault = '', how = $2, confirmed = $3"
		" WHERE id = $1 AND state = 'waiting'");
	enum rc rc;

	stmt_text(s, 2, how);
	stmt_int(s, 3, ledger_now(l));
	rc = update(l, s, r->id, e);
	if (rc != RC_OK)
		return rc;
	snprintf(object, sizeof(object), "%lld", (long long)r->series);
	ev.data = json_pack("{s:s, s:I, s:s}", "source", r->source_name, "decision",
		(json_int_t)r->decision, "how", how);
	return event_append(l, who, &ev, NULL, e);
}

enum rc
outbox_confirm(struct ledger *l, const struct signer *who, const struct outbox_row *r,
	const char *how, struct err *e)
{
	enum rc rc = ledger_begin(l, e);

	return rc == RC_OK ? ledger_end(l, confirm(l, who, r, how, e), e) : rc;
}

/* Doubles, with a quarter of jitter by the row, so that what failed together does not come back together. */
static int64_t
back_off(const struct outbox_row *r)
{
	int64_t doublings = r->tries > DOUBLINGS ? DOUBLINGS : r->tries - 1;
	int64_t wait = (int64_t)FIRST_WAIT_S << (doublings > 0 ? doublings : 0);

	wait = wait > LONGEST_WAIT_S ? LONGEST_WAIT_S : wait;
	return wait * 1000000 + wait * 250000 * (r->id % 4) / 4;
}

enum rc
outbox_failed(struct ledger *l, const struct outbox_row *r, const char *fault, int64_t wait_s,
	struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"UPDATE outbox SET fault = $2, due = $3 WHERE id = $1 AND state = 'waiting'");

	stmt_text(s, 2, fault);
	stmt_int(s, 3, ledger_now(l) + (wait_s > 0 ? wait_s * 1000000 : back_off(r)));
	return update_alone(l, s, r->id, e);
}

enum rc
outbox_refused(struct ledger *l, const struct outbox_row *r, const char *fault, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"UPDATE outbox SET state = 'refused', fault = $2 WHERE id = $1 AND state = "
		"'waiting'");

	stmt_text(s, 2, fault);
	return update_alone(l, s, r->id, e);
}

enum rc
outbox_no_form(struct ledger *l, const struct outbox_row *r, const char *why, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"UPDATE outbox SET state = 'no-form', fault = '', how = $2 WHERE id = $1 AND"
		" state = 'waiting'");

	stmt_text(s, 2, why);
	return update_alone(l, s, r->id, e);
}

enum rc
outbox_retry(struct ledger *l, int64_t source, int64_t *n, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"UPDATE outbox SET state = 'waiting', due = 0, tries = 0 WHERE state IN "
		"('waiting', 'refused')"
		" AND ($1 = 0 OR source = $1)");
	enum rc rc;

	stmt_int(s, 1, source);
	rc = ledger_begin(l, e);
	if (rc == RC_OK)
		rc = ledger_end(l, stmt_run(s, e), e);
	*n = rc == RC_OK ? db_changes(ledger_db(l)) : 0;
	return rc;
}

enum rc
outbox_each(struct ledger *l, bool all, void (*each)(void *ctx, const struct outbox_row *r),
	void *ctx, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		OUTBOX_COLUMNS " WHERE $1 = 1 OR b.state IN ('waiting', 'refused') ORDER BY b.id");
	struct outbox_row r;
	enum rc rc;

	stmt_int(s, 1, all);
	while ((rc = stmt_step(s, e)) == RC_OK) {
		read_row(s, &r);
		each(ctx, &r);
	}
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
