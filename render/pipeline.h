/* The pictures that the viewer wants, made off the UI thread: decode, window, scale, encode.
 *
 * The viewer publishes a want-set, an ordered list: the slice it wants to see, then those ahead
 * in the direction of travel, then behind.  Each call replaces the list: queued work that is no
 * longer wanted is dropped, work in hand finishes (measured elsewhere: cancelling at each key
 * shows nothing at all while a key is held).  The first entry is decoded, made and encoded and
 * its bytes are posted; the others are only decoded into the frame cache, so that stepping
 * finds them there. */
#ifndef RENDER_PIPELINE_H
#define RENDER_PIPELINE_H

#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/frame.h"
#include "core/base/inbox.h"
#include "render/bins.h"
#include "render/ladder.h"
#include "render/drawing.h"
#include "render/picture.h"

/* Where frames come from.  `load` is called on pool threads, never twice at once for the same
 * `worker` (0..workers-1); `index` is the slice number within the series, from 0. */
struct pipeline_source {
	enum rc (*load)(void *ctx, unsigned worker, uint64_t series, uint32_t index,
		struct frame **out, struct err *e);
	void *ctx;
};

struct pipeline_picture;

enum { PIPELINE_DIGEST = 65 };

struct pipeline_config {
	unsigned workers;   /* 0: cores - 1, at least 1 */
	size_t cache_bytes; /* of decoded frames; 0: 256 MiB */
	struct pipeline_source source;
	struct inbox *inbox; /* where results go; lent, outlives the pipeline */
	/* reader's thread: a result is there; owns nothing */
	void (*picture)(void *reader, struct pipeline_picture *p);
	/* Pool threads: the digest of a raster's pixels as 64 digits and a NUL, of pictures sent whole; NULL: none is
	 * made.  A function, since hashing is not render's. */
	void (*digest)(const struct raster *r, char hex[PIPELINE_DIGEST]);
};

/* One strip of a picture that was cut: bytes offset.. of pipeline_picture.bytes. */
enum {
	PIPELINE_STRIPS = 8
}; /* xterm keeps 16 pictures a screen: the one below, these, and deltas over them */
struct pipeline_strip {
	size_t offset, bytes;
	uint32_t top; /* row of pixels at which it begins */
};

/* One result, posted to the inbox.  Passed to config.picture and freed after it returns, unless
 * the callee takes p->bytes (buf_take), p->frame, p->raster or p->drawing (then sets it to NULL). */
struct pipeline_picture {
	struct msg msg;
	void (*picture)(void *reader, struct pipeline_picture *p);
	uint64_t series;
	uint32_t index;
	uint64_t serial; /* of the pipeline_show call this answers */
	enum rc rc;
	struct err err;
	struct buf bytes;    /* encoded picture */
	struct frame *frame; /* one reference, NULL on failure and for a delta */
	bool delta;          /* it only changes what lies over the picture before it */
	struct raster *
		raster; /* one reference: what deltas begin from; NULL where it is not whole on the glass */
	struct drawing *drawing; /* one reference: what lies over it now; NULL none */
	bool binned;             /* its registers are `bins`: no picture to judge by */
	struct bins bins;
	char digest[PIPELINE_DIGEST]; /* of the raster without it; "" none made */
	uint32_t width, height;       /* of the raster */
	struct picture_place place;
	struct pipeline_strip strip[PIPELINE_STRIPS];
	unsigned strips;         /* 0: it is in one */
	struct ladder_step step; /* greys and size that it was sent with */
	struct window window;    /* what it was made with: the view's, or auto_window's preset */
	double decode_ms, make_ms, encode_ms; /* decode_ms 0: it was in the cache */
};

struct pipeline_want {
	uint64_t series; /* the caller's id of an open series */
	uint32_t index;
};

struct pipeline;

/* Starts the workers.  *config is copied. */
struct pipeline *pipeline_new(const struct pipeline_config *config);

/* Waits for work in hand, whose result is still posted.  NULL is allowed. */
void pipeline_free(struct pipeline *p);

/* Replace the want-set; `v` and `enc` are for wants[0], whose presets the caller may not know
 * before its first frame is decoded: with auto_window the window is presets[0] of that frame
 * (the view's where there is none: colour).  `modality` may be NULL.  Wants, view, encoding and
 * modality are copied.
 *
 * Returns the serial that the answer will carry.  Each call has at most one answer: none if a
 * later call came before work on it began, or if the answer to a later call was posted first,
 * so that answers come in rising order.  The last call is always answered.  A frame ahead or
 * behind that fails to load is passed over in silence, and not tried again before the next
 * call.
 *
 * Waits for no loading or encoding, only for the lock.  n 0: nothing is wanted. */
uint64_t pipeline_show(struct pipeline *p, const struct pipeline_want *wants, unsigned n,
	const struct picture_view *v, const struct picture_encoding *enc, const char *modality,
	int auto_window);

/* What will be wanted next, once everything wanted now is in the cache: the first `n` slices of another series, decoded as
 * far as the cache has room beside it.  Until the next call; n 0: nothing. */
void pipeline_ahead(struct pipeline *p, uint64_t series, uint32_t n);

/* Change what lies over a picture that is on the glass.  `after` is lent as the others are, and replaced by a later call of
 * this function that comes before work on it began.  The answer (delta set, its index that of the call) comes unless
 * pipeline_show was called since.  Returns the serial that it will carry. */
struct pipeline_delta {
	uint64_t series;
	uint32_t index;
	struct raster *base;
	struct picture_place place;
	struct picture_encoding enc; /* as `base` was sent, its levels too */
	struct drawing *before, *after;
};
uint64_t pipeline_lay_over(struct pipeline *p, const struct pipeline_delta *d);

/* The decoded frame where it is in the cache: a new reference, or NULL.  Any thread. */
struct frame *pipeline_cached(struct pipeline *p, uint64_t series, uint32_t index);

/* Forget the frames of a series that was closed, and what is wanted of it.  A load of it that
 * is under way still finishes after this returns (its frame is not kept), so the source must
 * stand that. */
void pipeline_forget(struct pipeline *p, uint64_t series);

#endif
