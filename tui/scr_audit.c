/* Audit: the log, newest first, a window of rows at a time.  Where the next page begins is known of those that were shown:
 * whom a filter lets through is found by looking, in steps, so that a rare one in a long log keeps nobody waiting. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/history.h"
#include "core/ledger/rights.h"
#include "tui/audit.h"
#include "tui/list.h"

enum { PAGE = 100, WINDOW = 3 * PAGE, LOOK_MOST = 50000 };

enum typing { NOTHING, FILTER, EXPORT_TO };

struct audit_state {
	struct line line; /* being typed */
	enum typing typing;
	char words[AUDIT_WORDS]; /* that hold */

	struct list list;
	struct history_row rows[WINDOW]; /* rows have_first.. of the list */
	int64_t have_first, have_count;
	int64_t *starts; /* page P begins behind this event */
	size_t start_count;
	int64_t head;    /* newest event when the list was made; 0: not known yet */
	int64_t back_to; /* looked through as far as this one, while looking */
	bool end;        /* the last row is known */
	bool own;        /* only what this account did */
	bool loading;
	uint64_t serial; /* of the question whose answer is waited for */
	struct {
		int64_t row, at_us;
	} click;
};

/* ---- reading ---- */

struct audit_job {
	struct job job;
	uint64_t screen, serial;
	struct session session;
	char words[AUDIT_WORDS];
	int64_t have, first, beyond,
		head; /* first row of the window and of the answer; where it begins */
	int64_t wanted, n;
	bool end, own;
	struct history_row rows[WINDOW];
};

static bool
take_row(void *ctx, const struct history_event *ev)
{
	struct audit_job *j = ctx;

	history_row(ev, &j->rows[j->n++]);
	return true;
}

static void
audit_run(struct job *job, struct ledger *l)
{
	struct audit_job *j = (struct audit_job *)job;
	struct history_query q = {
		.newest_first = true, .beyond = j->beyond, .limit = j->wanted, .look_most = LOOK_MOST
	};
	struct history_page page = { 0 };
	char hash[DIGEST_HEX];

	job->rc = history_words(l, j->words, &q.filter, &job->err);
	if (job->rc == RC_OK && j->head == 0)
		job->rc = event_head(l, &j->head, hash, &job->err);
	q.last = j->head;
	j->own = !rights_log(l, j->session.user);
	if (job->rc == RC_OK)
		job->rc = history_read(l, &j->session, &q, take_row, j, &page, &job->err);
	j->beyond = page.beyond;
	j->end = page.end;
}

/* Without a filter rows are events: any page can be reached, and the length is known. */
static bool
counted(const struct audit_state *s)
{
	return s->words[0] == '\0' && !s->own && s->head > 0;
}

static int64_t
start_of(struct audit_state *s, int64_t page)
{
	if (counted(s))
		return s->head + 1 - page * PAGE;
	return page < (int64_t)s->start_count ? s->starts[page] : 0;
}

static void
know_start(struct audit_state *s, int64_t page, int64_t beyond)
{
	if (page != (int64_t)s->start_count)
		return;
	s->starts = mem_grow(s->starts, s->start_count + 1, sizeof(*s->starts));
	s->starts[s->start_count++] = beyond;
}

static void audit_done(struct job *job, struct app *app);

/* Rows from `first` on, the first of them behind the event `beyond`, until the window that begins at have is full. */
static void
post(struct app *app, struct audit_state *s, int64_t have, int64_t first, int64_t beyond)
{
	struct audit_job *j = mem_zero(1, sizeof(*j));

	j->job.run = audit_run;
	j->job.done = audit_done;
	j->screen = app_screen_id(app, s);
	j->serial = s->serial;
	j->session = app->session;
	memset(&j->session.key, 0, sizeof(j->session.key)); /* reading takes none */
	str_copy(j->words, sizeof(j->words), s->words);
	j->have = have;
	j->first = first;
	j->beyond = beyond;
	j->head = s->head;
	j->wanted = have + WINDOW - first;
	s->loading = true;
	app_read_take(app, READ_PAGE, &j->job);
}

