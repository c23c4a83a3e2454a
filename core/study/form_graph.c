/* Who uses what in a form, so that a keystroke asks only what it can have changed. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/study/form_in.h"

/* Each cell of this form that the expression uses. */
struct uses {
	const struct form_sheet *s;
	const int64_t *id;
	size_t n, at;
};

static struct uses
uses_of(const struct form_sheet *s, const struct expr *x)
{
	struct uses u = { .s = s };

	if (x != NULL)
		u.id = expr_uses(x, &u.n);
	return u;
}

static bool
next_use(struct uses *u, uint32_t *cell)
{
	while (u->at < u->n) {
		struct study_name n = study_name(u->id[u->at++]);

		if (n.what != STUDY_NAME_FIELD || n.where != STUDY_HERE ||
			u->s->own[n.which] == UINT32_MAX)
			continue;
		*cell = u->s->own[n.which];
		return true;
	}
	return false;
}

/* The n-th expression of a part, NULL where it has none there. */
static const struct expr *
expr_of(const struct form_sheet *s, size_t part, size_t n)
{
	if (part >= s->cells)
		return n == 0 ? s->check[part - s->cells].check->holds : NULL;
	return n == 0 ? s->cell[part].shown.field->skipped : s->cell[part].shown.group->skipped;
}

/* Counting first, then filling: `user` lies in one piece. */
static void
link_users(struct form_sheet *s)
{
	size_t parts = s->cells + s->checks;
	uint32_t *at, used;

	s->first = mem_zero(s->cells + 1, sizeof(*s->first));
	for (size_t part = 0; part < parts; part++)
		for (size_t n = 0; n < 2; n++)
			for (struct uses u = uses_of(s, expr_of(s, part, n)); next_use(&u, &used);)
				s->first[used + 1]++;
	for (size_t i = 0; i < s->cells; i++)
		s->first[i + 1] += s->first[i];
	s->user = mem_zero((size_t)s->first[s->cells] + 1, sizeof(*s->user));
	at = mem_zero(s->cells + 1, sizeof(*at));
	for (size_t part = 0; part < parts; part++)
		for (size_t n = 0; n < 2; n++)
			for (struct uses u = uses_of(s, expr_of(s, part, n)); next_use(&u, &used);)
				s->user[s->first[used] + at[used]++] = (uint32_t)part;
	free(at);
}

/* Kahn's: a cell comes once nothing it waits for is left.  The study was checked for circles. */
static void
put_in_order(struct form_sheet *s)
{
	uint32_t *waits = mem_zero(s->cells + 1, sizeof(*waits));
	size_t ready = 0;

	s->order = mem_zero(s->cells + 1, sizeof(*s->order));
	for (uint32_t i = 0; i < s->first[s->cells]; i++)
		if (s->user[i] < s->cells)
			waits[s->user[i]]++;
	for (uint32_t i = 0; i < s->cells; i++)
		if (waits[i] == 0)
			s->order[ready++] = i;
	for (size_t done = 0; done < ready; done++)
		for (uint32_t u = s->first[s->order[done]]; u < s->first[s->order[done] + 1]; u++)
			if (s->user[u] < s->cells && --waits[s->user[u]] == 0)
				s->order[ready++] = s->user[u];
	free(waits);
}

void
form_graph_make(struct form_sheet *s)
{
	const struct study_field *f;

	s->own = mem_alloc((s->study->fields + 1) * sizeof(*s->own));
	for (size_t i = 0; i < s->study->fields; i++)
		s->own[i] = UINT32_MAX;
	for (size_t i = 0; i < s->cells; i++) {
		f = s->cell[i].shown.field;
		s->own[study_find_field(s->study, s->form->id, f->id) - s->study->named] =
			(uint32_t)i;
	}
	link_users(s);
	put_in_order(s);
}
