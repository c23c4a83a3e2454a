/* What can this terminal do? */
#include "tui/probe.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/str.h"

enum { DEADLINE_MS = 1000 };

/* XTVERSION, sixel registers and geometry, cell size, and last DA1, which everything answers: its answer means
 * that the others will not come any more.  The kitty question is left out under a multiplexer, which
 * takes it for a title. */
static const char questions[] = "\033[>0q\033[?1;1;0S\033[?2;1;0S\033[?2;4;0S\033[16t";
static const char kitty_question[] = "\033_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\033\\";
static const char fence[] = "\033[c";

/* "[?62;4;9;22c": 4 is sixel */
static void
device_attributes(struct term_abilities *a, const char *s)
{
	for (; *s != '\0'; s++)
		if ((*s == ';' || *s == '?') && atoi(s + 1) == 4 && (s[2] == ';' || s[2] == 'c'))
			a->sixel = true;
}

static void
version(struct term_abilities *a, const char *s)
{
	str_copy(a->version, sizeof(a->version), s);
	str_clean(a->version);
	a->multiplexer |= strncmp(s, "tmux", 4) == 0 || strncmp(s, "screen", 6) == 0;
}

void
probe_answer(struct term_abilities *a, const char *s)
{
	int item, status, x, y;
	size_t n = strlen(s);

	a->answers = true;
	if (strncmp(s, "[?", 2) == 0 && n > 0 && s[n - 1] == 'c') {
		device_attributes(a, s + 1);
	} else if (strncmp(s, "P>|", 3) == 0) {
		version(a, s + 3);
	} else if (strncmp(s, "_Gi=31", 6) == 0) {
		a->kitty = strstr(s, ";OK") != NULL;
	} else if (sscanf(s, "[6;%d;%dt", &y, &x) == 2) {
		if (x >= 2 && x <= 200 && y >= 2 && y <= 200) {
			a->cell_width = x;
			a->cell_height = y;
		}
	} else if (sscanf(s, "[?%d;%d;%d;%dS", &item, &status, &x, &y) == 4) {
		if (item == 2 && status == 0 && x > 0 && y > 0) {
			a->most_width = x;
			a->most_height = y;
		}
	} else if (sscanf(s, "[?%d;%d;%dS", &item, &status, &x) == 3) {
		if (item == 1 && status == 0 && x > 0)
			a->registers = x;
	}
}

/* Cut one whole answer off the front of `bytes`; false where there is none. */
static bool
cut_answer(char *bytes, size_t *n, char *answer, size_t size)
{
	size_t start = 0, end;
	bool string;

	while (start < *n && bytes[start] != 033)
		start++;
	if (start + 2 > *n)
		return false;
	string = strchr("P_]^X", bytes[start + 1]) != NULL;
	for (end = start + 2; end < *n; end++) {
		if (string && bytes[end] == 033 && end + 1 < *n)
			break;
		if (!string && bytes[end] >= 0x40)
			break;
	}
	if (end >= *n)
		return false;
	snprintf(answer, size, "%.*s", (int)(end - start - (string ? 1 : 0)), bytes + start + 1);
	end += string ? 2 : 1;
	*n -= end;
	memmove(bytes, bytes + end, *n);
	return true;
}

static void
read_answers(struct term_abilities *a)
{
	int64_t begun = clock_mono_us(), until = begun + DEADLINE_MS * 1000;
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	char bytes[1024], answer[256];
	size_t n = 0;

	while (clock_mono_us() < until) {
		ssize_t got;

		if (poll(&p, 1, (int)((until - clock_mono_us()) / 1000) + 1) <= 0)
			continue;
		got = read(STDIN_FILENO, bytes + n, sizeof(bytes) - n);
		if (got <= 0)
			return;
		n += (size_t)got;
		while (cut_answer(bytes, &n, answer, sizeof(answer))) {
			probe_answer(a, answer);
			if (strncmp(answer, "[?", 2) == 0 && answer[strlen(answer) - 1] == 'c') {
				a->round_trip_us = clock_mono_us() - begun;
				return;
			}
		}
		if (n == sizeof(bytes))
			n = 0; /* not an answer at all: typing from before the start */
	}
}

void
probe_cell(struct term_abilities *a, int columns, int rows, int x_pixels, int y_pixels)
{
	int w = columns > 0 ? x_pixels / columns : 0, h = rows > 0 ? y_pixels / rows : 0;

	if (w >= 2 && h >= 2) {
		a->cell_width = w;
		a->cell_height = h;
	}
}

static void
from_environment(struct term_abilities *a)
{
	const char *colour = getenv("COLORTERM"), *type = getenv("TERM");

	a->multiplexer = getenv("TMUX") != NULL || getenv("STY") != NULL ||
		strncmp(type, "screen", 6) == 0 || strncmp(type, "tmux", 4) == 0;
	a->rgb = colour != NULL &&
		(strcmp(colour, "truecolor") == 0 || strcmp(colour, "24bit") == 0);
}

void
probe_terminal(struct term_abilities *a)
{
	struct termios before, quiet;
	struct winsize ws;
	ssize_t n;

	from_environment(a);
	if (tcgetattr(STDIN_FILENO, &before) != 0)
		return;
	quiet = before;
	cfmakeraw(&quiet);
	tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
	n = write(STDOUT_FILENO, questions, sizeof(questions) - 1);
	if (!a->multiplexer)
		n += write(STDOUT_FILENO, kitty_question, sizeof(kitty_question) - 1);
	n += write(STDOUT_FILENO, fence, sizeof(fence) - 1);
	if (n > 0)
		read_answers(a);
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	if (a->cell_width == 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0)
		probe_cell(a, ws.ws_col, ws.ws_row, ws.ws_xpixel, ws.ws_ypixel);
}