static void
request(struct app *app, struct audit_state *s)
{
	int64_t page = s->list.first / PAGE;

	if (page > 0)
		page--;
	if (!counted(s) && page >= (int64_t)s->start_count)
		page = (int64_t)s->start_count - 1;
	s->serial++;
	post(app, s, page * PAGE, page * PAGE, start_of(s, page));
}

/* Everything anew: other words, or what was written since. */
static void
restart(struct app *app, struct audit_state *s)
{
	s->head = s->back_to = 0;
	s->start_count = 0;
	s->end = false;
	s->list.first = s->list.at = 0;
	s->list.total = -1;
	s->have_first = s->have_count = 0;
	know_start(s, 0, 0);
	request(app, s);
}

static bool
lacks(const struct audit_state *s)
{
	int64_t last = s->list.first + s->list.rows, have = s->have_first + s->have_count;

	if (s->list.total >= 0 && (counted(s) || s->end) && last > s->list.total)
		last = s->list.total;
	return s->list.first < s->have_first || last > have;
}

static void
fetch(struct app *app, struct audit_state *s)
{
	if (!s->loading && s->head > 0 && lacks(s) && !(s->end && s->list.total == 0))
		request(app, s);
}

static void
take_rows(struct audit_state *s, const struct audit_job *j)
{
	if (j->first ==
		j->have) { /* the first answer for a window takes the place of the one before */
		s->have_first = j->have;
		s->have_count = 0;
	}
	memcpy(s->rows + s->have_count, j->rows, (size_t)j->n * sizeof(j->rows[0]));
	s->have_count += j->n;
	for (int64_t i = 0; i < j->n && !counted(s); i++)
		if ((j->first + i + 1) % PAGE == 0)
			know_start(s, (j->first + i + 1) / PAGE, j->rows[i].seq);
}

static void
audit_done(struct job *job, struct app *app)
{
	struct audit_job *j = (struct audit_job *)job;
	struct audit_state *s = app_screen_state(app, j->screen);
	int64_t known;

	if (s == NULL || j->serial != s->serial)
		return;
	app_stale(app);
	s->loading = false;
	if (job->rc != RC_OK) {
		s->list.total = s->list.total < 0 ? 0 : s->list.total;
		s->end = true;
		app_complain(app, &job->err);
		return;
	}
	s->head = j->head;
	s->own = j->own;
	s->end |= j->end;
	take_rows(s, j);
	known = s->have_first + s->have_count;
	if (counted(s))
		list_set_total(&s->list, s->head);
	else if (known > s->list.total)
		list_set_total(&s->list, known);
	s->back_to = j->end ? 0 : j->beyond;
	if (s->have_count < WINDOW && !j->end)
		post(app, s, s->have_first, known, j->beyond);
	else
		fetch(app, s);
}

static const struct history_row *
row_at(const struct audit_state *s, int64_t at)
{
	if (at < s->have_first || at >= s->have_first + s->have_count)
		return NULL;
	return &s->rows[at - s->have_first];
}

/* ---- drawing ---- */

enum { C_NUMBER, C_TIME, C_USER, C_ACTION, C_OBJECT, C_WORDS, C_COUNT };

static const struct {
	const char *name;
	int width, least; /* least: of the screen, to be shown at all */
	bool right;
} columns[C_COUNT] = {
	[C_NUMBER] = { "Number", 8, 0, true },
	[C_TIME] = { "Time (UTC)", 19, 0, false },
	[C_USER] = { "User", 12, 0, false },
	[C_ACTION] = { "Action", 18, 0, false },
	[C_OBJECT] = { "Object", 12, 72, false },
	[C_WORDS] = { "Data", 0, 90, false }, /* takes what the others leave */
};

static const char *
cell(const struct history_row *r, int c, char number[24])
{
	const char *const texts[C_COUNT] = { number, r->time, r->user, r->action, r->object,
		r->words };

	snprintf(number, 24, "%lld", (long long)r->seq);
	return texts[c];
}

