/* What was entered at a place, all of it. */
#include "core/trial/past.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/blind.h"
#include "core/ledger/form_state.h"
#include "core/study/version.h"

static const char *const readers[] = { "coordinator", "reviewer", "radiologist", "expert",
	"manager", "auditor", NULL };

/* Forms of the place that two people are filling still. */
struct open_forms {
	char (*form)[ENTRY_FORM];
	size_t n;
};

static void
add_form(struct open_forms *o, const char *form)
{
	o->form = mem_grow(o->form, o->n + 1, sizeof(*o->form));
	str_copy(o->form[o->n++], ENTRY_FORM, form);
}

static bool
is_open(const struct open_forms *o, const char *form)
{
	for (size_t i = 0; i < o->n; i++)
		if (strcmp(o->form[i], form) == 0)
			return true;
	return false;
}

/* Does the version ask that two people fill the form? */
static enum rc
is_double(struct ledger *l, const char *trial, int64_t version, const char *form, bool *out,
	struct err *e)
{
	struct study_version v;
	struct mistakes m = { 0 };
	struct study *s = NULL;
	char *body = NULL;
	enum rc rc = study_version_read(l, trial, version, &v, &body, e);

	if (rc == RC_OK && study_read(&s, body, strlen(body), &m) != RC_OK)
		rc = err_set(e, RC_UNSUPPORTED,
			"this program finds mistakes in version %lld of the study: wetread study "
			"check",
			(long long)version);
	for (size_t i = 0; rc == RC_OK && i < s->forms; i++)
		if (strcmp(s->form[i].id, form) == 0)
			*out = s->form[i].double_entry;
	mistakes_free(&m);
	study_free(s);
	free(body);
	return rc;
}

struct used {
	char trial[RIGHTS_PLACE], form[ENTRY_FORM];
	int64_t version;
};

static enum rc
check_form(struct ledger *l, const struct case_at *at, const struct used *u, struct open_forms *o,
	struct err *e)
{
	struct form_state state;
	bool two = false;
	enum rc rc = is_double(l, u->trial, u->version, u->form, &two, e);

	if (rc != RC_OK || !two)
		return rc;
	rc = form_state_read(l, at, u->form, &state, e);
	if (rc == RC_OK && !state.pass[PASS_SETTLED].entered &&
		!(state.pass[PASS_FIRST].signed_ && state.pass[PASS_SECOND].signed_))
		add_form(o, u->form);
	return rc;
}

