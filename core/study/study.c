/* Reading a study file: the tables first, then what they cannot say. */
#include "core/study/study.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/study/study_in.h"

/* ---- finding ---- */

const struct study_visit *
study_find_visit(const struct study *s, const char *id)
{
	for (size_t i = 0; id != NULL && i < s->visits; i++)
		if (s->visit[i].id != NULL && strcmp(s->visit[i].id, id) == 0)
			return &s->visit[i];
	return NULL;
}

size_t
study_visit_place(const struct study *s, const char *id)
{
	const struct study_visit *v = study_find_visit(s, id);

	return v != NULL ? (size_t)(v - s->visit) : SIZE_MAX;
}

bool
study_form_is_asked(const struct study_form *f, const char *visit)
{
	for (size_t i = 0; i < f->visits; i++)
		if (strcmp(f->visit[i], visit) == 0)
			return true;
	return f->visits == 0;
}

const struct study_site *
study_find_site(const struct study *s, const char *id)
{
	for (size_t i = 0; id != NULL && i < s->sites; i++)
		if (s->site[i].id != NULL && strcmp(s->site[i].id, id) == 0)
			return &s->site[i];
	return NULL;
}

const struct study_codes *
study_find_list(const struct study *s, const char *id)
{
	for (size_t i = 0; i < s->lists; i++)
		if (s->list[i].id != NULL && strcmp(s->list[i].id, id) == 0)
			return &s->list[i];
	return NULL;
}

bool
study_has_code(const struct study_codes *list, const char *code)
{
	for (size_t i = 0; i < list->codes; i++)
		if (list->code[i].code != NULL && strcmp(list->code[i].code, code) == 0)
			return true;
	return false;
}

static int
by_name(const void *a, const void *b)
{
	const struct study_named *x = a, *y = b;
	int order = strcmp(x->form->id, y->form->id);

	return order != 0 ? order : strcmp(x->field->id, y->field->id);
}

const struct study_named *
study_find_field(const struct study *s, const char *form, const char *field)
{
	struct study_form f = { .id = form };
	struct study_field d = { .id = field };
	struct study_named key = { &f, NULL, &d };

	if (s->fields == 0)
		return NULL;
	return bsearch(&key, s->named, s->fields, sizeof(*s->named), by_name);
}

/* Those with an id; of two with the same one either is found, and the check tells. */
static void
name_fields(struct study *s)
{
	size_t n = 0;

	for (size_t f = 0; f < s->forms; f++)
		for (size_t g = 0; g < s->form[f].groups; g++)
			n += s->form[f].group[g].fields;
	s->named = mem_zero(n + 1, sizeof(*s->named));
	for (size_t f = 0; f < s->forms; f++)
		for (size_t g = 0; g < s->form[f].groups; g++)
			for (size_t i = 0; i < s->form[f].group[g].fields; i++) {
				struct study_group *group = &s->form[f].group[g];

				if (s->form[f].id == NULL || group->field[i].id == NULL)
					continue;
				s->named[s->fields++] = (struct study_named){ &s->form[f], group,
					&group->field[i] };
			}
	qsort(s->named, s->fields, sizeof(*s->named), by_name);
}

/* ---- values ---- */

enum value_type
study_value_type(enum study_type t)
{
	static const enum value_type types[] = {
		[STUDY_INTEGER] = VALUE_NUMBER,
		[STUDY_FLOAT] = VALUE_NUMBER,
		[STUDY_TEXT] = VALUE_TEXT,
		[STUDY_DATE] = VALUE_DATE,
		[STUDY_TIME] = VALUE_TIME,
		[STUDY_DATETIME] = VALUE_MOMENT,
		[STUDY_BOOLEAN] = VALUE_TRUTH,
		[STUDY_PARTIAL_DATE] = VALUE_DATE,
		[STUDY_CODE] = VALUE_TEXT,
	};

	return types[t];
}

enum truth
study_range_holds(const struct study_range *r, struct value v)
{
	return value_check((enum comparator)r->comparator, v, r->value, r->values);
}

/* ---- reading ---- */

static void
free_fields(struct study_group *g)
{
	expr_free(g->skipped);
	for (size_t i = 0; i < g->fields; i++) {
		expr_free(g->field[i].skipped);
		for (size_t r = 0; r < g->field[i].ranges; r++)
			free(g->field[i].range[r].value);
	}
}

void
study_free(struct study *s)
{
	if (s == NULL)
		return;
	for (size_t f = 0; f < s->forms; f++) {
		for (size_t g = 0; g < s->form[f].groups; g++)
			free_fields(&s->form[f].group[g]);
		for (size_t i = 0; i < s->form[f].checks; i++)
			expr_free(s->form[f].check[i].holds);
	}
	for (size_t i = 0; i < s->rules; i++)
		expr_free(s->rule[i].holds);
	for (size_t i = 0; s->mapping != NULL && i < s->mapping->rules; i++)
		pattern_free(s->mapping->rule[i].pattern);
	shape_free(&study_shape, s);
	free(s->named);
	outline_free(&s->outline);
	free(s);
}

static void
check_all(struct study *s, struct mistakes *m)
{
	struct checking c = { s, &s->outline, m };

	name_fields(s);
	check_study(&c);
	check_plan(&c);
	check_map(&c);
	check_fields(&c);
	check_rules(&c);
	check_work(&c);
}

enum rc
study_read(struct study **out, const char *text, size_t n, struct mistakes *m)
{
	struct study *s;
	struct outline_fault at = { 0 };
	struct err e = { 0 };
	enum rc rc;

	*out = NULL;
	memset(m, 0, sizeof(*m));
	if (n > STUDY_BYTES) {
		mistakes_place(m, &at, "the file is larger than 4 MiB");
		return RC_LIMIT;
	}
	s = mem_zero(1, sizeof(*s));
	rc = outline_read(&s->outline, text, n, &at, &e);
	if (rc != RC_OK) {
		mistakes_place(m, &at, e.text);
	} else if (!json_is_object(s->outline.root)) {
		mistakes_add(m, &s->outline, 0, "must be an object: { ... }");
	} else {
		shape_read(&study_shape, &s->outline, 0, s, m);
		check_all(s, m);
	}
	if (m->n == 0) {
		*out = s;
		return RC_OK;
	}
	mistakes_sort(m);
	study_free(s);
	return rc == RC_OK ? RC_INVALID : rc;
}
