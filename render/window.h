/* Stored values to grey: rescale, VOI window or LUT, MONOCHROME1, padding (PS3.3 C.11.1, C.11.2,
 * PS3.4 N.2).  Any thread. */
#ifndef RENDER_WINDOW_H
#define RENDER_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/frame.h"

/* What the reviewer has chosen. */
struct window {
	bool use_lut; /* the header's VOI LUT instead of centre and width */
	enum voi_function function;
	double centre,
		width; /* modality units; width at least 1 for VOI_LINEAR, above 0 otherwise */
	bool invert;   /* on top of what MONOCHROME1 asks for */
};

struct window_preset {
	char name[28];
	struct window window;
};

/* The presets of a frame, best first: those of its header (VOI LUT, then windows by their
 * names), then for `modality` "CT" brain, subdural, stroke, bone, lung, mediastinum, abdomen,
 * liver; then for every modality "percentile" (1..99 % of the values outside the padding) and
 * "full range".  A frame without header windows starts with percentile, save CT, which starts
 * with soft tissue 40/400. Returns how many of at most `max` were written; 0 for colour frames. */
size_t window_presets(
	const struct frame *f, const char *modality, struct window_preset *out, size_t max);

/* One value in modality units to 0..255 as displayed (invert included, not MONOCHROME1). */
uint8_t window_apply(const struct window *w, double value);

/* Every pixel of a grey frame to 0..255 as displayed, MONOCHROME1 and padding (shown black)
 * included, row by row into out[width * height].  16-bit kinds go through one 64 K table. */
void window_frame(const struct frame *f, const struct window *w, uint8_t *out);

#endif
