/* Form: what is entered beside the picture.  Everything typed goes into the field under the cursor; only named keys are
 * commands.  A value is kept as soon as its field is left. */
#include <ncursesw/curses.h>

#include "tui/form_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/dialog_form.h"

enum { WIDE = 100, PANEL_WIDE = 56, PANEL = 44 };

/* ---- rows ---- */

static void
add_row(struct form_screen *s, int what, size_t at)
{
	if (s->rows == FORM_ROWS)
		return;
	if (s->rows == s->row_room) {
		s->row_room = s->row_room * 2 + 64;
		s->row = mem_grow(s->row, s->row_room, sizeof(*s->row));
	}
	s->row[s->rows].what = what;
	s->row[s->rows++].at = at;
}

static void
add_fields(struct form_screen *s)
{
	const struct study_group *group = NULL;

	for (size_t i = 0; i < form_sheet_fields(s->fill->sheet); i++) {
		const struct form_cell *c = form_sheet_cell(s->fill->sheet, i);

		if (c->skipped)
			continue;
		if (c->group != group)
			add_row(s, ROW_GROUP, i);
		group = c->group;
		add_row(s, ROW_FIELD, i);
	}
}

void
form_rows(struct form_screen *s)
{
	struct form_row was =
		s->cursor < s->rows ? s->row[s->cursor] : (struct form_row){ ROW_FIELD, 0 };

	s->rows = 0;
	add_fields(s);
	for (size_t i = 0; i < s->fill->form->checks; i++)
		if (form_sheet_check(s->fill->sheet, i) != NULL)
			add_row(s, ROW_CHECK, i);
	for (size_t i = 0; i < s->rows; i++)
		if (s->row[i].what == was.what && s->row[i].at == was.at)
			s->cursor = i;
	if (s->cursor >= s->rows)
		s->cursor = s->rows > 0 ? s->rows - 1 : 0;
	if (s->rows > 0 && s->row[s->cursor].what == ROW_GROUP)
		s->cursor++;
}

struct fill_difference *
form_difference(const struct form_screen *s, size_t field)
{
	for (size_t i = 0; i < s->fill->differences; i++)
		if (s->fill->difference[i].field == field)
			return &s->fill->difference[i];
	return NULL;
}

const struct form_finding *
form_to_keep(const struct form_screen *s)
{
	const struct form_row *r = &s->row[s->cursor];
	const struct form_cell *c;

	if (r->what == ROW_CHECK)
		return form_sheet_check(s->fill->sheet, r->at);
	c = form_sheet_cell(s->fill->sheet, r->at);
	for (size_t i = 0; i < c->findings; i++)
		if (c->finding[i].kind > FORM_REQUIRED && c->finding[i].reason == NULL)
			return &c->finding[i];
	return NULL;
}

/* ---- the field in hand ---- */

static bool
on_field(const struct form_screen *s)
{
	return s->fill != NULL && s->rows > 0 && s->row[s->cursor].what == ROW_FIELD;
}

static const struct form_cell *
cell(const struct form_screen *s)
{
	return form_sheet_cell(s->fill->sheet, s->row[s->cursor].at);
}

/* The field's text as it was typed, to go on with. */
void
form_edit(struct form_screen *s)
{
	s->edited = SIZE_MAX;
	if (!on_field(s) || s->fill->closed[0] != '\0')
		return;
	s->edited = s->row[s->cursor].at;
	s->fresh = true;
	line_set(&s->line, cell(s)->state == FORM_ENTERED ? cell(s)->raw : "");
}

static void
put_text(struct app *app, struct form_screen *s, const char *text)
{
	struct err why = { 0 };

	if (form_sheet_set(s->fill->sheet, s->edited, text, &why) != RC_OK)
		app_complain(app, &why);
	s->dirty = true;
	s->leaving = false;
	s->problem[0] = '\0';
	form_rows(s);
}

static bool
is_signed(const struct form_screen *s)
{
	return s->fill->state.pass[s->fill->pass].signed_;
}

static void
begin_asking(struct form_screen *s, enum form_asking what)
{
	s->asking = what;
	s->problem[0] = '\0';
	line_set(&s->asked, "");
}

/* What was typed goes to the ledger; what was signed asks for a reason first. */
static bool
keep(struct app *app, struct form_screen *s)
{
	if (!s->dirty || s->saving)
		return true;
	if (is_signed(s) && s->because[0] == '\0') {
		begin_asking(s, ASK_BECAUSE);
		return false;
	}
	return form_keep(app, s);
}

