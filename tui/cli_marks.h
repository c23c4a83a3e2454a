/* The two halves of wetread marks. */
#ifndef TUI_CLI_MARKS_H
#define TUI_CLI_MARKS_H

#include "tui/cli.h"

/* Marks of a file into the drafts of --user for --series.  The archive is open for writing.  The exit status. */
int cli_marks_import(struct cli *c, const char *path);

#endif
