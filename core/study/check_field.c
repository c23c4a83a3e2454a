/* Checks of code lists, forms and fields. */
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/ledger/entry.h"
#include "core/study/study_in.h"

static void
check_lists(struct checking *c)
{
	CHECK_ONCE(c, c->s->list, c->s->lists, study_codes, id, "id", "a list");
	for (size_t i = 0; i < c->s->lists; i++) {
		const struct study_codes *l = &c->s->list[i];

		CHECK_ONCE(c, l->code, l->codes, study_code, code, "code", "a code");
	}
}

/* ---- ranges ---- */

static bool
ordered(const struct study_field *f)
{
	return f->type != STUDY_TEXT && f->type != STUDY_CODE && f->type != STUDY_BOOLEAN;
}

/* One value of a range; false (told) where it is none of the field's type. */
static bool
range_value(struct checking *c, const struct study_field *f, const struct study_range *r, json_t *j,
	struct value *out)
{
	enum value_type type = study_value_type((enum study_type)f->type);
	const char *text = json_string_value(j);

	if (type == VALUE_NUMBER && json_is_number(j)) {
		*out = value_number(json_number_value(j));
		return true;
	}
	if (type == VALUE_TRUTH && json_is_boolean(j)) {
		*out = value_truth(json_is_true(j) ? TRUTH_TRUE : TRUTH_FALSE);
		return true;
	}
	if (type == VALUE_NUMBER || type == VALUE_TRUTH || text == NULL ||
		!value_read(type, text, out) || out->type == VALUE_MISSING ||
		out->low != out->high) {
		MISTAKE(c, r, "value", "is no value of type %s", study_types[f->type]);
		return false;
	}
	if (f->type == STUDY_CODE && f->list != NULL && !study_has_code(f->list, text)) {
		MISTAKE(c, r, "value", "'%.64s' is no code of list '%.64s'", text, f->list->id);
		return false;
	}
	return true;
}

static void
read_values(struct checking *c, const struct study_field *f, struct study_range *r)
{
	bool many = r->comparator >= CMP_IN;
	size_t n = json_is_array(r->given) ? json_array_size(r->given) : 1;

	if (many != json_is_array(r->given)) {
		MISTAKE(c, r, "value", many ? "%s needs an array of values" : "%s needs one value",
			comparator_names[r->comparator]);
		return;
	}
	if (n == 0 || n > STUDY_LIST) {
		MISTAKE(c, r, "value", "holds %zu values, 1 to %d are allowed", n, STUDY_LIST);
		return;
	}
	r->value = mem_zero(n, sizeof(*r->value));
	for (size_t i = 0; i < n; i++) {
		json_t *j = many ? json_array_get(r->given, i) : r->given;

		if (!range_value(c, f, r, j, &r->value[r->values]))
			return;
		r->values++;
	}
}

/* What ranges of one kind leave: from low to high, ends included or not. */
struct left {
	double low, high;
	bool low_open, high_open;
};

static void
take_low(struct left *l, double v, bool open)
{
	if (v > l->low || (v == l->low && open)) {
		l->low = v;
		l->low_open = open;
	}
}

static void
take_high(struct left *l, double v, bool open)
{
	if (v < l->high || (v == l->high && open)) {
		l->high = v;
		l->high_open = open;
	}
}

static void
take_range(struct left *l, const struct study_range *r)
{
	double v = r->value[0].low;

	if (r->comparator == CMP_GT || r->comparator == CMP_GE || r->comparator == CMP_EQ)
		take_low(l, v, r->comparator == CMP_GT);
	if (r->comparator == CMP_LT || r->comparator == CMP_LE || r->comparator == CMP_EQ)
		take_high(l, v, r->comparator == CMP_LT);
	if (r->comparator == CMP_IN) {
		double low = v, high = v;

		for (size_t i = 1; i < r->values; i++) {
			low = r->value[i].low < low ? r->value[i].low : low;
			high = r->value[i].low > high ? r->value[i].low : high;
		}
		take_low(l, low, false);
		take_high(l, high, false);
	}
}

static struct left
left_by(const struct study_field *f, int kind)
{
	struct left l = { -DBL_MAX, DBL_MAX, false, false };

	for (size_t i = 0; i < f->ranges; i++)
		if (f->range[i].kind == kind && f->range[i].values > 0)
			take_range(&l, &f->range[i]);
	return l;
}

static bool
nothing_left(const struct left *l)
{
	return l->low > l->high || (l->low == l->high && (l->low_open || l->high_open));
}

/* Values of IN and EQ are few: one of them must pass all ranges up to `kind`.  Texts and codes too. */
static bool
some_value_holds(const struct study_field *f, const struct study_range *few, int kind)
{
	for (size_t v = 0; v < few->values; v++) {
		bool all = true;

		for (size_t i = 0; all && i < f->ranges; i++)
			all = f->range[i].values == 0 || f->range[i].kind < kind ||
				study_range_holds(&f->range[i], few->value[v]) != TRUTH_FALSE;
		if (all)
			return true;
	}
	return false;
}

