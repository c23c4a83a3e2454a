/* The dialog that signs a form: what is signed, the id, the password. */
#include "tui/dialog_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/signing.h"
#include "tui/dialog.h"

enum { LIST_ROWS = 8 };

struct form_dialog {
	struct dialog d;
	struct dialog_form_row row[FORM_BATCH]; /* of a list; rows 0: the one form below */
	size_t rows;
	void (*done)(struct app *app);
	char kind[12], object[CASE_KEY], form[ENTRY_FORM];
	char title[80], what[200];
	int pass;
	size_t values;
	struct line user, password;
	bool on_user, asks_id, signing;
	char problem[240];
};

static const struct dialog_ops dialog_form_ops;

/* ---- the job ---- */

struct sign_job {
	struct job job;
	struct dialog_form_row row[FORM_BATCH];
	size_t rows, signed_;
	void (*done)(struct app *app);
	struct session session;
	char kind[12], object[CASE_KEY], form[ENTRY_FORM];
	int pass;
	char user[ACCOUNT_ID + 8], password[1024];
	bool asks_id;
	struct form_receipt receipt;
};

/* What is complete of the list; *why: the first that is not. */
static size_t
complete_ones(struct sign_job *j, struct ledger *l, struct form_to_sign *list,
	struct fill_place *place, struct err *why)
{
	size_t n = 0;

	for (size_t i = 0; i < j->rows; i++) {
		char object[24];
		struct case_at at = { "series", object };
		struct fill *f = NULL;
		struct err e = { 0 };

		snprintf(object, sizeof(object), "%lld", (long long)j->row[i].series);
		if (fill_open(l, &j->session, &at, j->row[i].form, &f, &e) == RC_OK &&
			fill_complete(f, &e) == RC_OK) {
			str_copy(place[n].kind, sizeof(place[n].kind), f->kind);
			str_copy(place[n].object, sizeof(place[n].object), f->object);
			list[n] = (struct form_to_sign){ { place[n].kind, place[n].object },
				j->row[i].form, f->pass };
			n++;
		} else if (why->rc == RC_OK) {
			err_set(why, e.rc, "%.60s: %.200s", j->row[i].what, e.text);
		}
		fill_free(f);
	}
	return n;
}

static void
sign_list(struct sign_job *j, struct ledger *l)
{
	struct fill_place *place = mem_zero(FORM_BATCH, sizeof(*place));
	struct form_to_sign list[FORM_BATCH];
	struct form_receipt receipts[FORM_BATCH];
	struct err errs[FORM_BATCH], why = { 0 };
	size_t n = complete_ones(j, l, list, place, &why);
	struct form_signing r = { j->asks_id ? j->user : NULL, j->password, list, n };

	j->job.rc = n == 0 ? why.rc : form_sign(l, &j->session, &r, receipts, errs, &j->job.err);
	for (size_t i = 0; i < n; i++)
		j->signed_ += j->job.rc == RC_OK || receipts[i].running > 0;
	if (n == 0 || (j->job.rc == RC_OK && why.rc != RC_OK))
		j->job.err = why;
	if (j->signed_ > 0)
		j->job.rc = RC_OK;
	free(place);
}

static void
sign_run(struct job *job, struct ledger *l)
{
	struct sign_job *j = (struct sign_job *)job;
	struct form_to_sign one = { { j->kind, j->object }, j->form, j->pass };
	struct form_signing r = { j->asks_id ? j->user : NULL, j->password, &one, 1 };
	struct err each = { 0 };

	if (j->rows > 0)
		sign_list(j, l);
	else
		job->rc = form_sign(l, &j->session, &r, &j->receipt, &each, &job->err);
	if (each.rc != RC_OK)
		job->err = each;
	key_wipe(j->password, sizeof(j->password));
	j->asks_id = signing_asks_id(l, &j->session);
}

static void
sign_done(struct job *job, struct app *app)
{
	struct sign_job *j = (struct sign_job *)job;
	struct form_dialog *d = (struct form_dialog *)app->dialog;
	bool open = d != NULL && d->d.ops == &dialog_form_ops;

	app->asks_id = j->asks_id;
	if (job->rc == RC_OK) {
		if (open)
			dialog_close(app);
		if (j->rows > 0) {
			app_say(app, j->signed_ == j->rows ? STYLE_GOOD : STYLE_WARN,
				"signed: %zu of %zu forms. %.160s", j->signed_, j->rows,
				j->job.err.text);
			j->done(app);
			return;
		}
		app_say(app, STYLE_GOOD, "signed: form %s, your number %lld", j->form,
			(long long)j->receipt.running);
		app_command(app, CMD_FORM_NEXT, NULL);
		return;
	}
	if (!open) {
		app_complain(app, &job->err);
		return;
	}
	d->signing = false;
	d->asks_id = app->asks_id;
	line_wipe(&d->password);
	str_copy(d->problem, sizeof(d->problem), job->err.text);
	app_stale(app);
}

