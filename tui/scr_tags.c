/* Tags: the header of one image as a tree, on wide windows beside its picture; see tags_in.h. */
#include <ncursesw/curses.h>

#include "tui/tags_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/catalog.h"
#include "tui/viewer_facts.h"

enum {
	WIDE = 100,        /* columns from which on the picture is beside the tree */
	TREE_COLUMNS = 76, /* that the tree would like; the picture gets half at most */
	PICTURE_LEAST = 38,
	WHEEL_LINES = 3,
};

/* ---- the picture ---- */

static bool
is_wide(const struct tags_state *s)
{
	return s->pictures && COLS >= WIDE && LINES >= 24;
}

static int
picture_columns(void)
{
	int columns = COLS - TREE_COLUMNS;

	return columns > COLS / 2 ? COLS / 2 : columns < PICTURE_LEAST ? PICTURE_LEAST : columns;
}

static void
on_picture(struct app *app, void *state, struct pipeline_picture *p)
{
	beside_picture(app, &((struct tags_state *)state)->beside, p);
}

static void
on_acknowledged(struct app *app, void *state, uint64_t tag, bool answered)
{
	beside_acknowledged(app, &((struct tags_state *)state)->beside, tag, answered);
}

static struct area
picture_area(const struct app *app, const struct tags_state *s)
{
	struct area a = app_body(app);

	a.columns = picture_columns();
	if (!is_wide(s))
		a.rows = 0;
	return a;
}

static void
tags_layout(struct app *app, void *state)
{
	struct tags_state *s = state;

	beside_layout(app, &s->beside, picture_area(app, s));
}

static int
tags_tick_in(struct app *app, void *state)
{
	(void)app;
	return viewport_tick_in(&((struct tags_state *)state)->beside.port);
}

static void
tags_tick(struct app *app, void *state)
{
	viewport_tick(app, &((struct tags_state *)state)->beside.port);
}

/* ---- coming and going ---- */

static void
take_images(struct tags_state *s, const struct viewer_facts *f)
{
	s->image_count = f->image_count;
	s->images = mem_zero(f->image_count, sizeof(*s->images));
	memcpy(s->images, f->images, f->image_count * sizeof(*s->images));
	s->pictures = f->slices > 0;
	s->steps = s->pictures ? f->slices : (uint32_t)f->image_count;
}

static void
tags_shown(struct app *app, void *state)
{
	struct tags_state *s = state;

	app->picture = on_picture;
	app->acknowledged = on_acknowledged;
	app->picture_screen = app_screen_id(app, s);
	beside_shown(app, &s->beside, picture_area(app, s));
}

static void
tags_open(struct app *app, void *state, const void *argument)
{
	const struct tags_argument *a = argument;
	struct tags_state *s = state;

	viewer_what(a->facts, s->what, sizeof(s->what));
	s->series = a->facts->series.id;
	take_images(s, a->facts);
	s->at = a->port->want < s->steps ? a->port->want : 0;
	beside_open(&s->beside, a->facts, a->port);
	tags_shown(app, s);
	tags_load(app, s, TAGS_ALL, NULL);
}

static void
tags_hidden(struct app *app, void *state)
{
	struct tags_state *s = state;

	beside_hidden(app, &s->beside);
	app->picture = NULL;
	app->acknowledged = NULL;
}

static void
tags_close(struct app *app, void *state)
{
	struct tags_state *s = state;

	(void)app;
	beside_release(&s->beside);
	tags_tree_release(&s->tree);
	free(s->images);
}

/* ---- drawing ---- */

static void
tags_draw(struct app *app, void *state, struct area a)
{
	struct tags_state *s = state;

	(void)app;
	if (is_wide(s)) {
		beside_draw(&s->beside);
		a.column = s->beside.port.cells.columns + 1;
		a.columns -= a.column;
	}
	tags_draw_tree(s, a);
}

static void
tags_top(struct app *app, void *state, char *left, char *right, size_t size)
{
	struct tags_state *s = state;

	(void)app;
	snprintf(left, size, "%s", s->what);
	if (s->loaded && s->mode != TAGS_ALL)
		snprintf(right, size, "%s %u of %u, what differs from %s ", tags_step_name(s),
			s->told + 1, s->steps, s->other_name);
	else
		snprintf(right, size, "%s %u of %u ", tags_step_name(s),
			(s->loaded ? s->told : s->at) + 1, s->steps);
}

/* ---- commands ---- */

static unsigned
tags_have(struct app *app, void *state)
{
	(void)app, (void)state;
	return NEED_LIST | NEED_SERIES | NEED_HEADER;
}

static void
step(struct app *app, struct tags_state *s, int64_t by)
{
	int64_t to = (int64_t)s->at + by, last = (int64_t)s->steps - 1;

	to = to > last ? last : to < 0 ? 0 : to;
	if (to == (int64_t)s->at) {
		app_say(app, STYLE_PLAIN, "this is the %s %s", by < 0 ? "first" : "last",
			tags_step_name(s));
		return;
	}
	s->at = (uint32_t)to;
	if (s->pictures)
		beside_step(app, &s->beside, by);
	tags_load(app, s, s->mode, NULL);
}

