/* The terminal: raw mode, pictures out without waiting, and everything put back at the end. */
#include "tui/term.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <langinfo.h>
#include <ncursesw/curses.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/probe.h"
#include "tui/term.h"

enum {
	ACK_MS = 2000,       /* a terminal that stays silent is taken to have drawn by then */
	SILENT_MS = 150,     /* one that never answered anything is not waited for */
	LEAST_SAMPLE = 6000, /* bytes */
	LOCAL_US = 3000,     /* answers as quick as this come from this machine */
	LATE_MS =
		10000, /* so long an answer that was given up may still come, and is none to the next picture */
};

static const double START_RATE = 1e6, LOCAL_RATE = 1e9; /* bits per second */

static const char enter_modes[] = "\033[?1002h\033[?1006h\033[?2004h";
/* CAN and ST end a picture cut in the middle; then mouse, paste, attributes, cursor, scroll-back, main screen */
static const char leave_modes[] =
	"\030\033\\\033[?1070h\033[?1002l\033[?1006l\033[?2004l\033[0m\033[2J\033[3J\033[?25h";
static const char last_words[] = "\033[?1049l\033[?1l\033>";

struct term {
	struct term_abilities can;
	enum picture_protocol protocol;
	int out; /* non-blocking, of its own */
	struct input input;
	char *terminal_type;
	SCREEN *screen;

	struct buf sending; /* the picture on its way */
	size_t sent;
	uint64_t sending_tag;
	struct buf waiting; /* the next one */
	uint64_t waiting_tag;
	bool has_waiting, unacknowledged;
	bool cancelling; /* `sending` is the end of a picture that was begun: it must go out, whatever is wanted then */
	int64_t written_at; /* when the last byte went out, for the time limit */
	int64_t begun_at;
	double rate;
	int64_t round_trip_us; /* the least seen */
	unsigned late;         /* answers that were given up and may still come */
	int64_t late_until;
	char text[160];
};

/* For the emergency exit only: what to restore.  Set once at the start, read by signal handlers. */
static struct termios original;
static volatile int restore_fd = -1;

void
term_emergency(void)
{
	int fd = restore_fd;
	ssize_t n;

	if (fd < 0)
		return;
	restore_fd = -1;
	n = write(fd, leave_modes, sizeof(leave_modes) - 1);
	n += write(fd, last_words, sizeof(last_words) - 1);
	(void)n;
	tcsetattr(fd, TCSANOW, &original);
}

