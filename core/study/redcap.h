/* Forms out of a REDCap data dictionary: 18 columns of CSV.  No state; any thread. */
#ifndef CORE_STUDY_REDCAP_H
#define CORE_STUDY_REDCAP_H

#include "core/study/mistake.h"

enum { REDCAP_COLUMNS = 18 };

/* A study file with one visit and these forms, in *out, owned by the caller; study_read takes it.  RC_INVALID with every
 * mistake in *wrong and *out NULL; *notes is what was left out.  Their lines are numbers of rows, the header being row 1,
 * their paths names of fields.  Both zeroed before; mistakes_free both in any case. */
enum rc redcap_read(char **out, const char *text, size_t n, const char *id, struct mistakes *wrong,
	struct mistakes *notes);

#endif
