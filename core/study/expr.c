/* The parser: recursive descent, one function for each line of the grammar in wetread-study(7).  No state; any thread. */
#include "core/study/expr.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/study/expr_in.h"

/* ---- the grammar, from below ---- */

static int parse_or(struct parser *p);
static int parse_unary(struct parser *p);

static int
parse_number(struct parser *p)
{
	size_t begin = p->at, n = strspn(p->text + p->at, "0123456789.");
	char digits[40];
	int i;
	double v;

	p->at += n;
	if (n >= sizeof(digits))
		return parser_refuse(p, begin, "the number is too long");
	memcpy(digits, p->text + begin, n);
	digits[n] = '\0';
	if (parser_in_name(p->text[p->at]) || !str_double(digits, &v))
		return parser_refuse(p, begin, "this is no number");
	i = parser_add(p, begin, OP_VALUE, VALUE_NUMBER);
	if (i >= 0)
		parser_node(p, i)->v = value_number(v);
	return i;
}

static int
parse_text(struct parser *p)
{
	size_t begin = p->at, n = strcspn(p->text + ++p->at, "'");
	char *copy = p->x->texts + p->texts;
	int i;

	if (p->text[p->at + n] == '\0')
		return parser_refuse(p, begin, "the text is not ended by '");
	memcpy(copy, p->text + p->at, n);
	copy[n] = '\0';
	p->texts += n + 1;
	p->at += n + 1;
	i = parser_add(p, begin, OP_VALUE, VALUE_TEXT);
	if (i >= 0)
		parser_node(p, i)->v = (struct value){ .type = VALUE_TEXT, .text = copy };
	return i;
}

static bool
use(struct parser *p, size_t at, int64_t id)
{
	for (size_t i = 0; i < p->x->uses; i++)
		if (p->x->use[i] == id)
			return true;
	if (p->x->uses == EXPR_USES) {
		parser_refuse(p, at, "more than %d names", EXPR_USES);
		return false;
	}
	p->x->use = mem_grow(p->x->use, p->x->uses + 1, sizeof(id));
	p->x->use[p->x->uses++] = id;
	return true;
}

static int
parse_name(struct parser *p)
{
	size_t begin = p->at, n = 0;
	char name[EXPR_NAME], why[200] = "";
	enum value_type type;
	int64_t id;
	int i;

	while (parser_in_name(p->text[begin + n]) || p->text[begin + n] == '.' ||
		p->text[begin + n] == '@')
		n++;
	p->at += n;
	if (n >= sizeof(name))
		return parser_refuse(p, begin, "the name is too long");
	memcpy(name, p->text + begin, n);
	name[n] = '\0';
	if (!p->names->find(p->names->ctx, name, &id, &type, why))
		return parser_refuse(p, begin, "%s", why);
	i = parser_add(p, begin, OP_NAME, type);
	if (i < 0 || !use(p, begin, id))
		return -1;
	parser_node(p, i)->id = id;
	return i;
}

static const struct function {
	const char *name;
	enum expr_op op;
	enum value_type type, of; /* of: VALUE_MISSING: any */
	int operands;
} functions[] = {
	{ "missing", OP_MISSING, VALUE_TRUTH, VALUE_MISSING, 1 },
	{ "present", OP_PRESENT, VALUE_TRUTH, VALUE_MISSING, 1 },
	{ "abs", OP_ABS, VALUE_NUMBER, VALUE_NUMBER, 1 },
	{ "length", OP_LENGTH, VALUE_NUMBER, VALUE_TEXT, 1 },
	{ "days", OP_DAYS, VALUE_NUMBER, VALUE_DATE, 2 },
	{ "minutes", OP_MINUTES, VALUE_NUMBER, VALUE_TIME, 2 },
};

/* Of days and minutes: both of one type, which has days or minutes. */
static bool
fit_span(struct parser *p, const struct function *f, int a, int b)
{
	enum value_type t;

	if (a < 0 || b < 0 || !parser_fit_literal(p, a, b) || !parser_fit_literal(p, b, a))
		return false;
	t = parser_node(p, a)->type;
	if (t != f->of && t != VALUE_MOMENT)
		return parser_want(p, a, f->of);
	return parser_want(p, b, t);
}

static int
parse_call(struct parser *p, const struct function *f, size_t begin)
{
	int a, b = -1, i;

	if (!parser_sign(p, "("))
		return parser_refuse(p, p->at, "%s needs a (", f->name);
	a = parse_or(p);
	if (a >= 0 && f->operands == 2) {
		if (!parser_sign(p, ","))
			return parser_refuse(p, p->at, "%s takes two values", f->name);
		b = parse_or(p);
		if (!fit_span(p, f, a, b))
			return -1;
	} else if (a < 0 || (f->of != VALUE_MISSING && !parser_want(p, a, f->of))) {
		return -1;
	}
	if (!parser_sign(p, ")"))
		return parser_refuse(p, p->at, "a ) is missing");
	i = parser_add(p, begin, f->op, f->type);
	if (i >= 0) {
		parser_node(p, i)->a = a;
		parser_node(p, i)->b = b;
	}
	return i;
}

