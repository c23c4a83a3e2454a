/* wetread render FILE|SERIES: one picture on standard output, the same pixels as the viewer shows. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/dicom/decoder.h"
#include "core/dicom/series.h"
#include "core/ledger/catalog.h"
#include "core/ledger/remote.h"
#include "render/picture.h"
#include "tui/cli.h"
#include "tui/slides.h"

struct rendering {
	struct frame *frame;
	char modality[20];
	struct series_letters letters;
	long slice; /* from 1 */
	const char *window, *size, *levels;
	enum picture_protocol protocol;
	bool plain, libsixel;
};

static void
set_letters(struct rendering *r, const char *position, const char *orientation, const char *patient)
{
	struct series_image plane = { 0 };

	if (series_plane(position, orientation, &plane))
		series_letters_of(plane.orientation, &r->letters);
	else
		series_letters_from(patient, &r->letters);
}

static enum rc
load_file(struct rendering *r, const char *path, struct err *e)
{
	struct decoder *d = decoder_new(NULL);
	struct header *h = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	enum rc rc =
		fd >= 0 ? decoder_header(d, fd, &h, e) : err_errno(e, RC_NOT_FOUND, "%s", path);

	if (rc == RC_OK) {
		str_copy(r->modality, sizeof(r->modality), header_text(h, ATTR_MODALITY));
		set_letters(r, header_text(h, ATTR_IMAGE_POSITION),
			header_text(h, ATTR_IMAGE_ORIENTATION),
			header_text(h, ATTR_PATIENT_ORIENTATION));
		rc = decoder_frame(d, fd, (uint32_t)(r->slice - 1), &r->frame, e);
	}
	header_free(h);
	decoder_free(d);
	if (fd >= 0)
		close(fd);
	return rc;
}

static enum rc
load_series(struct cli *c, struct rendering *r, const char *which, struct err *e)
{
	struct series s = { 0 };
	struct image *images = NULL;
	struct slides *slides = slides_new(c->store, 1);
	size_t n = 0;
	int64_t id, at = 0;
	enum rc rc = catalog_series_id(c->ledger, which, &id, e);

	if (rc == RC_OK)
		rc = catalog_series(c->ledger, id, &s, e);
	if (rc == RC_OK)
		rc = catalog_images(c->ledger, id, &images, &n, e);
	if (rc == RC_OK && n == 0 && remote_check_whole(c->ledger, id, e) != RC_OK)
		rc = RC_NOT_FOUND;
	if (rc == RC_OK) {
		str_copy(r->modality, sizeof(r->modality), s.modality);
		slides_set(slides, (uint64_t)id, images, n);
		rc = slides_load(slides, 0, (uint64_t)id, (uint32_t)(r->slice - 1), &r->frame, e);
	}
	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		if (r->slice > at && r->slice <= at + images[i].slices)
			set_letters(r, images[i].position, images[i].orientation,
				images[i].patient_orientation);
		at += images[i].slices;
	}
	free(images);
	series_release(&s);
	slides_free(slides);
	return rc;
}

static bool
parse_window(struct rendering *r, struct window *w)
{
	char text[80], *comma;

	str_copy(text, sizeof(text), r->window);
	comma = strchr(text, ',');
	if (comma == NULL)
		return false;
	*comma = '\0';
	w->use_lut = false;
	return str_double(text, &w->centre) && str_double(comma + 1, &w->width) && w->width > 0;
}

static bool
parse_size(const char *size, uint32_t *w, uint32_t *h)
{
	unsigned a, b;
	char more;

	if (sscanf(size, "%ux%u%c", &a, &b, &more) != 2 || a < 1 || b < 1 || a > 8192 || b > 8192)
		return false;
	*w = a;
	*h = b;
	return true;
}

/* Without a size the picture has the image's own pixels; half blocks fit 80x24 cells. */
static bool
set_view(struct rendering *r, struct picture_view *v, struct picture_encoding *enc)
{
	struct window_preset preset;
	long levels = 101;
	bool blocks = r->protocol == PICTURE_BLOCKS_RGB || r->protocol == PICTURE_BLOCKS_256;
	double aspect = r->frame->info.aspect;

	if (window_presets(r->frame, r->modality, &preset, 1) == 1)
		v->window = preset.window;
	if (r->window != NULL && !parse_window(r, &v->window)) {
		cli_complain("--window takes CENTRE,WIDTH, e.g. 40,400");
		return false;
	}
	v->width = blocks ? 80 : r->frame->info.width;
	v->height = blocks ? 46 : (uint32_t)(r->frame->info.height * aspect + 0.5);
	if (!blocks && aspect < 1) {
		v->width = (uint32_t)(r->frame->info.width / aspect + 0.5);
		v->height = r->frame->info.height;
	}
	if (r->size != NULL && !parse_size(r->size, &v->width, &v->height)) {
		cli_complain("--size takes WIDTHxHEIGHT, at most 8192x8192");
		return false;
	}
	if (r->levels != NULL && !str_int(r->levels, 2, 256, &levels)) {
		cli_complain("--levels takes 16, 32, 64, 101 or 256");
		return false;
	}
	enc->levels = (int)levels;
	return true;
}

