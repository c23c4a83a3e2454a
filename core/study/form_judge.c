/* What is found of a field and of a check. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/study/form_in.h"

const char *const form_kinds[FORM_KINDS] = { "type", "length", "code", "hard", "required", "soft",
	"tolerance" };

/* ---- values ---- */

static struct value
own_value(const struct cell *c)
{
	if (c->shown.skipped || c->shown.state != FORM_ENTERED)
		return (struct value){ .type = VALUE_MISSING };
	return c->typed.value;
}

static struct value
value_elsewhere(const struct form_sheet *s, const struct study_name *name)
{
	const struct study_named *n = &s->study->named[name->which];
	struct value v = { .type = VALUE_MISSING };
	const char *text = s->look.elsewhere != NULL ? s->look.elsewhere(s->look.ctx, n, name) : "";

	if (text != NULL)
		value_read(study_value_type((enum study_type)n->field->type), text, &v);
	return v;
}

struct value
form_value(void *sheet, int64_t id)
{
	const struct form_sheet *s = sheet;
	struct study_name n = study_name(id);

	if (n.what == STUDY_NAME_HEADER)
		return typed_header_value((int)n.which,
			s->look.header != NULL ? s->look.header(s->look.ctx, (int)n.which) : NULL);
	if (n.where == STUDY_HERE && s->own[n.which] != UINT32_MAX)
		return own_value(&s->cell[s->own[n.which]]);
	return value_elsewhere(s, &n);
}

/* ---- findings ---- */

/* What was found before: reasons are taken over from it. */
struct earlier {
	struct form_finding *finding;
	size_t n;
};

void
form_finding_free(struct form_finding *f)
{
	free(f->message);
	free(f->reason);
	memset(f, 0, sizeof(*f));
}

static char *
reason_from(struct earlier *before, const struct form_finding *f)
{
	char *reason = NULL;

	for (size_t i = 0; i < before->n && reason == NULL; i++) {
		struct form_finding *old = &before->finding[i];

		if (old->kind != f->kind || strcmp(old->rule, f->rule) != 0)
			continue;
		reason = old->reason;
		old->reason = NULL;
	}
	return reason;
}

/* Takes `message`. */
static void
add(struct cell *c, struct earlier *before, enum form_kind kind, const char *rule, char *message)
{
	struct form_cell *shown = &c->shown;
	struct form_finding *f;

	shown->finding = mem_grow(shown->finding, shown->findings + 1, sizeof(*f));
	f = &shown->finding[shown->findings++];
	*f = (struct form_finding){ .kind = kind, .id = shown->field->id, .message = message };
	snprintf(f->rule, sizeof(f->rule), "%s", rule);
	f->reason = reason_from(before, f);
}

/* "at least 4 mL" */
static char *
range_words(const struct study_field *f, const struct study_range *r)
{
	static const char *const words[] = { "below", "at most", "above", "at least", "", "not",
		"one of", "none of" };
	char *value = json_dumps(r->given, JSON_ENCODE_ANY | JSON_COMPACT), *all;

	all = mem_format("must be %s%s%.100s%s%s", words[r->comparator],
		words[r->comparator][0] != '\0' ? " " : "", value != NULL ? value : "?",
		f->unit != NULL ? " " : "", f->unit != NULL ? f->unit : "");
	free(value);
	return all;
}

static void
judge_ranges(struct cell *c, struct earlier *before)
{
	const struct study_field *f = c->shown.field;

	for (size_t i = 0; i < f->ranges; i++) {
		const struct study_range *r = &f->range[i];
		enum truth holds = study_range_holds(r, c->typed.value);
		enum form_kind kind = FORM_SOFT;
		char rule[FORM_RULE], *words;

		if (holds == TRUTH_TRUE)
			continue;
		words = r->message != NULL ? mem_string(r->message) : range_words(f, r);
		if (holds == TRUTH_UNKNOWN) {
			char *what = words;

			words = mem_format(
				"cannot be told from '%s' alone: %s", c->typed.text, what);
			free(what);
		} else if (r->kind == STUDY_HARD) {
			kind = FORM_HARD;
		}
		snprintf(rule, sizeof(rule), "range.%u", (unsigned)i % 1000);
		add(c, before, kind, rule, words);
	}
}

