/* The coded reasons of a fail: one letter each, several allowed, '/' searches. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/reason.h"
#include "tui/dialog_in.h"

enum { REASONS_MOST = 80, FULL_ROWS = 3 };

struct reasons_dialog {
	struct dialog d;
	struct dialog_verdict v;
	const struct reason *menu[REASONS_MOST]; /* what fits step and modality */
	size_t menu_count;
	struct charter_reason kept[CHARTER_REASONS]; /* of the study, and as the menu takes them */
	struct reason more[CHARTER_REASONS];
	size_t shown[REASONS_MOST]; /* of menu, after the search */
	size_t shown_count;
	bool chosen[REASONS_MOST]; /* by place in menu */
	size_t at, first;
	size_t rows; /* of the list that are on the screen: only they have letters */
	struct line search;
	bool searching;
	char problem[100];
};

static void
search(struct reasons_dialog *d)
{
	char word[200], text[300], folded[300];

	str_fold(word, sizeof(word), d->search.text);
	d->shown_count = 0;
	for (size_t i = 0; i < d->menu_count; i++) {
		snprintf(text, sizeof(text), "%s %s %s", d->menu[i]->code, d->menu[i]->meaning,
			d->menu[i]->group);
		str_fold(folded, sizeof(folded), text);
		if (strstr(folded, word) != NULL)
			d->shown[d->shown_count++] = i;
	}
	d->at = d->first = 0;
}

static size_t
chosen_count(const struct reasons_dialog *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->menu_count; i++)
		n += d->chosen[i];
	return n;
}

static void
toggle(struct reasons_dialog *d, size_t place)
{
	size_t i;

	if (place >= d->shown_count)
		return;
	i = d->shown[place];
	if (!d->chosen[i] && chosen_count(d) == DECISION_REASONS) {
		snprintf(d->problem, sizeof(d->problem), "at most %d reasons", DECISION_REASONS);
		return;
	}
	d->chosen[i] = !d->chosen[i];
	d->at = place;
}

static void
draw_row(const struct reasons_dialog *d, size_t place, int row, struct area in)
{
	const struct reason *r = d->menu[d->shown[place]];
	char line[200];

	snprintf(line, sizeof(line), "%s %c %s", d->chosen[d->shown[place]] ? "[x]" : "[ ]",
		place - d->first < 26 ? (char)('a' + place - d->first) : ' ', r->meaning);
	draw_text(row, in.column, in.columns, place == d->at ? STYLE_CURSOR : STYLE_PLAIN, line);
}

/* The column is narrow: the row under the cursor is told in full below the list. */
static void
draw_cursor_row(const struct reasons_dialog *d, int row, struct area in)
{
	static const char *const actions[] = { "flag", "query", "reject" };
	const struct reason *r;
	char text[300];
	const char *at = text;
	size_t skip, n;

	if (d->at >= d->shown_count)
		return;
	r = d->menu[d->shown[d->at]];
	snprintf(text, sizeof(text), "%s (%s, %s)", r->meaning, r->code, actions[r->action]);
	for (int i = 0; i < FULL_ROWS && *at != '\0'; i++, at += skip) {
		n = draw_wrap(at, (size_t)in.columns, &skip);
		draw_format(row + i, in.column, in.columns, STYLE_ACCENT, "%.*s", (int)n, at);
	}
}

static void
reasons_draw(struct app *app, struct dialog *dialog, struct area in)
{
	struct reasons_dialog *d = (struct reasons_dialog *)dialog;
	size_t rows = (size_t)(in.rows > FULL_ROWS + 4 ? in.rows - FULL_ROWS - 3 : 1);

	(void)app;
	if (rows > 26)
		rows = 26;
	d->rows = rows;
	if (d->at >= d->first + rows)
		d->first = d->at - rows + 1;
	if (d->at < d->first)
		d->first = d->at;
	for (size_t i = 0; i < rows && d->first + i < d->shown_count; i++)
		draw_row(d, d->first + i, in.row + (int)i, in);
	draw_cursor_row(d, in.row + in.rows - 2 - FULL_ROWS, in);
	if (d->searching) {
		draw_text(in.row + in.rows - 2, in.column, 2, STYLE_ACCENT, "/");
		line_draw(&d->search, in.row + in.rows - 2, in.column + 1, in.columns - 1, true);
	} else if (d->problem[0] != '\0') {
		draw_text(in.row + in.rows - 2, in.column, in.columns, STYLE_WARN, d->problem);
	} else {
		draw_format(in.row + in.rows - 2, in.column, in.columns, STYLE_PLAIN,
			"%zu chosen of %zu", chosen_count(d), d->menu_count);
	}
	draw_text(in.row + in.rows - 1, in.column, in.columns, STYLE_DIM,
		"letter  / search  Enter sign  Esc");
}

