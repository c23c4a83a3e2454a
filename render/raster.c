/* Owns the memory of rasters.  Any thread; a raster belongs to one at a time. */
#include "render/raster.h"

#include <stdlib.h>

#include "core/base/mem.h"

struct raster *
raster_new(uint32_t width, uint32_t height, bool colour)
{
	struct raster *r = mem_zero(1, sizeof(*r));

	r->width = width;
	r->height = height;
	r->colour = colour;
	r->pixels = mem_zero((size_t)width * height, colour ? 3 : 1);
	return r;
}

void
raster_free(struct raster *r)
{
	if (r == NULL)
		return;
	free(r->pixels);
	free(r);
}
