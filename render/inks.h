/* The colours of overlays, for overlay.c and delta.c. */
#ifndef RENDER_INKS_H
#define RENDER_INKS_H

#include "render/overlay.h"

/* R, G, B of each ink, after Okabe and Ito (2008), brightened for black grounds.  Multiples of 1 % are not asked for:
 * sixel rounds them. */
extern const uint8_t inks_rgb[OVERLAY_INKS][3];

#endif
