/* The inside of a fill, for fill.c (opening), fill_elsewhere.c and fill_save.c. */
#ifndef CORE_TRIAL_FILL_IN_H
#define CORE_TRIAL_FILL_IN_H

#include "core/trial/fill.h"

/* What stands in the other forms and visits of the subject.  Free with fill_elsewhere_free. */
enum rc fill_elsewhere_read(struct ledger *l, struct fill *f, struct err *e);
void fill_elsewhere_free(struct fill_elsewhere *e); /* NULL is allowed */
/* struct form_lookups.elsewhere, ctx the fill. */
const char *fill_elsewhere_get(
	void *fill, const struct study_named *field, const struct study_name *name);

/* The last reasons that stand with a value, into the sheet. */
void fill_load_reasons(struct fill *f, const char *field, const char *why);
#endif
