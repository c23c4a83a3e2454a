/* Reading by tables.  No state; any thread. */
#include "core/study/shape.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

/* A key in hand. */
struct reading {
	const struct shape_key *k;
	const struct outline *o;
	uint32_t at;
	json_t *json;
	void *to;
	struct mistakes *m;
};

#define REFUSE(r, ...) mistakes_add((r)->m, (r)->o, (r)->at, __VA_ARGS__)

static void *
field(void *base, size_t at)
{
	return (char *)base + at;
}

bool
shape_id_valid(const char *s)
{
	size_t n = strlen(s);

	if (n < 1 || n > 64 || !isalpha((unsigned char)*s))
		return false;
	for (; *s != '\0'; s++)
		if (!isalnum((unsigned char)*s) && *s != '_')
			return false;
	return true;
}

/* Nothing that could not be shown on a terminal. */
static bool
clean(const char *s)
{
	char *copy = mem_string(s);
	bool same;

	str_clean(copy);
	same = strcmp(copy, s) == 0;
	free(copy);
	return same;
}

static const char *
text_of(struct reading *r)
{
	const char *s = json_string_value(r->json);
	size_t n = s != NULL ? str_characters(s) : 0;

	if (s == NULL)
		REFUSE(r, "must be text in quotes");
	else if (!clean(s))
		REFUSE(r, "holds a control or an invisible character (a line break, a tab, ...)");
	else if (n > (size_t)r->k->most)
		REFUSE(r, "has %zu characters, %.0f are allowed", n, r->k->most);
	else if (n < (size_t)r->k->least)
		REFUSE(r, "is empty");
	else
		return s;
	return NULL;
}

static void
read_text(struct reading *r)
{
	const char *s = text_of(r);

	if (s != NULL && r->k->kind == SHAPE_ID && !shape_id_valid(s))
		REFUSE(r,
			"'%.60s' cannot be an id: 1 to 64 letters, digits and _, beginning with a "
			"letter",
			s);
	else if (s != NULL)
		*(const char **)r->to = s;
}

static void
list_words(const char *const *words, char *to, size_t size)
{
	size_t used = 0;

	*to = '\0';
	for (; *words != NULL && used + 40 < size; words++)
		used += (size_t)snprintf(
			to + used, size - used, "%s%.36s", used > 0 ? ", " : "", *words);
	if (*words != NULL)
		str_copy(to + used, size - used, ", ...");
}

static void
read_word(struct reading *r)
{
	const char *s = json_string_value(r->json), *near;
	char all[200];

	for (int i = 0; s != NULL && r->k->words[i] != NULL; i++)
		if (strcmp(r->k->words[i], s) == 0) {
			*(int *)r->to = i;
			return;
		}
	list_words(r->k->words, all, sizeof(all));
	near = s != NULL ? mistake_nearest(s, r->k->words) : NULL;
	if (s == NULL)
		REFUSE(r, "must be one of the words %s", all);
	else if (near != NULL)
		REFUSE(r, "'%.40s' is unknown; is '%s' meant?  There are %s", s, near, all);
	else
		REFUSE(r, "'%.40s' is unknown; there are %s", s, all);
}

static bool
within(struct reading *r, double v)
{
	if (v >= r->k->least && v <= r->k->most)
		return true;
	REFUSE(r, "is %.6g; from %.6g to %.6g is allowed", v, r->k->least, r->k->most);
	return false;
}

static void
read_number(struct reading *r)
{
	bool whole = r->k->kind == SHAPE_INTEGER;
	double v = json_number_value(r->json);

	if (!json_is_number(r->json) || (whole && !json_is_integer(r->json))) {
		REFUSE(r, "must be a %snumber, without quotes", whole ? "whole " : "");
		return;
	}
	if (!within(r, v))
		return;
	if (whole)
		*(int *)r->to = (int)v;
	else
		*(double *)r->to = v;
}

static void
read_flag(struct reading *r)
{
	if (json_is_boolean(r->json))
		*(bool *)r->to = json_is_true(r->json);
	else
		REFUSE(r, "must be true or false, without quotes");
}

