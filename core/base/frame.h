/* One decoded frame with what is needed to show it right.  Immutable once made,
 * counted, shared between threads without a lock. */
#ifndef CORE_BASE_FRAME_H
#define CORE_BASE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum frame_kind {
	FRAME_U16,  /* stored values, one uint16_t a pixel (8-bit data are widened) */
	FRAME_S16,  /* stored values, one int16_t a pixel, sign-extended from bits stored */
	FRAME_F32,  /* 32-bit and floating stored values, one float a pixel */
	FRAME_RGB8, /* colour as displayed, three bytes a pixel: R, G, B */
	FRAME_KINDS
};

/* PS3.3 C.11.2.1.3 VOI LUT Function */
enum voi_function { VOI_LINEAR, VOI_LINEAR_EXACT, VOI_SIGMOID };

struct voi_window {
	double centre, width; /* in modality units, i.e. after rescale */
	enum voi_function function;
	char name[28]; /* explanation from the header, UTF-8; may be empty */
};

/* PS3.3 C.11.1, C.11.2: a look-up table of the header.  values[i] belongs to input
 * first + i; inputs below and above take the first and last value. */
struct lut {
	int32_t first;
	uint32_t count; /* 0: there is none */
	uint32_t bits;  /* of the values: 8..16 */
	uint16_t *values;
};

enum { FRAME_WINDOWS_MAX = 8 };

struct frame_info {
	enum frame_kind kind;
	uint32_t width, height;  /* pixels; 1..65535 each */
	double aspect;           /* height of a voxel by its width; 1 where unknown */
	double slope, intercept; /* PS3.3 C.11.1: modality = stored * slope + intercept */
	bool invert;             /* MONOCHROME1: the lowest value is white */
	uint32_t bits_stored;
	bool has_padding; /* PS3.3 C.7.5.1.1.2: stored values pad_low..pad_high are no tissue */
	double pad_low, pad_high;
	uint32_t windows;
	struct voi_window window[FRAME_WINDOWS_MAX];
};

enum { FRAME_OVERLAYS_MAX = 16 };

/* PS3.3 C.9.2: a plane of one bit a pixel, drawn over the picture by those who show it.  It may be
 * larger than the picture or lie beside it, and hold text that names somebody. */
struct overlay {
	int32_t left, top;      /* of its first pixel; the picture's first is 0, 0 */
	uint32_t width, height; /* 1..65535 each */
	uint16_t group;         /* 0x6000..0x60fe, even */
	char type;              /* G graphics, R region of interest, ? anything else */
	char label[64];         /* or the description where there is none; UTF-8; may be empty */
	uint8_t *bits; /* row by row, no gaps: pixel i is bit i % 8 of byte i / 8; the rest is 0 */
};

struct frame {
	int refs; /* atomic; use frame_ref and frame_unref */
	struct frame_info info;
	struct lut modality_lut; /* instead of slope and intercept where count > 0 */
	struct lut voi_lut;      /* input is in modality units */
	size_t bytes;            /* of pixels */
	void *pixels;            /* row by row from the top left, no gaps; aligned to 16 */
	unsigned overlays;       /* planes of this frame; those that are broken are left out */
	struct overlay overlay[FRAME_OVERLAYS_MAX]; /* owned by the frame with their bits */
};

/* Bytes of one pixel of `kind`. */
size_t frame_pixel_size(enum frame_kind kind);

/* A new frame with one reference, pixels zeroed, LUTs empty, info copied.  Asserts
 * that width and height are 1..65535: the decoder has refused anything else. */
struct frame *frame_new(const struct frame_info *info);

/* Bytes of the bits of a plane. */
size_t overlay_bytes(uint32_t width, uint32_t height);

/* Is plane n set at pixel x, y of the picture?  False where it does not reach. */
bool frame_overlay_at(const struct frame *f, unsigned n, uint32_t x, uint32_t y);

struct frame *frame_ref(struct frame *f);
void frame_unref(struct frame *f); /* NULL is allowed */

/* Pixel value in modality units (rescale or modality LUT applied); grey kinds only. */
double frame_value(const struct frame *f, uint32_t x, uint32_t y);

/* Least and greatest stored value outside the padding; both 0 where all is padding.
 * Grey kinds only. */
void frame_range(const struct frame *f, double *least, double *greatest);

#endif
