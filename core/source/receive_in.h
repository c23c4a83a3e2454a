/* What the files of the receiver share: receive (the loop), receive_line (who calls, and storescp), receive_import (the thread
 * that imports). */
#ifndef CORE_SOURCE_RECEIVE_IN_H
#define CORE_SOURCE_RECEIVE_IN_H

#include <pthread.h>

#include "core/source/child.h"
#include "core/source/receive.h"
#include "core/source/scratch.h"

enum {
	LINES_MOST = 32,
	JOB_FILES = 4096,
	JOB_NOTES = 200,
	NOTE_TEXT = 300,
};

/* ---- an association (receive_line.c) ---- */

enum line_state {
	LINE_NONE,
	LINE_CALLING, /* connected; its request is not here yet */
	LINE_SERVED,  /* storescp has it */
	LINE_LEAVING, /* refused; waits for the other side to close */
	LINE_OVER,    /* what came lies in the spool */
};

struct line {
	enum line_state state;
	int fd;           /* LINE_CALLING and LINE_LEAVING; -1 */
	int64_t deadline; /* monotonic, microseconds; of LINE_CALLING and LINE_LEAVING */
	struct child child;
	struct scratch spool;
	bool broken; /* storescp did not end by itself: the file written last may be cut */
};

enum { ASSOCIATE_HEAD = 42 };

/* The start of an A-ASSOCIATE-RQ (PS3.8 9.3.2).  False where it is none.  Titles without blanks around them. */
bool associate_read(const unsigned char head[ASSOCIATE_HEAD], char called[17], char calling[17]);

enum refusal { REFUSE_CALLED, REFUSE_CALLING, REFUSE_BUSY, REFUSALS };
extern const char *const refusal_texts[REFUSALS];

/* A-ASSOCIATE-RJ (PS3.8 9.3.4) */
enum { ASSOCIATE_REJECT = 10 };
void associate_reject(unsigned char pdu[ASSOCIATE_REJECT], enum refusal why);

void line_accept(struct line *l, int fd);
/* Its request is here: what becomes of it?  Fills `calling`.  True: it may go on. */
bool line_judge(struct line *l, const struct receive_config *c, bool room, char calling[17],
	enum refusal *why);
void line_refuse(struct line *l, enum refusal why);
enum rc line_serve(struct line *l, const struct receive_config *c, const char *spool, struct err *e);
/* Takes what happened on it; false while it goes on. */
bool line_step(struct line *l);
void line_cut(struct line *l); /* ends it now */
void line_close(struct line *l);

/* ---- importing (receive_import.c) ---- */

struct job {
	char **path;
	bool *kept; /* it could neither be imported nor put aside */
	size_t n;
	size_t unsure[LINES_MOST]; /* places of files that may be cut */
	size_t unsure_n;
	/* what came of it */
	enum rc rc;
	struct err why;
	struct import_counts counts;
	int64_t cut;
	char note[JOB_NOTES][NOTE_TEXT]; /* of rejected files */
	size_t notes;
};

struct importer_thread {
	const struct receive_config *c;
	char refused[PATH_MAX]; /* spool/refused */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct job *job; /* in hand; NULL: none */
	bool done, end;
	int wake; /* eventfd: done */
};

void importer_init(struct importer_thread *t, const struct receive_config *c, const char *refused);
enum rc importer_start(struct importer_thread *t, struct err *e);
void importer_stop(struct importer_thread *t);
void importer_work(struct importer_thread *t,
	struct job *j); /* at once, on this thread; before importer_start */
void importer_give(struct importer_thread *t, struct job *j); /* none may be in hand */
struct job *importer_take(struct importer_thread *t);         /* NULL: not done yet, or none */

struct job *job_new(void);
void job_add(struct job *j, const char *path, bool unsure);
void job_free(struct job *j);

#endif
