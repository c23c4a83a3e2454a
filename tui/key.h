/* Keys as the keymap knows them: a code point, or one of the names below, with Ctrl or Alt. */
#ifndef TUI_KEY_H
#define TUI_KEY_H

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t key_code;

enum {
	KEY_SPECIAL = 0x200000, /* above every code point */
	KEY_CTRL = 0x1000000,
	KEY_ALT = 0x2000000,
};

enum key_name {
	K_ENTER = KEY_SPECIAL,
	K_ESC,
	K_TAB,
	K_BACKTAB,
	K_BACKSPACE,
	K_UP,
	K_DOWN,
	K_LEFT,
	K_RIGHT,
	K_PAGE_UP,
	K_PAGE_DOWN,
	K_HOME,
	K_END,
	K_INSERT,
	K_DELETE,
	K_F1,
	K_F12 = K_F1 + 11,
	K_NAMED_END,
	/* not bound in keymaps: what else a terminal says */
	K_ACK, /* CSI 0 n: everything before it was drawn */
	K_MOUSE,
	K_PASTE_BEGIN,
	K_PASTE_END,
	K_IGNORED /* a reply or a sequence nobody asked for */
};

enum mouse_action { MOUSE_PRESS, MOUSE_RELEASE, MOUSE_DRAG, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct key {
	key_code code;
	enum mouse_action mouse;
	int button, row, column; /* of the mouse; cells from 0 */
};

/* "a", "Space", "C-l", "M-x", "PgUp", "F5"...; false where the text names no key. */
bool key_parse(const char *text, key_code *out);
/* The same text back, static or in `to`. */
const char *key_text(key_code k, char to[16]);

#endif
