/* All of a series from where it lies: each image checked against what the source tells, examined by a decoder, entered in the
 * catalog, and the series called whole only when everything that the source lists is here. */
#ifndef CORE_SOURCE_FETCH_H
#define CORE_SOURCE_FETCH_H

#include "core/archive/store.h"
#include "core/archive/vault.h"
#include "core/source/sources.h"

/* What is told on the way, on the calling thread.  Any may be NULL. */
struct fetch_listener {
	/* There are n images; places are in reading order. */
	void (*listed)(void *ctx, size_t n);
	/* The bytes of the one at `place` are here and can be looked at: store_get finds them.  Nothing is entered yet. */
	void (*came)(void *ctx, size_t place, const char *digest);
	/* So many of n are here, and so many bytes came over the line. */
	void (*progress)(void *ctx, size_t here, size_t n, int64_t bytes);
	bool (*stopped)(void *ctx);
	void *ctx;
};

struct fetch_config {
	struct ledger *ledger;
	struct store *store; /* with the vault in use */
	struct vault *vault;
	struct sources *sources;
	const struct signer *who;
	struct fetch_listener told;
	size_t first; /* the place that is wanted first */
};

struct fetch_counts {
	size_t listed, came, here; /* here: were already */
	size_t conflicts;          /* came with other bytes than before */
	size_t vanished;           /* were here and are not listed any more */
	size_t refused;            /* cannot be what they should be */
	int64_t bytes;
	unsigned rounds; /* of asking for what was missing */
};

/* RC_OK: it is whole, and was settled.  Anything else leaves what came whole, entered, and the series not whole: the next
 * fetch asks for the rest only.  RC_NOT_FOUND also for a series of the archive's own. */
enum rc fetch_series(
	const struct fetch_config *c, int64_t series, struct fetch_counts *out, struct err *e);

/* Is every byte of it here, as it was when it was whole?  Then nobody need be asked. */
bool fetch_is_here(struct ledger *l, struct store *s, int64_t series);

#endif
