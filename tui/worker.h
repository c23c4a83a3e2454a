/* The ledger worker: the one thread that holds the database.  Jobs go in, answers come out through the inbox, in
 * order; an answer is never dropped as stale. */
#ifndef TUI_WORKER_H
#define TUI_WORKER_H

#include "core/base/inbox.h"
#include "core/ledger/ledger.h"

struct app;

/* First member of every job.  run: worker thread.  done: UI thread; both see the whole job.  free: afterwards,
 * or where it never ran.  */
struct job {
	struct msg msg;
	struct job *next;
	void (*run)(struct job *j, struct ledger *l);
	void (*done)(struct job *j, struct app *app);
	void (*release)(struct job *j); /* frees j; NULL: free(j) */
	enum rc rc;
	struct err err;
};

struct worker;

/* Swallows the ledger.  The inbox outlives the worker. */
struct worker *worker_new(struct ledger *l, struct inbox *in);
/* Finishes every job that was posted, then closes the ledger.  NULL is allowed. */
void worker_free(struct worker *w);

/* UI thread.  Swallows j. */
void worker_post_take(struct worker *w, struct job *j);

#endif
