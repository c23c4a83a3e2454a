/* A fetch in hand, for fetch*.c. */
#ifndef CORE_SOURCE_FETCH_IN_H
#define CORE_SOURCE_FETCH_IN_H

#include "core/archive/examine.h"
#include "core/source/fetch.h"

/* One file on its way from the line to the catalog. */
struct parcel {
	struct parcel *next;
	size_t image; /* of the list; SIZE_MAX not known before it is examined */
	struct remote_file file;
	struct examined is;
	enum rc rc; /* of the examination */
	struct err why;
};

/* Examines on a thread of its own, so that the line is read on meanwhile. */
struct inspector;
struct inspector *inspector_new(void);
/* Drops what is in it. */
void inspector_free(struct inspector *i);
/* Waits while 64 are in it. */
void inspector_put_take(struct inspector *i, struct parcel *p);
/* One that is done, in the order put; NULL: none now, or, with `wait`, none at all. */
struct parcel *inspector_take(struct inspector *i, bool wait);
void parcel_free(struct parcel *p);

#endif