/* "n" is enough for "no": the beginning of one label only is that label. */
static void
complete(struct app *app, struct form_screen *s)
{
	const struct study_codes *list = s->edited != SIZE_MAX ? cell(s)->field->list : NULL;
	const char *only = NULL;

	if (list == NULL || s->line.n == 0 || cell(s)->value[0] != '\0')
		return;
	for (size_t i = 0; i < list->codes; i++)
		if (strncasecmp(list->code[i].label, s->line.text, s->line.n) == 0) {
			if (only != NULL)
				return;
			only = list->code[i].label;
		}
	if (only != NULL)
		put_text(app, s, only);
}

static void
go(struct app *app, struct form_screen *s, int by)
{
	size_t to = s->cursor;

	if (s->rows == 0)
		return;
	complete(app, s);
	do {
		to += (size_t)by;
	} while (to < s->rows && s->row[to].what == ROW_GROUP);
	keep(app, s);
	s->problem[0] = '\0'; /* what is wrong with a field stands at it */
	if (to < s->rows && s->asking == ASK_NOTHING)
		s->cursor = to;
	form_edit(s);
}

/* ---- choices ---- */

static size_t
choices(const struct form_cell *c, const struct fill_difference *d)
{
	if (d != NULL)
		return 2;
	return c->field->type == STUDY_BOOLEAN ? 2
		: c->field->list != NULL       ? c->field->list->codes
					       : 0;
}

static const char *
choice(const struct form_cell *c, const struct fill_difference *d, size_t i)
{
	if (d != NULL)
		return i == 0 ? d->first : d->second;
	if (c->field->type == STUDY_BOOLEAN)
		return i == 0 ? "true" : "false";
	return c->field->list->code[i].code;
}

/* True where the field has choices: its arrows are theirs. */
static bool
choose(struct app *app, struct form_screen *s, int by)
{
	const struct fill_difference *d;
	const struct form_cell *c;
	size_t n, at;

	if (s->edited == SIZE_MAX)
		return false;
	c = cell(s);
	d = form_difference(s, s->edited);
	n = choices(cell(s), d);
	if (n == 0)
		return false;
	for (at = 0; at < n; at++)
		if (strcmp(choice(cell(s), d, at), cell(s)->value) == 0)
			break;
	at = at == n ? (by > 0 ? 0 : n - 1) : (at + n + (size_t)by) % n;
	put_text(app, s, choice(cell(s), d, at));
	/* people read the label; where two codes share one it is the code */
	if (d == NULL && c->field->list != NULL) {
		put_text(app, s, c->field->list->code[at].label);
		if (strcmp(cell(s)->value, c->field->list->code[at].code) != 0)
			put_text(app, s, c->field->list->code[at].code);
	}
	form_edit(s);
	return true;
}

/* ---- reasons and questions ---- */

static void
give_reason(struct form_screen *s, struct err *e)
{
	struct fill_difference *d = on_field(s) ? form_difference(s, s->row[s->cursor].at) : NULL;
	const struct form_finding *x;

	if (d != NULL && d->reason == NULL && strlen(s->asked.text) >= FORM_REASON) {
		d->reason = mem_string(s->asked.text);
		s->dirty = true;
	}
	while ((x = form_to_keep(s)) != NULL &&
		(s->row[s->cursor].what != ROW_CHECK || x->reason == NULL)) {
		if (form_sheet_override(s->fill->sheet, x->id, x->rule, s->asked.text, e) != RC_OK)
			return;
		s->dirty = true;
	}
}

static void
end_asking(struct app *app, struct form_screen *s)
{
	enum form_asking what = s->asking;
	struct err why = { 0 };

	if (strlen(s->asked.text) < FORM_REASON) {
		str_copy(s->problem, sizeof(s->problem), "5 characters or more, please");
		return;
	}
	s->asking = ASK_NOTHING;
	if (what == ASK_KEEP)
		give_reason(s, &why);
	else if (what == ASK_BECAUSE)
		str_copy(s->because, sizeof(s->because), s->asked.text);
	else
		form_ask(app, s, s->asked.text);
	if (why.rc != RC_OK)
		str_copy(s->problem, sizeof(s->problem), why.text);
	else if (what != ASK_QUERY)
		keep(app, s);
	form_rows(s);
	form_edit(s);
}

static bool
asking_key(struct app *app, struct form_screen *s, const struct key *k)
{
	if (k->code == K_ESC) {
		s->asking = ASK_NOTHING;
		s->problem[0] = '\0';
	} else if (k->code == K_ENTER) {
		end_asking(app, s);
	} else {
		line_key(&s->asked, k);
	}
	app_stale(app);
	return true;
}

