/* Which bytes are slice N of an open series: what the render pool asks while the UI thread goes on.
 * Locked inside; a series' list never changes once set. */
#ifndef TUI_SLIDES_H
#define TUI_SLIDES_H

#include "core/archive/store.h"
#include "core/base/frame.h"
#include "core/model.h"

struct slides;

/* `workers` decoders, one for each pool thread.  The store is lent. */
struct slides *slides_new(struct store *store, unsigned workers);
void slides_free(struct slides *s); /* after the pool has ended */

/* Tell what the slices of `series` are.  Images without pixels have none.  Returns how many slices. */
uint32_t slides_set(struct slides *s, uint64_t series, const struct image *images, size_t n);
void slides_drop(struct slides *s, uint64_t series);

/* struct pipeline_source.load */
enum rc slides_load(void *ctx, unsigned worker, uint64_t series, uint32_t index, struct frame **out,
	struct err *e);

#endif