/* A time that was typed without seconds is not further from the header for that, nor a text in other capitals. */
static bool
near_header(const struct cell *c)
{
	const struct study_field *f = c->shown.field;
	const struct typed *a = &c->typed, *b = &c->header;

	if (a->value.type == VALUE_NUMBER)
		return fabs(a->value.low - b->value.low) <=
			f->tolerance + 1e-9 * (1 + fabs(b->value.low));
	if (a->value.type == VALUE_TIME && strlen(a->text) == strlen("10:30"))
		return strncmp(a->text, b->text, strlen(a->text)) == 0;
	if (a->value.type == VALUE_TEXT)
		return strcasecmp(a->text, b->text) == 0;
	return typed_same(a, b);
}

static void
judge_header(struct cell *c, struct earlier *before)
{
	const char *unit = c->shown.field->unit;

	if (c->has_header && !near_header(c))
		add(c, before, FORM_TOLERANCE, "tolerance",
			mem_format("the header says %.100s%s%s", c->header.text,
				unit != NULL ? " " : "", unit != NULL ? unit : ""));
}

static void
judge_entry(struct cell *c, struct earlier *before)
{
	static const enum form_kind kinds[] = {
		[TYPED_TYPE] = FORM_TYPE, [TYPED_LENGTH] = FORM_LENGTH, [TYPED_CODE] = FORM_CODE
	};

	if (c->shown.state == FORM_ENTERED && c->typed.fault != TYPED_FINE) {
		add(c, before, kinds[c->typed.fault], "entry", mem_string(c->typed.why));
	} else if (c->shown.state == FORM_ENTERED && c->typed.value.type != VALUE_MISSING) {
		judge_ranges(c, before);
		judge_header(c, before);
	} else if (c->shown.field->required) {
		add(c, before, FORM_REQUIRED, "required",
			mem_string(c->shown.state == FORM_PROPOSED
					? "accept what the header says, or enter another value"
					: "must be filled in"));
	}
}

void
form_judge_cell(struct form_sheet *s, struct cell *c, bool keep)
{
	struct earlier before = { c->shown.finding, c->shown.findings },
		       none = { before.finding, 0 };

	(void)s;
	c->shown.finding = NULL;
	c->shown.findings = 0;
	if (!c->shown.skipped)
		judge_entry(c, keep ? &before : &none);
	for (size_t i = 0; i < before.n; i++)
		form_finding_free(&before.finding[i]);
	free(before.finding);
}

/* ---- checks ---- */

/* All is there, and what leaves it open is a partial date. */
static bool
part_leaves_open(struct form_sheet *s, const struct expr *x)
{
	size_t n;
	const int64_t *id = expr_uses(x, &n);
	bool part = false;

	for (size_t i = 0; i < n; i++) {
		struct value v = form_value(s, id[i]);

		if (v.type == VALUE_MISSING)
			return false;
		part = part || v.low != v.high;
	}
	return part;
}

void
form_judge_check(struct form_sheet *s, struct form_check_state *k, bool keep)
{
	const struct study_check *c = k->check;
	enum truth holds = expr_evaluate(c->holds, form_value, s);
	struct form_finding old = k->finding;
	bool open = holds == TRUTH_UNKNOWN && part_leaves_open(s, c->holds);

	k->told = holds == TRUTH_FALSE || open;
	k->finding = (struct form_finding){ .id = c->id, .rule = "check" };
	if (k->told) {
		k->finding.kind = c->kind == STUDY_HARD && !open ? FORM_HARD : FORM_SOFT;
		k->finding.message = open
			? mem_format("cannot be told while a date is not whole: %s", c->message)
			: mem_string(c->message);
		if (keep && old.kind == k->finding.kind) {
			k->finding.reason = old.reason;
			old.reason = NULL;
		}
	}
	form_finding_free(&old);
}
