/* wetread query: what is asked, answered and closed, from scripts. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/trial/where.h"
#include "tui/cli.h"

/* ---- reading ---- */

static void
place_name(const struct query_row *q, char *to, size_t size)
{
	where_name(&(struct case_at){ q->kind, q->object }, to, size);
}

static json_t *
row_json(const struct query_row *q)
{
	char where[CASE_KEY], opened[CLOCK_TEXT], changed[CLOCK_TEXT];

	place_name(q, where, sizeof(where));
	clock_format(q->opened, opened);
	clock_format(q->changed, changed);
	return json_pack(
		"{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s,"
		" s:s, s:s, s:I}",
		"query", (json_int_t)q->id, "place", where, "form", q->form, "field", q->field,
		"rule", q->rule, "type", query_types[q->type], "state", query_states[q->state],
		"odm", query_odm(q->state), "side", q->side, "owner", q->owner, "study", q->trial,
		"site", q->site, "subject", q->subject, "visit", q->visit, "asked", q->first,
		"opened", opened, "changed", changed, "lines", (json_int_t)q->lines);
}

struct telling {
	json_t *list; /* NULL: as text */
	int64_t now;
};

static bool
tell_row(void *ctx, const struct query_row *q)
{
	const struct telling *t = ctx;
	char where[CASE_KEY];

	if (t->list != NULL) {
		json_array_append_new(t->list, row_json(q));
		return true;
	}
	place_name(q, where, sizeof(where));
	printf("#%-4lld %-20s %4lld d  for %-11s %-24s %s%s%s\n", (long long)q->id,
		query_states[q->state], (long long)((t->now - q->opened) / INT64_C(86400000000)),
		str_or_dash(q->owner), where, q->field, q->field[0] != '\0' ? ": " : "", q->first);
	return true;
}

static void
tell_line(void *ctx, const struct query_line *n)
{
	char when[CLOCK_TEXT];

	clock_format(n->at, when);
	if (ctx != NULL)
		json_array_append_new(ctx,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I}", "state",
				query_states[n->state], "owner", n->owner, "text", n->text, "user",
				n->account, "name", n->name, "role", n->role, "at", when, "event",
				(json_int_t)n->event));
	else
		printf("  %.19s  %-20s %s%s%s\n      %s\n", when, query_states[n->state], n->name,
			n->owner[0] != '\0' ? ", now for " : "", n->owner, n->text);
}

