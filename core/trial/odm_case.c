/* What was done at a place, as ODM: each act an element of its own in the order of events, or what stands now. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/ledger/entry.h"
#include "core/trial/odm_out.h"

/* ---- subjects, visits, forms ---- */

static void
visit_end(struct odm_writing *w)
{
	if (w->visit[0] != '\0')
		extract_close(&w->x->out);
	w->visit[0] = '\0';
}

void
odm_subject_end(struct odm_writing *w)
{
	visit_end(w);
	if (w->subject != NULL)
		extract_close(&w->x->out);
	w->subject = NULL;
}

/* Something about no subject stands with one that nobody can be. */
static void
open_subject(struct odm_writing *w, const struct extract_place *p)
{
	struct extract_out *o = &w->x->out;
	char oid[ODM_OID];

	if (w->subject != NULL && strcmp(w->subject->of.subject, p->of.subject) == 0 &&
		strcmp(w->subject->of.site, p->of.site) == 0)
		return;
	odm_subject_end(w);
	extract_open(o, "SubjectData");
	extract_attribute(
		o, "SubjectKey", p->of.subject[0] != '\0' ? p->of.subject : "(no subject)");
	if (!w->snapshot)
		extract_attribute(o, "TransactionType", "Upsert");
	if (p->of.site[0] != '\0') {
		snprintf(oid, sizeof(oid), "L.%s", p->of.site);
		extract_open(o, "SiteRef");
		extract_attribute(o, "LocationOID", oid);
		extract_close(o);
	}
	w->subject = p;
}

static void
open_visit(struct odm_writing *w, const struct extract_place *p)
{
	bool own = strcmp(p->kind, "subject") == 0 || strcmp(p->kind, "study") == 0;
	char oid[ODM_OID];

	open_subject(w, p);
	snprintf(oid, sizeof(oid), "SE.%s", p->of.visit);
	if (own || p->of.visit[0] == '\0')
		snprintf(oid, sizeof(oid), "%s", own ? ODM_VISIT_SUBJECT : ODM_VISIT_NONE);
	if (strcmp(oid, w->visit) == 0)
		return;
	visit_end(w);
	extract_open(&w->x->out, "StudyEventData");
	extract_attribute(&w->x->out, "StudyEventOID", oid);
	if (!w->snapshot)
		extract_attribute(&w->x->out, "TransactionType", "Upsert");
	memcpy(w->visit, oid, sizeof(oid));
}

static void
open_form(struct odm_writing *w, const struct extract_place *p, const char *form, const char *key,
	const char *transaction)
{
	char oid[ODM_OID];

	open_visit(w, p);
	odm_oid_form(oid, form);
	extract_open(&w->x->out, "FormData");
	extract_attribute(&w->x->out, "FormOID", oid);
	extract_attribute(&w->x->out, "FormRepeatKey", key);
	if (!w->snapshot)
		extract_attribute(&w->x->out, "TransactionType", transaction);
	w->notes = 0;
}

/* Exams, series and images by their names; the second of two entries beside the first. */
static void
repeat_key(const struct odm_writing *w, const struct extract_place *p, const char *form, int pass,
	char to[EXTRACT_NAME])
{
	snprintf(to, EXTRACT_NAME, "%s%s", p->name, pass == PASS_SECOND ? " second entry" : "");
	if (!odm_repeats(w->version->study, form))
		to[0] = '\0';
}

static const char *
or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

/* ---- who, when, why ---- */

static void
refer(struct extract_out *o, const char *element, const char *attribute, const char *prefix,
	const char *id)
{
	char oid[ODM_OID];

	snprintf(oid, sizeof(oid), "%s%s", prefix, id);
	extract_open(o, element);
	extract_attribute(o, attribute, oid);
	extract_close(o);
}

struct audit {
	const char *account, *reason;
	int64_t at, event;
};

static void
write_audit(struct extract_out *o, const struct audit *a)
{
	char time[CLOCK_TEXT + 8], event[24];

	extract_time(a->at, time);
	snprintf(event, sizeof(event), "%lld", (long long)a->event);
	extract_open(o, "AuditRecord");
	refer(o, "UserRef", "UserOID", "U.", a->account);
	refer(o, "LocationRef", "LocationOID", "", ODM_LOCATION);
	extract_leaf(o, "DateTimeStamp", time);
	if (a->reason != NULL && a->reason[0] != '\0')
		extract_leaf(o, "ReasonForChange", a->reason);
	extract_leaf(o, "SourceID", event);
	extract_close(o);
}