/* By the version that each form was entered under last. */
static enum rc
read_open(struct ledger *l, const struct case_at *at, struct open_forms *o, struct err *e)
{
	struct stmt *s = db_query_once(ledger_db(l),
		"SELECT DISTINCT v.study, n.form, v.version FROM entry n JOIN study_version v ON "
		"v.id"
		" = n.version WHERE n.kind = $1 AND n.object = $2 AND n.event = (SELECT "
		"max(o.event)"
		" FROM entry o WHERE o.kind = n.kind AND o.object = n.object AND o.form = n.form)");
	struct used u;
	enum rc rc;

	stmt_text(s, 1, at->kind);
	stmt_text(s, 2, at->object);
	while ((rc = stmt_step(s, e)) == RC_OK) {
		str_copy(u.trial, sizeof(u.trial), stmt_get_text(s, 0));
		str_copy(u.form, sizeof(u.form), stmt_get_text(s, 1));
		u.version = stmt_get_int(s, 2);
		rc = entry_is_builtin(u.form) ? RC_OK : check_form(l, at, &u, o, e);
		if (rc != RC_OK)
			break;
	}
	stmt_free(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- rows ---- */

static void
fill(struct past_row *r, struct stmt *s)
{
	r->event = stmt_get_int(s, 0);
	r->at = stmt_get_int(s, 1);
	str_copy(r->account, sizeof(r->account), stmt_get_text(s, 2));
	str_copy(r->form, sizeof(r->form), stmt_get_text(s, 3));
	r->pass = (int)stmt_get_int(s, 4);
	str_copy(r->field, sizeof(r->field), stmt_get_text(s, 5));
	str_copy(r->step, sizeof(r->step), stmt_get_text(s, 6));
	str_copy(r->value, sizeof(r->value), stmt_get_text(s, 7));
	str_copy(r->was, sizeof(r->was), stmt_get_text(s, 8));
	str_copy(r->spot, sizeof(r->spot), stmt_get_text(s, 9));
	str_copy(r->why, sizeof(r->why), stmt_get_text(s, 10));
}

static void
mask(const struct ledger *l, struct past_row *r)
{
	if (strcmp(r->form, ENTRY_HEADER) != 0)
		return;
	for (int a = 0; a < ATTR_COUNT; a++)
		if (strcmp(attr_table[a].column, r->field) == 0) {
			bool blind = blind_attr(l, (enum attr)a);

			blind_text(r->value, sizeof(r->value), blind);
			blind_text(r->was, sizeof(r->was), blind);
		}
}

/* Why what was signed is changed stands in the event alone; a row of the same event has the same. */
static void
read_reason(struct ledger *l, struct past_row *r, int64_t last)
{
	struct stmt *s;
	json_t *body = NULL;
	const char *text;

	if (r->event == last)
		return;
	s = db_query(ledger_db(l), "SELECT body FROM event WHERE seq = $1");
	stmt_int(s, 1, r->event);
	if (stmt_step(s, NULL) == RC_OK)
		body = json_loads(stmt_get_text(s, 0), 0, NULL);
	stmt_done(s);
	text = json_string_value(json_object_get(json_object_get(body, "data"), "reason"));
	str_copy(r->reason, sizeof(r->reason), r->step[0] == '\0' && text != NULL ? text : "");
	json_decref(body);
}

static struct stmt *
statement(struct ledger *l, const struct case_at *at, const char *form)
{
	struct stmt *s = db_query_once(ledger_db(l),
		"SELECT event, at, account, form, pass, field, '' AS step, value, was, spot, why, "
		"id"
		" FROM entry WHERE kind = $1 AND object = $2 AND ($3 = '' OR form = $3) UNION ALL"
		" SELECT event, at, account, form, pass, '', step, '', '', '', why, 0 FROM "
		"form_step"
		" WHERE kind = $1 AND object = $2 AND ($3 = '' OR form = $3) ORDER BY 1, 12");

	stmt_text(s, 1, at->kind);
	stmt_text(s, 2, at->object);
	stmt_text(s, 3, form != NULL ? form : "");
	return s;
}

enum rc
past_each(struct ledger *l, const struct session *who, const struct case_at *at, const char *form,
	void (*each)(void *ctx, const struct past_row *r), void *ctx, int64_t *hidden, struct err *e)
{
	struct open_forms open = { 0 };
	struct past_row *row = mem_zero(1, sizeof(*row));
	char role[RIGHTS_ROLE];
	int64_t untold = 0, last = 0;
	struct case_of of;
	struct stmt *s;
	enum rc rc = session_alive(l, who, e);

	if (rc == RC_OK)
		rc = case_find(l, at, &of, e);
	if (rc == RC_OK)
		rc = case_role(l, who->user, &of, readers, "see what was entered", role, e);
	if (rc == RC_OK)
		rc = read_open(l, at, &open, e);
	if (rc == RC_OK) {
		s = statement(l, at, form);
		while ((rc = stmt_step(s, e)) == RC_OK) {
			fill(row, s);
			read_reason(l, row, last);
			last = row->event;
			mask(l, row);
			if (is_open(&open, row->form) && strcmp(row->account, who->user) != 0)
				untold++;
			else
				each(ctx, row);
		}
		stmt_free(s);
		rc = rc == RC_NOT_FOUND ? RC_OK : rc;
	}
	if (hidden != NULL)
		*hidden = untold;
	free(open.form);
	free(row);
	return rc;
}
