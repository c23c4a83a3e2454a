/* Places as people write them: S-0012 or 12 a series, S-0012#3 the third image of it, E-7 an exam, STUDY/,
 * STUDY/SUBJECT and STUDY/SUBJECT/VISIT. */
#ifndef CORE_TRIAL_WHERE_H
#define CORE_TRIAL_WHERE_H

#include "core/trial/fill.h"

/* RC_INVALID: it is none of these; RC_NOT_FOUND: the archive has no such series or image. */
enum rc where_read(struct ledger *l, const char *word, struct fill_place *out, struct err *e);
/* The same back: "S-0012", "E-7", the key itself; an image by its UID. */
void where_name(const struct case_at *at, char *to, size_t size);

#endif
