/* The contact sheet, the projections and the pairs of a series. */
#include "tui/viewer_modes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_PIXELS = 150, CELL_LEAST = 16 }; /* a cell's wanted side; on half blocks the least */

static uint64_t
series_of(const struct viewer_modes *m)
{
	return m->slices.series;
}

/* As many cells as fit, each large enough to know a slice by. */
static struct slides_sheet
lay_out(struct app *app, const struct viewport *v)
{
	struct slides_sheet s;
	uint32_t width, height, side;

	viewport_box(app, v, &width, &height);
	side = width < 4 * CELL_PIXELS ? width / 6 : CELL_PIXELS;
	if (side < CELL_LEAST)
		side = CELL_LEAST;
	s.columns = width / side > 0 ? width / side : 1;
	s.rows = height / side > 0 ? height / side : 1;
	while (s.columns * s.rows > PICTURE_CELLS_MAX)
		s.rows--;
	s.cell_width = width / s.columns;
	s.cell_height = height / s.rows;
	return s;
}

static void
show_page(struct app *app, struct viewer_modes *m, const struct viewer_facts *f, struct viewport *v)
{
	uint32_t cells = m->sheet.columns * m->sheet.rows, page = m->cell / cells,
		 first = page * cells;
	struct picture_grid *g = &v->grid;

	g->columns = m->sheet.columns;
	g->rows = m->sheet.rows;
	g->first = first + 1;
	g->count = f->slices - first < cells ? f->slices - first : cells;
	g->cursor = (int)(m->cell - first);
	for (uint32_t i = 0; i < g->count; i++)
		g->mark[i] = f->seen.whole[first + i] == '1' ? ' ' : '*';
	v->want = page;
	viewport_show(app, v);
}

/* The same greys as the slices, so that what stands out there stands out here. */
static void
keep_window(struct viewport *v, const struct viewport *from)
{
	v->window = from->window;
	v->window_fixed = true;
	v->custom = from->custom;
	v->preset = from->preset;
	v->preset_count = from->preset_count;
	memcpy(v->presets, from->presets, sizeof(v->presets));
}

static void
start_sheet(struct app *app, struct viewer_modes *m, struct viewer_facts *f, struct viewport *v)
{
	m->sheet = lay_out(app, v);
	m->pages = slides_set_sheet(app->slides, series_of(m), &m->sheet);
	pipeline_forget(app->pipeline, series_of(m) | SLIDES_MOSAIC); /* pages of another layout */
	viewport_open(v, series_of(m) | SLIDES_MOSAIC, m->pages, m->slices.modality);
	keep_window(v, &m->slices);
	show_page(app, m, f, v);
}

/* Maximum, minimum and mean are greys of the series and keep its window; the others have a range of their own. */
static void
show_projection(struct app *app, struct viewer_modes *m, struct viewport *v, uint32_t which)
{
	v->preset = v->preset_count = 0;
	v->window_fixed = v->custom = false;
	v->modality[0] = '\0';
	if (which < PROJECT_DEVIATION)
		keep_window(v, &m->slices);
	v->want = which;
	viewport_show(app, v);
}

static void
start_projection(struct app *app, struct viewer_modes *m, struct viewport *v)
{
	viewport_open(v, series_of(m) | SLIDES_PROJECTION, PROJECTIONS, m->slices.modality);
	memcpy(v->left, m->slices.left, sizeof(v->left));
	memcpy(v->right, m->slices.right, sizeof(v->right));
	memcpy(v->top, m->slices.top, sizeof(v->top));
	memcpy(v->bottom, m->slices.bottom, sizeof(v->bottom));
	show_projection(app, m, v, PROJECT_MAX);
}

static void
leave_slices(struct viewer_modes *m, const struct viewport *v)
{
	if (m->mode == VIEW_SLICES) {
		m->slices = viewport_settings(v);
		m->cell = v->want;
	}
}

/* The same window for both: what differs then is the pictures. */
void
modes_pair(struct app *app, struct viewer_modes *m, struct viewport *v)
{
	uint32_t at = v->want;

	if (m->mode != VIEW_SLICES)
		at = m->slices.want;
	leave_slices(m, v);
	m->mode = VIEW_PAIR;
	slides_set_pair(app->slides, series_of(m), (uint64_t)m->pair.series);
	pipeline_forget(app->pipeline, series_of(m) | SLIDES_PAIR); /* with another beside it */
	viewport_open(v, series_of(m) | SLIDES_PAIR, m->slices.slices, m->slices.modality);
	keep_window(v, &m->slices);
	v->want = at;
	viewport_show(app, v);
}

void
modes_toggle(struct app *app, struct viewer_modes *m, struct viewer_facts *f, struct viewport *v,
	enum viewer_mode mode)
{
	if (m->mode == mode) {
		modes_leave(app, m, v, m->slices.want);
		return;
	}
	leave_slices(m, v);
	m->mode = mode;
	if (mode == VIEW_MOSAIC)
		start_sheet(app, m, f, v);
	else
		start_projection(app, m, v);
}

