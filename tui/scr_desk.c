/* Desk: everything that is missing, open or to be asked, subject by subject; Enter deals with the row. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/trial/where.h"
#include "tui/desk_in.h"
#include "tui/dialog_form.h"
#include "tui/query.h"
#include "tui/viewer.h"

enum { FOOT = 4, WHERE_COLUMNS = 34, KIND_COLUMNS = 8 };

/* ---- which rows ---- */

struct todo *
desk_item(const struct desk *s, int64_t row)
{
	return row >= 0 && row < (int64_t)s->shown_n ? &s->todo.item[s->shown[row]] : NULL;
}

static bool
has_words(const struct todo *d, const char *words)
{
	char row[1000], text[200], *rest = text, *word;

	snprintf(row, sizeof(row), "%s %s %s %s %s %s", todo_kinds[d->kind], d->trial, d->site,
		d->subject, d->visit, d->text);
	str_copy(text, sizeof(text), words);
	while ((word = strsep(&rest, " ")) != NULL)
		if (*word != '\0' && strcasestr(row, word) == NULL)
			return false;
	return true;
}

void
desk_filter(struct desk *s)
{
	free(s->shown);
	s->shown = mem_zero(s->todo.n + 1, sizeof(*s->shown));
	s->shown_n = 0;
	for (size_t i = 0; i < s->todo.n; i++)
		if ((s->kind == TODO_KINDS || (int)s->todo.item[i].kind == s->kind) &&
			has_words(&s->todo.item[i], s->filter.text))
			s->shown[s->shown_n++] = i;
	list_set_total(&s->list, (int64_t)s->shown_n);
}

size_t *
desk_chosen(const struct desk *s, size_t *n)
{
	size_t *list = mem_zero(s->todo.n + 1, sizeof(*list));
	const struct todo *at = desk_item(s, s->list.at);

	*n = 0;
	for (size_t i = 0; i < s->shown_n; i++)
		if (s->marked[s->shown[i]])
			list[(*n)++] = s->shown[i];
	if (*n == 0 && at != NULL)
		list[(*n)++] = s->shown[s->list.at];
	return list;
}

static size_t
count_marked(const struct desk *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->todo.n; i++)
		n += s->marked[i];
	return n;
}

/* Only what can be done in one go with the others: of one kind, and of one attribute. */
static bool
is_like(const struct todo *a, const struct todo *b)
{
	return a->kind == b->kind && (a->kind != TODO_HEADER || strcmp(a->field, b->field) == 0);
}

/* Forms that were filled in are signed together. */
static bool
can_mark(const struct todo *d)
{
	return d->kind != TODO_QUERY &&
		(d->kind != TODO_FORM || strncmp(d->text, "complete", 8) == 0);
}

static void
mark_row(struct app *app, struct desk *s)
{
	struct todo *at = desk_item(s, s->list.at);

	if (at == NULL)
		return;
	if (!can_mark(at)) {
		app_say(app, STYLE_PLAIN, "%s",
			at->kind == TODO_QUERY ? "queries are dealt with one by one"
					       : "this form is to be filled in first");
		return;
	}
	for (size_t i = 0; i < s->todo.n; i++)
		if (s->marked[i] && !is_like(&s->todo.item[i], at)) {
			app_say(app, STYLE_WARN,
				"the marked rows are of another kind: m marks what is like this");
			return;
		}
	s->marked[s->shown[s->list.at]] ^= true;
	list_go(&s->list, s->list.at + 1);
}

static void
mark_like(struct desk *s)
{
	struct todo *at = desk_item(s, s->list.at);
	bool any = count_marked(s) > 0;

	for (size_t i = 0; i < s->todo.n; i++)
		s->marked[i] = false;
	for (size_t i = 0; !any && at != NULL && i < s->shown_n; i++)
		s->marked[s->shown[i]] = can_mark(&s->todo.item[s->shown[i]]) &&
			is_like(&s->todo.item[s->shown[i]], at);
}

/* ---- drawing ---- */

