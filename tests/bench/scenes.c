/* Owns the pictures of the encoders' comparison.  Phantoms are the same everywhere: no libm in them. */
#include "tests/bench/scenes.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/dicom/decoder.h"
#include "render/picture.h"

/* ---- phantoms ------------------------------------------------------------------------------ */

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

/* ---- scenes -------------------------------------------------------------------------------- */

/* The head is 693_UNCR of pydicom's data, the joint its MR2_UNCR at half size; both have 512 x 512 pixels. */
static const struct scene {
	const char *name, *file;
	uint32_t size;
	double (*value)(double x, double y, uint32_t *seed);
	struct window window, of_phantom;
} scenes[SCENES] = {
	{ "ct512", "../shared/corpus/dev/odd/o30.dcm", 512, ct_value,
		{ .centre = 40, .width = 100 }, { .centre = 40, .width = 100 } },
	{ "mr512", "../shared/corpus/dev/burned-in/d05.dcm", 512, mr_value, { .width = 0 },
		{ .centre = 400, .width = 900 } },
	{ "ct1024", "../shared/corpus/dev/odd/o30.dcm", 1024, ct_value,
		{ .centre = 40, .width = 100 }, { .centre = 40, .width = 100 } },
	{ "mr1024", "../shared/corpus/dev/burned-in/d05.dcm", 1024, mr_value, { .width = 0 },
		{ .centre = 400, .width = 900 } },
};

const char *
scene_name(int scene)
{
	return scenes[scene].name;
}

struct frame *
scene_phantom(int scene, uint32_t seed)
{
	struct frame_info info = {
		.kind = FRAME_S16, .width = 512, .height = 512, .aspect = 1, .slope = 1
	};
	struct frame *f = frame_new(&info);
	int16_t *p = f->pixels;

	for (int i = 0; i < 512 * 512; i++)
		p[i] = (int16_t)lrint(scenes[scene].value(i % 512 / 512.0, i / 512 / 512.0, &seed));
	return f;
}

static struct frame *
decoded(const char *path)
{
	struct decoder *d = decoder_new(NULL);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct frame *f = NULL;

	if (fd >= 0 && decoder_frame(d, fd, 0, &f, NULL) != RC_OK)
		f = NULL;
	if (fd >= 0)
		close(fd);
	decoder_free(d);
	return f;
}

struct frame *
scene_slice(int scene, bool *real)
{
	struct frame *f = decoded(scenes[scene].file);

	*real = f != NULL;
	return f != NULL ? f : scene_phantom(scene, 20221122);
}

struct raster *
scene_raster(int scene, bool *real)
{
	const struct scene *s = &scenes[scene];
	struct picture_view v = { .width = s->size,
		.height = s->size,
		.device_aspect = 1,
		.zoom = 1,
		.centre_x = 0.5,
		.centre_y = 0.5 };
	struct frame *f = scene_slice(scene, real);
	struct window_preset preset = { .window = s->window };
	struct raster *r;

	if (*real && s->window.width == 0) /* the slice's own */
		window_presets(f, "MR", &preset, 1);
	v.window = *real ? preset.window : s->of_phantom;
	r = picture_make(f, &v, NULL);
	frame_unref(f);
	return r;
}

uint32_t
scene_check_sum(const struct raster *r)
{
	uint32_t sum = 2166136261u;

	for (size_t i = 0; i < (size_t)r->width * r->height; i++)
		sum = (sum ^ r->pixels[i]) * 16777619u;
	return sum;
}
