/* The checks of wetread-verify.  Written from the format (docs/RECORD.md), not from the writer's code. */
#ifndef CORE_VERIFY_VERIFY_H
#define CORE_VERIFY_VERIFY_H

#include <jansson.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum verify_result { VERIFY_GOOD, VERIFY_ALTERED, VERIFY_CANNOT_TELL };

enum { VERIFY_FINDINGS = 100, VERIFY_SCHEMA = 3 /* the newest version of the tables that is known here */ };

struct verify {
	bool check_objects;

	int64_t events, signatures, anchors, objects;
	char head[65];
	char *finding[VERIFY_FINDINGS]; /* one line each */
	size_t findings, findings_more;
	bool altered, unsure;

	/* while it runs */
	const char *folder;
	int64_t anchor_bytes; /* of anchors.log before the ledger was read: what follows tells of later events */
	sqlite3 *db;
	char id[64];
	char officer[65]; /* pinned public key */
	char system_key[65];
	int64_t schema;    /* version of the tables, as the events tell it */
	json_t *keys;      /* public key -> {"user", "role": "user" | "session" | "system", "session", "ended"} */
	json_t *running;   /* user id -> number of his last signature */
	json_t *last_sign; /* user id -> hash of it */
	json_t *hashes;    /* seq as text -> hash, for the anchors */
	json_t *replay;    /* tables as the events tell them */
};

/* One event, as the log is read. */
struct verify_row {
	int64_t seq, time;
	const char *body, *prev, *hash, *kid, *sig;
	json_t *j; /* the body, parsed */
};

enum verify_result verify_archive(struct verify *v, const char *folder);
void verify_release(struct verify *v);

/* Record a finding: the record was altered, or something needed is missing. */
void verify_altered(struct verify *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void verify_unsure(struct verify *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* log.c: the chain and who signed it; fills keys, hashes and replay. */
void verify_log(struct verify *v);
/* accounts.c: keys, roles, locks and passwords, event by event; then their tables. */
void verify_add_key(struct verify *v, const char *kid, const char *user, const char *role);
bool verify_is_officer(const struct verify *v, const char *user);
void verify_take_account(struct verify *v, const struct verify_row *row); /* any event */
void verify_accounts(struct verify *v);
/* A table of the replay, made where it is not there yet. */
json_t *verify_table(struct verify *v, const char *name);
/* tables.c: the projections against the replay, and the stored files. */
void verify_tables(struct verify *v);
void verify_objects(struct verify *v);
/* review.c: what a decision's signer saw and marked. */
void verify_review(struct verify *v);
/* anchors.c.  The first before the ledger is opened. */
void verify_anchors_measure(struct verify *v);
void verify_anchors(struct verify *v);

/* Ed25519 over tag NUL bytes, all in hexadecimal. */
bool verify_signature(const char *kid, const char *sig, const char *tag, const void *bytes, size_t n);

#endif
