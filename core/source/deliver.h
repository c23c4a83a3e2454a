/* Copies of verdicts to the sources that the series lie at: what waits in the outbox is given, read back and confirmed, or waits
 * on with the reason. */
#ifndef CORE_SOURCE_DELIVER_H
#define CORE_SOURCE_DELIVER_H

#include "core/source/sources.h"

struct deliver_config {
	struct ledger *ledger;
	struct sources *sources;
	const struct signer *who;
	bool (*stopped)(void *ctx); /* between two; may be NULL */
	void *ctx;
};

struct deliver_counts {
	int64_t confirmed, failed, refused;
};

/* Everything that is due at the source now.  RC_OK where each was tried; the first failure of the line ends it, and what is left
 * waits. */
enum rc deliver_due(
	const struct deliver_config *c, int64_t source, struct deliver_counts *out, struct err *e);

#endif
