/* What the header says of the pixels. */
#include "core/dicom/worker/image.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/dicom/worker/bytes.h"
#include "core/dicom/worker/lut.h"
#include "core/dicom/worker/value.h"

static const char *const photometric_names[] = {
	[PHOTO_MONOCHROME2] = "MONOCHROME2",
	[PHOTO_MONOCHROME1] = "MONOCHROME1",
	[PHOTO_PALETTE] = "PALETTE COLOR",
	[PHOTO_RGB] = "RGB",
	[PHOTO_YBR_FULL] = "YBR_FULL",
	[PHOTO_YBR_FULL_422] = "YBR_FULL_422",
	[PHOTO_YBR_PARTIAL_422] = "YBR_PARTIAL_422",
	[PHOTO_YBR_ICT] = "YBR_ICT",
	[PHOTO_YBR_RCT] = "YBR_RCT",
};

/* ---- shape ------------------------------------------------------------------------------------ */

static enum photometric
photometric_of(const char *name, unsigned samples)
{
	if (name[0] == '\0')
		return samples == 3 ? PHOTO_RGB : PHOTO_MONOCHROME2;
	for (size_t i = 0; i < MEM_COUNT(photometric_names); i++)
		if (strcmp(name, photometric_names[i]) == 0)
			return (enum photometric)i;
	return PHOTO_OTHER;
}

static unsigned
small_number(const struct dicom *d, uint32_t tag, unsigned other)
{
	long v = value_long_or(d, d->root, tag, (long)other);

	return v >= 0 && v <= 65535 ? (unsigned)v : 0;
}

static void
settle_bits(const struct dicom *d, struct image_shape *s)
{
	s->allocated = small_number(d, TAG(0x0028, 0x0100), 0);
	if (d->pixel.tag == TAG(0x7fe0, 0x0008))
		s->allocated = 32;
	if (d->pixel.tag == TAG(0x7fe0, 0x0009))
		s->allocated = 64;
	s->stored = small_number(d, TAG(0x0028, 0x0101), s->allocated);
	if (s->stored == 0 || s->stored > s->allocated)
		s->stored = s->allocated;
	s->high = small_number(d, TAG(0x0028, 0x0102), s->stored - 1);
	if (s->high >= s->allocated || s->high + 1 < s->stored)
		s->high = s->stored - 1;
	s->is_signed = small_number(d, TAG(0x0028, 0x0103), 0) == 1;
}

/* Items after the offset table: frames cannot outnumber them. */
static uint64_t
count_fragments(const struct pixel_place *p)
{
	uint64_t n = 0, at = 0;

	while (p->present - at >= 8) {
		uint64_t length = bytes_u32(p->at + at + 4, p->big);

		at += 8;
		n++;
		if (length > p->present - at)
			break;
		at += length;
	}
	return n > 0 ? n - 1 : 0;
}

static void
settle_frames(const struct dicom *d, struct image_shape *s)
{
	long declared = value_long_or(d, d->root, TAG(0x0028, 0x0008), 1);
	uint64_t there;

	s->declared = declared < 1 ? 1 : (uint32_t)declared;
	if (d->pixel.encapsulated)
		there = count_fragments(&d->pixel);
	else
		there = s->frame_bits > 0 ? d->pixel.present * 8 / s->frame_bits : s->declared;
	s->is_short = there < s->declared;
	s->frames = there < s->declared ? (uint32_t)there : s->declared;
	if (s->frames == 0)
		s->frames = 1;
}

void
image_shape(const struct dicom *d, struct image_shape *s)
{
	uint64_t pixels;

	memset(s, 0, sizeof(*s));
	s->height = small_number(d, TAG(0x0028, 0x0010), 0);
	s->width = small_number(d, TAG(0x0028, 0x0011), 0);
	s->samples = small_number(d, TAG(0x0028, 0x0002), 1);
	s->by_plane = small_number(d, TAG(0x0028, 0x0006), 0) == 1;
	settle_bits(d, s);
	value_word(d, d->root, TAG(0x0028, 0x0004), s->photometric_name, sizeof(s->photometric_name));
	s->photometric = photometric_of(s->photometric_name, s->samples);

	pixels = (uint64_t)s->width * s->height;
	s->frame_bits = pixels * s->samples * s->allocated;
	if (!d->pixel.encapsulated && s->samples == 3 &&
		(s->photometric == PHOTO_YBR_FULL_422 || s->photometric == PHOTO_YBR_PARTIAL_422)) {
		/* Some writers say 4:2:2 and store all of it. */
		uint64_t frames = (uint64_t)value_long_or(d, d->root, TAG(0x0028, 0x0008), 1);

		if (d->pixel.declared * 8 / (frames > 0 ? frames : 1) < s->frame_bits)
			s->frame_bits = pixels * 2 * s->allocated;
	}
	settle_frames(d, s);
}

