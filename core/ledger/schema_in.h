/* The text of the tables and their first rows, for schema.c. */
#ifndef CORE_LEDGER_SCHEMA_IN_H
#define CORE_LEDGER_SCHEMA_IN_H

#include "core/base/buf.h"
#include "core/ledger/schema.h"

/* schema_text.c: what each version added, and all of it for the newest. */
extern const char schema_tables_2[], schema_tables_3[], schema_tables_4[], schema_tables_5[],
	schema_tables_6[];
void schema_layout(struct buf *b);

/* schema_rows.c: the steps of work, with moves and meanings; moves and meanings alone; meanings that are not there
 * yet; the step of adjudication alone,
 * for ledgers from before there was one. */
enum rc schema_steps(struct db *d, struct err *e);
enum rc schema_meanings(struct db *d, struct err *e);
enum rc schema_moves(struct db *d, struct err *e);
enum rc schema_adjudication(struct db *d, struct err *e);

#endif
