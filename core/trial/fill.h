/* A form opened at a visit, exam or series: the sheet with what is kept, proposed by headers and entered elsewhere, so that it
 * can be filled without the ledger.  Opened and saved by the ledger's thread; in between it belongs to one other thread. */
#ifndef CORE_TRIAL_FILL_H
#define CORE_TRIAL_FILL_H

#include "core/ledger/entry.h"
#include "core/ledger/form_state.h"
#include "core/study/form.h"
#include "core/study/version.h"
#include "core/trial/facts.h"

/* Where two people differ, for who settles it: neither's name is told. */
struct fill_difference {
	size_t field; /* of the sheet */
	char *first, *second;
	char *reason; /* why it was settled so; NULL not yet */
};

struct fill_elsewhere; /* values of other visits and forms */

struct fill {
	char kind[12], object[CASE_KEY];
	struct case_of of;
	struct study_version version;
	struct study *study;
	const struct study_form *form;
	struct form_sheet *sheet;
	struct form_state state;
	int pass;
	char closed[300]; /* why nothing can be entered; "" it can */
	struct fill_difference *difference;
	size_t differences;
	struct facts_of facts;
	struct fill_elsewhere *elsewhere;
};

/* The place of a form of this level, from anything inside it: a series' exam, an exam's visit.  RC_INVALID where there is none,
 * as a series of a visit. */
struct fill_place {
	char kind[12], object[CASE_KEY];
};
enum rc fill_lift(struct ledger *l, const struct case_at *at, int level, struct fill_place *out,
	struct err *e);

/* The same for a form by its id, of the study's last version. */
enum rc fill_find(struct ledger *l, const struct case_at *at, const char *form,
	struct fill_place *out, struct err *e);

/* Open form `form` of the study's last version at `at` or what it is part of.  Which pass it is follows from who asks and who
 * filled it before: the first, the second without a sight of the first, or the settling of both.  RC_DENIED where
 * what others entered may not be seen yet, RC_NOT_FOUND: no such place, study or form.  Free with fill_free. */
enum rc fill_open(struct ledger *l, const struct session *who, const struct case_at *at,
	const char *form, struct fill **out, struct err *e);
void fill_free(struct fill *f); /* NULL is allowed */

/* The forms that are asked at a place and inside what it is part of, in the study's order: of a series those of the series, its
 * exam and its visit.  *n of them at most; lent by `s`. */
size_t fill_forms(
	const struct study *s, const struct case_of *c, const struct study_form **to, size_t most);

/* What a save takes from the sheet: nothing of the fill is needed any more, so that filling goes on meanwhile. */
struct fill_batch;
/* RC_INVALID: something is refused, asks for a reason or is not settled; the text names the field.  Free with fill_batch_free. */
enum rc fill_take(const struct fill *f, struct fill_batch **out, struct err *e);
void fill_batch_free(struct fill_batch *b);
/* reason: why what was signed is changed; NULL otherwise.  What was kept with a reason opens a query. */
enum rc fill_save(struct ledger *l, const struct session *who, const struct fill_batch *b,
	const char *reason, int64_t *saved, struct err *e);

/* Could it be signed?  RC_INVALID: something is missing, refused or open, and what.  On the sheet alone. */
enum rc fill_complete(const struct fill *f, struct err *e);

#endif
