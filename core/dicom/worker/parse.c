/* The reader of DICOM files.  Runs in the sandboxed program, on bytes nobody vouches for. */
#include "core/dicom/worker/parse.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/dicom/header.h"
#include "core/dicom/worker/bytes.h"
#include "core/dicom/worker/inflate.h"
#include "core/dicom/worker/vr.h"

#define UNDEFINED UINT32_MAX

enum { PREAMBLE = 128 };

struct reader {
	struct dicom *d;
	const uint8_t *base; /* of the file or of the inflated data set */
	size_t at;
	bool implicit, big;
	unsigned depth;
	struct err *e;
};

/* One element's head as read. */
struct head {
	uint32_t tag, length;
	uint16_t vr;
};

static enum rc read_set(struct reader *r, size_t end, bool open, uint32_t *first);

/* The first three are what a data set without a declaration is guessed to be. */
static const struct syntax syntaxes[] = {
	{ "1.2.840.10008.1.2.1", SYNTAX_NATIVE, false, false, false },
	{ "1.2.840.10008.1.2", SYNTAX_NATIVE, true, false, false },
	{ "1.2.840.10008.1.2.2", SYNTAX_NATIVE, false, true, false },
	{ "1.2.840.10008.1.2.1.99", SYNTAX_NATIVE, false, false, true },
	{ "1.2.840.10008.1.2.5", SYNTAX_RLE, false, false, false },
	{ "1.2.840.10008.1.2.4.50", SYNTAX_JPEG, false, false, false },
	{ "1.2.840.10008.1.2.4.51", SYNTAX_JPEG, false, false, false },
	{ "1.2.840.10008.1.2.4.53", SYNTAX_JPEG, false, false, false },
	{ "1.2.840.10008.1.2.4.55", SYNTAX_JPEG, false, false, false },
	{ "1.2.840.10008.1.2.4.57", SYNTAX_JPEG, false, false, false },
	{ "1.2.840.10008.1.2.4.70", SYNTAX_JPEG, false, false, false },
	{ "1.2.840.10008.1.2.4.80", SYNTAX_JPEG, false, false, false },
	{ "1.2.840.10008.1.2.4.81", SYNTAX_JPEG, false, false, false },
	{ "1.2.840.10008.1.2.4.90", SYNTAX_J2K, false, false, false },
	{ "1.2.840.10008.1.2.4.91", SYNTAX_J2K, false, false, false },
};

/* Any other UID: PS3.5 has all newer syntaxes in explicit little endian. */
static const struct syntax syntax_other = { "", SYNTAX_OTHER, false, false, false };

static enum rc
broken(struct reader *r, const char *what)
{
	return err_set(r->e, RC_CORRUPT, "%s at byte %zu", what, r->at);
}

static bool
is_item(uint32_t tag)
{
	return tag == TAG(0xfffe, 0xe000);
}

/* ---- elements and their order ----------------------------------------------------------------- */

static enum rc
new_element(struct reader *r, uint32_t *index)
{
	struct dicom *d = r->d;

	if (d->count >= DICOM_ELEMENTS_MAX)
		return err_set(r->e, RC_LIMIT, "more than %d elements", DICOM_ELEMENTS_MAX);
	if (d->count + 1 >= d->cap) {
		d->cap = d->cap > 0 ? d->cap * 2 : 512;
		d->el = mem_grow(d->el, d->cap, sizeof(*d->el));
	}
	*index = ++d->count;
	memset(&d->el[*index], 0, sizeof(*d->el));
	return RC_OK;
}

static int
by_tag(const void *a, const void *b, void *elements)
{
	const struct element *el = elements;
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;

	if (el[i].tag != el[j].tag)
		return el[i].tag < el[j].tag ? -1 : 1;
	return i < j ? -1 : 1; /* the number is the place in the file: the first wins */
}