static void
draw_item(const struct desk *s, int64_t at, int row, struct area a)
{
	const struct todo *d = desk_item(s, at);
	bool marked = s->marked[s->shown[at]], cursor = at == s->list.at;
	bool becomes = s->mode == DESK_CONFIRM && (marked || (count_marked(s) == 0 && cursor));
	enum style st = cursor ? STYLE_CURSOR : STYLE_PLAIN;
	char where[400], age[CLOCK_TEXT] = "";
	int text = a.columns - KIND_COLUMNS - WHERE_COLUMNS - 12;

	snprintf(where, sizeof(where), "%s %s %s%s%s", d->trial, d->subject, d->visit,
		d->site[0] != '\0' ? " · site " : "", d->site);
	if (d->since != 0)
		clock_format_age(clock_now(NULL) - d->since, age);
	draw_format(row, a.column, a.columns, st, "%s%s", cursor ? "▸" : " ", marked ? "●" : " ");
	draw_text(row, a.column + 2, KIND_COLUMNS,
		d->kind == TODO_CHECK && !cursor ? STYLE_WARN : st, todo_kinds[d->kind]);
	draw_text(row, a.column + 2 + KIND_COLUMNS, WHERE_COLUMNS, st, where);
	if (becomes && d->kind != TODO_CHECK)
		draw_format(row, a.column + 2 + KIND_COLUMNS + WHERE_COLUMNS, text, STYLE_ACCENT,
			"%s → %s", d->field[0] != '\0' ? d->field : todo_kinds[d->kind],
			s->text.text);
	else
		draw_text(row, a.column + 2 + KIND_COLUMNS + WHERE_COLUMNS, text,
			becomes ? STYLE_ACCENT : st, d->text);
	draw_right(row, a.column + a.columns - 10, 9, st, age);
}

static const char *
asked_for(const struct todo *d)
{
	switch (d->kind) {
	case TODO_PLACE:
		return "SITE SUBJECT VISIT";
	case TODO_LABEL:
		return "What is it? (AX T1 PRE, COR T2, ...)";
	case TODO_HEADER:
		return d->field;
	default:
		return "What is asked?";
	}
}

static void
draw_foot(const struct desk *s, struct area a)
{
	const struct todo *d = desk_item(s, s->list.at);
	size_t n = count_marked(s);

	if (s->mode == DESK_LIST && s->filtering) {
		draw_text(a.row, a.column, 8, STYLE_BOLD, "filter ");
		line_draw(&s->filter, a.row, a.column + 8, a.columns - 8, true);
	} else if (s->mode == DESK_LIST && d != NULL) {
		size_t skip, k = draw_wrap(d->text, (size_t)a.columns, &skip);

		draw_format(a.row, a.column, a.columns, STYLE_PLAIN, "%.*s", (int)k, d->text);
		draw_text(a.row + 1, a.column, a.columns, STYLE_PLAIN, d->text + skip);
	} else if (s->mode == DESK_CONFIRM) {
		draw_format(a.row, a.column, a.columns, STYLE_BOLD,
			"%zu row%s as shown.  Enter does it, Esc leaves it.", n > 0 ? n : 1,
			n > 1 ? "s" : "");
	} else if (d != NULL) {
		draw_text(a.row, a.column, a.columns, STYLE_BOLD,
			s->mode == DESK_VALUE ? asked_for(d)
					      : "Where is that known from? (5 characters or more)");
		line_draw(s->mode == DESK_VALUE ? &s->text : &s->reason, a.row + 1, a.column,
			a.columns, true);
	}
	if (s->problem[0] != '\0')
		draw_text(a.row + 2, a.column, a.columns, STYLE_WARN, s->problem);
	else if (s->working)
		draw_text(a.row + 2, a.column, a.columns, STYLE_ACCENT, "being kept...");
}

static void
desk_draw(struct app *app, void *state, struct area a)
{
	struct desk *s = state;
	struct area foot = { a.row + a.rows - FOOT + 1, a.column + 1, FOOT - 1, a.columns - 2 };

	(void)app;
	draw_format(a.row, a.column + 2, a.columns - 2, STYLE_DIM, "%-*s%-*s%s", KIND_COLUMNS,
		"what", WHERE_COLUMNS, "where", "");
	if (s->shown_n == 0)
		draw_text(a.row + 2, a.column + 4, a.columns - 6, STYLE_PLAIN,
			!s->loaded ? "looking..."
				: s->filter.n > 0
				? "Nothing has all these words. Esc gives the whole list back."
				: s->kind != TODO_KINDS
				? "Nothing of this kind. Tab shows the next."
				: "Nothing is left to do. A study says what it asks for: wetread "
				  "study apply.");
	for (int i = 0; i < s->list.rows && s->list.first + i < (int64_t)s->shown_n; i++)
		draw_item(s, s->list.first + i, a.row + 1 + i, a);
	draw_foot(s, foot);
}

