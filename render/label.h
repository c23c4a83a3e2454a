/* Text drawn into a picture with a small font of our own: white with a black outline, so that it
 * reads on any ground.  Any thread. */
#ifndef RENDER_LABEL_H
#define RENDER_LABEL_H

#include "render/raster.h"

/* Pixels of one character's cell at scale 1, outline included; a text is LABEL_WIDTH * n wide. */
enum { LABEL_WIDTH = 6, LABEL_HEIGHT = 11 };

/* The scale that suits a raster: 1, 2 or 3. */
int label_scale(const struct raster *r);

/* Draw ASCII `text` with its cell's upper left corner at x, y (which may be outside: what does
 * not fit is cut off).  Other bytes are drawn as '?'. */
void label_draw(struct raster *r, int x, int y, int scale, const char *text);

#endif
