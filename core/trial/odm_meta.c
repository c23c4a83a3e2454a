/* Metadata of ODM: each version of the study that was used, and what every study has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/ledger/entry.h"
#include "core/trial/odm_out.h"
#include "core/trial/quality.h"

/* ---- names ---- */

bool
odm_is_own(const char *form)
{
	return entry_is_builtin(form) || strcmp(form, ODM_FORM_VERDICT) == 0 ||
		strcmp(form, ODM_FORM_QUESTIONS) == 0;
}

/* The builtin ones too, so that who reads the file can leave them out by their OIDs. */
static const char *
prefix(const char *form)
{
	return entry_is_builtin(form) ? "wr-" : "";
}

void
odm_oid_form(char to[ODM_OID], const char *form)
{
	snprintf(to, ODM_OID, "FO.%s%s", prefix(form), form);
}

bool
odm_repeats(const struct study *s, const char *form)
{
	const struct study_form *f = odm_is_own(form) ? NULL : extract_form(s, form);

	return f == NULL || f->level != STUDY_OF_VISIT || f->double_entry;
}

void
odm_oid_group(char to[ODM_OID], const char *form, const char *group)
{
	if (odm_is_own(form))
		snprintf(to, ODM_OID, "IG.%s%s", prefix(form), form);
	else
		snprintf(to, ODM_OID, "IG.%s.%s", form, group);
}

void
odm_oid_item(char to[ODM_OID], const char *form, const char *field)
{
	snprintf(to, ODM_OID, "IT.%s%s.%s", prefix(form), form, field);
}

void
odm_out_text(struct extract_out *o, const char *element, const char *words)
{
	extract_open(o, element);
	extract_leaf(o, "TranslatedText", words);
	extract_close(o);
}

/* ---- references ---- */

struct refs {
	struct extract_out *o;
	int order;
};

static void
refer(struct refs *r, const char *element, const char *attribute, const char *oid, bool mandatory)
{
	extract_open(r->o, element);
	extract_attribute(r->o, attribute, oid);
	extract_attribute_number(r->o, "OrderNumber", ++r->order);
	extract_attribute(r->o, "Mandatory", mandatory ? "Yes" : "No");
}

static void
refer_form(struct refs *r, const char *form, bool mandatory)
{
	char oid[ODM_OID];

	odm_oid_form(oid, form);
	refer(r, "FormRef", "FormOID", oid, mandatory);
	extract_close(r->o);
}

static const char *const own_forms[] = { ENTRY_HEADER, ENTRY_QUALITY, ENTRY_TAG, ODM_FORM_VERDICT,
	ODM_FORM_QUESTIONS };
static const char *const own_titles[] = { "Values that headers lack or say wrongly",
	"Quality: rating and artifacts", "Tags", "Verdicts of series",
	"Questions about a place and no form" };

static void
refer_own(struct refs *r)
{
	for (size_t i = 0; i < MEM_COUNT(own_forms); i++)
		refer_form(r, own_forms[i], false);
}

/* ---- visits ---- */

static void
open_visit(struct extract_out *o, const char *oid, const char *name, const char *type)
{
	extract_open(o, "StudyEventDef");
	extract_attribute(o, "OID", oid);
	extract_attribute(o, "Name", name);
	extract_attribute(o, "Repeating", "No");
	extract_attribute(o, "Type", type);
}

static void
alias(struct extract_out *o, const char *context, const char *name)
{
	if (name == NULL)
		return;
	extract_open(o, "Alias");
	extract_attribute(o, "Context", context);
	extract_attribute(o, "Name", name);
	extract_close(o);
}

static void
alias_days(struct extract_out *o, const char *context, int days)
{
	char text[24];

	snprintf(text, sizeof(text), "P%dD", days);
	alias(o, context, text);
}

