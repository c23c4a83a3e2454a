/* Study files as the record keeps them: each version as it was applied, never changed.  Ledger worker. */
#ifndef CORE_STUDY_VERSION_H
#define CORE_STUDY_VERSION_H

#include "core/ledger/office.h"
#include "core/study/study.h"

struct study_version {
	int64_t id; /* what records keep of the version they were made under */
	int64_t version, at, event;
	char study[STUDY_ID], digest[DIGEST_HEX];
};

/* By an officer, with a reason: a new version of the study that the file names.  RC_INVALID with *m where the file has
 * mistakes, and where a reason that an earlier version of any study added says something else now; RC_CONFLICT
 * where the number is not above the last one's.  *out is the new version; *same: the last one is this very file, and
 * nothing was written.  m as in study_read. */
struct study_apply {
	const char *text;
	size_t n;
};
enum rc study_apply(struct ledger *l, const struct office *o, const struct study_apply *file,
	struct study_version *out, bool *same, struct mistakes *m, struct err *e);

/* Each version, oldest first; stops where `each` says false. */
enum rc study_versions(struct ledger *l, bool (*each)(void *ctx, const struct study_version *v),
	void *ctx, struct err *e);

/* The version `version` of `study`, 0 the last; `study` NULL where there is only one.  *body (NULL: not wanted) is the file
 * as it was applied; free it.  RC_NOT_FOUND; RC_INVALID where there are several studies and none is named; RC_CORRUPT where
 * the body is not what was applied. */
enum rc study_version_read(struct ledger *l, const char *study, int64_t version,
	struct study_version *out, char **body, struct err *e);

#endif
