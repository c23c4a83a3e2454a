/* A small upper-case alphabet for text that is burned into pictures.  Any thread. */
#ifndef CORE_BASE_GLYPHS_H
#define CORE_BASE_GLYPHS_H

enum { GLYPH_WIDTH = 5, GLYPH_HEIGHT = 7, GLYPH_STEP = 6 };

/* The last column and row that `chars` characters from x, y cover at a scale. */
#define GLYPH_RIGHT(x, chars, scale) ((x) + (GLYPH_STEP * (chars)-1) * (scale)-1)
#define GLYPH_BOTTOM(y, scale)       ((y) + GLYPH_HEIGHT * (scale)-1)

/* Call `dot` for every pixel of the text, whose top left corner is x, y; one dot of the alphabet
 * is scale * scale pixels.  Characters that the alphabet lacks are blank; lower case counts as
 * upper case. */
void glyph_draw(const char *text, int x, int y, int scale, void (*dot)(void *ctx, int px, int py),
	void *ctx);

#endif
