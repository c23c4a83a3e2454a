/* What people type to choose events, into a filter and back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/catalog.h"
#include "core/ledger/history.h"

enum { WORD = 128 };

static bool
is_session(const char *text)
{
	return strlen(text) == 32 && strspn(text, "0123456789abcdef") == 32;
}

enum rc
history_object(struct ledger *l, const char *text, struct history_filter *f, struct err *e)
{
	struct err ignored = { 0 };
	const char *kind = "account", *object = text;
	char number[24];
	int64_t series;
	enum rc rc = RC_NOT_FOUND;

	if (strlen(text) >= sizeof(f->object))
		return err_set(
			e, RC_INVALID, "%.40s... is neither series, account nor archive", text);
	if (strcmp(text, "archive") == 0) {
		kind = "archive";
		object = ledger_id(l);
	} else if (is_session(text)) {
		kind = "session";
	} else {
		rc = catalog_series_id(l, text, &series, &ignored);
	}
	if (rc == RC_OK) {
		kind = "series";
		snprintf(number, sizeof(number), "%lld", (long long)series);
		object = number;
	} else if (rc != RC_NOT_FOUND) {
		return err_set(e, rc, "%s", ignored.text);
	}
	str_copy(f->kind, sizeof(f->kind), kind);
	str_copy(f->object, sizeof(f->object), object);
	return RC_OK;
}

/* ---- times ---- */

/* Seconds that each form of a time names: a day, a minute, a second. */
static const int64_t form_lasts[] = { 86400, 60, 1 };

static bool
scan_time(const char *text, size_t form, struct tm *tm)
{
	int v[6] = { 0 }, end = 0, got;

	switch (form) { /* one format string each, so that the compiler sees its arguments */
	case 0:
		got = sscanf(text, "%4d-%2d-%2d%n", v, v + 1, v + 2, &end);
		break;
	case 1:
		got = sscanf(text, "%4d-%2d-%2dT%2d:%2d%n", v, v + 1, v + 2, v + 3, v + 4, &end);
		break;
	default:
		got = sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", v, v + 1, v + 2, v + 3, v + 4,
			v + 5, &end);
	}
	if (got < 3 || end == 0 || (text[end] != '\0' && strcmp(text + end, "Z") != 0))
		return false;
	*tm = (struct tm){ .tm_year = v[0] - 1900,
		.tm_mon = v[1] - 1,
		.tm_mday = v[2],
		.tm_hour = v[3],
		.tm_min = v[4],
		.tm_sec = v[5] };
	return true;
}

/* 2026-02-30 is no day: what timegm makes of it must be what was typed. */
static bool
is_real(const struct tm *typed, time_t *at)
{
	struct tm made = *typed;

	*at = timegm(&made);
	return typed->tm_year >= 70 && made.tm_year == typed->tm_year &&
		made.tm_mon == typed->tm_mon && made.tm_mday == typed->tm_mday &&
		made.tm_hour == typed->tm_hour && made.tm_min == typed->tm_min &&
		made.tm_sec == typed->tm_sec;
}

enum rc
history_time(const char *text, bool end, int64_t *out, struct err *e)
{
	for (size_t i = 0; i < MEM_COUNT(form_lasts); i++) {
		struct tm tm;
		time_t at;

		if (!scan_time(text, i, &tm) || !is_real(&tm, &at))
			continue;
		*out = ((int64_t)at + (end ? form_lasts[i] : 0)) * 1000000;
		return RC_OK;
	}
	return err_set(e, RC_INVALID,
		"%.30s is no time: say 2026-11-22 or 2026-11-22T10:43, in UTC", text);
}

/* ---- words ---- */

static enum rc
copy_name(char *to, size_t size, const char *text, struct err *e)
{
	for (const char *p = text; *p != '\0'; p++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789._-", *p) == NULL)
			return err_set(e, RC_INVALID, "%.30s is no name of a user or action", text);
	return str_copy(to, size, text)
		? RC_OK
		: err_set(e, RC_INVALID, "%.30s... is no name of a user or action", text);
}

static enum rc
take_user(struct ledger *l, const char *v, struct history_filter *f, struct err *e)
{
	(void)l;
	return copy_name(f->user, sizeof(f->user), v, e);
}

static enum rc
take_action(struct ledger *l, const char *v, struct history_filter *f, struct err *e)
{
	(void)l;
	return copy_name(f->action, sizeof(f->action), v, e);
}

static enum rc
take_from(struct ledger *l, const char *v, struct history_filter *f, struct err *e)
{
	(void)l;
	return history_time(v, false, &f->from, e);
}

static enum rc
take_to(struct ledger *l, const char *v, struct history_filter *f, struct err *e)
{
	(void)l;
	return history_time(v, true, &f->to, e);
}

static const struct {
	const char *name;
	enum rc (*take)(struct ledger *l, const char *v, struct history_filter *f, struct err *e);
} words_known[] = {
	{ "user:", take_user },
	{ "action:", take_action },
	{ "object:", history_object },
	{ "from:", take_from },
	{ "to:", take_to },
};

static enum rc
take_word(struct ledger *l, const char *word, struct history_filter *f, struct err *e)
{
	for (size_t i = 0; i < MEM_COUNT(words_known); i++) {
		size_t n = strlen(words_known[i].name);

		if (strncmp(word, words_known[i].name, n) == 0 && word[n] != '\0')
			return words_known[i].take(l, word + n, f, e);
	}
	return err_set(e, RC_INVALID,
		"%.30s: say user:ID action:NAME object:S-0042 from:2026-11-01 to:2026-11-30", word);
}

enum rc
history_words(struct ledger *l, const char *words, struct history_filter *f, struct err *e)
{
	enum rc rc = RC_OK;
	char word[WORD];

	memset(f, 0, sizeof(*f));
	while (rc == RC_OK) {
		size_t n;

		words += strspn(words, " ");
		n = strcspn(words, " ");
		if (n == 0)
			break;
		snprintf(word, sizeof(word), "%.*s", (int)(n < WORD - 1 ? n : WORD - 1), words);
		words += n;
		rc = take_word(l, word, f, e);
	}
	return rc;
}

void
history_filter_text(const struct history_filter *f, char *to, size_t size)
{
	char from[CLOCK_TEXT] = "", before[CLOCK_TEXT] = "";
	const struct {
		const char *name, *value;
	} parts[] = {
		{ "user:", f->user },
		{ "action:", f->action },
		{ "kind:", f->kind },
		{ "object:", f->object },
		{ "from:", from },
		{ "before:", before },
	};
	size_t used = 0;

	if (f->from != 0)
		clock_format(f->from, from);
	if (f->to != 0)
		clock_format(f->to, before);
	to[0] = '\0';
	for (size_t i = 0; i < MEM_COUNT(parts) && used < size; i++)
		if (parts[i].value[0] != '\0')
			used += (size_t)snprintf(to + used, size - used, "%s%s%s",
				used > 0 ? " " : "", parts[i].name, parts[i].value);
}