static void
keep_with_reason(struct app *app, struct form_screen *s)
{
	bool differs = on_field(s) && form_difference(s, s->row[s->cursor].at) != NULL;

	if (differs || form_to_keep(s) != NULL)
		begin_asking(s, ASK_KEEP);
	else
		app_say(app, STYLE_PLAIN, "nothing here asks for a reason");
}

/* ---- commands ---- */

static void
accept(struct app *app, struct form_screen *s)
{
	size_t taken = 0;

	for (size_t i = 0; i < form_sheet_fields(s->fill->sheet); i++)
		if (form_sheet_cell(s->fill->sheet, i)->state == FORM_PROPOSED &&
			(s->edited == i || cell(s)->state != FORM_PROPOSED))
			taken += form_sheet_accept(s->fill->sheet, i, NULL) == RC_OK;
	if (taken == 0) {
		app_say(app, STYLE_PLAIN, "the header proposes nothing more");
		return;
	}
	s->dirty = true;
	form_rows(s);
	form_edit(s);
}

static void
sign(struct app *app, struct form_screen *s)
{
	struct err why = { 0 };

	if (s->fill->closed[0] != '\0') {
		app_say(app, STYLE_WARN, "%s", s->fill->closed);
		return;
	}
	if (is_signed(s) && !s->dirty) {
		app_say(app, STYLE_PLAIN, "it is signed already");
		return;
	}
	if (fill_complete(s->fill, &why) != RC_OK) {
		str_copy(s->problem, sizeof(s->problem), why.text);
		return;
	}
	s->signing = s->dirty || s->saving;
	if (!s->signing)
		dialog_form(app, s->fill, s->what);
	else if (!keep(app, s))
		s->signing = false;
}

static void
next_form(struct app *app, struct form_screen *s, int by)
{
	size_t to = s->on + (size_t)by;

	if (s->dirty && !keep(app, s))
		return;
	if (to < s->tabs)
		form_load(app, s, to);
	else if (by > 0 && app->dialog == NULL)
		app_pop(app);
}

static void
form_back(struct app *app, struct form_screen *s)
{
	if (s->fill != NULL && s->dirty && !s->leaving && !keep(app, s)) {
		s->leaving = true;
		if (s->asking == ASK_NOTHING)
			app_say(app, STYLE_WARN,
				"not everything can be kept; Esc again leaves without it");
		return;
	}
	app_pop(app);
}

static void
slice(struct app *app, struct form_screen *s, int by)
{
	if (!beside_step(app, &s->beside, by))
		app_say(app, STYLE_PLAIN, "this is the %s slice", by < 0 ? "first" : "last");
}

static void
form_command(struct app *app, void *state, enum command c, const char *argument)
{
	struct form_screen *s = state;

	(void)argument;
	if (c == CMD_SLICE_NEXT || c == CMD_SLICE_PREVIOUS)
		slice(app, s, c == CMD_SLICE_NEXT ? 1 : -1);
	else if (s->fill == NULL && c != CMD_FORM_NEXT)
		return;
	else if (c == CMD_FORM_DOWN || c == CMD_FORM_UP)
		go(app, s, c == CMD_FORM_DOWN ? 1 : -1);
	else if (c == CMD_FORM_NEXT || c == CMD_FORM_PREVIOUS)
		next_form(app, s, c == CMD_FORM_NEXT ? 1 : -1);
	else if (c == CMD_FORM_ACCEPT)
		accept(app, s);
	else if (c == CMD_FORM_KEEP)
		keep_with_reason(app, s);
	else if (c == CMD_FORM_SIGN)
		sign(app, s);
	else if (c == CMD_FORM_ASK)
		begin_asking(s, ASK_QUERY);
	app_stale(app);
}

/* ---- keys ---- */

static bool
form_key(struct app *app, void *state, const struct key *k)
{
	struct form_screen *s = state;
	enum command c;

	if (s->asking != ASK_NOTHING)
		return asking_key(app, s, k);
	if (s->fill == NULL) /* who types ahead of it types into a form, too */
		return s->loading && k->code < KEY_SPECIAL;
	app_stale(app);
	if (k->code == K_ESC) {
		form_back(app, s);
		return true;
	}
	if ((k->code == K_LEFT || k->code == K_RIGHT) && choose(app, s, k->code == K_RIGHT ? 1 : -1))
		return true;
	/* letters and signs are text, whatever they do elsewhere */
	c = k->code < KEY_SPECIAL ? CMD_NONE : keymap_find(app->keys, "form", NULL, k->code);
	if (c != CMD_NONE) {
		app_command(app, c, NULL);
		return true;
	}
	if (s->fresh && k->code >= ' ' && k->code < KEY_SPECIAL)
		line_set(&s->line, "");
	s->fresh = false;
	if (s->edited == SIZE_MAX || !line_key(&s->line, k))
		return k->code < KEY_SPECIAL && s->fill->closed[0] == '\0';
	put_text(app, s, s->line.text);
	return true;
}

