/* The pictures of the demonstration, drawn from nothing but numbers.  The same view gives the
 * same picture, the same anatomy seed the same invented person.  Any thread. */
#ifndef CORE_DEMO_PHANTOM_H
#define CORE_DEMO_PHANTOM_H

#include <stdint.h>

#include "core/demo/plane.h"

struct view {
	uint64_t anatomy;  /* who: shapes, sizes, where the lesions are */
	uint64_t grain;    /* which acquisition: noise only */
	int visit;         /* 0 or 1: lesions change */
	int slice, slices; /* from 0; the first is the lowest of a head, the highest of a chest */
};

enum head_look { HEAD_CT, HEAD_T1, HEAD_T1_POST, HEAD_T2, HEAD_FLAIR };

/* A head in HU (HEAD_CT) or in units of the receiver (0 to about 1000, bell-shaped noise already
 * made positive). The plane is made by the caller and filled here; its mm decide the size. */
void phantom_head(const struct view *v, enum head_look look, struct plane *p);

/* The height of slice i above the base of the skull, in mm. */
float phantom_head_height(const struct view *v);

/* A chest in HU. */
void phantom_chest(const struct view *v, struct plane *hu);

/* The chest's tracer in Bq/ml. */
void phantom_tracer(const struct view *v, struct plane *bq);

/* A radiograph of a chest, posterior-anterior, as stored by a reader with 12 bits: low values
 * are white. */
void phantom_film(const struct view *v, struct plane *stored);

enum { SOUND_WIDTH = 640, SOUND_HEIGHT = 480, SOUND_BAR = 44 };

/* `frames` pictures of an ultrasound sector, RGB, SOUND_WIDTH * SOUND_HEIGHT each; the top
 * SOUND_BAR rows are left dark for the header bar.  With `flow`, a colour Doppler patch. */
void phantom_sound(const struct view *v, int frames, int flow, uint8_t *rgb);

/* Paint text into an RGB picture. */
void phantom_text(uint8_t *rgb, int width, int height, const char *text, int x, int y, int scale,
	const uint8_t colour[3]);

enum { SCREEN_WIDTH = 1024, SCREEN_HEIGHT = 768 };

/* A dose report screen, RGB, without the patient's line. */
void phantom_screen(const struct view *v, uint8_t *rgb);

#endif
