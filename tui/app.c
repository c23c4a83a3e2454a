/* The workstation: screens on a stack, commands through the gate, what is told on the bottom line. */
#include "tui/app.h"

#include <ncursesw/curses.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/archive/post.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/anchor.h"
#include "core/ledger/blind.h"
#include "core/ledger/lease.h"
#include "core/trial/relabel.h"
#include "tui/dialog.h"
#include "tui/loop.h"

void
app_stale(struct app *app)
{
	app->stale = true;
}

void
app_say(struct app *app, enum style s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(app->status, sizeof(app->status), fmt, ap);
	va_end(ap);
	str_clean(app->status);
	app->status_style = s;
	app->stale = true;
}

void
app_complain(struct app *app, const struct err *e)
{
	app_say(app, STYLE_WARN, "%s", e->text[0] != '\0' ? e->text : rc_name(e->rc));
}

void
app_post_take(struct app *app, struct job *j)
{
	worker_post_take(app->worker, j);
}

void
app_read_take(struct app *app, enum app_reader which, struct job *j)
{
	struct worker **w = &app->reader[which];
	struct ledger *l;

	if (*w == NULL && ledger_open(&l, app->archive, DB_READ, NULL, NULL) == RC_OK)
		*w = worker_new(l, app->inbox);
	worker_post_take(*w != NULL ? *w : app->worker, j);
}

struct area
app_body(const struct app *app)
{
	(void)app;
	return (struct area){ .row = 1, .column = 0, .rows = LINES - 3, .columns = COLS };
}

uint64_t
app_screen_id(const struct app *app, const void *state)
{
	for (int i = 0; i < app->depth; i++)
		if (app->stack[i].state == state)
			return app->stack[i].id;
	return 0;
}

void *
app_screen_state(const struct app *app, uint64_t id)
{
	for (int i = 0; i < app->depth; i++)
		if (app->stack[i].id == id)
			return app->stack[i].state;
	return NULL;
}

static const struct screen_ops *
top_ops(const struct app *app)
{
	return app->depth > 0 ? app->stack[app->depth - 1].ops : NULL;
}

static void *
top_state(const struct app *app)
{
	return app->depth > 0 ? app->stack[app->depth - 1].state : NULL;
}

bool
app_on_top(const struct app *app, const void *state)
{
	return top_state(app) == state && app->dialog == NULL && !app->prompting;
}

void
app_push(struct app *app, const struct screen_ops *ops, const void *argument)
{
	void *state;

	if (app->locked)
		return;
	if (app->depth == APP_SCREENS) {
		app_say(app, STYLE_WARN, "too many screens are open: q closes one");
		return;
	}
	if (app->depth > 0 && top_ops(app)->hidden != NULL)
		top_ops(app)->hidden(app, top_state(app));
	state = mem_zero(1, ops->state_size);
	app->stack[app->depth].ops = ops;
	app->stack[app->depth].id = ++app->last_id;
	app->stack[app->depth++].state = state;
	if (ops->open != NULL)
		ops->open(app, state, argument);
	app->stale = true;
}

static void
drop_top(struct app *app)
{
	const struct screen_ops *ops = top_ops(app);
	void *state = top_state(app);

	if (ops->hidden != NULL)
		ops->hidden(app, state);
	app->depth--; /* first: answers that come while it closes find it gone */
	if (ops->close != NULL)
		ops->close(app, state);
	free(state);
	app->stale = true;
}

void
app_pop(struct app *app)
{
	if (app->depth == 0 || app->locked) /* a late answer takes no screen from under the lock */
		return;
	drop_top(app);
	if (app->depth == 0) {
		app->quitting = true;
		return;
	}
	if (top_ops(app)->shown != NULL)
		top_ops(app)->shown(app, top_state(app));
}

void
app_reset(struct app *app, const struct screen_ops *ops, const void *argument)
{
	dialog_close(app);
	while (app->depth > 0)
		drop_top(app);
	app_push(app, ops, argument);
}

void
app_quit(struct app *app)
{
	app->quitting = true;
}

/* ---- login and logout ---- */

struct logout_job {
	struct job job;
	char archive[512];
	struct session session;
};

static void
logout_run(struct job *j, struct ledger *l)
{
	struct logout_job *out = (struct logout_job *)j;

	session_close(l, &out->session);
	if (post_waits(l))
		post_apart(out->archive);
}

