/* The sheet: what is set, and what has to be asked again then. */
#include "core/study/form.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/study/form_in.h"
#include "core/study/study_in.h"

/* ---- asking again ---- */

static void
mark_users(struct form_sheet *s, size_t cell)
{
	for (uint32_t u = s->first[cell]; u < s->first[cell + 1]; u++)
		s->dirty[s->user[u]] = true;
}

static bool
is_true(struct form_sheet *s, const struct expr *x)
{
	return x != NULL && expr_evaluate(x, form_value, s) == TRUTH_TRUE;
}

/* What the screen shows of a cell. */
static void
show(struct cell *c)
{
	struct form_cell *shown = &c->shown;
	bool entered = shown->state == FORM_ENTERED;

	shown->raw = entered ? c->raw : shown->state == FORM_PROPOSED ? c->header.text : "";
	shown->value = shown->skipped || !entered ? "" : c->typed.text;
	shown->header = c->has_header ? c->header.text : NULL;
	shown->removes = shown->skipped && entered;
	shown->converted = entered && c->typed.converted;
}

/* Is it asked?  Then what is found of it, and on to those that look at it. */
static void
ask_cell(struct form_sheet *s, size_t at)
{
	struct cell *c = &s->cell[at];
	bool skipped = is_true(s, c->shown.group->skipped) || is_true(s, c->shown.field->skipped);

	s->dirty[at] = false;
	if (skipped == c->shown.skipped)
		return;
	c->shown.skipped = skipped;
	form_judge_cell(s, c, true);
	show(c);
	mark_users(s, at);
}

static void
ask_dirty(struct form_sheet *s, bool keep)
{
	for (size_t i = 0; i < s->cells; i++)
		if (s->dirty[s->order[i]])
			ask_cell(s, s->order[i]);
	for (size_t i = 0; i < s->checks; i++)
		if (s->dirty[s->cells + i]) {
			s->dirty[s->cells + i] = false;
			form_judge_check(s, &s->check[i], keep);
		}
}

static void
read_header(struct form_sheet *s, struct cell *c)
{
	const struct study_field *f = c->shown.field;
	const char *text = NULL;
	int attr;

	typed_free(&c->header);
	if (f->header != NULL && s->look.header != NULL && check_attribute(f->header, &attr))
		text = s->look.header(s->look.ctx, attr);
	c->has_header = !str_empty(text) && strlen(text) <= TYPED_BYTES &&
		typed_read_header(&c->header, f, text);
	if (c->shown.state != FORM_ENTERED)
		c->shown.state = c->has_header ? FORM_PROPOSED : FORM_EMPTY;
}

void
form_sheet_renew(struct form_sheet *s)
{
	for (size_t i = 0; i < s->cells; i++) {
		read_header(s, &s->cell[i]);
		form_judge_cell(s, &s->cell[i], true);
		show(&s->cell[i]);
	}
	memset(s->dirty, true, s->cells + s->checks);
	ask_dirty(s, true);
}

/* ---- making ---- */

static void
place_cells(struct form_sheet *s)
{
	const struct study_form *f = s->form;
	size_t at = 0;

	for (size_t g = 0; g < f->groups; g++)
		s->cells += f->group[g].fields;
	s->checks = f->checks;
	s->cell = mem_zero(s->cells + 1, sizeof(*s->cell));
	s->check = mem_zero(s->checks + 1, sizeof(*s->check));
	s->dirty = mem_zero(s->cells + s->checks + 1, sizeof(*s->dirty));
	for (size_t g = 0; g < f->groups; g++)
		for (size_t i = 0; i < f->group[g].fields; i++) {
			struct cell *c = &s->cell[at++];

			c->shown.group = &f->group[g];
			c->shown.field = &f->group[g].field[i];
			c->raw = mem_string("");
			typed_read(&c->typed, c->shown.field, "");
		}
	for (size_t i = 0; i < s->checks; i++)
		s->check[i].check = &f->check[i];
}

struct form_sheet *
form_sheet_new(
	const struct study *study, const struct study_form *f, const struct form_lookups *look)
{
	struct form_sheet *s = mem_zero(1, sizeof(*s));

	s->study = study;
	s->form = f;
	if (look != NULL)
		s->look = *look;
	place_cells(s);
	form_graph_make(s);
	form_sheet_renew(s);
	return s;
}

void
form_sheet_free(struct form_sheet *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->cells; i++) {
		struct cell *c = &s->cell[i];

		for (size_t n = 0; n < c->shown.findings; n++)
			form_finding_free(&c->shown.finding[n]);
		free(c->shown.finding);
		typed_free(&c->typed);
		typed_free(&c->header);
		free(c->raw);
	}
	for (size_t i = 0; i < s->checks; i++)
		form_finding_free(&s->check[i].finding);
	free(s->cell);
	free(s->check);
	free(s->own);
	free(s->order);
	free(s->first);
	free(s->user);
	free(s->dirty);
	free(s);
}

/* ---- entering ---- */

