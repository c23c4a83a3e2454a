/* Owns the comparison of our sixel encoder with its peers: one process, one thread, one run,
 * medians of CPU time, a memory sink.  Pictures are synthetic and the same in every run.  The
 * last two columns are against libsixel with the same palette of 101 greys.
 *
 * libchafa's few entry points are declared here, so that its headers' need for GLib's is not
 * ours. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sixel/sixel.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "render/picture.h"
#include "tests/support/sixel_decode.c"

enum { RUNS = 41, WARM = 3, METHODS_MAX = 8 };

/* ---- pictures ------------------------------------------------------------------------------ */

static uint32_t
noise_next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* About normal, standard deviation 1: the sum of twelve even ones. */
static double
noise_normal(uint32_t *seed)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += noise_next(seed) / 4294967296.0;
	return sum;
}

static double
ellipse(double x, double y, double cx, double cy, double rx, double ry)
{
	double dx = (x - cx) / rx, dy = (y - cy) / ry;

	return dx * dx + dy * dy;
}

/* A head: air, skull, brain of two greys, ventricles; HU with the noise of a routine scan. */
static double
ct_value(double x, double y, uint32_t *seed)
{
	double head = ellipse(x, y, 0.5, 0.5, 0.36, 0.44), n = 4 * noise_normal(seed);

	if (head > 1)
		return -1000 + 10 * fabs(n);
	if (head > 0.84)
		return 900 + 10 * n;
	if (ellipse(x, y, 0.44, 0.46, 0.03, 0.12) < 1 || ellipse(x, y, 0.56, 0.46, 0.03, 0.12) < 1)
		return 8 + n;
	return (head > 0.62 + 0.1 * sin(40 * x) ? 38 : 30) + 3 * sin(9 * y) + n;
}

/* A joint: smooth tissue of wide contrast and noise everywhere, air included. */
static double
mr_value(double x, double y, uint32_t *seed)
{
	double body = ellipse(x, y, 0.5, 0.55, 0.42, 0.48), n = 26 * noise_normal(seed);
	double tissue = 380 + 220 * sin(7 * x + 3 * sin(5 * y)) + 160 * cos(11 * y);

	return body > 1 ? fabs(n) : fabs(tissue * (1.1 - 0.5 * body) + n);
}

struct scene {
	const char *name;
	uint32_t size;
	double (*value)(double x, double y, uint32_t *seed);
	struct window window;
};

static const struct scene scenes[] = {
	{ "ct512", 512, ct_value, { .centre = 40, .width = 100 } },
	{ "mr512", 512, mr_value, { .centre = 400, .width = 900 } },
	{ "ct1024", 1024, ct_value, { .centre = 40, .width = 100 } },
	{ "mr1024", 1024, mr_value, { .centre = 400, .width = 900 } },
};

/* The scanner's matrix is 512: a 1024 picture is that, enlarged by the viewer. */
static struct raster *
scene_raster(const struct scene *s)
{
	struct frame_info info = {
		.kind = FRAME_S16, .width = 512, .height = 512, .aspect = 1, .slope = 1
	};
	struct picture_view v = { .width = s->size,
		.height = s->size,
		.device_aspect = 1,
		.zoom = 1,
		.centre_x = 0.5,
		.centre_y = 0.5,
		.window = s->window };
	struct frame *f = frame_new(&info);
	int16_t *p = f->pixels;
	uint32_t seed = 20221122;
	struct raster *r;

	for (int i = 0; i < 512 * 512; i++)
		p[i] = (int16_t)lrint(s->value(i % 512 / 512.0, i / 512 / 512.0, &seed));
	r = picture_make(f, &v, NULL);
	frame_unref(f);
	return r;
}

/* ---- methods ------------------------------------------------------------------------------- */

struct method {
	const char *name;
	void (*encode)(const struct raster *r, const struct method *m, struct buf *out);
	struct picture_encoding enc;
};

static void
encode_ours(const struct raster *r, const struct method *m, struct buf *out)
{
	if (picture_encode(r, &m->enc, out, NULL) != RC_OK)
		abort();
}

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

/* What img2sixel does by default: an adaptive palette of 256, diffusion, high quality left to
 * "auto". */
