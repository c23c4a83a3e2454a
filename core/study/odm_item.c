/* ItemDef of ODM as a field, with its list and ranges. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/study/odm_in.h"

enum { LISTS = 500, RANGES = 20 }; /* of a study, of a field: one more is refused */

static bool
read_type(struct odm *o, const struct xml_node *item, enum study_type *out)
{
	static const struct {
		const char *name;
		enum study_type type;
	} types[] = {
		{ "integer", STUDY_INTEGER },
		{ "float", STUDY_FLOAT },
		{ "double", STUDY_FLOAT },
		{ "text", STUDY_TEXT },
		{ "string", STUDY_TEXT },
		{ "date", STUDY_DATE },
		{ "time", STUDY_TIME },
		{ "datetime", STUDY_DATETIME },
		{ "boolean", STUDY_BOOLEAN },
		{ "partialDate", STUDY_PARTIAL_DATE },
	};
	const char *name = odm_attribute(o, item, "DataType", true);

	for (size_t i = 0; i < MEM_COUNT(types); i++)
		if (strcmp(types[i].name, name) == 0) {
			*out = types[i].type;
			return true;
		}
	if (*name != '\0')
		ODM_WRONG(o, item, odm_attribute(o, item, "OID", false),
			"items of DataType '%.40s' are not supported", name);
	return false;
}

/* A whole number of an attribute, where it is there. */
static void
put_size(struct odm *o, const struct xml_node *item, const char *attribute, json_t *j,
	const char *key)
{
	const char *text = odm_attribute(o, item, attribute, false);
	long v;

	if (*text == '\0')
		return;
	if (str_int(text, 0, 1000000, &v))
		json_object_set_new(j, key, json_integer(v));
	else
		ODM_WRONG(o, item, odm_attribute(o, item, "OID", false),
			"%s '%.40s' is no whole number", attribute, text);
}

/* ---- lists ---- */

static void
put_codes(struct odm *o, const struct xml_node *list, json_t *codes, const char *element, bool words)
{
	for (const struct xml_node *n = xml_child(list, element); n != NULL; n = xml_next(n)) {
		const char *code = odm_attribute(o, n, "CodedValue", true),
			   *label = words ? odm_words(o, n, "Decode") : code;
		json_t *one = draft_add(&o->d, codes, NULL, n->line);

		draft_word(&o->d, one, "code", code);
		draft_text(&o->d, one, "label", *label != '\0' ? label : code);
	}
}

static bool
has_list(const struct odm *o, const char *id)
{
	json_t *list;
	size_t i;

	if (json_array_size(o->d.lists) > LISTS)
		return true; /* too many already, which is told */
	json_array_foreach(o->d.lists, i, list)
	{
		if (strcmp(json_string_value(json_object_get(list, "id")), id) == 0)
			return true;
	}
	return false;
}

/* The list is made with the first field that has it. */
static void
put_list(struct odm *o, const struct xml_node *ref, json_t *j)
{
	const struct xml_node *list = odm_find(o, ref, "CodeList", "CodeListOID");
	char id[ODM_NAME];
	json_t *made;

	if (list == NULL)
		return;
	odm_id(id, odm_attribute(o, list, "OID", false), NULL);
	draft_word(&o->d, j, "codes", id);
	if (has_list(o, id))
		return;
	if (xml_child(list, "ExternalCodeList") != NULL)
		ODM_WRONG(o, list, id, "code lists that lie elsewhere are not supported");
	made = draft_add(&o->d, o->d.lists, id, list->line);
	draft_text(&o->d, made, "title", odm_attribute(o, list, "Name", false));
	put_codes(o, list, draft_array(made, "codes"), "CodeListItem", true);
	put_codes(o, list, draft_array(made, "codes"), "EnumeratedItem", false);
}

/* ---- units ---- */

static void
put_unit(struct odm *o, const struct xml_node *item, json_t *j)
{
	const struct xml_node *ref = xml_child(item, "MeasurementUnitRef"), *unit;
	const char *symbol;

	if (ref == NULL)
		return;
	if (xml_next(ref) != NULL) {
		ODM_WRONG(o, xml_next(ref), odm_attribute(o, item, "OID", false),
			"more than one unit is not supported");
		return;
	}
	unit = odm_find(o, ref, "MeasurementUnit", "MeasurementUnitOID");
	if (unit == NULL)
		return;
	symbol = odm_words(o, unit, "Symbol");
	draft_text(
		&o->d, j, "unit", *symbol != '\0' ? symbol : odm_attribute(o, unit, "Name", true));
}

/* ---- ranges ---- */

