/* Login: user, password, and nothing of the archive before both are right.  A password that is too old or temporary is
 * replaced here first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/setting.h"
#include "tui/app.h"
#include "tui/origin.h"

enum { FIELD_USER, FIELD_PASSWORD, FIELD_FRESH, FIELD_AGAIN, FIELDS };

struct login_state {
	struct line line[FIELDS];
	int field;
	bool changing; /* the two new ones are asked for as well */
	bool checking;
	char problem[200];
};

struct login_job {
	struct job job;
	uint64_t screen;
	char user[64], password[1024], fresh[1024], source[160]; /* fresh: "" none */
	struct session session;
	struct account_notice notice;
	struct worklist_step steps[WORKLIST_STEPS];
	size_t step_count;
	int64_t idle_min;
	struct notices notices;
};

/* Where this entry comes from, kept with everything the session does (11.10(h)). */
static void
describe_source(const struct app *app, char *to, size_t size)
{
	const char *tty = ttyname(STDIN_FILENO);
	char address[ORIGIN_ADDRESS], key[ORIGIN_KEY];

	origin_address(address);
	origin_key(key);
	snprintf(to, size, "%s%s %s %s", address, key, tty != NULL ? tty : "?",
		term_describe(app->term));
}

static void
login_run(struct job *job, struct ledger *l)
{
	struct login_job *j = (struct login_job *)job;

	const struct account_passwords p = {
		.user = j->user, .old = j->password, .fresh = j->fresh, .source = j->source
	};
	bool change = j->fresh[0] != '\0';

	job->rc = change ? account_change_password(l, &p, &job->err) : RC_OK;
	if (job->rc == RC_OK)
		job->rc = session_open(l, j->user, change ? j->fresh : j->password, j->source,
			&j->session, &job->err);
	key_wipe(j->password, sizeof(j->password));
	key_wipe(j->fresh, sizeof(j->fresh));
	if (job->rc == RC_OK && session_has_role(&j->session, "officer"))
		account_notice(l, &j->session, &j->notice, NULL);
	if (job->rc == RC_OK)
		worklist_steps(l, &j->session, j->steps, &j->step_count, NULL);
	if (job->rc == RC_OK)
		notice_read(l, &j->session, &j->notices);
	j->idle_min = setting_number(l, SETTING_IDLE_MINUTES);
}

/* What was done in the user's name, and for an officer, what asks for a look. */
static void
say_facts(struct app *app, const struct login_job *j)
{
	const struct account_notice *n = &j->notice;
	char text[LOGIN_FACTS_TEXT];

	login_facts_text(&j->session.before, text);
	str_clean(text);
	if (n->locked > 0 || n->failures > 0)
		app_say(app, STYLE_WARN, "%lld locked, %lld failed logins since.  %s",
			(long long)n->locked, (long long)n->failures, text);
	else
		app_say(app, j->session.before.failures > 0 ? STYLE_WARN : STYLE_DIM, "%s", text);
}

static void
login_refused(struct login_state *s, const struct login_job *j)
{
	str_copy(s->problem, sizeof(s->problem), j->job.err.text);
	line_wipe(&s->line[FIELD_FRESH]);
	line_wipe(&s->line[FIELD_AGAIN]);
	if (j->session.must_change) {
		s->changing = true;
		s->field = FIELD_FRESH;
		return;
	}
	/* a new one that was not taken leaves the old one standing */
	s->field = s->changing && j->job.rc == RC_INVALID ? FIELD_FRESH : FIELD_PASSWORD;
	if (s->field == FIELD_PASSWORD) {
		s->changing = false;
		line_wipe(&s->line[FIELD_PASSWORD]);
	}
}

/* Who has no worklist but reads records for a living begins with the record; who gathers data, with what there is to do. */
static const struct screen_ops *
first_screen(const struct login_job *j)
{
	if (j->step_count == 0 && session_has_role(&j->session, "auditor"))
		return &scr_audit_ops;
	return j->step_count == 0 &&
			(session_has_role(&j->session, "coordinator") ||
				session_has_role(&j->session, "manager"))
		? &scr_desk_ops
		: &scr_worklist_ops;
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
	app_stale(app);
	if (job->rc != RC_OK) {
		login_refused(s, j);
		return;
	}
	app->session = j->session;
	app->logged_in = true;
	app->asks_id = true;
	app->idle_min = j->idle_min;
	app->notices = j->notices;
	app->notices.text[NOTICE_ANCHORS][0] = '\0'; /* not told by say_facts */
	app->lease_task = 0;
	app_reset(app, first_screen(j), NULL);
	say_facts(app, j);
}

