/* Branching logic of REDCap, as conditions of study files.  An empty field is '' there and compares as such; here it is
 * missing, so that each comparison says what holds then. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/study/redcap_in.h"

enum { DEPTH = 20, WORD = 200, LONG = 8192 };

struct logic {
	const struct redcap *r;
	const char *form, *at;
	struct buf out;
	char *why;
	int depth;
};

enum compare { EQ, NE, LE, GE, LT, GT };
static const char *const signs[] = { "=", "!=", "<=", ">=", "<", ">" };

/* One side of a comparison. */
struct side {
	const struct redcap_field *field; /* NULL: a literal */
	char name[WORD];                  /* as the study file calls it */
	char text[WORD];                  /* of a literal */
	bool item;                        /* a choice of a checkbox */
};

__attribute__((format(printf, 2, 3))) static bool
refuse(struct logic *l, const char *fmt, ...)
{
	va_list ap;

	if (l->why[0] != '\0')
		return false;
	va_start(ap, fmt);
	vsnprintf(l->why, REDCAP_WHY, fmt, ap);
	va_end(ap);
	return false;
}

static void
blanks(struct logic *l)
{
	while (isspace((unsigned char)*l->at))
		l->at++;
}

static bool
sign(struct logic *l, const char *s)
{
	blanks(l);
	if (strncmp(l->at, s, strlen(s)) != 0)
		return false;
	l->at += strlen(s);
	return true;
}

static bool
word(struct logic *l, const char *w)
{
	size_t n = strlen(w);

	blanks(l);
	if (strncasecmp(l->at, w, n) != 0 || isalnum((unsigned char)l->at[n]) || l->at[n] == '_')
		return false;
	l->at += n;
	return true;
}

/* ---- sides ---- */

/* Up to one of `ends`, which is taken. */
static bool
take_until(struct logic *l, const char *ends, char to[WORD])
{
	size_t n = strcspn(l->at, ends);

	if (l->at[n] == '\0' || n >= WORD)
		return refuse(l, "it ends within '%.40s'", l->at);
	snprintf(to, WORD, "%.*s", (int)n, l->at);
	l->at += n + 1;
	return true;
}

/* [name] or [name(code)] after the bracket. */
static bool
read_name(struct logic *l, struct side *s)
{
	char name[WORD], item[WORD], *code;

	if (!take_until(l, "]", name))
		return false;
	if (*l->at == '[')
		return refuse(l, "[%.40s][...]: fields of other events cannot be asked for", name);
	code = strchr(name, '(');
	if (code != NULL) {
		*code++ = '\0';
		code[strcspn(code, ")")] = '\0';
	}
	s->field = redcap_find(l->r, name);
	s->item = code != NULL;
	if (s->field == NULL)
		return refuse(l, "there is no field '%.60s' that is asked", name);
	if (s->field->checkbox != s->item)
		return refuse(l,
			s->item ? "'%.60s' is no checkbox" : "'%.60s' is a checkbox: [name(code)]",
			name);
	redcap_item(item, sizeof(item), name, s->item ? code : "");
	snprintf(name, sizeof(name), "%s", s->item ? item : s->field->cell[COL_NAME]);
	if (strcmp(s->field->cell[COL_FORM], l->form) == 0)
		snprintf(s->name, sizeof(s->name), "%.90s", name);
	else
		snprintf(s->name, sizeof(s->name), "%.90s.%.90s", s->field->cell[COL_FORM], name);
	return true;
}

static bool
read_side(struct logic *l, struct side *s)
{
	size_t n;

	memset(s, 0, sizeof(*s));
	blanks(l);
	if (sign(l, "["))
		return read_name(l, s);
	if (sign(l, "'"))
		return take_until(l, "'", s->text);
	if (sign(l, "\""))
		return take_until(l, "\"", s->text);
	n = strspn(l->at, "+-.0123456789");
	if (n > 0 && n < WORD) {
		snprintf(s->text, WORD, "%.*s", (int)n, l->at);
		l->at += n;
		return true;
	}
	for (n = 0; isalnum((unsigned char)l->at[n]) || l->at[n] == '_'; n++)
		;
	if (n > 0 && l->at[n] == '(')
		return refuse(
			l, "the function '%.*s' is not supported", n < 40 ? (int)n : 40, l->at);
	return refuse(l, "a field or value is missing before '%.40s'", l->at);
}

