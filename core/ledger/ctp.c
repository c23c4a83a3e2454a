/* Scripts of RSNA CTP's DicomPixelAnonymizer. */
#include "core/ledger/ctp.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/base/str.h"

/* ---- out ---- */

/* A string of the language has no escapes: a value is told as far as it can be, which still fits by "contains". */
static void
term(struct buf *b, bool *first, const char *element, const char *method, const char *value,
	size_t n)
{
	size_t fits = strcspn(value, "\"{}\\");

	n = n < fits ? n : fits;
	if (n == 0)
		return;
	buf_format(b, "%s%s.%s(\"%.*s\")", *first ? "" : " *\n  ", element, method, (int)n, value);
	*first = false;
}

static void
signature(struct buf *b, const struct ctp_scanner *of, const struct mark *m)
{
	char columns[16], rows[16];
	bool first = true;

	snprintf(columns, sizeof(columns), "%u", m->columns);
	snprintf(rows, sizeof(rows), "%u", m->rows);
	buf_text(b, "{ ");
	term(b, &first, "Manufacturer", "containsIgnoreCase", of->manufacturer, SIZE_MAX);
	term(b, &first, "ManufacturerModelName", "containsIgnoreCase", of->model, SIZE_MAX);
	term(b, &first, "Rows", "equals", rows, SIZE_MAX);
	term(b, &first, "Columns", "equals", columns, SIZE_MAX);
	for (const char *at = of->image_type; *at != '\0'; at += *at == '\\') {
		size_t n = strcspn(at, "\\");

		term(b, &first, "ImageType", "containsIgnoreCase", at, n);
		at += n;
	}
	buf_text(b, " }\n");
}

static void
region(struct buf *b, const struct mark *m)
{
	struct mark_point from, to;

	if (m->shape == MARK_OUTLINE)
		buf_text(b, "  an outline, as the box around it:\n");
	if (m->scope == MARK_FRAME)
		buf_format(b, "  seen on slice %u alone:\n", m->first + 1);
	else if (m->scope == MARK_RANGE)
		buf_format(b, "  seen on slices %u to %u alone:\n", m->first + 1, m->last + 1);
	mark_bounds(m, &from, &to);
	buf_format(b, "  (%d,%d,%d,%d)\n", from.x, from.y, to.x - from.x, to.y - from.y);
}

static bool
same_size(const struct mark *a, const struct mark *b)
{
	return a->columns == b->columns && a->rows == b->rows;
}

void
ctp_write(struct buf *b, const struct ctp_scanner *of, const struct mark *marks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool came_before = false;

		for (size_t k = 0; k < i; k++)
			came_before = came_before || same_size(&marks[k], &marks[i]);
		if (came_before)
			continue;
		signature(b, of, &marks[i]);
		for (size_t k = i; k < n; k++)
			if (same_size(&marks[k], &marks[i]))
				region(b, &marks[k]);
	}
}

/* ---- in: the signature ---- */

enum { DEPTH_MOST = 40, IDENTIFIER = 80, STRING = 260 };

struct reading {
	const char *at;
	unsigned line;
	const struct ctp_image *image;
	struct err *e;
	bool bad; /* e says why */
	unsigned depth;
	char wrong[2 * IDENTIFIER + STRING + 8]; /* the first term of this section that is not so */
	unsigned wrong_line;
};

static void
complain(struct reading *r, const char *what)
{
	if (!r->bad)
		err_set(r->e, RC_INVALID, "line %u: %s", r->line, what);
	r->bad = true;
}

static void
skip_blanks(struct reading *r)
{
	for (; isspace((unsigned char)*r->at); r->at++)
		r->line += *r->at == '\n';
}

static bool
take(struct reading *r, char c)
{
	skip_blanks(r);
	if (*r->at != c)
		return false;
	r->at++;
	return true;
}

