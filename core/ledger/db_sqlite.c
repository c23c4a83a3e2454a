/* The SQLite driver of db.h: WAL, synchronous=FULL, a hardened connection.  The only file that
 * sees sqlite3.h. */
#include "core/ledger/db.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/mem.h"

struct stmt {
	struct db *db;
	sqlite3_stmt *s; /* NULL: it could not be made, `code` says why */
	int code;
	const char *key; /* the literal it was made from; NULL for db_query_once */
	struct stmt *next;
};

struct db {
	sqlite3 *c;
	struct stmt *kept;
	bool writing;
	int broken;      /* the first breakage since the last db_watch or db_begin; 0: none */
	int64_t waiting; /* since when, monotonic microseconds */
};

/* A write holds the lock for about 0.3 ms. */
enum { BUSY_US = 10000000, NAP_LEAST_US = 100, NAP_MORE_US = 900 };

/* Turns by chance, each waiter as often as the other.  SQLite's own back-off goes up to naps of 100 ms, in which those who
 * came later go first: of eight processes that write without a pause one waited 6.5 s, this way 0.1 s. */
static int
wait_turn(void *ctx, int tries)
{
	struct db *d = ctx;
	int64_t now = clock_mono_us();
	struct timespec nap = { 0 };

	if (tries == 0)
		d->waiting = now;
	if (now - d->waiting > BUSY_US)
		return 0;
	nap.tv_nsec = 1000 * (NAP_LEAST_US + now * 7919 % NAP_MORE_US);
	nanosleep(&nap, NULL);
	return 1;
}

/* A statement that failed for want of a disk, not of a row.  Where a caller takes it for "no such row" he would go on with
 * half of what he has to know, so it is kept: the transaction it was in is lost (is_lost), whatever the caller makes of it. */
static bool
is_breakage(int code)
{
	static const int codes[] = { SQLITE_FULL, SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB,
		SQLITE_CANTOPEN, SQLITE_NOMEM, SQLITE_READONLY, SQLITE_PROTOCOL, SQLITE_INTERRUPT };

	for (size_t i = 0; i < MEM_COUNT(codes); i++)
		if ((code & 0xff) == codes[i])
			return true;
	return false;
}

static enum rc
failed(struct db *d, int code, struct err *e)
{
	if (d->broken == 0 && is_breakage(code))
		d->broken = code;
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(
			e, RC_BUSY, "the ledger is busy: somebody else is writing; try again");
	case SQLITE_CONSTRAINT:
		return err_set(e, RC_CONFLICT, "the ledger refused: %s", sqlite3_errmsg(d->c));
	case SQLITE_READONLY:
		return err_set(e, RC_READONLY, "the ledger can only be read");
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_set(e, RC_CORRUPT, "the ledger is damaged: %s", sqlite3_errmsg(d->c));
	case SQLITE_FULL:
		return err_set(e, RC_FAILED,
			"the ledger could not be written: the disk is full; make room and try "
			"again");
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		return err_set(e, RC_FAILED, "the ledger could not be read or written: %s",
			sqlite3_errstr(code));
	default:
		return err_set(e, RC_FAILED, "ledger: %s", sqlite3_errmsg(d->c));
	}
}

static char *
folder_of(const char *path)
{
	char *folder = mem_string(path), *slash = strrchr(folder, '/');

	if (slash == NULL || slash == folder)
		strcpy(folder, slash == NULL ? "." : "/");
	else
		*slash = '\0';
	return folder;
}

/* "All processes using a database must be on the same host computer; WAL does not work over a
 * network filesystem" (sqlite.org/wal.html). */
