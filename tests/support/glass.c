/* The far end of a terminal. */
#include "tests/support/glass.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vterm.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/mem.h"

struct glass {
	enum glass_kind kind;
	int columns, rows, fd;
	pid_t pid;
	bool ended;
	int status;
	VTerm *vt;
	VTermScreen *screen;
	struct buf written;  /* all of it */
	struct buf sequence; /* an escape sequence that is not whole yet */
	struct buf text;     /* plain bytes on their way to libvterm */
	struct buf picture;
	int pictures, picture_row, picture_column;
	bool hold;
	int held; /* answers withheld */
	char row[2048];
};

enum { FAR_MS = 10, TEXT_MOST = 3000 };

/* ---- answers ---- */

static void
answer(struct glass *g, const char *text)
{
	ssize_t n;

	if (g->kind == GLASS_FAR && *text == '\033')
		poll(NULL, 0, FAR_MS); /* this is how far away it is */
	n = write(g->fd, text, strlen(text));

	(void)n;
}

static void
flush_text(struct glass *g)
{
	if (g->text.len > 0)
		vterm_input_write(g->vt, g->text.data, g->text.len);
	buf_clear(&g->text);
}

/* What a VT340-like xterm says to each question; a row with sixel true is only said by GLASS_SIXEL. */
static const struct {
	const char *question, *reply;
	bool sixel;
} answers[] = {
	{ "\033[c", "\033[?63;1;2;4;6;9;15;22c", true },
	{ "\033[>0q", "\033P>|XTerm(379)\033\\", true },
	{ "\033[?1;1;0S", "\033[?1;0;1024S", true },
	{ "\033[?2;1;0S", "\033[?2;0;1200;800S", true },
	{ "\033[?2;4;0S", "\033[?2;0;2048;2048S", true },
	{ "\033[5n", "\033[0n", false },
	{ "\033[c", "\033[?62;22c", false },
};

static bool
answer_question(struct glass *g, const char *sequence)
{
	for (size_t i = 0; i < MEM_COUNT(answers); i++) {
		if (strcmp(answers[i].question, sequence) != 0)
			continue;
		if (answers[i].sixel && g->kind != GLASS_SIXEL && g->kind != GLASS_FAR)
			continue;
		if (g->hold && strcmp(sequence, "\033[5n") == 0)
			g->held++;
		else if (g->kind != GLASS_SILENT)
			answer(g, answers[i].reply);
		return true;
	}
	return strcmp(sequence, "\033[16t") == 0 || sequence[2] == '?' || sequence[2] == '>'
		? sequence[strlen(sequence) - 1] == 'S' || sequence[strlen(sequence) - 1] == 't' ||
			sequence[strlen(sequence) - 1] == 'q'
		: false;
}

/* ---- cutting the stream ---- */

static void
take_picture(struct glass *g)
{
	VTermPos at;
	VTermState *state = vterm_obtain_state(g->vt);

	flush_text(g);
	vterm_state_get_cursorpos(state, &at);
	g->picture_row = at.row;
	g->picture_column = at.col;
	buf_clear(&g->picture);
	buf_add(&g->picture, g->sequence.data, g->sequence.len);
	g->pictures++;
}

static void
end_sequence(struct glass *g)
{
	char kind = g->sequence.data[1];

	if (kind == 'P') {
		if (g->sequence.len > 200 || strchr(g->sequence.data, 'q') != NULL)
			take_picture(g);
	} else if (kind == '[') {
		flush_text(g);
		if (!answer_question(g, g->sequence.data))
			buf_add(&g->text, g->sequence.data, g->sequence.len);
	} else if (kind != '_' && kind != '^' && kind != 'X') {
		buf_add(&g->text, g->sequence.data, g->sequence.len);
	}
	buf_clear(&g->sequence);
}

static bool
is_string(const struct glass *g)
{
	return g->sequence.len >= 2 && strchr("P]_^X", g->sequence.data[1]) != NULL;
}

static bool
sequence_whole(const struct glass *g)
{
	const char *s = g->sequence.data;
	size_t n = g->sequence.len;

	if (n < 2)
		return false;
	if (is_string(g))
		return (n > 2 && s[n - 2] == '\033' && s[n - 1] == '\\') ||
			(s[1] == ']' && s[n - 1] == 7);
	if (s[1] == '[')
		return n > 2 && s[n - 1] >= 0x40;
	return strchr("()*+#%", s[1]) != NULL ? n == 3 : true;
}

static void
take_byte(struct glass *g, char c)
{
	if (c == '\030' && g->sequence.len > 0) { /* CAN: what was begun never was */
		buf_clear(&g->sequence);
		return;
	}
	if (g->sequence.len == 0 && c != '\033') {
		buf_char(&g->text, c);
		return;
	}
	buf_char(&g->sequence, c);
	if (sequence_whole(g))
		end_sequence(g);
}

