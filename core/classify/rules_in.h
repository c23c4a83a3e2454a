/* A table of rules as it is kept, for rules.c, term.c and classify.c. */
#ifndef CORE_CLASSIFY_RULES_IN_H
#define CORE_CLASSIFY_RULES_IN_H

#include "core/classify/rules.h"

enum term_kind { TERM_ATTR, TERM_TEXT, TERM_NUMBER, TERM_AXIS };
enum term_op {
	OP_IS, /* pairs: the second of each is the first's opposite */
	OP_IS_NOT,
	OP_HAS,
	OP_LACKS,
	OP_HOLDS,
	OP_HOLDS_NOT,
	OP_LESS,
	OP_AT_MOST,
	OP_MORE,
	OP_AT_LEAST,
	OP_COUNT
};

struct term {
	enum term_kind kind;
	int which; /* enum attr, enum fact_number or enum axis */
	enum term_op op;
	bool other;    /* the first of an alternative, but not of the rule */
	char *fact;    /* as written */
	char *wanted;  /* as written, with | */
	char *needle;  /* in lower case, blanks for _ */
	double number; /* of OP_LESS and those after it */
};

struct rule {
	struct rule_info info;
	struct term *terms; /* none: otherwise */
	size_t n;
};

struct rules {
	char *bytes; /* the texts of all rule_info lie in it */
	struct rule *rule;
	size_t n;
	bool asks[ATTR_COUNT];
	size_t first[AXIS_COUNT + 1]; /* of each axis, in rule */
};

/* term.c: read one condition of the rule; err without its place. */
enum rc term_parse(struct rule *rule, struct err *e);
const char *term_op_name(enum term_op op);
bool term_holds(const struct rules *r, const struct term *t, const struct facts *f,
	const struct label *told);
/* What the header says to it, cleaned; "" nothing. */
void term_met(const struct rules *r, const struct term *t, const struct facts *f,
	const struct label *told, char *to, size_t size);

#endif
