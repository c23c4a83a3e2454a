/* Anchors: heads of the chain in places that whoever can rewrite the ledger cannot.  Each is a line of
 * anchors/anchors.log; the same line goes to the places that the site has set, and how that went is kept, so that the
 * workstation warns and, where the site wants it, nothing is signed while it fails.  Ledger worker. */
#ifndef CORE_LEDGER_ANCHOR_H
#define CORE_LEDGER_ANCHOR_H

#include <stdbool.h>

#include "core/ledger/ledger.h"

enum {
	ANCHOR_LINE = 512, /* bytes at most, with its line feed */
	ANCHOR_FAULT = 200
};

enum anchor_place {
	ANCHOR_LOG,    /* anchors/anchors.log */
	ANCHOR_FILE,   /* setting anchor-file: a file that is only appended to */
	ANCHOR_SYSLOG, /* setting anchor-syslog */
	ANCHOR_URL,    /* setting anchor-url: posted by `wetread anchor`, which nobody waits for */
	ANCHOR_PLACES
};
extern const char *const anchor_place_names[ANCHOR_PLACES];

/* Is it time, by setting anchor-minutes, whoever wrote the last one?  Cheap: for a tick. */
bool anchor_due(struct ledger *l);

/* How it goes with a place.  False where the site has not set it and nothing is wrong with it. */
struct anchor_state {
	int64_t at;               /* when one last got there, 0 never */
	int64_t missed;           /* those since then, one on its way to the URL among them */
	char fault[ANCHOR_FAULT]; /* why the last one did not; "" it did, or is on its way */
};
bool anchor_state(struct ledger *l, enum anchor_place p, struct anchor_state *out);

/* What is wrong, of all places, for people: "anchors: file: No such file or directory, 3 missed"; false: nothing. */
bool anchor_warning(struct ledger *l, char *to, size_t size);

/* RC_DENIED where the site wants no signatures after so many missed anchors (setting anchor-missed). */
enum rc anchor_check(struct ledger *l, struct err *e);

/* The last line, without its line feed, where it has not reached the URL; false: there is none, or no URL is set. */
bool anchor_for_url(struct ledger *l, char line[ANCHOR_LINE]);
/* How that went: NULL, it got there. */
enum rc anchor_told(struct ledger *l, enum anchor_place p, const char *fault, struct err *e);

/* ---- places (anchor_place.c) ---- */

/* Append the line and sync.  The file is made where it is missing; nothing of it is read or replaced. */
enum rc anchor_append(const char *path, const char *line, struct err *e);
/* One message to the system's log, facility authpriv; unlike syslog(3) it tells where nobody listens. */
enum rc anchor_syslog(const char *socket_path, const char *line, struct err *e);

#endif
