/* From a frame and a view of it to a raster, and from a raster to the bytes that a terminal or
 * a file takes: `wetread render` and the viewer both come through here, so both show the same
 * pixels. */
#ifndef RENDER_PICTURE_H
#define RENDER_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/frame.h"
#include "render/raster.h"
#include "render/scale.h"
#include "render/window.h"

enum { PICTURE_ZOOM_MAX = 32 };

enum { PICTURE_CELLS_MAX = 256 };

/* What is drawn over a contact sheet; columns 0: nothing. */
struct picture_grid {
	uint32_t columns, rows;
	uint32_t first,
		count; /* number of the first cell as shown, and how many cells are numbered */
	int cursor;    /* cell with the frame around it, -1 none */
	char mark[PICTURE_CELLS_MAX]; /* printed behind each number: ' ' or '*' */
};

struct drawing;

struct picture_view {
	uint32_t width, height; /* the box to fill, device pixels; the raster is never larger */
	double device_aspect;   /* height of a device pixel by its width: 1 for sixel */
	double zoom; /* 1: the whole image fits the box; 2: twice that; up to PICTURE_ZOOM_MAX */
	/* What is in the middle of the box, 0..1 of the image; moved to keep the box full. */
	double centre_x, centre_y;
	struct window window;
	enum scale_kind scale;                     /* how to enlarge */
	char left[4], right[4], top[4], bottom[4]; /* orientation letters, "" for none */
	/* Drawn into the lower left corner, e.g. "44/120"; "" for none.  ASCII.  No text at all
	 * is drawn into a raster with a side below 48 pixels. */
	char caption[64];
	struct picture_grid grid;
	/* Laid over the finished picture by the pipeline (drawing.h), not by picture_make; lent.  NULL: none. */
	struct drawing *drawing;
};

/* Where the image landed: raster pixel = (image pixel - left) * scale_x etc. */
struct picture_place {
	double left, top;        /* image coordinates of the raster's upper left corner */
	double scale_x, scale_y; /* raster pixels per image pixel */
};

/* What was done to the pixels of a picture there: "as stored", "area average", "cubic, clamped" or "nearest".  Static. */
const char *picture_scaling_name(const struct picture_place *place, enum scale_kind kind);

/* Make the raster: window, crop, scale (area average when shrinking, else as v->scale says; voxel aspect kept), letters
 * and caption.  At zoom 1 the raster is the smallest that holds the whole image within the box, or the image
 * pixel for pixel where the box is less than 1.15 times that.
 * Out-of-range zoom and centre are clamped.  New, free with raster_free(); place may be NULL. */
struct raster *picture_make(
	const struct frame *f, const struct picture_view *v, struct picture_place *place);

enum picture_protocol {
	PICTURE_SIXEL,      /* grey: our own encoder; colour: libsixel with a fixed palette */
	PICTURE_KITTY,      /* PNG, grey or RGB, chunks of 4096 */
	PICTURE_BLOCKS_RGB, /* upper half blocks, 24-bit colour */
	PICTURE_BLOCKS_256, /* upper half blocks, xterm's 24 greys or its colour cube */
	PICTURE_PGM,        /* P5, colour is turned to luminance */
	PICTURE_PPM,        /* P6 */
	PICTURE_PROTOCOLS
};

struct picture_encoding {
	enum picture_protocol protocol;
	/* Greys of a grey sixel frame: 16, 32, 64 or 101; 256 for "pseudo-greys" that keep all 8
	 * bits; 0 means 101.  Other protocols ignore it. */
	int levels;
	/* Grey sixel: half the time for up to 1.25 times the bytes; for a local terminal. */
	bool fast;
	/* Grey sixel by libsixel instead of our own encoder, with the same palette. */
	bool libsixel;
	/* At most so many bytes where that can be had by fewer greys or pixels (ladder.h); 0: no matter.
	 * The pipeline looks at it, picture_encode does not. */
	size_t budget;
	/* Sixel without a budget: cut into strips of so many rows of pixels (a multiple of 6), each a whole sixel of
	 * its own, so that a key does not wait for the rest; 0: in one.  The pipeline looks at it. */
	uint32_t strip;
	/* Grey sixel as bins over all that is stored (bins.h), so that windows are colour registers.  The pipeline looks
	 * at it, picture_encode does not. */
	bool bins;
	uint32_t image; /* kitty: the image's id, under which the next replaces it; 0: none */
	/* 1-based cell of the upper left corner.  Blocks: each line then starts with a cursor
	 * position; 0: lines end in a newline instead. */
	int row, column;
	int columns; /* cells across, in whose middle the picture goes; 0: it begins at `column` */
	int cell_width,
		cell_height; /* pixels; for deltas, whose place is told in cells (drawing.h) */
};

/* The 1-based column of cells at which a raster of that width begins. */
int picture_column(const struct picture_encoding *enc, uint32_t width);

/* Append the picture to *out.  Sixel has raster attributes, no trailing '-', P2=1; everything
 * from DCS to ST.  RC_LIMIT over 64 MiB of output, RC_INVALID for a count of greys not named
 * above; *out is then as it was. */
enum rc picture_encode(
	const struct raster *r, const struct picture_encoding *enc, struct buf *out, struct err *e);

/* "sixel", "kitty", "blocks", "blocks256", "pgm", "ppm". */
const char *picture_protocol_name(enum picture_protocol p);
bool picture_protocol_of(const char *name, enum picture_protocol *out);

#endif
