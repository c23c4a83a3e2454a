/* The outline: one pass over the text for the places, one over jansson's tree for the values.  No state; any thread. */
#include "core/study/outline.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

/* The text was read by jansson before; this only counts, and stays within it whatever it holds. */
struct scan {
	const char *text;
	size_t n, at;
	uint32_t line, column;
	struct outline *o;
	size_t room;
	uint32_t open[OUTLINE_DEPTH]; /* containers that we are in */
	bool object[OUTLINE_DEPTH], key_next;
	int depth;
};

static void
step(struct scan *s)
{
	unsigned char c = (unsigned char)s->text[s->at++];

	if (c == '\n') {
		s->line++;
		s->column = 1;
	} else if ((c & 0xc0) != 0x80) {
		s->column++;
	}
}

static enum rc
add(struct scan *s, struct err *e)
{
	struct outline *o = s->o;
	struct outline_node *node;

	if (o->n >= OUTLINE_MOST)
		return err_set(e, RC_LIMIT, "more than %d values", OUTLINE_MOST);
	if (o->n == s->room) {
		s->room = s->room == 0 ? 256 : 2 * s->room;
		o->node = mem_grow(o->node, s->room, sizeof(*o->node));
	}
	node = &o->node[o->n++];
	memset(node, 0, sizeof(*node));
	node->parent = s->depth > 0 ? s->open[s->depth - 1] : OUTLINE_NONE;
	node->next = o->n;
	node->line = s->line;
	node->column = s->column;
	return RC_OK;
}

static enum rc
open_container(struct scan *s, struct err *e)
{
	enum rc rc = add(s, e);

	if (rc != RC_OK)
		return rc;
	if (s->depth == OUTLINE_DEPTH)
		return err_set(e, RC_LIMIT, "more than %d objects and arrays in each other",
			OUTLINE_DEPTH);
	s->object[s->depth] = s->key_next = s->text[s->at] == '{';
	s->open[s->depth++] = s->o->n - 1;
	step(s);
	return RC_OK;
}

static void
close_container(struct scan *s)
{
	if (s->depth > 0)
		s->o->node[s->open[--s->depth]].next = s->o->n;
	s->key_next = false;
	step(s);
}

static void
skip_string(struct scan *s)
{
	step(s);
	while (s->at < s->n && s->text[s->at] != '"') {
		if (s->text[s->at] == '\\' && s->at + 1 < s->n)
			step(s);
		step(s);
	}
	if (s->at < s->n)
		step(s);
}

static enum rc
scalar(struct scan *s, struct err *e)
{
	enum rc rc = RC_OK;

	if (s->text[s->at] == '"' && s->key_next) {
		s->key_next = false;
		skip_string(s);
		return RC_OK;
	}
	rc = add(s, e);
	if (rc == RC_OK && s->text[s->at] == '"')
		skip_string(s);
	else
		while (rc == RC_OK && s->at < s->n && strchr(",]} \t\r\n", s->text[s->at]) == NULL)
			step(s);
	return rc;
}

static enum rc
scan_all(struct scan *s, struct err *e)
{
	enum rc rc = RC_OK;

	while (rc == RC_OK && s->at < s->n) {
		char c = s->text[s->at];

		if (c == ',')
			s->key_next = s->depth > 0 && s->object[s->depth - 1];
		if (c == '{' || c == '[')
			rc = open_container(s, e);
		else if (c == '}' || c == ']')
			close_container(s);
		else if (c == '\0' || strchr(" \t\r\n,:", c) != NULL)
			step(s);
		else
			rc = scalar(s, e);
	}
	return rc;
}

/* Depth is what scan_all let through.  The next node to be given a value, OUTLINE_NONE where the two do not agree. */
static uint32_t
bind(struct outline *o, uint32_t at, json_t *json, const char *key, uint32_t place)
{
	uint32_t next = at + 1, n = 0;

	if (at >= o->n)
		return OUTLINE_NONE;
	o->node[at].json = json;
	o->node[at].key = key;
	o->node[at].place = place;
	for (size_t i = 0; next != OUTLINE_NONE && i < json_array_size(json); i++)
		next = bind(o, next, json_array_get(json, i), NULL, n++);
	for (void *i = json_object_iter(json); next != OUTLINE_NONE && i != NULL;
		i = json_object_iter_next(json, i))
		next = bind(o, next, json_object_iter_value(i), json_object_iter_key(i), n++);
	return next == o->node[at].next ? next : OUTLINE_NONE;
}

enum rc
outline_read(struct outline *o, const char *text, size_t n, struct outline_fault *at, struct err *e)
{
	struct scan s = { .text = text, .n = n, .line = 1, .column = 1, .o = o };
	json_error_t je;
	enum rc rc;

	memset(o, 0, sizeof(*o));
	memset(at, 0, sizeof(*at));
	o->root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &je);
	if (o->root == NULL) {
		at->line = je.line > 0 ? (uint32_t)je.line : 1;
		at->column = je.column > 0 ? (uint32_t)je.column : 1;
		str_clean(je.text);
		return err_set(e, RC_INVALID, "this is no JSON: %.150s", je.text);
	}
	rc = scan_all(&s, e);
	at->line = s.line;
	at->column = s.column;
	if (rc == RC_OK && bind(o, 0, o->root, NULL, 0) != o->n)
		rc = err_set(e, RC_INVALID, "the text cannot be followed");
	if (rc != RC_OK)
		outline_free(o);
	return rc;
}

void
outline_free(struct outline *o)
{
	json_decref(o->root);
	free(o->node);
	memset(o, 0, sizeof(*o));
}

uint32_t
outline_member(const struct outline *o, uint32_t at, const char *key)
{
	for (uint32_t i = at + 1; i < o->node[at].next; i = o->node[i].next)
		if (o->node[i].key != NULL && strcmp(o->node[i].key, key) == 0)
			return i;
	return OUTLINE_NONE;
}

void
outline_path(const struct outline *o, uint32_t at, char path[OUTLINE_PATH])
{
	size_t used = OUTLINE_PATH - 1;
	char part[80];

	path[used] = '\0';
	for (; at != 0 && at < o->n; at = o->node[at].parent) {
		const struct outline_node *node = &o->node[at];
		size_t n;

		if (node->key != NULL)
			snprintf(part, sizeof(part), "%s%.60s", node->parent != 0 ? "." : "",
				node->key);
		else
			snprintf(part, sizeof(part), "[%u]", node->place);
		n = strlen(part);
		if (n + 3 > used)
			break;
		used -= n;
		memcpy(path + used, part, n);
	}
	if (at != 0 && at < o->n)
		memcpy(path + (used -= 3), "...", 3);
	memmove(path, path + used, OUTLINE_PATH - used);
	if (*path == '\0')
		str_copy(path, OUTLINE_PATH, "the file");
	str_clean(path); /* keys come from the file */
}
