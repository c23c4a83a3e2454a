/* Text on colour pictures, and the screen a scanner saves at the end of an exam (see phantom.h). */
#include "core/demo/phantom.h"

#include <stdio.h>
#include <string.h>

#include "core/base/glyphs.h"
#include "core/demo/noise.h"

struct pen {
	uint8_t *rgb;
	int width, height;
	const uint8_t *colour;
};

static void
ink(void *ctx, int x, int y)
{
	const struct pen *p = ctx;

	if (x >= 0 && y >= 0 && x < p->width && y < p->height)
		memcpy(p->rgb + 3 * ((size_t)y * (size_t)p->width + (size_t)x), p->colour, 3);
}

void
phantom_text(uint8_t *rgb, int width, int height, const char *text, int x, int y, int scale,
	const uint8_t colour[3])
{
	struct pen p = { rgb, width, height, colour };

	glyph_draw(text, x, y, scale, ink, &p);
}

static void
band(uint8_t *rgb, int from, int to, uint8_t r, uint8_t g, uint8_t b)
{
	for (int i = from * SCREEN_WIDTH; i < to * SCREEN_WIDTH; i++) {
		rgb[3 * i] = r;
		rgb[3 * i + 1] = g;
		rgb[3 * i + 2] = b;
	}
}

void
phantom_screen(const struct view *v, uint8_t *rgb)
{
	static const uint8_t white[3] = { 235, 235, 235 }, pale[3] = { 150, 175, 205 };
	static const char *const scans[] = { "TOPOGRAM", "CHEST 5.0 B60F", "CHEST 5.0 B30F",
		"PREMONITORING" };
	char line[96];
	float total = 0;

	band(rgb, 0, SCREEN_HEIGHT, 14, 20, 32);
	band(rgb, 0, 60, 28, 48, 84);
	band(rgb, 250, 252, 90, 110, 140);
	phantom_text(rgb, SCREEN_WIDTH, SCREEN_HEIGHT, "DOSE REPORT", 40, 18, 4, white);
	phantom_text(rgb, SCREEN_WIDTH, SCREEN_HEIGHT,
		"SCAN               KV    MAS   CTDIVOL   DLP", 40, 220, 3, pale);
	for (unsigned i = 0; i < 4; i++) {
		float ctdi = i == 0 ? 0.14f : noise_pick(v->grain, i, 2, 9),
		      dlp = ctdi * (i == 3 ? 1 : 31);

		total += dlp;
		snprintf(line, sizeof(line), "%-17s %4d  %4d   %6.2f  %6.1f", scans[i], i ? 120 : 100,
			(int)noise_pick(v->grain, 10 + i, 30, 160), (double)ctdi, (double)dlp);
		phantom_text(rgb, SCREEN_WIDTH, SCREEN_HEIGHT, line, 40, 280 + 44 * (int)i, 3, white);
	}
	snprintf(line, sizeof(line), "TOTAL DLP %.1f MGY*CM", (double)total);
	phantom_text(rgb, SCREEN_WIDTH, SCREEN_HEIGHT, line, 40, 500, 3, white);
	phantom_text(rgb, SCREEN_WIDTH, SCREEN_HEIGHT, "PHANTOM 32 CM   EXPOSURE TIME 0.5 S", 40,
		560, 3, pale);
}