void
app_logout(struct app *app)
{
	struct logout_job *j;

	if (!app->logged_in)
		return;
	j = mem_zero(1, sizeof(*j));
	j->job.run = logout_run;
	j->session = app->session; /* the key goes with it */
	str_copy(j->archive, sizeof(j->archive), app->archive);
	memset(&app->session, 0, sizeof(app->session));
	app->logged_in = false;
	app_post_take(app, &j->job);
}

/* ---- commands ---- */

static unsigned
app_have(struct app *app)
{
	const struct screen_ops *ops = top_ops(app);
	unsigned have = ops != NULL && ops->have != NULL ? ops->have(app, top_state(app)) : 0;

	return have | (app->dialog != NULL ? NEED_DIALOG : 0);
}

void
app_log_out(struct app *app)
{
	app->locked = false;
	app_logout(app);
	app_reset(app, &scr_login_ops, NULL);
}

struct lock_job {
	struct job job;
	struct session session;
	const char *why;
};

static void
lock_run(struct job *job, struct ledger *l)
{
	struct lock_job *j = (struct lock_job *)job;

	job->rc = session_lock(l, &j->session, j->why, &job->err);
}

/* The screen is covered and the key gone; only the event is missing. */
static void
lock_done(struct job *job, struct app *app)
{
	if (job->rc == RC_OK || !app->locked)
		return;
	app_log_out(app);
	app_complain(app, &job->err);
}

static void
lock_session(struct app *app, const char *why)
{
	struct lock_job *j = mem_zero(1, sizeof(*j));

	j->job.run = lock_run;
	j->job.done = lock_done;
	j->session = app->session;
	j->why = why;
	app_post_take(app, &j->job);
}

void
app_lock(struct app *app, const char *why)
{
	if (app->locked || !app->logged_in)
		return;
	dialog_close(app);
	app->prompting = false;
	app->status[0] = '\0';
	if (app->depth == APP_SCREENS) { /* no room for another screen: nothing may stay readable */
		app_log_out(app);
		return;
	}
	app_push(app, &scr_lock_ops, NULL);
	app->locked = true;
	lock_session(app, why);
}

void
app_unlock(struct app *app, const struct session *s)
{
	app->session = *s;
	app->locked = false;
	app->asks_id = true;
	app->lease_us = 0; /* let go at the lock: taken again by the next job that asks */
	app->active_us = clock_mono_us();
	app_pop(app);
}

static void
back(struct app *app)
{
	if (app->depth == 1 && app->logged_in) {
		app_log_out(app);
		return;
	}
	app_pop(app);
}

/* Commands of every screen; the rest go to the screen. */
static bool
common_command(struct app *app, enum command c)
{
	switch (c) {
	case CMD_HELP:
		if (top_ops(app) != &scr_help_ops)
			app_push(app, &scr_help_ops, top_ops(app));
		return true;
	case CMD_PROMPT:
		app->prompting = true;
		line_set(&app->prompt, "");
		return true;
	case CMD_BACK:
		back(app);
		return true;
	case CMD_QUIT:
		app_quit(app);
		return true;
	case CMD_REDRAW:
		app->repaint = true;
		return true;
	case CMD_SUSPEND:
		loop_suspend(app);
		return true;
	case CMD_LOCK:
		app_lock(app, "asked");
		return true;
	case CMD_AUDIT:
		if (app->logged_in && top_ops(app) != &scr_audit_ops)
			app_push(app, &scr_audit_ops, NULL);
		return true;
	case CMD_PROGRESS:
		if (app->logged_in && top_ops(app) != &scr_progress_ops)
			app_push(app, &scr_progress_ops, NULL);
		return true;
	case CMD_DESK:
		if (app->logged_in && top_ops(app) != &scr_desk_ops)
			app_push(app, &scr_desk_ops, NULL);
		return true;
	case CMD_CALENDAR:
		if (app->logged_in && top_ops(app) != &scr_calendar_ops)
			app_push(app, &scr_calendar_ops, NULL);
		return true;
	case CMD_SOURCES:
		if (app->logged_in && top_ops(app) != &scr_sources_ops)
			app_push(app, &scr_sources_ops, NULL);
		return true;
	default:
		return false;
	}
}

