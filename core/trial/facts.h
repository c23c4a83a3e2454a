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
/* A column of attr.def as people fill it in: is it of the exam, and not of one series?  Can this be its value?  RC_INVALID with
 * what it should look like, RC_NOT_FOUND: there is no such column, or nobody fills it in. */
bool facts_of_exam(const char *column);
enum rc facts_check(const char *column, const char *text, struct err *e);

/* The same for the program itself, whatever is blinded for who reads; never shown. */
enum rc facts_read_all(struct ledger *l, const struct case_at *at, const struct case_of *c,
	struct facts_of *out, struct err *e);
void facts_release(struct facts_of *f);

#endif
