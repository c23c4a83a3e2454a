/* What day it is somewhere: time zones by their names, read from the machine's own files (tzfile(5)).  The process's zone is
 * neither used nor changed.  Any thread. */
#ifndef CORE_BASE_ZONE_H
#define CORE_BASE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Can it be the name of one: letters, digits and _ + - /, beginning with a capital? */
bool zone_name_valid(const char *name);

/* Seconds east of UTC at `utc` (seconds since 1970).  False, with 0, where the machine does not know the zone. */
bool zone_offset(const char *name, int64_t utc, int64_t *seconds);
/* The same from the bytes of such a file, which nobody needs to trust. */
bool zone_offset_of(const unsigned char *file, size_t n, int64_t utc, int64_t *seconds);

/* Days since 1970-01-01 of the calendar there, at `us` (microseconds, as clock_now); in UTC where the zone is not known. */
int64_t zone_day(const char *name, int64_t us);

#endif
