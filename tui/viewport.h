/* The picture on the glass: asks the pipeline, hands bytes to the terminal one at a time, and knows which slice the
 * terminal said that it drew.  Never the one merely asked for.  UI thread. */
#ifndef TUI_VIEWPORT_H
#define TUI_VIEWPORT_H

#include "core/ledger/look.h"
#include "tui/app.h"

enum { VIEWPORT_FLIGHTS = 4, VIEWPORT_PRESETS = 24 };

/* A picture as it was handed to the terminal. */
struct shot {
	uint64_t tag; /* 0: none */
	uint32_t slice;
	bool delta;
	bool refining; /* of a slice that was there already, in fewer greys or pixels */
	struct area cells;
	struct picture_place place;
	double zoom; /* that it was asked for with */
	enum scale_kind scale;
	struct ladder_step step;
	struct window window;
	struct picture_encoding enc;
	uint32_t columns, rows; /* of the image */
	uint32_t width, height; /* of the raster */
	bool binned;            /* its registers are bins: windows by registers alone */
	struct bins bins;
	char digest[PIPELINE_DIGEST]; /* "" where it was not sent whole */
	struct frame *frame;          /* one reference, as the next two; NULL none */
	struct raster *raster;
	struct drawing *over;
};

struct viewport {
	struct area cells; /* where pictures may be; rows 0: nowhere */
	uint64_t series;
	uint32_t slices;
	char modality[20];

	uint32_t want;   /* slice asked for, from 0 */
	int direction;   /* of travel: 1 or -1 */
	uint64_t serial; /* of the last request */
	bool active;     /* pictures are wanted at all */

	bool on_glass;        /* a picture of this series is on the terminal */
	bool answered;        /* the terminal said so itself, no time limit ran out */
	uint32_t glass;       /* its slice */
	struct shot shot;     /* that picture */
	int64_t since;        /* when it came there, monotonic us */
	bool refining;        /* the last request was to make better what is there */
	int64_t refine_at;    /* monotonic us: when a coarse picture is made good, 0 never */
	uint64_t hidden;      /* answers up to this serial are of before it was hidden */
	uint64_t got;         /* serial of the last answer */
	bool registers;       /* windows by colour registers, as long as this slice is looked at */
	unsigned graphics;    /* pictures that lie on one another in the terminal */
	struct drawing *over; /* what shall lie over the picture; one reference, NULL none */
	struct area glass_cells; /* the cells that pictures take */
	enum rc failed;          /* of the slice wanted, RC_OK while fine */
	char failure[200];
	uint32_t failed_slice;

	struct frame *frame;        /* of the last picture that came; one reference, NULL none */
	const struct frame *ranged; /* whose least and greatest stored values `low` and `high` are */
	double low, high;
	struct window_preset presets[VIEWPORT_PRESETS];
	size_t preset_count, preset;
	struct window window;
	bool window_fixed; /* false: each slice by its own first preset */
	bool custom;       /* the window is nobody's preset */
	bool exact;        /* 256 pseudo-greys in the fine picture */

	double zoom, centre_x, centre_y;
	enum scale_kind scale;                     /* how it is enlarged */
	char left[4], right[4], top[4], bottom[4]; /* orientation letters of the slice wanted */
	struct picture_grid grid;                  /* of a contact sheet; columns 0: none */

	struct shot flight[VIEWPORT_FLIGHTS]; /* pictures handed to the terminal */
	unsigned flights;

	struct { /* the rest of a picture that is sent in strips */
		struct buf bytes;
		struct pipeline_strip strip[PIPELINE_STRIPS];
		unsigned n, next; /* n 0: none */
		uint64_t tag;
		struct area cells;
	} rest;
	double decode_ms, make_ms, encode_ms;
};

/* A series is opened: everything about the picture starts anew. */
void viewport_open(struct viewport *v, uint64_t series, uint32_t slices, const char *modality);
/* Ask for the slice wanted as things stand now: first a picture that the line carries in about a tenth of a second,
 * then, once nothing has moved for a moment, the best one. */
