/* Sources: where images lie besides the archive, how it goes there, and what is under way. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/catalog.h"
#include "core/ledger/outbox.h"
#include "core/ledger/source.h"
#include "tui/app.h"
#include "tui/list.h"

enum { REFRESH_MS = 1000, DETAIL_ROWS = 9 };

struct sources_row {
	struct source source;
	struct source_counts counts;
};

struct sources_state {
	struct list list;
	struct sources_row rows[SOURCES_MOST];
	size_t n;
	bool loading;
	int64_t read_us; /* when it was read last, monotonic */
};

/* ---- reading ---- */

struct sources_job {
	struct job job;
	uint64_t screen;
	struct source sources[SOURCES_MOST];
	struct source_counts counts[SOURCES_MOST];
	size_t n;
};

static void
read_run(struct job *job, struct ledger *l)
{
	struct sources_job *j = (struct sources_job *)job;

	job->rc = source_list(l, j->sources, &j->n, &job->err);
	for (size_t i = 0; job->rc == RC_OK && i < j->n; i++)
		job->rc = source_count(l, j->sources[i].id, &j->counts[i], &job->err);
}

static void
read_done(struct job *job, struct app *app)
{
	struct sources_job *j = (struct sources_job *)job;
	struct sources_state *s = app_screen_state(app, j->screen);

	if (s == NULL)
		return;
	s->loading = false;
	if (job->rc != RC_OK) {
		app_complain(app, &job->err);
		return;
	}
	s->n = j->n;
	for (size_t i = 0; i < j->n; i++) {
		s->rows[i].source = j->sources[i];
		s->rows[i].counts = j->counts[i];
	}
	list_set_total(&s->list, (int64_t)s->n);
	app_stale(app);
}

static void
request(struct app *app, struct sources_state *s)
{
	struct sources_job *j;

	s->read_us = clock_mono_us();
	if (s->loading)
		return;
	s->loading = true;
	j = mem_zero(1, sizeof(*j));
	j->job.run = read_run;
	j->job.done = read_done;
	j->screen = app_screen_id(app, s);
	app_read_take(app, READ_PAGE, &j->job);
}

/* ---- drawing ---- */

struct column {
	const char *name;
	int at, width;
	bool right;
};

enum { C_NAME, C_STATE, C_SERIES, C_HERE, C_GONE, C_WAITING, C_FAULT, C_COUNT };

static const struct column columns[C_COUNT] = {
	[C_NAME] = { "Source", 2, 16, false },
	[C_STATE] = { "State", 19, 6, false },
	[C_SERIES] = { "Series", 26, 8, true },
	[C_HERE] = { "Here", 35, 7, true },
	[C_GONE] = { "Gone", 43, 6, true },
	[C_WAITING] = { "Queue", 50, 6, true },
	[C_FAULT] = { "Last error", 58, 0, false },
};

static void
cell_text(const struct sources_row *r, int c, char *to, size_t size)
{
	const int64_t numbers[C_COUNT] = { [C_SERIES] = r->counts.series,
		[C_HERE] = r->counts.whole,
		[C_GONE] = r->counts.gone,
		[C_WAITING] = r->counts.waiting + r->counts.refused };

	if (c == C_NAME)
		str_copy(to, size, r->source.name);
	else if (c == C_STATE)
		str_copy(to, size, source_word(&r->source));
	else if (c == C_FAULT)
		str_copy(to, size, r->source.fault[0] != '\0' ? r->source.fault : r->counts.fault);
	else
		snprintf(to, size, "%lld", (long long)numbers[c]);
}

static void
draw_row(const struct sources_row *r, int row, struct area a, bool cursor)
{
	enum style s = cursor ? STYLE_CURSOR : STYLE_PLAIN;
	char text[240];

	draw_text(row, a.column, a.columns, s, cursor ? " ▸" : "");
	for (int c = 0; c < C_COUNT; c++) {
		const struct column *k = &columns[c];
		bool bad = (c == C_STATE || c == C_FAULT) && r->source.fault[0] != '\0';
		int width = k->width > 0 ? k->width : a.columns - k->at - 1;

		cell_text(r, c, text, sizeof(text));
		(k->right ? draw_right : draw_text)(
			row, a.column + k->at, width, bad && !cursor ? STYLE_WARN : s, text);
	}
}