/* 11.50: whose printed name (User), when with its offset, and what it means (SignatureDef). */
static void
write_signature(struct extract_out *o, const char *account, const char *when, const char *meaning)
{
	char time[CLOCK_TEXT];

	extract_local(when, time);
	extract_open(o, "Signature");
	refer(o, "UserRef", "UserOID", "U.", account);
	refer(o, "LocationRef", "LocationOID", "", ODM_LOCATION);
	refer(o, "SignatureRef", "SignatureOID", "SG.", meaning);
	extract_leaf(o, "DateTimeStamp", time);
	extract_close(o);
}

static void
open_note(struct odm_writing *w, const char *id, const char *text)
{
	struct extract_out *o = &w->x->out;

	extract_open(o, "Annotation");
	extract_attribute_number(o, "SeqNum", ++w->notes);
	extract_attribute(o, "ID", id);
	if (text != NULL)
		extract_leaf(o, "Comment", text);
}

static void
write_flag(struct extract_out *o, const char *type, const char *value)
{
	char oid[ODM_OID];

	snprintf(oid, sizeof(oid), "CL.wr-%s", type);
	extract_open(o, "Flag");
	extract_open(o, "FlagValue");
	extract_attribute(o, "CodeListOID", oid);
	extract_words(o, value);
	extract_close(o);
	extract_open(o, "FlagType");
	extract_attribute(o, "CodeListOID", "CL.wr-flag");
	extract_words(o, type);
	extract_close(o);
	extract_close(o);
}

/* ---- queries ---- */

static const char *
form_asked(const struct extract_query *q)
{
	return q->row.form[0] != '\0' ? q->row.form : ODM_FORM_QUESTIONS;
}

static void
write_line(struct odm_writing *w, const struct extract_query *q, const struct query_line *n)
{
	struct extract_out *o = &w->x->out;
	char id[60], *text;

	snprintf(id, sizeof(id), "Q%lld.E%lld", (long long)q->row.id, (long long)n->event);
	text = mem_format("query %lld%s%s, %s (%s): %s", (long long)q->row.id,
		q->row.field[0] != '\0' ? " about " : "", q->row.field, n->name, n->role, n->text);
	open_note(w, id, text);
	write_flag(o, "query-type", query_types[q->row.type]);
	write_flag(o, "query-state", query_states[n->state]);
	write_flag(o, "query-state-odm2", query_odm(n->state));
	write_flag(o, "query-turn", n->owner[0] != '\0' ? n->owner : "nobody");
	extract_close(o);
	free(text);
}

static void
write_queries(
	struct odm_writing *w, const struct extract_case *c, const char *form, const char *field)
{
	for (size_t i = 0; i < c->queries; i++) {
		const struct extract_query *q = &c->query[i];

		if (strcmp(form_asked(q), form) != 0 || strcmp(q->row.field, field) != 0)
			continue;
		for (size_t k = 0; k < q->lines; k++)
			write_line(w, q, &q->line[k]);
	}
}

/* ---- values ---- */

/* Why a value is as it is: what a check found is kept for, what was signed is changed for. */
static char *
reason_of(const struct extract_value *v)
{
	return mem_format(
		"%s%s%s", v->reason, v->reason[0] != '\0' && v->why[0] != '\0' ? "; " : "", v->why);
}

static const struct extract_value *
before(const struct extract_case *c, const struct extract_value *v, int pass)
{
	const struct extract_value *found = NULL;

	for (const struct extract_value *o = c->value; o < v; o++)
		if (o->pass == pass && strcmp(o->field, v->field) == 0 &&
			strcmp(o->form, v->form) == 0)
			found = o;
	return found;
}

