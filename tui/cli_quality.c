/* wetread quality: ratings and artifacts of a series, from scripts. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/ledger/catalog.h"
#include "core/trial/quality.h"
#include "tui/cli.h"

static void
tell_json(const struct quality *q)
{
	json_t *items = json_array(), *o;

	for (size_t i = 0; i < q->items; i++)
		if (q->item[i].severity != QUALITY_UNSET)
			json_array_append_new(items,
				json_pack("{s:s, s:s, s:i, s:s}", "code", q->item[i].code,
					"meaning", q->item[i].meaning, "severity",
					q->item[i].severity, "spot", q->item[i].spot));
	o = json_pack("{s:i, s:s, s:o}", "pass", q->pass, "rating",
		q->rating != QUALITY_UNSET ? q->grade[q->rating].code : "", "artifacts", items);
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

static void
tell_text(const struct quality *q)
{
	printf("rating      %s\n",
		q->rating != QUALITY_UNSET ? q->grade[q->rating].meaning : "nobody said");
	for (size_t i = 0; i < q->items; i++)
		if (q->item[i].severity != QUALITY_UNSET)
			printf("%-11s %-9s %s%s%s\n", q->item[i].code,
				quality_severities[q->item[i].severity], q->item[i].meaning,
				q->item[i].spot[0] != '\0' ? ", at " : "", q->item[i].spot);
}

/* "CODE=VALUE" of the words into *list; false (told). */
static bool
split(struct cli *c, int argc, char **argv, struct quality_said *list)
{
	for (int i = 0; i < argc; i++) {
		char *is = strchr(argv[i], '=');

		if (is == NULL) {
			cli_complain("say CODE=SEVERITY or rating=GRADE, not %.60s", argv[i]);
			return false;
		}
		*is = '\0';
		list[i] = (struct quality_said){ argv[i], is + 1, c->opt.at };
	}
	return true;
}

static int
quality_run(struct cli *c, int argc, char **argv)
{
	struct quality_said list[QUALITY_ITEMS];
	struct session session;
	struct quality q;
	char password[1024];
	struct err e = { 0 };
	int64_t series;
	enum rc rc;

	if (argc - 1 > QUALITY_ITEMS || !split(c, argc - 1, argv + 1, list))
		return EXIT_USAGE;
	if (!cli_open(c, DB_WRITE))
		return EXIT_FAILED_;
	rc = catalog_series_id(c->ledger, argv[0], &series, &e);
	if (rc != RC_OK)
		return cli_error(&e);
	if (!cli_login(c, &session, password, sizeof(password)))
		return EXIT_REFUSED;
	key_wipe(password, sizeof(password));
	rc = quality_read(c->ledger, session.user, series, &q, &e);
	if (rc == RC_OK && argc > 1)
		rc = quality_say(c->ledger, &session, &q, list, (size_t)argc - 1, &e);
	if (rc == RC_OK)
		rc = quality_read(c->ledger, session.user, series, &q, &e);
	session_close(c->ledger, &session);
	if (rc != RC_OK)
		return cli_error(&e);
	(c->json ? tell_json : tell_text)(&q);
	return EXIT_DONE;
}

static const struct cli_option quality_options[] = {
	CLI_OPTION("--at", CLI_VALUE, opt.at),
	{ .name = NULL },
};

const struct cli_command cli_quality_command = {
	.name = "quality",
	.usage = "quality SERIES [rating=GRADE] [CODE=SEVERITY...] [--at SPOT]\n"
		 "\n"
		 "How good a series is, as --user says: a grade of the study's scale (RID12 to "
		 "RID14 "
		 "where it has\n"
		 "none), and artifacts with a severity of 0 (absent) to 3 (severe); nothing after "
		 "'=' "
		 "takes it back.\n"
		 "SPOT is where it was seen: \"slice 12; point 100,80; window 40,400\".\n",
	.least = 1,
	.most = -1,
	.options = quality_options,
	.run = quality_run,
};
