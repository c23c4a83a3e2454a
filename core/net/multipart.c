/* A multipart answer, taken apart as it comes.  What cannot be decided yet is carried over to the next piece: never more than a
 * delimiter or the headers of a part.  All else is handed on where it lies. */
#include "core/net/multipart.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"

enum { BLANKS_MOST = 64, STEP = 1024 };

struct multipart {
	/* What may come now. */
	enum { PREAMBLE, HEADERS, MEASURED, SEARCHED, EPILOGUE } state;
	char delimiter[MULTIPART_BOUNDARY + 5]; /* CR LF "--" boundary */
	size_t delimiter_n;
	int64_t part_most, got; /* bytes of this part; of the preamble */
	struct multipart_part part;
	struct multipart_sink sink;
	struct buf carry;
	enum rc failed;
};

/* ---- the boundary ---- */

static bool
is_boundary(const char *s)
{
	size_t n = strspn(
		s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'()+_,-./:=? ");

	return n > 0 && s[n] == '\0' && n <= MULTIPART_BOUNDARY && s[n - 1] != ' ';
}

/* One value of a parameter, quoted or not; where it ends.  NULL: too long or no closing quote. */
static const char *
read_value(const char *s, char *to, size_t size)
{
	size_t n = 0;
	bool quoted = *s == '"';

	for (s += quoted; quoted ? *s != '"' : *s != '\0' && strchr("; \t", *s) == NULL; s++) {
		if (quoted && *s == '\\')
			s++;
		if (*s == '\0' || n + 1 >= size)
			return NULL;
		to[n++] = *s;
	}
	to[n] = '\0';
	return s + quoted;
}

/* `type` is "multipart/related; name=value; ...": a value may hold what looks like another parameter. */
static bool
find_boundary(const char *type, char *to, size_t size)
{
	char value[256];

	if (strncasecmp(type, "multipart/", 10) != 0)
		return false;
	type += strcspn(type, ";");
	while (*type == ';') {
		const char *name = type + 1 + strspn(type + 1, " \t");
		size_t n = strcspn(name, "=;");

		if (name[n] != '=') {
			type = name + n;
			continue;
		}
		type = read_value(name + n + 1, value, sizeof(value));
		if (type == NULL)
			return false;
		if (n == 8 && strncasecmp(name, "boundary", n) == 0)
			return is_boundary(value) && str_copy(to, size, value);
		type += strcspn(type, ";");
	}
	return false;
}

/* ---- a part ---- */

static enum rc
read_header(struct multipart *m, char *line, struct err *e)
{
	long n;

	str_clean(line);
	if (strncasecmp(line, "Content-Type:", 13) == 0)
		str_copy(m->part.type, sizeof(m->part.type), line + 13 + strspn(line + 13, " "));
	if (strncasecmp(line, "Content-Length:", 15) != 0)
		return RC_OK;
	if (!str_int(line + 15, 0, LONG_MAX, &n))
		return err_set(e, RC_CORRUPT, "the length of a part is no number");
	if (n > m->part_most)
		return err_set(e, RC_LIMIT, "a part of more than the %lld bytes that we take",
			(long long)m->part_most);
	m->part.length = n;
	return RC_OK;
}

static enum rc
begin_part(struct multipart *m, const char *headers, size_t n, struct err *e)
{
	char *text = mem_zero(n + 1, 1), *line, *rest = text;
	enum rc rc = RC_OK;

	memcpy(text, headers, n);
	m->part = (struct multipart_part){ .length = -1 };
	m->got = 0;
	while (rc == RC_OK && (line = strsep(&rest, "\n")) != NULL) {
		line[strcspn(line, "\r")] = '\0';
		rc = read_header(m, line, e);
	}
	free(text);
	m->state = m->part.length >= 0 ? MEASURED : SEARCHED;
	return rc == RC_OK ? m->sink.begin(m->sink.ctx, &m->part, e) : rc;
}

/* Bytes of the part, or of the preamble, which is nobody's. */
static enum rc
hand_on(struct multipart *m, const char *p, size_t n, struct err *e)
{
	if (n == 0)
		return RC_OK;
	m->got += (int64_t)n;
	if (m->state == PREAMBLE)
		return m->got <= MULTIPART_PREAMBLE
			? RC_OK
			: err_set(e, RC_LIMIT, "more than %d KiB before the first part",
				  MULTIPART_PREAMBLE / 1024);
	if (m->got > m->part_most)
		return err_set(e, RC_LIMIT, "a part of more than the %lld bytes that we take",
			(long long)m->part_most);
	return m->sink.bytes(m->sink.ctx, p, n, e);
}

static enum rc
close_part(struct multipart *m, bool last, struct err *e)
{
	bool part = m->state != PREAMBLE;

	m->state = last ? EPILOGUE : HEADERS;
	return part ? m->sink.whole(m->sink.ctx, e) : RC_OK;
}

/* ---- what comes ----
 * Each step looks at what is there, says how much of it is done with, and 0 where it takes more to tell. */

/* Behind a boundary: "--" at the end of all, or blanks and a new line.  How long that is; 0 not to be told yet, -1 neither. */
static int
line_end(const char *p, size_t n, bool *last)
{
	size_t i = 0;

	*last = n >= 2 && p[0] == '-' && p[1] == '-';
	if (*last)
		return 2;
	while (i < n && i < BLANKS_MOST && (p[i] == ' ' || p[i] == '\t'))
		i++;
	if (i >= n || (i + 1 >= n && p[i] == '\r') || (n == 1 && p[0] == '-'))
		return 0;
	return p[i] == '\r' && p[i + 1] == '\n' ? (int)i + 2 : -1;
}

static enum rc
step_headers(struct multipart *m, const char *p, size_t n, size_t *done, struct err *e)
{
	size_t look = n < MULTIPART_HEADERS ? n : MULTIPART_HEADERS;
	const char *end;

	if (n >= 2 && p[0] == '\r' && p[1] == '\n') {
		*done = 2;
		return begin_part(m, p, 0, e);
	}
	end = memmem(p, look, "\r\n\r\n", 4);
	if (end == NULL)
		return n < MULTIPART_HEADERS
			? RC_OK
			: err_set(e, RC_LIMIT, "a part with more than %d KiB of headers",
				  MULTIPART_HEADERS / 1024);
	*done = (size_t)(end - p) + 4;
	return begin_part(m, p, (size_t)(end - p), e);
}

/* A part that says how long it is: nothing in it is looked at. */
static enum rc
step_measured(struct multipart *m, const char *p, size_t n, size_t *done, struct err *e)
{
	int64_t left = m->part.length - m->got;
	bool last;
	int end;

	if (left > 0) {
		*done = left < (int64_t)n ? (size_t)left : n;
		return hand_on(m, p, *done, e);
	}
	if (n <= m->delimiter_n && memcmp(p, m->delimiter, n) == 0)
		return RC_OK;
	end = n > m->delimiter_n && memcmp(p, m->delimiter, m->delimiter_n) == 0
		? line_end(p + m->delimiter_n, n - m->delimiter_n, &last)
		: -1;
	if (end < 0)
		return err_set(e, RC_CORRUPT, "a part is not as long as it says");
	if (end == 0)
		return RC_OK;
	*done = m->delimiter_n + (size_t)end;
	return close_part(m, last, e);
}

/* A part that does not, or the preamble: up to the next delimiter. */
static enum rc
step_searched(struct multipart *m, const char *p, size_t n, size_t *done, struct err *e)
{
	const char *at = memmem(p, n, m->delimiter, m->delimiter_n);
	size_t before = at != NULL ? (size_t)(at - p) : n;
	bool last;
	int end;
	enum rc rc;

	if (at == NULL) { /* its start may be the end of this */
		*done = n < m->delimiter_n ? 0 : n - m->delimiter_n + 1;
		return hand_on(m, p, *done, e);
	}
	end = line_end(at + m->delimiter_n, n - before - m->delimiter_n, &last);
	if (end < 0) { /* a line that only begins like the boundary */
		*done = before + 2;
		return hand_on(m, p, *done, e);
	}
	rc = hand_on(m, p, before, e);
	*done = before;
	if (rc != RC_OK || end == 0)
		return rc;
	*done = before + m->delimiter_n + (size_t)end;
	return close_part(m, last, e);
}

/* How much of it was taken; the rest is looked at again when more has come. */
static enum rc
take(struct multipart *m, const char *p, size_t n, size_t *taken, struct err *e)
{
	static enum rc (*const steps[])(
		struct multipart *, const char *, size_t, size_t *, struct err *) = {
		[PREAMBLE] = step_searched,
		[HEADERS] = step_headers,
		[MEASURED] = step_measured,
		[SEARCHED] = step_searched,
	};
	enum rc rc = RC_OK;
	size_t done = 1;

	*taken = 0;
	while (rc == RC_OK && *taken < n && done > 0) {
		done = 0;
		if (m->state == EPILOGUE)
			done = n - *taken;
		else
			rc = steps[m->state](m, p + *taken, n - *taken, &done, e);
		*taken += done;
	}
	return rc;
}

static void
drop(struct buf *b, size_t n)
{
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
}

/* What was carried over, with as much of the new piece as it takes to get done with it. */
static enum rc
take_carried(struct multipart *m, const char **p, size_t *n, struct err *e)
{
	enum rc rc = RC_OK;

	while (rc == RC_OK && m->carry.len > 0 && *n > 0) {
		size_t step = *n < STEP ? *n : STEP, taken;

		buf_add(&m->carry, *p, step);
		*p += step;
		*n -= step;
		rc = take(m, m->carry.data, m->carry.len, &taken, e);
		drop(&m->carry, taken);
		if (m->carry.len <= step) { /* what is left is of the new piece alone */
			*p -= m->carry.len;
			*n += m->carry.len;
			m->carry.len = 0;
			break;
		}
	}
	return rc;
}

enum rc
multipart_add(struct multipart *m, const void *bytes, size_t n, struct err *e)
{
	const char *p = bytes;
	size_t taken = 0;

	if (m->failed != RC_OK)
		return m->failed;
	m->failed = take_carried(m, &p, &n, e);
	if (m->failed != RC_OK || n == 0)
		return m->failed;
	m->failed = take(m, p, n, &taken, e);
	if (m->failed == RC_OK)
		buf_add(&m->carry, p + taken, n - taken);
	return m->failed;
}

enum rc
multipart_end(struct multipart *m, struct err *e)
{
	if (m->failed != RC_OK)
		return m->failed;
	if (m->state != EPILOGUE)
		return err_set(e, RC_CORRUPT, "it ended before its closing boundary");
	return RC_OK;
}

enum rc
multipart_new(struct multipart **out, const char *type, int64_t part_most,
	const struct multipart_sink *sink, struct err *e)
{
	char boundary[MULTIPART_BOUNDARY + 1];
	struct multipart *m;

	*out = NULL;
	if (!find_boundary(type, boundary, sizeof(boundary)))
		return err_set(e, RC_CORRUPT, "the answer is not in parts, or its boundary is none");
	m = mem_zero(1, sizeof(*m));
	m->sink = *sink;
	m->part_most = part_most;
	memcpy(m->delimiter, "\r\n--", 4);
	str_copy(m->delimiter + 4, sizeof(m->delimiter) - 4, boundary);
	m->delimiter_n = strlen(m->delimiter);
	buf_text(&m->carry, "\r\n"); /* the first boundary may be the first thing that comes */
	*out = m;
	return RC_OK;
}

void
multipart_free(struct multipart *m)
{
	if (m == NULL)
		return;
	buf_release(&m->carry);
	free(m);
}
