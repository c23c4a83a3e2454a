/* Progress: bars for studies, sites and visits, and what each reader did. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/trial/expected.h"
#include "tui/app.h"
#include "tui/list.h"

enum { ROWS_MOST = 2000, TABS = PROGRESS_LEVELS + 1, BAR = 10 };

struct progress_state {
	struct list list;
	int tab; /* a level, or the readers */
	struct expected_place *places;
	struct progress_reader *readers;
	int64_t n;
	bool loading;
	uint64_t serial;
};

/* ---- reading ---- */

struct progress_job {
	struct job job;
	uint64_t screen, serial;
	int tab;
	char user[ACCOUNT_ID];
	struct expected_place *places;
	struct progress_reader *readers;
	int64_t n;
};

static void
take_place(void *ctx, const struct expected_place *p)
{
	struct progress_job *j = ctx;

	if (j->n == ROWS_MOST)
		return;
	j->places = mem_grow(j->places, (size_t)j->n + 1, sizeof(*j->places));
	j->places[j->n++] = *p;
}

static void
take_reader(void *ctx, const struct progress_reader *r)
{
	struct progress_job *j = ctx;

	if (j->n == ROWS_MOST)
		return;
	j->readers = mem_grow(j->readers, (size_t)j->n + 1, sizeof(*j->readers));
	j->readers[j->n++] = *r;
}

static void
read_run(struct job *job, struct ledger *l)
{
	struct progress_job *j = (struct progress_job *)job;

	if (j->tab < PROGRESS_LEVELS)
		job->rc = expected_places(
			l, j->user, (enum progress_level)j->tab, take_place, j, &job->err);
	else
		job->rc = progress_readers(l, j->user, take_reader, j, &job->err);
}

static void
read_done(struct job *job, struct app *app)
{
	struct progress_job *j = (struct progress_job *)job;
	struct progress_state *s = app_screen_state(app, j->screen);

	if (s == NULL || j->serial != s->serial)
		return;
	s->loading = false;
	if (job->rc != RC_OK) {
		app_complain(app, &job->err);
		return;
	}
	free(s->places);
	free(s->readers);
	s->places = j->places;
	s->readers = j->readers;
	j->places = NULL;
	j->readers = NULL;
	s->n = j->n;
	list_set_total(&s->list, s->n);
	app_stale(app);
}

static void
read_release(struct job *job)
{
	struct progress_job *j = (struct progress_job *)job;

	free(j->places);
	free(j->readers);
	free(j);
}

static void
request(struct app *app, struct progress_state *s)
{
	struct progress_job *j = mem_zero(1, sizeof(*j));

	s->loading = true;
	j->job.run = read_run;
	j->job.done = read_done;
	j->job.release = read_release;
	j->screen = app_screen_id(app, s);
	j->serial = ++s->serial;
	j->tab = s->tab;
	str_copy(j->user, sizeof(j->user), app->session.user);
	app_read_take(app, READ_PAGE, &j->job);
}

/* ---- drawing ---- */

/* Columns of places from column 39 on, within 120. */
#define PLACE_FORMAT(done_, wide_, narrow_) \
	done_ " %6s %6s %6s " wide_ " " wide_ " " narrow_ " " narrow_ " " wide_ " " wide_ \
	      " " narrow_ " %6s"

/* Outcomes, work in hand and what waits, by three signs: colours only help. */
static void
draw_bar(const struct progress_place *p, int row, int column)
{
	int64_t done = p->approved + p->rejected + p->released, begun = p->in_review + p->query;
	int full = p->received > 0 ? (int)(done * BAR / p->received) : 0;
	int half = p->received > 0 ? (int)((done + begun) * BAR / p->received) : 0;

	for (int i = 0; i < BAR; i++)
		draw_text(row, column + i, 1,
			i < full           ? STYLE_GOOD
				: i < half ? STYLE_ACCENT
					   : STYLE_DIM,
			i < full           ? "█"
				: i < half ? "▒"
					   : "░");
}

/* "12.5%", "-" where nobody asked for anything. */
static void
complete_text(const struct expected_place *x, char to[24])
{
	if (expected_complete(x) < 0)
		str_copy(to, 24, "-");
	else
		snprintf(to, 24, "%.1f%%", expected_complete(x) / 10.0);
}

static void
known_text(const struct expected_place *x, int64_t n, char to[24])
{
	if (x->asks)
		snprintf(to, 24, "%lld", (long long)n);
	else
		str_copy(to, 24, "-");
}

static void
draw_place(const struct expected_place *x, int row, struct area a, bool cursor)
{
	const struct progress_place *p = &x->got;
	enum style s = cursor ? STYLE_CURSOR : STYLE_PLAIN;
	char age[CLOCK_TEXT] = "", where[220], complete[24], expected[24], missing[24];

	snprintf(where, sizeof(where), "%s%s%s%s%s", str_or_dash(p->study),
		*p->site != '\0' ? " · site " : "", p->site, *p->visit != '\0' ? " · " : "",
		p->visit);
	if (p->oldest != 0)
		clock_format_age(clock_now(NULL) - p->oldest, age);
	draw_text(row, a.column, a.columns, s, cursor ? " ▸" : "");
	complete_text(x, complete);
	known_text(x, x->expected, expected);
	known_text(x, x->missing, missing);
	draw_text(row, a.column + 2, 25, s, where);
	draw_bar(p, row, a.column + 28);
	draw_format(row, a.column + 39, a.columns - 39, s, PLACE_FORMAT("%5.1f%%", "%6lld", "%5lld"),
		progress_done(p) / 10.0, complete, expected, missing, (long long)p->received,
		(long long)p->quarantined, (long long)p->in_review, (long long)p->query,
		(long long)p->approved, (long long)p->rejected, (long long)x->queries, age);
}