static void
differ(struct app *app, struct tags_state *s)
{
	if (s->mode == TAGS_SLICES)
		tags_load(app, s, TAGS_ALL, NULL);
	else if (s->steps < 2)
		app_say(app, STYLE_WARN, "the series has one %s only: nothing to compare with",
			tags_step_name(s));
	else
		tags_load(app, s, TAGS_SLICES, NULL);
}

/* Without an argument the prompt opens, with another series of the same subject filled in. */
static void
compare(struct app *app, struct tags_state *s, const char *argument)
{
	char text[64] = "tags-compare ", name[24];

	if (*argument != '\0') {
		tags_load(app, s, TAGS_SERIES, argument);
		return;
	}
	if (s->mode == TAGS_SERIES) {
		tags_load(app, s, TAGS_ALL, NULL);
		return;
	}
	if (s->kin > 0) {
		catalog_series_name(s->kin, name);
		snprintf(text, sizeof(text), "tags-compare %s", name);
	}
	app->prompting = true;
	line_set(&app->prompt, text);
}

static void
begin_search(struct tags_state *s, const char *argument)
{
	s->searching = *argument == '\0';
	s->search_from = tags_tree_at(&s->tree);
	line_set(&s->search, argument);
	tags_tree_search(&s->tree, argument, s->search_from);
}

static void
search_next(struct app *app, struct tags_state *s, int direction)
{
	char key[16];

	if (s->tree.word[0] == '\0')
		app_say(app, STYLE_PLAIN, "%s searches numbers, names and values",
			app_key_of(app, CMD_SEARCH, key));
	else
		tags_tree_search_next(&s->tree, direction);
}

static void
fold(struct app *app, struct tags_state *s)
{
	if (!tags_tree_fold(&s->tree))
		app_say(app, STYLE_PLAIN, "there is no more of it to open");
}

static void
tags_command(struct app *app, void *state, enum command c, const char *argument)
{
	struct tags_state *s = state;

	if (list_command(&s->tree.list, c))
		return;
	if (c == CMD_SLICE_NEXT || c == CMD_SLICE_PREVIOUS)
		step(app, s, c == CMD_SLICE_NEXT ? 1 : -1);
	else if (c == CMD_SEARCH || c == CMD_FILTER)
		begin_search(s, argument);
	else if (c == CMD_SEARCH_NEXT || c == CMD_SEARCH_PREVIOUS)
		search_next(app, s, c == CMD_SEARCH_NEXT ? 1 : -1);
	else if (c == CMD_FOLD)
		fold(app, s);
	else if (c == CMD_TAGS_DIFFER)
		differ(app, s);
	else if (c == CMD_TAGS_COMPARE)
		compare(app, s, argument);
	else
		app_say(app, STYLE_WARN, "%s does nothing among the tags", command_info(c)->name);
}

/* ---- keys and mouse ---- */

static void
end_search(struct tags_state *s)
{
	if (s->searching)
		tags_tree_go(&s->tree, s->search_from);
	s->searching = false;
	line_set(&s->search, "");
	tags_tree_search(&s->tree, "", tags_tree_at(&s->tree));
}

/* While a search is typed the cursor goes to what has it so far; Esc brings it back. */
static bool
tags_key(struct app *app, void *state, const struct key *k)
{
	struct tags_state *s = state;

	(void)app;
	if (k->code == K_ESC && (s->searching || s->search.n > 0)) {
		end_search(s);
		return true;
	}
	if (!s->searching)
		return false;
	if (k->code == K_ENTER)
		s->searching = false;
	else if (line_key(&s->search, k))
		tags_tree_search(&s->tree, s->search.text, s->search_from);
	else
		return false;
	return true;
}

static void
tags_mouse(struct app *app, void *state, const struct key *k)
{
	struct tags_state *s = state;
	struct list *l = &s->tree.list;
	int row = k->row - app_body(app).row;

	if (k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN)
		list_go(l, l->at + (k->mouse == MOUSE_WHEEL_DOWN ? WHEEL_LINES : -WHEEL_LINES));
	else if (k->mouse == MOUSE_PRESS && row >= 0 && row < l->rows && l->first + row < l->total)
		list_go(l, l->first + row);
	app_stale(app);
}

static const enum command tags_keys[] = { CMD_SEARCH, CMD_FOLD, CMD_SLICE_NEXT, CMD_SLICE_PREVIOUS,
	CMD_TAGS_DIFFER, CMD_TAGS_COMPARE, CMD_HELP, CMD_BACK, CMD_NONE };

const struct screen_ops scr_tags_ops = {
	.title = "Tags",
	.section = "tags",
	.section2 = "list",
	.state_size = sizeof(struct tags_state),
	.open = tags_open,
	.close = tags_close,
	.shown = tags_shown,
	.hidden = tags_hidden,
	.layout = tags_layout,
	.top = tags_top,
	.draw = tags_draw,
	.have = tags_have,
	.command = tags_command,
	.key = tags_key,
	.mouse = tags_mouse,
	.key_line = tags_keys,
	.tick_in = tags_tick_in,
	.tick = tags_tick,
};
