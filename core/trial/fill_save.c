/* What is kept of a form that was filled. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/trial/fill_in.h"

/* A check across fields that is kept with a reason is an entry too: field "check:ID". */
#define CHECK_FIELD "check:"
#define CHECK_KEPT  "kept"
/* Between the reasons of one value. */
#define NEXT_REASON " / "
/* Instead of a rule: why one of two entries holds. */
#define SETTLED "settled"

/* ---- reasons, as text with the value ---- */

static void
add_reason(struct buf *b, const char *rule, const char *reason)
{
	buf_format(b, "%s%s: %s", b->len > 0 ? NEXT_REASON : "", rule, reason);
}

/* Where the next reason begins: " / RULE: "; the end where there is none. */
static const char *
reason_end(const char *at)
{
	for (const char *p = at; (p = strstr(p, NEXT_REASON)) != NULL; p += 3) {
		size_t n = strspn(p + 3, "abcdefghijklmnopqrstuvwxyz.0123456789");

		if (n > 0 && strncmp(p + 3 + n, ": ", 2) == 0)
			return p;
	}
	return at + strlen(at);
}

static void
settle(struct fill *f, const char *field, const char *reason)
{
	size_t at = form_sheet_find(f->sheet, field);

	for (size_t i = 0; i < f->differences; i++)
		if (f->difference[i].field == at) {
			free(f->difference[i].reason);
			f->difference[i].reason = mem_string(reason);
		}
}

void
fill_load_reasons(struct fill *f, const char *field, const char *why)
{
	bool check = strncmp(field, CHECK_FIELD, strlen(CHECK_FIELD)) == 0;

	while (*why != '\0') {
		const char *colon = strstr(why, ": "), *end;
		char rule[FORM_RULE];
		char *text;

		if (colon == NULL || (size_t)(colon - why) >= sizeof(rule))
			return;
		snprintf(rule, sizeof(rule), "%.*s", (int)(colon - why), why);
		end = reason_end(colon + 2);
		text = mem_format("%.*s", (int)(end - colon - 2), colon + 2);
		if (strcmp(rule, SETTLED) == 0)
			settle(f, field, text);
		/* what is not found any more needs none */
		form_sheet_override(
			f->sheet, check ? field + strlen(CHECK_FIELD) : field, rule, text, NULL);
		free(text);
		why = *end != '\0' ? end + strlen(NEXT_REASON) : end;
	}
}

/* ---- may it be kept ---- */

static enum rc
say(const struct form_finding *x, const char *what, struct err *e)
{
	return err_set(e, RC_INVALID, "%.60s: %.200s%s", x->id, x->message, what);
}

static enum rc
check_finding(const struct form_finding *x, bool whole, struct err *e)
{
	if (x->kind == FORM_REQUIRED)
		return whole ? say(x, "", e) : RC_OK;
	if (x->kind < FORM_REQUIRED)
		return say(x, "", e);
	return x->reason != NULL ? RC_OK : say(x, ": say why it is kept", e);
}

/* Nothing refused and nothing open; with `whole` nothing missing either. */
static enum rc
check(const struct fill *f, bool whole, struct err *e)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < form_sheet_fields(f->sheet); i++) {
		const struct form_cell *c = form_sheet_cell(f->sheet, i);

		for (size_t k = 0; rc == RC_OK && k < c->findings; k++)
			rc = check_finding(&c->finding[k], whole, e);
	}
	for (size_t i = 0; rc == RC_OK && i < f->form->checks; i++) {
		const struct form_finding *x = form_sheet_check(f->sheet, i);

		if (x != NULL)
			rc = check_finding(x, whole, e);
	}
	for (size_t i = 0; rc == RC_OK && whole && i < f->differences; i++)
		if (f->difference[i].reason == NULL)
			rc = err_set(e, RC_INVALID,
				"%.60s: both entries differ; settle it with a reason",
				form_sheet_cell(f->sheet, f->difference[i].field)->field->id);
	return rc;
}

enum rc
fill_complete(const struct fill *f, struct err *e)
{
	struct form_sum sum = form_sheet_sum(f->sheet);

	if (sum.proposed > 0)
		return err_set(e, RC_INVALID,
			"%zu values come from the header and are nobody's yet: accept or change "
			"them",
			sum.proposed);
	return check(f, true, e);
}

/* ---- taking ---- */

struct fill_batch {
	char kind[12], object[CASE_KEY], form[ENTRY_FORM];
	int pass;
	int64_t version;
	struct entry_value *value;
	size_t values;
	struct query_new *query;
	size_t queries;
};

