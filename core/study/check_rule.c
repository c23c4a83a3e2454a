/* Expressions of a study file: what their names mean, and that no field waits for itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/dicom/attr.h"
#include "core/study/study_in.h"

/* Numbers of names: the field or attribute, and above it the visit. */
#define NAME_HEADER ((int64_t)1 << 40)
#define NAME_VISIT  20 /* bits; 0 here, 1 previous, 2 the first visit of the file, ... */

struct study_name
study_name(int64_t id)
{
	struct study_name n = { .which = (size_t)(id & ((1 << NAME_VISIT) - 1)) };
	int64_t visit = (id & ~NAME_HEADER) >> NAME_VISIT;

	n.what = (id & NAME_HEADER) != 0 ? STUDY_NAME_HEADER : STUDY_NAME_FIELD;
	n.where = visit == 0 ? STUDY_HERE : visit == 1 ? STUDY_PREVIOUS : STUDY_AT;
	n.visit = visit >= 2 ? (size_t)visit - 2 : 0;
	return n;
}

/* Where an expression stands. */
struct scope {
	const struct study *s;
	const struct study_form *form; /* NULL: only header names */
};

enum { WHY = 200 }; /* struct expr_names */

static bool
find_header(const char *name, int64_t *id, enum value_type *type, char why[WHY])
{
	static const enum value_type types[] = {
		[ATTR_KIND_TEXT] = VALUE_TEXT,
		[ATTR_KIND_NAME] = VALUE_TEXT,
		[ATTR_KIND_UID] = VALUE_TEXT,
		[ATTR_KIND_DATE] = VALUE_DATE,
		[ATTR_KIND_TIME] = VALUE_TIME,
		[ATTR_KIND_INT] = VALUE_NUMBER,
		[ATTR_KIND_REAL] = VALUE_NUMBER,
	};
	int a;

	if (!check_attribute(name, &a)) {
		snprintf(why, WHY, "there is no attribute '%.60s'", name);
		return false;
	}
	*id = NAME_HEADER | a;
	*type = types[attr_table[a].kind];
	return true;
}

/* "@previous" or "@VISIT" at the end of a name, taken off. */
static bool
take_visit(const struct study *s, char *name, int64_t *visit, char why[WHY])
{
	char *at = strchr(name, '@');
	const struct study_visit *v;

	*visit = 0;
	if (at == NULL)
		return true;
	*at++ = '\0';
	*visit = 1;
	if (strcmp(at, "previous") == 0)
		return true;
	v = study_find_visit(s, at);
	if (v == NULL) {
		snprintf(why, WHY, "there is no visit '%.64s'", at);
		return false;
	}
	*visit = 2 + (v - s->visit);
	return true;
}

/* One exam has many series, one visit may have many exams: which of their forms would be meant?  And a form that is not
 * filled in at a visit has no value there, ever. */
static bool
reachable(const struct scope *at, const struct study_form *form, int64_t visit, char why[WHY])
{
	const char *id = visit >= 2 ? at->s->visit[visit - 2].id : NULL;
	bool there = form->visits == 0 || id == NULL;

	for (size_t i = 0; !there && i < form->visits; i++)
		there = strcmp(form->visit[i], id) == 0;
	if (!there)
		snprintf(why, WHY, "form '%.64s' is not filled in at visit '%.64s'", form->id, id);
	else if (form->level > at->form->level)
		snprintf(why, WHY, "form '%.64s' is of each %s: which one?", form->id,
			study_levels[form->level]);
	return there && form->level <= at->form->level;
}

static bool
find_name(void *ctx, const char *given, int64_t *id, enum value_type *type, char why[WHY])
{
	const struct scope *at = ctx;
	const struct study_named *n;
	char name[EXPR_NAME], *dot;
	const char *form;
	int64_t visit;

	if (strncmp(given, "header.", 7) == 0)
		return find_header(given + 7, id, type, why);
	snprintf(name, sizeof(name), "%s", given);
	if (at->form == NULL || at->form->id == NULL) {
		snprintf(why, WHY, "'%.60s': here only header.NAME is known", given);
		return false;
	}
	if (!take_visit(at->s, name, &visit, why))
		return false;
	dot = strchr(name, '.');
	form = at->form->id;
	if (dot != NULL) {
		*dot = '\0';
		form = name;
	}
	n = study_find_field(at->s, form, dot != NULL ? dot + 1 : name);
	if (n != NULL && n->field->type < 0)
		return false; /* told where it stands */
	if (n == NULL) {
		snprintf(why, WHY, "form '%.64s' has no field '%.64s'", form,
			dot != NULL ? dot + 1 : name);
		return false;
	}
	if (!reachable(at, n->form, visit, why))
		return false;
	*id = visit << NAME_VISIT | (n - at->s->named);
	*type = study_value_type((enum study_type)n->field->type);
	return true;
}