static void
use_utf8(void)
{
	if (setlocale(LC_ALL, "") == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");
	setlocale(LC_NUMERIC, "C"); /* decimal strings of DICOM and SQL have a point */
}

static enum rc
check_terminal(struct err *e)
{
	const char *type = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_set(e, RC_UNSUPPORTED,
			"the workstation needs a terminal; `wetread --help` lists commands for "
			"scripts");
	if (str_empty(type) || strcmp(type, "dumb") == 0 || strcmp(type, "unknown") == 0)
		return err_set(e, RC_UNSUPPORTED,
			"TERM=%s cannot show screens; set TERM to what your terminal is, "
			"e.g. TERM=xterm-256color",
			str_empty(type) ? "(unset)" : "dumb");
	return RC_OK;
}

static enum picture_protocol
best_protocol(const struct term_abilities *a)
{
	if (a->sixel)
		return PICTURE_SIXEL;
	if (a->kitty)
		return PICTURE_KITTY;
	return a->rgb ? PICTURE_BLOCKS_RGB : PICTURE_BLOCKS_256;
}

static enum rc
start_curses(struct term *t, struct err *e)
{
	t->screen = newterm(NULL, stdout, stdin);
	if (t->screen == NULL)
		return err_set(e, RC_UNSUPPORTED,
			"there is no description of TERM=%.40s here; try TERM=xterm-256color",
			getenv("TERM"));
	set_term(t->screen);
	raw();
	noecho();
	nonl();
	curs_set(0);
	leaveok(stdscr, FALSE);
	return RC_OK;
}

static void
say(const char *bytes, size_t n)
{
	ssize_t got = write(STDOUT_FILENO, bytes, n);

	(void)got; /* a line that is gone shows itself at the next read */
}

enum rc
term_open(struct term **out, int protocol, struct err *e)
{
	struct term *t;
	enum rc rc = check_terminal(e);

	*out = NULL;
	if (rc != RC_OK)
		return rc;
	use_utf8();
	t = mem_zero(1, sizeof(*t));
	tcgetattr(STDIN_FILENO, &original);
	probe_terminal(&t->can);
	t->round_trip_us = t->can.round_trip_us;
	if (t->round_trip_us > 0 && t->round_trip_us < LOCAL_US)
		t->rate = LOCAL_RATE;
	t->protocol = protocol >= 0 ? (enum picture_protocol)protocol : best_protocol(&t->can);
	rc = start_curses(t, e);
	if (rc != RC_OK) {
		tcsetattr(STDIN_FILENO, TCSANOW, &original);
		free(t);
		return rc;
	}
	restore_fd = STDOUT_FILENO;
	/* a descriptor of its own: O_NONBLOCK on stdout would be everybody's who shares it */
	t->out = open(ttyname(STDOUT_FILENO) != NULL ? ttyname(STDOUT_FILENO) : "/dev/tty",
		O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	say(enter_modes, sizeof(enter_modes) - 1);
	*out = t;
	return RC_OK;
}

static void
erase_kitty(const struct term *t)
{
	static const char all[] = "\033_Ga=d,d=A,q=2\033\\";

	if (t->protocol == PICTURE_KITTY)
		say(all, sizeof(all) - 1);
}

void
term_close(struct term *t)
{
	if (t == NULL)
		return;
	restore_fd = -1;
	erase_kitty(t);
	say(leave_modes, sizeof(leave_modes) - 1);
	endwin();
	say("\033[3J", 4);
	delscreen(t->screen);
	tcsetattr(STDIN_FILENO, TCSANOW, &original);
	if (t->out >= 0)
		close(t->out);
	buf_release(&t->sending);
	buf_release(&t->waiting);
	free(t);
}

const struct term_abilities *
term_can(const struct term *t)
{
	return &t->can;
}

enum picture_protocol
term_protocol(const struct term *t)
{
	return t->protocol;
}

const char *
term_describe(const struct term *t)
{
	struct term *w = (struct term *)t;

	snprintf(w->text, sizeof(w->text), "%s %dx%d %s registers=%d cell=%dx%d",
		t->can.version[0] != '\0' ? t->can.version : getenv("TERM"), COLS, LINES,
		picture_protocol_name(t->protocol), t->can.registers, t->can.cell_width,
		t->can.cell_height);
	return w->text;
}

void
term_cell(const struct term *t, int *width, int *height)
{
	bool blocks = t->protocol == PICTURE_BLOCKS_RGB || t->protocol == PICTURE_BLOCKS_256;

	*width = blocks ? 1 : t->can.cell_width > 0 ? t->can.cell_width : 10;
	*height = blocks ? 2 : t->can.cell_height > 0 ? t->can.cell_height : 20;
}

void
term_resized(struct term *t)
{
	struct winsize ws;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) != 0 || ws.ws_row == 0 || ws.ws_col == 0)
		return;
	probe_cell(&t->can, ws.ws_col, ws.ws_row, ws.ws_xpixel, ws.ws_ypixel);
	resizeterm(ws.ws_row, ws.ws_col);
}

int
term_fd(const struct term *t)
{
	(void)t;
	return STDIN_FILENO;
}

int
term_out_fd(const struct term *t)
{
	return t->out;
}

