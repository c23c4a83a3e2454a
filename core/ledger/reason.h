/* The coded reasons for a failed step. */
#ifndef CORE_LEDGER_REASON_H
#define CORE_LEDGER_REASON_H

#include <stdbool.h>
#include <stddef.h>

enum reason_action { REASON_FLAG, REASON_QUERY, REASON_REJECT }; /* worst last */

struct reason {
	const char *code, *scheme, *meaning, *group, *modalities, *level;
	enum reason_action action;
	bool phi;
};

#define REASON_LIST_VERSION "1"

size_t reason_count(void);
const struct reason *reason_at(size_t i);
const struct reason *reason_find(const char *code); /* NULL: no such code */

/* Does the reason apply to this modality ("*" or in its list)? */
bool reason_fits(const struct reason *r, const char *modality);

/* The reasons that fit a step and modality, most to the point first: for "phi" those of group privacy, then
 * the modality's own, then the general ones.  Returns how many of at most `max` were written. */
size_t reason_menu(const char *step, const char *modality, const struct reason **out, size_t max);

#endif