/* Siblings out of order or twice: sort them and drop the later ones. */
static void
put_in_order(struct dicom *d, uint32_t *first)
{
	uint32_t n = 0, *all, *link = first;

	for (uint32_t i = *first; i != 0; i = d->el[i].next)
		n++;
	all = mem_alloc((size_t)n * sizeof(*all));
	n = 0;
	for (uint32_t i = *first; i != 0; i = d->el[i].next)
		all[n++] = i;
	qsort_r(all, n, sizeof(*all), by_tag, d->el);
	for (uint32_t k = 0; k < n; k++) {
		if (k > 0 && d->el[all[k]].tag == d->el[all[k - 1]].tag)
			continue;
		*link = all[k];
		link = &d->el[all[k]].next;
	}
	*link = 0;
	free(all);
}

const struct element *
dicom_find(const struct dicom *d, uint32_t first, uint32_t tag)
{
	for (uint32_t i = first; i != 0 && d->el[i].tag <= tag; i = d->el[i].next)
		if (d->el[i].tag == tag)
			return &d->el[i];
	return NULL;
}

uint32_t
dicom_item(const struct dicom *d, uint32_t first, uint32_t tag, uint32_t n)
{
	const struct element *seq = dicom_find(d, first, tag);
	uint32_t item = seq != NULL ? seq->child : 0;

	while (item != 0 && n-- > 0)
		item = d->el[item].next;
	return item != 0 ? d->el[item].child : 0;
}

/* Append a sibling; true while tags keep rising. */
static bool
append(struct dicom *d, uint32_t *first, uint32_t *tail, uint32_t index)
{
	bool rising = *tail == 0 || d->el[*tail].tag < d->el[index].tag;

	if (*tail == 0)
		*first = index;
	else
		d->el[*tail].next = index;
	*tail = index;
	return rising;
}

/* ---- heads ------------------------------------------------------------------------------------ */

static bool
letters(const uint8_t *p)
{
	return p[0] >= 'A' && p[0] <= 'Z' && p[1] >= 'A' && p[1] <= 'Z';
}

/* An explicit head whose VR is none of the standard's: new VRs have the long form (PS3.5 6.2), old
 * devices wrote rubbish in the short form, and some write single elements implicitly.  Whatever makes
 * the value end inside `end` is taken. */
static enum rc
odd_head(struct reader *r, size_t end, struct head *h)
{
	const uint8_t *p = r->base + r->at;
	const struct vr_info *known = vr_find(vr_of_tag(h->tag));
	size_t left = end - r->at;

	h->vr = known != NULL && known->kind != VR_KIND_SEQUENCE ? known->code : VR('U', 'N');
	if (!letters(p + 4)) {
		h->length = bytes_u32(p + 4, r->big);
		if (h->length <= left - 8) {
			r->at += 8;
			return RC_OK;
		}
	}
	if (p[6] == 0 && p[7] == 0 && left >= 12 && (known == NULL || known->wide)) {
		h->length = bytes_u32(p + 8, r->big);
		if (h->length <= left - 12) {
			r->at += 12;
			return RC_OK;
		}
	}
	h->length = bytes_u16(p + 6, r->big);
	r->at += 8;
	return RC_OK;
}

static enum rc
read_head(struct reader *r, size_t end, struct head *h)
{
	const uint8_t *p = r->base + r->at;
	const struct vr_info *vr;

	if (end - r->at < 8)
		return broken(r, "the header ends in the middle");
	h->tag = TAG(bytes_u16(p, r->big), bytes_u16(p + 2, r->big));
	h->vr = VR('U', 'N');
	if (r->implicit || h->tag >> 16 == 0xfffe) {
		h->length = bytes_u32(p + 4, r->big);
		if (h->tag >> 16 != 0xfffe)
			h->vr = vr_of_tag(h->tag);
		r->at += 8;
		return RC_OK;
	}
	vr = vr_find(VR(p[4], p[5]));
	if (vr == NULL)
		return odd_head(r, end, h);
	h->vr = vr->code;
	if (!vr->wide) {
		h->length = bytes_u16(p + 6, r->big);
		r->at += 8;
		return RC_OK;
	}
	if (end - r->at < 12)
		return broken(r, "the header ends in the middle");
	h->length = bytes_u32(p + 8, r->big);
	r->at += 12;
	return RC_OK;
}

