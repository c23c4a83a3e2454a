/* The panel of a form: a line for each field, and below what is found at the one under the cursor. */
#include <ncursesw/curses.h>

#include "tui/form_in.h"

#include <stdio.h>
#include <string.h>

#include "core/base/str.h"

enum { LABEL_SHARE = 50 /* of a hundred columns */, FOOT_ROWS = 8, INDENT = 2 };

/* ---- one line ---- */

/* By signs, so that colours only help: * missing, ! refused, ? asks for a reason, + kept with one, h the header says so. */
static const char *
sign_of(const struct form_cell *c)
{
	const char *sign = c->state == FORM_PROPOSED ? "h" : " ";

	for (size_t i = 0; i < c->findings; i++) {
		const struct form_finding *x = &c->finding[i];

		if (x->kind < FORM_REQUIRED)
			return "!";
		if (x->kind > FORM_REQUIRED)
			sign = x->reason != NULL ? "+" : "?";
		else if (sign[0] == ' ')
			sign = "*";
	}
	return sign;
}

static enum style
style_of(const char *sign)
{
	return sign[0] == '!' || sign[0] == '?' ? STYLE_WARN
		: sign[0] == 'h'                ? STYLE_DIM
		: sign[0] == '+'                ? STYLE_ACCENT
						: STYLE_PLAIN;
}

/* A code with its label, a truth in words, anything else as it is kept. */
static void
value_text(const struct form_cell *c, char *to, size_t size)
{
	const char *text = c->state == FORM_PROPOSED || c->value[0] == '\0' ? c->raw : c->value;
	const struct study_codes *list = c->field->list;

	if (text == NULL)
		text = "";
	for (size_t i = 0; list != NULL && i < list->codes; i++)
		if (strcmp(list->code[i].code, text) == 0) {
			snprintf(to, size, "%s", list->code[i].label);
			return;
		}
	if (c->field->type == STUDY_BOOLEAN && c->state == FORM_ENTERED)
		text = strcmp(text, "true") == 0 ? "yes" : strcmp(text, "false") == 0 ? "no" : text;
	snprintf(to, size, "%s%s%s", text, *text != '\0' && c->field->unit != NULL ? " " : "",
		*text != '\0' && c->field->unit != NULL ? c->field->unit : "");
}

static void
draw_field(
	const struct form_screen *s, const struct form_row *r, int row, struct area a, bool cursor)
{
	const struct form_cell *c = form_sheet_cell(s->fill->sheet, r->at);
	int label = a.columns * LABEL_SHARE / 100;
	const char *sign = sign_of(c);
	char text[1100];

	if (form_difference(s, r->at) != NULL)
		sign = form_difference(s, r->at)->reason != NULL ? "+" : "?";
	draw_format(row, a.column, label, cursor ? STYLE_CURSOR : STYLE_PLAIN, "%s%s%s",
		cursor ? "▸ " : "  ", c->field->label, c->field->required ? " *" : "");
	if (cursor && s->edited == r->at && s->asking == ASK_NOTHING) {
		line_draw(&s->line, row, a.column + label, a.columns - label - INDENT, true);
	} else {
		value_text(c, text, sizeof(text));
		draw_text(row, a.column + label, a.columns - label - INDENT, style_of(sign), text);
	}
	draw_text(row, a.column + a.columns - INDENT, INDENT, style_of(sign), sign);
}

static void
draw_row(const struct form_screen *s, size_t i, int row, struct area a)
{
	const struct form_row *r = &s->row[i];
	const struct form_finding *x;
	const struct study_group *g;

	if (r->what == ROW_FIELD) {
		draw_field(s, r, row, a, i == s->cursor);
		return;
	}
	if (r->what == ROW_GROUP) {
		g = form_sheet_cell(s->fill->sheet, r->at)->group;
		draw_text(row, a.column, a.columns, STYLE_BOLD, g->title != NULL ? g->title : g->id);
		return;
	}
	x = form_sheet_check(s->fill->sheet, r->at);
	draw_format(row, a.column, a.columns,
		i == s->cursor              ? STYLE_CURSOR
			: x->reason != NULL ? STYLE_ACCENT
					    : STYLE_WARN,
		"%s%s %s", i == s->cursor ? "▸ " : "  ", x->reason != NULL ? "+" : "?", x->message);
}

/* ---- below ---- */

static int
put(int row, int end, struct area a, enum style st, const char *text)
{
	size_t skip, n;

	while (row < end && *text != '\0') {
		n = draw_wrap(text, (size_t)a.columns, &skip);
		draw_format(row++, a.column, a.columns, st, "%.*s", (int)n, text);
		text += skip;
	}
	return row;
}

static int
put_finding(int row, int end, struct area a, const struct form_finding *x)
{
	char text[1400];

	if (x->reason != NULL)
		snprintf(text, sizeof(text), "%.600s Kept because: %.600s", x->message, x->reason);
	else
		snprintf(text, sizeof(text), "%.600s%s", x->message,
			x->kind > FORM_REQUIRED ? " (C-o keeps it, with a reason)" : "");
	return put(row, end, a,
		x->reason != NULL                  ? STYLE_ACCENT
			: x->kind == FORM_REQUIRED ? STYLE_PLAIN
						   : STYLE_WARN,
		text);
}

