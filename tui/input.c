/* Bytes from a terminal to keys. */
#include "tui/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

void
input_add(struct input *in, const void *bytes, size_t n)
{
	size_t room = sizeof(in->bytes) - in->n;

	if (n > room)
		n = room;
	memcpy(in->bytes + in->n, bytes, n);
	in->n += n;
}

bool
input_partial(const struct input *in)
{
	return in->n > 0;
}

static void
eat(struct input *in, size_t n)
{
	in->n -= n;
	memmove(in->bytes, in->bytes + n, in->n);
}

static const struct {
	char final;
	key_code code;
} by_final[] = {
	{ 'A', K_UP },
	{ 'B', K_DOWN },
	{ 'C', K_RIGHT },
	{ 'D', K_LEFT },
	{ 'H', K_HOME },
	{ 'F', K_END },
	{ 'Z', K_BACKTAB },
	{ 'M', K_ENTER },
	{ 'P', K_F1 },
	{ 'Q', K_F1 + 1 },
	{ 'R', K_F1 + 2 },
	{ 'S', K_F1 + 3 },
};

static const struct {
	int number;
	key_code code;
} by_number[] = {
	{ 1, K_HOME },
	{ 2, K_INSERT },
	{ 3, K_DELETE },
	{ 4, K_END },
	{ 5, K_PAGE_UP },
	{ 6, K_PAGE_DOWN },
	{ 7, K_HOME },
	{ 8, K_END },
	{ 11, K_F1 },
	{ 12, K_F1 + 1 },
	{ 13, K_F1 + 2 },
	{ 14, K_F1 + 3 },
	{ 15, K_F1 + 4 },
	{ 17, K_F1 + 5 },
	{ 18, K_F1 + 6 },
	{ 19, K_F1 + 7 },
	{ 20, K_F1 + 8 },
	{ 21, K_F1 + 9 },
	{ 23, K_F1 + 10 },
	{ 24, K_F1 + 11 },
};

static key_code
final_key(char final)
{
	for (size_t i = 0; i < MEM_COUNT(by_final); i++)
		if (by_final[i].final == final)
			return by_final[i].code;
	return K_IGNORED;
}

static key_code
number_key(int number)
{
	for (size_t i = 0; i < MEM_COUNT(by_number); i++)
		if (by_number[i].number == number)
			return by_number[i].code;
	return K_IGNORED;
}

/* CSI < button ; column ; row M|m */
static void
parse_mouse(const char *body, char final, struct key *out)
{
	int button = 0, column = 1, row = 1;

	out->code = K_IGNORED;
	if (sscanf(body, "<%d;%d;%d", &button, &column, &row) != 3)
		return;
	out->code = K_MOUSE;
	out->button = button & 3;
	out->row = row - 1;
	out->column = column - 1;
	if (button & 64)
		out->mouse = button & 1 ? MOUSE_WHEEL_DOWN : MOUSE_WHEEL_UP;
	else if (button & 32)
		out->mouse = MOUSE_DRAG;
	else
		out->mouse = final == 'M' ? MOUSE_PRESS : MOUSE_RELEASE;
}

static void
parse_csi(struct input *in, const char *body, char final, struct key *out)
{
	int number = atoi(body);

	if (body[0] == '<')
		parse_mouse(body, final, out);
	else if (body[0] == '?' || body[0] == '>' || body[0] == '=')
		out->code = K_IGNORED; /* a late answer to a question */
	else if (final == 'n')
		out->code = number == 0 ? K_ACK : K_IGNORED;
	else if (final == '~' && (number == 200 || number == 201))
		out->code = number == 200 ? K_PASTE_BEGIN : K_PASTE_END;
	else if (final == '~')
		out->code = number_key(number);
	else
		out->code = final_key(final);
	if (out->code == K_PASTE_BEGIN || out->code == K_PASTE_END)
		in->pasting = out->code == K_PASTE_BEGIN;
}

/* 0: not whole yet */
static size_t
csi_length(const struct input *in)
{
	for (size_t i = 2; i < in->n; i++) {
		if (in->bytes[i] >= 0x40 && in->bytes[i] <= 0x7e)
			return i + 1;
		if (in->bytes[i] < 0x20)
			return i; /* broken off: what follows is its own */
	}
	return 0;
}

/* DCS, OSC, APC, PM, SOS: everything up to ST or BEL */
static size_t
string_length(const struct input *in)
{
	for (size_t i = 2; i < in->n; i++) {
		if (in->bytes[i] == 7)
			return i + 1;
		if (in->bytes[i] == 0x1b && i + 1 < in->n && in->bytes[i + 1] == '\\')
			return i + 2;
	}
	return in->n == sizeof(in->bytes) ? in->n : 0;
}

static key_code
plain_key(uint32_t c)
{
	switch (c) {
	case '\r':
	case '\n':
		return K_ENTER;
	case '\t':
		return K_TAB;
	case 0x7f:
	case '\b':
		return K_BACKSPACE;
	case 0x1b:
		return K_ESC;
	case 0:
		return KEY_CTRL | ' ';
	default:
		return c < 0x20 ? KEY_CTRL | (c + 'a' - 1) : c;
	}
}

static size_t
utf8_need(unsigned char c)
{
	return c < 0xc2 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 1;
}

/* One character at the front; 0 bytes: more of it must come. */
static size_t
parse_character(const struct input *in, size_t at, bool final, key_code *out)
{
	char text[8] = { 0 };
	size_t need = utf8_need(in->bytes[at]), n;

	if (in->n - at < need && !final)
		return 0;
	memcpy(text, in->bytes + at, in->n - at < need ? in->n - at : need);
	if (text[0] == '\0') {
		*out = plain_key(0);
		return 1;
	}
	*out = plain_key(str_next(text, &n));
	if (*out == 0xfffd && n == 1)
		*out = K_IGNORED;
	return n;
}

static size_t
parse_escape(struct input *in, struct key *out, bool final)
{
	char body[64];
	size_t n;

	if (in->n == 1) {
		out->code = K_ESC;
		return final ? 1 : 0;
	}
	switch (in->bytes[1]) {
	case '[':
		n = csi_length(in);
		if (n >= 3 && n - 2 <= sizeof(body)) {
			memcpy(body, in->bytes + 2, n - 3);
			body[n - 3] = '\0';
			parse_csi(in, body, (char)in->bytes[n - 1], out);
		} else {
			out->code = K_IGNORED;
		}
		return n > 0 ? n : final ? in->n : 0;
	case 'O':
		if (in->n < 3 && !final)
			return 0;
		out->code = in->n < 3 ? KEY_ALT | 'O' : final_key((char)in->bytes[2]);
		return in->n < 3 ? 2 : 3;
	case 'P':
	case ']':
	case '_':
	case '^':
	case 'X':
		out->code = K_IGNORED;
		n = string_length(in);
		return n > 0 ? n : final ? in->n : 0;
	case 0x1b:
		out->code = K_ESC;
		return 1;
	default:
		n = parse_character(in, 1, final, &out->code);
		out->code |= KEY_ALT;
		return n > 0 ? n + 1 : 0;
	}
}

bool
input_next(struct input *in, struct key *out, bool final)
{
	size_t n;

	memset(out, 0, sizeof(*out));
	if (in->n == 0)
		return false;
	n = in->bytes[0] == 0x1b ? parse_escape(in, out, final)
				 : parse_character(in, 0, final, &out->code);
	if (n == 0)
		return false;
	eat(in, n);
	return true;
}
