/* A pattern of the study file: an extended regular expression of POSIX that cannot cost much.  Immutable; any thread. */
#ifndef CORE_STUDY_PATTERN_H
#define CORE_STUDY_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"

enum {
	PATTERN_TEXT = 200,
	PATTERN_GROUPS = 9,
	PATTERN_REPEAT = 50,  /* in braces */
	PATTERN_SUBJECT = 260 /* bytes of what it is held against; more is no match */
};

struct pattern;

/* RC_INVALID with what is wrong and at which character.  Refused beside what regcomp refuses: back-references and other
 * backslashes before letters and digits, more than PATTERN_REPEAT in braces, and braces behind a group, which cost memory
 * without end. */
enum rc pattern_make(const char *text, struct pattern **out, struct err *e);
void pattern_free(struct pattern *p); /* NULL is allowed */

size_t pattern_groups(const struct pattern *p);

/* Does it occur in `s`?  group[i]: where group i + 1 is, length 0 where it took no part. */
struct pattern_part {
	size_t at, length;
};
bool pattern_match(
	const struct pattern *p, const char *s, struct pattern_part group[PATTERN_GROUPS]);

#endif
