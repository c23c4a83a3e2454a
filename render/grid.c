/* The numbers and the cursor of a contact sheet. */
#include "render/grid.h"

#include <stdio.h>

#include "render/label.h"

struct box {
	int left, top, right, bottom; /* raster pixels, inclusive; may reach outside */
};

static struct box
cell_box(const struct picture_grid *g, uint32_t cell, const struct picture_place *p, uint32_t width,
	uint32_t height)
{
	double w = (double)width / g->columns, h = (double)height / g->rows;
	double x = cell % g->columns * w - p->left, y = cell / g->columns * h - p->top;

	return (struct box){ .left = (int)(x * p->scale_x),
		.top = (int)(y * p->scale_y),
		.right = (int)((x + w) * p->scale_x) - 1,
		.bottom = (int)((y + h) * p->scale_y) - 1 };
}

static void
dot(struct raster *r, int x, int y, uint8_t value)
{
	size_t bytes = r->colour ? 3 : 1, at;

	if (x < 0 || y < 0 || x >= (int)r->width || y >= (int)r->height)
		return;
	at = ((size_t)y * r->width + (size_t)x) * bytes;
	for (size_t i = 0; i < bytes; i++)
		r->pixels[at + i] = value;
}

static void
outline(struct raster *r, struct box b, uint8_t value)
{
	for (int x = b.left; x <= b.right; x++) {
		dot(r, x, b.top, value);
		dot(r, x, b.bottom, value);
	}
	for (int y = b.top; y <= b.bottom; y++) {
		dot(r, b.left, y, value);
		dot(r, b.right, y, value);
	}
}

/* White between two black lines reads on any ground. */
static void
draw_cursor(struct raster *r, struct box b)
{
	static const uint8_t values[] = { 0, 255, 255, 0 };

	for (int i = 0; i < 4; i++, b.left++, b.top++, b.right--, b.bottom--)
		outline(r, b, values[i]);
}

static void
draw_number(struct raster *r, const struct picture_grid *g, uint32_t cell, struct box b)
{
	char text[16], mark = g->mark[cell];
	int n = snprintf(text, sizeof(text), "%u%c", g->first + cell, mark);

	if (b.right - b.left < n * LABEL_WIDTH + 4 || b.bottom - b.top < 3 * LABEL_HEIGHT)
		return;
	label_draw(r, b.left + 4, b.bottom - LABEL_HEIGHT - 3, 1, text);
}

void
grid_draw(struct raster *r, const struct picture_grid *g, const struct picture_place *place,
	uint32_t sheet_width, uint32_t sheet_height)
{
	for (uint32_t i = 0; i < g->count && i < PICTURE_CELLS_MAX; i++) {
		struct box b = cell_box(g, i, place, sheet_width, sheet_height);

		draw_number(r, g, i, b);
		if ((int)i == g->cursor)
			draw_cursor(r, b);
	}
}