void
app_command(struct app *app, enum command c, const char *argument)
{
	const char *refusal;
	const struct screen_ops *ops = top_ops(app);

	if (c == CMD_NONE || ops == NULL)
		return;
	app->stale = true;
	refusal = command_refusal(c, app_have(app));
	if (refusal != NULL) {
		app_say(app, STYLE_WARN, "%s: %s", command_info(c)->name, refusal);
		return;
	}
	if (app->dialog != NULL && (command_info(c)->needs & NEED_DIALOG)) {
		app->dialog->ops->command(app, app->dialog, c);
		return;
	}
	if (!common_command(app, c) && ops->command != NULL)
		ops->command(app, top_state(app), c, argument != NULL ? argument : "");
}

static void
run_prompt(struct app *app)
{
	char name[64];
	size_t n = strcspn(app->prompt.text, " ");
	const char *argument = app->prompt.text + n;
	enum command c;

	app->prompting = false;
	while (*argument == ' ')
		argument++;
	snprintf(name, sizeof(name), "%.*s", (int)(n < sizeof(name) - 1 ? n : sizeof(name) - 1),
		app->prompt.text);
	if (name[0] == '\0')
		return;
	c = command_find(name);
	if (c == CMD_NONE)
		app_say(app, STYLE_WARN, "there is no command %s; ? lists them", name);
	else
		app_command(app, c, argument);
}

static void
prompt_key(struct app *app, const struct key *k)
{
	char text[64];

	app->stale = true;
	if (k->code == K_ESC || k->code == (KEY_CTRL | 'c')) {
		app->prompting = false;
	} else if (k->code == K_ENTER) {
		run_prompt(app);
	} else if (k->code == K_TAB) {
		if (command_complete(app->prompt.text, text, sizeof(text)) > 0)
			line_set(&app->prompt, text);
	} else {
		line_key(&app->prompt, k);
	}
}

const char *
app_key_of(const struct app *app, enum command c, char to[16])
{
	const struct screen_ops *ops = top_ops(app);

	return keymap_key_of(app->keys, ops != NULL ? ops->section : NULL,
		ops != NULL ? ops->section2 : NULL, c, to);
}

static void
dialog_key(struct app *app, const struct key *k)
{
	app->stale = true;
	if (app->dialog->ops->key(app, app->dialog, k))
		return;
	app_command(app, keymap_find(app->keys, "dialog", NULL, k->code), NULL);
}

static void
plain_key(struct app *app, const struct key *k)
{
	const struct screen_ops *ops = top_ops(app);

	if (ops->key != NULL && ops->key(app, top_state(app), k)) {
		app->stale = true;
		return;
	}
	app_command(app, keymap_find(app->keys, ops->section, ops->section2, k->code), NULL);
}

/* Pasted text is text: it may go into a field, never to a command. */
static bool
paste_blocked(const struct app *app, const struct key *k)
{
	return app->pasting &&
		(k->code >= KEY_SPECIAL ||
			(app->dialog == NULL && !app->prompting && !top_ops(app)->takes_text));
}

void
app_key(struct app *app, const struct key *k)
{
	const struct screen_ops *ops = top_ops(app);

	app->active_us = clock_mono_us();
	if (k->code == K_PASTE_BEGIN || k->code == K_PASTE_END)
		app->pasting = k->code == K_PASTE_BEGIN;
	if (ops == NULL || (k->code >= K_PASTE_BEGIN && k->code < KEY_CTRL) ||
		k->code == K_IGNORED || paste_blocked(app, k))
		return;
	if (k->code == K_MOUSE) {
		if (app->dialog == NULL && !app->prompting && ops->mouse != NULL)
			ops->mouse(app, top_state(app), k);
		return;
	}
	if (app->status[0] != '\0') {
		app->status[0] = '\0';
		app->stale = true;
	}
	if (app->prompting)
		prompt_key(app, k);
	else if (app->dialog != NULL)
		dialog_key(app, k);
	else
		plain_key(app, k);
}

/* ---- drawing ---- */

static void
draw_top(struct app *app)
{
	const struct screen_ops *ops = top_ops(app);
	char left[300] = "", right[300] = "", line[400];
	int room = COLS;

	if (ops->top != NULL)
		ops->top(app, top_state(app), left, right, sizeof(left));
	snprintf(line, sizeof(line), " %s%s%.300s", ops->title, left[0] != '\0' ? "   " : "", left);
	if (str_columns(right) + str_columns(line) + 3 < (size_t)COLS) {
		room = COLS - (int)str_columns(right) - 1;
		draw_text(0, room, COLS - room, STYLE_BAR, right);
	}
	draw_text(0, 0, room, STYLE_BAR, line);
}