static void
check_left(struct checking *c, const struct study_field *f)
{
	struct left hard = left_by(f, STUDY_HARD), soft = left_by(f, STUDY_SOFT);

	for (size_t i = 0; i < f->ranges; i++) {
		const struct study_range *r = &f->range[i];

		if ((r->comparator != CMP_IN && r->comparator != CMP_EQ) || r->values == 0 ||
			some_value_holds(f, r, r->kind))
			continue;
		MISTAKE(c, r, "value", "excludes what the other ranges allow: nothing is left");
		return;
	}
	if (!ordered(f))
		return;
	if (nothing_left(&hard)) {
		MISTAKE(c, f, "ranges", "the hard ranges exclude each other: nothing is left");
		return;
	}
	if (nothing_left(&soft)) {
		MISTAKE(c, f, "ranges", "the soft ranges exclude each other: nothing is left");
		return;
	}
	if ((soft.low != -DBL_MAX && soft.low < hard.low) ||
		(soft.high != DBL_MAX && soft.high > hard.high) || soft.low > hard.high ||
		soft.high < hard.low)
		MISTAKE(c, f, "ranges",
			"a soft range lies outside the hard one, and would never be asked about");
}

static void
check_ranges(struct checking *c, struct study_field *f)
{
	bool good = true;

	for (size_t i = 0; i < f->ranges; i++) {
		struct study_range *r = &f->range[i];

		good = good && r->comparator >= 0 && r->kind >= 0 && r->given != NULL;
		if (r->comparator < 0 || r->given == NULL)
			continue;
		if (!ordered(f) && r->comparator < CMP_EQ) {
			MISTAKE(c, r, "comparator",
				"%s has no order: EQ, NE, IN and NOTIN are allowed",
				study_types[f->type]);
			good = false;
			continue;
		}
		read_values(c, f, r);
		good = good && r->values > 0;
	}
	if (good)
		check_left(c, f);
}

/* ---- fields ---- */

static void
check_fit(struct checking *c, const struct study_field *f)
{
	bool number = f->type == STUDY_INTEGER || f->type == STUDY_FLOAT;
	int attr;

	if (f->length > 0 && f->type != STUDY_TEXT)
		MISTAKE(c, f, "length", "is for fields of type text");
	if (f->digits >= 0 && f->type != STUDY_FLOAT)
		MISTAKE(c, f, "digits", "is for fields of type float");
	if (f->unit != NULL && !number)
		MISTAKE(c, f, "unit", "is for numbers");
	if (f->codes != NULL && f->type != STUDY_CODE)
		MISTAKE(c, f, "codes", "is for fields of type code");
	if (f->type == STUDY_CODE && f->codes == NULL)
		MISTAKE(c, f, "type", "a field of type code names its list: 'codes'");
	if (f->tolerance > 0 && (!number || f->header == NULL))
		MISTAKE(c, f, "tolerance", "is for numbers that are prefilled from a header");
	if (f->header != NULL && !check_attribute(f->header, &attr))
		MISTAKE(c, f, "header",
			"'%.40s' is no attribute; see wetread-study(7) for those there are",
			f->header);
}

static void
check_field(struct checking *c, struct study_field *f)
{
	static const char *const taken[] = { "true", "false", "and", "or", "not", "in", NULL };

	for (size_t i = 0; f->id != NULL && taken[i] != NULL; i++)
		if (strcmp(f->id, taken[i]) == 0)
			MISTAKE(c, f, "id", "'%s' is a word of the expressions", taken[i]);
	if (f->type < 0)
		return;
	check_fit(c, f);
	if (f->codes != NULL) {
		f->list = study_find_list(c->s, f->codes);
		if (f->list == NULL)
			MISTAKE(c, f, "codes", "there is no list '%.64s'", f->codes);
	}
	check_ranges(c, f);
}

static void
check_form(struct checking *c, struct study_form *f)
{
	if (f->id != NULL && strcmp(f->id, "header") == 0)
		MISTAKE(c, f, "id", "'header' means the image's header in expressions");
	else if (f->id != NULL && entry_is_builtin(f->id))
		MISTAKE(c, f, "id", "every study has a form '%.64s' already", f->id);
	for (size_t i = 0; i < f->visits; i++)
		if (study_find_visit(c->s, f->visit[i]) == NULL)
			MISTAKE(c, f, "visits", "there is no visit '%.64s'", f->visit[i]);
	CHECK_ONCE(c, f->group, f->groups, study_group, id, "id", "a group");
	CHECK_ONCE(c, f->check, f->checks, study_check, id, "id", "a check");
	for (size_t g = 0; g < f->groups; g++)
		for (size_t i = 0; i < f->group[g].fields; i++)
			check_field(c, &f->group[g].field[i]);
}

/* s->named is in the order of names; of two alike the later one in the file is told. */
static void
check_twice(struct checking *c)
{
	const struct study_named *n = c->s->named;

	for (size_t i = 1; i < c->s->fields; i++) {
		const struct study_field *a = n[i - 1].field, *b = n[i].field;
		const struct study_field *late = a->at > b->at ? a : b, *early = late == a ? b : a;

		if (n[i].form == n[i - 1].form && strcmp(a->id, b->id) == 0)
			MISTAKE(c, late, "id", "the form has a field '%.64s' already, in line %u",
				late->id, c->o->node[early->at].line);
	}
}

void
check_fields(struct checking *c)
{
	check_lists(c);
	CHECK_ONCE(c, c->s->form, c->s->forms, study_form, id, "id", "a form");
	if (c->s->fields > STUDY_FIELDS)
		MISTAKE(c, c->s, "forms", "hold %zu fields, at most %d are allowed", c->s->fields,
			STUDY_FIELDS);
	for (size_t i = 0; i < c->s->forms; i++)
		check_form(c, &c->s->form[i]);
	check_twice(c);
}
