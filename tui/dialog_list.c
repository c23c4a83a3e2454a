/* Passing a list of series with one signature. */
#include "tui/dialog_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/signing.h"

typedef void (*list_done_fn)(struct app *app, uint64_t screen, const int64_t *tasks, size_t n);

struct list_dialog {
	struct dialog d;
	struct dialog_rows rows;
	uint64_t screen;
	list_done_fn done;
	struct line user, password;
	bool on_user, asks_id, signing;
	size_t first; /* the first row shown */
	char problem[240];
};

static const struct dialog_ops dialog_list_ops;

/* ---- the rows ---- */

bool
dialog_rows_has(const struct dialog_rows *rows, int64_t task)
{
	for (size_t i = 0; i < rows->n; i++)
		if (rows->row[i].task == task)
			return true;
	return false;
}

bool
dialog_rows_toggle(struct dialog_rows *rows, const struct worklist_row *r)
{
	struct dialog_row *to;

	for (size_t i = 0; i < rows->n; i++)
		if (rows->row[i].task == r->task) {
			rows->row[i] = rows->row[--rows->n];
			return true;
		}
	if (rows->n == DECISION_BATCH)
		return false;
	to = &rows->row[rows->n++];
	to->task = r->task;
	to->series = r->series;
	to->revision = r->revision;
	str_copy(to->step, sizeof(to->step), r->step);
	snprintf(to->what, sizeof(to->what), "%.12s %.40s, %.20s %.12s", r->series_name,
		r->description, r->subject, r->visit);
	return true;
}

/* ---- the job ---- */

struct list_job {
	struct job job;
	struct session session; /* a copy: its key lives until the logout, which is a later job */
	struct dialog_rows rows;
	uint64_t screen;
	list_done_fn done;
	char user[ACCOUNT_ID + 8], password[1024];
	bool asks_id;
	struct decision_receipt out[DECISION_BATCH];
	struct err errs[DECISION_BATCH];
};

static void
list_run(struct job *job, struct ledger *l)
{
	struct list_job *j = (struct list_job *)job;
	struct decision_request r[DECISION_BATCH];

	for (size_t i = 0; i < j->rows.n; i++)
		r[i] = (struct decision_request){
			.series = j->rows.row[i].series,
			.step = j->rows.row[i].step,
			.verdict = "pass",
			.note = "",
			.revision = j->rows.row[i].revision,
			.seen = "signed from a list",
			.user = j->asks_id ? j->user : NULL,
			.password = j->password,
		};
	job->rc = decision_sign_batch(l, &j->session, r, j->rows.n, j->out, j->errs, &job->err);
	key_wipe(j->password, sizeof(j->password));
	j->asks_id = signing_asks_id(l, &j->session);
}

/* What was signed, and the first reason why another was not. */
static void
tell(struct app *app, const struct list_job *j, char problem[240])
{
	int64_t tasks[DECISION_BATCH];
	size_t n = 0, last = 0, refused = j->rows.n;

	for (size_t i = 0; i < j->rows.n; i++) {
		if (j->out[i].number > 0) {
			tasks[n++] = j->rows.row[i].task;
			last = i;
		} else if (refused == j->rows.n && j->errs[i].rc != RC_OK) {
			refused = i;
		}
	}
	problem[0] = '\0';
	if (n > 0) {
		app->signed_count += (int64_t)n;
		app_say(app, STYLE_GOOD, "signed #%lld: %s passed, the last of %zu",
			(long long)j->out[last].number, j->rows.row[last].step, n);
		j->done(app, j->screen, tasks, n);
	}
	if (refused < j->rows.n) /* where the password was wrong there is no reason of a row */
		snprintf(problem, 240, "%zu of %zu signed. %.*s: %.150s", n, j->rows.n,
			(int)strcspn(j->rows.row[refused].what, " "), j->rows.row[refused].what,
			j->errs[refused].text);
}

static void
list_done(struct job *job, struct app *app)
{
	struct list_job *j = (struct list_job *)job;
	struct list_dialog *d = (struct list_dialog *)app->dialog;
	char problem[240];
	bool here = d != NULL && d->d.ops == &dialog_list_ops && d->screen == j->screen;

	app->asks_id = j->asks_id;
	tell(app, j, problem);
	if (job->rc == RC_OK && here) {
		dialog_close(app);
		return;
	}
	if (job->rc != RC_OK && problem[0] == '\0')
		str_copy(problem, sizeof(problem), job->err.text);
	if (!here) {
		if (problem[0] != '\0')
			app_say(app, STYLE_WARN, "%s", problem);
		return;
	}
	d->signing = false;
	d->asks_id = app->asks_id;
	line_wipe(&d->password);
	for (size_t i = 0, k = 0; i < j->rows.n; i++) /* what is left to sign */
		if (j->out[i].number == 0) {
			d->rows.row[k++] = j->rows.row[i];
			d->rows.n = k;
		}
	str_copy(d->problem, sizeof(d->problem), problem);
	app_stale(app);
}

