/* The cache: what is in memory, and a thread that writes what is to be on disk. */
#include "core/archive/vault.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/archive/vault_disk.h"
#include "core/base/mem.h"
#include "core/ledger/keys.h"

enum { BUCKETS = 4096 };

/* Bytes in memory.  Those that wait to be written are not let go. */
struct blob {
	char digest[DIGEST_HEX];
	unsigned char *bytes;
	int64_t n;
	bool unwritten;
	struct blob *chain;         /* of its bucket */
	struct blob *newer, *older; /* by use */
	struct blob *next_write;
};

struct vault {
	struct vault_disk *disk;
	int64_t memory_most;
	pthread_mutex_t lock; /* guards the rest */
	pthread_cond_t wake, written;
	pthread_t thread;
	bool started, stop;
	struct blob *bucket[BUCKETS];
	struct blob *newest, *oldest;
	struct blob *first, **last; /* to be written */
	int64_t memory;
};

struct vault *
vault_new(const struct vault_config *c)
{
	struct vault *v = mem_zero(1, sizeof(*v));

	v->disk = vault_disk_new(c->folder, c->disk_most);
	v->memory_most = c->memory_most;
	v->last = &v->first;
	pthread_mutex_init(&v->lock, NULL);
	pthread_cond_init(&v->wake, NULL);
	pthread_cond_init(&v->written, NULL);
	return v;
}

/* ---- in memory; all under the lock ---- */

static struct blob **
bucket_of(struct vault *v, const char *digest)
{
	unsigned h = 0;

	for (int i = 0; i < 3 && digest[i] != '\0'; i++)
		h = h * 16 + (unsigned)(digest[i] <= '9' ? digest[i] - '0' : digest[i] - 'a' + 10);
	return &v->bucket[h % BUCKETS];
}

static struct blob *
find(struct vault *v, const char *digest)
{
	struct blob *b = *bucket_of(v, digest);

	while (b != NULL && strcmp(b->digest, digest) != 0)
		b = b->chain;
	return b;
}

static void
unlink_use(struct vault *v, struct blob *b)
{
	*(b->newer != NULL ? &b->newer->older : &v->newest) = b->older;
	*(b->older != NULL ? &b->older->newer : &v->oldest) = b->newer;
	b->newer = b->older = NULL;
}

static void
link_newest(struct vault *v, struct blob *b)
{
	b->older = v->newest;
	b->newer = NULL;
	*(v->newest != NULL ? &v->newest->newer : &v->oldest) = b;
	v->newest = b;
}

static void
drop(struct vault *v, struct blob *b)
{
	struct blob **at = bucket_of(v, b->digest);

	while (*at != b)
		at = &(*at)->chain;
	*at = b->chain;
	unlink_use(v, b);
	v->memory -= b->n;
	free(b->bytes);
	free(b);
}

static void
make_room(struct vault *v)
{
	struct blob *b = v->oldest, *newer;

	for (; b != NULL && v->memory > v->memory_most; b = newer) {
		newer = b->newer;
		if (!b->unwritten && b != v->newest)
			drop(v, b);
	}
}

/* Swallows `bytes`.  The blob, which may have been there. */
static struct blob *
keep_take(struct vault *v, const char *digest, unsigned char *bytes, int64_t n)
{
	struct blob *b = find(v, digest), **at;

	if (b != NULL) {
		free(bytes);
		unlink_use(v, b);
	} else {
		b = mem_zero(1, sizeof(*b));
		memcpy(b->digest, digest, DIGEST_HEX);
		b->bytes = bytes;
		b->n = n;
		at = bucket_of(v, digest);
		b->chain = *at;
		*at = b;
		v->memory += n;
	}
	link_newest(v, b);
	make_room(v);
	return b;
}

/* ---- the writer ---- */

static void *
writer(void *arg)
{
	struct vault *v = arg;
	struct blob *b;

	pthread_mutex_lock(&v->lock);
	for (;;) {
		while (v->first == NULL && !v->stop)
			pthread_cond_wait(&v->wake, &v->lock);
		b = v->first;
		if (b == NULL)
			break;
		pthread_mutex_unlock(&v->lock);
		/* nobody drops or changes it as long as it is unwritten; a full disk only makes a smaller cache */
		vault_disk_write(v->disk, b->digest, b->bytes, b->n, NULL);
		pthread_mutex_lock(&v->lock);
		v->first = b->next_write;
		if (v->first == NULL)
			v->last = &v->first;
		b->unwritten = false;
		make_room(v);
		pthread_cond_broadcast(&v->written);
	}
	pthread_mutex_unlock(&v->lock);
	return NULL;
}

