/* Projections of a whole series onto one frame, at full bit depth: what stands out in any slice,
 * or stands still in all of them, is seen without paging through.  Slices are fed one by one and
 * only the accumulators are held: 44 bytes a pixel, and the last three slices at most.  A struct belongs to one thread while slices are added;
 * after that any number of threads may ask for results. */
#ifndef RENDER_PROJECT_H
#define RENDER_PROJECT_H

#include <stdint.h>

#include "core/base/err.h"
#include "core/base/frame.h"

enum projection {
	PROJECT_MAX,
	PROJECT_MIN,
	PROJECT_MEAN,
	PROJECT_DEVIATION, /* standard deviation over the slices (divided by their count) */
	/* Static text: max(0, mean(g) - sd(g) - 2 * mean(d)) over the slices, where g is the
	 * greatest difference to the four neighbours and d that to the slice before.  mean - sd
	 * keeps 73 % of an edge that is in 95 % of the slices and nothing of one in half of
	 * them; noise has a mean d of 1.1 sigma and so cancels itself. 0 of a single slice. */
	PROJECT_PERSISTENCE,
	/* Brightest less second brightest: a text on a single slice cannot hide in it.  Of
	 * MONOCHROME1 the lowest value is the brightest.  0 of a single slice. */
	PROJECT_LONE,
	PROJECTIONS
};

struct project;

/* Accumulators for slices like `first`, of which matrix, aspect, invert, rescaling and padding are
 * taken.  Never NULL; free with project_free(). */
struct project *project_new(const struct frame_info *first);

/* Count a slice (soon: a reference is kept until then), known as `slice` from now on, in the order of the series.  It is rescaled as
 * its own header says; colour counts by luminance, values that are not finite as 0.
 * RC_UNSUPPORTED where the matrix differs or one is colour and the other grey: such a slice is
 * left out and counted. */
enum rc project_add(struct project *p, struct frame *f, uint32_t slice, struct err *e);

/* A new frame, FRAME_F32 in modality units (slope 1), without windows, so that its presets start
 * with percentile; aspect and invert are the first slice's.  What maximum, minimum and mean show
 * of padding is padding.  All 0 before the first slice. */
struct frame *project_frame(struct project *p, enum projection which);

/* The slice that made this pixel: of maximum, minimum and lone bright exactly (the first of
 * equals), of the others the one farthest from the mean there.  0 before the first slice. */
uint32_t project_slice(struct project *p, enum projection which, uint32_t x, uint32_t y);

/* Slices that were refused so far. */
uint32_t project_left_out(const struct project *p);

/* "maximum", "minimum", "mean", "deviation", "persistence", "lone bright".  Static. */
const char *project_name(enum projection which);

void project_free(struct project *p); /* NULL is allowed */

#endif