static void
read_span(struct reading *r)
{
	json_t *low = json_array_get(r->json, 0), *high = json_array_get(r->json, 1);
	struct shape_span *s = r->to;

	if (json_array_size(r->json) != 2 || !json_is_number(low) || !json_is_number(high)) {
		REFUSE(r, "must be two numbers: [lowest, highest]");
		return;
	}
	s->low = json_number_value(low);
	s->high = json_number_value(high);
	s->given = s->low <= s->high;
	if (!s->given)
		REFUSE(r, "the lowest, %.6g, is above the highest, %.6g", s->low, s->high);
}

/* What it means depends on the field: core/study/check_field.c. */
static void
read_value(struct reading *r)
{
	if (json_is_object(r->json) || json_is_null(r->json))
		REFUSE(r, "must be a number, text, true or false, or an array of them");
	else
		*(json_t **)r->to = r->json;
}

static bool
countable(struct reading *r, size_t n)
{
	if (!json_is_array(r->json))
		REFUSE(r, "must be an array: [ ... ]");
	else if (n < (size_t)r->k->least)
		REFUSE(r, "is empty; at least %.0f is needed", r->k->least);
	else if (n > (size_t)r->k->most)
		REFUSE(r, "holds %zu, at most %.0f are allowed", n, r->k->most);
	else
		return true;
	return false;
}

static bool
repeated(const char *const *texts, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(texts[i], s) == 0)
			return true;
	return false;
}

static void
read_texts(struct reading *r, size_t *count)
{
	size_t n = json_array_size(r->json);
	struct shape_key one = *r->k;
	struct reading each = *r;
	const char **texts;

	if (!countable(r, n) || n == 0)
		return;
	one.least = 1;
	one.most = 64;
	each.k = &one;
	texts = mem_zero(n, sizeof(*texts));
	for (each.at = r->at + 1; each.at < r->o->node[r->at].next;
		each.at = r->o->node[each.at].next) {
		const char *s;

		each.json = r->o->node[each.at].json;
		s = text_of(&each);
		if (s != NULL && repeated(texts, *count, s))
			REFUSE(&each, "stands here twice");
		else if (s != NULL)
			texts[(*count)++] = s;
	}
	*(const char ***)r->to = texts;
}

static void
read_map(struct reading *r, size_t *count)
{
	static const struct shape_key word = { .least = 1, .most = 64 };
	struct reading each = *r;
	size_t n = json_object_size(r->json);
	struct shape_pair *all;

	if (!json_is_object(r->json) || n > (size_t)r->k->most) {
		REFUSE(r, "must be an object of at most %.0f texts: { \"from\": \"to\", ... }",
			r->k->most);
		return;
	}
	each.k = &word;
	*(void **)r->to = all = mem_zero(n + 1, sizeof(*all));
	for (each.at = r->at + 1; each.at < r->o->node[r->at].next;
		each.at = r->o->node[each.at].next) {
		struct shape_pair *p = &all[*count];

		each.json = r->o->node[each.at].json;
		*p = (struct shape_pair){ each.at, r->o->node[each.at].key, text_of(&each) };
		*count += p->to != NULL;
	}
}

static void
read_object(struct reading *r)
{
	if (!json_is_object(r->json)) {
		REFUSE(r, "must be an object: { ... }");
		return;
	}
	*(void **)r->to = mem_zero(1, r->k->of->size);
	shape_read(r->k->of, r->o, r->at, *(void **)r->to, r->m);
}

static void
read_list(struct reading *r, size_t *count)
{
	size_t n = json_array_size(r->json), size = r->k->of->size;
	char *all;

	if (!countable(r, n) || n == 0)
		return;
	*(void **)r->to = all = mem_zero(n, size);
	for (uint32_t i = r->at + 1; i < r->o->node[r->at].next; i = r->o->node[i].next) {
		if (!json_is_object(r->o->node[i].json))
			mistakes_add(r->m, r->o, i, "must be an object: { ... }");
		else
			shape_read(r->k->of, r->o, i, all + size * (*count)++, r->m);
	}
}

