/* Comma-separated values as RFC 4180 has them: quotes, line ends within quotes, CR LF or LF, a byte order mark.  No state;
 * any thread. */
#ifndef CORE_STUDY_CSV_H
#define CORE_STUDY_CSV_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

enum { CSV_BYTES = 4 * 1024 * 1024, CSV_ROWS = 20000, CSV_CELLS = 100 };

struct csv_row {
	char **cell; /* UTF-8, not cleaned */
	size_t cells;
};

struct csv {
	struct csv_row *row;
	size_t rows;
	char *text; /* the cells lie in it */
};

/* Rows that hold nothing are left out at the end only.  RC_INVALID or RC_LIMIT with *at, the number of the row from 1 (0:
 * the file), and the cause in *e; csv_free in any case. */
enum rc csv_read(struct csv *out, const char *text, size_t n, uint32_t *at, struct err *e);
void csv_free(struct csv *c); /* of a zeroed one too */

#endif
