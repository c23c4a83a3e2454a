/* The letter to a site. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/trial/report.h"

enum { COLUMNS = 76 };

/* Words of `text` in lines of at most COLUMNS, the first behind `first`, the others behind as many blanks.  What is longer than a
 * line (an address, a language without blanks) is broken where the line ends. */
static void
wrap(struct buf *b, const char *first, const char *text)
{
	size_t indent = str_columns(first), at = indent;
	bool fresh = true;

	buf_text(b, first);
	while (*text != '\0') {
		size_t n = strcspn(text, " "), columns, fits;
		char word[200];

		n = n < sizeof(word) - 1 ? n : sizeof(word) - 1;
		memcpy(word, text, n);
		word[n] = '\0';
		columns = str_columns(word);
		if (!fresh && at + 1 + columns > COLUMNS) {
			buf_format(b, "\n%*s", (int)indent, "");
			at = indent;
			fresh = true;
		}
		if (columns > COLUMNS - at) {
			fits = str_fit(word, COLUMNS - at);
			n = fits > 0 && fits < n ? fits : n;
			word[n] = '\0';
			columns = str_columns(word);
		}
		buf_format(b, "%s%s", fresh || n == 0 ? "" : " ", word);
		at += columns + !fresh;
		fresh = false;
		text += n;
		if (*text != ' ' && *text != '\0') { /* the rest of a broken word */
			buf_format(b, "\n%*s", (int)indent, "");
			at = indent;
			fresh = true;
		}
		text += strspn(text, " ");
	}
	buf_char(b, '\n');
}

static void
add_head(const struct report *r, const struct report_site *s, struct buf *b)
{
	const struct study *study = r->survey->study;
	const struct study_contact *to = s->site != NULL ? s->site->contact : NULL;
	char line[600], now[CLOCK_TEXT];

	clock_format(r->now, now);
	snprintf(line, sizeof(line), "%.64s, version %d: %.300s", study->id, study->version,
		study->title != NULL ? study->title : "");
	str_clean(line);
	wrap(b, "Study   ", line);
	snprintf(line, sizeof(line), "%.64s%s%.300s", *s->id != '\0' ? s->id : "not known",
		s->site != NULL && s->site->name != NULL ? ", " : "",
		s->site != NULL && s->site->name != NULL ? s->site->name : "");
	str_clean(line);
	wrap(b, "Site    ", line);
	buf_format(b, "Date    %.10s (UTC)\n\n", now);
	snprintf(line, sizeof(line), "Dear %.200s,",
		to != NULL && !str_empty(to->name) ? to->name : "colleagues");
	str_clean(line);
	wrap(b, "", line);
}

static void
add_visit(struct buf *b, const struct report_item *i)
{
	char planned[COMPLY_DAY], first[COMPLY_DAY], last[COMPLY_DAY], line[200], came[40] = "";

	if (*i->visit == '\0')
		return;
	if (i->actual_known) {
		comply_day(i->actual, first);
		snprintf(came, sizeof(came), ", images of %s", first);
	}
	snprintf(line, sizeof(line), "Visit %.64s%s", i->visit, came);
	if (i->planned_known) {
		comply_day(i->planned, planned);
		comply_day(i->first, first);
		comply_day(i->last, last);
		snprintf(line, sizeof(line), "Visit %.64s%s, planned for %s, window %s to %s",
			i->visit, came, planned, first, last);
	}
	wrap(b, "  ", line);
}

static void
add_item(const struct report *r, struct buf *b, size_t number, const struct report_item *i)
{
	const struct study_series *x = i->expected;
	char mark[32], line[3000], series[64] = "", query[64] = "";

	snprintf(mark, sizeof(mark), "  %3zu. ", number);
	if (i->series != 0)
		snprintf(series, sizeof(series),
			i->number > 0 ? " S-%04lld (series number %ld)" : " S-%04lld",
			(long long)i->series, i->number);
	if (i->query != 0)
		snprintf(query, sizeof(query), " (query %lld, asked %lld days ago)",
			(long long)i->query, (long long)((r->now - i->since) / 86400000000));
	snprintf(line, sizeof(line), "%s%s%.200s%s: %.2100s%s", i->kind, x != NULL ? ", " : "",
		x == NULL                  ? ""
			: x->title != NULL ? x->title
					   : x->id,
		series, i->text, query);
	str_clean(line);
	wrap(b, mark, line);
}

/* What each kind asks of the site; told where the letter has one. */
static const struct {
	const char *kind, *text;
} advice[] = {
	{ "missing", "missing: send the series, or say why there is none." },
	{ "overdue", "overdue: send the images of the visit, or say that it did not take place." },
	{ "due", "due: the window is open; send the images when the visit took place." },
	{ "duplicate", "duplicate: say which of the series counts." },
	{ "extra", "extra: say why it was sent; nobody asked for it." },
	{ "out-of-window-soft", "out-of-window: say why the visit was early or late." },
	{ "out-of-window-hard", "out-of-window-hard: the visit cannot be used as it is; say why." },
	{ "out-of-range-soft", "out-of-range: say why the protocol was not kept to." },
	{ "out-of-range-hard",
		"out-of-range-hard: the series cannot be used as it is; repeat it if that is "
		"possible "
		"for the subject, or say why not." },
	{ "not-in-header", "not-in-header: tell the value." },
	{ "wrong-frame", "wrong-frame: say whether the subject was moved between the series." },
	{ "contrast-time", "contrast-time: tell the times of injection and acquisition." },
	{ "query", "query: answer it by its number." },
};

static void
add_advice(const struct report *r, const struct report_site *s, struct buf *b)
{
	buf_text(b, "\nWhat to do\n");
	for (size_t k = 0; k < MEM_COUNT(advice); k++)
		for (size_t i = 0; i < s->items; i++)
			if (strcmp(r->item[s->item + i].kind, advice[k].kind) == 0) {
				wrap(b, "  - ", advice[k].text);
				break;
			}
	buf_char(b, '\n');
	wrap(b, "",
		"Name what you answer by site, subject and number.  Please write nothing that "
		"could tell who a subject is: no names, no dates of birth, no numbers of the "
		"hospital.");
}

void
report_letter(const struct report *r, const struct report_site *s, struct buf *out)
{
	add_head(r, s, out);
	if (s->items == 0) {
		buf_text(out, "\nnothing is missing, and no query waits for you.\n");
		return;
	}
	buf_char(out, '\n');
	wrap(out, "",
		"this is what the study still misses from your site, or what is not as its "
		"protocol asks for.");
	for (size_t n = 0; n < s->items; n++) {
		const struct report_item *i = &r->item[s->item + n], *before = n > 0 ? i - 1 : NULL;
		bool other = before == NULL || strcmp(i->subject, before->subject) != 0;

		if (other)
			buf_format(out, "\nSubject %.64s\n", *i->subject != '\0' ? i->subject : "-");
		if (other || strcmp(i->visit, before->visit) != 0)
			add_visit(out, i);
		add_item(r, out, n + 1, i);
	}
	add_advice(r, s, out);
}

void
report_subject(const struct report *r, const struct report_site *s, char *to, size_t size)
{
	snprintf(to, size, "%.64s, site %.64s: %zu open items", r->survey->version.study, s->id,
		s->items);
}
