/* Files in memory (memfd), and the threads that hash them.  The lock covers the two queues only; a file belongs to whoever took
 * it out of one. */
#include "core/source/arrive.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"

enum {
	HASHERS_MOST = 4,
	TOGETHER_LEAST = 3, /* fewer are quicker one by one */
	WAIT_NS = 10 * 1000 * 1000,
	WAITING_MOST = 64, /* files that are not hashed yet: more are not taken before */
	PIECE = 16 * 1024  /* of each file; eight of them stay near the processor */
};
static const int64_t file_cap = (int64_t)4 << 30, total_cap = (int64_t)64 << 30;

struct arrival {
	struct arrival *next;
	struct arrivals *all;
	size_t image;
	struct remote_file file;
	int64_t expected;
	char md5[33];    /* of the server's copy; "" not told */
	char found[33];  /* of this; "" not asked for */
	bool unreadable; /* when it was hashed */
};

struct queue {
	struct arrival *first, **last;
};

struct arrivals {
	const struct remote_sink *sink;
	int64_t file_most, total_most, total;
	size_t given, under_way; /* handed over and not given yet */
	enum rc failed;          /* of the sink: nothing more is given */
	bool (*resolve)(void *ctx, const char *md5, size_t *image);
	void *ctx;
	struct queue held; /* hashed, and of no image that is known; the driver's thread */
	pthread_mutex_t lock;
	pthread_cond_t more, hashed;
	struct queue todo, done;
	size_t waiting;  /* in todo */
	bool end, hurry; /* hurry: no more files come */
	unsigned hashers;
	pthread_t hasher[HASHERS_MOST];
};

static void
push(struct queue *q, struct arrival *a)
{
	a->next = NULL;
	*q->last = a;
	q->last = &a->next;
}

static struct arrival *
pop(struct queue *q)
{
	struct arrival *a = q->first;

	if (a != NULL && (q->first = a->next) == NULL)
		q->last = &q->first;
	return a;
}

/* ---- hashing ---- */

/* Digests of files that are hashed side by side: their MD5s together as far as the shortest reaches. */
struct hashing {
	unsigned n;
	struct arrival *a[DIGEST_LANES];
	struct digest sha[DIGEST_LANES];
	struct digest_md5 md5[DIGEST_LANES];
	unsigned char piece[DIGEST_LANES][PIECE];
};

static bool
wants_md5(const struct arrival *a)
{
	return a->md5[0] != '\0' || a->all->resolve != NULL;
}

static bool
read_piece(struct arrival *a, unsigned char *to, size_t n, int64_t at)
{
	if (pread(a->file.fd, to, n, at) == (ssize_t)n)
		return true;
	a->unreadable = true;
	return false;
}

/* As far as all of them reach, a piece of each at a time.  How far that is. */
static int64_t
hash_together(struct hashing *h)
{
	const unsigned char *p[DIGEST_LANES];
	int64_t at = 0, end = h->a[0]->file.bytes;

	for (unsigned i = 1; i < h->n; i++)
		end = h->a[i]->file.bytes < end ? h->a[i]->file.bytes : end;
	for (unsigned i = 0; i < DIGEST_LANES; i++)
		p[i] = h->piece[i];
	for (; at + PIECE <= end; at += PIECE) {
		for (unsigned i = 0; i < h->n; i++)
			if (read_piece(h->a[i], h->piece[i], PIECE, at))
				digest_add(&h->sha[i], h->piece[i], PIECE);
		digest_md5_add_lanes(h->md5, p, PIECE);
	}
	return at;
}

/* The rest of one, or all of it. */
static void
hash_alone(struct hashing *h, unsigned i, int64_t at)
{
	struct arrival *a = h->a[i];

	while (at < a->file.bytes && !a->unreadable) {
		int64_t left = a->file.bytes - at;
		size_t n = left < PIECE ? (size_t)left : PIECE;

		if (!read_piece(a, h->piece[0], n, at))
			break;
		digest_add(&h->sha[i], h->piece[0], n);
		if (wants_md5(a))
			digest_md5_add(&h->md5[i], h->piece[0], n);
		at += (int64_t)n;
	}
	digest_end(&h->sha[i], a->file.digest);
	if (wants_md5(a))
		digest_md5_end(&h->md5[i], a->found);
}

