/* One header of each of many series, several asked for at once. */
#ifndef CORE_SOURCE_HEADERS_H
#define CORE_SOURCE_HEADERS_H

#include "core/source/sources.h"

struct header_wish {
	struct remote_series *series; /* its header is replaced where it comes */
	enum rc rc;                   /* RC_OK: it came; RC_CANCELLED: it was not asked for */
};

/* Ask for all of them, by up to HEADERS_AT_ONCE lines of their own beside that of `u`.  RC_OK where each was answered somehow; the
 * first failure of the line (offline, busy, denied, stopped) ends it, and what was not asked for yet stays RC_CANCELLED.
 * `stopped` is asked by several threads. */
enum { HEADERS_AT_ONCE = 6 };
enum rc headers_ask(struct sources *s, const struct source_use *u, struct header_wish *wishes,
	size_t n, struct err *e);

#endif
