/* Owns text in pictures and its font, drawn for this program: five columns, seven rows above
 * the base line and two below.  No state; any thread. */
#include "render/label.h"

#include <string.h>

enum { GLYPH_FIRST = 32, GLYPHS = 95, GLYPH_COLUMNS = 5, GLYPH_ROWS = 9 };

/* By character from the blank on; rows from the top with '/' between, missing ones are empty. */
static const char *const glyphs[GLYPHS];

static bool
glyph_bit(char c, int x, int y)
{
	unsigned i = (unsigned char)c - GLYPH_FIRST;
	const char *row = glyphs[i < GLYPHS ? i : '?' - GLYPH_FIRST];

	for (; y > 0 && row != NULL; y--) {
		row = strchr(row, '/');
		row = row != NULL ? row + 1 : NULL;
	}
	return row != NULL && (size_t)x < strcspn(row, "/") && row[x] == '#';
}

/* A square of scale by scale pixels, grown by `grow` on each side. */
static void
fill(struct raster *r, int x, int y, int scale, int grow, uint8_t grey)
{
	int bytes = r->colour ? 3 : 1;
	int x0 = x - grow < 0 ? 0 : x - grow, x1 = x + scale + grow;
	int y0 = y - grow < 0 ? 0 : y - grow, y1 = y + scale + grow;

	x1 = x1 > (int)r->width ? (int)r->width : x1;
	y1 = y1 > (int)r->height ? (int)r->height : y1;
	for (; y0 < y1 && x0 < x1; y0++)
		memset(r->pixels + ((size_t)y0 * r->width + (size_t)x0) * (size_t)bytes, grey,
			(size_t)(x1 - x0) * (size_t)bytes);
}

struct ink {
	int scale, grow;
	uint8_t grey;
};

static void
draw_glyph(struct raster *r, int x, int y, const struct ink *ink, char c)
{
	for (int i = 0; i < GLYPH_ROWS; i++) {
		for (int k = 0; k < GLYPH_COLUMNS; k++) {
			if (glyph_bit(c, k, i))
				fill(r, x + k * ink->scale, y + i * ink->scale, ink->scale,
					ink->grow, ink->grey);
		}
	}
}

int
label_scale(const struct raster *r)
{
	uint32_t side = r->width < r->height ? r->width : r->height;

	return side < 320 ? 1 : side < 1200 ? 2 : 3;
}

/* The whole outline comes first: one character's must not cover its neighbour. */
void
label_draw(struct raster *r, int x, int y, int scale, const char *text)
{
	const struct ink inks[] = { { scale, scale, 0 }, { scale, 0, 255 } };

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; text[i] != '\0'; i++)
			draw_glyph(r, x + scale / 2 + (int)i * LABEL_WIDTH * scale, y + scale,
				&inks[pass], text[i]);
	}
}

