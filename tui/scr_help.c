/* Help: the keys of the screen it was called from, then those of everywhere.  Made from the command table and
 * the keymap, so it is always true. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "tui/app.h"
#include "tui/list.h"

struct help_state {
	struct list list;
	char **lines;
	size_t n;
	const struct keymap *keys;
};

static void
add(struct help_state *s, char *line)
{
	s->lines = mem_grow(s->lines, s->n + 1, sizeof(*s->lines));
	s->lines[s->n++] = line;
}

struct section_walk {
	struct help_state *s;
	const char *section;
	bool told[CMD_COUNT];
	struct {
		char keys[64];
	} by[CMD_COUNT];
};

static void
collect(void *ctx, key_code key, enum command c)
{
	struct section_walk *w = ctx;
	char text[16];
	size_t used = strlen(w->by[c].keys);

	snprintf(w->by[c].keys + used, sizeof(w->by[c].keys) - used, "%s%s", used > 0 ? " " : "",
		key_text(key, text));
}

static void
tell(void *ctx, key_code key, enum command c)
{
	struct section_walk *w = ctx;

	(void)key;
	if (w->told[c])
		return;
	w->told[c] = true;
	add(w->s,
		mem_format("  %-16s %-18s %s", w->by[c].keys, command_info(c)->name,
			command_info(c)->help));
}

static void
add_section(struct help_state *s, const char *section, const char *title)
{
	struct section_walk *w = mem_zero(1, sizeof(*w));

	w->s = s;
	w->section = section;
	add(s, mem_string(title));
	keymap_each(s->keys, section, collect, w);
	keymap_each(s->keys, section, tell, w);
	add(s, mem_string(""));
	free(w);
}

static void
help_open(struct app *app, void *state, const void *argument)
{
	struct help_state *s = state;
	const struct screen_ops *of = argument;
	char *title = mem_format("On this screen (%s)", of->title);

	s->keys = app->keys;
	add_section(s, of->section, title);
	free(title);
	if (of->section2 != NULL)
		add_section(s, of->section2, of->title2 != NULL ? of->title2 : "On every list");
	add_section(s, "common", "Everywhere");
	add_section(s, "dialog", "In dialogs");
	add(s, mem_string("Every command can also be typed by its name after ':', and Tab completes it."));
	add(s, mem_string("Text pasted into the terminal is never taken for keys."));
	s->list.total = (int64_t)s->n;
}

static void
help_close(struct app *app, void *state)
{
	struct help_state *s = state;

	(void)app;
	for (size_t i = 0; i < s->n; i++)
		free(s->lines[i]);
	free(s->lines);
}

static void
help_draw(struct app *app, void *state, struct area a)
{
	struct help_state *s = state;

	(void)app;
	list_set_rows(&s->list, a.rows);
	for (int i = 0; i < a.rows && s->list.first + i < s->list.total; i++) {
		const char *line = s->lines[s->list.first + i];

		draw_text(a.row + i, a.column + 1, a.columns - 2,
			line[0] != ' ' ? STYLE_BOLD : STYLE_PLAIN, line);
	}
}

/* A page moves as a whole: there is nothing to put a cursor on. */
static void
help_command(struct app *app, void *state, enum command c, const char *argument)
{
	struct help_state *s = state;
	int64_t last = s->list.total - s->list.rows;

	(void)app, (void)argument;
	if (c == CMD_NEXT && s->list.first < last)
		s->list.first++;
	else if (c == CMD_PREVIOUS && s->list.first > 0)
		s->list.first--;
	else if (c == CMD_PAGE_DOWN)
		s->list.first += s->list.rows;
	else if (c == CMD_PAGE_UP)
		s->list.first -= s->list.rows;
	else if (c == CMD_FIRST)
		s->list.first = 0;
	else if (c == CMD_LAST)
		s->list.first = last;
	if (s->list.first > last)
		s->list.first = last;
	if (s->list.first < 0)
		s->list.first = 0;
	s->list.at = s->list.first;
}

static unsigned
help_have(struct app *app, void *state)
{
	(void)app, (void)state;
	return NEED_LIST;
}

static const enum command help_keys[] = { CMD_NEXT, CMD_PREVIOUS, CMD_PAGE_DOWN, CMD_BACK,
	CMD_NONE };

const struct screen_ops scr_help_ops = {
	.title = "Help",
	.section = "help",
	.section2 = "list",
	.state_size = sizeof(struct help_state),
	.open = help_open,
	.close = help_close,
	.draw = help_draw,
	.have = help_have,
	.command = help_command,
	.key_line = help_keys,
};
