/* The marks of burned-in text while they are drawn: editable and undoable until the fail that carries them is signed.
 * UI thread. */
#ifndef TUI_VIEWER_MARKS_H
#define TUI_VIEWER_MARKS_H

#include "core/ledger/mark.h"

enum { MARKS_UNDO = 64 };

struct marks_version {
	struct mark *list;
	size_t n;
};

struct viewer_marks {
	struct mark *list;
	size_t n;
	size_t chosen; /* the one that is edited; n: none */
	struct marks_version undo[MARKS_UNDO];
	unsigned undos;
	bool unsaved;
};

/* Swallows *list.  Those of a person who was here before. */
void marks_take(struct viewer_marks *m, struct mark **list, size_t n);
void marks_release(struct viewer_marks *m);

/* Each of these can be undone.  marks_add copies, and chooses the new one; false past MARKS_MOST. */
bool marks_add(struct viewer_marks *m, const struct mark *mark);
void marks_delete(struct viewer_marks *m);
/* The chosen mark, to be changed; NULL: none is chosen. */
struct mark *marks_change(struct viewer_marks *m);
bool marks_undo(struct viewer_marks *m);

void marks_choose_next(struct viewer_marks *m);
/* Does mark i lie over this slice? */
bool marks_on(const struct viewer_marks *m, size_t i, uint32_t slice);
/* "mark 2 of 3: box, shows a name, slices 4-9" */
void marks_text(const struct viewer_marks *m, char *to, size_t size);

#endif
