/* Is the file a whole database?  SQLite's own check, which reads all of it, in a thread of its own while the log is read.
 *
 * The log is most of the file, and comparing its rows with those of its index by search is what takes long.  Both lie in
 * the order of numbers, so they are read side by side instead; the other tables are left to SQLite. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify/verify.h"

struct verify_whole {
	pthread_t thread;
	char path[4096];
	char finding[256]; /* "" none */
};

static void
fail(struct verify_whole *w, const char *what)
{
	if (w->finding[0] == '\0')
		snprintf(w->finding, sizeof(w->finding), "ledger.db is damaged: %s", what);
}

static void
check(struct verify_whole *w, sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK || sqlite3_step(s) != SQLITE_ROW)
		fail(w, sqlite3_errmsg(db));
	else if (strcmp(verify_column(s, 0), "ok") != 0)
		fail(w, verify_column(s, 0));
	sqlite3_finalize(s);
}

/* Every table but those of the log, against its indexes. */
static void
check_tables(struct verify_whole *w, sqlite3 *db)
{
	sqlite3_stmt *s = NULL;
	char sql[300];

	if (sqlite3_prepare_v2(db,
		    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('event',"
		    " 'event_object') AND name NOT LIKE 'sqlite~_%' ESCAPE '~'",
		    -1, &s, NULL) != SQLITE_OK)
		fail(w, sqlite3_errmsg(db));
	while (sqlite3_step(s) == SQLITE_ROW) {
		sqlite3_snprintf(
			sizeof(sql), sql, "PRAGMA integrity_check(%Q)", verify_column(s, 0));
		check(w, db, sql);
	}
	sqlite3_finalize(s);
}

/* The numbers as the table has them and as its index has them, each with the place of its row. */
static void
compare_orders(struct verify_whole *w, sqlite3 *db)
{
	sqlite3_stmt *rows = NULL, *index = NULL;
	int a = SQLITE_ROW, b = SQLITE_ROW;

	sqlite3_prepare_v2(
		db, "SELECT rowid, seq FROM event NOT INDEXED ORDER BY rowid", -1, &rows, NULL);
	sqlite3_prepare_v2(db,
		"SELECT rowid, seq FROM event INDEXED BY sqlite_autoindex_event_1 ORDER BY seq", -1,
		&index, NULL);
	while (a == SQLITE_ROW && b == SQLITE_ROW) {
		a = sqlite3_step(rows);
		b = sqlite3_step(index);
		if (a != b ||
			(a == SQLITE_ROW &&
				(sqlite3_column_int64(rows, 0) != sqlite3_column_int64(index, 0) ||
					sqlite3_column_int64(rows, 1) !=
						sqlite3_column_int64(index, 1)))) {
			check(w, db,
				"PRAGMA integrity_check(event)"); /* moved rows are none of its faults */
			break;
		}
	}
	sqlite3_finalize(rows);
	sqlite3_finalize(index);
}

static void *
check_whole(void *ctx)
{
	struct verify_whole *w = ctx;
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(w->path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
		fail(w, sqlite3_errmsg(db));
	} else {
		sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
		sqlite3_busy_timeout(db, 10000);
		sqlite3_exec(db, "PRAGMA temp_store = FILE; BEGIN", NULL, NULL, NULL);
		check(w, db, "PRAGMA quick_check(3)");
		check_tables(w, db);
		compare_orders(w, db);
	}
	sqlite3_close(db);
	return NULL;
}

struct verify_whole *
verify_whole_begin(const char *folder)
{
	struct verify_whole *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	snprintf(w->path, sizeof(w->path), "%s/ledger.db", folder);
	if (pthread_create(&w->thread, NULL, check_whole, w) == 0)
		return w;
	free(w);
	return NULL;
}

void
verify_whole_end(struct verify *v, struct verify_whole *w)
{
	if (w == NULL) {
		verify_unsure(
			v, "the database's own check could not be run: no memory, or no thread");
		return;
	}
	pthread_join(w->thread, NULL);
	if (w->finding[0] != '\0')
		verify_altered(v, "%s", w->finding);
	free(w);
}
