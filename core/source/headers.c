/* One header of each of many series, several asked for at once: a round trip and a server's look at a file each. */
#include "core/source/headers.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

struct asking {
	const struct source_use *u;
	struct header_wish *wishes;
	size_t n;
	pthread_mutex_t lock; /* guards the rest */
	size_t next;
	struct err failed; /* of the line; RC_OK none */
};

/* A thread and its own driver. */
struct asker {
	struct asking *a;
	struct driver *driver;
	pthread_t thread;
};

static bool
of_the_line(enum rc rc)
{
	return rc == RC_OFFLINE || rc == RC_BUSY || rc == RC_DENIED || rc == RC_CANCELLED;
}

static struct header_wish *
next_wish(struct asking *a)
{
	struct header_wish *w = NULL;

	pthread_mutex_lock(&a->lock);
	if (a->failed.rc == RC_OK && a->next < a->n)
		w = &a->wishes[a->next++];
	pthread_mutex_unlock(&a->lock);
	return w;
}

static void
ask_all(struct asking *a, struct driver *d)
{
	struct header_wish *w;

	while ((w = next_wish(a)) != NULL) {
		struct err why = { 0 };

		w->rc = a->u->ops->header(d, w->series, &why);
		if (!of_the_line(w->rc))
			continue;
		pthread_mutex_lock(&a->lock);
		if (a->failed.rc == RC_OK)
			err_set(&a->failed, w->rc, "%s", why.text);
		pthread_mutex_unlock(&a->lock);
		w->rc = RC_CANCELLED;
	}
}

static void *
asker_main(void *arg)
{
	struct asker *k = arg;

	ask_all(k->a, k->driver);
	return NULL;
}

static size_t
start(struct sources *s, struct asking *a, struct asker askers[HEADERS_AT_ONCE])
{
	size_t most = a->n / 4 < HEADERS_AT_ONCE ? a->n / 4 : HEADERS_AT_ONCE, n = 0;
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	while (n < most && sources_another(s, a->u, &askers[n].driver, NULL) == RC_OK) {
		askers[n].a = a;
		if (pthread_create(&askers[n].thread, NULL, asker_main, &askers[n]) != 0) {
			a->u->ops->close(askers[n].driver);
			break;
		}
		n++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return n;
}

enum rc
headers_ask(struct sources *s, const struct source_use *u, struct header_wish *wishes, size_t n,
	struct err *e)
{
	struct asking a = { .u = u, .wishes = wishes, .n = n };
	struct asker askers[HEADERS_AT_ONCE];
	size_t started;

	for (size_t i = 0; i < n; i++)
		wishes[i].rc = RC_CANCELLED;
	pthread_mutex_init(&a.lock, NULL);
	started = start(s, &a, askers);
	ask_all(&a, u->driver);
	for (size_t i = 0; i < started; i++) {
		pthread_join(askers[i].thread, NULL);
		u->ops->close(askers[i].driver);
	}
	pthread_mutex_destroy(&a.lock);
	return a.failed.rc == RC_OK ? RC_OK : err_set(e, a.failed.rc, "%s", a.failed.text);
}
