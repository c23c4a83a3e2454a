/* A query: what was asked, every line since, and the next one. */
#include <ncursesw/curses.h>

#include "tui/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/trial/where.h"
#include "tui/app.h"

enum { LINES_MOST = 200 };

struct query_screen {
	int64_t id;
	struct query_row q;
	struct query_line *line;
	size_t n;
	bool loaded, writing;
	enum query_state to; /* what is written leads there */
	bool to_site;
	struct line text;
	char problem[300];
};

/* ---- reading and writing ---- */

struct query_job {
	struct job job;
	uint64_t screen;
	struct session session;
	struct query_step step; /* step.text NULL: only reads */
	char text[1024];
	struct query_row q;
	struct query_line *line;
	size_t n;
};

static void
take_line(void *ctx, const struct query_line *n)
{
	struct query_job *j = ctx;

	if (j->n < LINES_MOST)
		j->line[j->n++] = *n;
}

static void
query_run(struct job *job, struct ledger *l)
{
	struct query_job *j = (struct query_job *)job;

	if (j->step.text != NULL)
		job->rc = query_step(l, &j->session, &j->step, &job->err);
	if (job->rc == RC_OK)
		job->rc = query_read(l, j->step.id, &j->q, &job->err);
	if (job->rc == RC_OK)
		job->rc = query_lines(l, j->step.id, take_line, j, &job->err);
}

static void
query_done(struct job *job, struct app *app)
{
	struct query_job *j = (struct query_job *)job;
	struct query_screen *s = app_screen_state(app, j->screen);

	if (job->rc == RC_OK && j->step.text != NULL)
		app_say(app, STYLE_GOOD, "query #%lld is %s", (long long)j->q.id,
			query_states[j->q.state]);
	if (s == NULL) {
		if (job->rc != RC_OK)
			app_complain(app, &job->err);
		return;
	}
	s->problem[0] = '\0';
	if (job->rc != RC_OK) {
		str_copy(s->problem, sizeof(s->problem), job->err.text);
	} else {
		free(s->line);
		s->line = j->line;
		j->line = NULL;
		s->q = j->q;
		s->n = j->n;
		s->loaded = true;
	}
	app_stale(app);
}

static void
query_job_release(struct job *job)
{
	free(((struct query_job *)job)->line);
	free(job);
}

/* text NULL: read it. */
static void
request(struct app *app, struct query_screen *s, const char *text)
{
	struct query_job *j = mem_zero(1, sizeof(*j));

	j->job.run = query_run;
	j->job.done = query_done;
	j->job.release = query_job_release;
	j->screen = app_screen_id(app, s);
	j->session = app->session;
	j->line = mem_zero(LINES_MOST, sizeof(*j->line));
	j->step.id = s->id;
	j->step.state = s->to;
	j->step.owner = s->to_site ? "site" : NULL;
	if (text != NULL) {
		str_copy(j->text, sizeof(j->text), text);
		j->step.text = j->text;
	}
	app_post_take(app, &j->job);
}

/* ---- drawing ---- */

static int
put(int row, int end, struct area a, enum style st, const char *text)
{
	size_t skip, n;

	while (row < end && *text != '\0') {
		n = draw_wrap(text, (size_t)a.columns, &skip);
		draw_format(row++, a.column, a.columns, st, "%.*s", (int)n, text);
		text += skip;
	}
	return row;
}

static int
draw_thread(const struct query_screen *s, int row, int end, struct area a)
{
	struct area inside = { 0, a.column + 4, 0, a.columns - 6 };
	char when[CLOCK_TEXT];

	for (size_t i = 0; i < s->n && row < end; i++) {
		const struct query_line *n = &s->line[i];

		clock_format_local(n->at, when);
		draw_format(row++, a.column + 1, a.columns - 2, STYLE_DIM, "%.19s  %s%s%s%s  %s%s",
			when, n->name, n->role[0] != '\0' ? " (" : "", n->role,
			n->role[0] != '\0' ? ")" : "", query_states[n->state],
			i + 1 == s->n && n->owner[0] != '\0' ? ":" : "");
		row = put(row, end, inside, STYLE_PLAIN, n->text);
	}
	return row;
}

