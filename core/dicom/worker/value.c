/* Values of single elements: as numbers and as clean text. */
#include "core/dicom/worker/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/dicom/header.h"
#include "core/dicom/worker/bytes.h"

static uint64_t
raw_bits(const uint8_t *p, unsigned size, bool big)
{
	if (size == 2)
		return bytes_u16(p, big);
	if (size == 4)
		return bytes_u32(p, big);
	return bytes_u64(p, big);
}

static int64_t
extend(uint64_t bits, unsigned size)
{
	unsigned shift = 64 - 8 * size;

	return (int64_t)(bits << shift) >> shift;
}

static double
real_of(uint64_t bits, unsigned size)
{
	float f;
	double d;
	uint32_t low = (uint32_t)bits;

	if (size == 4) {
		memcpy(&f, &low, sizeof(f));
		return (double)f;
	}
	memcpy(&d, &bits, sizeof(d));
	return d;
}

static bool
binary_number(const struct element *el, const struct vr_info *vr, unsigned n, double *out)
{
	uint64_t bits;

	if (vr->size == 0 || n >= el->length / vr->size)
		return false;
	bits = raw_bits(el->value + (size_t)n * vr->size, vr->size, el->big);
	if (vr->kind == VR_KIND_REAL)
		*out = real_of(bits, vr->size);
	else if (vr->kind == VR_KIND_SIGNED)
		*out = (double)extend(bits, vr->size);
	else
		*out = (double)bits;
	return isfinite(*out);
}

/* The n-th piece between backslashes, trimmed; NULL past the last. */
static const uint8_t *
piece(const struct element *el, unsigned n, size_t *len)
{
	const uint8_t *p = el->value, *end = el->value + el->length, *stop;

	for (; n > 0; n--) {
		p = p < end ? memchr(p, '\\', (size_t)(end - p)) : NULL;
		if (p == NULL)
			return NULL;
		p++;
	}
	if (p == NULL)
		return NULL;
	stop = p < end ? memchr(p, '\\', (size_t)(end - p)) : NULL;
	if (stop == NULL)
		stop = end;
	while (p < stop && (*p == ' ' || *p == '\0'))
		p++;
	while (stop > p && (stop[-1] == ' ' || stop[-1] == '\0'))
		stop--;
	*len = (size_t)(stop - p);
	return p;
}

static bool
string_number(const struct element *el, unsigned n, double *out)
{
	char text[64];
	size_t len;
	const uint8_t *p = piece(el, n, &len);

	if (p == NULL || len == 0 || len >= sizeof(text))
		return false;
	memcpy(text, p, len);
	text[len] = '\0';
	return str_double(text, out);
}

bool
value_number(const struct element *el, unsigned n, double *out)
{
	const struct vr_info *vr = vr_find(el->vr);

	if (vr != NULL && vr->size > 0)
		return binary_number(el, vr, n, out);
	return string_number(el, n, out);
}

double
value_number_or(const struct dicom *d, uint32_t first, uint32_t tag, unsigned n, double other)
{
	const struct element *el = dicom_find(d, first, tag);
	double v;

	return el != NULL && value_number(el, n, &v) ? v : other;
}

long
value_long_or(const struct dicom *d, uint32_t first, uint32_t tag, long other)
{
	double v = value_number_or(d, first, tag, 0, (double)other);

	return fabs(v) < 2e9 ? (long)v : other;
}

void
value_word(const struct dicom *d, uint32_t first, uint32_t tag, char *to, size_t size)
{
	const struct element *el = dicom_find(d, first, tag);
	size_t len = 0;
	const uint8_t *p = el != NULL ? piece(el, 0, &len) : NULL;

	if (len >= size)
		len = size - 1;
	if (p != NULL)
		memcpy(to, p, len);
	to[p != NULL ? len : 0] = '\0';
}

unsigned
value_count(const struct element *el)
{
	const struct vr_info *vr = vr_find(el->vr);
	unsigned n = 1;

	if (el->length == 0)
		return 0;
	if (vr != NULL && vr->size > 0)
		return el->length / vr->size;
	for (uint32_t i = 0; i < el->length; i++)
		n += el->value[i] == '\\';
	return n;
}

/* The shortest decimal that reads back as the same number. */
static void
real_digits(double v, bool single, char text[40])
{
	for (int digits = single ? 6 : 15; digits <= 17; digits++) {
		double back;

		snprintf(text, 40, "%.*g", digits, v);
		back = strtod(text, NULL);
		if (single ? (float)back == (float)v : back == v)
			return;
	}
}

