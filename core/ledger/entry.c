/* Entries: rows, events, who may. */
#include "core/ledger/entry.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/account_in.h"
#include "core/ledger/form_state.h"

/* ---- who ---- */

/* Whose work it is; the form NULL: those of studies. */
static const struct {
	const char *form;
	const char *roles[6];
} works[] = {
	{ ENTRY_HEADER, { "coordinator", "expert", "manager" } },
	{ ENTRY_TAG, { "coordinator", "reviewer", "radiologist", "expert", "manager" } },
	{ ENTRY_QUALITY, { "reviewer", "radiologist", "expert" } },
	{ NULL, { "coordinator", "expert", "radiologist" } },
};

static const char *const *
roles_of(const char *form)
{
	size_t i = 0;

	while (works[i].form != NULL && strcmp(works[i].form, form) != 0)
		i++;
	return works[i].roles;
}

bool
entry_is_builtin(const char *form)
{
	for (size_t i = 0; works[i].form != NULL; i++)
		if (strcmp(works[i].form, form) == 0)
			return true;
	return false;
}

/* ---- reading ---- */

#define COLUMNS "field, value, was, why, spot, account, pass, event, at, version"

static void
fill(struct entry *v, struct stmt *s, int c)
{
	str_copy(v->field, sizeof(v->field), stmt_get_text(s, c));
	str_copy(v->value, sizeof(v->value), stmt_get_text(s, c + 1));
	str_copy(v->was, sizeof(v->was), stmt_get_text(s, c + 2));
	str_copy(v->why, sizeof(v->why), stmt_get_text(s, c + 3));
	str_copy(v->spot, sizeof(v->spot), stmt_get_text(s, c + 4));
	str_copy(v->account, sizeof(v->account), stmt_get_text(s, c + 5));
	v->pass = (int)stmt_get_int(s, c + 6);
	v->event = stmt_get_int(s, c + 7);
	v->at = stmt_get_int(s, c + 8);
	v->version = stmt_get_int(s, c + 9);
}

static enum rc
tell_all(struct stmt *s, void (*each)(void *ctx, const struct entry *v), void *ctx, struct err *e)
{
	struct entry v;
	enum rc rc;

	while ((rc = stmt_step(s, e)) == RC_OK) {
		fill(&v, s, 0);
		each(ctx, &v);
	}
	stmt_done(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
entry_each(struct ledger *l, const struct case_at *at, const char *form, int pass,
	void (*each)(void *ctx, const struct entry *v), void *ctx, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT " COLUMNS " FROM entry n WHERE kind = $1 AND object = $2 AND form = $3 AND"
		" pass = $4 AND event = (SELECT max(event) FROM entry o WHERE o.kind = n.kind AND"
		" o.object = n.object AND o.form = n.form AND o.pass = n.pass AND o.field = "
		"n.field)"
		" ORDER BY field");

	stmt_text(s, 1, at->kind);
	stmt_text(s, 2, at->object);
	stmt_text(s, 3, form);
	stmt_int(s, 4, pass);
	return tell_all(s, each, ctx, e);
}

enum rc
entry_history(struct ledger *l, const struct case_at *at, const char *form,
	void (*each)(void *ctx, const struct entry *v), void *ctx, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT " COLUMNS " FROM entry WHERE kind = $1 AND object = $2 AND form = $3"
		" ORDER BY id");

	stmt_text(s, 1, at->kind);
	stmt_text(s, 2, at->object);
	stmt_text(s, 3, form);
	return tell_all(s, each, ctx, e);
}

enum rc
entry_one(struct ledger *l, const struct case_at *at, const char *form, int pass, const char *field,
	struct entry *out, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT " COLUMNS " FROM entry WHERE kind = $1 AND object = $2 AND form = $3 AND"
		" pass = $4 AND field = $5 ORDER BY event DESC LIMIT 1");
	enum rc rc;

	stmt_text(s, 1, at->kind);
	stmt_text(s, 2, at->object);
	stmt_text(s, 3, form);
	stmt_int(s, 4, pass);
	stmt_text(s, 5, field);
	rc = stmt_step(s, NULL);
	if (rc == RC_OK)
		fill(out, s, 0);
	stmt_done(s);
	return rc == RC_OK ? RC_OK : err_set(e, rc, "nothing was entered");
}

