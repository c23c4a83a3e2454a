/* How other screens open a query. */
#ifndef TUI_QUERY_H
#define TUI_QUERY_H

#include "core/ledger/query.h"

/* Argument of scr_query_ops.open. */
struct query_argument {
	int64_t id;
};

#endif