static const char *const glyphs[GLYPHS] = {
	/*   */ "",
	/* ! */ "  #/  #/  #/  #/  #//  #",
	/* " */ " # #/ # #/ # #",
	/* # */ " # #/ # #/#####/ # #/#####/ # #/ # #",
	/* $ */ "  #/ ####/# #/ ###/  # #/####/  #",
	/* % */ "##  #/##  #/   #/  #/ #/#  ##/#  ##",
	/* & */ " ##/#  #/#  #/ ##/# # #/#  #/ ## #",
	/* ' */ "  #/  #/  #",
	/* ( */ "   #/  #/ #/ #/ #/  #/   #",
	/* ) */ " #/  #/   #/   #/   #/  #/ #",
	/* * */ "/# # #/ ###/#####/ ###/# # #",
	/* + */ "/  #/  #/#####/  #/  #",
	/* , */ "/////  #/  #/ #",
	/* - */ "///#####",
	/* . */ "/////  ##/  ##",
	/* / */ "    #/    #/   #/  #/ #/#/#",
	/* 0 */ " ###/#   #/#  ##/# # #/##  #/#   #/ ###",
	/* 1 */ "  #/ ##/# #/  #/  #/  #/#####",
	/* 2 */ " ###/#   #/    #/  ##/ #/#/#####",
	/* 3 */ " ###/#   #/    #/  ##/    #/#   #/ ###",
	/* 4 */ "   #/  ##/ # #/#  #/#####/   #/   #",
	/* 5 */ "#####/#/####/    #/    #/#   #/ ###",
	/* 6 */ "  ##/ #/#/####/#   #/#   #/ ###",
	/* 7 */ "#####/    #/   #/   #/  #/  #/  #",
	/* 8 */ " ###/#   #/#   #/ ###/#   #/#   #/ ###",
	/* 9 */ " ###/#   #/#   #/ ####/    #/   #/ ##",
	/* : */ "/ ##/ ##//  ##/ ##",
	/* ; */ "/ ##/ ##//  ##/  ##/ #",
	/* < */ "   #/  #/ #/#/ #/  #/   #",
	/* = */ "//#####//#####",
	/* > */ " #/  #/   #/    #/   #/  #/ #",
	/* ? */ " ###/#   #/    #/   #/  #//  #",
	/* @ */ " ###/#   #/# ###/# # #/# ###/#/ ####",
	/* A */ " ###/#   #/#   #/#####/#   #/#   #/#   #",
	/* B */ "####/#   #/#   #/####/#   #/#   #/####",
	/* C */ " ###/#   #/#/#/#/#   #/ ###",
	/* D */ "####/#   #/#   #/#   #/#   #/#   #/####",
	/* E */ "#####/#/#/####/#/#/#####",
	/* F */ "#####/#/#/####/#/#/#",
	/* G */ " ###/#   #/#/#  ##/#   #/#   #/ ###",
	/* H */ "#   #/#   #/#   #/#####/#   #/#   #/#   #",
	/* I */ " ###/  #/  #/  #/  #/  #/ ###",
	/* J */ "  ###/   #/   #/   #/   #/#  #/ ##",
	/* K */ "#   #/#  #/# #/##/# #/#  #/#   #",
	/* L */ "#/#/#/#/#/#/#####",
	/* M */ "#   #/## ##/# # #/# # #/#   #/#   #/#   #",
	/* N */ "#   #/##  #/##  #/# # #/#  ##/#  ##/#   #",
	/* O */ " ###/#   #/#   #/#   #/#   #/#   #/ ###",
	/* P */ "####/#   #/#   #/####/#/#/#",
	/* Q */ " ###/#   #/#   #/#   #/# # #/#  #/ ## #",
	/* R */ "####/#   #/#   #/####/# #/#  #/#   #",
	/* S */ " ####/#/#/ ###/    #/    #/####",
	/* T */ "#####/  #/  #/  #/  #/  #/  #",
	/* U */ "#   #/#   #/#   #/#   #/#   #/#   #/ ###",
	/* V */ "#   #/#   #/#   #/ # #/ # #/ # #/  #",
	/* W */ "#   #/#   #/#   #/# # #/# # #/## ##/#   #",
	/* X */ "#   #/#   #/ # #/  #/ # #/#   #/#   #",
	/* Y */ "#   #/#   #/ # #/  #/  #/  #/  #",
	/* Z */ "#####/    #/   #/  #/ #/#/#####",
	/* [ */ " ###/ #/ #/ #/ #/ #/ ###",
	/* \ */ "#/#/ #/  #/   #/    #/    #",
	/* ] */ " ###/   #/   #/   #/   #/   #/ ###",
	/* ^ */ "  #/ # #/#   #",
	/* _ */ "///////#####",
	/* ` */ " #/  #",
	/* a */ "// ###/    #/ ####/#   #/ ####",
	/* b */ "#/#/# ##/##  #/#   #/#   #/####",
	/* c */ "// ####/#/#/#/ ####",
	/* d */ "    #/    #/ ## #/#  ##/#   #/#   #/ ####",
	/* e */ "// ###/#   #/#####/#/ ####",
	/* f */ "  ##/ #  #/ #/####/ #/ #/ #",
	/* g */ "// ####/#   #/#   #/#   #/ ####/    #/ ###",
	/* h */ "#/#/# ##/##  #/#   #/#   #/#   #",
	/* i */ "  #// ##/  #/  #/  #/ ###",
	/* j */ "   #//  ##/   #/   #/   #/   #/#  #/ ##",
	/* k */ "#/#/#  #/# #/##/# #/#  #",
	/* l */ " ##/  #/  #/  #/  #/  #/ ###",
	/* m */ "//## #/# # #/# # #/# # #/# # #",
	/* n */ "//# ##/##  #/#   #/#   #/#   #",
	/* o */ "// ###/#   #/#   #/#   #/ ###",
	/* p */ "//####/#   #/#   #/#   #/####/#/#",
	/* q */ "// ####/#   #/#   #/#   #/ ####/    #/    #",
	/* r */ "//# ##/##  #/#/#/#",
	/* s */ "// ####/#/ ###/    #/####",
	/* t */ " #/ #/####/ #/ #/ #  #/  ##",
	/* u */ "//#   #/#   #/#   #/#  ##/ ## #",
	/* v */ "//#   #/#   #/#   #/ # #/  #",
	/* w */ "//#   #/# # #/# # #/# # #/ # #",
	/* x */ "//#   #/ # #/  #/ # #/#   #",
	/* y */ "//#   #/#   #/#   #/ ####/    #/    #/ ###",
	/* z */ "//#####/   #/  #/ #/#####",
	/* { */ "   ##/  #/  #/ #/  #/  #/   ##",
	/* | */ "  #/  #/  #/  #/  #/  #/  #",
	/* } */ " ##/   #/   #/    #/   #/   #/ ##",
	/* ~ */ "/// #  #/# # #/#  #",
};
