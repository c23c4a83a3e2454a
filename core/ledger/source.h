/* Where images lie besides the archive's own store, and how it goes there.  Added and removed by officers, with an event each;
 * what a probe found and when a source was last reached is a working state.  Ledger worker. */
#ifndef CORE_LEDGER_SOURCE_H
#define CORE_LEDGER_SOURCE_H

#include <stdbool.h>

#include "core/ledger/office.h"

enum { SOURCE_NAME = 33, SOURCE_ADDRESS = 400, SOURCES_MOST = 64 };

/* What becomes of bytes that were fetched. */
enum source_keep {
	SOURCE_MEMORY,    /* gone with the program */
	SOURCE_ENCRYPTED, /* in a bounded cache on disk, under a key of this archive */
	SOURCE_ARCHIVE    /* taken into the archive's own store, as an import does */
};

struct source {
	int64_t id;
	char name[SOURCE_NAME], address[SOURCE_ADDRESS];
	enum source_keep keep;
	bool removed;
	/* what a probe found (core/source/driver.h: struct server_facts) */
	int64_t quirks, round_trip_us, clock_ahead_s, probed;
	char server[120];
	/* how it goes: microseconds UTC, 0 never */
	int64_t swept, reached, faulted;
	char token[64];  /* of its list of changes; "" none */
	char fault[200]; /* why it could not be reached or used last; "" it could */
};

const char *source_keep_name(enum source_keep k);
/* RC_INVALID names those that there are. */
enum rc source_keep_find(const char *name, enum source_keep *out, struct err *e);

/* Letters, digits, '-', '_' and '.', beginning with a letter or digit: it is the name of a file too. */
bool source_name_valid(const char *name);

/* By an officer, with a reason.  RC_CONFLICT where there is one of this name, RC_LIMIT over SOURCES_MOST. */
struct source_new {
	const char *name, *address;
	enum source_keep keep;
};
enum rc source_add(
	struct ledger *l, const struct office *o, const struct source_new *n, struct err *e);
/* Its series stay with all that was decided; what is not here yet cannot be fetched any more, and what waits for it in the
 * outbox is given up.  RC_NOT_FOUND. */
enum rc source_remove(struct ledger *l, const struct office *o, const char *name, struct err *e);

/* Those that were not removed, by name.  *n at most SOURCES_MOST. */
enum rc source_list(struct ledger *l, struct source out[SOURCES_MOST], size_t *n, struct err *e);
/* RC_NOT_FOUND; by name only those that were not removed. */
enum rc source_by_name(struct ledger *l, const char *name, struct source *out, struct err *e);
enum rc source_by_id(struct ledger *l, int64_t id, struct source *out, struct err *e);

/* How it goes.  Transactions of their own. */
enum rc source_note_facts(struct ledger *l, const struct source *s, struct err *e);
/* It answered; `fault` NULL: all is well. */
enum rc source_note_reached(struct ledger *l, int64_t id, const char *fault, struct err *e);
enum rc source_note_away(struct ledger *l, int64_t id, const char *fault, struct err *e);
/* It was looked through, and its list of changes goes on from `token`. */
enum rc source_note_swept(struct ledger *l, int64_t id, const char *token, struct err *e);
/* Its list of changes was followed up to here. */
enum rc source_note_token(struct ledger *l, int64_t id, const char *token, struct err *e);

/* "ok", "away", "fault", "new": a word for lines with no room. */
const char *source_word(const struct source *s);

/* What there is of it here. */
struct source_counts {
	int64_t series, whole, gone; /* known; all of it here; not there any more */
	int64_t waiting, refused;    /* verdicts in the outbox */
	int64_t oldest;              /* when the oldest of those that wait was made; 0 none */
	char fault[200];             /* why it waits; "" it has not been tried */
};
enum rc source_count(struct ledger *l, int64_t id, struct source_counts *out, struct err *e);

#endif
