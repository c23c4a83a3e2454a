/* Forms are opened. */
#include "core/trial/fill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/trial/fill_in.h"

static const char *const fillers[] = { "coordinator", "expert", "radiologist", NULL };
static const char *const readers[] = { "coordinator", "expert", "radiologist", "manager", "auditor",
	"reviewer", NULL };

/* ---- where ---- */

enum rc
fill_lift(struct ledger *l, const struct case_at *at, int level, struct fill_place *out,
	struct err *e)
{
	struct case_of c;
	enum rc rc = case_find(l, at, &c, e);

	if (rc != RC_OK)
		return rc;
	if (level == STUDY_OF_VISIT && c.visit[0] != '\0' && c.subject[0] != '\0') {
		str_copy(out->kind, sizeof(out->kind), "visit");
		case_visit(out->object, c.trial, c.subject, c.visit);
		return RC_OK;
	}
	if (level == STUDY_OF_EXAM && c.exam != 0) {
		str_copy(out->kind, sizeof(out->kind), "exam");
		snprintf(out->object, sizeof(out->object), "%lld", (long long)c.exam);
		return RC_OK;
	}
	if (level == STUDY_OF_SERIES && c.series != 0) {
		str_copy(out->kind, sizeof(out->kind), "series");
		snprintf(out->object, sizeof(out->object), "%lld", (long long)c.series);
		return RC_OK;
	}
	return err_set(e, RC_INVALID, "this form is one of %s, and this is none",
		level == STUDY_OF_VISIT          ? "a visit"
			: level == STUDY_OF_EXAM ? "an exam"
						 : "a series");
}

size_t
fill_forms(const struct study *s, const struct case_of *c, const struct study_form **to, size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < s->forms && n < most; i++) {
		const struct study_form *f = &s->form[i];

		if (study_form_is_asked(f, c->visit) &&
			(f->level != STUDY_OF_SERIES || c->series != 0) &&
			(f->level != STUDY_OF_EXAM || c->exam != 0))
			to[n++] = f;
	}
	return n;
}

static enum rc
find_form(struct fill *f, const char *id, struct err *e)
{
	for (size_t i = 0; i < f->study->forms; i++)
		if (strcmp(f->study->form[i].id, id) == 0) {
			f->form = &f->study->form[i];
			return study_form_is_asked(f->form, f->of.visit) || f->of.visit[0] == '\0'
				? RC_OK
				: err_set(e, RC_INVALID, "form %.60s is not asked at visit %s", id,
					  f->of.visit);
		}
	return err_set(e, RC_NOT_FOUND, "the study has no form %.60s", id);
}

/* The study as it was applied last, and the form's own place. */
static enum rc
find_place(
	struct ledger *l, const struct case_at *at, const char *form, struct fill *f, struct err *e)
{
	struct fill_place place;
	struct case_at own = { f->kind, f->object };
	struct mistakes m;
	char *body = NULL;
	enum rc rc = case_find(l, at, &f->of, e);

	if (rc == RC_OK)
		rc = study_version_read(l, f->of.trial, 0, &f->version, &body, e);
	if (rc != RC_OK)
		return rc;
	if (study_read(&f->study, body, strlen(body), &m) != RC_OK)
		rc = err_set(e, RC_UNSUPPORTED,
			"this program finds mistakes in the study that was applied: wetread study "
			"check");
	mistakes_free(&m);
	free(body);
	if (rc == RC_OK)
		rc = find_form(f, form, e);
	if (rc == RC_OK)
		rc = fill_lift(l, at, f->form->level, &place, e);
	if (rc != RC_OK)
		return rc;
	str_copy(f->kind, sizeof(f->kind), place.kind);
	str_copy(f->object, sizeof(f->object), place.object);
	return case_find(l, &own, &f->of, e);
}

enum rc
fill_find(struct ledger *l, const struct case_at *at, const char *form, struct fill_place *out,
	struct err *e)
{
	struct fill *f = mem_zero(1, sizeof(*f));
	enum rc rc = find_place(l, at, form, f, e);

	str_copy(out->kind, sizeof(out->kind), f->kind);
	str_copy(out->object, sizeof(out->object), f->object);
	fill_free(f);
	return rc;
}

/* ---- whose turn ---- */

static bool
is_by(const struct form_pass *p, const struct session *who)
{
	return p->entered && strcmp(p->account, who->user) == 0;
}

/* Two people, then a third where they differ. */
static enum rc
find_pass(const struct session *who, struct fill *f, bool fills, struct err *e)
{
	const struct form_pass *first = &f->state.pass[PASS_FIRST],
			       *second = &f->state.pass[PASS_SECOND];
	bool both = first->signed_ && second->signed_;

	f->pass = PASS_FIRST;
	if (!f->form->double_entry || !first->entered || is_by(first, who))
		return RC_OK;
	if (fills && (!second->entered || is_by(second, who))) {
		f->pass = PASS_SECOND;
		return RC_OK;
	}
	if (!both)
		return err_set(e, RC_DENIED,
			"two people are filling this form, and nobody sees what they enter yet");
	f->pass = PASS_SETTLED;
	return RC_OK;
}

