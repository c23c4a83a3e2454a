/* How good a series is: an overall rating on the study's scale, and artifacts with a severity, each with the place on the
 * images where it was seen.  Kept as entries of form "quality": who rates second does not see what the first said. */
#ifndef CORE_TRIAL_QUALITY_H
#define CORE_TRIAL_QUALITY_H

#include "core/ledger/entry.h"
#include "core/ledger/reason.h"

enum { QUALITY_ITEMS = 120, QUALITY_GRADES = 12, QUALITY_UNSET = -1, QUALITY_WORST = 3 };
#define QUALITY_RATING "rating"
extern const char *const quality_severities[QUALITY_WORST + 1]; /* "absent" to "severe" */

struct quality_grade {
	char code[33], scheme[33], meaning[80];
};
struct quality_item {
	char code[33], meaning[80], group[33];
	int severity;          /* QUALITY_UNSET nobody said */
	char spot[ENTRY_SPOT]; /* "" none */
};
struct quality {
	char object[24]; /* the series */
	int pass;        /* 1 who rates first, 2 who does second, 3 who settles */
	int64_t version;
	struct quality_grade grade[QUALITY_GRADES];
	size_t grades;
	int rating; /* of grade; QUALITY_UNSET */
	struct quality_item item[QUALITY_ITEMS];
	size_t items;
};

/* The scale of the series' study (RID12 to RID14 where it has none), the artifacts that fit the modality with those that the
 * study added, and what this account said of them.  RC_NOT_FOUND. */
enum rc quality_read(
	struct ledger *l, const char *user, int64_t series, struct quality *out, struct err *e);

/* What is said: code QUALITY_RATING with a grade's code, or an artifact's with "0" to "3"; value "" takes it back.
 * RC_INVALID: not of the scale or the list; otherwise as entry_save. */
struct quality_said {
	const char *code, *value, *spot; /* spot NULL: none */
};
enum rc quality_say(struct ledger *l, const struct session *who, const struct quality *q,
	const struct quality_said *list, size_t n, struct err *e);

/* Where something was seen, and back: slice from 1; x, y in image pixels, -1 not pointed at. */
struct quality_spot {
	unsigned slice;
	int x, y;
	double centre, width;
};
void quality_spot_text(const struct quality_spot *s, char to[ENTRY_SPOT]);
bool quality_spot_read(const char *text, struct quality_spot *out);

#endif
