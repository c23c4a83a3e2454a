/* The header as DICOM JSON, written straight into a buffer. */
#include "core/dicom/worker/json.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/dicom/worker/summary.h"
#include "core/dicom/worker/value.h"

enum { MARGIN = 4096 }; /* room kept to close whatever is open */

struct writer {
	const struct dicom *d;
	const struct charsets *all;
	struct buf *out;
	struct buf text; /* of the value at hand */
	size_t cap;
	bool full;
	uint32_t *flags;
};

static void write_set(struct writer *w, uint32_t first, const struct charset *outer, bool top);

/* Clean text needs two escapes only; the rest is a guard. */
static void
quote(struct buf *out, const char *s, size_t n)
{
	size_t from = 0;

	buf_char(out, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(out, s + from, i - from);
		if (c < 0x20) {
			buf_format(out, "\\u%04x", c);
		} else {
			buf_char(out, '\\');
			buf_char(out, (char)c);
		}
		from = i + 1;
	}
	buf_add(out, s + from, n - from);
	buf_char(out, '"');
}

/* RFC 8259's number, which is narrower than DICOM's decimal string. */
static bool
is_json_number(const char *s, size_t n)
{
	size_t i = n > 0 && s[0] == '-', from = i;

	while (i < n && isdigit((unsigned char)s[i]))
		i++;
	if (i == from || (s[from] == '0' && i - from > 1))
		return false;
	if (i < n && s[i] == '.') {
		from = ++i;
		while (i < n && isdigit((unsigned char)s[i]))
			i++;
		if (i == from)
			return false;
	}
	if (i < n && (s[i] == 'e' || s[i] == 'E')) {
		i++;
		if (i < n && (s[i] == '+' || s[i] == '-'))
			i++;
		from = i;
		while (i < n && isdigit((unsigned char)s[i]))
			i++;
		if (i == from)
			return false;
	}
	return i == n;
}

static void
write_number(struct writer *w, const char *s, size_t n)
{
	char text[64];
	double v;

	if (n < sizeof(text)) {
		memcpy(text, s, n);
		text[n] = '\0';
		if (str_double(text, &v)) {
			if (is_json_number(s, n))
				buf_add(w->out, s, n);
			else
				buf_format(w->out, "%.15g", v);
			return;
		}
	}
	quote(w->out, s, n);
}

static void
write_name(struct writer *w, const char *s, size_t n)
{
	static const char *const groups[] = { "Alphabetic", "Ideographic", "Phonetic" };
	bool any = false;

	buf_char(w->out, '{');
	for (int g = 0; g < 3; g++) {
		const char *stop = memchr(s, '=', n);
		size_t len = stop != NULL ? (size_t)(stop - s) : n;

		if (len > 0) {
			buf_format(w->out, "%s\"%s\":", any ? "," : "", groups[g]);
			quote(w->out, s, len);
			any = true;
		}
		if (stop == NULL)
			break;
		n -= len + 1;
		s = stop + 1;
	}
	buf_char(w->out, '}');
}

static void
write_piece(struct writer *w, enum vr_kind kind, const char *s, size_t n)
{
	if (n == 0)
		buf_text(w->out, "null");
	else if (kind == VR_KIND_NUMBER)
		write_number(w, s, n);
	else if (kind == VR_KIND_NAME)
		write_name(w, s, n);
	else
		quote(w->out, s, n);
}

static void
write_strings(struct writer *w, const struct element *el, const struct vr_info *vr,
	const struct charset *c)
{
	const char *s;

	buf_clear(&w->text);
	value_text(el, c, &w->text, w->flags);
	if (w->text.len == 0)
		return;
	if (w->out->len + 2 * w->text.len + MARGIN > w->cap) {
		w->full = true;
		return;
	}
	buf_text(w->out, ",\"Value\":[");
	s = w->text.data;
	for (;;) {
		const char *stop = vr->kind == VR_KIND_PARAGRAPH ? NULL : strchr(s, '\\');

		write_piece(w, vr->kind, s, stop != NULL ? (size_t)(stop - s) : strlen(s));
		if (stop == NULL)
			break;
		buf_char(w->out, ',');
		s = stop + 1;
	}
	buf_char(w->out, ']');
}

