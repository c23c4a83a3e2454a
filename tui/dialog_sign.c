/* The signing dialog: what is signed, a note, the password. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/signing.h"
#include "tui/dialog_in.h"

struct sign_dialog {
	struct dialog d;
	struct dialog_verdict v;
	struct line note, user, password;
	struct line *at; /* where typing goes; one of these */
	bool asks_id;    /* the first signature of a session takes both components (11.200(a)(1)) */
	bool signing;    /* waits for the ledger */
	char problem[200];
};

/* ---- the job ---- */

struct sign_job {
	struct job job;
	struct session session; /* a copy: its key lives until the logout, which is a later job */
	struct dialog_verdict v;
	char note[DECISION_NOTE + 1], user[ACCOUNT_ID + 8], password[1024];
	bool asks_id;       /* whether it did; then whether the next one will */
	struct mark *marks; /* a copy */
	struct decision_receipt receipt;
	bool has_next;
	struct worklist_row next;
};

/* The row that comes into the place of the one just signed, or the first of the queue. */
static void
find_next(struct sign_job *j, struct ledger *l, int64_t place)
{
	int64_t n = 0;

	j->v.queue.limit = 1;
	j->v.queue.offset = place > 0 ? place : 0;
	worklist_page(l, &j->v.queue, &j->next, &n, NULL);
	if (n == 0 && j->v.queue.offset > 0) {
		j->v.queue.offset = 0;
		worklist_page(l, &j->v.queue, &j->next, &n, NULL);
	}
	j->has_next = n == 1;
}

static void
sign_run(struct job *job, struct ledger *l)
{
	struct sign_job *j = (struct sign_job *)job;
	struct decision_request r = {
		.series = j->v.series,
		.step = j->v.step,
		.verdict = j->v.verdict,
		.note = j->note,
		.revision = j->v.revision,
		.seen = j->v.seen,
		.corrects = j->v.corrects,
		.correction = j->v.corrects != 0 ? j->v.correction : NULL,
		.user = j->asks_id ? j->user : NULL,
		.password = j->password,
		.reason_count = j->v.code_count,
		.marks = j->marks,
		.mark_count = j->v.mark_count,
		.terminal = j->v.pictures ? &j->v.terminal : NULL,
	};
	int64_t place = 0;

	for (size_t i = 0; i < j->v.code_count; i++)
		r.reasons[i] = j->v.codes[i];
	j->v.queue.step = j->v.queue_step;
	j->v.queue.account = j->session.user;
	j->v.queue.filter = j->v.queue_filter;
	j->v.queue.free = true;
	worklist_place(l, &j->v.queue, j->v.task, &place, NULL);
	job->rc = decision_sign(l, &j->session, &r, &j->receipt, &job->err);
	key_wipe(j->password, sizeof(j->password));
	j->asks_id = signing_asks_id(l, &j->session);
	if (job->rc == RC_OK)
		find_next(j, l, place);
}

static void
sign_done(struct job *job, struct app *app)
{
	struct sign_job *j = (struct sign_job *)job;
	struct sign_dialog *d = (struct sign_dialog *)app->dialog;

	app->asks_id = j->asks_id;
	if (job->rc == RC_OK) {
		if (d != NULL && d->d.ops == &dialog_sign_ops)
			dialog_close(app);
		app->signed_count++;
		j->v.done(app, &j->v, &j->receipt, j->has_next ? &j->next : NULL);
		app_say(app, STYLE_GOOD, "signed #%lld: %s %sed, %s", (long long)j->receipt.number,
			j->v.step, j->v.verdict, j->v.what);
		return;
	}
	if (d == NULL || d->d.ops != &dialog_sign_ops) {
		app_complain(app, &job->err);
		return;
	}
	d->signing = false;
	d->asks_id = app->asks_id;
	line_wipe(&d->password);
	d->at = &d->password;
	str_copy(d->problem, sizeof(d->problem), job->err.text);
	app_stale(app);
}

static void
sign_job_release(struct job *job)
{
	free(((struct sign_job *)job)->marks);
	free(job);
}

static void
post(struct app *app, struct sign_dialog *d)
{
	struct sign_job *j = mem_zero(1, sizeof(*j));

	j->job.run = sign_run;
	j->job.done = sign_done;
	j->job.release = sign_job_release;
	j->session = app->session;
	j->v = d->v;
	if (d->v.mark_count > 0) {
		j->marks = mem_zero(d->v.mark_count, sizeof(*j->marks));
		memcpy(j->marks, d->v.marks, d->v.mark_count * sizeof(*j->marks));
	}
	str_copy(j->note, sizeof(j->note), d->note.text);
	str_copy(j->user, sizeof(j->user), d->user.text);
	j->asks_id = d->asks_id;
	str_copy(j->password, sizeof(j->password), d->password.text);
	d->signing = true;
	d->problem[0] = '\0';
	if (d->v.before != NULL)
		d->v.before(app, &d->v);
	app_post_take(app, &j->job);
}

/* ---- the dialog ---- */

static int
draw_wrapped(int row, struct area in, enum style s, const char *text, int most)
{
	size_t skip, n;

	for (int i = 0; i < most && *text != '\0'; i++) {
		char line[256];

		n = draw_wrap(text, (size_t)in.columns, &skip);
		snprintf(line, sizeof(line), "%.*s", (int)n, text);
		draw_text(row++, in.column, in.columns, s, line);
		text += skip;
	}
	return row;
}

