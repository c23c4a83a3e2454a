/* Tags: the header of one image, searchable by name, number and value. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/dicom/attr.h"
#include "core/ledger/catalog.h"
#include "tui/app.h"
#include "tui/list.h"
#include "tui/viewer_facts.h"

enum { DEPTH_MOST = 16, VALUE_MOST = 400 };

struct tags_state {
	char what[200];
	uint32_t number;
	char **lines; /* "(0010,0020) LO PatientID  ..." */
	size_t n;
	size_t *shown; /* of lines, after the filter */
	size_t shown_count;
	struct list list;
	struct line filter;
	bool filtering, loaded;
	char problem[200];
};

struct tags_job {
	struct job job;
	uint64_t screen;
	int64_t image;
	char **lines;
	size_t n;
};

/* ---- reading: the JSON is opened on the worker's thread ---- */

static void
add_line(struct tags_job *j, char *line)
{
	str_clean(line);
	if ((j->n & (j->n - 1)) == 0)
		j->lines = mem_grow(j->lines, j->n > 0 ? 2 * j->n : 1, sizeof(*j->lines));
	j->lines[j->n++] = line;
}

static void
add_value(struct buf *b, const json_t *v)
{
	const char *key;
	json_t *part;

	if (json_is_string(v)) {
		buf_text(b, json_string_value(v));
	} else if (json_is_integer(v)) {
		buf_format(b, "%lld", (long long)json_integer_value(v));
	} else if (json_is_real(v)) {
		buf_format(b, "%.9g", json_real_value(v));
	} else if (json_is_object(v)) { /* a person name: its groups */
		bool first = true;

		json_object_foreach((json_t *)v, key, part)
		{
			if (!first)
				buf_text(b, " = ");
			first = false;
			if (json_is_string(part))
				buf_text(b, json_string_value(part));
		}
	}
}

/* The keyword of the attributes that we know by name; the others have their number. */
static const char *
name_of(const char *tag)
{
	unsigned long number = strtoul(tag, NULL, 16);

	for (int a = 0; a < ATTR_COUNT; a++)
		if (((unsigned long)attr_table[a].group << 16 | attr_table[a].element) == number)
			return attr_table[a].column;
	return "";
}

static void add_dataset(struct tags_job *j, json_t *set, int depth);

static void
add_sequence(struct tags_job *j, json_t *items, int depth)
{
	size_t i;
	json_t *item;

	json_array_foreach(items, i, item)
	{
		add_line(j, mem_format("%*sitem %zu", 2 * depth, "", i + 1));
		if (json_is_object(item) && depth < DEPTH_MOST)
			add_dataset(j, item, depth + 1);
	}
}

static void
add_element(struct tags_job *j, const char *tag, json_t *element, int depth)
{
	const char *vr = json_string_value(json_object_get(element, "vr"));
	json_t *values = json_object_get(element, "Value"), *v;
	struct buf text = { 0 };
	size_t i;

	buf_format(&text, "%*s(%.4s,%.4s) %s %s", 2 * depth, "", tag,
		strlen(tag) >= 8 ? tag + 4 : "", vr != NULL ? vr : "  ", name_of(tag));
	while (text.len < 40)
		buf_char(&text, ' ');
	buf_char(&text, ' ');
	if (vr == NULL || strcmp(vr, "SQ") != 0)
		json_array_foreach(values, i, v)
		{
			if (i > 0)
				buf_text(&text, "\\");
			if (text.len < VALUE_MOST)
				add_value(&text, v);
		}
	add_line(j, buf_take(&text));
	if (vr != NULL && strcmp(vr, "SQ") == 0)
		add_sequence(j, values, depth);
}

static void
add_dataset(struct tags_job *j, json_t *set, int depth)
{
	const char *tag;
	json_t *element;

	json_object_foreach(set, tag, element) add_element(j, tag, element, depth);
}

static void
tags_run(struct job *job, struct ledger *l)
{
	struct tags_job *j = (struct tags_job *)job;
	char *text = NULL;
	json_t *set;

	job->rc = catalog_header(l, j->image, &text, &job->err);
	if (job->rc != RC_OK)
		return;
	set = json_loads(text, 0, NULL);
	free(text);
	if (set == NULL)
		job->rc = err_set(&job->err, RC_CORRUPT, "the stored header is not readable");
	else
		add_dataset(j, set, 0);
	json_decref(set);
}

static void
tags_job_release(struct job *job)
{
	struct tags_job *j = (struct tags_job *)job;

	for (size_t i = 0; i < j->n; i++)
		free(j->lines[i]);
	free(j->lines);
	free(j);
}

