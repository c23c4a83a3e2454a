/* Owns the comparison of our sixel encoder with its peers, and the figures of kitty's PNG, of
 * projections and of contact sheets: one process, one thread, one run, medians of CPU time, a
 * memory sink.  Peers take turns, so that a busy machine slows all of them.  Pictures are
 * synthetic and the same everywhere: no libm in them; a check sum of each is printed.  The last
 * two columns are against libsixel with the same palette of 101 greys.
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
#include "render/mosaic.h"
#include "render/picture.h"
#include "render/project.h"
#include "tests/support/sixel_decode.c"

enum { RUNS = 41, WARM = 3, METHODS_MAX = 10, SLICES = 200 };

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

/* The sine of x: not libm's, whose last bit is another on every machine. */
static double
wave(double x)
{
	double turn = x / 6.283185307179586, term, sum, square;

	x = (turn - floor(turn + 0.5)) * 6.283185307179586;
	square = x * x;
	sum = term = x;
	for (int i = 2; i < 24; i += 2) {
		term *= -square / (i * (i + 1));
		sum += term;
	}
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
	return (head > 0.62 + 0.1 * wave(40 * x) ? 38 : 30) + 3 * wave(9 * y) + n;
}

/* A joint: smooth tissue of wide contrast and noise everywhere, air included. */
static double
mr_value(double x, double y, uint32_t *seed)
{
	double body = ellipse(x, y, 0.5, 0.55, 0.42, 0.48), n = 26 * noise_normal(seed);
	double tissue = 380 + 220 * wave(7 * x + 3 * wave(5 * y)) + 160 * wave(11 * y + 1.5707963);

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

static struct frame *
scene_frame(const struct scene *s, uint32_t seed)
{
	struct frame_info info = {
		.kind = FRAME_S16, .width = 512, .height = 512, .aspect = 1, .slope = 1
	};
	struct frame *f = frame_new(&info);
	int16_t *p = f->pixels;

	for (int i = 0; i < 512 * 512; i++)
		p[i] = (int16_t)lrint(s->value(i % 512 / 512.0, i / 512 / 512.0, &seed));
	return f;
}

/* The scanner's matrix is 512: a 1024 picture is that, enlarged by the viewer. */
static struct raster *
scene_raster(const struct scene *s)
{
	struct picture_view v = { .width = s->size,
		.height = s->size,
		.device_aspect = 1,
		.zoom = 1,
		.centre_x = 0.5,
		.centre_y = 0.5,
		.window = s->window };
	struct frame *f = scene_frame(s, 20221122);
	struct raster *r = picture_make(f, &v, NULL);

	frame_unref(f);
	return r;
}

/* FNV-1a */
static uint32_t
check_sum(const struct raster *r)
{
	uint32_t sum = 2166136261u;

	for (size_t i = 0; i < (size_t)r->width * r->height; i++)
		sum = (sum ^ r->pixels[i]) * 16777619u;
	return sum;
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

enum { OURS, FAST, PAL8, KITTY, CHAFA };

static const struct method methods[] = {
	[OURS] = { "ours", encode_ours, { .protocol = PICTURE_SIXEL, .levels = 101 } },
	[FAST] = { "ours fast", encode_ours,
		{ .protocol = PICTURE_SIXEL, .levels = 101, .fast = true } },
	[PAL8] = { "libsixel PAL8", encode_ours,
		{ .protocol = PICTURE_SIXEL, .levels = 101, .libsixel = true } },
	[KITTY] = { "kitty PNG", encode_ours, { .protocol = PICTURE_KITTY } },
#ifdef WITH_CHAFA
	[CHAFA] = { "libchafa", encode_chafa, { 0 } },
#endif
	{ "libsixel RGB", encode_adaptive, { 0 } },
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

static void
measure(const struct raster *r, struct result *res)
{
	static double ms[METHODS_MAX][RUNS];
	struct buf out[METHODS_MAX] = { 0 };

	for (int i = -WARM; i < RUNS; i++) {
		for (size_t m = 0; m < MEM_COUNT(methods); m++) {
			double start;

			buf_clear(&out[m]);
			start = cpu_ms();
			methods[m].encode(r, &methods[m], &out[m]);
			if (i >= 0)
				ms[m][i] = cpu_ms() - start;
		}
	}
	for (size_t m = 0; m < MEM_COUNT(methods); m++) {
		qsort(ms[m], RUNS, sizeof(ms[m][0]), compare);
		res[m].ms = ms[m][RUNS / 2];
		res[m].bytes = out[m].len;
		fidelity(r, &out[m], &res[m]);
		buf_release(&out[m]);
	}
}

static void
print_methods(const struct scene *s, const struct result *res)
{
	for (size_t m = 0; m < MEM_COUNT(methods); m++)
		printf("%-8s %-14s %8.2f %9zu %7.1f %6d %8.3f %8.3f\n", s->name, methods[m].name,
			res[m].ms, res[m].bytes, res[m].psnr, res[m].greys,
			res[m].ms / res[PAL8].ms, (double)res[m].bytes / (double)res[PAL8].bytes);
}

/* ---- targets ------------------------------------------------------------------------------- */

static const char *
verdict(bool pass)
{
	return pass ? "PASS" : "MISS";
}

static double
ratio(const struct result *res, int a, int b)
{
	return res[a].ms / res[b].ms;
}

static void
print_targets(const struct scene *s, const struct result *res)
{
	double time = ratio(res, OURS, PAL8), fast = ratio(res, FAST, PAL8);
	double bytes = (double)res[OURS].bytes / (double)res[PAL8].bytes;

	printf("%-8s time %.3f <= 0.35 %s  bytes %.4f <= 0.97 %s  fast %.3f <= 0.17 %s", s->name,
		time, verdict(time <= 0.35), bytes, verdict(bytes <= 0.97), fast,
		verdict(fast <= 0.17));
#ifdef WITH_CHAFA
	printf("  time/chafa %.3f <= 0.45 %s", ratio(res, OURS, CHAFA),
		verdict(ratio(res, OURS, CHAFA) <= 0.45));
#endif
	printf("\n");
}

/* ---- series -------------------------------------------------------------------------------- */

/* SLICES of 512 x 512, eight different ones in turn: what is measured does not look at content. */
static void
measure_series(void)
{
	struct frame *f[8];
	struct project *p;
	struct mosaic *m;
	double start, add, result, put;

	for (uint32_t i = 0; i < MEM_COUNT(f); i++)
		f[i] = scene_frame(&scenes[0], i + 1);
	p = project_new(&f[0]->info);
	m = mosaic_new(20, 10, 96, 96, &f[0]->info);
	start = cpu_ms();
	for (uint32_t i = 0; i < SLICES; i++)
		project_add(p, f[i % MEM_COUNT(f)], i, NULL);
	add = (cpu_ms() - start) / SLICES;
	start = cpu_ms();
	for (int which = 0; which < PROJECTIONS; which++)
		frame_unref(project_frame(p, (enum projection)which));
	result = (cpu_ms() - start) / PROJECTIONS;
	start = cpu_ms();
	for (uint32_t i = 0; i < SLICES; i++)
		mosaic_put(m, i, f[i % MEM_COUNT(f)]);
	put = (cpu_ms() - start) / SLICES;
	printf("project  %.2f ms a slice <= 4 %s, %.2f ms a result\n", add, verdict(add <= 4),
		result);
	printf("mosaic   %.2f ms a slice into a cell of 96\n", put);
	for (uint32_t i = 0; i < MEM_COUNT(f); i++)
		frame_unref(f[i]);
	project_free(p);
	mosaic_free(m);
}

int
main(void)
{
	struct result res[MEM_COUNT(scenes)][METHODS_MAX] = { 0 };

	printf("%-8s %-14s %8s %9s %7s %6s %8s %8s\n", "picture", "encoder", "ms", "bytes", "dB",
		"greys", "time/lib", "bytes/lib");
	for (size_t s = 0; s < MEM_COUNT(scenes); s++) {
		struct raster *r = scene_raster(&scenes[s]);

		measure(r, res[s]);
		print_methods(&scenes[s], res[s]);
		printf("%-8s check sum %08x\n", scenes[s].name, (unsigned)check_sum(r));
		raster_free(r);
	}
	for (size_t s = 0; s < MEM_COUNT(scenes); s++)
		print_targets(&scenes[s], res[s]);
	measure_series();
	return 0;
}
