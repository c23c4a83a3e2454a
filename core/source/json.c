/* DICOM JSON of a server, as the header that the decoder would tell and in the decoder's own form. */
#include "core/source/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"

enum {
	VALUE_MOST = 16 * 1024, /* bytes of one value with a column of its own */
	BINARY_MOST = 1024,     /* bytes, or numbers, of a value that is written out */
	MEMBERS_MOST = 20000    /* elements of one object */
};

static const char tag_digits[] = "0123456789ABCDEFabcdef";

/* Where an attribute may be found that is not at the top level, as in core/dicom/worker/summary.c. */
static const char *const below[] = { "52009229", "52009230", "00540016" };

/* ---- values as text ---- */

static void
add_clean(struct buf *out, const char *s)
{
	char *copy = mem_string(s);

	str_clean(copy);
	buf_text(out, copy);
	free(copy);
}

/* The shortest decimal that reads back as the same number. */
static void
real_text(double v, char text[40])
{
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, 40, "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			return;
	}
}

static void
add_name(struct buf *out, const json_t *name)
{
	static const char *const groups[] = { "Alphabetic", "Ideographic", "Phonetic" };
	size_t from = out->len;

	for (size_t i = 0; i < MEM_COUNT(groups); i++) {
		const char *s = json_string_value(json_object_get(name, groups[i]));

		if (i > 0)
			buf_char(out, '=');
		if (s != NULL)
			add_clean(out, s);
	}
	while (out->len > from && out->data[out->len - 1] == '=')
		out->data[--out->len] = '\0';
}