/* ODM 1.3.2 knows no windows: they are told by the names that ODM 2.0 has for them. */
static void
write_visit(struct extract_out *o, const struct study *s, const struct study_visit *v)
{
	struct refs r = { o, 0 };
	char oid[ODM_OID];

	snprintf(oid, sizeof(oid), "SE.%s", v->id);
	open_visit(o, oid, v->title, "Scheduled");
	for (size_t i = 0; i < s->forms; i++)
		if (study_form_is_asked(&s->form[i], v->id))
			refer_form(&r, s->form[i].id, true);
	refer_own(&r);
	if (v->after != NULL) {
		snprintf(oid, sizeof(oid), "SE.%s", v->after);
		alias(o, "wetread:after", oid);
		alias_days(o, "wetread:TimepointTarget", v->day);
		alias_days(o, "wetread:TimepointPreWindow", v->early);
		alias_days(o, "wetread:TimepointPostWindow", v->late);
	}
	extract_close(o);
}

static void
write_visits(struct extract_out *o, const struct study *s)
{
	struct refs r = { o, 0 };
	char oid[ODM_OID];

	extract_open(o, "Protocol");
	for (size_t i = 0; i < s->visits; i++) {
		snprintf(oid, sizeof(oid), "SE.%s", s->visit[i].id);
		refer(&r, "StudyEventRef", "StudyEventOID", oid, true);
		extract_close(o);
	}
	refer(&r, "StudyEventRef", "StudyEventOID", ODM_VISIT_SUBJECT, false);
	extract_close(o);
	refer(&r, "StudyEventRef", "StudyEventOID", ODM_VISIT_NONE, false);
	extract_close(o);
	extract_close(o);
	for (size_t i = 0; i < s->visits; i++)
		write_visit(o, s, &s->visit[i]);
	r.order = 0;
	open_visit(o, ODM_VISIT_SUBJECT, "About the subject, at no visit", "Common");
	refer_own(&r);
	extract_close(o);
	r.order = 0;
	open_visit(o, ODM_VISIT_NONE, "Visit not known", "Unscheduled");
	for (size_t i = 0; i < s->forms; i++)
		refer_form(&r, s->form[i].id, false);
	refer_own(&r);
	extract_close(o);
}

/* ---- forms and groups ---- */

static void
open_form(struct extract_out *o, const char *form, const char *title, bool repeats)
{
	char oid[ODM_OID];

	odm_oid_form(oid, form);
	extract_open(o, "FormDef");
	extract_attribute(o, "OID", oid);
	extract_attribute(o, "Name", title);
	extract_attribute(o, "Repeating", repeats ? "Yes" : "No");
}

static void
refer_group(struct refs *r, const char *form, const char *group, const char *condition)
{
	char oid[ODM_OID];

	odm_oid_group(oid, form, group);
	refer(r, "ItemGroupRef", "ItemGroupOID", oid, condition == NULL);
	extract_attribute(r->o, "CollectionExceptionConditionOID", condition);
	extract_close(r->o);
}

static void
condition_of(char to[ODM_OID], const struct study_form *f, const struct study_group *g,
	const struct study_field *field)
{
	snprintf(to, ODM_OID, "CO.%s.%s%s%s", f->id, g->id, field != NULL ? "." : "",
		field != NULL ? field->id : "");
}

static void
write_forms(struct extract_out *o, const struct study *s)
{
	char oid[ODM_OID];

	for (size_t i = 0; i < s->forms; i++) {
		const struct study_form *f = &s->form[i];
		struct refs r = { o, 0 };

		open_form(o, f->id, f->title, odm_repeats(s, f->id));
		for (size_t g = 0; g < f->groups; g++) {
			condition_of(oid, f, &f->group[g], NULL);
			refer_group(
				&r, f->id, f->group[g].id, f->group[g].skip != NULL ? oid : NULL);
		}
		if (f->checks > 0)
			refer_group(&r, f->id, "wr-checks", NULL);
		extract_close(o);
	}
	for (size_t i = 0; i < MEM_COUNT(own_forms); i++) {
		struct refs r = { o, 0 };

		open_form(o, own_forms[i], own_titles[i], true);
		refer_group(&r, own_forms[i], "", NULL);
		extract_close(o);
	}
}

static void
open_group(struct extract_out *o, const char *form, const char *group, const char *title)
{
	char oid[ODM_OID];

	odm_oid_group(oid, form, group);
	extract_open(o, "ItemGroupDef");
	extract_attribute(o, "OID", oid);
	extract_attribute(o, "Name", title);
	extract_attribute(o, "Repeating", "No");
}

