/* The picture beside something else: too small to judge by, so it never counts as seen.  UI thread. */
#ifndef TUI_BESIDE_H
#define TUI_BESIDE_H

#include "core/model.h"
#include "tui/viewer_facts.h"
#include "tui/viewport.h"

struct beside {
	struct viewport port;
	struct image *images;
	uint32_t *slice_image; /* which image each slice belongs to */
	size_t image_count;
	uint32_t slices, at;
	bool shown;
	uint64_t first_serial; /* answers before it are another screen's */
};

/* As it was looked at in the viewer; what is lent is copied. */
void beside_open(struct beside *b, const struct viewer_facts *f, const struct viewport *from);
/* The cells it has from now on, rows 0 for none; the last row says which slice it is. */
void beside_layout(struct app *app, struct beside *b, struct area a);
void beside_shown(struct app *app, struct beside *b, struct area a);
void beside_hidden(struct app *app, struct beside *b);
void beside_release(struct beside *b);
void beside_draw(const struct beside *b);
/* False where it is the first or last already. */
bool beside_step(struct app *app, struct beside *b, int64_t by);

/* For app->picture and app->acknowledged of the screen. */
void beside_picture(struct app *app, struct beside *b, struct pipeline_picture *p);
void beside_acknowledged(struct app *app, struct beside *b, uint64_t tag, bool answered);

#endif
