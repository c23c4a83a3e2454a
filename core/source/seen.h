/* Which names were met in which pass of a list that may change while it is read.  Any thread, one at a time. */
#ifndef CORE_SOURCE_SEEN_H
#define CORE_SOURCE_SEEN_H

#include <stdbool.h>
#include <stddef.h>

enum seen { SEEN_NEVER, SEEN_EARLIER, SEEN_NOW }; /* before; in an earlier pass only; in this one */

struct seen_set;

struct seen_set *seen_new(void);
void seen_free(struct seen_set *s); /* NULL is allowed */

/* A pass begins; the first one is begun by seen_new. */
void seen_pass(struct seen_set *s);

/* What was known of `name`, which is met now. */
enum seen seen_add(struct seen_set *s, const char *name);

size_t seen_count(const struct seen_set *s); /* in this pass */

/* Was everything of the pass before met again?  False in the first. */
bool seen_agrees(const struct seen_set *s);

#endif
