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
	SETTING_CLOCK_SYNC,
	SETTING_TRAINING,
	SETTING_ANCHOR_MINUTES,
	SETTING_ANCHOR_MISSED,
	SETTING_CACHE_MEMORY,
	SETTING_CACHE_DISK,
	SETTING_ANCHOR_SYSLOG,
	SETTING_ANCHOR_FILE,
	SETTING_ANCHOR_URL,
	SETTING_MAIL_ADDRESS,
	SETTING_MAIL_FROM,
	SETTING_COUNT
};

enum { SETTING_TEXT = 512 };

struct setting_info {
	const char *name, *help;
	long fallback, least, most; /* of a number */
	/* of a text, empty unless it is set: RC_INVALID says what it has to be */
	enum rc (*text)(struct ledger *l, const char *value, struct err *e);
};
extern const struct setting_info setting_table[SETTING_COUNT];

/* The setting of this name, SETTING_COUNT where there is none. */
enum setting setting_find(const char *name);
int64_t setting_number(struct ledger *l, enum setting s);
/* False, and "", where it is empty. */
bool setting_text(struct ledger *l, enum setting s, char to[SETTING_TEXT]);
/* As people see it, of either kind. */
void setting_show(struct ledger *l, enum setting s, char to[SETTING_TEXT]);
/* May it have this value?  As it is then kept. */
enum rc setting_check(struct ledger *l, enum setting s, const char *value, char kept[SETTING_TEXT],
	struct err *e);

#endif
