/* Which series are read twice, or again by the same person. */
#include "core/ledger/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ledger/charter.h"
#include "core/ledger/setting.h"

int
plan_draw(const char *tag, int64_t seed, const char *series_uid, const char *step)
{
	char number[24], hex[DIGEST_HEX], first[17];
	struct digest d;

	snprintf(number, sizeof(number), "%lld", (long long)seed);
	digest_begin(&d);
	digest_add(&d, tag, strlen(tag) + 1);
	digest_add(&d, number, strlen(number) + 1);
	digest_add(&d, series_uid, strlen(series_uid) + 1);
	digest_add(&d, step, strlen(step));
	digest_end(&d, hex);
	snprintf(first, sizeof(first), "%.16s", hex);
	return (int)(strtoull(first, NULL, 16) % 10000);
}

static bool
picks(struct ledger *l, const char *tag, enum setting share, const char *series_uid,
	const char *step)
{
	int64_t percent = setting_number(l, share);

	return percent > 0 &&
		plan_draw(tag, setting_number(l, SETTING_PLAN_SEED), series_uid, step) <
		percent * 100;
}

int64_t
plan_readings(struct ledger *l, const char *series_uid, const char *step)
{
	double share = charter_double_percent(l, series_uid, step);

	if (share >= 0)
		return plan_draw("DOUBLE-v1", setting_number(l, SETTING_PLAN_SEED), series_uid,
			       step) < share * 100
			? 2
			: 1;
	return picks(l, "DOUBLE-v1", SETTING_DOUBLE_PERCENT, series_uid, step) ? 2 : 1;
}

bool
plan_repeats(struct ledger *l, const char *series_uid, const char *step)
{
	return picks(l, "REPEAT-v1", SETTING_REPEAT_PERCENT, series_uid, step);
}

bool
plan_first_is_a(struct ledger *l, const char *series_uid, const char *step)
{
	return plan_draw("ORDER-v1", setting_number(l, SETTING_PLAN_SEED), series_uid, step) < 5000;
}
