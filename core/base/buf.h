/* A growing run of bytes.  Zero-initialised is empty; buf_release leaves it so.
 * One thread at a time. */
#ifndef CORE_BASE_BUF_H
#define CORE_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data; /* NUL-terminated after every call below, once anything was added */
	size_t len; /* without the NUL */
	size_t cap;
};

void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_char(struct buf *b, char c);
void buf_text(struct buf *b, const char *s);
void buf_format(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Room for n more bytes at b->data + b->len; the caller writes and adds to len. */
char *buf_room(struct buf *b, size_t n);

void buf_clear(struct buf *b);   /* len 0, memory kept */
void buf_release(struct buf *b); /* memory freed */
char *buf_take(struct buf *b);   /* the text, owned by the caller; never NULL; b is empty after */

#endif