bool
term_read(struct term *t)
{
	unsigned char bytes[256];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

	if (n > 0)
		input_add(&t->input, bytes, (size_t)n);
	return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

struct input *
term_input(struct term *t)
{
	return &t->input;
}

/* ---- pictures ---- */

static void
begin_waiting(struct term *t)
{
	if (!t->has_waiting || t->unacknowledged || t->sent < t->sending.len)
		return;
	buf_release(&t->sending);
	t->sending = t->waiting;
	memset(&t->waiting, 0, sizeof(t->waiting));
	t->has_waiting = false;
	t->sending_tag = t->waiting_tag;
	t->sent = 0;
	t->begun_at = clock_mono_us();
	t->unacknowledged = true;
}

void
term_picture_take(struct term *t, struct buf *bytes, int row, int column, uint64_t tag)
{
	buf_clear(&t->waiting);
	buf_format(&t->waiting, "\0337\033[%d;%dH", row + 1, column + 1);
	buf_add(&t->waiting, bytes->data, bytes->len);
	buf_text(&t->waiting, "\033[0m\0338\033[5n");
	buf_release(bytes);
	t->waiting_tag = tag;
	t->has_waiting = true;
	begin_waiting(t);
}

void
term_picture_cancel(struct term *t)
{
	t->has_waiting = false;
	if (t->cancelling)
		return;
	if (t->sent > 0 && t->sent < t->sending.len) {
		/* CAN ends the sixel, the old picture stays; what follows must still be said once */
		buf_clear(&t->sending);
		buf_text(&t->sending, "\030\033\\\0338\033[5n");
		t->sent = 0;
		t->sending_tag = 0;
		t->cancelling = true;
	} else if (t->sent == 0 && t->unacknowledged) {
		buf_clear(&t->sending);
		t->unacknowledged = false;
	} else {
		t->sending_tag = 0; /* it is on the glass of a screen that is going away */
	}
}

bool
term_sending(const struct term *t)
{
	return t->sent < t->sending.len;
}

bool
term_busy(const struct term *t)
{
	return t->has_waiting || t->unacknowledged;
}

void
term_flush(struct term *t)
{
	while (t->sent < t->sending.len) {
		ssize_t n = write(t->out, t->sending.data + t->sent, t->sending.len - t->sent);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return; /* the line is full: poll tells when it takes more */
		t->sent += (size_t)n;
	}
	if (t->unacknowledged && t->written_at < t->begun_at)
		t->written_at = clock_mono_us();
}

/* One picture's time on the line is its acknowledgement's less the round trip.  Half the new figure, half the old: a
 * line changes, and one stall is no change.  A small picture tells little of a fast line, so the estimate grows
 * fourfold at most, as TCP's window does. */
static void
learn_rate(struct term *t, int64_t took)
{
	int64_t line;
	double rate;

	if (t->round_trip_us == 0 || took < t->round_trip_us)
		t->round_trip_us = took;
	if (t->sending.len < LEAST_SAMPLE)
		return; /* gone in less than the round trip varies */
	line = took - t->round_trip_us;
	if (line < 500)
		line = 500; /* below that the clock and the terminal's own drawing are measured */
	rate = 8e6 * (double)t->sending.len / (double)line;
	if (rate > 4 * (t->rate > 0 ? t->rate : START_RATE))
		t->rate = 4 * (t->rate > 0 ? t->rate : START_RATE);
	else
		t->rate = t->rate > 0 ? (t->rate + rate) / 2 : rate;
}

uint64_t
term_acknowledged(struct term *t, bool timed_out)
{
	int64_t took = clock_mono_us() - t->begun_at;
	uint64_t tag = t->sending_tag;

	if (!timed_out && t->late > 0 && clock_mono_us() < t->late_until) {
		t->late--; /* of an earlier picture */
		return 0;
	}
	if (!t->unacknowledged || t->sent < t->sending.len)
		return 0;
	t->late = timed_out && t->can.answers ? t->late + 1 : 0;
	t->late_until = clock_mono_us() + LATE_MS * 1000;
	t->unacknowledged = t->cancelling = false;
	t->sending_tag = 0;
	if (!timed_out && tag != 0)
		learn_rate(t, took);
	buf_clear(&t->sending);
	t->sent = 0;
	begin_waiting(t);
	return tag;
}

int
term_timeout(const struct term *t)
{
	int64_t left;

	if (!t->unacknowledged || t->sent < t->sending.len)
		return -1;
	left = (t->can.answers ? ACK_MS : SILENT_MS) - (clock_mono_us() - t->written_at) / 1000;
	return left > 0 ? (int)left : 0;
}

double
term_rate(const struct term *t)
{
	return t->rate;
}

void
term_wipe(struct term *t, int row, int column, int rows, int columns)
{
	struct buf b = { 0 };

	if (rows <= 0 || columns <= 0)
		return;
	erase_kitty(t);
	if (t->cancelling)
		buf_text(&b, "\030\033\\"); /* these bytes go ahead of its own end */
	buf_text(&b, "\0337\033[0m");
	for (int r = 0; r < rows; r++) {
		buf_format(&b, "\033[%d;%dH", row + r + 1, column + 1);
		memset(buf_room(&b, (size_t)columns), ' ', (size_t)columns);
		b.len += (size_t)columns;
	}
	buf_text(&b, "\0338");
	say(b.data, b.len);
	buf_release(&b);
}

void
term_erase_all(struct term *t)
{
	static const char end[] = "\030\033\\", all[] = "\033[0m\033[2J\033[3J";

	if (t->cancelling)
		say(end, sizeof(end) - 1);
	erase_kitty(t);
	say(all, sizeof(all) - 1);
}

/* What ncurses said when it began, for xterm and its like. */
void
term_begin_anew(struct term *t, bool shared_registers)
{
	static const char anew[] = "\030\033\\\033c\033[?1049h\033[?1h\033=\033[?25l";

	term_picture_cancel(t);
	say(anew, sizeof(anew) - 1);
	say(shared_registers ? "\033[?1070l" : "\033[?1070h", 8);
	say(enter_modes, sizeof(enter_modes) - 1);
}

bool
term_is_xterm(const struct term *t)
{
	return strncmp(t->can.version, "XTerm(", 6) == 0 && !t->can.multiplexer;
}

void
term_suspend(struct term *t)
{
	term_picture_cancel(t);
	erase_kitty(t);
	say(leave_modes, sizeof(leave_modes) - 1);
	endwin();
}

void
term_resume(struct term *t)
{
	say(enter_modes, sizeof(enter_modes) - 1);
	term_resized(t);
	clearok(curscr, TRUE);
}
