/* The ledger worker. */
#include "tui/worker.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/base/mem.h"

struct worker {
	struct ledger *ledger; /* the worker thread's */
	struct inbox *inbox;
	pthread_t thread;
	pthread_mutex_t lock; /* guards the rest */
	pthread_cond_t wake;
	struct job *first, **last;
	bool stop;
};

static void
job_release(struct job *j)
{
	if (j->release != NULL)
		j->release(j);
	else
		free(j);
}

static void
job_deliver(struct msg *m, void *reader)
{
	struct job *j = (struct job *)m;

	if (j->done != NULL)
		j->done(j, reader);
	job_release(j);
}

static void
job_drop(struct msg *m)
{
	job_release((struct job *)m);
}

static struct job *
next_job(struct worker *w)
{
	struct job *j;

	pthread_mutex_lock(&w->lock);
	while (w->first == NULL && !w->stop)
		pthread_cond_wait(&w->wake, &w->lock);
	j = w->first;
	if (j != NULL) {
		w->first = j->next;
		if (w->first == NULL)
			w->last = &w->first;
	}
	pthread_mutex_unlock(&w->lock);
	return j;
}

static void *
worker_main(void *arg)
{
	struct worker *w = arg;
	struct job *j;

	while ((j = next_job(w)) != NULL) {
		j->run(j, w->ledger);
		inbox_post_take(w->inbox, &j->msg);
	}
	ledger_close(w->ledger);
	return NULL;
}

struct worker *
worker_new(struct ledger *l, struct inbox *in)
{
	struct worker *w = mem_zero(1, sizeof(*w));
	sigset_t all, before;

	w->ledger = l;
	w->inbox = in;
	w->last = &w->first;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before); /* signals are the UI thread's */
	if (pthread_create(&w->thread, NULL, worker_main, w) != 0)
		abort();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return w;
}

void
worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->wake);
	free(w);
}

void
worker_post_take(struct worker *w, struct job *j)
{
	j->msg.deliver = job_deliver;
	j->msg.drop = job_drop;
	j->next = NULL;
	pthread_mutex_lock(&w->lock);
	*w->last = j;
	w->last = &j->next;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}
