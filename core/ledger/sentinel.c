/* Sentinels: who finds text that was put in on purpose. */
#include "core/ledger/sentinel.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/ledger/charter.h"
#include "core/ledger/mark.h"

/* ---- adding ---- */

static json_t *
truth_json(const struct sentinel *s)
{
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "sop_uid", s->sop_uid, "text",
		s->text, "slice", (json_int_t)s->slice, "left", (json_int_t)s->left, "top",
		(json_int_t)s->top, "width", (json_int_t)s->width, "height", (json_int_t)s->height);
}

static enum rc
insert(struct ledger *l, int64_t event, const void *ctx, struct err *e)
{
	const struct sentinel *s = ctx;
	json_t *truth = truth_json(s);
	char *text = json_dumps(truth, JSON_COMPACT | JSON_SORT_KEYS);
	struct stmt *q = db_query(ledger_db(l), "INSERT INTO sentinel VALUES ($1, $2, $3)");
	enum rc rc;

	stmt_text(q, 1, s->series_uid);
	stmt_text(q, 2, text);
	stmt_int(q, 3, event);
	rc = stmt_run(q, e);
	free(text);
	json_decref(truth);
	return rc;
}

enum rc
sentinel_add(struct ledger *l, const struct office *o, const struct sentinel *s, struct err *e)
{
	struct office_act act = {
		.action = "sentinel-added",
		.kind = "sentinel",
		.object = s->series_uid,
		.data = truth_json(s),
		.write = insert,
		.ctx = s,
	};

	json_object_set_new(act.data, "reason", json_string(o->reason));
	return office_act(l, o, &act, e);
}

/* ---- reading ---- */

static void
take_truth(struct sentinel *s, const char *uid, const char *json)
{
	json_t *j = json_loads(json, 0, NULL);
	const char *sop = json_string_value(json_object_get(j, "sop_uid"));
	const char *text = json_string_value(json_object_get(j, "text"));

	memset(s, 0, sizeof(*s));
	str_copy(s->series_uid, sizeof(s->series_uid), uid);
	str_copy(s->sop_uid, sizeof(s->sop_uid), sop != NULL ? sop : "");
	str_copy(s->text, sizeof(s->text), text != NULL ? text : "");
	s->slice = json_integer_value(json_object_get(j, "slice"));
	s->left = json_integer_value(json_object_get(j, "left"));
	s->top = json_integer_value(json_object_get(j, "top"));
	s->width = json_integer_value(json_object_get(j, "width"));
	s->height = json_integer_value(json_object_get(j, "height"));
	json_decref(j);
}

static bool
names_privacy(struct ledger *l, int64_t decision)
{
	struct stmt *s =
		db_query(ledger_db(l), "SELECT r.code, d.series FROM decision_reason r JOIN decision d"
				       " ON d.id = r.decision WHERE r.decision = $1");
	bool phi = false;

	stmt_int(s, 1, decision);
	while (stmt_step(s, NULL) == RC_OK) {
		struct charter_reason r;

		phi = phi ||
			(charter_find(l, stmt_get_int(s, 1), stmt_get_text(s, 0), &r) && r.phi);
	}
	return phi;
}

/* Does what the mark encloses touch the text, on its slice? */
static bool
touches(const struct mark *m, const struct sentinel *s)
{
	int64_t left = INT32_MAX, top = INT32_MAX, right = -1, bottom = -1;

	if (m->scope <= MARK_RANGE && (s->slice - 1 < m->first || s->slice - 1 > m->last))
		return false;
	for (uint32_t i = 0; i < m->points && i < MARK_POINTS; i++) {
		left = m->point[i].x < left ? m->point[i].x : left;
		top = m->point[i].y < top ? m->point[i].y : top;
		right = m->point[i].x > right ? m->point[i].x : right;
		bottom = m->point[i].y > bottom ? m->point[i].y : bottom;
	}
	return left < s->left + s->width && right > s->left && top < s->top + s->height &&
		bottom > s->top;
}

static bool
is_located(struct ledger *l, int64_t decision, const struct sentinel *s)
{
	struct mark *marks = NULL;
	size_t n = 0;
	bool located = false;

	if (mark_of_decision(l, decision, &marks, &n, NULL) == RC_OK)
		for (size_t i = 0; i < n; i++)
			located = located || touches(&marks[i], s);
	free(marks);
	return located;
}

/* Hours since the session in which it was signed began; its event says which that was. */
static int64_t
hour_of(struct ledger *l, const char *body, int64_t at)
{
	json_t *j = json_loads(body, 0, NULL);
	const char *session = json_string_value(json_object_get(j, "session"));
	struct stmt *s = db_query(ledger_db(l), "SELECT started FROM session WHERE id = $1");
	int64_t hour = -1;

	stmt_text(s, 1, session != NULL ? session : "");
	if (stmt_step(s, NULL) == RC_OK && at >= stmt_get_int(s, 0))
		hour = (at - stmt_get_int(s, 0)) / INT64_C(3600000000);
	stmt_done(s);
	json_decref(j);
	return hour;
}

enum rc
sentinel_each(struct ledger *l, void (*each)(void *ctx, const struct sentinel_reading *r),
	void *ctx, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT n.series_uid, n.truth, d.series, d.id, d.account, d.verdict, d.at, v.body "
		"FROM"
		" sentinel n JOIN series x ON x.series_uid = n.series_uid JOIN decision d ON"
		" d.series = x.id AND d.correction = '' JOIN step p ON p.workflow = 'default' AND"
		" p.name = d.step AND p.needs = 'pixels' JOIN event v ON v.seq = d.event"
		" ORDER BY d.id");
	enum rc rc;

	while ((rc = stmt_step(s, e)) == RC_OK) {
		struct sentinel_reading r = { .series = stmt_get_int(s, 2),
			.decision = stmt_get_int(s, 3) };

		take_truth(&r.sentinel, stmt_get_text(s, 0), stmt_get_text(s, 1));
		str_copy(r.account, sizeof(r.account), stmt_get_text(s, 4));
		r.found = strcmp(stmt_get_text(s, 5), "fail") == 0 && names_privacy(l, r.decision);
		r.located = r.found && is_located(l, r.decision, &r.sentinel);
		r.hour = hour_of(l, stmt_get_text(s, 7), stmt_get_int(s, 6));
		each(ctx, &r);
	}
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
sentinel_count(struct ledger *l, int64_t *all, int64_t *unread, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT count(*), count(CASE WHEN NOT EXISTS (SELECT 1 FROM decision d JOIN step p "
		"ON"
		" p.name = d.step AND p.needs = 'pixels' JOIN series x ON x.id = d.series WHERE"
		" x.series_uid = sentinel.series_uid) THEN 1 END) FROM sentinel");
	enum rc rc = stmt_step(s, e);

	if (rc == RC_OK) {
		*all = stmt_get_int(s, 0);
		*unread = stmt_get_int(s, 1);
	}
	stmt_done(s);
	return rc;
}