static void
dump(json_t *o)
{
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

static int
state_of(const char *name)
{
	if (strcmp(name, "open") == 0)
		return QUERY_STATES;
	if (strcmp(name, "all") == 0)
		return -1;
	for (int i = 0; i < QUERY_STATES; i++)
		if (strcmp(query_states[i], name) == 0)
			return i;
	return -2;
}

static int
list(struct cli *c, int argc, char **argv)
{
	struct query_filter f = { .trial = c->opt.study,
		.site = c->opt.site,
		.owner = c->opt.name,
		.state = c->opt.set != NULL ? state_of(c->opt.set) : QUERY_STATES };
	struct telling t = { .list = c->json ? json_array() : NULL, .now = clock_now(NULL) };
	struct err e = { 0 };
	enum rc rc;

	(void)argc, (void)argv;
	if (f.state == -2) {
		cli_complain("--state is open, all, new, updated, resolution-proposed, closed or "
			     "not-applicable");
		return EXIT_USAGE;
	}
	if (!cli_open(c, DB_READ))
		return EXIT_FAILED_;
	rc = query_each(c->ledger, &f, tell_row, &t, &e);
	if (t.list != NULL)
		dump(t.list);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

static int
show(struct cli *c, int argc, char **argv)
{
	json_t *lines = c->json ? json_array() : NULL, *o;
	struct telling t = { .now = clock_now(NULL) };
	struct query_row q;
	struct err e = { 0 };
	int64_t id;
	enum rc rc;

	(void)argc;
	if (!cli_number(argv[0], &id))
		return EXIT_USAGE;
	if (!cli_open(c, DB_READ))
		return EXIT_FAILED_;
	rc = query_read(c->ledger, id, &q, &e);
	if (rc == RC_OK && !c->json)
		tell_row(&t, &q);
	if (rc == RC_OK)
		rc = query_lines(c->ledger, id, tell_line, lines, &e);
	if (rc == RC_OK && c->json) {
		o = row_json(&q);
		json_object_set_new(o, "thread", json_incref(lines));
		dump(o);
	}
	json_decref(lines);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

/* ---- writing ---- */

static bool
login(struct cli *c, struct session *s)
{
	char password[1024];

	if (!cli_login(c, s, password, sizeof(password)))
		return false;
	key_wipe(password, sizeof(password));
	return true;
}

static int
ask(struct cli *c, int argc, char **argv)
{
	struct fill_place place;
	struct query_new q = { .at = { place.kind, place.object },
		.form = c->opt.format,
		.field = c->opt.label,
		.text = c->opt.text,
		.type = c->opt.plain ? QUERY_ANNOTATION : QUERY_QUERY };
	struct session who;
	struct err e = { 0 };
	int64_t id = 0;
	enum rc rc;

	(void)argc;
	if (q.text == NULL)
		return cli_usage(&cli_query_command);
	if (!cli_open(c, DB_WRITE))
		return EXIT_FAILED_;
	rc = where_read(c->ledger, argv[0], &place, &e);
	if (rc != RC_OK)
		return cli_error(&e);
	if (!login(c, &who))
		return EXIT_REFUSED;
	rc = query_open(c->ledger, &who, &q, &id, &e);
	session_close(c->ledger, &who);
	if (rc != RC_OK)
		return cli_error(&e);
	printf(c->json ? "{\"query\":%lld}\n" : "query #%lld\n", (long long)id);
	return EXIT_DONE;
}

static int
step(struct cli *c, char **argv, enum query_state to)
{
	struct query_step s = { .state = to, .text = c->opt.text, .owner = c->opt.name };
	struct session who;
	struct err e = { 0 };
	enum rc rc;

	if (s.text == NULL || !cli_number(argv[0], &s.id))
		return cli_usage(&cli_query_command);
	if (!cli_open(c, DB_WRITE))
		return EXIT_FAILED_;
	if (!login(c, &who))
		return EXIT_REFUSED;
	rc = query_step(c->ledger, &who, &s, &e);
	session_close(c->ledger, &who);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

static int
note(struct cli *c, int argc, char **argv)
{
	(void)argc;
	return step(c, argv, QUERY_UPDATED);
}

static int
answer(struct cli *c, int argc, char **argv)
{
	(void)argc;
	return step(c, argv, QUERY_PROPOSED);
}

static int
close_it(struct cli *c, int argc, char **argv)
{
	(void)argc;
	return step(c, argv, QUERY_CLOSED);
}

static int
drop(struct cli *c, int argc, char **argv)
{
	(void)argc;
	return step(c, argv, QUERY_NONE);
}

static const struct {
	const char *name;
	int words;
	int (*run)(struct cli *c, int argc, char **argv);
} acts[] = {
	{ "list", 0, list },
	{ "show", 1, show },
	{ "open", 1, ask },
	{ "note", 1, note },
	{ "answer", 1, answer },
	{ "close", 1, close_it },
	{ "drop", 1, drop },
};

static int
query_run(struct cli *c, int argc, char **argv)
{
	for (size_t i = 0; i < MEM_COUNT(acts); i++)
		if (strcmp(acts[i].name, argv[0]) == 0 && argc - 1 == acts[i].words)
			return acts[i].run(c, argc - 1, argv + 1);
	return cli_usage(&cli_query_command);
}

static const struct cli_option query_options[] = {
	CLI_OPTION("--study", CLI_VALUE, opt.study),
	CLI_OPTION("--site", CLI_VALUE, opt.site),
	CLI_OPTION("--for", CLI_VALUE, opt.name),
	CLI_OPTION("--state", CLI_VALUE, opt.set),
	CLI_OPTION("--form", CLI_VALUE, opt.format),
	CLI_OPTION("--field", CLI_VALUE, opt.label),
	CLI_OPTION("--text", CLI_VALUE, opt.text),
	CLI_OPTION("--annotation", CLI_FLAG, opt.plain),
	{ .name = NULL },
};

const struct cli_command cli_query_command = {
	.name = "query",
	.usage = "query list [--study STUDY] [--site SITE] [--for OWNER] [--state STATE] | show N "
		 "|\n"
		 "      open PLACE --text TEXT [--form FORM --field FIELD] [--annotation] |\n"
		 "      note|answer|close|drop N --text TEXT [--for OWNER]\n"
		 "\n"
		 "What checks and people ask, and what became of it.  list shows the open ones; "
		 "--state all shows\n"
		 "every one.  open asks about a series (S-0012), an exam (E-7) or a visit "
		 "(STUDY/SUBJECT/VISIT);\n"
		 "note adds to it or asks again, for site or a role with --for; answer proposes a "
		 "resolution;\n"
		 "close ends it, by the side that opened it; drop says that it does not apply.\n",
	.least = 1,
	.most = -1,
	.options = query_options,
	.run = query_run,
};