static void
add_value(struct fill_batch *b, const char *field, const char *value, char *why)
{
	b->value = mem_grow(b->value, b->values + 1, sizeof(*b->value));
	b->value[b->values++] = (struct entry_value){
		.field = mem_string(field), .value = mem_string(value), .why = why
	};
}

/* The value is part of the rule: another one that is outside is asked about anew. */
static void
add_query(struct fill_batch *b, const struct form_finding *x, const char *value)
{
	struct query_new *q;

	b->query = mem_grow(b->query, b->queries + 1, sizeof(*b->query));
	q = &b->query[b->queries++];
	*q = (struct query_new){ .type = QUERY_CHECK, .field = mem_string(x->id) };
	q->rule = mem_format("%s=%.100s", x->rule, value);
	q->text = mem_format("%s. Kept because: %s", x->message, x->reason);
}

static void
take_queries(struct fill_batch *b, const struct form_cell *c)
{
	for (size_t k = 0; k < c->findings; k++)
		if (c->finding[k].reason != NULL)
			add_query(b, &c->finding[k], c->value);
}

static const struct fill_difference *
difference_of(const struct fill *f, size_t field)
{
	for (size_t i = 0; i < f->differences; i++)
		if (f->difference[i].field == field)
			return &f->difference[i];
	return NULL;
}

static void
take_cell(const struct fill *f, size_t field, struct fill_batch *b)
{
	const struct form_cell *c = form_sheet_cell(f->sheet, field);
	const struct fill_difference *d = difference_of(f, field);
	struct buf why = { 0 };

	if (c->state == FORM_PROPOSED ||
		(f->pass == PASS_SETTLED && (d == NULL || d->reason == NULL)))
		return; /* what both say stands; what is not settled is nobody's yet */
	if (d != NULL && d->reason != NULL)
		add_reason(&why, SETTLED, d->reason);
	for (size_t i = 0; i < c->findings; i++)
		if (c->finding[i].reason != NULL)
			add_reason(&why, c->finding[i].rule, c->finding[i].reason);
	add_value(
		b, c->field->id, c->state == FORM_ENTERED && !c->skipped ? c->value : "", why.data);
	take_queries(b, c);
}

static void
take_checks(const struct fill *f, struct fill_batch *b)
{
	for (size_t i = 0; i < f->form->checks; i++) {
		const struct form_finding *x = form_sheet_check(f->sheet, i);
		struct buf why = { 0 };
		char field[ENTRY_FIELD];

		snprintf(field, sizeof(field), CHECK_FIELD "%.100s", f->form->check[i].id);
		if (x != NULL && x->reason != NULL) {
			add_reason(&why, x->rule, x->reason);
			add_query(b, x, "");
		}
		add_value(b, field, x != NULL && x->reason != NULL ? CHECK_KEPT : "", why.data);
	}
}

enum rc
fill_take(const struct fill *f, struct fill_batch **out, struct err *e)
{
	struct fill_batch *b;
	enum rc rc = f->closed[0] == '\0' ? check(f, false, e)
					  : err_set(e, RC_CONFLICT, "%s", f->closed);

	*out = NULL;
	if (rc != RC_OK)
		return rc;
	b = *out = mem_zero(1, sizeof(*b));
	str_copy(b->kind, sizeof(b->kind), f->kind);
	str_copy(b->object, sizeof(b->object), f->object);
	str_copy(b->form, sizeof(b->form), f->form->id);
	b->pass = f->pass;
	b->version = f->version.id;
	for (size_t i = 0; i < form_sheet_fields(f->sheet); i++)
		take_cell(f, i, b);
	if (f->pass != PASS_SETTLED)
		take_checks(f, b);
	for (size_t i = 0; i < b->queries; i++) {
		b->query[i].at = (struct case_at){ b->kind, b->object };
		b->query[i].form = b->form;
	}
	return RC_OK;
}

void
fill_batch_free(struct fill_batch *b)
{
	if (b == NULL)
		return;
	for (size_t i = 0; i < b->values; i++) {
		free((char *)b->value[i].field);
		free((char *)b->value[i].value);
		free((char *)b->value[i].why);
	}
	for (size_t i = 0; i < b->queries; i++) {
		free((char *)b->query[i].field);
		free((char *)b->query[i].rule);
		free((char *)b->query[i].text);
	}
	free(b->value);
	free(b->query);
	free(b);
}

enum rc
fill_save(struct ledger *l, const struct session *who, const struct fill_batch *b,
	const char *reason, int64_t *saved, struct err *e)
{
	struct entry_save r = { .at = { b->kind, b->object },
		.form = b->form,
		.pass = b->pass,
		.version = b->version,
		.values = b->value,
		.n = b->values,
		.reason = reason,
		.queries = b->query,
		.query_count = b->queries };

	return entry_save(l, who, &r, 1, saved, e);
}
