/* Exams get their site, subject and visit: by the rules of the study's file, or as a person says.  Ledger worker. */
#ifndef CORE_TRIAL_ASSIGN_H
#define CORE_TRIAL_ASSIGN_H

#include "core/ledger/placing.h"
#include "core/trial/survey.h"

/* Every exam of the study that its rules tell wholly and no person placed: written where it is not so yet, by the program, an
 * event each.  *open: how many are not told wholly and so are for a person. */
struct assign_result {
	int64_t exams, changed, open;
};
enum rc assign_by_rules(
	struct ledger *l, const char *study, struct assign_result *out, struct err *e);

/* The same for every study that was applied, as it is done whenever something came: *out is the sum.  A study whose file this
 * program cannot read holds up no other; the first such is the error.  Nothing was applied: RC_OK.
 * progress (may be NULL): exams looked at, of how many, one study after the other. */
struct assign_told {
	void (*progress)(void *ctx, int64_t done, int64_t total);
	void *ctx;
};
enum rc assign_all(
	struct ledger *l, const struct assign_told *told, struct assign_result *out, struct err *e);

/* By a person, with a reason; parts that are NULL stay.  RC_INVALID where the study was applied and has no such site or visit;
 * otherwise as placing_set.  *changed: whether it was another place. */
enum rc assign_by_person(struct ledger *l, const struct session *who, const struct placing *p,
	bool *changed, struct err *e);

#endif
