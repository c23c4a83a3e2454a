/* Writing DICOM files (see dicom_out.h). */
#include "core/dicom/dicom_out.h"

#include <assert.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char explicit_little_endian[] = "1.2.840.10008.1.2.1";

void
dicom_out_clear(struct dicom_out *o)
{
	buf_clear(&o->values);
	o->n = 0;
	o->pixels = NULL;
	o->pixel_bytes = 0;
}

void
dicom_out_release(struct dicom_out *o)
{
	buf_release(&o->values);
	o->n = 0;
}

/* The VRs whose length field has four bytes (PS3.5 7.1.2). */
static int
is_long(const char *vr)
{
	return strcmp(vr, "OB") == 0 || strcmp(vr, "OW") == 0 || strcmp(vr, "SQ") == 0 ||
		strcmp(vr, "UT") == 0;
}

static void
add(struct dicom_out *o, uint32_t tag, const char *vr, const void *bytes, size_t length)
{
	struct dicom_element *el;

	assert(o->n < DICOM_OUT_MAX && strlen(vr) == 2);
	assert(length < (is_long(vr) ? 0xfffffffeu : 65534u));
	for (size_t i = 0; i < o->n; i++)
		assert(o->element[i].tag != tag);
	el = &o->element[o->n++];
	el->tag = tag;
	memcpy(el->vr, vr, 3);
	el->at = o->values.len;
	if (length > 0)
		buf_add(&o->values, bytes, length);
	if (length % 2 != 0)
		buf_char(&o->values, strcmp(vr, "UI") == 0 || strcmp(vr, "OB") == 0 ? '\0' : ' ');
	el->length = o->values.len - el->at;
}

void
dicom_out_text(struct dicom_out *o, uint32_t tag, const char *vr, const char *text)
{
	if (text != NULL)
		add(o, tag, vr, text, strlen(text));
}

void
dicom_out_format(struct dicom_out *o, uint32_t tag, const char *vr, const char *fmt, ...)
{
	char text[256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	assert(n >= 0 && (size_t)n < sizeof(text));
	add(o, tag, vr, text, (size_t)n);
}

static void
put(struct buf *b, uint32_t value, int bytes)
{
	for (; bytes > 0; bytes--, value >>= 8)
		buf_char(b, (char)(value & 0xff));
}

void
dicom_out_us(struct dicom_out *o, uint32_t tag, unsigned value)
{
	unsigned char bytes[2] = { (unsigned char)(value & 0xff),
		(unsigned char)(value >> 8 & 0xff) };

	assert(value <= 65535);
	add(o, tag, "US", bytes, 2);
}

void
dicom_out_tag(struct dicom_out *o, uint32_t tag, uint32_t value)
{
	unsigned char bytes[4] = { (unsigned char)(value >> 16 & 0xff), (unsigned char)(value >> 24),
		(unsigned char)(value & 0xff), (unsigned char)(value >> 8 & 0xff) };

	add(o, tag, "AT", bytes, 4);
}

void
dicom_out_ss(struct dicom_out *o, uint32_t tag, int value)
{
	unsigned bits = (unsigned)value & 0xffff;
	unsigned char bytes[2] = { (unsigned char)(bits & 0xff), (unsigned char)(bits >> 8) };

	assert(value >= -32768 && value <= 32767);
	add(o, tag, "SS", bytes, 2);
}

static int
by_tag(const void *a, const void *b)
{
	uint32_t left = ((const struct dicom_element *)a)->tag,
		 right = ((const struct dicom_element *)b)->tag;

	return left < right ? -1 : left > right;
}

static void
put_head(struct buf *b, uint32_t tag, const char *vr, size_t length)
{
	put(b, tag >> 16, 2);
	put(b, tag & 0xffff, 2);
	buf_add(b, vr, 2);
	if (is_long(vr)) {
		put(b, 0, 2);
		put(b, (uint32_t)length, 4);
	} else {
		put(b, (uint32_t)length, 2);
	}
}

static void
put_elements(struct buf *b, const struct dicom_out *o)
{
	struct dicom_element sorted[DICOM_OUT_MAX];

	memcpy(sorted, o->element, o->n * sizeof(*sorted));
	qsort(sorted, o->n, sizeof(*sorted), by_tag);
	for (size_t i = 0; i < o->n; i++) {
		put_head(b, sorted[i].tag, sorted[i].vr, sorted[i].length);
		if (sorted[i].length > 0)
			buf_add(b, o->values.data + sorted[i].at, sorted[i].length);
	}
}

void
dicom_out_item(struct buf *items, const struct dicom_out *item)
{
	struct buf inner = { 0 };

	put_elements(&inner, item);
	put(items, 0xfffe, 2);
	put(items, 0xe000, 2);
	put(items, (uint32_t)inner.len, 4);
	if (inner.len > 0)
		buf_add(items, inner.data, inner.len);
	buf_release(&inner);
}

void
dicom_out_items(struct dicom_out *o, uint32_t tag, const struct buf *items)
{
	add(o, tag, "SQ", items->data, items->len);
}

void
dicom_out_sequence(struct dicom_out *o, uint32_t tag, const struct dicom_out *item)
{
	struct buf items = { 0 };

	dicom_out_item(&items, item);
	dicom_out_items(o, tag, &items);
	buf_release(&items);
}

void
dicom_out_pixels(struct dicom_out *o, const void *pixels, size_t bytes, int bits)
{
	assert(bytes % 2 == 0 && bytes < 0xfffffffeu);
	o->pixels = pixels;
	o->pixel_bytes = bytes;
	o->pixel_bits = bits;
}

static void
meta_from(struct dicom_out *meta, const struct dicom_out *o, uint32_t from, uint32_t to)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->element[i].tag == from)
			add(meta, to, "UI", o->values.data + o->element[i].at, o->element[i].length);
}

