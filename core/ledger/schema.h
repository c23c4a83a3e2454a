/* The tables of the ledger and how they came to be, version by version. */
#ifndef CORE_LEDGER_SCHEMA_H
#define CORE_LEDGER_SCHEMA_H

#include "core/ledger/db.h"

enum { SCHEMA_VERSION = 2 };

/* Make version SCHEMA_VERSION in an empty database.  Inside the caller's transaction. */
enum rc schema_create(struct db *d, struct err *e);

/* RC_UNSUPPORTED where the file is newer than this program; RC_INVALID where it is no ledger. */
enum rc schema_check(struct db *d, struct err *e);

#endif