/* What is settled lies over what was entered first, under the same keys. */
static const char *
transaction(const struct extract_case *c, const struct extract_value *v)
{
	const struct extract_value *o =
		v->pass == PASS_SETTLED && v->was[0] == '\0' ? before(c, v, PASS_FIRST) : NULL;
	bool was = v->was[0] != '\0' || (o != NULL && o->value[0] != '\0');

	return v->value[0] == '\0' ? "Remove" : was ? "Update" : "Insert";
}

static void
write_value(struct odm_writing *w, const struct extract_case *c, const struct extract_value *v)
{
	struct extract_out *o = &w->x->out;
	int notes = w->notes;
	char oid[ODM_OID], *reason = reason_of(v);

	odm_oid_item(oid, v->form, v->field);
	extract_open(o, "ItemData");
	extract_attribute(o, "ItemOID", oid);
	if (!w->snapshot)
		extract_attribute(o, "TransactionType", transaction(c, v));
	if (v->value[0] != '\0')
		extract_attribute(o, "Value", v->value);
	write_audit(o, &(struct audit){ v->account, reason, v->at, v->event });
	w->notes = 0;
	if (v->spot[0] != '\0') {
		open_note(w, NULL, v->spot);
		write_flag(o, "place", "on-image");
		extract_close(o);
	}
	if (w->snapshot)
		write_queries(w, c, v->form, v->field);
	extract_close(o);
	w->notes = notes;
	free(reason);
}

/* The group that a field of a form is in. */
static void
group_of(const struct odm_writing *w, const char *form, const char *field, char to[ODM_OID])
{
	const struct study_named *f =
		odm_is_own(form) ? NULL : extract_field(w->version, form, field);

	odm_oid_group(to, form, f != NULL ? f->group->id : "wr-checks");
}

static void
open_group(struct odm_writing *w, const char *oid, const char *type)
{
	extract_open(&w->x->out, "ItemGroupData");
	extract_attribute(&w->x->out, "ItemGroupOID", oid);
	if (!w->snapshot)
		extract_attribute(&w->x->out, "TransactionType", type);
}

/* Those that are `wanted`, each group once, in the order in which its first value was kept. */
static void
write_groups(struct odm_writing *w, const struct extract_case *c,
	const struct extract_value *const *list, size_t n)
{
	bool *done = mem_zero(n + 1, sizeof(*done));
	char oid[ODM_OID], other[ODM_OID];

	for (size_t i = 0; i < n; i++) {
		if (done[i])
			continue;
		group_of(w, list[i]->form, list[i]->field, oid);
		open_group(w, oid, "Upsert");
		for (size_t k = i; k < n; k++) {
			group_of(w, list[k]->form, list[k]->field, other);
			if (strcmp(oid, other) != 0)
				continue;
			write_value(w, c, list[k]);
			done[k] = true;
		}
		extract_close(&w->x->out);
	}
	free(done);
}

/* ---- acts ---- */

struct act {
	enum { ENTERED, STEPPED, ASKED, DECIDED } what;
	int64_t event;
	size_t at, line; /* of the case's list, of a query's lines */
};

static int
by_event(const void *a, const void *b)
{
	const struct act *p = a, *q = b;

	return p->event < q->event ? -1 : p->event > q->event;
}

static struct act *
acts_of(const struct extract_case *c, size_t *n)
{
	size_t most = c->values + c->steps + c->decisions;
	struct act *all;

	for (size_t i = 0; i < c->queries; i++)
		most += c->query[i].lines;
	all = mem_zero(most + 1, sizeof(*all));
	*n = 0;
	for (size_t i = 0; i < c->values; i++)
		if (i == 0 || c->value[i].event != c->value[i - 1].event)
			all[(*n)++] = (struct act){ ENTERED, c->value[i].event, i, 0 };
	for (size_t i = 0; i < c->steps; i++)
		all[(*n)++] = (struct act){ STEPPED, c->step[i].event, i, 0 };
	for (size_t i = 0; i < c->queries; i++)
		for (size_t k = 0; k < c->query[i].lines; k++)
			all[(*n)++] = (struct act){ ASKED, c->query[i].line[k].event, i, k };
	for (size_t i = 0; i < c->decisions; i++)
		all[(*n)++] = (struct act){ DECIDED, c->decision[i].event, i, 0 };
	qsort(all, *n, sizeof(*all), by_event);
	return all;
}

