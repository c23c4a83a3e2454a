/* The tables made anew from the log alone, by the SQL of tests/unit/ledger/rebuild.sql, in a database in memory.  Nothing is
 * shared with what wrote them but the draw of repeats and the list of reasons.  Columns that no event holds (sealed keys, text
 * of headers, words and ranks of lists) and tables that are only a working state are not compared. */
#ifndef TESTS_UNIT_LEDGER_REBUILD_H
#define TESTS_UNIT_LEDGER_REBUILD_H

#include <time.h>

#include "core/ledger/plan.h"
#include "core/ledger/reason.h"
#include "tests/unit/ledger/ledger_make.h"

/* What is compared: the columns of a table that the log tells. */
static const char *const rebuild_compared[][2] = {
	{ "account",
		"id, name, public_key, state, since, failures, signatures, last_signature, event, "
		"failed,"
		" locked_until, seal_event, password_at, temporary" },
	{ "account_role", "account, role, study, site, event" },
	{ "password_used", "event, account" },
	{ "session", "id, account, public_key, source, started, ended, signed" },
	{ "setting", "name, value, event" },
	{ "image", "sop_uid, digest, pixel_digest, series" },
	{ "conflict", "sop_uid, digest, series" },
	{ "series", "id, series_uid, state, manifest, images, slices, revision" },
	{ "decision",
		"id, series, step, verdict, note, account, name, role, at, revision, manifest, "
		"supersedes,"
		" event, reading, readings, correction" },
	{ "decision_reason", "decision, code, scheme, action" },
	{ "signature", "number, decision, account, name, meaning, at, running, event, hash" },
	{ "viewing", "decision, digest" },
	{ "mark",
		"id, decision, place, scope, shape, kind, first_slice, last_slice, sop_uid, "
		"image_columns,"
		" image_rows, points" },
	{ "task", "id, series, step, state, later, queue, reading, owner, opens" },
};

/* ---- functions of that SQL ---- */

/* us('2026-11-22T10:43:07.000123Z') */
static inline void
rebuild_us(sqlite3_context *c, int n, sqlite3_value **v)
{
	const char *text = (const char *)sqlite3_value_text(v[0]);
	struct tm t = { 0 };
	const char *rest = text != NULL ? strptime(text, "%Y-%m-%dT%H:%M:%S", &t) : NULL;

	(void)n;
	if (rest != NULL && *rest == '.')
		sqlite3_result_int64(c, (int64_t)timegm(&t) * 1000000 + strtoll(rest + 1, NULL, 10));
}

/* points('[[8,10],[120,26]]') is '8,10 120,26' */
static inline void
rebuild_points(sqlite3_context *c, int n, sqlite3_value **v)
{
	const char *json = (const char *)sqlite3_value_text(v[0]);
	char *to = mem_zero(strlen(json) + 1, 1), *end = to;
	int depth = 0;

	(void)n;
	for (const char *p = json; *p != '\0'; p++) {
		depth += *p == '[' ? 1 : *p == ']' ? -1 : 0;
		if (*p != '[' && *p != ']')
			*end++ = (char)(*p == ',' && depth == 1 ? ' ' : *p);
	}
	sqlite3_result_text(c, to, -1, free);
}

static inline void
rebuild_draw(sqlite3_context *c, int n, sqlite3_value **v)
{
	(void)n;
	sqlite3_result_int(c,
		plan_draw((const char *)sqlite3_value_text(v[0]), sqlite3_value_int64(v[1]),
			(const char *)sqlite3_value_text(v[2]),
			(const char *)sqlite3_value_text(v[3])));
}

/* setting('repeat-days', 14): as it is at that event, or the second. */
static inline void
rebuild_setting(sqlite3_context *c, int n, sqlite3_value **v)
{
	sqlite3_stmt *s = NULL;

	(void)n;
	sqlite3_prepare_v2(sqlite3_context_db_handle(c),
		"SELECT value FROM setting WHERE name = ?1", -1, &s, NULL);
	sqlite3_bind_value(s, 1, v[0]);
	if (sqlite3_step(s) == SQLITE_ROW)
		sqlite3_result_int64(c, sqlite3_column_int64(s, 0));
	else
		sqlite3_result_value(c, v[1]);
	sqlite3_finalize(s);
}

