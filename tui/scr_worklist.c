/* The worklist: open tasks of one step, the row under the cursor explained below the list. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/catalog.h"
#include "core/ledger/label.h"
#include "core/ledger/standing.h"
#include "core/ledger/why.h"
#include "tui/app.h"
#include "tui/dialog_list.h"
#include "tui/list.h"
#include "tui/viewer.h"

enum { PAGE_MOST = 200, DETAIL_ROWS = 5 };

struct worklist_state {
	struct worklist_step steps[WORKLIST_STEPS];
	size_t step_count, step;
	enum worklist_sort sort;
	struct line filter;
	bool filtering;
	int64_t before_filter; /* the cursor before '/' was pressed */

	struct list list;
	struct worklist_row rows[PAGE_MOST]; /* rows have_first.. of the list */
	int64_t have_first, have_count;
	uint64_t asked, answered; /* serials of page requests */
	bool loading;
	bool open_then, mark_then; /* Enter or Space came before the rows it was meant for */

	struct dialog_rows marked; /* of this step, to be passed together */

	int64_t detail_series; /* whose details these are */
	char detail[2][1000];
	int64_t detail_asked;
	struct {
		int64_t series;
		int64_t at_us;
	} click;
};

/* ---- reading ---- */

struct page_job {
	struct job job;
	uint64_t screen;
	struct session session; /* for its roles */
	char step[32], filter[sizeof(((struct line *)0)->text)];
	struct worklist_query q;
	uint64_t serial;
	const uint64_t *newest; /* the app's; lives longer than the worker */
	bool with_steps; /* counts of all queues too; while a filter is typed they are not asked again */
	struct worklist_step steps[WORKLIST_STEPS];
	size_t step_count;
	int64_t total, n;
	struct worklist_row rows[PAGE_MOST];
};

static void
page_run(struct job *job, struct ledger *l)
{
	struct page_job *j = (struct page_job *)job;

	/* a fast typist asks faster than a long list answers: only the last question matters */
	if (__atomic_load_n(j->newest, __ATOMIC_RELAXED) != j->serial) {
		job->rc = RC_CANCELLED;
		return;
	}
	if (j->with_steps)
		job->rc = worklist_steps(l, &j->session, j->steps, &j->step_count, &job->err);
	if (job->rc != RC_OK || (j->with_steps && j->step_count == 0))
		return;
	if (j->step[0] == '\0')
		str_copy(j->step, sizeof(j->step), j->steps[0].name);
	j->q.step = j->step;
	j->q.account = j->session.user;
	j->q.filter = j->filter;
	job->rc = worklist_page(l, &j->q, j->rows, &j->n, &job->err);
	/* a page that ends the list tells its length */
	j->total = j->q.offset + j->n;
	if (job->rc == RC_OK && (j->n == j->q.limit || (j->n == 0 && j->q.offset > 0)))
		job->rc = worklist_total(l, &j->q, &j->total, &job->err);
}

static void request_detail(struct app *app, struct worklist_state *s);
static void open_row(struct app *app, struct worklist_state *s);
static void mark_row(struct app *app, struct worklist_state *s);

static void
page_done(struct job *job, struct app *app)
{
	struct page_job *j = (struct page_job *)job;
	struct worklist_state *s = app_screen_state(app, j->screen);

	if (s == NULL || job->rc == RC_CANCELLED || j->serial < s->answered)
		return;
	s->answered = j->serial;
	s->loading = s->answered < s->asked;
	app_stale(app);
	if (job->rc != RC_OK) {
		app_complain(app, &job->err);
		return;
	}
	if (j->with_steps) {
		memcpy(s->steps, j->steps, sizeof(s->steps));
		s->step_count = j->step_count;
	}
	memcpy(s->rows, j->rows, (size_t)j->n * sizeof(s->rows[0]));
	s->have_first = j->q.offset;
	s->have_count = j->n;
	list_set_total(&s->list, j->total);
	request_detail(app, s);
	if (s->open_then && !s->loading)
		open_row(app, s);
	if (s->mark_then && !s->loading)
		mark_row(app, s);
}