static enum rc
find_rights(struct ledger *l, const struct session *who, struct fill *f, struct err *e)
{
	char role[RIGHTS_ROLE];
	bool fills = case_role(l, who->user, &f->of, fillers, "fill forms", role, NULL) == RC_OK;
	struct case_at at = { f->kind, f->object };
	enum rc rc = case_role(l, who->user, &f->of, readers, "see this form", role, e);

	if (rc == RC_OK)
		rc = form_state_read(l, &at, f->form->id, &f->state, e);
	if (rc == RC_OK)
		rc = find_pass(who, f, fills, e);
	if (rc != RC_OK)
		return rc;
	if (!fills)
		snprintf(f->closed, sizeof(f->closed), "you read it; coordinators fill it");
	else if (f->state.frozen.is)
		snprintf(f->closed, sizeof(f->closed), "%.100s froze the study: %.150s",
			f->state.frozen.name, f->state.frozen.why);
	else if (f->state.locked.is)
		snprintf(f->closed, sizeof(f->closed), "%.100s locked it: %.150s",
			f->state.locked.name, f->state.locked.why);
	return RC_OK;
}

/* ---- what stands ---- */

static const char *
header_text(void *ctx, int attr)
{
	return ((struct fill *)ctx)->facts.value[attr];
}

static void
load_value(void *ctx, const struct entry *v)
{
	struct fill *f = ctx;
	size_t field = form_sheet_find(f->sheet, v->field);

	/* a field that the study does not have any more keeps its rows and is not shown */
	if (field != SIZE_MAX)
		form_sheet_load(f->sheet, field, v->value, NULL);
}

static void
load_reasons(void *ctx, const struct entry *v)
{
	if (v->why[0] != '\0')
		fill_load_reasons(ctx, v->field, v->why);
}

/* Reasons after all values: what they are for is found only then. */
static enum rc
load_pass(struct ledger *l, struct fill *f, int pass, struct err *e)
{
	struct case_at at = { f->kind, f->object };
	enum rc rc = entry_each(l, &at, f->form->id, pass, load_value, f, e);

	return rc == RC_OK ? entry_each(l, &at, f->form->id, pass, load_reasons, f, e) : rc;
}

static const char *
value_of(struct form_sheet *s, size_t field)
{
	const struct form_cell *c = form_sheet_cell(s, field);

	return c->state == FORM_ENTERED ? c->value : "";
}

/* Which fields differ, from two sheets of the same form. */
static void
take_differences(struct fill *f, struct form_sheet *first, struct form_sheet *second)
{
	size_t *fields = NULL;

	f->differences = form_sheet_differs(first, second, &fields);
	f->difference = mem_zero(f->differences + 1, sizeof(*f->difference));
	for (size_t i = 0; i < f->differences; i++)
		f->difference[i] = (struct fill_difference){ .field = fields[i],
			.first = mem_string(value_of(first, fields[i])),
			.second = mem_string(value_of(second, fields[i])) };
	free(fields);
}

struct sheet_of {
	struct form_sheet *sheet;
};

static void
load_plain(void *ctx, const struct entry *v)
{
	struct form_sheet *s = ((struct sheet_of *)ctx)->sheet;
	size_t field = form_sheet_find(s, v->field);

	if (field != SIZE_MAX)
		form_sheet_load(s, field, v->value, NULL);
}

static enum rc
load_both(struct ledger *l, struct fill *f, const struct form_lookups *look, struct err *e)
{
	struct case_at at = { f->kind, f->object };
	struct sheet_of two[2];
	enum rc rc = RC_OK;

	for (int i = 0; i < 2; i++) {
		two[i].sheet = form_sheet_new(f->study, f->form, look);
		if (rc == RC_OK)
			rc = entry_each(l, &at, f->form->id, PASS_FIRST + i, load_plain, &two[i], e);
	}
	if (rc == RC_OK)
		take_differences(f, two[0].sheet, two[1].sheet);
	for (int i = 0; i < 2; i++)
		form_sheet_free(two[i].sheet);
	return rc;
}

/* What was settled lies over the first entry; where both agree that is what counts. */
static enum rc
load(struct ledger *l, struct fill *f, struct err *e)
{
	struct case_at at = { f->kind, f->object };
	struct form_lookups look = { header_text, fill_elsewhere_get, f };
	enum rc rc = facts_read(l, &at, &f->of, &f->facts, e);

	if (rc == RC_OK)
		rc = fill_elsewhere_read(l, f, e);
	if (rc != RC_OK)
		return rc;
	f->sheet = form_sheet_new(f->study, f->form, &look);
	rc = load_pass(l, f, f->pass == PASS_SETTLED ? PASS_FIRST : f->pass, e);
	if (rc == RC_OK && f->pass == PASS_SETTLED)
		rc = load_both(l, f, &look, e);
	if (rc == RC_OK && f->pass == PASS_SETTLED)
		rc = load_pass(l, f, PASS_SETTLED, e);
	return rc;
}

enum rc
fill_open(struct ledger *l, const struct session *who, const struct case_at *at, const char *form,
	struct fill **out, struct err *e)
{
	struct fill *f = mem_zero(1, sizeof(*f));
	enum rc rc = find_place(l, at, form, f, e);

	if (rc == RC_OK)
		rc = find_rights(l, who, f, e);
	if (rc == RC_OK)
		rc = load(l, f, e);
	*out = rc == RC_OK ? f : NULL;
	if (rc != RC_OK)
		fill_free(f);
	return rc;
}

void
fill_free(struct fill *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->differences; i++) {
		free(f->difference[i].first);
		free(f->difference[i].second);
		free(f->difference[i].reason);
	}
	free(f->difference);
	form_sheet_free(f->sheet);
	fill_elsewhere_free(f->elsewhere);
	facts_release(&f->facts);
	study_free(f->study);
	free(f);
}