/* A CheckValue as a value of the type; NULL, told, where it is none. */
static json_t *
check_value(struct odm *o, const struct xml_node *n, enum study_type type, const char *id)
{
	enum value_type kind = study_value_type(type);
	const char *text = xml_text(n);
	double v;

	if (kind == VALUE_TRUTH && strspn(text, "01") == 1 && text[1] == '\0')
		return json_boolean(text[0] == '1');
	if (kind == VALUE_TRUTH && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
		return json_boolean(text[0] == 't');
	if (kind != VALUE_TRUTH && kind != VALUE_NUMBER)
		return json_string(text);
	if (kind == VALUE_NUMBER && str_double(text, &v))
		return v == (double)(json_int_t)v ? json_integer((json_int_t)v) : json_real(v);
	ODM_WRONG(o, n, id, "'%.40s' is no value of type %s", text, study_types[type]);
	return NULL;
}

static json_t *
check_values(struct odm *o, const struct xml_node *check, enum study_type type, const char *id)
{
	bool many = odm_is(check, "Comparator", "IN") || odm_is(check, "Comparator", "NOTIN");
	json_t *all = json_array(), *one;

	for (const struct xml_node *n = xml_child(check, "CheckValue");
		n != NULL && json_array_size(all) <= STUDY_LIST; n = xml_next(n)) {
		one = check_value(o, n, type, id);
		if (one != NULL)
			json_array_append_new(all, one);
	}
	if (many || json_array_size(all) != 1)
		return all; /* what is wrong with it, the reader of study files says */
	one = json_incref(json_array_get(all, 0));
	json_decref(all);
	return one;
}

/* A condition instead of a comparator: a check of the form. */
static void
put_check(struct odm *o, const struct xml_node *check, const struct odm_place *at, const char *id)
{
	const char *that = odm_expression(check), *words = odm_words(o, check, "ErrorMessage");
	json_t *checks = draft_array(at->form, "checks"), *j;
	char *name;

	if (that == NULL) {
		ODM_WRONG(o, check, id,
			"a check without Comparator needs a FormalExpression of "
			"Context 'wetread'");
		return;
	}
	name = mem_format("%.50s_%zu", id, json_array_size(checks) + 1);
	j = draft_add(&o->d, checks, name, check->line);
	draft_word(&o->d, j, "that", that);
	draft_word(&o->d, j, "kind", odm_is(check, "SoftHard", "Hard") ? "hard" : "soft");
	draft_text(&o->d, j, "message", *words != '\0' ? words : that);
	free(name);
}

static void
put_range(struct odm *o, const struct xml_node *check, enum study_type type,
	const struct odm_place *at, json_t *field)
{
	const char *id = json_string_value(json_object_get(field, "id")), *comparator, *words;
	bool hard = odm_is(check, "SoftHard", "Hard");
	json_t *j;

	if (!hard && !odm_is(check, "SoftHard", "Soft"))
		ODM_WRONG(o, check, id, "SoftHard must be Soft or Hard");
	if (xml_child(check, "MeasurementUnitRef") != NULL &&
		!odm_is(xml_child(check, "MeasurementUnitRef"), "MeasurementUnitOID",
			xml_child(check->parent, "MeasurementUnitRef") != NULL
				? odm_attribute(o, xml_child(check->parent, "MeasurementUnitRef"),
					  "MeasurementUnitOID", false)
				: ""))
		ODM_WRONG(o, check, id, "a check in another unit than the item's is not supported");
	comparator = odm_attribute(o, check, "Comparator", false);
	if (*comparator == '\0') {
		put_check(o, check, at, id);
		return;
	}
	words = odm_words(o, check, "ErrorMessage");
	j = draft_add(&o->d, draft_array(field, "ranges"), NULL, check->line);
	draft_word(&o->d, j, "comparator", comparator);
	json_object_set_new(j, "value", check_values(o, check, type, id));
	draft_word(&o->d, j, "kind", hard ? "hard" : "soft");
	draft_text(&o->d, j, "message", words);
}

/* ---- items ---- */

static void
put_kind(struct odm *o, const struct xml_node *item, enum study_type type, json_t *j)
{
	draft_word(&o->d, j, "type", study_types[type]);
	if (type == STUDY_CODE)
		put_list(o, xml_child(item, "CodeListRef"), j);
	if (type == STUDY_TEXT)
		put_size(o, item, "Length", j, "length");
	if (type == STUDY_FLOAT)
		put_size(o, item, "SignificantDigits", j, "digits");
	put_unit(o, item, j);
}

void
odm_item(struct odm *o, const struct xml_node *ref, const struct odm_place *at)
{
	const struct xml_node *item = odm_find(o, ref, "ItemDef", "ItemOID");
	enum study_type type = STUDY_TEXT;
	const char *label;
	int ranges = 0;
	char id[ODM_NAME];
	json_t *j;

	if (item == NULL || draft_full(&o->d))
		return;
	odm_id(id, odm_attribute(o, item, "OID", false), at);
	if (!read_type(o, item, &type))
		return;
	if (xml_attribute(ref, "MethodOID") != NULL)
		ODM_WRONG(o, ref, id, "values that are worked out (MethodOID) are not supported");
	if (xml_child(item, "CodeListRef") != NULL)
		type = STUDY_CODE;
	j = draft_add(&o->d, draft_array(at->group, "fields"), id, item->line);
	label = odm_words(o, item, "Question");
	draft_text(&o->d, j, "label", *label != '\0' ? label : odm_attribute(o, item, "Name", true));
	put_kind(o, item, type, j);
	if (odm_is(ref, "Mandatory", "Yes"))
		json_object_set_new(j, "required", json_true());
	odm_skip(o, ref, j);
	for (const struct xml_node *n = xml_child(item, "RangeCheck");
		n != NULL && ranges <= RANGES; n = xml_next(n), ranges++)
		put_range(o, n, type, at, j);
}
