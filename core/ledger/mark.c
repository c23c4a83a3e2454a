/* Marks: where text is burned into pixels, as drafts, signed, and as JSON. */
#include "core/ledger/mark.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/catalog.h"

static const char *const scopes[MARK_SCOPES] = {
	[MARK_FRAME] = "slice",
	[MARK_RANGE] = "range",
	[MARK_SERIES] = "series",
	[MARK_SCANNER] = "scanner",
};
static const char *const shapes[MARK_SHAPES] = { [MARK_BOX] = "box", [MARK_OUTLINE] = "outline" };
static const char *const kinds[MARK_KINDS] = {
	[MARK_NAME] = "name",
	[MARK_ID] = "id",
	[MARK_DATE] = "date",
	[MARK_OTHER] = "other",
};

enum { IMAGE_MOST = 65535 }; /* Rows and Columns are 16 bits */

/* ---- pure ---- */

const char *
mark_scope_name(enum mark_scope s)
{
	assert(s < MARK_SCOPES);
	return scopes[s];
}

const char *
mark_kind_name(enum mark_kind k)
{
	assert(k < MARK_KINDS);
	return kinds[k];
}

static int
word_of(const char *const *words, int n, const char *word)
{
	for (int i = 0; word != NULL && i < n; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

void
mark_bounds(const struct mark *m, struct mark_point *from, struct mark_point *to)
{
	*from = *to = m->point[0];
	for (uint32_t i = 1; i < m->points; i++) {
		const struct mark_point *p = &m->point[i];

		from->x = p->x < from->x ? p->x : from->x;
		from->y = p->y < from->y ? p->y : from->y;
		to->x = p->x > to->x ? p->x : to->x;
		to->y = p->y > to->y ? p->y : to->y;
	}
}

static enum rc
check_points(const struct mark *m, struct err *e)
{
	struct mark_point from, to;

	if (m->shape == MARK_BOX && m->points != 2)
		return err_set(e, RC_INVALID, "a box has two points");
	if (m->shape == MARK_OUTLINE && (m->points < 3 || m->points > MARK_POINTS))
		return err_set(e, RC_INVALID, "an outline has 3 to %d points", MARK_POINTS);
	mark_bounds(m, &from, &to);
	if (from.x < 0 || from.y < 0 || to.x > (int64_t)m->columns || to.y > (int64_t)m->rows)
		return err_set(e, RC_INVALID, "it lies outside its image of %ux%u pixels",
			m->columns, m->rows);
	if (from.x == to.x || from.y == to.y)
		return err_set(e, RC_INVALID, "it has no area");
	if (m->shape == MARK_BOX && (m->point[0].x != from.x || m->point[0].y != from.y))
		return err_set(e, RC_INVALID, "a box goes from its upper left to its lower right");
	return RC_OK;
}

enum rc
mark_check(const struct mark *m, struct err *e)
{
	if (m->scope >= MARK_SCOPES || m->shape >= MARK_SHAPES || m->kind >= MARK_KINDS)
		return err_set(e, RC_INVALID, "its scope, shape or kind is not one of ours");
	if (m->columns < 1 || m->rows < 1 || m->columns > IMAGE_MOST || m->rows > IMAGE_MOST)
		return err_set(e, RC_INVALID, "it has no image");
	if (m->first > m->last || (m->scope != MARK_RANGE && m->first != m->last) ||
		m->last >= INT32_MAX)
		return err_set(e, RC_INVALID, "its slices are no %s", scopes[m->scope]);
	if (m->sop_uid[strspn(m->sop_uid, "0123456789.")] != '\0')
		return err_set(e, RC_INVALID, "sop_uid is no UID");
	return check_points(m, e);
}

static json_t *
one_json(const struct mark *m)
{
	json_t *points = json_array();

	for (uint32_t i = 0; i < m->points; i++)
		json_array_append_new(points, json_pack("[i, i]", m->point[i].x, m->point[i].y));
	/* slices count from 1 wherever people read them */
	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:s, s:I, s:I, s:o}", "scope", scopes[m->scope],
		"shape", shapes[m->shape], "kind", kinds[m->kind], "first",
		(json_int_t)m->first + 1, "last", (json_int_t)m->last + 1, "sop_uid", m->sop_uid,
		"columns", (json_int_t)m->columns, "rows", (json_int_t)m->rows, "points", points);
}

