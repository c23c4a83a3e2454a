/* What the viewer knows about the open series beside its picture.  UI thread. */
#ifndef TUI_VIEWER_FACTS_H
#define TUI_VIEWER_FACTS_H

#include "core/ledger/decision.h"
#include "core/model.h"
#include "tui/app.h"
#include "tui/viewer_seen.h"
#include "tui/viewport.h"

struct viewer_facts {
	struct series series;
	struct image *images;
	size_t image_count;
	int64_t task;
	uint32_t slices;
	uint32_t *slice_image; /* which image slice i belongs to */
	struct viewer_seen seen;
	int64_t opened_us;
	char unit[16]; /* of its values: "HU", "Bq/ml"; "" none known */
	double suv;    /* body-weight SUV of one unit; 0 the header does not allow it */
	char standing[120];
};

/* Swallows *series, *images and kept->looks; f->task and f->standing are the caller's to set. */
void viewer_facts_take(struct viewer_facts *f, struct series *series, struct image **images,
	size_t n, const struct look_rule *rule, struct seen *kept);
void viewer_facts_release(struct viewer_facts *f);

/* The orientation letters of an image (NULL: none) onto its viewport. */
void viewer_letters_of(const struct image *im, struct viewport *v);
/* The image of a slice, NULL where there is none. */
const struct image *viewer_image(const struct viewer_facts *f, uint32_t slice);
/* "AX T1 POST, N01-0007 V2, 117 images" */
void viewer_what(const struct viewer_facts *f, char *to, size_t size);
/* "seen 117/117 at 1:1, 2 windows, 38 s" */
void viewer_seen_text(const struct viewer_facts *f, const struct viewport *v, const struct app *app,
	char *to, size_t size);
/* Lines of others among the facts. */
struct facts_more {
	char instead[64]; /* stands in for the slice's number where it is not "" */
	char line[16][96];
	unsigned lines;
};
void viewer_facts_draw(struct app *app, const struct viewer_facts *f, const struct viewport *v,
	const struct facts_more *more, struct area a);
/* `v`: the slice wanted, and how it is looked at. */
void viewer_open_tags(struct app *app, const struct viewer_facts *f, const struct viewport *v);

/* Argument of scr_tags_ops.open; lent for that call. */
struct tags_argument {
	const struct viewer_facts *facts;
	const struct viewport *port;
};

#endif
