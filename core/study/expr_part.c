/* What the parser is made of: words, nodes, and whether types fit. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/study/expr_in.h"

/* ---- refusing ---- */

static size_t
column_of(const char *text, size_t at)
{
	size_t column = 1;

	for (size_t i = 0; i < at; i++)
		column += ((unsigned char)text[i] & 0xc0) != 0x80;
	return column;
}

__attribute__((format(printf, 3, 4))) int
parser_refuse(struct parser *p, size_t at, const char *fmt, ...)
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

int
parser_add(struct parser *p, size_t at, enum expr_op op, enum value_type type)
{
	struct expr_node *n;

	if (p->x->n == EXPR_NODES)
		return parser_refuse(p, at, "more than %d parts", EXPR_NODES);
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

void
parser_blanks(struct parser *p)
{
	while (p->text[p->at] == ' ')
		p->at++;
}

bool
parser_sign(struct parser *p, const char *s)
{
	parser_blanks(p);
	if (strncmp(p->text + p->at, s, strlen(s)) != 0)
		return false;
	p->at += strlen(s);
	return true;
}

bool
parser_in_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

bool
parser_word(struct parser *p, const char *w)
{
	size_t n = strlen(w);

	parser_blanks(p);
	if (strncmp(p->text + p->at, w, n) != 0 || parser_in_name(p->text[p->at + n]))
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

struct expr_node *
parser_node(struct parser *p, int i)
{
	return &p->x->node[i];
}

bool
parser_want(struct parser *p, int i, enum value_type type)
{
	if (i < 0)
		return false;
	if (parser_node(p, i)->type != type)
		parser_refuse(p, parser_node(p, i)->column, "this is %s where %s is wanted",
			type_name(parser_node(p, i)->type), type_name(type));
	return parser_node(p, i)->type == type;
}

/* Text beside a date, a time or a code is read as one. */
bool
parser_fit_literal(struct parser *p, int literal, int other)
{
	struct expr_node *l = parser_node(p, literal), *o = parser_node(p, other);

	if (l->op != OP_VALUE || l->type != VALUE_TEXT)
		return true;
	if (o->type == VALUE_DATE || o->type == VALUE_TIME || o->type == VALUE_MOMENT) {
		if (!value_read(o->type, l->v.text, &l->v)) {
			parser_refuse(
				p, l->column, "'%.40s' is not %s", l->v.text, type_name(o->type));
			return false;
		}
		l->type = o->type;
	}
	if (o->op == OP_NAME && o->type == VALUE_TEXT && p->names->code != NULL &&
		!p->names->code(p->names->ctx, o->id, l->v.text)) {
		parser_refuse(p, l->column, "'%.40s' is no code of the list", l->v.text);
		return false;
	}
	return true;
}

bool
parser_fit(struct parser *p, int a, int b)
{
	if (a < 0 || b < 0 || !parser_fit_literal(p, a, b) || !parser_fit_literal(p, b, a))
		return false;
	if (parser_node(p, a)->type != parser_node(p, b)->type)
		parser_refuse(p, parser_node(p, b)->column, "%s cannot be compared with %s",
			type_name(parser_node(p, a)->type), type_name(parser_node(p, b)->type));
	return parser_node(p, a)->type == parser_node(p, b)->type;
}
