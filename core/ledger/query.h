/* Queries: what a check or a person asks, and what becomes of it.  A query is a row, each step of it a line; the last
 * line's state is the query's. */
#ifndef CORE_LEDGER_QUERY_H
#define CORE_LEDGER_QUERY_H

#include "core/ledger/case.h"

enum { QUERY_TEXT = 2001, QUERY_RULE = 141 };

/* OpenClinica's types and states, with those of ODM 2.0 that they are exported as (query_odm). */
enum query_type { QUERY_CHECK, QUERY_QUERY, QUERY_ANNOTATION, QUERY_CHANGE, QUERY_TYPES };
enum query_state {
	QUERY_NEW,
	QUERY_UPDATED,
	QUERY_PROPOSED, /* a resolution is proposed: answered */
	QUERY_CLOSED,
	QUERY_NONE, /* not applicable: annotations and reasons begin so */
	QUERY_STATES
};
extern const char *const query_types[], *const query_states[]; /* as the record has them */
const char *query_odm(enum query_state s); /* Candidate Open Answered Closed Cancelled Resolved */
bool query_is_open(enum query_state s);

/* field and rule: what it is about, "" for none; rule: the check or the missing thing, so that it is asked once.
 * side: the role that opened it and may close it; NULL: that of who opens it (of a check: coordinator). */
struct query_new {
	struct case_at at;
	const char *form, *field, *rule, *text;
	enum query_type type;
	const char *side;
};

struct query_row {
	int64_t id, opened, changed; /* times */
	int64_t lines;
	char kind[12], object[CASE_KEY], form[65], field[141], rule[QUERY_RULE];
	enum query_type type;
	enum query_state state;
	char side[RIGHTS_ROLE], owner[16]; /* whose turn it is: "site", "coordinator" or the side */
	char trial[RIGHTS_PLACE], site[RIGHTS_PLACE], subject[RIGHTS_PLACE], visit[RIGHTS_PLACE];
	char text[QUERY_TEXT]; /* of the last line */
	char first[QUERY_TEXT];
};
struct query_line {
	enum query_state state;
	char owner[16], text[QUERY_TEXT], account[ACCOUNT_ID], name[ACCOUNT_NAME],
		role[RIGHTS_ROLE];
	int64_t at, event;
};

/* By a person.  RC_DENIED: readers, coordinators, experts and managers of the study and site ask. */
enum rc query_open(struct ledger *l, const struct session *who, const struct query_new *q,
	int64_t *id, struct err *e);
/* By the program, for what a check of it found; nothing is written where one with the same place and rule is open or was
 * closed (*id is that one's and *fresh false).  At most 1,000 in one call, one transaction. */
enum rc query_open_found(
	struct ledger *l, const struct query_new *list, size_t n, int64_t *fresh, struct err *e);

/* The next line.  What may follow what, and by whom, is the table in query.c: an answer by coordinators and experts, closing
 * and reopening by the side that opened it.  RC_DENIED, RC_CONFLICT. */
struct query_step {
	int64_t id;
	enum query_state state;
	const char *text;  /* 1 character or more */
	const char *owner; /* whose turn it is now; NULL: as the state says */
};
enum rc query_step(
	struct ledger *l, const struct session *who, const struct query_step *s, struct err *e);

/* Which are told: NULL, -1: any. */
struct query_filter {
	const char *trial, *site, *subject,
		*account_may; /* account_may: a user whose studies and sites they are */
	const char *owner;
	int state; /* enum query_state; QUERY_STATES: every open one */
	const struct case_at *at;
	int64_t after, limit; /* numbers above `after`; 0 no limit */
};
enum rc query_each(struct ledger *l, const struct query_filter *f,
	bool (*each)(void *ctx, const struct query_row *q), void *ctx, struct err *e);
enum rc query_read(struct ledger *l, int64_t id, struct query_row *out, struct err *e);
enum rc query_lines(struct ledger *l, int64_t id,
	void (*each)(void *ctx, const struct query_line *line), void *ctx, struct err *e);
/* Open ones about a form where it stands. */
enum rc query_open_count(
	struct ledger *l, const struct case_at *at, const char *form, int64_t *n, struct err *e);

/* Inside a transaction: may the series be approved?  RC_CONFLICT while a query is open that refuses it: its visit came beyond the
 * hard limit of its window, or a value of its own is outside a hard range.  The text names the query. */
enum rc query_allows_approval(struct ledger *l, int64_t series, struct err *e);

/* Was it asked before, about the same place and rule? */
bool query_is_asked(struct ledger *l, const struct query_new *q);
/* Inside a transaction, for entry.c: `who` NULL: the program.  *id may be NULL. */
enum rc query_write_new(struct ledger *l, const struct session *who, const char *role,
	const struct query_new *q, const struct case_of *c, int64_t *id, struct err *e);

#endif
