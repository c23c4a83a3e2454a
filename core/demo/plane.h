/* A picture of floating-point values to paint on, before it becomes stored pixels.  One thread
 * at a time. */
#ifndef CORE_DEMO_PLANE_H
#define CORE_DEMO_PLANE_H

#include <stdint.h>

struct plane {
	int w, h;
	float mm; /* edge of a pixel; shapes are in mm from the middle, x to the right, y down */
	float *v; /* row by row */
};

/* A filled ellipse. */
struct ellipse {
	float x, y, rx, ry;
	float turn; /* degrees, clockwise on the screen */
	float value;
	float below; /* paint only where the plane is below this; 0: everywhere */
};

struct plane plane_make(int w, int h, float mm); /* zeroed; free with plane_free */
void plane_free(struct plane *p);
void plane_fill(struct plane *p, float value);

void plane_ellipse(struct plane *p, const struct ellipse *e);

/* Paint n shapes in order, and where `mirrored`, each also at -x with its turn reversed. */
void plane_shapes(struct plane *p, const struct ellipse *e, int n, int mirrored);

/* Soften edges: 1-2-1 along both axes, `times` over. */
void plane_soften(struct plane *p, int times);

/* Shift every pixel by a smooth field of up to about `mm`, with features of `cell_mm`: nothing
 * alive is an ellipse. */
void plane_warp(struct plane *p, float mm, float cell_mm, float z, uint64_t seed);

/* Add grain to every pixel. */
void plane_grain(struct plane *p, uint64_t seed, float sigma);

#endif
