/* Compliance of a subject: the plan made ready, visits and their windows.  comply_series.c says which series is which. */
#include "core/study/comply.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/study/comply_in.h"
#include "core/study/place.h"

const char *const comply_visit_states[COMPLY_VISIT_STATES] = {
	[COMPLY_UNPLANNED] = "unplanned",
	[COMPLY_NOT_DUE] = "not-due",
	[COMPLY_DUE] = "due",
	[COMPLY_LATE] = "overdue",
	[COMPLY_WITHIN] = "within",
	[COMPLY_OUTSIDE] = "outside",
	[COMPLY_BEYOND] = "beyond",
	[COMPLY_UNDATED] = "undated",
};

/* ---- the plan ---- */

static size_t
series_place(const struct study_visit *v, const char *id)
{
	for (size_t i = 0; id != NULL && i < v->series_n; i++)
		if (strcmp(v->series[i].id, id) == 0)
			return i;
	return SIZE_MAX;
}

static int
attribute_of(const char *name)
{
	static const struct {
		const char *name;
		int attr;
	} computed[] = { { "slices", COMPLY_SLICES }, { "spacing", COMPLY_SPACING },
		{ "coverage", COMPLY_COVERAGE } };
	int a = 0;

	for (size_t i = 0; i < MEM_COUNT(computed); i++)
		if (strcmp(computed[i].name, name) == 0)
			return computed[i].attr;
	while (a < ATTR_COUNT && strcmp(attr_table[a].column, name) != 0)
		a++;
	return a;
}

static void
make_expected(const struct study_visit *v, const struct study_series *s, struct comply_expected *out)
{
	*out = (struct comply_expected){ .series = s,
		.label = comply_label_read(s->label),
		.row = mem_zero(s->parameters + 1, sizeof(*out->row)),
		.frame = series_place(v, s->same_frame_as) };
	for (size_t i = 0; i < s->parameters; i++) {
		out->row[i].attr = attribute_of(s->parameter[i].attribute);
		out->row[i].first = true;
		for (size_t j = 0; j < i; j++)
			out->row[i].first &= out->row[j].attr != out->row[i].attr;
	}
}

struct comply *
comply_make(const struct study *s)
{
	struct comply *c = mem_zero(1, sizeof(*c));

	c->study = s;
	c->visit = mem_zero(s->visits + 1, sizeof(*c->visit));
	for (size_t i = 0; i < s->visits; i++) {
		const struct study_visit *v = &s->visit[i], *after = study_find_visit(s, v->after);
		struct comply_visit_plan *p = &c->visit[i];

		p->visit = v;
		p->after = after != NULL ? (size_t)(after - s->visit) : SIZE_MAX;
		p->expected = mem_zero(v->series_n + 1, sizeof(*p->expected));
		for (size_t j = 0; j < v->series_n; j++)
			make_expected(v, &v->series[j], &p->expected[j]);
	}
	return c;
}

void
comply_free(struct comply *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->study->visits; i++) {
		for (size_t j = 0; j < c->study->visit[i].series_n; j++)
			free(c->visit[i].expected[j].row);
		free(c->visit[i].expected);
	}
	free(c->visit);
	free(c);
}

/* ---- the report ---- */

/* Room for one more. */
static void *
room(void *items, size_t *have, size_t n, size_t size)
{
	if (n < *have)
		return items;
	*have = n < 32 ? 64 : 2 * n;
	return mem_grow(items, *have, size);
}

struct comply_finding *
comply_add(struct comply_report *r, enum comply_kind kind, const struct study_visit *v)
{
	struct comply_finding *f;

	r->finding = room(r->finding, &r->finding_room, r->findings, sizeof(*r->finding));
	f = &r->finding[r->findings++];
	*f = (struct comply_finding){
		.kind = kind, .visit = v, .value = NAN, .low = NAN, .high = NAN
	};
	return f;
}

void
comply_report_release(struct comply_report *r)
{
	free(r->visit);
	free(r->slot);
	free(r->finding);
	free(r->item);
	memset(r, 0, sizeof(*r));
}

/* ---- windows ---- */