static void
read_key(struct reading *r, size_t *count)
{
	static void (*const plain[])(struct reading *) = {
		[SHAPE_TEXT] = read_text,
		[SHAPE_ID] = read_text,
		[SHAPE_RULE] = read_text,
		[SHAPE_WORD] = read_word,
		[SHAPE_INTEGER] = read_number,
		[SHAPE_NUMBER] = read_number,
		[SHAPE_FLAG] = read_flag,
		[SHAPE_SPAN] = read_span,
		[SHAPE_VALUE] = read_value,
		[SHAPE_OBJECT] = read_object,
	};

	if (r->k->kind == SHAPE_TEXTS)
		read_texts(r, count);
	else if (r->k->kind == SHAPE_MAP)
		read_map(r, count);
	else if (r->k->kind == SHAPE_LIST)
		read_list(r, count);
	else
		plain[r->k->kind](r);
}

static void
set_default(const struct shape_key *k, void *to)
{
	if (k->kind == SHAPE_INTEGER || k->kind == SHAPE_WORD)
		*(int *)to = (int)k->otherwise;
	else if (k->kind == SHAPE_NUMBER)
		*(double *)to = k->otherwise;
	else if (k->kind == SHAPE_FLAG)
		*(bool *)to = k->otherwise != 0;
}

static void
refuse_unknown(const struct shape *s, const struct outline *o, uint32_t at, struct mistakes *m)
{
	const char *names[40], *near;
	char all[200];
	size_t n = 0;

	for (; s->keys[n].name != NULL && n < MEM_COUNT(names) - 1; n++)
		names[n] = s->keys[n].name;
	names[n] = NULL;
	near = mistake_nearest(o->node[at].key, names);
	list_words(names, all, sizeof(all));
	if (near != NULL)
		mistakes_add(m, o, at, "there is no such key; is '%s' meant?", near);
	else
		mistakes_add(m, o, at, "there is no such key; there are %s", all);
}

/* Keys that begin with _ are remarks of the writer. */
static void
check_keys(const struct shape *s, const struct outline *o, uint32_t at, struct mistakes *m)
{
	for (uint32_t i = at + 1; i < o->node[at].next; i = o->node[i].next) {
		const struct shape_key *k = s->keys;

		while (k->name != NULL && strcmp(k->name, o->node[i].key) != 0)
			k++;
		if (k->name == NULL && o->node[i].key[0] != '_')
			refuse_unknown(s, o, i, m);
	}
}

void
shape_read(const struct shape *s, const struct outline *o, uint32_t at, void *to, struct mistakes *m)
{
	*(uint32_t *)to = at;
	check_keys(s, o, at, m);
	for (const struct shape_key *k = s->keys; k->name != NULL; k++) {
		struct reading r = { .k = k, .o = o, .to = field(to, k->at), .m = m };

		set_default(k, r.to);
		r.at = outline_member(o, at, k->name);
		if (r.at == OUTLINE_NONE) {
			if (k->required)
				mistakes_add(m, o, at, "'%s' is missing: %s", k->name, k->help);
			continue;
		}
		r.json = o->node[r.at].json;
		read_key(&r, field(to, k->count_at));
	}
}

void
shape_free(const struct shape *s, void *from)
{
	for (const struct shape_key *k = s->keys; k->name != NULL; k++) {
		char *items = NULL;
		size_t n = 1;

		if (k->kind != SHAPE_OBJECT && k->kind != SHAPE_LIST && k->kind != SHAPE_TEXTS &&
			k->kind != SHAPE_MAP)
			continue;
		memcpy(&items, field(from, k->at), sizeof(items));
		if (k->kind == SHAPE_LIST)
			n = *(size_t *)field(from, k->count_at);
		for (size_t i = 0; items != NULL && k->of != NULL && i < n; i++)
			shape_free(k->of, items + i * k->of->size);
		free(items);
	}
}
