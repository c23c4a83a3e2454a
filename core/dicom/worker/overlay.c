/* Overlay planes: which there are for a frame, and their bits. */
#include "core/dicom/worker/overlay.h"

#include <string.h>

#include "core/base/str.h"
#include "core/dicom/worker/bytes.h"
#include "core/dicom/worker/value.h"

/* The group that begins at element `first`. */
struct group {
	uint32_t first;
	uint16_t number;
};

/* The next group 60xx after group `g` (number 0: the first); false where there is none. */
static bool
next_group(const struct dicom *d, struct group *g)
{
	uint32_t i = g->number != 0 ? g->first : d->root;

	for (; i != 0; i = d->el[i].next) {
		uint16_t number = (uint16_t)(d->el[i].tag >> 16);

		if ((number & 0xff01) != 0x6000 || number == g->number)
			continue;
		g->first = i;
		g->number = number;
		return true;
	}
	return false;
}

static long
number(const struct dicom *d, const struct group *g, uint16_t element, unsigned n, long other)
{
	double v = value_number_or(d, g->first, TAG(g->number, element), n, (double)other);

	return v > -1e9 && v < 1e9 ? (long)v : other;
}

static const struct element *
data_of(const struct dicom *d, const struct group *g)
{
	return dicom_find(d, g->first, TAG(g->number, 0x3000));
}

unsigned
overlay_count(const struct dicom *d)
{
	struct group g = { 0 };
	unsigned n = 0;

	while (next_group(d, &g))
		n += data_of(d, &g) != NULL || number(d, &g, 0x0100, 0, 1) != 1;
	return n;
}

/* Which frame of the plane belongs to this one of the image, from 0; -1 for none.  One that names no
 * frame belongs to all, and so does any where the image has one frame only. */
static long
frame_of(const struct overlay_job *job, const struct group *g)
{
	long frames = number(job->d, g, 0x0015, 0, 0), first = number(job->d, g, 0x0051, 0, 0);
	long n;

	if (job->s->declared == 1 || (frames <= 1 && first < 1))
		return 0;
	n = (long)job->index + 1 - (first < 1 ? 1 : first);
	return n >= 0 && n < (frames < 1 ? 1 : frames) ? n : -1;
}

/* Bytes of 16-bit words of a big endian file lie crosswise (PS3.5 8.1.2). */
static bool
is_crossed(const struct element *el)
{
	return el->big && el->vr == VR('O', 'W');
}

static bool
copy_bits(const struct element *el, uint64_t from, size_t n, uint8_t *to)
{
	uint64_t need = (from + n + 7) / 8;
	unsigned cross = is_crossed(el);

	if (need + (cross & need) > el->length)
		return false;
	if (from % 8 == 0 && !cross) {
		memcpy(to, el->value + from / 8, (n + 7) / 8);
		return true;
	}
	memset(to, 0, (n + 7) / 8);
	for (size_t i = 0; i < n; i++) {
		uint64_t bit = from + i;

		to[i / 8] |= (uint8_t)((el->value[bit / 8 ^ cross] >> bit % 8 & 1) << i % 8);
	}
	return true;
}

static uint32_t
sample(const struct raw *raw, size_t i)
{
	if (raw->bits == 8)
		return raw->at[i];
	if (raw->bits == 16)
		return bytes_u16(raw->at + 2 * i, raw->big);
	return bytes_u32(raw->at + 4 * i, raw->big);
}

/* A bit of the samples that is none of the picture's.  All of the image, whatever the group says of
 * rows, columns and origin: text that hides there is meant to be seen. */
static bool
pick_bits(const struct overlay_job *job, const struct group *g, struct wire_overlay *w, uint8_t *to)
{
	const struct image_shape *s = job->s;
	const struct raw *raw = job->raw;
	long position = number(job->d, g, 0x0102, 0, -1);
	size_t n = (size_t)s->width * s->height;

	if (s->samples != 1 || (raw->bits != 8 && raw->bits != 16 && raw->bits != 32) ||
		job->d->pixel.tag != TAG(0x7fe0, 0x0010) ||
		number(job->d, g, 0x0100, 0, 1) != (long)s->allocated)
		return false;
	if (position < 0 || position >= (long)raw->bits ||
		(position <= (long)s->high && position + (long)s->stored > (long)s->high))
		return false;
	w->left = w->top = 0;
	w->width = s->width;
	w->height = s->height;
	memset(to, 0, (n + 7) / 8);
	for (size_t i = 0; i < n; i++)
		to[i / 8] |= (uint8_t)((sample(raw, i) >> position & 1) << i % 8);
	return true;
}

static void
describe(const struct overlay_job *job, const struct group *g, struct wire_overlay *w)
{
	const struct element *text = dicom_find(job->d, g->first, TAG(g->number, 0x1500));
	struct buf label = { 0 };
	uint32_t ignored = 0;
	char type[4];

	memset(w, 0, sizeof(*w));
	w->group = g->number;
	value_word(job->d, g->first, TAG(g->number, 0x0040), type, sizeof(type));
	w->type = strcmp(type, "G") == 0 || strcmp(type, "R") == 0 ? type[0] : '?';
	if (text == NULL)
		text = dicom_find(job->d, g->first, TAG(g->number, 0x0022));
	if (text != NULL)
		value_text(text, job->c, &label, &ignored);
	if (label.data != NULL)
		str_copy(w->label, sizeof(w->label), label.data);
	buf_release(&label);
}

/* Rows, columns and origin as the group has them: row before column, from 1. */
static bool
measure(const struct overlay_job *job, const struct group *g, struct wire_overlay *w)
{
	long height = number(job->d, g, 0x0010, 0, 0), width = number(job->d, g, 0x0011, 0, 0);
	long top = number(job->d, g, 0x0050, 0, 1) - 1, left = number(job->d, g, 0x0050, 1, 1) - 1;

	if (height < 1 || height > 65535 || width < 1 || width > 65535 || top < -65536 ||
		top > 65536 || left < -65536 || left > 65536)
		return false;
	w->height = (uint32_t)height;
	w->width = (uint32_t)width;
	w->top = (int32_t)top;
	w->left = (int32_t)left;
	return true;
}

static bool
read_plane(const struct overlay_job *job, const struct group *g, struct wire_overlay *w,
	uint8_t *to, size_t room)
{
	const struct element *data = data_of(job->d, g);
	long frame = frame_of(job, g);
	uint64_t pixels;

	if (frame < 0)
		return false;
	describe(job, g, w);
	if (data == NULL)
		return overlay_bytes(job->s->width, job->s->height) <= room &&
			pick_bits(job, g, w, to);
	if (!measure(job, g, w) || overlay_bytes(w->width, w->height) > room)
		return false;
	pixels = (uint64_t)w->width * w->height;
	return copy_bits(data, pixels * (uint64_t)frame, pixels, to);
}

void
overlay_read(const struct overlay_job *job, struct wire_frame *out, uint8_t *memory)
{
	const struct frame_info *i = &out->info;
	size_t end = WIRE_PIXELS_AT + (size_t)i->width * i->height * frame_pixel_size(i->kind);
	size_t stop = wire_next(end) + WIRE_OVERLAY_ROOM - 16;
	struct group g = { 0 };

	while (out->overlays < FRAME_OVERLAYS_MAX && next_group(job->d, &g)) {
		struct wire_overlay *w = &out->overlay[out->overlays];
		size_t at = wire_next(end);

		if (at >= stop || !read_plane(job, &g, w, memory + at, stop - at))
			continue;
		end = at + overlay_bytes(w->width, w->height);
		out->overlays++;
	}
}