static void
hash(struct hashing *h)
{
	int64_t at = 0;

	for (unsigned i = 0; i < DIGEST_LANES; i++) {
		digest_begin(&h->sha[i]);
		digest_md5_begin(&h->md5[i]);
	}
	if (h->n >= TOGETHER_LEAST && wants_md5(h->a[0]))
		at = hash_together(h);
	for (unsigned i = 0; i < h->n; i++)
		hash_alone(h, i, at);
}

/* Hash what waits, up to eight; with the lock held.  False: nothing waits. */
static bool
hash_some(struct arrivals *all, struct hashing *h)
{
	struct arrival *a;

	for (h->n = 0; h->n < DIGEST_LANES && (a = pop(&all->todo)) != NULL; h->n++)
		h->a[h->n] = a;
	if (h->n == 0)
		return false;
	all->waiting -= h->n;
	pthread_mutex_unlock(&all->lock);
	hash(h);
	pthread_mutex_lock(&all->lock);
	for (unsigned i = 0; i < h->n; i++)
		push(&all->done, h->a[i]);
	pthread_cond_signal(&all->hashed);
	return true;
}

/* Few files with MD5s are worth waiting for more, not long: side by side they cost a third.  With the lock held. */
static void
wait_for_more(struct arrivals *all)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += WAIT_NS;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	while (all->waiting > 0 && all->waiting < TOGETHER_LEAST && wants_md5(all->todo.first) &&
		!all->hurry && !all->end)
		if (pthread_cond_timedwait(&all->more, &all->lock, &until) != 0)
			break;
}

static void *
hasher(void *ctx)
{
	struct arrivals *all = ctx;
	struct hashing *h = mem_zero(1, sizeof(*h));

	pthread_mutex_lock(&all->lock);
	while (hash_some(all, h) || !all->end) {
		if (all->waiting == 0 && !all->end)
			pthread_cond_wait(&all->more, &all->lock);
		wait_for_more(all);
	}
	pthread_mutex_unlock(&all->lock);
	free(h);
	return NULL;
}

