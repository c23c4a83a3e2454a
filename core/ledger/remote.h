/* Series that lie at a source: what is known of them there, and whether all of it is here.  Ledger worker. */
#ifndef CORE_LEDGER_REMOTE_H
#define CORE_LEDGER_REMOTE_H

#include <stdbool.h>

#include "core/ledger/ledger.h"

struct remote_row {
	int64_t series, source;
	char source_name[33];
	char address[128]; /* the source's own name for it */
	int64_t images;    /* that the source last said there are; -1 unknown */
	bool whole;        /* all of it was here, and is as it was then */
	bool cached; /* what was fetched is not the archive's own (source_keep), nor was it here before */
	bool gone;       /* the source did not have it any more when it was last looked through */
	char fault[200]; /* why the last fetch failed; "" it did not */
};

/* RC_NOT_FOUND: it is the archive's own. */
enum rc remote_of(struct ledger *l, int64_t series, struct remote_row *out, struct err *e);

/* RC_OK for a series of the archive's own or one that is here whole, RC_BUSY otherwise: nothing that was fetched by half is
 * judged. */
enum rc remote_check_whole(struct ledger *l, int64_t series, struct err *e);

/* The source lists `images` of them, all were taken in and the series was settled.  RC_CONFLICT where the series changed since
 * `revision`.  A transaction of its own. */
enum rc remote_note_whole(
	struct ledger *l, int64_t series, int64_t revision, int64_t images, struct err *e);
/* Why the last fetch failed.  A transaction of its own. */
enum rc remote_note_fault(struct ledger *l, int64_t series, const char *fault, struct err *e);

/* Series of the source that were not there when it was looked through at `swept` are gone there.  A transaction of its own. */
enum rc remote_note_gone(
	struct ledger *l, int64_t source, int64_t swept, int64_t *gone, struct err *e);

/* The series, where it is known from this source with as many images, 0 otherwise.  Cheap, for sweeps. */
int64_t remote_same(struct ledger *l, int64_t source, const char *series_uid, int64_t images);
/* These were there now.  A transaction of its own. */
enum rc remote_touch(struct ledger *l, const int64_t *series, size_t n, struct err *e);

/* Series of the source that were here whole and have other images there now: to be fetched again, so that what was signed on
 * them goes stale by itself.  Returns how many of at most `most`. */
size_t remote_changed(struct ledger *l, int64_t source, int64_t *out, size_t most);

#endif
