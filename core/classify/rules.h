/* The rules that say what a series is, and how they are applied (rules.tsv says how they are written).  A table is
 * immutable once made; nothing here reads a file or the ledger.  Any thread. */
#ifndef CORE_CLASSIFY_RULES_H
#define CORE_CLASSIFY_RULES_H

#include "core/base/err.h"
#include "core/classify/facts.h"

enum axis { AXIS_CLASS, AXIS_BASE, AXIS_CONTRAST, AXIS_PLANE, AXIS_DIM, AXIS_FATSAT, AXIS_COUNT };
extern const char *const axis_names[AXIS_COUNT];

enum {
	RULES_BYTES = 1 << 20, /* of a table */
	RULES_MOST = 2000,
	RULE_TERMS = 64,
	LABEL_TEXT = 120,
	LABEL_RULES = 160,
	LABEL_PERSON = 50 /* a confidence below this is for a person */
};

struct rules;

/* Read a table; `name` is told in errors, as "NAME:LINE: ...".  RC_INVALID, RC_LIMIT.  *out: free with rules_free. */
enum rc rules_parse(const char *text, size_t n, const char *name, struct rules **out, struct err *e);
void rules_free(struct rules *r); /* NULL is allowed */

/* The table that wetread brings along, as text (core/classify/rules.tsv). */
extern const char classify_rules[];

size_t rules_count(const struct rules *r);
/* Does some rule ask for it?  `text` asks for description and protocol, `te` for both echo times. */
bool rules_ask(const struct rules *r, enum attr a);
struct rule_info {
	enum axis axis;
	long number;
	const char *label, *condition, *basis; /* lent */
	int confidence;
};
struct rule_info rules_at(const struct rules *r, size_t i); /* by axis and number */

struct label {
	char text[LABEL_TEXT];     /* "AX T1 POST 3D" */
	char rules[LABEL_RULES];   /* "class.99 base.71 ..." */
	int confidence;            /* 0-100: the least of the axes that make the label */
	size_t winner[AXIS_COUNT]; /* for rules_at */
};

void classify(const struct rules *r, const struct facts *f, struct label *out);

/* What others say of an axis before the rules are asked, as a study's file does: a word, by which rule of theirs. */
struct classify_said {
	bool told[AXIS_COUNT];
	char word[AXIS_COUNT][33], rule[AXIS_COUNT][66];
	int confidence[AXIS_COUNT];
};
/* `said` NULL: nobody says anything.  winner stays that of the rules. */
void classify_before(const struct rules *r, const struct facts *f, const struct classify_said *said,
	struct label *out);

/* One term of a rule, with what was met. */
struct term_result {
	const char *fact, *operator, * wanted;
	char met[120];    /* cleaned; "" the header does not say */
	bool held, other; /* other: the first of an alternative */
};
/* The terms of rule i, for a label that is told up to its axis.  Does it hold?  `each` may be NULL. */
bool classify_try(const struct rules *r, size_t i, const struct facts *f, const struct label *told,
	void (*each)(void *ctx, const struct term_result *t), void *ctx);

/* A label that a person gives, in any order and case: each word one that some rule gives, no two of one axis.  Its usual
 * form into `to`.  RC_INVALID. */
enum rc label_normal(const struct rules *r, const char *text, char to[LABEL_TEXT], struct err *e);

#endif
