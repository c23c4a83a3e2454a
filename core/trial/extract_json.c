/* Exports as one JSON document: the study, then each place with what stands there, who signed it, what was asked and judged. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/base/mem.h"
#include "core/trial/extract_in.h"

static void
write_json(struct extract_out *o, json_t *j)
{
	char *text = json_dumps(j, JSON_COMPACT);

	extract_out_text(o, text != NULL ? text : "null");
	free(text);
	json_decref(j);
}

static json_t *
time_json(int64_t at)
{
	char text[CLOCK_TEXT + 8];

	extract_time(at, text);
	return json_string(text);
}

static json_t *
value_json(struct extract *x, const struct extract_value *v)
{
	const struct extract_version *version = extract_version_of(x, v->version);
	const struct study_named *f = extract_field(version, v->form, v->field);
	const char *label = extract_code_label(version, v->form, v->field, v->value);
	json_t *j = json_pack("{s:s, s:s, s:s, s:i, s:b, s:s, s:o, s:I, s:I}", "form", v->form,
		"field", v->field, "value", v->value, "pass", v->pass, "counts", v->counts, "by",
		v->account, "at", time_json(v->at), "event", (json_int_t)v->event, "version",
		(json_int_t)version->v.version);

	if (f != NULL && f->field->unit != NULL)
		json_object_set_new(j, "unit", json_string(f->field->unit));
	if (label[0] != '\0')
		json_object_set_new(j, "label", json_string(label));
	if (v->reason[0] != '\0')
		json_object_set_new(j, "reason", json_string(v->reason));
	if (v->why[0] != '\0')
		json_object_set_new(j, "why", json_string(v->why));
	if (v->spot[0] != '\0')
		json_object_set_new(j, "spot", json_string(v->spot));
	return j;
}

static json_t *
step_json(const struct extract_step *t)
{
	json_t *j = json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:o, s:I, s:b}", "form", t->form,
		"step", t->step, "pass", t->pass, "by", t->account, "name", t->name, "role",
		t->role, "at", time_json(t->at), "event", (json_int_t)t->event, "stands", t->stands);

	if (t->when[0] != '\0')
		json_object_set_new(j, "when", json_string(t->when));
	if (t->meaning[0] != '\0')
		json_object_set_new(j, "meaning", json_string(t->meaning));
	if (t->why[0] != '\0')
		json_object_set_new(j, "reason", json_string(t->why));
	return j;
}

static json_t *
query_json(const struct extract_query *q)
{
	json_t *lines = json_array();

	for (size_t i = 0; i < q->lines; i++) {
		const struct query_line *n = &q->line[i];

		json_array_append_new(lines,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:I}", "state",
				query_states[n->state], "odm", query_odm(n->state), "turn", n->owner,
				"text", n->text, "by", n->account, "name", n->name, "role", n->role,
				"at", time_json(n->at), "event", (json_int_t)n->event));
	}
	return json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "number",
		(json_int_t)q->row.id, "form", q->row.form, "field", q->row.field, "rule",
		q->row.rule, "type", query_types[q->row.type], "state", query_states[q->row.state],
		"odm", query_odm(q->row.state), "lines", lines);
}

static json_t *
decision_json(const struct extract_decision *x)
{
	const struct decision *d = &x->d;

	return json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:I}",
		"number", (json_int_t)d->number, "step", d->step, "verdict", d->verdict, "reasons",
		d->reasons, "note", d->note, "by", d->account, "name", d->name, "role", d->role,
		"when", d->when, "meaning", d->meaning, "reading", (json_int_t)d->reading, "state",
		d->state, "correction", d->correction, "event", (json_int_t)x->event);
}

static json_t *
place_json(const struct extract_place *p)
{
	json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", p->kind, "place", p->name,
		"site", p->of.site, "subject", p->of.subject, "visit", p->of.visit);

	if (p->of.exam != 0)
		json_object_set_new(j, "exam", json_integer(p->of.exam));
	if (p->of.series != 0)
		json_object_set_new(j, "series", json_integer(p->of.series));
	return j;
}

static enum rc
json_case(struct extract *x, const struct extract_case *c, void *ctx, struct err *e)
{
	json_t *values = json_array(), *steps = json_array(), *queries = json_array(),
	       *decisions = json_array(), *j = place_json(c->place);
	bool *first = ctx;

	(void)e;
	for (size_t i = 0; i < c->values; i++)
		if (c->value[i].stands && c->value[i].value[0] != '\0')
			json_array_append_new(values, value_json(x, &c->value[i]));
	for (size_t i = 0; i < c->steps; i++)
		json_array_append_new(steps, step_json(&c->step[i]));
	for (size_t i = 0; i < c->queries; i++)
		json_array_append_new(queries, query_json(&c->query[i]));
	for (size_t i = 0; i < c->decisions; i++)
		json_array_append_new(decisions, decision_json(&c->decision[i]));
	json_object_set_new(j, "values", values);
	json_object_set_new(j, "steps", steps);
	json_object_set_new(j, "queries", queries);
	if (x->want->decisions)
		json_object_set_new(j, "verdicts", decisions);
	else
		json_decref(decisions);
	extract_out_text(&x->out, *first ? "\n" : ",\n");
	*first = false;
	write_json(&x->out, j);
	return RC_OK;
}

static json_t *
study_json(const struct extract *x)
{
	json_t *versions = json_array();

	for (size_t i = 0; i < x->versions; i++)
		json_array_append_new(versions,
			json_pack("{s:I, s:s, s:o}", "version", (json_int_t)x->version[i].v.version,
				"digest", x->version[i].v.digest, "applied",
				time_json(x->version[i].v.at)));
	return json_pack("{s:s, s:s, s:b, s:o}", "id", x->want->study, "title",
		extract_last(x)->study->title, "frozen", x->frozen, "versions", versions);
}

enum rc
extract_json(struct extract *x, struct err *e)
{
	bool first = true;
	enum rc rc;

	extract_out_text(&x->out, "{\"wetread\":\"data\",\"format\":1,\"study\":");
	write_json(&x->out, study_json(x));
	extract_out_text(&x->out, ",\"places\":[");
	rc = extract_each(x, false, json_case, &first, e);
	extract_out_text(&x->out, first ? "]}\n" : "\n]}\n");
	return rc;
}
