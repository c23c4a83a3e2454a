/* Exports as tables: a row a value, a row a place, and the data dictionary. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/ledger/catalog.h"
#include "core/ledger/entry.h"
#include "core/trial/extract_in.h"
#include "core/trial/quality.h"

static void
head(struct extract_out *o, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		extract_cell(o, names[i]);
}

static const char *const where[] = { "study", "site", "subject", "visit", "exam", "series",
	"place" };

static void
write_where(struct extract_out *o, const struct extract_place *p)
{
	char exam[24] = "", series[24] = "";

	if (p->of.exam != 0)
		snprintf(exam, sizeof(exam), "E-%lld", (long long)p->of.exam);
	if (p->of.series != 0)
		catalog_series_name(p->of.series, series);
	extract_cell(o, p->of.trial);
	extract_cell(o, p->of.site);
	extract_cell(o, p->of.subject);
	extract_cell(o, p->of.visit);
	extract_cell(o, exam);
	extract_cell(o, series);
	extract_cell(o, p->name);
}

/* ---- a row a value ---- */

static const char *const long_columns[] = { "form", "field", "label", "value", "unit", "code_label",
	"pass", "counts", "entered_by", "at", "reason", "spot", "version", "signed_by", "signed_at",
	"meaning", "locked" };

static void
write_signature(struct extract_out *o, const struct extract_step *s)
{
	extract_cell(o, s != NULL ? s->name : "");
	extract_cell(o, s != NULL ? s->when : "");
	extract_cell(o, s != NULL ? s->meaning : "");
}

static void
write_reason(struct extract_out *o, const struct extract_value *v)
{
	char *text = mem_format(
		"%s%s%s", v->reason, v->reason[0] != '\0' && v->why[0] != '\0' ? "; " : "", v->why);

	extract_cell(o, text);
	free(text);
}

static void
write_value(struct extract *x, const struct extract_case *c, const struct extract_value *v)
{
	const struct extract_version *version = extract_version_of(x, v->version);
	const struct study_named *f = extract_field(version, v->form, v->field);
	struct extract_out *o = &x->out;
	char at[CLOCK_TEXT + 8];

	extract_time(v->at, at);
	write_where(o, c->place);
	extract_cell(o, v->form);
	extract_cell(o, v->field);
	extract_cell(o, f != NULL ? f->field->label : v->field);
	extract_cell(o, v->value);
	extract_cell(o, f != NULL && f->field->unit != NULL ? f->field->unit : "");
	extract_cell(o, extract_code_label(version, v->form, v->field, v->value));
	extract_cell_number(o, v->pass);
	extract_cell(o, v->counts ? "yes" : "no");
	extract_cell(o, v->account);
	extract_cell(o, at);
	write_reason(o, v);
	extract_cell(o, v->spot);
	extract_cell_number(o, version->v.version);
	write_signature(o, extract_signature(c, v->form, v->pass));
	extract_cell(o, extract_locked(c, v->form) ? "yes" : "no");
	extract_row_end(o);
}

static void
write_verdict_field(struct extract *x, const struct extract_case *c,
	const struct extract_decision *d, const char *field, const char *value)
{
	struct extract_out *o = &x->out;
	char at[CLOCK_TEXT + 8];

	extract_time(d->d.at, at);
	write_where(o, c->place);
	extract_cell(o, EXTRACT_VERDICT);
	extract_cell(o, field);
	extract_cell(o, field);
	extract_cell(o, value);
	extract_cell(o, "");
	extract_cell(o, "");
	extract_cell_number(o, d->d.reading);
	extract_cell(o, strcmp(d->d.state, "valid") == 0 ? "yes" : "no");
	extract_cell(o, d->d.account);
	extract_cell(o, at);
	extract_cell(o, d->d.correction);
	extract_cell(o, "");
	extract_cell_number(o, extract_last(x)->v.version);
	extract_cell(o, d->d.name);
	extract_cell(o, d->d.when);
	extract_cell(o, d->d.meaning);
	extract_cell(o, "no");
	extract_row_end(o);
}

static enum rc
long_case(struct extract *x, const struct extract_case *c, void *ctx, struct err *e)
{
	const char *value[EXTRACT_VERDICT_FIELDS];
	char text[2][24];

	(void)ctx, (void)e;
	for (size_t i = 0; i < c->values; i++)
		if (c->value[i].stands && c->value[i].value[0] != '\0')
			write_value(x, c, &c->value[i]);
	for (size_t i = 0; i < c->decisions; i++) {
		extract_verdict(&c->decision[i].d, value, text);
		for (int k = 0; k < EXTRACT_VERDICT_FIELDS; k++)
			if (value[k][0] != '\0')
				write_verdict_field(
					x, c, &c->decision[i], extract_verdict_fields[k], value[k]);
	}
	return RC_OK;
}

