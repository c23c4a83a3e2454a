/* wetread history [OBJECT]: the log, to read or to take along. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/archive/export.h"
#include "core/base/str.h"
#include "tui/cli.h"

static bool
event_text(void *ctx, const struct history_event *ev)
{
	(void)ctx;
	export_event_text(stdout, ev);
	return true;
}

static bool
event_ignored(void *ctx, const struct history_event *ev)
{
	(void)ctx, (void)ev;
	return true;
}

static bool
event_json(void *ctx, const struct history_event *ev)
{
	json_t *j = json_loads(ev->body, 0, NULL);

	json_object_set_new(j, "hash", json_string(ev->hash));
	json_array_append_new(ctx, j);
	return true;
}

/* OBJECT and the options as the words of the audit screen, so that both understand the same. */
static enum rc
read_filter(struct cli *c, const char *object, struct history_filter *f, struct err *e)
{
	const struct {
		const char *name, *value;
	} parts[] = {
		{ "user:", c->opt.by },
		{ "action:", c->opt.action },
		{ "from:", c->opt.from },
		{ "to:", c->opt.to },
	};
	char words[600] = "";
	enum rc rc;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const char *v = parts[i].value;
		size_t used = strlen(words);

		if (v != NULL && (*v == '\0' || strchr(v, ' ') != NULL || strlen(v) > 100))
			return err_set(e, RC_INVALID, "%.40s is nothing to look for", v);
		if (v != NULL)
			snprintf(words + used, sizeof(words) - used, " %s%s", parts[i].name, v);
	}
	rc = history_words(c->ledger, words, f, e);
	return rc == RC_OK && object != NULL ? history_object(c->ledger, object, f, e) : rc;
}

static int
list(struct cli *c, const struct history_filter *f, int64_t limit)
{
	struct history_query q = { .filter = *f };
	json_t *all = c->json ? json_array() : NULL;
	struct err e = { 0 };
	enum rc rc = RC_OK;

	if (limit > 0) { /* the last ones, oldest first */
		struct history_page page = { 0 };
		struct history_query back = { .filter = *f, .newest_first = true, .limit = limit };

		rc = history_read(c->ledger, NULL, &back, event_ignored, NULL, &page, &e);
		q.beyond = !page.end && page.beyond > 1 ? page.beyond - 1 : 0;
	}
	if (rc == RC_OK)
		rc = history_read(
			c->ledger, NULL, &q, c->json ? event_json : event_text, all, NULL, &e);
	if (all != NULL) {
		json_dumpf(all, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(all);
	}
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

/* A result other than good is told in the export, and by the exit status. */
static int export(struct cli *c, struct export *x)
{
	struct err e = { 0 };
	enum rc rc;

	verifier_run(c->archive, NULL, &x->verified);
	rc = export_rows(x, c->ledger, stdout, &e);
	if (rc == RC_OK && x->who != NULL)
		rc = export_record(x, c->ledger, &e);
	if (rc == RC_OK)
		rc = export_end(x, c->ledger, stdout, &e);
	if (rc != RC_OK)
		return cli_error(&e);
	if (strcmp(x->verified.result, "good") == 0)
		return EXIT_DONE;
	cli_complain("the record is %s%s%s", x->verified.result,
		x->verified.first[0] != '\0' ? ": " : "", x->verified.first);
	return EXIT_REFUSED;
}

/* With --user it is that person's reading: by his rights, and with an event. */
static int
history(struct cli *c, const char *object, int64_t limit)
{
	struct export x = { .limit = limit };
	struct session session = { 0 };
	char password[1024];
	struct err e = { 0 };
	int status;

	if (c->opt.format != NULL && !export_format_of(c->opt.format, &x.format)) {
		cli_complain("--format is text, jsonl or csv");
		return EXIT_USAGE;
	}
	if (!cli_open(c, c->user != NULL ? DB_WRITE : DB_READ))
		return EXIT_FAILED_;
	if (c->user != NULL) {
		if (!cli_login(c, &session, password, sizeof(password)))
			return EXIT_REFUSED;
		key_wipe(password, sizeof(password));
		x.who = &session;
	}
	if (read_filter(c, object, &x.filter, &e) != RC_OK)
		status = cli_error(&e);
	else if (c->opt.format != NULL || x.who != NULL)
		status = export(c, &x);
	else
		status = list(c, &x.filter, limit);
	session_close(c->ledger, &session);
	return status;
}

static int
history_run(struct cli *c, int argc, char **argv)
{
	long limit = 0;

	if ((c->opt.limit != NULL && !str_int(c->opt.limit, 1, 1000000000, &limit)) ||
		(c->json && (c->opt.format != NULL || c->user != NULL)))
		return cli_usage(&cli_history_command);
	return history(c, argc == 1 ? argv[0] : NULL, limit);
}

static const struct cli_option history_options[] = {
	CLI_OPTION("--by", CLI_VALUE, opt.by),
	CLI_OPTION("--action", CLI_VALUE, opt.action),
	CLI_OPTION("--from", CLI_VALUE, opt.from),
	CLI_OPTION("--to", CLI_VALUE, opt.to),
	CLI_OPTION("--limit", CLI_VALUE, opt.limit),
	CLI_OPTION("--format", CLI_VALUE, opt.format),
	{ .name = NULL },
};

const struct cli_command cli_history_command = {
	.name = "history",
	.usage = "history [OBJECT] [--by USER] [--action A] [--from T] [--to T] [--limit N]\n"
		 "               [--json | --format text|jsonl|csv]\n"
		 "\n"
		 "Audit events, oldest first: of everything, or of a series (S-0042), an account, "
		 "a session or\n"
		 "the archive; done by USER, of one action, from and to a day or time "
		 "(2026-11-22T10:43, UTC); the\n"
		 "last N of these.  --format makes an export that states the head of the chain "
		 "that it covers and\n"
		 "what wetread-verify finds; exit status 1 where that is not good.  With --user "
		 "it is read by that\n"
		 "account's rights, and the reading is an event.\n",
	.most = 1,
	.needs = CLI_NOTHING,
	.options = history_options,
	.run = history_run,
};
