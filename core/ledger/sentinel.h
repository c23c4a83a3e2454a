/* Sentinels: series with text put into their pixels on purpose, mixed into the worklists to measure who finds it.  Which
 * series they are is known to the log and to those who may read it, not to the worklists; a trigger keeps them from ever
 * being released.  Ledger worker. */
#ifndef CORE_LEDGER_SENTINEL_H
#define CORE_LEDGER_SENTINEL_H

#include "core/ledger/office.h"
#include "core/stats/agreement.h"

struct sentinel {
	char series_uid[72];
	char sop_uid[72]; /* of the image with the text */
	char text[64];
	int64_t slice;                    /* it is, from 1 */
	int64_t left, top, width, height; /* image pixels that the text covers */
};

/* Written before the series is imported, so that there is no moment at which it is taken for an ordinary one.  An event of
 * the officer's own key, `sentinel-added`.  RC_CONFLICT where the UID is one already. */
enum rc sentinel_add(
	struct ledger *l, const struct office *o, const struct sentinel *s, struct err *e);

/* One reading of the step that asks for pixels on a sentinel, as it was first signed. */
struct sentinel_reading {
	struct sentinel sentinel;
	int64_t series, decision;
	char account[ACCOUNT_ID];
	bool found;   /* failed, with a reason of privacy */
	bool located; /* and a mark lies over the text */
	int64_t hour; /* of the session it was read in, from 0; -1 unknown */
};
/* In the order signed. */
enum rc sentinel_each(struct ledger *l, void (*each)(void *ctx, const struct sentinel_reading *r),
	void *ctx, struct err *e);

/* How many sentinels there are, and how many of them nobody has read yet. */
enum rc sentinel_count(struct ledger *l, int64_t *all, int64_t *unread, struct err *e);

#endif
