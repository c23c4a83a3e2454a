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

struct parser {
	const char *text;
	size_t at;
	struct expr *x;
	const struct expr_names *names;
	struct expr_fault *fault;
	size_t texts;
	int depth;
};

/* expr_part.c.  Functions of the parser give the number of a node, or -1 after parser_refuse; the first refusal is told. */
int parser_refuse(struct parser *p, size_t at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int parser_add(struct parser *p, size_t at, enum expr_op op, enum value_type type);
struct expr_node *parser_node(struct parser *p, int i);
/* Blanks, then this sign or word, which is taken. */
void parser_blanks(struct parser *p);
bool parser_sign(struct parser *p, const char *s);
bool parser_word(struct parser *p, const char *w);
bool parser_in_name(char c);
/* Is node `i` (-1: no) of this type?  False is told. */
bool parser_want(struct parser *p, int i, enum value_type type);
/* Text beside a date, a time or a code is read as one; false (told) where it is none. */
bool parser_fit_literal(struct parser *p, int literal, int other);
/* Can the two be compared?  False is told. */
bool parser_fit(struct parser *p, int a, int b);

#endif
