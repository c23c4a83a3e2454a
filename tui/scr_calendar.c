/* Calendar: subjects by visits, planned and come; what is found of a subject below. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/app.h"
#include "tui/calendar_page.h"
#include "tui/list.h"

enum { NAMES = 26, CELL_MOST = 24, CELL_LEAST = 15, SIGN = 2 };

struct calendar_state {
	struct list list;
	struct calendar_page *page; /* NULL: not read yet */
	int which;
	bool open; /* the findings of the row under the cursor are shown below */
	bool loading;
	uint64_t serial;
};

/* ---- reading ---- */

struct calendar_job {
	struct job job;
	uint64_t screen, serial;
	int which;
	char user[ACCOUNT_ID];
	struct calendar_page *page;
};

static void
read_run(struct job *job, struct ledger *l)
{
	struct calendar_job *j = (struct calendar_job *)job;

	job->rc = calendar_page_read(l, j->user, j->which, &j->page, &job->err);
}

static void
read_done(struct job *job, struct app *app)
{
	struct calendar_job *j = (struct calendar_job *)job;
	struct calendar_state *s = app_screen_state(app, j->screen);

	if (s == NULL || j->serial != s->serial)
		return;
	s->loading = false;
	app_stale(app);
	if (job->rc != RC_OK) {
		app_complain(app, &job->err);
		return;
	}
	calendar_page_free(s->page);
	s->page = j->page;
	j->page = NULL;
	list_set_total(&s->list, (int64_t)s->page->rows);
}

static void
read_release(struct job *job)
{
	struct calendar_job *j = (struct calendar_job *)job;

	calendar_page_free(j->page);
	free(j);
}

static void
request(struct app *app, struct calendar_state *s)
{
	struct calendar_job *j = mem_zero(1, sizeof(*j));

	s->loading = true;
	j->job.run = read_run;
	j->job.done = read_done;
	j->job.release = read_release;
	j->screen = app_screen_id(app, s);
	j->serial = ++s->serial;
	j->which = s->which;
	str_copy(j->user, sizeof(j->user), app->session.user);
	app_read_take(app, READ_PAGE, &j->job);
}

/* ---- how a visit looks ---- */

/* A sign for each state: colours only help. */
static const struct look {
	const char *sign;
	enum style style;
} looks[COMPLY_VISIT_STATES] = {
	[COMPLY_UNPLANNED] = { "·", STYLE_DIM },
	[COMPLY_NOT_DUE] = { "-", STYLE_DIM },
	[COMPLY_DUE] = { "o", STYLE_ACCENT },
	[COMPLY_LATE] = { "!", STYLE_WARN },
	[COMPLY_WITHIN] = { "+", STYLE_GOOD },
	[COMPLY_OUTSIDE] = { "~", STYLE_ACCENT },
	[COMPLY_BEYOND] = { "x", STYLE_WARN },
	[COMPLY_UNDATED] = { "?", STYLE_ACCENT },
};
static const char legend[] = "+ within  ~ outside the window  x beyond its limit  ? cannot be told  o due "
			     " ! overdue  - not due  "
			     "· unplanned  (planned)";

/* "2026-07-17 +12 d 3/3", "(2026-06-15) 0/3"; the shorter where there is less room. */
static void
cell_text(const struct calendar_cell *c, int columns, char to[80])
{
	char day[COMPLY_DAY] = "-", off[32] = "";

	if (c->actual_known || c->planned_known)
		comply_day(c->actual_known ? c->actual : c->planned, day);
	if (c->actual_known && c->planned_known)
		snprintf(off, sizeof(off), " %+lld d", (long long)c->off);
	if (c->actual_known)
		snprintf(to, 80, "%s%s", day, off);
	else
		snprintf(to, 80, "(%s)", day);
	if (columns >= CELL_MOST)
		snprintf(to + strlen(to), 80 - strlen(to), " %zu/%zu", c->there, c->asked);
}

static int
cell_columns(const struct calendar_page *p, struct area a)
{
	int room = p->visits > 0 ? (a.columns - NAMES) / (int)p->visits : CELL_MOST;

	return room > CELL_MOST ? CELL_MOST : room < CELL_LEAST ? CELL_LEAST : room;
}

static int
cells_shown(const struct calendar_page *p, struct area a)
{
	int most = (a.columns - NAMES) / cell_columns(p, a);

	return most < (int)p->visits ? most : (int)p->visits;
}

