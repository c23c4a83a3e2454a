/* A table of names by their hash, each with the last pass that met it. */
#include "core/source/seen.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

struct row {
	char *name; /* NULL: free */
	unsigned pass;
};

struct seen_set {
	struct row *row;
	size_t rows, used; /* rows is a power of two, at least twice what is used */
	unsigned pass;
	size_t met, again, before; /* in this pass; of them in the last one too; in the last one */
};

struct seen_set *
seen_new(void)
{
	struct seen_set *s = mem_zero(1, sizeof(*s));

	s->rows = 256;
	s->row = mem_zero(s->rows, sizeof(*s->row));
	s->pass = 1;
	return s;
}

void
seen_free(struct seen_set *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->rows; i++)
		free(s->row[i].name);
	free(s->row);
	free(s);
}

void
seen_pass(struct seen_set *s)
{
	s->pass++;
	s->before = s->met;
	s->met = s->again = 0;
}

static uint64_t
hash(const char *name)
{
	uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */

	for (; *name != '\0'; name++)
		h = (h ^ (unsigned char)*name) * 0x100000001b3u;
	return h ^ h >> 32;
}

static struct row *
find(const struct seen_set *s, const char *name)
{
	size_t i = hash(name) & (s->rows - 1);

	while (s->row[i].name != NULL && strcmp(s->row[i].name, name) != 0)
		i = (i + 1) & (s->rows - 1);
	return &s->row[i];
}

static void
grow(struct seen_set *s)
{
	struct seen_set larger = { .rows = s->rows * 2 };

	larger.row = mem_zero(larger.rows, sizeof(*larger.row));
	for (size_t i = 0; i < s->rows; i++)
		if (s->row[i].name != NULL)
			*find(&larger, s->row[i].name) = s->row[i];
	free(s->row);
	s->row = larger.row;
	s->rows = larger.rows;
}

enum seen
seen_add(struct seen_set *s, const char *name)
{
	struct row *r = find(s, name);
	enum seen was = r->name == NULL ? SEEN_NEVER : r->pass == s->pass ? SEEN_NOW : SEEN_EARLIER;

	if (was == SEEN_NOW)
		return was;
	s->met++;
	s->again += was == SEEN_EARLIER && r->pass + 1 == s->pass;
	r->pass = s->pass;
	if (was == SEEN_NEVER) {
		r->name = mem_string(name);
		if (++s->used * 2 > s->rows)
			grow(s);
	}
	return was;
}

size_t
seen_count(const struct seen_set *s)
{
	return s->met;
}

bool
seen_agrees(const struct seen_set *s)
{
	return s->pass > 1 && s->again == s->before;
}
