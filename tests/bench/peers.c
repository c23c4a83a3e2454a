/* Owns the calls of libsixel's and libchafa's own ways to a sixel picture, and of libsixel's decoder.  libchafa's few entry
 * points are declared here, so that its headers' need for GLib's is not ours. */
#include "tests/bench/peers.h"

#include <stdlib.h>
#include <string.h>

#include <sixel/sixel.h>

#include "core/base/mem.h"

static uint8_t *
rgb_of(const struct raster *r)
{
	size_t n = (size_t)r->width * r->height;
	uint8_t *rgb = mem_alloc(n * 3);

	for (size_t i = 0; i < n; i++)
		rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = r->pixels[i];
	return rgb;
}

static int
write_buf(char *data, int size, void *priv)
{
	buf_add(priv, data, (size_t)size);
	return size;
}

void
peer_img2sixel(const struct raster *r, struct buf *out)
{
	sixel_output_t *output = NULL;
	sixel_dither_t *dither = NULL;
	uint8_t *rgb = rgb_of(r);

	if (SIXEL_FAILED(sixel_output_new(&output, write_buf, out, NULL)) ||
		SIXEL_FAILED(sixel_dither_new(&dither, 256, NULL)))
		abort();
	sixel_dither_initialize(dither, rgb, (int)r->width, (int)r->height,
		SIXEL_PIXELFORMAT_RGB888, SIXEL_LARGE_AUTO, SIXEL_REP_AUTO, SIXEL_QUALITY_AUTO);
	sixel_encode(rgb, (int)r->width, (int)r->height, 3, dither, output);
	sixel_dither_unref(dither);
	sixel_output_unref(output);
	free(rgb);
}

#ifdef WITH_CHAFA
struct chafa_text { /* GLib's GString */
	char *str;
	size_t len, allocated;
};
struct chafa_config;
struct chafa_canvas;
struct chafa_term;
struct chafa_config *chafa_canvas_config_new(void);
void chafa_canvas_config_unref(struct chafa_config *c);
void chafa_canvas_config_set_geometry(struct chafa_config *c, int width, int height);
void chafa_canvas_config_set_cell_geometry(struct chafa_config *c, int width, int height);
void chafa_canvas_config_set_pixel_mode(struct chafa_config *c, int mode);
struct chafa_canvas *chafa_canvas_new(const struct chafa_config *c);
void chafa_canvas_unref(struct chafa_canvas *c);
void chafa_canvas_draw_all_pixels(
	struct chafa_canvas *c, int type, const uint8_t *p, int w, int h, int stride);
struct chafa_text *chafa_canvas_print(struct chafa_canvas *c, struct chafa_term *t);
void *chafa_term_db_get_default(void);
struct chafa_term *chafa_term_db_get_fallback_info(void *db);
void chafa_set_n_threads(int n);
char *g_string_free(struct chafa_text *s, int segment);

enum { CHAFA_SIXELS = 1, CHAFA_RGB8 = 8, BAND = 6, CELL = 8 };

bool
peer_has_chafa(void)
{
	return true;
}

/* 24 bits, the last row repeated down to `rows`. */
static uint8_t *
padded_rgb(const struct raster *r, uint32_t rows)
{
	uint8_t *rgb = mem_alloc((size_t)r->width * rows * 3), *p = rgb;

	for (uint32_t y = 0; y < rows; y++) {
		const uint8_t *row =
			r->pixels + (size_t)(y < r->height ? y : r->height - 1) * r->width;

		for (uint32_t x = 0; x < r->width; x++, p += 3)
			p[0] = p[1] = p[2] = row[x];
	}
	return rgb;
}

void
peer_chafa(const struct raster *r, struct buf *out)
{
	uint32_t rows = (r->height + BAND - 1) / BAND * BAND;
	struct chafa_config *config = chafa_canvas_config_new();
	struct chafa_canvas *canvas;
	struct chafa_text *text;
	uint8_t *rgb = padded_rgb(r, rows);

	chafa_set_n_threads(1);
	chafa_canvas_config_set_pixel_mode(config, CHAFA_SIXELS);
	chafa_canvas_config_set_cell_geometry(config, CELL, BAND);
	chafa_canvas_config_set_geometry(config, (int)r->width / CELL, (int)rows / BAND);
	canvas = chafa_canvas_new(config);
	chafa_canvas_draw_all_pixels(
		canvas, CHAFA_RGB8, rgb, (int)r->width, (int)rows, (int)r->width * 3);
	text = chafa_canvas_print(
		canvas, chafa_term_db_get_fallback_info(chafa_term_db_get_default()));
	buf_add(out, text->str, text->len);
	g_string_free(text, 1);
	chafa_canvas_unref(canvas);
	chafa_canvas_config_unref(config);
	free(rgb);
}
#else
bool
peer_has_chafa(void)
{
	return false;
}

void
peer_chafa(const struct raster *r, struct buf *out)
{
	(void)r;
	(void)out;
}
#endif

/* From the DCS on: libchafa wraps it in cursor movements. */
static const char *
sixel_start(const struct buf *b)
{
	return b->len > 0 ? strstr(b->data, "\033P") : NULL;
}

bool
peer_luminance(const struct buf *sixel, uint32_t width, uint32_t height, double *out)
{
	unsigned char *pixels = NULL, *palette = NULL;
	const char *start = sixel_start(sixel);
	int w = 0, h = 0, colours;
	bool enough = start != NULL &&
		sixel_decode_raw((unsigned char *)start, (int)(sixel->data + sixel->len - start),
			&pixels, &w, &h, &palette, &colours, NULL) == SIXEL_OK &&
		w >= (int)width && h >= (int)height;

	for (size_t i = 0; enough && i < (size_t)width * height; i++) {
		const unsigned char *c = palette + 3 * pixels[i / width * (size_t)w + i % width];

		out[i] = 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2];
	}
	free(pixels);
	free(palette);
	return enough;
}
