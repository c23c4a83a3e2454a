/* Which series are read twice, or again by the same person: drawn by a recorded seed, so that nobody chooses and an
 * auditor can draw again.  Share and seed are settings of the archive; a study's file may give a share of its own. */
#ifndef CORE_LEDGER_PLAN_H
#define CORE_LEDGER_PLAN_H

#include <stdbool.h>

#include "core/ledger/ledger.h"

/* 0 to 9999 for these words: the first eight bytes of SHA-256(tag NUL seed NUL series UID NUL step), as one number, most
 * significant byte first, modulo 10000.  Picked is what is below 100 times the share in percent. */
int plan_draw(const char *tag, int64_t seed, const char *series_uid, const char *step);

/* How many readings the step of this series gets: 1 or 2. */
int64_t plan_readings(struct ledger *l, const char *series_uid, const char *step);
/* Does its first reader get it again?  After `repeat-days`. */
bool plan_repeats(struct ledger *l, const char *series_uid, const char *step);

/* Is the first reader the one called A where an adjudicator sees both without names? */
bool plan_first_is_a(struct ledger *l, const char *series_uid, const char *step);

#endif
