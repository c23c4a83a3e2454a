/* Quality: the rating of a series and its artifacts beside the picture.  A digit says how severe the artifact under the cursor
 * is, and keeps the slice and window where that was seen; Enter goes back there. */
#include <ncursesw/curses.h>

#include "tui/form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/trial/quality.h"
#include "tui/app.h"
#include "tui/beside.h"
#include "tui/list.h"

enum { PANEL = 58, PANEL_NARROW = 44, WIDE = 100 };

struct quality_screen {
	struct beside beside;
	char what[200], problem[300];
	int64_t series;
	struct quality q;
	struct list list; /* the rating, then the artifacts */
	bool loaded;
};

/* ---- the ledger's part ---- */

struct quality_job {
	struct job job;
	uint64_t screen;
	struct session session;
	int64_t series;
	struct quality q;
	bool says;
	char code[33], value[33], spot[ENTRY_SPOT];
};

static void
quality_run(struct job *job, struct ledger *l)
{
	struct quality_job *j = (struct quality_job *)job;
	struct quality_said said = { j->code, j->value, j->spot };

	if (j->says)
		job->rc = quality_say(l, &j->session, &j->q, &said, 1, &job->err);
	if (job->rc == RC_OK)
		job->rc = quality_read(l, j->session.user, j->series, &j->q, &job->err);
}

static void
quality_done(struct job *job, struct app *app)
{
	struct quality_job *j = (struct quality_job *)job;
	struct quality_screen *s = app_screen_state(app, j->screen);

	if (s == NULL) {
		if (job->rc != RC_OK)
			app_complain(app, &job->err);
		return;
	}
	s->problem[0] = '\0';
	if (job->rc == RC_OK) {
		s->q = j->q;
		s->loaded = true;
		list_set_total(&s->list, (int64_t)s->q.items + 1);
	} else {
		str_copy(s->problem, sizeof(s->problem), job->err.text);
	}
	app_stale(app);
}

/* code NULL: read */
static void
request(struct app *app, struct quality_screen *s, const char *code, const char *value,
	const char *spot)
{
	struct quality_job *j = mem_zero(1, sizeof(*j));

	j->job.run = quality_run;
	j->job.done = quality_done;
	j->screen = app_screen_id(app, s);
	j->session = app->session;
	j->series = s->series;
	j->q = s->q;
	j->says = code != NULL;
	if (code != NULL) {
		str_copy(j->code, sizeof(j->code), code);
		str_copy(j->value, sizeof(j->value), value);
		str_copy(j->spot, sizeof(j->spot), spot);
	}
	app_post_take(app, &j->job);
}

/* ---- what keys say ---- */

static struct quality_item *
item(struct quality_screen *s)
{
	return s->loaded && s->list.at > 0 && s->list.at <= (int64_t)s->q.items
		? &s->q.item[s->list.at - 1]
		: NULL;
}

static void
spot_here(const struct quality_screen *s, char to[ENTRY_SPOT])
{
	const struct viewport *v = &s->beside.port;
	struct quality_spot spot = { s->beside.at + 1, -1, -1, v->window.centre, v->window.width };

	to[0] = '\0';
	if (s->beside.slices > 0)
		quality_spot_text(&spot, to);
}

static void
say_severity(struct app *app, struct quality_screen *s, int severity)
{
	struct quality_item *i = item(s);
	char value[2] = { (char)('0' + severity), '\0' }, spot[ENTRY_SPOT] = "";

	if (i == NULL) {
		app_say(app, STYLE_PLAIN, "Left and Right choose the rating");
		return;
	}
	if (severity > 0)
		spot_here(s, spot);
	i->severity = severity;
	str_copy(i->spot, sizeof(i->spot), spot);
	request(app, s, i->code, severity >= 0 ? value : "", spot);
}

static void
rate(struct app *app, struct quality_screen *s, int by)
{
	int n = (int)s->q.grades;

	if (!s->loaded || s->list.at != 0)
		return;
	s->q.rating =
		s->q.rating == QUALITY_UNSET ? (by > 0 ? 0 : n - 1) : (s->q.rating + by + n) % n;
	request(app, s, QUALITY_RATING, s->q.grade[s->q.rating].code, "");
}