static void
refer_item(
	struct refs *r, const char *form, const char *field, bool mandatory, const char *condition)
{
	char oid[ODM_OID];

	odm_oid_item(oid, form, field);
	refer(r, "ItemRef", "ItemOID", oid, mandatory);
	extract_attribute(r->o, "CollectionExceptionConditionOID", condition);
	extract_close(r->o);
}

static void
write_group(struct extract_out *o, const struct study_form *f, const struct study_group *g)
{
	struct refs r = { o, 0 };
	char condition[ODM_OID];

	open_group(o, f->id, g->id, g->title != NULL ? g->title : g->id);
	for (size_t i = 0; i < g->fields; i++) {
		condition_of(condition, f, g, &g->field[i]);
		refer_item(&r, f->id, g->field[i].id, g->field[i].required,
			g->field[i].skip != NULL ? condition : NULL);
	}
	extract_close(o);
}

static void
write_checks_group(struct extract_out *o, const struct study_form *f)
{
	struct refs r = { o, 0 };
	char field[ENTRY_FIELD];

	if (f->checks == 0)
		return;
	open_group(o, f->id, "wr-checks", "Checks that were kept with a reason");
	for (size_t i = 0; i < f->checks; i++) {
		snprintf(field, sizeof(field), ODM_CHECK "%.100s", f->check[i].id);
		refer_item(&r, f->id, field, false, NULL);
	}
	extract_close(o);
}

static void
write_groups(struct extract *x, const struct study *s)
{
	for (size_t i = 0; i < s->forms; i++) {
		for (size_t g = 0; g < s->form[i].groups; g++)
			write_group(&x->out, &s->form[i], &s->form[i].group[g]);
		write_checks_group(&x->out, &s->form[i]);
	}
	for (size_t i = 0; i < MEM_COUNT(own_forms); i++) {
		struct refs r = { &x->out, 0 };

		open_group(&x->out, own_forms[i], "", own_titles[i]);
		for (size_t b = 0; b < x->builtins; b++)
			if (strcmp(x->builtin[b].form, own_forms[i]) == 0)
				refer_item(&r, own_forms[i], x->builtin[b].field, false, NULL);
		for (size_t k = 0; k < EXTRACT_VERDICT_FIELDS; k++)
			if (strcmp(own_forms[i], ODM_FORM_VERDICT) == 0)
				refer_item(&r, own_forms[i], extract_verdict_fields[k], false, NULL);
		extract_close(&x->out);
	}
}

/* ---- items ---- */

/* The type as ODM calls it, and the length where a file does not say one. */
static const struct {
	const char *name;
	int length;
} types[] = {
	[STUDY_INTEGER] = { "integer", 18 },
	[STUDY_FLOAT] = { "float", 24 },
	[STUDY_TEXT] = { "text", 4000 },
	[STUDY_DATE] = { "date", 0 },
	[STUDY_TIME] = { "time", 0 },
	[STUDY_DATETIME] = { "datetime", 0 },
	[STUDY_BOOLEAN] = { "boolean", 0 },
	[STUDY_PARTIAL_DATE] = { "partialDate", 0 },
	[STUDY_CODE] = { "text", 64 },
};

static void
write_check_value(struct extract_out *o, const json_t *v)
{
	char *text = json_is_string(v) ? mem_string(json_string_value(v))
		: json_is_boolean(v)   ? mem_string(json_is_true(v) ? "true" : "false")
				       : json_dumps(v, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

	extract_leaf(o, "CheckValue", text);
	free(text);
}

static void
write_range(struct extract_out *o, const struct study_range *r)
{
	size_t n = json_is_array(r->given) ? json_array_size(r->given) : 1;

	extract_open(o, "RangeCheck");
	extract_attribute(o, "Comparator", comparator_names[r->comparator]);
	extract_attribute(o, "SoftHard", r->kind == STUDY_HARD ? "Hard" : "Soft");
	for (size_t i = 0; i < n; i++)
		write_check_value(
			o, json_is_array(r->given) ? json_array_get(r->given, i) : r->given);
	if (r->message != NULL)
		odm_out_text(o, "ErrorMessage", r->message);
	extract_close(o);
}

/* Does the condition name the field? */
static bool
names(const char *that, const char *field)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.";
	size_t n = strlen(field);

	for (const char *at = that; (at = strstr(at, field)) != NULL; at++)
		if ((at == that || strchr(letters, at[-1]) == NULL) &&
			(at[n] == '\0' || strchr(letters, at[n]) == NULL))
			return true;
	return false;
}