enum rc
extract_long(struct extract *x, struct err *e)
{
	head(&x->out, where, MEM_COUNT(where));
	head(&x->out, long_columns, MEM_COUNT(long_columns));
	extract_row_end(&x->out);
	return extract_each(x, false, long_case, NULL, e);
}

/* ---- a row a place ---- */

/* A column: FORM.FIELD, first those of the last version in its order, then those of builtin forms. */
struct column {
	const char *form, *field;
};
struct columns {
	struct column *list;
	size_t n;
};

static void
add_column(struct columns *c, const char *form, const char *field)
{
	if (c->n % 64 == 0)
		c->list = mem_grow(c->list, c->n + 64, sizeof(*c->list));
	c->list[c->n++] = (struct column){ form, field };
}

static void
find_columns(const struct extract *x, struct columns *c)
{
	const struct study *s = extract_last(x)->study;

	for (size_t f = 0; f < s->forms; f++)
		for (size_t g = 0; g < s->form[f].groups; g++)
			for (size_t i = 0; i < s->form[f].group[g].fields; i++)
				add_column(c, s->form[f].id, s->form[f].group[g].field[i].id);
	for (size_t i = 0; i < x->builtins; i++)
		add_column(c, x->builtin[i].form, x->builtin[i].field);
	for (size_t i = 0; i < EXTRACT_VERDICT_FIELDS && x->want->decisions; i++)
		add_column(c, EXTRACT_VERDICT, extract_verdict_fields[i]);
}

/* The verdict that stands; of several steps the last one. */
static const struct extract_decision *
standing_verdict(const struct extract_case *c)
{
	const struct extract_decision *last = NULL;

	for (size_t i = 0; i < c->decisions; i++)
		if (strcmp(c->decision[i].d.state, "valid") == 0)
			last = &c->decision[i];
	return last;
}

static const char *
cell_of(const struct extract_case *c, const struct column *at, const char *const *verdict)
{
	for (size_t i = 0; i < c->values; i++)
		if (c->value[i].counts && strcmp(c->value[i].form, at->form) == 0 &&
			strcmp(c->value[i].field, at->field) == 0)
			return c->value[i].value;
	for (size_t i = 0; verdict != NULL && i < EXTRACT_VERDICT_FIELDS; i++)
		if (strcmp(at->form, EXTRACT_VERDICT) == 0 &&
			strcmp(at->field, extract_verdict_fields[i]) == 0)
			return verdict[i];
	return "";
}

static bool
has_something(const struct extract_case *c)
{
	for (size_t i = 0; i < c->values; i++)
		if (c->value[i].counts && c->value[i].value[0] != '\0')
			return true;
	return standing_verdict(c) != NULL;
}

static enum rc
wide_case(struct extract *x, const struct extract_case *c, void *ctx, struct err *e)
{
	const struct columns *columns = ctx;
	const struct extract_decision *d = standing_verdict(c);
	const char *value[EXTRACT_VERDICT_FIELDS];
	char text[2][24];

	(void)e;
	if (!has_something(c))
		return RC_OK;
	if (d != NULL)
		extract_verdict(&d->d, value, text);
	write_where(&x->out, c->place);
	for (size_t i = 0; i < columns->n; i++)
		extract_cell(&x->out, cell_of(c, &columns->list[i], d != NULL ? value : NULL));
	extract_row_end(&x->out);
	return RC_OK;
}

enum rc
extract_wide(struct extract *x, struct err *e)
{
	struct columns columns = { 0 };
	enum rc rc;

	find_columns(x, &columns);
	head(&x->out, where, MEM_COUNT(where));
	for (size_t i = 0; i < columns.n; i++) {
		char *name = mem_format("%s.%s", columns.list[i].form, columns.list[i].field);

		extract_cell(&x->out, name);
		free(name);
	}
	extract_row_end(&x->out);
	rc = extract_each(x, false, wide_case, &columns, e);
	free(columns.list);
	return rc;
}

/* ---- the dictionary ---- */

static const char *const dictionary_columns[] = { "name", "form", "group", "label", "type", "unit",
	"length", "digits", "codes", "ranges", "required", "skip", "header", "help", "version" };