static enum rc
refuse_network(const char *path, struct err *e)
{
	static const struct {
		unsigned long magic;
		const char *name;
	} network[] = {
		{ 0x6969, "NFS" },
		{ 0xff534d42, "CIFS" },
		{ 0xfe534d42, "SMB2" },
		{ 0x65735546, "FUSE" },
		{ 0x01021997, "9P" },
		{ 0x00c36400, "Ceph" },
		{ 0x5346414f, "AFS" },
	};
	char *folder = folder_of(path);
	struct statfs fs;
	int got = statfs(folder, &fs);

	free(folder);
	if (got != 0)
		return err_errno(e, RC_NOT_FOUND, "the archive's folder");
	for (size_t i = 0; i < MEM_COUNT(network); i++)
		if (((unsigned long)fs.f_type & 0xffffffffu) == network[i].magic)
			return err_set(e, RC_UNSUPPORTED,
				"the ledger would lie on %s, where its locks do not hold; "
				"put the archive on a local disk",
				network[i].name);
	return RC_OK;
}

static int
authorize(void *ctx, int action, const char *a, const char *b, const char *db, const char *trigger)
{
	(void)ctx, (void)b, (void)db, (void)trigger;
	switch (action) {
	case SQLITE_ATTACH:
	case SQLITE_DETACH:
	case SQLITE_DROP_TABLE:
	case SQLITE_DROP_TRIGGER:
	case SQLITE_DROP_INDEX:
	case SQLITE_ALTER_TABLE:
		return SQLITE_DENY;
	case SQLITE_PRAGMA:
		return strcmp(a, "wal_checkpoint") == 0 || strcmp(a, "optimize") == 0 ? SQLITE_OK
										      : SQLITE_DENY;
	default:
		return SQLITE_OK;
	}
}