static int
put_choices(int row, int end, struct area a, const struct form_cell *c)
{
	char text[1200] = "";
	size_t used = 0;

	if (c->field->list == NULL)
		return row;
	for (size_t i = 0; i < c->field->list->codes && used < sizeof(text) - 160; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%.20s %.100s",
			i > 0 ? " · " : "", c->field->list->code[i].code,
			c->field->list->code[i].label);
	return put(row, end, a, STYLE_DIM, text);
}

static int
put_cell(int row, int end, struct area a, const struct form_screen *s, size_t field)
{
	const struct form_cell *c = form_sheet_cell(s->fill->sheet, field);
	const struct fill_difference *d = form_difference(s, field);
	char text[2200];

	if (d != NULL) {
		snprintf(text, sizeof(text), "One entered %.400s, the other %.400s.%s%.400s",
			str_or_dash(d->first), str_or_dash(d->second),
			d->reason != NULL ? " Settled because: "
					  : " Left and Right choose, C-o says why.",
			d->reason != NULL ? d->reason : "");
		row = put(row, end, a, STYLE_WARN, text);
	}
	for (size_t i = 0; i < c->findings; i++)
		row = put_finding(row, end, a, &c->finding[i]);
	if (c->state == FORM_PROPOSED)
		row = put(row, end, a, STYLE_DIM,
			"The header says so: C-a takes it, or type over it.");
	else if (c->header != NULL) {
		snprintf(text, sizeof(text), "The header says %.200s.", c->header);
		row = put(row, end, a, STYLE_DIM, text);
	}
	row = put_choices(row, end, a, c);
	return c->field->help != NULL ? put(row, end, a, STYLE_DIM, c->field->help) : row;
}

static void
draw_asking(const struct form_screen *s, struct area a)
{
	static const char *const words[] = { [ASK_KEEP] = "Why is it kept?",
		[ASK_BECAUSE] = "It was signed: why is it changed?",
		[ASK_QUERY] = "What is asked about it?" };

	draw_text(a.row, a.column, a.columns, STYLE_BOLD, words[s->asking]);
	line_draw(&s->asked, a.row + 1, a.column, a.columns, true);
	if (s->problem[0] != '\0')
		put(a.row + 2, a.row + a.rows, a, STYLE_WARN, s->problem);
}

static void
draw_foot(const struct form_screen *s, struct area a)
{
	const struct form_row *r = &s->row[s->cursor];
	int end = a.row + a.rows, row = a.row;

	if (s->asking != ASK_NOTHING) {
		draw_asking(s, a);
		return;
	}
	if (s->problem[0] != '\0')
		row = put(row, end, a, STYLE_WARN, s->problem);
	if (s->fill->closed[0] != '\0')
		row = put(row, end, a, STYLE_DIM, s->fill->closed);
	if (r->what == ROW_FIELD)
		row = put_cell(row, end, a, s, r->at);
	else if (r->what == ROW_CHECK)
		row = put_finding(row, end, a, form_sheet_check(s->fill->sheet, r->at));
}

/* ---- the head: which forms there are, how far this one is ---- */

static void
draw_head(const struct form_screen *s, struct area a)
{
	const struct form_pass *p = &s->fill->state.pass[s->fill->pass];
	struct form_sum sum = form_sheet_sum(s->fill->sheet);
	static const char *const passes[] = { "", "", "second entry, blind · ",
		"settle what differs · " };

	draw_text(a.row, a.column, a.columns, STYLE_BOLD, s->fill->form->title);
	draw_format(a.row + 1, a.column, a.columns, STYLE_DIM, "form %zu of %zu · %s%s", s->on + 1,
		s->tabs, passes[s->fill->pass],
		p->signed_                      ? "signed"
			: sum.refused > 0       ? "something is refused"
			: sum.open > 0          ? "asks for reasons"
			: sum.missing > 0       ? "not complete"
			: sum.proposed > 0      ? "header values wait"
			: s->dirty || s->saving ? "being kept"
						: "complete: C-g signs");
}

static void
draw_panel(struct form_screen *s, struct area a)
{
	int foot = a.rows > 24 ? FOOT_ROWS : a.rows / 3, body = a.rows - foot - 3;
	struct area below = { a.row + a.rows - foot, a.column, foot, a.columns };

	draw_head(s, a);
	if (s->rows == 0)
		return;
	if (s->cursor < s->first)
		s->first = s->cursor;
	if (body > 0 && s->cursor >= s->first + (size_t)body)
		s->first = s->cursor - (size_t)body + 1;
	if (s->first == 1)
		s->first = 0; /* with the title of its group */
	for (int i = 0; i < body && s->first + (size_t)i < s->rows; i++)
		draw_row(s, s->first + (size_t)i, a.row + 2 + i, a);
	draw_foot(s, below);
}

void
form_draw(struct app *app, void *state, struct area a)
{
	struct form_screen *s = state;

	(void)app;
	beside_draw(&s->beside);
	if (s->beside.port.cells.rows > 0) {
		a.column = s->beside.port.cells.columns + 1;
		a.columns -= a.column;
	}
	if (s->fill != NULL)
		draw_panel(s, a);
	else
		put(a.row + 2, a.row + a.rows, a, s->loading ? STYLE_PLAIN : STYLE_WARN,
			s->loading ? "loading..." : s->problem);
}