void viewport_show(struct app *app, struct viewport *v);
/* Milliseconds until viewport_tick wants to be called; -1 never. */
int viewport_tick_in(const struct viewport *v);
void viewport_tick(struct app *app, struct viewport *v);

/* Is the picture of the slice wanted on the glass as good as it will be? */
bool viewport_is_settled(const struct viewport *v);
/* Is the picture on the glass good enough to have been seen: its whole size, at least 32 greys? */
bool viewport_is_readable(const struct viewport *v);
/* What the picture on the glass showed, as the record will have it, dwell and times not filled in.  False: nothing that
 * could be recorded. */
bool viewport_look(const struct viewport *v, struct look *out);
/* How a window is told in the record: "40/400", "lut inverted", "colour". */
void viewport_window_record(const struct window *w, bool colour, char to[LOOK_WINDOW]);
/* Lay something over the picture, or nothing (NULL), at once or with the next picture.  Swallows `o`. */
void viewport_lay_over_take(struct app *app, struct viewport *v, struct drawing *o);
/* Windows by colour registers alone, on xterm (bins.h): the screen is begun anew, so that the picture lies in the first of
 * xterm's slots.  `on` false: back to the exact picture. */
void viewport_registers(struct app *app, struct viewport *v, bool on);
/* A copy of how things are looked at, without what is held: to come back to. */
struct viewport viewport_settings(const struct viewport *v);
/* The picture's box in device pixels. */
void viewport_box(struct app *app, const struct viewport *v, uint32_t *width, uint32_t *height);
/* Lets go of what a viewport holds; the screen is going away. */
void viewport_release(struct viewport *v);
/* Nothing is wanted; what is on the glass is erased. */
void viewport_hide(struct app *app, struct viewport *v);

/* A result came.  True where it changed what is told about the picture. */
bool viewport_picture(struct app *app, struct viewport *v, struct pipeline_picture *p);
/* The terminal drew the picture `tag`, and said so (answered) or was given up waiting for.  True: it is this viewport's,
 * a picture and no delta; v->glass says which slice. */
bool viewport_acknowledged(struct app *app, struct viewport *v, uint64_t tag, bool answered);

void viewport_go(struct app *app, struct viewport *v, int64_t slice);
void viewport_preset(struct app *app, struct viewport *v, size_t preset);
void viewport_window(struct app *app, struct viewport *v, double centre, double width);
/* Window number `step` of the sweep, from 0: narrow ones over everything that is stored in the slice, each half
 * overlapping the one before, so that what is 1 % above its surroundings gets a sixth of the greys in one of them.
 * False past the last, or where there are no stored greys. */
bool viewport_sweep(struct app *app, struct viewport *v, int step);
void viewport_zoom(struct app *app, struct viewport *v, double factor); /* 0: fit */
void viewport_pan(struct app *app, struct viewport *v, int right, int down);
/* The next whole number of screen pixels per image pixel, up to 4; past it the whole image. */
void viewport_zoom_pixel(struct app *app, struct viewport *v);
/* Show the slice wanted with image pixel (left, top) in the upper left corner, at no less than `scale` screen pixels
 * per 1000 image pixels, and whole where that is possible so. */
void viewport_aim(struct app *app, struct viewport *v, uint32_t left, uint32_t top, uint32_t scale);

/* The pixel of the image on the glass in the middle of a cell of the screen; false: the cell is beside it. */
bool viewport_pixel(
	struct app *app, const struct viewport *v, int row, int column, uint32_t *x, uint32_t *y);

/* "101 greys", "16 greys, 1/2 size", "colour" */
void viewport_quality_text(const struct viewport *v, char to[40]);
/* Raster pixels by image pixels: "1:1", "x0.50". */
void viewport_scale_text(const struct viewport *v, char to[16]);
/* "40/400 soft tissue" */
void viewport_window_text(const struct viewport *v, char to[64]);

#endif
