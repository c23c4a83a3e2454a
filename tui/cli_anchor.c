/* wetread anchor: an anchor now where one is due, to every place, and how it goes with them. */
#include <jansson.h>
#include <stdio.h>

#include "core/archive/post.h"
#include "core/ledger/anchor.h"
#include "tui/cli.h"

static void
tell(struct cli *c, enum anchor_place p, json_t *all)
{
	struct anchor_state a;
	char when[CLOCK_TEXT] = "never";

	if (!anchor_state(c->ledger, p, &a))
		return;
	if (a.at != 0)
		clock_format(a.at, when);
	json_object_set_new(all, anchor_place_names[p],
		json_pack("{s:s, s:I, s:s}", "at", a.at != 0 ? when : "", "missed",
			(json_int_t)a.missed, "fault", a.fault));
	if (!c->json)
		printf("%-12s %.19s, %lld missed%s%s\n", anchor_place_names[p], when,
			(long long)a.missed, a.fault[0] != '\0' ? ": " : "", a.fault);
}

static int
anchor_run(struct cli *c, int argc, char **argv)
{
	json_t *all = json_object();
	struct err e = { 0 };
	char warning[600];
	enum rc rc = RC_OK;

	(void)argc, (void)argv;
	c->posts = false; /* here */
	if (anchor_due(c->ledger))
		rc = ledger_anchor(c->ledger, &e);
	post_anchor(c->ledger, NULL);
	for (int p = 0; p < ANCHOR_PLACES; p++)
		tell(c, (enum anchor_place)p, all);
	if (c->json) {
		json_dumpf(all, stdout, JSON_COMPACT | JSON_SORT_KEYS);
		putchar('\n');
	}
	json_decref(all);
	if (rc != RC_OK)
		return cli_error(&e);
	return anchor_warning(c->ledger, warning, sizeof(warning)) ? EXIT_REFUSED : EXIT_DONE;
}

const struct cli_command cli_anchor_command = {
	.name = "anchor",
	.usage =
		"anchor [--json]\n"
		"\n"
		"Writes an anchor where the site's interval is over (setting anchor-minutes), "
		"posts "
		"the last one to\n"
		"the site's address where it has not got there, and tells when each place that is "
		"set got its last\n"
		"one and how many it missed.  Workstations and commands do this by themselves; for "
		"archives that\n"
		"nobody has open, run it by cron.  Exit status 1: a place does not get them.\n",
	.needs = CLI_ARCHIVE_WRITE,
	.run = anchor_run,
};
