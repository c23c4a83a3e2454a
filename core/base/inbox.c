/* Messages from worker threads to one reader. */
#include "core/base/inbox.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/mem.h"

struct inbox {
	pthread_mutex_t lock; /* guards first and last */
	struct msg *first;
	struct msg **last;
	int fd;
};

struct inbox *
inbox_new(void)
{
	struct inbox *in = mem_zero(1, sizeof(*in));

	pthread_mutex_init(&in->lock, NULL);
	in->last = &in->first;
	in->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (in->fd < 0)
		abort(); /* no descriptor left at start-up: nothing could work */
	return in;
}

static struct msg *
take_all(struct inbox *in)
{
	struct msg *m;

	pthread_mutex_lock(&in->lock);
	m = in->first;
	in->first = NULL;
	in->last = &in->first;
	pthread_mutex_unlock(&in->lock);
	return m;
}

void
inbox_free(struct inbox *in)
{
	struct msg *m, *next;

	if (in == NULL)
		return;
	for (m = take_all(in); m != NULL; m = next) {
		next = m->next;
		m->drop(m);
	}
	close(in->fd);
	pthread_mutex_destroy(&in->lock);
	free(in);
}

int
inbox_fd(const struct inbox *in)
{
	return in->fd;
}

void
inbox_post_take(struct inbox *in, struct msg *m)
{
	uint64_t one = 1;
	ssize_t n;

	m->next = NULL;
	pthread_mutex_lock(&in->lock);
	*in->last = m;
	in->last = &m->next;
	pthread_mutex_unlock(&in->lock);
	n = write(in->fd, &one, sizeof(one)); /* fails only when it is readable anyway */
	(void)n;
}

int
inbox_deliver(struct inbox *in, void *reader)
{
	struct msg *m, *next;
	uint64_t n;
	int count = 0;
	ssize_t got = read(in->fd, &n, sizeof(n));

	(void)got; /* empty is fine: the list below is what counts */
	for (m = take_all(in); m != NULL; m = next) {
		next = m->next;
		m->deliver(m, reader);
		count++;
	}
	return count;
}
