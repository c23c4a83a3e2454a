/* A file system that fails on order: an SQLite VFS over the default one.  faulty_install makes it the one that every
 * connection of this process uses; it passes everything on until a fault is armed, counts what goes through, and can write
 * down all that is written, so that a power cut can be acted out afterwards.  One thread. */
#ifndef TESTS_UNIT_LEDGER_FAULTY_VFS_H
#define TESTS_UNIT_LEDGER_FAULTY_VFS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

enum faulty_call {
	CALL_OPEN = 1,
	CALL_READ = 2,
	CALL_WRITE = 4,
	CALL_TRUNCATE = 8,
	CALL_SYNC = 16,
	CALL_DELETE = 32,
	CALL_SHARE = 64, /* pages of the wal-index */
	CALL_CHANGES = CALL_OPEN | CALL_WRITE | CALL_TRUNCATE | CALL_SYNC | CALL_DELETE | CALL_SHARE,
	CALL_ALL = CALL_CHANGES | CALL_READ
};

struct faulty_kind {
	const char *name;
	unsigned calls; /* which calls count */
	int code;       /* SQLITE_FULL, or SQLITE_IOERR for the one that fits the call */
	bool done;      /* it is done nevertheless */
	bool half;      /* half of the bytes are written */
	bool stays;     /* every later one fails too */
};

enum faulty_which { WHICH_OTHER, WHICH_DB, WHICH_WAL, WHICH_COUNT };

/* One thing that happened to a file, or a mark that the test set. */
struct faulty_event {
	enum faulty_call call; /* WRITE, TRUNCATE, SYNC, DELETE; 0: a mark */
	enum faulty_which which;
	int64_t at; /* offset, size after a truncation, the mark's value */
	size_t n;
	unsigned char *bytes;
};

static struct {
	sqlite3_vfs vfs, *real;
	sqlite3_io_methods io;
	const struct faulty_kind *kind; /* NULL: not armed */
	int at, seen, hits;
	bool recording;
	struct faulty_event *event;
	size_t events, room;
} faulty;

struct faulty_file {
	sqlite3_file base;
	enum faulty_which which;
};

static inline sqlite3_file *
faulty_real(sqlite3_file *f)
{
	return (sqlite3_file *)((struct faulty_file *)f + 1);
}

static inline bool
faulty_hits(enum faulty_call call)
{
	const struct faulty_kind *k = faulty.kind;

	if (k == NULL || (k->calls & call) == 0)
		return false;
	faulty.seen++;
	if (faulty.seen != faulty.at && !(k->stays && faulty.seen > faulty.at))
		return false;
	faulty.hits++;
	return true;
}

static inline int
faulty_code(int ioerr)
{
	return faulty.kind->code == SQLITE_FULL ? SQLITE_FULL : ioerr;
}

static inline void
faulty_record(
	enum faulty_call call, enum faulty_which which, int64_t at, const void *bytes, size_t n)
{
	struct faulty_event *ev;

	if (!faulty.recording)
		return;
	if (faulty.events == faulty.room) {
		faulty.room = faulty.room * 2 + 256;
		faulty.event = realloc(faulty.event, faulty.room * sizeof(*faulty.event));
	}
	ev = &faulty.event[faulty.events++];
	*ev = (struct faulty_event){ .call = call, .which = which, .at = at, .n = n };
	if (n > 0) {
		ev->bytes = malloc(n);
		memcpy(ev->bytes, bytes, n);
	}
}

static inline enum faulty_which
faulty_which_of(sqlite3_file *f)
{
	return ((struct faulty_file *)f)->which;
}

/* ---- files ---- */

static inline int
faulty_close(sqlite3_file *f)
{
	return faulty_real(f)->pMethods->xClose(faulty_real(f));
}

static inline int
faulty_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
	if (faulty_hits(CALL_READ))
		return SQLITE_IOERR_READ;
	return faulty_real(f)->pMethods->xRead(faulty_real(f), to, n, at);
}

static inline int
faulty_put(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
	faulty_record(CALL_WRITE, faulty_which_of(f), at, from, (size_t)n);
	return faulty_real(f)->pMethods->xWrite(faulty_real(f), from, n, at);
}

static inline int
faulty_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
	if (!faulty_hits(CALL_WRITE))
		return faulty_put(f, from, n, at);
	if (faulty.kind->done || faulty.kind->half)
		faulty_put(f, from, faulty.kind->half ? n / 2 : n, at);
	return faulty_code(SQLITE_IOERR_WRITE);
}

static inline int
faulty_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	bool hit = faulty_hits(CALL_TRUNCATE);
	int code = SQLITE_OK;

	if (!hit || faulty.kind->done) {
		faulty_record(CALL_TRUNCATE, faulty_which_of(f), size, NULL, 0);
		code = faulty_real(f)->pMethods->xTruncate(faulty_real(f), size);
	}
	return hit ? faulty_code(SQLITE_IOERR_TRUNCATE) : code;
}

static inline int
faulty_sync(sqlite3_file *f, int flags)
{
	bool hit = faulty_hits(CALL_SYNC);
	int code = SQLITE_OK;

	if (!hit || faulty.kind->done) {
		faulty_record(CALL_SYNC, faulty_which_of(f), 0, NULL, 0);
		code = faulty_real(f)->pMethods->xSync(faulty_real(f), flags);
	}
	return hit ? faulty_code(SQLITE_IOERR_FSYNC) : code;
}

static inline int
faulty_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return faulty_real(f)->pMethods->xFileSize(faulty_real(f), size);
}

static inline int
faulty_lock(sqlite3_file *f, int level)
{
	return faulty_real(f)->pMethods->xLock(faulty_real(f), level);
}

