/* A growing run of bytes. */
#include "core/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

char *
buf_room(struct buf *b, size_t n)
{
	size_t need = b->len + n + 1;

	if (need > b->cap) {
		size_t cap = b->cap > 0 ? b->cap : 64;

		while (cap < need)
			cap *= 2;
		b->data = mem_grow(b->data, cap, 1);
		b->cap = cap;
	}
	return b->data + b->len;
}

void
buf_add(struct buf *b, const void *bytes, size_t n)
{
	char *to = buf_room(b, n);

	if (n > 0)
		memcpy(to, bytes, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void
buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_text(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_format(struct buf *b, const char *fmt, ...)
{
	char first[256]; /* most texts fit; a longer one is formatted once more in place */
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(first, sizeof(first), fmt, ap);
	va_end(ap);
	if (n <= 0)
		return;
	if ((size_t)n < sizeof(first)) {
		buf_add(b, first, (size_t)n);
		return;
	}
	buf_room(b, (size_t)n);
	va_start(ap, fmt);
	vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	if (b->data != NULL)
		b->data[0] = '\0';
}

void
buf_release(struct buf *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

char *
buf_take(struct buf *b)
{
	char *s = b->data != NULL ? b->data : mem_string("");

	memset(b, 0, sizeof(*b));
	return s;
}
