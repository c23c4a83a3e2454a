/* The only door to SQL.  What is written on this side keeps to what SQLite and PostgreSQL share:
 * TEXT and BIGINT columns, $1 $2 ... parameters in the order of first use, no rowid, no REPLACE,
 * no pragma.  What they do not share (journal, durability, append-only guards) is a function here
 * and a body in each driver file, db_*.c.  A handle belongs to one thread at a time. */
#ifndef CORE_LEDGER_DB_H
#define CORE_LEDGER_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

struct db;
struct stmt;

enum db_mode { DB_CREATE, DB_WRITE, DB_READ };

/* `path` of the database file.  DB_CREATE refuses an existing one.  RC_UNSUPPORTED on a network file
 * system: locks and WAL do not hold there.  RC_READONLY where it is to be written and cannot be; to read it nothing has to be
 * written. */
enum rc db_open(struct db **out, const char *path, enum db_mode mode, struct err *e);
void db_close(struct db *d); /* NULL is allowed; an open transaction is undone */

/* One or more statements without parameters or results. */
enum rc db_exec(struct db *d, const char *sql, struct err *e);

/* The same for statements that change tables, which db_exec refuses: to carry an older ledger forward. */
enum rc db_alter(struct db *d, const char *sql, struct err *e);

/* The version of SQLite: "3.40.1". */
const char *db_library(void);

/* A transaction that writes: waits its turn, RC_BUSY after 10 s.  Once a statement in it failed for want of a disk (reading
 * too, and whether the caller looked or not) no other is run, and db_commit undoes it and says so. */
enum rc db_begin(struct db *d, struct err *e);
enum rc db_commit(struct db *d, struct err *e);
void db_rollback(struct db *d);

/* Did a statement fail for want of a disk since db_watch, or in this transaction?  It goes before what was made of its
 * missing answer: the text in e is replaced. */
void db_watch(struct db *d);
enum rc db_broken(struct db *d, struct err *e);

/* Make `table` take inserts only, and those only with seq = max(seq) + 1 and prev = the hash of the row before
 * (21 CFR 11.10(e); INSERT OR REPLACE would walk around a "no DELETE" trigger alone). */
enum rc db_guard_chain(struct db *d, const char *table, struct err *e);
/* Make `table` take inserts of new keys only. */
enum rc db_guard_append(struct db *d, const char *table, const char *key, struct err *e);

/* Make rows of `table` begin with column state = `first`, and let it change only along the rows (state, next) of table
 * `moves` (11.10(f)). */
enum rc db_guard_moves(
	struct db *d, const char *table, const char *first, const char *moves, struct err *e);

/* Keep rows of `table` whose `key` is one of table `others` from ever getting this state. */
enum rc db_guard_never(struct db *d, const char *table, const char *state, const char *others,
	const char *key, struct err *e);

/* A prepared statement, kept for the life of the handle: `sql` must be a literal (its address is
 * the key).  Comes back reset, parameters cleared.  Programming mistakes in SQL end the program. */
struct stmt *db_query(struct db *d, const char *sql);
/* The same for SQL put together at run time: free with stmt_free. */
struct stmt *db_query_once(struct db *d, const char *sql);
void stmt_free(struct stmt *s); /* NULL is allowed */

/* Parameters, from 1.  Text is copied; NULL text is SQL NULL. */
void stmt_text(struct stmt *s, int i, const char *text);
void stmt_int(struct stmt *s, int i, int64_t v);

/* RC_OK: a row is there; RC_NOT_FOUND: no more rows (no text is set). */
enum rc stmt_step(struct stmt *s, struct err *e);
/* Run to the end; RC_OK.  RC_CONFLICT when a constraint or guard refuses. */
enum rc stmt_run(struct stmt *s, struct err *e);

/* Done with the rows before the last one was read: lets go of the read transaction. */
void stmt_done(struct stmt *s);

/* Columns of the row, from 0.  Text is lent until the next step; "" for NULL. */
const char *stmt_get_text(struct stmt *s, int i);
int64_t stmt_get_int(struct stmt *s, int i);
bool stmt_is_null(struct stmt *s, int i);

/* One integer result of a literal query without parameters, or `missing` where there is no row. */
int64_t db_number(struct db *d, const char *sql, int64_t missing);

/* All of it, as it is at one moment, into a new file at `path` that needs no other file beside it and can be read where
 * nothing can be written.  Others may write meanwhile. */
enum rc db_copy(struct db *d, const char *path, struct err *e);

bool db_has_table(struct db *d, const char *table);

/* Rows changed by the last stmt_run. */
int64_t db_changes(struct db *d);

#endif
