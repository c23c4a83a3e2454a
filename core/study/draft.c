/* Drafts of study files. */
#include "core/study/draft.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/study/study.h"

enum { WORD_MOST = 8192 };

bool
draft_full(struct draft *d)
{
	if (d->bytes <= STUDY_BYTES)
		return false;
	if (!d->full)
		mistakes_line(d->wrong, 0, "", "there is more than a study file of 4 MiB holds");
	d->full = true;
	return true;
}

void
draft_begin(struct draft *d, const char *id, const char *title)
{
	d->root = json_object();
	json_object_set_new(d->root, "wetread_study", json_integer(STUDY_FORMAT));
	draft_word(d, d->root, "id", id);
	json_object_set_new(d->root, "version", json_integer(1));
	draft_text(d, d->root, "title", title);
	d->visits = draft_array(d->root, "visits");
	d->lists = draft_array(d->root, "lists");
	d->forms = draft_array(d->root, "forms");
}

json_t *
draft_add(struct draft *d, json_t *array, const char *id, uint32_t line)
{
	json_t *one = json_object();

	json_array_append_new(array, one);
	if (id != NULL)
		draft_word(d, one, "id", id);
	if (line > 0)
		json_object_set_new(one, d->from, json_integer(line));
	return one;
}

json_t *
draft_array(json_t *at, const char *key)
{
	json_t *array = json_object_get(at, key);

	if (array == NULL) {
		array = json_array();
		json_object_set_new(at, key, array);
	}
	return array;
}

/* The length of a tag as <b>, </b> or <br/> that begins here; 0: none. */
static size_t
tag_length(const char *s)
{
	size_t n = s[0] == '<' && s[1] == '/' ? 2 : 1;

	if (s[0] != '<' || !isalpha((unsigned char)s[n]))
		return 0;
	n = strcspn(s, ">");
	return s[n] == '>' ? n + 1 : 0;
}

void
draft_text(struct draft *d, json_t *at, const char *key, const char *text)
{
	struct buf b = { 0 };
	size_t tag;

	buf_text(&b, "");
	for (; *text != '\0' && b.len<WORD_MOST; text += tag> 0 ? tag : 1) {
		bool blank;

		tag = tag_length(text);
		blank = tag > 0 || isspace((unsigned char)*text);
		if (!blank)
			buf_char(&b, *text);
		else if (b.len > 0 && b.data[b.len - 1] != ' ')
			buf_char(&b, ' ');
	}
	while (b.len > 0 && b.data[b.len - 1] == ' ')
		b.data[--b.len] = '\0';
	if (b.len > 0)
		draft_word(d, at, key, b.data);
	buf_release(&b);
}

void
draft_word(struct draft *d, json_t *at, const char *key, const char *text)
{
	char s[WORD_MOST];

	str_copy(s, sizeof(s), text);
	str_clean(s);
	json_object_set_new(at, key, json_string(s));
	d->bytes += strlen(s) + strlen(key) + 20;
}

void
draft_range(json_t *field, const char *comparator, json_t *value, const char *kind)
{
	json_array_append_new(draft_array(field, "ranges"),
		json_pack(
			"{s:s, s:o, s:s}", "comparator", comparator, "value", value, "kind", kind));
}

/* ---- what the reader of study files says of it ---- */

/* One step of a path as "forms[3].groups[0].title", and on. */
static json_t *
step(json_t *at, const char **path)
{
	size_t n = strcspn(*path, ".[");
	char key[65];
	json_t *next;

	if (**path == '[') {
		next = json_array_get(at, strtoul(*path + 1, NULL, 10));
		*path += strcspn(*path, "]");
		*path += **path != '\0';
	} else {
		snprintf(key, sizeof(key), "%.*s", n < 64 ? (int)n : 64, *path);
		next = json_object_get(at, key);
		*path += n;
	}
	*path += **path == '.';
	return next;
}

/* The last object on the way that says where it comes from, and what it is called. */
static uint32_t
place_of(const struct draft *d, const char *path, const char **name)
{
	json_t *at = d->root, *line;
	uint32_t found = 0;

	*name = "";
	while (at != NULL && *path != '\0') {
		at = step(at, &path);
		line = json_object_get(at, d->from);
		if (line == NULL)
			continue;
		found = (uint32_t)json_integer_value(line);
		*name = json_object_get(at, "id") != NULL
			? json_string_value(json_object_get(at, "id"))
			: "";
	}
	return found;
}

/* A mistake of the other file brings others with it: a line is told of once. */
static bool
told(const struct mistakes *wrong, size_t n, uint32_t line)
{
	for (size_t i = 0; i < n; i++)
		if (line == 0 || wrong->one[i].line == line)
			return true;
	return false;
}

static void
check(struct draft *d, const char *text)
{
	size_t before = d->wrong->n;
	struct mistakes m;
	struct study *s;

	study_read(&s, text, strlen(text), &m);
	for (size_t i = 0; i < m.n; i++) {
		const char *name, *key = strrchr(m.one[i].path, '.');
		uint32_t line = place_of(d, m.one[i].path, &name);

		if (!told(d->wrong, before, line))
			mistakes_line(d->wrong, line, name, "%s: %s",
				key != NULL ? key + 1 : m.one[i].path, m.one[i].text);
	}
	d->wrong->more += m.more;
	mistakes_free(&m);
	study_free(s);
}

/* Nothing that is empty is printed. */
static void
drop_empty(json_t *root, const char *key)
{
	if (json_array_size(json_object_get(root, key)) == 0)
		json_object_del(root, key);
}

char *
draft_end(struct draft *d)
{
	json_t *form;
	char *text;
	size_t i;

	json_array_foreach(d->forms, i, form)
	{
		drop_empty(form, "checks");
	}
	drop_empty(d->root, "lists");
	drop_empty(d->root, "forms");
	text = json_dumps(d->root, JSON_INDENT(2));
	check(d, text);
	if (d->wrong->n + d->wrong->more > 0) {
		free(text);
		text = NULL;
	}
	mistakes_sort(d->wrong);
	mistakes_sort(d->notes);
	json_decref(d->root);
	d->root = NULL;
	return text;
}
