/* What a site sets for its archive. */
#include "core/ledger/setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/account_in.h"
#include "core/ledger/ledger_in.h"

/* A copy of the anchors inside the archive would go with it. */
static enum rc
check_outside(struct ledger *l, const char *value, struct err *e)
{
	char *folder = realpath(l->folder, NULL), *copy = mem_string(value), *parent = NULL, *slash;
	size_t n = folder != NULL ? strlen(folder) : 0;
	enum rc rc = RC_OK;

	slash = strrchr(copy, '/');
	if (value[0] == '/' && slash != NULL) {
		*slash = '\0';
		parent = realpath(*copy != '\0' ? copy : "/", NULL);
	}
	if (parent == NULL)
		rc = err_set(
			e, RC_INVALID, "it is the whole path of a file in a folder that is there");
	else if (n > 0 && strncmp(parent, folder, n) == 0 && (parent[n] == '/' || parent[n] == '\0'))
		rc = err_set(e, RC_INVALID, "it lies in the archive: a second place is elsewhere");
	free(folder);
	free(copy);
	free(parent);
	return rc;
}

static enum rc
check_url(struct ledger *l, const char *value, struct err *e)
{
	(void)l;
	return strncmp(value, "https://", 8) == 0 || strncmp(value, "http://", 7) == 0
		? RC_OK
		: err_set(e, RC_INVALID, "it begins with https:// or http://");
}

/* Its whole form is checked where it is used (core/net/smtp.h), which the ledger does not know. */
static enum rc
check_mail_address(struct ledger *l, const char *value, struct err *e)
{
	(void)l;
	return (strncmp(value, "smtps://", 8) == 0 || strncmp(value, "smtp://", 7) == 0) &&
			strchr(value, '@') == NULL
		? RC_OK
		: err_set(e, RC_INVALID,
			  "it is smtps://host:port or smtp://host:port, without user and password");
}

static enum rc
check_mail_from(struct ledger *l, const char *value, struct err *e)
{
	const char *at = strchr(value, '@');

	(void)l;
	return at != NULL && at != value && at[1] != '\0' && strpbrk(value, " <>,;") == NULL
		? RC_OK
		: err_set(e, RC_INVALID, "it is an e-mail address: name@place");
}

#define NUMBER(name_, help_, fallback_, least_, most_) \
	{ \
		.name = name_, .help = help_, .fallback = fallback_, .least = least_, \
		.most = most_ \
	}

const struct setting_info setting_table[SETTING_COUNT] = {
	[SETTING_PASSWORD_DAYS] = NUMBER("password-days",
		"days after which a password must be replaced; 0: never", 365, 0, 3650),
	[SETTING_LEASE_MINUTES] = NUMBER("lease-minutes",
		"minutes that a series stays with who opened it, after the last sign of life", 10,
		1, 240),
	[SETTING_SIGN_ID] = NUMBER("sign-id",
		"1: each signature asks for id and password; 0: only the first of a session does",
		0, 0, 1),
	[SETTING_DOUBLE_PERCENT] = NUMBER("double-read-percent",
		"share of series that two people read, each step by itself", 0, 0, 100),
	[SETTING_REPEAT_PERCENT] = NUMBER("repeat-percent",
		"share of series that their first reader gets again, to measure how he agrees with "
		"himself",
		0, 0, 100),
	[SETTING_REPEAT_DAYS] = NUMBER("repeat-days", "days until then", 14, 1, 365),
	[SETTING_PLAN_SEED] =
		NUMBER("plan-seed", "the number that these shares are drawn by", 0, 0, 1000000000),
	[SETTING_IDLE_MINUTES] = NUMBER("idle-minutes",
		"minutes without a key until a workstation locks itself", 15, 1, 30),
	[SETTING_SESSION_HOURS] = NUMBER("session-hours",
		"hours after its login when a session ends, whatever is going on", 12, 1, 24),
	[SETTING_CLOCK_SYNC] = NUMBER("clock-sync",
		"1: nothing is signed while the kernel says that its clock is not synchronised", 0,
		0, 1),
	[SETTING_TRAINING] = NUMBER("training",
		"1: a role that does steps of work is active only once training for it is recorded",
		0, 0, 1),
	[SETTING_ANCHOR_MINUTES] = NUMBER("anchor-minutes",
		"minutes after which an open workstation or command writes another anchor", 15, 1,
		1440),
	[SETTING_ANCHOR_MISSED] = NUMBER("anchor-missed",
		"anchors that may fail to reach a place until nothing is signed; 0: any number", 0,
		0, 1000),
	[SETTING_CACHE_MEMORY] = NUMBER("cache-memory",
		"MiB of images from sources that a program keeps in memory", 512, 16, 65536),
	[SETTING_CACHE_DISK] = NUMBER("cache-disk",
		"MiB of images from sources that are kept on disk, encrypted", 8192, 0, 16777216),
	[SETTING_ANCHOR_SYSLOG] =
		NUMBER("anchor-syslog", "1: anchors go to the system's log too", 0, 0, 1),
	[SETTING_ANCHOR_FILE] = { "anchor-file", "a file outside the archive that gets each anchor",
		.text = check_outside },
	[SETTING_ANCHOR_URL] = { "anchor-url", "an address that each anchor is posted to",
		.text = check_url },
	[SETTING_MAIL_ADDRESS] = { "mail-address",
		"the mail server that reports to sites go to: smtps://host:port, or smtp:// with "
		"STARTTLS",
		.text = check_mail_address },
	[SETTING_MAIL_FROM] = { "mail-from", "the address that they come from, for answers",
		.text = check_mail_from },
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

bool
setting_text(struct ledger *l, enum setting which, char to[SETTING_TEXT])
{
	struct stmt *s = db_query(ledger_db(l), "SELECT value FROM setting WHERE name = $1");

	stmt_text(s, 1, setting_table[which].name);
	str_copy(to, SETTING_TEXT, stmt_step(s, NULL) == RC_OK ? stmt_get_text(s, 0) : "");
	stmt_done(s);
	return to[0] != '\0';
}

void
setting_show(struct ledger *l, enum setting which, char to[SETTING_TEXT])
{
	if (setting_table[which].text != NULL)
		setting_text(l, which, to);
	else
		snprintf(to, SETTING_TEXT, "%lld", (long long)setting_number(l, which));
}

static enum rc
check_text(struct ledger *l, const struct setting_info *info, const char *value, struct err *e)
{
	struct err why = { 0 };

	if (strlen(value) >= SETTING_TEXT || !account_clean(value))
		return err_set(e, RC_INVALID, "%s: too long, or characters that cannot be shown",
			info->name);
	return *value == '\0' || info->text(l, value, &why) == RC_OK
		? RC_OK
		: err_set(e, RC_INVALID, "%s: %s", info->name, why.text);
}

enum rc
setting_check(struct ledger *l, enum setting which, const char *value, char kept[SETTING_TEXT],
	struct err *e)
{
	const struct setting_info *info = &setting_table[which];
	long v;

	if (info->text != NULL) {
		str_copy(kept, SETTING_TEXT, value);
		return check_text(l, info, value, e);
	}
	if (!str_int(value, info->least, info->most, &v))
		return err_set(e, RC_INVALID, "%s is a number from %ld to %ld", info->name,
			info->least, info->most);
	snprintf(kept, SETTING_TEXT, "%ld", v);
	return RC_OK;
}
