/* Reading what was typed: a reader for each type of field. */
#include "core/study/typed.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/dicom/attr.h"
#include "core/study/unit.h"
#include "core/study/when.h"

enum { NUMBER = 40, MOST_AFTER = 20 };
#define LARGE 1e15 /* whole numbers below it are exact */

__attribute__((format(printf, 3, 4))) static void
fault(struct typed *out, enum typed_fault what, const char *fmt, ...)
{
	va_list ap;

	out->fault = what;
	va_start(ap, fmt);
	vsnprintf(out->why, sizeof(out->why), fmt, ap);
	va_end(ap);
	str_clean(out->why); /* also where a character was cut in two */
}

static void
keep(struct typed *out, const char *text)
{
	free(out->text);
	out->text = mem_string(text);
}

/* ---- numbers ---- */

/* So many digits that count, without an exponent, which nobody may type, and without zeros at the end. */
static void
write_plain(char *text, size_t size, double v, int count)
{
	int after = v == 0 ? 0 : count - 1 - (int)floor(log10(fabs(v)));
	char *end;

	after = after < 0 ? 0 : after > MOST_AFTER ? MOST_AFTER : after;
	snprintf(text, size, "%.*f", after, v);
	if (after == 0)
		return;
	for (end = text + strlen(text); end[-1] == '0'; end--)
		;
	end[end[-1] == '.' ? -1 : 0] = '\0';
}

static void
keep_number(struct typed *out, const struct study_field *f, double v)
{
	char text[64]; /* numbers are below 10^15 */
	int digits = f->type == STUDY_INTEGER ? 0 : f->digits;

	if (digits >= 0)
		snprintf(text, sizeof(text), "%.*f", digits, v);
	else
		write_plain(text, sizeof(text), v, out->converted ? 6 : 15);
	if (strspn(text, "-0.") == strlen(text) && text[0] == '-')
		memmove(text, text + 1, strlen(text)); /* no minus zero */
	keep(out, text);
	value_read(VALUE_NUMBER, out->text, &out->value);
}

/* Sign, digits, a point and digits: how long it is, 0 where there is none; *after: digits after the point that are not
 * zeros at the end. */
static size_t
number_length(const char *s, int *after)
{
	size_t i = s[0] == '-' || s[0] == '+', from;
	bool any;

	for (from = i; isdigit((unsigned char)s[i]); i++)
		;
	any = i > from;
	*after = 0;
	if (s[i] == '.')
		for (from = i++; isdigit((unsigned char)s[i]); i++) {
			any = true;
			if (s[i] != '0')
				*after = (int)(i - from);
		}
	return any ? i : 0;
}

/* In the unit that follows; false (told) where that is none of the field's kind. */
static bool
take_unit(struct typed *out, const struct study_field *f, const char *unit, double *v)
{
	double converted;

	if (*unit == '\0')
		return true;
	if (f->unit == NULL) {
		fault(out, TYPED_TYPE, "'%.40s': this number has no unit", unit);
		return false;
	}
	if (!unit_convert(*v, unit, f->unit, &converted)) {
		fault(out, TYPED_TYPE, "'%.40s' cannot be turned into %s", unit, f->unit);
		return false;
	}
	out->converted = converted != *v;
	*v = converted;
	return true;
}

static void
read_number(struct typed *out, const struct study_field *f, const char *s)
{
	int after, most = f->type == STUDY_INTEGER ? 0 : f->digits;
	size_t n = number_length(s, &after);
	const char *unit = s + n + strspn(s + n, " ");
	char text[NUMBER];
	double v;

	if (n == 0) {
		fault(out, TYPED_TYPE, "'%.40s' is no number", s);
	} else if (*unit == ',') {
		fault(out, TYPED_TYPE, "'%.40s': a number is written with a point, as 80.5", s);
	} else if (n >= sizeof(text)) {
		fault(out, TYPED_TYPE, "a number has at most %d digits", NUMBER - 1);
	} else {
		snprintf(text, sizeof(text), "%.*s", (int)n, s);
		v = strtod(text, NULL);
		if (!take_unit(out, f, unit, &v))
			return;
		if (!out->converted && most == 0 && after > 0)
			fault(out, TYPED_TYPE, "'%.40s' is no whole number", s);
		else if (!out->converted && most > 0 && after > most)
			fault(out, TYPED_TYPE, "'%.40s' has more than %d digit%s after the point",
				s, most, most == 1 ? "" : "s");
		else if (fabs(v) >= LARGE)
			fault(out, TYPED_TYPE, "'%.40s' is too large a number", s);
		else
			keep_number(out, f, v);
	}
}

