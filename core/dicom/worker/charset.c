/* Text of every declared character set to UTF-8.  Single-byte sets become tables at start, the two-byte
 * sets of ISO 2022 go pair by pair and GB18030 in runs through iconv. */
#include "core/dicom/worker/charset.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

enum form {
	FORM_ASCII,
	FORM_SINGLE, /* ASCII below, 128 characters above */
	FORM_KANA,   /* JIS X 0201 */
	FORM_PAIR,   /* 94 x 94, two bytes a character */
	FORM_RUN,    /* anything longer: whole runs through iconv */
	FORM_UTF8
};

enum {
	CODE_ASCII,
	CODE_LATIN1,
	CODE_KANA = 12,
	CODE_JIS0208,
	CODE_JIS0212,
	CODE_KSX1001,
	CODE_GB2312
};

struct code {
	const char *term;      /* "ISO_IR n" of the standard */
	const char *extension; /* the same with code extensions */
	const char *iconv;
	enum form form;
	bool latin; /* nobody writes two high bytes of it in a row that are UTF-8 */
};

static const struct code codes[] = {
	[CODE_ASCII] = { "ISO_IR 6", "ISO 2022 IR 6", NULL, FORM_ASCII, true },
	[CODE_LATIN1] = { "ISO_IR 100", "ISO 2022 IR 100", "ISO-8859-1", FORM_SINGLE, true },
	{ "ISO_IR 101", "ISO 2022 IR 101", "ISO-8859-2", FORM_SINGLE, true },
	{ "ISO_IR 109", "ISO 2022 IR 109", "ISO-8859-3", FORM_SINGLE, true },
	{ "ISO_IR 110", "ISO 2022 IR 110", "ISO-8859-4", FORM_SINGLE, true },
	{ "ISO_IR 144", "ISO 2022 IR 144", "ISO-8859-5", FORM_SINGLE, false },
	{ "ISO_IR 127", "ISO 2022 IR 127", "ISO-8859-6", FORM_SINGLE, false },
	{ "ISO_IR 126", "ISO 2022 IR 126", "ISO-8859-7", FORM_SINGLE, false },
	{ "ISO_IR 138", "ISO 2022 IR 138", "ISO-8859-8", FORM_SINGLE, false },
	{ "ISO_IR 148", "ISO 2022 IR 148", "ISO-8859-9", FORM_SINGLE, true },
	{ "ISO_IR 203", "ISO 2022 IR 203", "ISO-8859-15", FORM_SINGLE, true },
	{ "ISO_IR 166", "ISO 2022 IR 166", "TIS-620", FORM_SINGLE, false },
	[CODE_KANA] = { "ISO_IR 13", "ISO 2022 IR 13", NULL, FORM_KANA, false },
	[CODE_JIS0208] = { "ISO_IR 87", "ISO 2022 IR 87", "EUC-JP", FORM_PAIR, false },
	[CODE_JIS0212] = { "ISO_IR 159", "ISO 2022 IR 159", "EUC-JP", FORM_PAIR, false },
	[CODE_KSX1001] = { "ISO_IR 149", "ISO 2022 IR 149", "EUC-KR", FORM_PAIR, false },
	[CODE_GB2312] = { "ISO_IR 58", "ISO 2022 IR 58", "GB2312", FORM_PAIR, false },
	{ "GB18030", "ISO 2022 GB18030", "GB18030", FORM_RUN, false },
	{ "GBK", "ISO 2022 GBK", "GBK", FORM_RUN, false },
	{ "ISO_IR 192", "ISO 2022 IR 192", NULL, FORM_UTF8, false },
};

enum { CODES = sizeof(codes) / sizeof(codes[0]) };

/* Escape sequences, after ESC (PS3.3 C.12.1.1.2). */
static const struct escape {
	const char *bytes;
	uint8_t code;
	bool high; /* designates G1, the bytes above 0x7f */
} escapes[] = {
	{ "(B", CODE_ASCII, false },
	{ "(J", CODE_ASCII, false }, /* JIS X 0201 Romaji: ASCII but for the yen sign */
	{ ")I", CODE_KANA, true },
	{ "$B", CODE_JIS0208, false },
	{ "$@", CODE_JIS0208, false },
	{ "$(D", CODE_JIS0212, false },
	{ "$)C", CODE_KSX1001, true },
	{ "$)A", CODE_GB2312, true },
	{ "-A", 1, true },
	{ "-B", 2, true },
	{ "-C", 3, true },
	{ "-D", 4, true },
	{ "-L", 5, true },
	{ "-G", 6, true },
	{ "-F", 7, true },
	{ "-H", 8, true },
	{ "-M", 9, true },
	{ "-b", 10, true },
	{ "-T", 11, true },
};

struct charsets {
	uint16_t high[CODES][128]; /* of FORM_SINGLE: code points, 0 undefined */
	iconv_t converter[CODES];  /* (iconv_t)-1 where there is none */
};

