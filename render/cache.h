/* Decoded frames, the least recently used leave first.  One thread at a time: the pipeline's
 * lock. */
#ifndef RENDER_CACHE_H
#define RENDER_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/frame.h"

struct cache;

struct cache *cache_new(size_t bytes); /* what the pixels may take together */
void cache_free(struct cache *c);      /* gives up its references; NULL is allowed */

/* A new reference, or NULL.  Counts as a use. */
struct frame *cache_get(struct cache *c, uint64_t series, uint32_t index);

/* Is it there?  Its bytes, or 0.  Does not count as a use. */
size_t cache_has(const struct cache *c, uint64_t series, uint32_t index);

/* Keep a reference of its own to f, dropping others to stay within the bytes.  A frame larger
 * than all of it is not kept; one that is there already stays. */
void cache_put(struct cache *c, uint64_t series, uint32_t index, struct frame *f);

/* Drop all of a series. */
void cache_forget(struct cache *c, uint64_t series);

#endif
