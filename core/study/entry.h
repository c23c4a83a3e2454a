/* What somebody typed into a field, or a header says of it, as a value of the field.  No state; any thread. */
#ifndef CORE_STUDY_ENTRY_H
#define CORE_STUDY_ENTRY_H

#include "core/study/study.h"

enum { ENTRY_BYTES = 16384, ENTRY_CHARACTERS = 4000, ENTRY_WHY = 240 };

enum entry_fault { ENTRY_FINE, ENTRY_TYPE, ENTRY_LENGTH, ENTRY_CODE };

struct entry {
	char *text; /* as it is kept: blanks off, digits and dates in one way; "" where it is empty or at fault */
	struct value value; /* its text is lent by `text` or by the field's list */
	enum entry_fault fault;
	char why[ENTRY_WHY]; /* of a fault; may hold what was typed, cleaned */
	bool converted;      /* it was typed in another unit */
};

/* Numbers have a point and may be followed by a unit; dates begin with the year or name the month; a partial date stays as
 * partial as it is; a code is told by itself or by its label, capitals or not.  What could mean two things is a fault.
 * entry_free in any case; `typed` is at most ENTRY_BYTES long. */
void entry_read(struct entry *out, const struct study_field *f, const char *typed);
/* The same of header text as DICOM writes it; false, *out empty, where the field cannot hold it. */
bool entry_read_header(struct entry *out, const struct study_field *f, const char *text);
void entry_free(struct entry *e); /* of a zeroed one too */

/* Header text as expressions see it; missing where it is none of its kind.  Text is lent. */
struct value entry_header_value(int attr, const char *text);

/* Are the two the same once they are normalised? */
bool entry_same(const struct entry *a, const struct entry *b);

#endif