enum frame_kind
image_kind(const struct dicom *d, const struct image_shape *s)
{
	if (s->samples == 3 || s->photometric == PHOTO_PALETTE)
		return FRAME_RGB8;
	if (s->allocated > 16 || d->pixel.tag != TAG(0x7fe0, 0x0010))
		return FRAME_F32;
	return s->is_signed ? FRAME_S16 : FRAME_U16;
}

static bool
colours_fit(const struct image_shape *s)
{
	if (s->samples == 1)
		return s->photometric <= PHOTO_PALETTE;
	return s->samples == 3 && s->photometric >= PHOTO_RGB && s->photometric < PHOTO_OTHER;
}

enum rc
image_check(const struct dicom *d, const struct image_shape *s, size_t limit, struct err *e)
{
	static const unsigned sizes[] = { 1, 8, 16, 32, 64 };
	bool known = false;

	if (d->pixel.tag == 0)
		return err_set(e, RC_NOT_FOUND, "the object has no pixel data");
	if (s->width == 0 || s->height == 0)
		return err_set(e, RC_CORRUPT, "rows or columns are missing or out of range");
	for (size_t i = 0; i < MEM_COUNT(sizes); i++)
		known |= s->allocated == sizes[i];
	if (!known || (s->allocated == 64 && d->pixel.tag != TAG(0x7fe0, 0x0009)))
		return err_set(e, RC_UNSUPPORTED, "%u bits allocated", s->allocated);
	if (s->photometric == PHOTO_OTHER)
		return err_set(e, RC_UNSUPPORTED, "photometric interpretation \"%s\"",
			s->photometric_name);
	if (!colours_fit(s))
		return err_set(e, RC_CORRUPT, "%u samples a pixel do not go with %s", s->samples,
			s->photometric_name[0] != '\0' ? s->photometric_name
						       : "no photometric "
							 "interpretation");
	if (s->samples == 3 && s->allocated == 1)
		return err_set(e, RC_UNSUPPORTED, "colour of one bit");
	if ((uint64_t)s->width * s->height * frame_pixel_size(image_kind(d, s)) > limit ||
		s->frame_bits / 8 > limit)
		return err_set(e, RC_LIMIT, "a frame of %u x %u is larger than %zu MiB", s->width,
			s->height, limit >> 20);
	return RC_OK;
}

/* ---- how to show them ------------------------------------------------------------------------- */

/* The functional group macro `tag` for this frame: its own, else the shared one; 0 where neither. */
static uint32_t
macro(const struct dicom *d, uint32_t index, uint32_t tag)
{
	uint32_t frame = dicom_item(d, d->root, TAG(0x5200, 0x9230), index);
	uint32_t found = frame != 0 ? dicom_item(d, frame, tag, 0) : 0;

	if (found == 0) {
		uint32_t shared = dicom_item(d, d->root, TAG(0x5200, 0x9229), 0);

		found = shared != 0 ? dicom_item(d, shared, tag, 0) : 0;
	}
	return found;
}

/* The level at which `tag` is: the macro's where it has it, else the top. */
static uint32_t
level_of(const struct dicom *d, uint32_t group, uint32_t tag)
{
	return group != 0 && dicom_find(d, group, tag) != NULL ? group : d->root;
}

static void
fill_rescale(const struct dicom *d, uint32_t index, struct frame_info *i)
{
	uint32_t group = macro(d, index, TAG(0x0028, 0x9145));
	uint32_t level = level_of(d, group, TAG(0x0028, 0x1053));

	i->slope = value_number_or(d, level, TAG(0x0028, 0x1053), 0, 1);
	i->intercept = value_number_or(d, level, TAG(0x0028, 0x1052), 0, 0);
	if (i->slope == 0)
		i->slope = 1; /* would make every pixel the same */
}

static enum voi_function
function_of(const struct dicom *d, uint32_t level)
{
	char word[20];

	value_word(d, level, TAG(0x0028, 0x1056), word, sizeof(word));
	if (strcmp(word, "SIGMOID") == 0)
		return VOI_SIGMOID;
	return strcmp(word, "LINEAR_EXACT") == 0 ? VOI_LINEAR_EXACT : VOI_LINEAR;
}

