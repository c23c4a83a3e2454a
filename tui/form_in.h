/* The inside of the form screen: scr_form.c does what keys ask, form_load.c opens and keeps, form_draw.c draws.  UI thread. */
#ifndef TUI_FORM_IN_H
#define TUI_FORM_IN_H

#include "core/trial/fill.h"
#include "tui/app.h"
#include "tui/beside.h"
#include "tui/form.h"

enum { FORM_TABS = 40, FORM_ROWS = 24000 };

/* A line of the panel: the title of a group, a field, or a check across fields with what it found. */
struct form_row {
	enum { ROW_GROUP, ROW_FIELD, ROW_CHECK } what;
	size_t at; /* field or check; of a group its first field */
};

/* What is typed besides fields. */
enum form_asking { ASK_NOTHING, ASK_KEEP, ASK_BECAUSE, ASK_QUERY };

struct form_tab {
	char id[ENTRY_FORM], title[80];
	bool signed_, entered, locked;
};

struct form_screen {
	struct beside beside;
	char what[200], wanted[ENTRY_FORM];
	int64_t series;

	struct form_tab tab[FORM_TABS];
	size_t tabs, on; /* the forms asked here, and which is open */
	struct fill *fill;
	bool loading, saving;
	bool dirty;              /* something was typed that is not kept yet */
	bool leaving;            /* Esc was pressed once although it cannot be kept */
	bool signing;            /* the dialog opens once it is kept */
	char because[ENTRY_WHY]; /* why what was signed is changed */
	char problem[300];
	uint64_t serial; /* of the last thing asked of the ledger */

	struct form_row *row;
	size_t rows, row_room;
	size_t cursor, first; /* rows */
	size_t edited;        /* the field whose text is in `line`; SIZE_MAX none */
	bool fresh; /* nothing was typed into it yet: the first letter takes the place of what stands */
	struct line line, asked;
	enum form_asking asking;
};

/* Open form `tab`, SIZE_MAX the first that is not signed yet. */
void form_load(struct app *app, struct form_screen *s, size_t tab);
/* Keep what was typed.  False (told in s->problem) where it cannot be yet; the answer comes later. */
bool form_keep(struct app *app, struct form_screen *s);
/* Ask about the field under the cursor. */
void form_ask(struct app *app, struct form_screen *s, const char *text);

/* The rows anew, after what is skipped or found changed; the cursor stays with its field. */
void form_rows(struct form_screen *s);
/* The text of the field under the cursor, to go on with. */
void form_edit(struct form_screen *s);
/* The finding under the cursor that may be kept with a reason; NULL none. */
const struct form_finding *form_to_keep(const struct form_screen *s);
/* The difference at a field, for who settles; NULL none. */
struct fill_difference *form_difference(const struct form_screen *s, size_t field);

void form_draw(struct app *app, void *state, struct area a);

#endif