/* ---- comparisons ---- */

/* `name` to a literal: what must hold, also where nothing was entered, which is equal to nothing but ''. */
static void
put(struct logic *l, const struct side *s, enum compare c, const char *literal)
{
	buf_format(&l->out, c == NE ? "(missing(%s) or %s %s %s)" : "(present(%s) and %s %s %s)",
		s->name, s->name, signs[c], literal);
}

static bool
put_quoted(struct logic *l, const struct side *s, enum compare c, const char *text)
{
	char *quoted;

	if (strchr(text, '\'') != NULL)
		return refuse(l, "a text with ' in it cannot be written here");
	quoted = mem_format("'%s'", text);
	put(l, s, c, quoted);
	free(quoted);
	return true;
}

static bool
number_holds(enum compare c, double a, double b)
{
	return c == LT ? a < b : c == GT ? a > b : c == LE ? a <= b : a >= b;
}

/* Choices have no order here; where their codes are numbers, those that hold are listed. */
static bool
put_choices(struct logic *l, const struct side *s, enum compare c, const char *text)
{
	double bound, code;
	size_t n = 0;

	if (!str_double(text, &bound))
		return refuse(l, "'%.40s' is no number to compare '%.60s' with", text, s->name);
	buf_format(&l->out, "(present(%s) and ", s->name);
	for (size_t i = 0; i < s->field->choices; i++) {
		if (!str_double(s->field->choice[i].code, &code))
			return refuse(l, "the choices of '%.60s' are no numbers, and have no order",
				s->name);
		if (!number_holds(c, code, bound))
			continue;
		if (n == 0)
			buf_format(&l->out, "%s in (", s->name);
		buf_format(&l->out, "%s'%s'", n++ == 0 ? "" : ", ", s->field->choice[i].code);
	}
	buf_text(&l->out, n == 0 ? "false)" : "))");
	return true;
}

static bool
put_code(struct logic *l, const struct side *s, enum compare c, const char *text)
{
	if (c > NE)
		return put_choices(l, s, c, text);
	for (size_t i = 0; i < s->field->choices; i++)
		if (strcmp(s->field->choice[i].code, text) == 0)
			return put_quoted(l, s, c, text);
	return refuse(l, "'%.40s' is no choice of '%.60s'", text, s->name);
}

static bool
put_item(struct logic *l, const struct side *s, enum compare c, const char *text)
{
	bool set = strcmp(text, "1") == 0;

	if (c > NE || (!set && strcmp(text, "0") != 0))
		return refuse(l, "a choice of a checkbox is '1' or '0', not '%.40s'", text);
	/* what was not ticked is 0, whether somebody looked at it or not */
	buf_format(&l->out, set == (c == EQ) ? "(present(%s) and %s)" : "(missing(%s) or not %s)",
		s->name, s->name);
	return true;
}

static bool
put_other(struct logic *l, const struct side *s, enum compare c, const char *text)
{
	enum value_type type = study_value_type(s->field->type);
	char literal[WORD], *blank;
	struct value v;

	snprintf(literal, sizeof(literal), "%s", text);
	blank = strchr(literal, ' ');
	if (type == VALUE_MOMENT && blank != NULL)
		*blank = 'T';
	if (type == VALUE_TEXT && c > NE)
		return refuse(l, "'%.60s' is a text, and has no order", s->name);
	if (!value_read(type, literal, &v) || v.low != v.high)
		return refuse(l, "'%.40s' cannot be compared with '%.60s'", text, s->name);
	if (type == VALUE_NUMBER) {
		snprintf(literal, sizeof(literal), "%.15g", v.low);
		put(l, s, c, literal);
		return true;
	}
	return put_quoted(l, s, c, literal);
}

