/* Time.  No state; any thread. */
#include "core/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/timex.h>
#include <time.h>

static int64_t
system_now(void *ctx)
{
	struct timespec t;

	(void)ctx;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

const struct clock clock_system = { .now = system_now };

int64_t
clock_now(const struct clock *c)
{
	return c != NULL ? c->now(c->ctx) : system_now(NULL);
}

int64_t
clock_mono_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static const char *
kernel_sync(void)
{
	struct timex t = { .modes = 0 }; /* only asks */
	int state = adjtimex(&t);

	if (state < 0)
		return "unknown";
	return state == TIME_ERROR || (t.status & STA_UNSYNC) != 0 ? "unsynchronised"
								   : "synchronised";
}

const char *
clock_sync(const struct clock *c)
{
	return c != NULL && c->sync != NULL ? c->sync(c->ctx) : kernel_sync();
}

int64_t
clock_left_ms(int64_t now, int64_t since, int64_t seconds)
{
	int64_t left = since + seconds * 1000000 - now;

	return left > 0 ? (left + 999) / 1000 : 0;
}

void
clock_format(int64_t us, char text[CLOCK_TEXT])
{
	time_t s = (time_t)(us / 1000000);
	struct tm tm;
	size_t n;

	gmtime_r(&s, &tm);
	n = strftime(text, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, CLOCK_TEXT - n, ".%06dZ", (int)(us % 1000000));
}

void
clock_format_local(int64_t us, char text[CLOCK_TEXT])
{
	time_t s = (time_t)(us / 1000000);
	struct tm tm;
	size_t n;
	long offset;

	localtime_r(&s, &tm);
	n = strftime(text, CLOCK_TEXT, "%Y-%m-%d %H:%M:%S", &tm);
	offset = tm.tm_gmtoff / 60;
	snprintf(text + n, CLOCK_TEXT - n, " %c%02ld:%02ld", offset < 0 ? '-' : '+',
		labs(offset) / 60 % 100, labs(offset) % 60);
}

void
clock_format_age(int64_t age_us, char text[CLOCK_TEXT])
{
	static const struct {
		int64_t seconds;
		const char *unit;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	int64_t s = age_us > 0 ? age_us / 1000000 : 0;
	size_t i = 0;

	while (i < 3 && s < units[i].seconds)
		i++;
	snprintf(text, CLOCK_TEXT, "%lld %s", (long long)(s / units[i].seconds), units[i].unit);
}