static void
desk_top(struct app *app, void *state, char *left, char *right, size_t size)
{
	struct desk *s = state;
	size_t used = 0;

	for (int i = 0; i <= TODO_KINDS && used < size; i++) {
		int kind = i == 0 ? TODO_KINDS : i - 1;
		size_t n = 0;

		for (size_t k = 0; k < s->todo.n; k++)
			n += kind == TODO_KINDS || (int)s->todo.item[k].kind == kind;
		used += (size_t)snprintf(left + used, size - used, "%s%s%s %zu%s",
			i > 0 ? " · " : "", s->kind == kind ? "[" : "",
			kind == TODO_KINDS ? "all" : todo_kinds[kind], n,
			s->kind == kind ? "]" : "");
	}
	snprintf(right, size, "%s ", app->session.name);
}

/* ---- dealing with a row ---- */

static void
begin(struct desk *s, const struct todo *d)
{
	s->problem[0] = '\0';
	line_set(&s->reason, "");
	line_set(&s->text, "");
	if (d->kind == TODO_CHECK && count_marked(s) > 0) {
		s->mode = DESK_CONFIRM;
		return;
	}
	if (d->kind == TODO_CHECK)
		line_set(&s->text, d->ask->text);
	s->mode = DESK_VALUE;
}

static void
look(struct app *app, const struct todo *d, const char *form)
{
	struct viewer_argument a = {
		.series = d->series, .queue = { .step = "", .filter = "" }, .form = form
	};

	if (d->series == 0)
		app_say(app, STYLE_PLAIN, "no series belongs to this row");
	else
		app_push(app, &scr_viewer_ops, &a);
}

static void
reload(struct app *app)
{
	app_command(app, CMD_RELOAD, NULL);
}

static void
sign_marked(struct app *app, struct desk *s)
{
	struct dialog_form_row rows[FORM_BATCH];
	size_t n, count = 0, *chosen = desk_chosen(s, &n);

	for (size_t i = 0; i < n && count < FORM_BATCH; i++) {
		const struct todo *d = &s->todo.item[chosen[i]];
		struct dialog_form_row *r = &rows[count++];

		r->series = d->series;
		str_copy(r->form, sizeof(r->form), d->field);
		snprintf(r->what, sizeof(r->what), "%.40s %.20s %.50s", d->subject, d->visit,
			d->field);
	}
	free(chosen);
	dialog_form_list(app, rows, count, reload);
}

static void
open_row(struct app *app, struct desk *s)
{
	const struct todo *d = desk_item(s, s->list.at);
	struct query_argument q;

	if (d == NULL)
		return;
	/* a fast typist is ahead of the list: a form signed already is not opened again */
	if (s->loading && d->kind == TODO_FORM && count_marked(s) == 0) {
		s->open_then = true;
		return;
	}
	q.id = d->query;
	if (d->kind == TODO_FORM && count_marked(s) > 0)
		sign_marked(app, s);
	else if (d->kind == TODO_FORM)
		look(app, d, d->field);
	else if (d->kind == TODO_QUERY)
		app_push(app, &scr_query_ops, &q);
	else
		begin(s, d);
}

static void
next_kind(struct desk *s)
{
	s->kind = s->kind == TODO_KINDS ? 0 : s->kind + 1;
	desk_filter(s);
	list_go(&s->list, 0);
}

static void
desk_command(struct app *app, void *state, enum command c, const char *argument)
{
	struct desk *s = state;

	app_stale(app);
	if (list_command(&s->list, c))
		return;
	if (c == CMD_OPEN)
		open_row(app, s);
	else if (c == CMD_RELOAD)
		desk_load(app, s);
	else if (c == CMD_NEXT_QUEUE)
		next_kind(s);
	else if (c == CMD_MARK_ROW)
		mark_row(app, s);
	else if (c == CMD_LIKE)
		mark_like(s);
	else if (c == CMD_LOOK)
		look(app, desk_item(s, s->list.at), NULL);
	else if (c == CMD_UNDO_FILL)
		desk_undo(app, s);
	else if (c == CMD_FILTER) {
		s->filtering = argument == NULL || *argument == '\0';
		line_set(&s->filter, argument != NULL ? argument : "");
		desk_filter(s);
	}
}

/* ---- keys ---- */

