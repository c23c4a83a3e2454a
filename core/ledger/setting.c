/* What a site sets for its archive. */
#include "core/ledger/setting.h"

#include <string.h>

#include "core/base/str.h"

const struct setting_info setting_table[SETTING_COUNT] = {
	[SETTING_PASSWORD_DAYS] = { "password-days",
		"days after which a password must be replaced; 0: never", 365, 0, 3650 },
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