/* r NULL: the head of the columns. */
static void
draw_row(const struct history_row *r, int row, struct area a, bool cursor)
{
	enum style s = r == NULL ? STYLE_DIM : cursor ? STYLE_CURSOR : STYLE_PLAIN;
	int at = a.column + 2, end = a.column + a.columns;
	char number[24];

	draw_text(row, a.column, a.columns, s, cursor ? " ▸" : "");
	for (int c = 0; c < C_COUNT && at < end; c++) {
		int width = columns[c].width > 0 ? columns[c].width : end - at;

		if (a.columns < columns[c].least)
			continue;
		(columns[c].right ? draw_right : draw_text)(row, at,
			width < end - at ? width : end - at, s,
			r == NULL ? columns[c].name : cell(r, c, number));
		at += width + 1;
	}
}

static void
draw_below(struct audit_state *s, struct area a)
{
	char text[160] = "";
	int row = a.row + a.rows - 1, left = a.columns * 2 / 3;

	if (s->list.total > 0)
		snprintf(text, sizeof(text), "row %lld of %lld%s%s ", (long long)s->list.at + 1,
			(long long)s->list.total, counted(s) || s->end ? "" : "+",
			s->own ? " · your own" : "");
	if (s->loading && s->back_to > 0)
		snprintf(text, sizeof(text), "looking, back to %lld ... ", (long long)s->back_to);
	draw_right(row, a.column, a.columns, STYLE_DIM, text);
	if (s->typing == EXPORT_TO) {
		draw_text(row, a.column + 1, 18, STYLE_ACCENT, "to a new file: ");
		line_draw(&s->line, row, a.column + 16, left - 16, true);
	} else if (s->typing == FILTER || s->words[0] != '\0') {
		draw_text(row, a.column + 1, 1, STYLE_ACCENT, "/");
		if (s->typing == FILTER)
			line_draw(&s->line, row, a.column + 2, left, true);
		else
			draw_text(row, a.column + 2, left, STYLE_PLAIN, s->words);
	}
}

/* What is being typed, explained; else the data of the row under the cursor, for which the column may be too narrow: of a
 * signed record it has printed name, time and meaning. */
static void
draw_hint(struct audit_state *s, struct area a)
{
	static const char *const hints[] = {
		[FILTER] = "user:ID action:NAME object:S-0042 from:2026-11-01 to:2026-11-30 (UTC); "
			   "Enter, or Esc for all",
		[EXPORT_TO] =
			"JSON lines (.jsonl), CSV (.csv) or text, of what is shown; Esc leaves it",
	};
	const struct history_row *r = row_at(s, s->list.at);
	const char *text = s->typing != NOTHING ? hints[s->typing] : r != NULL ? r->words : "";

	draw_text(a.row + a.rows - 2, a.column + 1, a.columns - 2,
		s->typing != NOTHING ? STYLE_DIM : STYLE_PLAIN, text);
}

static void
audit_draw(struct app *app, void *state, struct area a)
{
	struct audit_state *s = state;

	(void)app;
	draw_row(NULL, a.row, a, false);
	for (int i = 0; i < s->list.rows && s->list.first + i < s->list.total; i++) {
		int64_t at = s->list.first + i;
		const struct history_row *r = row_at(s, at);

		if (r != NULL)
			draw_row(r, a.row + 1 + i, a, at == s->list.at);
		else
			draw_text(a.row + 1 + i, a.column, a.columns, STYLE_DIM, "    ...");
	}
	if (s->list.total <= 0)
		draw_text(a.row + 2, a.column + 4, a.columns - 4, STYLE_PLAIN,
			s->loading || s->list.total < 0 ? "loading..."
							: "No event is like that. / changes it.");
	draw_hint(s, a);
	draw_below(s, a);
}

static void
audit_top(struct app *app, void *state, char *left, char *right, size_t size)
{
	struct audit_state *s = state;
	char now[CLOCK_TEXT];

	if (s->head > 0)
		snprintf(left, size, "head %lld", (long long)s->head);
	clock_format(clock_now(NULL), now);
	snprintf(right, size, "%s (%s) · %.5s UTC ", app->session.name,
		app->session.role_count > 0 ? app->session.roles[0] : "no role", now + 11);
}

/* ---- commands ---- */

static void
audit_layout(struct app *app, void *state)
{
	struct audit_state *s = state;

	list_set_rows(&s->list, app_body(app).rows - 3);
	fetch(app, s);
}

