/* A header as rows that a person reads. */
#include "core/dicom/header_rows.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/dicom/dictionary.h"

enum {
	DEPTH_MOST = 16,
	DIGITS_SHOWN = 16,    /* of a digest */
	BYTES_SHOWN = 8,      /* of a binary value that is no text */
	BYTES_NOT_KEPT = 1024 /* longer binary values are not in the index */
};

struct builder {
	const struct header_how *how;
	struct header_rows *out;
	bool compare;
	size_t room;
};

/* Where a set stands: its headers (one of them NULL where only the other has it) and the row above. */
struct place {
	const json_t *left, *right;
	const char *path; /* "" at the top */
	int depth;
	size_t parent;
};

/* ---- values as text ---- */

static int
digit_of(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

static void
from_base64(const char *text, struct buf *out)
{
	unsigned bits = 0;
	int held = 0, digit;

	for (; (digit = digit_of(*text)) >= 0; text++) {
		bits = (bits << 6 | (unsigned)digit) & 0xffff;
		held += 6;
		if (held >= 8) {
			held -= 8;
			buf_char(out, (char)(bits >> held & 0xff));
		}
	}
}

/* Vendors keep names and dates in elements of unknown type too: what reads as text is shown as text. */
static bool
is_text(const struct buf *b)
{
	size_t n = b->len;

	while (n > 0 && (b->data[n - 1] == '\0' || b->data[n - 1] == ' '))
		n--;
	for (size_t i = 0; i < n; i++)
		if (!isprint((unsigned char)b->data[i]))
			return false;
	return n > 0;
}

static void
add_bytes(struct buf *to, const char *base64, const struct header_how *how)
{
	struct buf bytes = { 0 };
	char hex[HEADER_DIGEST];

	from_base64(base64, &bytes);
	how->digest(bytes.data, bytes.len, hex);
	buf_format(to, "%zu bytes, SHA-256 %.*s...", bytes.len, DIGITS_SHOWN, hex);
	if (is_text(&bytes)) {
		buf_format(to, " \"%.*s\"", (int)bytes.len, bytes.data);
	} else {
		for (size_t i = 0; i < bytes.len && i < BYTES_SHOWN; i++)
			buf_format(to, " %02x", (unsigned char)bytes.data[i]);
		buf_text(to, bytes.len > BYTES_SHOWN ? " ..." : "");
	}
	buf_release(&bytes);
}

/* A person name: its groups. */
static void
add_name(struct buf *to, const json_t *groups)
{
	static const char *const names[] = { "Alphabetic", "Ideographic", "Phonetic" };
	bool first = true;

	for (size_t i = 0; i < MEM_COUNT(names); i++) {
		const char *text = json_string_value(json_object_get(groups, names[i]));

		if (text == NULL)
			continue;
		buf_format(to, "%s%s", first ? "" : " = ", text);
		first = false;
	}
}

static void
add_value(struct buf *to, const json_t *v)
{
	if (json_is_string(v))
		buf_text(to, json_string_value(v));
	else if (json_is_integer(v))
		buf_format(to, "%lld", (long long)json_integer_value(v));
	else if (json_is_real(v))
		buf_format(to, "%.15g", json_real_value(v));
	else if (json_is_object(v))
		add_name(to, v);
}

static bool
has_vr(const json_t *element, const char *vr)
{
	const char *own = json_string_value(json_object_get(element, "vr"));

	return own != NULL && strcmp(own, vr) == 0;
}

static bool
is_bytes(const json_t *element)
{
	static const char *const bytes[] = { "OB", "OW", "OF", "OD", "OL", "OV", "UN" };

	for (size_t i = 0; i < MEM_COUNT(bytes); i++)
		if (has_vr(element, bytes[i]))
			return true;
	return false;
}

static char *
value_of(const json_t *element, const struct header_how *how)
{
	const char *base64 = json_string_value(json_object_get(element, "InlineBinary"));
	json_t *values = json_object_get(element, "Value"), *v;
	struct buf text = { 0 };
	size_t i;

	if (base64 != NULL) {
		add_bytes(&text, base64, how);
	} else if (has_vr(element, "SQ")) {
		buf_format(&text, "%zu item%s", json_array_size(values),
			json_array_size(values) == 1 ? "" : "s");
	} else if (values == NULL && is_bytes(element)) {
		buf_format(&text, "no bytes here: empty, or more than %d", BYTES_NOT_KEPT);
	} else {
		json_array_foreach(values, i, v)
		{
			buf_text(&text, i > 0 ? "\\" : "");
			add_value(&text, v);
		}
	}
	buf_add(&text, "", 0);
	if (text.data != NULL)
		str_clean(text.data);
	return buf_take(&text);
}

/* ---- names ---- */

static const char *
creator_of(const json_t *set, uint32_t tag)
{
	char key[16];

	snprintf(key, sizeof(key), "%08X", (tag & 0xffff0000) | (tag >> 8 & 0xff));
	return json_string_value(
		json_array_get(json_object_get(json_object_get(set, key), "Value"), 0));
}

static char *
name_of(const struct place *p, uint32_t tag)
{
	uint32_t element = tag & 0xffff;
	const char *creator;
	char *name;

	if ((tag >> 16 & 1) == 0)
		return mem_string(dictionary_keyword(tag));
	if (element >= 0x10 && element <= 0xff)
		return mem_string("private creator");
	creator = creator_of(p->left, tag);
	if (creator == NULL)
		creator = creator_of(p->right, tag);
	if (creator == NULL)
		return mem_string("[no creator]");
	name = mem_format("[%s]", creator);
	str_clean(name);
	return name;
}

/* ---- rows ---- */

static struct header_row *
add_row(struct builder *b, const struct place *p, char *path)
{
	struct header_row *row;

	if (b->out->n == b->room) {
		b->room = b->room > 0 ? 2 * b->room : 128;
		b->out->row = mem_grow(b->out->row, b->room, sizeof(*row));
	}
	row = &b->out->row[b->out->n++];
	memset(row, 0, sizeof(*row));
	row->path = path;
	row->depth = p->depth;
	row->parent = p->parent;
	if (b->compare)
		row->difference = p->right == NULL ? HEADER_LEFT_ONLY
			: p->left == NULL          ? HEADER_RIGHT_ONLY
						   : HEADER_DIFFERENT;
	return row;
}

static void
release_row(struct header_row *row)
{
	free(row->path);
	free(row->name);
	free(row->value);
	free(row->other);
}

static void
drop_last(struct builder *b)
{
	release_row(&b->out->row[--b->out->n]);
}

static void add_set(struct builder *b, const struct place *p);

static char *
path_below(const char *path, const char *step)
{
	return mem_format("%s%s%s", path, *path != '\0' ? "/" : "", step);
}

/* False: there is nothing to tell of it. */
static bool
add_item(struct builder *b, const struct place *p, size_t number)
{
	struct place below = *p;
	char step[24];
	size_t row = b->out->n;
	struct header_row *r;

	snprintf(step, sizeof(step), "%zu", number);
	r = add_row(b, p, path_below(p->path, step));
	r->name = mem_format("item %zu", number);
	r->value = mem_string("");
	r->other = b->compare ? mem_string("") : NULL;
	below.path = r->path;
	below.depth++;
	below.parent = row;
	if (below.depth < DEPTH_MOST)
		add_set(b, &below);
	b->out->row[row].below = b->out->n - row - 1;
	if (b->out->n > row + 1 || !b->compare || p->left == NULL || p->right == NULL)
		return true;
	drop_last(b);
	return false;
}

/* `p` is where the sequence stands, `row` its own row, the elements its two sides. */
static bool
add_items(struct builder *b, const struct place *p, size_t row, const json_t *left,
	const json_t *right)
{
	json_t *l = json_object_get(left, "Value"), *r = json_object_get(right, "Value");
	size_t nl = json_array_size(l), nr = json_array_size(r);
	bool any = false;

	for (size_t i = 0; i < nl || i < nr; i++) {
		struct place item = { .left = json_array_get(l, i),
			.right = json_array_get(r, i),
			.path = b->out->row[row].path,
			.depth = p->depth + 1,
			.parent = row };

		any |= add_item(b, &item, i + 1);
	}
	b->out->row[row].below = b->out->n - row - 1;
	return any;
}

static bool
same_row(const struct header_row *r, const json_t *left, const json_t *right)
{
	const char *a = json_string_value(json_object_get(left, "vr"));
	const char *b = json_string_value(json_object_get(right, "vr"));

	return left != NULL && right != NULL && strcmp(r->value, r->other) == 0 &&
		strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static void
add_element(struct builder *b, const struct place *p, const char *key)
{
	struct place sides = { .left = json_object_get(p->left, key),
		.right = json_object_get(p->right, key),
		.depth = p->depth,
		.parent = p->parent };
	const json_t *element = sides.left != NULL ? sides.left : sides.right;
	const char *vr = json_string_value(json_object_get(element, "vr"));
	size_t row = b->out->n;
	struct header_row *r = add_row(b, &sides, path_below(p->path, key));
	bool same, any = false;

	r->tag = (uint32_t)strtoul(key, NULL, 16);
	str_copy(r->vr, sizeof(r->vr), vr != NULL ? vr : "");
	r->name = name_of(p, r->tag);
	r->value = sides.left != NULL ? value_of(sides.left, b->how) : mem_string("");
	if (b->compare)
		r->other = sides.right != NULL ? value_of(sides.right, b->how) : mem_string("");
	same = b->compare && same_row(r, sides.left, sides.right);
	if (has_vr(element, "SQ"))
		any = add_items(b, &sides, row, sides.left, sides.right);
	if (same && !any)
		drop_last(b);
}

/* ---- the elements of a set, or of two ---- */

/* They always differ, between images of one series or only of two. */
static const struct {
	const char *key;
	enum header_kinship from;
} always[] = {
	{ "00020003", HEADER_SLICES }, /* Media Storage SOP Instance UID */
	{ "00080012", HEADER_SLICES }, /* Instance Creation Date and Time */
	{ "00080013", HEADER_SLICES }, { "00080018", HEADER_SLICES }, /* SOP Instance UID */
	{ "00200013", HEADER_SLICES },                                /* Instance Number */
	{ "0020000D", HEADER_SERIES },                                /* Study Instance UID */
	{ "0020000E", HEADER_SERIES },                                /* Series Instance UID */
};

static bool
differs_always(const struct builder *b, const struct place *p, const char *key)
{
	if (!b->compare || p->depth > 0)
		return false;
	for (size_t i = 0; i < MEM_COUNT(always); i++)
		if (b->how->kinship >= always[i].from && strcmp(always[i].key, key) == 0)
			return true;
	return false;
}

static void
take_element(struct builder *b, const struct place *p, const char *key, const json_t *element)
{
	if (json_is_object(element) && !differs_always(b, p, key))
		add_element(b, p, key);
}

/* Both are walked once, side by side; keys are looked up, so that a set out of order loses nothing. */
static void
add_set(struct builder *b, const struct place *p)
{
	json_t *left = (json_t *)p->left, *right = (json_t *)p->right;
	void *l = json_object_iter(left), *r = json_object_iter(right);

	while (l != NULL || r != NULL) {
		const char *kl = l != NULL ? json_object_iter_key(l) : NULL;
		const char *kr = r != NULL ? json_object_iter_key(r) : NULL;

		if (kr != NULL && json_object_get(left, kr) != NULL) {
			r = json_object_iter_next(
				right, r); /* it comes, or came, with the left one */
		} else if (kl == NULL || (kr != NULL && strcmp(kr, kl) < 0)) {
			take_element(b, p, kr, json_object_iter_value(r));
			r = json_object_iter_next(right, r);
		} else {
			take_element(b, p, kl, json_object_iter_value(l));
			l = json_object_iter_next(left, l);
		}
	}
}

static void
add_always(struct builder *b, const struct place *top)
{
	size_t row = b->out->n;
	struct header_row *r = add_row(b, top, mem_string("~always"));
	struct place below = *top;

	r->name = mem_string("always different");
	r->value = mem_string("");
	r->other = mem_string("");
	below.depth = 1;
	below.parent = row;
	for (size_t i = 0; i < MEM_COUNT(always); i++)
		if (b->how->kinship >= always[i].from &&
			(json_object_get(top->left, always[i].key) != NULL ||
				json_object_get(top->right, always[i].key) != NULL))
			add_element(b, &below, always[i].key);
	b->out->row[row].below = b->out->n - row - 1;
	if (b->out->n == row + 1)
		drop_last(b);
}

void
header_rows_all(const json_t *header, const struct header_how *how, struct header_rows *out)
{
	struct builder b = { .how = how, .out = out };
	struct place top = { .left = header, .path = "", .parent = HEADER_NO_ROW };

	memset(out, 0, sizeof(*out));
	add_set(&b, &top);
	out->truncated = json_is_true(json_object_get(header, "truncated"));
}

void
header_rows_compare(const json_t *left, const json_t *right, const struct header_how *how,
	struct header_rows *out)
{
	struct builder b = { .how = how, .out = out, .compare = true };
	struct place top = { .left = left, .right = right, .path = "", .parent = HEADER_NO_ROW };

	memset(out, 0, sizeof(*out));
	add_set(&b, &top);
	add_always(&b, &top);
	out->truncated = json_is_true(json_object_get(left, "truncated")) ||
		json_is_true(json_object_get(right, "truncated"));
}

void
header_rows_release(struct header_rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		release_row(&r->row[i]);
	free(r->row);
	memset(r, 0, sizeof(*r));
}
