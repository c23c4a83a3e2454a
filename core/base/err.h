/* Results and their text.  Every call that the world can make fail returns an
 * `enum rc` and takes a caller-owned `struct err` last; it may be NULL where the
 * caller does not want the text.  Any thread; a struct err belongs to one. */
#ifndef CORE_BASE_ERR_H
#define CORE_BASE_ERR_H

enum rc {
	RC_OK,
	RC_NOT_FOUND,   /* no such object */
	RC_DENIED,      /* role, password or separation of duties */
	RC_CONFLICT,    /* somebody changed it first, or other bytes under the same UID */
	RC_INVALID,     /* the input breaks its own rules */
	RC_CORRUPT,     /* stored bytes are not what was stored */
	RC_UNSUPPORTED, /* right, but not something we can do */
	RC_LIMIT,       /* larger than a cap of ours */
	RC_BUSY,        /* try again */
	RC_OFFLINE,     /* the other side is away */
	RC_READONLY,    /* the archive can only be read */
	RC_CANCELLED,   /* asked to stop; a result, not an error */
	RC_FAILED       /* everything else: disk full, no memory, ... */
};

struct err {
	enum rc rc;
	char text[400]; /* UTF-8, no control characters, no identifying value */
};

/* Record `rc` and its text unless an earlier cause is already there, and return
 * `rc`, so that a failing call reads `return err_set(e, RC_LIMIT, "...")`. */
enum rc err_set(struct err *e, enum rc rc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* As err_set, with ": " and the text of errno at the end. */
enum rc err_errno(struct err *e, enum rc rc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Forget what is recorded, to use the struct again. */
void err_clear(struct err *e);

/* The name of a result, for logs and --json: "ok", "not-found", ...  Static. */
const char *rc_name(enum rc rc);

#endif
