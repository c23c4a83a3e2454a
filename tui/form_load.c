/* Forms are opened and kept: the ledger's part. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/dialog_form.h"
#include "tui/form_in.h"

/* ---- opening ---- */

struct load_job {
	struct job job;
	uint64_t screen, serial;
	struct session session;
	int64_t series;
	char wanted[ENTRY_FORM];
	size_t tab;
	struct form_tab tabs[FORM_TABS];
	size_t n;
	struct fill *fill;
};

static void
read_tab(struct ledger *l, const struct case_at *at, const struct study_form *f,
	struct form_tab *out)
{
	struct fill_place place;
	struct form_state state;

	memset(out, 0, sizeof(*out));
	str_copy(out->id, sizeof(out->id), f->id);
	str_copy(out->title, sizeof(out->title), f->title);
	if (fill_lift(l, at, f->level, &place, NULL) != RC_OK ||
		form_state_read(l, &(struct case_at){ place.kind, place.object }, f->id, &state,
			NULL) != RC_OK)
		return;
	out->locked = state.locked.is;
	out->entered = state.pass[PASS_FIRST].entered;
	out->signed_ = state.pass[PASS_FIRST].signed_ &&
		(!f->double_entry || state.pass[PASS_SECOND].signed_);
}

/* The forms that the study's last version asks of the series, its exam and its visit. */
static enum rc
read_tabs(struct ledger *l, const struct case_at *at, struct load_job *j, struct err *e)
{
	const struct study_form *forms[FORM_TABS];
	struct study_version version;
	struct study *study = NULL;
	struct mistakes m;
	struct case_of c;
	char *body = NULL;
	enum rc rc = case_find(l, at, &c, e);

	if (rc == RC_OK && c.trial[0] == '\0')
		rc = err_set(e, RC_NOT_FOUND, "this series belongs to no study yet");
	if (rc == RC_OK)
		rc = study_version_read(l, c.trial, 0, &version, &body, e);
	if (rc != RC_OK)
		return rc;
	rc = study_read(&study, body, strlen(body), &m);
	mistakes_free(&m);
	free(body);
	if (rc != RC_OK)
		return err_set(e, rc, "the study that was applied cannot be read");
	j->n = fill_forms(study, &c, forms, FORM_TABS);
	for (size_t i = 0; i < j->n; i++)
		read_tab(l, at, forms[i], &j->tabs[i]);
	study_free(study);
	return j->n > 0 ? RC_OK
			: err_set(e, RC_NOT_FOUND, "study %s asks for no form here", c.trial);
}

static size_t
first_open(const struct load_job *j)
{
	for (size_t i = 0; i < j->n; i++)
		if (strcmp(j->tabs[i].id, j->wanted) == 0)
			return i;
	for (size_t i = 0; i < j->n; i++)
		if (!j->tabs[i].signed_ && !j->tabs[i].locked)
			return i;
	return 0;
}

static void
load_run(struct job *job, struct ledger *l)
{
	struct load_job *j = (struct load_job *)job;
	char object[24];
	struct case_at at = { "series", object };

	snprintf(object, sizeof(object), "%lld", (long long)j->series);
	job->rc = read_tabs(l, &at, j, &job->err);
	if (job->rc != RC_OK)
		return;
	if (j->tab >= j->n)
		j->tab = first_open(j);
	job->rc = fill_open(l, &j->session, &at, j->tabs[j->tab].id, &j->fill, &job->err);
}

static void
take_fill(struct form_screen *s, struct load_job *j)
{
	fill_free(s->fill);
	s->fill = j->fill;
	j->fill = NULL;
	s->dirty = s->leaving = false;
	s->because[0] = '\0';
	s->cursor = s->first = 0;
	s->edited = SIZE_MAX;
	s->asking = ASK_NOTHING;
	form_rows(s);
	form_edit(s);
}

static void
load_done(struct job *job, struct app *app)
{
	struct load_job *j = (struct load_job *)job;
	struct form_screen *s = app_screen_state(app, j->screen);

	if (s == NULL || j->serial != s->serial)
		return;
	s->loading = false;
	memcpy(s->tab, j->tabs, sizeof(s->tab));
	s->tabs = j->n;
	s->on = j->tab < j->n ? j->tab : 0;
	s->problem[0] = '\0';
	if (job->rc == RC_OK)
		take_fill(s, j);
	else
		str_copy(s->problem, sizeof(s->problem), job->err.text);
	app_stale(app);
}

static void
load_release(struct job *job)
{
	fill_free(((struct load_job *)job)->fill);
	free(job);
}