static void
jump(struct app *app, struct quality_screen *s)
{
	const struct quality_item *i = item(s);
	struct quality_spot spot;

	if (i == NULL || !quality_spot_read(i->spot, &spot)) {
		app_say(app, STYLE_PLAIN, "no place was kept with this row");
		return;
	}
	if (spot.width > 0) {
		s->beside.port.window.centre = spot.centre;
		s->beside.port.window.width = spot.width;
		s->beside.port.window_fixed = true;
	}
	if (!beside_step(app, &s->beside, (int64_t)spot.slice - 1 - s->beside.at))
		viewport_show(app, &s->beside.port);
}

static void
quality_command(struct app *app, void *state, enum command c, const char *argument)
{
	struct quality_screen *s = state;

	(void)argument;
	app_stale(app);
	if (list_command(&s->list, c))
		return;
	if (c == CMD_SLICE_NEXT || c == CMD_SLICE_PREVIOUS) {
		if (!beside_step(app, &s->beside, c == CMD_SLICE_NEXT ? 1 : -1))
			app_say(app, STYLE_PLAIN, "this is the %s slice",
				c == CMD_SLICE_NEXT ? "last" : "first");
	} else if (c == CMD_RATING_NEXT || c == CMD_RATING_PREVIOUS) {
		rate(app, s, c == CMD_RATING_NEXT ? 1 : -1);
	} else if (c >= CMD_SEVERITY_0 && c <= CMD_SEVERITY_3) {
		say_severity(app, s, (int)c - (int)CMD_SEVERITY_0);
	} else if (c == CMD_SEVERITY_NONE) {
		say_severity(app, s, QUALITY_UNSET);
	} else if (c == CMD_OPEN) {
		jump(app, s);
	}
}

/* ---- drawing ---- */

static void
draw_rating(const struct quality_screen *s, int row, struct area a)
{
	bool cursor = s->list.at == 0;

	draw_format(row, a.column, a.columns, cursor ? STYLE_CURSOR : STYLE_BOLD,
		"%s overall   ◂ %s ▸", cursor ? "▸" : " ",
		s->q.rating != QUALITY_UNSET ? s->q.grade[s->q.rating].meaning : "not rated yet");
}

static const char *
spot_slice(const char *spot, char to[24])
{
	struct quality_spot at;

	if (!quality_spot_read(spot, &at))
		return "";
	snprintf(to, 24, "slice %u", at.slice);
	return to;
}

static void
draw_item(const struct quality_screen *s, int64_t at, int row, struct area a)
{
	static const char *const bars[] = { "○○○", "●○○", "●●○", "●●●" };
	const struct quality_item *i = &s->q.item[at - 1];
	char slice[24];
	bool cursor = at == s->list.at, said = i->severity != QUALITY_UNSET;
	enum style st = cursor            ? STYLE_CURSOR
		: said && i->severity > 1 ? STYLE_WARN
		: said                    ? STYLE_PLAIN
					  : STYLE_DIM;

	draw_text(row, a.column, a.columns, st, "");
	draw_format(row, a.column, a.columns - 11, st, "%s %s %-9s %s", cursor ? "▸" : " ",
		said ? bars[i->severity] : " · ", said ? quality_severities[i->severity] : "",
		i->meaning);
	if (i->spot[0] != '\0')
		draw_right(row, a.column + a.columns - 10, 10, st, spot_slice(i->spot, slice));
}

static void
quality_draw(struct app *app, void *state, struct area a)
{
	struct quality_screen *s = state;
	const struct quality_item *i = item(s);
	int end = a.row + a.rows;

	(void)app;
	beside_draw(&s->beside);
	if (s->beside.port.cells.rows > 0) {
		a.column = s->beside.port.cells.columns + 1;
		a.columns -= a.column;
	}
	if (!s->loaded) {
		draw_text(a.row + 1, a.column, a.columns, STYLE_PLAIN,
			s->problem[0] != '\0' ? s->problem : "loading...");
		return;
	}
	for (int r = 0; r < s->list.rows && s->list.first + r < s->list.total; r++)
		if (s->list.first + r == 0)
			draw_rating(s, a.row + r, a);
		else
			draw_item(s, s->list.first + r, a.row + r, a);
	if (s->problem[0] != '\0')
		draw_text(end - 2, a.column, a.columns, STYLE_WARN, s->problem);
	else if (i != NULL)
		draw_format(end - 2, a.column, a.columns, STYLE_DIM, "%s  %s%s%s", i->code,
			i->meaning, i->spot[0] != '\0' ? ", at " : "", i->spot);
	if (s->q.pass == PASS_SECOND)
		draw_text(end - 1, a.column, a.columns, STYLE_DIM,
			"second rating, blind to the first");
}

