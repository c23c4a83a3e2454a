/* One event of the log in full.  Up and down go to its neighbours among those that the list shows; pages scroll. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/history.h"
#include "tui/audit.h"

struct event_state {
	char words[AUDIT_WORDS];
	int64_t seq;
	char *text;      /* its lines; NULL: not there yet */
	int first, rows; /* of its lines shown */
	bool loading;
};

enum direction { SAME, NEWER, OLDER };

struct event_job {
	struct job job;
	uint64_t screen;
	struct session session;
	char words[AUDIT_WORDS];
	int64_t seq;
	enum direction where;
	char *text;
};

static void
event_release(struct job *job)
{
	free(((struct event_job *)job)->text);
	free(job);
}

static bool
take(void *ctx, const struct history_event *ev)
{
	struct event_job *j = ctx;

	j->seq = ev->seq;
	j->text = history_full(ev);
	return false;
}

static void
event_run(struct job *job, struct ledger *l)
{
	struct event_job *j = (struct event_job *)job;
	struct history_query q = { .newest_first = j->where == OLDER, .beyond = j->seq, .limit = 1 };

	if (j->where == SAME) {
		job->rc = history_one(l, &j->session, j->seq, take, j, &job->err);
		return;
	}
	job->rc = history_words(l, j->words, &q.filter, &job->err);
	if (job->rc == RC_OK)
		job->rc = history_read(l, &j->session, &q, take, j, NULL, &job->err);
}

static void
event_done(struct job *job, struct app *app)
{
	struct event_job *j = (struct event_job *)job;
	struct event_state *s = app_screen_state(app, j->screen);

	if (s == NULL)
		return;
	s->loading = false;
	app_stale(app);
	if (job->rc != RC_OK) {
		app_complain(app, &job->err);
	} else if (j->text == NULL) {
		app_say(app, STYLE_DIM, "this is the %s of those shown",
			j->where == OLDER ? "oldest" : "newest");
	} else {
		free(s->text);
		s->text = j->text;
		j->text = NULL;
		s->seq = j->seq;
		s->first = 0;
	}
}

static void
ask(struct app *app, struct event_state *s, enum direction where)
{
	struct event_job *j;

	if (s->loading)
		return;
	s->loading = true;
	j = mem_zero(1, sizeof(*j));
	j->job.run = event_run;
	j->job.done = event_done;
	j->job.release = event_release;
	j->screen = app_screen_id(app, s);
	j->session = app->session;
	memset(&j->session.key, 0, sizeof(j->session.key)); /* reading takes none */
	j->seq = s->seq;
	j->where = where;
	str_copy(j->words, sizeof(j->words), s->words);
	app_read_take(app, READ_PAGE, &j->job);
}

static void
event_open(struct app *app, void *state, const void *argument)
{
	struct event_state *s = state;
	const struct event_argument *a = argument;

	s->seq = a->seq;
	str_copy(s->words, sizeof(s->words), a->words);
	ask(app, s, SAME);
}

static void
event_close(struct app *app, void *state)
{
	(void)app;
	free(((struct event_state *)state)->text);
}

/* Long values, signatures above all, go on in the next line: how many bytes of *p make one, and *p behind it. */
static size_t
next_line(const char **p, int columns)
{
	size_t line = strcspn(*p, "\n"), n = str_fit(*p, (size_t)columns);

	if (n > line || n == 0) /* it fits, or not one character does */
		n = line;
	*p += n;
	if (**p == '\n')
		++*p;
	return n;
}

/* Here and not where keys are read: the window may have changed its size since it was drawn. */
static void
stay_inside(struct event_state *s, struct area a)
{
	int lines = 0;

	for (const char *p = s->text; *p != '\0'; lines++)
		next_line(&p, a.columns - 3);
	s->rows = a.rows;
	if (s->first > lines - a.rows)
		s->first = lines - a.rows;
	if (s->first < 0)
		s->first = 0;
}

static void
event_draw(struct app *app, void *state, struct area a)
{
	struct event_state *s = state;
	const char *p = s->text, *line;

	(void)app;
	if (p == NULL) {
		draw_text(a.row + 1, a.column + 4, a.columns - 4, STYLE_DIM,
			s->loading ? "loading..." : "");
		return;
	}
	stay_inside(s, a);
	for (int at = 0; line = p, *p != '\0'; at++) {
		int n = (int)next_line(&p, a.columns - 3), row = at - s->first;

		if (row >= 0 && row < a.rows)
			draw_format(a.row + row, a.column + 2, a.columns - 3,
				at == 0 && strncmp(line, "signed by", 9) == 0 ? STYLE_BOLD
									      : STYLE_PLAIN,
				"%.*s", n, line);
	}
}

static void
event_top(struct app *app, void *state, char *left, char *right, size_t size)
{
	struct event_state *s = state;

	(void)app, (void)right;
	snprintf(left, size, "%lld", (long long)s->seq);
}

static void
event_command(struct app *app, void *state, enum command c, const char *argument)
{
	struct event_state *s = state;

	(void)argument;
	if (c == CMD_NEXT)
		ask(app, s, OLDER);
	else if (c == CMD_PREVIOUS)
		ask(app, s, NEWER);
	else if (c == CMD_PAGE_DOWN)
		s->first += s->rows;
	else if (c == CMD_PAGE_UP)
		s->first -= s->rows;
	else if (c == CMD_FIRST)
		s->first = 0;
	else if (c == CMD_LAST)
		s->first = 1 << 20; /* drawing finds the last that makes sense */
	else if (c == CMD_OPEN)
		app_pop(app);
}

static unsigned
event_have(struct app *app, void *state)
{
	(void)app, (void)state;
	return NEED_LIST | NEED_ROW;
}

static void
event_mouse(struct app *app, void *state, const struct key *k)
{
	struct event_state *s = state;

	if (k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN)
		s->first += k->mouse == MOUSE_WHEEL_UP ? -1 : 1;
	app_stale(app);
}

static const enum command event_keys[] = { CMD_NEXT, CMD_PREVIOUS, CMD_PAGE_DOWN, CMD_HELP,
	CMD_BACK, CMD_NONE };

const struct screen_ops scr_event_ops = {
	.title = "Event",
	.section = "event",
	.section2 = "list",
	.state_size = sizeof(struct event_state),
	.open = event_open,
	.close = event_close,
	.top = event_top,
	.draw = event_draw,
	.have = event_have,
	.command = event_command,
	.mouse = event_mouse,
	.key_line = event_keys,
};
