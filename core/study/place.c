/* Placing exams. */
#include "core/study/place.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/base/str.h"

struct value
place_date(const char *dicom)
{
	struct value v = { .type = VALUE_MISSING };
	char plain[16], digits[9];
	size_t n = 0;

	for (; dicom != NULL && *dicom != '\0'; dicom++) {
		if (*dicom == '.' || *dicom == '-' || *dicom == ' ')
			continue;
		if (!isdigit((unsigned char)*dicom) || n == 8)
			return v;
		digits[n++] = *dicom;
	}
	if (n != 4 && n != 6 && n != 8)
		return v;
	digits[n] = '\0';
	snprintf(plain, sizeof(plain), "%.4s%s%.2s%s%.2s", digits, n > 4 ? "-" : "",
		n > 4 ? digits + 4 : "", n > 6 ? "-" : "", n > 6 ? digits + 6 : "");
	value_read(VALUE_DATE, plain, &v);
	return v;
}

/* ---- by rules ---- */

/* Without blanks at its ends; false where nothing is left or it is too long. */
static bool
trim(char to[STUDY_ID], const char *from, size_t n)
{
	while (n > 0 && (*from == ' ' || *from == '^'))
		from++, n--;
	while (n > 0 && (from[n - 1] == ' ' || from[n - 1] == '^'))
		n--;
	if (n == 0 || n >= STUDY_ID)
		return false;
	memcpy(to, from, n);
	to[n] = '\0';
	str_clean(to);
	return true;
}

static const char *
meant(const struct study_reach *r, const char *found)
{
	for (size_t i = 0; i < r->as_n; i++)
		if (strcasecmp(r->as[i].from, found) == 0)
			return r->as[i].to;
	return found;
}

static bool
known(const struct study *s, enum study_part part, const char *value)
{
	if (part == STUDY_SITE && s->sites > 0)
		return study_find_site(s, value) != NULL;
	return part != STUDY_VISIT || study_find_visit(s, value) != NULL;
}

/* One rule more about a part: the first sets it, those behind must agree. */
static void
tell(struct place_part *p, const struct study_reach *r, const char *value)
{
	if (p->why == PLACE_DIFFER)
		return;
	if (p->why != PLACE_TOLD) {
		p->why = PLACE_TOLD;
		str_copy(p->value, sizeof(p->value), value);
		str_copy(p->rule, sizeof(p->rule), r->id);
	} else if (strcmp(p->value, value) != 0) {
		p->why = PLACE_DIFFER;
		p->value[0] = '\0';
		str_copy(p->other, sizeof(p->other), r->id);
	}
}

static void
apply(const struct study_reach *r, const struct place_facts *f, struct place *out)
{
	const char *v = f->value[r->attr];
	struct pattern_part group[PATTERN_GROUPS];
	char found[STUDY_ID];

	if (v == NULL || !pattern_match(r->pattern, v, group))
		return;
	for (size_t i = 0; i < r->gives_n && i < STUDY_PARTS; i++)
		if (trim(found, v + group[i].at, group[i].length))
			tell(&out->part[r->part[i]], r, meant(r, found));
}

/* Is some rule about it? */
static bool
ruled(const struct study *s, enum study_part part)
{
	for (size_t i = 0; s->mapping != NULL && i < s->mapping->rules; i++)
		for (size_t g = 0; g < s->mapping->rule[i].gives_n; g++)
			if (s->mapping->rule[i].part[g] == (int)part)
				return true;
	return false;
}

static void
by_header(const struct place_facts *f, enum study_part part, struct place_part *p)
{
	const char *v = f->part[part];

	p->why = PLACE_SILENT;
	if (v == NULL || !trim(p->value, v, strlen(v)))
		return;
	p->why = PLACE_TOLD;
	str_copy(p->rule, sizeof(p->rule), f->person ? PLACE_BY_PERSON : PLACE_BY_HEADER);
}

void
place_exam(const struct study *s, const struct place_facts *f, struct place *out)
{
	memset(out, 0, sizeof(*out));
	for (int part = 0; part < STUDY_PARTS; part++)
		out->part[part].why = PLACE_NO_RULE;
	for (size_t i = 0; !f->person && s->mapping != NULL && i < s->mapping->rules; i++)
		apply(&s->mapping->rule[i], f, out);
	for (int part = 0; part < STUDY_PARTS; part++) {
		struct place_part *p = &out->part[part];

		if (f->person || !ruled(s, (enum study_part)part))
			by_header(f, (enum study_part)part, p);
		if (p->why != PLACE_TOLD || known(s, (enum study_part)part, p->value))
			continue;
		p->why = PLACE_UNKNOWN;
		p->value[0] = '\0';
	}
}

