/* The clamped cubic of scale.h: Catmull-Rom along both axes, kept within the range of the 4 x 4 pixels that it is made
 * of, so that no edge has a rim that is not in the image.  Any thread. */
#ifndef RENDER_CUBIC_H
#define RENDER_CUBIC_H

#include "render/scale.h"

/* Fill *r, which is as colourful as the source, with the source's shown part.  Where an axis shrinks the result is ragged: the
 * caller takes care. */
void cubic_scale(const struct scale_source *s, struct raster *r);

#endif
