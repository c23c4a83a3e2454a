/* One place with all that was entered, signed, asked and decided there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/entry.h"
#include "core/trial/extract_in.h"

/* Room for one more of an array that grows by twice. */
#define ADD(array, n) \
	((n) == 0 || ((n) & ((n)-1)) == 0 \
			? mem_grow((array), (n) == 0 ? 1 : 2 * (n), sizeof(*(array))) \
			: (array))

/* ---- values ---- */

/* Why what was signed is changed stands in the event alone. */
static char *
event_text(struct extract *x, int64_t seq, const char *key)
{
	struct stmt *s = db_query(ledger_db(x->l), "SELECT body FROM event WHERE seq = $1");
	json_t *body = NULL;
	const char *text;
	char *kept;

	stmt_int(s, 1, seq);
	if (stmt_step(s, NULL) == RC_OK)
		body = json_loads(stmt_get_text(s, 0), 0, NULL);
	stmt_done(s);
	text = json_string_value(json_object_get(json_object_get(body, "data"), key));
	kept = mem_string(text != NULL ? text : "");
	json_decref(body);
	return kept;
}

static void
take_value(struct extract_case *c, struct stmt *s)
{
	struct extract_value *v;

	c->value = ADD(c->value, c->values);
	v = &c->value[c->values++];
	*v = (struct extract_value){ .form = mem_string(stmt_get_text(s, 0)),
		.field = mem_string(stmt_get_text(s, 1)),
		.value = mem_string(stmt_get_text(s, 2)),
		.was = mem_string(stmt_get_text(s, 3)),
		.why = mem_string(stmt_get_text(s, 4)),
		.spot = mem_string(stmt_get_text(s, 5)),
		.account = mem_string(stmt_get_text(s, 6)),
		.pass = (int)stmt_get_int(s, 7),
		.event = stmt_get_int(s, 8),
		.at = stmt_get_int(s, 9),
		.version = stmt_get_int(s, 10) };
}