static void
request(struct app *app, struct worklist_state *s)
{
	struct page_job *j = mem_zero(1, sizeof(*j));

	j->job.run = page_run;
	j->job.done = page_done;
	j->screen = app_screen_id(app, s);
	j->session = app->session;
	if (s->step < s->step_count)
		str_copy(j->step, sizeof(j->step), s->steps[s->step].name);
	str_copy(j->filter, sizeof(j->filter), s->filter.text);
	j->q.sort = s->sort;
	j->q.offset = s->list.first > PAGE_MOST / 4 ? s->list.first - PAGE_MOST / 4 : 0;
	j->q.limit = PAGE_MOST;
	j->serial = s->asked = __atomic_add_fetch(&app->page_serial, 1, __ATOMIC_RELAXED);
	j->newest = &app->page_serial;
	j->with_steps = !s->filtering || s->step_count == 0;
	s->loading = true;
	app_post_take(app, &j->job);
}

static const struct worklist_row *
row_at(const struct worklist_state *s, int64_t at)
{
	if (at < s->have_first || at >= s->have_first + s->have_count)
		return NULL;
	return &s->rows[at - s->have_first];
}

static bool
page_lacks(const struct worklist_state *s)
{
	int64_t last = s->list.first + s->list.rows;

	if (s->list.total >= 0 && last > s->list.total)
		last = s->list.total;
	return s->list.first < s->have_first || last > s->have_first + s->have_count;
}

/* ---- the row under the cursor, explained ---- */

struct detail_job {
	struct job job;
	uint64_t screen;
	int64_t series;
	struct series series_row;
	struct label_row label; /* "" none yet */
};

static void
detail_run(struct job *job, struct ledger *l)
{
	struct detail_job *j = (struct detail_job *)job;

	job->rc = catalog_series(l, j->series, &j->series_row, &job->err);
	label_of(l, j->series, &j->label, NULL);
}

static void
detail_release(struct job *job)
{
	series_release(&((struct detail_job *)job)->series_row);
	free(job);
}

static const char *
value(const struct series *s, enum attr a)
{
	return s->value[a] != NULL ? s->value[a] : "";
}

/* " TR 9000" where the header has it */
static size_t
append(char *to, size_t size, size_t used, const char *before, const char *v, const char *after)
{
	if (str_empty(v) || used + 1 >= size)
		return used;
	return used +
		(size_t)snprintf(
			to + used, size - used, "%s%s%s%s", used > 0 ? " " : "", before, v, after);
}

static void
describe(char *to, size_t size, const struct series *s, const struct label_row *label)
{
	static const struct {
		const char *before, *after;
		enum attr attr;
	} facts[] = {
		{ "", "", ATTR_MANUFACTURER },
		{ "", "", ATTR_MODEL },
		{ "", " T", ATTR_FIELD_STRENGTH },
		{ "· TR ", "", ATTR_TR },
		{ "TE ", "", ATTR_TE },
		{ "TI ", "", ATTR_TI },
		{ "· ", " kV", ATTR_KVP },
		{ "", "", ATTR_KERNEL },
		{ "· slice ", " mm", ATTR_SLICE_THICKNESS },
	};
	char arrived[CLOCK_TEXT];
	size_t used = 0;

	used = append(to, size, used, "", s->subject, "");
	used = append(to, size, used, "", s->visit, "");
	used = append(
		to, size, used, "· ", label->text, label->confidence < LABEL_PERSON ? "?" : "");
	used = append(to, size, used, "· ", s->patient_name, "");
	for (size_t i = 0; i < MEM_COUNT(facts); i++)
		used = append(
			to, size, used, facts[i].before, value(s, facts[i].attr), facts[i].after);
	clock_format(s->arrived, arrived);
	arrived[16] = '\0';
	arrived[10] = ' ';
	used = append(to, size, used, "· arrived ", arrived, " UTC");
	append(to, size, used, "from site ", s->site, "");
}

static void
explain(char *to, size_t size, const struct series *s)
{
	size_t used = (size_t)snprintf(to, size, "why:");

	for (unsigned i = 0; i < WHY_BITS; i++)
		if (s->why >> i & 1)
			used = append(to, size, used, "", why_help((enum why_bit)i), ";");
	if (s->why == 0)
		used = append(to, size, used, "", "nothing unusual", ";");
	used = append(to, size, used, "", s->gap, ";");
	used = append(to, size, used, "missing ", s->missing, ";");
	to[used < size ? used - 1 : size - 1] = '\0'; /* the last semicolon */
}

