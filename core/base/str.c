/* Text made fit to show.  No state; any thread. */
#include "core/base/str.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static size_t
utf8_length(unsigned char c)
{
	if (c < 0x80)
		return 1;
	if (c >= 0xc2 && c <= 0xdf)
		return 2;
	if (c >= 0xe0 && c <= 0xef)
		return 3;
	if (c >= 0xf0 && c <= 0xf4)
		return 4;
	return 0;
}

uint32_t
str_next(const char *s, size_t *n)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)s;
	size_t len = utf8_length(p[0]);
	uint32_t c;

	*n = p[0] != '\0';
	if (len <= 1)
		return len == 1 ? p[0] : 0xfffd;

	c = p[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0xfffd;
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0xfffd;
	*n = len;
	return c;
}

size_t
str_characters(const char *s)
{
	size_t count = 0, n;

	for (; *s != '\0'; s += n, count++)
		str_next(s, &n);
	return count;
}

bool
str_copy(char *to, size_t size, const char *from)
{
	size_t used = 0, n;

	while (from[used] != '\0') {
		str_next(from + used, &n);
		if (used + n >= size)
			break;
		memcpy(to + used, from + used, n);
		used += n;
	}
	to[used] = '\0';
	return from[used] == '\0';
}

static bool
harmful(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0x200b && c <= 0x200f) ||
		(c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) || c == 0xfeff;
}

void
str_clean(char *s)
{
	char *to = s;
	size_t n;

	while (*s != '\0') {
		uint32_t c = str_next(s, &n);

		if (c == 0xfffd && n == 1) {
			*to++ = '?';
		} else if (harmful(c)) {
			*to++ = ' ';
		} else {
			memmove(to, s, n);
			to += n;
		}
		s += n;
	}
	*to = '\0';
}

static size_t
columns_of(uint32_t c)
{
	int w = wcwidth((wchar_t)c);

	return w < 0 ? 1 : (size_t)w;
}

size_t
str_columns(const char *s)
{
	size_t columns = 0, n;

	for (; *s != '\0'; s += n)
		columns += columns_of(str_next(s, &n));
	return columns;
}

size_t
str_fit(const char *s, size_t columns)
{
	size_t used = 0, at = 0, n;

	while (s[at] != '\0') {
		size_t w = columns_of(str_next(s + at, &n));

		if (used + w > columns)
			break;
		used += w;
		at += n;
	}
	return at;
}

void
str_fold(char *to, size_t size, const char *from)
{
	str_copy(to, size, from);
	for (; *to != '\0'; to++)
		if (*to >= 'A' && *to <= 'Z')
			*to = (char)(*to + ('a' - 'A'));
}

bool
str_empty(const char *s)
{
	return s == NULL || *s == '\0';
}

const char *
str_or_dash(const char *s)
{
	return str_empty(s) ? "-" : s;
}

static bool
only_blanks(const char *s)
{
	while (*s == ' ')
		s++;
	return *s == '\0';
}

bool
str_int(const char *s, long min, long max, long *out)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(s, &end, 10);
	if (end == s || errno != 0 || !only_blanks(end) || v < min || v > max)
		return false;
	*out = v;
	return true;
}

bool
str_double(const char *s, double *out)
{
	char *end;
	double v;

	if (strpbrk(s, "xXnN") != NULL)
		return false; /* strtod's hexadecimal, nan and infinity are no decimal strings */
	v = strtod(s, &end);
	if (end == s || !only_blanks(end) || !isfinite(v))
		return false;
	*out = v;
	return true;
}
