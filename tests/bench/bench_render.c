/* Owns the comparison of our sixel encoder with its peers, and the figures of kitty's PNG, of scaling, of
 * projections and of contact sheets: one process, one thread, one run, medians of CPU time, a memory sink.  Peers take
 * turns, so that a busy machine slows all of them.  What is compared is bytes and time for a picture of 8-bit greys; what a
 * terminal shows of them is measured from libsixel's decoding.  The last two columns are against libsixel with the same palette
 * of 101 greys.
 *
 * gz is what gzip -6 leaves of the bytes, as `ssh -C` does. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <zlib.h>

#include "core/base/mem.h"
#include "render/mosaic.h"
#include "render/picture.h"
#include "render/project.h"
#include "render/scale.h"
#include "tests/bench/peers.h"
#include "tests/bench/scenes.h"

enum { RUNS = 51, WARM = 3, METHODS_MAX = 20, SLICES = 200 };

/* ---- methods ------------------------------------------------------------------------------- */

struct method {
	const char *name;
	void (*peer)(const struct raster *r, struct buf *out); /* NULL: picture_encode */
	struct picture_encoding enc;
};

#define OUR(levels_, fast_) \
	{ \
		.protocol = PICTURE_SIXEL, .levels = (levels_), .fast = (fast_) \
	}
#define LIBSIXEL(levels_) \
	{ \
		.protocol = PICTURE_SIXEL, .levels = (levels_), .libsixel = true \
	}

enum { OURS, FAST, PAL8, CHAFA, IMG2SIXEL };

static const struct method methods[] = {
	[OURS] = { .name = "ours 101", .enc = OUR(101, false) },
	[FAST] = { .name = "ours fast 101", .enc = OUR(101, true) },
	[PAL8] = { .name = "libsixel PAL8 101", .enc = LIBSIXEL(101) },
	[CHAFA] = { .name = "libchafa", .peer = peer_chafa },
	[IMG2SIXEL] = { .name = "libsixel default", .peer = peer_img2sixel },
	{ .name = "ours 16", .enc = OUR(16, false) },
	{ .name = "ours 32", .enc = OUR(32, false) },
	{ .name = "ours 64", .enc = OUR(64, false) },
	{ .name = "ours 256", .enc = OUR(256, false) },
	{ .name = "ours fast 16", .enc = OUR(16, true) },
	{ .name = "ours fast 32", .enc = OUR(32, true) },
	{ .name = "ours fast 64", .enc = OUR(64, true) },
	{ .name = "ours fast 256", .enc = OUR(256, true) },
	{ .name = "libsixel PAL8 256", .enc = LIBSIXEL(256) },
	{ .name = "kitty PNG", .enc = { .protocol = PICTURE_KITTY } },
};

static void
encode(const struct method *m, const struct raster *r, struct buf *out)
{
	if (m->peer != NULL)
		m->peer(r, out);
	else if (picture_encode(r, &m->enc, out, NULL) != RC_OK)
		abort();
}

/* ---- measuring ----------------------------------------------------------------------------- */

