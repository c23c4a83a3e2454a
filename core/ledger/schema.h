/* The tables of the ledger and how they came to be, version by version. */
#ifndef CORE_LEDGER_SCHEMA_H
#define CORE_LEDGER_SCHEMA_H

#include "core/ledger/db.h"

enum { SCHEMA_VERSION = 6 };

/* Make version SCHEMA_VERSION in an empty database.  Inside the caller's transaction. */
enum rc schema_create(struct db *d, struct err *e);

/* The file's version: ours, or an older one that schema_forward knows.  RC_UNSUPPORTED where it is newer than this
 * program or has other tables; RC_INVALID where it is no ledger. */
enum rc schema_check(struct db *d, int *version, struct err *e);

/* Carry the tables of an older version to SCHEMA_VERSION.  Inside the caller's transaction; there is no way back. */
enum rc schema_forward(struct db *d, int from, struct err *e);

#endif
