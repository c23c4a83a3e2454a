/* The desk's part of the ledger: the list, and what is done with its rows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/label.h"
#include "core/trial/assign.h"
#include "core/trial/facts.h"
#include "tui/desk_in.h"

/* ---- the list ---- */

struct list_job {
	struct job job;
	uint64_t screen, serial;
	char user[ACCOUNT_ID];
	struct todo_list todo;
};

static void
list_run(struct job *job, struct ledger *l)
{
	struct list_job *j = (struct list_job *)job;

	job->rc = todo_read(l, j->user, &j->todo, &job->err);
}

static void
list_done(struct job *job, struct app *app)
{
	struct list_job *j = (struct list_job *)job;
	struct desk *s = app_screen_state(app, j->screen);
	bool open_then;

	if (s == NULL || j->serial != s->serial)
		return;
	open_then = s->open_then && app_on_top(app, s);
	s->open_then = false;
	s->loading = false;
	s->loaded = true;
	if (job->rc != RC_OK) {
		app_complain(app, &job->err);
		return;
	}
	todo_release(&s->todo);
	s->todo = j->todo;
	memset(&j->todo, 0, sizeof(j->todo));
	free(s->marked);
	s->marked = mem_zero(s->todo.n + 1, sizeof(*s->marked));
	desk_filter(s);
	app_stale(app);
	if (open_then)
		app_command(app, CMD_OPEN, NULL);
}

static void
list_release(struct job *job)
{
	todo_release(&((struct list_job *)job)->todo);
	free(job);
}

void
desk_load(struct app *app, struct desk *s)
{
	struct list_job *j = mem_zero(1, sizeof(*j));

	j->job.run = list_run;
	j->job.done = list_done;
	j->job.release = list_release;
	j->screen = app_screen_id(app, s);
	j->serial = ++s->serial;
	str_copy(j->user, sizeof(j->user), app->session.user);
	s->loading = true;
	s->open_then = false;
	app_read_take(app, READ_PAGE, &j->job); /* nobody's signature waits for a whole study */
}

/* ---- what is done with rows ---- */

struct act_item {
	enum todo_kind kind;
	int64_t series, exam;
	char object[24], field[ENTRY_FIELD];
	struct ask ask;
	char text[1024];
};

struct act_job {
	struct job job;
	uint64_t screen;
	struct session session;
	enum todo_kind kind;
	bool undo;
	char text[1024], reason[1024];
	struct act_item *item;
	size_t n;
	int64_t done;
};

static const char *
kind_of(const struct act_item *i)
{
	return facts_of_exam(i->field) ? "exam" : "series";
}

static enum rc
fill_headers(struct ledger *l, struct act_job *j, struct err *e)
{
	struct entry_value *value = mem_zero(j->n, sizeof(*value));
	struct entry_save *save = mem_zero(j->n, sizeof(*save));
	enum rc rc = j->undo ? RC_OK : facts_check(j->item[0].field, j->text, e);

	for (size_t i = 0; i < j->n; i++) {
		value[i] = (struct entry_value){ .field = j->item[i].field,
			.value = j->undo ? "" : j->text,
			.why = j->undo ? "taken back" : j->reason };
		save[i] = (struct entry_save){ .at = { kind_of(&j->item[i]), j->item[i].object },
			.form = ENTRY_HEADER,
			.pass = PASS_FIRST,
			.values = &value[i],
			.n = 1 };
	}
	if (rc == RC_OK)
		rc = entry_save(l, &j->session, save, j->n, &j->done, e);
	free(value);
	free(save);
	return rc;
}

static enum rc
give_label(struct ledger *l, struct act_job *j, const struct act_item *i, struct err *e)
{
	struct label_request r = { .series = i->series, .text = j->text, .reason = j->reason };

	return label_set(l, &j->session, &r, e);
}

/* "SITE SUBJECT VISIT" */
static enum rc
give_place(struct ledger *l, struct act_job *j, const struct act_item *i, struct err *e)
{
	char text[1024], *rest = text, *part[3] = { NULL };
	struct placing p = { .exam = i->exam, .reason = j->reason };
	bool changed;

	str_copy(text, sizeof(text), j->text);
	for (int k = 0; k < 3; k++)
		part[k] = strsep(&rest, " ");
	if (part[2] == NULL || rest != NULL)
		return err_set(e, RC_INVALID, "three words, please: SITE SUBJECT VISIT");
	p.site = part[0];
	p.subject = part[1];
	p.visit = part[2];
	return assign_by_person(l, &j->session, &p, &changed, e);
}

/* One alone may be asked in other words. */
static enum rc
ask(struct ledger *l, struct act_job *j, struct act_item *i, struct err *e)
{
	struct query_new q = i->ask.query;
	int64_t id;

	q.at = (struct case_at){ i->ask.kind, i->ask.object };
	q.rule = i->ask.rule;
	q.text = j->n == 1 && j->text[0] != '\0' ? j->text : i->ask.text;
	return query_open(l, &j->session, &q, &id, e);
}