/* Under which version was it done?  What is about a form, under that of its values then. */
static const struct extract_version *
version_at(struct extract *x, const struct extract_case *c, const char *form, int64_t event)
{
	const struct extract_value *last = NULL;

	for (size_t i = 0; i < c->values; i++)
		if (c->value[i].event <= event && strcmp(c->value[i].form, form) == 0)
			last = &c->value[i];
	return last != NULL ? extract_version_of(x, last->version) : extract_last(x);
}

static void
write_entered(struct odm_writing *w, const struct extract_case *c, const struct act *a)
{
	const struct extract_value *first = &c->value[a->at], **list;
	char key[EXTRACT_NAME];
	size_t n = 0;

	if (extract_version_of(w->x, first->version) != w->version)
		return;
	list = mem_zero(c->values + 1, sizeof(*list));
	for (size_t i = a->at; i < c->values && c->value[i].event == a->event; i++)
		list[n++] = &c->value[i];
	repeat_key(w, c->place, first->form, first->pass, key);
	open_form(w, c->place, first->form, or_null(key), "Upsert");
	write_groups(w, c, list, n);
	extract_close(&w->x->out);
	free(list);
}

static void
write_form_state(struct odm_writing *w, const struct extract_step *t)
{
	open_note(w, NULL, t->why);
	write_flag(&w->x->out, "form-state", t->step);
	extract_close(&w->x->out);
}

static void
write_step(struct odm_writing *w, const struct extract_case *c, const struct act *a)
{
	const struct extract_step *t = &c->step[a->at];
	char key[EXTRACT_NAME];

	if (version_at(w->x, c, t->form, a->event) != w->version)
		return;
	repeat_key(w, c->place, t->form, t->pass, key);
	open_form(w, c->place, t->form, or_null(key), "Context");
	if (strcmp(t->step, "signed") == 0) {
		write_signature(&w->x->out, t->account, t->when, t->meaning);
	} else {
		write_audit(&w->x->out, &(struct audit){ t->account, t->why, t->at, t->event });
		write_form_state(w, t);
	}
	extract_close(&w->x->out);
}

static void
write_asked(struct odm_writing *w, const struct extract_case *c, const struct act *a)
{
	const struct extract_query *q = &c->query[a->at];
	const struct query_line *n = &q->line[a->line];
	const char *form = form_asked(q);
	char key[EXTRACT_NAME];

	if (version_at(w->x, c, form, a->event) != w->version)
		return;
	repeat_key(w, c->place, form, PASS_FIRST, key);
	open_form(w, c->place, form, or_null(key), "Context");
	write_audit(&w->x->out, &(struct audit){ n->account, NULL, n->at, n->event });
	write_line(w, q, n);
	extract_close(&w->x->out);
}

static void
write_decided(struct odm_writing *w, const struct extract_case *c, const struct extract_decision *d)
{
	const char *value[EXTRACT_VERDICT_FIELDS];
	struct extract_out *o = &w->x->out;
	char text[2][24], key[EXTRACT_NAME], oid[ODM_OID];

	if (w->version != extract_last(w->x))
		return;
	snprintf(key, sizeof(key), "%.60s #%lld", c->place->name, (long long)d->d.number);
	open_form(w, c->place, ODM_FORM_VERDICT, key, "Insert");
	write_audit(o, &(struct audit){ d->d.account, NULL, d->d.at, d->event });
	write_signature(o, d->d.account, d->d.when, d->d.meaning);
	odm_oid_group(oid, ODM_FORM_VERDICT, "");
	open_group(w, oid, "Insert");
	extract_verdict(&d->d, value, text);
	for (int i = 0; i < EXTRACT_VERDICT_FIELDS; i++) {
		if (value[i][0] == '\0')
			continue;
		odm_oid_item(oid, ODM_FORM_VERDICT, extract_verdict_fields[i]);
		extract_open(o, "ItemData");
		extract_attribute(o, "ItemOID", oid);
		if (!w->snapshot)
			extract_attribute(o, "TransactionType", "Insert");
		extract_attribute(o, "Value", value[i]);
		extract_close(o);
	}
	extract_close(o);
	extract_close(o);
}