/* Short words for the key line; a command without a row here shows its name. */
static const struct {
	enum command command;
	const char *word;
} words[] = {
	{ CMD_FORM_DOWN, "next field" },
	{ CMD_FORM_ACCEPT, "take header's" },
	{ CMD_FORM_KEEP, "keep, why" },
	{ CMD_FORM_SIGN, "sign" },
	{ CMD_FORM_NEXT, "next form" },
	{ CMD_FORM_ASK, "ask" },
	{ CMD_RATING_NEXT, "rating" },
	{ CMD_SEVERITY_0, "absent" },
	{ CMD_SEVERITY_1, "mild" },
	{ CMD_SEVERITY_2, "moderate" },
	{ CMD_SEVERITY_3, "severe" },
	{ CMD_SEVERITY_NONE, "unset" },
	{ CMD_LIKE, "mark alike" },
	{ CMD_UNDO_FILL, "undo" },
	{ CMD_CLOSE_QUERY, "close" },
	{ CMD_ASK_AGAIN, "ask again" },
	{ CMD_ASK_SITE, "ask the site" },
	{ CMD_DROP_QUERY, "drop" },
	{ CMD_PASS, "pass" },
	{ CMD_FAIL, "fail" },
	{ CMD_LATER, "later" },
	{ CMD_MARK_ROW, "mark" },
	{ CMD_PASS_MARKED, "sign marked" },
	{ CMD_CORRECT, "correct" },
	{ CMD_WINDOW_NEXT, "window" },
	{ CMD_ZOOM_IN, "zoom" },
	{ CMD_SERIES_NEXT, "next series" },
	{ CMD_NEXT_QUEUE, "queue" },
	{ CMD_POINT, "corner" },
	{ CMD_MARK_KIND, "shows" },
	{ CMD_MARK_SCOPE, "where" },
	{ CMD_MARK_DELETE, "delete" },
	{ CMD_MARK_NEXT, "next mark" },
	{ CMD_SLICE_OPEN, "open" },
	{ CMD_SLICE_UNSEEN, "unseen" },
	{ CMD_FOLD, "open" },
	{ CMD_SLICE_NEXT, "next slice" },
	{ CMD_SLICE_PREVIOUS, "previous slice" },
	{ CMD_TAGS_DIFFER, "differences" },
	{ CMD_TAGS_COMPARE, "compare" },
};

static const char *
key_word(enum command c)
{
	for (size_t i = 0; i < MEM_COUNT(words); i++)
		if (words[i].command == c)
			return words[i].word;
	return command_info(c)->name;
}

/* Only what can be done now stands on the key line. */
static void
draw_keys(struct app *app, int row)
{
	const struct screen_ops *ops = top_ops(app);
	unsigned have = app_have(app);
	const enum command *keys;
	char line[400] = " ", key[16];
	size_t used = 1;

	if (app->dialog != NULL || app->prompting) { /* it says itself which keys it takes */
		draw_text(row, 0, COLS, STYLE_DIM, "");
		return;
	}

	keys = ops->key_line_of != NULL ? ops->key_line_of(app, top_state(app)) : ops->key_line;
	for (const enum command *c = keys; c != NULL && *c != CMD_NONE; c++) {
		const char *name = key_word(*c);

		if (command_refusal(*c, have) != NULL || *app_key_of(app, *c, key) == '\0' ||
			used + 48 > sizeof(line))
			continue;
		used += (size_t)snprintf(line + used, sizeof(line) - used, "%s %s  ", key, name);
	}
	draw_text(row, 0, COLS, STYLE_DIM, line);
}

static void
draw_bottom(struct app *app)
{
	int row = LINES - 2;

	if (app->prompting) {
		draw_text(row, 0, COLS, STYLE_PLAIN, " :");
		line_draw(&app->prompt, row, 2, COLS - 2, true);
	} else {
		char line[300];

		snprintf(line, sizeof(line), " %s", app->locked ? "" : app->status);
		draw_text(row, 0, COLS, app->status_style, line);
	}
	draw_keys(app, LINES - 1);
}

void
app_draw(struct app *app)
{
	const struct screen_ops *ops = top_ops(app);

	erase();
	if (COLS < 60 || LINES < 20) {
		draw_format(0, 0, COLS, STYLE_PLAIN, "wetread needs 60x20 cells, here are %dx%d",
			COLS, LINES);
		doupdate();
		wnoutrefresh(stdscr);
		return;
	}
	draw_top(app);
	ops->draw(app, top_state(app), app_body(app));
	draw_bottom(app);
	if (app->dialog != NULL)
		dialog_draw(app, app_body(app));
	wnoutrefresh(stdscr);
}

