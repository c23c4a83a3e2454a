/* The inside of the tags screen, for the files that make it up: tags_load.c reads headers, tags_tree.c is the tree,
 * tags_draw.c draws it, scr_tags.c does what keys ask and shows the picture beside it.  UI thread. */
#ifndef TUI_TAGS_IN_H
#define TUI_TAGS_IN_H

#include "core/model.h"
#include "tui/app.h"
#include "tui/beside.h"
#include "tui/tags_tree.h"

enum tags_mode {
	TAGS_ALL,
	TAGS_SLICES, /* what differs from the slice before */
	TAGS_SERIES  /* ... from another series */
};

struct tags_state {
	char what[200];
	int64_t series;
	struct image *images;
	size_t image_count;
	bool pictures;      /* the series has slices; else each image is a step of its own */
	uint32_t steps, at; /* slices or images; the one whose header is asked for */
	uint32_t told;      /* the one whose header is shown */

	enum tags_mode mode;  /* of what is shown */
	char other_name[40];  /* what it is compared with: "slice 2", "S-0003 slice 2" */
	int64_t other_series; /* 0 none */
	bool one_file;        /* both slices are frames of one image, and have its header */
	int64_t kin;          /* of the same subject: offered for a comparison; 0 none */
	struct tags_tree tree;
	bool loaded;
	char problem[200];
	uint64_t load_serial;

	struct line search;
	bool searching;
	size_t search_from; /* row where the cursor was when it began */

	struct beside beside; /* the picture, on wide windows */
};

/* The image of a step; NULL none. */
const struct image *tags_image(const struct tags_state *s, uint32_t step);

/* "slice", or "image" where there are no pictures. */
const char *tags_step_name(const struct tags_state *s);

/* Ask for the header of step `at`, in a mode; for TAGS_SERIES `series` is what the user typed, or NULL for the series
 * compared with before. */
void tags_load(struct app *app, struct tags_state *s, enum tags_mode mode, const char *series);

/* The tree and, below it, the element under the cursor in full. */
void tags_draw_tree(struct tags_state *s, struct area a);

#endif
