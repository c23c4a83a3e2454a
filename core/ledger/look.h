/* Looks: what of a series was on the glass, picture by picture, and whether that is enough to pass a step.
 * A look is one picture of one slice that the terminal said it drew.  They are kept as a working state while a person
 * reviews (a lost line costs nothing) and become part of the record when that person signs.  Ledger worker, but for the
 * pure functions at the end, which any thread may call. */
#ifndef CORE_LEDGER_LOOK_H
#define CORE_LEDGER_LOOK_H

#include "core/ledger/ledger.h"

enum { LOOK_WINDOW = 48, LOOK_CELLS = 16, LOOK_MOST = 64 /* different looks kept of one slice */ };
enum { LOOK_SCALE = 500, LOOK_LEVELS = 32 }; /* what text of 8 pixels takes to be read: the rule of phi */

struct look {
	uint32_t slice;           /* from 0, in reading order */
	char picture[DIGEST_HEX]; /* SHA-256 of the pixels as sent, as a PGM or PPM file: docs/RECORD.md says which can be made again */
	char window[LOOK_WINDOW]; /* "40/400", "lut", "colour"; " inverted" behind it; no patient text ever */
	uint32_t scale;           /* screen pixels per 1000 image pixels, of the axis where they are fewer */
	uint32_t levels;          /* greys; 0: colour */
	uint32_t columns, rows;   /* of the image */
	uint32_t left, top, width, height; /* image pixels that were in view whole */
	uint32_t times;  /* acknowledged by the terminal so often; a time limit that ran out is no acknowledgement */
	int64_t first;   /* when for the first time, UTC microseconds */
	int64_t dwell;   /* on the glass altogether, milliseconds */
};

/* Where a person is in a series. */
struct seen {
	int64_t revision;   /* of the series when it was looked at; an older one starts anew */
	int64_t slice;      /* the slice to resume at, from 0; -1 none */
	struct look *looks; /* owned; NULL none */
	size_t look_count;
};

/* Write the place and the looks given: one with the same slice, picture, window and region replaces the one kept (two
 * corners of a film may be the same black), others stay.  Looks of an
 * older revision are dropped, and all where the series has no open step: nobody can sign them any more.  One
 * transaction, no event: nothing is claimed yet. */
enum rc seen_save(
	struct ledger *l, const char *account, int64_t series, const struct seen *s, struct err *e);
/* RC_NOT_FOUND where the account never opened it, or only at another revision.  free() out->looks. */
enum rc seen_load(
	struct ledger *l, const char *account, int64_t series, struct seen *out, struct err *e);

/* What a pass of a step asks of every slice; from the step's row, so that a study can say otherwise. */
struct look_rule {
	bool pixels;      /* false: nothing is asked */
	uint32_t scale;   /* at least: default 500, one screen pixel per two image pixels */
	uint32_t levels;  /* at least, grey images: default 32 */
	uint32_t windows; /* different ones, each over the whole slice: default 1 */
};

/* The rule of a step; all zero for a step that is not there. */
struct look_rule look_rule_of(struct ledger *l, const char *step);

/* ---- pure ---- */

/* Which parts of one slice were seen by a rule: LOOK_CELLS x LOOK_CELLS parts, a bit each. */
struct look_cover {
	uint16_t row[LOOK_CELLS];
};

/* Add what `l` showed, where it meets the rule.  A part counts when all its image pixels were in view. */
void look_cover_add(struct look_cover *c, const struct look *l, const struct look_rule *rule);
bool look_cover_whole(const struct look_cover *c);
/* The first part that is missing, as image pixels of a `columns` x `rows` image; false: none is. */
bool look_cover_missing(const struct look_cover *c, uint32_t columns, uint32_t rows, uint32_t *left,
	uint32_t *top, uint32_t *width, uint32_t *height);
/* Is this slice seen by the rule?  `looks` are of any slices, in any order. */
bool look_slice_whole(
	const struct look *looks, size_t n, uint32_t slice, const struct look_rule *rule);

#endif
