/* Reading days and times. */
#include "core/study/when.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/study/value.h"

static bool
digits(const char **s, int least, int most, int *out)
{
	int n = 0, v = 0;

	for (; n < most && isdigit((unsigned char)**s); n++)
		v = 10 * v + *(*s)++ - '0';
	*out = v;
	return n >= least;
}

static int
month_named(const char *s)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	for (int i = 0; i < 12; i++)
		if (strncasecmp(names + 3 * i, s, 3) == 0)
			return i + 1;
	return 0;
}

/* "22-Nov-2026" or "22 nov 2026". */
static bool
named_date(const char *s, char iso[WHEN])
{
	int d, m, y;
	char sign;

	if (!digits(&s, 1, 2, &d) || (*s != '-' && *s != ' '))
		return false;
	sign = *s++;
	m = month_named(s);
	if (m == 0 || s[3] != sign)
		return false;
	s += 4;
	if (!digits(&s, 4, 4, &y) || *s != '\0')
		return false;
	snprintf(iso, WHEN, "%04d-%02d-%02d", y, m, d);
	return true;
}

/* The year first: 2026, 2026-11, 2026-11-22, also 20261122 and with / or . between. */
static bool
year_first(const char *s, char iso[WHEN])
{
	int y, m, d;
	char sign;

	if (strlen(s) == 8 && strspn(s, "0123456789") == 8) {
		snprintf(iso, WHEN, "%.4s-%.2s-%.2s", s, s + 4, s + 6);
		return true;
	}
	if (!digits(&s, 4, 4, &y))
		return false;
	snprintf(iso, WHEN, "%04d", y);
	if (*s == '\0')
		return true;
	sign = *s++;
	if (strchr("-/.", sign) == NULL || !digits(&s, 1, 2, &m))
		return false;
	snprintf(iso, WHEN, "%04d-%02d", y, m);
	if (*s == '\0')
		return true;
	if (*s++ != sign || !digits(&s, 1, 2, &d) || *s != '\0')
		return false;
	snprintf(iso, WHEN, "%04d-%02d-%02d", y, m, d);
	return true;
}

bool
when_date(const char *s, bool part, char iso[WHEN])
{
	struct value v;

	return (year_first(s, iso) || named_date(s, iso)) && value_read(VALUE_DATE, iso, &v) &&
		(part || strlen(iso) == strlen("2026-11-22"));
}

bool
when_time(const char *s, char iso[WHEN])
{
	struct value v;
	size_t n = strspn(s, "0123456789");
	int h, m, sec;

	if (s[n] == '\0' && (n == 4 || n == 6)) {
		snprintf(iso, WHEN, n == 4 ? "%.2s:%.2s" : "%.2s:%.2s:%.2s", s, s + 2, s + 4);
		return value_read(VALUE_TIME, iso, &v);
	}
	if (!digits(&s, 1, 2, &h) || *s++ != ':' || !digits(&s, 2, 2, &m))
		return false;
	snprintf(iso, WHEN, "%02d:%02d", h, m);
	if (*s == ':' && s++ && digits(&s, 2, 2, &sec))
		snprintf(iso, WHEN, "%02d:%02d:%02d", h, m, sec);
	return *s == '\0' && value_read(VALUE_TIME, iso, &v);
}

bool
when_moment(const char *s, char iso[WHEN])
{
	const char *between = strrchr(s, ' ') != NULL ? strrchr(s, ' ') : strrchr(s, 'T');
	char date[WHEN], day[WHEN], time[WHEN];

	if (between == NULL || (size_t)(between - s) >= sizeof(date))
		return false;
	snprintf(date, sizeof(date), "%.*s", (int)(between - s), s);
	if (!when_date(date, false, day) || !when_time(between + 1, time))
		return false;
	snprintf(iso, WHEN, "%.10s", day);
	snprintf(iso + 10, WHEN - 10, "T%.8s", time);
	return true;
}
