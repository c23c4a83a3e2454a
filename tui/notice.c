/* What people must hear while they work. */
#include "tui/notice.h"

#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/ledger/anchor.h"
#include "tui/app.h"

enum { AGAIN_US = 60000000 };

void
notice_read(struct ledger *l, const struct session *s, struct notices *out)
{
	struct account_notice n = { 0 };

	memset(out, 0, sizeof(*out));
	if (session_has_role(s, "officer"))
		account_notice(l, s, &n, NULL);
	if (n.locked > 0)
		snprintf(out->text[NOTICE_LOCKS], NOTICE_TEXT,
			"%lld account%s locked: %s (wetread user list)", (long long)n.locked,
			n.locked == 1 ? "" : "s", n.who);
	anchor_warning(l, out->text[NOTICE_ANCHORS], NOTICE_TEXT);
}

/* One at a time: the other is as new at the next look. */
void
notice_tell(struct app *app, const struct notices *now)
{
	bool told = false,
	     again = app->status[0] == '\0' && clock_mono_us() - app->notice_us > AGAIN_US;

	for (int i = 0; i < NOTICES; i++) {
		const char *text = now->text[i];

		if (*text == '\0')
			app->notices.text[i][0] = '\0';
		if (*text == '\0' || told || (strcmp(text, app->notices.text[i]) == 0 && !again))
			continue;
		app_say(app, STYLE_WARN, "%s", text);
		strcpy(app->notices.text[i], text);
		app->notice_us = clock_mono_us();
		told = true;
	}
}
