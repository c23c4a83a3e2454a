/* A table of rules, read: each line refused by its number, so that whoever writes one knows where. */
#include "core/classify/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/classify/rules_in.h"

const char *const axis_names[AXIS_COUNT] = {
	[AXIS_CLASS] = "class",
	[AXIS_BASE] = "base",
	[AXIS_CONTRAST] = "contrast",
	[AXIS_PLANE] = "plane",
	[AXIS_DIM] = "dim",
	[AXIS_FATSAT] = "fatsat",
};

enum { LABEL_ONE = 15, FIELDS = 6 };

static bool
good_label(const char *label)
{
	static const char chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-*";
	size_t n = strlen(label);

	return n > 0 && n <= LABEL_ONE && strspn(label, chars) == n;
}

static enum rc
take_fields(struct rule *rule, char *field[FIELDS], struct err *e)
{
	struct rule_info *info = &rule->info;
	long confidence;
	int axis = 0;

	while (axis < AXIS_COUNT && strcmp(axis_names[axis], field[0]) != 0)
		axis++;
	if (axis == AXIS_COUNT)
		return err_set(e, RC_INVALID, "there is no axis %.20s", field[0]);
	if (!str_int(field[1], 1, 9999, &info->number))
		return err_set(e, RC_INVALID, "the number of a rule is 1 to 9999");
	if (!good_label(field[2]))
		return err_set(e, RC_INVALID, "a label is 1 to %d of A-Z 0-9 - *", LABEL_ONE);
	if (!str_int(field[3], 0, 100, &confidence))
		return err_set(e, RC_INVALID, "the confidence is 0 to 100");
	info->axis = (enum axis)axis;
	info->confidence = (int)confidence;
	info->label = field[2];
	info->condition = field[4];
	info->basis = field[5];
	return term_parse(rule, e);
}

static enum rc
read_line(struct rules *r, char *line, struct err *e)
{
	char *field[FIELDS], *at = line;
	size_t n = 0;

	if (*line == '\0' || *line == '#')
		return RC_OK;
	for (; at != NULL && n < FIELDS; n++) {
		field[n] = at;
		at = strchr(at, '\t');
		if (at != NULL)
			*at++ = '\0';
	}
	if (n != FIELDS || at != NULL)
		return err_set(e, RC_INVALID,
			"axis, number, label, confidence, condition, basis, with tabs between");
	if (r->n == RULES_MOST)
		return err_set(e, RC_LIMIT, "more than %d rules", RULES_MOST);
	r->rule = mem_grow(r->rule, r->n + 1, sizeof(*r->rule));
	memset(&r->rule[r->n], 0, sizeof(*r->rule));
	return take_fields(&r->rule[r->n++], field, e);
}

/* The same number twice, or one axis' word on another, would leave open which rule a label names. */
static enum rc
check_double(const struct rules *r, struct err *e)
{
	const struct rule_info *last = &r->rule[r->n - 1].info;

	for (size_t i = 0; i + 1 < r->n; i++) {
		const struct rule_info *o = &r->rule[i].info;

		if (o->axis == last->axis && o->number == last->number)
			return err_set(e, RC_INVALID, "%s %ld is there twice", axis_names[o->axis],
				o->number);
		if (o->axis != last->axis && strcmp(o->label, last->label) == 0 &&
			strcmp(o->label, "NA") != 0)
			return err_set(e, RC_INVALID, "%s is a label of %s already", o->label,
				axis_names[o->axis]);
	}
	return RC_OK;
}

static enum rc
read_lines(struct rules *r, const char *name, struct err *e)
{
	char *line = r->bytes;

	for (long number = 1; line != NULL; number++) {
		char *end = strchr(line, '\n');
		struct err why = { 0 };
		size_t before = r->n;
		enum rc rc;

		if (end != NULL)
			*end++ = '\0';
		rc = read_line(r, line, &why);
		if (rc == RC_OK && r->n > before)
			rc = check_double(r, &why);
		if (rc != RC_OK)
			return err_set(e, rc, "%.80s:%ld: %s", name, number, why.text);
		line = end;
	}
	return RC_OK;
}

