/* Values of a header against the rows of the study: ranges for the scanner, minutes after contrast. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/str.h"
#include "core/study/comply_in.h"

static const char *
of_header(const struct comply_series *s, enum attr a)
{
	const char *v = s->value != NULL ? s->value[a] : NULL;

	return v == NULL || *v == '\0' ? NULL : v;
}

/* The next number of values joined by backslashes; false at the end and where it is none. */
static bool
next_number(const char **text, double *out)
{
	char one[32];
	size_t n = *text != NULL ? strcspn(*text, "\\") : 0;

	if (n == 0 || n >= sizeof(one))
		return false;
	memcpy(one, *text, n);
	one[n] = '\0';
	*text += n + ((*text)[n] == '\\');
	return str_double(one, out);
}

/* ---- the scanner ---- */

static bool
same_text(const char *wanted, const char *got)
{
	return wanted == NULL || (got != NULL && strcasecmp(wanted, got) == 0);
}

/* Beyond by less than what writing a decimal number costs is not beyond. */
static bool
below(double v, double limit)
{
	return v < limit - 1e-9 * fabs(limit);
}

static bool
within(const struct shape_span *s, double v)
{
	return !s->given || (!below(v, s->low) && !below(s->high, v));
}

static bool
is_scanner(const struct study_scanner *x, const struct comply_series *s)
{
	const char *tesla = of_header(s, ATTR_FIELD_STRENGTH);
	double field;

	if (!same_text(x->manufacturer, of_header(s, ATTR_MANUFACTURER)) ||
		!same_text(x->model, of_header(s, ATTR_MODEL)) ||
		!same_text(x->station, of_header(s, ATTR_STATION)) ||
		!same_text(x->device_serial, of_header(s, ATTR_DEVICE_SERIAL)))
		return false;
	return !x->field_strength.given ||
		(next_number(&tesla, &field) && within(&x->field_strength, field));
}

/* The row of the attribute of row `first` that is for this scanner; one for all where none is; NULL where there is neither. */
static const struct study_parameter *
row_for(const struct comply_expected *x, size_t first, const struct comply_series *s)
{
	const struct study_parameter *every = NULL;

	for (size_t i = first; i < x->series->parameters; i++) {
		const struct study_parameter *p = &x->series->parameter[i];

		if (x->row[i].attr != x->row[first].attr)
			continue;
		if (p->scanner != NULL && is_scanner(p->scanner, s))
			return p;
		if (p->scanner == NULL && every == NULL)
			every = p;
	}
	return every;
}

/* ---- values ---- */

enum outcome { FINE, SOFT, HARD, UNTOLD };

static enum outcome
rate(const struct study_parameter *p, double v)
{
	return !within(&p->hard, v) ? HARD : !within(&p->soft, v) ? SOFT : FINE;
}

/* Enhanced objects have the effective echo time. */
static const char *
text_value(int attr, const struct comply_series *s)
{
	const char *v = of_header(s, (enum attr)attr);

	return v == NULL && attr == ATTR_TE ? of_header(s, ATTR_TE_EFFECTIVE) : v;
}

/* The worst of the values, and which it is. */
static enum outcome
rate_values(const struct study_parameter *p, int attr, const struct comply_series *s, double *worst)
{
	double computed = attr == COMPLY_SLICES ? s->slices
		: attr == COMPLY_SPACING        ? s->spacing
						: s->coverage,
	       v;
	enum outcome all = UNTOLD;
	const char *text;

	if (attr < 0) {
		*worst = computed;
		return isnan(computed) ? UNTOLD : rate(p, computed);
	}
	text = text_value(attr, s);
	while (next_number(&text, &v)) {
		enum outcome one = rate(p, v);

		if (all == UNTOLD || one > all) {
			all = one;
			*worst = v;
		}
	}
	return all;
}

void
comply_count(const struct comply_expected *x, const struct comply_series *s, int *hard, int *soft)
{
	*hard = *soft = 0;
	for (size_t i = 0; i < x->series->parameters; i++) {
		const struct study_parameter *p = x->row[i].first ? row_for(x, i, s) : NULL;
		enum outcome o;
		double v;

		if (p == NULL)
			continue;
		o = rate_values(p, x->row[i].attr, s, &v);
		*hard += o == HARD;
		*soft += o == SOFT;
	}
}

static void
check_row(struct comply_report *r, const struct study_visit *v, const struct comply_expected *x,
	const struct comply_item *item, size_t i)
{
	static const enum comply_kind kinds[] = {
		[SOFT] = COMPLY_SOFT, [HARD] = COMPLY_HARD, [UNTOLD] = COMPLY_UNTOLD
	};
	const struct study_parameter *p = row_for(x, i, item->series);
	const struct shape_span *span;
	struct comply_finding *f;
	double value = NAN;
	enum outcome o = p != NULL ? rate_values(p, x->row[i].attr, item->series, &value) : UNTOLD;

	if (o == FINE)
		return;
	f = comply_add(r, p == NULL ? COMPLY_SCANNER : kinds[o], v);
	f->expected = x->series;
	f->exam = item->exam;
	f->series = item->series->id;
	f->attribute = x->series->parameter[i].attribute;
	f->row = p;
	if (p == NULL)
		return;
	span = o == SOFT || !p->hard.given ? &p->soft : &p->hard;
	f->value = value;
	f->low = span->low;
	f->high = span->high;
}

/* ---- contrast ---- */

/* Seconds of the day of HHMMSS.ffffff, with colons or not; false where it is none. */
static bool
read_clock(const char *text, double *out)
{
	char plain[12] = "", digits[7];
	struct value v;
	size_t n = 0;

	for (; text != NULL && *text != '\0' && *text != '.'; text++) {
		if (*text == ':' || *text == ' ')
			continue;
		if (!isdigit((unsigned char)*text) || n == 6)
			return false;
		digits[n++] = *text;
	}
	if (n != 4 && n != 6)
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t to = i + i / 2;

		plain[to] = digits[i];
		if (i % 2 == 1 && i + 1 < n)
			plain[to + 1] = ':';
	}
	if (!value_read(VALUE_TIME, plain, &v))
		return false;
	*out = v.low;
	return true;
}

static bool
minutes_after(const struct comply_series *s, double *out)
{
	const char *text = of_header(s, ATTR_ACQUISITION_TIME);
	double from, to;

	if (text == NULL)
		text = of_header(s, ATTR_SERIES_TIME);
	if (!read_clock(of_header(s, ATTR_CONTRAST_TIME), &from) || !read_clock(text, &to))
		return false;
	*out = (to - from) / 60;
	if (*out < -720)
		*out += 1440; /* over midnight */
	return true;
}

static void
check_contrast(struct comply_report *r, const struct study_visit *v,
	const struct comply_expected *x, const struct comply_item *item)
{
	const struct shape_span *span = &x->series->after_contrast;
	struct comply_finding *f;
	double minutes = NAN;
	bool told;

	if (!span->given)
		return;
	told = minutes_after(item->series, &minutes);
	if (told && within(span, minutes))
		return;
	f = comply_add(r, told ? COMPLY_CONTRAST : COMPLY_UNTOLD, v);
	f->expected = x->series;
	f->exam = item->exam;
	f->series = item->series->id;
	f->attribute = "contrast_time";
	f->value = minutes;
	f->low = span->low;
	f->high = span->high;
}

void
comply_values(struct comply_report *r, const struct study_visit *v, const struct comply_expected *x,
	const struct comply_item *item)
{
	for (size_t i = 0; i < x->series->parameters; i++)
		if (x->row[i].first)
			check_row(r, v, x, item, i);
	check_contrast(r, v, x, item);
}
