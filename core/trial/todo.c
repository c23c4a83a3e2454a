/* What is to be done. */
#include "core/trial/todo.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/trial/survey.h"
#include "core/trial/todo_in.h"

const char *const todo_kinds[TODO_KINDS] = { "place", "label", "header", "check", "form", "query" };

struct todo *
todo_add(struct todo_list *t, enum todo_kind kind, const char *fmt, ...)
{
	struct todo *d;
	va_list ap;

	if (t->n == t->room) {
		t->room = t->room * 2 + 64;
		t->item = mem_grow(t->item, t->room, sizeof(*t->item));
	}
	d = &t->item[t->n++];
	memset(d, 0, sizeof(*d));
	d->kind = kind;
	va_start(ap, fmt);
	if (vsnprintf(d->text, sizeof(d->text), fmt, ap) < 0)
		d->text[0] = '\0';
	va_end(ap);
	str_clean(d->text);
	return d;
}

/* ---- what compliance finds ---- */

struct looking {
	struct ledger *l;
	struct todo_list *out;
	const char *account;
	struct err *e;
};

static void
put_where(struct todo *d, const struct survey *s, const struct survey_subject *subject,
	const struct comply_finding *f)
{
	str_copy(d->trial, sizeof(d->trial), s->version.study);
	str_copy(d->site, sizeof(d->site), subject->site);
	str_copy(d->subject, sizeof(d->subject), subject->subject);
	str_copy(d->visit, sizeof(d->visit), f->visit != NULL ? f->visit->id : "");
	d->series = f->series;
	d->exam = f->exam;
}

/* What rules could not tell of the exam, in words. */
static void
place_text(const struct survey_subject *subject, int64_t exam, char *to, size_t size)
{
	to[0] = '\0';
	for (size_t i = 0; i < subject->in.exams; i++)
		for (int p = 0; subject->exam[i].id == exam && p < STUDY_PARTS; p++)
			if (subject->exam[i].place.part[p].why != PLACE_TOLD) {
				place_words(&subject->exam[i].place, (enum study_part)p, to, size);
				return;
			}
}

static void
take_finding(struct looking *k, const struct survey *s, const struct survey_subject *subject,
	const struct comply_finding *f)
{
	char words[200];
	struct ask *ask;
	struct todo *d;

	comply_words(f, words, sizeof(words));
	if (f->kind == COMPLY_UNPLACED) {
		place_text(subject, f->exam, words, sizeof(words));
		d = todo_add(
			k->out, TODO_PLACE, "whose is exam E-%lld? %s", (long long)f->exam, words);
	} else if (f->kind == COMPLY_UNSURE) {
		d = todo_add(k->out, TODO_LABEL, "%s", words);
	} else if (f->kind == COMPLY_UNTOLD) {
		d = todo_add(k->out, TODO_HEADER, "%s is not in the header", f->attribute);
		str_copy(d->field, sizeof(d->field), f->attribute);
	} else if (comply_kinds[f->kind].weight == COMPLY_WARNING) {
		return;
	} else {
		ask = mem_zero(1, sizeof(*ask));
		ask_about(s->version.study, subject->subject, f, ask);
		if (query_is_asked(k->l, &ask->query)) {
			free(ask);
			return;
		}
		d = todo_add(k->out, TODO_CHECK, "%s", ask->text);
		d->ask = ask;
	}
	put_where(d, s, subject, f);
}

