/* A queue of jobs under one lock.  Jobs are some milliseconds long, so the lock is no place where threads meet. */
#include "core/verify/pool.h"

#include <pthread.h>
#include <stdlib.h>

enum { THREADS_MOST = 64 };

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t more, done;
	struct pool_job *first, *last;
	bool ending;
	pthread_t thread[THREADS_MOST];
	int threads;
};

static struct pool_job *
next_job(struct pool *p)
{
	struct pool_job *j;

	pthread_mutex_lock(&p->lock);
	while (p->first == NULL && !p->ending)
		pthread_cond_wait(&p->more, &p->lock);
	j = p->first;
	if (j != NULL)
		p->first = j->next;
	pthread_mutex_unlock(&p->lock);
	return j;
}

static void *
work(void *ctx)
{
	struct pool *p = ctx;
	struct pool_job *j;

	while ((j = next_job(p)) != NULL) {
		j->run(j);
		pthread_mutex_lock(&p->lock);
		j->done = true;
		pthread_cond_signal(&p->done);
		pthread_mutex_unlock(&p->lock);
	}
	return NULL;
}

struct pool *
pool_new(int threads)
{
	struct pool *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->more, NULL);
	pthread_cond_init(&p->done, NULL);
	threads = threads < 1 ? 1 : threads > THREADS_MOST ? THREADS_MOST : threads;
	while (p->threads < threads && pthread_create(&p->thread[p->threads], NULL, work, p) == 0)
		p->threads++;
	if (p->threads > 0)
		return p;
	pool_free(p);
	return NULL;
}

void
pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->ending = true;
	pthread_cond_broadcast(&p->more);
	pthread_mutex_unlock(&p->lock);
	for (int i = 0; i < p->threads; i++)
		pthread_join(p->thread[i], NULL);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->more);
	pthread_cond_destroy(&p->done);
	free(p);
}

void
pool_give(struct pool *p, struct pool_job *j)
{
	j->next = NULL;
	j->done = false;
	pthread_mutex_lock(&p->lock);
	if (p->first == NULL)
		p->first = j;
	else
		p->last->next = j;
	p->last = j;
	pthread_cond_signal(&p->more);
	pthread_mutex_unlock(&p->lock);
}

void
pool_wait(struct pool *p, struct pool_job *j)
{
	pthread_mutex_lock(&p->lock);
	while (!j->done)
		pthread_cond_wait(&p->done, &p->lock);
	pthread_mutex_unlock(&p->lock);
}