static void
encode_adaptive(const struct raster *r, const struct method *m, struct buf *out)
{
	sixel_output_t *output = NULL;
	sixel_dither_t *dither = NULL;
	uint8_t *rgb = rgb_of(r);

	(void)m;
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

enum { CHAFA_SIXELS = 1, CHAFA_RGB8 = 8 };

static void
encode_chafa(const struct raster *r, const struct method *m, struct buf *out)
{
	struct chafa_config *config = chafa_canvas_config_new();
	struct chafa_canvas *canvas;
	struct chafa_text *text;
	uint8_t *rgb = rgb_of(r);

	(void)m;
	chafa_set_n_threads(1);
	chafa_canvas_config_set_pixel_mode(config, CHAFA_SIXELS);
	chafa_canvas_config_set_cell_geometry(config, 8, 8);
	chafa_canvas_config_set_geometry(config, (int)r->width / 8, (int)r->height / 8);
	canvas = chafa_canvas_new(config);
	chafa_canvas_draw_all_pixels(
		canvas, CHAFA_RGB8, rgb, (int)r->width, (int)r->height, (int)r->width * 3);
	text = chafa_canvas_print(
		canvas, chafa_term_db_get_fallback_info(chafa_term_db_get_default()));
	buf_add(out, text->str, text->len);
	g_string_free(text, 1);
	chafa_canvas_unref(canvas);
	chafa_canvas_config_unref(config);
	free(rgb);
}
#endif

enum { OURS, FAST, PAL8 };

static const struct method methods[] = {
	[OURS] = { "ours", encode_ours, { .protocol = PICTURE_SIXEL, .levels = 101 } },
	[FAST] = { "ours fast", encode_ours,
		{ .protocol = PICTURE_SIXEL, .levels = 101, .fast = true } },
	[PAL8] = { "libsixel PAL8", encode_ours,
		{ .protocol = PICTURE_SIXEL, .levels = 101, .libsixel = true } },
	{ "libsixel RGB", encode_adaptive, { 0 } },
#ifdef WITH_CHAFA
	{ "libchafa", encode_chafa, { 0 } },
#endif
	{ "ours 32", encode_ours, { .protocol = PICTURE_SIXEL, .levels = 32 } },
	{ "ours exact", encode_ours, { .protocol = PICTURE_SIXEL, .levels = 256 } },
};

/* ---- measuring ----------------------------------------------------------------------------- */

struct result {
	double ms, psnr;
	size_t bytes;
	int greys;
};

static double
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Luminance after decoding against the picture.  -1 where it is not the same picture: libchafa
 * rescales to whole bands of six rows. */
static void
fidelity(const struct raster *r, const struct buf *out, struct result *res)
{
	struct sixel_image im;
	size_t n = (size_t)r->width * r->height;
	bool seen[SIXEL_REGISTERS] = { 0 };
	double sum = 0;

	res->psnr = -1;
	if (sixel_decode_image(out->data, out->len, &im) && im.width >= r->width &&
		im.height >= r->height) {
		for (size_t i = 0; i < n; i++) {
			size_t at = i / r->width * im.width + i % r->width;
			const uint8_t *p = im.percent[im.index[at] % SIXEL_REGISTERS];
			double y = (0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2]) * 2.55;

			res->greys += !seen[im.index[at] % SIXEL_REGISTERS];
			seen[im.index[at] % SIXEL_REGISTERS] = true;
			sum += (y - r->pixels[i]) * (y - r->pixels[i]);
		}
		res->psnr = sum > 0 ? 10 * log10(255.0 * 255 * (double)n / sum) : 99;
	}
	sixel_image_release(&im);
}

static struct result
measure(const struct raster *r, const struct method *m)
{
	double ms[RUNS];
	struct result res = { 0 };
	struct buf out = { 0 };

	for (int i = -WARM; i < RUNS; i++) {
		double start;

		buf_clear(&out);
		start = cpu_ms();
		m->encode(r, m, &out);
		if (i >= 0)
			ms[i] = cpu_ms() - start;
	}
	qsort(ms, RUNS, sizeof(ms[0]), compare);
	res.ms = ms[RUNS / 2];
	res.bytes = out.len;
	fidelity(r, &out, &res);
	buf_release(&out);
	return res;
}

int
main(void)
{
	printf("%-8s %-14s %8s %9s %7s %6s %8s %8s\n", "picture", "encoder", "ms", "bytes", "dB",
		"greys", "time/lib", "bytes/lib");
	for (size_t s = 0; s < MEM_COUNT(scenes); s++) {
		struct raster *r = scene_raster(&scenes[s]);
		struct result res[METHODS_MAX];

		for (size_t m = 0; m < MEM_COUNT(methods); m++)
			res[m] = measure(r, &methods[m]);
		for (size_t m = 0; m < MEM_COUNT(methods); m++)
			printf("%-8s %-14s %8.2f %9zu %7.1f %6d %8.3f %8.3f\n", scenes[s].name,
				methods[m].name, res[m].ms, res[m].bytes, res[m].psnr, res[m].greys,
				res[m].ms / res[PAL8].ms,
				(double)res[m].bytes / (double)res[PAL8].bytes);
		raster_free(r);
	}
	return 0;
}
