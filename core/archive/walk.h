/* The files below a path. */
#ifndef CORE_ARCHIVE_WALK_H
#define CORE_ARCHIVE_WALK_H

#include <stddef.h>

/* Paths of the regular files at or below `path`, sorted within each folder so that runs are alike.  Links to folders
 * are not followed; links to files only where the target lies below `path`.  An entry that cannot be read is told
 * through `refused`.  The list and its strings are the caller's: walk_free. */
struct walk_list {
	char **path;
	size_t n, room;
};

void walk(struct walk_list *list, const char *path,
	void (*refused)(void *ctx, const char *path, const char *reason), void *ctx);
void walk_free(struct walk_list *list);

#endif
