/* The numbers and the cursor of a contact sheet, drawn into its raster.  Any thread. */
#ifndef RENDER_GRID_H
#define RENDER_GRID_H

#include "render/picture.h"

/* Write each cell's number into its lower left corner, with its mark behind it, and a frame around the cursor's
 * cell.  `sheet_width` and `sheet_height` are the frame's pixels, `place` where they are on the raster.  Numbers are left out where
 * cells are too small for them. */
void grid_draw(struct raster *r, const struct picture_grid *g, const struct picture_place *place,
	uint32_t sheet_width, uint32_t sheet_height);

#endif