static int
parse_word(struct parser *p)
{
	size_t begin = p->at;
	int i;

	for (size_t f = 0; f < MEM_COUNT(functions); f++)
		if (parser_word(p, functions[f].name)) {
			if (parser_sign(p, "("))
				return p->at--, parse_call(p, &functions[f], begin);
			p->at = begin; /* a field may have this name */
		}
	for (int t = 0; t < 2; t++)
		if (parser_word(p, t ? "true" : "false")) {
			i = parser_add(p, begin, OP_VALUE, VALUE_TRUTH);
			if (i >= 0)
				parser_node(p, i)->v = value_truth(t ? TRUTH_TRUE : TRUTH_FALSE);
			return i;
		}
	return parse_name(p);
}

static int
parse_primary(struct parser *p)
{
	char c;
	int i;

	parser_blanks(p);
	c = p->text[p->at];
	if (c == '\0')
		return parser_refuse(p, p->at, "it ends where a value is wanted");
	if (c == '\'')
		return parse_text(p);
	if (isdigit((unsigned char)c))
		return parse_number(p);
	if (isalpha((unsigned char)c))
		return parse_word(p);
	if (c != '(')
		return parser_refuse(p, p->at, "a value is wanted here");
	p->at++;
	i = parse_or(p);
	if (i >= 0 && !parser_sign(p, ")"))
		return parser_refuse(p, p->at, "a ) is missing");
	return i;
}

/* A node over one operand of a type. */
static int
over(struct parser *p, size_t begin, enum expr_op op, int a, enum value_type type)
{
	int i;

	if (!parser_want(p, a, type))
		return -1;
	i = parser_add(p, begin, op, type);
	if (i >= 0)
		parser_node(p, i)->a = a;
	return i;
}

static int
parse_unary(struct parser *p)
{
	int i;

	parser_blanks(p);
	if (p->text[p->at] != '-')
		return parse_primary(p);
	if (++p->depth > EXPR_DEPTH)
		return parser_refuse(p, p->at, "more than %d in each other", EXPR_DEPTH);
	p->at++;
	i = over(p, p->at - 1, OP_MINUS, parse_unary(p), VALUE_NUMBER);
	p->depth--;
	return i;
}

/* Operators of one level, all of one type on both sides. */
struct level {
	const char *sign[2];
	enum expr_op op[2];
	enum value_type type;
	int (*below)(struct parser *p);
};

static int
pair(struct parser *p, const struct level *l, int which, int a)
{
	int b, i;

	if (!parser_want(p, a, l->type))
		return -1;
	b = l->below(p);
	if (!parser_want(p, b, l->type))
		return -1;
	i = parser_add(p, parser_node(p, a)->column, l->op[which], l->type);
	if (i >= 0) {
		parser_node(p, i)->a = a;
		parser_node(p, i)->b = b;
	}
	return i;
}

static int
parse_level(struct parser *p, const struct level *l)
{
	int a = l->below(p);

	while (a >= 0) {
		bool letters = isalpha((unsigned char)l->sign[0][0]);
		int which = 0;

		while (which < 2 && l->sign[which] != NULL &&
			!(letters ? parser_word(p, l->sign[which]) : parser_sign(p, l->sign[which])))
			which++;
		if (which == 2 || l->sign[which] == NULL)
			break;
		a = pair(p, l, which, a);
	}
	return a;
}

static int
parse_product(struct parser *p)
{
	static const struct level l = { { "*", "/" }, { OP_MULTIPLY, OP_DIVIDE }, VALUE_NUMBER,
		parse_unary };

	return parse_level(p, &l);
}

static int
parse_sum(struct parser *p)
{
	static const struct level l = { { "+", "-" }, { OP_ADD, OP_SUBTRACT }, VALUE_NUMBER,
		parse_product };

	return parse_level(p, &l);
}

/* The list after `in`: literals, chained in their order. */
static int
parse_list(struct parser *p, int of)
{
	int first = -1, last = -1, i;

	if (!parser_sign(p, "("))
		return parser_refuse(p, p->at, "after in comes a list: ( value, value )");
	do {
		i = parse_unary(p);
		if (i >= 0 && parser_node(p, i)->op == OP_MINUS &&
			parser_node(p, parser_node(p, i)->a)->op == OP_VALUE) {
			parser_node(p, i)->v =
				value_number(-parser_node(p, parser_node(p, i)->a)->v.low);
			parser_node(p, i)->op = OP_VALUE;
			parser_node(p, i)->a = -1;
		}
		if (i >= 0 && parser_node(p, i)->op != OP_VALUE)
			return parser_refuse(
				p, parser_node(p, i)->column, "a list holds only values as such");
		if (i < 0 || !parser_fit(p, of, i))
			return -1;
		if (last >= 0)
			parser_node(p, last)->b = i;
		first = first < 0 ? i : first;
		last = i;
	} while (parser_sign(p, ","));
	if (!parser_sign(p, ")"))
		return parser_refuse(p, p->at, "a ) is missing");
	return first;
}

