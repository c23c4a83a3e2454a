/* wetread tag: typed keys and values at anything of a study, from scripts. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/trial/tag.h"
#include "core/trial/where.h"
#include "tui/cli.h"

struct telling {
	json_t *list; /* NULL: as text */
};

static void
tell(void *ctx, const struct tag *t)
{
	const struct telling *w = ctx;
	char where[CASE_KEY], at[CLOCK_TEXT];

	where_name(&(struct case_at){ t->kind, t->object }, where, sizeof(where));
	clock_format(t->entry->at, at);
	if (w->list != NULL)
		json_array_append_new(w->list,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I}", "kind", t->kind,
				"place", where, "key", t->name.key, "type", tag_types[t->name.type],
				"value", t->entry->value, "by", t->entry->account, "at", at,
				"event", (json_int_t)t->entry->event));
	else
		printf("%-24s %-20s %-8s %-24s %s %.10s\n", where, t->name.key,
			tag_types[t->name.type], t->entry->value, t->entry->account, at);
}

static int
end(struct telling *w, enum rc rc, const struct err *e)
{
	if (rc == RC_OK && w->list != NULL) {
		json_dumpf(w->list, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_decref(w->list);
	return rc == RC_OK ? EXIT_DONE : cli_error(e);
}

static enum rc
find_place(struct cli *c, const char *word, struct fill_place *place, struct case_at *at,
	struct err *e)
{
	enum rc rc = where_read(c->ledger, word, place, e);

	*at = (struct case_at){ place->kind, place->object };
	return rc;
}

static int
list(struct cli *c, int argc, char **argv)
{
	struct telling w = { c->json ? json_array() : NULL };
	struct fill_place place;
	struct case_at at;
	struct err e = { 0 };
	enum rc rc;

	(void)argc;
	if (!cli_open(c, DB_READ))
		return EXIT_FAILED_;
	rc = find_place(c, argv[0], &place, &at, &e);
	if (rc == RC_OK)
		rc = tag_each(c->ledger, &at, tell, &w, &e);
	return end(&w, rc, &e);
}

static int
find(struct cli *c, int argc, char **argv)
{
	struct telling w = { c->json ? json_array() : NULL };
	struct tag_search q = { argv[0], c->opt.study, c->user };
	struct err e = { 0 };

	(void)argc;
	if (!cli_open(c, DB_READ))
		return EXIT_FAILED_;
	return end(&w, tag_find(c->ledger, &q, tell, &w, &e), &e);
}

/* Each "KEY=VALUE" by itself. */
static enum rc
set_each(struct cli *c, const struct session *who, const struct case_at *at, int argc, char **argv,
	int64_t *saved, struct err *e)
{
	enum rc rc = RC_OK;

	for (int i = 0; rc == RC_OK && i < argc; i++) {
		const char *is = strchr(argv[i], '=');
		int64_t one = 0;
		char *name;

		if (is == NULL)
			return err_set(e, RC_INVALID, "a tag is KEY=VALUE, not %.60s", argv[i]);
		name = mem_format("%.*s", (int)(is - argv[i]), argv[i]);
		rc = tag_set(c->ledger, who, &(struct tag_set){ *at, name, is + 1 }, &one, e);
		*saved += one;
		free(name);
	}
	return rc;
}

static int
set(struct cli *c, int argc, char **argv)
{
	struct fill_place place;
	struct session who;
	struct case_at at;
	char password[1024];
	struct err e = { 0 };
	int64_t saved = 0;
	enum rc rc;

	if (!cli_open(c, DB_WRITE))
		return EXIT_FAILED_;
	if (find_place(c, argv[0], &place, &at, &e) != RC_OK)
		return cli_error(&e);
	if (!cli_login(c, &who, password, sizeof(password)))
		return EXIT_REFUSED;
	key_wipe(password, sizeof(password));
	rc = set_each(c, &who, &at, argc - 1, argv + 1, &saved, &e);
	session_close(c->ledger, &who);
	if (rc == RC_OK && c->json)
		printf("{\"saved\":%lld}\n", (long long)saved);
	else if (rc == RC_OK)
		printf("%lld tags saved\n", (long long)saved);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

static const struct {
	const char *name;
	int least, most;
	int (*run)(struct cli *c, int argc, char **argv);
} acts[] = {
	{ "set", 2, 100, set },
	{ "list", 1, 1, list },
	{ "find", 1, 1, find },
};

static int
tag_run(struct cli *c, int argc, char **argv)
{
	for (size_t i = 0; i < MEM_COUNT(acts); i++)
		if (strcmp(acts[i].name, argv[0]) == 0 && argc - 1 >= acts[i].least &&
			argc - 1 <= acts[i].most)
			return acts[i].run(c, argc - 1, argv + 1);
	return cli_usage(&cli_tag_command);
}

static const struct cli_option tag_options[] = {
	CLI_OPTION("--study", CLI_VALUE, opt.study),
	{ .name = NULL },
};

const struct cli_command cli_tag_command = {
	.name = "tag",
	.usage =
		"tag set PLACE KEY[:TYPE]=VALUE... | list PLACE | find 'KEY[OP VALUE]' [--study "
		"STUDY]\n"
		"\n"
		"Keys with values at a study (STUDY/), subject (STUDY/SUBJECT), visit, exam (E-7), "
		"series (S-0012)\n"
		"or image (S-0012#3).  TYPE is text, integer, float, date or boolean; a key has "
		"one "
		"in a study.  An\n"
		"empty value takes a tag away.  find compares by = != < <= > and >=.  All of it is "
		"in "
		"the record.\n",
	.least = 1,
	.most = -1,
	.options = tag_options,
	.run = tag_run,
};