static void
detail_done(struct job *job, struct app *app)
{
	struct detail_job *j = (struct detail_job *)job;
	struct worklist_state *s = app_screen_state(app, j->screen);

	if (s == NULL || job->rc != RC_OK)
		return;
	s->detail_series = j->series;
	describe(s->detail[0], sizeof(s->detail[0]), &j->series_row, &j->label);
	explain(s->detail[1], sizeof(s->detail[1]), &j->series_row);
	app_stale(app);
}

static void
request_detail(struct app *app, struct worklist_state *s)
{
	const struct worklist_row *r = row_at(s, s->list.at);
	struct detail_job *j;

	if (r == NULL || r->series == s->detail_asked)
		return;
	s->detail_asked = r->series;
	j = mem_zero(1, sizeof(*j));
	j->job.run = detail_run;
	j->job.done = detail_done;
	j->job.release = detail_release;
	j->screen = app_screen_id(app, s);
	j->series = r->series;
	app_post_take(app, &j->job);
}

/* ---- drawing ---- */

struct column {
	const char *name;
	int width, least; /* least: of the screen, to be shown at all */
	bool right;
};

enum { C_WHY, C_SERIES, C_SUBJECT, C_VISIT, C_MODALITY, C_IMAGES, C_SITE, C_AGE, C_COUNT };

static const struct column columns[C_COUNT] = {
	[C_WHY] = { "Why", 26, 0, false },
	[C_SERIES] = { "Series", 0, 0, false }, /* takes what the others leave */
	[C_SUBJECT] = { "Subject", 14, 0, false },
	[C_VISIT] = { "Visit", 6, 90, false },
	[C_MODALITY] = { "Mod", 4, 0, false },
	[C_IMAGES] = { "Images", 6, 0, true },
	[C_SITE] = { "Site", 6, 100, false },
	[C_AGE] = { "Age", 7, 80, true },
};

static int
wide_column(int total)
{
	int left = total - 4;

	for (int c = 0; c < C_COUNT; c++)
		if (total >= columns[c].least && columns[c].width > 0)
			left -= columns[c].width + 1;
	return left;
}

static void
cell_text(const struct worklist_row *r, int c, int64_t now, char *to, size_t size)
{
	char age[CLOCK_TEXT];
	const char *texts[C_COUNT] = {
		[C_WHY] = r->why,
		[C_SERIES] = r->description[0] != '\0' ? r->description : r->series_name,
		[C_SUBJECT] = r->subject,
		[C_VISIT] = r->visit,
		[C_MODALITY] = r->modality,
		[C_SITE] = r->site,
		[C_AGE] = age,
	};

	clock_format_age(now - r->arrived, age);
	if (c == C_IMAGES)
		snprintf(to, size, "%lld", (long long)(r->slices > 0 ? r->slices : r->images));
	else if (c == C_WHY && r->claimed_by[0] != '\0')
		snprintf(to, size, "with %.12s %.100s", r->claimed_by, r->why);
	else if (c == C_SERIES && r->reading == READING_ADJUDICATION)
		snprintf(to, size, "%.20s: %.100s", r->step, texts[c]);
	else if (c == C_WHY && r->later)
		snprintf(to, size, "later %s", r->why);
	else
		str_copy(to, size, texts[c]);
}

static void
draw_row(const struct worklist_row *r, int row, struct area a, bool cursor, bool marked, int64_t now)
{
	int at = a.column + 2, wide = wide_column(a.columns);
	enum style s = cursor ? STYLE_CURSOR : STYLE_PLAIN;
	char text[200];

	draw_text(row, a.column, a.columns, s, marked ? cursor ? "*▸" : "* " : cursor ? " ▸" : "");
	for (int c = 0; c < C_COUNT; c++) {
		int width = columns[c].width > 0 ? columns[c].width : wide;

		if (a.columns < columns[c].least)
			continue;
		cell_text(r, c, now, text, sizeof(text));
		(columns[c].right ? draw_right : draw_text)(
			row, at, width, c == C_WHY && !cursor ? STYLE_WARN : s, text);
		at += width + 1;
	}
}