static void
apply_filter(struct tags_state *s)
{
	char word[200], line[600];

	str_fold(word, sizeof(word), s->filter.text);
	s->shown = mem_grow(s->shown, s->n + 1, sizeof(*s->shown));
	s->shown_count = 0;
	for (size_t i = 0; i < s->n; i++) {
		str_fold(line, sizeof(line), s->lines[i]);
		if (strstr(line, word) != NULL)
			s->shown[s->shown_count++] = i;
	}
	list_set_total(&s->list, (int64_t)s->shown_count);
}

static void
tags_done(struct job *job, struct app *app)
{
	struct tags_job *j = (struct tags_job *)job;
	struct tags_state *s = app_screen_state(app, j->screen);

	if (s == NULL)
		return;
	s->loaded = true;
	str_copy(s->problem, sizeof(s->problem), job->rc == RC_OK ? "" : job->err.text);
	s->lines = j->lines;
	s->n = j->n;
	j->lines = NULL;
	j->n = 0;
	apply_filter(s);
	app_stale(app);
}

/* ---- the screen ---- */

static void
tags_open(struct app *app, void *state, const void *argument)
{
	const struct tags_argument *a = argument;
	struct tags_state *s = state;
	struct tags_job *j = mem_zero(1, sizeof(*j));

	str_copy(s->what, sizeof(s->what), a->what);
	s->number = a->number;
	j->job.run = tags_run;
	j->job.done = tags_done;
	j->job.release = tags_job_release;
	j->screen = app_screen_id(app, s);
	j->image = a->image;
	app_post_take(app, &j->job);
}

static void
tags_close(struct app *app, void *state)
{
	struct tags_state *s = state;

	(void)app;
	for (size_t i = 0; i < s->n; i++)
		free(s->lines[i]);
	free(s->lines);
	free(s->shown);
}

static void
tags_draw(struct app *app, void *state, struct area a)
{
	struct tags_state *s = state;

	(void)app;
	list_set_rows(&s->list, a.rows - 1);
	if (!s->loaded || s->problem[0] != '\0')
		draw_text(a.row + 1, a.column + 2, a.columns - 4, STYLE_WARN,
			s->loaded ? s->problem : "loading...");
	for (int i = 0; i < s->list.rows && s->list.first + i < s->list.total; i++)
		draw_text(a.row + i, a.column, a.columns,
			s->list.first + i == s->list.at ? STYLE_CURSOR : STYLE_PLAIN,
			s->lines[s->shown[s->list.first + i]]);
	draw_format(a.row + a.rows - 1, a.column + a.columns / 2, a.columns - a.columns / 2 - 1,
		STYLE_DIM, "line %lld of %lld", (long long)(s->list.total > 0 ? s->list.at + 1 : 0),
		(long long)s->list.total);
	if (s->filtering || s->filter.n > 0) {
		draw_text(a.row + a.rows - 1, a.column + 1, 1, STYLE_ACCENT, "/");
		line_draw(&s->filter, a.row + a.rows - 1, a.column + 2, a.columns / 2 - 4,
			s->filtering);
	}
}

static void
tags_top(struct app *app, void *state, char *left, char *right, size_t size)
{
	struct tags_state *s = state;

	(void)app;
	snprintf(left, size, "%s", s->what);
	snprintf(right, size, "slice %u ", s->number);
}

static unsigned
tags_have(struct app *app, void *state)
{
	(void)app, (void)state;
	return NEED_LIST;
}

static void
tags_command(struct app *app, void *state, enum command c, const char *argument)
{
	struct tags_state *s = state;

	(void)app;
	if (list_command(&s->list, c) || c != CMD_FILTER)
		return;
	s->filtering = *argument == '\0';
	if (*argument != '\0')
		line_set(&s->filter, argument);
	apply_filter(s);
}

static bool
tags_key(struct app *app, void *state, const struct key *k)
{
	struct tags_state *s = state;

	(void)app;
	if (k->code == K_ESC && (s->filtering || s->filter.n > 0)) {
		s->filtering = false;
		line_set(&s->filter, "");
		apply_filter(s);
		return true;
	}
	if (!s->filtering)
		return false;
	if (k->code == K_ENTER)
		s->filtering = false;
	else if (line_key(&s->filter, k))
		apply_filter(s);
	else
		return false;
	return true;
}

static const enum command tags_keys[] = { CMD_FILTER, CMD_NEXT, CMD_PREVIOUS, CMD_HELP, CMD_BACK,
	CMD_NONE };

const struct screen_ops scr_tags_ops = {
	.title = "Tags",
	.section = "tags",
	.section2 = "list",
	.state_size = sizeof(struct tags_state),
	.open = tags_open,
	.close = tags_close,
	.top = tags_top,
	.draw = tags_draw,
	.have = tags_have,
	.command = tags_command,
	.key = tags_key,
	.key_line = tags_keys,
};
