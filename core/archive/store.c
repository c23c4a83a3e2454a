/* The archive's own bytes: files by their digest. */
#include "core/archive/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/archive/vault.h"
#include "core/base/mem.h"

struct store {
	int dir;             /* objects/ */
	struct vault *vault; /* lent; NULL none */
};

enum { COPY_BYTES = 1 << 17 };

enum rc
store_open(struct store **out, const char *folder, int create, struct err *e)
{
	char *path = mem_format("%s/objects", folder), *tmp = mem_format("%s/objects/tmp", folder);
	enum rc rc = RC_OK;
	int dir;

	*out = NULL;
	if (create) {
		mkdir(path, 0755);
		mkdir(tmp, 0700);
	}
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		rc = err_errno(e, RC_NOT_FOUND, "the archive's objects/");
	free(path);
	free(tmp);
	if (rc != RC_OK)
		return rc;
	*out = mem_zero(1, sizeof(**out));
	(*out)->dir = dir;
	return RC_OK;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	close(s->dir);
	free(s);
}

static enum rc
copy(int from, int to, int64_t most, struct store_draft *d, struct err *e)
{
	char *chunk = mem_alloc(COPY_BYTES);
	struct digest sum;
	enum rc rc = RC_OK;
	ssize_t n = 1;

	digest_begin(&sum);
	while (rc == RC_OK && (n = read(from, chunk, COPY_BYTES)) > 0) {
		digest_add(&sum, chunk, (size_t)n);
		d->bytes += n;
		if (d->bytes > most)
			rc = err_set(e, RC_LIMIT, "larger than %lld MiB", (long long)(most >> 20));
		else if (write(to, chunk, (size_t)n) != n)
			rc = err_errno(e, RC_FAILED, "cannot write to the archive");
	}
	if (n < 0)
		rc = err_errno(e, RC_FAILED, "cannot be read");
	digest_end(&sum, d->digest);
	free(chunk);
	return rc;
}

enum rc
store_draft(struct store *s, int source, int64_t most, struct store_draft *d, struct err *e)
{
	char name[33];
	enum rc rc;

	memset(d, 0, sizeof(*d));
	key_random_hex(name, 16);
	snprintf(d->temp, sizeof(d->temp), "tmp/%s", name);
	d->fd = openat(s->dir, d->temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	if (d->fd < 0)
		return err_errno(e, RC_FAILED, "cannot write to the archive");
	rc = copy(source, d->fd, most, d, e);
	if (rc != RC_OK)
		store_drop(s, d);
	return rc;
}

static void
object_name(const char *digest, char name[80], char folder[3])
{
	snprintf(folder, 3, "%.2s", digest);
	snprintf(name, 80, "%.2s/%s", digest, digest + 2);
}

enum rc
store_keep(struct store *s, struct store_draft *d, struct err *e)
{
	char name[80], folder[3];
	enum rc rc = RC_OK;

	/* over an object that is there, too: the bytes are the same by their digest, and one that a power cut left torn
	 * is whole again */
	object_name(d->digest, name, folder);
	mkdirat(s->dir, folder, 0755);
	if (renameat(s->dir, d->temp, s->dir, name) != 0)
		rc = err_errno(e, RC_FAILED, "cannot write to the archive");
	close(d->fd);
	d->fd = -1;
	return rc;
}

void
store_drop(struct store *s, struct store_draft *d)
{
	if (d->fd >= 0) {
		close(d->fd);
		unlinkat(s->dir, d->temp, 0);
	}
	d->fd = -1;
}

enum rc
store_sync(struct store *s, struct err *e)
{
	return syncfs(s->dir) == 0 ? RC_OK : err_errno(e, RC_FAILED, "the archive's disk");
}

static enum rc
check_bytes(int fd, const char *digest, struct err *e)
{
	char *chunk = mem_alloc(COPY_BYTES), hex[DIGEST_HEX];
	struct digest sum;
	off_t at = 0;
	ssize_t n;

	digest_begin(&sum);
	while ((n = pread(fd, chunk, COPY_BYTES, at)) > 0) {
		digest_add(&sum, chunk, (size_t)n);
		at += n;
	}
	digest_end(&sum, hex);
	free(chunk);
	if (n < 0)
		return err_errno(e, RC_FAILED, "an object of the archive cannot be read");
	if (strcmp(hex, digest) != 0)
		return err_set(e, RC_CORRUPT, "object %.12s of the archive is not what was stored",
			digest);
	return RC_OK;
}

enum rc
store_get(struct store *s, const char *digest, int check, int *fd, struct err *e)
{
	char name[80], folder[3];
	enum rc rc = RC_OK;

	*fd = -1;
	if (strlen(digest) != DIGEST_HEX - 1 || strspn(digest, "0123456789abcdef") != DIGEST_HEX - 1)
		return err_set(e, RC_INVALID, "not a digest");
	object_name(digest, name, folder);
	*fd = openat(s->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0 && (s->vault == NULL || vault_get(s->vault, digest, fd, NULL) != RC_OK))
		return err_set(e, RC_NOT_FOUND, "object %.12s is not in the archive", digest);
	if (check)
		rc = check_bytes(*fd, digest, e);
	if (rc != RC_OK) {
		close(*fd);
		*fd = -1;
	}
	return rc;
}

void
store_use_vault(struct store *s, struct vault *v)
{
	__atomic_store_n(&s->vault, v, __ATOMIC_RELEASE);
}

bool
store_has(struct store *s, const char *digest)
{
	char name[80], folder[3];

	object_name(digest, name, folder);
	return faccessat(s->dir, name, F_OK, 0) == 0 ||
		(s->vault != NULL && vault_has(s->vault, digest));
}

void
store_sweep(struct store *s)
{
	int fd = openat(s->dir, "tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	struct stat st;

	while (d != NULL && (entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.' && fstatat(fd, entry->d_name, &st, 0) == 0 &&
			st.st_mtime < time(NULL) - 3600)
			unlinkat(fd, entry->d_name, 0);
	if (d != NULL)
		closedir(d);
	else if (fd >= 0)
		close(fd);
}