static void
start_writer(struct vault *v)
{
	sigset_t all, before;

	if (v->started)
		return;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	v->started = pthread_create(&v->thread, NULL, writer, v) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void
queue(struct vault *v, struct blob *b)
{
	start_writer(v);
	if (b->unwritten || !v->started)
		return;
	b->unwritten = true;
	b->next_write = NULL;
	*v->last = b;
	v->last = &b->next_write;
	pthread_cond_signal(&v->wake);
}

void
vault_flush(struct vault *v)
{
	pthread_mutex_lock(&v->lock);
	while (v->started && v->first != NULL)
		pthread_cond_wait(&v->written, &v->lock);
	pthread_mutex_unlock(&v->lock);
}

void
vault_free(struct vault *v)
{
	if (v == NULL)
		return;
	pthread_mutex_lock(&v->lock);
	v->stop = true;
	pthread_cond_signal(&v->wake);
	pthread_mutex_unlock(&v->lock);
	if (v->started)
		pthread_join(v->thread, NULL);
	while (v->oldest != NULL)
		drop(v, v->oldest);
	vault_disk_free(v->disk);
	pthread_mutex_destroy(&v->lock);
	pthread_cond_destroy(&v->wake);
	pthread_cond_destroy(&v->written);
	free(v);
}

/* ---- in and out ---- */

enum rc
vault_put(struct vault *v, const char *digest, int fd, int64_t bytes, bool disk, struct err *e)
{
	unsigned char *copy = mem_alloc((size_t)bytes + 1);
	int64_t at = 0;
	ssize_t n;
	struct blob *b;

	while (at < bytes && (n = pread(fd, copy + at, (size_t)(bytes - at), at)) > 0)
		at += n;
	if (at != bytes) {
		free(copy);
		return err_set(e, RC_FAILED, "bytes that came cannot be read");
	}
	pthread_mutex_lock(&v->lock);
	b = keep_take(v, digest, copy, bytes);
	if (disk)
		queue(v, b);
	pthread_mutex_unlock(&v->lock);
	return RC_OK;
}

/* Small enough to copy: a descriptor each would be more than a process may have open. */
static int
to_memory_file(const unsigned char *bytes, int64_t n)
{
	int fd = memfd_create("image", MFD_CLOEXEC);
	int64_t at = 0;

	while (fd >= 0 && at < n) {
		ssize_t put = pwrite(fd, bytes + at, (size_t)(n - at), at);

		if (put <= 0) {
			close(fd);
			return -1;
		}
		at += put;
	}
	return fd;
}

static bool
from_memory(struct vault *v, const char *digest, int *fd)
{
	struct blob *b;

	*fd = -1;
	pthread_mutex_lock(&v->lock);
	b = find(v, digest);
	if (b != NULL) {
		unlink_use(v, b);
		link_newest(v, b);
		*fd = to_memory_file(b->bytes, b->n);
	}
	pthread_mutex_unlock(&v->lock);
	return *fd >= 0;
}

enum rc
vault_get(struct vault *v, const char *digest, int *fd, struct err *e)
{
	void *bytes = NULL;
	int64_t n = 0;
	enum rc rc;

	if (from_memory(v, digest, fd))
		return RC_OK;
	rc = vault_disk_read(v->disk, digest, &bytes, &n, e);
	if (rc != RC_OK)
		return rc;
	*fd = to_memory_file(bytes, n);
	pthread_mutex_lock(&v->lock);
	keep_take(v, digest, bytes, n);
	pthread_mutex_unlock(&v->lock);
	return *fd >= 0 ? RC_OK : err_errno(e, RC_FAILED, "no memory for an image");
}

bool
vault_has(struct vault *v, const char *digest)
{
	bool has;

	pthread_mutex_lock(&v->lock);
	has = find(v, digest) != NULL;
	pthread_mutex_unlock(&v->lock);
	return has || vault_disk_has(v->disk, digest);
}

void
vault_sizes(struct vault *v, int64_t *memory, int64_t *disk)
{
	pthread_mutex_lock(&v->lock);
	*memory = v->memory;
	pthread_mutex_unlock(&v->lock);
	*disk = vault_disk_bytes(v->disk);
}