static void
post(struct app *app, struct form_dialog *d)
{
	struct sign_job *j = mem_zero(1, sizeof(*j));

	j->job.run = sign_run;
	j->job.done = sign_done;
	j->session = app->session;
	str_copy(j->kind, sizeof(j->kind), d->kind);
	str_copy(j->object, sizeof(j->object), d->object);
	str_copy(j->form, sizeof(j->form), d->form);
	j->pass = d->pass;
	memcpy(j->row, d->row, sizeof(j->row));
	j->rows = d->rows;
	j->done = d->done;
	str_copy(j->user, sizeof(j->user), d->user.text);
	str_copy(j->password, sizeof(j->password), d->password.text);
	j->asks_id = d->asks_id;
	d->signing = true;
	d->problem[0] = '\0';
	app_post_take(app, &j->job);
}

/* ---- the dialog ---- */

static int
draw_wrapped(int row, struct area in, enum style s, const char *text, int most)
{
	size_t skip, n;

	for (int i = 0; i < most && *text != '\0'; i++, text += skip) {
		n = draw_wrap(text, (size_t)in.columns, &skip);
		draw_format(row++, in.column, in.columns, s, "%.*s", (int)n, text);
	}
	return row;
}

static void
form_draw(struct app *app, struct dialog *dialog, struct area in)
{
	struct form_dialog *d = (struct form_dialog *)dialog;
	char when[CLOCK_TEXT];
	int row = draw_wrapped(in.row, in, STYLE_BOLD, d->title, 2);

	clock_format_local(clock_now(NULL), when);
	row = draw_wrapped(row, in, STYLE_PLAIN, d->what, 2);
	if (d->rows == 0)
		draw_format(
			row++, in.column, in.columns, STYLE_PLAIN, "%zu values entered", d->values);
	for (size_t i = 0; i < d->rows && i < LIST_ROWS; i++)
		draw_text(row++, in.column, in.columns, STYLE_PLAIN, d->row[i].what);
	if (d->rows > LIST_ROWS)
		draw_format(row++, in.column, in.columns, STYLE_DIM, "and %zu more",
			d->rows - LIST_ROWS);
	draw_text(row++, in.column, in.columns, STYLE_PLAIN, "meaning: authorship");
	draw_text(row++, in.column, in.columns, STYLE_PLAIN, app->session.name);
	draw_text(row++, in.column, in.columns, STYLE_PLAIN, when);
	row++;
	if (d->asks_id) {
		draw_text(row, in.column, 9, STYLE_PLAIN, "User");
		line_draw(&d->user, row++, in.column + 9, in.columns - 9, d->on_user && !d->signing);
	}
	draw_text(row, in.column, 9, STYLE_PLAIN, "Password");
	line_draw(&d->password, row++, in.column + 9, in.columns - 9, !d->on_user && !d->signing);
	row++;
	if (d->signing)
		draw_text(row, in.column, in.columns, STYLE_ACCENT, "signing...");
	else if (d->problem[0] != '\0')
		draw_wrapped(row, in, STYLE_WARN, d->problem, 3);
	else
		draw_text(row, in.column, in.columns, STYLE_DIM, "Enter sign  Esc back");
}

static bool
form_key(struct app *app, struct dialog *dialog, const struct key *k)
{
	struct form_dialog *d = (struct form_dialog *)dialog;

	(void)app;
	return d->signing || line_key(d->on_user ? &d->user : &d->password, k);
}

static void
form_command(struct app *app, struct dialog *dialog, enum command c)
{
	struct form_dialog *d = (struct form_dialog *)dialog;

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
form_release(struct dialog *dialog)
{
	struct form_dialog *d = (struct form_dialog *)dialog;

	line_wipe(&d->password);
	line_wipe(&d->user);
}

static const struct dialog_ops dialog_form_ops = {
	.rows = 24,
	.columns = 38,
	.draw = form_draw,
	.key = form_key,
	.command = form_command,
	.release = form_release,
};

void
dialog_form(struct app *app, const struct fill *f, const char *what)
{
	struct form_dialog *d = mem_zero(1, sizeof(*d));

	d->d.ops = &dialog_form_ops;
	str_copy(d->d.title, sizeof(d->d.title), "Sign a form");
	str_copy(d->kind, sizeof(d->kind), f->kind);
	str_copy(d->object, sizeof(d->object), f->object);
	str_copy(d->form, sizeof(d->form), f->form->id);
	str_copy(d->title, sizeof(d->title), f->form->title);
	str_copy(d->what, sizeof(d->what), what);
	d->pass = f->pass;
	d->values = form_sheet_sum(f->sheet).entered;
	d->password.secret = true;
	d->asks_id = app->asks_id;
	line_set(&d->user, app->session.user);
	dialog_open_take(app, &d->d);
}

void
dialog_form_list(struct app *app, const struct dialog_form_row *rows, size_t n,
	void (*done)(struct app *app))
{
	struct form_dialog *d = mem_zero(1, sizeof(*d));

	d->d.ops = &dialog_form_ops;
	d->rows = n < FORM_BATCH ? n : FORM_BATCH;
	memcpy(d->row, rows, d->rows * sizeof(*rows));
	d->done = done;
	snprintf(d->d.title, sizeof(d->d.title), "Sign %zu form%s", d->rows,
		d->rows == 1 ? "" : "s");
	str_copy(d->title, sizeof(d->title), "Each that is complete is signed by itself");
	d->password.secret = true;
	d->asks_id = app->asks_id;
	line_set(&d->user, app->session.user);
	dialog_open_take(app, &d->d);
}