static void
sparkline(const struct progress_reader *r, char to[PROGRESS_DAYS * 4 + 1])
{
	static const char *const steps[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	size_t used = 0;
	int most = 1;

	for (int i = 0; i < PROGRESS_DAYS; i++)
		most = r->day[i] > most ? r->day[i] : most;
	for (int i = 0; i < PROGRESS_DAYS; i++)
		used += (size_t)snprintf(to + used, PROGRESS_DAYS * 4 + 1 - used, "%s",
			r->day[i] == 0 ? "·" : steps[(int64_t)r->day[i] * 7 / most]);
}

static void
draw_reader(const struct progress_reader *r, int row, struct area a, bool cursor)
{
	enum style s = cursor ? STYLE_CURSOR : STYLE_PLAIN;
	char line[PROGRESS_DAYS * 4 + 1];

	sparkline(r, line);
	draw_text(row, a.column, a.columns, s, cursor ? " ▸" : "");
	draw_format(row, a.column + 2, 30, s, "%s (%s)", r->name, r->account);
	draw_text(row, a.column + 33, PROGRESS_DAYS, cursor ? s : STYLE_ACCENT, line);
	draw_format(row, a.column + 54, a.columns - 54, s, "%9lld %7lld %7lld %9.1f %7lld s",
		(long long)r->decisions, (long long)r->passes, (long long)r->fails,
		(double)progress_rate10(r) / 10, (long long)r->median_s);
}

static void
draw_head(const struct progress_state *s, struct area a)
{
	draw_text(a.row, a.column, a.columns, STYLE_DIM, "");
	if (s->tab < PROGRESS_LEVELS)
		draw_format(a.row, a.column + 2, a.columns - 2, STYLE_DIM,
			"%-36s " PLACE_FORMAT("%6s", "%6s", "%5s"), progress_level_names[s->tab],
			"done", "of all", "expect", "misses", "came", "wait", "begun", "query",
			"passed", "reject", "asked", "oldest");
	else
		draw_format(a.row, a.column + 2, a.columns - 2, STYLE_DIM,
			"%-30s %-20s %9s %7s %7s %9s %9s", "reviewer", "last 14 days", "decisions",
			"passes", "fails", "an hour", "median");
}

static void
progress_draw(struct app *app, void *state, struct area a)
{
	struct progress_state *s = state;

	(void)app;
	draw_head(s, a);
	if (s->n == 0)
		draw_text(a.row + 2, a.column + 4, a.columns - 4, STYLE_PLAIN,
			s->loading ? "loading..."
				: s->tab < PROGRESS_LEVELS
				? "Nothing has come yet where you have a role."
				: "Nothing was decided yet.");
	for (int i = 0; i < s->list.rows && s->list.first + i < s->n; i++) {
		int64_t at = s->list.first + i;

		if (s->places != NULL)
			draw_place(&s->places[at], a.row + 1 + i, a, at == s->list.at);
		else if (s->readers != NULL)
			draw_reader(&s->readers[at], a.row + 1 + i, a, at == s->list.at);
	}
	draw_text(a.row + a.rows - 1, a.column + 1, a.columns - 2, STYLE_DIM,
		s->tab < PROGRESS_LEVELS
			? "█ approved or rejected  ▒ in review or queried  ░ waiting   "
			  "of all: approved of what is expected by now  asked: open queries"
			: "an hour: of work, pauses of more than ten minutes are none");
}

static void
progress_top(struct app *app, void *state, char *left, char *right, size_t size)
{
	const struct progress_state *s = state;
	size_t used = 0;

	for (int i = 0; i < TABS && used < size; i++)
		used += (size_t)snprintf(left + used, size - used, "%s%s%s%s", i > 0 ? " · " : "",
			i == s->tab ? "[" : "",
			i < PROGRESS_LEVELS ? progress_level_names[i] : "reviewer",
			i == s->tab ? "]" : "");
	snprintf(right, size, "%s ", app->session.name);
}

/* ---- coming and keys ---- */

static void
progress_layout(struct app *app, void *state)
{
	list_set_rows(&((struct progress_state *)state)->list, app_body(app).rows - 2);
}

static void
progress_open(struct app *app, void *state, const void *argument)
{
	struct progress_state *s = state;

	(void)argument;
	s->list.rows = 1;
	progress_layout(app, s);
	request(app, s);
}

static void
progress_close(struct app *app, void *state)
{
	struct progress_state *s = state;

	(void)app;
	free(s->places);
	free(s->readers);
}

static unsigned
progress_have(struct app *app, void *state)
{
	(void)app, (void)state;
	return NEED_LIST;
}

static void
progress_command(struct app *app, void *state, enum command c, const char *argument)
{
	struct progress_state *s = state;

	(void)argument;
	if (list_command(&s->list, c)) {
		app_stale(app);
	} else if (c == CMD_RELOAD) {
		request(app, s);
	} else if (c == CMD_NEXT_QUEUE) {
		s->tab = (s->tab + 1) % TABS;
		list_go(&s->list, 0);
		request(app, s);
	}
}

static const enum command progress_keys[] = { CMD_NEXT, CMD_NEXT_QUEUE, CMD_RELOAD, CMD_HELP,
	CMD_BACK, CMD_NONE };

const struct screen_ops scr_progress_ops = {
	.title = "Progress",
	.section = "progress",
	.section2 = "list",
	.title2 = "On lists",
	.state_size = sizeof(struct progress_state),
	.open = progress_open,
	.close = progress_close,
	.layout = progress_layout,
	.top = progress_top,
	.draw = progress_draw,
	.have = progress_have,
	.command = progress_command,
	.key_line = progress_keys,
};