/* ---- drawing ---- */

static void
draw_head(const struct calendar_page *p, struct area a)
{
	int shown = cells_shown(p, a), width = cell_columns(p, a);

	draw_format(a.row, a.column + 2, NAMES - 2, STYLE_DIM, "%-7s%-14s", "site", "subject");
	for (int v = 0; v < shown; v++)
		draw_text(a.row, a.column + NAMES + v * width + SIGN, width - SIGN - 1, STYLE_DIM,
			p->visit[v]);
	if (shown < (int)p->visits)
		draw_right(a.row, a.column, a.columns - 1, STYLE_DIM, "more: Enter");
}

static void
draw_row(const struct calendar_page *p, size_t at, int row, struct area a, bool cursor)
{
	const struct calendar_row *x = &p->row[at];
	enum style s = cursor ? STYLE_CURSOR : STYLE_PLAIN;
	int shown = cells_shown(p, a), width = cell_columns(p, a);
	char text[80];

	draw_text(row, a.column, NAMES - 1, s, cursor ? " ▸" : "");
	draw_format(row, a.column + 2, NAMES - 3, s, "%-7.6s%-14.14s", str_or_dash(x->site),
		x->subject);
	for (int v = 0; v < shown; v++) {
		const struct calendar_cell *c = &p->cell[at * p->visits + (size_t)v];
		int column = a.column + NAMES + v * width;

		cell_text(c, width, text);
		draw_text(row, column, SIGN, looks[c->state].style, looks[c->state].sign);
		draw_text(row, column + SIGN, width - SIGN - 1, looks[c->state].style, text);
	}
}

/* "V2  overdue, planned for 2026-06-15, window 2026-06-08 to 2026-06-22, 0 of 3 series" */
static void
visit_text(const struct calendar_page *p, size_t visit, const struct calendar_cell *c, char to[300])
{
	char planned[COMPLY_DAY], first[COMPLY_DAY], last[COMPLY_DAY], came[COMPLY_DAY] = "";
	size_t n;

	snprintf(to, 300, "%s %.64s  %s", looks[c->state].sign, p->visit[visit],
		comply_visit_states[c->state]);
	n = strlen(to);
	if (c->actual_known) {
		comply_day(c->actual, came);
		snprintf(to + n, 300 - n, ", came %s", came);
		n = strlen(to);
	}
	if (c->planned_known) {
		comply_day(c->planned, planned);
		comply_day(c->first, first);
		comply_day(c->last, last);
		snprintf(to + n, 300 - n, ", planned for %s, window %s to %s", planned, first, last);
		n = strlen(to);
	}
	snprintf(to + n, 300 - n, ", %zu of %zu series", c->there, c->asked);
}

/* Lines of a row's visits and findings from `line` on; how many there are. */
static size_t
panel_lines(const struct calendar_page *p, size_t at)
{
	return p->visits + p->row[at].findings;
}

static int
panel_rows(const struct calendar_state *s, struct area a)
{
	size_t lines;

	if (!s->open || s->page == NULL || s->page->rows == 0)
		return 0;
	lines = panel_lines(s->page, (size_t)s->list.at) + 1;
	return lines > (size_t)a.rows / 2 ? a.rows / 2 : (int)lines;
}

static void
draw_panel(const struct calendar_page *p, size_t at, struct area a)
{
	int line = 1;
	char text[300];

	draw_format(a.row, a.column + 1, a.columns - 2, STYLE_BOLD, "%s, site %s",
		p->row[at].subject, str_or_dash(p->row[at].site));
	for (size_t v = 0; v < p->visits; v++) {
		const struct calendar_cell *c = &p->cell[at * p->visits + v];

		visit_text(p, v, c, text);
		if (line < a.rows)
			draw_text(a.row + line, a.column + 3, a.columns - 4, looks[c->state].style,
				text);
		line++;
		for (size_t f = 0; f < c->findings; f++, line++)
			if (line < a.rows)
				draw_text(a.row + line, a.column + 7, a.columns - 8, STYLE_PLAIN,
					p->finding[c->finding + f]);
	}
	if (line > a.rows)
		draw_format(a.row + a.rows - 1, a.column + 3, a.columns - 4, STYLE_DIM,
			"and %d lines more: wetread compliance --subject %s", line - a.rows + 1,
			p->row[at].subject);
}