static void
add_piece(struct buf *out, const json_t *v)
{
	char text[40];

	if (json_is_string(v)) {
		add_clean(out, json_string_value(v));
	} else if (json_is_integer(v)) {
		buf_format(out, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	} else if (json_is_real(v)) {
		real_text(json_real_value(v), text);
		buf_text(out, text);
	} else if (json_is_object(v)) {
		add_name(out, v);
	}
}

/* Of an attribute that is no sequence; owned. */
static char *
text_of(const json_t *attribute)
{
	const json_t *values = json_object_get(attribute, "Value");
	struct buf b = { 0 };
	char *s;

	for (size_t i = 0; i < json_array_size(values) && b.len < VALUE_MOST; i++) {
		if (i > 0)
			buf_char(&b, '\\');
		add_piece(&b, json_array_get(values, i));
	}
	s = buf_take(&b);
	if (strlen(s) >= VALUE_MOST) {
		char *cut = mem_alloc(VALUE_MOST);

		str_copy(cut, VALUE_MOST, s);
		free(s);
		s = cut;
	}
	return s;
}

void
json_text(const json_t *object, const char *tag, char *to, size_t size)
{
	const json_t *v = json_array_get(json_object_get(json_object_get(object, tag), "Value"), 0);
	struct buf b = { 0 };

	buf_text(&b, "");
	if (v != NULL)
		add_piece(&b, v);
	str_copy(to, size, b.data);
	buf_release(&b);
}

void
json_member(const json_t *object, const char *name, char *to, size_t size)
{
	const char *s = json_string_value(json_object_get(object, name));

	str_copy(to, size, s != NULL ? s : "");
	str_clean(to);
}

bool
json_is_uid(const char *s)
{
	size_t n = s != NULL ? strspn(s, "0123456789.") : 0;

	/* No part of it is empty: ".." has a meaning in paths. */
	return n > 0 && n <= 64 && s[n] == '\0' && s[0] != '.' && s[n - 1] != '.' &&
		strstr(s, "..") == NULL;
}

/* ---- the attributes with columns ---- */

static bool
is_sequence(const json_t *attribute)
{
	const char *vr = json_string_value(json_object_get(attribute, "vr"));

	return vr != NULL && strcmp(vr, "SQ") == 0;
}

static const json_t *
first_item(const json_t *sequence)
{
	return json_array_get(json_object_get(sequence, "Value"), 0);
}

static void
fill_one(struct header *h, int attr, const json_t *attribute, bool nested)
{
	bool uid = attr_table[attr].kind == ATTR_KIND_UID;
	char *s;

	if (h->value[attr] != NULL || !json_is_object(attribute) || (uid && nested))
		return; /* UIDs in there are references to other objects */
	s = text_of(attribute);
	if (uid && *s != '\0' && !json_is_uid(s)) {
		free(s);
		return;
	}
	h->value[attr] = s;
}

static void
fill_set(struct header *h, const json_t *set, bool nested, unsigned depth)
{
	const char *key;
	json_t *v;

	for (int i = 0; i < ATTR_COUNT; i++) {
		char tag[9];

		if (h->value[i] != NULL)
			continue;
		snprintf(tag, sizeof(tag), "%04X%04X", attr_table[i].group, attr_table[i].element);
		fill_one(h, i, json_object_get(set, tag), nested);
	}
	if (!nested || depth == 0)
		return;
	json_object_foreach((json_t *)set, key, v)
	{
		if (is_sequence(v))
			fill_set(h, first_item(v), true, depth - 1);
	}
}

static long
number_of(const struct header *h, enum attr a)
{
	long n;

	return str_int(header_text(h, a), 0, INT32_MAX, &n) ? n : 0;
}

static void
fill_flags(struct header *h, const json_t *object)
{
	static const struct {
		const char *tag;
		uint32_t flag;
	} marks[] = {
		{ "7FE00010", HEADER_PIXELS },
		{ "7FE00008", HEADER_PIXELS },
		{ "7FE00009", HEADER_PIXELS },
		{ "00420011", HEADER_ENCAPSULATED_DOC },
		{ "00880200", HEADER_ICON },
	};
	const char *key;
	json_t *v;

	for (size_t i = 0; i < MEM_COUNT(marks); i++)
		if (json_object_get(object, marks[i].tag) != NULL)
			h->flags |= marks[i].flag;
	json_object_foreach((json_t *)object, key, v)
	{
		if (strlen(key) != 8)
			continue;
		if (strchr("13579BDFbdf", key[3]) != NULL)
			h->flags |= HEADER_PRIVATE;
		if (strncmp(key, "60", 2) == 0 && strcmp(key + 4, "3000") == 0)
			h->overlays++;
	}
	if (h->overlays > 0)
		h->flags |= HEADER_OVERLAY;
	if (number_of(h, ATTR_BITS_ALLOCATED) > 0)
		h->flags |= HEADER_PIXELS; /* some servers do not mention the pixels themselves */
	if (number_of(h, ATTR_ROWS) == 0 || number_of(h, ATTR_COLUMNS) == 0)
		h->flags &= ~(uint32_t)HEADER_PIXELS;
	if (h->flags & HEADER_PIXELS)
		h->frames = number_of(h, ATTR_FRAMES) > 0 ? (uint32_t)number_of(h, ATTR_FRAMES) : 1;
}

/* ---- the decoder's own form ---- */

static void write_set(struct buf *out, const json_t *set, unsigned depth, bool *full);

/* Clean text needs two escapes only. */
static void
write_text(struct buf *out, const char *s)
{
	char *copy = mem_string(s);

	str_clean(copy);
	buf_char(out, '"');
	for (s = copy; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			buf_char(out, '\\');
		buf_char(out, *s);
	}
	buf_char(out, '"');
	free(copy);
}

static void
write_name(struct buf *out, const json_t *name)
{
	static const char *const groups[] = { "Alphabetic", "Ideographic", "Phonetic" };
	bool any = false;

	buf_char(out, '{');
	for (size_t i = 0; i < MEM_COUNT(groups); i++) {
		const char *s = json_string_value(json_object_get(name, groups[i]));

		if (str_empty(s))
			continue;
		buf_format(out, "%s\"%s\":", any ? "," : "", groups[i]);
		write_text(out, s);
		any = true;
	}
	buf_char(out, '}');
}

static void
write_piece(struct buf *out, const json_t *v, bool items, unsigned depth, bool *full)
{
	char text[40];

	if (items) {
		write_set(out, v, depth, full);
	} else if (json_is_string(v)) {
		write_text(out, json_string_value(v));
	} else if (json_is_integer(v)) {
		buf_format(out, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	} else if (json_is_real(v)) {
		real_text(json_real_value(v), text);
		buf_text(out, text);
	} else if (json_is_object(v)) {
		write_name(out, v);
	} else {
		buf_text(out, "null");
	}
}

static void
write_values(struct buf *out, const char *vr, const json_t *values, unsigned depth, bool *full)
{
	static const char tables[] = "US UL UV SS SL SV FL FD AT";
	size_t n = json_array_size(values);

	if (n == 0 || (strstr(tables, vr) != NULL && n > BINARY_MOST))
		return; /* a table of numbers is bulk as much as a run of bytes */
	buf_text(out, ",\"Value\":[");
	for (size_t i = 0; i < n && !*full; i++) {
		if (i > 0)
			buf_char(out, ',');
		write_piece(out, json_array_get(values, i), strcmp(vr, "SQ") == 0, depth, full);
		*full = *full || out->len > JSON_OBJECT_MOST;
	}
	buf_char(out, ']');
}

static bool
is_base64(const char *s)
{
	return s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")] ==
		'\0';
}

static void
write_attribute(struct buf *out, const char *tag, const json_t *v, unsigned depth, bool *full)
{
	const char *vr = json_string_value(json_object_get(v, "vr"));
	const char *bytes = json_string_value(json_object_get(v, "InlineBinary"));

	if (vr == NULL || strlen(vr) != 2 || strspn(vr, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2)
		vr = "UN";
	buf_format(out, "\"%s\":{\"vr\":\"%s\"", tag, vr);
	write_values(out, vr, json_object_get(v, "Value"), depth, full);
	if (bytes != NULL && strlen(bytes) <= (BINARY_MOST + 2) / 3 * 4 && *bytes != '\0' &&
		is_base64(bytes))
		buf_format(out, ",\"InlineBinary\":\"%s\"", bytes);
	buf_char(out, '}');
}

static int
by_tag(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

/* The tags of an object that are written, in their order; free() the list. */
static size_t
sorted_tags(const json_t *set, bool top, const char ***out)
{
	const char *key, **list = mem_zero(json_object_size(set) + 1, sizeof(*list));
	size_t n = 0;
	json_t *v;

	json_object_foreach((json_t *)set, key, v)
	{
		if (strlen(key) != 8 || strspn(key, tag_digits) != 8 || !json_is_object(v) ||
			strcmp(key + 4, "0000") == 0 || (top && strncasecmp(key, "7FE0", 4) == 0))
			continue;
		list[n++] = key;
	}
	qsort(list, n, sizeof(*list), by_tag);
	*out = list;
	return n;
}

static void
write_set(struct buf *out, const json_t *set, unsigned depth, bool *full)
{
	const char **tags = NULL;
	size_t n;

	buf_char(out, '{');
	if (depth == 0 || json_object_size(set) > MEMBERS_MOST)
		*full = true;
	n = *full ? 0 : sorted_tags(set, depth == JSON_DEPTH, &tags);
	for (size_t i = 0; i < n && !*full; i++) {
		if (i > 0)
			buf_char(out, ',');
		write_attribute(out, tags[i], json_object_get(set, tags[i]), depth - 1, full);
		*full = *full || out->len > JSON_OBJECT_MOST;
	}
	free(tags);
	if (depth == JSON_DEPTH && *full)
		buf_format(out, "%s\"truncated\":true", n > 0 ? "," : "");
	buf_char(out, '}');
}

enum rc
json_to_header(struct header **out, const json_t *object, struct err *e)
{
	struct header *h;
	struct buf b = { 0 };
	bool full = false;

	*out = NULL;
	if (!json_is_object(object))
		return err_set(e, RC_CORRUPT, "an object was expected");
	h = mem_zero(1, sizeof(*h));
	fill_set(h, object, false, 0);
	for (size_t i = 0; i < MEM_COUNT(below); i++)
		fill_set(h, first_item(json_object_get(object, below[i])), true, JSON_DEPTH);
	fill_flags(h, object);
	write_set(&b, object, JSON_DEPTH, &full);
	h->json = buf_take(&b);
	*out = h;
	return RC_OK;
}