static void
draw_head(struct area a)
{
	draw_text(a.row, a.column, a.columns, STYLE_DIM, "");
	for (int c = 0; c < C_COUNT; c++)
		(columns[c].right ? draw_right : draw_text)(a.row, a.column + columns[c].at,
			columns[c].width > 0 ? columns[c].width : a.columns - columns[c].at - 1,
			STYLE_DIM, columns[c].name);
}

static void
ago(int64_t at, char to[40])
{
	char age[CLOCK_TEXT];

	str_copy(to, 40, "never");
	if (at == 0)
		return;
	clock_format_age(clock_now(NULL) - at, age);
	snprintf(to, 40, "%.30s ago", age);
}

static void
draw_source(const struct sources_row *r, int row, struct area a)
{
	char reached[40], swept[40], oldest[40];
	int columns_ = a.columns - 2;

	ago(r->source.reached, reached);
	ago(r->source.swept, swept);
	ago(r->counts.oldest, oldest);
	draw_format(row, a.column + 1, columns_, STYLE_PLAIN, "%s", r->source.address);
	draw_format(row + 1, a.column + 1, columns_, STYLE_PLAIN, "%s%sfetched bytes: %s",
		r->source.server, r->source.server[0] != '\0' ? " · " : "",
		source_keep_name(r->source.keep));
	draw_format(row + 2, a.column + 1, columns_, STYLE_PLAIN, "reached %s · looked through %s",
		reached, swept);
	if (r->counts.waiting + r->counts.refused > 0)
		draw_format(row + 3, a.column + 1, columns_, STYLE_WARN,
			"%lld verdicts wait, the oldest %s; %lld were refused%s%s",
			(long long)r->counts.waiting, oldest, (long long)r->counts.refused,
			r->counts.fault[0] != '\0' ? ": " : "", r->counts.fault);
}

/* A bar of a third of the width. */
static void
draw_bar(const struct arrival *a, int row, struct area area)
{
	int width = area.columns / 3, full;

	if (a->n == 0)
		return;
	full = (int)((size_t)width * a->here / a->n);
	for (int i = 0; i < width; i++)
		draw_text(row, area.column + 1 + i, 1, i < full ? STYLE_ACCENT : STYLE_DIM,
			i < full ? "━" : "─");
}

static void
draw_now(struct app *app, int row, struct area a)
{
	const struct arrival *now = remote_now(app);
	char how[120], name[24];

	if (now != NULL) {
		catalog_series_name(now->series, name);
		remote_progress_text(now, how, sizeof(how));
		draw_format(row, a.column + 1, a.columns - 2, STYLE_ACCENT, "fetching %s: %s", name,
			how);
		draw_bar(now, row + 1, a);
	} else if (remote_busy(app)) {
		draw_text(row, a.column + 1, a.columns - 2, STYLE_DIM, "looking after sources...");
	}
	if (*remote_last(app) != '\0')
		draw_format(row + 2, a.column + 1, a.columns - 2, STYLE_PLAIN, "last: %s",
			remote_last(app));
}

static void
sources_draw(struct app *app, void *state, struct area a)
{
	struct sources_state *s = state;
	int row = a.row + a.rows - DETAIL_ROWS;

	draw_head(a);
	if (s->n == 0)
		draw_text(a.row + 2, a.column + 4, a.columns - 4, STYLE_PLAIN,
			s->loading ? "loading..."
				   : "This archive has no sources. An officer adds one: wetread "
				     "source add NAME ADDRESS --reason TEXT");
	for (int i = 0; i < s->list.rows && s->list.first + i < (int64_t)s->n; i++)
		draw_row(&s->rows[s->list.first + i], a.row + 1 + i, a,
			s->list.first + i == s->list.at);
	for (int c = 0; c < a.columns; c++)
		draw_text(row, a.column + c, 1, STYLE_DIM, "─");
	if (s->list.at < (int64_t)s->n)
		draw_source(&s->rows[s->list.at], row + 1, a);
	draw_now(app, row + 6, a);
}