/* A check across fields stands with the first of them that it names, where none is named with the form's first one. */
static const struct study_field *
bearer(const struct study_form *f, const struct study_check *c)
{
	for (size_t g = 0; g < f->groups; g++)
		for (size_t i = 0; i < f->group[g].fields; i++)
			if (names(c->that, f->group[g].field[i].id))
				return &f->group[g].field[i];
	for (size_t g = 0; g < f->groups; g++)
		if (f->group[g].fields > 0)
			return &f->group[g].field[0];
	return NULL;
}

static void
write_formal(struct extract_out *o, const char *text)
{
	extract_open(o, "FormalExpression");
	extract_attribute(o, "Context", "wetread");
	extract_words(o, text);
	extract_close(o);
}

static void
write_check(struct extract_out *o, const struct study_check *c)
{
	extract_open(o, "RangeCheck");
	extract_attribute(o, "SoftHard", c->kind == STUDY_HARD ? "Hard" : "Soft");
	write_formal(o, c->that);
	odm_out_text(o, "ErrorMessage", c->message);
	extract_close(o);
}

static void
open_item(struct extract_out *o, const char *form, const char *field, const char *type)
{
	char oid[ODM_OID];

	odm_oid_item(oid, form, field);
	extract_open(o, "ItemDef");
	extract_attribute(o, "OID", oid);
	extract_attribute(o, "Name", field);
	extract_attribute(o, "DataType", type);
}

static void
refer_list(struct extract_out *o, const char *prefix, const char *list)
{
	char oid[ODM_OID];

	snprintf(oid, sizeof(oid), "CL.%s%s", prefix, list);
	extract_open(o, "CodeListRef");
	extract_attribute(o, "CodeListOID", oid);
	extract_close(o);
}

static void
write_item(struct extract_out *o, const struct study_form *f, const struct study_field *d)
{
	char unit[ODM_OID];
	int length = d->length > 0 ? d->length : types[d->type].length;

	open_item(o, f->id, d->id, types[d->type].name);
	if (length > 0)
		extract_attribute_number(o, "Length", length);
	if (d->type == STUDY_FLOAT && d->digits >= 0)
		extract_attribute_number(o, "SignificantDigits", d->digits);
	if (d->help != NULL)
		odm_out_text(o, "Description", d->help);
	odm_out_text(o, "Question", d->label);
	if (d->unit != NULL) {
		snprintf(unit, sizeof(unit), "MU.%s", d->unit);
		extract_open(o, "MeasurementUnitRef");
		extract_attribute(o, "MeasurementUnitOID", unit);
		extract_close(o);
	}
	for (size_t i = 0; i < d->ranges; i++)
		write_range(o, &d->range[i]);
	for (size_t i = 0; i < f->checks; i++)
		if (bearer(f, &f->check[i]) == d)
			write_check(o, &f->check[i]);
	if (d->codes != NULL)
		refer_list(o, "", d->codes);
	alias(o, "wetread:header", d->header);
	extract_close(o);
}

static void
write_check_items(struct extract_out *o, const struct study_form *f)
{
	char field[ENTRY_FIELD];

	for (size_t i = 0; i < f->checks; i++) {
		snprintf(field, sizeof(field), ODM_CHECK "%.100s", f->check[i].id);
		open_item(o, f->id, field, "text");
		extract_attribute_number(o, "Length", 8);
		odm_out_text(o, "Question", f->check[i].message);
		extract_close(o);
	}
}

