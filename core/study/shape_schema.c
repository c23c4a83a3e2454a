/* The tables as JSON Schema, so that what is published is what is read. */
#include "core/study/shape.h"

static json_t *shape_object(const struct shape *s);

static json_t *
words(const char *const *w)
{
	json_t *all = json_array();

	for (; *w != NULL; w++)
		json_array_append_new(all, json_string(*w));
	return json_pack("{s:o}", "enum", all);
}

static json_t *
text(const struct shape_key *k)
{
	json_t *j = json_pack("{s:s, s:i, s:i}", "type", "string", "minLength", (int)k->least,
		"maxLength", (int)k->most);

	if (k->kind == SHAPE_ID)
		json_object_set_new(j, "pattern", json_string("^[A-Za-z][A-Za-z0-9_]{0,63}$"));
	return j;
}

static json_t *
number(const struct shape_key *k)
{
	bool whole = k->kind == SHAPE_INTEGER;

	return json_pack("{s:s, s:o, s:o}", "type", whole ? "integer" : "number", "minimum",
		whole ? json_integer((json_int_t)k->least) : json_real(k->least), "maximum",
		whole ? json_integer((json_int_t)k->most) : json_real(k->most));
}

static json_t *
list(const struct shape_key *k, json_t *items)
{
	return json_pack("{s:s, s:i, s:i, s:o}", "type", "array", "minItems", (int)k->least,
		"maxItems", (int)k->most, "items", items);
}

static json_t *
key_schema(const struct shape_key *k)
{
	switch (k->kind) {
	case SHAPE_TEXT:
	case SHAPE_ID:
	case SHAPE_RULE:
		return text(k);
	case SHAPE_WORD:
		return words(k->words);
	case SHAPE_INTEGER:
	case SHAPE_NUMBER:
		return number(k);
	case SHAPE_FLAG:
		return json_pack("{s:s}", "type", "boolean");
	case SHAPE_SPAN:
		return json_pack("{s:s, s:i, s:i, s:{s:s}}", "type", "array", "minItems", 2,
			"maxItems", 2, "items", "type", "number");
	case SHAPE_VALUE:
		return json_pack("{s:[s,s,s,s]}", "type", "number", "string", "boolean", "array");
	case SHAPE_TEXTS:
		return list(k,
			json_pack("{s:s, s:i, s:i}", "type", "string", "minLength", 1, "maxLength",
				64));
	case SHAPE_MAP:
		return json_pack("{s:s, s:i, s:{s:s, s:i, s:i}}", "type", "object", "maxProperties",
			(int)k->most, "additionalProperties", "type", "string", "minLength", 1,
			"maxLength", 64);
	case SHAPE_OBJECT:
		return shape_object(k->of);
	default:
		return list(k, shape_object(k->of));
	}
}

static json_t *
shape_object(const struct shape *s)
{
	json_t *keys = json_object(), *required = json_array(), *j;

	for (const struct shape_key *k = s->keys; k->name != NULL; k++) {
		json_t *one = key_schema(k);

		json_object_set_new(one, "description", json_string(k->help));
		json_object_set_new(keys, k->name, one);
		if (k->required)
			json_array_append_new(required, json_string(k->name));
	}
	j = json_pack("{s:s, s:o, s:{s:{}}, s:b}", "type", "object", "properties", keys,
		"patternProperties", "^_", "additionalProperties", 0);
	if (json_array_size(required) > 0)
		json_object_set_new(j, "required", required);
	else
		json_decref(required);
	return j;
}

json_t *
shape_schema(const struct shape *s, const char *title)
{
	json_t *j = json_pack("{s:s, s:s}", "$schema",
		"https://json-schema.org/draft/2020-12/schema", "title", title);
	json_t *rest = shape_object(s);

	json_object_update(j, rest);
	json_decref(rest);
	return j;
}