void
modes_leave(struct app *app, struct viewer_modes *m, struct viewport *v, uint32_t slice)
{
	struct area on_glass = v->glass_cells, cells = v->cells;

	if (m->mode == VIEW_SLICES)
		return;
	viewport_release(v);
	*v = m->slices;
	v->cells = cells;
	v->glass_cells = on_glass;
	v->on_glass = false;
	v->want = slice;
	m->mode = VIEW_SLICES;
	viewport_show(app, v);
}

void
modes_layout(struct app *app, struct viewer_modes *m, struct viewer_facts *f, struct viewport *v)
{
	if (m->mode == VIEW_MOSAIC && v->cells.rows > 0)
		start_sheet(app, m, f, v);
}

void
modes_next_projection(struct app *app, struct viewer_modes *m, struct viewport *v)
{
	show_projection(app, m, v, (v->want + 1) % PROJECTIONS);
}

void
modes_move(struct app *app, struct viewer_modes *m, struct viewer_facts *f, struct viewport *v,
	int64_t by)
{
	int64_t to = (int64_t)m->cell + by;

	if (f->slices == 0)
		return;
	if (m->mode == VIEW_PAIR) {
		viewport_go(app, v, (int64_t)v->want + by);
		m->slices.want = v->want; /* where leaving goes back to */
		return;
	}
	m->cell = to < 0 ? 0 : to >= (int64_t)f->slices ? f->slices - 1 : (uint32_t)to;
	show_page(app, m, f, v);
}

/* The place of the greatest value: where a lone text or a standing one shines. */
static bool
brightest(const struct frame *f, uint32_t *x, uint32_t *y)
{
	const float *values;
	size_t best = 0, n;

	if (f == NULL || f->info.kind != FRAME_F32)
		return false;
	values = f->pixels;
	n = (size_t)f->info.width * f->info.height;
	for (size_t i = 1; i < n; i++)
		if (values[i] > values[best])
			best = i;
	*x = (uint32_t)(best % f->info.width);
	*y = (uint32_t)(best / f->info.width);
	return true;
}

static bool
behind(struct app *app, const struct viewer_modes *m, const struct viewport *v, uint32_t x,
	uint32_t y, uint32_t *slice)
{
	return slides_behind(app->slides, series_of(m), (enum projection)v->glass, x, y, slice);
}

bool
modes_chosen(
	struct app *app, const struct viewer_modes *m, const struct viewport *v, uint32_t *slice)
{
	uint32_t x, y;

	if (m->mode == VIEW_MOSAIC)
		*slice = m->cell;
	else if (m->mode == VIEW_PAIR)
		*slice = v->want;
	else if (!v->on_glass || !brightest(v->frame, &x, &y) || !behind(app, m, v, x, y, slice))
		return false;
	return true;
}

bool
modes_clicked(struct app *app, const struct viewer_modes *m, const struct viewport *v, int row,
	int column, uint32_t *slice)
{
	const struct picture_grid *g = &v->grid;
	uint32_t x, y, cell;

	if (m->mode == VIEW_SLICES || !viewport_pixel(app, v, row, column, &x, &y))
		return false;
	if (m->mode == VIEW_PROJECTION)
		return behind(app, m, v, x, y, slice);
	if (m->mode == VIEW_PAIR)
		return false;
	cell = y / m->sheet.cell_height * m->sheet.columns + x / m->sheet.cell_width;
	*slice = g->first - 1 + cell;
	return cell < g->count;
}

void
modes_text(struct app *app, const struct viewer_modes *m, const struct viewer_facts *f,
	const struct viewport *v, char to[64])
{
	uint32_t in = slides_in_projection(app->slides, series_of(m));

	to[0] = '\0';
	if (m->mode == VIEW_MOSAIC)
		snprintf(to, 64, "mosaic %u/%u, at slice %u/%u", v->glass + 1, m->pages,
			m->cell + 1, f->slices);
	else if (m->mode == VIEW_PAIR)
		snprintf(to, 64, "slice %u/%u beside %u/%u", v->glass + 1, f->slices,
			slides_beside(v->glass, f->slices, m->pair.slices) + 1, m->pair.slices);
	else if (m->mode == VIEW_PROJECTION && !v->on_glass)
		snprintf(to, 64, "reading slices %u/%u",
			slides_projected(app->slides, series_of(m)), f->slices);
	else if (m->mode == VIEW_PROJECTION && in < f->slices)
		snprintf(to, 64, "%s of %u slices, %u LEFT OUT",
			project_name((enum projection)v->glass), in, f->slices - in);
	else if (m->mode == VIEW_PROJECTION)
		snprintf(to, 64, "%s of %u slices", project_name((enum projection)v->glass), in);
}
