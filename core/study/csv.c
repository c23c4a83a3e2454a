/* Reading CSV: cells are taken out of their quotes in place. */
#include "core/study/csv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

/* Where reading stands, and where what was read is written: never further on. */
struct reading {
	struct csv *out;
	char *from, *to, *end;
	struct err *e;
};

static struct csv_row *
last_row(struct csv *c)
{
	return &c->row[c->rows - 1];
}

static enum rc
begin_row(struct reading *r)
{
	struct csv *c = r->out;

	if (c->rows == CSV_ROWS)
		return err_set(r->e, RC_LIMIT, "more than %d rows", CSV_ROWS);
	c->row = mem_grow(c->row, c->rows + 1, sizeof(*c->row));
	memset(&c->row[c->rows++], 0, sizeof(*c->row));
	return RC_OK;
}

static enum rc
begin_cell(struct reading *r)
{
	struct csv_row *row = last_row(r->out);

	if (row->cells == CSV_CELLS)
		return err_set(r->e, RC_LIMIT, "more than %d columns", CSV_CELLS);
	if (row->cell == NULL)
		row->cell = mem_zero(CSV_CELLS, sizeof(*row->cell));
	row->cell[row->cells++] = r->to;
	return RC_OK;
}

static bool
at_end_of_cell(const struct reading *r)
{
	return r->from == r->end || *r->from == ',' || *r->from == '\n' ||
		(*r->from == '\r' && (r->from + 1 == r->end || r->from[1] == '\n'));
}

static enum rc
read_quoted(struct reading *r)
{
	bool closed = false;

	for (r->from++; r->from < r->end && !closed;) {
		closed = *r->from == '"' && (++r->from == r->end || *r->from != '"');
		if (!closed)
			*r->to++ = *r->from++;
	}
	if (!closed)
		return err_set(r->e, RC_INVALID, "quotes are opened and not closed");
	if (!at_end_of_cell(r))
		return err_set(r->e, RC_INVALID, "text stands behind the closing quotes");
	return RC_OK;
}

static enum rc
read_cell(struct reading *r)
{
	enum rc rc = begin_cell(r);

	if (rc == RC_OK && r->from < r->end && *r->from == '"')
		return read_quoted(r);
	for (; rc == RC_OK && !at_end_of_cell(r); *r->to++ = *r->from++)
		if (*r->from == '"')
			rc = err_set(r->e, RC_INVALID,
				"quotes stand within a cell that has none around");
	return rc;
}

static enum rc
read_row(struct reading *r)
{
	enum rc rc = begin_row(r);
	bool more = rc == RC_OK;
	char sign;

	while (more) {
		rc = read_cell(r);
		sign = r->from < r->end ? *r->from++ : '\n';
		if (sign == '\r' && r->from < r->end)
			r->from++;
		*r->to++ = '\0';
		more = rc == RC_OK && sign == ',';
	}
	return rc;
}

/* Spreadsheets leave empty lines at the end. */
static void
drop_empty_rows(struct csv *c)
{
	while (c->rows > 0 && last_row(c)->cells == 1 && last_row(c)->cell[0][0] == '\0')
		free(c->row[--c->rows].cell);
}

static bool
is_text(const char *s, size_t n)
{
	size_t step;

	if (memchr(s, '\0', n) != NULL)
		return false;
	for (; *s != '\0'; s += step)
		if (str_next(s, &step) == 0xfffd && step == 1)
			return false;
	return true;
}

enum rc
csv_read(struct csv *out, const char *text, size_t n, uint32_t *at, struct err *e)
{
	struct reading r = { .out = out, .e = e };
	enum rc rc = RC_OK;

	memset(out, 0, sizeof(*out));
	*at = 0;
	if (n > CSV_BYTES)
		return err_set(e, RC_LIMIT, "the file is larger than 4 MiB");
	out->text = mem_alloc(n + 2);
	memcpy(out->text, text, n);
	out->text[n] = '\0';
	r.from = r.to = out->text;
	r.end = out->text + n;
	if (strncmp(out->text, "\xef\xbb\xbf", 3) == 0)
		r.from += 3;
	if (!is_text(out->text, n))
		return err_set(e, RC_INVALID, "the file is not UTF-8 text");
	while (rc == RC_OK && r.from < r.end)
		rc = read_row(&r);
	*at = rc == RC_OK ? 0 : (uint32_t)out->rows;
	drop_empty_rows(out);
	return rc;
}

void
csv_free(struct csv *c)
{
	for (size_t i = 0; i < c->rows; i++)
		free(c->row[i].cell);
	free(c->row);
	free(c->text);
	memset(c, 0, sizeof(*c));
}
