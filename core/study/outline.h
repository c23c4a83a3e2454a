/* Where each value of a JSON text stands.  jansson tells the line of a mistake in the writing, not of a value that is
 * wrong; the outline is the tree once more, in the order of the text, with lines. */
#ifndef CORE_STUDY_OUTLINE_H
#define CORE_STUDY_OUTLINE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

enum { OUTLINE_DEPTH = 16, OUTLINE_MOST = 500000, OUTLINE_PATH = 160, OUTLINE_NONE = UINT32_MAX };

struct outline_node {
	json_t *json;          /* lent by the outline's root */
	const char *key;       /* of a member, else NULL */
	uint32_t parent, next; /* next: the first node that is not below this one */
	uint32_t place;        /* in its array or object, from 0 */
	uint32_t line, column; /* from 1; columns are characters */
};

struct outline {
	json_t *root;
	struct outline_node *node; /* node[0] is the root */
	uint32_t n;
};

/* Where the writing itself is wrong: what `e` tells stands there; 0 where it has no line. */
struct outline_fault {
	uint32_t line, column;
};

/* RC_INVALID: no JSON, or a name twice in one object; RC_LIMIT: deeper or more than we take. */
enum rc outline_read(
	struct outline *o, const char *text, size_t n, struct outline_fault *at, struct err *e);
void outline_free(struct outline *o);

/* The member `key` of node `at`; OUTLINE_NONE. */
uint32_t outline_member(const struct outline *o, uint32_t at, const char *key);

/* "forms[3].groups[0].title", cut in front where it is too long; "the file" for the root. */
void outline_path(const struct outline *o, uint32_t at, char path[OUTLINE_PATH]);

#endif