static void
submit(struct app *app, struct login_state *s)
{
	struct login_job *j = mem_zero(1, sizeof(*j));

	j->job.run = login_run;
	j->job.done = login_done;
	j->screen = app_screen_id(app, s);
	str_fold(j->user, sizeof(j->user), s->line[FIELD_USER].text);
	str_copy(j->password, sizeof(j->password), s->line[FIELD_PASSWORD].text);
	if (s->changing)
		str_copy(j->fresh, sizeof(j->fresh), s->line[FIELD_FRESH].text);
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
	for (int i = FIELD_PASSWORD; i < FIELDS; i++)
		s->line[i].secret = true;
}

static void
login_close(struct app *app, void *state)
{
	struct login_state *s = state;

	(void)app;
	for (int i = 0; i < FIELDS; i++)
		line_wipe(&s->line[i]);
}

/* Enter: the next field, after the last one the check. */
static void
enter(struct app *app, struct login_state *s)
{
	int last = s->changing ? FIELD_AGAIN : FIELD_PASSWORD;

	if (app->read_only[0] != '\0') {
		line_wipe(&s->line[FIELD_PASSWORD]);
		str_copy(s->problem, sizeof(s->problem), app->read_only);
	} else if (s->field < last) {
		s->field++;
	} else if (s->line[FIELD_USER].n == 0) {
		s->field = FIELD_USER;
	} else if (s->changing &&
		(s->line[FIELD_FRESH].n == 0 ||
			strcmp(s->line[FIELD_FRESH].text, s->line[FIELD_AGAIN].text) != 0)) {
		str_copy(s->problem, sizeof(s->problem), "the two new passwords are not the same");
		line_wipe(&s->line[FIELD_FRESH]);
		line_wipe(&s->line[FIELD_AGAIN]);
		s->field = FIELD_FRESH;
	} else {
		submit(app, s);
	}
}

static bool
login_key(struct app *app, void *state, const struct key *k)
{
	struct login_state *s = state;
	int fields = s->changing ? FIELDS : FIELD_FRESH;

	if (s->checking)
		return true;
	if (k->code == K_ENTER) {
		enter(app, s);
		return true;
	}
	if (k->code == K_TAB || k->code == K_DOWN) {
		s->field = (s->field + 1) % fields;
		return true;
	}
	if (k->code == K_BACKTAB || k->code == K_UP) {
		s->field = (s->field + fields - 1) % fields;
		return true;
	}
	if (k->code == K_ESC || k->code == (KEY_CTRL | 'c') || k->code == (KEY_CTRL | 'd')) {
		app_quit(app);
		return true;
	}
	return line_key(&s->line[s->field], k);
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

/* A login is an event, so there is none: no event, no change. */
static void
draw_read_only(const struct app *app, int row, int column, int width)
{
	draw_text(row, column, width, STYLE_WARN, app->read_only);
	draw_text(row + 1, column, width, STYLE_PLAIN,
		"A login is an event of the record: nobody can log in until it can be written.");
	draw_text(row + 2, column, width, STYLE_PLAIN,
		"These read it as it is: wetread show, worklist, history; wetread-verify");
}

static void
login_draw(struct app *app, void *state, struct area a)
{
	static const char *const labels[FIELDS] = { "User", "Password", "New password", "Again" };
	struct login_state *s = state;
	int below, row = a.row + 2, column = a.column + (a.columns > 80 ? (a.columns - 64) / 2 : 4);

	draw_text(row, column, 60, STYLE_BOLD, "wetread " WETREAD_VERSION);
	draw_text(row + 1, column, 60, STYLE_DIM,
		"curate and quality-check the images of clinical trials");
	draw_format(row + 3, column, a.columns - column - 1, STYLE_DIM, "%s", app->archive);
	for (int i = 0; i < (s->changing ? FIELDS : FIELD_FRESH); i++) {
		draw_text(row + 5 + i, column, 13, STYLE_PLAIN, labels[i]);
		line_draw(&s->line[i], row + 5 + i, column + 14, 34, s->field == i && !s->checking);
	}
	below = row + (s->changing ? 10 : 8);
	if (s->checking)
		draw_text(below, column, 60, STYLE_ACCENT, "checking...");
	else
		draw_text(below, column, a.columns - column - 1, STYLE_WARN, s->problem);
	if (app->read_only[0] != '\0')
		draw_read_only(app, below, column, a.columns - column - 1);
	else if (app->demo)
		draw_accounts(app, below + 2, column);
	draw_text(a.row + a.rows, a.column, a.columns, app->status_style, app->status);
}

static void
login_top(struct app *app, void *state, char *left, char *right, size_t size)
{
	(void)state, (void)left;
	snprintf(right, size, "%s ",
		app->read_only[0] != '\0' ? "read only"
			: app->demo       ? "demonstration"
					  : "");
}

const struct screen_ops scr_login_ops = {
	.title = "Login",
	.section = "login",
	.takes_text = true,
	.state_size = sizeof(struct login_state),
	.open = login_open,
	.close = login_close,
	.key = login_key,
	.top = login_top,
	.draw = login_draw,
};
