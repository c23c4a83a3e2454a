/* As good a picture as a number of bytes allows: first light on a slow line.  Steps down in greys, then in size.  Any thread. */
#ifndef RENDER_LADDER_H
#define RENDER_LADDER_H

#include "render/picture.h"

/* What a picture was sent as. */
struct ladder_step {
	int levels; /* greys; 0 where the protocol or the picture has colours */
	int reduce; /* drawn at one reduce-th of its size, in the middle; 1: whole */
};

/* Append the picture with the highest step that takes at most `budget` bytes, or the lowest there is; budget 0: as
 * enc says.  The same cells are covered at every step.  *used tells the step. */
enum rc ladder_encode(const struct raster *r, const struct picture_encoding *enc, size_t budget,
	struct buf *out, struct ladder_step *used, struct err *e);

#endif
