/* What a study asked for against what came: for one subject at a time, visits with their dates and windows and each series
 * that is missing, too many, out of range or not to be told.  Pure: no storage, no clock.  A struct comply is immutable, and
 * any thread may use it; a report belongs to one. */
#ifndef CORE_STUDY_COMPLY_H
#define CORE_STUDY_COMPLY_H

#include "core/dicom/attr.h"
#include "core/study/study.h"

struct comply;

/* A study made ready; it must live as long. */
struct comply *comply_make(const struct study *s);
void comply_free(struct comply *c); /* NULL is allowed */

/* What came; all lent.  `value`: by enum attr, of the series and its first image; NULL the header does not say.  NAN: not known. */
struct comply_series {
	int64_t id;
	const char *label; /* as the classifier or a person says it; NULL or "": none yet */
	bool unsure;       /* a person must say what it is */
	const char *state; /* as in the ledger; rejected and void ones do not count */
	const char *const *value;
	double slices, spacing, coverage; /* how many; mm; mm */
};
struct comply_exam {
	int64_t id;
	const char *visit; /* NULL or "": nobody knows */
	const char *date;  /* as in the header */
	const struct comply_series *series;
	size_t n;
};
struct comply_subject {
	const struct comply_exam *exam;
	size_t exams;
	int64_t today; /* days since 1970-01-01, where the subject is seen */
};

enum comply_kind {
	COMPLY_MISSING,
	COMPLY_EXTRA,     /* an acquisition that the visit does not ask for */
	COMPLY_DUPLICATE, /* more than the visit asks for */
	COMPLY_SOFT,      /* a value outside its soft range */
	COMPLY_HARD,      /* a value outside its hard range */
	COMPLY_UNTOLD,    /* the header does not say what has a range */
	COMPLY_SCANNER,   /* no range is given for this scanner */
	COMPLY_FRAME,     /* another frame of reference than it must have */
	COMPLY_CONTRAST,  /* not as many minutes after the injection as asked for */
	COMPLY_UNSURE,    /* a person must say what the series is */
	COMPLY_WINDOW,    /* outside the soft window: a query */
	COMPLY_REFUSED,   /* beyond the hard limit of the window */
	COMPLY_DATE,      /* the date is missing, or known in part that leaves it open */
	COMPLY_START,     /* there is no dated exam of the visit that days are counted from */
	COMPLY_OVERDUE,   /* nothing came, and the window is over */
	COMPLY_UNPLACED,  /* an exam of no visit of the study */
	COMPLY_KINDS
};
/* What it asks for: a query to the site, a refusal, a warning, or a person who decides. */
enum comply_weight { COMPLY_QUERY, COMPLY_REFUSAL, COMPLY_WARNING, COMPLY_TASK };
struct comply_kind_info {
	const char *name; /* "out-of-range-soft" */
	enum comply_weight weight;
};
extern const struct comply_kind_info comply_kinds[COMPLY_KINDS];
extern const char *const comply_weights[];

struct comply_finding {
	enum comply_kind kind;
	const struct study_visit *visit;     /* NULL: UNPLACED */
	const struct study_series *expected; /* NULL where it is about none */
	const struct study_parameter *row;   /* SOFT, HARD: the row that was used */
	const char *label;     /* EXTRA, UNSURE: what it seems to be, lent; NULL: nobody says */
	const char *attribute; /* SOFT, HARD, UNTOLD, SCANNER, FRAME, CONTRAST */
	int64_t exam, series, other; /* 0 none; other: DUPLICATE, FRAME: the one beside it */
	double value, low,
		high; /* what it is and should be; MISSING: how many; windows: days off */
};

enum comply_visit_state {
	COMPLY_UNPLANNED, /* nothing to count from, and nothing came */
	COMPLY_NOT_DUE,
	COMPLY_DUE,
	COMPLY_LATE,    /* overdue */
	COMPLY_WITHIN,  /* came; also the visit that days are counted from */
	COMPLY_OUTSIDE, /* came outside the soft window */
	COMPLY_BEYOND,  /* came beyond the hard limit */
	COMPLY_UNDATED, /* came, and its date does not say whether within */
	COMPLY_VISIT_STATES
};
extern const char *const comply_visit_states[COMPLY_VISIT_STATES];

/* Days since 1970-01-01. */
struct comply_visit {
	const struct study_visit *visit;
	enum comply_visit_state state;
	bool planned_known, actual_known; /* the day, not only a month */
	int64_t planned, first, last;     /* with planned_known; the soft window */
	int64_t actual;                   /* with actual_known: of its first exam */
	int64_t off;                      /* with both: actual - planned */
	size_t exams;
	size_t slot, slots; /* its expected series, of comply_report.slot */
	size_t finding, findings;
};
struct comply_slot {
	const struct study_series *expected;
	enum {
		COMPLY_SLOT_AWAITED,
		COMPLY_SLOT_MISSING,
		COMPLY_SLOT_OPTIONAL,
		COMPLY_SLOT_UNSURE,
		COMPLY_SLOT_PRESENT
	} state;
	size_t present, unsure, rejected;
	int64_t series; /* the first that counts; 0 */
};

/* Zero-initialised is empty; used again for the next subject. */
struct comply_report {
	struct comply_visit *visit; /* each of the study, in its order */
	struct comply_slot *slot;
	struct comply_finding *finding; /* by visit; those of no visit last */
	size_t visits, slots, findings;
	size_t visit_room, slot_room, finding_room;
	struct comply_item *item; /* while it is made */
	size_t item_room;
};

/* Everything about one subject into *out.  Series of all exams of a visit count together.  Which series is which:
 * its label must hold the words of the expected one, in any order, no more and no fewer, but that words in parentheses may
 * be there or not; where the study names only a modality, acquisitions of that modality.  One that fits several goes where its
 * values are within the hard ranges, then where one is missing.  Of too many those count that are approved, have fewer values out of range,
 * are newer.  Localizers, screens, reports, segmentations, derived images and reformats are never extra.  */
void comply_check(
	const struct comply *c, const struct comply_subject *in, struct comply_report *out);
void comply_report_release(struct comply_report *r);

/* "echo_time 130 is outside [80, 110]": the finding without subject and visit; ids of series as S-0042. */
void comply_words(const struct comply_finding *f, char *to, size_t size);

/* YYYY-MM-DD. */
enum { COMPLY_DAY = 16 };
void comply_day(int64_t day, char to[COMPLY_DAY]);

#endif