json_t *
mark_json(const struct mark *marks, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, one_json(&marks[i]));
	return list;
}

/* What is wrong with a field of an entry, in one place: "mark 3: kind is ...". */
struct entry {
	const json_t *j;
	size_t number;
	struct err *e;
};

static bool
take_word(const struct entry *at, const char *name, const char *const *words, int n, int *out)
{
	int i = word_of(words, n, json_string_value(json_object_get(at->j, name)));

	if (i < 0)
		err_set(at->e, RC_INVALID, "mark %zu: %s is missing or not one of its words",
			at->number, name);
	*out = i < 0 ? 0 : i;
	return i >= 0;
}

static bool
take_number(const struct entry *at, const char *name, int64_t least, int64_t most, uint32_t *out)
{
	const json_t *j = json_object_get(at->j, name);
	json_int_t v = json_integer_value(j);
	bool good = json_is_integer(j) && v >= least && v <= most;

	if (!good)
		err_set(at->e, RC_INVALID, "mark %zu: %s is missing or no number from %lld to %lld",
			at->number, name, (long long)least, (long long)most);
	*out = good ? (uint32_t)v : 0;
	return good;
}

static bool
take_point(const json_t *j, struct mark_point *p)
{
	const json_t *x = json_array_get(j, 0), *y = json_array_get(j, 1);

	if (json_array_size(j) != 2 || !json_is_integer(x) || !json_is_integer(y))
		return false;
	if (json_integer_value(x) < 0 || json_integer_value(x) > IMAGE_MOST ||
		json_integer_value(y) < 0 || json_integer_value(y) > IMAGE_MOST)
		return false;
	p->x = (int32_t)json_integer_value(x);
	p->y = (int32_t)json_integer_value(y);
	return true;
}

static bool
take_points(const struct entry *at, struct mark *m)
{
	const json_t *list = json_object_get(at->j, "points");
	size_t n = json_array_size(list);
	bool good = json_is_array(list) && n <= MARK_POINTS;

	for (size_t i = 0; good && i < n; i++)
		good = take_point(json_array_get(list, i), &m->point[i]);
	m->points = good ? (uint32_t)n : 0;
	if (!good)
		err_set(at->e, RC_INVALID,
			"mark %zu: points is missing or no list of at most %d pairs of pixels",
			at->number, MARK_POINTS);
	return good;
}

static bool
take_uid(const struct entry *at, struct mark *m)
{
	const json_t *j = json_object_get(at->j, "sop_uid");

	if (j == NULL ||
		(json_is_string(j) &&
			str_copy(m->sop_uid, sizeof(m->sop_uid), json_string_value(j))))
		return true;
	err_set(at->e, RC_INVALID, "mark %zu: sop_uid is no UID", at->number);
	return false;
}

static enum rc
one_from_json(const struct entry *at, struct mark *m)
{
	int scope, shape, kind;
	struct err why = { 0 };

	if (!json_is_object(at->j))
		return err_set(at->e, RC_INVALID, "mark %zu is no object", at->number);
	if (!take_word(at, "scope", scopes, MARK_SCOPES, &scope) ||
		!take_word(at, "shape", shapes, MARK_SHAPES, &shape) ||
		!take_word(at, "kind", kinds, MARK_KINDS, &kind) ||
		!take_number(at, "first", 1, INT32_MAX, &m->first) ||
		!take_number(at, "last", 1, INT32_MAX, &m->last) ||
		!take_number(at, "columns", 1, IMAGE_MOST, &m->columns) ||
		!take_number(at, "rows", 1, IMAGE_MOST, &m->rows) || !take_uid(at, m) ||
		!take_points(at, m))
		return RC_INVALID;
	m->scope = (enum mark_scope)scope;
	m->shape = (enum mark_shape)shape;
	m->kind = (enum mark_kind)kind;
	m->first--;
	m->last--;
	if (mark_check(m, &why) != RC_OK)
		return err_set(at->e, RC_INVALID, "mark %zu: %s", at->number, why.text);
	return RC_OK;
}

