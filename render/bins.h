/* Windows by colour registers alone: a slice is sent once, its values in 256 bins, and each window after that is one DCS
 * of at most 4096 bytes that defines the 256 registers anew, instead of a picture of a hundred thousand.  Any thread.
 *
 * Only for a terminal that shows pictures through its registers, as a VT340 did: xterm after `CSI ? 1070 l` (registers are
 * shared), and there only while the picture sits in the first of its slots, where the first graphic of a session does.
 * Others paint pixels once and never look at a register again, and nothing in their answers tells.  So the user asks for it,
 * and what is judged is the exact picture, sent when the keys rest: bins are coarser than a window's greys, and a
 * picture that is not shown pixel for pixel is averaged before the window, not after it. */
#ifndef RENDER_BINS_H
#define RENDER_BINS_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/frame.h"
#include "render/raster.h"
#include "render/window.h"

enum { BINS_SHOW_MAX = 4096 };

/* Which values the registers stand for.  What is outside counts as the nearest end.  Make with bins_make. */
struct bins {
	double low,
		step;  /* modality units: bin i holds low + i * step, half a step to either side */
	bool reversed; /* MONOCHROME1: register 255 - i is bin i */
	bool padding; /* register 0 is padding, and what is past that end of the range: black in every window */
};

/* Bins over the values from low to high, in modality units, of pictures of `f`.  A window within is shown as well as its
 * width allows: with steps of 255 * step / width greys.  False for colour, and where low is not below high. */
bool bins_make(struct bins *b, const struct frame *f, double low, double high);

/* The window that makes picture_make's raster one of registers. */
struct window bins_window(const struct bins *b);

/* Append that raster as sixel with the registers as `w` asks.  RC_INVALID for a window by a header's LUT; else as greys_encode. */
enum rc bins_encode(const struct raster *r, const struct bins *b, const struct window *w,
	struct buf *out, struct err *e);

/* Append the registers alone: at most BINS_SHOW_MAX bytes.  RC_INVALID for a window by a header's LUT.  A value's grey is
 * off by at most that of half a step, and by 1.3 of 255 for being a percent. */
enum rc bins_show(const struct bins *b, const struct window *w, struct buf *out, struct err *e);

#endif
