/* Stored files that are not what was imported: the series goes back to its worklists, and what was signed on it is stale
 * (11.70).  Ledger worker. */
#ifndef CORE_LEDGER_DAMAGE_H
#define CORE_LEDGER_DAMAGE_H

#include <stdbool.h>

#include "core/ledger/ledger.h"

enum damage { DAMAGE_NONE, DAMAGE_MISSING, DAMAGE_CHANGED };

/* What was found of one image; series by series. */
struct damage_found {
	int64_t image;
	enum damage damage;
};

/* Note it where it differs from what is known of the image: one event for the series, `images-damaged` or
 * `images-restored`, its revision counts up, and it is settled again.  *noted: whether anything differed. */
enum rc damage_note(struct ledger *l, const struct signer *who, int64_t series,
	const struct damage_found *found, size_t n, bool *noted, struct err *e);

/* Each image with the digest of its file, in order of series.  Stops where `each` says false. */
enum rc damage_images(struct ledger *l, int64_t series, /* 0: all */
	bool (*each)(void *ctx, int64_t series, int64_t image, const char *digest), void *ctx,
	struct err *e);

#endif
