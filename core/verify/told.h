/* What the events tell of the tables, kept outside of memory: a database of its own in a file without a name, which
 * goes with the program.  The cache is bounded, so that a million events take no more memory than a thousand. */
#ifndef CORE_VERIFY_TOLD_H
#define CORE_VERIFY_TOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct told;

/* What is kept, by which key, and the value. */
enum told_kind {
	TOLD_KEY,       /* a key of a session: how it is written is between its functions */
	TOLD_DECISION,  /* its number: event, whether it tells of a viewing, how many marks */
	TOLD_IMAGE,     /* SOP Instance UID: series, digests of file, pixels, header */
	TOLD_SERIES,    /* series: the event that last told what it holds */
	TOLD_STATE,     /* series: its state */
	TOLD_DONE,      /* series TAB step: how it stands, standing.c */
	TOLD_ELSEWHERE, /* series that was known from a source: its name */
	TOLD_SESSION,   /* session: open, locked or ended, TAB, its user */
	TOLD_PLACED,    /* exam: event, site, subject, visit, trial, TAB between */
	TOLD_FORM,      /* kind TAB object TAB form: locked, unlocked; frozen, thawed */
	TOLD_PASS,      /* kind TAB object TAB form TAB user: the pass that he fills */
	TOLD_QUERY,     /* its number: state, TAB, side, TAB, type */
	TOLD_KINDS
};

struct told *told_new(void); /* NULL: no room for the file */
void told_free(struct told *t);

/* A value under a key, whatever was there before. */
void told_put(struct told *t, enum told_kind kind, const char *key, const char *value);
/* Lent until the next call; NULL where nothing is there. */
const char *told_get(struct told *t, enum told_kind kind, const char *key);
/* Everything whose key begins with these bytes. */
void told_drop(struct told *t, enum told_kind kind, const char *beginning);
/* How many keys of the kind there are. */
int64_t told_count(struct told *t, enum told_kind kind);
/* Did one of these fail?  Then nothing that was compared with it means anything. */
bool told_failed(const struct told *t);

#endif
