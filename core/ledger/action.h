/* The actions of the log: what each is done to and what its data holds (action.def).  Any thread. */
#ifndef CORE_LEDGER_ACTION_H
#define CORE_LEDGER_ACTION_H

#include "core/base/err.h"
#include "core/ledger/ledger.h"

/* RC_INVALID, naming action and field, where the action is none of action.def, is done to another kind of object, or where a
 * field of its data is missing, of another type, or not one of its own.  Asked for every event before it is written; the
 * values themselves are the writer's to check.  The event is only read. */
enum rc action_check(const struct event *ev, struct err *e);

#endif
