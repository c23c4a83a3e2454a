/* Anchors that go to an address: what `wetread anchor` does, and how that is begun by those who wait for nobody. */
#ifndef CORE_ARCHIVE_POST_H
#define CORE_ARCHIVE_POST_H

#include "core/ledger/ledger.h"

/* Post the last anchor where it has not got to the site's address yet, and keep how that went.  Takes up to 20 s. */
enum rc post_anchor(struct ledger *l, struct err *e);

/* Does one wait to be posted?  Cheap: for a tick. */
bool post_waits(struct ledger *l);

/* Begin `program anchor` on the archive, in a process of its own that outlives this one. */
void post_apart(const char *archive);

#endif