static enum rc
look_at_study(void *ctx, const char *study, struct err *e)
{
	struct looking *k = ctx;
	struct survey_want want = { .study = study, .account = k->account };
	struct comply_report r = { 0 };
	struct survey *s = NULL;
	enum rc rc = survey_read(k->l, &want, &s, e);

	for (size_t i = 0; rc == RC_OK && i < s->subjects; i++) {
		comply_check(s->comply, &s->subject[i].in, &r);
		for (size_t f = 0; f < r.findings; f++)
			take_finding(k, s, &s->subject[i], &r.finding[f]);
	}
	comply_report_release(&r);
	if (rc == RC_OK)
		rc = todo_forms(k->l, k->account, s->study, s->version.study, k->out, e);
	survey_free(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- queries ---- */

struct turns {
	struct looking *k;
	char roles[ACCOUNT_ROLES][RIGHTS_ROLE];
	size_t n;
};

static bool
take_query(void *ctx, const struct query_row *q)
{
	struct turns *t = ctx;
	struct todo *d;
	bool mine = false;

	for (size_t i = 0; i < t->n; i++)
		mine |= strcmp(t->roles[i], q->owner) == 0;
	if (!mine)
		return true;
	d = todo_add(t->k->out, TODO_QUERY, "#%lld %s%s%s%s", (long long)q->id, q->field,
		q->field[0] != '\0' ? ": " : "", q->first,
		q->state == QUERY_PROPOSED ? " (answered: close it or ask again)" : "");
	d->query = q->id;
	d->since = q->opened;
	str_copy(d->trial, sizeof(d->trial), q->trial);
	str_copy(d->site, sizeof(d->site), q->site);
	str_copy(d->subject, sizeof(d->subject), q->subject);
	str_copy(d->visit, sizeof(d->visit), q->visit);
	if (strcmp(q->kind, "series") == 0)
		d->series = strtoll(q->object, NULL, 10);
	if (strcmp(q->kind, "exam") == 0)
		d->exam = strtoll(q->object, NULL, 10);
	return true;
}

static enum rc
read_queries(struct looking *k)
{
	struct query_filter f = { .account_may = k->account, .state = QUERY_STATES };
	struct stmt *s = db_query(ledger_db(k->l),
		"SELECT DISTINCT role FROM account_role WHERE account = $1 ORDER BY role");
	struct turns t = { .k = k };

	stmt_text(s, 1, k->account);
	while (t.n < ACCOUNT_ROLES && stmt_step(s, NULL) == RC_OK)
		str_copy(t.roles[t.n++], RIGHTS_ROLE, stmt_get_text(s, 0));
	stmt_done(s);
	return query_each(k->l, &f, take_query, &t, k->e);
}

/* ---- all ---- */

static int
order(const void *a, const void *b)
{
	const struct todo *x = a, *y = b;
	int by = strcmp(x->trial, y->trial);

	if (by == 0)
		by = strcmp(x->site, y->site);
	if (by == 0)
		by = strcmp(x->subject, y->subject);
	if (by == 0)
		by = strcmp(x->visit, y->visit);
	if (by == 0)
		by = (int)x->kind - (int)y->kind;
	if (by == 0)
		by = x->series < y->series ? -1 : x->series > y->series;
	return by != 0 ? by : strcmp(x->text, y->text);
}

/* The study's own ranges and the modality may both want an attribute. */
static void
drop_doubles(struct todo_list *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		bool there = false;

		for (size_t k = n; k > 0 && !there && t->item[i].kind == TODO_HEADER &&
			t->item[k - 1].kind == TODO_HEADER &&
			t->item[k - 1].series == t->item[i].series;
			k--)
			there = strcmp(t->item[k - 1].field, t->item[i].field) == 0;
		if (!there)
			t->item[n++] = t->item[i];
	}
	t->n = n;
}

enum rc
todo_read(struct ledger *l, const char *account, struct todo_list *out, struct err *e)
{
	struct looking k = { l, out, account, e };
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = survey_studies(l, look_at_study, &k, e);
	if (rc == RC_OK)
		rc = todo_headers(l, account, out, e);
	if (rc == RC_OK)
		rc = read_queries(&k);
	if (out->n > 0)
		qsort(out->item, out->n, sizeof(*out->item), order);
	drop_doubles(out);
	return rc;
}

void
todo_release(struct todo_list *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->item[i].ask);
	free(t->item);
	memset(t, 0, sizeof(*t));
}
