/* Which key means which command: keymaps/default.keys as compiled in, and the user's files on top. */
#ifndef TUI_KEYMAP_H
#define TUI_KEYMAP_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "tui/command.h"
#include "tui/key.h"

struct keymap;

/* The built-in default. */
struct keymap *keymap_new(void);
void keymap_free(struct keymap *k);

/* Add bindings.  A bad line is told as "name:line: ..." to *complaints, and left out; the others count.
 * Returns how many lines were bad. */
int keymap_add(struct keymap *k, const char *name, const char *text, struct buf *complaints);
/* The same from a file; RC_NOT_FOUND where there is none. */
enum rc keymap_load(struct keymap *k, const char *path, struct buf *complaints, struct err *e);

/* The command of a key: in `section`, then in `next` (NULL: none), then in "common"; CMD_NONE. */
enum command keymap_find(
	const struct keymap *k, const char *section, const char *next, key_code key);

/* The first key bound to a command in these sections, for key lines and help; "" none. */
const char *keymap_key_of(
	const struct keymap *k, const char *section, const char *next, enum command c, char to[16]);

/* Each binding of one section in the order of the file. */
void keymap_each(const struct keymap *k, const char *section,
	void (*each)(void *ctx, key_code key, enum command c), void *ctx);

/* The text of default.keys, as shipped. */
extern const char keymap_default[];

#endif
