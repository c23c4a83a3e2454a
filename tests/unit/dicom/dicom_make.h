/* Tiny DICOM files built in memory, and the decoder they are sent through.  For the tests here. */
#ifndef TESTS_UNIT_DICOM_DICOM_MAKE_H
#define TESTS_UNIT_DICOM_DICOM_MAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/dicom/decoder.h"

#define MAKE_UNDEFINED 0xffffffffu

#define EXPLICIT_LE "1.2.840.10008.1.2.1"
#define IMPLICIT_LE "1.2.840.10008.1.2"
#define EXPLICIT_BE "1.2.840.10008.1.2.2"
#define DEFLATED    "1.2.840.10008.1.2.1.99"
#define RLE         "1.2.840.10008.1.2.5"

struct maker {
	struct buf b;
	bool implicit, big;
};

static inline void
put16(struct maker *m, unsigned v)
{
	buf_char(&m->b, (char)(m->big ? v >> 8 : v));
	buf_char(&m->b, (char)(m->big ? v : v >> 8));
}

static inline void
put32(struct maker *m, uint32_t v)
{
	put16(m, m->big ? v >> 16 : v & 0xffff);
	put16(m, m->big ? v & 0xffff : v >> 16);
}

static inline bool
make_is_wide(const char *vr)
{
	return strstr("OB OW OF OD OL OV SQ UN UT UC UR", vr) != NULL;
}

/* The head of an element; `length` is written as it is, right or wrong. */
static inline void
make_head(struct maker *m, uint32_t tag, const char *vr, uint32_t length)
{
	put16(m, tag >> 16);
	put16(m, tag & 0xffff);
	if (m->implicit || tag >> 16 == 0xfffe) {
		put32(m, length);
		return;
	}
	buf_add(&m->b, vr, 2);
	if (make_is_wide(vr)) {
		put16(m, 0);
		put32(m, length);
	} else {
		put16(m, length);
	}
}

static inline void
make_bytes(struct maker *m, uint32_t tag, const char *vr, const void *bytes, size_t n)
{
	make_head(m, tag, vr, (uint32_t)(n + (n & 1)));
	buf_add(&m->b, bytes, n);
	if (n & 1)
		buf_char(&m->b, strcmp(vr, "UI") == 0 || vr[0] == 'O' ? '\0' : ' ');
}

static inline void
make_text(struct maker *m, uint32_t tag, const char *vr, const char *text)
{
	make_bytes(m, tag, vr, text, strlen(text));
}

static inline void
make_u16(struct maker *m, uint32_t tag, unsigned v)
{
	make_head(m, tag, "US", 2);
	put16(m, v);
}

static inline void
make_open(struct maker *m, uint32_t tag)
{
	make_head(m, tag, "SQ", MAKE_UNDEFINED);
}

static inline void
make_item(struct maker *m)
{
	make_head(m, 0xfffee000, "", MAKE_UNDEFINED);
}

static inline void
make_item_end(struct maker *m)
{
	make_head(m, 0xfffee00d, "", 0);
}

static inline void
make_close(struct maker *m)
{
	make_head(m, 0xfffee0dd, "", 0);
}

/* Preamble and file meta information; what follows is in the encoding of `syntax`. */
static inline void
make_start(struct maker *m, const char *syntax)
{
	memset(m, 0, sizeof(*m));
	memset(buf_room(&m->b, 128), 0, 128);
	m->b.len = 128;
	buf_text(&m->b, "DICM");
	make_text(m, 0x00020002, "UI", "1.2.840.10008.5.1.4.1.1.2");
	make_text(m, 0x00020010, "UI", syntax);
	m->implicit = strcmp(syntax, IMPLICIT_LE) == 0;
	m->big = strcmp(syntax, EXPLICIT_BE) == 0;
}

static inline void
make_identity(struct maker *m)
{
	make_text(m, 0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2");
	make_text(m, 0x00080018, "UI", "1.2.3.4");
	make_text(m, 0x00080060, "CS", "CT");
}

/* What the pixels are like; zeros mean the usual. */
struct make_shape {
	unsigned rows, columns, allocated, stored, samples;
	bool is_signed, by_plane;
	const char *photometric, *frames;
};

static inline void
make_shape(struct maker *m, const struct make_shape *s)
{
	unsigned stored = s->stored > 0 ? s->stored : s->allocated;

	make_u16(m, 0x00280002, s->samples > 0 ? s->samples : 1);
	make_text(m, 0x00280004, "CS", s->photometric != NULL ? s->photometric : "MONOCHROME2");
	if (s->samples == 3)
		make_u16(m, 0x00280006, s->by_plane);
	if (s->frames != NULL)
		make_text(m, 0x00280008, "IS", s->frames);
	make_u16(m, 0x00280010, s->rows);
	make_u16(m, 0x00280011, s->columns);
	make_u16(m, 0x00280100, s->allocated);
	make_u16(m, 0x00280101, stored);
	make_u16(m, 0x00280102, stored - 1);
	make_u16(m, 0x00280103, s->is_signed);
}

/* A whole image file of uncompressed pixels. */
static inline void
make_image(struct maker *m, const char *syntax, const struct make_shape *s, const void *pixels, size_t n)
{
	make_start(m, syntax);
	make_identity(m);
	make_shape(m, s);
	make_bytes(m, 0x7fe00010, s->allocated > 8 ? "OW" : "OB", pixels, n);
}

static inline int
make_file(const void *bytes, size_t n)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), (ssize_t)n);
	return fd;
}

static inline struct decoder *
make_decoder(void)
{
	struct decoder_limits limits = { .frame_bytes = 64 << 20, .seconds = 20 };

	return decoder_new(&limits);
}

/* The group's decoder lives as long as its tests, as it would in the program. */
static inline int
decoder_setup(void **state)
{
	*state = make_decoder();
	return 0;
}

static inline int
decoder_teardown(void **state)
{
	decoder_free(*state);
	return 0;
}

static inline enum rc
header_of(struct decoder *d, struct maker *m, struct header **h, struct err *e)
{
	int fd = make_file(m->b.data, m->b.len);
	enum rc rc = decoder_header(d, fd, h, e);

	close(fd);
	buf_release(&m->b);
	return rc;
}

/* The header of a file that must have one. */
static inline struct header *
good_header(struct decoder *d, struct maker *m)
{
	struct err e = { 0 };
	struct header *h;

	if (header_of(d, m, &h, &e) != RC_OK)
		fail_msg("%s", e.text);
	return h;
}

static inline enum rc
frame_of(struct decoder *d, struct maker *m, uint32_t index, struct frame **f, struct err *e)
{
	int fd = make_file(m->b.data, m->b.len);
	enum rc rc = decoder_frame(d, fd, index, f, e);

	close(fd);
	buf_release(&m->b);
	return rc;
}

static inline struct frame *
good_frame(struct decoder *d, struct maker *m, uint32_t index)
{
	struct err e = { 0 };
	struct frame *f;

	if (frame_of(d, m, index, &f, &e) != RC_OK)
		fail_msg("%s", e.text);
	return f;
}

#endif
