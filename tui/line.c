/* One line of text being typed. */
#include "tui/line.h"

#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/ledger/keys.h"

static size_t
encode(key_code c, char to[5])
{
	unsigned char *p = (unsigned char *)to;

	if (c < 0x80) {
		p[0] = (unsigned char)c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = (unsigned char)(0xc0 | c >> 6);
		p[1] = (unsigned char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		p[0] = (unsigned char)(0xe0 | c >> 12);
		p[1] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
		p[2] = (unsigned char)(0x80 | (c & 0x3f));
		return 3;
	}
	p[0] = (unsigned char)(0xf0 | c >> 18);
	p[1] = (unsigned char)(0x80 | (c >> 12 & 0x3f));
	p[2] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
	p[3] = (unsigned char)(0x80 | (c & 0x3f));
	return 4;
}

static void
insert(struct line *l, key_code c)
{
	char bytes[5];
	size_t n = encode(c, bytes);

	if (l->n + n >= sizeof(l->text))
		return;
	memmove(l->text + l->at + n, l->text + l->at, l->n - l->at + 1);
	memcpy(l->text + l->at, bytes, n);
	l->n += n;
	l->at += n;
}

static size_t
before(const struct line *l)
{
	size_t at = l->at;

	while (at > 0 && (l->text[--at] & 0xc0) == 0x80)
		;
	return at;
}

static size_t
after(const struct line *l)
{
	size_t n;

	str_next(l->text + l->at, &n);
	return l->at + n;
}

static void
cut(struct line *l, size_t from, size_t to)
{
	memmove(l->text + from, l->text + to, l->n - to + 1);
	l->n -= to - from;
	l->at = from;
}

static void
cut_word(struct line *l)
{
	size_t from = l->at;

	while (from > 0 && l->text[from - 1] == ' ')
		from--;
	while (from > 0 && l->text[from - 1] != ' ')
		from--;
	cut(l, from, l->at);
}

bool
line_key(struct line *l, const struct key *k)
{
	switch (k->code) {
	case K_BACKSPACE:
		cut(l, before(l), l->at);
		return true;
	case K_DELETE:
		cut(l, l->at, after(l));
		return true;
	case K_LEFT:
		l->at = before(l);
		return true;
	case K_RIGHT:
		l->at = after(l);
		return true;
	case K_HOME:
	case KEY_CTRL | 'a':
		l->at = 0;
		return true;
	case K_END:
	case KEY_CTRL | 'e':
		l->at = l->n;
		return true;
	case KEY_CTRL | 'u':
		cut(l, 0, l->at);
		return true;
	case KEY_CTRL | 'w':
		cut_word(l);
		return true;
	default:
		if (k->code >= ' ' && k->code < KEY_SPECIAL && k->code != 0x7f) {
			insert(l, k->code);
			return true;
		}
		return false;
	}
}

void
line_set(struct line *l, const char *text)
{
	str_copy(l->text, sizeof(l->text), text);
	l->n = l->at = strlen(l->text);
}

void
line_wipe(struct line *l)
{
	bool secret = l->secret;

	key_wipe(l, sizeof(*l));
	l->secret = secret;
}

/* The part of the text that fits, ending at or after the cursor. */
static size_t
first_shown(const struct line *l, size_t columns)
{
	size_t from = 0, n;
	char head[sizeof(l->text)];

	memcpy(head, l->text, l->at);
	head[l->at] = '\0';
	while (str_columns(head + from) >= columns && head[from] != '\0') {
		str_next(head + from, &n);
		from += n;
	}
	return from;
}

void
line_draw(const struct line *l, int row, int column, int columns, bool focus)
{
	struct line dots;
	size_t from, characters = 0, n;
	char head[sizeof(l->text)];
	int at;

	if (columns < 2)
		return;
	if (l->secret) {
		memset(&dots, 0, sizeof(dots));
		for (size_t i = 0; i < l->n; i += n, characters++)
			str_next(l->text + i, &n);
		for (size_t i = 0; i < characters && dots.n + 4 < sizeof(dots.text); i++)
			insert(&dots, 0x2022);
		line_draw(&dots, row, column, columns, focus);
		return;
	}
	from = first_shown(l, (size_t)columns);
	draw_text(row, column, columns, focus ? STYLE_BOLD : STYLE_PLAIN, l->text + from);
	if (!focus)
		return;
	memcpy(head, l->text + from, l->at - from);
	head[l->at - from] = '\0';
	at = column + (int)str_columns(head);
	str_next(l->text + l->at, &n);
	snprintf(head, sizeof(head), "%.*s", (int)n, n > 0 ? l->text + l->at : " ");
	draw_text(row, at, n > 0 ? (int)str_columns(head) : 1, STYLE_CURSOR, n > 0 ? head : " ");
}