static void
draw_head(int row, struct area a)
{
	int at = a.column + 2, wide = wide_column(a.columns);

	draw_text(row, a.column, a.columns, STYLE_DIM, "");
	for (int c = 0; c < C_COUNT; c++) {
		int width = columns[c].width > 0 ? columns[c].width : wide;

		if (a.columns < columns[c].least)
			continue;
		(columns[c].right ? draw_right : draw_text)(
			row, at, width, STYLE_DIM, columns[c].name);
		at += width + 1;
	}
}

static void
draw_rows(struct worklist_state *s, struct area a)
{
	int64_t now = clock_now(NULL);

	for (int i = 0; i < s->list.rows && s->list.first + i < s->list.total; i++) {
		int64_t at = s->list.first + i;
		const struct worklist_row *r = row_at(s, at);

		if (r != NULL)
			draw_row(r, a.row + 1 + i, a, at == s->list.at,
				dialog_rows_has(&s->marked, r->task), now);
		else
			draw_text(a.row + 1 + i, a.column, a.columns, STYLE_DIM, "    ...");
	}
}

/* What those can do for whom nothing is waiting. */
static const char *
empty_text(const struct worklist_state *s, bool officer)
{
	if (s->list.total < 0)
		return "loading...";
	if (s->step_count == 0)
		return officer
			? "None of your roles has a worklist. A shows the record; accounts, roles "
			  "and settings: wetread user, role, setting."
			: "None of your roles has a worklist. A shows the record; q logs out.";
	if (s->filter.n > 0)
		return "Nothing has all these words. Esc gives the whole list back.";
	return "Nothing is waiting here. Tab shows your other worklists.";
}

static void
draw_detail(struct worklist_state *s, struct area a)
{
	int row = a.row + a.rows - DETAIL_ROWS + 1;
	const struct worklist_row *r = row_at(s, s->list.at);
	const char *text;
	size_t skip, n;

	for (int c = 0; c < a.columns; c++)
		draw_text(row - 1, a.column + c, 1, STYLE_DIM, "─");
	if (r == NULL || r->series != s->detail_series)
		return;
	draw_text(row, a.column + 1, a.columns - 2, STYLE_PLAIN, s->detail[0]);
	text = s->detail[1];
	for (int i = 1; i < DETAIL_ROWS - 2 && *text != '\0'; i++, text += skip) {
		n = draw_wrap(text, (size_t)a.columns - 2, &skip);
		draw_format(row + i, a.column + 1, a.columns - 2, STYLE_WARN, "%.*s", (int)n, text);
	}
}

static void
draw_position(struct app *app, struct worklist_state *s, struct area a)
{
	char text[160], rate[40] = "";
	double hours = (double)(clock_mono_us() - app->started_us) / 3.6e9;

	if (app->signed_count > 0 && hours > 0.01)
		snprintf(rate, sizeof(rate), " · %.0f series/h", (double)app->signed_count / hours);
	if (s->marked.n > 0)
		snprintf(rate, sizeof(rate), " · %zu marked", s->marked.n);
	if (s->list.total > 0)
		snprintf(text, sizeof(text), "row %lld of %lld · by %s%s ",
			(long long)s->list.at + 1, (long long)s->list.total,
			worklist_sort_name(s->sort), rate);
	else
		snprintf(text, sizeof(text), "%s ", rate);
	draw_right(a.row + a.rows - 1, a.column, a.columns, STYLE_DIM, text);
}

static void
worklist_draw(struct app *app, void *state, struct area a)
{
	struct worklist_state *s = state;

	draw_head(a.row, a);
	if (s->list.total <= 0)
		draw_text(a.row + 2, a.column + 4, a.columns - 4, STYLE_PLAIN,
			empty_text(s, session_has_role(&app->session, "officer")));
	else
		draw_rows(s, a);
	draw_detail(s, a);
	draw_position(app, s, a);
	if (s->filtering || s->filter.n > 0) {
		draw_text(a.row + a.rows - 1, a.column + 1, 1, STYLE_ACCENT, "/");
		line_draw(&s->filter, a.row + a.rows - 1, a.column + 2, a.columns / 2, s->filtering);
	}
}