void
form_load(struct app *app, struct form_screen *s, size_t tab)
{
	struct load_job *j = mem_zero(1, sizeof(*j));

	j->job.run = load_run;
	j->job.done = load_done;
	j->job.release = load_release;
	j->screen = app_screen_id(app, s);
	j->serial = ++s->serial;
	j->session = app->session;
	j->series = s->series;
	str_copy(j->wanted, sizeof(j->wanted), s->wanted);
	j->tab = tab;
	s->loading = true;
	app_post_take(app, &j->job);
}

/* ---- keeping ---- */

struct keep_job {
	struct job job;
	uint64_t screen;
	struct session session;
	struct fill_batch *batch;
	char because[ENTRY_WHY], kind[12], object[CASE_KEY], form[ENTRY_FORM];
	struct form_state state;
	int64_t saved;
};

static void
keep_run(struct job *job, struct ledger *l)
{
	struct keep_job *j = (struct keep_job *)job;

	job->rc = fill_save(l, &j->session, j->batch, j->because[0] != '\0' ? j->because : NULL,
		&j->saved, &job->err);
	if (job->rc == RC_OK)
		job->rc = form_state_read(
			l, &(struct case_at){ j->kind, j->object }, j->form, &j->state, &job->err);
}

static void
keep_done(struct job *job, struct app *app)
{
	struct keep_job *j = (struct keep_job *)job;
	struct form_screen *s = app_screen_state(app, j->screen);

	if (s == NULL || s->fill == NULL || strcmp(s->fill->form->id, j->form) != 0) {
		if (job->rc != RC_OK)
			app_complain(app, &job->err);
		return;
	}
	s->saving = false;
	if (job->rc != RC_OK) {
		s->dirty = true;
		s->signing = false;
		str_copy(s->problem, sizeof(s->problem), job->err.text);
	} else {
		s->problem[0] = '\0';
		s->fill->state = j->state;
		if (j->saved > 0)
			app_say(app, STYLE_GOOD, "kept");
		/* what was typed meanwhile */
		if (s->dirty &&
			(!s->fill->state.pass[s->fill->pass].signed_ || s->because[0] != '\0') &&
			form_keep(app, s)) {
			app_stale(app);
			return;
		}
		if (s->signing)
			dialog_form(app, s->fill, s->what);
		s->signing = false;
	}
	app_stale(app);
}

static void
keep_release(struct job *job)
{
	fill_batch_free(((struct keep_job *)job)->batch);
	free(job);
}

bool
form_keep(struct app *app, struct form_screen *s)
{
	struct fill_batch *batch = NULL;
	struct keep_job *j;
	struct err why = { 0 };

	if (fill_take(s->fill, &batch, &why) != RC_OK) {
		str_copy(s->problem, sizeof(s->problem), why.text);
		return false;
	}
	j = mem_zero(1, sizeof(*j));
	j->job.run = keep_run;
	j->job.done = keep_done;
	j->job.release = keep_release;
	j->screen = app_screen_id(app, s);
	j->session = app->session;
	j->batch = batch;
	str_copy(j->because, sizeof(j->because), s->because);
	str_copy(j->kind, sizeof(j->kind), s->fill->kind);
	str_copy(j->object, sizeof(j->object), s->fill->object);
	str_copy(j->form, sizeof(j->form), s->fill->form->id);
	s->dirty = s->leaving = false;
	s->saving = true;
	app_post_take(app, &j->job);
	return true;
}

/* ---- asking ---- */

struct ask_job {
	struct job job;
	struct session session;
	char kind[12], object[CASE_KEY], form[ENTRY_FORM], field[ENTRY_FIELD], text[1024];
	int64_t id;
};

static void
ask_run(struct job *job, struct ledger *l)
{
	struct ask_job *j = (struct ask_job *)job;
	struct query_new q = { .at = { j->kind, j->object },
		.form = j->form,
		.field = j->field,
		.text = j->text,
		.type = QUERY_QUERY };

	job->rc = query_open(l, &j->session, &q, &j->id, &job->err);
}

static void
ask_done(struct job *job, struct app *app)
{
	struct ask_job *j = (struct ask_job *)job;

	if (job->rc == RC_OK)
		app_say(app, STYLE_GOOD, "asked: query #%lld", (long long)j->id);
	else
		app_complain(app, &job->err);
}

void
form_ask(struct app *app, struct form_screen *s, const char *text)
{
	struct ask_job *j = mem_zero(1, sizeof(*j));
	const struct form_row *r = &s->row[s->cursor];

	j->job.run = ask_run;
	j->job.done = ask_done;
	j->session = app->session;
	str_copy(j->kind, sizeof(j->kind), s->fill->kind);
	str_copy(j->object, sizeof(j->object), s->fill->object);
	str_copy(j->form, sizeof(j->form), s->fill->form->id);
	if (r->what == ROW_FIELD)
		str_copy(j->field, sizeof(j->field),
			form_sheet_cell(s->fill->sheet, r->at)->field->id);
	str_copy(j->text, sizeof(j->text), text);
	app_post_take(app, &j->job);
}