static enum rc
harden(struct db *d, enum db_mode mode, struct err *e)
{
	enum rc rc = RC_OK;

	sqlite3_extended_result_codes(d->c, 1);
	sqlite3_busy_handler(d->c, wait_turn, d);
	sqlite3_db_config(d->c, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(d->c, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(d->c, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	if (mode != DB_READ)
		rc = db_exec(d,
			"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
			"PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;"
			"PRAGMA temp_store=MEMORY",
			e);
	else
		rc = db_exec(d, "PRAGMA query_only=1", e);
	sqlite3_set_authorizer(d->c, authorize, NULL);
	return rc;
}

/* ---- where nothing can be written ---- */

/* Why the file, or another one beside it, cannot be written; 0: they can. */
static int
unwritable(const char *path)
{
	char *folder = folder_of(path);
	int why = 0;

	if (faccessat(AT_FDCWD, folder, W_OK, AT_EACCESS) != 0)
		why = errno;
	else if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0 && errno != ENOENT)
		why = errno;
	free(folder);
	return why;
}

/* Size of the file beside it; -1 where there is none. */
static int64_t
beside(const char *path, const char *suffix)
{
	char *name = mem_format("%s%s", path, suffix);
	struct stat st;
	int64_t size = stat(name, &st) == 0 ? st.st_size : -1;

	free(name);
	return size;
}

/* The wal-index cannot be made where nothing can be written, and without it SQLite reads no ledger, unless it is told that
 * the file cannot change: true where everything was taken into it and nobody has it open. */
static bool
is_still(const char *path)
{
	int64_t wal = beside(path, "-wal");

	return unwritable(path) != 0 && wal <= 0 && (wal < 0 || beside(path, "-shm") < 0);
}

static char *
still_uri(const char *path)
{
	struct buf b = { 0 };

	buf_text(&b, "file:");
	for (const unsigned char *p = (const unsigned char *)path; *p != '\0'; p++)
		buf_format(&b, strchr("?#%", *p) != NULL ? "%%%02X" : "%c", *p);
	buf_text(&b, "?immutable=1");
	return b.data;
}

/* To read: is it there at all?  SQLite looks at the first page when it is asked for the first row. */
static enum rc
touch(struct db *d, const char *path, struct err *e)
{
	enum rc rc = db_exec(d, "SELECT 1 FROM sqlite_master LIMIT 1", NULL);

	if (rc == RC_OK || (d->broken & 0xff) != SQLITE_CANTOPEN)
		return rc == RC_OK ? rc : db_broken(d, e);
	return err_set(e, RC_READONLY,
		"%s and its folder can only be read, and its last events are still in "
		"ledger.db-wal: open "
		"it once where it can be written, or copy the folder there",
		path);
}

static enum rc
refuse_unwritable(const char *path, struct err *e)
{
	int why = unwritable(path);

	return why == 0
		? RC_OK
		: err_set(e, RC_READONLY,
			  "read only: the archive cannot be written (%s); what only reads goes on",
			  strerror(why));
}

enum rc
db_open(struct db **out, const char *path, enum db_mode mode, struct err *e)
{
	int flags = mode == DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	char *uri = NULL;
	struct db *d;
	struct stat st;
	enum rc rc;
	int code;

	*out = NULL;
	if (mode == DB_CREATE && stat(path, &st) == 0)
		return err_set(e, RC_CONFLICT, "there is a ledger already");
	rc = refuse_network(path, e);
	if (rc == RC_OK && mode != DB_READ)
		rc = refuse_unwritable(path, e);
	if (rc != RC_OK)
		return rc;

	d = mem_zero(1, sizeof(*d));
	if (mode == DB_CREATE)
		flags |= SQLITE_OPEN_CREATE;
	if (mode == DB_READ && is_still(path)) {
		uri = still_uri(path);
		flags |= SQLITE_OPEN_URI;
	}
	code = sqlite3_open_v2(uri != NULL ? uri : path, &d->c, flags | SQLITE_OPEN_NOMUTEX, NULL);
	free(uri);
	rc = code != SQLITE_OK ? failed(d, code, e) : harden(d, mode, e);
	if (rc == RC_OK && mode == DB_READ)
		rc = touch(d, path, e);
	if (rc != RC_OK) {
		db_close(d);
		return rc;
	}
	*out = d;
	return RC_OK;
}

void
db_close(struct db *d)
{
	struct stmt *s, *next;

	if (d == NULL)
		return;
	for (s = d->kept; s != NULL; s = next) {
		next = s->next;
		sqlite3_finalize(s->s);
		free(s);
	}
	db_rollback(d);
	sqlite3_close(d->c);
	free(d);
}

/* SQLite undoes the transaction by itself after some errors, and from then on each statement would be committed alone: no
 * more of them are run. */
static bool
is_lost(struct db *d)
{
	if (d->writing && d->broken == 0 && sqlite3_get_autocommit(d->c) != 0)
		d->broken = SQLITE_IOERR;
	return d->writing && d->broken != 0;
}

enum rc
db_exec(struct db *d, const char *sql, struct err *e)
{
	int code = is_lost(d) ? d->broken : sqlite3_exec(d->c, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? RC_OK : failed(d, code, e);
}

enum rc
db_alter(struct db *d, const char *sql, struct err *e)
{
	enum rc rc;

	sqlite3_set_authorizer(d->c, NULL, NULL);
	rc = db_exec(d, sql, e);
	sqlite3_set_authorizer(d->c, authorize, NULL);
	return rc;
}

const char *
db_library(void)
{
	return sqlite3_libversion();
}

enum rc
db_begin(struct db *d, struct err *e)
{
	enum rc rc;

	assert(!d->writing);
	d->broken = 0;
	rc = db_exec(d, "BEGIN IMMEDIATE", e);
	d->writing = rc == RC_OK;
	return rc;
}

enum rc
db_commit(struct db *d, struct err *e)
{
	enum rc rc = db_exec(d, "COMMIT", e);

	if (rc != RC_OK)
		db_rollback(d);
	d->writing = false;
	return rc;
}

void
db_rollback(struct db *d)
{
	if (d->writing)
		sqlite3_exec(d->c, "ROLLBACK", NULL, NULL, NULL);
	d->writing = false;
}

void
db_watch(struct db *d)
{
	if (!d->writing)
		d->broken = 0;
}

enum rc
db_broken(struct db *d, struct err *e)
{
	if (d->broken == 0)
		return RC_OK;
	err_clear(e);
	return failed(d, d->broken, e);
}

enum rc
db_guard_chain(struct db *d, const char *t, struct err *e)
{
	char *sql = mem_format(
		"CREATE TRIGGER %s_no_update BEFORE UPDATE ON %s BEGIN"
		" SELECT RAISE(ABORT, '%s takes no changes'); END;"
		"CREATE TRIGGER %s_no_delete BEFORE DELETE ON %s BEGIN"
		" SELECT RAISE(ABORT, '%s takes no deletions'); END;"
		"CREATE TRIGGER %s_next BEFORE INSERT ON %s WHEN"
		" NEW.seq IS NOT (SELECT ifnull(max(seq), 0) + 1 FROM %s) OR NEW.prev IS NOT"
		" ifnull((SELECT hash FROM %s ORDER BY seq DESC LIMIT 1), '') BEGIN"
		" SELECT RAISE(ABORT, '%s takes only the next row'); END;",
		t, t, t, t, t, t, t, t, t, t, t);
	enum rc rc = db_exec(d, sql, e);

	free(sql);
	return rc;
}

enum rc
db_guard_append(struct db *d, const char *t, const char *key, struct err *e)
{
	char *sql = mem_format("CREATE TRIGGER %s_no_update BEFORE UPDATE ON %s BEGIN"
			       " SELECT RAISE(ABORT, '%s takes no changes'); END;"
			       "CREATE TRIGGER %s_no_delete BEFORE DELETE ON %s BEGIN"
			       " SELECT RAISE(ABORT, '%s takes no deletions'); END;"
			       "CREATE TRIGGER %s_new BEFORE INSERT ON %s WHEN"
			       " EXISTS (SELECT 1 FROM %s WHERE %s = NEW.%s) BEGIN"
			       " SELECT RAISE(ABORT, '%s takes only new rows'); END;",
		t, t, t, t, t, t, t, t, t, key, key, t);
	enum rc rc = db_exec(d, sql, e);

	free(sql);
	return rc;
}

enum rc
db_guard_moves(struct db *d, const char *t, const char *first, const char *moves, struct err *e)
{
	char *sql = mem_format(
		"CREATE TRIGGER %s_begins BEFORE INSERT ON %s WHEN NEW.state <> '%s' BEGIN"
		" SELECT RAISE(ABORT, '%s begins as %s'); END;"
		"CREATE TRIGGER %s_moves BEFORE UPDATE OF state ON %s WHEN"
		" NEW.state <> OLD.state AND NOT EXISTS (SELECT 1 FROM %s m WHERE"
		" m.state = OLD.state AND m.next = NEW.state) BEGIN"
		" SELECT RAISE(ABORT, '%s cannot go there'); END;",
		t, t, first, t, first, t, t, moves, t);
	enum rc rc = db_exec(d, sql, e);

	free(sql);
	return rc;
}

enum rc
db_guard_never(struct db *d, const char *t, const char *state, const char *others, const char *key,
	struct err *e)
{
	char *sql =
		mem_format("CREATE TRIGGER %s_never BEFORE UPDATE ON %s WHEN NEW.state = '%s' AND"
			   " EXISTS (SELECT 1 FROM %s o WHERE o.%s = NEW.%s) BEGIN"
			   " SELECT RAISE(ABORT, '%s are never %s'); END;",
			t, t, state, others, key, key, others, state);
	enum rc rc = db_exec(d, sql, e);

	free(sql);
	return rc;
}

/* Only what we wrote wrong ends the program: the tables are read from the disk here, which may fail. */
static void
prepare(struct stmt *s, const char *sql)
{
	sqlite3 *c = s->db->c;

	s->code = sqlite3_prepare_v3(c, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->s, NULL);
	if ((s->code & 0xff) == SQLITE_ERROR) {
		fprintf(stderr, "wetread: SQL: %s\n  %s\n", sqlite3_errmsg(c), sql);
		abort();
	}
}

static struct stmt *
stmt_new(struct db *d)
{
	struct stmt *s = mem_zero(1, sizeof(*s));

	s->db = d;
	return s;
}

struct stmt *
db_query(struct db *d, const char *sql)
{
	struct stmt *s;

	for (s = d->kept; s != NULL && s->key != sql; s = s->next)
		;
	if (s == NULL) {
		s = stmt_new(d);
		s->key = sql;
		s->next = d->kept;
		d->kept = s;
	}
	if (s->s == NULL)
		prepare(s, sql);
	if (s->s == NULL)
		return s;
	sqlite3_reset(s->s);
	sqlite3_clear_bindings(s->s);
	return s;
}

struct stmt *
db_query_once(struct db *d, const char *sql)
{
	struct stmt *s = stmt_new(d);

	prepare(s, sql);
	return s;
}

void
stmt_free(struct stmt *s)
{
	if (s == NULL)
		return;
	assert(s->key == NULL);
	sqlite3_finalize(s->s);
	free(s);
}

static int
parameter(struct stmt *s, int i)
{
	char name[16];
	int at;

	snprintf(name, sizeof(name), "$%d", i);
	at = sqlite3_bind_parameter_index(s->s, name);
	assert(at > 0);
	return at;
}

void
stmt_text(struct stmt *s, int i, const char *text)
{
	if (s->s != NULL)
		sqlite3_bind_text(s->s, parameter(s, i), text, -1, SQLITE_TRANSIENT);
}

void
stmt_int(struct stmt *s, int i, int64_t v)
{
	if (s->s != NULL)
		sqlite3_bind_int64(s->s, parameter(s, i), v);
}

enum rc
stmt_step(struct stmt *s, struct err *e)
{
	int code = is_lost(s->db) ? s->db->broken : s->s != NULL ? sqlite3_step(s->s) : s->code;

	if (code == SQLITE_ROW)
		return RC_OK;
	sqlite3_reset(s->s);
	return code == SQLITE_DONE ? RC_NOT_FOUND : failed(s->db, code, e);
}

enum rc
stmt_run(struct stmt *s, struct err *e)
{
	enum rc rc;

	do
		rc = stmt_step(s, e);
	while (rc == RC_OK);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

void
stmt_done(struct stmt *s)
{
	sqlite3_reset(s->s);
}

const char *
stmt_get_text(struct stmt *s, int i)
{
	const char *t = (const char *)sqlite3_column_text(s->s, i);

	return t != NULL ? t : "";
}

int64_t
stmt_get_int(struct stmt *s, int i)
{
	return sqlite3_column_int64(s->s, i);
}

bool
stmt_is_null(struct stmt *s, int i)
{
	return sqlite3_column_type(s->s, i) == SQLITE_NULL;
}

int64_t
db_number(struct db *d, const char *sql, int64_t missing)
{
	struct stmt *s = db_query(d, sql);
	int64_t v = missing;

	if (stmt_step(s, NULL) == RC_OK && !stmt_is_null(s, 0))
		v = stmt_get_int(s, 0);
	sqlite3_reset(s->s);
	return v;
}

/* The copy must not be in WAL mode: that needs a second file, which a disc or a folder that is only read cannot have. */
static int
copy_to(struct db *d, sqlite3 *to)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", d->c, "main");
	int code;

	if (b == NULL)
		return sqlite3_errcode(to);
	code = sqlite3_backup_step(b, -1); /* one step is one read transaction */
	code = sqlite3_backup_finish(b) == SQLITE_OK && code == SQLITE_DONE ? SQLITE_OK : code;
	if (code == SQLITE_OK)
		code = sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
	return code;
}

enum rc
db_copy(struct db *d, const char *path, struct err *e)
{
	enum rc rc = RC_OK;
	struct stat st;
	sqlite3 *to = NULL;
	int code;

	if (stat(path, &st) == 0)
		return err_set(e, RC_CONFLICT, "there is a ledger already");
	code = sqlite3_open_v2(
		path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	if (code == SQLITE_OK)
		code = copy_to(d, to);
	if (code != SQLITE_OK)
		rc = err_set(
			e, RC_FAILED, "the ledger could not be copied: %s", sqlite3_errstr(code));
	sqlite3_close(to);
	return rc;
}

bool
db_has_table(struct db *d, const char *table)
{
	struct stmt *s =
		db_query(d, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1");
	bool has;

	stmt_text(s, 1, table);
	has = stmt_step(s, NULL) == RC_OK;
	stmt_done(s);
	return has;
}

int64_t
db_changes(struct db *d)
{
	return sqlite3_changes64(d->c);
}
