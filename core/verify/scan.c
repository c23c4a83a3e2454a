/* A strict reader of one kind of JSON.  Nothing is written before the whole body was found good. */
#include "core/verify/scan.h"

#include <string.h>

enum { DEPTH_MOST = 32, DIGITS_MOST = 18 };

struct at {
	char *p, *end;
};

/* A text between its quotes. */
struct piece {
	char *from;
	size_t n;
	bool escapes;
};

static bool
take(struct at *a, char c)
{
	if (a->p == a->end || *a->p != c)
		return false;
	a->p++;
	return true;
}

/* The bytes of one character of UTF-8 beyond ASCII; 0 for what is none (Unicode 15, table 3-7). */
static size_t
character(const unsigned char *p, size_t left)
{
	size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	unsigned char least = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
	unsigned char most = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;

	if (p[0] < 0xc2 || p[0] > 0xf4 || left < n || p[1] < least || p[1] > most)
		return 0;
	for (size_t i = 2; i < n; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return n;
}

/* The writer turns control characters into blanks, so the quote and the backslash are all that it escapes. */
static bool
text(struct at *a, struct piece *t)
{
	if (!take(a, '"'))
		return false;
	t->from = a->p;
	t->escapes = false;
	while (a->p < a->end && *a->p != '"') {
		unsigned char c = (unsigned char)*a->p;
		size_t n = 1;

		if (c == '\\') {
			n = 2;
			t->escapes = true;
			if (a->end - a->p < 2 || (a->p[1] != '"' && a->p[1] != '\\'))
				return false;
		} else if (c >= 0x80) {
			n = character((const unsigned char *)a->p, (size_t)(a->end - a->p));
		}
		if (n == 0 || c < 0x20)
			return false;
		a->p += n;
	}
	t->n = (size_t)(a->p - t->from);
	return take(a, '"');
}

static bool
integer(struct at *a, int64_t *value)
{
	bool minus = take(a, '-');
	const char *from = a->p;

	*value = 0;
	for (; a->p < a->end && *a->p >= '0' && *a->p <= '9'; a->p++) {
		if (a->p - from == DIGITS_MOST)
			return false;
		*value = *value * 10 + (*a->p - '0');
	}
	if (a->p == from || (*from == '0' && (a->p - from > 1 || minus)))
		return false;
	if (minus)
		*value = -*value;
	return a->p < a->end && *a->p != '.' && *a->p != 'e' && *a->p != 'E';
}

static bool
word(struct at *a, const char *w)
{
	size_t n = strlen(w);

	if ((size_t)(a->end - a->p) < n || memcmp(a->p, w, n) != 0)
		return false;
	a->p += n;
	return true;
}

/* The name of a member, after the one before it in the order of bytes: so none is there twice. */
static bool
name(struct at *a, struct piece *before)
{
	struct piece t;
	int order;

	if (!text(a, &t) || t.escapes || !take(a, ':'))
		return false;
	if (before->from != NULL) {
		order = memcmp(before->from, t.from, before->n < t.n ? before->n : t.n);
		if (order > 0 || (order == 0 && before->n >= t.n))
			return false;
	}
	*before = t;
	return true;
}

static bool value(struct at *a, int depth);

static bool
members(struct at *a, int depth)
{
	struct piece before = { 0 };

	if (take(a, '}'))
		return true;
	do {
		if (!name(a, &before) || !value(a, depth))
			return false;
	} while (take(a, ','));
	return take(a, '}');
}

static bool
elements(struct at *a, int depth)
{
	if (take(a, ']'))
		return true;
	do {
		if (!value(a, depth))
			return false;
	} while (take(a, ','));
	return take(a, ']');
}

static bool
value(struct at *a, int depth)
{
	struct piece t;
	int64_t n;

	if (a->p == a->end || depth == DEPTH_MOST)
		return false;
	switch (*a->p) {
	case '"':
		return text(a, &t);
	case '{':
		a->p++;
		return members(a, depth + 1);
	case '[':
		a->p++;
		return elements(a, depth + 1);
	case 't':
		return word(a, "true");
	case 'f':
		return word(a, "false");
	case 'n':
		return word(a, "null");
	default:
		return integer(a, &n);
	}
}

/* ---- the body ---- */

#define TEXT(field) \
	{ \
#field, sizeof(#field) - 1, offsetof(struct scan, field) \
	}
static const struct {
	const char *name;
	size_t n, at;
} texts[] = { TEXT(action), TEXT(db), TEXT(kind), TEXT(name), TEXT(object), TEXT(role),
	TEXT(session), TEXT(time), TEXT(user) };
enum { TEXTS = sizeof(texts) / sizeof(texts[0]) };

static bool
is(const struct piece *t, const char *n, size_t size)
{
	return t->n == size && memcmp(t->from, n, size) == 0;
}

static void
keep(const struct piece *n, const struct piece *t, struct piece found[TEXTS])
{
	for (size_t i = 0; i < TEXTS; i++)
		if (is(n, texts[i].name, texts[i].n))
			found[i] = *t;
}

/* A member of the body: kept where it is one that a verifier needs. */
static bool
member(struct at *a, const struct piece *n, struct piece found[TEXTS], struct scan *out)
{
	char *from = a->p;
	bool number = is(n, "seq", 3) && a->p < a->end &&
		(*a->p == '-' || (*a->p >= '0' && *a->p <= '9'));
	struct piece t;

	if (number)
		return integer(a, &out->seq);
	if (is(n, "data", 4)) {
		out->data = from;
		return value(a, 1) && (out->data_size = (size_t)(a->p - from)) > 0;
	}
	if (a->p == a->end || *a->p != '"')
		return value(a, 1);
	if (!text(a, &t))
		return false;
	keep(n, &t, found);
	return true;
}

/* Escapes are resolved where they stand: what comes out is shorter. */
static void
end_text(struct piece *t)
{
	char *to = t->from;

	for (size_t i = 0; t->escapes && i < t->n; i++) {
		if (t->from[i] == '\\')
			i++;
		*to++ = t->from[i];
	}
	*(t->escapes ? to : t->from + t->n) = '\0';
}

bool
scan_event(char *body, size_t n, struct scan *out)
{
	struct at a = { .p = body, .end = body + n };
	struct piece found[TEXTS] = { { 0 } }, before = { 0 };

	memset(out, 0, sizeof(*out));
	if (!take(&a, '{'))
		return false;
	do {
		if (!name(&a, &before) || !member(&a, &before, found, out))
			return false;
	} while (take(&a, ','));
	if (!take(&a, '}') || a.p != a.end)
		return false;
	for (size_t i = 0; i < TEXTS; i++) {
		if (found[i].from != NULL)
			end_text(&found[i]);
		*(const char **)((char *)out + texts[i].at) =
			found[i].from != NULL ? found[i].from : "";
	}
	return true;
}
