/* A series that is being settled: what its images, or a source's word of it, amount to.  For settle*.c and known.c. */
#ifndef CORE_LEDGER_SETTLE_IN_H
#define CORE_LEDGER_SETTLE_IN_H

#include "core/base/buf.h"
#include "core/dicom/series.h"
#include "core/ledger/catalog.h"
#include "core/ledger/why.h"

struct member {
	int64_t id;
	uint64_t flags;
	long rows, columns;
	char *sop_uid, *digest, *pixel_digest;
};

struct settling {
	struct ledger *l;
	int64_t series, revision, arrived;
	char state[16];
	char uid[72], study_uid[72], subject[68], visit[68], site[68];
	char modality[20], sop_class[72], description[260], protocol[260], manifest_before[65];
	struct member *members;
	struct series_image *order; /* order[i].id indexes members */
	size_t n;
	int64_t told; /* images that a source says there are, where none is here yet; 0 otherwise */
	const char *source;               /* its name, for the event; NULL none */
	char study_date[20], lies_at[33]; /* the name of the source; "" the archive's own */
	int64_t slices;
	struct series_geometry geometry;
	uint64_t why;
	char gap[64], spacing[24], manifest[DIGEST_HEX], pixels[DIGEST_HEX];
	struct buf missing;
};

/* settle.c: the series as it is in the tables, and what it is, whatever its images say. */
enum rc settle_read(struct settling *g, struct err *e);
void settle_class(struct settling *g);
/* The names of attributes that a series of this modality should have and `has` says it has not. */
void settle_missing(struct settling *g, bool (*has)(void *ctx, enum attr a), void *ctx);
void settle_release(struct settling *g);

/* settle_rows.c: write what was found.  Inside a transaction. */
enum rc settle_series(struct settling *g, const char *state, struct err *e);
/* `reopen`: a series that was judged begins anew. */
enum rc settle_tasks(struct settling *g, bool reopen, struct err *e);
/* The text that a worklist searches, anew: its label changed. */
enum rc settle_search(struct ledger *l, int64_t series, struct err *e);
enum rc settle_event(struct settling *g, const struct signer *who, const char *action,
	const char *state, struct err *e);

#endif