static void
audit_open(struct app *app, void *state, const void *argument)
{
	struct audit_state *s = state;

	(void)argument;
	s->list.rows = 1;
	restart(app, s);
	audit_layout(app, s);
}

static void
audit_close(struct app *app, void *state)
{
	(void)app;
	free(((struct audit_state *)state)->starts);
}

static unsigned
audit_have(struct app *app, void *state)
{
	struct audit_state *s = state;

	(void)app;
	return NEED_LIST | NEED_LOG | (row_at(s, s->list.at) != NULL ? NEED_ROW : 0);
}

static void
open_row(struct app *app, struct audit_state *s)
{
	const struct history_row *r = row_at(s, s->list.at);
	struct event_argument a;

	if (r == NULL || !app_on_top(app, s))
		return;
	a.seq = r->seq;
	str_copy(a.words, sizeof(a.words), s->words);
	app_push(app, &scr_event_ops, &a);
}

static void
set_words(struct app *app, struct audit_state *s, const char *words)
{
	str_copy(s->words, sizeof(s->words), words);
	restart(app, s);
}

static void
begin_typing(struct audit_state *s, enum typing what, const char *text)
{
	s->typing = what;
	line_set(&s->line, text);
}

static void
audit_command(struct app *app, void *state, enum command c, const char *argument)
{
	struct audit_state *s = state;

	if (list_command(&s->list, c)) {
		fetch(app, s);
		return;
	}
	if (c == CMD_OPEN)
		open_row(app, s);
	else if (c == CMD_RELOAD)
		restart(app, s);
	else if (c == CMD_FILTER && *argument != '\0')
		set_words(app, s, argument);
	else if (c == CMD_FILTER)
		begin_typing(s, FILTER, s->words);
	else if (c == CMD_EXPORT && *argument != '\0')
		audit_export(app, s->words, argument);
	else if (c == CMD_EXPORT)
		begin_typing(s, EXPORT_TO, "");
}

static void
enter(struct app *app, struct audit_state *s)
{
	enum typing what = s->typing;

	s->typing = NOTHING;
	if (what == FILTER)
		set_words(app, s, s->line.text);
	else if (s->line.n > 0)
		audit_export(app, s->words, s->line.text);
}

/* While something is typed keys are text.  Esc gives the whole log back, or leaves the export. */
static bool
audit_key(struct app *app, void *state, const struct key *k)
{
	struct audit_state *s = state;
	bool filtered = s->words[0] != '\0' && s->typing != EXPORT_TO;

	if (k->code == K_ESC && (s->typing != NOTHING || filtered)) {
		s->typing = NOTHING;
		if (filtered)
			set_words(app, s, "");
		return true;
	}
	if (s->typing == NOTHING)
		return false;
	if (k->code == K_ENTER)
		enter(app, s);
	else
		line_key(&s->line, k);
	return true;
}

static void
audit_mouse(struct app *app, void *state, const struct key *k)
{
	struct audit_state *s = state;
	struct area a = app_body(app);
	int64_t row = s->list.first + k->row - a.row - 1, now = clock_mono_us();

	if (k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN) {
		app_command(app, k->mouse == MOUSE_WHEEL_UP ? CMD_PREVIOUS : CMD_NEXT, NULL);
		return;
	}
	if (k->mouse != MOUSE_PRESS || k->row <= a.row || row >= s->list.total ||
		k->row > a.row + s->list.rows)
		return;
	list_go(&s->list, row);
	app_stale(app);
	if (s->click.row == row && now - s->click.at_us < 500000)
		app_command(app, CMD_OPEN, NULL);
	s->click.row = row;
	s->click.at_us = now;
}

static const enum command audit_keys[] = { CMD_OPEN, CMD_FILTER, CMD_EXPORT, CMD_RELOAD, CMD_HELP,
	CMD_BACK, CMD_NONE };

const struct screen_ops scr_audit_ops = {
	.title = "Audit",
	.section = "audit",
	.section2 = "list",
	.state_size = sizeof(struct audit_state),
	.open = audit_open,
	.close = audit_close,
	.layout = audit_layout,
	.top = audit_top,
	.draw = audit_draw,
	.have = audit_have,
	.command = audit_command,
	.key = audit_key,
	.mouse = audit_mouse,
	.key_line = audit_keys,
};
