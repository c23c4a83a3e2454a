/* The part of the cache that is on disk.
 *
 * A file is "WTV1", 16 random bytes, and pieces of 1 MiB, each sealed with its number and whether it is the last, so that none
 * can be left out, doubled or put into another file.  Files get their names when they are whole; the oldest go first. */
#include "core/archive/vault_disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/archive/vault.h"
#include "core/base/mem.h"
#include "core/ledger/keys.h"

enum { PIECE = 1 << 20, HEAD = 4 + KEY_PIECE_FILE };
static const char magic[4] = { 'W', 'T', 'V', '1' };

struct vault_disk {
	char *folder;
	pthread_mutex_t lock; /* guards the opening of the next two, once each */
	int dir;              /* cache/, -1 not made or opened yet */
	int64_t most, bytes;
	bool measured; /* bytes were counted */
	bool has_key;
	unsigned char key[KEY_PIECE_KEY];
};

struct vault_disk *
vault_disk_new(const char *folder, int64_t most)
{
	struct vault_disk *d = mem_zero(1, sizeof(*d));

	d->folder = mem_string(folder);
	d->most = most;
	d->dir = -1;
	pthread_mutex_init(&d->lock, NULL);
	return d;
}

void
vault_disk_free(struct vault_disk *d)
{
	if (d == NULL)
		return;
	if (d->dir >= 0)
		close(d->dir);
	key_wipe(d->key, sizeof(d->key));
	pthread_mutex_destroy(&d->lock);
	free(d->folder);
	free(d);
}

/* ---- the key ---- */

static bool
read_key(struct vault_disk *d, int sources)
{
	int fd = openat(sources, "cache.key", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & 077) == 0)
		d->has_key = read(fd, d->key, sizeof(d->key)) == (ssize_t)sizeof(d->key);
	if (fd >= 0)
		close(fd);
	return d->has_key;
}

