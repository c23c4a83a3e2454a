/* A long JSON array, an element at a time: quotes and brackets are counted to find where one ends, the rest is jansson's. */
#include "core/source/json.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"

struct json_reader {
	enum { BEFORE, INSIDE, AFTER } state;
	unsigned depth;                /* of what is open within the array */
	bool quoted, escaped, pending; /* pending: a comma was the last thing */
	struct buf element;            /* what came of one in earlier pieces */
	enum rc (*each)(void *ctx, const json_t *element, struct err *e);
	void *ctx;
	enum rc failed;
};

/* Once more, with '?' for bytes that are no UTF-8: one wrong name is no reason to lose the row that it is in. */
static json_t *
read_cleaned(const char *text, size_t n)
{
	char *copy = mem_zero(n + 1, 1);
	json_t *out;

	memcpy(copy, text, n);
	str_clean(copy);
	out = json_loads(copy, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	free(copy);
	return out;
}

enum rc
json_read(json_t **out, const char *text, size_t n, struct err *e)
{
	unsigned depth = 0, deepest = 0;
	bool quoted = false;

	*out = NULL;
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '"')
			quoted = !quoted;
		else if (quoted && text[i] == '\\')
			i++;
		else if (!quoted && (text[i] == '{' || text[i] == '['))
			deepest = ++depth > deepest ? depth : deepest;
		else if (!quoted && (text[i] == '}' || text[i] == ']') && depth > 0)
			depth--;
	}
	if (deepest > JSON_DEPTH)
		return err_set(e, RC_LIMIT, "JSON that is nested more than %d deep", JSON_DEPTH);
	*out = json_loadb(text, n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	if (*out == NULL)
		*out = read_cleaned(text, n);
	return *out != NULL ? RC_OK : err_set(e, RC_CORRUPT, "what came is no JSON");
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* An element ends: it lies in `element`, in the piece at hand, or in both. */
static enum rc
finish(struct json_reader *a, const char *p, size_t n, struct err *e)
{
	json_t *element;
	enum rc rc;

	if (a->element.len > 0) {
		buf_add(&a->element, p, n);
		p = a->element.data;
		n = a->element.len;
	}
	while (n > 0 && is_blank(*p))
		p++, n--;
	rc = json_read(&element, p, n, e);
	if (rc == RC_OK)
		rc = a->each(a->ctx, element, e);
	json_decref(element);
	buf_clear(&a->element);
	return rc;
}

static bool
only_blanks(const struct json_reader *a, const char *p, size_t n)
{
	for (size_t i = 0; i < a->element.len; i++)
		if (!is_blank(a->element.data[i]))
			return false;
	for (size_t i = 0; i < n; i++)
		if (!is_blank(p[i]))
			return false;
	return true;
}

/* Where the element that p is inside of ends: at a comma or bracket of the array itself; n where it does not yet. */
static size_t
find_end(struct json_reader *a, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = p[i];

		if (a->escaped)
			a->escaped = false;
		else if (a->quoted && c == '\\')
			a->escaped = true;
		else if (c == '"')
			a->quoted = !a->quoted;
		else if (a->quoted)
			continue;
		else if (a->depth == 0 && (c == ',' || c == ']'))
			return i;
		else if (c == '{' || c == '[')
			a->depth++;
		else if ((c == '}' || c == ']') && a->depth > 0)
			a->depth--;
	}
	return n;
}

/* At a comma or the bracket that closes the array. */
static enum rc
separate(struct json_reader *a, const char *p, size_t n, struct err *e)
{
	bool last = p[n] == ']', empty = only_blanks(a, p, n), pending = a->pending;

	a->pending = !last;
	if (last)
		a->state = AFTER;
	if (!empty)
		return finish(a, p, n, e);
	buf_clear(&a->element);
	return last && !pending ? RC_OK : err_set(e, RC_CORRUPT, "an element is missing in a list");
}

static enum rc
inside(struct json_reader *a, const char **p, size_t *n, struct err *e)
{
	size_t end = find_end(a, *p, *n);
	enum rc rc;

	if (a->element.len + end > JSON_ELEMENT_MOST || a->depth > JSON_DEPTH)
		return err_set(e, RC_LIMIT,
			"an element of a list is larger than %d MiB, or nested too deep",
			JSON_ELEMENT_MOST >> 20);
	if (end == *n) {
		buf_add(&a->element, *p, *n);
		*n = 0;
		return RC_OK;
	}
	rc = separate(a, *p, end, e);
	*p += end + 1;
	*n -= end + 1;
	return rc;
}

static enum rc
outside(struct json_reader *a, const char **p, size_t *n, struct err *e)
{
	char c = **p;

	++*p;
	--*n;
	if (is_blank(c))
		return RC_OK;
	if (a->state == AFTER || c != '[')
		return err_set(e, RC_CORRUPT, "what came is no list");
	a->state = INSIDE;
	return RC_OK;
}

struct json_reader *
json_reader_new(enum rc (*each)(void *ctx, const json_t *element, struct err *e), void *ctx)
{
	struct json_reader *a = mem_zero(1, sizeof(*a));

	a->each = each;
	a->ctx = ctx;
	return a;
}

void
json_reader_free(struct json_reader *a)
{
	if (a == NULL)
		return;
	buf_release(&a->element);
	free(a);
}

enum rc
json_reader_add(struct json_reader *a, const char *bytes, size_t n, struct err *e)
{
	while (a->failed == RC_OK && n > 0)
		a->failed =
			a->state == INSIDE ? inside(a, &bytes, &n, e) : outside(a, &bytes, &n, e);
	return a->failed;
}

enum rc
json_reader_end(struct json_reader *a, struct err *e)
{
	if (a->failed != RC_OK)
		return a->failed;
	return a->state == AFTER ? RC_OK : err_set(e, RC_CORRUPT, "a list ended before its end");
}