/* The elements that such scripts name by a word; others are written as tags. */
static const struct {
	const char *word, *tag;
} elements[] = {
	{ "BurnedInAnnotation", "00280301" },
	{ "BitsAllocated", "00280100" },
	{ "BitsStored", "00280101" },
	{ "BodyPartExamined", "00180015" },
	{ "CodeMeaning", "00080104" },
	{ "Columns", "00280011" },
	{ "ConversionType", "00080064" },
	{ "DeviceSerialNumber", "00181000" },
	{ "ImageType", "00080008" },
	{ "InstitutionName", "00080080" },
	{ "Manufacturer", "00080070" },
	{ "ManufacturerModelName", "00081090" },
	{ "Modality", "00080060" },
	{ "NumberOfFrames", "00280008" },
	{ "PhotometricInterpretation", "00280004" },
	{ "ProtocolName", "00181030" },
	{ "Rows", "00280010" },
	{ "SamplesPerPixel", "00280002" },
	{ "SeriesDescription", "0008103E" },
	{ "SeriesNumber", "00200011" },
	{ "SOPClassUID", "00080016" },
	{ "SoftwareVersion", "00181020" },
	{ "SoftwareVersions", "00181020" },
	{ "StationName", "00081010" },
	{ "StudyDescription", "00081030" },
	{ "WindowCenter", "00281050" },
	{ "WindowWidth", "00281051" },
};

/* "[0028,0010]" or a word as the eight digits of its tag. */
static bool
tag_of(const char *name, size_t n, char tag[9])
{
	if (n == 11 && name[0] == '[' && name[5] == ',' && name[10] == ']') {
		for (int i = 0; i < 8; i++) {
			char c = name[i < 4 ? i + 1 : i + 2];

			if (!isxdigit((unsigned char)c))
				return false;
			tag[i] = (char)toupper((unsigned char)c);
		}
		tag[8] = '\0';
		return true;
	}
	for (size_t i = 0; i < MEM_COUNT(elements); i++)
		if (strlen(elements[i].word) == n && strncmp(elements[i].word, name, n) == 0) {
			memcpy(tag, elements[i].tag, 9);
			return true;
		}
	return false;
}

static void
add_value(struct buf *b, const json_t *v)
{
	if (json_is_string(v))
		buf_text(b, json_string_value(v));
	else if (json_is_integer(v))
		buf_format(b, "%lld", (long long)json_integer_value(v));
	else if (json_is_real(v))
		buf_format(b, "%.10g", json_real_value(v));
	else if (json_is_object(v) && json_is_string(json_object_get(v, "Alphabetic")))
		buf_text(b, json_string_value(json_object_get(v, "Alphabetic")));
}

/* Several values are one text with backslashes between, as in the file.  "" where the element is absent. */
static void
value_text(const json_t *element, struct buf *b)
{
	const json_t *list = json_object_get(element, "Value"), *v;
	size_t i;

	buf_text(b, "");
	json_array_foreach(list, i, v)
	{
		if (i > 0)
			buf_char(b, '\\');
		add_value(b, v);
	}
}

/* "Rows", "[0028,0010]" or "[0018,6011]::[0018,601A]", the first item of each sequence. */
static void
find_value(struct reading *r, const char *identifier, struct buf *b)
{
	const json_t *in = r->image->header, *element = NULL;
	char tag[9], what[IDENTIFIER + 80];

	for (const char *at = identifier; at != NULL;) {
		const char *next = strstr(at, "::");
		size_t n = next != NULL ? (size_t)(next - at) : strlen(at);

		if (!tag_of(at, n, tag)) {
			snprintf(what, sizeof(what),
				"%.*s is not known by name here; write it as [gggg,eeee]", (int)n,
				at);
			complain(r, what);
			return;
		}
		element = json_object_get(in, tag);
		in = json_array_get(json_object_get(element, "Value"), 0);
		at = next != NULL ? next + 2 : NULL;
	}
	value_text(element, b);
}

enum how { EQUALS, CONTAINS, STARTS, ENDS };

static const struct {
	const char *name;
	enum how how;
	bool fold;
} methods[] = {
	{ "equals", EQUALS, false },
	{ "equalsIgnoreCase", EQUALS, true },
	{ "contains", CONTAINS, false },
	{ "containsIgnoreCase", CONTAINS, true },
	{ "startsWith", STARTS, false },
	{ "startsWithIgnoreCase", STARTS, true },
	{ "endsWith", ENDS, false },
	{ "endsWithIgnoreCase", ENDS, true },
};