static void
act_run(struct job *job, struct ledger *l)
{
	struct act_job *j = (struct act_job *)job;

	if (j->kind == TODO_HEADER) {
		job->rc = fill_headers(l, j, &job->err);
		return;
	}
	for (size_t i = 0; job->rc == RC_OK && i < j->n; i++) {
		job->rc = j->kind == TODO_LABEL ? give_label(l, j, &j->item[i], &job->err)
			: j->kind == TODO_PLACE ? give_place(l, j, &j->item[i], &job->err)
						: ask(l, j, &j->item[i], &job->err);
		j->done += job->rc == RC_OK;
	}
}

static void
keep_undo(struct desk *s, const struct act_job *j)
{
	free(s->undo);
	s->undo = NULL;
	s->undo_n = 0;
	if (j->kind != TODO_HEADER || j->undo)
		return;
	s->undo = mem_zero(j->n, sizeof(*s->undo));
	for (size_t i = 0; i < j->n; i++) {
		str_copy(s->undo[i].kind, sizeof(s->undo[i].kind), kind_of(&j->item[i]));
		str_copy(s->undo[i].object, sizeof(s->undo[i].object), j->item[i].object);
		str_copy(s->undo[i].field, sizeof(s->undo[i].field), j->item[i].field);
	}
	s->undo_n = j->n;
}

static void
act_done(struct job *job, struct app *app)
{
	static const char *const did[TODO_KINDS] = {
		[TODO_PLACE] = "placed", [TODO_LABEL] = "named", [TODO_HEADER] = "filled in", [TODO_CHECK] = "asked"
	};
	struct act_job *j = (struct act_job *)job;
	struct desk *s = app_screen_state(app, j->screen);

	if (job->rc == RC_OK)
		app_say(app, STYLE_GOOD, "%lld %s", (long long)j->done,
			j->undo ? "taken back" : did[j->kind]);
	if (s == NULL) {
		if (job->rc != RC_OK)
			app_complain(app, &job->err);
		return;
	}
	s->working = false;
	if (job->rc == RC_OK) {
		keep_undo(s, j);
		s->mode = DESK_LIST;
		s->problem[0] = '\0';
	} else {
		str_copy(s->problem, sizeof(s->problem), job->err.text);
		if (s->mode == DESK_CONFIRM)
			s->mode = DESK_VALUE;
	}
	desk_load(app, s);
	app_stale(app);
}

static void
act_release(struct job *job)
{
	free(((struct act_job *)job)->item);
	free(job);
}

static struct act_job *
act_new(struct app *app, struct desk *s, size_t n)
{
	struct act_job *j = mem_zero(1, sizeof(*j));

	j->job.run = act_run;
	j->job.done = act_done;
	j->job.release = act_release;
	j->screen = app_screen_id(app, s);
	j->session = app->session;
	j->item = mem_zero(n + 1, sizeof(*j->item));
	j->n = n;
	s->working = true;
	return j;
}

static void
take_item(struct act_item *to, const struct todo *d)
{
	to->kind = d->kind;
	to->series = d->series;
	to->exam = d->exam;
	str_copy(to->field, sizeof(to->field), d->field);
	snprintf(to->object, sizeof(to->object), "%lld",
		(long long)(facts_of_exam(d->field) ? d->exam : d->series));
	if (d->ask != NULL)
		to->ask = *d->ask;
}

void
desk_apply(struct app *app, struct desk *s)
{
	size_t n, *chosen = desk_chosen(s, &n);
	struct act_job *j;

	if (n > 0 && !s->working) {
		j = act_new(app, s, n);
		j->kind = s->todo.item[chosen[0]].kind;
		for (size_t i = 0; i < n; i++)
			take_item(&j->item[i], &s->todo.item[chosen[i]]);
		str_copy(j->text, sizeof(j->text), s->text.text);
		str_copy(j->reason, sizeof(j->reason), s->reason.text);
		app_post_take(app, &j->job);
	}
	free(chosen);
}

void
desk_undo(struct app *app, struct desk *s)
{
	struct act_job *j;

	if (s->undo_n == 0 || s->working) {
		app_say(app, STYLE_PLAIN, "nothing was filled in here that could be taken back");
		return;
	}
	j = act_new(app, s, s->undo_n);
	j->kind = TODO_HEADER;
	j->undo = true;
	for (size_t i = 0; i < s->undo_n; i++) {
		str_copy(j->item[i].object, sizeof(j->item[i].object), s->undo[i].object);
		str_copy(j->item[i].field, sizeof(j->item[i].field), s->undo[i].field);
	}
	app_post_take(app, &j->job);
}
