/* Copies of a series with text burned into one of its images, under new UIDs, as files to import (core/ledger/sentinel.h).
 * The original is not touched. */
#ifndef CORE_ARCHIVE_SENTINEL_MAKE_H
#define CORE_ARCHIVE_SENTINEL_MAKE_H

#include "core/archive/store.h"
#include "core/ledger/sentinel.h"

struct sentinel_wish {
	int64_t series;
	const char *text; /* letters, digits and .,:-+=/()%*, at most 40 */
	int64_t slice;    /* image in reading order, from 1; 0: the middle one */
	int64_t x, y;     /* upper left corner in image pixels; -1: near the upper left one */
	int64_t percent;  /* of the image's brightest value: how bright the text is, 1 to 100 */
};

/* Writes the files into the existing folder.  RC_UNSUPPORTED where an image is compressed or its UIDs are too short to be
 * replaced in place, RC_INVALID where the text does not fit. */
enum rc sentinel_make(struct ledger *l, struct store *store, const struct sentinel_wish *wish,
	const char *folder, struct sentinel *out, struct err *e);

#endif
