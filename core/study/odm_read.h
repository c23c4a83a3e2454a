/* Forms and visits out of the metadata of CDISC ODM 1.3.  No state; any thread. */
#ifndef CORE_STUDY_ODM_READ_H
#define CORE_STUDY_ODM_READ_H

#include <stdbool.h>

#include "core/study/mistake.h"

struct odm_options {
	const char *id;       /* of the study; NULL: as the file names it */
	const char *language; /* of texts, as "en" or "de"; NULL: English where it is there */
	bool drop_conditions; /* those in another language than ours are left out, with a note, and are no mistakes */
};

/* A study file with the visits and forms of the only MetaDataVersion, in *out, owned by the caller; study_read takes it.
 * RC_INVALID or RC_LIMIT with every mistake in *wrong, by line, and *out NULL; *notes is what was left out.  Both zeroed
 * before; mistakes_free both in any case. */
enum rc odm_read(char **out, const char *text, size_t n, const struct odm_options *options,
	struct mistakes *wrong, struct mistakes *notes);

#endif
