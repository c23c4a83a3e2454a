/* Lists of open tasks, paged and filtered by indexes. */
#ifndef CORE_LEDGER_WORKLIST_H
#define CORE_LEDGER_WORKLIST_H

#include <stdbool.h>

#include "core/ledger/account.h"
#include "core/ledger/ledger.h"

/* The list of what the account itself signed in the last WORKLIST_SIGNED_DAYS and what still stands, to look at it again or
 * to correct it: its tasks are done. */
#define WORKLIST_SIGNED "signed"
enum { WORKLIST_SIGNED_DAYS = 30 };

enum worklist_sort {
	WORKLIST_WHY,     /* greatest risk first; put off ones last */
	WORKLIST_AGE,     /* oldest first */
	WORKLIST_SUBJECT, /* by subject */
	WORKLIST_SORTS
};
const char *worklist_sort_name(enum worklist_sort s);

struct worklist_query {
	const char *step; /* the list's name: a step, e.g. "phi", or "adjudication" */
	const char *filter; /* every blank-separated word (12 at most) must be in the row, any case; "" all */
	enum worklist_sort sort;
	int64_t offset, limit;
	const char *account; /* only what this account may do and has not read; NULL: everything but repeats */
	bool free; /* leave out what somebody else has open now */
};

struct worklist_row {
	int64_t task, series;
	char series_name[24], study_uid[72];
	char subject[68], visit[68], site[68], modality[20], description[132];
	char state[16], why[120];
	char step[32];               /* of the task: what is signed */
	int64_t reading;             /* standing.h */
	char claimed_by[ACCOUNT_ID]; /* who has it open now; "" nobody */
	int64_t images, slices, arrived;
	int64_t revision; /* of the series as it is listed */
	bool later;
};

/* Rows offset.. of the list into out[limit]; *n how many. */
enum rc worklist_page(struct ledger *l, const struct worklist_query *q, struct worklist_row *out,
	int64_t *n, struct err *e);

/* How many rows the whole list has. */
enum rc worklist_total(
	struct ledger *l, const struct worklist_query *q, int64_t *total, struct err *e);

/* The place of a task in the list, from 0; -1 where it is not in it. */
enum rc worklist_place(struct ledger *l, const struct worklist_query *q, int64_t task,
	int64_t *place, struct err *e);

enum { WORKLIST_STEPS = 8 };

struct worklist_step {
	char name[32], title[64];
	int64_t open;  /* tasks, those put off not counted */
	int64_t later; /* put off */
};

/* The steps that any of the roles may do, in the order of the workflow, with counts; then WORKLIST_SIGNED for who may do any. */
enum rc worklist_steps(struct ledger *l, const struct session *who, struct worklist_step *out,
	size_t *n, struct err *e);

/* The steps of one series and how they stand: "phi open · quality passed".  A step that waits for a second reading or an
 * adjudication is open; so is one that the account (NULL: nobody) is to read again. */
enum rc worklist_standing(struct ledger *l, int64_t series, const char *account, char *to,
	size_t size, struct err *e);

/* A task by its number: what is signed on it.  RC_NOT_FOUND. */
struct worklist_task {
	char step[32];
	int64_t reading;  /* standing.h */
	int64_t decision; /* that stands on it; 0 none */
	bool open;
};
enum rc worklist_task(struct ledger *l, int64_t task, struct worklist_task *out, struct err *e);

#endif
