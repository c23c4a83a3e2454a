/* What somebody typed into a field, or a header says of it, as a value of the field.  No state; any thread. */
#ifndef CORE_STUDY_TYPED_H
#define CORE_STUDY_TYPED_H

#include "core/study/study.h"

enum { TYPED_BYTES = 16384, TYPED_CHARACTERS = 4000, TYPED_WHY = 240 };

enum typed_fault { TYPED_FINE, TYPED_TYPE, TYPED_LENGTH, TYPED_CODE };

struct typed {
	char *text; /* as it is kept: blanks off, digits and dates in one way; "" where it is empty or at fault */
	struct value value; /* its text is lent by `text` or by the field's list */
	enum typed_fault fault;
	char why[TYPED_WHY]; /* of a fault; may hold what was typed, cleaned */
	bool converted;      /* it was typed in another unit */
};

/* Numbers have a point and may be followed by a unit; dates begin with the year or name the month; a partial date stays as
 * partial as it is; a code is told by itself or by its label, capitals or not.  What could mean two things is a fault.
 * typed_free in any case; `typed` is at most TYPED_BYTES long. */
void typed_read(struct typed *out, const struct study_field *f, const char *typed);
/* The same of header text as DICOM writes it; false, *out empty, where the field cannot hold it. */
bool typed_read_header(struct typed *out, const struct study_field *f, const char *text);
void typed_free(struct typed *e); /* of a zeroed one too */

/* Header text as expressions see it; missing where it is none of its kind.  Text is lent. */
struct value typed_header_value(int attr, const char *text);

/* Are the two the same once they are normalised? */
bool typed_same(const struct typed *a, const struct typed *b);

#endif
