/* The parser: recursive descent, one function for each line of the grammar in wetread-study(7).  No state; any thread. */
#include "core/study/expr.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/study/expr_in.h"

struct parser {
	const char *text;
	size_t at;
	struct expr *x;
	const struct expr_names *names;
	struct expr_fault *fault;
	size_t texts;
	int depth;
};

/* ---- refusing; every function below gives the number of a node, or -1 after this ---- */

static size_t
column_of(const char *text, size_t at)
{
	size_t column = 1;

	for (size_t i = 0; i < at; i++)
		column += ((unsigned char)text[i] & 0xc0) != 0x80;
	return column;
}

__attribute__((format(printf, 3, 4))) static int
refuse(struct parser *p, size_t at, const char *fmt, ...)
{
	va_list ap;

	if (p->fault->text[0] != '\0')
		return -1;
	p->fault->column = column_of(p->text, at);
	va_start(ap, fmt);
	vsnprintf(p->fault->text, sizeof(p->fault->text), fmt, ap);
	va_end(ap);
	str_clean(p->fault->text);
	return -1;
}

static int
new_node(struct parser *p, size_t at, enum expr_op op, enum value_type type)
{
	struct expr_node *n;

	if (p->x->n == EXPR_NODES)
		return refuse(p, at, "more than %d parts", EXPR_NODES);
	p->x->node = mem_grow(p->x->node, (size_t)p->x->n + 1, sizeof(*n));
	n = &p->x->node[p->x->n];
	memset(n, 0, sizeof(*n));
	n->op = op;
	n->type = type;
	n->a = n->b = -1;
	n->column = at;
	return p->x->n++;
}

/* ---- words ---- */

static void
blanks(struct parser *p)
{
	while (p->text[p->at] == ' ')
		p->at++;
}

static bool
sign(struct parser *p, const char *s)
{
	blanks(p);
	if (strncmp(p->text + p->at, s, strlen(s)) != 0)
		return false;
	p->at += strlen(s);
	return true;
}

static bool
in_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool
word(struct parser *p, const char *w)
{
	size_t n = strlen(w);

	blanks(p);
	if (strncmp(p->text + p->at, w, n) != 0 || in_name(p->text[p->at + n]))
		return false;
	p->at += n;
	return true;
}

/* ---- types ---- */

static const char *
type_name(enum value_type t)
{
	static const char *const names[VALUE_TYPES] = { "missing", "a condition", "a number",
		"text", "a date", "a time", "a date with time" };

	return names[t];
}

static struct expr_node *
node(struct parser *p, int i)
{
	return &p->x->node[i];
}

static bool
want(struct parser *p, int i, enum value_type type)
{
	if (i < 0)
		return false;
	if (node(p, i)->type != type)
		refuse(p, node(p, i)->column, "this is %s where %s is wanted",
			type_name(node(p, i)->type), type_name(type));
	return node(p, i)->type == type;
}

/* Text beside a date, a time or a code is read as one. */
static bool
fit_literal(struct parser *p, int literal, int other)
{
	struct expr_node *l = node(p, literal), *o = node(p, other);

	if (l->op != OP_VALUE || l->type != VALUE_TEXT)
		return true;
	if (o->type == VALUE_DATE || o->type == VALUE_TIME || o->type == VALUE_MOMENT) {
		if (!value_read(o->type, l->v.text, &l->v)) {
			refuse(p, l->column, "'%.40s' is not %s", l->v.text, type_name(o->type));
			return false;
		}
		l->type = o->type;
	}
	if (o->op == OP_NAME && o->type == VALUE_TEXT && p->names->code != NULL &&
		!p->names->code(p->names->ctx, o->id, l->v.text)) {
		refuse(p, l->column, "'%.40s' is no code of the list", l->v.text);
		return false;
	}
	return true;
}

static bool
fit(struct parser *p, int a, int b)
{
	if (a < 0 || b < 0 || !fit_literal(p, a, b) || !fit_literal(p, b, a))
		return false;
	if (node(p, a)->type != node(p, b)->type)
		refuse(p, node(p, b)->column, "%s cannot be compared with %s",
			type_name(node(p, a)->type), type_name(node(p, b)->type));
	return node(p, a)->type == node(p, b)->type;
}

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
		return refuse(p, begin, "the number is too long");
	memcpy(digits, p->text + begin, n);
	digits[n] = '\0';
	if (in_name(p->text[p->at]) || !str_double(digits, &v))
		return refuse(p, begin, "this is no number");
	i = new_node(p, begin, OP_VALUE, VALUE_NUMBER);
	if (i >= 0)
		node(p, i)->v = value_number(v);
	return i;
}

