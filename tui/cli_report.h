/* wetread report: what its two halves share. */
#ifndef TUI_CLI_REPORT_H
#define TUI_CLI_REPORT_H

#include <jansson.h>

#include "core/trial/report.h"
#include "tui/cli.h"

struct cli_report {
	struct cli *c;
	json_t *all; /* --json: what was told, written or sent */
	size_t lines;
	int status;
	struct session who; /* --mail */
};

/* --to FOLDER, --mail: each letter of a report, as a file or to the mail server (cli_report_mail.c).  What goes wrong with one is
 * told, and the others go on; r->status is what it amounts to. */
void cli_report_write(struct cli_report *r, const struct report *report);
void cli_report_mail(struct cli_report *r, const struct report *report);
/* Can letters be made at all?  False (told). */
bool cli_report_ready(struct cli *c);

#endif