bool
value_digits(const struct element *el, const struct vr_info *vr, unsigned n, char text[40])
{
	const uint8_t *p;
	uint64_t bits;
	double v;

	if (vr->size == 0 || n >= el->length / vr->size)
		return false;
	p = el->value + (size_t)n * vr->size;
	bits = raw_bits(p, vr->size, el->big);
	if (vr->kind == VR_KIND_TAG) {
		snprintf(text, 40, "%04X%04X", bytes_u16(p, el->big), bytes_u16(p + 2, el->big));
	} else if (vr->kind == VR_KIND_SIGNED) {
		snprintf(text, 40, "%" PRId64, extend(bits, vr->size));
	} else if (vr->kind == VR_KIND_REAL) {
		v = real_of(bits, vr->size);
		if (isfinite(v))
			real_digits(v, vr->size == 4, text);
		else
			snprintf(text, 40, isnan(v) ? "NaN" : v > 0 ? "Infinity" : "-Infinity");
	} else {
		snprintf(text, 40, "%" PRIu64, bits);
	}
	return true;
}

/* ---- text ------------------------------------------------------------------------------------- */

static bool
is_break(char c)
{
	return c == '\n' || c == '\r' || c == '\f' || c == '\t';
}

/* str_clean on what was added after `from`, with word of whether it had to take something out. */
static void
clean(struct buf *b, size_t from, bool paragraph, uint32_t *flags)
{
	char *s, *old;
	size_t len;

	if (b->data == NULL)
		return;
	s = b->data + from;
	len = b->len - from;
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\0' || (paragraph && is_break(s[i]))) {
			if (s[i] == '\0')
				*flags |= HEADER_CLEANED;
			s[i] = ' ';
		}
	}
	old = strdup(s);
	str_clean(s);
	if (old == NULL || strcmp(old, s) != 0)
		*flags |= HEADER_CLEANED;
	free(old);
	b->len = from + strlen(s);
}

/* Padding off each value: at both ends, or for paragraphs only at the end of all. */
static void
trim(struct buf *b, size_t from, bool paragraph)
{
	size_t to = from, i = from;

	while (i < b->len) {
		size_t stop = i, last;

		while (stop < b->len && (paragraph || b->data[stop] != '\\'))
			stop++;
		last = stop;
		while (!paragraph && i < last && b->data[i] == ' ')
			i++;
		while (last > i && b->data[last - 1] == ' ')
			last--;
		memmove(b->data + to, b->data + i, last - i);
		to += last - i;
		if (stop < b->len)
			b->data[to++] = '\\';
		i = stop + 1;
	}
	if (b->data != NULL) {
		b->len = to;
		b->data[to] = '\0';
	}
}

static void
text_of_string(const struct element *el, const struct vr_info *vr, const struct charset *c,
	struct buf *out, uint32_t *flags)
{
	static const struct charset ascii = { .codes = 0 };
	bool coded = vr->kind == VR_KIND_STRING || vr->kind == VR_KIND_PARAGRAPH ||
		vr->kind == VR_KIND_NAME;
	bool paragraph = vr->kind == VR_KIND_PARAGRAPH;
	size_t n = el->length, from = out->len;

	while (n > 0 && (el->value[n - 1] == '\0' || el->value[n - 1] == ' '))
		n--;
	if (!charset_decode(coded ? c : &ascii, vr->kind == VR_KIND_NAME, el->value, n, out))
		*flags |= HEADER_CHARSET;
	clean(out, from, paragraph, flags);
	trim(out, from, paragraph);
	/* Empty groups at the end of a name say nothing. */
	while (vr->kind == VR_KIND_NAME && out->len > from && out->data[out->len - 1] == '=')
		out->data[--out->len] = '\0';
}

void
value_text(const struct element *el, const struct charset *c, struct buf *out, uint32_t *flags)
{
	const struct vr_info *vr = vr_find(el->vr);
	char text[40];

	if (vr == NULL || vr->kind == VR_KIND_BYTES || vr->kind == VR_KIND_SEQUENCE)
		return;
	if (vr->size == 0) {
		text_of_string(el, vr, c, out, flags);
		return;
	}
	for (unsigned n = 0; n < 1024 && value_digits(el, vr, n, text); n++) {
		if (n > 0)
			buf_char(out, '\\');
		buf_text(out, text);
	}
}
