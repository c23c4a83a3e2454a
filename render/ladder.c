/* As good a picture as a number of bytes allows. */
#include "render/ladder.h"

#include <string.h>

#include "core/base/mem.h"
#include "render/scale.h"

/* Best first, each about two thirds of the bytes of the one before.  Greys go before size down to 16, where text
 * still reads; a smaller picture reads better than one of coarse blocks, and costs less. */
static const struct ladder_step steps[] = {
	{ 101, 1 },
	{ 64, 1 },
	{ 32, 1 },
	{ 16, 1 },
	{ 32, 2 },
	{ 16, 2 },
	{ 16, 3 },
	{ 16, 4 },
	{ 16, 6 },
};

/* The picture at one nth of its size, in the middle of a black one of the same size: what was on the glass before is
 * covered whole. */
static struct raster *
reduced(const struct raster *r, uint32_t n)
{
	struct scale_source s = { .pixels = r->pixels,
		.width = r->width,
		.height = r->height,
		.colour = r->colour,
		.shown_width = r->width,
		.shown_height = r->height };
	uint32_t w = (r->width + n - 1) / n, h = (r->height + n - 1) / n, bytes = r->colour ? 3 : 1;
	struct raster *small = scale_image(&s, w, h),
		      *whole = raster_new(r->width, r->height, r->colour);
	size_t left = (size_t)(r->width - w) / 2 * bytes, top = (r->height - h) / 2;

	for (uint32_t y = 0; y < h; y++)
		memcpy(whole->pixels + (top + y) * r->width * bytes + left,
			small->pixels + (size_t)y * w * bytes, (size_t)w * bytes);
	raster_free(small);
	return whole;
}

static enum rc
encode_step(const struct raster *r, const struct picture_encoding *enc,
	const struct ladder_step *step, struct buf *out, struct err *e)
{
	struct picture_encoding at = *enc;
	struct raster *less = step->reduce > 1 ? reduced(r, (uint32_t)step->reduce) : NULL;
	enum rc rc;

	at.levels = step->levels;
	rc = picture_encode(less != NULL ? less : r, &at, out, e);
	raster_free(less);
	return rc;
}

/* The sizes fall along the ladder, so three or four tries find the step. */
static enum rc
search(const struct raster *r, const struct picture_encoding *enc, size_t budget, struct buf *out,
	struct ladder_step *used, struct err *e)
{
	size_t low = 0, high = MEM_COUNT(steps) - 1;
	struct buf best = { 0 };
	enum rc rc = RC_OK;

	while (rc == RC_OK && low <= high) {
		size_t middle = (low + high) / 2;
		struct buf try = { 0 };
		bool fits;

		rc = encode_step(r, enc, &steps[middle], &try, e);
		fits = try.len <= budget;
		if (rc == RC_OK && (fits || middle == MEM_COUNT(steps) - 1)) {
			buf_release(&best);
			best = try;
			*used = steps[middle];
		} else {
			buf_release(&try);
		}
		if (fits && middle == 0)
			break;
		if (fits)
			high = middle - 1;
		else
			low = middle + 1;
	}
	if (rc == RC_OK)
		buf_add(out, best.data, best.len);
	buf_release(&best);
	return rc;
}

enum rc
ladder_encode(const struct raster *r, const struct picture_encoding *enc, size_t budget,
	struct buf *out, struct ladder_step *used, struct err *e)
{
	bool greys = enc->protocol == PICTURE_SIXEL && !r->colour;
	bool can = enc->protocol == PICTURE_SIXEL || enc->protocol == PICTURE_KITTY;
	enum rc rc;

	used->levels = greys ? enc->levels != 0 ? enc->levels : 101 : 0;
	used->reduce = 1;
	if (budget == 0 || !can)
		return picture_encode(r, enc, out, e);
	rc = search(r, enc, budget, out, used, e);
	if (!greys)
		used->levels = 0;
	return rc;
}
