/* The marks of burned-in text while they are drawn. */
#include "tui/viewer_marks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

void
marks_take(struct viewer_marks *m, struct mark **list, size_t n)
{
	memset(m, 0, sizeof(*m));
	m->list = *list;
	m->n = m->chosen = n;
	*list = NULL;
}

void
marks_release(struct viewer_marks *m)
{
	for (unsigned i = 0; i < m->undos; i++)
		free(m->undo[i].list);
	free(m->list);
	memset(m, 0, sizeof(*m));
}

static struct mark *
copy(const struct mark *list, size_t n)
{
	struct mark *c = mem_zero(n + 1, sizeof(*c));

	if (n > 0)
		memcpy(c, list, n * sizeof(*c));
	return c;
}

/* Before each change; the oldest version is forgotten first. */
static void
remember(struct viewer_marks *m)
{
	if (m->undos == MARKS_UNDO) {
		free(m->undo[0].list);
		memmove(&m->undo[0], &m->undo[1], (MARKS_UNDO - 1) * sizeof(m->undo[0]));
		m->undos--;
	}
	m->undo[m->undos++] = (struct marks_version){ copy(m->list, m->n), m->n };
	m->unsaved = true;
}

bool
marks_add(struct viewer_marks *m, const struct mark *mark)
{
	if (m->n >= MARKS_MOST)
		return false;
	remember(m);
	m->list = mem_grow(m->list, m->n + 1, sizeof(*m->list));
	m->list[m->n] = *mark;
	m->chosen = m->n++;
	return true;
}

void
marks_delete(struct viewer_marks *m)
{
	if (m->chosen >= m->n)
		return;
	remember(m);
	memmove(&m->list[m->chosen], &m->list[m->chosen + 1],
		(m->n - m->chosen - 1) * sizeof(*m->list));
	m->chosen = --m->n;
}

struct mark *
marks_change(struct viewer_marks *m)
{
	if (m->chosen >= m->n)
		return NULL;
	remember(m);
	return &m->list[m->chosen];
}

bool
marks_undo(struct viewer_marks *m)
{
	struct marks_version *v;

	if (m->undos == 0)
		return false;
	v = &m->undo[--m->undos];
	free(m->list);
	m->list = v->list;
	m->n = v->n;
	if (m->chosen > m->n)
		m->chosen = m->n;
	m->unsaved = true;
	return true;
}

void
marks_choose_next(struct viewer_marks *m)
{
	m->chosen = m->n == 0 ? 0 : m->chosen >= m->n ? 0 : (m->chosen + 1) % m->n;
}

bool
marks_on(const struct viewer_marks *m, size_t i, uint32_t slice)
{
	const struct mark *k = &m->list[i];

	return k->scope >= MARK_SERIES || (slice >= k->first && slice <= k->last);
}

void
marks_text(const struct viewer_marks *m, char *to, size_t size)
{
	const struct mark *k;
	char where[48];

	if (m->chosen >= m->n) {
		snprintf(to, size, "%zu mark%s", m->n, m->n == 1 ? "" : "s");
		return;
	}
	k = &m->list[m->chosen];
	if (k->scope == MARK_FRAME)
		snprintf(where, sizeof(where), "slice %u", k->first + 1);
	else if (k->scope == MARK_RANGE)
		snprintf(where, sizeof(where), "slices %u-%u", k->first + 1, k->last + 1);
	else
		snprintf(where, sizeof(where), "%s",
			k->scope == MARK_SERIES ? "whole series" : "this scanner");
	snprintf(to, size, "mark %zu/%zu: %s, %s, %s", m->chosen + 1, m->n,
		k->shape == MARK_BOX ? "box" : "outline", mark_kind_name(k->kind), where);
}
