/* wetread viewing NUMBER: what the signer of a decision had on the glass, slice by slice. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/ledger/catalog.h"
#include "core/ledger/decision.h"
#include "core/ledger/viewing.h"
#include "tui/cli.h"

struct told {
	struct decision decision;
	int64_t series;
	json_t *summary;
	struct look *looks;
	size_t n;
	uint32_t slices;
	struct look_rule rule;
};

static uint32_t
number(const json_t *o, const char *name)
{
	return (uint32_t)json_integer_value(json_object_get(o, name));
}

static enum rc
read_told(struct cli *c, int64_t decision, struct told *t, struct err *e)
{
	const json_t *rule;
	char *body = NULL;
	enum rc rc = decision_get(c->ledger, decision, &t->decision, &t->series, e);

	if (rc == RC_OK)
		rc = viewing_of_decision(c->ledger, decision, &t->summary, &body, e);
	if (rc == RC_OK && t->summary == NULL)
		rc = err_set(e, RC_NOT_FOUND,
			"decision #%lld was signed by an earlier wetread, which kept no viewing",
			(long long)decision);
	if (rc == RC_OK)
		rc = viewing_parse(body, &t->looks, &t->n, e);
	free(body);
	t->slices = number(t->summary, "slices");
	rule = json_object_get(t->summary, "rule");
	t->rule = (struct look_rule){ .pixels = true,
		.scale = number(rule, "scale"),
		.levels = number(rule, "levels"),
		.windows = number(rule, "windows") };
	if (t->rule.windows == 0) /* the step asks nothing */
		t->rule = (struct look_rule){
			.pixels = true, .scale = LOOK_SCALE, .levels = LOOK_LEVELS, .windows = 1
		};
	return rc;
}

/* One slice, of looks[0..n): they are in the order of slices. */
struct slice {
	const struct look *looks;
	size_t n;
	bool whole;
	uint32_t windows, scale, levels, times; /* scale and levels: the best that counted */
	int64_t dwell;
};

static bool
window_is_new(const struct slice *s, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(s->looks[k].window, s->looks[i].window) == 0)
			return false;
	return true;
}

static struct slice
slice_of(const struct told *t, uint32_t at, size_t *from)
{
	struct slice s = { .looks = t->looks + *from };

	for (; *from < t->n && t->looks[*from].slice == at; ++*from) {
		const struct look *k = &s.looks[s.n];

		s.windows += window_is_new(&s, s.n++);
		s.times += k->times;
		s.dwell += k->dwell;
		if (k->times > 0 && k->scale > s.scale) {
			s.scale = k->scale;
			s.levels = k->levels;
		}
	}
	s.whole = look_slice_whole(s.looks, s.n, at, &t->rule);
	return s;
}

static void
print_slice(const struct slice *s, uint32_t at)
{
	char greys[16] = "-", first[CLOCK_TEXT] = "-";

	if (s->times > 0 && s->levels == 0)
		strcpy(greys, "colour");
	else if (s->times > 0)
		snprintf(greys, sizeof(greys), "%u", s->levels);
	if (s->n > 0)
		clock_format(s->looks[0].first, first);
	printf("%5u  %-5s %5zu  %7u  %2u.%03u  %6s  %5u  %7lld.%lld  %.19s\n", at + 1,
		s->whole ? "yes" : "NO", s->n, s->windows, s->scale / 1000, s->scale % 1000, greys,
		s->times, (long long)(s->dwell / 1000), (long long)(s->dwell % 1000 / 100), first);
}

static void
print_text(const struct told *t)
{
	const struct decision *d = &t->decision;
	char name[24];
	size_t at = 0;

	catalog_series_name(t->series, name);
	printf("%s  #%lld %s %s by %s (%s), %s\n", name, (long long)d->number, d->step, d->verdict,
		d->name, d->account, d->when);
	printf("%u of %u slices whole at scale %u/1000 and %u greys in %u window%s\n",
		number(t->summary, "whole"), t->slices, t->rule.scale, t->rule.levels,
		t->rule.windows, t->rule.windows == 1 ? "" : "s");
	puts("slice  whole looks  windows   scale   greys  times    seconds  first (UTC)");
	for (uint32_t i = 0; i < t->slices; i++) {
		struct slice s = slice_of(t, i, &at);

		print_slice(&s, i);
	}
}

static json_t *
look_json(const struct look *k)
{
	char first[CLOCK_TEXT];

	clock_format(k->first, first);
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:I}",
		"picture", k->picture, "window", k->window, "scale", (json_int_t)k->scale, "levels",
		(json_int_t)k->levels, "columns", (json_int_t)k->columns, "rows",
		(json_int_t)k->rows, "left", (json_int_t)k->left, "top", (json_int_t)k->top,
		"width", (json_int_t)k->width, "height", (json_int_t)k->height, "times",
		(json_int_t)k->times, "first", first, "dwell", (json_int_t)k->dwell);
}

static void
print_json(const struct told *t)
{
	const struct decision *d = &t->decision;
	json_t *slices = json_array(), *o;
	char name[24];
	size_t at = 0;

	for (uint32_t i = 0; i < t->slices; i++) {
		struct slice s = slice_of(t, i, &at);
		json_t *looks = json_array();

		for (size_t k = 0; k < s.n; k++)
			json_array_append_new(looks, look_json(&s.looks[k]));
		json_array_append_new(slices,
			json_pack("{s:I, s:b, s:I, s:o}", "slice", (json_int_t)i + 1, "whole",
				s.whole, "dwell", (json_int_t)s.dwell, "looks", looks));
	}
	catalog_series_name(t->series, name);
	o = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:O, s:o}", "decision",
		(json_int_t)d->number, "series", name, "step", d->step, "verdict", d->verdict,
		"user", d->account, "name", d->name, "time", d->when, "summary", t->summary,
		"slices", slices);
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

static int
viewing_run(struct cli *c, int argc, char **argv)
{
	struct told *t;
	struct err e = { 0 };
	int64_t decision;
	int status = EXIT_DONE;

	(void)argc;
	if (!cli_number(argv[0], &decision))
		return EXIT_USAGE;
	t = mem_zero(1, sizeof(*t));
	if (read_told(c, decision, t, &e) != RC_OK)
		status = cli_error(&e);
	else
		(c->json ? print_json : print_text)(t);
	json_decref(t->summary);
	free(t->looks);
	free(t);
	return status;
}

const struct cli_command cli_viewing_command = {
	.name = "viewing",
	.usage = "viewing NUMBER [--json]\n"
		 "\n"
		 "What the signer of decision NUMBER (`wetread show` tells it) had on the glass, "
		 "slice "
		 "by slice: in how\n"
		 "many windows, at which scale, in how many greys, how often and how long.\n",
	.least = 1,
	.most = 1,
	.needs = CLI_ARCHIVE_READ,
	.run = viewing_run,
};
