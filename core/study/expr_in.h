/* What the parser makes and the evaluation runs through. */
#ifndef CORE_STUDY_EXPR_IN_H
#define CORE_STUDY_EXPR_IN_H

#include "core/study/expr.h"

enum expr_op {
	OP_VALUE,
	OP_NAME,
	OP_OR,
	OP_AND,
	OP_NOT,
	OP_COMPARE,
	OP_IN,
	OP_ADD,
	OP_SUBTRACT,
	OP_MULTIPLY,
	OP_DIVIDE,
	OP_MINUS,
	OP_MISSING,
	OP_PRESENT,
	OP_DAYS,
	OP_MINUTES,
	OP_ABS,
	OP_LENGTH
};

/* Nodes stand before those that use them.  Of OP_IN the list is a chain through `b`. */
struct expr_node {
	enum expr_op op;
	enum value_type type;
	enum comparator compare;
	int a, b;       /* operands; -1 none */
	size_t column;  /* where it begins */
	int64_t id;     /* OP_NAME */
	struct value v; /* OP_VALUE */
};

struct expr {
	struct expr_node *node;
	int n, root;
	int64_t *use;
	size_t uses;
	char *texts; /* of literals */
};

#endif