/* What is counted with while a subject is looked at. */
struct counting {
	const struct comply *c;
	const struct comply_subject *in;
	struct comply_report *r;
	struct value *start; /* of each visit: its first exam */
};

static bool
is_of(const struct comply_exam *x, const struct study_visit *v)
{
	return x->visit != NULL && strcmp(x->visit, v->id) == 0;
}

static struct value
first_of(const struct counting *k, const struct study_visit *v)
{
	struct value first = { .type = VALUE_MISSING };

	for (size_t i = 0; i < k->in->exams; i++) {
		struct value d = { .type = VALUE_MISSING };

		if (is_of(&k->in->exam[i], v))
			d = place_date(k->in->exam[i].date);
		if (d.type != VALUE_MISSING && (first.type == VALUE_MISSING || d.low < first.low))
			first = d;
	}
	return first;
}

/* The days that an exam can be off; both ends are the same where both dates are whole. */
struct off {
	double least, most;
};

static enum comply_visit_state
rate_off(const struct study_visit *v, struct off o)
{
	if ((v->hard_early >= 0 && o.most < -v->hard_early) ||
		(v->hard_late >= 0 && o.least > v->hard_late))
		return COMPLY_BEYOND;
	if (o.most < -v->early || o.least > v->late)
		return COMPLY_OUTSIDE;
	return o.least >= -v->early && o.most <= v->late ? COMPLY_WITHIN : COMPLY_UNDATED;
}

static void
tell_window(struct counting *k, const struct study_visit *v, const struct comply_exam *x,
	enum comply_visit_state state, struct off o)
{
	static const enum comply_kind kinds[COMPLY_VISIT_STATES] = {
		[COMPLY_OUTSIDE] = COMPLY_WINDOW,
		[COMPLY_BEYOND] = COMPLY_REFUSED,
		[COMPLY_UNDATED] = COMPLY_DATE,
	};
	struct comply_finding *f;
	bool late = o.least > 0;

	if (state == COMPLY_WITHIN)
		return;
	f = comply_add(k->r, kinds[state], v);
	f->exam = x->id;
	if (state == COMPLY_UNDATED)
		return;
	f->value = late ? o.least : o.most;
	f->low = state == COMPLY_BEYOND ? -v->hard_early : -v->early;
	f->high = state == COMPLY_BEYOND ? v->hard_late : v->late;
	/* a limit that is not there */
	if (state == COMPLY_BEYOND && v->hard_early < 0)
		f->low = NAN;
	if (state == COMPLY_BEYOND && v->hard_late < 0)
		f->high = NAN;
}

/* Each exam of a visit by its own date; the worst says how the visit stands. */
static enum comply_visit_state
rate_exams(struct counting *k, const struct comply_visit_plan *p)
{
	const struct value *start = p->after != SIZE_MAX ? &k->start[p->after] : NULL;
	enum comply_visit_state worst = COMPLY_WITHIN;

	for (size_t i = 0; i < k->in->exams; i++) {
		const struct comply_exam *x = &k->in->exam[i];
		enum comply_visit_state state = COMPLY_UNDATED;
		struct value d;
		struct off o = { 0 };

		if (!is_of(x, p->visit))
			continue;
		d = place_date(x->date);
		if (d.type != VALUE_MISSING && start == NULL) {
			/* days are counted from it: the day must be known */
			state = d.low < d.high ? COMPLY_UNDATED : COMPLY_WITHIN;
		} else if (d.type != VALUE_MISSING && start->type != VALUE_MISSING) {
			o.least = d.low - start->high - p->visit->day;
			o.most = d.high - start->low - p->visit->day;
			state = rate_off(p->visit, o);
		} else if (d.type != VALUE_MISSING) {
			comply_add(k->r, COMPLY_START, p->visit)->exam = x->id;
			worst = worst == COMPLY_WITHIN ? COMPLY_UNDATED : worst;
			continue;
		}
		tell_window(k, p->visit, x, state, o);
		if (worst == COMPLY_WITHIN || (worst != COMPLY_BEYOND && state == COMPLY_BEYOND) ||
			(worst == COMPLY_UNDATED && state == COMPLY_OUTSIDE))
			worst = state;
	}
	return worst;
}

