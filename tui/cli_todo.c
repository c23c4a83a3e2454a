/* wetread todo: what a coordinator has to do, as the desk shows it. */
#include <jansson.h>
#include <stdio.h>

#include "core/base/str.h"
#include "core/trial/todo.h"
#include "tui/cli.h"

static json_t *
item_json(const struct todo *d)
{
	char series[24] = "";

	if (d->series != 0)
		snprintf(series, sizeof(series), "S-%04lld", (long long)d->series);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:I}", "kind",
		todo_kinds[d->kind], "study", d->trial, "site", d->site, "subject", d->subject,
		"visit", d->visit, "series", series, "exam", (json_int_t)d->exam, "field", d->field,
		"text", d->text, "query", (json_int_t)d->query);
}

static void
print_item(const struct todo *d)
{
	printf("%-7s %-10s %-4s %-12s %-6s %s\n", todo_kinds[d->kind], str_or_dash(d->trial),
		str_or_dash(d->site), str_or_dash(d->subject), str_or_dash(d->visit), d->text);
}

static int
todo_run(struct cli *c, int argc, char **argv)
{
	json_t *all = c->json ? json_array() : NULL;
	struct todo_list t;
	struct err e = { 0 };
	enum rc rc;

	(void)argc, (void)argv;
	if (c->user == NULL) {
		cli_complain("whose? give --user ID");
		json_decref(all);
		return EXIT_USAGE;
	}
	rc = todo_read(c->ledger, c->user, &t, &e);
	for (size_t i = 0; rc == RC_OK && i < t.n; i++)
		if (all != NULL)
			json_array_append_new(all, item_json(&t.item[i]));
		else
			print_item(&t.item[i]);
	if (rc == RC_OK && all != NULL) {
		json_dumpf(all, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_decref(all);
	todo_release(&t);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

const struct cli_command cli_todo_command = {
	.name = "todo",
	.usage = "todo\n"
		 "\n"
		 "What --user has to do, subject by subject: exams that nobody placed, series that "
		 "nobody named,\n"
		 "values that headers lack, what came otherwise than asked for, forms to be filled "
		 "in or signed, and\n"
		 "queries whose turn it is.\n",
	.needs = CLI_ARCHIVE_READ,
	.run = todo_run,
};
