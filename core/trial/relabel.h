/* The series rules of a study's file: they go before the program's own wherever series are told what they are.  Ledger's thread. */
#ifndef CORE_TRIAL_RELABEL_H
#define CORE_TRIAL_RELABEL_H

#include "core/ledger/label.h"

/* From now on labels told through this handle ask the study of the series first; what that takes is kept until the ledger is
 * closed.  For each handle that settles series. */
void relabel_use(struct ledger *l);

/* Every series of the study anew, but for those that a person named: after another version was applied.  *changed: how many
 * have another label.  `told` (NULL: not wanted) hears how far it is. */
enum rc relabel_study(struct ledger *l, const char *study, int64_t *changed,
	void (*told)(void *ctx, int64_t done, int64_t of), void *ctx, struct err *e);

#endif