static bool
holds(const char *value, enum how how, bool fold, const char *wanted)
{
	int (*same)(const char *, const char *, size_t) = fold ? strncasecmp : strncmp;
	size_t n = strlen(wanted), have = strlen(value);

	switch (how) {
	case EQUALS:
		return n == have && same(value, wanted, n) == 0;
	case CONTAINS:
		return (fold ? strcasestr(value, wanted) : strstr(value, wanted)) != NULL;
	case STARTS:
		return same(value, wanted, n) == 0;
	case ENDS:
		return n <= have && same(value + have - n, wanted, n) == 0;
	}
	return false;
}

static bool
ask(struct reading *r, const char *identifier, const char *method, const char *wanted)
{
	struct buf value = { 0 };
	size_t i = 0;
	bool yes;

	while (i < MEM_COUNT(methods) && strcmp(methods[i].name, method) != 0)
		i++;
	if (i == MEM_COUNT(methods)) {
		complain(r, "this method is not known here");
		return false;
	}
	find_value(r, identifier, &value);
	if (r->bad) {
		buf_release(&value);
		return false;
	}
	yes = holds(value.data, methods[i].how, methods[i].fold, wanted);
	buf_release(&value);
	if (!yes && r->wrong[0] == '\0') {
		snprintf(r->wrong, sizeof(r->wrong), "%s.%s(\"%s\")", identifier, method, wanted);
		r->wrong_line = r->line;
	}
	return yes;
}

/* A run of these characters into to[size]; false (told) where there is none or too many. */
static bool
take_run(struct reading *r, const char *of, char *to, size_t size, const char *what)
{
	size_t n = strspn(r->at, of);

	if (n == 0 || n >= size) {
		complain(r, what);
		return false;
	}
	memcpy(to, r->at, n);
	to[n] = '\0';
	r->at += n;
	return true;
}

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

static bool
take_string(struct reading *r, char to[STRING])
{
	const char *end;

	if (!take(r, '"') || (end = strpbrk(r->at, "\"\n")) == NULL || *end != '"' ||
		(size_t)(end - r->at) >= STRING) {
		complain(r, "a text in quotation marks is missing");
		return false;
	}
	memcpy(to, r->at, (size_t)(end - r->at));
	to[end - r->at] = '\0';
	r->at = end + 1;
	return true;
}

static bool
read_question(struct reading *r)
{
	char identifier[IDENTIFIER], method[IDENTIFIER], wanted[STRING];

	if (!take_run(r, LETTERS "[],:", identifier, sizeof(identifier),
		    "the name of an element is missing"))
		return false;
	if (!take(r, '.')) {
		complain(r, "a point and a method are missing");
		return false;
	}
	if (strcmp(identifier, "true") == 0 || strcmp(identifier, "false") == 0)
		return identifier[0] == 't';
	if (!take_run(r, LETTERS, method, sizeof(method), "a method is missing"))
		return false;
	if (!take(r, '(') || !take_string(r, wanted) || !take(r, ')')) {
		complain(r, "a method takes one text in parentheses");
		return false;
	}
	return ask(r, identifier, method, wanted);
}

static bool read_either(struct reading *r);

static bool
read_term(struct reading *r)
{
	bool yes;

	if (r->depth++ > DEPTH_MOST)
		complain(r, "too many parentheses");
	skip_blanks(r);
	if (r->bad)
		return false;
	if (take(r, '!')) {
		yes = !read_term(r);
	} else if (take(r, '(')) {
		yes = read_either(r);
		if (!take(r, ')'))
			complain(r, "a parenthesis is not closed");
	} else {
		yes = read_question(r);
	}
	r->depth--;
	return yes;
}

static bool
read_all_of(struct reading *r)
{
	bool yes = read_term(r);

	while (!r->bad && take(r, '*'))
		yes &= read_term(r);
	return yes;
}

static bool
read_either(struct reading *r)
{
	bool yes = read_all_of(r);

	while (!r->bad && take(r, '+'))
		yes |= read_all_of(r);
	return yes;
}

/* ---- in: the regions ---- */

static bool
take_number(struct reading *r, long *out)
{
	char *end;

	skip_blanks(r);
	*out = strtol(r->at, &end, 10);
	if (end == r->at || *out < 0 || *out > 1000000)
		return false;
	r->at = end;
	return true;
}