/* KEY:TYPE of a tag says its type. */
static const char *
tag_type(const char *field)
{
	static const char *const known[] = { "integer", "float", "date", "boolean" };
	const char *colon = strrchr(field, ':');

	for (size_t i = 0; colon != NULL && i < MEM_COUNT(known); i++)
		if (strcmp(colon + 1, known[i]) == 0)
			return known[i];
	return "text";
}

static void
write_own_item(struct extract_out *o, const char *form, const char *field)
{
	bool quality = strcmp(form, ENTRY_QUALITY) == 0;
	bool severity = quality && strcmp(field, "rating") != 0;
	const char *type = strcmp(form, ENTRY_TAG) == 0 ? tag_type(field)
		: severity                              ? "integer"
							: "text";

	open_item(o, form, field, type);
	if (strcmp(type, "text") == 0 || strcmp(type, "integer") == 0 || strcmp(type, "float") == 0)
		extract_attribute_number(o, "Length", strcmp(type, "text") == 0 ? 4000 : 24);
	odm_out_text(o, "Question", field);
	if (quality)
		refer_list(o, "wr-", severity ? "severity" : "rating");
	extract_close(o);
}

static void
write_items(struct extract *x, const struct study *s)
{
	for (size_t i = 0; i < s->forms; i++) {
		const struct study_form *f = &s->form[i];

		for (size_t g = 0; g < f->groups; g++)
			for (size_t k = 0; k < f->group[g].fields; k++)
				write_item(&x->out, f, &f->group[g].field[k]);
		write_check_items(&x->out, f);
	}
	for (size_t b = 0; b < x->builtins; b++)
		write_own_item(&x->out, x->builtin[b].form, x->builtin[b].field);
	for (size_t k = 0; k < EXTRACT_VERDICT_FIELDS; k++)
		write_own_item(&x->out, ODM_FORM_VERDICT, extract_verdict_fields[k]);
}

/* ---- lists ---- */

static void
open_list(struct extract_out *o, const char *prefix, const char *list, const char *title,
	const char *type)
{
	char oid[ODM_OID];

	snprintf(oid, sizeof(oid), "CL.%s%s", prefix, list);
	extract_open(o, "CodeList");
	extract_attribute(o, "OID", oid);
	extract_attribute(o, "Name", title != NULL ? title : list);
	extract_attribute(o, "DataType", type);
}

static void
list_item(struct extract_out *o, const char *code, const char *words)
{
	extract_open(o, "CodeListItem");
	extract_attribute(o, "CodedValue", code);
	odm_out_text(o, "Decode", words);
	extract_close(o);
}

/* Of what ODM 1.3.2 has no elements for, the words are in lists, and Flags name them. */
static const struct {
	const char *id, *code[8];
} word_lists[] = {
	{ "flag",
		{ "query-type", "query-state", "query-state-odm2", "query-turn", "form-state",
			"place" } },
	{ "query-type", { "failed-check", "query", "annotation", "reason-for-change" } },
	{ "query-state", { "new", "updated", "resolution-proposed", "closed", "not-applicable" } },
	{ "query-state-odm2",
		{ "Candidate", "Open", "Answered", "Closed", "Cancelled", "Resolved" } },
	{ "query-turn",
		{ "site", "coordinator", "reviewer", "radiologist", "expert", "manager",
			"nobody" } },
	{ "form-state", { "locked", "unlocked" } },
	{ "place", { "on-image" } },
};

static void
write_lists(struct extract_out *o, const struct study *s)
{
	static const char *const number[] = { "0", "1", "2", "3" };
	struct extract_grade grade[10];
	size_t n = extract_grades(s, grade, MEM_COUNT(grade));

	for (size_t i = 0; i < s->lists; i++) {
		open_list(o, "", s->list[i].id, s->list[i].title, "text");
		for (size_t k = 0; k < s->list[i].codes; k++)
			list_item(o, s->list[i].code[k].code, s->list[i].code[k].label);
		extract_close(o);
	}
	open_list(o, "wr-", "rating", s->rating != NULL ? s->rating->title : "Quality", "text");
	for (size_t i = 0; i < n; i++)
		list_item(o, grade[i].code, grade[i].meaning);
	extract_close(o);
	open_list(o, "wr-", "severity", "Severity of an artifact", "integer");
	for (size_t i = 0; i < MEM_COUNT(number); i++)
		list_item(o, number[i], quality_severities[i]);
	extract_close(o);
	for (size_t i = 0; i < MEM_COUNT(word_lists); i++) {
		open_list(o, "wr-", word_lists[i].id, NULL, "text");
		for (int k = 0; k < 8 && word_lists[i].code[k] != NULL; k++)
			list_item(o, word_lists[i].code[k], word_lists[i].code[k]);
		extract_close(o);
	}
}