/* The n-th of several explanations, already clean. */
static void
name_of(const char *names, unsigned n, char *to, size_t size)
{
	char one[256];
	size_t len;

	for (; n > 0 && names != NULL; n--) {
		names = strchr(names, '\\');
		if (names != NULL)
			names++;
	}
	to[0] = '\0';
	if (names == NULL)
		return;
	len = strcspn(names, "\\");
	if (len >= sizeof(one))
		len = sizeof(one) - 1;
	memcpy(one, names, len);
	one[len] = '\0';
	str_copy(to, size, one);
	str_clean(to); /* `one` may have cut a character in half */
}

static void
fill_windows(const struct dicom *d, uint32_t index, const struct charset *c, struct frame_info *i)
{
	uint32_t group = macro(d, index, TAG(0x0028, 0x9132));
	uint32_t level = level_of(d, group, TAG(0x0028, 0x1050));
	const struct element *centre = dicom_find(d, level, TAG(0x0028, 0x1050));
	const struct element *width = dicom_find(d, level, TAG(0x0028, 0x1051));
	const struct element *text = dicom_find(d, level, TAG(0x0028, 0x1055));
	struct buf names = { 0 };
	uint32_t ignored = 0;

	if (centre == NULL || width == NULL)
		return;
	if (text != NULL)
		value_text(text, c, &names, &ignored);
	for (unsigned n = 0; n < FRAME_WINDOWS_MAX; n++) {
		struct voi_window *w = &i->window[i->windows];

		if (!value_number(centre, n, &w->centre) || !value_number(width, n, &w->width))
			break;
		w->function = function_of(d, level);
		if (w->width <= 0 || (w->function == VOI_LINEAR && w->width < 1))
			continue; /* C.11.2.1.2: no such width */
		name_of(names.data, n, w->name, sizeof(w->name));
		i->windows++;
	}
	buf_release(&names);
}

/* A stored value read as unsigned where its element has the wrong VR for signed pixels. */
static double
as_stored(const struct image_shape *s, double v)
{
	if (s->is_signed && s->allocated <= 16 && v > 32767)
		return v - 65536;
	if (!s->is_signed && v < 0)
		return v + 65536;
	return v;
}

static void
fill_padding(const struct dicom *d, const struct image_shape *s, struct frame_info *i)
{
	const struct element *value = dicom_find(d, d->root, TAG(0x0028, 0x0120));
	double a, b;

	if (value == NULL || !value_number(value, 0, &a))
		return;
	b = value_number_or(d, d->root, TAG(0x0028, 0x0121), 0, a);
	a = as_stored(s, a);
	b = as_stored(s, b);
	i->has_padding = true;
	i->pad_low = a < b ? a : b;
	i->pad_high = a < b ? b : a;
}

/* Row spacing by column spacing: how much taller than wide a pixel is. */
static double
aspect_of(const struct dicom *d, uint32_t index)
{
	static const uint32_t tags[] = { TAG(0x0028, 0x0030), TAG(0x0018, 0x1164),
		TAG(0x0018, 0x2010), TAG(0x0028, 0x0034) };
	uint32_t measures = macro(d, index, TAG(0x0028, 0x9110));

	for (size_t i = 0; i < MEM_COUNT(tags); i++) {
		uint32_t level = i == 0 ? level_of(d, measures, tags[0]) : d->root;
		double row = value_number_or(d, level, tags[i], 0, 0);
		double column = value_number_or(d, level, tags[i], 1, 0);

		if (row > 0 && column > 0 && row / column > 0.01 && row / column < 100)
			return row / column;
	}
	return 1;
}

void
image_info(const struct dicom *d, const struct image_shape *s, uint32_t index,
	const struct charset *c, struct wire_frame *out, uint8_t *memory)
{
	struct frame_info *i = &out->info;
	uint32_t group = macro(d, index, TAG(0x0028, 0x9132));

	memset(out, 0, sizeof(*out));
	i->kind = image_kind(d, s);
	i->width = s->width;
	i->height = s->height;
	i->bits_stored = s->stored;
	i->aspect = aspect_of(d, index);
	i->slope = 1;
	if (i->kind == FRAME_RGB8)
		return;
	i->invert = s->photometric == PHOTO_MONOCHROME1;
	fill_rescale(d, index, i);
	fill_windows(d, index, c, i);
	fill_padding(d, s, i);
	lut_read(d, s, dicom_item(d, d->root, TAG(0x0028, 0x3000), 0), s->is_signed, &out->modality,
		memory + WIRE_MODALITY_AT);
	lut_read(d, s, dicom_item(d, level_of(d, group, TAG(0x0028, 0x3010)), TAG(0x0028, 0x3010), 0),
		out->modality.count == 0 && (s->is_signed || i->intercept < 0), &out->voi,
		memory + WIRE_VOI_AT);
}