/* ---- the screen ---- */

static struct area
picture_area(const struct app *app)
{
	struct area a = app_body(app);

	a.columns -= COLS >= WIDE ? PANEL : PANEL_NARROW;
	if (COLS < 80 || LINES < 24)
		a.rows = 0;
	return a;
}

static void
on_picture(struct app *app, void *state, struct pipeline_picture *p)
{
	beside_picture(app, &((struct quality_screen *)state)->beside, p);
}

static void
on_acknowledged(struct app *app, void *state, uint64_t tag, bool answered)
{
	beside_acknowledged(app, &((struct quality_screen *)state)->beside, tag, answered);
}

static void
quality_shown(struct app *app, void *state)
{
	struct quality_screen *s = state;

	app->picture = on_picture;
	app->acknowledged = on_acknowledged;
	app->picture_screen = app_screen_id(app, s);
	beside_shown(app, &s->beside, picture_area(app));
}

static void
quality_hidden(struct app *app, void *state)
{
	beside_hidden(app, &((struct quality_screen *)state)->beside);
	app->picture = NULL;
	app->acknowledged = NULL;
}

static void
quality_layout(struct app *app, void *state)
{
	struct quality_screen *s = state;

	list_set_rows(&s->list, app_body(app).rows - 3);
	beside_layout(app, &s->beside, picture_area(app));
}

static void
quality_open(struct app *app, void *state, const void *argument)
{
	const struct form_argument *a = argument;
	struct quality_screen *s = state;

	viewer_what(a->facts, s->what, sizeof(s->what));
	s->series = a->facts->series.id;
	s->list.rows = 1;
	beside_open(&s->beside, a->facts, a->port);
	list_set_rows(&s->list, app_body(app).rows - 3);
	quality_shown(app, s);
	request(app, s, NULL, NULL, NULL);
}

static void
quality_close(struct app *app, void *state)
{
	(void)app;
	beside_release(&((struct quality_screen *)state)->beside);
}

static void
quality_top(struct app *app, void *state, char *left, char *right, size_t size)
{
	struct quality_screen *s = state;

	snprintf(left, size, "%s", s->what);
	snprintf(right, size, "%s ", app->session.name);
}

static unsigned
quality_have(struct app *app, void *state)
{
	(void)app, (void)state;
	return NEED_LIST | NEED_ROW | NEED_SERIES | NEED_QUALITY;
}

static int
quality_tick_in(struct app *app, void *state)
{
	(void)app;
	return viewport_tick_in(&((struct quality_screen *)state)->beside.port);
}

static void
quality_tick(struct app *app, void *state)
{
	viewport_tick(app, &((struct quality_screen *)state)->beside.port);
}

static const enum command quality_keys[] = { CMD_RATING_NEXT, CMD_SEVERITY_0, CMD_SEVERITY_1,
	CMD_SEVERITY_2, CMD_SEVERITY_3, CMD_SEVERITY_NONE, CMD_OPEN, CMD_SLICE_NEXT, CMD_HELP,
	CMD_BACK, CMD_NONE };

const struct screen_ops scr_quality_ops = {
	.title = "Quality",
	.section = "quality",
	.section2 = "list",
	.title2 = "On lists",
	.state_size = sizeof(struct quality_screen),
	.open = quality_open,
	.close = quality_close,
	.shown = quality_shown,
	.hidden = quality_hidden,
	.layout = quality_layout,
	.top = quality_top,
	.draw = quality_draw,
	.have = quality_have,
	.command = quality_command,
	.key_line = quality_keys,
	.tick_in = quality_tick_in,
	.tick = quality_tick,
};
