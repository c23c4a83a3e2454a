/* Owns the geometry of a view, what is written into the picture, and the choice of the encoder.
 * No state; any thread. */
#include "render/picture.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "render/encoders.h"
#include "render/greys.h"
#include "render/grid.h"
#include "render/label.h"
#include "render/palette.h"
#include "render/scale.h"
#include "render/sixel.h"

enum { TEXT_FROM = 48, DEFAULT_LEVELS = 101 };

static const size_t output_limit = (size_t)64 << 20;
static const double zoom_least = 1.0 / 64;
static const double ONE_TO_ONE_BELOW = 1.15;

/* ---- making -------------------------------------------------------------------------------- */

static double
clamp(double v, double least, double most)
{
	return !(v >= least) ? least : v > most ? most : v; /* not a number becomes the least */
}

static double
positive(double v)
{
	return isfinite(v) && v > 0 ? v : 1;
}

/* Along one axis: n image pixels at `scale` raster pixels each, `box` of them at most, `centre` in
 * the middle.  Where the whole axis is shown the scale is adjusted to whole raster pixels. */
static uint32_t
place_axis(uint32_t n, uint32_t box, double centre, double *scale, double *start)
{
	double full = floor(n * *scale + 0.5);
	uint32_t out = (uint32_t)clamp(full, 1, box);

	if (full <= box) {
		*scale = (double)out / n;
		*start = 0;
		return out;
	}
	*start = clamp(clamp(centre, 0, 1) * n - out / *scale / 2, 0, n - out / *scale);
	return out;
}

struct layout {
	struct picture_place place;
	uint32_t width, height;
};

static struct layout
lay_out(const struct frame_info *info, const struct picture_view *v)
{
	uint32_t box_w = v->width > 0 ? v->width : 1, box_h = v->height > 0 ? v->height : 1;
	double stretch = positive(info->aspect) / positive(v->device_aspect);
	double fit = fmin(box_w / (double)info->width, box_h / (info->height * stretch));
	struct layout l;
	double scale;

	/* a little smaller than could be, but pixel for pixel: nothing is blurred, and nothing scaled */
	if (fit > 1 && fit < ONE_TO_ONE_BELOW && fabs(stretch - 1) < 1e-6)
		fit = 1;
	scale = fit * clamp(v->zoom, zoom_least, PICTURE_ZOOM_MAX);
	l.place = (struct picture_place){ .scale_x = scale, .scale_y = scale * stretch };
	l.width = place_axis(info->width, box_w, v->centre_x, &l.place.scale_x, &l.place.left);
	l.height = place_axis(info->height, box_h, v->centre_y, &l.place.scale_y, &l.place.top);
	return l;
}

static void
draw_texts(struct raster *r, const struct picture_view *v)
{
	int scale = label_scale(r), w = LABEL_WIDTH * scale, h = LABEL_HEIGHT * scale, edge = scale;
	int width = (int)r->width, height = (int)r->height;
	int right_end = width - edge - w * (int)strlen(v->right);

	if (width < TEXT_FROM || height < TEXT_FROM)
		return;
	label_draw(r, edge, (height - h) / 2, scale, v->left);
	label_draw(r, right_end, (height - h) / 2, scale, v->right);
	label_draw(r, (width - w * (int)strlen(v->top)) / 2, edge, scale, v->top);
	label_draw(r, (width - w * (int)strlen(v->bottom)) / 2, height - edge - h, scale, v->bottom);
	label_draw(r, edge, height - edge - h, scale, v->caption);
}

struct raster *
picture_make(const struct frame *f, const struct picture_view *v, struct picture_place *place)
{
	struct layout l = lay_out(&f->info, v);
	struct scale_source s = { .width = f->info.width,
		.height = f->info.height,
		.colour = f->info.kind == FRAME_RGB8,
		.left = l.place.left,
		.top = l.place.top,
		.kind = v->scale,
		.shown_width = l.width / l.place.scale_x,
		.shown_height = l.height / l.place.scale_y };
	uint8_t *grey = NULL;
	struct raster *r;

	s.pixels = f->pixels;
	if (!s.colour) {
		grey = mem_alloc((size_t)s.width * s.height);
		window_frame(f, &v->window, grey);
		s.pixels = grey;
	}
	r = scale_image(&s, l.width, l.height);
	free(grey);
	draw_texts(r, v);
	if (v->grid.columns > 0)
		grid_draw(r, &v->grid, &l.place, f->info.width, f->info.height);
	if (place != NULL)
		*place = l.place;
	return r;
}

const char *
picture_scaling_name(const struct picture_place *p, enum scale_kind kind)
{
	static const char *const names[] = {
		[SCALED_NOT] = "as stored",
		[SCALED_AREA] = "area average",
		[SCALED_CUBIC] = "cubic, clamped",
		[SCALED_NEAREST] = "nearest",
	};
	bool whole = p->left == floor(p->left) && p->top == floor(p->top);

	return names[scale_rule(kind, p->scale_x, p->scale_y, whole)];
}

