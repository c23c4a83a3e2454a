/* Study files, read and made out of other formats, for wetread study.  Main thread. */
#ifndef TUI_CLI_STUDY_FROM_H
#define TUI_CLI_STUDY_FROM_H

#include "core/base/buf.h"
#include "tui/cli.h"

/* Read a file, of which one byte more than `most` is taken, so that its reader can say that it is too large.  False
 * (told). */
bool cli_study_from_file(const char *path, size_t most, struct buf *out);

/* from-redcap FILE, from-odm FILE: forms of another format as a study file on standard output; every mistake on standard error, and
 * nothing printed then.  The exit status; EXIT_USAGE, told, where `what` is none. */
int cli_study_from(struct cli *c, const char *what, const char *path);

#endif