static int
by_axis(const void *a, const void *b)
{
	const struct rule_info *x = &((const struct rule *)a)->info,
			       *y = &((const struct rule *)b)->info;

	if (x->axis != y->axis)
		return x->axis < y->axis ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/* Each axis ends with a rule that always holds, and has no other: whatever comes gets a label. */
static enum rc
check_ends(struct rules *r, const char *name, struct err *e)
{
	size_t i = 0;

	for (int a = 0; a < AXIS_COUNT; a++) {
		r->first[a] = i;
		while (i < r->n && (int)r->rule[i].info.axis == a && r->rule[i].n > 0)
			i++;
		if (i == r->n || (int)r->rule[i].info.axis != a)
			return err_set(e, RC_INVALID, "%.80s: %s does not end with otherwise", name,
				axis_names[a]);
		if (++i < r->n && (int)r->rule[i].info.axis == a)
			return err_set(e, RC_INVALID, "%.80s: %s %ld comes after otherwise", name,
				axis_names[a], r->rule[i].info.number);
	}
	r->first[AXIS_COUNT] = i;
	return RC_OK;
}

static enum rc
check_text(const char *text, size_t n, const char *name, struct err *e)
{
	long line = 1;

	if (n > RULES_BYTES)
		return err_set(e, RC_LIMIT, "%.80s: more than %d bytes", name, RULES_BYTES);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		line += c == '\n';
		if ((c < ' ' && c != '\n' && c != '\t') || c > 0x7e)
			return err_set(e, RC_INVALID, "%.80s:%ld: only plain ASCII", name, line);
	}
	return RC_OK;
}

static void
note_asked(struct rules *r)
{
	for (size_t i = 0; i < r->n; i++)
		for (size_t n = 0; n < r->rule[i].n; n++) {
			const struct term *t = &r->rule[i].terms[n];

			if (t->kind == TERM_ATTR)
				r->asks[t->which] = true;
			if (t->kind == TERM_TEXT)
				r->asks[ATTR_SERIES_DESC] = r->asks[ATTR_PROTOCOL] = true;
			if (t->kind == TERM_NUMBER && t->which == FACT_TE)
				r->asks[ATTR_TE] = r->asks[ATTR_TE_EFFECTIVE] = true;
		}
}

bool
rules_ask(const struct rules *r, enum attr a)
{
	return r->asks[a];
}

enum rc
rules_parse(const char *text, size_t n, const char *name, struct rules **out, struct err *e)
{
	enum rc rc = check_text(text, n, name, e);
	struct rules *r;

	if (rc != RC_OK)
		return rc;
	r = mem_zero(1, sizeof(*r));
	r->bytes = mem_zero(n + 1, 1);
	memcpy(r->bytes, text, n);
	rc = read_lines(r, name, e);
	if (rc == RC_OK && r->n > 0)
		qsort(r->rule, r->n, sizeof(*r->rule), by_axis);
	if (rc == RC_OK)
		rc = check_ends(r, name, e);
	note_asked(r);
	if (rc == RC_OK)
		*out = r;
	else
		rules_free(r);
	return rc;
}

void
rules_free(struct rules *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->n; i++) {
		for (size_t t = 0; t < r->rule[i].n; t++) {
			free(r->rule[i].terms[t].fact);
			free(r->rule[i].terms[t].wanted);
			free(r->rule[i].terms[t].needle);
		}
		free(r->rule[i].terms);
	}
	free(r->rule);
	free(r->bytes);
	free(r);
}

size_t
rules_count(const struct rules *r)
{
	return r->n;
}

struct rule_info
rules_at(const struct rules *r, size_t i)
{
	return r->rule[i].info;
}
