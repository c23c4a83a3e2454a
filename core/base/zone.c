/* Reading tzfile(5): the transitions of its 64-bit part, and behind the last one the rule of its footer. */
#include "core/base/zone.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

enum { ZONE_BYTES = 1 << 16, HEADER = 44, DAY = 86400 };

bool
zone_name_valid(const char *name)
{
	return isupper((unsigned char)*name) && strlen(name) <= 64 && strstr(name, "..") == NULL &&
		name[strspn(name,
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			"0123456789_+-/")] == '\0';
}

/* ---- the rule of the footer: CET-1CEST,M3.5.0,M10.5.0/3 ---- */

struct change {
	long month, week, day; /* the week-th `day` (0 Sunday) of the month, 5 the last */
	int64_t time;          /* seconds of the day, by the clock before */
};
struct rule {
	int64_t standard, summer; /* seconds east */
	bool has_summer;
	struct change begin, end;
};

static bool
take(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static bool
take_number(const char **s, long most, long *out)
{
	char *end;

	if (!isdigit((unsigned char)**s))
		return false;
	*out = strtol(*s, &end, 10);
	*s = end;
	return *out <= most;
}

static bool
take_name(const char **s)
{
	size_t n = **s == '<' ? strcspn(*s, ">") + 1
			      : strspn(*s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

	if (n < 3 || strlen(*s) < n)
		return false;
	*s += n;
	return true;
}

/* [+-]h[:mm[:ss]] */
static bool
take_clock(const char **s, int64_t *out)
{
	bool minus = **s == '-';
	long h, m = 0, sec = 0;

	if (minus || **s == '+')
		(*s)++;
	if (!take_number(s, 167, &h) || (take(s, ':') && !take_number(s, 59, &m)) ||
		(take(s, ':') && !take_number(s, 59, &sec)))
		return false;
	*out = (h * 3600 + m * 60 + sec) * (minus ? -1 : 1);
	return true;
}

static bool
take_change(const char **s, struct change *c)
{
	c->time = 7200;
	return take(s, ',') && take(s, 'M') && take_number(s, 12, &c->month) && c->month > 0 &&
		take(s, '.') && take_number(s, 5, &c->week) && c->week > 0 && take(s, '.') &&
		take_number(s, 6, &c->day) && (!take(s, '/') || take_clock(s, &c->time));
}

static bool
read_rule(const char *s, struct rule *r)
{
	memset(r, 0, sizeof(*r));
	if (!take_name(&s) || !take_clock(&s, &r->standard))
		return false;
	r->standard = -r->standard; /* POSIX counts to the west */
	if (*s == '\0')
		return true;
	r->has_summer = true;
	r->summer = r->standard + 3600;
	if (!take_name(&s))
		return false;
	if (*s != ',' && *s != '\0') {
		if (!take_clock(&s, &r->summer))
			return false;
		r->summer = -r->summer;
	}
	return take_change(&s, &r->begin) && take_change(&s, &r->end) && *s == '\0';
}

/* Days since 1970-01-01. */
static int64_t
day_number(int64_t y, int64_t m, int64_t d)
{
	int64_t year = m > 2 ? y : y - 1, era = (year >= 0 ? year : year - 399) / 400,
		yoe = year - era * 400, doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int64_t
change_at(const struct change *c, int64_t year, int64_t offset)
{
	int64_t first = day_number(year, c->month, 1),
		next = c->month == 12 ? day_number(year + 1, 1, 1)
				      : day_number(year, c->month + 1, 1),
		weekday = ((first + 4) % 7 + 7) % 7, /* 1970-01-01 was a Thursday */
		day = first + (c->day - weekday + 7) % 7 + 7 * (c->week - 1);

	while (day >= next)
		day -= 7;
	return day * DAY + c->time - offset;
}

static int64_t
rule_offset(const struct rule *r, int64_t utc)
{
	int64_t year = 1970 + utc / 31556952, begin, end;

	if (!r->has_summer)
		return r->standard;
	while (year > 1970 && day_number(year, 1, 1) * DAY > utc)
		year--;
	while (day_number(year + 1, 1, 1) * DAY <= utc)
		year++;
	begin = change_at(&r->begin, year, r->standard);
	end = change_at(&r->end, year, r->summer);
	if (begin < end)
		return utc >= begin && utc < end ? r->summer : r->standard;
	return utc >= begin || utc < end ? r->summer : r->standard; /* the south */
}

/* ---- the file ---- */

struct part {
	const unsigned char *times, *types, *infos;
	size_t time_n, type_n, bytes;
};

static uint64_t
big(const unsigned char *p, int n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | *p++;
	return v;
}

/* The part whose header is at `p`, times of `width` bytes. */
static bool
read_part(const unsigned char *p, size_t n, size_t width, struct part *out)
{
	size_t count[6], size;

	if (n < HEADER || memcmp(p, "TZif", 4) != 0)
		return false;
	for (int i = 0; i < 6; i++) {
		count[i] = big(p + 20 + 4 * i, 4);
		if (count[i] > ZONE_BYTES)
			return false;
	}
	size = count[3] * (width + 1) + count[4] * 6 + count[5] + count[2] * (width + 4) +
		count[1] + count[0];
	if (size > n - HEADER || count[4] == 0)
		return false;
	out->times = p + HEADER;
	out->types = out->times + count[3] * width;
	out->infos = out->types + count[3];
	out->time_n = count[3];
	out->type_n = count[4];
	out->bytes = HEADER + size;
	return true;
}

static bool
info_offset(const struct part *p, size_t type, int64_t *out)
{
	*out = type < p->type_n ? (int32_t)big(p->infos + 6 * type, 4) : 0;
	return type < p->type_n;
}

/* The text between the two line breaks at the end. */
static bool
footer_rule(const unsigned char *p, size_t n, struct rule *r)
{
	char text[128];
	size_t length = 0;

	if (n < 2 || p[0] != '\n')
		return false;
	while (length + 1 < n && length + 1 < sizeof(text) && p[length + 1] != '\n') {
		text[length] = (char)p[length + 1];
		length++;
	}
	text[length] = '\0';
	return length > 0 && length + 1 < n && p[length + 1] == '\n' && read_rule(text, r);
}

bool
zone_offset_of(const unsigned char *file, size_t n, int64_t utc, int64_t *seconds)
{
	struct part first, p;
	struct rule rule;
	size_t low = 0, high;

	*seconds = 0;
	if (!read_part(file, n, 4, &first) || file[4] < '2' ||
		!read_part(file + first.bytes, n - first.bytes, 8, &p))
		return false;
	for (high = p.time_n; low < high;) {
		size_t middle = low + (high - low) / 2;

		if ((int64_t)big(p.times + 8 * middle, 8) <= utc)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == p.time_n &&
		footer_rule(file + first.bytes + p.bytes, n - first.bytes - p.bytes, &rule)) {
		*seconds = rule_offset(&rule, utc);
		return true;
	}
	return info_offset(&p, low == 0 ? 0 : p.types[low - 1], seconds);
}

bool
zone_offset(const char *name, int64_t utc, int64_t *seconds)
{
	unsigned char *bytes;
	char path[120];
	size_t n = 0;
	bool good;
	FILE *f;

	*seconds = 0;
	if (!zone_name_valid(name))
		return false;
	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%.64s", name);
	f = fopen(path, "re");
	if (f == NULL)
		return strcmp(name, "UTC") == 0;
	bytes = mem_alloc(ZONE_BYTES);
	n = fread(bytes, 1, ZONE_BYTES, f);
	fclose(f);
	good = zone_offset_of(bytes, n, utc, seconds);
	free(bytes);
	return good;
}

int64_t
zone_day(const char *name, int64_t us)
{
	int64_t second = us >= 0 ? us / 1000000 : (us - 999999) / 1000000, offset;

	zone_offset(name, second, &offset);
	second += offset;
	return second >= 0 ? second / DAY : (second - DAY + 1) / DAY;
}
