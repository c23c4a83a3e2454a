/* An ultrasound sector that moves (see phantom.h). */
#include "core/demo/phantom.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/glyphs.h"
#include "core/demo/noise.h"

/* Pictures are made in the beam's own coordinates and laid out on the screen by a table. */
enum { BEAMS = 192, DEPTHS = 384, APEX_X = 300, APEX_Y = 20, NEAR = 46, FAR = 440 };

struct sound {
	const struct view *v;
	float *texture; /* two fields of speckle, one beside the other in time */
	float *echo;    /* what scatters, this frame */
	uint8_t *beam;  /* brightness, this frame */
	int32_t *where; /* screen to beam; -1 outside */
};

static void
lay_out(int32_t *where)
{
	for (int y = 0; y < SOUND_HEIGHT; y++)
		for (int x = 0; x < SOUND_WIDTH; x++) {
			float dx = (float)(x - APEX_X), dy = (float)(y - APEX_Y),
			      r = sqrtf(dx * dx + dy * dy);
			float turn = atan2f(dx, dy) / 0.66f;
			int beam = (int)((turn + 1) * 0.5f * BEAMS),
			    depth = (int)((r - NEAR) * DEPTHS / (FAR - NEAR));
			int inside = y >= SOUND_BAR && turn > -1 && turn < 1 && depth >= 0 &&
				depth < DEPTHS;

			where[y * SOUND_WIDTH + x] = inside ? depth * BEAMS + beam : -1;
		}
}

/* Speckle: the size of a sum of random echoes, so its logarithm has a long dark tail. */
static void
speckle(float *out, uint64_t seed)
{
	struct plane re = plane_make(BEAMS, DEPTHS, 1), im = plane_make(BEAMS, DEPTHS, 1);

	plane_grain(&re, seed, 1);
	plane_grain(&im, seed + 99, 1);
	plane_soften(&re, 2);
	plane_soften(&im, 2);
	for (int i = 0; i < BEAMS * DEPTHS; i++)
		out[i] = 11 * logf(0.02f + 9 * (re.v[i] * re.v[i] + im.v[i] * im.v[i]));
	plane_free(&re);
	plane_free(&im);
}

/* The liver with its vessels, the diaphragm and a kidney; all breathe with `shift` (in depths). */
static void
scatter(const struct sound *s, float shift, float beat)
{
	struct plane p = { BEAMS, DEPTHS, 1, s->echo };
	float size = noise_pick(s->v->anatomy, 1, 0.9f, 1.1f);
	const struct ellipse parts[] = {
		{ 0, -176, 110, 10, 0, 168, 0 },
		{ 0, -160, 120, 7, 2, 92, 0 },
		{ -8, 20 + shift, 90, 130, 6, 112, 0 },
		{ -20, 128 + shift, 112, 6, -6, 205, 0 },
		{ -36, -30 + shift, 26 * size, 11, -24, 122, 0 },
		{ -36, -30 + shift, 22 * size, 7 + beat, -24, 14, 0 },
		{ 24, 10 + shift, 32, 5 + beat, 38, 18, 0 },
		{ -4, 66 + shift, 20, 10 + beat, 10, 12, 0 },
		{ 46, 66 + shift, 27, 46, -14, 84, 0 },
		{ 46, 66 + shift, 11, 26, -14, 164, 0 },
		{ 12, -66 + shift, 9, 10 + beat * 0.5f, 0, 138, 0 },
		{ 12, -66 + shift, 7, 8 + beat * 0.5f, 0, 10, 0 },
	};

	plane_fill(&p, 78);
	plane_shapes(&p, parts, MEM_COUNT(parts), 0);
	plane_warp(&p, 6, 30, shift * 0.01f, s->v->anatomy + 51);
	plane_soften(&p, 2);
}