static int
write_picture(struct rendering *r)
{
	struct picture_view v = { .device_aspect = 1, .zoom = 1, .centre_x = 0.5, .centre_y = 0.5 };
	struct picture_encoding enc = { .protocol = r->protocol, .libsixel = r->libsixel };
	struct buf out = { 0 };
	struct raster *raster;
	struct err e = { 0 };
	enum rc rc;
	bool whole;

	if (!set_view(r, &v, &enc))
		return EXIT_USAGE;
	if (!r->plain) {
		memcpy(v.left, r->letters.left, sizeof(v.left));
		memcpy(v.right, r->letters.right, sizeof(v.right));
		memcpy(v.top, r->letters.top, sizeof(v.top));
		memcpy(v.bottom, r->letters.bottom, sizeof(v.bottom));
	}
	raster = picture_make(r->frame, &v, NULL);
	rc = picture_encode(raster, &enc, &out, &e);
	raster_free(raster);
	whole = rc == RC_OK && fwrite(out.data, 1, out.len, stdout) == out.len;
	buf_release(&out);
	if (rc != RC_OK)
		return cli_error(&e);
	return whole ? EXIT_DONE : EXIT_FAILED_;
}

static int
render_one(struct cli *c, struct rendering *r, const char *which)
{
	struct stat st;
	struct err e = { 0 };
	enum rc rc;
	int status;

	if (stat(which, &st) == 0) {
		rc = load_file(r, which, &e);
	} else {
		if (c->archive == NULL) {
			cli_complain("%s: there is no such file, and no --archive to look for a "
				     "series in",
				which);
			return EXIT_FAILED_;
		}
		if (!cli_open(c, DB_READ))
			return EXIT_FAILED_;
		rc = load_series(c, r, which, &e);
	}
	status = rc == RC_OK ? write_picture(r) : cli_error(&e);
	frame_unref(r->frame);
	return status;
}

static int
render_run(struct cli *c, int argc, char **argv)
{
	const char *protocol = c->opt.protocol != NULL ? c->opt.protocol : "sixel";
	struct rendering r = { .slice = 1,
		.window = c->opt.window,
		.size = c->opt.size,
		.levels = c->opt.levels,
		.plain = c->opt.plain };

	(void)argc;
	if (c->opt.frame != NULL && !str_int(c->opt.frame, 1, 1000000000, &r.slice)) {
		cli_complain("--frame counts from 1");
		return EXIT_USAGE;
	}
	if (!picture_protocol_of(protocol, &r.protocol)) {
		cli_complain("--protocol is sixel, kitty, blocks, blocks256, pgm or ppm");
		return EXIT_USAGE;
	}
	if (!cli_encoder(c->opt.encoder, (int)r.protocol, &r.libsixel))
		return EXIT_USAGE;
	return render_one(c, &r, argv[0]);
}

static const struct cli_option render_options[] = {
	CLI_OPTION("--frame", CLI_VALUE, opt.frame),
	CLI_OPTION("--window", CLI_VALUE, opt.window),
	CLI_OPTION("--size", CLI_VALUE, opt.size),
	CLI_OPTION("--protocol", CLI_VALUE, opt.protocol),
	CLI_OPTION("--levels", CLI_VALUE, opt.levels),
	CLI_OPTION("--encoder", CLI_VALUE, opt.encoder),
	CLI_OPTION("--plain", CLI_FLAG, opt.plain),
	{ .name = NULL },
};

const struct cli_command cli_render_command = {
	.name = "render",
	.usage =
		"render FILE|SERIES [--frame N] [--window C,W] [--size WxH] [--protocol P] "
		"[--levels N] [--encoder E] [--plain]\n"
		"\n"
		"One picture on standard output, the same pixels as the viewer shows: slice N of "
		"a series or frame N\n"
		"of a file, from 1.  P is sixel, kitty, blocks, blocks256, pgm or ppm.  E says who "
		"makes grey\n"
		"sixel pictures: own (the default) or libsixel, slower and a little larger.  "
		"--plain "
		"leaves the\n"
		"orientation letters out.\n",
	.least = 1,
	.most = 1,
	.options = render_options,
	.run = render_run,
};
