/* What headers say. */
#include "core/trial/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/blind.h"
#include "core/ledger/entry.h"

static const struct {
	enum attr_level level;
	const char *table, *where;
} tables[] = {
	{ ATTR_LEVEL_STUDY, "exam", "WHERE x.id = $1" },
	{ ATTR_LEVEL_SERIES, "series", "WHERE x.exam = $1 AND ($2 = 0 OR x.id = $2) ORDER BY x.id" },
	{ ATTR_LEVEL_IMAGE, "image",
		"JOIN series q ON q.id = x.series WHERE q.exam = $1 AND ($2 = 0 OR q.id = $2) AND"
		" x.place = (SELECT min(place) FROM image m WHERE m.series = q.id) ORDER BY q.id" },
};

/* The first row that says it. */
static void
take_row(struct ledger *l, struct stmt *s, enum attr_level level, bool all, struct facts_of *out)
{
	int column = 0;

	for (int a = 0; a < ATTR_COUNT; a++) {
		const char *text;

		if (attr_table[a].level != level)
			continue;
		text = stmt_get_text(s, column++);
		if (out->value[a] == NULL && text != NULL && *text != '\0' &&
			(all || !blind_attr(l, (enum attr)a)))
			out->value[a] = mem_string(text);
	}
}

static enum rc
read_level(struct ledger *l, size_t table, const struct case_of *c, bool all, struct facts_of *out,
	struct err *e)
{
	struct buf sql = { 0 };
	struct stmt *s;
	enum rc rc;

	buf_text(&sql, "SELECT ");
	for (int a = 0, n = 0; a < ATTR_COUNT; a++)
		if (attr_table[a].level == tables[table].level)
			buf_format(&sql, "%sx.%s", n++ > 0 ? ", " : "", attr_table[a].column);
	buf_format(&sql, " FROM %s x %s", tables[table].table, tables[table].where);
	s = db_query_once(ledger_db(l), sql.data);
	buf_release(&sql);
	stmt_int(s, 1, c->exam);
	if (tables[table].level != ATTR_LEVEL_STUDY)
		stmt_int(s, 2, c->series);
	while ((rc = stmt_step(s, e)) == RC_OK)
		take_row(l, s, tables[table].level, all, out);
	stmt_free(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static void
take_filled(void *ctx, const struct entry *v)
{
	struct facts_of *out = ctx;

	for (int a = 0; a < ATTR_COUNT; a++)
		if (strcmp(attr_table[a].column, v->field) == 0 && v->value[0] != '\0') {
			free(out->value[a]);
			out->value[a] = mem_string(v->value);
			out->filled[a] = true;
		}
}

static enum rc
read_filled(struct ledger *l, const char *kind, int64_t id, struct facts_of *out, struct err *e)
{
	char object[24];
	struct case_at at = { kind, object };

	snprintf(object, sizeof(object), "%lld", (long long)id);
	return id == 0 ? RC_OK : entry_each(l, &at, ENTRY_HEADER, PASS_FIRST, take_filled, out, e);
}

static int64_t
first_exam(struct ledger *l, const struct case_of *c)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT min(id) FROM exam WHERE trial = $1 AND subject = $2 AND visit = $3");
	int64_t exam;

	stmt_text(s, 1, c->trial);
	stmt_text(s, 2, c->subject);
	stmt_text(s, 3, c->visit);
	exam = stmt_step(s, NULL) == RC_OK ? stmt_get_int(s, 0) : 0;
	stmt_done(s);
	return exam;
}

static enum rc
read_facts(struct ledger *l, const struct case_at *at, const struct case_of *c, bool all,
	struct facts_of *out, struct err *e)
{
	struct case_of of = *c;
	enum rc rc = RC_OK;

	memset(out, 0, sizeof(*out));
	if (of.exam == 0 && strcmp(at->kind, "visit") == 0)
		of.exam = first_exam(l, &of);
	if (of.exam == 0)
		return RC_OK;
	for (size_t i = 0; rc == RC_OK && i < MEM_COUNT(tables); i++)
		rc = read_level(l, i, &of, all, out, e);
	if (rc == RC_OK)
		rc = read_filled(l, "exam", of.exam, out, e);
	return rc == RC_OK ? read_filled(l, "series", of.series, out, e) : rc;
}

enum rc
facts_read(struct ledger *l, const struct case_at *at, const struct case_of *c,
	struct facts_of *out, struct err *e)
{
	return read_facts(l, at, c, false, out, e);
}

enum rc
facts_read_all(struct ledger *l, const struct case_at *at, const struct case_of *c,
	struct facts_of *out, struct err *e)
{
	return read_facts(l, at, c, true, out, e);
}

void
facts_release(struct facts_of *f)
{
	for (int a = 0; a < ATTR_COUNT; a++)
		free(f->value[a]);
	memset(f, 0, sizeof(*f));
}

static const struct attr_info *
column_of(const char *column)
{
	for (int a = 0; a < ATTR_COUNT; a++)
		if (strcmp(attr_table[a].column, column) == 0)
			return &attr_table[a];
	return NULL;
}

bool
facts_of_exam(const char *column)
{
	const struct attr_info *a = column_of(column);

	return a != NULL && a->level == ATTR_LEVEL_STUDY;
}

static bool
all_digits(const char *text, size_t n)
{
	return strlen(text) == n && strspn(text, "0123456789") == n;
}

enum rc
facts_check(const char *column, const char *text, struct err *e)
{
	const struct attr_info *a = column_of(column);
	double number;

	if (a == NULL || a->kind == ATTR_KIND_UID)
		return err_set(e, RC_NOT_FOUND, "%.60s is nothing that people fill in", column);
	if (strlen(text) > 64)
		return err_set(e, RC_LIMIT, "at most 64 characters");
	if (a->kind == ATTR_KIND_DATE && !all_digits(text, 8))
		return err_set(e, RC_INVALID, "%s is a date: YYYYMMDD", column);
	if (a->kind == ATTR_KIND_TIME && !all_digits(text, 6))
		return err_set(e, RC_INVALID, "%s is a time: HHMMSS", column);
	if ((a->kind == ATTR_KIND_REAL || a->kind == ATTR_KIND_INT) && !str_double(text, &number))
		return err_set(e, RC_INVALID, "%s is a number", column);
	return RC_OK;
}
