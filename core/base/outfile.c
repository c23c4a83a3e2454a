/* A file that gets its name when it is whole. */
#include "core/base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"

enum rc
outfile_open(struct outfile *o, const char *path, struct err *e)
{
	uint64_t tail = 0;
	struct stat st;
	int fd;

	memset(o, 0, sizeof(*o));
	if (*path == '\0')
		return err_set(e, RC_INVALID, "which file?");
	if (lstat(path, &st) == 0)
		return err_set(e, RC_CONFLICT, "%.200s is there already", path);
	if (getrandom(&tail, sizeof(tail), 0) != sizeof(tail))
		return err_errno(e, RC_FAILED, "no random numbers");
	o->path = mem_string(path);
	o->temp = mem_format("%s.%016llx.part", path, (unsigned long long)tail);
	fd = open(o->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		o->f = fdopen(fd, "w");
	if (o->f != NULL)
		return RC_OK;
	err_errno(e, RC_FAILED, "%.200s", path);
	outfile_drop(o);
	return RC_FAILED;
}

/* Some file systems know only one of the two ways. */
static int
name_it(const char *temp, const char *path)
{
	if (renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	return link(temp, path) == 0 ? unlink(temp) : -1;
}

enum rc
outfile_keep(struct outfile *o, struct err *e)
{
	enum rc rc = RC_OK;

	if (fflush(o->f) != 0 || ferror(o->f) != 0 || fsync(fileno(o->f)) != 0)
		rc = err_errno(e, RC_FAILED, "%.200s could not be written", o->path);
	else if (name_it(o->temp, o->path) != 0)
		rc = errno == EEXIST ? err_set(e, RC_CONFLICT, "%.200s is there already", o->path)
				     : err_errno(e, RC_FAILED, "%.200s", o->path);
	if (rc == RC_OK) { /* it has its name: there is nothing to take away */
		free(o->temp);
		o->temp = NULL;
	}
	outfile_drop(o);
	return rc;
}

void
outfile_drop(struct outfile *o)
{
	if (o->f != NULL)
		fclose(o->f);
	if (o->temp != NULL)
		unlink(o->temp);
	free(o->path);
	free(o->temp);
	memset(o, 0, sizeof(*o));
}
