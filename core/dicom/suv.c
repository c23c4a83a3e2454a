/* The standardized uptake value by body weight of a PET image. */
#include "core/dicom/suv.h"

#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"

enum { DAY = 86400, HALF_LIVES_MOST = 20 }; /* further apart, dates do not belong together */

struct pet {
	const json_t *set, *drug; /* the header; the first item of (0054,0016) */
	double weight, dose, half_life;
	char *why;
	size_t size;
};

static bool
refuse(struct pet *p, const char *why)
{
	snprintf(p->why, p->size, "no SUV: %s", why);
	return false;
}

/* ---- reading values ---- */

static const json_t *
value_at(const json_t *set, const char *tag, size_t n)
{
	return json_array_get(json_object_get(json_object_get(set, tag), "Value"), n);
}

static const char *
text_of(const json_t *set, const char *tag)
{
	const char *text = json_string_value(value_at(set, tag, 0));

	return text != NULL ? text : "";
}

static bool
has_text(const json_t *set, const char *tag, const char *text)
{
	const json_t *v;

	for (size_t i = 0; (v = value_at(set, tag, i)) != NULL; i++)
		if (json_is_string(v) && strcmp(json_string_value(v), text) == 0)
			return true;
	return false;
}

/* 0 where there is none. */
static double
number_of(const json_t *set, const char *tag)
{
	const json_t *v = value_at(set, tag, 0);
	double number = json_number_value(v);

	if (json_is_string(v) && !str_double(json_string_value(v), &number))
		return 0;
	return isfinite(number) ? number : 0;
}

static bool
is_above_zero(const json_t *set, const char *tag, double *to)
{
	*to = number_of(set, tag);
	return *to > 0;
}

/* ---- time: seconds since 1970, as the scanner's clock told them ---- */

static bool
digits(const char *s, int n, int least, int most, int *out)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		if (!isdigit((unsigned char)s[i]))
			return false;
		v = 10 * v + (s[i] - '0');
	}
	*out = v;
	return v >= least && v <= most;
}

/* DA (PS3.5 6.2): YYYYMMDD.  Days by the proleptic Gregorian calendar. */
static bool
read_date(const char *s, double *seconds)
{
	int y, m, d;
	long era, year, day;

	if (strnlen(s, 8) < 8 || !digits(s, 4, 1600, 9999, &y) || !digits(s + 4, 2, 1, 12, &m) ||
		!digits(s + 6, 2, 1, 31, &d))
		return false;
	y -= m <= 2; /* years begin in March: the leap day is the last */
	era = y / 400;
	year = y - era * 400;
	day = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	*seconds = DAY * (double)(era * 146097 + year * 365 + year / 4 - year / 100 + day - 719468);
	return true;
}

/* TM: HH[MM[SS[.F]]]; what follows of a DT's zone is passed over, since all times of a scanner are in one. */
static bool
read_time(const char *s, double *seconds)
{
	int h, m = 0, sec = 0;
	double part = 0, unit = 0.1;

	if (!digits(s, 2, 0, 23, &h))
		return false;
	if (isdigit((unsigned char)s[2]) && !digits(s + 2, 2, 0, 59, &m))
		return false;
	if (isdigit((unsigned char)s[2]) && isdigit((unsigned char)s[4])) {
		if (!digits(s + 4, 2, 0, 60, &sec))
			return false;
		if (s[6] == '.')
			for (s += 7; isdigit((unsigned char)*s); s++, unit /= 10)
				part += unit * (*s - '0');
	}
	*seconds = h * 3600 + m * 60 + sec + part;
	return true;
}

static bool
read_stamp(const char *date, const char *time, double *seconds)
{
	double day, of_day;

	if (!read_date(date, &day) || !read_time(time, &of_day))
		return false;
	*seconds = day + of_day;
	return true;
}

/* GE keeps the scan's start beside a series date that a later reconstruction has changed. */
static bool
private_scan_time(const json_t *set, double *seconds)
{
	const char *text = text_of(set, "0009100D");

	return strcmp(text_of(set, "00090010"), "GEMS_PETD_01") == 0 && strnlen(text, 10) >= 10 &&
		read_stamp(text, text + 8, seconds);
}

/* The series' date and time are what decay was corrected to (PS3.3 C.8.9.1.1.2), unless they are later than the acquisition: then
 * they tell when the series was made. */
