/* Bytes from a terminal to keys.  Our own rather than ncurses': replies, acknowledgements, pasted text and the mouse
 * come through the same line as keys and must never be taken for commands.  UI thread. */
#ifndef TUI_INPUT_H
#define TUI_INPUT_H

#include <stddef.h>

#include "tui/key.h"

struct input {
	unsigned char bytes[512];
	size_t n;
	bool pasting;
};

/* Add what was read.  What does not fit is dropped: nobody types 512 bytes between two looks. */
void input_add(struct input *in, const void *bytes, size_t n);

/* The next whole key.  False: nothing, or the start of a sequence; with `final` (the line was quiet long
 * enough) a lone ESC is the Esc key and a cut-off sequence is dropped. */
bool input_next(struct input *in, struct key *out, bool final);

/* Is something waiting for more bytes?  Then the caller polls with a short time limit. */
bool input_partial(const struct input *in);

#endif