static bool
filter_key(struct desk *s, const struct key *k)
{
	if (k->code == K_ESC)
		line_set(&s->filter, "");
	if (k->code == K_ESC || k->code == K_ENTER)
		s->filtering = false;
	else if (!line_key(&s->filter, k))
		return false;
	desk_filter(s);
	list_go(&s->list, 0);
	return true;
}

/* From the value to its reason to the rows as they become. */
static void
next_mode(struct app *app, struct desk *s)
{
	const struct todo *d = desk_item(s, s->list.at);

	s->problem[0] = '\0';
	if (s->mode == DESK_CONFIRM ||
		(s->mode == DESK_VALUE && d->kind == TODO_CHECK && s->text.n > 0))
		desk_apply(app, s);
	else if (s->mode == DESK_VALUE && s->text.n > 0)
		s->mode = DESK_REASON;
	else if (s->mode == DESK_REASON && s->reason.n >= FORM_REASON)
		s->mode = DESK_CONFIRM;
	else
		str_copy(s->problem, sizeof(s->problem),
			s->mode == DESK_REASON ? "5 characters or more, please"
					       : "nothing is typed yet");
}

static bool
desk_key(struct app *app, void *state, const struct key *k)
{
	struct desk *s = state;

	app_stale(app);
	if (s->open_then && k->code < KEY_SPECIAL)
		return true; /* meant for the form to come: no command of this screen */
	if (s->mode == DESK_LIST && s->filtering)
		return filter_key(s, k);
	if (s->mode == DESK_LIST && k->code == K_ESC && s->filter.n > 0) {
		line_set(&s->filter, "");
		desk_filter(s);
		return true;
	}
	if (s->mode == DESK_LIST)
		return false;
	if (k->code == K_ESC) {
		s->mode = DESK_LIST;
		s->problem[0] = '\0';
	} else if (k->code == K_ENTER && !s->working) {
		next_mode(app, s);
	} else if (s->mode != DESK_CONFIRM) {
		line_key(s->mode == DESK_VALUE ? &s->text : &s->reason, k);
	}
	return true;
}

static void
desk_mouse(struct app *app, void *state, const struct key *k)
{
	struct desk *s = state;
	int row = k->row - app_body(app).row - 1;

	if (s->mode != DESK_LIST)
		return;
	if (k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN)
		list_go(&s->list, s->list.at + (k->mouse == MOUSE_WHEEL_DOWN ? 3 : -3));
	else if (k->mouse == MOUSE_PRESS && row >= 0 && row < s->list.rows &&
		s->list.first + row < (int64_t)s->shown_n)
		list_go(&s->list, s->list.first + row);
	app_stale(app);
}

/* ---- the screen ---- */

static void
desk_layout(struct app *app, void *state)
{
	list_set_rows(&((struct desk *)state)->list, app_body(app).rows - 1 - FOOT);
}

static void
desk_open(struct app *app, void *state, const void *argument)
{
	struct desk *s = state;

	(void)argument;
	s->kind = TODO_KINDS;
	s->list.rows = 1;
	s->marked = mem_zero(1, sizeof(*s->marked));
	desk_filter(s);
	desk_layout(app, s);
	desk_load(app, s);
}

/* What was open may be done. */
static void
desk_shown(struct app *app, void *state)
{
	desk_load(app, state);
}

static void
desk_close(struct app *app, void *state)
{
	struct desk *s = state;

	(void)app;
	todo_release(&s->todo);
	free(s->shown);
	free(s->marked);
	free(s->undo);
}

static unsigned
desk_have(struct app *app, void *state)
{
	(void)app;
	return NEED_LIST | NEED_DESK | (((struct desk *)state)->shown_n > 0 ? NEED_ROW : 0);
}

static const enum command desk_keys[] = { CMD_OPEN, CMD_LOOK, CMD_MARK_ROW, CMD_LIKE,
	CMD_NEXT_QUEUE, CMD_FILTER, CMD_UNDO_FILL, CMD_PROGRESS, CMD_HELP, CMD_BACK, CMD_NONE };

const struct screen_ops scr_desk_ops = {
	.title = "Desk",
	.section = "desk",
	.section2 = "list",
	.title2 = "On lists",
	.state_size = sizeof(struct desk),
	.open = desk_open,
	.close = desk_close,
	.shown = desk_shown,
	.layout = desk_layout,
	.top = desk_top,
	.draw = desk_draw,
	.have = desk_have,
	.command = desk_command,
	.key = desk_key,
	.mouse = desk_mouse,
	.key_line = desk_keys,
};