static void
worklist_top(struct app *app, void *state, char *left, char *right, size_t size)
{
	struct worklist_state *s = state;
	size_t used = 0;
	int64_t later = 0;
	char now[CLOCK_TEXT];

	for (size_t i = 0; i < s->step_count && used < size; i++) {
		used += (size_t)snprintf(left + used, size - used, "%s%s%s %lld%s",
			i > 0 ? " · " : "", i == s->step ? "[" : "", s->steps[i].name,
			(long long)s->steps[i].open, i == s->step ? "]" : "");
		later += s->steps[i].later;
	}
	if (later > 0 && used < size)
		snprintf(left + used, size - used, " · later %lld", (long long)later);
	clock_format(clock_now(NULL), now);
	snprintf(right, size, "%s%s%s (%s) · %.5s UTC ", remote_words(app),
		*remote_words(app) != '\0' ? " · " : "", app->session.name,
		app->session.role_count > 0 ? app->session.roles[0] : "no role", now + 11);
}

/* ---- commands ---- */

static void
worklist_layout(struct app *app, void *state)
{
	struct worklist_state *s = state;

	list_set_rows(&s->list, app_body(app).rows - 1 - DETAIL_ROWS);
	if (s->asked > 0 && page_lacks(s))
		request(app, s);
}

static void
worklist_open(struct app *app, void *state, const void *argument)
{
	struct worklist_state *s = state;

	(void)argument;
	s->list.total = -1;
	s->list.rows = 1;
	worklist_layout(app, s);
	request(app, s);
}

static void
worklist_shown(struct app *app, void *state)
{
	struct worklist_state *s = state;

	s->detail_asked = 0;
	request(app, s); /* what was decided meanwhile is gone from the list */
}

/* Series came: the list is read again, unless somebody types. */
static void
worklist_heard(struct app *app, void *state, bool fresh)
{
	struct worklist_state *s = state;

	if (fresh && !s->filtering && !s->loading)
		request(app, s);
}

static unsigned
worklist_have(struct app *app, void *state)
{
	struct worklist_state *s = state;

	(void)app;
	return NEED_LIST |
		(s->loading || (row_at(s, s->list.at) != NULL && s->list.total > 0) ? NEED_ROW : 0);
}

/* A fast typist is ahead of the list: what is opened is the row of the list asked for, not one of the list before. */
static void
open_row(struct app *app, struct worklist_state *s)
{
	const struct worklist_row *r = row_at(s, s->list.at);
	struct viewer_argument a = {
		.queue = { .step = s->steps[s->step].name,
			.filter = s->filter.text,
			.sort = s->sort },
	};

	s->open_then = s->loading;
	if (s->loading || r == NULL || !app_on_top(app, s))
		return;
	a.task = r->task;
	a.series = r->series;
	app_push(app, &scr_viewer_ops, &a);
}

/* ---- rows that are passed together ---- */

static void
mark_row(struct app *app, struct worklist_state *s)
{
	const struct worklist_row *r = row_at(s, s->list.at);

	s->mark_then = s->loading;
	if (r == NULL || s->loading)
		return;
	if (r->reading == READING_ADJUDICATION ||
		strcmp(s->steps[s->step].name, WORKLIST_SIGNED) == 0)
		app_say(app, STYLE_PLAIN, "series of this list are signed one by one");
	else if (!dialog_rows_toggle(&s->marked, r))
		app_say(app, STYLE_WARN, "one signature covers at most %d series", DECISION_BATCH);
	else
		list_command(&s->list, CMD_NEXT);
	request_detail(app, s);
}

static void
list_signed(struct app *app, uint64_t screen, const int64_t *tasks, size_t n)
{
	struct worklist_state *s = app_screen_state(app, screen);

	for (size_t i = 0; s != NULL && i < n; i++)
		for (size_t k = 0; k < s->marked.n; k++)
			if (s->marked.row[k].task == tasks[i])
				s->marked.row[k] = s->marked.row[--s->marked.n];
	if (s != NULL)
		request(app, s);
}

static void
pass_marked(struct app *app, struct worklist_state *s)
{
	if (s->marked.n == 0)
		app_say(app, STYLE_PLAIN, "mark rows with Space first, or open one with Enter");
	else
		dialog_list(app, app_screen_id(app, s), &s->marked, list_signed);
}

