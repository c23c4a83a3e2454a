/* Owns the bins and their registers.  No state; any thread. */
#include "render/bins.h"

#include <math.h>

#include "render/greys.h"

enum { LAST = PALETTE_MAX - 1 };

static const size_t output_limit = (size_t)64 << 20;

bool
bins_make(struct bins *b, const struct frame *f, double low, double high)
{
	if (f->info.kind == FRAME_RGB8 || !isfinite(low) || !isfinite(high) || !(low < high))
		return false;
	b->reversed = f->info.invert;
	b->padding = f->info.has_padding;
	b->step = (high - low) / (b->padding ? LAST - 1 : LAST);
	b->low = low -
		(b->padding && !b->reversed ? b->step
					    : 0); /* the end with register 0 is padding's */
	return isfinite(b->step) && b->step > 0;
}

struct window
bins_window(const struct bins *b)
{
	return (struct window){ .function = VOI_LINEAR_EXACT,
		.centre = b->low + LAST * b->step / 2,
		.width = LAST * b->step };
}

/* What register i shows in a window, in percent. */
static uint8_t
register_grey(const struct bins *b, const struct window *w, int i)
{
	uint8_t grey = window_apply(w, b->low + (b->reversed ? LAST - i : i) * b->step);

	if (b->padding && i == 0)
		return 0;
	return (uint8_t)(((b->reversed ? LAST - grey : grey) * 100 + LAST / 2) / LAST);
}

static enum rc
refuse_lut(const struct window *w, struct err *e)
{
	if (w->use_lut)
		return err_set(e, RC_INVALID, "a window by a VOI LUT is not shown by registers");
	return RC_OK;
}

enum rc
bins_encode(const struct raster *r, const struct bins *b, const struct window *w, struct buf *out,
	struct err *e)
{
	struct grey_palette pal = { .levels = PALETTE_MAX };

	if (refuse_lut(w, e) != RC_OK)
		return RC_INVALID;
	for (int i = 0; i < PALETTE_MAX; i++) {
		uint8_t grey = register_grey(b, w, i);

		pal.of[i] = (uint8_t)i;
		pal.reg[i] = (struct percent){ grey, grey, grey };
	}
	return greys_encode(r, &pal, GREYS_OPAQUE, output_limit, out, e);
}

/* A grey by hue, lightness and saturation takes 14 bytes at most, by red, green and blue 18. */
enum rc
bins_show(const struct bins *b, const struct window *w, struct buf *out, struct err *e)
{
	if (refuse_lut(w, e) != RC_OK)
		return RC_INVALID;
	buf_text(out, "\033P0;0;0q");
	for (int i = 0; i < PALETTE_MAX; i++)
		buf_format(out, "#%d;1;0;%d;0", i, register_grey(b, w, i));
	buf_text(out, "\033\\");
	return RC_OK;
}
