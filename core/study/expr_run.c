/* Evaluation: nodes stand before those that use them, but and, or and not look at both sides anyway. */
#include <math.h>
#include <string.h>

#include "core/base/str.h"
#include "core/study/expr_in.h"

struct run {
	const struct expr *x;
	expr_get get;
	void *ctx;
};

static struct value evaluate(const struct run *r, int at);

static enum truth
truth_of(struct value v)
{
	if (v.type != VALUE_TRUTH)
		return TRUTH_UNKNOWN;
	return v.low != 0 ? TRUTH_TRUE : TRUTH_FALSE;
}

/* Missing where either is, where they are of different kinds, or where a partial date leaves it open. */
static bool
both(struct value a, struct value b)
{
	return a.type != VALUE_MISSING && a.type == b.type && a.low == a.high && b.low == b.high;
}

static struct value
arithmetic(enum expr_op op, struct value a, struct value b)
{
	double v;

	if (!both(a, b) || (op == OP_DIVIDE && b.low == 0))
		return (struct value){ .type = VALUE_MISSING };
	v = op == OP_ADD                              ? a.low + b.low
		: op == OP_SUBTRACT || op == OP_MINUS ? a.low - b.low
		: op == OP_MULTIPLY                   ? a.low * b.low
		: op == OP_DAYS || op == OP_MINUTES   ? b.low - a.low
						      : a.low / b.low;
	if (op == OP_DAYS && a.type == VALUE_MOMENT)
		v = floor(b.low / 86400) - floor(a.low / 86400);
	if (op == OP_MINUTES)
		v /= 60;
	return isfinite(v) ? value_number(v) : (struct value){ .type = VALUE_MISSING };
}

static enum truth
one_of(const struct run *r, const struct expr_node *n)
{
	struct value a = evaluate(r, n->a);
	enum truth any = TRUTH_FALSE;

	if (a.type == VALUE_MISSING)
		return TRUTH_UNKNOWN;
	for (int i = n->b; i >= 0; i = r->x->node[i].b)
		any = truth_or(any, value_compare(CMP_EQ, a, r->x->node[i].v));
	return any;
}

static struct value
of_one(enum expr_op op, struct value a)
{
	if (op == OP_MISSING || op == OP_PRESENT)
		return value_truth(
			(a.type == VALUE_MISSING) == (op == OP_MISSING) ? TRUTH_TRUE : TRUTH_FALSE);
	if (a.type == VALUE_MISSING)
		return a;
	if (op == OP_LENGTH)
		return value_number((double)str_characters(a.text));
	return value_number(fabs(a.low));
}

static struct value
evaluate(const struct run *r, int at)
{
	const struct expr_node *n = &r->x->node[at];

	switch (n->op) {
	case OP_VALUE:
		return n->v;
	case OP_NAME:
		return r->get(r->ctx, n->id);
	case OP_OR:
		return value_truth(
			truth_or(truth_of(evaluate(r, n->a)), truth_of(evaluate(r, n->b))));
	case OP_AND:
		return value_truth(
			truth_and(truth_of(evaluate(r, n->a)), truth_of(evaluate(r, n->b))));
	case OP_NOT:
		return value_truth(truth_not(truth_of(evaluate(r, n->a))));
	case OP_COMPARE:
		return value_truth(value_compare(n->compare, evaluate(r, n->a), evaluate(r, n->b)));
	case OP_IN:
		return value_truth(one_of(r, n));
	case OP_MISSING:
	case OP_PRESENT:
	case OP_ABS:
	case OP_LENGTH:
		return of_one(n->op, evaluate(r, n->a));
	case OP_MINUS:
		return arithmetic(n->op, value_number(0), evaluate(r, n->a));
	default:
		return arithmetic(n->op, evaluate(r, n->a), evaluate(r, n->b));
	}
}

enum truth
expr_evaluate(const struct expr *x, expr_get get, void *ctx)
{
	struct run r = { x, get, ctx };

	return truth_of(evaluate(&r, x->root));
}