void
app_layout(struct app *app)
{
	for (int i = 0; i < app->depth; i++)
		if (app->stack[i].ops->layout != NULL)
			app->stack[i].ops->layout(app, app->stack[i].state);
	app->repaint = true;
}

/* Milliseconds until nobody has touched it for too long; -1: it may stay as it is. */
static int
idle_in(const struct app *app)
{
	if (!app->logged_in || app->locked)
		return -1;
	return (int)clock_left_ms(clock_mono_us(), app->active_us, app->idle_min * 60);
}

/* ---- is the session still one? ---- */

enum { ALIVE_MS = 3000 }; /* a disabled account's sessions end within 5 s */

enum { POST_US = 30000000 };  /* a try takes up to 20 s */
enum { LEASE_US = 60000000 }; /* prolonged each minute while somebody works */

struct alive_job {
	struct job job;
	struct session session;
	int64_t task;   /* open in the viewer; 0 none */
	bool prolong;   /* its lease, which was taken a minute ago */
	char lost[200]; /* who took it over meanwhile; "" nobody */
	bool posts;     /* what waits for the site's address is sent there */
	const char *archive;
	struct notices notices;
};

static void
alive_run(struct job *job, struct ledger *l)
{
	struct alive_job *j = (struct alive_job *)job;
	struct err lost = { 0 };

	job->rc = session_alive(l, &j->session, &job->err);
	if (job->rc == RC_OK && j->task != 0 &&
		(j->prolong ? lease_take(l, &j->session, j->task, NULL, &lost)
			    : lease_check(l, j->session.user, j->task, &lost)) == RC_CONFLICT)
		str_copy(j->lost, sizeof(j->lost), lost.text);
	if (anchor_due(l))
		ledger_anchor(l, NULL);
	if (j->posts && post_waits(l))
		post_apart(j->archive);
	notice_read(l, &j->session, &j->notices);
	blind_for(l, j->session.user); /* an officer may have changed it */
}

static void
alive_done(struct job *job, struct app *app)
{
	const struct alive_job *j = (struct alive_job *)job;

	if (!app->logged_in || strcmp(app->session.id, j->session.id) != 0)
		return;
	if (job->rc != RC_DENIED) {
		if (!app->locked)
			notice_tell(app, &j->notices);
		if (j->lost[0] != '\0' && app->lease_task == j->task) {
			app->lease_task = 0;
			app_say(app, STYLE_WARN, "taken over: %s", j->lost);
		}
		return;
	}
	app_log_out(app);
	app_complain(app, &job->err);
	app_stale(app);
}

static void
ask_alive(struct app *app)
{
	struct alive_job *j = mem_zero(1, sizeof(*j));

	app->alive_us = clock_mono_us();
	j->job.run = alive_run;
	j->job.done = alive_done;
	j->session = app->session;
	j->archive = app->archive;
	j->posts = app->alive_us - app->post_us > POST_US;
	if (j->posts)
		app->post_us = app->alive_us;
	j->task = app->locked ? 0 : app->lease_task;
	j->prolong = app->alive_us - app->lease_us > LEASE_US && app->active_us > app->lease_us;
	if (j->prolong)
		app->lease_us = app->alive_us;
	app_post_take(app, &j->job);
}

static int
alive_in(const struct app *app)
{
	int64_t left = app->alive_us + (int64_t)ALIVE_MS * 1000 - clock_mono_us();

	return !app->logged_in ? -1 : left > 0 ? (int)(left / 1000 + 1) : 0;
}

static int
sooner_of(int a, int b)
{
	return a < 0 ? b : b < 0 || a < b ? a : b;
}

int
app_timeout(struct app *app)
{
	const struct screen_ops *ops = top_ops(app);
	int tick = ops != NULL && ops->tick_in != NULL ? ops->tick_in(app, top_state(app)) : -1;

	return sooner_of(
		sooner_of(tick, remote_tick_in(app)), sooner_of(idle_in(app), alive_in(app)));
}

void
app_tick(struct app *app)
{
	const struct screen_ops *ops = top_ops(app);

	if (alive_in(app) == 0)
		ask_alive(app);
	remote_tick(app);
	if (idle_in(app) == 0)
		app_lock(app, "idle");
	else if (ops != NULL && ops->tick != NULL)
		ops->tick(app, top_state(app));
}

