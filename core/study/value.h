/* Values of fields and how they compare, also where they are missing or known in part.  No state; any thread. */
#ifndef CORE_STUDY_VALUE_H
#define CORE_STUDY_VALUE_H

#include <stdbool.h>
#include <stddef.h>

/* What a value is to a comparison.  Days and seconds count from 1970-01-01, in the site's own time. */
enum value_type {
	VALUE_MISSING,
	VALUE_TRUTH,
	VALUE_NUMBER,
	VALUE_TEXT,
	VALUE_DATE,   /* days */
	VALUE_TIME,   /* seconds of the day */
	VALUE_MOMENT, /* seconds */
	VALUE_TYPES
};

/* low and high differ only for a partial date: the first and the last day that it can be. */
struct value {
	enum value_type type;
	double low, high;
	const char *text; /* VALUE_TEXT, lent */
};

/* False, true, and what cannot be told because something is missing. */
enum truth { TRUTH_FALSE, TRUTH_UNKNOWN, TRUTH_TRUE };

/* Comparators of ODM; a value list for IN and NOTIN. */
enum comparator { CMP_LT, CMP_LE, CMP_GT, CMP_GE, CMP_EQ, CMP_NE, CMP_IN, CMP_NOTIN };
extern const char *const comparator_names[]; /* NULL at the end */

/* `text` as a value of this type.  "" is missing; false where it is none, *out unchanged.  VALUE_DATE takes YYYY-MM-DD,
 * YYYY-MM and YYYY; VALUE_TIME HH:MM or HH:MM:SS; VALUE_MOMENT YYYY-MM-DDTHH:MM or with :SS; VALUE_TRUTH true, false. */
bool value_read(enum value_type type, const char *text, struct value *out);
struct value value_number(double v);
struct value value_truth(enum truth t);

/* Only LT to NE.  Unknown where one is missing, or where both can be for the days that a partial date may be; values of
 * different types are never equal and have no order. */
enum truth value_compare(enum comparator c, struct value a, struct value b);
/* All comparators, against `n` values; LT to NE take the first. */
enum truth value_check(enum comparator c, struct value a, const struct value *b, size_t n);

enum truth truth_and(enum truth a, enum truth b);
enum truth truth_or(enum truth a, enum truth b);
enum truth truth_not(enum truth a);

#endif