static bool
put_literal(struct logic *l, const struct side *s, enum compare c, const char *text)
{
	if (text[0] == '\0' && c > NE)
		return refuse(l, "nothing is above or below ''");
	if (text[0] == '\0') {
		buf_format(&l->out, "%s(%s)", c == EQ ? "missing" : "present", s->name);
		return true;
	}
	if (s->item)
		return put_item(l, s, c, text);
	return s->field->type == STUDY_CODE ? put_code(l, s, c, text) : put_other(l, s, c, text);
}

static bool
put_both(struct logic *l, const struct side *a, enum compare c, const struct side *b)
{
	enum value_type type = study_value_type(a->field->type);

	if (a->item || b->item || type != study_value_type(b->field->type) ||
		(type == VALUE_TEXT && c > NE))
		return refuse(l, "'%.60s' and '%.60s' cannot be compared so", a->name, b->name);
	buf_format(&l->out, "%s(present(%s) and present(%s) and %s %s %s%s", c == NE ? "not " : "",
		a->name, b->name, a->name, signs[c == NE ? EQ : c], b->name, c > NE ? ")" : "");
	if (c <= NE)
		buf_format(&l->out, " or missing(%s) and missing(%s))", a->name, b->name);
	return true;
}

static bool
read_compare(struct logic *l, enum compare *c)
{
	static const struct {
		const char *sign;
		enum compare c;
	} all[] = { { "<>", NE }, { "!=", NE }, { "<=", LE }, { ">=", GE }, { "=", EQ },
		{ "<", LT }, { ">", GT } };

	for (size_t i = 0; i < MEM_COUNT(all); i++)
		if (sign(l, all[i].sign)) {
			*c = all[i].c;
			return true;
		}
	return refuse(l, "a comparison is missing before '%.40s'", l->at);
}

static bool
comparison(struct logic *l)
{
	static const enum compare turned[] = { EQ, NE, GE, LE, GT, LT };
	struct side a, b;
	enum compare c = EQ;

	if (!read_side(l, &a) || !read_compare(l, &c) || !read_side(l, &b))
		return false;
	if (a.field != NULL && b.field != NULL)
		return put_both(l, &a, c, &b);
	if (a.field != NULL)
		return put_literal(l, &a, c, b.text);
	if (b.field != NULL)
		return put_literal(l, &b, turned[c], a.text);
	return refuse(l, "'%.40s' is compared with '%.40s': where is the field?", a.text, b.text);
}

/* ---- and, or ---- */

static bool any_of(struct logic *l);

static bool
unit(struct logic *l)
{
	bool good;

	if (!sign(l, "("))
		return comparison(l);
	if (++l->depth > DEPTH)
		return refuse(l, "more than %d brackets within each other", DEPTH);
	buf_char(&l->out, '(');
	good = any_of(l) && (sign(l, ")") || refuse(l, "a bracket is not closed"));
	buf_char(&l->out, ')');
	l->depth--;
	return good;
}

static bool
all_of(struct logic *l)
{
	bool good = unit(l);

	while (good && word(l, "and")) {
		buf_text(&l->out, " and ");
		good = unit(l);
		if (good && l->out.len > LONG)
			return refuse(l, "it is longer than a condition may be");
	}
	return good;
}

static bool
any_of(struct logic *l)
{
	bool good = all_of(l);

	while (good && word(l, "or")) {
		buf_text(&l->out, " or ");
		good = all_of(l);
		if (good && l->out.len > LONG)
			return refuse(l, "it is longer than a condition may be");
	}
	return good;
}

char *
redcap_logic(const struct redcap *r, const char *form, const char *text, char why[REDCAP_WHY])
{
	struct logic l = { .r = r, .form = form, .at = text, .why = why };
	bool good;

	why[0] = '\0';
	good = any_of(&l);
	blanks(&l);
	if (good && *l.at != '\0')
		good = refuse(&l, "'%.40s' is too much", l.at);
	if (good)
		return buf_take(&l.out);
	buf_release(&l.out);
	return NULL;
}
