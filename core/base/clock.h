/* Time.  Records use UTC microseconds since 1970; durations use the monotonic clock. */
#ifndef CORE_BASE_CLOCK_H
#define CORE_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Where a part of the program gets its time; tests hand in one that stands still. */
struct clock {
	int64_t (*now)(void *ctx); /* UTC, microseconds since 1970-01-01 */
	void *ctx;
	const char *(*sync)(void *ctx); /* as clock_sync; NULL: the kernel's */
};

extern const struct clock clock_system;

int64_t clock_now(const struct clock *c); /* NULL: the system's */
int64_t clock_mono_us(void);              /* for durations only */

/* Does the kernel keep the wall clock by another one?  "synchronised", "unsynchronised", "unknown". */
const char *clock_sync(const struct clock *c);

/* Milliseconds, rounded up, until `seconds` after `since` (microseconds, as `now`); 0 once that is over. */
int64_t clock_left_ms(int64_t now, int64_t since, int64_t seconds);

#define CLOCK_TEXT 32
/* "2026-11-22T10:43:07.000123Z" */
void clock_format(int64_t us, char text[CLOCK_TEXT]);
/* "2026-11-22 10:43:07 +01:00" in the zone of the process, with its offset (11.50) */
void clock_format_local(int64_t us, char text[CLOCK_TEXT]);
/* How long ago, as a list shows it: "5 s", "3 min", "4 h", "2 d" */
void clock_format_age(int64_t age_us, char text[CLOCK_TEXT]);

#endif