static int
parse_in(struct parser *p, int a, bool negated)
{
	int list = parse_list(p, a), i;

	if (list < 0)
		return -1;
	i = parser_add(p, parser_node(p, a)->column, OP_IN, VALUE_TRUTH);
	if (i < 0)
		return -1;
	parser_node(p, i)->a = a;
	parser_node(p, i)->b = list;
	return negated ? over(p, parser_node(p, i)->column, OP_NOT, i, VALUE_TRUTH) : i;
}

static int
parse_compare(struct parser *p, int a, enum comparator c)
{
	int b = parse_sum(p), i;
	enum value_type t;

	if (!parser_fit(p, a, b))
		return -1;
	t = parser_node(p, a)->type;
	if (c < CMP_EQ && (t == VALUE_TEXT || t == VALUE_TRUTH))
		return parser_refuse(p, parser_node(p, a)->column,
			"there is no order here: only = and != can be asked");
	i = parser_add(p, parser_node(p, a)->column, OP_COMPARE, VALUE_TRUTH);
	if (i >= 0) {
		parser_node(p, i)->compare = c;
		parser_node(p, i)->a = a;
		parser_node(p, i)->b = b;
	}
	return i;
}

static int
parse_relation(struct parser *p)
{
	static const struct {
		const char *sign;
		enum comparator c;
	} signs[] = { { "!=", CMP_NE }, { "<=", CMP_LE }, { ">=", CMP_GE }, { "=", CMP_EQ },
		{ "<", CMP_LT }, { ">", CMP_GT } };
	int a = parse_sum(p);
	size_t back;

	if (a < 0)
		return -1;
	for (size_t i = 0; i < MEM_COUNT(signs); i++)
		if (parser_sign(p, signs[i].sign))
			return parse_compare(p, a, signs[i].c);
	if (parser_word(p, "in"))
		return parse_in(p, a, false);
	back = p->at;
	if (parser_word(p, "not") && parser_word(p, "in"))
		return parse_in(p, a, true);
	p->at = back;
	return a;
}

static int
parse_not(struct parser *p)
{
	size_t begin;
	int i;

	parser_blanks(p);
	begin = p->at;
	if (!parser_word(p, "not"))
		return parse_relation(p);
	if (++p->depth > EXPR_DEPTH)
		return parser_refuse(p, begin, "more than %d in each other", EXPR_DEPTH);
	i = over(p, begin, OP_NOT, parse_not(p), VALUE_TRUTH);
	p->depth--;
	return i;
}

static int
parse_and(struct parser *p)
{
	static const struct level l = { { "and" }, { OP_AND }, VALUE_TRUTH, parse_not };

	return parse_level(p, &l);
}

static int
parse_or(struct parser *p)
{
	static const struct level l = { { "or" }, { OP_OR }, VALUE_TRUTH, parse_and };
	int i;

	if (++p->depth > EXPR_DEPTH)
		return parser_refuse(p, p->at, "more than %d in each other", EXPR_DEPTH);
	i = parse_level(p, &l);
	p->depth--;
	return i;
}

static int
parse_whole(struct parser *p)
{
	int i = parse_or(p);

	parser_blanks(p);
	if (i >= 0 && p->text[p->at] != '\0')
		return parser_refuse(p, p->at, "it should end here");
	return parser_want(p, i, VALUE_TRUTH) ? i : -1;
}

enum rc
expr_parse(struct expr **out, const char *text, const struct expr_names *names,
	struct expr_fault *fault)
{
	struct parser p = { .text = text, .names = names, .fault = fault };

	memset(fault, 0, sizeof(*fault));
	*out = NULL;
	if (strlen(text) > EXPR_TEXT) {
		parser_refuse(&p, 0, "longer than %d bytes", EXPR_TEXT);
		return RC_LIMIT;
	}
	p.x = mem_zero(1, sizeof(*p.x));
	p.x->texts = mem_zero(strlen(text) + 2, 1);
	p.x->root = parse_whole(&p);
	if (p.x->root < 0) {
		expr_free(p.x);
		return RC_INVALID;
	}

	*out = p.x;
	return RC_OK;
}

void
expr_free(struct expr *x)
{
	if (x == NULL)
		return;
	free(x->node);
	free(x->use);
	free(x->texts);
	free(x);
}

const int64_t *
expr_uses(const struct expr *x, size_t *n)
{
	*n = x->uses;
	return x->use;
}