/* ---- dates and times ---- */

static void
read_date(struct typed *out, const struct study_field *f, const char *s)
{
	bool part = f->type == STUDY_PARTIAL_DATE;
	char iso[WHEN];

	if (!when_date(s, part, iso)) {
		fault(out, TYPED_TYPE, "'%.40s' is no date: 2026-11-22%s", s,
			part ? ", 2026-11 or 2026" : " or 22 Nov 2026");
		return;
	}
	keep(out, iso);
	value_read(VALUE_DATE, out->text, &out->value);
}

static void
read_time(struct typed *out, const struct study_field *f, const char *s)
{
	char iso[WHEN];

	(void)f;
	if (!when_time(s, iso)) {
		fault(out, TYPED_TYPE, "'%.40s' is no time: 10:30 or 10:30:15", s);
		return;
	}
	keep(out, iso);
	value_read(VALUE_TIME, out->text, &out->value);
}

static void
read_moment(struct typed *out, const struct study_field *f, const char *s)
{
	char iso[WHEN];

	(void)f;
	if (!when_moment(s, iso)) {
		fault(out, TYPED_TYPE, "'%.40s' is no date with time: 2026-11-22 10:30", s);
		return;
	}
	keep(out, iso);
	value_read(VALUE_MOMENT, out->text, &out->value);
}

/* ---- words ---- */

static void
read_truth(struct typed *out, const struct study_field *f, const char *s)
{
	static const struct {
		const char *word;
		bool means;
	} words[] = { { "y", true }, { "yes", true }, { "true", true }, { "1", true },
		{ "n", false }, { "no", false }, { "false", false }, { "0", false } };

	(void)f;
	for (size_t i = 0; i < MEM_COUNT(words); i++)
		if (strcasecmp(words[i].word, s) == 0) {
			keep(out, words[i].means ? "true" : "false");
			value_read(VALUE_TRUTH, out->text, &out->value);
			return;
		}
	fault(out, TYPED_TYPE, "'%.40s' is neither yes nor no", s);
}

static void
read_text(struct typed *out, const struct study_field *f, const char *s)
{
	size_t n = str_characters(s), most = f->length > 0 ? (size_t)f->length : TYPED_CHARACTERS;

	if (n > most) {
		fault(out, TYPED_LENGTH, "%zu characters, at most %zu are allowed", n, most);
		return;
	}
	keep(out, s);
	value_read(VALUE_TEXT, out->text, &out->value);
}

/* The only code that is, or whose label is, this text in other capitals; *n says how many there are. */
static const struct study_code *
code_like(const struct study_codes *list, const char *s, bool by_label, size_t *n)
{
	const struct study_code *found = NULL;

	*n = 0;
	for (size_t i = 0; i < list->codes; i++) {
		const struct study_code *c = &list->code[i];

		if (strcasecmp(by_label ? c->label : c->code, s) != 0)
			continue;
		found = c;
		(*n)++;
	}
	return found;
}

static const struct study_code *
find_code(const struct study_codes *list, const char *s, size_t *n)
{
	const struct study_code *c;

	for (size_t i = 0; i < list->codes; i++)
		if (strcmp(list->code[i].code, s) == 0) {
			*n = 1;
			return &list->code[i];
		}
	c = code_like(list, s, false, n);
	return *n > 0 ? c : code_like(list, s, true, n);
}

static void
read_code(struct typed *out, const struct study_field *f, const char *s)
{
	size_t n;
	const struct study_code *c = find_code(f->list, s, &n);

	if (n == 1) {
		keep(out, c->code);
		value_read(VALUE_TEXT, out->text, &out->value);
		return;
	}
	if (n == 0)
		fault(out, TYPED_CODE, "'%.60s' is none of the %zu choices", s, f->list->codes);
	else
		fault(out, TYPED_CODE, "'%.60s' could be %zu of the choices", s, n);
}

/* ---- entries ---- */