/* Nothing came: is it time? */
static enum comply_visit_state
rate_waiting(struct counting *k, const struct comply_visit_plan *p)
{
	const struct study_visit *v = p->visit;
	const struct value *start = p->after != SIZE_MAX ? &k->start[p->after] : NULL;

	if (start == NULL || start->type == VALUE_MISSING)
		return COMPLY_UNPLANNED;
	if ((double)k->in->today < start->low + v->day - v->early)
		return COMPLY_NOT_DUE;
	if ((double)k->in->today <= start->high + v->day + v->late)
		return COMPLY_DUE;
	comply_add(k->r, COMPLY_OVERDUE, v)->value =
		(double)k->in->today - (start->high + v->day + v->late);
	return COMPLY_LATE;
}

static void
fill_dates(const struct counting *k, const struct comply_visit_plan *p, struct comply_visit *out)
{
	const struct value *own = &k->start[p - k->c->visit],
			   *start = p->after != SIZE_MAX ? &k->start[p->after] : NULL;

	out->actual_known = own->type != VALUE_MISSING && own->low == own->high;
	if (out->actual_known)
		out->actual = (int64_t)own->low;
	out->planned_known =
		start != NULL && start->type != VALUE_MISSING && start->low == start->high;
	if (!out->planned_known)
		return;
	out->planned = (int64_t)start->low + p->visit->day;
	out->first = out->planned - p->visit->early;
	out->last = out->planned + p->visit->late;
	if (out->actual_known)
		out->off = out->actual - out->planned;
}

/* ---- all of it ---- */

static size_t
collect(struct counting *k, const struct study_visit *v, struct comply_visit *out)
{
	struct comply_report *r = k->r;
	size_t n = 0;

	for (size_t i = 0; i < k->in->exams; i++) {
		const struct comply_exam *x = &k->in->exam[i];

		if (!is_of(x, v))
			continue;
		out->exams++;
		for (size_t j = 0; j < x->n; j++) {
			const struct comply_series *s = &x->series[j];

			r->item = room(r->item, &r->item_room, n, sizeof(*r->item));
			r->item[n++] = (struct comply_item){ .series = s,
				.exam = x->id,
				.slot = SIZE_MAX,
				.unsure = s->unsure || s->label == NULL || s->label[0] == '\0' };
		}
	}
	return n;
}

static void
check_visit(struct counting *k, const struct comply_visit_plan *p)
{
	struct comply_report *r = k->r;
	struct comply_visit out = { .visit = p->visit, .slot = r->slots, .finding = r->findings };
	size_t items = collect(k, p->visit, &out);

	fill_dates(k, p, &out);
	out.state = out.exams > 0 ? rate_exams(k, p) : rate_waiting(k, p);
	for (size_t i = 0; i < p->visit->series_n; i++) {
		r->slot = room(r->slot, &r->slot_room, r->slots, sizeof(*r->slot));
		r->slot[r->slots++] = (struct comply_slot){ .expected = &p->visit->series[i] };
	}
	out.slots = r->slots - out.slot;
	comply_series_of_visit(p, r, items, out.exams > 0);
	out.findings = r->findings - out.finding;
	r->visit = room(r->visit, &r->visit_room, r->visits, sizeof(*r->visit));
	r->visit[r->visits++] = out;
}

void
comply_check(const struct comply *c, const struct comply_subject *in, struct comply_report *out)
{
	struct counting k = { c, in, out, mem_zero(c->study->visits + 1, sizeof(struct value)) };

	out->visits = out->slots = out->findings = 0;
	for (size_t i = 0; i < c->study->visits; i++)
		k.start[i] = first_of(&k, &c->study->visit[i]);
	for (size_t i = 0; i < c->study->visits; i++)
		check_visit(&k, &c->visit[i]);
	for (size_t i = 0; i < in->exams; i++)
		if (study_find_visit(c->study, in->exam[i].visit) == NULL)
			comply_add(out, COMPLY_UNPLACED, NULL)->exam = in->exam[i].id;
	free(k.start);
}
