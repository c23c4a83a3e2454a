/* One round of looking after all sources: what is new, what changed, what is to be delivered. */
#ifndef CORE_SOURCE_KEEPER_H
#define CORE_SOURCE_KEEPER_H

#include "core/archive/import.h"
#include "core/archive/store.h"
#include "core/archive/vault.h"
#include "core/source/sources.h"

struct keeper_config {
	struct ledger *ledger;
	struct store *store;
	struct vault *vault;
	struct sources *sources;
	const struct signer *who;
	const char *folder; /* of the archive */
	/* Something happened at a source: one line, cleaned.  May be NULL. */
	void (*said)(void *ctx, const char *source, const char *text);
	bool (*stopped)(void *ctx); /* may be NULL */
	void *ctx;
};

/* Each source once; one that fails holds up no other.  RC_OK, RC_CANCELLED, or the ledger's own failure. */
enum rc keeper_round(const struct keeper_config *c, struct err *e);

/* Import what is new in a source that is a folder.  RC_OFFLINE: it is not there. */
enum rc keeper_folder(const struct keeper_config *c, const struct source *s,
	struct import_counts *n, struct err *e);

#endif
