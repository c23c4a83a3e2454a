/* Locked: nothing of the archive is on the terminal until the same person types the password again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/app.h"

struct lock_state {
	struct line password;
	bool checking;
	char problem[200];
};

struct unlock_job {
	struct job job;
	uint64_t screen;
	struct session
		session; /* a copy: the room of its key lives until the logout, which is a later job */
	char password[1024];
};

static void
unlock_run(struct job *job, struct ledger *l)
{
	struct unlock_job *j = (struct unlock_job *)job;

	job->rc = session_resume(l, &j->session, j->password, &job->err);
	key_wipe(j->password, sizeof(j->password));
}

static void
unlock_done(struct job *job, struct app *app)
{
	struct unlock_job *j = (struct unlock_job *)job;
	struct lock_state *s = app_screen_state(app, j->screen);

	if (s == NULL)
		return;
	s->checking = false;
	app_stale(app);
	if (job->rc == RC_OK)
		app_unlock(app, &j->session);
	else
		str_copy(s->problem, sizeof(s->problem), job->err.text);
}

static void
submit(struct app *app, struct lock_state *s)
{
	struct unlock_job *j = mem_zero(1, sizeof(*j));

	j->job.run = unlock_run;
	j->job.done = unlock_done;
	j->screen = app_screen_id(app, s);
	j->session = app->session;
	str_copy(j->password, sizeof(j->password), s->password.text);
	line_wipe(&s->password);
	s->checking = true;
	s->problem[0] = '\0';
	app_post_take(app, &j->job);
}

static void
lock_open(struct app *app, void *state, const void *argument)
{
	struct lock_state *s = state;

	(void)argument;
	s->password.secret = true;
	term_erase_all(app->term);
	app->repaint = true;
}

static void
lock_close(struct app *app, void *state)
{
	(void)app;
	line_wipe(&((struct lock_state *)state)->password);
}

/* Every key goes into the field: none is a command here. */
static bool
lock_key(struct app *app, void *state, const struct key *k)
{
	struct lock_state *s = state;

	if (s->checking)
		return true;
	if (k->code == K_ENTER)
		submit(app, s);
	else if (k->code == K_ESC)
		app_log_out(app);
	else
		line_key(&s->password, k);
	return true;
}

static void
lock_draw(struct app *app, void *state, struct area a)
{
	struct lock_state *s = state;
	int row = a.row + 2, column = a.column + 4;

	draw_format(row, column, 60, STYLE_BOLD, "Locked by %s (%s)", app->session.name,
		app->session.user);
	draw_text(row + 2, column, 10, STYLE_PLAIN, "Password");
	line_draw(&s->password, row + 2, column + 10, 34, !s->checking);
	draw_text(row + 4, column, 60, s->checking ? STYLE_ACCENT : STYLE_WARN,
		s->checking ? "checking..." : s->problem);
	draw_text(row + 6, column, 60, STYLE_DIM, "Enter go on   Esc log out");
}

const struct screen_ops scr_lock_ops = {
	.title = "Locked",
	.section = "login",
	.state_size = sizeof(struct lock_state),
	.open = lock_open,
	.close = lock_close,
	.key = lock_key,
	.draw = lock_draw,
};
