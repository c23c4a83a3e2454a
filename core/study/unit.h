/* Units that numbers are typed in, and how those of one kind turn into each other.  No state; any thread. */
#ifndef CORE_STUDY_UNIT_H
#define CORE_STUDY_UNIT_H

#include <stdbool.h>

/* *out is `v`, which is in `from`, in `to`.  One that is not known here is only itself, capitals or not; false where the
 * two are not of one kind. */
bool unit_convert(double v, const char *from, const char *to, double *out);

#endif