/* Cleaned and without blanks around; owned by the caller. */
static char *
trimmed(const char *typed)
{
	char *s = mem_string(typed);
	size_t n, from;

	str_clean(s);
	from = strspn(s, " ");
	for (n = strlen(s); n > from && s[n - 1] == ' '; n--)
		;
	memmove(s, s + from, n - from);
	s[n - from] = '\0';
	return s;
}

void
typed_read(struct typed *out, const struct study_field *f, const char *typed)
{
	static void (*const readers[])(struct typed *, const struct study_field *, const char *) = {
		[STUDY_INTEGER] = read_number,
		[STUDY_FLOAT] = read_number,
		[STUDY_TEXT] = read_text,
		[STUDY_DATE] = read_date,
		[STUDY_TIME] = read_time,
		[STUDY_DATETIME] = read_moment,
		[STUDY_BOOLEAN] = read_truth,
		[STUDY_PARTIAL_DATE] = read_date,
		[STUDY_CODE] = read_code,
	};
	char *s = trimmed(typed);

	memset(out, 0, sizeof(*out));
	keep(out, "");
	if (*s != '\0')
		readers[f->type](out, f, s);
	free(s);
}

void
typed_free(struct typed *e)
{
	free(e->text);
	memset(e, 0, sizeof(*e));
}

/* ---- headers ---- */

/* Of attributes that are prefilled from; DICOM fixes the units. */
static const char *
header_unit(const char *column)
{
	static const char *const known[][2] = { { "weight", "kg" }, { "contrast_volume", "mL" },
		{ "repetition_time", "ms" }, { "echo_time", "ms" }, { "effective_echo_time", "ms" },
		{ "inversion_time", "ms" }, { "slice_thickness", "mm" }, { "slice_spacing", "mm" } };

	for (size_t i = 0; i < MEM_COUNT(known); i++)
		if (strcmp(known[i][0], column) == 0)
			return known[i][1];
	return NULL;
}

static bool
header_number(struct typed *out, const struct study_field *f, const char *s)
{
	const char *unit = header_unit(f->header);
	double v, in = 0;

	if (!str_double(s, &v) || fabs(v) >= LARGE)
		return false;
	if (unit != NULL && f->unit != NULL && unit_convert(v, unit, f->unit, &in)) {
		out->converted = in != v;
		v = in;
	}
	keep_number(out, f, v);
	return true;
}

bool
typed_read_header(struct typed *out, const struct study_field *f, const char *text)
{
	bool number = f->type == STUDY_INTEGER || f->type == STUDY_FLOAT;
	char *s = trimmed(text);

	if (f->type == STUDY_TIME)
		s[strcspn(s, ".")] = '\0'; /* TM has fractions of a second */
	if (!number) {
		typed_read(out, f, s);
	} else {
		memset(out, 0, sizeof(*out));
		keep(out, "");
		header_number(out, f, s);
	}
	free(s);
	if (out->fault == TYPED_FINE && out->value.type != VALUE_MISSING)
		return true;
	typed_free(out);
	return false;
}

struct value
typed_header_value(int attr, const char *text)
{
	struct value v = { .type = VALUE_MISSING };
	char iso[WHEN], copy[WHEN];
	double number;

	if (str_empty(text))
		return v;
	snprintf(copy, sizeof(copy), "%.30s", text);
	copy[strcspn(copy, ". ")] = '\0';
	switch (attr_table[attr].kind) {
	case ATTR_KIND_DATE:
		if (when_date(strchr(text, '.') != NULL ? text : copy, false, iso))
			value_read(VALUE_DATE, iso, &v);
		break;
	case ATTR_KIND_TIME:
		if (when_time(copy, iso))
			value_read(VALUE_TIME, iso, &v);
		break;
	case ATTR_KIND_INT:
	case ATTR_KIND_REAL:
		if (str_double(text, &number))
			v = value_number(number);
		break;
	default:
		value_read(VALUE_TEXT, text, &v);
	}
	return v;
}

bool
typed_same(const struct typed *a, const struct typed *b)
{
	if (a->fault != b->fault || a->value.type != b->value.type)
		return false;
	if (a->value.type == VALUE_MISSING || a->value.type == VALUE_TEXT)
		return strcmp(a->text, b->text) == 0;
	return a->value.low == b->value.low && a->value.high == b->value.high;
}