enum rc
mark_from_json(const json_t *j, struct mark **out, size_t *n, struct err *e)
{
	size_t count = json_array_size(j);
	enum rc rc = RC_OK;

	*out = NULL;
	*n = 0;
	if (!json_is_array(j))
		return err_set(e, RC_INVALID, "marks are no list");
	if (count > MARKS_MOST)
		return err_set(e, RC_LIMIT, "more than %d marks", MARKS_MOST);
	*out = mem_zero(count + 1, sizeof(**out));
	for (size_t i = 0; rc == RC_OK && i < count; i++) {
		struct entry at = { .j = json_array_get(j, i), .number = i + 1, .e = e };

		rc = one_from_json(&at, &(*out)[i]);
	}
	if (rc == RC_OK) {
		*n = count;
		return RC_OK;
	}
	free(*out);
	*out = NULL;
	return rc;
}

/* ---- rows ---- */

/* "x,y x,y" */
static void
points_text(const struct mark *m, struct buf *b)
{
	buf_clear(b);
	for (uint32_t i = 0; i < m->points; i++)
		buf_format(b, "%s%d,%d", i > 0 ? " " : "", m->point[i].x, m->point[i].y);
}

static bool
points_of(const char *text, struct mark *m)
{
	char *copy = mem_string(text), *at = copy, *pair;
	bool good = true;

	for (m->points = 0; good && (pair = strsep(&at, " ")) != NULL; m->points++) {
		char *comma = strchr(pair, ',');
		long x = 0, y = 0;

		good = comma != NULL && m->points < MARK_POINTS;
		if (good) {
			*comma = '\0';
			good = str_int(pair, 0, IMAGE_MOST, &x) &&
				str_int(comma + 1, 0, IMAGE_MOST, &y);
		}
		if (good)
			m->point[m->points] = (struct mark_point){ (int32_t)x, (int32_t)y };
	}
	free(copy);
	return good;
}

/* Parameters from `i`: what both tables have of a mark. */
static void
put_mark(struct stmt *s, int i, const struct mark *m, struct buf *points)
{
	points_text(m, points);
	stmt_text(s, i, scopes[m->scope]);
	stmt_text(s, i + 1, shapes[m->shape]);
	stmt_text(s, i + 2, kinds[m->kind]);
	stmt_int(s, i + 3, (int64_t)m->first + 1);
	stmt_int(s, i + 4, (int64_t)m->last + 1);
	stmt_text(s, i + 5, m->sop_uid);
	stmt_int(s, i + 6, m->columns);
	stmt_int(s, i + 7, m->rows);
	stmt_text(s, i + 8, points->data);
}

/* A file that somebody edited can hold anything: RC_CORRUPT. */
static enum rc
fill(struct mark *m, struct stmt *s, struct err *e)
{
	int scope = word_of(scopes, MARK_SCOPES, stmt_get_text(s, 0));
	int shape = word_of(shapes, MARK_SHAPES, stmt_get_text(s, 1));
	int kind = word_of(kinds, MARK_KINDS, stmt_get_text(s, 2));
	int64_t first = stmt_get_int(s, 3), last = stmt_get_int(s, 4);
	int64_t columns = stmt_get_int(s, 6), rows = stmt_get_int(s, 7);

	memset(m, 0, sizeof(*m));
	if (scope < 0 || shape < 0 || kind < 0 || first < 1 || last < 1 || first > INT32_MAX ||
		last > INT32_MAX || columns < 0 || columns > IMAGE_MOST || rows < 0 ||
		rows > IMAGE_MOST ||
		!str_copy(m->sop_uid, sizeof(m->sop_uid), stmt_get_text(s, 5)) ||
		!points_of(stmt_get_text(s, 8), m))
		return err_set(e, RC_CORRUPT, "a mark in the ledger cannot be read");
	m->scope = (enum mark_scope)scope;
	m->shape = (enum mark_shape)shape;
	m->kind = (enum mark_kind)kind;
	m->first = (uint32_t)first - 1;
	m->last = (uint32_t)last - 1;
	m->columns = (uint32_t)columns;
	m->rows = (uint32_t)rows;
	return mark_check(m, NULL) == RC_OK
		? RC_OK
		: err_set(e, RC_CORRUPT, "a mark in the ledger makes no sense");
}