/* ---- replaying ---- */

enum { REBUILD_RULES = 32, REBUILD_STEPS = 24 };

struct rebuild_rule {
	char action[40];
	sqlite3_stmt *step[REBUILD_STEPS];
	int n;
};

struct rebuild {
	sqlite3 *db;
	sqlite3_stmt *take, *forget, *failures;
	struct rebuild_rule rule[REBUILD_RULES];
	int rules;
};

static inline sqlite3_stmt *
rebuild_prepare(struct rebuild *r, const char *sql, const char **rest)
{
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v3(r->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, rest) != SQLITE_OK)
		fail_msg("%s: %.300s", sqlite3_errmsg(r->db), sql);
	return s;
}

static inline void
rebuild_run(struct rebuild *r, sqlite3_stmt *s)
{
	int code = sqlite3_step(s);

	if (code != SQLITE_DONE && code != SQLITE_ROW)
		fail_msg("%s: %.300s", sqlite3_errmsg(r->db), sqlite3_sql(s));
	sqlite3_reset(s);
}

static inline void
rebuild_reasons(struct rebuild *r)
{
	static const char *const actions[] = { "flag", "query", "reject" };
	sqlite3_stmt *s = rebuild_prepare(r, "INSERT INTO reason VALUES (?1, ?2, ?3)", NULL);

	for (size_t i = 0; i < reason_count(); i++) {
		const struct reason *reason = reason_at(i);

		sqlite3_bind_text(s, 1, reason->code, -1, NULL);
		sqlite3_bind_text(s, 2, reason->scheme, -1, NULL);
		sqlite3_bind_text(s, 3, actions[reason->action], -1, NULL);
		rebuild_run(r, s);
	}
	sqlite3_finalize(s);
}

/* Statements of one action, to the next heading. */
static inline void
rebuild_rule(struct rebuild *r, char *text)
{
	struct rebuild_rule *rule = &r->rule[r->rules++];
	char *line = strchr(text, '\n');
	const char *sql = line + 1;

	assert_true(r->rules < REBUILD_RULES);
	*line = '\0';
	assert_true(str_copy(rule->action, sizeof(rule->action), text));
	while (*sql != '\0') {
		sqlite3_stmt *s = rebuild_prepare(r, sql, &sql);

		assert_true(rule->n < REBUILD_STEPS);
		if (s != NULL)
			rule->step[rule->n++] = s;
	}
}

static inline void
rebuild_read(struct rebuild *r)
{
	static const char heading[] = "\n-- event ";
	char *text = made_read("tests/unit/ledger", "rebuild.sql", NULL), *at, *next;

	assert_non_null(text); /* the tests run from the root of the project */
	at = strstr(text, heading);
	*at = '\0';
	raw_run(r->db, text);
	for (at += strlen(heading); at != NULL; at = next) {
		next = strstr(at, heading);
		if (next != NULL) {
			*next = '\0';
			next += strlen(heading);
		}
		rebuild_rule(r, at);
	}
	free(text);
}

