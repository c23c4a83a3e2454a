/* A study file in the making, out of a description of forms in another format.  One thread. */
#ifndef CORE_STUDY_DRAFT_H
#define CORE_STUDY_DRAFT_H

#include <jansson.h>
#include <stdbool.h>

#include "core/study/mistake.h"

/* Objects hold a remark `from`, the line or row of the other file that they were made of. */
struct draft {
	json_t *root, *visits, *lists, *forms;
	const char *from;       /* "_row" or "_line" */
	struct mistakes *wrong; /* by line or row of the other file */
	size_t bytes;           /* about as many as it has now */
	bool full;              /* draft_full said so */
	struct mistakes *notes; /* what was left out, or means less here */
};

void draft_begin(struct draft *d, const char *id, const char *title);

/* Is it larger than any study file may be?  Told once; nothing needs to be added then. */
bool draft_full(struct draft *d);

/* A new object at the end of `array`, with its id (NULL none) and where it comes from; lent by the draft. */
json_t *draft_add(struct draft *d, json_t *array, const char *id, uint32_t line);
/* An array under `key` of `at`, made where it is not there yet; lent. */
json_t *draft_array(json_t *at, const char *key);
/* A text for people: cleaned, blanks and line ends as one blank, tags of HTML left out.  "" is left out. */
void draft_text(struct draft *d, json_t *at, const char *key, const char *text);
/* A text as it is, or as much of it as is too long for any key. */
void draft_word(struct draft *d, json_t *at, const char *key, const char *text);
void draft_range(json_t *field, const char *comparator, json_t *value, const char *kind);

/* The file as text, owned by the caller; NULL where something is wrong, of which the mistakes that study_read finds are
 * part.  The draft is freed in any case. */
char *draft_end(struct draft *d);

#endif
