/* The picture on the glass: asks the pipeline, hands bytes to the terminal one at a time, and knows which slice the
 * terminal said that it drew.  Never the one merely asked for.  UI thread. */
#ifndef TUI_VIEWPORT_H
#define TUI_VIEWPORT_H

#include "tui/app.h"

enum { VIEWPORT_FLIGHTS = 4, VIEWPORT_PRESETS = 24 };

struct viewport {
	struct area cells; /* where pictures may be; rows 0: nowhere */
	uint64_t series;
	uint32_t slices;
	char modality[20];

	uint32_t want;   /* slice asked for, from 0 */
	int direction;   /* of travel: 1 or -1 */
	uint64_t serial; /* of the last request */
	bool active;     /* pictures are wanted at all */

	bool on_glass;                 /* a picture of this series is on the terminal */
	struct ladder_step glass_step; /* how good it is */
	bool fine;                     /* the last request was for the best picture */
	int64_t refine_at;       /* monotonic us: when a coarse picture is made good, 0 never */
	uint32_t glass;          /* its slice */
	struct area glass_cells; /* the cells it takes */
	struct picture_place place;
	enum rc failed; /* of the slice wanted, RC_OK while fine */
	char failure[200];
	uint32_t failed_slice;

	struct frame *frame; /* of the last picture that came; one reference, NULL none */
	const struct frame *ranged; /* whose least and greatest stored values `low` and `high` are */
	double low, high;
	struct window_preset presets[VIEWPORT_PRESETS];
	size_t preset_count, preset;
	struct window window;
	bool window_fixed; /* false: each slice by its own first preset */
	bool custom;       /* the window is nobody's preset */
	bool exact;        /* 256 pseudo-greys in the fine picture */

	double zoom, centre_x, centre_y;
	char left[4], right[4], top[4], bottom[4]; /* orientation letters of the slice wanted */
	struct picture_grid grid;                  /* of a contact sheet; columns 0: none */

	struct {
		uint64_t tag;
		uint32_t slice;
		struct area cells;
		struct picture_place place;
		struct ladder_step step;
	} flight[VIEWPORT_FLIGHTS]; /* pictures handed to the terminal */
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

/* Is the picture on the glass good enough to have been seen: its whole size, at least 32 greys? */
bool viewport_is_readable(const struct viewport *v);
/* The picture's box in device pixels. */
void viewport_box(struct app *app, const struct viewport *v, uint32_t *width, uint32_t *height);
/* Lets go of what a viewport holds; the screen is going away. */
void viewport_release(struct viewport *v);
/* Nothing is wanted; what is on the glass is erased. */
void viewport_hide(struct app *app, struct viewport *v);

/* A result came.  True where it changed what is told about the picture. */
bool viewport_picture(struct app *app, struct viewport *v, struct pipeline_picture *p);
/* The terminal drew the picture `tag`.  True: it is this viewport's, v->glass says which slice. */
bool viewport_acknowledged(struct app *app, struct viewport *v, uint64_t tag);

void viewport_go(struct app *app, struct viewport *v, int64_t slice);
void viewport_preset(struct app *app, struct viewport *v, size_t preset);
void viewport_window(struct app *app, struct viewport *v, double centre, double width);
/* Window number `step` of the sweep, from 0: narrow ones over everything that is stored in the slice, each half
 * overlapping the one before, so that what is 1 % above its surroundings gets a sixth of the greys in one of them.
 * False past the last, or where there are no stored greys. */
bool viewport_sweep(struct app *app, struct viewport *v, int step);
void viewport_zoom(struct app *app, struct viewport *v, double factor); /* 0: fit */
void viewport_pan(struct app *app, struct viewport *v, int right, int down);

/* "101 greys", "16 greys, 1/2 size", "colour" */
void viewport_quality_text(const struct viewport *v, char to[40]);
/* Raster pixels by image pixels: "1:1", "x0.50". */
void viewport_scale_text(const struct viewport *v, char to[16]);
/* "40/400 soft tissue" */
void viewport_window_text(const struct viewport *v, char to[64]);

#endif
