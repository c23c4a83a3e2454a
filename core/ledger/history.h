/* Reading the log: by record, user, action and time, a page at a time, from either end.  What a page costs depends on the
 * page and not on the log: places are found by bisection over the numbers (time goes forward in the log) and by the index
 * over objects.  Users and actions are in the bodies only; events are looked through for them by a cheap look at the ends
 * of the text, 10^6 of them in about a second. */
#ifndef CORE_LEDGER_HISTORY_H
#define CORE_LEDGER_HISTORY_H

#include <stdbool.h>

#include "core/ledger/account.h"
#include "core/ledger/ledger.h"

struct history_filter { /* "" and 0: any */
	char kind[16], object[72];
	char user[ACCOUNT_ID], action[32];
	int64_t from, to; /* from <= time < to, microseconds UTC */
};

/* "S-0042" or a Series Instance UID, "archive", a session's id, else the id of an account: into kind and object. */
enum rc history_object(struct ledger *l, const char *text, struct history_filter *f, struct err *e);

/* "2026-11-22", "2026-11-22T10:43" or "2026-11-22T10:43:07", UTC.  With `end`, the time behind it: a day, minute or second
 * that is named as the end is still within.  RC_INVALID. */
enum rc history_time(const char *text, bool end, int64_t *out, struct err *e);

/* Words as typed on the audit screen, all of which must hold: user:anna action:decision object:S-0042 from:2026-11-01
 * to:2026-11-30.  RC_INVALID names the word that is none. */
enum rc history_words(struct ledger *l, const char *words, struct history_filter *f, struct err *e);
/* The filter in the same words, as an export tells it; "" where everything is shown. */
void history_filter_text(const struct history_filter *f, char *to, size_t size);

struct history_query {
	struct history_filter filter;
	bool newest_first;
	int64_t beyond;    /* only events behind this number in that order; 0: from the end */
	int64_t last;      /* none above this number; 0: up to the head */
	int64_t offset;    /* matches left out first */
	int64_t limit;     /* matches told at most; 0: all */
	int64_t look_most; /* events looked at, at most; 0: any number */
};

struct history_event {
	int64_t seq;
	const char *body, *prev, *hash, *kid, *sig; /* lent during the call */
};

struct history_page {
	int64_t told, looked;
	int64_t beyond; /* go on behind this one */
	bool end;       /* there is nothing behind it */
};

/* Each event that the filter lets through, until `each` returns false.  With `who` (the workstation, a command with a login)
 * the session must be alive, and somebody without a role that reads the log (rights_log) is told only of what he did and of
 * what was done to his account.  who NULL: a command of somebody who may read the file.  page may be NULL. */
typedef bool (*history_fn)(void *ctx, const struct history_event *ev);
enum rc history_read(struct ledger *l, const struct session *who, const struct history_query *q,
	history_fn each, void *ctx, struct history_page *page, struct err *e);

/* The same of one event.  RC_NOT_FOUND: there is none, or it is not for him. */
enum rc history_one(struct ledger *l, const struct session *who, int64_t seq, history_fn each,
	void *ctx, struct err *e);

/* An event as a list shows it. */
struct history_row {
	int64_t seq;
	char time[CLOCK_TEXT]; /* "2026-11-22 10:43:07", UTC */
	char user[ACCOUNT_ID], action[32],
		object[40]; /* "S-0042", "archive", an account, the start of a session's id */
	char words[240]; /* of its data; of a signed record also printed name, local time with offset, meaning */
};
void history_row(const struct history_event *ev, struct history_row *out);
/* The event in full, a line for each fact, for people: free() it.  Texts from the record are cleaned. */
char *history_full(const struct history_event *ev);

/* Each event on (kind, object) or, with kind NULL, each event at all; oldest first. */
enum rc history_each(struct ledger *l, const char *kind, const char *object,
	void (*each)(void *ctx, int64_t seq, const char *body, const char *hash), void *ctx,
	struct err *e);

/* Write that the log was read out (`exported`) or the archive copied (`copied`): signed by the session, or by the system
 * where a command has none, with the source it came from.  `data` is swallowed. */
enum rc history_told(struct ledger *l, const struct session *who, const char *source,
	const char *action, json_t *data, struct err *e);

#endif