static void
sources_top(struct app *app, void *state, char *left, char *right, size_t size)
{
	(void)state;
	snprintf(left, size, "%s", remote_words(app));
	snprintf(right, size, "%s ", app->session.name);
}

/* ---- coming, keys and time ---- */

static void
sources_layout(struct app *app, void *state)
{
	struct sources_state *s = state;

	list_set_rows(&s->list, app_body(app).rows - 1 - DETAIL_ROWS);
}

static void
sources_open(struct app *app, void *state, const void *argument)
{
	struct sources_state *s = state;

	(void)argument;
	s->list.rows = 1;
	sources_layout(app, s);
	request(app, s);
}

static unsigned
sources_have(struct app *app, void *state)
{
	struct sources_state *s = state;

	(void)app;
	return NEED_LIST | NEED_SOURCES | (s->n > 0 ? NEED_ROW : 0);
}

struct retry_job {
	struct job job;
	int64_t n;
};

static void
retry_run(struct job *job, struct ledger *l)
{
	job->rc = outbox_retry(l, 0, &((struct retry_job *)job)->n, &job->err);
}

static void
retry_done(struct job *job, struct app *app)
{
	if (job->rc != RC_OK) {
		app_complain(app, &job->err);
		return;
	}
	app_say(app, STYLE_PLAIN, "%lld verdicts are tried again",
		(long long)((struct retry_job *)job)->n);
	remote_look(app);
}

static void
retry(struct app *app)
{
	struct retry_job *j = mem_zero(1, sizeof(*j));

	j->job.run = retry_run;
	j->job.done = retry_done;
	app_post_take(app, &j->job);
}

static void
sources_command(struct app *app, void *state, enum command c, const char *argument)
{
	struct sources_state *s = state;

	(void)argument;
	if (list_command(&s->list, c)) {
		app_stale(app);
	} else if (c == CMD_RELOAD) {
		request(app, s);
	} else if (c == CMD_DISCOVER) {
		remote_look(app);
		app_say(app, STYLE_PLAIN, "all sources are looked after now");
	} else if (c == CMD_RETRY) {
		retry(app);
	} else if (c == CMD_LEAVE_OFF) {
		remote_cancel(app);
		app_say(app, STYLE_PLAIN, "left off; what came stays");
	}
}

static int
sources_tick_in(struct app *app, void *state)
{
	struct sources_state *s = state;
	int64_t left = s->read_us + REFRESH_MS * 1000 - clock_mono_us();

	(void)app;
	return left > 0 ? (int)(left / 1000 + 1) : 0;
}

static void
sources_tick(struct app *app, void *state)
{
	struct sources_state *s = state;

	if (sources_tick_in(app, s) > 0)
		return;
	request(app, s);
	app_stale(app); /* rates and times left go on */
}

static void
sources_heard(struct app *app, void *state, bool fresh)
{
	(void)fresh;
	request(app, state);
}

static const enum command sources_keys[] = { CMD_NEXT, CMD_DISCOVER, CMD_RETRY, CMD_LEAVE_OFF,
	CMD_HELP, CMD_BACK, CMD_NONE };

const struct screen_ops scr_sources_ops = {
	.title = "Sources",
	.section = "sources",
	.section2 = "list",
	.title2 = "On lists",
	.state_size = sizeof(struct sources_state),
	.open = sources_open,
	.layout = sources_layout,
	.top = sources_top,
	.draw = sources_draw,
	.have = sources_have,
	.command = sources_command,
	.key_line = sources_keys,
	.tick_in = sources_tick_in,
	.tick = sources_tick,
	.heard = sources_heard,
};
