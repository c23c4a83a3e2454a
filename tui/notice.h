/* What people must hear while they work, without asking: officers of locked accounts, everybody of anchors that do
 * not get to their places.  Read by the ledger worker as often as it asks after the session, told by the UI. */
#ifndef TUI_NOTICE_H
#define TUI_NOTICE_H

#include "core/ledger/account.h"

enum notice_kind { NOTICE_LOCKS, NOTICE_ANCHORS, NOTICES };
enum { NOTICE_TEXT = 220 };

/* "" where there is nothing to tell. */
struct notices {
	char text[NOTICES][NOTICE_TEXT];
};
void notice_read(struct ledger *l, const struct session *s, struct notices *out);

struct app;
/* Tell what is new; and again every minute what still holds, where nothing else is on the line. */
void notice_tell(struct app *app, const struct notices *now);

#endif