/* ---- encoding ------------------------------------------------------------------------------ */

static enum rc
encode_sixel_grey(
	const struct raster *r, const struct picture_encoding *enc, struct buf *out, struct err *e)
{
	struct sixel_picture pic = { .width = r->width, .height = r->height };
	size_t n = (size_t)r->width * r->height;
	uint8_t rgb[PALETTE_MAX * 3];
	struct grey_palette pal;
	enum rc rc;

	if (!palette_greys(&pal, enc->levels != 0 ? enc->levels : DEFAULT_LEVELS))
		return err_set(e, RC_INVALID,
			"a sixel picture has 16, 32, 64, 101 or 256 greys, not %d", enc->levels);
	if (!enc->libsixel)
		return greys_encode(r, &pal, enc->fast ? GREYS_FAST : 0, output_limit, out, e);
	for (int i = 0; i < pal.levels; i++) {
		rgb[3 * i] = (uint8_t)((pal.reg[i].r * 255 + 50) / 100);
		rgb[3 * i + 1] = (uint8_t)((pal.reg[i].g * 255 + 50) / 100);
		rgb[3 * i + 2] = (uint8_t)((pal.reg[i].b * 255 + 50) / 100);
	}
	pic.index = mem_alloc(n);
	for (size_t i = 0; i < n; i++)
		pic.index[i] = pal.of[r->pixels[i]];
	pic.colours = pal.levels;
	pic.rgb = rgb;
	rc = sixel_encode_indexed(&pic, output_limit, out, e);
	free(pic.index);
	return rc;
}

static enum rc
encode_sixel(
	const struct raster *r, const struct picture_encoding *enc, struct buf *out, struct err *e)
{
	struct sixel_picture pic = {
		.width = r->width, .height = r->height, .colours = PALETTE_MAX
	};
	size_t n = (size_t)r->width * r->height;
	uint8_t rgb[PALETTE_MAX * 3];
	enum rc rc;

	if (!r->colour)
		return encode_sixel_grey(r, enc, out, e);
	palette_colours(rgb);
	pic.rgb = rgb;
	pic.index = mem_alloc(n);
	palette_map(r->pixels, n, pic.index);
	rc = sixel_encode_indexed(&pic, output_limit, out, e);
	free(pic.index);
	return rc;
}

/* A protocol either has `encode`, which watches the limit itself, or `simple` with the most
 * bytes that a pixel can take. */
static const struct protocol {
	const char *name;
	enum rc (*encode)(const struct raster *r, const struct picture_encoding *enc,
		struct buf *out, struct err *e);
	void (*simple)(const struct raster *r, const struct picture_encoding *enc, struct buf *out);
	size_t pixel_bytes;
} protocols[PICTURE_PROTOCOLS] = {
	[PICTURE_SIXEL] = { .name = "sixel", .encode = encode_sixel },
	[PICTURE_KITTY] = { .name = "kitty", .simple = kitty_encode, .pixel_bytes = 5 },
	[PICTURE_BLOCKS_RGB] = { .name = "blocks", .simple = cells_encode, .pixel_bytes = 24 },
	[PICTURE_BLOCKS_256] = { .name = "blocks256", .simple = cells_encode, .pixel_bytes = 16 },
	[PICTURE_PGM] = { .name = "pgm", .simple = netpbm_encode, .pixel_bytes = 1 },
	[PICTURE_PPM] = { .name = "ppm", .simple = netpbm_encode, .pixel_bytes = 3 },
};

enum rc
picture_encode(
	const struct raster *r, const struct picture_encoding *enc, struct buf *out, struct err *e)
{
	const struct protocol *p = &protocols[enc->protocol];
	size_t before = out->len;
	enum rc rc;

	assert(enc->protocol < PICTURE_PROTOCOLS && r->width > 0 && r->height > 0);
	if (p->encode == NULL && (size_t)r->width * r->height > output_limit / p->pixel_bytes)
		return err_set(e, RC_LIMIT, "a picture of %u x %u is too large for %s",
			(unsigned)r->width, (unsigned)r->height, p->name);
	if (p->encode == NULL) {
		p->simple(r, enc, out);
		return RC_OK;
	}
	rc = p->encode(r, enc, out, e);
	if (rc != RC_OK && out->len > before) {
		out->len = before;
		out->data[before] = '\0';
	}
	return rc;
}

int
picture_column(const struct picture_encoding *enc, uint32_t width)
{
	int cw = enc->cell_width > 0 ? enc->cell_width : 1, taken = ((int)width + cw - 1) / cw;

	return enc->column + (taken < enc->columns ? (enc->columns - taken) / 2 : 0);
}

const char *
picture_protocol_name(enum picture_protocol p)
{
	return protocols[p].name;
}

bool
picture_protocol_of(const char *name, enum picture_protocol *out)
{
	for (int i = 0; i < PICTURE_PROTOCOLS; i++) {
		if (strcmp(protocols[i].name, name) == 0) {
			*out = (enum picture_protocol)i;
			return true;
		}
	}
	return false;
}
