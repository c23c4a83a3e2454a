/* Our own sixel encoder for grey pictures.  Any thread. */
#ifndef RENDER_GREYS_H
#define RENDER_GREYS_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "render/palette.h"
#include "render/raster.h"

/* Append a whole sixel sequence, DCS to ST, of a grey raster; only registers that occur are
 * defined.  fast: one pass a grey, half the time for 1.1 to 1.25 times the bytes; else greys
 * share passes, the least bytes.  RC_LIMIT past `limit` bytes (what was appended is then to be
 * dropped) or 65535 pixels of width. */
enum rc greys_encode(const struct raster *r, const struct grey_palette *pal, bool fast,
	size_t limit, struct buf *out, struct err *e);

#endif
