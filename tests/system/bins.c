/* For test_glass: a made slice as bins, in two windows.  `bins FOLDER` writes there `first`, the sixel picture in the first window;
 * `again`, the registers of the second; and what each window makes of the slice directly, as first.raw and again.raw. */
#include <stdio.h>
#include <stdlib.h>

#include "render/bins.h"
#include "render/picture.h"

enum { SIDE = 256 };

/* Steep windows on purpose: off by half a bin is 1.3 and 2.6 greys of 255. */
static const struct window first = { .function = VOI_LINEAR_EXACT, .centre = 100, .width = 400 };
static const struct window again = {
	.function = VOI_LINEAR_EXACT, .centre = 250, .width = 200, .invert = true
};

/* A ramp to the right from -200 to 820, and discs on it. */
static struct frame *
slice(void)
{
	struct frame_info info = {
		.kind = FRAME_S16, .width = SIDE, .height = SIDE, .aspect = 1, .slope = 1
	};
	struct frame *f = frame_new(&info);
	int16_t *p = f->pixels;

	for (int y = 0; y < SIDE; y++) {
		for (int x = 0; x < SIDE; x++) {
			int dx = x % 64 - 32, dy = y % 64 - 32, v = x * 4 - 200;

			*p++ = (int16_t)(dx * dx + dy * dy < 300 ? 250 + y - v / 4 : v);
		}
	}
	return f;
}

static struct raster *
picture(const struct frame *f, struct window w)
{
	struct picture_view v = { .width = SIDE,
		.height = SIDE,
		.device_aspect = 1,
		.zoom = 1,
		.centre_x = 0.5,
		.centre_y = 0.5,
		.window = w };

	return picture_make(f, &v, NULL);
}

static bool
store(const char *folder, const char *name, const void *data, size_t n)
{
	char path[1000];
	FILE *f;
	bool whole;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "wb");
	whole = f != NULL && fwrite(data, 1, n, f) == n;
	return f != NULL && fclose(f) == 0 && whole;
}

static bool
store_direct(const char *folder, const char *name, const struct frame *f, struct window w)
{
	struct raster *r = picture(f, w);
	bool whole = store(folder, name, r->pixels, (size_t)r->width * r->height);

	raster_free(r);
	return whole;
}

int
main(int argc, char **argv)
{
	struct frame *f = slice();
	struct buf sent = { 0 }, shown = { 0 };
	struct raster *r;
	struct bins b;
	bool whole;

	if (argc != 2 || !bins_make(&b, f, -200, 820))
		return 2;
	r = picture(f, bins_window(&b));
	whole = bins_encode(r, &b, &first, &sent, NULL) == RC_OK &&
		bins_show(&b, &again, &shown, NULL) == RC_OK &&
		store(argv[1], "first", sent.data, sent.len) &&
		store(argv[1], "again", shown.data, shown.len) &&
		store_direct(argv[1], "first.raw", f, first) &&
		store_direct(argv[1], "again.raw", f, again);
	raster_free(r);
	frame_unref(f);
	buf_release(&sent);
	buf_release(&shown);
	return whole ? 0 : 1;
}