static const iconv_t no_converter = (iconv_t)-1;

static void
fill_table(iconv_t cd, uint16_t *high)
{
	for (int i = 0; i < 128; i++) {
		char in = (char)(128 + i), out[8] = { 0 }, *from = &in, *to = out;
		size_t left = 1, room = sizeof(out) - 1, n;

		iconv(cd, NULL, NULL, NULL, NULL);
		if (iconv(cd, &from, &left, &to, &room) == 0)
			high[i] = (uint16_t)str_next(out, &n);
	}
}

struct charsets *
charsets_open(void)
{
	struct charsets *all = mem_zero(1, sizeof(*all));

	for (int i = 0; i < CODES; i++) {
		all->converter[i] = no_converter;
		if (codes[i].iconv == NULL)
			continue;
		all->converter[i] = iconv_open("UTF-8", codes[i].iconv);
		if (all->converter[i] == no_converter || codes[i].form != FORM_SINGLE)
			continue;
		fill_table(all->converter[i], all->high[i]);
		iconv_close(all->converter[i]);
		all->converter[i] = no_converter;
	}
	return all;
}

void
charsets_close(struct charsets *all)
{
	if (all == NULL)
		return;
	for (int i = 0; i < CODES; i++)
		if (all->converter[i] != no_converter)
			iconv_close(all->converter[i]);
	free(all);
}

/* ---- what is declared ------------------------------------------------------------------------- */

/* Spelled as the standard does or nearly: case, '_', '-' and ' ' are not told apart. */
static bool
term_is(const uint8_t *s, size_t n, const char *term)
{
	for (; n > 0 && *term != '\0'; s++, term++, n--) {
		int a = *s >= 'a' && *s <= 'z' ? *s - 32 : *s, b = *term;

		a = a == '_' || a == '-' ? ' ' : a;
		b = b == '_' ? ' ' : b;
		if (a != b)
			return false;
	}
	return n == 0 && *term == '\0';
}

static void
declare_one(struct charset *c, const uint8_t *s, size_t n)
{
	while (n > 0 && (*s == ' ' || *s == '\0'))
		s++, n--;
	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\0'))
		n--;
	if (c->codes == CHARSET_CODES_MAX)
		return;
	for (uint8_t i = 0; i < CODES && n > 0; i++) {
		bool extension = term_is(s, n, codes[i].extension);

		if (!extension && !term_is(s, n, codes[i].term))
			continue;
		c->code[c->codes++] = i;
		c->extended |= extension;
		return;
	}
	c->unknown |= n > 0;
	c->code[c->codes++] = CODE_ASCII;
}

void
charset_declare(struct charset *c, const struct charsets *all, const uint8_t *value, size_t n)
{
	size_t from = 0;

	memset(c, 0, sizeof(*c));
	c->all = all;
	for (size_t i = 0; i <= n; i++) {
		if (i < n && value[i] != '\\')
			continue;
		if (i > from)
			declare_one(c, value + from, i - from);
		else
			declare_one(c, (const uint8_t *)"", 0);
		from = i + 1;
	}
	c->extended |= c->codes > 1;
}

/* ---- decoding --------------------------------------------------------------------------------- */

struct state {
	const struct charset *c;
	bool is_name, good;
	uint8_t low, high; /* what G0 and G1 hold now */
	struct buf *out;
};

static void
add_point(struct buf *out, uint32_t p)
{
	if (p < 0x80) {
		buf_char(out, (char)p);
	} else if (p < 0x800) {
		buf_char(out, (char)(0xc0 | p >> 6));
		buf_char(out, (char)(0x80 | (p & 0x3f)));
	} else {
		buf_char(out, (char)(0xe0 | p >> 12));
		buf_char(out, (char)(0x80 | (p >> 6 & 0x3f)));
		buf_char(out, (char)(0x80 | (p & 0x3f)));
	}
}

static void
lost(struct state *s)
{
	buf_char(s->out, '?');
	s->good = false;
}

/* The initial state: ASCII, and the first declared set above it.  A first set of pairs is Korean or
 * Chinese without escapes, which devices do write. */
static void
reset(struct state *s)
{
	uint8_t first = s->c->codes > 0 ? s->c->code[0] : CODE_ASCII;

	s->low = CODE_ASCII;
	s->high = first;
	if (first == CODE_JIS0208 || first == CODE_JIS0212)
		s->high = CODE_ASCII;
}

static void
add_pair(struct state *s, uint8_t code, uint8_t a, uint8_t b)
{
	char in[3], out[16], *from = in, *to = out;
	size_t left = 0, room = sizeof(out);
	iconv_t cd = s->c->all->converter[code];

	if (code == CODE_JIS0212)
		in[left++] = (char)0x8f;
	in[left++] = (char)(a | 0x80);
	in[left++] = (char)(b | 0x80);
	if (cd == no_converter) {
		lost(s);
		return;
	}
	iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &from, &left, &to, &room) != 0 || left != 0)
		lost(s);
	else
		buf_add(s->out, out, (size_t)(to - out));
}