static void
draw_writing(const struct query_screen *s, struct area a)
{
	static const char *const words[] = { [QUERY_UPDATED] = "What is added or asked again?",
		[QUERY_PROPOSED] = "What is the answer?",
		[QUERY_CLOSED] = "Why is it closed?",
		[QUERY_NONE] = "Why does it not apply?",
		[QUERY_NEW] = "" };
	int row = a.row + a.rows - 4;

	draw_format(row, a.column + 1, a.columns - 2, STYLE_BOLD, "%s%s", words[s->to],
		s->to_site ? " (for the site)" : "");
	line_draw(&s->text, row + 1, a.column + 1, a.columns - 2, true);
	draw_text(row + 2, a.column + 1, a.columns - 2, STYLE_DIM, "Enter writes it  Esc leaves it");
}

static void
query_draw(struct app *app, void *state, struct area a)
{
	struct query_screen *s = state;
	int end = a.row + a.rows - (s->writing ? 5 : 2), row = a.row + 1;
	struct area inside = { 0, a.column + 1, 0, a.columns - 2 };
	char where[CASE_KEY];

	(void)app;
	if (s->loaded) {
		where_name(&(struct case_at){ s->q.kind, s->q.object }, where, sizeof(where));
		draw_format(row++, a.column + 1, a.columns - 2, STYLE_BOLD, "#%lld %s",
			(long long)s->id, query_states[s->q.state]);
		draw_format(row++, a.column + 1, a.columns - 2, STYLE_PLAIN,
			"about %s%s%s%s%s  %s  now for %s, closed by %s", where,
			s->q.form[0] != '\0' ? ", form " : "", s->q.form,
			s->q.field[0] != '\0' ? ", field " : "", s->q.field, query_types[s->q.type],
			str_or_dash(s->q.owner), s->q.side);
		row = draw_thread(s, row + 1, end, a);
	}
	if (s->problem[0] != '\0')
		put(row + 1, end + 1, inside, STYLE_WARN, s->problem);
	if (s->writing)
		draw_writing(s, a);
}

static void
query_top(struct app *app, void *state, char *left, char *right, size_t size)
{
	struct query_screen *s = state;

	if (s->loaded)
		snprintf(left, size, "%s %s %s", s->q.trial, s->q.subject, s->q.visit);
	snprintf(right, size, "%s ", app->session.name);
}

/* ---- keys ---- */

static void
query_command(struct app *app, void *state, enum command c, const char *argument)
{
	static const struct {
		enum command command;
		enum query_state to;
		bool site;
	} steps[] = {
		{ CMD_ANSWER, QUERY_PROPOSED, false },
		{ CMD_CLOSE_QUERY, QUERY_CLOSED, false },
		{ CMD_ASK_AGAIN, QUERY_UPDATED, false },
		{ CMD_ASK_SITE, QUERY_UPDATED, true },
		{ CMD_DROP_QUERY, QUERY_NONE, false },
	};
	struct query_screen *s = state;

	for (size_t i = 0; i < MEM_COUNT(steps); i++) {
		if (steps[i].command != c)
			continue;
		s->to = steps[i].to;
		s->to_site = steps[i].site;
		s->writing = true;
		s->problem[0] = '\0';
		line_set(&s->text, argument != NULL ? argument : "");
	}
	app_stale(app);
}

static bool
query_key(struct app *app, void *state, const struct key *k)
{
	struct query_screen *s = state;

	if (!s->writing)
		return false;
	if (k->code == K_ESC) {
		s->writing = false;
	} else if (k->code == K_ENTER && s->text.n > 0) {
		s->writing = false;
		request(app, s, s->text.text);
	} else {
		line_key(&s->text, k);
	}
	app_stale(app);
	return true;
}

static unsigned
query_have(struct app *app, void *state)
{
	(void)app;
	return ((struct query_screen *)state)->loaded ? NEED_QUERY : 0;
}

static void
query_open_screen(struct app *app, void *state, const void *argument)
{
	struct query_screen *s = state;

	s->id = ((const struct query_argument *)argument)->id;
	request(app, s, NULL);
}

static void
query_close(struct app *app, void *state)
{
	(void)app;
	free(((struct query_screen *)state)->line);
}

static const enum command query_keys[] = { CMD_ANSWER, CMD_CLOSE_QUERY, CMD_ASK_AGAIN, CMD_ASK_SITE,
	CMD_DROP_QUERY, CMD_HELP, CMD_BACK, CMD_NONE };

const struct screen_ops scr_query_ops = {
	.title = "Query",
	.section = "query",
	.state_size = sizeof(struct query_screen),
	.open = query_open_screen,
	.close = query_close,
	.top = query_top,
	.draw = query_draw,
	.have = query_have,
	.command = query_command,
	.key = query_key,
	.key_line = query_keys,
};
