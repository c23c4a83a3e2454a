/* The colours of drawings, for drawing.c and delta.c. */
#ifndef RENDER_INKS_H
#define RENDER_INKS_H

#include "render/drawing.h"

/* R, G, B of each ink, after Okabe and Ito (2008), brightened for black grounds.  Multiples of 1 % are not asked for:
 * sixel rounds them. */
extern const uint8_t inks_rgb[DRAWING_INKS][3];

#endif
