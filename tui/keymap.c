/* Which key means which command. */
#include "tui/keymap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

struct binding {
	char section[16];
	key_code key;
	enum command command;
};

struct keymap {
	struct binding *bindings;
	size_t n;
};

static const char *const sections[] = { "common", "list", "worklist", "viewer", "cursor", "tags",
	"audit", "event", "desk", "quality", "query", "form", "sources", "progress", "calendar", "help", "login",
	"dialog" };

enum { FILE_MOST = 1 << 16 };

struct keymap *
keymap_new(void)
{
	struct keymap *k = mem_zero(1, sizeof(*k));

	keymap_add(k, "default.keys", keymap_default, NULL);
	return k;
}

void
keymap_free(struct keymap *k)
{
	if (k == NULL)
		return;
	free(k->bindings);
	free(k);
}

static bool
known_section(const char *name)
{
	for (size_t i = 0; i < MEM_COUNT(sections); i++)
		if (strcmp(sections[i], name) == 0)
			return true;
	return false;
}

static void
bind(struct keymap *k, const char *section, key_code key, enum command c)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->bindings[i].key == key && strcmp(k->bindings[i].section, section) == 0) {
			k->bindings[i].command = c;
			return;
		}
	k->bindings = mem_grow(k->bindings, k->n + 1, sizeof(*k->bindings));
	str_copy(k->bindings[k->n].section, sizeof(k->bindings[0].section), section);
	k->bindings[k->n].key = key;
	k->bindings[k->n++].command = c;
}

struct reading {
	struct keymap *k;
	const char *name;
	int line;
	char section[16];
	struct buf *complaints;
	int bad;
};

static void
complain(struct reading *r, const char *what, const char *word)
{
	r->bad++;
	if (r->complaints != NULL)
		buf_format(r->complaints, "%s:%d: %s %.40s\n", r->name, r->line, what, word);
}

static void
read_section(struct reading *r, char *word)
{
	char *end = strchr(word, ']');

	if (end != NULL)
		*end = '\0';
	r->section[0] = '\0';
	if (end == NULL || !known_section(word + 1))
		complain(r, "there is no section", word + 1);
	else
		str_copy(r->section, sizeof(r->section), word + 1);
}

static void
read_line(struct reading *r, char *line)
{
	char *save = NULL, *word = strtok_r(line, " \t\r", &save), *name, *more;
	enum command c;
	key_code key;

	if (word == NULL || (word[0] == '#' && word[1] != '\0') || strcmp(word, "#") == 0)
		return;
	if (word[0] == '[' && word[1] != '\0') {
		read_section(r, word);
		return;
	}
	name = strtok_r(NULL, " \t\r", &save);
	more = strtok_r(NULL, " \t\r", &save);
	c = name != NULL && strcmp(name, "none") != 0 ? command_find(name) : CMD_NONE;
	if (!key_parse(word, &key))
		complain(r, "there is no key", word);
	else if (name == NULL)
		complain(r, "no command for key", word);
	else if (c == CMD_NONE && strcmp(name, "none") != 0)
		complain(r, "there is no command", name);
	else if (more != NULL && more[0] != '#')
		complain(r, "too many words:", more);
	else if (r->section[0] == '\0')
		complain(r, "outside a section:", word);
	else
		bind(r->k, r->section, key, c);
}

int
keymap_add(struct keymap *k, const char *name, const char *text, struct buf *complaints)
{
	struct reading r = { .k = k, .name = name, .complaints = complaints };
	char *copy = mem_string(text), *at = copy, *line;

	while ((line = strsep(&at, "\n")) != NULL) {
		r.line++;
		read_line(&r, line);
	}
	free(copy);
	return r.bad;
}

enum rc
keymap_load(struct keymap *k, const char *path, struct buf *complaints, struct err *e)
{
	char *text = mem_alloc(FILE_MOST + 1);
	FILE *f = fopen(path, "re");
	size_t n;

	if (f == NULL) {
		free(text);
		return err_errno(e, RC_NOT_FOUND, "%.200s", path);
	}
	n = fread(text, 1, FILE_MOST, f);
	fclose(f);
	text[n] = '\0';
	keymap_add(k, path, text, complaints);
	free(text);
	return RC_OK;
}

static const struct binding *
find(const struct keymap *k, const char *section, key_code key)
{
	for (size_t i = 0; section != NULL && i < k->n; i++)
		if (k->bindings[i].key == key && strcmp(k->bindings[i].section, section) == 0)
			return &k->bindings[i];
	return NULL;
}

enum command
keymap_find(const struct keymap *k, const char *section, const char *next, key_code key)
{
	const struct binding *b = find(k, section, key);

	if (b == NULL)
		b = find(k, next, key);
	if (b == NULL)
		b = find(k, "common", key);
	return b != NULL ? b->command : CMD_NONE;
}

const char *
keymap_key_of(
	const struct keymap *k, const char *section, const char *next, enum command c, char to[16])
{
	const char *order[] = { section, next, "common" };

	for (size_t o = 0; o < MEM_COUNT(order); o++)
		for (size_t i = 0; order[o] != NULL && i < k->n; i++)
			if (k->bindings[i].command == c &&
				strcmp(k->bindings[i].section, order[o]) == 0)
				return key_text(k->bindings[i].key, to);
	to[0] = '\0';
	return to;
}

void
keymap_each(const struct keymap *k, const char *section,
	void (*each)(void *ctx, key_code key, enum command c), void *ctx)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->bindings[i].command != CMD_NONE &&
			strcmp(k->bindings[i].section, section) == 0)
			each(ctx, k->bindings[i].key, k->bindings[i].command);
}
