/* What a site sets for its archive. */
#include "core/ledger/setting.h"

#include <string.h>

#include "core/base/str.h"

const struct setting_info setting_table[SETTING_COUNT] = {
	[SETTING_PASSWORD_DAYS] = { "password-days",
		"days after which a password must be replaced; 0: never", 365, 0, 3650 },
	[SETTING_LEASE_MINUTES] = { "lease-minutes",
		"minutes that a series stays with who opened it, after the last sign of life", 10,
		1, 240 },
	[SETTING_SIGN_ID] = { "sign-id",
		"1: each signature asks for id and password; 0: only the first of a session does",
		0, 0, 1 },
	[SETTING_DOUBLE_PERCENT] = { "double-read-percent",
		"share of series that two people read, each step by itself", 0, 0, 100 },
	[SETTING_REPEAT_PERCENT] = { "repeat-percent",
		"share of series that their first reader gets again, to measure how he agrees with "
		"himself",
		0, 0, 100 },
	[SETTING_REPEAT_DAYS] = { "repeat-days", "days until then", 14, 1, 365 },
	[SETTING_PLAN_SEED] = { "plan-seed", "the number that these shares are drawn by", 0, 0,
		1000000000 },
	[SETTING_IDLE_MINUTES] = { "idle-minutes",
		"minutes without a key until a workstation locks itself", 15, 1, 30 },
	[SETTING_SESSION_HOURS] = { "session-hours",
		"hours after its login when a session ends, whatever is going on", 12, 1, 24 },
};

enum setting
setting_find(const char *name)
{
	int i = 0;

	while (i < SETTING_COUNT && strcmp(setting_table[i].name, name) != 0)
		i++;
	return (enum setting)i;
}

int64_t
setting_number(struct ledger *l, enum setting which)
{
	const struct setting_info *info = &setting_table[which];
	struct stmt *s = db_query(ledger_db(l), "SELECT value FROM setting WHERE name = $1");
	long v = info->fallback;

	stmt_text(s, 1, info->name);
	if (stmt_step(s, NULL) == RC_OK)
		str_int(stmt_get_text(s, 0), info->least, info->most, &v);
	stmt_done(s);
	return v;
}
