/* A contact sheet: many frames side by side in one, at full bit depth, so that window and level
 * work on all of them at once.  A struct belongs to one thread; the frames that come out of it
 * are shared like any other. */
#ifndef RENDER_MOSAIC_H
#define RENDER_MOSAIC_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/frame.h"

struct mosaic;

/* An empty sheet of columns by rows cells, each of cell_width by cell_height pixels, all at
 * least 1; asserts that neither side of the sheet is past 65535 pixels.  `like` decides between a
 * grey sheet (FRAME_F32 in modality units, with the windows and invert of `like`) and a colour
 * one (FRAME_RGB8).  Pixels of the sheet are square.  Never NULL; free with mosaic_free(). */
struct mosaic *mosaic_new(uint32_t columns, uint32_t rows, uint32_t cell_width,
	uint32_t cell_height, const struct frame_info *like);

/* Show a frame in a cell, counted from 0 row by row: the whole of it, as large as fits, centred,
 * voxel aspect kept, what was there before is gone.  Pixels are area averages (where a frame is
 * smaller than its cell, that is nearest with blended seams); padding takes no part in them.
 * False, and the sheet unchanged, where there is no such cell, one is colour and the other grey, or
 * one is MONOCHROME1 and the other is not: it would be seen as a negative. */
bool mosaic_put(struct mosaic *m, uint32_t cell, const struct frame *f);

/* The sheet as it is now: a new reference, frame_unref() it.  Later calls of mosaic_put do not
 * change it.  Grey cells without a frame are padding, so they are black whatever the window is. */
struct frame *mosaic_frame(const struct mosaic *m);

void mosaic_free(struct mosaic *m); /* NULL is allowed */

#endif
