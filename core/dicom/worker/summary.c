/* The attributes with columns of their own, from a parsed file. */
#include "core/dicom/worker/summary.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/dicom/wire.h"
#include "core/dicom/worker/image.h"
#include "core/dicom/worker/overlay.h"
#include "core/dicom/worker/value.h"

/* Where an attribute may be found that is not at the top level: what all frames share, the first
 * frame, and the injection of a PET. */
static const uint32_t below[] = { TAG(0x5200, 0x9229), TAG(0x5200, 0x9230), TAG(0x0054, 0x0016) };

struct index {
	uint32_t tag;
	int attr;
};

struct filling {
	const struct dicom *d;
	const struct charsets *all;
	struct header *h;
	struct index index[ATTR_COUNT + 1]; /* by tag */
};

/* What enhanced MR calls Inversion Times, of which there may be several. */
static const struct index other_name = { TAG(0x0018, 0x9079), ATTR_TI };

static int
by_tag(const void *a, const void *b)
{
	uint32_t x = ((const struct index *)a)->tag, y = ((const struct index *)b)->tag;

	return x < y ? -1 : x > y;
}

static bool
uid_sane(const char *s)
{
	size_t n = strspn(s, "0123456789.");

	return n > 0 && n <= 64 && s[n] == '\0';
}

struct charset
summary_charset(const struct dicom *d, uint32_t first, const struct charsets *all,
	const struct charset *outer)
{
	const struct element *el = dicom_find(d, first, TAG(0x0008, 0x0005));
	struct charset c;

	if (el == NULL && outer != NULL)
		return *outer;
	charset_declare(&c, all, el != NULL ? el->value : NULL, el != NULL ? el->length : 0);
	return c;
}

static char *
text_of(const struct element *el, const struct charset *c, uint32_t *flags)
{
	struct buf b = { 0 };
	char *s;

	value_text(el, c, &b, flags);
	s = buf_take(&b);
	if (strlen(s) >= WIRE_VALUE_MAX) {
		char *cut = mem_alloc(WIRE_VALUE_MAX);

		str_copy(cut, WIRE_VALUE_MAX, s);
		free(s);
		s = cut;
	}
	return s;
}

static void
fill_one(struct filling *f, const struct element *el, const struct charset *c, bool nested)
{
	struct index key = { .tag = el->tag };
	const struct index *at =
		bsearch(&key, f->index, MEM_COUNT(f->index), sizeof(f->index[0]), by_tag);
	bool uid;
	char *s;

	if (at == NULL || f->h->value[at->attr] != NULL)
		return;
	uid = attr_table[at->attr].kind == ATTR_KIND_UID;
	if (uid && nested)
		return; /* UIDs in there are references to other objects */
	s = text_of(el, c, &f->h->flags);
	if (uid && *s != '\0' && !uid_sane(s) && at->attr != ATTR_SOP_UID) {
		free(s);
		return;
	}
	f->h->value[at->attr] = s;
}

static void
fill_set(struct filling *f, uint32_t first, const struct charset *outer, bool nested)
{
	struct charset c = summary_charset(f->d, first, f->all, outer);

	for (uint32_t i = first; i != 0; i = f->d->el[i].next) {
		const struct element *el = &f->d->el[i];

		if (el->vr != VR('S', 'Q'))
			fill_one(f, el, &c, nested);
		else if (nested && el->child != 0)
			fill_set(f, f->d->el[el->child].child, &c, true);
	}
	if (c.unknown)
		f->h->flags |= HEADER_CHARSET;
}

static void
fill_all(struct filling *f)
{
	struct charset c = summary_charset(f->d, f->d->root, f->all, NULL);

	for (int i = 0; i < ATTR_COUNT; i++) {
		f->index[i].tag = TAG(attr_table[i].group, attr_table[i].element);
		f->index[i].attr = i;
	}
	f->index[ATTR_COUNT] = other_name;
	qsort(f->index, MEM_COUNT(f->index), sizeof(f->index[0]), by_tag);
	fill_set(f, f->d->root, NULL, false);
	for (size_t i = 0; i < MEM_COUNT(below); i++)
		fill_set(f, dicom_item(f->d, f->d->root, below[i], 0), &c, true);
}

/* (0008,0018), or the file meta information's copy of it. */
static enum rc
settle_uid(struct filling *f, struct err *e)
{
	char **uid = &f->h->value[ATTR_SOP_UID], word[80];

	if (str_empty(*uid)) {
		value_word(f->d, f->d->root, TAG(0x0002, 0x0003), word, sizeof(word));
		free(*uid);
		*uid = word[0] != '\0' ? mem_string(word) : NULL;
	}
	if (*uid != NULL && uid_sane(*uid))
		return RC_OK;
	if (f->h->flags & HEADER_DICOMDIR) {
		free(*uid);
		*uid = NULL;
		return RC_OK;
	}
	if (*uid == NULL)
		return err_set(e, RC_INVALID, "no SOP Instance UID");
	return err_set(e, RC_INVALID, "the SOP Instance UID is not made of digits and dots");
}

enum rc
summary_fill(const struct dicom *d, const struct charsets *all, struct header *h, struct err *e)
{
	struct filling f = { .d = d, .all = all, .h = h };
	struct image_shape shape;

	h->flags |= d->flags;
	fill_all(&f);
	image_shape(d, &shape);
	h->overlays = overlay_count(d);
	if (h->overlays > 0)
		h->flags |= HEADER_OVERLAY; /* those in the pixels have no data of their own */
	if (d->pixel.tag != 0 && shape.width > 0 && shape.height > 0) {
		h->flags |= HEADER_PIXELS;
		h->frames = shape.frames;
		h->pixel_offset = d->inflated == NULL ? d->pixel.file_at : 0;
		h->pixel_bytes = d->pixel.present;
		if (shape.is_short)
			h->flags |= HEADER_SHORT;
	}
	return settle_uid(&f, e);
}
