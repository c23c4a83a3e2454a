/* Whose an exam is: study, site, subject and visit, as the header said when it came, as the rules of the study's file say, or as
 * a person says where neither could. */
#ifndef CORE_LEDGER_PLACING_H
#define CORE_LEDGER_PLACING_H

#include "core/ledger/case.h"

/* All four as they shall be.  rule: which rules said it (by the program), or NULL; reason: why a person says so. */
struct placing {
	int64_t exam;
	const char *trial, *site, *subject, *visit;
	const char *rule, *reason;
};

/* At most 1,000 in one transaction, an event for each exam that changes; *changed (NULL: not wanted) how many.  who NULL: by
 * the program.  By a coordinator or manager who has the right for the old place and the new one.  RC_DENIED, RC_NOT_FOUND. */
enum rc placing_set(struct ledger *l, const struct session *who, const struct placing *list,
	size_t n, int64_t *changed, struct err *e);

#endif
