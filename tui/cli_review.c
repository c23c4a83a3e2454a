/* wetread user list --review: who may do what, since when, by whom, trained when, last seen when. */
#include <jansson.h>
#include <stdio.h>

#include "tui/cli.h"

/* "2026-11-22", or "-" */
static const char *
day(int64_t at, char to[CLOCK_TEXT])
{
	if (at == 0)
		return "-";
	clock_format(at, to);
	to[10] = '\0';
	return to;
}

static void
grant_text(void *ctx, const struct account_grant *g)
{
	char trained[CLOCK_TEXT], login[CLOCK_TEXT];

	(void)ctx;
	printf("%-16s %-9s %-12s %-12.12s %-8.8s %-10.10s %-12s %-10s %-10s %s\n", g->id, g->state,
		g->role[0] != '\0' ? g->role : "-", g->study, g->site, g->granted, g->by,
		day(g->trained, trained), day(g->last_login, login), g->name);
}

/* RFC 4180, and nothing that a spreadsheet would run. */
static void
cell(const char *text, const char *end)
{
	putchar('"');
	if (*text == '=' || *text == '+' || *text == '-' || *text == '@')
		putchar('\'');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	printf("\"%s", end);
}

static void
grant_csv(void *ctx, const struct account_grant *g)
{
	char trained[CLOCK_TEXT] = "", login[CLOCK_TEXT] = "";

	(void)ctx;
	if (g->trained != 0)
		clock_format(g->trained, trained);
	if (g->last_login != 0)
		clock_format(g->last_login, login);
	cell(g->id, ",");
	cell(g->name, ",");
	cell(g->state, ",");
	cell(g->role, ",");
	cell(g->study, ",");
	cell(g->site, ",");
	cell(g->granted, ",");
	cell(g->by, ",");
	cell(trained, ",");
	cell(login, "\r\n");
}

static void
grant_json(void *ctx, const struct account_grant *g)
{
	char trained[CLOCK_TEXT] = "", login[CLOCK_TEXT] = "";

	if (g->trained != 0)
		clock_format(g->trained, trained);
	if (g->last_login != 0)
		clock_format(g->last_login, login);
	json_array_append_new(ctx,
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "user", g->id,
			"name", g->name, "state", g->state, "role", g->role, "study", g->study,
			"site", g->site, "granted", g->granted, "granted_by", g->by, "trained",
			trained, "last_login", login));
}

int
cli_review(struct cli *c)
{
	json_t *list = json_array();
	struct err e = { 0 };
	enum rc rc;

	if (c->opt.csv)
		printf("user,name,state,role,study,site,granted,granted_by,trained,last_login\r\n");
	else if (!c->json)
		printf("%-16s %-9s %-12s %-12s %-8s %-10s %-12s %-10s %-10s %s\n", "user", "state",
			"role", "study", "site", "granted", "by", "trained", "last login", "name");
	rc = account_review(c->ledger,
		c->opt.csv        ? grant_csv
			: c->json ? grant_json
				  : grant_text,
		list, &e);
	if (c->json && !c->opt.csv) {
		json_dumpf(list, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_decref(list);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}