enum rc
form_sheet_load(struct form_sheet *s, size_t field, const char *text, struct err *e)
{
	struct cell *c = &s->cell[field];
	struct typed old = c->typed;
	enum form_cell_state was = c->shown.state;
	bool empty = text[strspn(text, " \t\r\n")] == '\0', same;

	if (strlen(text) > TYPED_BYTES)
		return err_set(e, RC_LIMIT, "a value has at most %d bytes", TYPED_BYTES);
	typed_read(&c->typed, c->shown.field, text);
	free(c->raw);
	c->raw = mem_string(text);
	str_clean(c->raw);
	c->shown.state = !empty ? FORM_ENTERED : c->has_header ? FORM_PROPOSED : FORM_EMPTY;
	same = was == c->shown.state && c->typed.fault == TYPED_FINE && typed_same(&old, &c->typed);
	typed_free(&old);
	form_judge_cell(s, c, same);
	show(c);
	if (!same)
		mark_users(s, field);
	ask_dirty(s, false);
	return RC_OK;
}

enum rc
form_sheet_set(struct form_sheet *s, size_t field, const char *text, struct err *e)
{
	if (s->cell[field].shown.skipped)
		return err_set(
			e, RC_INVALID, "'%.64s' is not asked here", s->cell[field].shown.field->id);
	return form_sheet_load(s, field, text, e);
}

enum rc
form_sheet_accept(struct form_sheet *s, size_t field, struct err *e)
{
	if (s->cell[field].shown.state != FORM_PROPOSED)
		return err_set(e, RC_INVALID, "nothing is proposed for '%.64s'",
			s->cell[field].shown.field->id);
	return form_sheet_set(s, field, s->cell[field].header.text, e);
}

static struct form_finding *
find_finding(struct form_sheet *s, const char *id, const char *rule)
{
	size_t at = form_sheet_find(s, id);

	if (strcmp(rule, "check") == 0) {
		for (size_t i = 0; i < s->checks; i++)
			if (s->check[i].told && strcmp(s->check[i].finding.id, id) == 0)
				return &s->check[i].finding;
		return NULL;
	}
	for (size_t i = 0; at != SIZE_MAX && i < s->cell[at].shown.findings; i++)
		if (strcmp(s->cell[at].shown.finding[i].rule, rule) == 0)
			return &s->cell[at].shown.finding[i];
	return NULL;
}

enum rc
form_sheet_override(
	struct form_sheet *s, const char *id, const char *rule, const char *reason, struct err *e)
{
	struct form_finding *f = find_finding(s, id, rule);
	size_t characters = 0, n;

	if (f == NULL)
		return err_set(e, RC_NOT_FOUND, "nothing of that kind is found of '%.64s'", id);
	if (f->kind <= FORM_REQUIRED)
		return err_set(e, RC_DENIED, "'%.64s' is refused, with a reason too: %.200s", id,
			f->message);
	for (const char *r = reason + strspn(reason, " "); *r != '\0'; r += n, characters++)
		str_next(r, &n);
	if (characters < FORM_REASON || strlen(reason) > TYPED_BYTES)
		return err_set(e, RC_INVALID, "a reason has %d characters or more", FORM_REASON);
	free(f->reason);
	f->reason = mem_string(reason);
	str_clean(f->reason);
	return RC_OK;
}

/* ---- looking ---- */

size_t
form_sheet_fields(const struct form_sheet *s)
{
	return s->cells;
}

const struct form_cell *
form_sheet_cell(const struct form_sheet *s, size_t field)
{
	return &s->cell[field].shown;
}

size_t
form_sheet_find(const struct form_sheet *s, const char *id)
{
	const struct study_named *n = study_find_field(s->study, s->form->id, id);

	return n != NULL ? s->own[n - s->study->named] : SIZE_MAX;
}

const struct form_finding *
form_sheet_check(const struct form_sheet *s, size_t check)
{
	return s->check[check].told ? &s->check[check].finding : NULL;
}

static void
count(struct form_sum *sum, const struct form_finding *f)
{
	if (f->kind == FORM_REQUIRED)
		sum->missing++;
	else if (f->kind < FORM_REQUIRED)
		sum->refused++;
	else if (f->reason == NULL)
		sum->open++;
	else
		sum->overridden++;
}

struct form_sum
form_sheet_sum(const struct form_sheet *s)
{
	struct form_sum sum = { 0 };

	for (size_t i = 0; i < s->cells; i++) {
		const struct form_cell *c = &s->cell[i].shown;

		sum.skipped += c->skipped;
		sum.removed += c->removes;
		sum.entered += !c->skipped && c->state == FORM_ENTERED;
		sum.proposed += !c->skipped && c->state == FORM_PROPOSED;
		for (size_t n = 0; n < c->findings; n++)
			count(&sum, &c->finding[n]);
	}
	for (size_t i = 0; i < s->checks; i++)
		if (s->check[i].told)
			count(&sum, &s->check[i].finding);
	return sum;
}

/* Texts of which no value can be made are the same where they were typed the same. */
static bool
same_cell(const struct cell *a, const struct cell *b)
{
	bool in_a = !a->shown.skipped && a->shown.state == FORM_ENTERED,
	     in_b = !b->shown.skipped && b->shown.state == FORM_ENTERED;

	if (!in_a || !in_b)
		return in_a == in_b;
	if (a->typed.fault != TYPED_FINE && b->typed.fault != TYPED_FINE)
		return strcmp(a->raw, b->raw) == 0;
	return typed_same(&a->typed, &b->typed);
}

size_t
form_sheet_differs(const struct form_sheet *a, const struct form_sheet *b, size_t **fields)
{
	size_t n = 0;

	*fields = mem_zero(a->cells + 1, sizeof(**fields));
	for (size_t i = 0; i < a->cells && i < b->cells; i++)
		if (!same_cell(&a->cell[i], &b->cell[i]))
			(*fields)[n++] = i;
	return n;
}
