/* Everything of a study that came, placed and ready to be held against what it asks for: exams, series, labels and the values that
 * the study file names, read in few statements however many there are.  What people filled in for a header (form "header") goes
 * before what it says, and where a person placed an exam no rule is asked.  Ledger worker or any handle that reads; a survey is
 * of one moment, does not change any more, and any thread may look at it. */
#ifndef CORE_TRIAL_SURVEY_H
#define CORE_TRIAL_SURVEY_H

#include "core/study/comply.h"
#include "core/study/place.h"
#include "core/study/version.h"

struct survey_exam {
	int64_t id;
	bool person; /* a person said where it belongs */
	struct place place;
};
struct survey_subject {
	const char *site, *subject;     /* "" where nobody knows */
	struct comply_subject in;       /* for comply_check */
	const struct survey_exam *exam; /* beside in.exam */
};
struct survey {
	struct study_version version;
	struct study *study;
	struct comply *comply;
	struct survey_subject *subject; /* by site and subject; what cannot be placed first */
	size_t subjects, exams, series;

	struct survey_exam *exam;
	struct comply_exam *came;
	struct comply_series *one;
	char **text; /* of all values */
	size_t texts, text_room;
	const char **value;
};

/* `study` NULL: the only one that was applied.  account "" or NULL: all, else where one of its roles is held.  site, subject
 * NULL: all.  The exams of a study are those whose trial it is, and, where it is the only one, those that name no trial.
 * RC_NOT_FOUND where no such study was applied, RC_DENIED where something is blinded for who reads. */
struct survey_want {
	const char *study, *account, *site, *subject;
};
enum rc survey_read(
	struct ledger *l, const struct survey_want *want, struct survey **out, struct err *e);
void survey_free(struct survey *s); /* NULL is allowed */

/* The studies that were applied, by name; `each` may read. */
enum rc survey_studies(struct ledger *l,
	enum rc (*each)(void *ctx, const char *study, struct err *e), void *ctx, struct err *e);

#endif