static bool
scan_time(struct pet *p, double *scan)
{
	double acquired;

	if (!read_stamp(text_of(p->set, "00080021"), text_of(p->set, "00080031"), scan))
		return refuse(p, "Series Date and Time are missing");
	if (!read_stamp(text_of(p->set, "00080022"), text_of(p->set, "00080032"), &acquired))
		return refuse(p, "Acquisition Date and Time are missing");
	if (*scan <= acquired || private_scan_time(p->set, scan))
		return true;
	return refuse(p,
		"the series is dated after its acquisition, so the start of the scan is not known");
}

/* The start time has no date of its own: the scan's day, or the one before where that would be after the scan. */
static bool
start_time(struct pet *p, double scan, double *start)
{
	const char *stamp = text_of(p->drug, "00181078"), *time = text_of(p->drug, "00181072");
	double of_day, day = floor(scan / DAY) * DAY;

	if (strnlen(stamp, 10) >= 10 && read_stamp(stamp, stamp + 8, start))
		return true;
	if (!read_time(time, &of_day))
		return refuse(p, "Radiopharmaceutical Start Time is missing");
	*start = day + of_day > scan ? day - DAY + of_day : day + of_day;
	return true;
}

/* ---- the rule ---- */

static bool
read_patient(struct pet *p)
{
	p->drug = value_at(p->set, "00540016", 0);
	if (!is_above_zero(p->set, "00101030", &p->weight))
		return refuse(p, "Patient's Weight is missing");
	if (!is_above_zero(p->drug, "00181074", &p->dose))
		return refuse(p, "Radionuclide Total Dose is missing");
	return true;
}

/* Decayed since the injection, as far as the correction does not reach. */
static bool
decayed_dose(struct pet *p, double *dose)
{
	double scan, start;

	*dose = p->dose;
	if (has_text(p->set, "00541102", "ADMIN"))
		return true; /* corrected back to the injection itself */
	if (!has_text(p->set, "00541102", "START"))
		return refuse(p, "Decay Correction is neither START nor ADMIN");
	if (!is_above_zero(p->drug, "00181075", &p->half_life))
		return refuse(p, "Radionuclide Half Life is missing");
	if (!scan_time(p, &scan) || !start_time(p, scan, &start))
		return false;
	if (start > scan)
		return refuse(p, "the injection is dated after the scan");
	if (scan - start > HALF_LIVES_MOST * p->half_life)
		return refuse(p, "the injection and the scan are too far apart to belong together");
	*dose = p->dose * exp2(-(scan - start) / p->half_life);
	return true;
}

/* SUV Type (0054,1006): without it body weight is meant (C.8.9.1). */
static bool
factor_of_uptake(struct pet *p, double *factor)
{
	const char *type = text_of(p->set, "00541006");

	if (*type != '\0' && strcmp(type, "BW") != 0)
		return refuse(p, "the values are an SUV, but not by body weight");
	*factor = 1;
	return true;
}

static bool
factor_of_activity(struct pet *p, double *factor)
{
	double dose;

	if (!has_text(p->set, "00280051", "ATTN") ||
		!(has_text(p->set, "00280051", "DECY") || has_text(p->set, "00280051", "DECAY")))
		return refuse(p, "Corrected Image lacks ATTN or DECY");
	if (!read_patient(p) || !decayed_dose(p, &dose))
		return false;
	*factor = p->weight * 1000 / dose; /* kg to g, over Bq: of Bq/ml makes g/ml */
	return isfinite(*factor) ? true : refuse(p, "weight and dose make no number");
}

static bool
factor_of(struct pet *p, double *factor)
{
	const char *units = text_of(p->set, "00541001");

	if (p->set == NULL)
		return refuse(p, "the header is not readable");
	if (strcmp(text_of(p->set, "00080060"), "PT") != 0)
		return refuse(p, "this is no PET image");
	if (strcmp(units, "GML") == 0)
		return factor_of_uptake(p, factor);
	if (strcmp(units, "BQML") == 0)
		return factor_of_activity(p, factor);
	return refuse(p, *units == '\0' ? "Units are missing" : "Units are neither BQML nor GML");
}

bool
suv_factor(const char *header_json, double *factor, char *why_not, size_t size)
{
	json_t *set = json_loads(header_json, 0, NULL);
	struct pet p = { .set = set, .why = why_not, .size = size };
	double found = 0;
	bool ok = factor_of(&p, &found);

	*factor = ok ? found : 0;
	if (ok && size > 0)
		why_not[0] = '\0';
	json_decref(set);
	return ok;
}
