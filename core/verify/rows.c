/* Reading: rows of the ledger, members of JSON. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/verify/verify.h"

static const char *const kept[KEPT_COUNT] = {
	[KEPT_EVENT] = "SELECT body, hash FROM event WHERE seq = ?",
	[KEPT_DECISION] =
		("SELECT d.id, d.series, d.step, d.verdict, d.note, d.account, d.name, d.role, "
		 "d.revision,"
		 " d.manifest, d.supersedes, d.event, g.account, g.name, g.meaning, g.at, "
		 "g.running,"
		 " g.event, g.hash, d.at FROM decision d LEFT JOIN signature g ON g.number = d.id"
		 " AND g.decision = d.id WHERE d.id = ?"),
	[KEPT_REASONS] = "SELECT code FROM decision_reason WHERE decision = ? ORDER BY code",
	[KEPT_STEPS] = "SELECT name FROM step WHERE workflow = 'default' AND kind = 'read'",
	[KEPT_REJECTS] = "SELECT 1 FROM decision_reason WHERE decision = ? AND action = 'reject'",
	[KEPT_TASK] = "SELECT 1 FROM task WHERE series = ? AND step = ? AND reading = ?",
	[KEPT_VIEWING] = "SELECT body, digest FROM viewing WHERE decision = ?",
	[KEPT_MARKS] =
		("SELECT decision, place, scope, shape, kind, sop_uid, first_slice, last_slice,"
		 " image_columns, image_rows, points FROM mark WHERE decision = ? ORDER BY place"),
	[KEPT_ENTRY] = ("SELECT kind, object, form, pass, version, account, at, field, value, was, "
			"why, spot"
			" FROM entry WHERE event = ? ORDER BY id"),
	[KEPT_FORM_VALUES] =
		("SELECT field, value, event FROM entry n WHERE kind = ?1 AND object = ?2 AND form "
		 "= "
		 "?3"
		 " AND pass = ?4 AND event = (SELECT max(event) FROM entry o WHERE o.kind = n.kind "
		 "AND"
		 " o.object = n.object AND o.form = n.form AND o.pass = n.pass AND o.field = "
		 "n.field"
		 " AND o.event < ?5) ORDER BY field"),
	[KEPT_FORM_STEP] = ("SELECT kind, object, form, step, why, digest, account, name, role, "
			    "pass, running, "
			    "at"
			    " FROM form_step WHERE event = ?"),
	[KEPT_QUERY] =
		("SELECT kind, object, form, field, rule, type, side, trial, site, subject, visit, "
		 "id,"
		 " at FROM query WHERE event = ?"),
	[KEPT_QUERY_LINE] =
		("SELECT state, owner, body, account, name, role, query, at FROM query_line WHERE"
		 " event = ?"),
};

const char *
verify_column(sqlite3_stmt *s, int i)
{
	const char *t = (const char *)sqlite3_column_text(s, i);

	return t != NULL ? t : "";
}

sqlite3_stmt *
verify_query(struct verify *v, const char *sql)
{
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v2(v->db, sql, -1, &s, NULL) != SQLITE_OK)
		verify_altered(v, "a table cannot be read: %s", sqlite3_errmsg(v->db));
	return s;
}

sqlite3_stmt *
verify_kept(struct verify *v, enum verify_kept which)
{
	if (v->kept[which] == NULL && !v->lost[which]) {
		v->kept[which] = verify_query(v, kept[which]);
		v->lost[which] = v->kept[which] == NULL;
	}
	sqlite3_reset(v->kept[which]);
	return v->kept[which];
}

int64_t
verify_count(struct verify *v, const char *sql)
{
	sqlite3_stmt *s = verify_query(v, sql);
	int64_t n = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;

	sqlite3_finalize(s);
	return n;
}

const char *
verify_text(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s != NULL ? s : "";
}

int64_t
verify_number(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

const json_t *
verify_data(struct verify_row *row)
{
	if (row->data != NULL)
		return row->data;
	if (row->j != NULL)
		row->data = json_incref(json_object_get(row->j, "data"));
	else if (row->e.data != NULL)
		row->data = json_loadb(row->e.data, row->e.data_size,
			JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
	if (row->data == NULL)
		row->data = json_null();
	return row->data;
}

json_t *
verify_event(struct verify *v, int64_t seq)
{
	sqlite3_stmt *s = verify_kept(v, KEPT_EVENT);
	json_t *j = NULL;

	sqlite3_bind_int64(s, 1, seq);
	if (sqlite3_step(s) == SQLITE_ROW)
		j = json_loads(verify_column(s, 0), JSON_REJECT_DUPLICATES, NULL);
	sqlite3_reset(s);
	return j;
}

static bool
digits(const char *t, int from, int n, int *value)
{
	*value = 0;
	for (int i = from; i < from + n; i++) {
		if (t[i] < '0' || t[i] > '9')
			return false;
		*value = *value * 10 + (t[i] - '0');
	}
	return true;
}

/* "2026-11-22T10:43:07.000123Z".  Days since 1970 by the civil calendar: timegm would ask for the time zone each time. */
int64_t
verify_time(const char *t)
{
	static const char form[] = "0000-00-00T00:00:00.000000Z";
	int year, month, day, hour, minute, second, us;
	int64_t y, era, of_era, days;

	if (strlen(t) != sizeof(form) - 1)
		return -1;
	for (size_t i = 0; i < sizeof(form) - 1; i++)
		if (form[i] != '0' && t[i] != form[i])
			return -1;
	if (!digits(t, 0, 4, &year) || !digits(t, 5, 2, &month) || !digits(t, 8, 2, &day) ||
		!digits(t, 11, 2, &hour) || !digits(t, 14, 2, &minute) ||
		!digits(t, 17, 2, &second) || !digits(t, 20, 6, &us))
		return -1;
	if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 ||
		second > 60)
		return -1;
	y = year - (month <= 2);
	era = (y >= 0 ? y : y - 399) / 400;
	of_era = y - era * 400;
	days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
		(153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1 - 719468;
	return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000000 + us;
}