static int
parse_text(struct parser *p)
{
	size_t begin = p->at, n = strcspn(p->text + ++p->at, "'");
	char *copy = p->x->texts + p->texts;
	int i;

	if (p->text[p->at + n] == '\0')
		return refuse(p, begin, "the text is not ended by '");
	memcpy(copy, p->text + p->at, n);
	copy[n] = '\0';
	p->texts += n + 1;
	p->at += n + 1;
	i = new_node(p, begin, OP_VALUE, VALUE_TEXT);
	if (i >= 0)
		node(p, i)->v = (struct value){ .type = VALUE_TEXT, .text = copy };
	return i;
}

static bool
use(struct parser *p, size_t at, int64_t id)
{
	for (size_t i = 0; i < p->x->uses; i++)
		if (p->x->use[i] == id)
			return true;
	if (p->x->uses == EXPR_USES) {
		refuse(p, at, "more than %d names", EXPR_USES);
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

	while (in_name(p->text[begin + n]) || p->text[begin + n] == '.' || p->text[begin + n] == '@')
		n++;
	p->at += n;
	if (n >= sizeof(name))
		return refuse(p, begin, "the name is too long");
	memcpy(name, p->text + begin, n);
	name[n] = '\0';
	if (!p->names->find(p->names->ctx, name, &id, &type, why))
		return refuse(p, begin, "%s", why);
	i = new_node(p, begin, OP_NAME, type);
	if (i < 0 || !use(p, begin, id))
		return -1;
	node(p, i)->id = id;
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

	if (a < 0 || b < 0 || !fit_literal(p, a, b) || !fit_literal(p, b, a))
		return false;
	t = node(p, a)->type;
	if (t != f->of && t != VALUE_MOMENT)
		return want(p, a, f->of);
	return want(p, b, t);
}

static int
parse_call(struct parser *p, const struct function *f, size_t begin)
{
	int a, b = -1, i;

	if (!sign(p, "("))
		return refuse(p, p->at, "%s needs a (", f->name);
	a = parse_or(p);
	if (a >= 0 && f->operands == 2) {
		if (!sign(p, ","))
			return refuse(p, p->at, "%s takes two values", f->name);
		b = parse_or(p);
		if (!fit_span(p, f, a, b))
			return -1;
	} else if (a < 0 || (f->of != VALUE_MISSING && !want(p, a, f->of))) {
		return -1;
	}
	if (!sign(p, ")"))
		return refuse(p, p->at, "a ) is missing");
	i = new_node(p, begin, f->op, f->type);
	if (i >= 0) {
		node(p, i)->a = a;
		node(p, i)->b = b;
	}
	return i;
}

static int
parse_word(struct parser *p)
{
	size_t begin = p->at;
	int i;

	for (size_t f = 0; f < MEM_COUNT(functions); f++)
		if (word(p, functions[f].name)) {
			if (sign(p, "("))
				return p->at--, parse_call(p, &functions[f], begin);
			p->at = begin; /* a field may have this name */
		}
	for (int t = 0; t < 2; t++)
		if (word(p, t ? "true" : "false")) {
			i = new_node(p, begin, OP_VALUE, VALUE_TRUTH);
			if (i >= 0)
				node(p, i)->v = value_truth(t ? TRUTH_TRUE : TRUTH_FALSE);
			return i;
		}
	return parse_name(p);
}

static int
parse_primary(struct parser *p)
{
	char c;
	int i;

	blanks(p);
	c = p->text[p->at];
	if (c == '\0')
		return refuse(p, p->at, "it ends where a value is wanted");
	if (c == '\'')
		return parse_text(p);
	if (isdigit((unsigned char)c))
		return parse_number(p);
	if (isalpha((unsigned char)c))
		return parse_word(p);
	if (c != '(')
		return refuse(p, p->at, "a value is wanted here");
	p->at++;
	i = parse_or(p);
	if (i >= 0 && !sign(p, ")"))
		return refuse(p, p->at, "a ) is missing");
	return i;
}

/* A node over one operand of a type. */
static int
over(struct parser *p, size_t begin, enum expr_op op, int a, enum value_type type)
{
	int i;

	if (!want(p, a, type))
		return -1;
	i = new_node(p, begin, op, type);
	if (i >= 0)
		node(p, i)->a = a;
	return i;
}

static int
parse_unary(struct parser *p)
{
	int i;

	blanks(p);
	if (p->text[p->at] != '-')
		return parse_primary(p);
	if (++p->depth > EXPR_DEPTH)
		return refuse(p, p->at, "more than %d in each other", EXPR_DEPTH);
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

	if (!want(p, a, l->type))
		return -1;
	b = l->below(p);
	if (!want(p, b, l->type))
		return -1;
	i = new_node(p, node(p, a)->column, l->op[which], l->type);
	if (i >= 0) {
		node(p, i)->a = a;
		node(p, i)->b = b;
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
			!(letters ? word(p, l->sign[which]) : sign(p, l->sign[which])))
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

	if (!sign(p, "("))
		return refuse(p, p->at, "after in comes a list: ( value, value )");
	do {
		i = parse_unary(p);
		if (i >= 0 && node(p, i)->op == OP_MINUS && node(p, node(p, i)->a)->op == OP_VALUE) {
			node(p, i)->v = value_number(-node(p, node(p, i)->a)->v.low);
			node(p, i)->op = OP_VALUE;
			node(p, i)->a = -1;
		}
		if (i >= 0 && node(p, i)->op != OP_VALUE)
			return refuse(p, node(p, i)->column, "a list holds only values as such");
		if (i < 0 || !fit(p, of, i))
			return -1;
		if (last >= 0)
			node(p, last)->b = i;
		first = first < 0 ? i : first;
		last = i;
	} while (sign(p, ","));
	if (!sign(p, ")"))
		return refuse(p, p->at, "a ) is missing");
	return first;
}

static int
parse_in(struct parser *p, int a, bool negated)
{
	int list = parse_list(p, a), i;

	if (list < 0)
		return -1;
	i = new_node(p, node(p, a)->column, OP_IN, VALUE_TRUTH);
	if (i < 0)
		return -1;
	node(p, i)->a = a;
	node(p, i)->b = list;
	return negated ? over(p, node(p, i)->column, OP_NOT, i, VALUE_TRUTH) : i;
}

static int
parse_compare(struct parser *p, int a, enum comparator c)
{
	int b = parse_sum(p), i;
	enum value_type t;

	if (!fit(p, a, b))
		return -1;
	t = node(p, a)->type;
	if (c < CMP_EQ && (t == VALUE_TEXT || t == VALUE_TRUTH))
		return refuse(p, node(p, a)->column, "%s has no order: only = and != can be asked",
			type_name(t));
	i = new_node(p, node(p, a)->column, OP_COMPARE, VALUE_TRUTH);
	if (i >= 0) {
		node(p, i)->compare = c;
		node(p, i)->a = a;
		node(p, i)->b = b;
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
		if (sign(p, signs[i].sign))
			return parse_compare(p, a, signs[i].c);
	if (word(p, "in"))
		return parse_in(p, a, false);
	back = p->at;
	if (word(p, "not") && word(p, "in"))
		return parse_in(p, a, true);
	p->at = back;
	return a;
}

static int
parse_not(struct parser *p)
{
	size_t begin;
	int i;

	blanks(p);
	begin = p->at;
	if (!word(p, "not"))
		return parse_relation(p);
	if (++p->depth > EXPR_DEPTH)
		return refuse(p, begin, "more than %d in each other", EXPR_DEPTH);
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
		return refuse(p, p->at, "more than %d in each other", EXPR_DEPTH);
	i = parse_level(p, &l);
	p->depth--;
	return i;
}

static int
parse_whole(struct parser *p)
{
	int i = parse_or(p);

	blanks(p);
	if (i >= 0 && p->text[p->at] != '\0')
		return refuse(p, p->at, "it should end here");
	return want(p, i, VALUE_TRUTH) ? i : -1;
}

enum rc
expr_parse(struct expr **out, const char *text, const struct expr_names *names,
	struct expr_fault *fault)
{
	struct parser p = { .text = text, .names = names, .fault = fault };

	memset(fault, 0, sizeof(*fault));
	*out = NULL;
	if (strlen(text) > EXPR_TEXT) {
		refuse(&p, 0, "longer than %d bytes", EXPR_TEXT);
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
