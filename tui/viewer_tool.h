/* The cross-hair of the viewer and what is done with it: values, distances, marks.  UI thread. */
#ifndef TUI_VIEWER_TOOL_H
#define TUI_VIEWER_TOOL_H

#include "tui/viewer_facts.h"
#include "tui/viewer_marks.h"

enum { TOOL_LINES = 5 };

struct viewer_tool {
	bool on; /* the cross-hair is there */
	uint32_t x, y;
	bool measuring; /* a distance from this pixel */
	uint32_t from_x, from_y;
	bool shaping; /* a mark is being drawn */
	enum mark_shape shape;
	uint32_t corners;
	struct mark_point corner[MARK_POINTS];
	bool planes_hidden; /* overlay planes of the header */
	struct viewer_marks marks;
	/* what a mark of all the scanner's series hits, told by the ledger */
	int64_t hits; /* -1: not asked yet */
	char hit_names[96];
};

struct viewer_state;

/* Everything that shall lie over slice `slice`, one reference; NULL: nothing. */
struct drawing *tool_drawing(struct app *app, const struct viewer_state *s, uint32_t slice);
/* Lay it over the picture. */
void tool_show(struct app *app, struct viewer_state *s);

/* The commands of the cursor; false: not one of them. */
bool tool_command(struct app *app, struct viewer_state *s, enum command c);
/* Away with what is being drawn, then with the cross-hair; false: there was neither. */
bool tool_escape(struct app *app, struct viewer_state *s);
/* The mouse while the cross-hair is there; false: it is for somebody else. */
bool tool_mouse(struct app *app, struct viewer_state *s, const struct key *k);

/* What is told of it beside the picture; returns how many lines. */
unsigned tool_text(struct app *app, const struct viewer_state *s, char lines[TOOL_LINES][96]);

/* The drafts go to the ledger. */
void tool_save(struct app *app, struct viewer_state *s);

#endif
