/* Files on their way in: kept in memory, hashed by threads of their own while the next ones come, and given to the sink one by
 * one on the driver's thread, whole ones only. */
#ifndef CORE_SOURCE_ARRIVE_H
#define CORE_SOURCE_ARRIVE_H

#include "core/source/driver.h"

struct arrivals; /* of one transfer; the driver's thread */
struct arrival;  /* one file */

/* `sink` is lent. */
struct arrivals *arrivals_new(const struct remote_sink *sink);

/* Files come without names: `resolve` says which image has an MD5, false where none is known to (yet).  Those that none has in the
 * end are not given: they were not asked for, or are not the server's copy. */
void arrivals_match(struct arrivals *all,
	bool (*resolve)(void *ctx, const char *md5, size_t *image), void *ctx);

/* Waits for the hashing; what is not given to the sink by then never is. */
void arrivals_free(struct arrivals *all); /* NULL is allowed */

/* A file begins.  `image` as remote_sink.whole has it; `expected` bytes, -1 not known.  NULL, with e, where there is no memory for
 * it or it would be too large. */
struct arrival *arrival_new(struct arrivals *all, size_t image, int64_t expected, struct err *e);

/* More bytes; RC_LIMIT over a cap of the sink's or the driver's. */
enum rc arrival_add(struct arrival *a, const void *bytes, size_t n, struct err *e);

int64_t arrival_bytes(const struct arrival *a);

/* It ended as it should; hands it over.  `md5`: of the server's copy, "" it does not tell, or they are matched.  RC_CORRUPT where it is not as long as
 * was expected. */
enum rc arrival_take(struct arrival *a, const char *md5, struct err *e);

/* It did not. */
void arrival_drop(struct arrival *a); /* NULL is allowed */

/* Give the sink what is hashed; `all`: wait for every file that was handed over.  The sink's own result, or RC_CORRUPT where an MD5
 * is another than the server's: that file is not given, the others are. */
enum rc arrivals_give(struct arrivals *all, bool wait, struct err *e);

size_t arrivals_given(const struct arrivals *all);

#endif
