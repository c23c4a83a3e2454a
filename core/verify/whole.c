/* Is the file a whole database?  SQLite's own check, which reads all of it, in a thread of its own while the log is read.
 *
 * The log is most of the file, and searching its index for each row is what would take long: log.c reads both side by
 * side instead.  event_object, an index of its own, is checked for its form alone. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify/verify.h"

struct verify_whole {
	pthread_t thread;
	char folder[4096];
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

static void *
check_whole(void *ctx)
{
	struct verify_whole *w = ctx;
	sqlite3 *db = NULL;

	if (verify_open(w->folder, &db) != SQLITE_OK) {
		fail(w, sqlite3_errmsg(db));
	} else {
		sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
		sqlite3_busy_timeout(db, 10000);
		sqlite3_exec(db, "PRAGMA temp_store = FILE; BEGIN", NULL, NULL, NULL);
		check(w, db, "PRAGMA quick_check(3)");
		check_tables(w, db);
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
	snprintf(w->folder, sizeof(w->folder), "%s", folder);
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