static void
frame_beams(struct sound *s, int frame, int frames)
{
	float phase = (float)frame * 6.2832f / (float)frames, mix = 0.5f + 0.5f * sinf(phase);
	const float *one = s->texture, *two = s->texture + BEAMS * DEPTHS;

	scatter(s, 9 * sinf(phase), 1.4f * sinf(3 * phase));
	for (int d = 0; d < DEPTHS; d++) {
		int from = (d + (int)(9 * sinf(phase)) + DEPTHS) % DEPTHS;
		float gain = 1.04f - 0.36f * (float)d / DEPTHS;

		for (int b = 0; b < BEAMS; b++) {
			int at = d * BEAMS + b, t = from * BEAMS + b;
			float speck = one[t] + (two[t] - one[t]) * mix,
			      v = gain * s->echo[at] + speck - 4;

			if (s->echo[at] < 30)
				v = s->echo[at] * 0.4f + speck * 0.15f;
			s->beam[at] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
		}
	}
}

/* Colour where something dark is within the box: towards the probe red, away blue. */
static void
doppler(const struct sound *s, int frame, int frames, int at, uint8_t *px)
{
	int d = at / BEAMS, b = at % BEAMS;
	float pulse = 0.55f + 0.45f * sinf((float)frame * 18.85f / (float)frames + (float)d * 0.02f);

	if (b < 34 || b > 132 || d < 128 || d > 290)
		return;
	if (b == 34 || b == 132 || d <= 129 || d >= 289) {
		px[0] = px[1] = px[2] = 190;
		return;
	}
	if (s->echo[at] > 55)
		return;
	px[0] = (uint8_t)(b < 90 ? 110 + 140 * pulse : 10);
	px[1] = (uint8_t)(b < 90 ? 90 * pulse : 60 * pulse);
	px[2] = (uint8_t)(b < 90 ? 12 : 110 + 140 * pulse);
}

/* Grey wedge, depth marks: what every machine draws beside the sector. */
static void
furniture(uint8_t *rgb)
{
	static const uint8_t pale[3] = { 170, 180, 190 };

	for (int y = 80; y < 220; y++)
		for (int x = 606; x < 618; x++)
			memset(rgb + 3 * (y * SOUND_WIDTH + x), (219 - y) * 255 / 139, 3);
	for (int k = 0; k < 9; k++)
		for (int x = 0; x < (k % 5 ? 5 : 10); x++)
			memset(rgb + 3 * ((APEX_Y + NEAR + k * 48) * SOUND_WIDTH + 586 + x), 190, 3);
	phantom_text(rgb, SOUND_WIDTH, SOUND_HEIGHT, "ABD C5-1", 8, 54, 1, pale);
	phantom_text(rgb, SOUND_WIDTH, SOUND_HEIGHT, "34HZ 16CM", 8, 66, 1, pale);
	phantom_text(rgb, SOUND_WIDTH, SOUND_HEIGHT, "2D 58% C 52", 8, 78, 1, pale);
	phantom_text(rgb, SOUND_WIDTH, SOUND_HEIGHT, "MI 1.2 TIS 0.6", 546, 466, 1, pale);
}

void
phantom_sound(const struct view *v, int frames, int flow, uint8_t *rgb)
{
	size_t beams = (size_t)BEAMS * DEPTHS, pixels = (size_t)SOUND_WIDTH * SOUND_HEIGHT;
	struct sound s = { .v = v };

	s.texture = mem_alloc(2 * beams * sizeof(float));
	s.echo = mem_alloc(beams * sizeof(float));
	s.beam = mem_alloc(beams);
	s.where = mem_alloc(pixels * sizeof(int32_t));
	lay_out(s.where);
	speckle(s.texture, v->grain);
	speckle(s.texture + beams, v->grain + 1);
	memset(rgb, 0, 3 * pixels * (size_t)frames);
	for (int f = 0; f < frames; f++, rgb += 3 * pixels) {
		frame_beams(&s, f, frames);
		for (size_t i = 0; i < pixels; i++) {
			if (s.where[i] < 0)
				continue;
			memset(rgb + 3 * i, s.beam[s.where[i]], 3);
			if (flow)
				doppler(&s, f, frames, s.where[i], rgb + 3 * i);
		}
		furniture(rgb);
	}
	free(s.where);
	free(s.beam);
	free(s.echo);
	free(s.texture);
}