static bool
search_key(struct reasons_dialog *d, const struct key *k)
{
	if (k->code == K_ENTER || k->code == K_DOWN) {
		d->searching = false;
		return true;
	}
	if (k->code == K_ESC) {
		d->searching = false;
		line_set(&d->search, "");
		search(d);
		return true;
	}
	if (line_key(&d->search, k))
		search(d);
	return true;
}

static bool
reasons_key(struct app *app, struct dialog *dialog, const struct key *k)
{
	struct reasons_dialog *d = (struct reasons_dialog *)dialog;

	(void)app;
	d->problem[0] = '\0';
	if (d->searching)
		return search_key(d, k);
	if (k->code >= 'a' && k->code <= 'z') {
		if (k->code - 'a' < d->rows)
			toggle(d, d->first + (k->code - 'a'));
		return true;
	}
	if (k->code == ' ') {
		toggle(d, d->at);
		return true;
	}
	if (k->code == '/') {
		d->searching = true;
		return true;
	}
	return false;
}

static void
accept(struct app *app, struct reasons_dialog *d)
{
	struct dialog_verdict v = d->v;

	if (chosen_count(d) == 0)
		toggle(d, d->at); /* Enter on a row takes that row */
	v.code_count = 0;
	for (size_t i = 0; i < d->menu_count; i++)
		if (d->chosen[i])
			str_copy(v.codes[v.code_count++], sizeof(v.codes[0]), d->menu[i]->code);
	if (v.code_count == 0)
		snprintf(d->problem, sizeof(d->problem), "choose at least one reason");
	else
		dialog_sign(app, &v);
}

static void
reasons_command(struct app *app, struct dialog *dialog, enum command c)
{
	struct reasons_dialog *d = (struct reasons_dialog *)dialog;

	if (c == CMD_DIALOG_CANCEL)
		dialog_close(app);
	else if (c == CMD_DIALOG_NEXT && d->at + 1 < d->shown_count)
		d->at++;
	else if (c == CMD_DIALOG_PREVIOUS && d->at > 0)
		d->at--;
	else if (c == CMD_DIALOG_ACCEPT)
		accept(app, d);
}

const struct dialog_ops dialog_reasons_ops = {
	.rows = 34,
	.columns = 38,
	.draw = reasons_draw,
	.key = reasons_key,
	.command = reasons_command,
};

/* The study's own come first: what is on its mind is named there. */
static void
add_more(struct reasons_dialog *d, const struct dialog_verdict *v)
{
	size_t n = v->more_count < CHARTER_REASONS ? v->more_count : CHARTER_REASONS;
	size_t own = d->menu_count < REASONS_MOST - n ? d->menu_count : REASONS_MOST - n;

	memmove(d->menu + n, d->menu, own * sizeof(d->menu[0]));
	for (size_t i = 0; i < n; i++) {
		const struct charter_reason *r = &d->kept[i];

		d->kept[i] = v->more[i];
		d->more[i] = (struct reason){ r->code, r->scheme, r->meaning, r->group, "*", "S",
			r->action, r->phi };
		d->menu[i] = &d->more[i];
	}
	d->menu_count = own + n;
	d->v.more = NULL;
	d->v.more_count = 0;
}

void
dialog_reasons(struct app *app, const struct dialog_verdict *v)
{
	struct reasons_dialog *d = mem_zero(1, sizeof(*d));

	d->d.ops = &dialog_reasons_ops;
	d->v = *v;
	d->menu_count = reason_menu(v->step, v->modality, d->menu, REASONS_MOST);
	if (strcmp(v->step, "phi") != 0)
		add_more(d, v);
	snprintf(d->d.title, sizeof(d->d.title), "Why does %s fail?", v->step);
	search(d);
	for (size_t i = 0; i < d->menu_count && v->mark_count > 0; i++)
		d->chosen[i] = strcmp(d->menu[i]->code, "PHI-PIX") == 0; /* what marks are for */
	dialog_open_take(app, &d->d);
}
