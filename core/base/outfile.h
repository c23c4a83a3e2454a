/* A file that is written for somebody outside the archive: it gets its name when it is whole, and never the name of one
 * that is there already.  Others may not read it (mode 0600). */
#ifndef CORE_BASE_OUTFILE_H
#define CORE_BASE_OUTFILE_H

#include <stdio.h>

#include "core/base/err.h"

struct outfile {
	FILE *f;
	char *path, *temp;
};

/* RC_CONFLICT where the name is taken. */
enum rc outfile_open(struct outfile *o, const char *path, struct err *e);
/* On the disk, then its name.  Releases o on failure too. */
enum rc outfile_keep(struct outfile *o, struct err *e);
/* Away with it.  A zeroed struct is allowed. */
void outfile_drop(struct outfile *o);

#endif