static enum rc
read_marks(struct stmt *s, struct mark **out, size_t *n, struct err *e)
{
	size_t room = 0;
	enum rc rc;

	*out = NULL;
	*n = 0;
	while ((rc = stmt_step(s, e)) == RC_OK) {
		if (*n == room) {
			room = room > 0 ? 2 * room : 8;
			*out = mem_grow(*out, room, sizeof(**out));
		}
		rc = fill(&(*out)[*n], s, e);
		if (rc != RC_OK)
			break;
		++*n;
	}
	stmt_done(s);
	if (rc == RC_NOT_FOUND)
		return RC_OK;
	free(*out);
	*out = NULL;
	*n = 0;
	return rc;
}

/* ---- drafts ---- */

enum rc
mark_draft_drop(struct ledger *l, const char *account, int64_t series, struct err *e)
{
	struct stmt *s =
		db_query(ledger_db(l), "DELETE FROM mark_draft WHERE account = $1 AND series = $2");

	stmt_text(s, 1, account);
	stmt_int(s, 2, series);
	return stmt_run(s, e);
}

static enum rc
save_drafts(struct ledger *l, const char *account, int64_t series, int64_t revision,
	const struct mark *marks, size_t n, struct err *e)
{
	enum rc rc = mark_draft_drop(l, account, series, e);
	struct buf points = { 0 };

	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		struct stmt *s = db_query(ledger_db(l),
			"INSERT INTO mark_draft VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
			"$11,"
			" $12, $13)");

		stmt_text(s, 1, account);
		stmt_int(s, 2, series);
		stmt_int(s, 3, revision);
		stmt_int(s, 4, (int64_t)i + 1);
		put_mark(s, 5, &marks[i], &points);
		rc = stmt_run(s, e);
	}
	buf_release(&points);
	return rc;
}

enum rc
mark_check_all(const struct mark *marks, size_t n, struct err *e)
{
	struct err why = { 0 };

	if (n > MARKS_MOST)
		return err_set(e, RC_LIMIT, "more than %d marks", MARKS_MOST);
	for (size_t i = 0; i < n; i++)
		if (mark_check(&marks[i], &why) != RC_OK)
			return err_set(e, RC_INVALID, "mark %zu: %s", i + 1, why.text);
	return RC_OK;
}

enum rc
mark_draft_save(struct ledger *l, const char *account, int64_t series, int64_t revision,
	const struct mark *marks, size_t n, struct err *e)
{
	enum rc rc = mark_check_all(marks, n, e);

	if (rc == RC_OK)
		rc = db_begin(ledger_db(l), e);
	if (rc != RC_OK)
		return rc;
	rc = save_drafts(l, account, series, revision, marks, n, e);
	if (rc == RC_OK)
		return db_commit(ledger_db(l), e);
	db_rollback(ledger_db(l));
	return rc;
}

enum rc
mark_draft_load(struct ledger *l, const char *account, int64_t series, int64_t revision,
	struct mark **out, size_t *n, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT scope, shape, kind, first_slice, last_slice, sop_uid, image_columns,"
		" image_rows, points FROM mark_draft WHERE account = $1 AND series = $2 AND"
		" revision = $3 ORDER BY place");
	enum rc rc;

	stmt_text(s, 1, account);
	stmt_int(s, 2, series);
	stmt_int(s, 3, revision);
	rc = read_marks(s, out, n, e);
	return rc == RC_OK && *n == 0 ? RC_NOT_FOUND : rc;
}