static inline int
faulty_unlock(sqlite3_file *f, int level)
{
	return faulty_real(f)->pMethods->xUnlock(faulty_real(f), level);
}

static inline int
faulty_reserved(sqlite3_file *f, int *out)
{
	return faulty_real(f)->pMethods->xCheckReservedLock(faulty_real(f), out);
}

/* The size is only hinted at: growing the file is left to the writes, which can fail. */
static inline int
faulty_control(sqlite3_file *f, int op, void *arg)
{
	if (op == SQLITE_FCNTL_SIZE_HINT)
		return SQLITE_OK;
	return faulty_real(f)->pMethods->xFileControl(faulty_real(f), op, arg);
}

static inline int
faulty_sector(sqlite3_file *f)
{
	return faulty_real(f)->pMethods->xSectorSize(faulty_real(f));
}

static inline int
faulty_device(sqlite3_file *f)
{
	return faulty_real(f)->pMethods->xDeviceCharacteristics(faulty_real(f));
}

static inline int
faulty_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **to)
{
	if (faulty_hits(CALL_SHARE))
		return faulty_code(SQLITE_IOERR_SHMMAP);
	return faulty_real(f)->pMethods->xShmMap(faulty_real(f), page, size, extend, to);
}

static inline int
faulty_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	return faulty_real(f)->pMethods->xShmLock(faulty_real(f), at, n, flags);
}

static inline void
faulty_shm_barrier(sqlite3_file *f)
{
	faulty_real(f)->pMethods->xShmBarrier(faulty_real(f));
}

static inline int
faulty_shm_unmap(sqlite3_file *f, int remove)
{
	return faulty_real(f)->pMethods->xShmUnmap(faulty_real(f), remove);
}

/* Nothing is mapped: every page comes through faulty_read. */
static inline int
faulty_fetch(sqlite3_file *f, sqlite3_int64 at, int n, void **to)
{
	(void)f, (void)at, (void)n;
	*to = NULL;
	return SQLITE_OK;
}

static inline int
faulty_unfetch(sqlite3_file *f, sqlite3_int64 at, void *p)
{
	(void)f, (void)at, (void)p;
	return SQLITE_OK;
}

/* ---- the VFS ---- */

static inline bool
faulty_ends(const char *name, const char *with)
{
	size_t n = strlen(name), w = strlen(with);

	return n >= w && strcmp(name + n - w, with) == 0;
}

static inline enum faulty_which
faulty_name(const char *name)
{
	if (name == NULL)
		return WHICH_OTHER;
	return faulty_ends(name, "ledger.db") ? WHICH_DB
		: faulty_ends(name, "-wal")   ? WHICH_WAL
					      : WHICH_OTHER;
}

static inline int
faulty_open(sqlite3_vfs *v, sqlite3_filename name, sqlite3_file *f, int flags, int *out)
{
	int code;

	(void)v;
	f->pMethods = NULL;
	if (faulty_hits(CALL_OPEN))
		return SQLITE_CANTOPEN;
	code = faulty.real->xOpen(faulty.real, name, faulty_real(f), flags, out);
	if (code != SQLITE_OK)
		return code;
	f->pMethods = &faulty.io;
	((struct faulty_file *)f)->which = faulty_name(name);
	return SQLITE_OK;
}

static inline int
faulty_delete(sqlite3_vfs *v, const char *name, int sync)
{
	bool hit = faulty_hits(CALL_DELETE);
	int code = SQLITE_OK;

	(void)v;
	if (!hit || faulty.kind->done) {
		faulty_record(CALL_DELETE, faulty_name(name), 0, NULL, 0);
		code = faulty.real->xDelete(faulty.real, name, sync);
	}
	return hit ? faulty_code(SQLITE_IOERR_DELETE) : code;
}

static inline void
faulty_install(void)
{
	faulty.real = sqlite3_vfs_find(NULL);
	faulty.io = (sqlite3_io_methods){ 3, faulty_close, faulty_read, faulty_write,
		faulty_truncate, faulty_sync, faulty_size, faulty_lock, faulty_unlock,
		faulty_reserved, faulty_control, faulty_sector, faulty_device, faulty_shm_map,
		faulty_shm_lock, faulty_shm_barrier, faulty_shm_unmap, faulty_fetch,
		faulty_unfetch };
	faulty.vfs = *faulty.real;
	faulty.vfs.zName = "faulty";
	faulty.vfs.szOsFile = faulty.real->szOsFile + (int)sizeof(struct faulty_file);
	faulty.vfs.xOpen = faulty_open;
	faulty.vfs.xDelete = faulty_delete;
	faulty.vfs.pNext = NULL;
	sqlite3_vfs_register(&faulty.vfs, 1);
}

/* The n-th call of this kind from now on fails. */
static inline void
faulty_arm(const struct faulty_kind *kind, int n)
{
	faulty.kind = kind;
	faulty.at = n;
	faulty.seen = faulty.hits = 0;
}

/* Did it come to that? */
static inline bool
faulty_disarm(void)
{
	faulty.kind = NULL;
	return faulty.hits > 0;
}

static inline void
faulty_record_begin(void)
{
	faulty.recording = true;
}

static inline void
faulty_mark(int64_t value)
{
	faulty_record(0, WHICH_OTHER, value, NULL, 0);
}

static inline void
faulty_record_free(void)
{
	for (size_t i = 0; i < faulty.events; i++)
		free(faulty.event[i].bytes);
	free(faulty.event);
	faulty.event = NULL;
	faulty.events = faulty.room = 0;
	faulty.recording = false;
}

#endif
