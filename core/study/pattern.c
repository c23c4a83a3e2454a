/* Patterns: a look over the text for what regcomp takes and we do not, and to say where, then regcomp. */
#include "core/study/pattern.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

struct pattern {
	regex_t compiled;
	size_t groups;
};

/* Where the look is. */
struct look {
	const char *text;
	size_t at, depth, groups;
	size_t open[PATTERN_TEXT * 4]; /* of groups that are not closed */
	enum {
		EMPTY,
		DONE,
		ONE,
		GROUP
	} before; /* what a repeat would be of; EMPTY: a branch begins */
	struct err *e;
};

#define WRONG(l, where, ...) \
	err_set((l)->e, RC_INVALID, "at character %zu: " __VA_ARGS__, (where) + 1)

/* A list in brackets; ] may stand first, and [:alpha:] in it. */
static enum rc
look_list(struct look *l)
{
	size_t from = l->at++;

	l->at += l->text[l->at] == '^';
	l->at += l->text[l->at] == ']';
	while (l->text[l->at] != '\0' && l->text[l->at] != ']') {
		const char *end = NULL, kind = l->text[l->at + 1];
		char close[3] = { kind, ']', '\0' };

		if (l->text[l->at] == '[' && kind != '\0' && strchr(":.=", kind) != NULL)
			end = strstr(l->text + l->at + 2, close);
		l->at = end != NULL ? (size_t)(end - l->text) + 2 : l->at + 1;
	}
	if (l->text[l->at] == '\0')
		return WRONG(l, from, "the [ has no ]");
	l->at++;
	l->before = ONE;
	return RC_OK;
}

static bool
count(struct look *l, int *n)
{
	size_t from = l->at;

	for (*n = 0; isdigit((unsigned char)l->text[l->at]) && *n <= PATTERN_REPEAT; l->at++)
		*n = 10 * *n + l->text[l->at] - '0';
	return l->at > from;
}

static enum rc
look_braces(struct look *l)
{
	size_t from = l->at++;
	int low, high;
	bool good = count(l, &low);

	high = low;
	if (good && l->text[l->at] == ',') {
		l->at++;
		if (l->text[l->at] != '}')
			good = count(l, &high);
	}
	if (!good || l->text[l->at] != '}' || high < low)
		return WRONG(l, from, "the braces are none of {2}, {2,} and {2,5} with at most 50");
	if (high > PATTERN_REPEAT)
		return WRONG(l, from, "more than 50 times");
	if (l->before == GROUP)
		return WRONG(l, from, "a group cannot be repeated by braces");
	l->at++;
	l->before = DONE;
	return RC_OK;
}

static enum rc
look_repeat(struct look *l)
{
	if (l->before == EMPTY || l->before == DONE)
		return WRONG(l, l->at, "there is nothing before it to be repeated");
	if (l->text[l->at] == '{')
		return look_braces(l);
	l->at++;
	l->before = DONE;
	return RC_OK;
}

static enum rc
look_group(struct look *l)
{
	if (l->text[l->at] == '(') {
		l->open[l->depth++] = l->at++;
		l->before = EMPTY;
		return ++l->groups <= PATTERN_GROUPS ? RC_OK
						     : WRONG(l, l->at - 1, "more than 9 groups");
	}
	if (l->depth == 0)
		return WRONG(l, l->at, "the ) has no (");
	if (l->before == EMPTY)
		return WRONG(l, l->at, "before it stands nothing");
	l->depth--;
	l->at++;
	l->before = GROUP;
	return RC_OK;
}

static enum rc
look_backslash(struct look *l)
{
	char next = l->text[l->at + 1];

	if (next == '\0')
		return WRONG(l, l->at, "a backslash at the end");
	if (isalnum((unsigned char)next) || strchr("<>`'", next) != NULL)
		return WRONG(l, l->at,
			"a backslash before a letter or digit: there are no back-references, and "
			"classes are [0-9] and [[:alpha:]]");
	l->at += 2;
	l->before = ONE;
	return RC_OK;
}

static enum rc
look_one(struct look *l)
{
	char c = l->text[l->at];

	if (c == '[')
		return look_list(l);
	if (c == '\\')
		return look_backslash(l);
	if (c == '(' || c == ')')
		return look_group(l);
	if (c != '\0' && strchr("*+?{", c) != NULL)
		return look_repeat(l);
	if (c == '|' && l->before == EMPTY)
		return WRONG(l, l->at, "before it stands nothing");
	l->at++;
	l->before = c == '|' ? EMPTY : c == '^' || c == '$' ? DONE : ONE;
	return RC_OK;
}

static enum rc
look_over(struct look *l)
{
	enum rc rc = RC_OK;

	if (strlen(l->text) >= sizeof(l->open) / sizeof(l->open[0]))
		return err_set(l->e, RC_INVALID, "is longer than a pattern may be");
	while (rc == RC_OK && l->text[l->at] != '\0')
		rc = look_one(l);
	if (rc == RC_OK && l->depth > 0)
		return WRONG(l, l->open[l->depth - 1], "the ( has no )");
	if (rc == RC_OK && l->before == EMPTY)
		return WRONG(l, l->at, "it ends with nothing");
	return rc;
}

enum rc
pattern_make(const char *text, struct pattern **out, struct err *e)
{
	struct look l = { .text = text, .e = e };
	struct pattern *p;
	char words[120];
	int code;

	*out = NULL;
	if (look_over(&l) != RC_OK)
		return RC_INVALID;
	p = mem_zero(1, sizeof(*p));
	code = regcomp(&p->compiled, text, REG_EXTENDED);
	if (code != 0) {
		regerror(code, &p->compiled, words, sizeof(words));
		free(p);
		return err_set(e, RC_INVALID, "is no pattern: %s", words);
	}
	p->groups = l.groups;
	*out = p;
	return RC_OK;
}

void
pattern_free(struct pattern *p)
{
	if (p == NULL)
		return;
	regfree(&p->compiled);
	free(p);
}

size_t
pattern_groups(const struct pattern *p)
{
	return p->groups;
}

bool
pattern_match(const struct pattern *p, const char *s, struct pattern_part group[PATTERN_GROUPS])
{
	regmatch_t at[PATTERN_GROUPS + 1];

	if (strlen(s) > PATTERN_SUBJECT || regexec(&p->compiled, s, MEM_COUNT(at), at, 0) != 0)
		return false;
	for (size_t i = 0; i < PATTERN_GROUPS; i++) {
		bool took = i < p->groups && at[i + 1].rm_so >= 0;

		group[i].at = took ? (size_t)at[i + 1].rm_so : 0;
		group[i].length = took ? (size_t)(at[i + 1].rm_eo - at[i + 1].rm_so) : 0;
	}
	return true;
}
