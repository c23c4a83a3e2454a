/* What the headers of something say, for forms and rules of a study: an exam's columns and those of its series and their first
 * images, with what people filled in where the header has nothing. */
#ifndef CORE_TRIAL_FACTS_H
#define CORE_TRIAL_FACTS_H

#include "core/dicom/attr.h"
#include "core/ledger/case.h"

/* By enum attr; NULL where no header says it.  filled: a person said it (form "header"), not the header. */
struct facts_of {
	char *value[ATTR_COUNT];
	bool filled[ATTR_COUNT];
};

/* Of a series; of an exam: what the first of its series says that says it; of a visit: its first exam.  Others have none.
 * What is blinded for who reads is missing.  Release in any case. */
enum rc facts_read(struct ledger *l, const struct case_at *at, const struct case_of *c,
	struct facts_of *out, struct err *e);
void facts_release(struct facts_of *f);

#endif