static void
post(struct app *app, struct list_dialog *d)
{
	struct list_job *j = mem_zero(1, sizeof(*j));

	j->job.run = list_run;
	j->job.done = list_done;
	j->session = app->session;
	j->rows = d->rows;
	j->screen = d->screen;
	j->done = d->done;
	j->asks_id = d->asks_id;
	str_copy(j->user, sizeof(j->user), d->user.text);
	str_copy(j->password, sizeof(j->password), d->password.text);
	d->signing = true;
	d->problem[0] = '\0';
	app_post_take(app, &j->job);
}

/* ---- the dialog ---- */

enum { SHOWN = 12 };

static int
draw_list_rows(struct list_dialog *d, struct area in, int row)
{
	size_t end = d->first + SHOWN < d->rows.n ? d->first + SHOWN : d->rows.n;

	for (size_t i = d->first; i < end; i++)
		draw_text(row++, in.column, in.columns, STYLE_PLAIN, d->rows.row[i].what);
	if (d->rows.n > SHOWN)
		draw_format(row++, in.column, in.columns, STYLE_DIM,
			"%zu to %zu of %zu; Up and Down", d->first + 1, end, d->rows.n);
	return row;
}

static void
list_draw(struct app *app, struct dialog *dialog, struct area in)
{
	struct list_dialog *d = (struct list_dialog *)dialog;
	char when[CLOCK_TEXT];
	int row = draw_list_rows(d, in, in.row);
	size_t skip, n;

	clock_format_local(clock_now(NULL), when);
	draw_text(row++, in.column, in.columns, STYLE_WARN, "not opened: passed from the list");
	draw_format(row++, in.column, in.columns, STYLE_PLAIN, "meaning: review, each by itself");
	draw_format(row++, in.column, in.columns, STYLE_PLAIN, "%s, %s", app->session.name, when);
	if (d->asks_id) {
		draw_text(row, in.column, 9, STYLE_PLAIN, "User");
		line_draw(&d->user, row++, in.column + 9, in.columns - 9, d->on_user && !d->signing);
	}
	draw_text(row, in.column, 9, STYLE_PLAIN, "Password");
	line_draw(&d->password, row++, in.column + 9, in.columns - 9, !d->on_user && !d->signing);
	if (d->signing)
		draw_text(row, in.column, in.columns, STYLE_ACCENT, "signing...");
	else if (d->problem[0] == '\0')
		draw_text(row, in.column, in.columns, STYLE_DIM, "Enter sign  Esc back");
	for (const char *text = d->problem; *text != '\0' && row < in.row + in.rows; text += skip) {
		n = draw_wrap(text, (size_t)in.columns, &skip);
		draw_format(row++, in.column, in.columns, STYLE_WARN, "%.*s", (int)n, text);
	}
}

static bool
list_key(struct app *app, struct dialog *dialog, const struct key *k)
{
	struct list_dialog *d = (struct list_dialog *)dialog;

	(void)app;
	if (d->signing)
		return true;
	if (k->code == K_UP || k->code == K_DOWN) {
		if (k->code == K_UP && d->first > 0)
			d->first--;
		if (k->code == K_DOWN && d->first + SHOWN < d->rows.n)
			d->first++;
		return true;
	}
	return line_key(d->on_user ? &d->user : &d->password, k);
}

static void
list_command_(struct app *app, struct dialog *dialog, enum command c)
{
	struct list_dialog *d = (struct list_dialog *)dialog;

	if (c == CMD_DIALOG_CANCEL)
		dialog_close(app);
	else if (c == CMD_DIALOG_NEXT || c == CMD_DIALOG_PREVIOUS)
		d->on_user = d->asks_id && !d->on_user;
	else if (c == CMD_DIALOG_ACCEPT && d->on_user)
		d->on_user = false;
	else if (c == CMD_DIALOG_ACCEPT && d->password.n == 0)
		str_copy(d->problem, sizeof(d->problem), "type your password to sign");
	else if (c == CMD_DIALOG_ACCEPT)
		post(app, d);
}

static void
list_release(struct dialog *dialog)
{
	struct list_dialog *d = (struct list_dialog *)dialog;

	line_wipe(&d->user);
	line_wipe(&d->password);
}

static const struct dialog_ops dialog_list_ops = {
	.rows = SHOWN + 12,
	.columns = 64,
	.draw = list_draw,
	.key = list_key,
	.command = list_command_,
	.release = list_release,
};

void
dialog_list(struct app *app, uint64_t screen, const struct dialog_rows *rows,
	void (*done)(struct app *app, uint64_t screen, const int64_t *tasks, size_t n))
{
	struct list_dialog *d = mem_zero(1, sizeof(*d));

	d->d.ops = &dialog_list_ops;
	d->rows = *rows;
	d->d.rows = (int)(rows->n < SHOWN ? rows->n : SHOWN) + 11;
	d->screen = screen;
	d->done = done;
	d->asks_id = app->asks_id;
	d->password.secret = true;
	line_set(&d->user, app->session.user);
	snprintf(d->d.title, sizeof(d->d.title), "Sign %zu series: %s passed", rows->n,
		rows->n > 0 ? rows->row[0].step : "");
	dialog_open_take(app, &d->d);
}
