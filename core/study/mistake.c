/* The list of mistakes.  No state; any thread. */
#include "core/study/mistake.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

static struct mistake *
room_for(struct mistakes *m)
{
	if (m->n == MISTAKES_MOST) {
		m->more++;
		return NULL;
	}
	if (m->one == NULL)
		m->one = mem_zero(MISTAKES_MOST, sizeof(*m->one));
	return &m->one[m->n++];
}

static void
add(struct mistakes *m, const struct outline *o, uint32_t at, const char *fmt, va_list ap)
{
	struct mistake *one = room_for(m);
	char text[2 * MISTAKE_TEXT];

	if (one == NULL)
		return;
	one->line = o->node[at].line;
	one->column = o->node[at].column;
	outline_path(o, at, one->path);
	vsnprintf(text, sizeof(text), fmt, ap);
	str_clean(text);
	str_copy(one->text, sizeof(one->text), text);
}

void
mistakes_add(struct mistakes *m, const struct outline *o, uint32_t at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(m, o, at, fmt, ap);
	va_end(ap);
}

void
mistakes_member(struct mistakes *m, const struct outline *o, uint32_t at, const char *key,
	const char *fmt, ...)
{
	uint32_t member = outline_member(o, at, key);
	va_list ap;

	va_start(ap, fmt);
	add(m, o, member != OUTLINE_NONE ? member : at, fmt, ap);
	va_end(ap);
}

void
mistakes_line(struct mistakes *m, uint32_t line, const char *name, const char *fmt, ...)
{
	struct mistake *one = room_for(m);
	char text[2 * MISTAKE_TEXT];
	va_list ap;

	if (one == NULL)
		return;
	one->line = line;
	str_copy(one->path, sizeof(one->path), name);
	str_clean(one->path);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	str_clean(text);
	str_copy(one->text, sizeof(one->text), text);
}

void
mistakes_place(struct mistakes *m, const struct outline_fault *at, const char *text)
{
	struct mistake *one = room_for(m);

	if (one == NULL)
		return;
	one->line = at->line;
	one->column = at->column;
	str_copy(one->text, sizeof(one->text), text);
}

static int
by_line(const void *a, const void *b)
{
	const struct mistake *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	return strcmp(x->text, y->text);
}

void
mistakes_sort(struct mistakes *m)
{
	if (m->n > 1)
		qsort(m->one, m->n, sizeof(*m->one), by_line);
}

void
mistakes_free(struct mistakes *m)
{
	free(m->one);
	memset(m, 0, sizeof(*m));
}

/* ---- what was meant ---- */

enum { WORD_MOST = 40 };

/* Letters to change, leave out or put in to make one of the other. */
static unsigned
distance(const char *a, const char *b)
{
	unsigned row[WORD_MOST + 1];
	size_t n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		unsigned corner = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= n; j++) {
			unsigned change = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			if (row[j - 1] + 1 < change)
				change = row[j - 1] + 1;
			row[j] = corner + 1 < change ? corner + 1 : change;
		}
	}
	return row[n];
}

const char *
mistake_nearest(const char *word, const char *const *known)
{
	char low[WORD_MOST], other[WORD_MOST];
	const char *best = NULL;
	unsigned least = 4;

	if (strlen(word) >= WORD_MOST)
		return NULL;
	str_fold(low, sizeof(low), word);
	for (; *known != NULL; known++) {
		unsigned d;

		str_fold(other, sizeof(other), *known);
		d = distance(low, other);
		if (d < least && d < strlen(other)) {
			least = d;
			best = *known;
		}
	}
	return best;
}
