/* Forms: signed, locked, frozen. */
#include "core/ledger/form_state.h"

#include <string.h>

#include "core/base/buf.h"
#include "core/base/str.h"
#include "core/ledger/account_in.h"
#include "core/ledger/decision.h"
#include "core/ledger/entry.h"
#include "core/ledger/form_in.h"
#include "core/ledger/query.h"

/* ---- reading ---- */

static enum rc
read_entered(struct ledger *l, const struct case_at *at, const char *form, struct form_state *out,
	struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT pass, account, max(event), at FROM entry WHERE kind = $1 AND object = $2 "
		"AND"
		" form = $3 GROUP BY pass");
	enum rc rc;

	stmt_text(s, 1, at->kind);
	stmt_text(s, 2, at->object);
	stmt_text(s, 3, form);
	while ((rc = stmt_step(s, e)) == RC_OK) {
		int64_t n = stmt_get_int(s, 0);
		struct form_pass *p = &out->pass[n > 0 && n < FORM_PASSES ? n : 0];

		p->entered = true;
		str_copy(p->account, sizeof(p->account), stmt_get_text(s, 1));
		p->event = stmt_get_int(s, 2);
		p->at = stmt_get_int(s, 3);
	}
	stmt_done(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static void
take_signed(struct form_pass *p, struct stmt *s)
{
	if (stmt_get_int(s, 0) < p->event)
		return; /* something was entered after it */
	p->signed_ = true;
	p->event = stmt_get_int(s, 0);
	str_copy(p->account, sizeof(p->account), stmt_get_text(s, 3));
	str_copy(p->name, sizeof(p->name), stmt_get_text(s, 4));
	p->at = stmt_get_int(s, 6);
}

static void
take_mark(struct form_mark *m, struct stmt *s, const char *is)
{
	memset(m, 0, sizeof(*m));
	m->is = strcmp(stmt_get_text(s, 2), is) == 0;
	m->event = stmt_get_int(s, 0);
	str_copy(m->account, sizeof(m->account), stmt_get_text(s, 3));
	str_copy(m->name, sizeof(m->name), stmt_get_text(s, 4));
	str_copy(m->why, sizeof(m->why), stmt_get_text(s, 5));
	m->at = stmt_get_int(s, 6);
}

static enum rc
read_steps(struct ledger *l, const struct case_at *at, const char *form, struct form_state *out,
	struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT event, pass, step, account, name, why, at FROM form_step WHERE kind = $1 "
		"AND"
		" object = $2 AND form = $3 ORDER BY event");
	bool study = form[0] == '\0';
	enum rc rc;

	stmt_text(s, 1, at->kind);
	stmt_text(s, 2, at->object);
	stmt_text(s, 3, form);
	while ((rc = stmt_step(s, e)) == RC_OK) {
		int64_t n = stmt_get_int(s, 1);

		if (strcmp(stmt_get_text(s, 2), "signed") != 0)
			take_mark(study ? &out->frozen : &out->locked, s,
				study ? "frozen" : "locked");
		else if (n > 0 && n < FORM_PASSES)
			take_signed(&out->pass[n], s);
	}
	stmt_done(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
form_state_read(struct ledger *l, const struct case_at *at, const char *form,
	struct form_state *out, struct err *e)
{
	struct case_of c;
	struct case_at study = { "study", c.trial };
	enum rc rc = case_find(l, at, &c, e);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = read_entered(l, at, form, out, e);
	if (rc == RC_OK && form[0] != '\0')
		rc = read_steps(l, at, form, out, e);
	return rc == RC_OK ? read_steps(l, &study, "", out, e) : rc;
}

/* ---- the digest ---- */

struct summing {
	struct buf text;
};

static void
add_line(void *ctx, const struct entry *v)
{
	struct summing *sum = ctx;

	buf_format(&sum->text, "%s\t%s\t%lld\n", v->field, v->value, (long long)v->event);
}

enum rc
form_digest(struct ledger *l, const struct case_at *at, const char *form, int pass,
	char hex[DIGEST_HEX], struct err *e)
{
	struct summing sum = { 0 };
	struct digest d;
	enum rc rc = entry_each(l, at, form, pass, add_line, &sum, e);

	digest_begin(&d);
	digest_add(&d, sum.text.data != NULL ? sum.text.data : "", sum.text.len);
	digest_end(&d, hex);
	buf_release(&sum.text);
	return rc;
}

/* ---- steps ---- */

enum rc
form_step_write(struct ledger *l, const struct signer *author, const struct form_step *st,
	struct event_receipt *receipt, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"INSERT INTO form_step VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
		"$13)");

	stmt_int(s, 1, receipt->seq);
	stmt_text(s, 2, st->at.kind);
	stmt_text(s, 3, st->at.object);
	stmt_text(s, 4, st->form);
	stmt_int(s, 5, st->pass);
	stmt_text(s, 6, st->step);
	stmt_text(s, 7, st->why);
	stmt_text(s, 8, st->digest);
	stmt_int(s, 9, st->running);
	stmt_text(s, 10, author->user);
	stmt_text(s, 11, author->name);
	stmt_text(s, 12, author->role);
	stmt_int(s, 13, receipt->at);
	return stmt_run(s, e);
}

/* What an event of a lock tells. */
static enum rc
write_mark(struct ledger *l, const struct session *who, const char *role,
	const struct form_step *st, struct err *e)
{
	struct event ev = { .action = "form-marked", .kind = st->at.kind, .object = st->at.object };
	struct signer author = session_signer(who, role);
	struct event_receipt receipt;
	enum rc rc;

	ev.data =
		json_pack("{s:s, s:s, s:s}", "form", st->form, "step", st->step, "reason", st->why);
	rc = event_append(l, &author, &ev, &receipt, e);
	return rc == RC_OK ? form_step_write(l, &author, st, &receipt, e) : rc;
}

/* May the step be taken from here?  With what it is called. */
static enum rc
check_lock(struct ledger *l, const struct form_step *st, const struct form_state *now, struct err *e)
{
	bool lock = strcmp(st->step, "locked") == 0;
	int64_t open = 0;
	enum rc rc = RC_OK;

	if (now->frozen.is)
		return err_set(e, RC_CONFLICT, "the study is frozen");
	if (lock == now->locked.is)
		return err_set(e, RC_CONFLICT, lock ? "%s locked it" : "%sit is not locked",
			lock ? now->locked.name : "");
	if (!lock)
		return RC_OK;
	for (int p = PASS_FIRST; p <= PASS_SETTLED; p++)
		if (now->pass[p].entered && !now->pass[p].signed_)
			return err_set(e, RC_CONFLICT, "what %s entered is not signed yet",
				now->pass[p].account);
	if (!now->pass[PASS_FIRST].entered)
		return err_set(e, RC_CONFLICT, "nothing is entered yet");
	rc = query_open_count(l, &st->at, st->form, &open, e);
	if (rc == RC_OK && open > 0)
		rc = err_set(e, RC_CONFLICT, "%lld queries about it are open", (long long)open);
	return rc;
}

static enum rc
check_freeze(
	struct ledger *l, const struct form_step *st, const struct form_state *now, struct err *e)
{
	bool freeze = strcmp(st->step, "frozen") == 0;

	(void)l;
	return freeze != now->frozen.is
		? RC_OK
		: err_set(e, RC_CONFLICT,
			  freeze ? "the study is frozen already" : "the study is not frozen");
}

static enum rc
mark_inside(struct ledger *l, const struct session *who, const struct form_step *st, struct err *e)
{
	static const char *const roles[] = { "manager", NULL };
	char role[RIGHTS_ROLE];
	struct form_state now;
	struct case_of c;
	enum rc rc = case_find(l, &st->at, &c, e);

	if (rc == RC_OK)
		rc = case_role(l, who->user, &c, roles, "lock or unlock what is entered", role, e);
	if (rc == RC_OK)
		rc = form_state_read(l, &st->at, st->form, &now, e);
	if (rc == RC_OK)
		rc = (st->form[0] == '\0' ? check_freeze : check_lock)(l, st, &now, e);
	return rc == RC_OK ? write_mark(l, who, role, st, e) : rc;
}

static enum rc
mark(struct ledger *l, const struct session *who, const struct form_step *st, struct err *e)
{
	enum rc rc = session_alive(l, who, e);

	if (rc == RC_OK)
		rc = account_words_check("the reason", st->why, e);
	if (rc == RC_OK && strlen(st->why) >= sizeof(((struct form_mark *)0)->why))
		rc = err_set(e, RC_LIMIT, "the reason is too long");
	if (rc == RC_OK)
		rc = ledger_begin(l, e);
	return rc == RC_OK ? ledger_end(l, mark_inside(l, who, st, e), e) : rc;
}

enum rc
form_lock(struct ledger *l, const struct session *who, const struct case_at *at, const char *form,
	const char *reason, struct err *e)
{
	struct form_step st = { *at, form, "locked", reason, "", 0, 0 };

	return mark(l, who, &st, e);
}

enum rc
form_unlock(struct ledger *l, const struct session *who, const struct case_at *at, const char *form,
	const char *reason, struct err *e)
{
	struct form_step st = { *at, form, "unlocked", reason, "", 0, 0 };

	return mark(l, who, &st, e);
}

enum rc
form_freeze(struct ledger *l, const struct session *who, const char *trial, const char *reason,
	struct err *e)
{
	struct form_step st = { { "study", trial }, "", "frozen", reason, "", 0, 0 };

	return mark(l, who, &st, e);
}

enum rc
form_thaw(struct ledger *l, const struct session *who, const char *trial, const char *reason,
	struct err *e)
{
	struct form_step st = { { "study", trial }, "", "thawed", reason, "", 0, 0 };

	return mark(l, who, &st, e);
}
