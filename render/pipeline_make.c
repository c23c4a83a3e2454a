/* What the workers of the pipeline make: pictures, whole or in strips, and what lies over them.  Pool threads, without the
 * lock. */
#include "render/pipeline_in.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "render/palette.h"

static bool
blocks(enum picture_protocol p)
{
	return p == PICTURE_BLOCKS_RGB || p == PICTURE_BLOCKS_256;
}

static double
ms_since(int64_t start)
{
	return (double)(clock_mono_us() - start) / 1000;
}

/* Each strip is a whole picture of its rows; the last may be lower. */
static enum rc
encode_strips(const struct raster *r, const struct picture_encoding *enc, struct pipeline_picture *p)
{
	size_t row = (size_t)r->width * (r->colour ? 3 : 1);
	uint32_t high = enc->strip;
	enum rc rc = RC_OK;

	while ((r->height + high - 1) / high > PIPELINE_STRIPS)
		high += enc->strip;
	for (uint32_t y = 0; rc == RC_OK && y < r->height; y += high) {
		struct raster part = *r;
		struct pipeline_strip *s = &p->strip[p->strips++];

		part.height = r->height - y < high ? r->height - y : high;
		part.pixels = r->pixels + y * row;
		s->offset = p->bytes.len;
		s->top = y;
		rc = picture_encode(&part, enc, &p->bytes, &p->err);
		s->bytes = p->bytes.len - s->offset;
	}
	p->step = (struct ladder_step){ .levels = r->colour ? 0 : enc->levels, .reduce = 1 };
	return rc;
}

static enum rc
encode(const struct raster *r, const struct picture_encoding *enc, struct pipeline_picture *p)
{
	if (enc->protocol == PICTURE_SIXEL && enc->budget == 0 && enc->strip > 0 &&
		enc->strip < r->height)
		return encode_strips(r, enc, p);
	return ladder_encode(r, enc, enc->budget, &p->bytes, &p->step, &p->err);
}

/* A picture of less than its whole size has another place for everything: nothing is laid over it.  The last strip
 * carries what lies over them all. */
static void
lay_over(const struct order *order, struct pipeline_picture *r, struct raster *raster)
{
	struct picture_encoding enc = order->enc;
	size_t before = r->bytes.len;
	struct drawing_change c = { .base = raster };
	uint8_t *layer;

	if (r->rc != RC_OK || r->step.reduce != 1)
		return;
	r->raster = raster_ref(raster);
	if (blocks(enc.protocol) || (order->view.drawing == NULL && enc.protocol != PICTURE_KITTY))
		return;
	layer = drawing_layer(order->view.drawing, &r->place, raster->width, raster->height);
	c.after = layer;
	enc.levels = r->step.levels;
	enc.column = picture_column(&enc, raster->width);
	r->rc = drawing_delta(&c, &enc, &r->bytes, &r->err);
	if (r->strips > 0)
		r->strip[r->strips - 1].bytes += r->bytes.len - before;
	r->drawing = drawing_ref(order->view.drawing);
	free(layer);
}

/* Half blocks have no pictures to lie over one another. */
static struct raster *
with_drawing(const struct order *order, struct pipeline_picture *r, struct raster *raster)
{
	struct raster *whole;
	uint8_t *layer;

	if (!blocks(order->enc.protocol) || order->view.drawing == NULL)
		return raster_ref(raster);
	layer = drawing_layer(order->view.drawing, &r->place, raster->width, raster->height);
	whole = drawing_composed(raster, layer);
	free(layer);
	r->drawing = drawing_ref(order->view.drawing);
	return whole;
}

static double
modality(const struct frame_info *info, double stored)
{
	return stored * info->slope + info->intercept;
}

/* The slice in bins over its own range, shown by its window; false where it has none. */
static bool
make_binned(struct pipeline_picture *r, struct picture_view view)
{
	const struct frame_info *info = &r->frame->info;
	struct window wanted = view.window;
	struct raster *raster;
	double low, high;

	if (info->kind == FRAME_RGB8 || r->frame->modality_lut.count > 0 || wanted.use_lut)
		return false;
	frame_range(r->frame, &low, &high);
	low = modality(info, low);
	high = modality(info, high);
	if (!bins_make(&r->bins, r->frame, low < high ? low : high, low < high ? high : low))
		return false;
	view.window = bins_window(&r->bins);
	raster = picture_make(r->frame, &view, &r->place);
	r->width = raster->width;
	r->height = raster->height;
	r->rc = bins_encode(raster, &r->bins, &wanted, &r->bytes, &r->err);
	r->binned = true;
	r->step = (struct ladder_step){ .levels = PALETTE_MAX, .reduce = 1 };
	raster_free(raster);
	return true;
}

void
pipeline_make(
	const struct order *order, const struct pipeline_config *config, struct pipeline_picture *r)
{
	struct picture_view view = order->view;
	int64_t start = clock_mono_us();
	struct window_preset preset;
	struct raster *raster, *shown;

	if (order->auto_window && window_presets(r->frame, order->modality, &preset, 1) > 0)
		view.window = preset.window;
	r->window = view.window;
	if (order->enc.bins && make_binned(r, view))
		return;
	raster = picture_make(r->frame, &view, &r->place);
	r->width = raster->width;
	r->height = raster->height;
	r->make_ms = ms_since(start);
	start = clock_mono_us();
	shown = with_drawing(order, r, raster);
	r->rc = encode(shown, &order->enc, r);
	lay_over(order, r, raster);
	r->encode_ms = ms_since(start);
	if (config->digest != NULL && r->raster != NULL)
		config->digest(raster, r->digest);
	raster_free(shown);
	raster_free(raster);
}

void
pipeline_make_delta(const struct pipeline_delta *d, struct pipeline_picture *r)
{
	uint32_t w = d->base->width, h = d->base->height;
	uint8_t *before = drawing_layer(d->before, &d->place, w, h);
	uint8_t *after = drawing_layer(d->after, &d->place, w, h);
	struct drawing_change c = { d->base, before, after };

	r->delta = true;
	r->width = w;
	r->height = h;
	r->place = d->place;
	r->step = (struct ladder_step){ .levels = d->enc.levels, .reduce = 1 };
	r->rc = drawing_delta(&c, &d->enc, &r->bytes, &r->err);
	r->raster = raster_ref(d->base);
	r->drawing = drawing_ref(d->after);
	free(before);
	free(after);
}
