/* Encapsulated pixel data: from items to frames. */
#include "core/dicom/worker/fragments.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/dicom/worker/bytes.h"

struct table {
	const uint8_t *at;
	uint32_t entries;
	unsigned size; /* bytes of an entry: 4 or 8 */
	bool big;
};

/* All items but the first, which is the basic offset table. */
static void
walk(const struct pixel_place *p, struct fragments *f, struct table *basic)
{
	uint64_t at = 0, origin = 0;
	uint32_t cap = 0, n = 0;

	while (p->present - at >= 8) {
		uint64_t item = at, left = p->present - at - 8;
		uint32_t length = bytes_u32(p->at + at + 4, p->big);
		uint32_t there = length < left ? length : (uint32_t)left;

		at += 8;
		if (n++ == 0) {
			*basic = (struct table){ p->at + at, there / 4, 4, p->big };
			origin = at + length;
		} else {
			if (f->count == cap) {
				cap = cap > 0 ? cap * 2 : 16;
				f->all = mem_grow(f->all, cap, sizeof(*f->all));
			}
			f->all[f->count++] =
				(struct fragment){ p->at + at, item - origin, there, length };
		}
		at += there;
		if (there < length || f->count >= DICOM_ELEMENTS_MAX)
			return;
	}
}

static uint64_t
entry(const struct table *t, uint32_t i)
{
	const uint8_t *p = t->at + (size_t)i * t->size;

	return t->size == 4 ? bytes_u32(p, t->big) : bytes_u64(p, t->big);
}

/* True where every entry is the start of an item and they rise from 0. */
static bool
by_table(const struct table *t, struct fragments *f)
{
	uint32_t k = 0;

	if (t->at == NULL || t->entries != f->frames || f->frames == 0)
		return false;
	for (uint32_t i = 0; i < f->frames; i++) {
		uint64_t offset = entry(t, i);

		while (k < f->count && f->all[k].offset < offset)
			k++;
		if (k == f->count || f->all[k].offset != offset || (i == 0 && k != 0) ||
			(i > 0 && f->first[i - 1] >= k))
			return false;
		f->first[i] = k;
	}
	f->first[f->frames] = f->count;
	return true;
}

static bool
one_each(struct fragments *f)
{
	if (f->count < f->frames)
		return false;
	/* Without a table the only reading of equal numbers; empty items at the end are padding. */
	for (uint32_t i = f->frames; i < f->count; i++)
		if (f->all[i].length > 0)
			return false;
	for (uint32_t i = 0; i <= f->frames; i++)
		f->first[i] = i;
	return true;
}

static bool
starts_codestream(const struct fragment *g)
{
	static const uint8_t jp2[] = { 0, 0, 0, 12, 'j', 'P', ' ', ' ' };
	const uint8_t *p = g->at;

	if (g->length < 4)
		return false;
	return (p[0] == 0xff && p[1] == 0xd8 && p[2] == 0xff) ||
		(p[0] == 0xff && p[1] == 0x4f && p[2] == 0xff && p[3] == 0x51) ||
		(g->length >= sizeof(jp2) && memcmp(p, jp2, sizeof(jp2)) == 0);
}

static bool
by_markers(struct fragments *f)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->count; i++) {
		if (!starts_codestream(&f->all[i]))
			continue;
		if (n == f->frames)
			return false;
		f->first[n++] = i;
	}
	if (n != f->frames || f->first[0] != 0)
		return false;
	f->first[n] = f->count;
	return true;
}

static bool
all_to_one(struct fragments *f)
{
	if (f->frames != 1)
		return false;
	f->first[0] = 0;
	f->first[1] = f->count;
	return true;
}

enum rc
fragments_read(const struct dicom *d, const struct image_shape *s, struct fragments *f, struct err *e)
{
	const struct element *more = dicom_find(d, d->root, TAG(0x7fe0, 0x0001));
	struct table basic = { 0 }, extended = { 0 };

	memset(f, 0, sizeof(*f));
	walk(&d->pixel, f, &basic);
	if (f->count == 0)
		return err_set(e, RC_CORRUPT, "the pixel data hold no fragment");
	if (more != NULL)
		extended = (struct table){ more->value, more->length / 8, 8, more->big };
	f->frames = s->frames;
	f->first = mem_zero((size_t)f->frames + 1, sizeof(*f->first));
	if (by_table(&extended, f) || by_table(&basic, f) || one_each(f) || all_to_one(f) ||
		by_markers(f))
		return RC_OK;
	return err_set(e, RC_CORRUPT, "%u fragments cannot be shared out to %u frames", f->count,
		f->frames);
}

void
fragments_free(struct fragments *f)
{
	free(f->all);
	free(f->first);
	memset(f, 0, sizeof(*f));
}

enum rc
fragments_frame(const struct fragments *f, uint32_t index, const uint8_t **at, size_t *n,
	uint8_t **joined, struct err *e)
{
	uint32_t from = f->first[index], to = f->first[index + 1];
	size_t total = 0;

	*joined = NULL;
	for (uint32_t i = from; i < to; i++) {
		const struct fragment *g = &f->all[i];

		if (g->length < g->declared)
			return err_set(e, RC_CORRUPT,
				"frame %u: the file ends at byte %u of %u of its data", index + 1,
				g->length, g->declared);
		total += g->length;
	}
	*at = f->all[from].at;
	*n = total;
	if (to - from == 1)
		return RC_OK;
	*joined = mem_alloc(total);
	total = 0;
	for (uint32_t i = from; i < to; i++) {
		memcpy(*joined + total, f->all[i].at, f->all[i].length);
		total += f->all[i].length;
	}
	*at = *joined;
	return RC_OK;
}
