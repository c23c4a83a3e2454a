/* Login: user, password, and nothing of the archive before both are right. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/app.h"

struct login_state {
	struct line user, password;
	bool on_password;
	bool checking;
	char problem[200];
};

struct login_job {
	struct job job;
	uint64_t screen;
	char user[64], password[1024], source[160];
	struct session session;
	struct worklist_step steps[WORKLIST_STEPS];
	size_t step_count;
};

/* Where this entry comes from, kept with everything the session does (11.10(h)). */
static void
describe_source(const struct app *app, char *to, size_t size)
{
	const char *ssh = getenv("SSH_CONNECTION"), *tty = ttyname(STDIN_FILENO);
	char address[64] = "local";

	if (ssh != NULL)
		str_copy(address, sizeof(address), ssh);
	address[strcspn(address, " ")] = '\0';
	snprintf(to, size, "%s %s %s", address, tty != NULL ? tty : "?", term_describe(app->term));
}

static void
login_run(struct job *job, struct ledger *l)
{
	struct login_job *j = (struct login_job *)job;

	job->rc = session_open(l, j->user, j->password, j->source, &j->session, &job->err);
	key_wipe(j->password, sizeof(j->password));
	if (job->rc == RC_OK)
		worklist_steps(l, &j->session, j->steps, &j->step_count, NULL);
}

static void
login_done(struct job *job, struct app *app)
{
	struct login_job *j = (struct login_job *)job;
	struct login_state *s = app_screen_state(app, j->screen);

	if (s == NULL) {
		if (job->rc == RC_OK)
			key_wipe(&j->session, sizeof(j->session));
		return;
	}
	s->checking = false;
	line_wipe(&s->password);
	app_stale(app);
	if (job->rc != RC_OK) {
		str_copy(s->problem, sizeof(s->problem), job->err.text);
		return;
	}
	app->session = j->session;
	app->logged_in = true;
	app_reset(app, &scr_worklist_ops, NULL);
}

static void
submit(struct app *app, struct login_state *s)
{
	struct login_job *j = mem_zero(1, sizeof(*j));

	j->job.run = login_run;
	j->job.done = login_done;
	j->screen = app_screen_id(app, s);
	str_fold(j->user, sizeof(j->user), s->user.text);
	str_copy(j->password, sizeof(j->password), s->password.text);
	describe_source(app, j->source, sizeof(j->source));
	s->checking = true;
	s->problem[0] = '\0';
	app_post_take(app, &j->job);
}

static void
login_open(struct app *app, void *state, const void *argument)
{
	struct login_state *s = state;

	(void)app, (void)argument;
	s->password.secret = true;
}

static void
login_close(struct app *app, void *state)
{
	struct login_state *s = state;

	(void)app;
	line_wipe(&s->password);
	line_wipe(&s->user);
}

static bool
login_key(struct app *app, void *state, const struct key *k)
{
	struct login_state *s = state;

	if (s->checking)
		return true;
	if (k->code == K_ENTER && !s->on_password) {
		s->on_password = true;
		return true;
	}
	if (k->code == K_ENTER) {
		if (s->user.n > 0)
			submit(app, s);
		else
			s->on_password = false;
		return true;
	}
	if (k->code == K_TAB || k->code == K_BACKTAB || k->code == K_UP || k->code == K_DOWN) {
		s->on_password = !s->on_password;
		return true;
	}
	if (k->code == K_ESC || k->code == (KEY_CTRL | 'c') || k->code == (KEY_CTRL | 'd')) {
		app_quit(app);
		return true;
	}
	return line_key(s->on_password ? &s->password : &s->user, k);
}

static void
draw_accounts(struct app *app, int row, int column)
{
	draw_text(row, column, 60, STYLE_ACCENT, "This is a demonstration archive.  Its accounts:");
	for (int i = 0; account_role_names[i] != NULL; i++)
		draw_text(row + 1 + i / 4, column + 2 + 14 * (i % 4), 13, STYLE_BOLD,
			account_role_names[i]);
	draw_text(row + 4, column, 60, STYLE_PLAIN, "The password of each is quarantine-demo");
	(void)app;
}

static void
login_draw(struct app *app, void *state, struct area a)
{
	struct login_state *s = state;
	int row = a.row + 2, column = a.column + (a.columns > 80 ? (a.columns - 64) / 2 : 4);

	draw_text(row, column, 60, STYLE_BOLD, "wetread " WETREAD_VERSION);
	draw_text(row + 1, column, 60, STYLE_DIM,
		"curate and quality-check the images of clinical trials");
	draw_format(row + 3, column, a.columns - column - 1, STYLE_DIM, "%s", app->archive);
	draw_text(row + 5, column, 10, STYLE_PLAIN, "User");
	line_draw(&s->user, row + 5, column + 10, 34, !s->on_password && !s->checking);
	draw_text(row + 6, column, 10, STYLE_PLAIN, "Password");
	line_draw(&s->password, row + 6, column + 10, 34, s->on_password && !s->checking);
	if (s->checking)
		draw_text(row + 8, column, 60, STYLE_ACCENT, "checking...");
	else
		draw_text(row + 8, column, 60, STYLE_WARN, s->problem);
	if (app->demo)
		draw_accounts(app, row + 10, column);
	draw_text(a.row + a.rows, a.column, a.columns, app->status_style, app->status);
}

static void
login_top(struct app *app, void *state, char *left, char *right, size_t size)
{
	(void)state, (void)left;
	snprintf(right, size, "%s ", app->demo ? "demonstration" : "");
}

const struct screen_ops scr_login_ops = {
	.title = "Login",
	.section = "login",
	.state_size = sizeof(struct login_state),
	.open = login_open,
	.close = login_close,
	.key = login_key,
	.top = login_top,
	.draw = login_draw,
};
