/* Our own sixel encoder for grey pictures.  Any thread. */
#ifndef RENDER_GREYS_H
#define RENDER_GREYS_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "render/palette.h"
#include "render/raster.h"

/* How, or'ed.  Fast: one pass a grey, half the time for 1.1 to 1.25 times the bytes; without it greys share passes.  Opaque: all
 * registers are defined and P2 is 0, as bins.h needs it; without it only those that occur, and P2 is 1. */
enum { GREYS_FAST = 1, GREYS_OPAQUE = 2 };

/* Append a whole sixel sequence, DCS to ST, of a grey raster.  RC_LIMIT past `limit` bytes (what was appended is then to be
 * dropped) or 65535 pixels of width. */
enum rc greys_encode(const struct raster *r, const struct grey_palette *pal, unsigned how,
	size_t limit, struct buf *out, struct err *e);

#endif