static void
put_meta(struct buf *b, const struct dicom_out *o)
{
	struct dicom_out meta = { 0 };
	struct buf group = { 0 };

	add(&meta, DICOM_TAG(0x0002, 0x0001), "OB", "\0\1", 2);
	meta_from(&meta, o, DICOM_TAG(0x0008, 0x0016), DICOM_TAG(0x0002, 0x0002));
	meta_from(&meta, o, DICOM_TAG(0x0008, 0x0018), DICOM_TAG(0x0002, 0x0003));
	dicom_out_text(&meta, DICOM_TAG(0x0002, 0x0010), "UI", explicit_little_endian);
	dicom_out_text(&meta, DICOM_TAG(0x0002, 0x0012), "UI",
		"2.25.309485772013846555019283746501928374");
	dicom_out_text(&meta, DICOM_TAG(0x0002, 0x0013), "SH",
		o->maker != NULL ? o->maker : "WETREAD_DEMO");
	put_elements(&group, &meta);
	memset(buf_room(b, 128), 0, 128);
	b->len += 128;
	buf_add(b, "DICM", 4);
	put_head(b, DICOM_TAG(0x0002, 0x0000), "UL", 4);
	put(b, (uint32_t)group.len, 4);
	buf_add(b, group.data, group.len);
	buf_release(&group);
	dicom_out_release(&meta);
}

void
dicom_out_bytes(const struct dicom_out *o, struct buf *to)
{
	put_meta(to, o);
	put_elements(to, o);
}

static enum rc
write_all(int fd, const char *bytes, size_t n, struct err *e)
{
	while (n > 0) {
		ssize_t done = write(fd, bytes, n);

		if (done < 0)
			return err_errno(e, RC_FAILED, "cannot write the demonstration");
		bytes += done;
		n -= (size_t)done;
	}
	return RC_OK;
}

enum rc
dicom_out_write(struct dicom_out *o, const char *path, size_t cut, struct err *e)
{
	struct buf head = { 0 };
	enum rc rc;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		return err_errno(e, RC_FAILED, "cannot make a file of the demonstration");
	dicom_out_bytes(o, &head);
	if (o->pixels != NULL)
		put_head(&head, DICOM_TAG(0x7fe0, 0x0010), o->pixel_bits == 8 ? "OB" : "OW",
			o->pixel_bytes);
	rc = write_all(fd, head.data, head.len, e);
	if (rc == RC_OK && o->pixels != NULL)
		rc = write_all(fd, o->pixels, o->pixel_bytes, e);
	if (rc == RC_OK && cut > 0 && ftruncate(fd, (off_t)cut) != 0)
		rc = err_errno(e, RC_FAILED, "cannot cut a file of the demonstration");
	if (close(fd) != 0 && rc == RC_OK)
		rc = err_errno(e, RC_FAILED, "cannot write the demonstration");
	buf_release(&head);
	return rc;
}
