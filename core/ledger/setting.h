/* What a site sets for its archive.  Read from the tables; written by an officer (office_set). */
#ifndef CORE_LEDGER_SETTING_H
#define CORE_LEDGER_SETTING_H

#include "core/ledger/ledger.h"

enum setting {
	SETTING_PASSWORD_DAYS,
	SETTING_LEASE_MINUTES,
	SETTING_SIGN_ID,
	SETTING_DOUBLE_PERCENT,
	SETTING_REPEAT_PERCENT,
	SETTING_REPEAT_DAYS,
	SETTING_PLAN_SEED,
	SETTING_IDLE_MINUTES,
	SETTING_SESSION_HOURS,
	SETTING_COUNT
};

struct setting_info {
	const char *name, *help;
	long fallback, least, most;
};
extern const struct setting_info setting_table[SETTING_COUNT];

/* The setting of this name, SETTING_COUNT where there is none. */
enum setting setting_find(const char *name);
int64_t setting_number(struct ledger *l, enum setting s);

#endif
