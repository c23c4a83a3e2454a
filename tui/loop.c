/* The event loop. */
#include "tui/loop.h"

#include <errno.h>
#include <ncursesw/curses.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
	ESC_MS = 40, /* an ESC that nothing followed for so long is the key */
};

struct loop {
	struct app *app;
	int signals;
	bool line_gone;
};

/* A crash must not leave the user with a terminal in raw mode. */
static void
on_crash(int sig)
{
	term_emergency();
	signal(sig, SIG_DFL);
	raise(sig);
}

static void
our_signals(sigset_t *set)
{
	static const int ours[] = { SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGCONT };

	sigemptyset(set);
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		sigaddset(set, ours[i]);
}

void
loop_block_signals(void)
{
	sigset_t set;

	our_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void
take_signals(struct loop *lp)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	sigset_t set;

	our_signals(&set);
	lp->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
		signal(crashes[i], on_crash);
}

static void
on_signal(struct loop *lp)
{
	struct signalfd_siginfo s;

	while (read(lp->signals, &s, sizeof(s)) == (ssize_t)sizeof(s)) {
		if (s.ssi_signo == SIGWINCH || s.ssi_signo == SIGCONT) {
			term_resized(lp->app->term);
			app_layout(lp->app);
		} else {
			lp->line_gone = true; /* HUP, TERM, INT: leave in good order */
		}
	}
}

/* Tag 0: the picture was wiped from the glass and must be sent again. */
static void
tell_drawn(struct app *app, uint64_t tag, bool answered)
{
	void *state = app_screen_state(app, app->picture_screen);

	if (app->acknowledged != NULL && state != NULL)
		app->acknowledged(app, state, tag, answered);
}

static void
on_ack(struct app *app, bool timed_out)
{
	uint64_t tag = term_acknowledged(app->term, timed_out);

	if (tag != 0)
		tell_drawn(app, tag, !timed_out);
}

static void
take_keys(struct app *app, bool final)
{
	struct key k;

	while (!app->quitting && input_next(term_input(app->term), &k, final)) {
		if (k.code == K_ACK)
			on_ack(app, false);
		else
			app_key(app, &k);
	}
}

/* Nothing is drawn while a picture is half sent: its bytes would end up inside it. */
static void
draw(struct app *app)
{
	if (app->quitting || term_sending(app->term) || !(app->stale || app->repaint))
		return;
	if (app->repaint)
		clearok(curscr, TRUE);
	app->stale = false;
	app_draw(app);
	doupdate();
	if (app->repaint)
		tell_drawn(app, 0, false);
	app->repaint = false;
}

static int
sooner(int a, int b)
{
	return a < 0 ? b : b < 0 || a < b ? a : b;
}

static int
wait_ms(struct app *app)
{
	int ms = sooner(app_timeout(app), term_timeout(app->term));

	if (input_partial(term_input(app->term)))
		ms = sooner(ms, ESC_MS);
	return ms;
}

enum { P_TERM, P_INBOX, P_SIGNALS, P_OUT, P_COUNT };

static void
wait_and_take(struct loop *lp)
{
	struct app *app = lp->app;
	struct pollfd p[P_COUNT] = {
		[P_TERM] = { .fd = term_fd(app->term), .events = POLLIN },
		[P_INBOX] = { .fd = inbox_fd(app->inbox), .events = POLLIN },
		[P_SIGNALS] = { .fd = lp->signals, .events = POLLIN },
		[P_OUT] = { .fd = term_sending(app->term) ? term_out_fd(app->term) : -1,
			.events = POLLOUT },
	};
	int n = poll(p, P_COUNT, wait_ms(app));

	if (p[P_SIGNALS].revents & POLLIN)
		on_signal(lp);
	if (p[P_TERM].revents & POLLIN)
		lp->line_gone |= !term_read(app->term);
	else if (p[P_TERM].revents & (POLLHUP | POLLERR))
		lp->line_gone = true;
	take_keys(app, n == 0);
	if (p[P_INBOX].revents & POLLIN)
		inbox_deliver(app->inbox, app);
	if (term_timeout(app->term) == 0)
		on_ack(app, true);
	if (app_timeout(app) == 0)
		app_tick(app);
}

void
loop_run(struct app *app)
{
	struct loop lp = { .app = app };

	take_signals(&lp);
	app_layout(app);
	while (!app->quitting && !lp.line_gone) {
		draw(app);
		term_flush(app->term);
		wait_and_take(&lp);
	}
	app->quitting = true; /* also where the line went away: screens remember where they were */
	close(lp.signals);
}

void
loop_suspend(struct app *app)
{
	term_suspend(app->term);
	raise(SIGSTOP);
	term_resume(app->term);
	app_layout(app);
}