static enum rc
read_values(struct extract *x, struct extract_case *c, struct err *e)
{
	struct stmt *s = db_query(ledger_db(x->l),
		"SELECT form, field, value, was, why, spot, account, pass, event, at, version FROM"
		" entry WHERE kind = $1 AND object = $2 ORDER BY event, id");
	enum rc rc;

	stmt_text(s, 1, c->place->kind);
	stmt_text(s, 2, c->place->object);
	while ((rc = stmt_step(s, e)) == RC_OK)
		take_value(c, s);
	stmt_done(s);
	for (size_t i = 0; i < c->values; i++)
		c->value[i].reason = i > 0 && c->value[i - 1].event == c->value[i].event
			? mem_string(c->value[i - 1].reason)
			: event_text(x, c->value[i].event, "reason");
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static bool
same_field(const struct extract_value *a, const struct extract_value *b)
{
	return strcmp(a->field, b->field) == 0 && strcmp(a->form, b->form) == 0;
}

/* A place has few values: what stands is found by looking at those that came later. */
static void
find_standing(struct extract_case *c)
{
	for (size_t i = 0; i < c->values; i++) {
		struct extract_value *v = &c->value[i];
		bool settled = false;

		v->stands = true;
		for (size_t k = 0; k < c->values; k++) {
			const struct extract_value *o = &c->value[k];

			if (!same_field(v, o))
				continue;
			v->stands &= k <= i || o->pass != v->pass;
			settled |= o->pass == PASS_SETTLED;
		}
		v->counts = v->stands && v->pass == (settled ? PASS_SETTLED : PASS_FIRST);
	}
}

static void
free_value(struct extract_value *v)
{
	free(v->form);
	free(v->field);
	free(v->value);
	free(v->was);
	free(v->why);
	free(v->spot);
	free(v->reason);
	free(v->account);
}

/* ---- steps ---- */

static void
take_step(struct extract_case *c, struct stmt *s)
{
	struct extract_step *t;

	c->step = ADD(c->step, c->steps);
	t = &c->step[c->steps++];
	*t = (struct extract_step){ .form = mem_string(stmt_get_text(s, 0)),
		.step = mem_string(stmt_get_text(s, 1)),
		.why = mem_string(stmt_get_text(s, 2)),
		.account = mem_string(stmt_get_text(s, 3)),
		.name = mem_string(stmt_get_text(s, 4)),
		.role = mem_string(stmt_get_text(s, 5)),
		.pass = (int)stmt_get_int(s, 6),
		.event = stmt_get_int(s, 7),
		.at = stmt_get_int(s, 8),
		.stands = true };
}

static void
read_manifestation(struct extract *x, struct extract_step *t)
{
	char *when = event_text(x, t->event, "when"), *meaning = event_text(x, t->event, "meaning");

	str_copy(t->when, sizeof(t->when), when);
	str_copy(t->meaning, sizeof(t->meaning), meaning);
	free(when);
	free(meaning);
}

/* A signature stands until something of its pass is entered; a lock until the next one. */
static void
find_step_standing(struct extract_case *c, struct extract_step *t)
{
	bool sign = strcmp(t->step, "signed") == 0;

	for (size_t i = 0; sign && i < c->values; i++)
		if (c->value[i].event > t->event && c->value[i].pass == t->pass &&
			strcmp(c->value[i].form, t->form) == 0)
			t->stands = false;
	for (size_t i = 0; i < c->steps; i++) {
		const struct extract_step *o = &c->step[i];

		if (o->event > t->event && strcmp(o->form, t->form) == 0 &&
			(strcmp(o->step, "signed") == 0) == sign && (!sign || o->pass == t->pass))
			t->stands = false;
	}
}

static enum rc
read_steps(struct extract *x, struct extract_case *c, struct err *e)
{
	struct stmt *s = db_query(ledger_db(x->l),
		"SELECT form, step, why, account, name, role, pass, event, at FROM form_step WHERE"
		" kind = $1 AND object = $2 AND form <> '' ORDER BY event");
	enum rc rc;

	stmt_text(s, 1, c->place->kind);
	stmt_text(s, 2, c->place->object);
	while ((rc = stmt_step(s, e)) == RC_OK)
		take_step(c, s);
	stmt_done(s);
	for (size_t i = 0; i < c->steps; i++) {
		if (strcmp(c->step[i].step, "signed") == 0)
			read_manifestation(x, &c->step[i]);
		find_step_standing(c, &c->step[i]);
	}
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static void
free_step(struct extract_step *t)
{
	free(t->form);
	free(t->step);
	free(t->why);
	free(t->account);
	free(t->name);
	free(t->role);
}

/* ---- queries ---- */

static void
take_line(void *ctx, const struct query_line *n)
{
	struct extract_query *q = ctx;

	q->line = mem_grow(q->line, q->lines + 1, sizeof(*q->line));
	q->line[q->lines++] = *n;
}

/* By the index over places: a filter of query_each would look at all of them for each place. */
static enum rc
read_numbers(struct extract *x, struct extract_case *c, struct err *e)
{
	struct stmt *s = db_query(ledger_db(x->l),
		"SELECT id FROM query WHERE kind = $1 AND object = $2 ORDER BY id");
	enum rc rc;

	stmt_text(s, 1, c->place->kind);
	stmt_text(s, 2, c->place->object);
	while ((rc = stmt_step(s, e)) == RC_OK) {
		c->query = ADD(c->query, c->queries);
		memset(&c->query[c->queries], 0, sizeof(*c->query));
		c->query[c->queries++].row.id = stmt_get_int(s, 0);
	}
	stmt_done(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc
read_queries(struct extract *x, struct extract_case *c, struct err *e)
{
	enum rc rc = read_numbers(x, c, e);

	for (size_t i = 0; rc == RC_OK && i < c->queries; i++) {
		struct extract_query *q = &c->query[i];

		rc = query_read(x->l, q->row.id, &q->row, e);
		if (rc == RC_OK)
			rc = query_lines(x->l, q->row.id, take_line, q, e);
	}
	return rc;
}

/* ---- verdicts ---- */

static void
take_decision(void *ctx, const struct decision *d)
{
	struct extract_case *c = ctx;

	c->decision = mem_grow(c->decision, c->decisions + 1, sizeof(*c->decision));
	c->decision[c->decisions++] = (struct extract_decision){ .d = *d };
}

static int64_t
decision_event(struct extract *x, int64_t number)
{
	struct stmt *s = db_query(ledger_db(x->l), "SELECT event FROM decision WHERE id = $1");
	int64_t event;

	stmt_int(s, 1, number);
	event = stmt_step(s, NULL) == RC_OK ? stmt_get_int(s, 0) : 0;
	stmt_done(s);
	return event;
}

/* What another reader must not hear yet stays behind. */
static enum rc
read_decisions(struct extract *x, struct extract_case *c, bool count, struct err *e)
{
	size_t kept = 0;
	enum rc rc;

	if (!x->want->decisions || strcmp(c->place->kind, "series") != 0)
		return RC_OK;
	rc = decision_each(x->l, c->place->of.series, take_decision, c, e);
	for (size_t i = 0; i < c->decisions; i++) {
		c->decision[i].event = decision_event(x, c->decision[i].d.number);
		if (c->decision[i].d.held_back)
			x->told->held_back += count;
		else
			c->decision[kept++] = c->decision[i];
	}
	c->decisions = kept;
	return rc;
}

/* ---- what stays behind ---- */

static bool
is_settled(const struct extract_case *c, const char *form)
{
	for (size_t i = 0; i < c->values; i++)
		if (c->value[i].pass == PASS_SETTLED && strcmp(c->value[i].form, form) == 0)
			return true;
	return extract_signature(c, form, PASS_FIRST) != NULL &&
		extract_signature(c, form, PASS_SECOND) != NULL;
}

/* Of a form that two people fill nobody sees anything until both signed, by the version that it was entered under. */
static bool
is_held_back(const struct extract *x, const struct extract_case *c, const char *form)
{
	const struct study_form *f = NULL;

	for (size_t i = 0; i < c->values; i++)
		if (strcmp(c->value[i].form, form) == 0)
			f = extract_form(extract_version_of(x, c->value[i].version)->study, form);
	return f != NULL && f->double_entry && !is_settled(c, form);
}

static bool
is_other_study(const struct extract *x, const struct extract_value *v)
{
	if (v->version == 0 || entry_is_builtin(v->form))
		return false;
	for (size_t i = 0; i < x->versions; i++)
		if (x->version[i].v.id == v->version)
			return false;
	return true;
}

static void
drop_form(struct extract_case *c, const char *form)
{
	size_t values = 0, steps = 0, queries = 0;

	for (size_t i = 0; i < c->values; i++)
		if (strcmp(c->value[i].form, form) == 0)
			free_value(&c->value[i]);
		else
			c->value[values++] = c->value[i];
	for (size_t i = 0; i < c->steps; i++)
		if (strcmp(c->step[i].form, form) == 0)
			free_step(&c->step[i]);
		else
			c->step[steps++] = c->step[i];
	for (size_t i = 0; i < c->queries; i++)
		if (strcmp(c->query[i].row.form, form) == 0)
			free(c->query[i].line);
		else
			c->query[queries++] = c->query[i];
	c->values = values;
	c->steps = steps;
	c->queries = queries;
}

static void
hold_back(struct extract *x, struct extract_case *c, bool count)
{
	for (size_t i = 0; i < c->values;) {
		char *form = mem_string(c->value[i].form);

		if (is_held_back(x, c, form)) {
			x->told->held_back += count;
			drop_form(c, form);
			i = 0;
		} else {
			i++;
		}
		free(form);
	}
}

static void
leave_out(struct extract *x, struct extract_case *c, bool count)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->values; i++) {
		struct extract_value *v = &c->value[i];

		if (extract_identifies(v->form, v->field) || is_other_study(x, v)) {
			x->told->left_out += count;
			free_value(v);
		} else {
			c->value[kept++] = *v;
		}
	}
	c->values = kept;
}

static void
count_case(struct extract *x, const struct extract_case *c)
{
	struct extract_told *t = x->told;

	for (size_t i = 0; i < c->values; i++)
		t->values += c->value[i].counts && c->value[i].value[0] != '\0';
	for (size_t i = 0; i < c->steps; i++)
		t->signatures += c->step[i].stands && strcmp(c->step[i].step, "signed") == 0;
	t->queries += (int64_t)c->queries;
	t->decisions += (int64_t)c->decisions;
}

enum rc
extract_load(struct extract *x, const struct extract_place *p, bool count, struct extract_case *out,
	struct err *e)
{
	enum rc rc;

	memset(out, 0, sizeof(*out));
	out->place = p;
	rc = read_values(x, out, e);
	find_standing(out);
	if (rc == RC_OK)
		rc = read_steps(x, out, e);
	if (rc == RC_OK)
		rc = read_queries(x, out, e);
	if (rc == RC_OK)
		rc = read_decisions(x, out, count, e);
	if (rc != RC_OK)
		return rc;
	hold_back(x, out, count);
	leave_out(x, out, count);
	if (count)
		count_case(x, out);
	return RC_OK;
}

void
extract_release(struct extract_case *c)
{
	for (size_t i = 0; i < c->values; i++)
		free_value(&c->value[i]);
	for (size_t i = 0; i < c->steps; i++)
		free_step(&c->step[i]);
	for (size_t i = 0; i < c->queries; i++)
		free(c->query[i].line);
	free(c->value);
	free(c->step);
	free(c->query);
	free(c->decision);
	memset(c, 0, sizeof(*c));
}
