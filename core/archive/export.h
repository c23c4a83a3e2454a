/* The log as JSON lines, CSV or text, each with the head of the chain that it covers and what wetread-verify found
 * (docs/RECORD.md, "Exports").  An export is an event itself, and its last line, which says that it is whole, is written
 * after that event. */
#ifndef CORE_ARCHIVE_EXPORT_H
#define CORE_ARCHIVE_EXPORT_H

#include <stdio.h>

#include "core/archive/verifier.h"
#include "core/ledger/history.h"

enum export_format { EXPORT_TEXT, EXPORT_JSONL, EXPORT_CSV, EXPORT_FORMATS };
/* "text", "jsonl", "csv".  False where it is none. */
bool export_format_of(const char *name, enum export_format *out);

struct export
{
	/* asked for */
	const struct session *who; /* NULL: a command without a login */
	enum export_format format;
	struct history_filter filter;
	int64_t limit; /* the last so many; 0: all */
	struct verifier_told verified;
	const int *stop; /* leave off where it becomes other than 0; NULL: never */

	/* told */
	int64_t events;
	int64_t seq; /* the head that it covers */
	char head[DIGEST_HEX];
	char at[CLOCK_TEXT];
};

/* The first line and the events, up to the head that wetread-verify saw, or up to the head now where it was not run. */
enum rc export_rows(struct export *x, struct ledger *l, FILE *to, struct err *e);
/* The event `exported`.  The ledger is open to write. */
enum rc export_record(struct export *x, struct ledger *l, struct err *e);
/* The last line; RC_FAILED where something could not be written. */
enum rc export_end(struct export *x, struct ledger *l, FILE *to, struct err *e);

/* One event as text, as `wetread history` prints it: one line; of a signed record with printed name, local time with its
 * offset, and meaning at the end (11.50). */
void export_event_text(FILE *to, const struct history_event *ev);
/* One field of a CSV file (RFC 4180), quoted where it must be.  One that a spreadsheet would take for a formula gets an
 * apostrophe in front. */
void export_csv_field(FILE *to, const char *text);

#endif
