/* Folders for files on their way (see scratch.h). */
#include "core/source/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"

static enum rc
lock(struct scratch *s)
{
	s->fd = open(s->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (s->fd >= 0 && flock(s->fd, LOCK_EX | LOCK_NB) == 0)
		return RC_OK;
	scratch_leave(s);
	return RC_BUSY;
}

enum rc
scratch_open(struct scratch *s, const char *parent, const char *kind, struct err *e)
{
	int n = snprintf(s->path, sizeof(s->path), "%s/%s-XXXXXX", parent, kind);

	s->fd = -1;
	if (n < 0 || (size_t)n >= sizeof(s->path))
		return err_set(
			e, RC_LIMIT, "the path of a folder for files on their way is too long");
	if (mkdir(parent, 0700) != 0 && errno != EEXIST)
		return err_errno(e, RC_FAILED, "a folder for files on their way");
	/* between the two calls somebody's sweep may take it for a left one: another is made then */
	for (int tries = 0; tries < 10; tries++) {
		memcpy(s->path + n - 6, "XXXXXX", 6);
		if (mkdtemp(s->path) == NULL)
			return err_errno(e, RC_FAILED, "a folder for files on their way");
		if (lock(s) == RC_OK && access(s->path, F_OK) == 0)
			return RC_OK;
		scratch_leave(s);
	}
	return err_set(e, RC_FAILED, "a folder for files on their way cannot be locked");
}

void
scratch_leave(struct scratch *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static DIR *
reading(const struct scratch *s)
{
	int fd = openat(s->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

	if (d == NULL && fd >= 0)
		close(fd);
	return d;
}

void
scratch_close(struct scratch *s)
{
	struct dirent *entry;
	DIR *d = s->fd >= 0 ? reading(s) : NULL;

	while (d != NULL && (entry = readdir(d)) != NULL)
		unlinkat(s->fd, entry->d_name, 0);
	if (d != NULL)
		closedir(d);
	if (s->fd >= 0)
		rmdir(s->path);
	scratch_leave(s);
}

void
scratch_sweep(
	const char *parent, const char *kind, void (*left)(void *ctx, struct scratch *s), void *ctx)
{
	size_t n = strlen(kind);
	struct dirent *entry;
	DIR *d = opendir(parent);

	while (d != NULL && (entry = readdir(d)) != NULL) {
		struct scratch s = { .fd = -1 };

		if (strncmp(entry->d_name, kind, n) != 0 || entry->d_name[n] != '-')
			continue;
		snprintf(s.path, sizeof(s.path), "%s/%s", parent, entry->d_name);
		if (lock(&s) != RC_OK)
			continue;
		if (left != NULL)
			left(ctx, &s);
		else
			scratch_close(&s);
		scratch_leave(&s);
	}
	if (d != NULL)
		closedir(d);
}

bool
scratch_path(const struct scratch *s, const char *name, char to[PATH_MAX])
{
	int n = snprintf(to, PATH_MAX, "%s/%s", s->path, name);

	return n > 0 && n < PATH_MAX;
}

static int
by_written(const void *a, const void *b)
{
	const struct scratch_file *x = a, *y = b;

	if (x->written != y->written)
		return x->written < y->written ? -1 : 1;
	return strcmp(x->name, y->name);
}

size_t
scratch_files(const struct scratch *s, struct scratch_file **out, size_t most)
{
	struct scratch_file *list = NULL;
	struct dirent *entry;
	size_t n = 0, room = 0;
	struct stat st;
	DIR *d = reading(s);

	while (d != NULL && n < most && (entry = readdir(d)) != NULL) {
		if (fstatat(s->fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
			!S_ISREG(st.st_mode))
			continue;
		if (n == room) {
			room = room > 0 ? room * 2 : 64;
			list = mem_grow(list, room, sizeof(*list));
		}
		str_copy(list[n].name, sizeof(list[n].name), entry->d_name);
		list[n].bytes = (long long)st.st_size;
		list[n++].written = (long long)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	}
	if (d != NULL)
		closedir(d);
	if (n > 0)
		qsort(list, n, sizeof(*list), by_written);
	*out = list;
	return n;
}