/* ---- sequences -------------------------------------------------------------------------------- */

static enum rc
read_item(struct reader *r, size_t end, uint32_t length, uint32_t *index)
{
	bool open = length == UNDEFINED;
	uint32_t first = 0;
	enum rc rc;

	if (!open && length > end - r->at)
		return broken(r, "an item is longer than its sequence");
	rc = new_element(r, index);
	if (rc != RC_OK)
		return rc;
	rc = read_set(r, open ? end : r->at + length, open, &first);
	r->d->el[*index].tag = TAG(0xfffe, 0xe000);
	r->d->el[*index].child = first;
	return rc;
}

/* Items up to `end`, or up to the delimiter where the length is undefined. */
static enum rc
read_items(struct reader *r, size_t end, bool open, uint32_t *first)
{
	uint32_t tail = 0, index = 0;
	struct head h;
	enum rc rc;

	while (r->at < end) {
		if (end - r->at < 8)
			return broken(r, "the header ends in the middle");
		h.tag = TAG(bytes_u16(r->base + r->at, r->big), bytes_u16(r->base + r->at + 2, r->big));
		h.length = bytes_u32(r->base + r->at + 4, r->big);
		r->at += 8;
		if (h.tag == TAG(0xfffe, 0xe0dd) && open)
			return RC_OK;
		if (h.tag == TAG(0xfffe, 0xe0dd) || h.tag == TAG(0xfffe, 0xe00d))
			continue; /* stray delimiters do no harm */
		if (!is_item(h.tag))
			return broken(r, "a sequence holds something that is no item");
		index = 0;
		rc = read_item(r, end, h.length, &index);
		if (index != 0)
			append(r->d, first, &tail, index);
		if (rc != RC_OK)
			return rc;
	}
	return open ? broken(r, "the header ends in the middle of a sequence") : RC_OK;
}

static enum rc
read_sequence(struct reader *r, size_t end, const struct head *h, uint32_t index)
{
	bool open = h->length == UNDEFINED;
	uint32_t first = 0;
	enum rc rc;

	if (++r->depth > DICOM_DEPTH_MAX)
		return err_set(r->e, RC_LIMIT, "sequences nested deeper than %d", DICOM_DEPTH_MAX);
	rc = read_items(r, open ? end : r->at + h->length, open, &first);
	r->d->el[index].child = first;
	r->d->el[index].vr = VR('S', 'Q');
	r->depth--;
	return rc;
}

/* UN of undefined length is implicit little endian inside, whatever is around it (PS3.5 6.2.2). */
static enum rc
read_unknown_sequence(struct reader *r, size_t end, const struct head *h, uint32_t index)
{
	bool implicit = r->implicit, big = r->big;
	enum rc rc;

	r->implicit = true;
	r->big = false;
	rc = read_sequence(r, end, h, index);
	r->implicit = implicit;
	r->big = big;
	return rc;
}

/* ---- values ----------------------------------------------------------------------------------- */

static bool
is_pixel_tag(uint32_t tag)
{
	return tag == TAG(0x7fe0, 0x0010) || tag == TAG(0x7fe0, 0x0008) || tag == TAG(0x7fe0, 0x0009);
}

/* Step over the items of encapsulated pixel data.  *whole: the delimiter was there. */
static void
skip_fragments(struct reader *r, size_t end, bool *whole)
{
	*whole = false;
	while (end - r->at >= 8) {
		uint32_t tag = TAG(
			bytes_u16(r->base + r->at, r->big), bytes_u16(r->base + r->at + 2, r->big));
		uint32_t length = bytes_u32(r->base + r->at + 4, r->big);

		if (tag == TAG(0xfffe, 0xe0dd)) {
			*whole = true;
			return;
		}
		if (!is_item(tag))
			return; /* the caller goes on from here and will say what is wrong */
		r->at += 8;
		if (length > end - r->at) {
			r->at = end;
			return;
		}
		r->at += length;
	}
	r->at = end;
}

