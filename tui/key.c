/* Names of keys. */
#include "tui/key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

static const struct {
	const char *name;
	key_code code;
} names[] = {
	{ "Enter", K_ENTER },
	{ "Esc", K_ESC },
	{ "Tab", K_TAB },
	{ "S-Tab", K_BACKTAB },
	{ "BS", K_BACKSPACE },
	{ "Up", K_UP },
	{ "Down", K_DOWN },
	{ "Left", K_LEFT },
	{ "Right", K_RIGHT },
	{ "PgUp", K_PAGE_UP },
	{ "PgDn", K_PAGE_DOWN },
	{ "Home", K_HOME },
	{ "End", K_END },
	{ "Ins", K_INSERT },
	{ "Del", K_DELETE },
	{ "Space", ' ' },
};

bool
key_parse(const char *text, key_code *out)
{
	key_code flags = 0;
	size_t n;

	if (strncmp(text, "C-", 2) == 0 && text[2] != '\0') {
		flags = KEY_CTRL;
		text += 2;
	} else if (strncmp(text, "M-", 2) == 0 && text[2] != '\0') {
		flags = KEY_ALT;
		text += 2;
	}
	for (size_t i = 0; i < MEM_COUNT(names); i++)
		if (strcmp(names[i].name, text) == 0) {
			*out = names[i].code | flags;
			return true;
		}
	if (text[0] == 'F' && text[1] >= '1' && text[1] <= '9' && atoi(text + 1) <= 12) {
		*out = (key_code)(K_F1 + atoi(text + 1) - 1) | flags;
		return true;
	}
	*out = str_next(text, &n) | flags;
	return n > 0 && text[n] == '\0';
}

const char *
key_text(key_code k, char to[16])
{
	const char *prefix = k & KEY_CTRL ? "C-" : k & KEY_ALT ? "M-" : "";
	key_code bare = k & ~(key_code)(KEY_CTRL | KEY_ALT);

	for (size_t i = 0; i < MEM_COUNT(names); i++)
		if (names[i].code == bare) {
			snprintf(to, 16, "%s%s", prefix, names[i].name);
			return to;
		}
	if (bare >= K_F1 && bare <= K_F12)
		snprintf(to, 16, "%sF%d", prefix, (int)(bare - K_F1) + 1);
	else if (bare < 0x80)
		snprintf(to, 16, "%s%c", prefix, (char)bare);
	else
		snprintf(to, 16, "%sU+%04X", prefix, (unsigned)bare);
	return to;
}