struct result {
	double ms, psnr; /* psnr: -1 where nothing could be decoded */
	size_t bytes, zipped;
	int greys; /* different ones on the glass */
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

static double
median(double *ms, size_t n)
{
	qsort(ms, n, sizeof(*ms), compare);
	return ms[n / 2];
}

static int
count_different(double *values, size_t n)
{
	int count = 0;

	qsort(values, n, sizeof(*values), compare);
	for (size_t i = 0; i < n; i++)
		count += i == 0 || values[i] - values[i - 1] > 1e-9;
	return count;
}

/* What a terminal shows, in luminance, against the picture. */
static void
fidelity(const struct raster *r, const struct buf *out, struct result *res)
{
	size_t n = (size_t)r->width * r->height;
	double *shown = mem_alloc(n * sizeof(*shown)), sum = 0;

	res->psnr = -1;
	if (peer_luminance(out, r->width, r->height, shown)) {
		for (size_t i = 0; i < n; i++)
			sum += (shown[i] - r->pixels[i]) * (shown[i] - r->pixels[i]);
		res->psnr = sum > 0 ? 10 * log10(255.0 * 255 * (double)n / sum) : 99;
		res->greys = count_different(shown, n);
	}
	free(shown);
}

static size_t
zipped_size(const struct buf *b, double *ms)
{
	uLongf size = compressBound(b->len);
	Bytef *to = mem_alloc(size);
	double start = cpu_ms();

	if (compress2(to, &size, (const Bytef *)b->data, b->len, 6) != Z_OK)
		abort();
	*ms += cpu_ms() - start;
	free(to);
	return size;
}

struct line { /* of ssh -C, over all pictures of ours at 101 greys */
	size_t bytes, zipped;
	double ms;
};

static void
measure(const struct raster *r, struct result *res, struct line *line)
{
	static double ms[METHODS_MAX][RUNS];
	struct buf out[METHODS_MAX] = { 0 };

	for (int i = -WARM; i < RUNS; i++) {
		for (size_t m = 0; m < MEM_COUNT(methods); m++) {
			double start;

			buf_clear(&out[m]);
			start = cpu_ms();
			encode(&methods[m], r, &out[m]);
			if (i >= 0)
				ms[m][i] = cpu_ms() - start;
		}
	}
	for (size_t m = 0; m < MEM_COUNT(methods); m++) {
		double zip = 0;

		res[m].ms = median(ms[m], RUNS);
		res[m].bytes = out[m].len;
		res[m].zipped = zipped_size(&out[m], &zip);
		if (m == OURS) {
			line->bytes += res[m].bytes;
			line->zipped += res[m].zipped;
			line->ms += zip;
		}
		if (methods[m].enc.protocol == PICTURE_SIXEL)
			fidelity(r, &out[m], &res[m]);
		buf_release(&out[m]);
	}
}

static void
print_methods(int scene, const struct result *res)
{
	for (size_t m = 0; m < MEM_COUNT(methods); m++) {
		if (res[m].bytes == 0) /* no libchafa here */
			continue;
		printf("%-7s %-17s %7.2f %9zu %9zu", scene_name(scene), methods[m].name, res[m].ms,
			res[m].bytes, res[m].zipped);
		if (res[m].greys > 0)
			printf(" %6.1f %5d", res[m].psnr, res[m].greys);
		else
			printf(" %6s %5s", "exact", "256"); /* a PNG */
		printf(" %8.3f %9.3f\n", res[m].ms / res[PAL8].ms,
			(double)res[m].bytes / (double)res[PAL8].bytes);
	}
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

static double
byte_ratio(const struct result *res, int a, int b)
{
	return (double)res[a].bytes / (double)res[b].bytes;
}

static void
at_most(const char *what, double value, double limit)
{
	printf("  %s %.3f <= %.2f %s", what, value, limit, verdict(value <= limit));
}

static void
print_targets(int scene, const struct result *res)
{
	printf("%-7s against libsixel:", scene_name(scene));
	at_most("time", ratio(res, OURS, PAL8), 0.35);
	at_most("bytes", byte_ratio(res, OURS, PAL8), 0.97);
	at_most("fast: time", ratio(res, FAST, PAL8), 0.17);
	printf("\n");
	if (!peer_has_chafa())
		return;
	printf("%-7s against libchafa:", scene_name(scene));
	at_most("time", ratio(res, OURS, CHAFA), 0.45);
	printf("  dB more %.1f >= 5 %s  bytes %.3f\n", res[OURS].psnr - res[CHAFA].psnr,
		verdict(res[OURS].psnr - res[CHAFA].psnr >= 5), byte_ratio(res, OURS, CHAFA));
}

/* ---- scaling ------------------------------------------------------------------------------- */

static double
scale_ms(const struct raster *r, uint32_t side, enum scale_kind kind)
{
	struct scale_source s = { .pixels = r->pixels,
		.width = r->width,
		.height = r->height,
		.shown_width = r->width,
		.shown_height = r->height,
		.kind = kind };
	double ms[RUNS];

	for (int i = 0; i < RUNS; i++) {
		double start = cpu_ms();

		raster_free(scale_image(&s, side, side));
		ms[i] = cpu_ms() - start;
	}
	return median(ms, RUNS);
}

static void
measure_scaling(void)
{
	bool real;
	struct raster *r = scene_raster(1, &real);

	printf("scale   512 to 340 area average %.2f ms", scale_ms(r, 340, SCALE_AUTO));
	for (uint32_t side = 600; side <= 1536; side += 468)
		printf("; to %u cubic %.2f, nearest %.2f ms", (unsigned)side,
			scale_ms(r, side, SCALE_SMOOTH), scale_ms(r, side, SCALE_PIXELS));
	printf("\n");
	raster_free(r);
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
		f[i] = scene_phantom(0, i + 1);
	p = project_new(&f[0]->info);
	m = mosaic_new(20, 10, 96, 96, &f[0]->info);
	start = cpu_ms();
	for (uint32_t i = 0; i < SLICES; i++)
		project_add(p, f[i % MEM_COUNT(f)], i, NULL);
	add = cpu_ms() - start;
	start = cpu_ms();
	for (int which = 0; which < PROJECTIONS; which++)
		frame_unref(project_frame(p, (enum projection)which));
	result = cpu_ms() - start;
	start = cpu_ms();
	for (uint32_t i = 0; i < SLICES; i++)
		mosaic_put(m, i, f[i % MEM_COUNT(f)]);
	put = (cpu_ms() - start) / SLICES;
	printf("project all six of %d slices of 512x512: %.0f ms <= 400 %s (%.2f ms a slice, %.2f "
	       "ms a result)\n",
		SLICES, add + result, verdict(add + result <= 400), add / SLICES,
		result / PROJECTIONS);
	printf("mosaic  %.2f ms a slice into a cell of 96\n", put);
	for (uint32_t i = 0; i < MEM_COUNT(f); i++)
		frame_unref(f[i]);
	project_free(p);
	mosaic_free(m);
}

int
main(void)
{
	struct result res[SCENES][METHODS_MAX] = { 0 };
	struct line line = { 0 };

	printf("%-7s %-17s %7s %9s %9s %6s %5s %8s %9s\n", "picture", "encoder", "ms", "bytes",
		"gz", "dB", "greys", "time/lib", "bytes/lib");
	for (int s = 0; s < SCENES; s++) {
		bool real;
		struct raster *r = scene_raster(s, &real);

		measure(r, res[s], &line);
		print_methods(s, res[s]);
		printf("%-7s is %s, check sum %08x\n", scene_name(s),
			real ? "a slice of the corpus" : "a phantom", (unsigned)scene_check_sum(r));
		raster_free(r);
	}
	for (int s = 0; s < SCENES; s++)
		print_targets(s, res[s]);
	printf("ssh -C  %.2f times fewer bytes at 101 greys, zlib takes %.1f ms for 100 kB\n",
		(double)line.bytes / (double)line.zipped, line.ms / (double)line.bytes * 1e5);
	measure_scaling();
	measure_series();
	return 0;
}
