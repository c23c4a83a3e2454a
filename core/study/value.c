/* Values: reading, and comparing in three-valued logic (Kleene's). */
#include "core/study/value.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "core/base/str.h"

const char *const comparator_names[] = { "LT", "LE", "GT", "GE", "EQ", "NE", "IN", "NOTIN", NULL };

/* Exactly `n` digits within [least, most], and on with *s. */
static bool
digits(const char **s, int n, int least, int most, int *out)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		if (!isdigit((unsigned char)(*s)[i]))
			return false;
		v = 10 * v + (*s)[i] - '0';
	}
	*s += n;
	*out = v;
	return v >= least && v <= most;
}

static bool
sign(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static int
month_days(int y, int m)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return m == 2 && leap ? 29 : days[m - 1];
}

/* Days of the Gregorian calendar since 1970-01-01 (years from 1). */
static double
day_number(int y, int m, int d)
{
	int64_t year = m > 2 ? y : y - 1, era = year / 400, yoe = year - era * 400,
		doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;

	return (double)(era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468);
}

/* A date, whole or its first parts. */
static bool
read_date(const char **s, double *low, double *high)
{
	int y, m, d;

	if (!digits(s, 4, 1, 9999, &y))
		return false;
	*low = day_number(y, 1, 1);
	*high = day_number(y, 12, 31);
	if (!sign(s, '-'))
		return true;
	if (!digits(s, 2, 1, 12, &m))
		return false;
	*low = day_number(y, m, 1);
	*high = day_number(y, m, month_days(y, m));
	if (!sign(s, '-'))
		return true;
	if (!digits(s, 2, 1, month_days(y, m), &d))
		return false;
	*low = *high = day_number(y, m, d);
	return true;
}

static bool
read_time(const char **s, double *out)
{
	int h, m, sec = 0;

	if (!digits(s, 2, 0, 23, &h) || !sign(s, ':') || !digits(s, 2, 0, 59, &m))
		return false;
	if (sign(s, ':') && !digits(s, 2, 0, 59, &sec))
		return false;
	*out = h * 3600 + m * 60 + sec;
	return true;
}

static bool
date_value(const char *text, struct value *v)
{
	return read_date(&text, &v->low, &v->high) && *text == '\0';
}

static bool
time_value(const char *text, struct value *v)
{
	bool good = read_time(&text, &v->low) && *text == '\0';

	v->high = v->low;
	return good;
}

static bool
moment_value(const char *text, struct value *v)
{
	double time;

	if (!read_date(&text, &v->low, &v->high) || v->low != v->high || !sign(&text, 'T') ||
		!read_time(&text, &time) || *text != '\0')
		return false;
	v->low = v->high = v->low * 86400 + time;
	return true;
}

static bool
number_value(const char *text, struct value *v)
{
	if (strchr(text, ' ') != NULL || !str_double(text, &v->low))
		return false;
	v->high = v->low;
	return true;
}

static bool
truth_value(const char *text, struct value *v)
{
	v->low = v->high = strcmp(text, "true") == 0;
	return v->low != 0 || strcmp(text, "false") == 0;
}

static bool
text_value(const char *text, struct value *v)
{
	v->text = text;
	return true;
}

bool
value_read(enum value_type type, const char *text, struct value *out)
{
	static bool (*const readers[VALUE_TYPES])(const char *, struct value *) = {
		[VALUE_TRUTH] = truth_value,
		[VALUE_NUMBER] = number_value,
		[VALUE_TEXT] = text_value,
		[VALUE_DATE] = date_value,
		[VALUE_TIME] = time_value,
		[VALUE_MOMENT] = moment_value,
	};
	struct value v = { .type = type };

	if (*text == '\0')
		v.type = VALUE_MISSING;
	else if (readers[type] == NULL || !readers[type](text, &v))
		return false;
	*out = v;
	return true;
}

struct value
value_number(double v)
{
	return (struct value){ VALUE_NUMBER, v, v, NULL };
}

struct value
value_truth(enum truth t)
{
	if (t == TRUTH_UNKNOWN)
		return (struct value){ .type = VALUE_MISSING };
	return (struct value){ VALUE_TRUTH, t == TRUTH_TRUE, t == TRUTH_TRUE, NULL };
}

/* ---- comparing ---- */

static enum truth
truth_of(bool b)
{
	return b ? TRUTH_TRUE : TRUTH_FALSE;
}

static enum truth
less(struct value a, struct value b)
{
	if (a.high < b.low)
		return TRUTH_TRUE;
	return a.low >= b.high ? TRUTH_FALSE : TRUTH_UNKNOWN;
}

static enum truth
equal(struct value a, struct value b)
{
	if (a.type != b.type)
		return TRUTH_FALSE;
	if (a.type == VALUE_TEXT)
		return truth_of(strcmp(a.text, b.text) == 0);
	if (a.high < b.low || b.high < a.low)
		return TRUTH_FALSE;
	return a.low == a.high && b.low == b.high ? TRUTH_TRUE : TRUTH_UNKNOWN;
}

enum truth
value_compare(enum comparator c, struct value a, struct value b)
{
	bool ordered = a.type == b.type && a.type != VALUE_TEXT && a.type != VALUE_TRUTH;

	if (a.type == VALUE_MISSING || b.type == VALUE_MISSING)
		return TRUTH_UNKNOWN;
	if (c == CMP_EQ)
		return equal(a, b);
	if (c == CMP_NE)
		return truth_not(equal(a, b));
	if (!ordered)
		return TRUTH_UNKNOWN;
	switch (c) {
	case CMP_LT:
		return less(a, b);
	case CMP_GT:
		return less(b, a);
	case CMP_LE:
		return truth_not(less(b, a));
	default:
		return truth_not(less(a, b));
	}
}

enum truth
value_check(enum comparator c, struct value a, const struct value *b, size_t n)
{
	enum truth any = TRUTH_FALSE;

	if (c < CMP_IN)
		return n > 0 ? value_compare(c, a, b[0]) : TRUTH_UNKNOWN;
	if (a.type == VALUE_MISSING)
		return TRUTH_UNKNOWN;
	for (size_t i = 0; i < n; i++)
		any = truth_or(any, value_compare(CMP_EQ, a, b[i]));
	return c == CMP_IN ? any : truth_not(any);
}

enum truth
truth_and(enum truth a, enum truth b)
{
	return a < b ? a : b;
}

enum truth
truth_or(enum truth a, enum truth b)
{
	return a > b ? a : b;
}

enum truth
truth_not(enum truth a)
{
	return (enum truth)(TRUTH_TRUE - a);
}
