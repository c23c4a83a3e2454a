/* The files below a path. */
#include "core/archive/walk.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/mem.h"

enum { DEPTH_MOST = 64 };

struct walker {
	struct walk_list *list;
	char root[PATH_MAX]; /* resolved: where links may lead */
	void (*refused)(void *ctx, const char *path, const char *reason);
	void *ctx;
};

static void
refuse(struct walker *w, const char *path, const char *reason)
{
	if (w->refused != NULL)
		w->refused(w->ctx, path, reason);
}

static void
add(struct walk_list *l, const char *path)
{
	if (l->n == l->room) {
		l->room = l->room > 0 ? 2 * l->room : 256;
		l->path = mem_grow(l->path, l->room, sizeof(*l->path));
	}
	l->path[l->n++] = mem_string(path);
}

static bool
inside(const struct walker *w, const char *path)
{
	char real[PATH_MAX];
	size_t n = strlen(w->root);

	return realpath(path, real) != NULL && strncmp(real, w->root, n) == 0 &&
		(real[n] == '/' || real[n] == '\0' || (n > 0 && w->root[n - 1] == '/'));
}

static void walk_at(struct walker *w, const char *path, int depth);

static int
not_dots(const struct dirent *d)
{
	return strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0;
}

static void
walk_folder(struct walker *w, const char *path, int depth)
{
	struct dirent **names;
	int n = depth < DEPTH_MOST ? scandir(path, &names, not_dots, versionsort) : -1;

	if (n < 0) {
		refuse(w, path, depth < DEPTH_MOST ? strerror(errno) : "folders are nested too deep");
		return;
	}
	for (int i = 0; i < n; i++) {
		char *child = mem_format("%s/%s", path, names[i]->d_name);

		walk_at(w, child, depth + 1);
		free(child);
		free(names[i]);
	}
	free(names);
}

static void
walk_link(struct walker *w, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		refuse(w, path, "a link that leads nowhere");
	else if (!S_ISREG(st.st_mode))
		refuse(w, path, "a link to a folder is not followed");
	else if (!inside(w, path))
		refuse(w, path, "a link out of the imported folder is not followed");
	else
		add(w->list, path);
}

static void
walk_at(struct walker *w, const char *path, int depth)
{
	struct stat st;

	/* the path that was given may itself be a link: the user named it */
	if ((depth == 0 ? stat(path, &st) : lstat(path, &st)) != 0)
		refuse(w, path, strerror(errno));
	else if (S_ISDIR(st.st_mode))
		walk_folder(w, path, depth);
	else if (S_ISLNK(st.st_mode))
		walk_link(w, path);
	else if (S_ISREG(st.st_mode))
		add(w->list, path);
	else
		refuse(w, path, "not a regular file");
}

void
walk(struct walk_list *list, const char *path,
	void (*refused)(void *ctx, const char *path, const char *reason), void *ctx)
{
	struct walker w = { .list = list, .refused = refused, .ctx = ctx };

	if (realpath(path, w.root) == NULL) {
		refuse(&w, path, strerror(errno));
		return;
	}
	walk_at(&w, path, 0);
}

void
walk_free(struct walk_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->path[i]);
	free(list->path);
	memset(list, 0, sizeof(*list));
}
