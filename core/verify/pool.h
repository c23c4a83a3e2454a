/* Threads that take jobs.  One thread gives and waits for them; a job belongs to one thread while it runs. */
#ifndef CORE_VERIFY_POOL_H
#define CORE_VERIFY_POOL_H

#include <stdbool.h>

struct pool;

struct pool_job {
	void (*run)(struct pool_job *j);
	struct pool_job *next;
	bool done;
};

struct pool *pool_new(int threads); /* NULL: no thread could be started */
void pool_free(struct pool *p);     /* after every job is done; NULL is allowed */
/* The job is lent until pool_wait has come back for it. */
void pool_give(struct pool *p, struct pool_job *j);
void pool_wait(struct pool *p, struct pool_job *j);

#endif