enum rc
entry_all(struct ledger *l, const char *form,
	void (*each)(void *ctx, const struct entry_place *p, const struct entry *v), void *ctx,
	struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT " COLUMNS
		", kind, object, form FROM entry n WHERE (form = $1 OR $1 = '') AND"
		" event = (SELECT max(event) FROM entry o WHERE o.kind = n.kind AND"
		" o.object = n.object AND o.form = n.form AND o.pass = n.pass AND o.field = "
		"n.field)"
		" ORDER BY kind, object, form, pass, field");
	struct entry v;
	enum rc rc;

	stmt_text(s, 1, form != NULL ? form : "");
	while ((rc = stmt_step(s, e)) == RC_OK) {
		struct entry_place p = { stmt_get_text(s, 10), stmt_get_text(s, 11),
			stmt_get_text(s, 12) };

		fill(&v, s, 0);
		each(ctx, &p, &v);
	}
	stmt_done(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- what can be saved ---- */

static enum rc
check_text(const char *what, const char *text, size_t most, struct err *e)
{
	if (text == NULL)
		return RC_OK;
	if (strlen(text) >= most)
		return err_set(e, RC_LIMIT, "%s is longer than %zu bytes", what, most - 1);
	return account_clean(text)
		? RC_OK
		: err_set(e, RC_INVALID, "%s has characters that cannot be kept", what);
}

static enum rc
check_value(const struct entry_value *v, struct err *e)
{
	enum rc rc = check_text("the name of a field", v->field, ENTRY_FIELD, e);

	if (rc == RC_OK && v->field[0] == '\0')
		rc = err_set(e, RC_INVALID, "a field has a name");
	if (rc == RC_OK)
		rc = check_text("a value", v->value, ENTRY_VALUE, e);
	if (rc == RC_OK)
		rc = check_text("a reason", v->why, ENTRY_WHY, e);
	return rc == RC_OK ? check_text("a place on images", v->spot, ENTRY_SPOT, e) : rc;
}

static enum rc
check_save(const struct entry_save *r, struct err *e)
{
	enum rc rc = check_text("the name of a form", r->form, ENTRY_FORM, e);

	if (rc == RC_OK && (r->pass < PASS_FIRST || r->pass > PASS_SETTLED))
		rc = err_set(e, RC_INVALID, "a form is filled once, twice, and settled");
	if (rc == RC_OK && r->n > ENTRY_VALUES)
		rc = err_set(e, RC_LIMIT, "more than %d values at once", ENTRY_VALUES);
	if (rc == RC_OK && r->reason != NULL)
		rc = account_words_check("the reason for the change", r->reason, e);
	for (size_t i = 0; rc == RC_OK && i < r->n; i++)
		rc = check_value(&r->values[i], e);
	return rc;
}

/* Nobody fills a form twice, or settles between himself and another. */
static enum rc
check_pass(struct ledger *l, const struct session *who, const struct entry_save *r, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT 1 FROM entry WHERE kind = $1 AND object = $2 AND form = $3 AND pass <> $4 "
		"AND"
		" account = $5 LIMIT 1");
	bool other;

	stmt_text(s, 1, r->at.kind);
	stmt_text(s, 2, r->at.object);
	stmt_text(s, 3, r->form);
	stmt_int(s, 4, r->pass);
	stmt_text(s, 5, who->user);
	other = stmt_step(s, NULL) == RC_OK;
	stmt_done(s);
	return other
		? err_set(e, RC_DENIED, "you filled this form another time; somebody else does now")
		: RC_OK;
}

static enum rc
check_version(const struct case_of *c, const struct entry_save *r, struct err *e)
{
	if (entry_is_builtin(r->form) || r->version == c->version)
		return RC_OK;
	return c->version == 0 ? err_set(e, RC_NOT_FOUND, "no study %.60s was applied", c->trial)
			       : err_set(e, RC_CONFLICT,
					 "another version of the study was applied meanwhile: open "
					 "the form again");
}

static enum rc
check_open(struct ledger *l, const struct entry_save *r, struct err *e)
{
	struct form_state state;
	enum rc rc = form_state_read(l, &r->at, r->form, &state, e);

	if (rc != RC_OK)
		return rc;
	if (state.frozen.is || state.locked.is) {
		const struct form_mark *by = state.frozen.is ? &state.frozen : &state.locked;

		return err_set(e, RC_CONFLICT, "%s %s it: %.200s", by->name,
			state.frozen.is ? "froze the study with" : "locked", by->why);
	}
	if (state.pass[r->pass].signed_ && r->reason == NULL)
		return err_set(e, RC_CONFLICT, "%s signed this form: say why it is changed",
			state.pass[r->pass].name);
	return RC_OK;
}

/* ---- saving ---- */

