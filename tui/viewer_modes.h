/* Other ways to look at a series than slice by slice: its contact sheet, its projections, beside another series.  All are
 * pictures of the same viewport; what was seen slice by slice is not touched by them.  UI thread. */
#ifndef TUI_VIEWER_MODES_H
#define TUI_VIEWER_MODES_H

#include "tui/viewer_facts.h"
#include "tui/viewport.h"

enum viewer_mode { VIEW_SLICES, VIEW_MOSAIC, VIEW_PROJECTION, VIEW_PAIR };

enum { PAIR_CANDIDATES = 16 };

/* The series that stands beside. */
struct viewer_pair {
	int64_t candidate[PAIR_CANDIDATES]; /* of the same subject, likest first */
	size_t candidates, at;
	int64_t series; /* 0: none is open */
	uint32_t slices;
	char name[96]; /* "S-0042 V1 AX T2 TSE" */
};

struct viewer_modes {
	enum viewer_mode mode;
	struct viewport slices;    /* the viewport as it was, to come back to */
	struct slides_sheet sheet; /* of the contact sheet */
	uint32_t pages, cell;      /* the cursor of the contact sheet, a slice from 0 */
	struct viewer_pair pair;
};

/* Into a mode, or out of it where it is the one already. */
void modes_toggle(struct app *app, struct viewer_modes *m, struct viewer_facts *f,
	struct viewport *v, enum viewer_mode mode);
/* Back to the slices, at `slice`.  Nothing where that is the mode. */
void modes_leave(struct app *app, struct viewer_modes *m, struct viewport *v, uint32_t slice);
/* The window changed its size. */
void modes_layout(
	struct app *app, struct viewer_modes *m, struct viewer_facts *f, struct viewport *v);

/* Beside the series of m->pair, whose slices are known to app->slides. */
void modes_pair(struct app *app, struct viewer_modes *m, struct viewport *v);

/* The next projection. */
void modes_next_projection(struct app *app, struct viewer_modes *m, struct viewport *v);
/* Move the cursor of the contact sheet, or the pair, by so many slices. */
void modes_move(struct app *app, struct viewer_modes *m, struct viewer_facts *f, struct viewport *v,
	int64_t by);

/* The slice that Enter opens: under the cursor, or behind the brightest pixel shown.  False: none yet. */
bool modes_chosen(
	struct app *app, const struct viewer_modes *m, const struct viewport *v, uint32_t *slice);
/* The slice under a cell of the screen that was clicked. */
bool modes_clicked(struct app *app, const struct viewer_modes *m, const struct viewport *v, int row,
	int column, uint32_t *slice);

/* What is shown, for the facts: "mosaic 1/3, at slice 17", "maximum of 60 slices"; "" for slices. */
void modes_text(struct app *app, const struct viewer_modes *m, const struct viewer_facts *f,
	const struct viewport *v, char to[64]);

#endif