/* Read what is there, waiting at most ms for the first byte.  False at the end of the program. */
static bool
pump(struct glass *g, int ms)
{
	struct pollfd p = { .fd = g->fd, .events = POLLIN };
	char bytes[65536];
	ssize_t n;

	if (g->ended)
		return false;
	if (poll(&p, 1, ms) <= 0)
		return true;
	n = read(g->fd, bytes, sizeof(bytes));
	if (n <= 0) {
		g->ended = !(n < 0 && errno == EINTR);
		return !g->ended;
	}
	buf_add(&g->written, bytes, (size_t)n);
	for (ssize_t i = 0; i < n; i++)
		take_byte(g, bytes[i]);
	flush_text(g);
	return true;
}

/* ---- the program ---- */

struct glass *
glass_start(enum glass_kind kind, int columns, int rows, const char *term, char *const argv[])
{
	struct glass *g = mem_zero(1, sizeof(*g));
	struct winsize ws = { .ws_col = (unsigned short)columns,
		.ws_row = (unsigned short)rows,
		.ws_xpixel = (unsigned short)(columns * 10),
		.ws_ypixel = (unsigned short)(rows * 20) };

	g->kind = kind;
	g->columns = columns;
	g->rows = rows;
	g->vt = vterm_new(rows, columns);
	vterm_set_utf8(g->vt, 1);
	g->screen = vterm_obtain_screen(g->vt);
	vterm_screen_enable_altscreen(g->screen, 1);
	vterm_screen_reset(g->screen, 1);
	g->pid = forkpty(&g->fd, NULL, NULL, &ws);
	if (g->pid == 0) {
		setenv("TERM", term != NULL ? term : "xterm-256color", 1);
		execv(argv[0], argv);
		_exit(127);
	}
	return g;
}

int
glass_wait(struct glass *g, int ms)
{
	int64_t until = clock_mono_us() + (int64_t)ms * 1000;
	int status;

	while (clock_mono_us() < until && pump(g, 50))
		;
	if (g->pid == 0)
		return g->status;
	if (waitpid(g->pid, &status, g->ended ? 0 : WNOHANG) != g->pid)
		return -1;
	g->pid = 0;
	g->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return g->status;
}

int
glass_pid(const struct glass *g)
{
	return (int)g->pid;
}

void
glass_signal(struct glass *g, int sig)
{
	if (g->pid > 0)
		kill(g->pid, sig);
}

/* The letter behind the name in /proc/PID/stat. */
static char
state_of(pid_t pid)
{
	char path[40], text[512] = "", *end;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return '?';
	end = fgets(text, sizeof(text), f) != NULL ? strrchr(text, ')') : NULL;
	fclose(f);
	return end != NULL && end[1] == ' ' ? end[2] : '?';
}

bool
glass_stopped(struct glass *g, int ms)
{
	int64_t until = clock_mono_us() + (int64_t)ms * 1000;

	while (state_of(g->pid) != 'T')
		if (clock_mono_us() >= until || !pump(g, 20))
			return false;
	return true;
}

void
glass_free(struct glass *g)
{
	if (g == NULL)
		return;
	if (g->pid > 0) {
		kill(g->pid, SIGKILL);
		waitpid(g->pid, NULL, 0);
	}
	close(g->fd);
	vterm_free(g->vt);
	buf_release(&g->written);
	buf_release(&g->sequence);
	buf_release(&g->text);
	buf_release(&g->picture);
	free(g);
}

/* ---- keys ---- */

static const struct {
	const char *name, *bytes;
} key_names[] = {
	{ "Enter", "\r" },
	{ "Esc", "\033" },
	{ "Tab", "\t" },
	{ "BS", "\177" },
	{ "Up", "\033[A" },
	{ "Down", "\033[B" },
	{ "Right", "\033[C" },
	{ "Left", "\033[D" },
	{ "PgUp", "\033[5~" },
	{ "PgDn", "\033[6~" },
	{ "Home", "\033[H" },
	{ "End", "\033[F" },
};

static const char *
send_named(struct glass *g, const char *at)
{
	const char *end = strchr(at, '>');
	char name[16], one[2] = "";

	if (end == NULL || end - at > 15)
		return NULL;
	snprintf(name, sizeof(name), "%.*s", (int)(end - at - 1), at + 1);
	for (size_t i = 0; i < MEM_COUNT(key_names); i++)
		if (strcmp(key_names[i].name, name) == 0) {
			answer(g, key_names[i].bytes);
			return end + 1;
		}
	if (strncmp(name, "C-", 2) != 0)
		return NULL;
	one[0] = (char)(name[2] & 0x1f);
	answer(g, one);
	return end + 1;
}