static enum rc
insert(struct ledger *l, const struct session *who, const struct entry_save *r,
	const struct entry_value *v, const char *was, const struct event_receipt *ev, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"INSERT INTO entry VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
		"$14)");

	stmt_int(s, 1, ledger_next(l, "SELECT max(id) FROM entry"));
	stmt_int(s, 2, ev->seq);
	stmt_text(s, 3, r->at.kind);
	stmt_text(s, 4, r->at.object);
	stmt_text(s, 5, r->form);
	stmt_int(s, 6, r->pass);
	stmt_text(s, 7, v->field);
	stmt_text(s, 8, v->value);
	stmt_text(s, 9, was);
	stmt_text(s, 10, v->why != NULL ? v->why : "");
	stmt_text(s, 11, v->spot != NULL ? v->spot : "");
	stmt_int(s, 12, r->version);
	stmt_text(s, 13, who->user);
	stmt_int(s, 14, ev->at);
	return stmt_run(s, e);
}

/* The values that differ from what stands, for the event; their places in r->values into `which`.  That there is none is a value
 * where two differ. */
static json_t *
changes(struct ledger *l, const struct entry_save *r, size_t *which, size_t *n)
{
	json_t *list = json_array();
	struct entry now;

	*n = 0;
	for (size_t i = 0; i < r->n; i++) {
		const struct entry_value *v = &r->values[i];
		const char *why = v->why != NULL ? v->why : "",
			   *spot = v->spot != NULL ? v->spot : "";
		bool there = entry_one(l, &r->at, r->form, r->pass, v->field, &now, NULL) == RC_OK;

		if (there ? strcmp(now.value, v->value) == 0 && strcmp(now.why, why) == 0 &&
					strcmp(now.spot, spot) == 0
			  : v->value[0] == '\0' && r->pass != PASS_SETTLED)
			continue;
		json_array_append_new(list,
			json_pack("[s, s, s, s, s]", v->field, v->value, there ? now.value : "",
				why, spot));
		which[(*n)++] = i;
	}
	return list;
}

static enum rc
write_changes(struct ledger *l, const struct session *who, const struct entry_save *r,
	const struct case_of *c, const char *role, json_t *list, const size_t *which, size_t n,
	struct err *e)
{
	struct event ev = { .action = "entered", .kind = r->at.kind, .object = r->at.object };
	struct signer author = session_signer(who, role);
	struct event_receipt receipt;
	enum rc rc;

	json_incref(list);
	ev.data = json_pack("{s:s, s:s, s:i, s:I, s:s, s:o}", "trial", c->trial, "form", r->form,
		"pass", r->pass, "version", (json_int_t)r->version, "reason",
		r->reason != NULL ? r->reason : "", "values", list);
	rc = event_append(l, &author, &ev, &receipt, e);
	for (size_t i = 0; rc == RC_OK && i < n; i++)
		rc = insert(l, who, r, &r->values[which[i]],
			json_string_value(json_array_get(json_array_get(list, i), 2)), &receipt, e);
	return rc;
}

static enum rc
save_one(struct ledger *l, const struct session *who, const struct entry_save *r, int64_t *saved,
	struct err *e)
{
	char role[RIGHTS_ROLE];
	struct case_of c;
	size_t *which, n = 0;
	json_t *list;
	enum rc rc = case_find(l, &r->at, &c, e);

	if (rc == RC_OK)
		rc = case_role(l, who->user, &c, roles_of(r->form), "enter this", role, e);
	if (rc == RC_OK)
		rc = check_version(&c, r, e);
	if (rc == RC_OK)
		rc = check_pass(l, who, r, e);
	if (rc == RC_OK)
		rc = check_open(l, r, e);
	if (rc != RC_OK)
		return rc;
	which = mem_zero(r->n + 1, sizeof(*which));
	list = changes(l, r, which, &n);
	if (n > 0)
		rc = write_changes(l, who, r, &c, role, list, which, n, e);
	json_decref(list);
	free(which);
	*saved += (int64_t)n;
	for (size_t i = 0; rc == RC_OK && i < r->query_count; i++)
		if (!query_is_asked(l, &r->queries[i]))
			rc = query_write_new(l, who, role, &r->queries[i], &c, NULL, e);
	return rc;
}

enum rc
entry_save(struct ledger *l, const struct session *who, const struct entry_save *list, size_t n,
	int64_t *saved, struct err *e)
{
	int64_t count = 0;
	enum rc rc = session_alive(l, who, e);

	for (size_t i = 0; rc == RC_OK && i < n; i++)
		rc = check_save(&list[i], e);
	if (rc == RC_OK)
		rc = ledger_begin(l, e);
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; rc == RC_OK && i < n; i++)
		rc = save_one(l, who, &list[i], &count, e);
	rc = ledger_end(l, rc, e);
	if (saved != NULL)
		*saved = rc == RC_OK ? count : 0;
	return rc;
}