static void
form_mouse(struct app *app, void *state, const struct key *k)
{
	struct form_screen *s = state;
	int row = k->row - app_body(app).row - 2;
	size_t at = s->first + (size_t)(row > 0 ? row : 0);

	if (k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN) {
		slice(app, s, k->mouse == MOUSE_WHEEL_DOWN ? 1 : -1);
	} else if (k->mouse == MOUSE_PRESS && s->fill != NULL && s->asking == ASK_NOTHING &&
		row >= 0 && at < s->rows && s->row[at].what != ROW_GROUP) {
		keep(app, s);
		s->cursor = at;
		form_edit(s);
	}
	app_stale(app);
}

/* ---- the screen ---- */

static struct area
picture_area(const struct app *app)
{
	struct area a = app_body(app);

	a.columns -= COLS >= WIDE ? PANEL_WIDE : PANEL;
	if (COLS < 80 || LINES < 24)
		a.rows = 0;
	return a;
}

static void
on_picture(struct app *app, void *state, struct pipeline_picture *p)
{
	beside_picture(app, &((struct form_screen *)state)->beside, p);
}

static void
on_acknowledged(struct app *app, void *state, uint64_t tag, bool answered)
{
	beside_acknowledged(app, &((struct form_screen *)state)->beside, tag, answered);
}

static void
form_shown(struct app *app, void *state)
{
	struct form_screen *s = state;

	app->picture = on_picture;
	app->acknowledged = on_acknowledged;
	app->picture_screen = app_screen_id(app, s);
	beside_shown(app, &s->beside, picture_area(app));
}

static void
form_hidden(struct app *app, void *state)
{
	beside_hidden(app, &((struct form_screen *)state)->beside);
	app->picture = NULL;
	app->acknowledged = NULL;
}

static void
form_layout(struct app *app, void *state)
{
	beside_layout(app, &((struct form_screen *)state)->beside, picture_area(app));
}

static void
form_open(struct app *app, void *state, const void *argument)
{
	const struct form_argument *a = argument;
	struct form_screen *s = state;

	viewer_what(a->facts, s->what, sizeof(s->what));
	s->series = a->facts->series.id;
	str_copy(s->wanted, sizeof(s->wanted), a->form);
	s->edited = SIZE_MAX;
	beside_open(&s->beside, a->facts, a->port);
	form_shown(app, s);
	form_load(app, s, SIZE_MAX);
}

static void
form_close(struct app *app, void *state)
{
	struct form_screen *s = state;

	(void)app;
	beside_release(&s->beside);
	fill_free(s->fill);
	free(s->row);
}

static void
form_top(struct app *app, void *state, char *left, char *right, size_t size)
{
	struct form_screen *s = state;

	snprintf(left, size, "%s", s->what);
	snprintf(right, size, "%s ", app->session.name);
}

static unsigned
form_have(struct app *app, void *state)
{
	(void)app, (void)state;
	return NEED_SERIES | NEED_FORM;
}

static int
form_tick_in(struct app *app, void *state)
{
	(void)app;
	return viewport_tick_in(&((struct form_screen *)state)->beside.port);
}

static void
form_tick(struct app *app, void *state)
{
	viewport_tick(app, &((struct form_screen *)state)->beside.port);
}

static const enum command form_keys[] = { CMD_FORM_DOWN, CMD_FORM_ACCEPT, CMD_FORM_KEEP,
	CMD_FORM_SIGN, CMD_FORM_NEXT, CMD_FORM_ASK, CMD_SLICE_NEXT, CMD_HELP, CMD_NONE };

const struct screen_ops scr_form_ops = {
	.title = "Form",
	.section = "form",
	.state_size = sizeof(struct form_screen),
	.takes_text = true,
	.open = form_open,
	.close = form_close,
	.shown = form_shown,
	.hidden = form_hidden,
	.layout = form_layout,
	.top = form_top,
	.draw = form_draw,
	.have = form_have,
	.command = form_command,
	.key = form_key,
	.mouse = form_mouse,
	.key_line = form_keys,
	.tick_in = form_tick_in,
	.tick = form_tick,
};