/* ---- signed ---- */

static enum rc
image_is_there(struct ledger *l, int64_t series, const char *sop_uid, size_t number, struct err *e)
{
	struct stmt *s =
		db_query(ledger_db(l), "SELECT 1 FROM image WHERE series = $1 AND sop_uid = $2");
	bool there;

	stmt_int(s, 1, series);
	stmt_text(s, 2, sop_uid);
	there = stmt_step(s, NULL) == RC_OK;
	stmt_done(s);
	return there ? RC_OK
		     : err_set(e, RC_INVALID, "mark %zu: its image is not in the series", number);
}

enum rc
mark_check_series(struct ledger *l, int64_t series, int64_t slices, const struct mark *marks,
	size_t n, struct err *e)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		if (marks[i].last >= slices)
			rc = err_set(e, RC_INVALID, "mark %zu: the series has no slice %u", i + 1,
				marks[i].last + 1);
		else if (marks[i].sop_uid[0] != '\0')
			rc = image_is_there(l, series, marks[i].sop_uid, i + 1, e);
	}
	return rc;
}

enum rc
mark_insert(struct ledger *l, int64_t decision, const struct mark *marks, size_t n, struct err *e)
{
	struct buf points = { 0 };
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		int64_t id = ledger_next(l, "SELECT max(id) FROM mark");
		struct stmt *s = db_query(ledger_db(l),
			"INSERT INTO mark VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
			"$12)");

		stmt_int(s, 1, id);
		stmt_int(s, 2, decision);
		stmt_int(s, 3, (int64_t)i + 1);
		put_mark(s, 4, &marks[i], &points);
		rc = stmt_run(s, e);
	}
	buf_release(&points);
	return rc;
}

enum rc
mark_of_decision(struct ledger *l, int64_t decision, struct mark **out, size_t *n, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT scope, shape, kind, first_slice, last_slice, sop_uid, image_columns,"
		" image_rows, points FROM mark WHERE decision = $1 ORDER BY place");

	stmt_int(s, 1, decision);
	return read_marks(s, out, n, e);
}

/* A series that names no scanner is on nobody's but its own. */
enum rc
mark_scanner_each(struct ledger *l, int64_t series,
	void (*each)(void *ctx, int64_t id, const char *name, const char *subject,
		const char *description),
	void *ctx, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT t.id, exam.subject, t.series_description FROM series s JOIN series t ON"
		" coalesce(t.manufacturer, '') = coalesce(s.manufacturer, '')"
		" AND coalesce(t.model, '') = coalesce(s.model, '')"
		" AND coalesce(t.device_serial, '') = coalesce(s.device_serial, '')"
		" AND (t.id = s.id OR coalesce(s.manufacturer, '') || coalesce(s.model, '') ||"
		" coalesce(s.device_serial, '') <> '') JOIN exam ON exam.id = t.exam"
		" WHERE s.id = $1 AND (t.id = s.id OR EXISTS (SELECT 1 FROM (SELECT DISTINCT "
		"image_rows,"
		" image_columns, coalesce(image_type, '') AS kind FROM image WHERE series = $1) m"
		" JOIN image i ON i.series = t.id AND i.image_rows = m.image_rows AND"
		" i.image_columns = m.image_columns AND coalesce(i.image_type, '') = m.kind))"
		" ORDER BY t.id");
	enum rc rc;

	stmt_int(s, 1, series);
	while ((rc = stmt_step(s, e)) == RC_OK) {
		char name[24];

		catalog_series_name(stmt_get_int(s, 0), name);
		each(ctx, stmt_get_int(s, 0), name, stmt_get_text(s, 1), stmt_get_text(s, 2));
	}
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
