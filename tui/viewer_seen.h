/* What was on the glass of the open series: looks as they come, which slices are seen by the rule of the step, where to
 * look next.  UI thread. */
#ifndef TUI_VIEWER_SEEN_H
#define TUI_VIEWER_SEEN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/ledger/look.h"

enum { SEEN_WINDOWS = 64 };
#define SEEN_NONE SIZE_MAX

struct viewer_seen {
	uint32_t slices;
	struct look_rule rule; /* by which slices count as seen, on steps that ask for nothing too */
	char *whole;           /* one '0' or '1' a slice, NUL at the end */
	uint32_t count;        /* of '1' */
	struct look *looks;
	bool *changed; /* of each look: not saved yet */
	size_t *next;  /* of each look: the one before it of the same slice, SEEN_NONE none */
	size_t *last;  /* of each slice: its last look */
	size_t n, room;
	size_t current;   /* the look on the glass, n: none */
	int64_t since;    /* when it came there, monotonic us */
	unsigned windows; /* different ones, as many as are told apart */
	char window[SEEN_WINDOWS][LOOK_WINDOW];
};

/* Swallows kept->looks.  A rule that asks for nothing is replaced by the usual one: the count is still told. */
void seen_take(
	struct viewer_seen *s, uint32_t slices, const struct look_rule *rule, struct seen *kept);
void seen_release(struct viewer_seen *s);

/* A look came onto the glass; `answered`: the terminal said so.  What was there before has its time added. */
void seen_on_glass(struct viewer_seen *s, const struct look *l, bool answered, int64_t now_us);
/* Nothing that counts is on the glass any longer. */
void seen_off_glass(struct viewer_seen *s);

/* The looks that changed since the last call, to be saved; free() *out.  Returns how many. */
size_t seen_changed(struct viewer_seen *s, struct look **out);

/* The next part that was not seen, beginning with slice `from`: its slice and, of an image that was on the glass before,
 * image pixels (width 0: the whole of it).  False: all was seen. */
struct seen_part {
	uint32_t slice, left, top, width, height;
};
bool seen_next(const struct viewer_seen *s, uint32_t from, struct seen_part *out);

#endif