void
glass_keys(struct glass *g, const char *keys)
{
	while (*keys != '\0') {
		const char *next = *keys == '<' ? send_named(g, keys) : NULL;

		if (next == NULL) {
			char one[2] = { *keys, '\0' };

			answer(g, one);
			next = keys + 1;
		}
		keys = next;
	}
}

/* ---- looking ---- */

const char *
glass_row(struct glass *g, int row)
{
	VTermRect rect = {
		.start_row = row, .end_row = row + 1, .start_col = 0, .end_col = g->columns
	};
	size_t n = vterm_screen_get_text(g->screen, g->row, sizeof(g->row) - 1, rect);

	while (n > 0 && g->row[n - 1] == ' ')
		n--;
	g->row[n] = '\0';
	return g->row;
}

static bool
on_screen(struct glass *g, const char *text)
{
	for (int r = 0; r < g->rows; r++)
		if (strstr(glass_row(g, r), text) != NULL)
			return true;
	return false;
}

static void
show(struct glass *g, const char *wanted, const char *text)
{
	fprintf(stderr, "# %s: %s\n", wanted, text);
	for (int r = 0; r < g->rows; r++)
		fprintf(stderr, "# |%s\n", glass_row(g, r));
}

static bool
wait_for(struct glass *g, const char *text, bool there, int ms)
{
	int64_t until = clock_mono_us() + (int64_t)ms * 1000;

	while (on_screen(g, text) != there) {
		int64_t left = (until - clock_mono_us()) / 1000;

		if (left <= 0 || !pump(g, (int)left)) {
			if (on_screen(g, text) == there)
				return true;
			show(g, there ? "not on the screen" : "still on the screen", text);
			return false;
		}
	}
	return true;
}

bool
glass_expect(struct glass *g, const char *text, int ms)
{
	return wait_for(g, text, true, ms);
}

bool
glass_absent(struct glass *g, const char *text, int ms)
{
	return wait_for(g, text, false, ms);
}

bool
glass_has(struct glass *g, const char *text)
{
	while (pump(g, 0)) {
		struct pollfd p = { .fd = g->fd, .events = POLLIN };

		if (poll(&p, 1, 0) <= 0)
			break;
	}
	return on_screen(g, text);
}

void
glass_hold(struct glass *g, bool hold)
{
	g->hold = hold;
	for (; !hold && g->held > 0; g->held--)
		answer(g, "\033[0n");
}

bool
glass_clog(struct glass *g, int ms)
{
	int64_t until = clock_mono_us() + (int64_t)ms * 1000;
	int before = -1, now = 0;

	/* full when it holds more than text would be, and a moment later no more */
	while (clock_mono_us() < until) {
		ioctl(g->fd, FIONREAD, &now);
		if (now > TEXT_MOST && now == before)
			return true;
		before = now;
		poll(NULL, 0, 30);
	}
	return false;
}

bool
glass_pictures(struct glass *g, int n, int ms)
{
	int64_t until = clock_mono_us() + (int64_t)ms * 1000;

	while (g->pictures < n) {
		int64_t left = (until - clock_mono_us()) / 1000;

		if (left <= 0 || !pump(g, (int)left)) {
			show(g, "pictures are missing", "");
			return false;
		}
	}
	return true;
}

int
glass_picture_count(const struct glass *g)
{
	return g->pictures;
}

const char *
glass_picture(const struct glass *g, size_t *n)
{
	*n = g->picture.len;
	return g->picture.data;
}

void
glass_picture_at(const struct glass *g, int *row, int *column)
{
	*row = g->picture_row;
	*column = g->picture_column;
}

void
glass_resize(struct glass *g, int columns, int rows)
{
	struct winsize ws = { .ws_col = (unsigned short)columns,
		.ws_row = (unsigned short)rows,
		.ws_xpixel = (unsigned short)(columns * 10),
		.ws_ypixel = (unsigned short)(rows * 20) };

	g->columns = columns;
	g->rows = rows;
	vterm_set_size(g->vt, rows, columns);
	ioctl(g->fd, TIOCSWINSZ, &ws);
}

bool
glass_wrote(struct glass *g, size_t from, const char *bytes, int ms)
{
	int64_t until = clock_mono_us() + (int64_t)ms * 1000;

	while (memmem(g->written.data + from, g->written.len - from, bytes, strlen(bytes)) == NULL)
		if (clock_mono_us() >= until || !pump(g, 50))
			return false;
	return true;
}

const char *
glass_written(const struct glass *g, size_t *n)
{
	*n = g->written.len;
	return g->written.data;
}