static void
write_binary_numbers(struct writer *w, const struct element *el, const struct vr_info *vr)
{
	bool quoted = vr->kind == VR_KIND_TAG || (vr->size == 8 && vr->kind != VR_KIND_REAL);
	char text[40];

	if (el->length / vr->size > JSON_INLINE_MAX || el->length < vr->size)
		return; /* a table of numbers is bulk as much as a run of bytes */
	buf_text(w->out, ",\"Value\":[");
	for (unsigned n = 0; value_digits(el, vr, n, text); n++) {
		bool finite = strpbrk(text, "NI") == NULL;

		if (n > 0)
			buf_char(w->out, ',');
		if (quoted || !finite)
			quote(w->out, text, strlen(text));
		else
			buf_text(w->out, text);
	}
	buf_char(w->out, ']');
}

static void
write_base64(struct buf *out, const uint8_t *p, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t v = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
			(left > 2 ? p[i + 2] : 0);
		char four[4] = { digits[v >> 18], digits[v >> 12 & 63],
			left > 1 ? digits[v >> 6 & 63] : '=', left > 2 ? digits[v & 63] : '=' };

		buf_add(out, four, 4);
	}
}

static void
write_bytes(struct writer *w, const struct element *el)
{
	if (el->length == 0 || el->length > JSON_INLINE_MAX)
		return;
	buf_text(w->out, ",\"InlineBinary\":\"");
	write_base64(w->out, el->value, el->length);
	buf_char(w->out, '"');
}

static void
write_sequence(struct writer *w, const struct element *el, const struct charset *c)
{
	if (el->child == 0)
		return;
	buf_text(w->out, ",\"Value\":[");
	for (uint32_t i = el->child; i != 0 && !w->full; i = w->d->el[i].next) {
		if (w->out->len + MARGIN > w->cap) {
			w->full = true;
			break;
		}
		if (i != el->child)
			buf_char(w->out, ',');
		write_set(w, w->d->el[i].child, c, false);
	}
	buf_char(w->out, ']');
}

static bool
is_left_out(const struct element *el, bool top)
{
	return (el->tag & 0xffff) == 0 || (top && el->tag >> 16 == 0x7fe0);
}

static void
write_element(struct writer *w, const struct element *el, const struct charset *c)
{
	const struct vr_info *vr = vr_find(el->vr);

	buf_format(w->out, "\"%08X\":{\"vr\":\"%c%c\"", el->tag, el->vr >> 8, el->vr & 0xff);
	if (vr->kind == VR_KIND_SEQUENCE)
		write_sequence(w, el, c);
	else if (vr->kind == VR_KIND_BYTES)
		write_bytes(w, el);
	else if (vr->size > 0)
		write_binary_numbers(w, el, vr);
	else
		write_strings(w, el, vr, c);
	buf_char(w->out, '}');
}

static void
write_set(struct writer *w, uint32_t first, const struct charset *outer, bool top)
{
	struct charset c = summary_charset(w->d, first, w->all, outer);
	bool any = false;

	buf_char(w->out, '{');
	for (uint32_t i = first; i != 0 && !w->full; i = w->d->el[i].next) {
		if (is_left_out(&w->d->el[i], top))
			continue;
		if (w->out->len + 16 * JSON_INLINE_MAX + MARGIN > w->cap) {
			w->full = true;
			break;
		}
		if (any)
			buf_char(w->out, ',');
		write_element(w, &w->d->el[i], &c);
		any = true;
	}
	if (top && w->full)
		buf_format(w->out, "%s\"truncated\":true", any ? "," : "");
	buf_char(w->out, '}');
}

void
json_header(const struct dicom *d, const struct charsets *all, size_t cap, struct buf *out,
	uint32_t *flags)
{
	struct writer w = { .d = d, .all = all, .out = out, .cap = out->len + cap, .flags = flags };

	write_set(&w, d->root, NULL, true);
	buf_release(&w.text);
}