static void
write_acts(struct odm_writing *w, const struct extract_case *c)
{
	size_t n;
	struct act *all = acts_of(c, &n);

	for (size_t i = 0; i < n; i++)
		switch (all[i].what) {
		case ENTERED:
			write_entered(w, c, &all[i]);
			break;
		case STEPPED:
			write_step(w, c, &all[i]);
			break;
		case ASKED:
			write_asked(w, c, &all[i]);
			break;
		case DECIDED:
			write_decided(w, c, &c->decision[all[i].at]);
			break;
		}
	free(all);
}

/* ---- what stands ---- */

/* The signature of what counts: who settled, else who entered. */
static const struct extract_step *
signature_of(const struct extract_case *c, const char *form)
{
	for (size_t i = 0; i < c->values; i++)
		if (c->value[i].pass == PASS_SETTLED && strcmp(c->value[i].form, form) == 0)
			return extract_signature(c, form, PASS_SETTLED);
	return extract_signature(c, form, PASS_FIRST);
}

/* Questions about the form as a whole, and about values that are not there. */
static void
write_other_queries(struct odm_writing *w, const struct extract_case *c, const char *form,
	const struct extract_value *const *list, size_t n)
{
	for (size_t i = 0; i < c->queries; i++) {
		bool there = false;

		for (size_t k = 0; k < n; k++)
			there |= strcmp(list[k]->field, c->query[i].row.field) == 0;
		if (there || strcmp(form_asked(&c->query[i]), form) != 0)
			continue;
		for (size_t k = 0; k < c->query[i].lines; k++)
			write_line(w, &c->query[i], &c->query[i].line[k]);
	}
}

/* Values of several versions: signature, locks and questions stand with the last of these. */
static void
write_form(struct odm_writing *w, const struct extract_case *c, const char *form)
{
	const struct extract_value **list = mem_zero(c->values + 1, sizeof(*list));
	bool last = version_at(w->x, c, form, INT64_MAX) == w->version;
	const struct extract_step *sign = last ? signature_of(c, form) : NULL;
	char key[EXTRACT_NAME];
	size_t n = 0;

	for (size_t i = 0; i < c->values; i++)
		if (c->value[i].counts && c->value[i].value[0] != '\0' &&
			strcmp(c->value[i].form, form) == 0 &&
			extract_version_of(w->x, c->value[i].version) == w->version)
			list[n++] = &c->value[i];
	if (n > 0 || last) {
		repeat_key(w, c->place, form, PASS_FIRST, key);
		open_form(w, c->place, form, or_null(key), NULL);
		if (sign != NULL)
			write_signature(&w->x->out, sign->account, sign->when, sign->meaning);
		for (size_t i = 0; last && i < c->steps; i++)
			if (c->step[i].stands && strcmp(c->step[i].step, "locked") == 0 &&
				strcmp(c->step[i].form, form) == 0)
				write_form_state(w, &c->step[i]);
		if (last)
			write_other_queries(w, c, form, list, n);
		write_groups(w, c, list, n);
		extract_close(&w->x->out);
	}
	free(list);
}

static bool
seen(const char **forms, size_t n, const char *form)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(forms[i], form) == 0)
			return true;
	return false;
}

static void
write_state(struct odm_writing *w, const struct extract_case *c)
{
	const char **forms = mem_zero(c->values + c->queries + 1, sizeof(*forms));
	size_t n = 0;

	for (size_t i = 0; i < c->values; i++)
		if (!seen(forms, n, c->value[i].form))
			forms[n++] = c->value[i].form;
	for (size_t i = 0; i < c->queries; i++)
		if (!seen(forms, n, form_asked(&c->query[i])))
			forms[n++] = form_asked(&c->query[i]);
	for (size_t i = 0; i < n; i++)
		write_form(w, c, forms[i]);
	for (size_t i = 0; i < c->decisions; i++)
		if (strcmp(c->decision[i].d.state, "valid") == 0)
			write_decided(w, c, &c->decision[i]);
	free(forms);
}

enum rc
odm_case(struct extract *x, const struct extract_case *c, void *writing, struct err *e)
{
	struct odm_writing *w = writing;

	(void)x, (void)e;
	if (w->snapshot)
		write_state(w, c);
	else
		write_acts(w, c);
	return RC_OK;
}
