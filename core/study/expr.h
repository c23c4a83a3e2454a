/* The expressions of a study file: conditions under which a field is skipped, checks across fields, rules for series.
 * docs/man/wetread-study.7 tells the language.  Parsed once, with types checked; evaluated in three-valued logic. */
#ifndef CORE_STUDY_EXPR_H
#define CORE_STUDY_EXPR_H

#include <stdint.h>

#include "core/base/err.h"
#include "core/study/value.h"

enum { EXPR_TEXT = 2000, EXPR_NODES = 500, EXPR_DEPTH = 40, EXPR_NAME = 140, EXPR_USES = 64 };

struct expr;

/* What names mean.  `find` says the type of a name such as weight, form.weight or form.weight@V1, and a number for it;
 * false with the reason in `why`, "" where it was told already.  `code` (NULL: none has a list) says whether text can be a value of it. */
struct expr_names {
	bool (*find)(void *ctx, const char *name, int64_t *id, enum value_type *type, char why[200]);
	bool (*code)(void *ctx, int64_t id, const char *code);
	void *ctx;
};

/* Where a mistake is: characters from 1. */
struct expr_fault {
	size_t column;
	char text[240];
};

/* A condition: its value is true or false.  RC_INVALID, RC_LIMIT with *fault told. */
enum rc expr_parse(struct expr **out, const char *text, const struct expr_names *names,
	struct expr_fault *fault);
void expr_free(struct expr *x); /* NULL is allowed */

/* The numbers of the names that stand in it, each once. */
const int64_t *expr_uses(const struct expr *x, size_t *n);

/* `get` gives the value of a name; text that it lends must live until the answer.  Unknown where something is missing and
 * it matters. */
typedef struct value (*expr_get)(void *ctx, int64_t id);
enum truth expr_evaluate(const struct expr *x, expr_get get, void *ctx);

#endif