static void
skip_region(struct reading *r)
{
	for (; *r->at != '\0' && *r->at != ')'; r->at++)
		r->line += *r->at == '\n';
	r->at += *r->at == ')';
}

/* What lies in the image of "x,y,width,height)"; false (told) where nothing does. */
static bool
read_region(struct reading *r, struct mark *m)
{
	long v[4];

	for (int i = 0; i < 4; i++)
		if (!take_number(r, &v[i]) || !take(r, i < 3 ? ',' : ')')) {
			complain(r, "a region is four numbers: (x,y,width,height)");
			return false;
		}
	*m = (struct mark){ .scope = MARK_SERIES,
		.kind = MARK_OTHER,
		.columns = r->image->columns,
		.rows = r->image->rows,
		.points = 2 };
	if (v[2] < 1 || v[3] < 1 || v[0] >= (long)m->columns || v[1] >= (long)m->rows) {
		complain(r, "the region has no pixel of the image");
		return false;
	}
	m->point[0] = (struct mark_point){ (int32_t)v[0], (int32_t)v[1] };
	m->point[1].x =
		v[0] + v[2] > (long)m->columns ? (int32_t)m->columns : (int32_t)(v[0] + v[2]);
	m->point[1].y = v[1] + v[3] > (long)m->rows ? (int32_t)m->rows : (int32_t)(v[1] + v[3]);
	return true;
}

/* The comment up to the next brace or parenthesis, which it takes; '\0' at the end. */
static char
next_part(struct reading *r)
{
	for (; *r->at != '\0'; r->at++) {
		r->line += *r->at == '\n';
		if (strchr("{}()", *r->at) != NULL)
			return *r->at++;
	}
	return '\0';
}

struct section {
	bool fits;
	struct mark *marks;
	size_t n;
};

/* The signature behind its brace, and the regions up to the next one's brace or the end, which it returns.  What is
 * wrong with the regions of a section that does not fit is no concern of the image. */
static char
read_section(struct reading *r, bool any, struct section *s)
{
	char c;

	r->wrong[0] = '\0';
	r->depth = 0;
	s->fits = read_either(r);
	if (!r->bad && !take(r, '}'))
		complain(r, "a signature ends with a brace");
	for (c = r->bad ? '\0' : next_part(r); c == '(' && !r->bad; c = next_part(r)) {
		struct mark m;

		if (!s->fits && !any) {
			skip_region(r);
			continue;
		}
		if (s->n == MARKS_MOST)
			complain(r, "too many regions");
		else if (read_region(r, &m)) {
			s->marks = mem_grow(s->marks, s->n + 1, sizeof(m));
			s->marks[s->n++] = m;
		}
	}
	if (c == ')' || c == '}')
		complain(r, "a parenthesis or brace too many");
	return c;
}

static enum rc
nothing_fits(struct reading *r, size_t sections)
{
	if (sections == 0)
		return err_set(r->e, RC_INVALID, "there is no signature in braces");
	return err_set(r->e, RC_CONFLICT,
		"line %u: the signature does not fit the series: %s is not so%s", r->wrong_line,
		r->wrong[0] != '\0' ? r->wrong : "it",
		sections > 1 ? "; nor do those before it" : "");
}

enum rc
ctp_read(const char *script, const struct ctp_image *image, bool any, struct mark **out, size_t *n,
	struct err *e)
{
	struct reading r = { .at = script, .line = 1, .image = image, .e = e };
	struct section s = { 0 };
	size_t sections = 0;
	char c = next_part(&r);

	*out = NULL;
	*n = 0;
	if (c != '{' && c != '\0')
		complain(&r, "a signature in braces comes first");
	while (c == '{' && !r.bad && !s.fits) {
		free(s.marks);
		s = (struct section){ 0 };
		sections++;
		c = read_section(&r, any, &s);
	}
	if (!r.bad && (s.fits || (any && sections == 1)) && s.n > 0) {
		*out = s.marks;
		*n = s.n;
		return RC_OK;
	}
	free(s.marks);
	if (r.bad)
		return RC_INVALID;
	if (s.n == 0 && (s.fits || any))
		return err_set(e, RC_INVALID, "the signature has no regions");
	return nothing_fits(&r, sections);
}
