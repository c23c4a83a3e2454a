/* What the writers of exports ask: fields, codes, signatures, times. */
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/entry.h"
#include "core/trial/extract_in.h"
#include "core/trial/quality.h"

const struct extract_version *
extract_last(const struct extract *x)
{
	return &x->version[x->versions - 1];
}

const struct extract_version *
extract_version_of(const struct extract *x, int64_t id)
{
	for (size_t i = 0; i < x->versions; i++)
		if (x->version[i].v.id == id)
			return &x->version[i];
	return extract_last(x);
}

const struct study_named *
extract_field(const struct extract_version *v, const char *form, const char *field)
{
	return study_find_field(v->study, form, field);
}

const struct study_form *
extract_form(const struct study *s, const char *form)
{
	for (size_t i = 0; i < s->forms; i++)
		if (strcmp(s->form[i].id, form) == 0)
			return &s->form[i];
	return NULL;
}

const struct extract_step *
extract_signature(const struct extract_case *c, const char *form, int pass)
{
	for (size_t i = 0; i < c->steps; i++)
		if (c->step[i].stands && c->step[i].pass == pass &&
			strcmp(c->step[i].form, form) == 0 && strcmp(c->step[i].step, "signed") == 0)
			return &c->step[i];
	return NULL;
}

bool
extract_locked(const struct extract_case *c, const char *form)
{
	for (size_t i = 0; i < c->steps; i++)
		if (c->step[i].stands && strcmp(c->step[i].form, form) == 0 &&
			strcmp(c->step[i].step, "locked") == 0)
			return true;
	return false;
}

/* ---- codes ---- */

/* CID 7036, where the study has no scale of its own. */
static const struct extract_grade grades[] = {
	{ "RID12", "Diagnostic quality" },
	{ "RID13", "Limited quality" },
	{ "RID14", "Non-diagnostic quality" },
};

size_t
extract_grades(const struct study *s, struct extract_grade *to, size_t most)
{
	size_t n = s->rating != NULL ? s->rating->grades : MEM_COUNT(grades);

	n = n < most ? n : most;
	for (size_t i = 0; i < n; i++)
		to[i] = s->rating != NULL ? (struct extract_grade){ s->rating->grade[i].code,
			s->rating->grade[i].meaning }
					  : grades[i];
	return n;
}

static const char *
quality_label(const struct study *s, const char *field, const char *value)
{
	struct extract_grade g[10];
	size_t n = extract_grades(s, g, MEM_COUNT(g));

	if (strcmp(field, "rating") != 0)
		return value[0] >= '0' && value[0] <= '3' && value[1] == '\0'
			? quality_severities[value[0] - '0']
			: "";
	for (size_t i = 0; i < n; i++)
		if (strcmp(g[i].code, value) == 0)
			return g[i].meaning;
	return "";
}

const char *
extract_code_label(
	const struct extract_version *v, const char *form, const char *field, const char *value)
{
	const struct study_named *f;

	if (strcmp(form, ENTRY_QUALITY) == 0)
		return quality_label(v->study, field, value);
	f = entry_is_builtin(form) ? NULL : extract_field(v, form, field);
	for (size_t i = 0; f != NULL && f->field->list != NULL && i < f->field->list->codes; i++)
		if (strcmp(f->field->list->code[i].code, value) == 0)
			return f->field->list->code[i].label;
	return "";
}

/* ---- what stays here ---- */

bool
extract_identifies(const char *form, const char *field)
{
	static const char *const columns[] = { "patient_id", "patient_name", "birth_date",
		"accession", "institution", "study_id", "study_uid", "series_uid", "sop_uid",
		"frame_of_reference" };

	if (strcmp(form, ENTRY_HEADER) != 0)
		return false;
	for (size_t i = 0; i < MEM_COUNT(columns); i++)
		if (strcmp(columns[i], field) == 0)
			return true;
	return false;
}

/* ---- times ---- */

void
extract_time(int64_t at, char to[CLOCK_TEXT + 8])
{
	char utc[CLOCK_TEXT];
	size_t n;

	clock_format(at, utc);
	n = strcspn(utc, "Z");
	snprintf(to, CLOCK_TEXT + 8, "%.*s+00:00", (int)n, utc);
}

void
extract_local(const char *when, char to[CLOCK_TEXT])
{
	size_t n = strlen(when);

	if (n < 26 || n >= CLOCK_TEXT) {
		str_copy(to, CLOCK_TEXT, when);
		return;
	}
	snprintf(to, CLOCK_TEXT, "%.10sT%.8s%.6s", when, when + 11, when + 20);
}

/* ---- verdicts ---- */

const char *const extract_verdict_fields[EXTRACT_VERDICT_FIELDS] = { "number", "step", "verdict",
	"reasons", "note", "reader", "role", "reading", "state", "correction" };

void
extract_verdict(const struct decision *d, const char *to[EXTRACT_VERDICT_FIELDS], char text[2][24])
{
	snprintf(text[0], sizeof(text[0]), "%lld", (long long)d->number);
	snprintf(text[1], sizeof(text[1]), "%lld", (long long)d->reading);
	to[0] = text[0];
	to[1] = d->step;
	to[2] = d->verdict;
	to[3] = d->reasons;
	to[4] = d->note;
	to[5] = d->name;
	to[6] = d->role;
	to[7] = text[1];
	to[8] = d->state;
	to[9] = d->correction;
}
