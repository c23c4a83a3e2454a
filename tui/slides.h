/* Which bytes are slice N of an open series: what the render pool asks while the UI thread goes on.
 * Locked inside; a series' list never changes once set. */
#ifndef TUI_SLIDES_H
#define TUI_SLIDES_H

#include "core/archive/store.h"
#include "core/base/frame.h"
#include "core/model.h"
#include "render/project.h"

struct slides;

/* `workers` decoders, one for each pool thread.  The store is lent. */
struct slides *slides_new(struct store *store, unsigned workers);
void slides_free(struct slides *s); /* after the pool has ended */

/* Where decoded slices may be found before they are decoded again; called on pool threads.  Set before the first series. */
void slides_use_cache(struct slides *s,
	struct frame *(*cached)(void *ctx, uint64_t series, uint32_t index), void *ctx);

/* Tell what the slices of `series` are.  Images without pixels have none.  Returns how many slices. */
uint32_t slides_set(struct slides *s, uint64_t series, const struct image *images, size_t n);
/* n slices of which nothing is known yet, and the bytes of one of them when they are here.  Loading one before is RC_BUSY. */
void slides_expect(struct slides *s, uint64_t series, uint32_t n);
void slides_fill(struct slides *s, uint64_t series, uint32_t index, const char *digest);
void slides_drop(struct slides *s, uint64_t series);

/* ---- views of a whole series: the pipeline sees each as a series of its own ---- */

/* Added to the id of a series: index is an enum projection. */
#define SLIDES_PROJECTION ((uint64_t)1 << 62)
/* Added to the id of a series: index is a page of its contact sheet. */
#define SLIDES_MOSAIC ((uint64_t)1 << 61)

/* Added to the id of a series: index is a slice of it, beside the slice of another series at the same share of the way. */
#define SLIDES_PAIR ((uint64_t)1 << 60)

/* The series that stands beside; both are open. */
void slides_set_pair(struct slides *s, uint64_t series, uint64_t other);
/* The slice of n beside slice i of m. */
uint32_t slides_beside(uint32_t i, uint32_t m, uint32_t n);

/* How a page of the contact sheet is laid out.  Returns how many pages there are. */
struct slides_sheet {
	uint32_t columns, rows, cell_width, cell_height; /* cells, pixels */
};
uint32_t slides_set_sheet(struct slides *s, uint64_t series, const struct slides_sheet *sheet);

/* How far the projections of a series have come: slices read so far. */
uint32_t slides_projected(struct slides *s, uint64_t series);
/* How many slices the finished projections are of; those that cannot be decoded or have another matrix are left out.  0: not
 * made yet. */
uint32_t slides_in_projection(struct slides *s, uint64_t series);

/* The slice behind a pixel of a projection that was shown; false where it is not made yet. */
bool slides_behind(struct slides *s, uint64_t series, enum projection which, uint32_t x, uint32_t y,
	uint32_t *slice);

/* struct pipeline_source.load */
enum rc slides_load(void *ctx, unsigned worker, uint64_t series, uint32_t index, struct frame **out,
	struct err *e);

#endif