/* ---- conditions ---- */

static void
write_condition(struct extract_out *o, const char *oid, const char *skip)
{
	extract_open(o, "ConditionDef");
	extract_attribute(o, "OID", oid);
	extract_attribute(o, "Name", oid);
	odm_out_text(o, "Description", skip);
	write_formal(o, skip);
	extract_close(o);
}

static void
write_conditions(struct extract_out *o, const struct study_form *f)
{
	char oid[ODM_OID];

	for (size_t g = 0; g < f->groups; g++) {
		const struct study_group *group = &f->group[g];

		condition_of(oid, f, group, NULL);
		if (group->skip != NULL)
			write_condition(o, oid, group->skip);
		for (size_t i = 0; i < group->fields; i++) {
			condition_of(oid, f, group, &group->field[i]);
			if (group->field[i].skip != NULL)
				write_condition(o, oid, group->field[i].skip);
		}
	}
}

/* ---- the study ---- */

static void
add_unit(const char ***units, size_t *n, const char *unit)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp((*units)[i], unit) == 0)
			return;
	*units = mem_grow(*units, *n + 1, sizeof(**units));
	(*units)[(*n)++] = unit;
}

/* They belong to the study, not to a version. */
static void
write_units(struct extract *x)
{
	const char **units = NULL;
	char oid[ODM_OID];
	size_t n = 0;

	for (size_t v = 0; v < x->versions; v++)
		for (size_t i = 0; i < x->version[v].study->fields; i++)
			if (x->version[v].study->named[i].field->unit != NULL)
				add_unit(&units, &n, x->version[v].study->named[i].field->unit);
	extract_open(&x->out, "BasicDefinitions");
	for (size_t i = 0; i < n; i++) {
		snprintf(oid, sizeof(oid), "MU.%s", units[i]);
		extract_open(&x->out, "MeasurementUnit");
		extract_attribute(&x->out, "OID", oid);
		extract_attribute(&x->out, "Name", units[i]);
		odm_out_text(&x->out, "Symbol", units[i]);
		extract_close(&x->out);
	}
	extract_close(&x->out);
	free(units);
}

static void
write_version(struct extract *x, const struct extract_version *v)
{
	struct extract_out *o = &x->out;
	char oid[ODM_OID], name[40];

	snprintf(oid, sizeof(oid), "MDV.%lld", (long long)v->v.version);
	snprintf(name, sizeof(name), "Version %lld", (long long)v->v.version);
	extract_open(o, "MetaDataVersion");
	extract_attribute(o, "OID", oid);
	extract_attribute(o, "Name", name);
	extract_attribute(o, "Description", v->study->note);
	write_visits(o, v->study);
	write_forms(o, v->study);
	write_groups(x, v->study);
	write_items(x, v->study);
	write_lists(o, v->study);
	for (size_t i = 0; i < v->study->forms; i++)
		write_conditions(o, &v->study->form[i]);
	extract_close(o);
}

void
odm_meta(struct extract *x)
{
	const struct study *s = extract_last(x)->study;
	char oid[ODM_OID];

	snprintf(oid, sizeof(oid), "ST.%s", s->id);
	extract_open(&x->out, "Study");
	extract_attribute(&x->out, "OID", oid);
	extract_open(&x->out, "GlobalVariables");
	extract_leaf(&x->out, "StudyName", s->id);
	extract_leaf(&x->out, "StudyDescription", s->title);
	extract_leaf(&x->out, "ProtocolName", s->id);
	extract_close(&x->out);
	write_units(x);
	for (size_t v = 0; v < x->versions; v++)
		write_version(x, &x->version[v]);
	extract_close(&x->out);
}
