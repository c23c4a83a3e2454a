/* Writing XML and CSV. */
#include "core/trial/extract_out.h"

#include <assert.h>
#include <string.h>

#include "core/base/str.h"

enum { CHUNK = 1 << 16 };

static void
flush(struct extract_out *o)
{
	if (o->text.len == 0)
		return;
	digest_add(&o->digest, o->text.data, o->text.len);
	fwrite(o->text.data, 1, o->text.len, o->to); /* a full disk is told at the end */
	buf_clear(&o->text);
}

void
extract_out_begin(struct extract_out *o, FILE *to)
{
	memset(o, 0, sizeof(*o));
	o->to = to;
	digest_begin(&o->digest);
}

enum rc
extract_out_end(struct extract_out *o, char hex[DIGEST_HEX], struct err *e)
{
	flush(o);
	buf_release(&o->text);
	digest_end(&o->digest, hex);
	if (fflush(o->to) != 0 || ferror(o->to) != 0)
		return err_errno(e, RC_FAILED, "the export could not be written");
	return RC_OK;
}

void
extract_out_text(struct extract_out *o, const char *text)
{
	buf_text(&o->text, text);
	if (o->text.len >= CHUNK)
		flush(o);
}

/* ---- XML ---- */

/* XML 1.0 has no such characters, not even as references. */
static bool
allowed(uint32_t c)
{
	if (c < 0x20)
		return c == '\t' || c == '\n' || c == '\r';
	return c != 0x7f && (c < 0x80 || c > 0x9f) && c != 0xfffe && c != 0xffff;
}

static void
put_character(struct extract_out *o, const char *s, size_t n, uint32_t c, bool attribute)
{
	static const struct {
		char c;
		const char *as;
	} escapes[] = { { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" } };

	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (c == (unsigned char)escapes[i].c) {
			buf_text(&o->text, escapes[i].as);
			return;
		}
	if (!allowed(c))
		buf_char(&o->text, ' ');
	else if (c == '\r' || (attribute && c < 0x20)) /* a reader would make blanks of them */
		buf_format(&o->text, "&#%u;", (unsigned)c);
	else if (c == 0xfffd)
		buf_text(&o->text, "\xef\xbf\xbd");
	else
		buf_add(&o->text, s, n);
}

static void
put_escaped(struct extract_out *o, const char *s, bool attribute)
{
	size_t n;

	for (uint32_t c; (c = str_next(s, &n)) != 0; s += n)
		put_character(o, s, n, c, attribute);
}

static void
end_tag(struct extract_out *o)
{
	if (o->tag)
		buf_char(&o->text, '>');
	o->tag = false;
}

static void
indent(struct extract_out *o)
{
	buf_char(&o->text, '\n');
	for (int i = 0; i < o->depth; i++)
		buf_text(&o->text, " ");
}

void
extract_open(struct extract_out *o, const char *name)
{
	assert(o->depth < EXTRACT_DEPTH);
	end_tag(o);
	indent(o);
	buf_format(&o->text, "<%s", name);
	o->open[o->depth++] = name;
	o->tag = true;
	o->words = false;
}

void
extract_attribute(struct extract_out *o, const char *name, const char *value)
{
	if (value == NULL)
		return;
	assert(o->tag);
	buf_format(&o->text, " %s=\"", name);
	put_escaped(o, value, true);
	buf_char(&o->text, '"');
}

void
extract_attribute_number(struct extract_out *o, const char *name, long long value)
{
	buf_format(&o->text, " %s=\"%lld\"", name, value);
}

void
extract_words(struct extract_out *o, const char *text)
{
	if (text == NULL)
		return;
	end_tag(o);
	put_escaped(o, text, false);
	o->words = true;
}

void
extract_close(struct extract_out *o)
{
	const char *name = o->open[--o->depth];

	if (o->tag) {
		buf_text(&o->text, "/>");
	} else {
		if (!o->words)
			indent(o);
		buf_format(&o->text, "</%s>", name);
	}
	o->tag = o->words = false;
	if (o->depth == 0)
		buf_char(&o->text, '\n');
	if (o->text.len >= CHUNK)
		flush(o);
}

void
extract_leaf(struct extract_out *o, const char *name, const char *text)
{
	extract_open(o, name);
	extract_words(o, text);
	extract_close(o);
}

/* ---- CSV ---- */

/* "-5", "+3.25": what a spreadsheet takes for a formula and is none. */
static bool
is_number(const char *s)
{
	double v;

	return strspn(s, "+-0123456789.eE") == strlen(s) && str_double(s, &v);
}

void
extract_cell(struct extract_out *o, const char *s)
{
	bool formula = *s != '\0' && strchr("=+-@\t\r", *s) != NULL && !is_number(s);
	bool quoted = strpbrk(s, ",\"\r\n") != NULL;

	if (o->row)
		buf_char(&o->text, ',');
	o->row = true;
	if (quoted)
		buf_char(&o->text, '"');
	if (formula)
		buf_char(&o->text, '\'');
	for (; *s != '\0'; s++) {
		if (*s == '"')
			buf_char(&o->text, '"');
		buf_char(&o->text, *s);
	}
	if (quoted)
		buf_char(&o->text, '"');
}

void
extract_cell_number(struct extract_out *o, long long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", value);
	extract_cell(o, text);
}

void
extract_row_end(struct extract_out *o)
{
	buf_text(&o->text, "\r\n");
	o->row = false;
	if (o->text.len >= CHUNK)
		flush(o);
}