static void
draw_field(
	struct sign_dialog *d, const char *name, const struct line *field, struct area in, int row)
{
	draw_text(row, in.column, 9, STYLE_PLAIN, name);
	line_draw(field, row, in.column + 9, in.columns - 9, d->at == field && !d->signing);
}

static void
sign_draw(struct app *app, struct dialog *dialog, struct area in)
{
	struct sign_dialog *d = (struct sign_dialog *)dialog;
	char when[CLOCK_TEXT], codes[256] = "";
	int row = in.row;
	size_t used = 0;

	clock_format_local(clock_now(NULL), when);
	for (size_t i = 0; i < d->v.code_count; i++)
		used += (size_t)snprintf(codes + used, sizeof(codes) - used, "%s%s",
			i > 0 ? ", " : "", d->v.codes[i]);
	row = draw_wrapped(row, in, STYLE_BOLD, d->v.what, 2);
	row = draw_wrapped(row, in, d->v.unseen ? STYLE_WARN : STYLE_PLAIN, d->v.seen, 3);
	if (d->v.corrects != 0)
		draw_format(
			row++, in.column, in.columns, STYLE_WARN, "because: %s", d->v.correction);
	if (d->v.mark_count > 0)
		draw_format(row++, in.column, in.columns, STYLE_WARN, "%zu mark%s of burned-in text",
			d->v.mark_count, d->v.mark_count == 1 ? "" : "s");
	if (codes[0] != '\0')
		row = draw_wrapped(row, in, STYLE_WARN, codes, 2);
	draw_format(row++, in.column, in.columns, STYLE_PLAIN, "meaning: %s",
		d->v.adjudicates ? "adjudication" : "review");
	draw_format(row++, in.column, in.columns, STYLE_PLAIN, "%s", app->session.name);
	draw_text(row++, in.column, in.columns, STYLE_PLAIN, when);
	row++;
	draw_field(d, "Note", &d->note, in, row++);
	if (d->asks_id)
		draw_field(d, "User", &d->user, in, row++);
	draw_field(d, "Password", &d->password, in, row++);
	row++;
	if (d->signing)
		draw_text(row, in.column, in.columns, STYLE_ACCENT, "signing...");
	else if (d->problem[0] != '\0')
		draw_wrapped(row, in, STYLE_WARN, d->problem, 3);
	else
		draw_text(row, in.column, in.columns, STYLE_DIM, "Enter sign  Tab note  Esc back");
}

static bool
sign_key(struct app *app, struct dialog *dialog, const struct key *k)
{
	struct sign_dialog *d = (struct sign_dialog *)dialog;

	(void)app;
	if (d->signing)
		return true; /* the ledger has it: nothing can be taken back here */
	return line_key(d->at, k);
}

/* Forward it is the note and the password, as the id stands there already; back, the id lies between them. */
static void
move_field(struct sign_dialog *d, int by)
{
	if (by < 0 && d->asks_id && d->at == &d->password)
		d->at = &d->user;
	else if (by < 0 && d->at == &d->user)
		d->at = &d->note;
	else
		d->at = d->at == &d->password ? &d->note : &d->password;
}

static void
sign_command(struct app *app, struct dialog *dialog, enum command c)
{
	struct sign_dialog *d = (struct sign_dialog *)dialog;

	if (c == CMD_DIALOG_CANCEL) {
		dialog_close(app);
	} else if (c == CMD_DIALOG_NEXT || c == CMD_DIALOG_PREVIOUS) {
		move_field(d, c == CMD_DIALOG_NEXT ? 1 : -1);
	} else if (c == CMD_DIALOG_ACCEPT && d->at != &d->password) {
		d->at = &d->password;
	} else if (c == CMD_DIALOG_ACCEPT) {
		if (d->password.n == 0)
			str_copy(d->problem, sizeof(d->problem), "type your password to sign");
		else
			post(app, d);
	}
}

static void
sign_release(struct dialog *dialog)
{
	struct sign_dialog *d = (struct sign_dialog *)dialog;

	line_wipe(&d->password);
	line_wipe(&d->user);
	line_wipe(&d->note);
}

const struct dialog_ops dialog_sign_ops = {
	.rows = 20,
	.columns = 38,
	.draw = sign_draw,
	.key = sign_key,
	.command = sign_command,
	.release = sign_release,
};

void
dialog_sign(struct app *app, const struct dialog_verdict *v)
{
	struct sign_dialog *d = mem_zero(1, sizeof(*d));

	d->d.ops = &dialog_sign_ops;
	d->v = *v;
	d->password.secret = true;
	d->asks_id = app->asks_id;
	/* it is his: the password is the one component that only he has */
	line_set(&d->user, app->session.user);
	d->at = &d->password;
	if (v->corrects != 0)
		snprintf(d->d.title, sizeof(d->d.title), "Correct #%lld: %s %sed",
			(long long)v->corrects, v->step, v->verdict);
	else
		snprintf(d->d.title, sizeof(d->d.title), "Sign: %s %sed", v->step, v->verdict);
	dialog_open_take(app, &d->d);
}

void
dialog_verdict(struct app *app, const struct dialog_verdict *v)
{
	if (strcmp(v->verdict, "fail") == 0)
		dialog_reasons(app, v);
	else
		dialog_sign(app, v);
}
