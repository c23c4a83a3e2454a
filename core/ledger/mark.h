/* Marks: where text is burned into pixels and what it tells.  Drawn by a person on stored pixels, signed with the fail of
 * the step, never changed after; the input of blanking.  Ledger worker, but for the pure functions at the end. */
#ifndef CORE_LEDGER_MARK_H
#define CORE_LEDGER_MARK_H

#include "core/base/buf.h"
#include "core/ledger/ledger.h"

enum { MARK_POINTS = 256, MARKS_MOST = 500 /* of one decision */ };

enum mark_scope {
	MARK_FRAME,   /* the slice it was drawn on */
	MARK_RANGE,   /* slices first..last */
	MARK_SERIES,  /* every slice */
	MARK_SCANNER, /* every series of this scanner, matrix and image type */
	MARK_SCOPES
};
enum mark_shape { MARK_BOX, MARK_OUTLINE, MARK_SHAPES };
enum mark_kind { MARK_NAME, MARK_ID, MARK_DATE, MARK_OTHER, MARK_KINDS };

struct mark_point {
	int32_t x, y;
};

struct mark {
	enum mark_scope scope;
	enum mark_shape shape;
	enum mark_kind kind;    /* what the text shows */
	uint32_t first, last;   /* slices from 0; equal but for MARK_RANGE; where it was drawn for the wider scopes */
	char sop_uid[72];       /* of the image it was drawn on; "" from an import */
	uint32_t columns, rows; /* of that image */
	/* Stored-pixel coordinates from the upper left corner.  Box: point[0] is in it, point[1] just past it, both within
	 * the image.  Outline: a closed polygon of at least three corners. */
	uint32_t points;
	struct mark_point point[MARK_POINTS];
};

/* The marks somebody is drawing on a series, not signed yet: a working state.  Replaces those kept. */
enum rc mark_draft_save(struct ledger *l, const char *account, int64_t series, int64_t revision,
	const struct mark *marks, size_t n, struct err *e);
/* RC_NOT_FOUND where there are none of this revision.  free() *out. */
enum rc mark_draft_load(struct ledger *l, const char *account, int64_t series, int64_t revision,
	struct mark **out, size_t *n, struct err *e);

/* Inside a transaction: the drafts of somebody who signed go. */
enum rc mark_draft_drop(struct ledger *l, const char *account, int64_t series, struct err *e);

/* Inside the transaction of a decision: do the marks fit the series, whose slices with pixels are so many?  RC_INVALID. */
enum rc mark_check_series(struct ledger *l, int64_t series, int64_t slices,
	const struct mark *marks, size_t n, struct err *e);
enum rc mark_insert(
	struct ledger *l, int64_t decision, const struct mark *marks, size_t n, struct err *e);

/* The marks of a signed decision, in the order drawn; none is no error.  free() *out. */
enum rc mark_of_decision(
	struct ledger *l, int64_t decision, struct mark **out, size_t *n, struct err *e);

/* Each series that a MARK_SCANNER mark on `series` would hit, itself included: same manufacturer, model, device serial,
 * matrix and image type.  `each` gets its id, name ("S-0042"), subject and description. */
enum rc mark_scanner_each(struct ledger *l, int64_t series,
	void (*each)(void *ctx, int64_t id, const char *name, const char *subject,
		const char *description),
	void *ctx, struct err *e);

/* ---- pure ---- */

const char *mark_scope_name(enum mark_scope s); /* "slice", "range", "series", "scanner" */
const char *mark_kind_name(enum mark_kind k);   /* "name", "id", "date", "other" */

/* Is it within its image, with the points its shape asks for?  RC_INVALID says what is wrong. */
enum rc mark_check(const struct mark *m, struct err *e);
/* Each of them, and not too many (RC_LIMIT); the text names the one. */
enum rc mark_check_all(const struct mark *marks, size_t n, struct err *e);
/* The box around it, as a box's two points. */
void mark_bounds(const struct mark *m, struct mark_point *from, struct mark_point *to);

/* Canonical JSON (integers and text), as it is signed, exported and read back: an array of objects.  In it slices count
 * from 1, as on screen. */
json_t *mark_json(const struct mark *marks, size_t n);
/* The inverse; RC_INVALID names the entry and the field.  free() *out. */
enum rc mark_from_json(const json_t *j, struct mark **out, size_t *n, struct err *e);

#endif
