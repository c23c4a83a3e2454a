/* What a password must not be. */
#include "core/ledger/password.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/keys.h"

enum {
	TAIL = 3,      /* characters behind a common password that make it no better */
	WALK = 4,      /* so many neighbours are a walk */
	LEFT = 4,      /* characters that must be left where the walks are taken out */
	DIFFERENT = 4, /* characters that must differ */
	PART = 3       /* an id or name shorter than this is inside by chance */
};

static const char *const common[] = {
#define P(text) text,
#include "core/ledger/password.def"
#undef P
};

/* Along these nobody has to think; backwards too. */
static const char *const walks[] = {
	"abcdefghijklmnopqrstuvwxyz",
	"12345678901234567890",
	"`1234567890-=",
	"!@#$%^&*()_+",
	"qwertyuiop[]",
	"asdfghjkl;'",
	"zxcvbnm,./",
	"qwertzuiop",
	"yxcvbnm",
	"azertyuiop",
	"qsdfghjklm",
	"wxcvbn",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
	"qazwsxedcrfvtgbyhnujmikolp",
	"1q2w3e4r5t6y7u8i9o0p",
};

/* Parts that a composed text does not have: what an accent of its own makes with the letter before it is another
 * character in NFC, and Hangul letters and kana marks likewise.  The last three have a simpler twin. */
static const struct {
	uint32_t first, last;
} uncomposed[] = {
	{ 0x0300, 0x036f },
	{ 0x1100, 0x11ff },
	{ 0x3099, 0x309a },
	{ 0x2126, 0x2126 },
	{ 0x212a, 0x212b },
};

static bool
is_composed(const char *password)
{
	size_t n;

	for (const char *p = password; *p != '\0'; p += n) {
		uint32_t c = str_next(p, &n);

		for (size_t i = 0; i < MEM_COUNT(uncomposed); i++)
			if (c >= uncomposed[i].first && c <= uncomposed[i].last)
				return false;
	}
	return true;
}

static bool
is_common(const char *folded)
{
	for (size_t i = 0; i < MEM_COUNT(common); i++) {
		size_t n = strlen(common[i]);

		if (strncmp(folded, common[i], n) == 0 && strlen(folded + n) <= TAIL)
			return true;
	}
	return false;
}

/* How many characters of p go along a walk from its character at k, `step` 1 or -1. */
static size_t
along(const char *p, const char *walk, size_t k, int step)
{
	size_t n = 0, length = strlen(walk);

	while (p[n] != '\0' && k < length && p[n] == walk[k]) {
		n++;
		k += (size_t)step; /* below 0 is far above length */
	}
	return n;
}

static size_t
longest_walk(const char *p)
{
	size_t most = 0;

	for (size_t w = 0; w < MEM_COUNT(walks); w++)
		for (size_t k = 0; walks[w][k] != '\0'; k++) {
			size_t on = along(p, walks[w], k, 1), back = along(p, walks[w], k, -1);

			most = on > most ? on : most;
			most = back > most ? back : most;
		}
	return most;
}

static bool
is_walk(const char *folded)
{
	size_t left = 0, n;

	for (const char *p = folded; *p != '\0'; p += n) {
		size_t walk = longest_walk(p);

		str_next(p, &n);
		if (walk >= WALK)
			n = walk;
		else
			left++;
	}
	return left < LEFT;
}

static bool
is_monotonous(const char *password)
{
	uint32_t seen[DIFFERENT];
	size_t count = 0, n, i;

	for (const char *p = password; *p != '\0' && count < DIFFERENT; p += n) {
		uint32_t c = str_next(p, &n);

		for (i = 0; i < count && seen[i] != c; i++)
			;
		if (i == count)
			seen[count++] = c;
	}
	return count < DIFFERENT;
}

/* Is `part` inside, with its blanks or without them? */
static bool
holds(const char *folded, const char *part)
{
	char with[256], without[256];
	size_t n = 0;

	str_fold(with, sizeof(with), part);
	for (const char *p = with; *p != '\0'; p++)
		if (*p != ' ')
			without[n++] = *p;
	without[n] = '\0';
	return n >= PART && (strstr(folded, with) != NULL || strstr(folded, without) != NULL);
}

static enum rc
check_folded(const char *folded, const char *user, const char *name, struct err *e)
{
	if (is_common(folded))
		return err_set(
			e, RC_INVALID, "this password is one of those that everybody tries first");
	if (holds(folded, user) || holds(folded, name))
		return err_set(e, RC_INVALID, "a password may not hold the user id or the name");
	if (is_walk(folded))
		return err_set(e, RC_INVALID,
			"this password is little more than a walk over the keyboard or the "
			"alphabet");
	return RC_OK;
}

enum rc
password_check(const char *password, const char *user, const char *name, struct err *e)
{
	char folded[4 * KEY_PASSWORD_MOST + 1];
	enum rc rc = key_password_check(password, e);

	if (rc != RC_OK)
		return rc;
	if (!is_composed(password))
		return err_set(e, RC_INVALID,
			"a password takes no accents of their own: type each letter with its "
			"accent as one");
	if (is_monotonous(password))
		return err_set(e, RC_INVALID, "a password has at least %d different characters",
			DIFFERENT);
	str_fold(folded, sizeof(folded), password);
	rc = check_folded(folded, user, name, e);
	key_wipe(folded, sizeof(folded));
	return rc;
}
