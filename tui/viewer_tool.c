/* The cross-hair of the viewer and what is done with it. */
#include "tui/viewer_tool.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/viewer_in.h"

enum { FAR_PARTS = 16 /* a long step is this part of the image's width */, FAR_LEAST = 10 };

/* ---- what lies over the picture ---- */

static void
draw_planes(struct drawing *d, const struct frame *f)
{
	for (unsigned i = 0; i < f->overlays; i++) {
		const struct overlay *o = &f->overlay[i];
		struct drawing_bits bits = { o->left, o->top, o->width, o->height, o->bits };

		drawing_plane(d, INK_PLANE, &bits);
	}
}

static void
draw_points(struct drawing *d, enum drawing_ink ink, enum mark_shape shape,
	const struct mark_point *p, uint32_t n, bool closed)
{
	struct drawing_point out[MARK_POINTS];

	if (shape == MARK_BOX) {
		struct drawing_point corners[] = { { p[0].x, p[0].y }, { p[1].x, p[0].y },
			{ p[1].x, p[1].y }, { p[0].x, p[1].y } };

		drawing_lines(d, ink, corners, 4, true);
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		out[i] = (struct drawing_point){ p[i].x, p[i].y };
	drawing_lines(d, ink, out, n, closed);
}

/* The box between two pixels, both in it. */
static void
box_between(const struct mark_point a, const struct mark_point b, struct mark_point out[2])
{
	out[0].x = a.x < b.x ? a.x : b.x;
	out[0].y = a.y < b.y ? a.y : b.y;
	out[1].x = (a.x < b.x ? b.x : a.x) + 1;
	out[1].y = (a.y < b.y ? b.y : a.y) + 1;
}

static void
draw_shape(struct drawing *d, const struct viewer_tool *t)
{
	struct mark_point here = { (int32_t)t->x, (int32_t)t->y }, box[2], line[MARK_POINTS + 1];

	if (!t->shaping || t->corners == 0)
		return;
	if (t->shape == MARK_BOX) {
		box_between(t->corner[0], here, box);
		draw_points(d, INK_CHOSEN, MARK_BOX, box, 2, true);
		return;
	}
	memcpy(line, t->corner, t->corners * sizeof(*line));
	line[t->corners] = here;
	draw_points(d, INK_CHOSEN, MARK_OUTLINE, line,
		t->corners < MARK_POINTS ? t->corners + 1 : t->corners, false);
}

static void
draw_tool(struct drawing *d, const struct viewer_tool *t)
{
	struct drawing_point at = { t->x + 0.5, t->y + 0.5 };
	struct drawing_point line[] = { { t->from_x + 0.5, t->from_y + 0.5 }, at };

	draw_shape(d, t);
	if (t->measuring)
		drawing_lines(d, INK_RULER, line, 2, false);
	if (t->on)
		drawing_cross(d, INK_CURSOR, at);
}

struct drawing *
tool_drawing(struct app *app, const struct viewer_state *s, uint32_t slice)
{
	const struct viewer_tool *t = &s->tool;
	struct drawing *d;
	struct frame *f;

	if (s->modes.mode != VIEW_SLICES)
		return NULL;
	d = drawing_new();
	f = pipeline_cached(app->pipeline, (uint64_t)s->f.series.id, slice);
	if (f != NULL && !t->planes_hidden)
		draw_planes(d, f);
	frame_unref(f);
	for (size_t i = 0; i < t->marks.n; i++)
		if (marks_on(&t->marks, i, slice))
			draw_points(d, i == t->marks.chosen ? INK_CHOSEN : INK_MARK,
				t->marks.list[i].shape, t->marks.list[i].point,
				t->marks.list[i].points, true);
	draw_tool(d, t);
	if (drawing_is_empty(d)) {
		drawing_unref(d);
		return NULL;
	}
	return d;
}

void
tool_show(struct app *app, struct viewer_state *s)
{
	viewport_lay_over_take(app, &s->port, tool_drawing(app, s, s->port.want));
}

/* ---- moving ---- */

/* The picture follows a cross-hair that leaves it. */
static void
follow(struct app *app, struct viewer_state *s)
{
	const struct shot *shot = &s->port.shot;
	double x = (s->tool.x + 0.5 - shot->place.left) * shot->place.scale_x;
	double y = (s->tool.y + 0.5 - shot->place.top) * shot->place.scale_y;

	if (x >= 0 && y >= 0 && x < shot->width && y < shot->height) {
		tool_show(app, s);
		return;
	}
	s->port.centre_x = (s->tool.x + 0.5) / shot->columns;
	s->port.centre_y = (s->tool.y + 0.5) / shot->rows;
	drawing_unref(s->port.over);
	s->port.over = tool_drawing(app, s, s->port.want);
	viewport_show(app, &s->port);
}

static uint32_t
moved(uint32_t at, int by, uint32_t n)
{
	int64_t to = (int64_t)at + by;

	return to < 0 ? 0 : to >= (int64_t)n ? n - 1 : (uint32_t)to;
}

static void
move(struct app *app, struct viewer_state *s, int right, int down)
{
	s->tool.x = moved(s->tool.x, right, s->port.shot.columns);
	s->tool.y = moved(s->tool.y, down, s->port.shot.rows);
	follow(app, s);
}

static const struct {
	enum command command;
	int right, down;
	bool far;
} moves[] = {
	{ CMD_CURSOR_LEFT, -1, 0, false },
	{ CMD_CURSOR_RIGHT, 1, 0, false },
	{ CMD_CURSOR_UP, 0, -1, false },
	{ CMD_CURSOR_DOWN, 0, 1, false },
	{ CMD_CURSOR_FAR_LEFT, -1, 0, true },
	{ CMD_CURSOR_FAR_RIGHT, 1, 0, true },
	{ CMD_CURSOR_FAR_UP, 0, -1, true },
	{ CMD_CURSOR_FAR_DOWN, 0, 1, true },
};

static bool
move_command(struct app *app, struct viewer_state *s, enum command c)
{
	int far = (int)s->port.shot.columns / FAR_PARTS;

	if (far < FAR_LEAST)
		far = FAR_LEAST;
	for (size_t i = 0; i < MEM_COUNT(moves); i++)
		if (moves[i].command == c) {
			int by = moves[i].far ? far : 1;

			move(app, s, moves[i].right * by, moves[i].down * by);
			return true;
		}
	return false;
}

/* Into the middle of what is in view, or where it was. */
static void
switch_on(struct viewer_state *s)
{
	const struct shot *shot = &s->port.shot;
	struct viewer_tool *t = &s->tool;
	double x = shot->place.left + shot->width / shot->place.scale_x / 2;
	double y = shot->place.top + shot->height / shot->place.scale_y / 2;

	if (t->on || shot->columns == 0)
		return;
	t->on = true;
	t->x = moved((uint32_t)x, 0, shot->columns);
	t->y = moved((uint32_t)y, 0, shot->rows);
}

/* ---- marks ---- */

struct draft_job {
	struct job job;
	char user[ACCOUNT_ID];
	int64_t series, revision;
	struct mark *marks;
	size_t n;
};

static void
draft_run(struct job *job, struct ledger *l)
{
	struct draft_job *j = (struct draft_job *)job;

	job->rc = mark_draft_save(l, j->user, j->series, j->revision, j->marks, j->n, &job->err);
}

static void
draft_done(struct job *job, struct app *app)
{
	if (job->rc != RC_OK)
		app_complain(app, &job->err);
}

static void
draft_release(struct job *job)
{
	free(((struct draft_job *)job)->marks);
	free(job);
}

void
tool_save(struct app *app, struct viewer_state *s)
{
	struct viewer_marks *m = &s->tool.marks;
	struct draft_job *j;

	if (!m->unsaved || !app->logged_in)
		return;
	m->unsaved = false;
	j = mem_zero(1, sizeof(*j));
	j->job.run = draft_run;
	j->job.done = draft_done;
	j->job.release = draft_release;
	str_copy(j->user, sizeof(j->user), app->session.user);
	j->series = s->f.series.id;
	j->revision = s->f.series.revision;
	j->n = m->n;
	j->marks = mem_zero(m->n + 1, sizeof(*j->marks));
	if (m->n > 0)
		memcpy(j->marks, m->list, m->n * sizeof(*j->marks));
	app_post_take(app, &j->job);
}

static void
changed(struct app *app, struct viewer_state *s)
{
	tool_save(app, s);
	tool_show(app, s);
}

/* The shape that was drawn becomes a mark of this slice. */
static void
finish(struct app *app, struct viewer_state *s)
{
	struct viewer_tool *t = &s->tool;
	const struct image *im = viewer_image(&s->f, s->port.want);
	struct mark m = { .scope = MARK_FRAME,
		.shape = t->shape,
		.kind = MARK_NAME,
		.first = s->port.want,
		.last = s->port.want,
		.columns = s->port.shot.columns,
		.rows = s->port.shot.rows,
		.points = t->shape == MARK_BOX ? 2 : t->corners };
	struct err e = { 0 };

	if (t->shape == MARK_BOX)
		box_between(t->corner[0], t->corner[1], m.point);
	else
		memcpy(m.point, t->corner, t->corners * sizeof(*m.point));
	if (im != NULL)
		str_copy(m.sop_uid, sizeof(m.sop_uid), im->sop_uid);
	t->shaping = false;
	t->corners = 0;
	if (mark_check(&m, &e) != RC_OK)
		app_complain(app, &e);
	else if (!marks_add(&t->marks, &m))
		app_say(app, STYLE_WARN, "at most %d marks", MARKS_MOST);
	changed(app, s);
}

static void
begin_shape(struct app *app, struct viewer_state *s, enum mark_shape shape)
{
	struct viewer_tool *t = &s->tool;

	switch_on(s);
	if (!t->on)
		return;
	t->shaping = true;
	t->shape = shape;
	t->corners = 0;
	app_say(app, STYLE_PLAIN,
		shape == MARK_BOX
			? "go to a corner, Enter; to the other one, Enter (or drag)"
			: "Enter at each corner, at the first one again to close (or drag)");
	tool_show(app, s);
}

static void
point(struct app *app, struct viewer_state *s)
{
	struct viewer_tool *t = &s->tool;
	struct mark_point here = { (int32_t)t->x, (int32_t)t->y };
	bool again = t->corners > 2 && t->corner[0].x == here.x && t->corner[0].y == here.y;

	if (!t->shaping) {
		app_say(app, STYLE_PLAIN, "b begins a box, f an outline, d a distance");
		return;
	}
	if (t->corners < MARK_POINTS && !again)
		t->corner[t->corners++] = here;
	if (again || t->corners == MARK_POINTS || (t->shape == MARK_BOX && t->corners == 2))
		finish(app, s);
	else
		tool_show(app, s);
}

struct hits_job {
	struct job job;
	uint64_t screen;
	int64_t series, n;
	char names[96];
};

static void
hit(void *ctx, int64_t id, const char *name, const char *subject, const char *description)
{
	struct hits_job *j = ctx;
	size_t used = strlen(j->names);

	(void)id;
	(void)subject;
	(void)description;
	if (j->n++ < 6)
		snprintf(j->names + used, sizeof(j->names) - used, "%s%s", used > 0 ? " " : "",
			name);
}

static void
hits_run(struct job *job, struct ledger *l)
{
	struct hits_job *j = (struct hits_job *)job;

	job->rc = mark_scanner_each(l, j->series, hit, j, &job->err);
}

static void
hits_done(struct job *job, struct app *app)
{
	struct hits_job *j = (struct hits_job *)job;
	struct viewer_state *s = app_screen_state(app, j->screen);

	if (job->rc != RC_OK)
		app_complain(app, &job->err);
	if (s == NULL || s->f.series.id != j->series || job->rc != RC_OK)
		return;
	s->tool.hits = j->n;
	str_copy(s->tool.hit_names, sizeof(s->tool.hit_names), j->names);
	app_stale(app);
}

static void
ask_hits(struct app *app, struct viewer_state *s)
{
	struct hits_job *j = mem_zero(1, sizeof(*j));

	s->tool.hits = -1;
	j->job.run = hits_run;
	j->job.done = hits_done;
	j->screen = app_screen_id(app, s);
	j->series = s->f.series.id;
	app_post_take(app, &j->job);
}

/* A range begins as all slices around the one it was drawn on; `,` and `.` put its ends to the slice in view. */
static void
next_scope(struct app *app, struct viewer_state *s, struct mark *m)
{
	m->scope = (m->scope + 1) % MARK_SCOPES;
	if (m->scope != MARK_RANGE)
		m->last = m->first;
	if (m->scope == MARK_SCANNER)
		ask_hits(app, s);
}

static void
set_end(struct viewer_state *s, struct mark *m, bool first)
{
	uint32_t at = s->port.want;

	m->scope = MARK_RANGE;
	if (first)
		m->first = at;
	else
		m->last = at;
	if (first && m->last < at)
		m->last = at;
	if (!first && m->first > at)
		m->first = at;
}

static bool
mark_command(struct app *app, struct viewer_state *s, enum command c)
{
	struct viewer_marks *m = &s->tool.marks;
	struct mark *k = NULL;

	if (c == CMD_MARK_NEXT)
		marks_choose_next(m);
	else if (c == CMD_MARK_DELETE)
		marks_delete(m);
	else if (c == CMD_UNDO && !marks_undo(m))
		app_say(app, STYLE_PLAIN, "nothing to undo");
	else if (c == CMD_MARK_KIND || c == CMD_MARK_SCOPE || c == CMD_MARK_FROM || c == CMD_MARK_TO)
		k = marks_change(m);
	else if (c != CMD_UNDO)
		return false;
	if (k != NULL && c == CMD_MARK_KIND)
		k->kind = (k->kind + 1) % MARK_KINDS;
	else if (k != NULL && c == CMD_MARK_SCOPE)
		next_scope(app, s, k);
	else if (k != NULL)
		set_end(s, k, c == CMD_MARK_FROM);
	changed(app, s);
	return true;
}

bool
tool_command(struct app *app, struct viewer_state *s, enum command c)
{
	struct viewer_tool *t = &s->tool;

	if (c == CMD_CURSOR)
		switch_on(s);
	else if (c == CMD_PLANES)
		t->planes_hidden = !t->planes_hidden;
	else if (c == CMD_RULER && t->measuring && t->x == t->from_x && t->y == t->from_y)
		t->measuring = false;
	else if (c == CMD_RULER) {
		t->measuring = true;
		t->from_x = t->x;
		t->from_y = t->y;
	} else if (c == CMD_BOX || c == CMD_OUTLINE) {
		begin_shape(app, s, c == CMD_BOX ? MARK_BOX : MARK_OUTLINE);
		return true;
	} else if (c == CMD_POINT) {
		point(app, s);
		return true;
	} else {
		return move_command(app, s, c) || mark_command(app, s, c);
	}
	tool_show(app, s);
	return true;
}

bool
tool_escape(struct app *app, struct viewer_state *s)
{
	struct viewer_tool *t = &s->tool;

	if (!t->on)
		return false;
	if (t->shaping) {
		t->shaping = false;
		t->corners = 0;
	} else {
		t->on = t->measuring = false;
		t->marks.chosen = t->marks.n;
	}
	tool_show(app, s);
	return true;
}

/* A press is a corner, a drag draws on, a release ends the shape. */
bool
tool_mouse(struct app *app, struct viewer_state *s, const struct key *k)
{
	struct viewer_tool *t = &s->tool;
	uint32_t x, y;

	if (!t->on || k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN)
		return false;
	if (!viewport_pixel(app, &s->port, k->row, k->column, &x, &y))
		return true;
	t->x = x;
	t->y = y;
	if (t->shaping &&
		(k->mouse == MOUSE_PRESS || k->mouse == MOUSE_RELEASE || t->shape == MARK_OUTLINE)) {
		if (k->mouse == MOUSE_RELEASE && t->shape == MARK_OUTLINE && t->corners > 2)
			finish(app, s);
		else if (k->mouse != MOUSE_RELEASE || t->corners > 0)
			point(app, s);
		return true;
	}
	tool_show(app, s);
	return true;
}

/* ---- words ---- */

static void
value_text(const struct viewer_state *s, char to[96])
{
	const struct viewer_tool *t = &s->tool;
	const struct frame *f = s->port.shot.frame;
	const uint8_t *rgb;
	double v;

	if (f == NULL || t->x >= f->info.width || t->y >= f->info.height) {
		snprintf(to, 96, "%u, %u", t->x, t->y);
		return;
	}
	if (f->info.kind == FRAME_RGB8) {
		rgb = (const uint8_t *)f->pixels + 3 * ((size_t)t->y * f->info.width + t->x);
		snprintf(to, 96, "%u, %u   R %u G %u B %u", t->x, t->y, rgb[0], rgb[1], rgb[2]);
		return;
	}
	v = frame_value(f, t->x, t->y);
	if (s->f.suv > 0)
		snprintf(to, 96, "%u, %u   %.6g %s = SUV %.2f", t->x, t->y, v, s->f.unit,
			v * s->f.suv);
	else
		snprintf(to, 96, "%u, %u   %.6g %s", t->x, t->y, v, s->f.unit);
}

/* Between the middles of two pixels. */
static void
distance_text(const struct viewer_state *s, char to[96])
{
	const struct viewer_tool *t = &s->tool;
	const struct image *im = viewer_image(&s->f, s->port.glass);
	double dx = (double)t->x - t->from_x, dy = (double)t->y - t->from_y, down, across;
	bool detector = im != NULL && im->pixel_spacing[0] == '\0';
	const char *text = im == NULL ? "" : detector ? im->detector_spacing : im->pixel_spacing;

	if (sscanf(text, "%lf\\%lf", &down, &across) == 2 && down > 0 && across > 0)
		snprintf(to, 96, "distance %.1f mm%s", hypot(dx * across, dy * down),
			detector ? " at the detector" : "");
	else
		snprintf(to, 96, "distance %.1f pixels (no spacing)", hypot(dx, dy));
}

unsigned
tool_text(struct app *app, const struct viewer_state *s, char lines[TOOL_LINES][96])
{
	const struct viewer_tool *t = &s->tool;
	const struct frame *f = s->port.shot.frame;
	unsigned n = 0;
	char key[16];

	if (f != NULL && f->overlays > 0 && s->port.on_glass)
		snprintf(lines[n++], 96, "%u overlay plane%s %s (%s)", f->overlays,
			f->overlays == 1 ? "" : "s", t->planes_hidden ? "HIDDEN" : "shown",
			app_key_of(app, CMD_PLANES, key));
	if (t->on)
		value_text(s, lines[n++]);
	if (t->measuring)
		distance_text(s, lines[n++]);
	if (t->marks.n > 0)
		marks_text(&t->marks, lines[n++], 96);
	if (t->marks.chosen < t->marks.n && t->marks.list[t->marks.chosen].scope == MARK_SCANNER &&
		t->hits >= 0)
		snprintf(lines[n++], 96, "%lld series: %.60s%s", (long long)t->hits, t->hit_names,
			t->hits > 6 ? " ..." : "");
	return n;
}
