/* Terms of a condition: FACT OPERATOR VALUE, read and asked. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/classify/rules_in.h"

static const char *const op_names[OP_COUNT] = {
	[OP_IS] = "=",
	[OP_IS_NOT] = "!=",
	[OP_HAS] = "has",
	[OP_LACKS] = "lacks",
	[OP_HOLDS] = "~",
	[OP_HOLDS_NOT] = "!~",
	[OP_LESS] = "<",
	[OP_AT_MOST] = "<=",
	[OP_MORE] = ">",
	[OP_AT_LEAST] = ">=",
};

const char *
term_op_name(enum term_op op)
{
	return op_names[op];
}

/* ---- reading ---- */

static bool
find_fact(struct term *t, const char *name)
{
	t->kind = TERM_TEXT;
	if (strcmp(name, "text") == 0)
		return true;
	t->kind = TERM_NUMBER;
	for (t->which = 0; t->which < FACT_NUMBERS; t->which++)
		if (strcmp(fact_number_names[t->which], name) == 0)
			return true;
	t->kind = TERM_AXIS;
	for (t->which = 0; t->which < AXIS_COUNT; t->which++)
		if (strcmp(axis_names[t->which], name) == 0)
			return true;
	t->kind = TERM_ATTR;
	for (t->which = 0; t->which < ATTR_COUNT; t->which++)
		if (strcmp(attr_table[t->which].column, name) == 0)
			return facts_allowed((enum attr)t->which);
	return false;
}

static enum rc
find_op(struct term *t, const char *name, struct err *e)
{
	int op = 0;

	while (op < OP_COUNT && strcmp(op_names[op], name) != 0)
		op++;
	t->op = (enum term_op)op;
	if (op == OP_COUNT)
		return err_set(e, RC_INVALID, "there is no operator %.20s", name);
	if (t->kind == TERM_NUMBER && op < OP_LESS)
		return err_set(e, RC_INVALID, "%.30s is a number: < <= > or >=", t->fact);
	if ((t->kind == TERM_TEXT || t->kind == TERM_AXIS) && op >= OP_LESS)
		return err_set(e, RC_INVALID, "%.30s is no number", t->fact);
	return RC_OK;
}

static enum rc
take_wanted(struct term *t, const char *value, struct err *e)
{
	t->wanted = mem_string(value);
	t->needle = mem_string(value);
	for (char *p = t->needle; *p != '\0'; p++)
		*p = *p == '_' ? ' ' : (char)tolower((unsigned char)*p);
	if (t->op >= OP_LESS && (!str_double(value, &t->number) || !isfinite(t->number)))
		return err_set(e, RC_INVALID, "%.30s is no number", value);
	/* an empty one would be found in everything */
	if (value[0] == '|' || value[strlen(value) - 1] == '|' || strstr(value, "||") != NULL)
		return err_set(e, RC_INVALID, "an empty value in %.40s", value);
	return RC_OK;
}

static enum rc
take_term(struct rule *rule, char *word[3], bool other, struct err *e)
{
	struct term *t;
	enum rc rc;

	if (rule->n == RULE_TERMS)
		return err_set(e, RC_LIMIT, "more than %d terms", RULE_TERMS);
	rule->terms = mem_grow(rule->terms, rule->n + 1, sizeof(*t));
	t = &rule->terms[rule->n++];
	*t = (struct term){ .other = other, .fact = mem_string(word[0]) };
	if (!find_fact(t, word[0]))
		return err_set(e, RC_INVALID, "there is no fact %.40s", word[0]);
	if (t->kind == TERM_AXIS && t->which >= (int)rule->info.axis)
		return err_set(e, RC_INVALID, "%s is not told before %s", axis_names[t->which],
			axis_names[rule->info.axis]);
	rc = find_op(t, word[1], e);
	return rc == RC_OK ? take_wanted(t, word[2], e) : rc;
}

static enum rc
read_terms(struct rule *rule, char *text, struct err *e)
{
	char *rest = text, *joint = NULL;
	bool other = false;
	enum rc rc;

	do {
		char *word[3];

		for (int i = 0; i < 3; i++)
			if ((word[i] = strtok_r(
				     i == 0 && joint == NULL ? rest : NULL, " ", &rest)) == NULL)
				return err_set(e, RC_INVALID,
					"a term is FACT OPERATOR VALUE, and one is cut short");
		rc = take_term(rule, word, other, e);
		joint = strtok_r(NULL, " ", &rest);
		other = joint != NULL && strcmp(joint, "or") == 0;
		if (rc == RC_OK && joint != NULL && !other && strcmp(joint, "and") != 0)
			rc = err_set(e, RC_INVALID, "and or or, not %.20s", joint);
	} while (rc == RC_OK && joint != NULL);
	return rc;
}

