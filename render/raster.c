/* Owns the memory of rasters.  Any thread. */
#include "render/raster.h"

#include <stdlib.h>

#include "core/base/mem.h"

struct raster *
raster_new(uint32_t width, uint32_t height, bool colour)
{
	struct raster *r = mem_zero(1, sizeof(*r));

	r->refs = 1;
	r->width = width;
	r->height = height;
	r->colour = colour;
	r->pixels = mem_zero((size_t)width * height, colour ? 3 : 1);
	return r;
}

struct raster *
raster_ref(struct raster *r)
{
	if (r != NULL)
		__atomic_add_fetch(&r->refs, 1, __ATOMIC_RELAXED);
	return r;
}

void
raster_free(struct raster *r)
{
	if (r == NULL || __atomic_sub_fetch(&r->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	free(r->pixels);
	free(r);
}
