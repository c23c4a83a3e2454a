/* wetread agreement: how far readers agree, for managers. */
#include <jansson.h>
#include <stdio.h>

#include "core/base/mem.h"
#include "core/ledger/agree.h"
#include "tui/cli.h"

struct printing {
	json_t *list; /* NULL: as text or CSV */
	bool csv;
	int groups;
};

struct named {
	const char *name, *title;
	struct estimate e;
};

enum { ESTIMATES = 6 };

static void
estimates(const struct agree_group *g, struct named out[ESTIMATES])
{
	const struct named all[ESTIMATES] = {
		{ "percent", "agree", agreement_percent(&g->table) },
		{ "ac1", "AC1", agreement_ac1(&g->table) },
		{ "kappa", "kappa", agreement_cohen(&g->table, AGREEMENT_PLAIN) },
		{ "kappa_linear", "linear", agreement_cohen(&g->table, AGREEMENT_LINEAR) },
		{ "kappa_quadratic", "quadratic", agreement_cohen(&g->table, AGREEMENT_QUADRATIC) },
		{ "fleiss", "Fleiss", agree_fleiss(g) },
	};

	for (int i = 0; i < ESTIMATES; i++)
		out[i] = all[i];
}

static json_t *
table_json(const struct agreement_table *t)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < t->k; i++) {
		json_t *row = json_array();

		for (size_t j = 0; j < t->k; j++)
			json_array_append_new(row, json_integer((json_int_t)t->n[i][j]));
		json_array_append_new(rows, row);
	}
	return rows;
}

static void
group_json(struct printing *p, const struct agree_group *g, const struct named *e)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:b, s:I, s:o}", "step", g->step, "first", g->first,
		"second", g->second, "repeat", g->self, "n", (json_int_t)agreement_total(&g->table),
		"table", table_json(&g->table));

	for (int i = 0; i < ESTIMATES; i++)
		json_object_set_new(o, e[i].name,
			e[i].e.defined ? json_pack("{s:f, s:f, s:f}", "value", e[i].e.value, "low",
						 e[i].e.low, "high", e[i].e.high)
				       : json_null());
	json_array_append_new(p->list, o);
}

static void
group_csv(struct printing *p, const struct agree_group *g, const struct named *e)
{
	if (p->groups == 1) {
		printf("step,first,second,repeat,n");
		for (int i = 0; i < ESTIMATES; i++)
			printf(",%s,%s_low,%s_high", e[i].name, e[i].name, e[i].name);
		printf("\r\n");
	}
	printf("%s,%s,%s,%d,%.0f", g->step, g->first, g->second, g->self,
		agreement_total(&g->table));
	for (int i = 0; i < ESTIMATES; i++)
		if (e[i].e.defined)
			printf(",%.6f,%.6f,%.6f", e[i].e.value, e[i].e.low, e[i].e.high);
		else
			printf(",,,");
	printf("\r\n");
}

static void
group_text(const struct agree_group *g, const struct named *e)
{
	char who[80] = "all readers";

	if (g->self)
		snprintf(who, sizeof(who), "%s again", g->first);
	else if (g->first[0] != '\0')
		snprintf(who, sizeof(who), "%s and %s", g->first, g->second);
	printf("%s, %s: %.0f series\n", g->step, who, agreement_total(&g->table));
	for (int i = 0; i < ESTIMATES; i++)
		if (e[i].e.defined)
			printf("  %-10s %6.3f  (95 %%: %.3f to %.3f)\n", e[i].title, e[i].e.value,
				e[i].e.low, e[i].e.high);
		else
			printf("  %-10s does not apply\n", e[i].title);
}

static void
print_group(void *ctx, const struct agree_group *g)
{
	struct printing *p = ctx;
	struct named e[ESTIMATES];

	p->groups++;
	estimates(g, e);
	if (p->list != NULL)
		group_json(p, g, e);
	else if (p->csv)
		group_csv(p, g, e);
	else
		group_text(g, e);
}

static int
agreement_run(struct cli *c, int argc, char **argv)
{
	struct printing p = { .list = c->json ? json_array() : NULL, .csv = c->opt.csv };
	struct err e = { 0 };
	enum rc rc = agree_each(c->ledger, c->opt.step, print_group, &p, &e);

	(void)argc, (void)argv;
	if (p.list != NULL) {
		json_dumpf(p.list, stdout, JSON_COMPACT);
		putchar('\n');
	} else if (rc == RC_OK && p.groups == 0 && !p.csv) {
		puts("no series was read twice yet; see wetread setting double-read-percent");
	}
	json_decref(p.list);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

static const struct cli_option agreement_options[] = {
	CLI_OPTION("--step", CLI_VALUE, opt.step),
	CLI_OPTION("--csv", CLI_FLAG, opt.csv),
	{ .name = NULL },
};

const struct cli_command cli_agreement_command = {
	.name = "agreement",
	.usage = "agreement [--step STEP] [--csv | --json]\n"
		 "\n"
		 "How far those who read the same series agreed, and readers with themselves: "
		 "percent,\n"
		 "Gwet's AC1, Cohen's kappa plain and weighted over pass, query, reject, and "
		 "Fleiss'\n"
		 "kappa, each with its 95 % interval.  Corrections do not count: they were made "
		 "knowing\n"
		 "more.\n",
	.options = agreement_options,
	.needs = CLI_ARCHIVE_READ,
	.run = agreement_run,
};