enum rc
term_parse(struct rule *rule, struct err *e)
{
	char *text;
	enum rc rc;

	if (strcmp(rule->info.condition, "otherwise") == 0)
		return RC_OK;
	text = mem_string(rule->info.condition);
	rc = read_terms(rule, text, e);
	free(text);
	return rc;
}

/* ---- asking ---- */

/* NULL: the header does not say. */
static const char *
value_of(const struct rules *r, const struct term *t, const struct facts *f,
	const struct label *told)
{
	if (t->kind == TERM_TEXT)
		return f->text[1] != '\0' ? f->text : NULL;
	if (t->kind == TERM_AXIS)
		return r->rule[told->winner[t->which]].info.label;
	return f->value[t->which];
}

static bool
number_of(const struct term *t, const struct facts *f, double *v)
{
	char first[64];

	if (t->kind == TERM_NUMBER) {
		*v = f->number[t->which];
		return f->known[t->which];
	}
	if (f->value[t->which] == NULL)
		return false;
	str_copy(first, sizeof(first), f->value[t->which]);
	first[strcspn(first, "\\")] = '\0';
	return str_double(first, v) && isfinite(*v);
}

static int
folded(unsigned char c)
{
	return c == '_' ? ' ' : tolower(c);
}

/* n bytes of a header against m of a needle; blanks at the ends of what the header says do not count. */
static bool
same(const char *value, size_t n, const char *needle, size_t m)
{
	while (n > 0 && value[n - 1] == ' ')
		n--;
	while (n > 0 && *value == ' ')
		value++, n--;
	if (n != m)
		return false;
	for (size_t i = 0; i < n; i++)
		if (folded((unsigned char)value[i]) != (unsigned char)needle[i])
			return false;
	return true;
}

static bool
has_one(const char *value, const char *needle, size_t m)
{
	for (const char *p = value;; p++) {
		size_t n = strcspn(p, "\\");

		if (same(p, n, needle, m))
			return true;
		p += n;
		if (*p == '\0')
			return false;
	}
}

static bool
holds_one(const char *value, const char *needle, size_t m)
{
	size_t n = strlen(value);

	for (size_t i = 0; i + m <= n; i++) {
		size_t k = 0;

		while (k < m && folded((unsigned char)value[i + k]) == (unsigned char)needle[k])
			k++;
		if (k == m)
			return true;
	}
	return false;
}

static bool
one_of(const struct term *t, const char *value)
{
	for (const char *p = t->needle;; p++) {
		size_t m = strcspn(p, "|");

		if (t->op <= OP_IS_NOT              ? same(value, strlen(value), p, m)
				: t->op <= OP_LACKS ? has_one(value, p, m)
						    : holds_one(value, p, m))
			return true;
		p += m;
		if (*p == '\0')
			return false;
	}
}

static bool
compare(const struct term *t, double v)
{
	switch (t->op) {
	case OP_LESS:
		return v < t->number;
	case OP_AT_MOST:
		return v <= t->number;
	case OP_MORE:
		return v > t->number;
	default:
		return v >= t->number;
	}
}

bool
term_holds(const struct rules *r, const struct term *t, const struct facts *f,
	const struct label *told)
{
	const char *value;
	double v;

	if (t->op >= OP_LESS)
		return number_of(t, f, &v) && compare(t, v);
	value = value_of(r, t, f, told);
	return value != NULL && one_of(t, value) == (t->op % 2 == 0);
}

void
term_met(const struct rules *r, const struct term *t, const struct facts *f,
	const struct label *told, char *to, size_t size)
{
	const char *value = t->kind != TERM_NUMBER ? value_of(r, t, f, told) : NULL;

	if (t->kind == TERM_NUMBER && f->known[t->which])
		snprintf(to, size, "%.4g", f->number[t->which]);
	else
		str_copy(to, size, value != NULL ? value : "");
	str_clean(to);
}