static void
put_codes(struct buf *b, const struct study_codes *list)
{
	for (size_t i = 0; list != NULL && i < list->codes; i++)
		buf_format(
			b, "%s%s, %s", i > 0 ? " | " : "", list->code[i].code, list->code[i].label);
}

static void
put_ranges(struct buf *b, const struct study_field *d)
{
	for (size_t i = 0; i < d->ranges; i++) {
		const struct study_range *r = &d->range[i];
		char *value = json_dumps(
			r->given, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));

		buf_format(b, "%s%s %s %s", i > 0 ? " | " : "", study_kinds[r->kind],
			comparator_names[r->comparator], value);
		free(value);
	}
}

static void
cell_or_empty(struct extract_out *o, const char *text)
{
	extract_cell(o, text != NULL ? text : "");
}

static void
cell_take(struct extract_out *o, struct buf *b)
{
	char *text = buf_take(b);

	extract_cell(o, text);
	free(text);
}

static void
cell_size(struct extract_out *o, bool there, int size)
{
	if (there)
		extract_cell_number(o, size);
	else
		extract_cell(o, "");
}

static void
name_cells(struct extract_out *o, const char *form, const char *group, const char *field)
{
	char *name = mem_format("%s.%s", form, field);

	extract_cell(o, name);
	extract_cell(o, form);
	extract_cell(o, group);
	free(name);
}

static void
dictionary_row(struct extract *x, const struct study_form *f, const struct study_group *g,
	const struct study_field *d)
{
	struct extract_out *o = &x->out;
	struct buf b = { 0 };

	name_cells(o, f->id, g->id, d->id);
	extract_cell(o, d->label);
	extract_cell(o, study_types[d->type]);
	cell_or_empty(o, d->unit);
	cell_size(o, d->length > 0, d->length);
	cell_size(o, d->digits >= 0, d->digits);
	put_codes(&b, d->list);
	cell_take(o, &b);
	put_ranges(&b, d);
	cell_take(o, &b);
	extract_cell(o, d->required ? "yes" : "no");
	cell_or_empty(o, d->skip != NULL ? d->skip : g->skip);
	cell_or_empty(o, d->header);
	cell_or_empty(o, d->help);
	extract_cell_number(o, extract_last(x)->v.version);
	extract_row_end(o);
}

static void
put_own_codes(struct buf *b, const struct study *s, const struct extract_builtin *f)
{
	struct extract_grade g[10];
	size_t n = extract_grades(s, g, MEM_COUNT(g));

	if (strcmp(f->form, ENTRY_QUALITY) != 0)
		return;
	if (strcmp(f->field, "rating") == 0)
		for (size_t i = 0; i < n; i++)
			buf_format(b, "%s%s, %s", i > 0 ? " | " : "", g[i].code, g[i].meaning);
	else
		for (int i = 0; i < 4; i++)
			buf_format(b, "%s%d, %s", i > 0 ? " | " : "", i, quality_severities[i]);
}

static void
own_row(struct extract *x, const struct extract_builtin *f)
{
	struct extract_out *o = &x->out;
	struct buf b = { 0 };
	bool quality = strcmp(f->form, ENTRY_QUALITY) == 0;

	name_cells(o, f->form, "", f->field);
	extract_cell(o, f->field);
	extract_cell(o, quality ? "code" : "text");
	for (int i = 0; i < 3; i++)
		extract_cell(o, "");
	put_own_codes(&b, extract_last(x)->study, f);
	cell_take(o, &b);
	extract_cell(o, "");
	extract_cell(o, "no");
	for (int i = 0; i < 3; i++)
		extract_cell(o, "");
	extract_cell_number(o, extract_last(x)->v.version);
	extract_row_end(o);
}

void
extract_table_dictionary(struct extract *x)
{
	const struct study *s = extract_last(x)->study;

	head(&x->out, dictionary_columns, MEM_COUNT(dictionary_columns));
	extract_row_end(&x->out);
	for (size_t f = 0; f < s->forms; f++)
		for (size_t g = 0; g < s->form[f].groups; g++)
			for (size_t i = 0; i < s->form[f].group[g].fields; i++)
				dictionary_row(x, &s->form[f], &s->form[f].group[g],
					&s->form[f].group[g].field[i]);
	for (size_t i = 0; i < x->builtins; i++)
		own_row(x, &x->builtin[i]);
}
