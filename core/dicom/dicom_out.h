/* A small writer of DICOM objects of our own making: explicit little endian, native pixels.
 *
 * Elements may be added in any order; they are written in ascending order of their tags, padded
 * to even lengths.  It knows our own input only: more than DICOM_OUT_MAX elements, the same tag
 * twice or a value too long for its VR is a mistake of ours and asserted.  One thread at a time. */
#ifndef CORE_DICOM_DICOM_OUT_H
#define CORE_DICOM_DICOM_OUT_H

#include "core/base/buf.h"
#include "core/base/err.h"

enum { DICOM_OUT_MAX = 160 };

#define DICOM_TAG(group, element) ((uint32_t)(group) << 16 | (uint32_t)(element))

struct dicom_out {
	struct buf values;
	size_t n;
	struct dicom_element {
		uint32_t tag;
		char vr[3];
		size_t at, length; /* in values */
	} element[DICOM_OUT_MAX];
	const char *maker;  /* implementation version name, lent; NULL: the demonstration's */
	const void *pixels; /* borrowed until written */
	size_t pixel_bytes;
	int pixel_bits; /* 8 or 16 */
};

void dicom_out_clear(struct dicom_out *o); /* no elements; memory kept */
void dicom_out_release(struct dicom_out *o);

/* A text element; NULL leaves it out, "" writes it empty. */
void dicom_out_text(struct dicom_out *o, uint32_t tag, const char *vr, const char *text);
void dicom_out_format(struct dicom_out *o, uint32_t tag, const char *vr, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void dicom_out_us(struct dicom_out *o, uint32_t tag, unsigned value);
void dicom_out_tag(struct dicom_out *o, uint32_t tag, uint32_t value); /* AT */
void dicom_out_ss(struct dicom_out *o, uint32_t tag, int value);

/* A sequence with the elements of `item` as its one item. */
void dicom_out_sequence(struct dicom_out *o, uint32_t tag, const struct dicom_out *item);

/* A sequence of any number of items: each is added to `items` when its elements are there (`item` may be used anew after that),
 * and what was gathered becomes the sequence.  An empty buffer makes a sequence without items. */
void dicom_out_item(struct buf *items, const struct dicom_out *item);
void dicom_out_items(struct dicom_out *o, uint32_t tag, const struct buf *items);

/* The pixels of the file, little endian as on this machine; borrowed. */
void dicom_out_pixels(struct dicom_out *o, const void *pixels, size_t bytes, int bits);

/* Preamble, meta group and elements, without pixels, at the end of `to`. */
void dicom_out_bytes(const struct dicom_out *o, struct buf *to);

/* Write preamble, meta group, elements and pixels to `path`; what was there is replaced.  The
 * SOP class and instance of the meta group are those of (0008,0016) and (0008,0018).  `cut` > 0
 * ends the file after that many bytes, as a broken transfer does. */
enum rc dicom_out_write(struct dicom_out *o, const char *path, size_t cut, struct err *e);

#endif
