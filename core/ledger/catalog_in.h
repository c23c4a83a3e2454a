/* A batch of the catalog in hand, for catalog.c and known.c. */
#ifndef CORE_LEDGER_CATALOG_IN_H
#define CORE_LEDGER_CATALOG_IN_H

#include "core/ledger/catalog.h"

struct catalog_batch {
	struct ledger *l;
	const struct signer *who;
	json_t *arrived; /* series id as text -> [[sop uid, digest, pixel digest, header digest], ...] */
	json_t *conflicts;      /* the same for images that came with other bytes */
	struct stmt *insert[3]; /* by enum attr_level */
};

/* The series of an image's header, made with its exam where it is not there. */
enum rc catalog_need_series(
	struct catalog_batch *b, const struct catalog_image *im, int64_t *id, struct err *e);

/* known.c: before the first image of a series that was known by a source's word alone: what that did not tell. */
enum rc known_fill(struct catalog_batch *b, int64_t series, const struct header *h, struct err *e);

#endif