static void
go_first(struct worklist_state *s)
{
	s->list.first = s->list.at = 0;
}

static void
end_filter(struct app *app, struct worklist_state *s)
{
	bool had = s->filter.n > 0;

	s->filtering = false;
	line_set(&s->filter, "");
	if (had) {
		s->list.total = -1; /* the row of before may lie beyond the filtered end */
		s->list.at = s->before_filter;
		s->list.first = s->before_filter > s->list.rows / 2
			? s->before_filter - s->list.rows / 2
			: 0;
		request(app, s);
	}
}

static void
worklist_command(struct app *app, void *state, enum command c, const char *argument)
{
	struct worklist_state *s = state;

	s->open_then = s->mark_then = false;
	if (list_command(&s->list, c)) {
		if (page_lacks(s))
			request(app, s);
		request_detail(app, s);
		return;
	}
	switch (c) {
	case CMD_OPEN:
		open_row(app, s);
		return;
	case CMD_MARK_ROW:
		mark_row(app, s);
		return;
	case CMD_PASS_MARKED:
		pass_marked(app, s);
		return;
	case CMD_FILTER:
		if (s->filter.n == 0)
			s->before_filter = s->list.at;
		s->filtering = *argument == '\0';
		if (*argument != '\0')
			line_set(&s->filter, argument);
		break;
	case CMD_SORT:
		s->sort = (s->sort + 1) % WORKLIST_SORTS;
		go_first(s);
		break;
	case CMD_NEXT_QUEUE:
		if (s->step_count > 0)
			s->step = (s->step + 1) % s->step_count;
		s->marked.n = 0;
		go_first(s);
		break;
	case CMD_RELOAD:
		break;
	default:
		return;
	}
	request(app, s);
}

/* While a filter is typed keys are text; Enter keeps it, Esc gives the whole list back at the same row. */
static bool
worklist_key(struct app *app, void *state, const struct key *k)
{
	struct worklist_state *s = state;

	if (k->code == K_ESC && (s->filtering || s->filter.n > 0)) {
		end_filter(app, s);
		return true;
	}
	if (!s->filtering)
		return false;
	if (k->code == K_ENTER) {
		s->filtering = false;
		return true;
	}
	if (k->code == K_DOWN || k->code == K_UP)
		return false;
	if (line_key(&s->filter, k)) {
		go_first(s);
		request(app, s);
	}
	return true;
}

static void
worklist_mouse(struct app *app, void *state, const struct key *k)
{
	struct worklist_state *s = state;
	struct area a = app_body(app);
	int64_t row = s->list.first + k->row - a.row - 1;
	int64_t now = clock_mono_us();

	if (k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN) {
		app_command(app, k->mouse == MOUSE_WHEEL_UP ? CMD_PREVIOUS : CMD_NEXT, NULL);
		return;
	}
	if (k->mouse != MOUSE_PRESS || k->row <= a.row || row >= s->list.total ||
		k->row > a.row + s->list.rows)
		return;
	list_go(&s->list, row);
	request_detail(app, s);
	app_stale(app);
	if (s->click.series == row && now - s->click.at_us < 500000)
		app_command(app, CMD_OPEN, NULL);
	s->click.series = row;
	s->click.at_us = now;
}

static const enum command worklist_keys[] = { CMD_OPEN, CMD_MARK_ROW, CMD_PASS_MARKED, CMD_FILTER,
	CMD_SORT, CMD_NEXT_QUEUE, CMD_AUDIT, CMD_SOURCES, CMD_HELP, CMD_BACK, CMD_NONE };

const struct screen_ops scr_worklist_ops = {
	.title = "Worklist",
	.section = "worklist",
	.section2 = "list",
	.state_size = sizeof(struct worklist_state),
	.open = worklist_open,
	.shown = worklist_shown,
	.layout = worklist_layout,
	.top = worklist_top,
	.draw = worklist_draw,
	.have = worklist_have,
	.command = worklist_command,
	.key = worklist_key,
	.mouse = worklist_mouse,
	.key_line = worklist_keys,
	.heard = worklist_heard,
};