struct arrivals *
arrivals_new(const struct remote_sink *sink)
{
	struct arrivals *all = mem_zero(1, sizeof(*all));
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned want = cores < 4 ? 1
		: cores / 2 > HASHERS_MOST
		? HASHERS_MOST
		: (unsigned)cores / 2; /* the other half receives and serves */
	pthread_condattr_t monotonic;

	all->sink = sink;
	all->file_most = sink->file_most > 0 ? sink->file_most : file_cap;
	all->total_most = sink->total_most > 0 ? sink->total_most : total_cap;
	all->todo.last = &all->todo.first;
	all->done.last = &all->done.first;
	all->held.last = &all->held.first;
	pthread_mutex_init(&all->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&all->more, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_cond_init(&all->hashed, NULL);
	while (all->hashers < want &&
		pthread_create(&all->hasher[all->hashers], NULL, hasher, all) == 0)
		all->hashers++;
	return all;
}

void
arrivals_free(struct arrivals *all)
{
	struct arrival *a;

	if (all == NULL)
		return;
	pthread_mutex_lock(&all->lock);
	while ((a = pop(&all->todo)) != NULL)
		arrival_drop(a);
	all->end = true;
	pthread_cond_broadcast(&all->more);
	pthread_mutex_unlock(&all->lock);
	for (unsigned i = 0; i < all->hashers; i++)
		pthread_join(all->hasher[i], NULL);
	while ((a = pop(&all->done)) != NULL || (a = pop(&all->held)) != NULL)
		arrival_drop(a);
	pthread_cond_destroy(&all->hashed);
	pthread_cond_destroy(&all->more);
	pthread_mutex_destroy(&all->lock);
	free(all);
}

/* ---- coming ---- */

struct arrival *
arrival_new(struct arrivals *all, size_t image, int64_t expected, struct err *e)
{
	struct arrival *a;
	int fd;

	if (expected > all->file_most) {
		err_set(e, RC_LIMIT, "a file of more than the %lld bytes that we take",
			(long long)all->file_most);
		return NULL;
	}
	fd = memfd_create("image", MFD_CLOEXEC);
	if (fd < 0) {
		err_errno(e, RC_FAILED, "no memory for a file");
		return NULL;
	}
	a = mem_zero(1, sizeof(*a));
	a->all = all;
	a->image = image;
	a->expected = expected;
	a->file.fd = fd;
	return a;
}

enum rc
arrival_add(struct arrival *a, const void *bytes, size_t n, struct err *e)
{
	struct arrivals *all = a->all;
	const char *p = bytes;

	a->file.bytes += (int64_t)n;
	all->total += (int64_t)n;
	if (a->file.bytes > all->file_most || all->total > all->total_most)
		return err_set(e, RC_LIMIT, "more bytes than we take");
	while (n > 0) {
		ssize_t put = write(a->file.fd, p, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return err_errno(e, RC_FAILED, "no memory for a file");
		p += put;
		n -= (size_t)put;
		if (all->sink->progress != NULL)
			all->sink->progress(all->sink->ctx, put);
	}
	return RC_OK;
}

int64_t
arrival_bytes(const struct arrival *a)
{
	return a->file.bytes;
}

void
arrival_drop(struct arrival *a)
{
	if (a == NULL)
		return;
	if (a->file.fd >= 0)
		close(a->file.fd);
	free(a);
}

enum rc
arrival_take(struct arrival *a, const char *md5, struct err *e)
{
	struct arrivals *all = a->all;

	if (a->file.bytes == 0 || (a->expected >= 0 && a->file.bytes != a->expected)) {
		arrival_drop(a);
		return err_set(e, RC_CORRUPT, "a file is not as long as the server said");
	}
	str_copy(a->md5, sizeof(a->md5), md5);
	all->under_way++;
	pthread_mutex_lock(&all->lock);
	push(&all->todo, a);
	all->waiting++;
	pthread_cond_signal(&all->more);
	while (all->hashers > 0 && all->waiting > WAITING_MOST)
		pthread_cond_wait(&all->hashed, &all->lock);
	pthread_mutex_unlock(&all->lock);
	return RC_OK;
}

/* ---- going to the sink ---- */

/* One that is hashed.  NULL: none (yet). */
static struct arrival *
hashed(struct arrivals *all, bool wait)
{
	struct arrival *a;
	struct hashing *h;

	pthread_mutex_lock(&all->lock);
	if (all->hashers == 0) { /* no thread could be had */
		h = mem_zero(1, sizeof(*h));
		hash_some(all, h);
		free(h);
	}
	all->hurry = wait;
	if (wait)
		pthread_cond_broadcast(&all->more);
	while ((a = pop(&all->done)) == NULL && wait)
		pthread_cond_wait(&all->hashed, &all->lock);
	pthread_mutex_unlock(&all->lock);
	return a;
}

static enum rc
give(struct arrivals *all, struct arrival *a, struct err *e)
{
	enum rc rc;

	if (a->unreadable)
		rc = err_set(e, RC_FAILED, "a file in memory cannot be read again");
	else if (a->md5[0] != '\0' && strcasecmp(a->md5, a->found) != 0)
		rc = err_set(e, RC_CORRUPT, "a file has another MD5 than the server's copy");
	else {
		lseek(a->file.fd, 0, SEEK_SET);
		rc = all->failed = all->sink->whole(all->sink->ctx, a->image, &a->file, e);
		a->file.fd = -1; /* the sink's */
		all->given += rc == RC_OK;
	}
	arrival_drop(a);
	return rc;
}

/* Those that wait for their image to be known. */
static enum rc
give_held(struct arrivals *all, struct err *e)
{
	struct queue old = all->held;
	struct arrival *a;
	enum rc rc = RC_OK, one;

	if (old.first == NULL)
		return RC_OK;
	all->held = (struct queue){ .last = &all->held.first };
	while ((a = pop(&old)) != NULL) {
		if (all->failed != RC_OK || !all->resolve(all->ctx, a->found, &a->image)) {
			push(&all->held, a);
			continue;
		}
		one = give(all, a, e);
		rc = rc == RC_OK ? one : rc;
	}
	return rc;
}

enum rc
arrivals_give(struct arrivals *all, bool wait, struct err *e)
{
	enum rc rc = all->failed, one;
	struct arrival *a;

	while (all->failed == RC_OK && all->under_way > 0 && (a = hashed(all, wait)) != NULL) {
		all->under_way--;
		if (all->resolve != NULL) {
			push(&all->held, a);
			continue;
		}
		one = give(all, a, e);
		rc = rc == RC_OK ? one : rc;
	}
	one = all->failed == RC_OK ? give_held(all, e) : RC_OK;
	return rc == RC_OK ? one : rc;
}

void
arrivals_match(
	struct arrivals *all, bool (*resolve)(void *ctx, const char *md5, size_t *image), void *ctx)
{
	all->resolve = resolve;
	all->ctx = ctx;
}

size_t
arrivals_given(const struct arrivals *all)
{
	return all->given;
}
