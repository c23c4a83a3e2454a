/* What was on the glass of the open series. */
#include "tui/viewer_seen.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"

static const struct look_rule usual = { .pixels = true, .scale = 500, .levels = 32, .windows = 1 };

/* The looks at one slice, copied next to each other; a slice never has more. */
static size_t
looks_of(const struct viewer_seen *s, uint32_t slice, struct look out[LOOK_MOST])
{
	size_t n = 0;

	for (size_t i = s->last[slice]; i != SEEN_NONE && n < LOOK_MOST; i = s->next[i])
		out[n++] = s->looks[i];
	return n;
}

static void
judge(struct viewer_seen *s, uint32_t slice)
{
	struct look looks[LOOK_MOST];
	size_t n;

	if (s->whole[slice] == '1')
		return;
	n = looks_of(s, slice, looks);
	if (!look_slice_whole(looks, n, slice, &s->rule))
		return;
	s->whole[slice] = '1';
	s->count++;
}

static void
note_window(struct viewer_seen *s, const char *window)
{
	for (unsigned i = 0; i < s->windows; i++)
		if (strcmp(s->window[i], window) == 0)
			return;
	if (s->windows < SEEN_WINDOWS)
		str_copy(s->window[s->windows++], LOOK_WINDOW, window);
}

/* Returns its place. */
static size_t
add_look(struct viewer_seen *s, const struct look *l)
{
	if (s->n == s->room) {
		s->room = s->room > 0 ? 2 * s->room : 64;
		s->looks = mem_grow(s->looks, s->room, sizeof(*s->looks));
		s->changed = mem_grow(s->changed, s->room, sizeof(*s->changed));
		s->next = mem_grow(s->next, s->room, sizeof(*s->next));
	}
	s->looks[s->n] = *l;
	s->changed[s->n] = false;
	s->next[s->n] = s->last[l->slice];
	s->last[l->slice] = s->n;
	note_window(s, l->window);
	return s->n++;
}

void
seen_take(struct viewer_seen *s, uint32_t slices, const struct look_rule *rule, struct seen *kept)
{
	memset(s, 0, sizeof(*s));
	s->slices = slices;
	s->rule = rule->pixels ? *rule : usual;
	s->whole = mem_alloc((size_t)slices + 1);
	memset(s->whole, '0', slices);
	s->whole[slices] = '\0';
	s->last = mem_alloc(((size_t)slices + 1) * sizeof(*s->last));
	for (uint32_t i = 0; i < slices; i++)
		s->last[i] = SEEN_NONE;
	for (size_t i = 0; i < kept->look_count; i++)
		if (kept->looks[i].slice < slices)
			add_look(s, &kept->looks[i]);
	for (uint32_t i = 0; i < slices; i++)
		judge(s, i);
	s->current = SEEN_NONE;
	free(kept->looks);
	kept->looks = NULL;
	kept->look_count = 0;
}

void
seen_release(struct viewer_seen *s)
{
	free(s->whole);
	free(s->looks);
	free(s->changed);
	free(s->next);
	free(s->last);
	memset(s, 0, sizeof(*s));
	s->current = SEEN_NONE;
}

/* Pixels alone do not tell a look: two corners of a film may be the same black. */
static bool
same_look(const struct look *a, const struct look *b)
{
	return strcmp(a->picture, b->picture) == 0 && strcmp(a->window, b->window) == 0 &&
		a->left == b->left && a->top == b->top && a->width == b->width &&
		a->height == b->height;
}

/* The same look at the same slice; SEEN_NONE: none.  *of_slice how many looks the slice has. */
static size_t
find_look(const struct viewer_seen *s, const struct look *l, size_t *of_slice)
{
	*of_slice = 0;
	for (size_t i = s->last[l->slice]; i != SEEN_NONE; i = s->next[i]) {
		++*of_slice;
		if (same_look(&s->looks[i], l))
			return i;
	}
	return SEEN_NONE;
}

void
seen_off_glass(struct viewer_seen *s)
{
	if (s->current != SEEN_NONE) {
		s->looks[s->current].dwell += (clock_mono_us() - s->since) / 1000;
		s->changed[s->current] = true;
	}
	s->current = SEEN_NONE;
}

void
seen_on_glass(struct viewer_seen *s, const struct look *l, bool answered, int64_t now_us)
{
	size_t same, at;

	seen_off_glass(s);
	if (l->slice >= s->slices)
		return;
	at = find_look(s, l, &same);
	if (at == SEEN_NONE && same >= LOOK_MOST)
		return; /* a slice looked at in so many ways was looked at */
	if (at == SEEN_NONE) {
		at = add_look(s, l);
		s->looks[at].first = now_us;
	}
	s->looks[at].times += answered;
	s->changed[at] = true;
	s->current = at;
	s->since = clock_mono_us();
	judge(s, l->slice);
}

size_t
seen_changed(struct viewer_seen *s, struct look **out)
{
	size_t n = 0, at = s->current;

	seen_off_glass(s); /* its time so far is part of what is saved */
	s->current = at;
	s->since = clock_mono_us();
	*out = mem_zero(s->n, sizeof(**out));
	for (size_t i = 0; i < s->n; i++) {
		if (s->changed[i])
			(*out)[n++] = s->looks[i];
		s->changed[i] = false;
	}
	return n;
}

/* The first part that the looks at one slice left out. */
static void
part_of(const struct viewer_seen *s, uint32_t slice, struct seen_part *out)
{
	struct look_cover c = { { 0 } };
	const struct look *l = NULL;

	*out = (struct seen_part){ .slice = slice };
	for (size_t i = s->last[slice]; i != SEEN_NONE; i = s->next[i]) {
		l = &s->looks[i];
		look_cover_add(&c, l, &s->rule);
	}
	if (l != NULL &&
		!look_cover_missing(
			&c, l->columns, l->rows, &out->left, &out->top, &out->width, &out->height))
		out->width = 0; /* it lacks windows, not places */
}

bool
seen_next(const struct viewer_seen *s, uint32_t from, struct seen_part *out)
{
	for (uint32_t i = 0; i < s->slices; i++) {
		uint32_t at = (from + i) % s->slices;

		if (s->whole[at] == '1')
			continue;
		part_of(s, at, out);
		return true;
	}
	return false;
}
