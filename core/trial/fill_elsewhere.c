/* Values of the subject's other forms and visits, for checks across them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/trial/fill_in.h"

struct kept {
	size_t visit;  /* of the study */
	size_t series; /* of a form of series: which; 0 */
	const struct study_form *form;
	char *field, *value;
	int pass;
	int64_t event;
};

/* Sorted by visit, form, field; of each the last that counts first. */
struct fill_elsewhere {
	struct kept *kept;
	size_t n, room;
	size_t here; /* the visit of the form; SIZE_MAX none of the study's */
};

static int
place(const struct kept *a, const struct kept *b)
{
	int by;

	if (a->visit != b->visit)
		return a->visit < b->visit ? -1 : 1;
	if (a->form != b->form)
		return a->form < b->form ? -1 : 1;
	by = strcmp(a->field, b->field);
	return by != 0 ? by : a->series < b->series ? -1 : a->series > b->series;
}

/* What was settled before what was entered, later before earlier. */
static int
order(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;
	int by = place(x, y);

	if (by != 0)
		return by;
	if ((x->pass == PASS_SETTLED) != (y->pass == PASS_SETTLED))
		return x->pass == PASS_SETTLED ? -1 : 1;
	return x->event > y->event ? -1 : x->event < y->event;
}

struct reading {
	struct fill *f;
	size_t visit, series;
	const struct study_form *form;
};

static void
keep(void *ctx, const struct entry *v)
{
	struct reading *r = ctx;
	struct fill_elsewhere *w = r->f->elsewhere;

	if (v->pass == PASS_SECOND)
		return;
	if (w->n == w->room) {
		w->room = w->room * 2 + 64;
		w->kept = mem_grow(w->kept, w->room, sizeof(*w->kept));
	}
	w->kept[w->n++] = (struct kept){ .visit = r->visit,
		.series = r->series,
		.form = r->form,
		.field = mem_string(v->field),
		.value = mem_string(v->value),
		.pass = v->pass,
		.event = v->event };
}

static enum rc
read_object(struct ledger *l, struct reading *r, const struct case_at *at, int level, struct err *e)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < r->f->study->forms; i++) {
		r->form = &r->f->study->form[i];
		if (r->form->level != level)
			continue;
		rc = entry_each(l, at, r->form->id, PASS_FIRST, keep, r, e);
		if (rc == RC_OK && r->form->double_entry)
			rc = entry_each(l, at, r->form->id, PASS_SETTLED, keep, r, e);
	}
	return rc;
}

static enum rc
read_visits(struct ledger *l, struct fill *f, struct err *e)
{
	struct reading r = { .f = f };
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < f->study->visits; i++) {
		char key[CASE_KEY];
		struct case_at at = { "visit", key };

		case_visit(key, f->of.trial, f->of.subject, f->study->visit[i].id);
		r.visit = i;
		rc = read_object(l, &r, &at, STUDY_OF_VISIT, e);
	}
	return rc;
}

/* Exams of the subject with the visit that each is of; series only of the form's own exam. */
static enum rc
read_exams(struct ledger *l, struct fill *f, struct err *e)
{
	struct stmt *s = db_query_once(ledger_db(l),
		"SELECT x.id, x.visit, 0 FROM exam x WHERE x.trial = $1 AND x.subject = $2"
		" UNION ALL SELECT x.id, x.visit, q.id FROM exam x JOIN series q ON q.exam = x.id"
		" WHERE x.id = $3");
	struct reading r = { .f = f };
	enum rc rc = RC_OK;

	stmt_text(s, 1, f->of.trial);
	stmt_text(s, 2, f->of.subject);
	stmt_int(s, 3, f->of.exam);
	while (rc == RC_OK && stmt_step(s, NULL) == RC_OK) {
		char object[24];
		int64_t series = stmt_get_int(s, 2);
		struct case_at at = { series != 0 ? "series" : "exam", object };

		snprintf(object, sizeof(object), "%lld",
			(long long)(series != 0 ? series : stmt_get_int(s, 0)));
		r.visit = study_visit_place(f->study, stmt_get_text(s, 1));
		r.series = (size_t)series;
		if (r.visit != SIZE_MAX)
			rc = read_object(
				l, &r, &at, series != 0 ? STUDY_OF_SERIES : STUDY_OF_EXAM, e);
	}
	stmt_free(s);
	return rc;
}

enum rc
fill_elsewhere_read(struct ledger *l, struct fill *f, struct err *e)
{
	struct fill_elsewhere *w = f->elsewhere = mem_zero(1, sizeof(*w));
	enum rc rc = read_visits(l, f, e);

	w->here = study_visit_place(f->study, f->of.visit);
	if (rc == RC_OK)
		rc = read_exams(l, f, e);
	if (w->n > 0)
		qsort(w->kept, w->n, sizeof(*w->kept), order);
	return rc;
}

void
fill_elsewhere_free(struct fill_elsewhere *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < w->n; i++) {
		free(w->kept[i].field);
		free(w->kept[i].value);
	}
	free(w->kept);
	free(w);
}

/* The visit that a name means; SIZE_MAX none. */
static size_t
meant(const struct fill_elsewhere *w, const struct study_name *name)
{
	if (name->where == STUDY_AT)
		return name->visit;
	if (name->where == STUDY_PREVIOUS)
		return w->here == SIZE_MAX || w->here == 0 ? SIZE_MAX : w->here - 1;
	return w->here;
}

const char *
fill_elsewhere_get(void *fill, const struct study_named *field, const struct study_name *name)
{
	const struct fill *f = fill;
	const struct fill_elsewhere *w = f->elsewhere;
	struct kept key = {
		.visit = meant(w, name), .form = field->form, .field = (char *)field->field->id
	};
	size_t low = 0, high = w->n;

	if (field->form->level == STUDY_OF_SERIES)
		key.series = (size_t)f->of.series;
	if (key.visit == SIZE_MAX)
		return NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (place(&w->kept[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < w->n && place(&w->kept[low], &key) == 0 ? w->kept[low].value : NULL;
}
