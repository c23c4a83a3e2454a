/* The checks of wetread-verify.  Written from the format (docs/RECORD.md), not from the writer's code.  All of it runs on
 * one thread but what verify_check_row and verify_signature do, which keep to their arguments. */
#ifndef CORE_VERIFY_VERIFY_H
#define CORE_VERIFY_VERIFY_H

#include <jansson.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/verify/pool.h"
#include "core/verify/scan.h"
#include "core/verify/told.h"

enum verify_result { VERIFY_GOOD, VERIFY_ALTERED, VERIFY_CANNOT_TELL };

enum {
	VERIFY_FINDINGS = 100,
	VERIFY_SCHEMA = 6 /* the newest version of the tables that is known here */
};

/* Whose a key is. */
enum verify_role { VERIFY_NOBODY, VERIFY_SYSTEM, VERIFY_USER, VERIFY_SESSION };
struct verify_key {
	char kid[65];
	enum verify_role role;
	int64_t since; /* the event that named it */
	bool closed;   /* its session was logged out */
	char session[65];
	char user[128];
};
enum { VERIFY_KEYS = 64 /* of sessions, in memory; the others are in v->told */ };

/* Statements on the ledger that are kept. */
enum verify_kept {
	KEPT_EVENT,
	KEPT_DECISION,
	KEPT_REASONS,
	KEPT_VIEWING,
	KEPT_MARKS,
	KEPT_STEPS,
	KEPT_REJECTS,
	KEPT_TASK,
	KEPT_ENTRY,
	KEPT_FORM_VALUES,
	KEPT_FORM_STEP,
	KEPT_QUERY,
	KEPT_QUERY_LINE,
	KEPT_COUNT
};

struct verify {
	bool check_objects;
	bool alone;         /* a log without its tables */
	const char *copies; /* a file that anchors were also sent to; NULL none */
	bool progress;      /* tell on stderr how far it is */

	int64_t events, signatures, anchors, objects, elsewhere, left_out;
	char head[65];
	char *finding[VERIFY_FINDINGS]; /* one line each */
	size_t findings, findings_more;
	bool altered, unsure;

	/* while it runs */
	const char *folder;
	int64_t copy_bytes; /* of v->copies then */
	int64_t anchor_bytes; /* of anchors.log before the ledger was read: what follows tells of later events */
	sqlite3 *db;
	sqlite3_stmt *kept[KEPT_COUNT];
	bool lost[KEPT_COUNT]; /* cannot be prepared: said once */
	struct pool *pool;
	int threads;
	int64_t told_at; /* when progress was told, tenths of a second */
	char id[64];
	char officer[65]; /* pinned public key */
	char system_key[65];
	int64_t schema; /* version of the tables, as the events tell it */
	json_t *copy;   /* copy.json of a copy, where its signed list bears it out; NULL none */

	/* what the events tell; by people, of whom there are few, in memory */
	json_t *keys;      /* public key of the system or a user -> {"user", "role", "since"} */
	json_t *ended;     /* user id -> event: keys of before sign nothing any more */
	json_t *running;   /* user id -> number of his last signature */
	json_t *last_sign; /* user id -> hash of it */
	json_t *replay;    /* tables of accounts as the events tell them */
	/* by events */
	struct told *told;
	struct verify_key session_key[VERIFY_KEYS];
	int64_t viewings, marks, reasons;                  /* that decisions told of */
	int64_t entries, form_steps, queries, query_lines; /* that events tell of */
	int64_t rows_missing,
		reviews_missing; /* decisions without a row; without their viewing or all marks */
};

/* One event, as the log is read. */
struct verify_row {
	char *bytes; /* all texts below lie in it */
	size_t room;
	int64_t seq;
	char *body;
	size_t body_size;
	const char *prev, *hash, *kid, *sig;

	/* filled by verify_check_row */
	bool whole, signed_, readable;
	struct scan e;
	json_t *j; /* the body, where it is not of the usual form: e lies in it */

	/* filled while the log is told */
	int64_t time;
	enum verify_role role; /* of its key */
	json_t *data;
};

/* What each action means: who may sign it, and what it changes.  Others of no row may come from the system or any
 * session, and change nothing. */
