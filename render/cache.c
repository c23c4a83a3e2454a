/* Owns the cache of decoded frames: a hash for finding, a list by last use for leaving. */
#include "render/cache.h"

#include <stdlib.h>

#include "core/base/mem.h"

enum { BUCKETS = 1024 };

struct entry {
	struct entry *chain;         /* next in the same bucket */
	struct entry *newer, *older; /* by use */
	uint64_t series;
	uint32_t index;
	struct frame *frame;
};

struct cache {
	size_t bytes, limit;
	struct entry *newest, *oldest;
	struct entry *bucket[BUCKETS];
};

struct cache *
cache_new(size_t bytes)
{
	struct cache *c = mem_zero(1, sizeof(*c));

	c->limit = bytes;
	return c;
}

static size_t
bucket_of(uint64_t series, uint32_t index)
{
	uint64_t h =
		(series * UINT64_C(0x9e3779b97f4a7c15)) ^ (index * UINT64_C(0xff51afd7ed558ccd));

	return (size_t)(h >> 32) % BUCKETS;
}

static struct entry *
find(const struct cache *c, uint64_t series, uint32_t index)
{
	struct entry *e = c->bucket[bucket_of(series, index)];

	while (e != NULL && (e->series != series || e->index != index))
		e = e->chain;
	return e;
}

static void
list_remove(struct cache *c, struct entry *e)
{
	*(e->newer != NULL ? &e->newer->older : &c->newest) = e->older;
	*(e->older != NULL ? &e->older->newer : &c->oldest) = e->newer;
}

static void
list_add(struct cache *c, struct entry *e)
{
	e->newer = NULL;
	e->older = c->newest;
	*(c->newest != NULL ? &c->newest->newer : &c->oldest) = e;
	c->newest = e;
}

static void
drop(struct cache *c, struct entry *e)
{
	struct entry **at = &c->bucket[bucket_of(e->series, e->index)];

	while (*at != e)
		at = &(*at)->chain;
	*at = e->chain;
	list_remove(c, e);
	c->bytes -= e->frame->bytes;
	frame_unref(e->frame);
	free(e);
}

struct frame *
cache_get(struct cache *c, uint64_t series, uint32_t index)
{
	struct entry *e = find(c, series, index);

	if (e == NULL)
		return NULL;
	list_remove(c, e);
	list_add(c, e);
	return frame_ref(e->frame);
}

size_t
cache_has(const struct cache *c, uint64_t series, uint32_t index)
{
	const struct entry *e = find(c, series, index);

	return e != NULL ? e->frame->bytes : 0;
}

void
cache_put(struct cache *c, uint64_t series, uint32_t index, struct frame *f)
{
	size_t b = bucket_of(series, index);
	struct entry *e;

	if (f->bytes > c->limit || find(c, series, index) != NULL)
		return;
	while (c->bytes + f->bytes > c->limit)
		drop(c, c->oldest);
	e = mem_zero(1, sizeof(*e));
	e->series = series;
	e->index = index;
	e->frame = frame_ref(f);
	e->chain = c->bucket[b];
	c->bucket[b] = e;
	c->bytes += f->bytes;
	list_add(c, e);
}

void
cache_forget(struct cache *c, uint64_t series)
{
	struct entry *e, *older;

	for (e = c->newest; e != NULL; e = older) {
		older = e->older;
		if (e->series == series)
			drop(c, e);
	}
}

void
cache_free(struct cache *c)
{
	if (c == NULL)
		return;
	while (c->oldest != NULL)
		drop(c, c->oldest);
	free(c);
}
