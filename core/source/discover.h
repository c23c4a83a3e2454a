/* What a source has: series that are new enter quarantine by their headers, those that changed are told, those that are gone are
 * marked.  Ledger of the calling thread. */
#ifndef CORE_SOURCE_DISCOVER_H
#define CORE_SOURCE_DISCOVER_H

#include "core/source/sources.h"

struct discover_config {
	struct ledger *ledger;
	struct sources *sources;
	const struct signer *who;
	/* Series looked at and entered so far; may be NULL. */
	void (*progress)(void *ctx, int64_t seen, int64_t fresh);
	bool (*stopped)(void *ctx); /* may be NULL */
	void *ctx;
};

struct discover_counts {
	int64_t seen;    /* series that the source has, of those asked for */
	int64_t fresh;   /* new to us: in quarantine now */
	int64_t changed; /* with other images than were known */
	int64_t gone;    /* known and not there any more; only after everything was asked for */
	int64_t odd;     /* without UIDs, or with a header that cannot be read: left out */
	bool all;        /* it was looked through, not only its list of changes */
};

/* Look through it.  `q` NULL: everything, and what is not there is gone. */
enum rc discover_sweep(const struct discover_config *c, int64_t source,
	const struct remote_query *q, struct discover_counts *out, struct err *e);

/* The cheap way where there is one: what changed since the last look, and once in DISCOVER_ALL_S all of it, because deletions are
 * in no list of changes. */
enum { DISCOVER_ALL_S = 6 * 3600 };
enum rc discover_look(const struct discover_config *c, int64_t source, struct discover_counts *out,
	struct err *e);

#endif
