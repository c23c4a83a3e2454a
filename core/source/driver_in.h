/* What every kind of driver begins with: its own struct has this one as the first member. */
#ifndef CORE_SOURCE_DRIVER_IN_H
#define CORE_SOURCE_DRIVER_IN_H

#include "core/source/driver.h"

struct driver {
	unsigned patience; /* seconds that the server last asked us to wait */
};

/* Is it what the query asks for?  By what s->header tells; a value that is not told is none. */
bool driver_matches(const struct remote_query *q, const struct remote_series *s);

#endif
