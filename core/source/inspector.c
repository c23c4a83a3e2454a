/* Examining what came, beside the line. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/source/fetch_in.h"

enum { AHEAD = 64 };

struct inspector {
	pthread_t thread;
	pthread_mutex_t lock; /* guards the rest */
	pthread_cond_t wake, done, room;
	struct parcel *in, **in_last, *out, **out_last;
	size_t inside; /* in the first list or in hand */
	bool stop;
};

void
parcel_free(struct parcel *p)
{
	if (p == NULL)
		return;
	if (p->file.fd >= 0)
		close(p->file.fd);
	examined_release(&p->is);
	free(p);
}

static struct parcel *
next_parcel(struct inspector *i)
{
	struct parcel *p;

	while (i->in == NULL && !i->stop)
		pthread_cond_wait(&i->wake, &i->lock);
	p = i->stop ? NULL : i->in;
	if (p != NULL) {
		i->in = p->next;
		if (i->in == NULL)
			i->in_last = &i->in;
	}
	return p;
}

static void *
inspect(void *arg)
{
	struct inspector *i = arg;
	struct decoder *d = decoder_new(NULL);
	struct parcel *p;

	decoder_prepare(d);
	pthread_mutex_lock(&i->lock);
	while ((p = next_parcel(i)) != NULL) {
		pthread_mutex_unlock(&i->lock);
		p->rc = examine(d, p->file.fd, &p->is, &p->why);
		pthread_mutex_lock(&i->lock);
		p->next = NULL;
		*i->out_last = p;
		i->out_last = &p->next;
		i->inside--;
		pthread_cond_signal(&i->done);
		pthread_cond_signal(&i->room);
	}
	pthread_mutex_unlock(&i->lock);
	decoder_free(d);
	return NULL;
}

struct inspector *
inspector_new(void)
{
	struct inspector *i = mem_zero(1, sizeof(*i));
	sigset_t all, before;

	pthread_mutex_init(&i->lock, NULL);
	pthread_cond_init(&i->wake, NULL);
	pthread_cond_init(&i->done, NULL);
	pthread_cond_init(&i->room, NULL);
	i->in_last = &i->in;
	i->out_last = &i->out;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	if (pthread_create(&i->thread, NULL, inspect, i) != 0)
		abort();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return i;
}

static void
drop_all(struct parcel *p)
{
	struct parcel *next;

	for (; p != NULL; p = next) {
		next = p->next;
		parcel_free(p);
	}
}

void
inspector_free(struct inspector *i)
{
	if (i == NULL)
		return;
	pthread_mutex_lock(&i->lock);
	i->stop = true;
	pthread_cond_signal(&i->wake);
	pthread_mutex_unlock(&i->lock);
	pthread_join(i->thread, NULL);
	drop_all(i->in);
	drop_all(i->out);
	pthread_mutex_destroy(&i->lock);
	pthread_cond_destroy(&i->wake);
	pthread_cond_destroy(&i->done);
	pthread_cond_destroy(&i->room);
	free(i);
}

void
inspector_put_take(struct inspector *i, struct parcel *p)
{
	p->next = NULL;
	pthread_mutex_lock(&i->lock);
	while (i->inside >= AHEAD)
		pthread_cond_wait(&i->room, &i->lock);
	*i->in_last = p;
	i->in_last = &p->next;
	i->inside++;
	pthread_cond_signal(&i->wake);
	pthread_mutex_unlock(&i->lock);
}

struct parcel *
inspector_take(struct inspector *i, bool wait)
{
	struct parcel *p;

	pthread_mutex_lock(&i->lock);
	while (wait && i->out == NULL && i->inside > 0)
		pthread_cond_wait(&i->done, &i->lock);
	p = i->out;
	if (p != NULL) {
		i->out = p->next;
		if (i->out == NULL)
			i->out_last = &i->out;
	}
	pthread_mutex_unlock(&i->lock);
	return p;
}
