/* A sheet: one form of a study while it is filled in for one visit, exam or series.  It says at each keystroke what is
 * skipped, missing and wrong; it stores nothing and asks nobody but the lookups.  One thread at a time. */
#ifndef CORE_STUDY_FORM_H
#define CORE_STUDY_FORM_H

#include "core/study/typed.h"

enum { FORM_REASON = 5 /* characters of a reason, at least */ };

/* What lies outside of the form.  Each may be NULL; texts are lent for as long as the sheet lives; NULL or "" is missing. */
struct form_lookups {
	/* enum attr: text of the header of the first image of what the form is for, as DICOM writes it. */
	const char *(*header)(void *ctx, int attr);
	/* A field of another form, or of another visit (`name` says which): its value as it was kept. */
	const char *(*elsewhere)(
		void *ctx, const struct study_named *field, const struct study_name *name);
	void *ctx;
};

/* Those up to FORM_HARD are refused; FORM_SOFT and FORM_TOLERANCE can be kept with a reason. */
enum form_kind {
	FORM_TYPE,
	FORM_LENGTH,
	FORM_CODE,
	FORM_HARD,
	FORM_REQUIRED,
	FORM_SOFT,
	FORM_TOLERANCE, /* further from the header than the study allows */
	FORM_KINDS
};
extern const char *const form_kinds[FORM_KINDS];

enum { FORM_RULE = 16 };

struct form_finding {
	enum form_kind kind;
	const char *id; /* of the field or check */
	char rule[FORM_RULE]; /* "range.0", "tolerance", "required", "entry" or "check": with `id`, what was found */
	char *message;
	char *reason; /* why it is kept all the same; NULL */
};

/* A proposed value comes from the header and is nobody's yet: no condition or check sees it before it is accepted. */
enum form_cell_state { FORM_EMPTY, FORM_PROPOSED, FORM_ENTERED };

struct form_cell {
	const struct study_field *field;
	const struct study_group *group;
	enum form_cell_state state;
	const char *raw;   /* as it was typed, or is proposed */
	const char *value; /* as it is kept; "" where there is none, or none can be made of `raw` */
	const char *header; /* what the header says, as a value of the field; NULL */
	bool skipped;       /* not asked */
	bool removes;       /* skipped, but something was entered: it will be removed */
	bool converted;     /* `value` is in another unit than `raw` */
	struct form_finding *finding;
	size_t findings;
};

struct form_sheet;

/* The study and the lookups must outlive it. */
struct form_sheet *form_sheet_new(
	const struct study *s, const struct study_form *f, const struct form_lookups *look);
void form_sheet_free(struct form_sheet *s); /* NULL is allowed */

/* Fields in the order of the form; what is lent holds until the sheet changes. */
size_t form_sheet_fields(const struct form_sheet *s);
const struct form_cell *form_sheet_cell(const struct form_sheet *s, size_t field);
/* SIZE_MAX where there is none. */
size_t form_sheet_find(const struct form_sheet *s, const char *id);
/* Check `check` of the form; NULL while it holds or cannot be told for something missing. */
const struct form_finding *form_sheet_check(const struct form_sheet *s, size_t check);

/* Enter `text`, "" clears.  RC_INVALID where the field is skipped, RC_LIMIT where the text is longer than TYPED_BYTES;
 * nothing is changed then.  What is wrong with a text that was taken is in the findings.  A reason stays with a finding
 * until the value it was given for changes. */
enum rc form_sheet_set(struct form_sheet *s, size_t field, const char *text, struct err *e);
/* As it was kept before: also where the field is skipped now. */
enum rc form_sheet_load(struct form_sheet *s, size_t field, const char *text, struct err *e);
/* Enter what is proposed.  RC_INVALID where nothing is. */
enum rc form_sheet_accept(struct form_sheet *s, size_t field, struct err *e);
/* Keep it all the same: a reason for finding `rule` of `id`.  RC_NOT_FOUND; RC_DENIED where it is refused and no reason
 * helps; RC_INVALID where the reason is too short. */
enum rc form_sheet_override(
	struct form_sheet *s, const char *id, const char *rule, const char *reason, struct err *e);
/* Ask the lookups again: something outside changed. */
void form_sheet_renew(struct form_sheet *s);

/* How it stands.  It can be kept as complete where refused, missing and open are 0. */
struct form_sum {
	size_t entered, proposed, skipped, removed;
	size_t refused, missing; /* findings */
	size_t open, overridden; /* soft ones without and with a reason */
};
struct form_sum form_sheet_sum(const struct form_sheet *s);

/* Two people's sheets of one form of one study: the fields that differ once normalised; free *fields. */
size_t form_sheet_differs(const struct form_sheet *a, const struct form_sheet *b, size_t **fields);

#endif