/* Returns how many bytes the escape sequence takes; 0 for none that we know. */
static size_t
take_escape(struct state *s, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < MEM_COUNT(escapes); i++) {
		size_t len = strlen(escapes[i].bytes);

		if (n < len + 1 || memcmp(p + 1, escapes[i].bytes, len) != 0)
			continue;
		if (escapes[i].high)
			s->high = escapes[i].code;
		else
			s->low = escapes[i].code;
		return len + 1;
	}
	return 0;
}

static size_t
take_low(struct state *s, const uint8_t *p, size_t n)
{
	bool delimiter = *p == '\\' || *p == '\n' || *p == '\r' || *p == '\f' || *p == '\t' ||
		(s->is_name && (*p == '^' || *p == '='));

	if (codes[s->low].form == FORM_PAIR && *p > 0x20 && *p < 0x7f) {
		if (n >= 2 && p[1] > 0x20 && p[1] < 0x7f) {
			add_pair(s, s->low, p[0], p[1]);
			return 2;
		}
		lost(s);
		return 1;
	}
	if (delimiter)
		reset(s);
	buf_char(s->out, (char)*p);
	return 1;
}

static size_t
take_high(struct state *s, const uint8_t *p, size_t n)
{
	uint32_t point = 0;

	switch (codes[s->high].form) {
	case FORM_PAIR:
		if (n < 2 || p[1] < 0xa1)
			break;
		add_pair(s, s->high, p[0], p[1]);
		return 2;
	case FORM_SINGLE:
		point = s->c->all->high[s->high][*p - 128];
		break;
	case FORM_KANA:
		point = *p >= 0xa1 && *p <= 0xdf ? 0xff61u + *p - 0xa1 : 0;
		break;
	default:
		break;
	}
	if (point != 0)
		add_point(s->out, point);
	else
		lost(s);
	return 1;
}

static void
decode_switched(struct state *s, const uint8_t *p, size_t n)
{
	reset(s);
	while (n > 0) {
		size_t used = 0;

		if (*p == 0x1b && s->c->extended)
			used = take_escape(s, p, n);
		if (used == 0)
			used = *p < 0x80 ? take_low(s, p, n) : take_high(s, p, n);
		p += used;
		n -= used;
	}
}

static bool
next_utf8(const uint8_t *p, size_t n, size_t *len)
{
	char c[5] = { 0 };
	uint32_t point;

	memcpy(c, p, n < 4 ? n : 4);
	point = str_next(c, len);
	if (*len == 0)
		*len = 1; /* a NUL */
	return point != 0xfffd || *len > 1;
}

static bool
is_utf8(const uint8_t *p, size_t n)
{
	size_t len;

	for (; n > 0; p += len, n -= len)
		if (!next_utf8(p, n, &len))
			return false;
	return true;
}

static void
decode_utf8(struct state *s, const uint8_t *p, size_t n)
{
	size_t len;

	for (; n > 0; p += len, n -= len) {
		if (next_utf8(p, n, &len))
			buf_add(s->out, p, len);
		else
			lost(s);
	}
}

static void
decode_run(struct state *s, uint8_t code, const uint8_t *p, size_t n)
{
	iconv_t cd = s->c->all->converter[code];
	char *from = (char *)(uintptr_t)p;

	if (cd != no_converter)
		iconv(cd, NULL, NULL, NULL, NULL);
	while (n > 0) {
		size_t room = n * 4 + 8, had = room;
		char *to = buf_room(s->out, room);
		bool done = cd != no_converter && iconv(cd, &from, &n, &to, &room) != (size_t)-1;

		s->out->len += had - room;
		s->out->data[s->out->len] = '\0';
		if (done || n == 0)
			break;
		if ((uint8_t)*from < 0x80)
			buf_char(s->out, *from);
		else
			lost(s);
		from++;
		n--;
	}
}

static bool
plain(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] >= 0x80 || p[i] == 0x1b)
			return false;
	return true;
}

bool
charset_decode(const struct charset *c, bool is_name, const uint8_t *value, size_t n, struct buf *out)
{
	struct state s = { .c = c, .is_name = is_name, .good = true, .out = out };
	uint8_t first = c->codes > 0 ? c->code[0] : CODE_ASCII;

	if (plain(value, n)) {
		buf_add(out, value, n);
		return true;
	}
	if (codes[first].form == FORM_UTF8) {
		decode_utf8(&s, value, n);
	} else if (codes[first].form == FORM_RUN) {
		decode_run(&s, first, value, n);
	} else if (codes[first].latin && !c->extended && is_utf8(value, n) &&
		memchr(value, 0x1b, n) == NULL) {
		/* Declared wrong or not at all, and nothing but UTF-8 looks like this by chance. */
		buf_add(out, value, n);
		s.good = false;
	} else {
		decode_switched(&s, value, n);
	}
	return s.good;
}
