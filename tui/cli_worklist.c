/* wetread worklist: open tasks. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/worklist.h"
#include "tui/cli.h"

enum { PAGE = 500 };

static json_t *
words(const char *text)
{
	json_t *list = json_array();
	char copy[200], *at = copy, *word;

	str_copy(copy, sizeof(copy), text);
	while ((word = strsep(&at, " ")) != NULL)
		if (*word != '\0')
			json_array_append_new(list, json_string(word));
	return list;
}

static json_t *
row_json(const struct worklist_row *r, const char *step)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:o, s:b, s:s?}",
		"task", step, "series", r->series_name, "study_uid", r->study_uid, "subject",
		r->subject, "visit", r->visit, "site", r->site, "modality", r->modality,
		"description", r->description, "images", (json_int_t)r->images, "slices",
		(json_int_t)r->slices, "state", r->state, "flags", words(r->why), "later", r->later,
		"claimed_by", r->claimed_by[0] != '\0' ? r->claimed_by : NULL);
}

static void
row_text(const struct worklist_row *r, const char *step)
{
	char age[CLOCK_TEXT];

	clock_format_age(clock_now(NULL) - r->arrived, age);
	printf("%-8s %-8s %-24s %-14s %-4s %-4s %5lld %-8s %s%s%s\n", step, r->series_name, r->why,
		r->subject, r->visit, r->modality,
		(long long)(r->slices > 0 ? r->slices : r->images), age, r->description,
		r->claimed_by[0] != '\0' ? "  open by " : "", r->claimed_by);
}

static enum rc
print_step(struct cli *c, const char *step, const char *filter, json_t *list, struct err *e)
{
	struct worklist_row *rows = mem_zero(PAGE, sizeof(*rows));
	struct worklist_query q = { .step = step, .filter = filter, .limit = PAGE };
	int64_t n = PAGE;
	enum rc rc = RC_OK;

	for (; rc == RC_OK && n == PAGE; q.offset += n) {
		rc = worklist_page(c->ledger, &q, rows, &n, e);
		for (int64_t i = 0; rc == RC_OK && i < n; i++) {
			if (list != NULL)
				json_array_append_new(list, row_json(&rows[i], step));
			else
				row_text(&rows[i], step);
		}
	}
	free(rows);
	return rc;
}

static int
print_all(struct cli *c, const char *queue, const char *filter)
{
	struct worklist_step steps[WORKLIST_STEPS];
	json_t *list = c->json ? json_array() : NULL;
	struct err e = { 0 };
	size_t n = 0;
	bool known = false;
	enum rc rc = worklist_steps(c->ledger, NULL, steps, &n, &e);

	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		if (queue != NULL && strcmp(queue, steps[i].name) != 0)
			continue;
		known = true;
		rc = print_step(c, steps[i].name, filter, list, &e);
	}
	if (rc == RC_OK && !known)
		rc = err_set(
			&e, RC_NOT_FOUND, "there is no queue %.40s", queue != NULL ? queue : "");
	if (rc == RC_OK && list != NULL) {
		json_dumpf(list, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_decref(list);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

static int
worklist_run(struct cli *c, int argc, char **argv)
{
	(void)argc, (void)argv;
	return print_all(c, c->opt.queue, c->opt.filter != NULL ? c->opt.filter : "");
}

static const struct cli_option worklist_options[] = {
	CLI_OPTION("--queue", CLI_VALUE, opt.queue),
	CLI_OPTION("--filter", CLI_VALUE, opt.filter),
	{ .name = NULL },
};

const struct cli_command cli_worklist_command = {
	.name = "worklist",
	.usage = "worklist [--queue TASK] [--filter TEXT] [--json]\n"
		 "\n"
		 "Open tasks, those with the greatest risk first.  TASK is phi or quality; every "
		 "word of TEXT must\n"
		 "be in the row.\n",
	.options = worklist_options,
	.needs = CLI_ARCHIVE_READ,
	.run = worklist_run,
};