bool
place_told(const struct place *p)
{
	for (int part = 0; part < STUDY_PARTS; part++)
		if (p->part[part].why != PLACE_TOLD)
			return false;
	return true;
}

/* ---- by date ---- */

/* The first exam of a visit; a date that is known in part counts with its whole span. */
static bool
start_of(const char *visit, const struct place_dated *exams, size_t n, struct value *out)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		const struct place_part *p = &exams[i].place->part[STUDY_VISIT];
		struct value v = place_date(exams[i].date);

		/* not those that a date told: from them nothing is counted */
		if (p->why != PLACE_TOLD || strcmp(p->rule, PLACE_BY_DATE) == 0 ||
			v.type == VALUE_MISSING || strcmp(p->value, visit) != 0)
			continue;
		if (!any || v.low < out->low)
			*out = v;
		any = true;
	}
	return any;
}

static void
date_one(const struct study *s, const struct place_dated *exams, size_t n, size_t which)
{
	struct place_part *p = &exams[which].place->part[STUDY_VISIT];
	struct value date = place_date(exams[which].date), start;
	const struct study_visit *found = NULL;
	size_t starts = 0, windows = 0;

	p->why = date.type == VALUE_MISSING ? PLACE_NO_DATE : PLACE_NO_WINDOW;
	for (size_t i = 0; date.type != VALUE_MISSING && i < s->visits; i++) {
		const struct study_visit *v = &s->visit[i];

		if (v->after == NULL || !start_of(v->after, exams, n, &start))
			continue;
		starts++;
		/* it touches the window; all of it lies within for every day that either can be */
		if (date.high < start.low + v->day - v->early ||
			date.low > start.high + v->day + v->late)
			continue;
		windows++;
		if (date.low >= start.high + v->day - v->early &&
			date.high <= start.low + v->day + v->late)
			found = v;
		else
			p->why = PLACE_NO_DATE;
	}
	if (date.type != VALUE_MISSING && starts == 0)
		p->why = PLACE_NO_START;
	if (windows != 1 || found == NULL)
		return;
	p->why = PLACE_TOLD;
	str_copy(p->value, sizeof(p->value), found->id);
	str_copy(p->rule, sizeof(p->rule), PLACE_BY_DATE);
}

void
place_by_date(const struct study *s, const struct place_dated *exams, size_t n)
{
	if (s->mapping == NULL || !s->mapping->visit_by_date)
		return;
	for (size_t i = 0; i < n; i++) {
		enum place_why why = exams[i].place->part[STUDY_VISIT].why;

		/* what a rule told wrongly stays a task */
		if (why == PLACE_NO_RULE || why == PLACE_SILENT)
			date_one(s, exams, n, i);
	}
}

void
place_words(const struct place *p, enum study_part part, char *to, size_t size)
{
	const struct place_part *x = &p->part[part];
	const char *name = study_parts[part];

	switch (x->why) {
	case PLACE_TOLD:
		snprintf(to, size, "the %s is told by %s", name, x->rule);
		break;
	case PLACE_SILENT:
		snprintf(to, size, "no rule is about the %s, and the header does not say it", name);
		break;
	case PLACE_NO_RULE:
		snprintf(to, size, "no rule for the %s matched", name);
		break;
	case PLACE_UNKNOWN:
		snprintf(to, size, "%s%s told a %s that the study does not have",
			strcmp(x->rule, PLACE_BY_HEADER) == 0           ? "the "
				: strcmp(x->rule, PLACE_BY_PERSON) == 0 ? "a "
									: "rule ",
			x->rule, name);
		break;
	case PLACE_DIFFER:
		snprintf(to, size, "rules %s and %s tell different %ss", x->rule, x->other, name);
		break;
	case PLACE_NO_DATE:
		snprintf(to, size,
			"no rule told the %s, and the exam's date is not known well enough", name);
		break;
	case PLACE_NO_START:
		snprintf(to, size,
			"no rule told the %s, and no dated exam says from when days are counted",
			name);
		break;
	default:
		snprintf(to, size, "no rule told the %s, and the date is not in exactly one window",
			name);
	}
}