struct verify_action {
	const char *name;
	enum verify_role role; /* of the key; VERIFY_NOBODY: the system or a session */
	bool officer;          /* and the user must be one */
	const char *else_;     /* the finding where it is not so */
	void (*take)(struct verify *v, struct verify_row *row);
	/* or, for what happens to the account that is the event's object: */
	void (*take_account)(struct verify *v, struct verify_row *row, json_t *account);
};

enum verify_result verify_archive(struct verify *v, const char *folder);
/* segments.c: a log that was written out, in files that follow each other, without its tables; `pin`: the file with the
 * first officer's public key, NULL none. */
enum verify_result verify_segments(
	struct verify *v, const char *pin, char *const files[], int count);
/* verify.c: what both begin and end with. */
bool verify_prepare(struct verify *v);
void verify_read_pin(struct verify *v, const char *path);
enum verify_result verify_result_of(const struct verify *v);
void verify_release(struct verify *v);

/* Record a finding: the record was altered, or something needed is missing. */
void verify_altered(struct verify *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void verify_unsure(struct verify *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Tell how far it is, at most some times a second. */
void verify_progress(struct verify *v, int64_t at, int64_t of, const char *what);

/* rows.c: rows of the ledger.  A text of a column, "" for NULL; a statement, with a finding where it cannot be prepared
 * (NULL is then harmless to sqlite3_step); a kept one, reset; a count. */
const char *verify_column(sqlite3_stmt *s, int i);
sqlite3_stmt *verify_query(struct verify *v, const char *sql);
sqlite3_stmt *verify_kept(struct verify *v, enum verify_kept which);
int64_t verify_count(struct verify *v, const char *sql);
/* A member of an object: "" or 0 where it is none. */
const char *verify_text(const json_t *o, const char *name);
int64_t verify_number(const json_t *o, const char *name);
/* The data of the event, parsed; lent.  json_null() where there is none. */
const json_t *verify_data(struct verify_row *row);
/* The body of an event that was read before, parsed; to be given back.  NULL where it is not there. */
json_t *verify_event(struct verify *v, int64_t seq);
/* A time of an event in microseconds; -1 where it is none. */
int64_t verify_time(const char *text);

/* check.c: what can be said of one row alone; any thread. */
void verify_check_row(struct verify_row *row);
/* Ed25519 over tag NUL bytes, all in hexadecimal. */
bool verify_signature(
	const char *kid, const char *sig, const char *tag, const void *bytes, size_t n);

/* log.c: the chain and who signed it; every event is told to the others below.  A chain begins zeroed and holds the
 * event before. */
struct verify_chain {
	int64_t seq, time;
	char hash[65];
};
void verify_take_row(struct verify *v, struct verify_chain *c, struct verify_row *row);
void verify_log(struct verify *v);
/* action.c: the table. */
const struct verify_action *verify_action(const char *name);

/* keys.c */
void verify_add_key(
	struct verify *v, const char *kid, const char *user, enum verify_role role, int64_t since);
void verify_add_session(struct verify *v, const struct verify_key *k);
bool verify_find_key(struct verify *v, const char *kid, struct verify_key *out);
void verify_end_keys(struct verify *v, const char *user, int64_t seq);
void verify_close_session(struct verify *v, const char *kid);
/* How a session stands: "open", "locked", "ended"; "" where no event tells of it.  And whose it is. */
void verify_put_session(struct verify *v, const char *session, const char *state, const char *user);
const char *verify_session(struct verify *v, const char *session, char user[128]);
bool verify_key_ended(const struct verify *v, const struct verify_key *k);

/* accounts.c: keys, roles, locks and passwords, event by event; then their tables. */
json_t *verify_account(const struct verify *v, const char *user);
bool verify_is_officer(const struct verify *v, const char *user);
bool verify_holds_role(const struct verify *v, const char *user, const char *role);
void verify_take_attempt(struct verify *v, struct verify_row *row); /* any event */
void verify_take_enrolled(struct verify *v, struct verify_row *row);
void verify_take_setting(struct verify *v, struct verify_row *row);
void verify_take_blinded(struct verify *v, struct verify_row *row);
void verify_take_trained(struct verify *v, struct verify_row *row, json_t *account);
void verify_take_password(struct verify *v, struct verify_row *row, json_t *account);
void verify_take_reset(struct verify *v, struct verify_row *row, json_t *account);
void verify_take_disabled(struct verify *v, struct verify_row *row, json_t *account);
void verify_take_unlocked(struct verify *v, struct verify_row *row, json_t *account);
void verify_take_locked(struct verify *v, struct verify_row *row, json_t *account);
void verify_take_granted(struct verify *v, struct verify_row *row, json_t *account);
void verify_take_revoked(struct verify *v, struct verify_row *row, json_t *account);
void verify_accounts(struct verify *v);

/* decisions.c: each with its rows as its event is told; then what no event tells of. */
void verify_take_decision(struct verify *v, struct verify_row *row);
/* Any signature by a person's own key: his running number and the one before. */
void verify_take_signature(struct verify *v, struct verify_row *row);
void verify_decisions(struct verify *v);
/* standing.c: readings of steps, their outcomes, and the tasks that are left. */
void verify_take_standing(struct verify *v, struct verify_row *row);
void verify_tasks(struct verify *v);
/* review.c: what a decision's signer saw and marked. */
void verify_review_decision(struct verify *v, const char *number, const json_t *data);
void verify_review(struct verify *v);

/* tables.c: series, images and tasks; and the stored files. */
void verify_take_images(struct verify *v, struct verify_row *row);
void verify_take_settled(struct verify *v, struct verify_row *row);
void verify_take_placed(struct verify *v, struct verify_row *row);
void verify_take_sentinel(struct verify *v, struct verify_row *row);
void verify_tables(struct verify *v);
void verify_objects(struct verify *v);

/* copy.c: a copy's signed list and copy.json into v->copy, findings where they do not bear each other out; after the log was
 * read.  Were originals of this study left out of it? */
void verify_copy(struct verify *v);
bool verify_left_out(const struct verify *v, const char *study);

/* sources.c: where images lie besides the archive, and which do. */
void verify_take_source_added(struct verify *v, struct verify_row *row);
void verify_take_source_removed(struct verify *v, struct verify_row *row);
void verify_take_moved(struct verify *v, struct verify_row *row);
void verify_take_known(struct verify *v, struct verify_row *row);
bool verify_elsewhere(struct verify *v, const char *series);
void verify_sources(struct verify *v);

/* labels.c: what people said that series are. */
void verify_take_label(struct verify *v, struct verify_row *row);
void verify_take_label_cleared(struct verify *v, struct verify_row *row);
void verify_labels(struct verify *v);

/* study.c: what studies ask for, version by version. */
void verify_take_study(struct verify *v, struct verify_row *row);
void verify_studies(struct verify *v);

/* forms.c: what was entered, signed and locked; queries.c: what was asked, and what became of it. */
void verify_take_entered(struct verify *v, struct verify_row *row);
void verify_take_form_signed(struct verify *v, struct verify_row *row);
void verify_take_form_marked(struct verify *v, struct verify_row *row);
void verify_forms(struct verify *v);
void verify_take_query_opened(struct verify *v, struct verify_row *row);
void verify_take_query_step(struct verify *v, struct verify_row *row);
void verify_queries(struct verify *v);
/* Is it one of these (NULL at the end), and did the user hold it then? */
bool verify_may(struct verify *v, const struct verify_row *row, const char *const *roles);

/* anchors.c.  The first before the ledger is opened. */
void verify_anchors_measure(struct verify *v);
void verify_anchors(struct verify *v);

/* guards.c: triggers, word for word. */
void verify_guards(struct verify *v);
/* whole.c: SQLite's own check, beside the rest on a connection of its own. */
struct verify_whole;
/* Open folder/ledger.db to read; an SQLite code.  *db is to be closed in any case. */
int verify_open(const char *folder, sqlite3 **db);

struct verify_whole *verify_whole_begin(const char *folder);
void verify_whole_end(struct verify *v, struct verify_whole *w); /* NULL is allowed */

#endif