/* ---- start and end ---- */

static void
on_picture(void *reader, struct pipeline_picture *p)
{
	struct app *app = reader;
	void *state = app_screen_state(app, app->picture_screen);

	if (app->picture != NULL && state != NULL)
		app->picture(app, state, p);
}

static void
load_keys(struct app *app)
{
	const char *home = getenv("XDG_CONFIG_HOME"), *user = getenv("HOME");
	char *path = home != NULL && *home != '\0'
		? mem_format("%s/wetread/keys", home)
		: mem_format("%s/.config/wetread/keys", user != NULL ? user : "");
	struct buf complaints = { 0 };

	app->keys = keymap_new();
	keymap_load(app->keys, path, &complaints, NULL);
	if (complaints.len > 0) {
		complaints.data[strcspn(complaints.data, "\n")] = '\0';
		app_say(app, STYLE_WARN, "%s", complaints.data);
	}
	buf_release(&complaints);
	free(path);
}

static enum rc
open_archive(struct app *app, const char *folder, struct err *e)
{
	char *mark = mem_format("%s/demo", folder);
	struct ledger *l;
	struct err why = { 0 };
	enum rc rc = ledger_open(&l, folder, DB_WRITE, NULL, &why);

	if (rc == RC_READONLY) {
		str_copy(app->read_only, sizeof(app->read_only), why.text);
		app_say(app, STYLE_WARN, "%s", why.text);
		rc = ledger_open(&l, folder, DB_READ, NULL, e);
	} else if (rc != RC_OK) {
		*e = why;
	}
	app->demo = access(mark, F_OK) == 0;
	free(mark);
	if (rc == RC_OK) {
		relabel_use(l);
		app->worker = worker_new(l, app->inbox);
		rc = store_open(&app->store, folder, 0, e);
	}
	return rc;
}

static unsigned
pool_size(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return cores > 9 ? 8 : cores > 1 ? (unsigned)cores - 1 : 1;
}

static void
app_release(struct app *app)
{
	dialog_close(app);
	while (app->depth > 0)
		drop_top(app);
	app_logout(app);
	term_close(app->term);
	pipeline_free(app->pipeline);
	slides_free(app->slides);
	__atomic_store_n(&app->leaving, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < APP_READERS; i++)
		worker_free(app->reader[i]);
	remote_end(app);
	worker_free(app->worker);
	inbox_free(app->inbox);
	store_close(app->store);
	keymap_free(app->keys);
	line_wipe(&app->prompt);
	free(app->archive);
}

/* Of the picture as a PGM or PPM file, so that it can be made again and compared: wetread render ... | sha256sum. */
static void
picture_digest(const struct raster *r, char hex[PIPELINE_DIGEST])
{
	char head[40];
	int n = snprintf(head, sizeof(head), "P%c\n%u %u\n255\n", r->colour ? '6' : '5', r->width,
		r->height);
	struct digest d;

	digest_begin(&d);
	digest_add(&d, head, (size_t)n);
	digest_add(&d, r->pixels, (size_t)r->width * r->height * (r->colour ? 3 : 1));
	digest_end(&d, hex);
}

static struct frame *
cached_frame(void *ctx, uint64_t series, uint32_t index)
{
	return pipeline_cached(((struct app *)ctx)->pipeline, series, index);
}

static void
start(struct app *app)
{
	struct pipeline_config pc = { .workers = pool_size(),
		.inbox = app->inbox,
		.picture = on_picture,
		.digest = picture_digest };

	app->slides = slides_new(app->store, pc.workers);
	pc.source.load = slides_load;
	pc.source.ctx = app->slides;
	app->pipeline = pipeline_new(&pc);
	slides_use_cache(app->slides, cached_frame, app);
	remote_begin(app);
	app->started_us = clock_mono_us();
	draw_begin();
	app_push(app, &scr_login_ops, NULL);
	loop_run(app);
}

enum rc
app_run(const struct app_config *config, struct err *e)
{
	struct app app = { 0 };
	enum rc rc;

	loop_block_signals();
	app.archive = mem_string(config->archive);
	app.libsixel = config->libsixel;
	app.inbox = inbox_new();
	load_keys(&app);
	rc = open_archive(&app, config->archive, e);
	if (rc == RC_OK)
		rc = term_open(&app.term, config->protocol, e);
	if (rc == RC_OK)
		start(&app);
	app_release(&app);
	return rc;
}