static bool
is_code(void *ctx, int64_t id, const char *code)
{
	const struct scope *at = ctx;
	struct study_name n = study_name(id);
	const struct study_codes *list =
		n.what == STUDY_NAME_FIELD ? at->s->named[n.which].field->list : NULL;

	return list == NULL || study_has_code(list, code);
}

/* An expression that may be left out. */
static struct expr *
parse(struct checking *c, const struct study_form *form, uint32_t at, const char *key,
	const char *text)
{
	struct scope scope = { c->s, form };
	struct expr_names names = { find_name, is_code, &scope };
	struct expr_fault fault;
	struct expr *x = NULL;

	if (text != NULL && expr_parse(&x, text, &names, &fault) != RC_OK && fault.text[0] != '\0')
		mistakes_member(
			c->m, c->o, at, key, "at character %zu: %s", fault.column, fault.text);
	return x;
}

static void
parse_form(struct checking *c, struct study_form *f)
{
	for (size_t g = 0; g < f->groups; g++) {
		struct study_group *group = &f->group[g];

		group->skipped = parse(c, f, group->at, "skip", group->skip);
		for (size_t i = 0; i < group->fields; i++)
			group->field[i].skipped =
				parse(c, f, group->field[i].at, "skip", group->field[i].skip);
	}
	for (size_t i = 0; i < f->checks; i++)
		f->check[i].holds = parse(c, f, f->check[i].at, "that", f->check[i].that);
}

/* ---- circles ---- */

enum colour { NEW, OPEN, DONE };

struct walk {
	const struct study *s;
	char *colour; /* of each field of s->named */
	size_t *stack, *edge, depth;
};

/* The n-th field of the same visit that decides whether field `at` is asked; false after the last. */
static bool
waits_for(const struct study *s, size_t at, size_t n, size_t *which, bool *here)
{
	const struct expr *both[] = { s->named[at].field->skipped, s->named[at].group->skipped };

	for (size_t i = 0; i < 2; i++) {
		size_t uses = 0;
		const int64_t *use = both[i] != NULL ? expr_uses(both[i], &uses) : NULL;

		if (n < uses) {
			struct study_name name = study_name(use[n]);

			*which = name.which;
			*here = name.what == STUDY_NAME_FIELD && name.where == STUDY_HERE;
			return true;
		}
		n -= uses;
	}
	return false;
}

static void
enter(struct walk *w, size_t at)
{
	w->colour[at] = OPEN;
	w->stack[w->depth] = at;
	w->edge[w->depth++] = 0;
}

static void
walk_from(struct checking *c, struct walk *w, size_t from)
{
	size_t to;
	bool here;

	enter(w, from);
	while (w->depth > 0) {
		size_t at = w->stack[w->depth - 1];

		if (!waits_for(w->s, at, w->edge[w->depth - 1]++, &to, &here)) {
			w->colour[at] = DONE;
			w->depth--;
		} else if (here && w->colour[to] == OPEN) {
			const struct study_field *f = w->s->named[at].field;

			mistakes_member(c->m, c->o,
				f->skipped != NULL ? f->at : w->s->named[at].group->at, "skip",
				"goes in a circle: whether '%.60s' is asked depends on '%.60s', "
				"and "
				"that on it",
				f->id, w->s->named[to].field->id);
		} else if (here && w->colour[to] == NEW) {
			enter(w, to);
		}
	}
}

static void
check_circles(struct checking *c)
{
	size_t n = c->s->fields;
	struct walk w = { .s = c->s,
		.colour = mem_zero(n + 1, 1),
		.stack = mem_zero(n + 1, sizeof(*w.stack)),
		.edge = mem_zero(n + 1, sizeof(*w.edge)) };

	for (size_t i = 0; i < n; i++)
		if (w.colour[i] == NEW)
			walk_from(c, &w, i);
	free(w.colour);
	free(w.stack);
	free(w.edge);
}

void
check_rules(struct checking *c)
{
	struct study *s = c->s;

	CHECK_ONCE(c, s->rule, s->rules, study_rule, id, "id", "a rule");
	for (size_t i = 0; i < s->rules; i++) {
		struct study_rule *r = &s->rule[i];

		r->holds = parse(c, NULL, r->at, "when", r->when);
		if (r->klass < 0 && r->base == NULL && r->contrast < 0 && r->plane < 0 &&
			r->dimension < 0 && r->fat < 0)
			MISTAKE(c, r, "id",
				"says nothing: class, base, contrast, plane, dimension or fat");
	}
	if (s->fields > STUDY_FIELDS) /* told already; names have 20 bits */
		return;
	for (size_t i = 0; i < s->forms; i++)
		parse_form(c, &s->form[i]);
	check_circles(c);
}