static inline void
rebuild_begin(struct rebuild *r, const char *folder)
{
	char *attach = mem_format("ATTACH '%s/ledger.db' AS kept", folder);

	assert_int_equal(sqlite3_open(":memory:", &r->db), SQLITE_OK);
	sqlite3_create_function(r->db, "us", 1, SQLITE_UTF8, NULL, rebuild_us, NULL, NULL);
	sqlite3_create_function(r->db, "points", 1, SQLITE_UTF8, NULL, rebuild_points, NULL, NULL);
	sqlite3_create_function(r->db, "draw", 4, SQLITE_UTF8, NULL, rebuild_draw, NULL, NULL);
	sqlite3_create_function(r->db, "setting", 2, SQLITE_UTF8, NULL, rebuild_setting, NULL, NULL);
	rebuild_read(r);
	rebuild_reasons(r);
	raw_run(r->db, attach);
	free(attach);
	r->forget = rebuild_prepare(r, "DELETE FROM e", NULL);
	r->take = rebuild_prepare(r,
		"INSERT INTO e SELECT seq, us(body->>'time'), body->>'user', body->>'name',"
		" body->>'role', body->>'session', body->>'source', body->>'action', "
		"body->>'object',"
		" body->>'object', body->'data', hash, kid FROM kept.event WHERE seq = ?1"
		" RETURNING action",
		NULL);
	/* an event under the user's own key: failures are no longer in a row */
	r->failures = rebuild_prepare(r,
		"UPDATE account SET failures = 0, locked_until = 0 FROM e WHERE id = e.user AND"
		" public_key = e.kid AND failures <> 0",
		NULL);
}

/* False: there is no such event. */
static inline bool
rebuild_event(struct rebuild *r, int64_t seq)
{
	char action[40] = "";

	rebuild_run(r, r->forget);
	sqlite3_bind_int64(r->take, 1, seq);
	if (sqlite3_step(r->take) == SQLITE_ROW)
		str_copy(action, sizeof(action), (const char *)sqlite3_column_text(r->take, 0));
	sqlite3_step(r->take);
	sqlite3_reset(r->take);
	if (action[0] == '\0')
		return false;
	rebuild_run(r, r->failures);
	for (int i = 0; i < r->rules; i++)
		for (int k = 0; strcmp(r->rule[i].action, action) == 0 && k < r->rule[i].n; k++)
			rebuild_run(r, r->rule[i].step[k]);
	return true;
}

/* ---- comparing ---- */

/* Rows that only one side has, value by value with their types. */
static inline int64_t
rebuild_differences(struct rebuild *r, const char *table, const char *columns, const char *from,
	const char *without)
{
	char *sql =
		mem_format("SELECT quote(t.c1) FROM (SELECT json_array(%s) AS c1 FROM %s.%s EXCEPT"
			   " SELECT json_array(%s) FROM %s.%s) t",
			columns, from, table, columns, without, table);
	sqlite3_stmt *s = rebuild_prepare(r, sql, NULL);
	int64_t n = 0;

	for (; sqlite3_step(s) == SQLITE_ROW; n++)
		if (n < 5)
			print_message("%s only in %s: %s\n", table, from, sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	free(sql);
	return n;
}

static inline int64_t
rebuild_rows(struct rebuild *r, const char *from, const char *table)
{
	char *sql = mem_format("SELECT count(*) FROM %s.%s", from, table), text[40];

	raw_value(r->db, sql, text, sizeof(text));
	free(sql);
	return strtoll(text, NULL, 10);
}

static inline void
rebuild_end(struct rebuild *r)
{
	for (int i = 0; i < r->rules; i++)
		for (int k = 0; k < r->rule[i].n; k++)
			sqlite3_finalize(r->rule[i].step[k]);
	sqlite3_finalize(r->take);
	sqlite3_finalize(r->forget);
	sqlite3_finalize(r->failures);
	sqlite3_close(r->db);
}

/* How many rows of the tables are not what the log makes of them; the first of each are shown. */
static inline int64_t
rebuild_compare(const char *folder)
{
	struct rebuild r = { 0 };
	int64_t differences = 0;

	rebuild_begin(&r, folder);
	for (int64_t seq = 1; rebuild_event(&r, seq);)
		seq++;
	for (size_t i = 0; i < MEM_COUNT(rebuild_compared); i++) {
		const char *table = rebuild_compared[i][0], *columns = rebuild_compared[i][1];

		differences += rebuild_differences(&r, table, columns, "kept", "main") +
			rebuild_differences(&r, table, columns, "main", "kept");
		if (rebuild_rows(&r, "kept", table) != rebuild_rows(&r, "main", table)) {
			print_message("%s: other numbers of rows\n", table);
			differences++;
		}
	}
	rebuild_end(&r);
	return differences;
}

#endif
