/* What the calendar shows of one study: each subject's visits, planned and come, with what is found of them.  Read by a worker's
 * thread, then it does not change. */
#ifndef TUI_CALENDAR_PAGE_H
#define TUI_CALENDAR_PAGE_H

#include "core/study/comply.h"
#include "core/study/study.h"

enum { CALENDAR_ROWS_MOST = 20000 };

struct ledger;

struct calendar_cell {
	enum comply_visit_state state;
	bool planned_known, actual_known;
	int64_t planned, first, last, actual, off; /* days, as in comply.h */
	size_t there, asked;                       /* its series */
	size_t finding, findings;                  /* of calendar_page.finding */
};
struct calendar_row {
	char site[STUDY_ID], subject[STUDY_ID];
	size_t findings; /* of all its visits */
};
struct calendar_page {
	char study[STUDY_ID]; /* "" none was applied */
	int which, studies;   /* of so many, by name */
	char (*visit)[STUDY_ID];
	struct calendar_row *row;
	struct calendar_cell *cell; /* of row r at visit v: cell[r * visits + v] */
	char **finding;
	size_t visits, rows, findings, more; /* more: subjects beyond CALENDAR_ROWS_MOST */
};

/* Study number `which` of those that were applied, counted round; where one of the account's roles is held. */
enum rc calendar_page_read(struct ledger *l, const char *account, int which,
	struct calendar_page **out, struct err *e);
void calendar_page_free(struct calendar_page *p); /* NULL is allowed */

#endif
