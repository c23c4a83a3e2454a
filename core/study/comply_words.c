/* Findings in words. */
#include <math.h>
#include <stdio.h>

#include "core/study/comply_in.h"

const char *const comply_weights[] = { "query", "refuse", "warning", "task", NULL };
const struct comply_kind_info comply_kinds[COMPLY_KINDS] = {
	[COMPLY_MISSING] = { "missing", COMPLY_QUERY },
	[COMPLY_EXTRA] = { "extra", COMPLY_QUERY },
	[COMPLY_DUPLICATE] = { "duplicate", COMPLY_QUERY },
	[COMPLY_SOFT] = { "out-of-range-soft", COMPLY_QUERY },
	[COMPLY_HARD] = { "out-of-range-hard", COMPLY_REFUSAL },
	[COMPLY_UNTOLD] = { "not-in-header", COMPLY_QUERY },
	[COMPLY_SCANNER] = { "unknown-scanner", COMPLY_WARNING },
	[COMPLY_FRAME] = { "wrong-frame", COMPLY_QUERY },
	[COMPLY_CONTRAST] = { "contrast-time", COMPLY_QUERY },
	[COMPLY_UNSURE] = { "unsure", COMPLY_TASK },
	[COMPLY_WINDOW] = { "out-of-window-soft", COMPLY_QUERY },
	[COMPLY_REFUSED] = { "out-of-window-hard", COMPLY_REFUSAL },
	[COMPLY_DATE] = { "date-open", COMPLY_WARNING },
	[COMPLY_START] = { "no-start", COMPLY_WARNING },
	[COMPLY_OVERDUE] = { "overdue", COMPLY_QUERY },
	[COMPLY_UNPLACED] = { "not-placed", COMPLY_TASK },
};

void
comply_day(int64_t day, char to[COMPLY_DAY])
{
	int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097,
		yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365,
		doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	unsigned month = (unsigned)(mp < 10 ? mp + 3 : mp - 9),
		 d = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	int64_t year = yoe + era * 400 + (month <= 2);

	if (year < 0 || year > 9999)
		year = 0;
	snprintf(to, COMPLY_DAY, "%04u-%02u-%02u", (unsigned)year % 10000, month % 100, d % 100);
}

/* "[80, 110]"; an end that is not there is left out. */
static void
span(const struct comply_finding *f, char *to, size_t size)
{
	char low[32] = "", high[32] = "";

	if (!isnan(f->low))
		snprintf(low, sizeof(low), "%.6g", f->low);
	if (!isnan(f->high))
		snprintf(high, sizeof(high), "%.6g", f->high);
	snprintf(to, size, "[%s, %s]", low, high);
}

static void
window_words(const struct comply_finding *f, char *to, size_t size)
{
	char limits[80];

	span(f, limits, sizeof(limits));
	snprintf(to, size, "%.0f days %s the planned day; %s %s", fabs(f->value),
		f->value < 0 ? "before" : "after",
		f->kind == COMPLY_REFUSED ? "refused outside" : "asked about outside", limits);
}

static void
value_words(const struct comply_finding *f, char *to, size_t size)
{
	char limits[80];

	span(f, limits, sizeof(limits));
	snprintf(to, size, "%.64s %.6g is outside %s%s%s", f->attribute, f->value, limits,
		f->kind == COMPLY_HARD ? ", the hard range" : "",
		f->row != NULL && f->row->scanner != NULL ? " of this scanner" : "");
}

static void
series_words(const struct comply_finding *f, char *to, size_t size)
{
	char limits[80];

	span(f, limits, sizeof(limits));
	switch (f->kind) {
	case COMPLY_MISSING:
		snprintf(to, size, "%.0f of at least %.0f came", f->value, f->low);
		break;
	case COMPLY_EXTRA:
		snprintf(to, size, "the visit does not ask for %.64s", f->label);
		break;
	case COMPLY_DUPLICATE:
		snprintf(to, size, "one too many beside S-%04lld; %.0f asked for",
			(long long)f->other, f->high);
		break;
	case COMPLY_UNTOLD:
		snprintf(to, size, "the header does not say %.64s", f->attribute);
		break;
	case COMPLY_SCANNER:
		snprintf(to, size, "no range of %.64s is for this scanner", f->attribute);
		break;
	case COMPLY_FRAME:
		snprintf(to, size, "another frame of reference than S-%04lld", (long long)f->other);
		break;
	case COMPLY_CONTRAST:
		snprintf(to, size, "%.4g minutes after contrast are outside %s", f->value, limits);
		break;
	default:
		if (f->label != NULL && *f->label != '\0')
			snprintf(to, size, "a person must say whether it is %.64s", f->label);
		else
			snprintf(to, size, "a person must say what it is");
	}
}

void
comply_words(const struct comply_finding *f, char *to, size_t size)
{
	switch (f->kind) {
	case COMPLY_SOFT:
	case COMPLY_HARD:
		value_words(f, to, size);
		break;
	case COMPLY_WINDOW:
	case COMPLY_REFUSED:
		window_words(f, to, size);
		break;
	case COMPLY_DATE:
		snprintf(to, size, "the exam's date is not known well enough");
		break;
	case COMPLY_START:
		snprintf(to, size, "no dated exam of visit %s to count from",
			f->visit->after != NULL ? f->visit->after : "-");
		break;
	case COMPLY_OVERDUE:
		snprintf(to, size, "nothing came, %.0f days after the end of its window", f->value);
		break;
	case COMPLY_UNPLACED:
		snprintf(to, size, "the exam is of no visit of the study");
		break;
	default:
		series_words(f, to, size);
	}
}
