/* wetread entry: everything that was entered at a place, with what it was before. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/str.h"
#include "core/trial/past.h"
#include "core/trial/where.h"
#include "tui/cli.h"

static void
add_json(void *ctx, const struct past_row *r)
{
	char at[CLOCK_TEXT];

	clock_format(r->at, at);
	json_array_append_new(ctx,
		json_pack("{s:I, s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "event",
			(json_int_t)r->event, "at", at, "by", r->account, "form", r->form, "pass",
			r->pass, "field", r->field, "step", r->step, "value", r->value, "before",
			r->was, "spot", r->spot, "why", r->why, "reason", r->reason));
}

static void
print(void *ctx, const struct past_row *r)
{
	static const char *const passes[] = { "", "", " (second entry)", " (settled)" };
	char at[CLOCK_TEXT];

	(void)ctx;
	clock_format(r->at, at);
	printf("%6lld %.19s %-12s %s", (long long)r->event, at, r->account, r->form);
	if (r->step[0] != '\0')
		printf(" %s", r->step);
	else
		printf(".%s %s -> %s", r->field, str_or_dash(r->was), str_or_dash(r->value));
	printf("%s%s%s%s%s%s%s\n", passes[r->pass >= 0 && r->pass <= 3 ? r->pass : 0],
		r->spot[0] != '\0' ? "; " : "", r->spot, r->why[0] != '\0' ? "; " : "", r->why,
		r->reason[0] != '\0' ? "; changed because: " : "", r->reason);
}

static enum rc
tell(struct cli *c, const struct session *who, const struct case_at *at, struct err *e)
{
	json_t *all = c->json ? json_array() : NULL;
	int64_t hidden = 0;
	enum rc rc = past_each(
		c->ledger, who, at, c->opt.label, all != NULL ? add_json : print, all, &hidden, e);

	if (rc == RC_OK && all != NULL) {
		json_dumpf(all, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_decref(all);
	if (rc == RC_OK && hidden > 0)
		fprintf(stderr,
			"%lld values of others in forms that two people fill are not shown yet\n",
			(long long)hidden);
	return rc;
}

static int
entry_run(struct cli *c, int argc, char **argv)
{
	struct fill_place place;
	struct session who;
	struct case_at at;
	char password[1024];
	struct err e = { 0 };
	enum rc rc;

	(void)argc;
	if (!cli_open(c, DB_WRITE))
		return EXIT_FAILED_;
	if (where_read(c->ledger, argv[0], &place, &e) != RC_OK)
		return cli_error(&e);
	at = (struct case_at){ place.kind, place.object };
	if (!cli_login(c, &who, password, sizeof(password)))
		return EXIT_REFUSED;
	key_wipe(password, sizeof(password));
	rc = tell(c, &who, &at, &e);
	session_close(c->ledger, &who);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

static const struct cli_option entry_options[] = {
	CLI_OPTION("--form", CLI_VALUE, opt.label),
	{ .name = NULL },
};

const struct cli_command cli_entry_command = {
	.name = "entry",
	.usage = "entry PLACE [--form FORM]\n"
		 "\n"
		 "Everything that was entered at a place, oldest first: event, time, by whom, what "
		 "it "
		 "was and became,\n"
		 "and why; with signatures and locks.  As --user; of a form that two people are "
		 "filling "
		 "still only\n"
		 "one's own.\n",
	.least = 1,
	.most = 1,
	.options = entry_options,
	.run = entry_run,
};
