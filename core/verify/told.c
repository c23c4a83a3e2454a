/* The store of told.h: one table in a temporary database of SQLite.  One thread. */
#include "core/verify/told.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { PUT, GET, DROP, STATEMENTS };

struct told {
	sqlite3 *db;
	sqlite3_stmt *s[STATEMENTS];
	bool failed;
};

static const char *const sql[STATEMENTS] = {
	[PUT] = ("INSERT INTO told VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
		 " SET value = excluded.value"),
	[GET] = "SELECT value FROM told WHERE kind = ? AND name = ?",
	[DROP] = "DELETE FROM told WHERE kind = ?1 AND name >= ?2 AND name < ?2 || x'ff'",
};

struct told *
told_new(void)
{
	struct told *t = calloc(1, sizeof(*t));
	bool good;

	if (t == NULL)
		return NULL;
	/* the empty name: a file that SQLite makes private, takes out of its folder at once and never syncs */
	good = sqlite3_open_v2("", &t->db,
		       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
		       NULL) == SQLITE_OK &&
		sqlite3_exec(t->db,
			"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = "
			"FILE;"
			"PRAGMA cache_size = -8192; CREATE TABLE told (kind INTEGER, name TEXT, "
			"value TEXT,"
			" PRIMARY KEY (kind, name)) WITHOUT ROWID; BEGIN",
			NULL, NULL, NULL) == SQLITE_OK;
	for (int i = 0; good && i < STATEMENTS; i++)
		good = sqlite3_prepare_v3(t->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &t->s[i],
			       NULL) == SQLITE_OK;
	if (good)
		return t;
	told_free(t);
	return NULL;
}

void
told_free(struct told *t)
{
	if (t == NULL)
		return;
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(t->s[i]);
	sqlite3_close(t->db);
	free(t);
}

static sqlite3_stmt *
bound(struct told *t, int which, enum told_kind kind, const char *name)
{
	sqlite3_stmt *s = t->s[which];

	sqlite3_reset(s);
	sqlite3_bind_int(s, 1, (int)kind);
	sqlite3_bind_text(s, 2, name, -1, SQLITE_TRANSIENT);
	return s;
}

void
told_put(struct told *t, enum told_kind kind, const char *key, const char *value)
{
	sqlite3_stmt *s;

	s = bound(t, PUT, kind, key);
	sqlite3_bind_text(s, 3, value, -1, SQLITE_TRANSIENT);
	t->failed |= sqlite3_step(s) != SQLITE_DONE;
	sqlite3_reset(s);
}

const char *
told_get(struct told *t, enum told_kind kind, const char *key)
{
	sqlite3_stmt *s = bound(t, GET, kind, key);
	int got = sqlite3_step(s);

	t->failed |= got != SQLITE_ROW && got != SQLITE_DONE;
	return got == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
}

void
told_drop(struct told *t, enum told_kind kind, const char *beginning)
{
	sqlite3_stmt *s = bound(t, DROP, kind, beginning);

	t->failed |= sqlite3_step(s) != SQLITE_DONE;
	sqlite3_reset(s);
}

int64_t
told_count(struct told *t, enum told_kind kind)
{
	sqlite3_stmt *s = NULL;
	int64_t n = 0;

	if (sqlite3_prepare_v2(t->db, "SELECT count(*) FROM told WHERE kind = ?", -1, &s, NULL) ==
		SQLITE_OK) {
		sqlite3_bind_int(s, 1, (int)kind);
		t->failed |= sqlite3_step(s) != SQLITE_ROW;
		n = sqlite3_column_int64(s, 0);
	} else {
		t->failed = true;
	}
	sqlite3_finalize(s);
	return n;
}

bool
told_failed(const struct told *t)
{
	return t->failed;
}