/* Linked when it is whole: of two programs that make one at once, both read the first. */
static void
make_key(int sources)
{
	unsigned char key[KEY_PIECE_KEY];
	char temp[40] = "key.", random[17];
	int fd;

	key_random_hex(random, 8);
	memcpy(temp + 4, random, sizeof(random));
	fd = openat(sources, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	key_random(key, sizeof(key));
	if (write(fd, key, sizeof(key)) == (ssize_t)sizeof(key) && fsync(fd) == 0 &&
		linkat(sources, temp, sources, "cache.key", 0) != 0)
		errno = 0; /* another program's is there: that one is read */
	unlinkat(sources, temp, 0);
	close(fd);
	key_wipe(key, sizeof(key));
}

static bool
need_key(struct vault_disk *d, bool create)
{
	char *path;
	int sources;

	if (d->has_key)
		return true;
	path = mem_format("%s/sources", d->folder);
	if (create)
		mkdir(path, 0700);
	sources = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(path);
	if (sources < 0)
		return false;
	if (!read_key(d, sources) && create && errno == ENOENT) {
		make_key(sources);
		read_key(d, sources);
	}
	close(sources);
	return d->has_key;
}

static bool
need_folder(struct vault_disk *d, bool create)
{
	char *path;

	if (d->dir >= 0)
		return true;
	path = mem_format("%s/cache", d->folder);
	if (create)
		mkdir(path, 0700);
	d->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(path);
	return d->dir >= 0;
}

/* Folder and key, made where they are not there. */
static bool
ready(struct vault_disk *d, bool create)
{
	bool both;

	pthread_mutex_lock(&d->lock);
	both = need_folder(d, create) && need_key(d, create);
	pthread_mutex_unlock(&d->lock);
	return both;
}

static bool
object_name(const char *digest, char name[80], char folder[3])
{
	if (strlen(digest) != DIGEST_HEX - 1 || strspn(digest, "0123456789abcdef") != DIGEST_HEX - 1)
		return false;
	snprintf(folder, 3, "%.2s", digest);
	snprintf(name, 80, "%.2s/%s", digest, digest + 2);
	return true;
}

/* ---- room ---- */

struct aged {
	char name[80];
	int64_t bytes;
	struct timespec used;
};

struct heap {
	struct aged *all;
	size_t n;
	int64_t bytes;
};

static void
look_into(struct vault_disk *d, const char *folder, struct heap *h)
{
	int fd = openat(d->dir, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	struct stat st;

	while (list != NULL && (entry = readdir(list)) != NULL) {
		struct aged *a;

		if (entry->d_name[0] == '.' || fstatat(fd, entry->d_name, &st, 0) != 0)
			continue;
		h->all = mem_grow(h->all, h->n + 1, sizeof(*h->all));
		a = &h->all[h->n++];
		snprintf(a->name, sizeof(a->name), "%.2s/%.70s", folder, entry->d_name);
		a->bytes = st.st_size;
		a->used = st.st_mtim;
		h->bytes += st.st_size;
	}
	if (list != NULL)
		closedir(list);
	else if (fd >= 0)
		close(fd);
}

static int
by_age(const void *a, const void *b)
{
	const struct aged *x = a, *y = b;

	if (x->used.tv_sec != y->used.tv_sec)
		return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
	return (x->used.tv_nsec > y->used.tv_nsec) - (x->used.tv_nsec < y->used.tv_nsec);
}

/* Count it anew, others write into it too, and take the oldest away until nine tenths are left. */
static void
make_room(struct vault_disk *d, int64_t needed)
{
	struct heap h = { 0 };
	char folder[3];

	for (unsigned i = 0; i < 256; i++) {
		snprintf(folder, sizeof(folder), "%02x", i);
		look_into(d, folder, &h);
	}
	if (h.bytes + needed > d->most) {
		qsort(h.all, h.n, sizeof(*h.all), by_age);
		for (size_t i = 0; i < h.n && h.bytes + needed > d->most / 10 * 9; i++)
			if (unlinkat(d->dir, h.all[i].name, 0) == 0)
				h.bytes -= h.all[i].bytes;
	}
	d->bytes = h.bytes;
	d->measured = true;
	free(h.all);
}

/* ---- writing ---- */

static bool
write_whole(int fd, const void *bytes, size_t n)
{
	const char *at = bytes;

	while (n > 0) {
		ssize_t put = write(fd, at, n);

		if (put <= 0)
			return false;
		at += put;
		n -= (size_t)put;
	}
	return true;
}

static bool
write_sealed(struct vault_disk *d, int fd, const char *digest, const unsigned char *bytes, int64_t n)
{
	unsigned char head[HEAD], *piece = mem_alloc(PIECE + KEY_PIECE_OVER);
	int64_t at = 0;
	uint64_t number = 0;
	bool good;

	memcpy(head, magic, sizeof(magic));
	key_random(head + sizeof(magic), KEY_PIECE_FILE);
	good = write_whole(fd, head, sizeof(head));
	do {
		int64_t here = n - at < PIECE ? n - at : PIECE;
		struct key_piece p = { .key = d->key,
			.file = head + sizeof(magic),
			.number = number++,
			.last = at + here == n,
			.name = digest };

		key_piece_seal(&p, bytes + at, (size_t)here, piece);
		good = good && write_whole(fd, piece, (size_t)here + KEY_PIECE_OVER);
		at += here;
	} while (good && at < n);
	free(piece);
	return good;
}

enum rc
vault_disk_write(
	struct vault_disk *d, const char *digest, const void *bytes, int64_t n, struct err *e)
{
	char name[80], folder[3], temp[60], random[17];
	bool good;
	int fd;

	if (!object_name(digest, name, folder) || n > d->most)
		return err_set(e, RC_LIMIT, "too large for the cache");
	if (!ready(d, true))
		return err_set(e, RC_FAILED, "the cache cannot be written");
	if (faccessat(d->dir, name, F_OK, 0) == 0)
		return RC_OK;
	if (!d->measured || d->bytes + n > d->most)
		make_room(d, n);
	mkdirat(d->dir, folder, 0700);
	key_random_hex(random, 8);
	snprintf(temp, sizeof(temp), "%s/.%s", folder, random);
	fd = openat(d->dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(e, RC_FAILED, "the cache cannot be written");
	good = write_sealed(d, fd, digest, bytes, n);
	good = close(fd) == 0 && good && renameat(d->dir, temp, d->dir, name) == 0;
	if (!good) {
		unlinkat(d->dir, temp, 0);
		return err_errno(e, RC_FAILED, "the cache cannot be written");
	}
	__atomic_add_fetch(&d->bytes, n, __ATOMIC_RELAXED);
	return RC_OK;
}

/* ---- reading ---- */

static bool
open_sealed(struct vault_disk *d, const char *digest, const unsigned char *file, int64_t size,
	unsigned char *out, int64_t *n)
{
	int64_t at = HEAD;
	uint64_t number = 0;

	*n = 0;
	if (size < HEAD + KEY_PIECE_OVER || memcmp(file, magic, sizeof(magic)) != 0)
		return false;
	while (at < size) {
		int64_t most = PIECE + KEY_PIECE_OVER, here = size - at < most ? size - at : most;
		struct key_piece p = { .key = d->key,
			.file = file + sizeof(magic),
			.number = number++,
			.last = at + here == size,
			.name = digest };

		if (here < KEY_PIECE_OVER || !key_piece_open(&p, file + at, (size_t)here, out + *n))
			return false;
		*n += here - KEY_PIECE_OVER;
		at += here;
	}
	return true;
}

static unsigned char *
read_file(int fd, int64_t size)
{
	unsigned char *bytes = mem_alloc((size_t)size + 1);
	int64_t at = 0;
	ssize_t n;

	while (at < size && (n = read(fd, bytes + at, (size_t)(size - at))) > 0)
		at += n;
	if (at == size)
		return bytes;
	free(bytes);
	return NULL;
}

enum rc
vault_disk_read(struct vault_disk *d, const char *digest, void **out, int64_t *n, struct err *e)
{
	char name[80], folder[3];
	unsigned char *file = NULL;
	struct stat st;
	bool good = false;
	int fd = -1;

	*out = NULL;
	if (object_name(digest, name, folder) && ready(d, false))
		fd = openat(d->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return err_set(e, RC_NOT_FOUND, "not in the cache");
	if (fstat(fd, &st) == 0 && st.st_size <= d->most + d->most / 8)
		file = read_file(fd, st.st_size);
	if (file != NULL) {
		*out = mem_alloc((size_t)st.st_size);
		good = open_sealed(d, digest, file, st.st_size, *out, n);
		free(file);
	}
	futimens(fd, NULL); /* used now: the oldest go first */
	close(fd);
	if (good)
		return RC_OK;
	free(*out);
	*out = NULL;
	unlinkat(d->dir, name, 0);
	return err_set(e, RC_NOT_FOUND, "not in the cache as it was put there");
}

bool
vault_disk_has(struct vault_disk *d, const char *digest)
{
	char name[80], folder[3];

	return object_name(digest, name, folder) && ready(d, false) &&
		faccessat(d->dir, name, F_OK, 0) == 0;
}

int64_t
vault_disk_bytes(struct vault_disk *d)
{
	return __atomic_load_n(&d->bytes, __ATOMIC_RELAXED);
}

/* ---- all of it ---- */

enum rc
vault_clear(const char *folder, struct err *e)
{
	struct vault_disk *d = vault_disk_new(folder, 0);
	char *key = mem_format("%s/sources/cache.key", folder);
	enum rc rc = RC_OK;

	/* the key first: without it the files tell nothing, whatever becomes of them */
	if (unlink(key) != 0 && errno != ENOENT)
		rc = err_errno(e, RC_FAILED, "the key of the cache");
	if (need_folder(d, false))
		make_room(d, 1);
	free(key);
	vault_disk_free(d);
	return rc;
}