static enum rc
read_encapsulated(struct reader *r, size_t end, const struct head *h, uint32_t index)
{
	struct pixel_place *p = &r->d->pixel;
	size_t from = r->at;
	bool whole;

	skip_fragments(r, end, &whole);
	r->d->el[index].value = r->base + from;
	if (r->depth == 0 && p->tag == 0) {
		*p = (struct pixel_place){ .tag = h->tag,
			.vr = h->vr,
			.big = r->big,
			.encapsulated = true,
			.at = r->base + from,
			.present = r->at - from,
			.file_at = from };
		if (!whole)
			r->d->flags |= HEADER_SHORT;
	} else if (!whole) {
		return broken(r, "the header ends in the middle of a sequence");
	}
	if (whole)
		r->at += 8;
	else
		r->at = end; /* nothing after broken fragments can be told from their bytes */
	return RC_OK;
}

static enum rc
read_pixels(struct reader *r, size_t end, const struct head *h, uint32_t index)
{
	uint64_t present = h->length;

	if (h->length > end - r->at) {
		present = end - r->at;
		r->d->flags |= HEADER_SHORT;
	}
	r->d->pixel = (struct pixel_place){ .tag = h->tag,
		.vr = h->vr,
		.big = r->big,
		.at = r->base + r->at,
		.declared = h->length,
		.present = present,
		.file_at = r->at };
	r->d->el[index].value = r->base + r->at;
	r->at += present;
	return RC_OK;
}

/* A value of UN whose tag the dictionary knows: what an archive made of it that did not (CP-246). */
static enum rc
read_unknown(struct reader *r, const struct head *h, uint32_t index)
{
	uint16_t vr = vr_of_tag(h->tag);
	const struct vr_info *info = vr_find(vr);
	size_t from = r->at;
	uint32_t count = r->d->count;
	unsigned depth = r->depth;
	struct err ignored = { 0 }, *e = r->e;

	if (vr == VR('S', 'Q') && h->length > 0) {
		r->e = &ignored;
		if (read_unknown_sequence(r, r->at + h->length, h, index) != RC_OK) {
			r->d->count = count; /* no sequence after all: leave it opaque */
			r->d->el[index].child = 0;
			r->d->el[index].vr = VR('U', 'N');
			r->depth = depth;
		}
		r->e = e;
	} else if (info != NULL && info->kind != VR_KIND_SEQUENCE) {
		r->d->el[index].vr = vr;
		r->d->el[index].big = false;
	}
	r->at = from + h->length;
	return RC_OK;
}

static enum rc
read_value(struct reader *r, size_t end, const struct head *h, uint32_t index)
{
	struct element *el = &r->d->el[index];
	bool native_pixels = is_pixel_tag(h->tag) && r->depth == 0 && r->d->pixel.tag == 0;

	el->tag = h->tag;
	el->vr = h->vr;
	el->big = r->big;
	if (h->length == UNDEFINED) {
		if (is_pixel_tag(h->tag))
			return read_encapsulated(r, end, h, index);
		if (h->vr == VR('U', 'N'))
			return read_unknown_sequence(r, end, h, index);
		return read_sequence(r, end, h, index);
	}
	if (native_pixels)
		return read_pixels(r, end, h, index);
	if (h->length > end - r->at)
		return broken(r, "the header ends in the middle of a value");
	if (h->vr == VR('S', 'Q'))
		return read_sequence(r, end, h, index);
	el->value = r->base + r->at;
	el->length = h->length;
	if (h->vr == VR('U', 'N') && !r->implicit && (h->tag >> 16 & 1) == 0)
		return read_unknown(r, h, index);
	r->at += h->length;
	return RC_OK;
}

/* ---- sets ------------------------------------------------------------------------------------- */

