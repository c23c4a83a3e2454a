/* The picture beside something else. */
#include "tui/beside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/app.h"

static void
show(struct app *app, struct beside *b)
{
	const struct image *im = b->slices > 0 ? &b->images[b->slice_image[b->at]] : NULL;

	viewer_letters_of(im, &b->port);
	if (b->port.active && b->port.want != b->at)
		viewport_go(app, &b->port, b->at);
	else
		viewport_show(app, &b->port);
}

void
beside_open(struct beside *b, const struct viewer_facts *f, const struct viewport *from)
{
	memset(b, 0, sizeof(*b));
	b->slices = f->slices;
	b->image_count = f->image_count;
	b->images = mem_zero(f->image_count + 1, sizeof(*b->images));
	b->slice_image = mem_zero(f->slices + 1, sizeof(*b->slice_image));
	memcpy(b->images, f->images, f->image_count * sizeof(*b->images));
	if (f->slices > 0)
		memcpy(b->slice_image, f->slice_image, f->slices * sizeof(*b->slice_image));
	b->at = from->want < b->slices ? from->want : 0;
	viewport_open(&b->port, (uint64_t)f->series.id, b->slices, f->series.modality);
	b->port.window = from->window;
	b->port.window_fixed = from->window_fixed;
}

void
beside_layout(struct app *app, struct beside *b, struct area a)
{
	if (b->slices == 0)
		a.rows = 0;
	if (a.rows > 0)
		a.rows--;
	if (b->port.glass_cells.rows > 0)
		viewport_hide(app, &b->port);
	b->port.cells = a;
	if (!b->shown)
		return;
	b->port.want = b->at;
	if (a.rows > 0)
		show(app, b);
	b->first_serial = b->port.serial;
}

void
beside_shown(struct app *app, struct beside *b, struct area a)
{
	b->shown = true;
	beside_layout(app, b, a);
}

void
beside_hidden(struct app *app, struct beside *b)
{
	b->shown = false;
	viewport_hide(app, &b->port);
}

void
beside_release(struct beside *b)
{
	viewport_release(&b->port);
	free(b->images);
	free(b->slice_image);
}

void
beside_draw(const struct beside *b)
{
	const struct viewport *v = &b->port;
	struct area a = v->cells;
	char text[64];

	if (a.rows <= 0)
		return;
	if (v->failed == RC_OK)
		draw_picture_cells(a);
	else
		draw_text(a.row + a.rows / 2, a.column + 1, a.columns - 2, STYLE_WARN, v->failure);
	if (v->on_glass)
		snprintf(text, sizeof(text), " slice %u/%u", v->glass + 1, b->slices);
	else
		snprintf(text, sizeof(text), " slice -/%u", b->slices);
	draw_text(a.row + a.rows, a.column, a.columns, STYLE_DIM, text);
}

bool
beside_step(struct app *app, struct beside *b, int64_t by)
{
	int64_t to = (int64_t)b->at + by, last = (int64_t)b->slices - 1;

	to = to > last ? last : to < 0 ? 0 : to;
	if (b->slices == 0 || to == (int64_t)b->at)
		return false;
	b->at = (uint32_t)to;
	if (b->port.cells.rows > 0)
		show(app, b);
	return true;
}

void
beside_picture(struct app *app, struct beside *b, struct pipeline_picture *p)
{
	if (p->serial >= b->first_serial && viewport_picture(app, &b->port, p))
		app_stale(app);
}

void
beside_acknowledged(struct app *app, struct beside *b, uint64_t tag, bool answered)
{
	if (viewport_acknowledged(app, &b->port, tag, answered))
		app_stale(app);
}
