/* Where an exam belongs: from its header to site, subject and visit, by the mapping of the study file.  What cannot be
 * mapped is a task for a person and not a guess: each part that is not told says why.  Pure; any thread. */
#ifndef CORE_STUDY_PLACE_H
#define CORE_STUDY_PLACE_H

#include "core/dicom/attr.h"
#include "core/study/study.h"

/* What is known of an exam; all lent. */
struct place_facts {
	const char *value[ATTR_COUNT]; /* of the exam and its first series; NULL: the header does not say */
	const char *part[STUDY_PARTS]; /* what the trial's own attributes say; NULL or "": nothing */
	bool person;                   /* a person said the parts: no rule is asked */
};

enum place_why {
	PLACE_TOLD,
	PLACE_SILENT,    /* no rule is about it, and the header does not say it */
	PLACE_NO_RULE,   /* no rule matched */
	PLACE_UNKNOWN,   /* told, but the study has no such site or visit */
	PLACE_DIFFER,    /* two rules say different things */
	PLACE_NO_DATE,   /* by date: the exam has none, or only a part of one that leaves it open */
	PLACE_NO_START,  /* by date: there is no dated exam of a visit that days are counted from */
	PLACE_NO_WINDOW, /* by date: in no window, or in several */
	PLACE_WHYS
};

/* The rule of a part that the trial's own attributes told, or a person, and of a visit that its date did. */
#define PLACE_BY_HEADER "header"
#define PLACE_BY_PERSON "person"
#define PLACE_BY_DATE   "date"

struct place_part {
	enum place_why why;
	char value[STUDY_ID]; /* "" unless it is told */
	char rule[STUDY_ID];  /* that told it, or that is the trouble; "" none */
	char other[STUDY_ID]; /* PLACE_DIFFER: the other rule */
};
struct place {
	struct place_part part[STUDY_PARTS];
};

/* By rules and the trial's own attributes.  A part that rules give is told by them alone: all that match must say the same.
 * One that no rule gives is what the header says. */
void place_exam(const struct study *s, const struct place_facts *f, struct place *out);
bool place_told(const struct place *p); /* all three */

/* The exams of one subject, where the study asks for visits by date: each visit that is not told becomes the one whose
 * window, counted from the first exam of the visit that it is after, holds the whole of the exam's date, if exactly one does. */
struct place_dated {
	struct place *place;
	const char *date; /* as in the header; "" or NULL: none */
};
void place_by_date(const struct study *s, const struct place_dated *exams, size_t n);

/* Why a part is not told, in words for a task; names rules, never what a header holds. */
void place_words(const struct place *p, enum study_part part, char *to, size_t size);

/* A date of a header: YYYYMMDD, YYYY.MM.DD, or its first parts.  VALUE_MISSING where it is none. */
struct value place_date(const char *dicom);

#endif