static void
note(struct reader *r, uint32_t tag)
{
	uint32_t group = tag >> 16;

	if ((group & 1) != 0)
		r->d->flags |= HEADER_PRIVATE;
	if ((group & 0xff01) == 0x6000 && (tag & 0xffff) == 0x3000)
		r->d->flags |= HEADER_OVERLAY;
	if (tag == TAG(0x0088, 0x0200))
		r->d->flags |= HEADER_ICON;
	if (tag == TAG(0x0042, 0x0011))
		r->d->flags |= HEADER_ENCAPSULATED_DOC;
}

/* Elements up to `end`, or up to the item delimiter of an item of undefined length.  What was read
 * before an error is linked all the same. */
static enum rc
read_set(struct reader *r, size_t end, bool open, uint32_t *first)
{
	uint32_t tail = 0, index;
	bool rising = true;
	struct head h;
	enum rc rc = RC_OK;

	while (rc == RC_OK && r->at < end) {
		rc = read_head(r, end, &h);
		if (rc != RC_OK)
			break;
		if (h.tag == TAG(0xfffe, 0xe00d) && open) {
			open = false;
			break;
		}
		if (h.tag == TAG(0xfffe, 0xe00d) || h.tag == TAG(0xfffe, 0xe0dd))
			continue;
		if (is_item(h.tag)) {
			rc = broken(r, "an item outside a sequence");
			break;
		}
		rc = new_element(r, &index);
		if (rc != RC_OK)
			break;
		note(r, h.tag);
		rc = read_value(r, end, &h, index);
		rising &= append(r->d, first, &tail, index);
	}
	if (!rising)
		put_in_order(r->d, first);
	if (rc == RC_OK && open)
		rc = broken(r, "the header ends in the middle of an item");
	return rc;
}

/* ---- files ------------------------------------------------------------------------------------ */

/* File meta information: explicit little endian, group 2, its group length not believed. */
static enum rc
read_meta(struct reader *r, size_t end, uint32_t *tail)
{
	struct head h;
	uint32_t index;
	enum rc rc;

	while (end - r->at >= 8 && bytes_u16(r->base + r->at, false) == 2) {
		rc = read_head(r, end, &h);
		if (rc == RC_OK && h.length > end - r->at)
			rc = broken(r, "the file meta information ends in the middle");
		if (rc == RC_OK)
			rc = new_element(r, &index);
		if (rc != RC_OK)
			return rc;
		r->d->el[index] = (struct element){
			.tag = h.tag, .vr = h.vr, .value = r->base + r->at, .length = h.length
		};
		append(r->d, &r->d->root, tail, index);
		r->at += h.length;
	}
	return RC_OK;
}

static bool
uid_is(const struct element *el, const char *uid)
{
	size_t n = strlen(uid), len = el->length;

	while (len > 0 && (el->value[len - 1] == '\0' || el->value[len - 1] == ' '))
		len--;
	return len == n && memcmp(el->value, uid, n) == 0;
}

static const struct syntax *
declared_syntax(const struct dicom *d)
{
	const struct element *el = dicom_find(d, d->root, TAG(0x0002, 0x0010));

	if (el == NULL || el->length == 0)
		return NULL;
	for (size_t i = 0; i < MEM_COUNT(syntaxes); i++)
		if (uid_is(el, syntaxes[i].uid))
			return &syntaxes[i];
	return &syntax_other;
}

/* What the first element of the data set looks like; NULL: like no DICOM at all.  A first group above
 * 0x20 in both byte orders is no data set of an image or a report. */
static const struct syntax *
guess_syntax(const uint8_t *p, size_t left)
{
	uint16_t little, bigger;

	if (left < 8)
		return NULL;
	little = bytes_u16(p, false);
	bigger = bytes_u16(p, true);
	if (little != 0 && little <= 0x20)
		return letters(p + 4) ? &syntaxes[0]
			: bytes_u32(p + 4, false) <= left - 8 || bytes_u32(p + 4, false) == UNDEFINED
			? &syntaxes[1]
			: NULL;
	if (bigger != 0 && bigger <= 0x20 && letters(p + 4))
		return &syntaxes[2];
	return NULL;
}