static const char *
nothing_text(const struct calendar_state *s)
{
	if (s->page == NULL)
		return s->loading ? "loading..." : "It could not be read.";
	return s->page->study[0] == '\0'
		? "No study was applied: wetread study apply."
		: "Nothing of this study has come yet where you have a role.";
}

static void
calendar_draw(struct app *app, void *state, struct area a)
{
	struct calendar_state *s = state;
	const struct calendar_page *p = s->page;
	int panel = panel_rows(s, a);

	(void)app;
	if (p == NULL || p->rows == 0) {
		draw_text(a.row + 2, a.column + 4, a.columns - 4, STYLE_PLAIN, nothing_text(s));
		return;
	}
	list_set_rows(&s->list, a.rows - 2 - panel);
	draw_head(p, a);
	for (int i = 0; i < s->list.rows && s->list.first + i < (int64_t)p->rows; i++)
		draw_row(p, (size_t)(s->list.first + i), a.row + 1 + i, a,
			s->list.first + i == s->list.at);
	if (panel > 0)
		draw_panel(p, (size_t)s->list.at,
			(struct area){ .row = a.row + a.rows - 1 - panel,
				.column = a.column,
				.rows = panel,
				.columns = a.columns });
	draw_text(a.row + a.rows - 1, a.column + 1, a.columns - 2, STYLE_DIM, legend);
}

static void
calendar_top(struct app *app, void *state, char *left, char *right, size_t size)
{
	const struct calendar_state *s = state;
	const struct calendar_page *p = s->page;

	left[0] = '\0';
	if (p != NULL && p->study[0] != '\0')
		snprintf(left, size, "%s · %zu subjects · study %d of %d%s", p->study,
			p->rows + p->more, p->which + 1, p->studies, s->loading ? " · loading" : "");
	snprintf(right, size, "%s ", app->session.name);
}

/* ---- coming and keys ---- */

static void
calendar_layout(struct app *app, void *state)
{
	struct calendar_state *s = state;
	struct area a = app_body(app);

	list_set_rows(&s->list, a.rows - 2 - panel_rows(s, a));
}

static void
calendar_open(struct app *app, void *state, const void *argument)
{
	struct calendar_state *s = state;

	(void)argument;
	s->list.rows = 1;
	calendar_layout(app, s);
	request(app, s);
}

static void
calendar_close(struct app *app, void *state)
{
	(void)app;
	calendar_page_free(((struct calendar_state *)state)->page);
}

static unsigned
calendar_have(struct app *app, void *state)
{
	const struct calendar_page *p = ((struct calendar_state *)state)->page;

	(void)app;
	return NEED_LIST | (p != NULL && p->rows > 0 ? NEED_ROW : 0);
}

static void
calendar_heard(struct app *app, void *state, bool fresh)
{
	if (fresh)
		request(app, state);
}

static void
next_study(struct app *app, struct calendar_state *s)
{
	s->which = s->page != NULL && s->page->studies > 0 ? (s->page->which + 1) % s->page->studies
							   : 0;
	list_go(&s->list, 0);
	request(app, s);
}

static void
calendar_command(struct app *app, void *state, enum command c, const char *argument)
{
	struct calendar_state *s = state;

	(void)argument;
	if (list_command(&s->list, c) || c == CMD_OPEN) {
		s->open ^= c == CMD_OPEN;
		calendar_layout(app, s);
		app_stale(app);
	} else if (c == CMD_RELOAD) {
		request(app, s);
	} else if (c == CMD_NEXT_QUEUE) {
		next_study(app, s);
	}
}

static const enum command calendar_keys[] = { CMD_NEXT, CMD_OPEN, CMD_NEXT_QUEUE, CMD_RELOAD,
	CMD_HELP, CMD_BACK, CMD_NONE };

const struct screen_ops scr_calendar_ops = {
	.title = "Calendar",
	.section = "calendar",
	.section2 = "list",
	.title2 = "On lists",
	.state_size = sizeof(struct calendar_state),
	.open = calendar_open,
	.close = calendar_close,
	.layout = calendar_layout,
	.top = calendar_top,
	.draw = calendar_draw,
	.have = calendar_have,
	.command = calendar_command,
	.heard = calendar_heard,
	.key_line = calendar_keys,
};