/* The declared syntax, unless the bytes plainly are of another encoding. */
static enum rc
choose_syntax(struct reader *r, size_t end, bool had_meta)
{
	const struct syntax *declared = declared_syntax(r->d);
	const struct syntax *seen = guess_syntax(r->base + r->at, end - r->at);

	if (declared == NULL && seen == NULL)
		return err_set(r->e, had_meta ? RC_CORRUPT : RC_INVALID,
			had_meta ? "no data set follows the file meta information" : "not a DICOM file");
	r->d->syntax = declared != NULL ? declared : seen;
	r->implicit = r->d->syntax->implicit;
	r->big = r->d->syntax->big;
	if (seen != NULL && !r->d->syntax->deflated) {
		r->implicit = seen->implicit;
		r->big = seen->big;
	}
	return RC_OK;
}

static enum rc
inflate_set(struct reader *r, size_t *end)
{
	struct dicom *d = r->d;
	bool whole;
	enum rc rc;

	rc = inflate_bytes(r->base + r->at, *end - r->at, DICOM_INFLATED_MAX, &d->inflated,
		&d->inflated_size, &whole, r->e);
	if (rc != RC_OK)
		return rc;
	if (!whole)
		d->flags |= HEADER_SHORT;
	r->base = d->inflated;
	r->at = 0;
	*end = d->inflated_size;
	return RC_OK;
}

static bool
only_zeros(const uint8_t *p, size_t n)
{
	while (n > 0 && p[n - 1] == 0)
		n--;
	return n == 0;
}

/* The data set.  Once the pixel data were reached a break after them only shortens the file. */
static enum rc
read_data_set(struct reader *r, size_t end, uint32_t tail)
{
	struct dicom *d = r->d;
	struct err cause = { 0 }, *e = r->e;
	uint32_t first = 0;
	enum rc rc;

	r->e = &cause;
	rc = read_set(r, end, false, &first);
	r->e = e;
	if (tail == 0)
		d->root = first;
	else
		d->el[tail].next = first;
	put_in_order(d, &d->root);
	if (rc == RC_CORRUPT && d->pixel.tag != 0) {
		if (end - r->at >= 8 || !only_zeros(r->base + r->at, end - r->at))
			d->flags |= HEADER_SHORT;
		return RC_OK;
	}
	if (rc != RC_OK)
		return err_set(e, rc, "%s", cause.text);
	return RC_OK;
}

static bool
is_directory(const struct dicom *d)
{
	const struct element *class = dicom_find(d, d->root, TAG(0x0002, 0x0002));

	if (class != NULL && uid_is(class, "1.2.840.10008.1.3.10"))
		return true;
	return dicom_find(d, d->root, TAG(0x0004, 0x1220)) != NULL;
}

enum rc
dicom_parse(struct dicom *d, const uint8_t *bytes, size_t size, struct err *e)
{
	struct err cause = { 0 };
	struct reader r = { .d = d, .base = bytes, .e = &cause };
	size_t end = size;
	uint32_t tail = 0;
	enum rc rc;

	memset(d, 0, sizeof(*d));
	d->file = bytes;
	d->size = size;
	if (size >= PREAMBLE + 4 && memcmp(bytes + PREAMBLE, "DICM", 4) == 0) {
		d->flags |= HEADER_PREAMBLE;
		r.at = PREAMBLE + 4;
	}
	rc = read_meta(&r, end, &tail);
	if (rc == RC_OK)
		rc = choose_syntax(&r, end, d->flags & HEADER_PREAMBLE || tail != 0);
	if (rc == RC_OK && d->syntax->deflated)
		rc = inflate_set(&r, &end);
	if (rc == RC_OK)
		rc = read_data_set(&r, end, tail);
	if (is_directory(d)) {
		d->flags |= HEADER_DICOMDIR; /* left out by name, whole or not */
		return RC_OK;
	}
	return rc != RC_OK ? err_set(e, rc, "%s", cause.text) : RC_OK;
}

void
dicom_release(struct dicom *d)
{
	free(d->inflated);
	free(d->el);
	memset(d, 0, sizeof(*d));
}
