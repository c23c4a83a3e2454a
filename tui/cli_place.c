/* wetread place: exams to their subjects and visits, by the study's rules or as a person says. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/trial/assign.h"
#include "tui/cli.h"
#include "tui/progress.h"

/* ---- by rules ---- */

struct placed {
	struct cli *c;
	json_t *all;
};

static enum rc
place_study(void *ctx, const char *study, struct err *e)
{
	struct placed *p = ctx;
	struct assign_result r;
	enum rc rc = assign_by_rules(p->c->ledger, study, &r, e);

	if (rc != RC_OK)
		return rc;
	json_array_append_new(p->all,
		json_pack("{s:s, s:I, s:I, s:I}", "study", study, "exams", (json_int_t)r.exams,
			"changed", (json_int_t)r.changed, "open", (json_int_t)r.open));
	if (!p->c->json)
		printf("%s: %lld exams, %lld have another place now, %lld are for a person%s\n",
			study, (long long)r.exams, (long long)r.changed, (long long)r.open,
			r.open > 0 ? " (wetread compliance says why)" : "");
	return RC_OK;
}

static int
place_by_rules(struct cli *c)
{
	struct placed p = { c, json_array() };
	struct err e = { 0 };
	enum rc rc = c->opt.study != NULL ? place_study(&p, c->opt.study, &e)
					  : survey_studies(c->ledger, place_study, &p, &e);

	if (rc == RC_OK && json_array_size(p.all) == 0)
		rc = err_set(&e, RC_NOT_FOUND, "no study was applied");
	if (rc == RC_OK && c->json) {
		json_dumpf(p.all, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_decref(p.all);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

/* ---- whenever something came ---- */

static void
on_placed(void *ctx, int64_t done, int64_t total)
{
	progress_step(ctx, done, total);
}

int64_t
cli_place_rules(struct cli *c)
{
	struct progress p;
	struct assign_told told = { on_placed, &p };
	struct assign_result r;
	struct err e = { 0 };

	progress_begin(&p, "exams placed");
	if (assign_all(c->ledger, &told, &r, &e) != RC_OK) {
		progress_end(&p);
		cli_complain("not every exam was placed: %s", e.text);
		return r.changed;
	}
	progress_end(&p);
	return r.changed;
}

/* ---- by a person ---- */

static int
place_exam_of(struct cli *c, const char *word)
{
	struct placing p = { .trial = c->opt.study,
		.site = c->opt.site,
		.subject = c->opt.subject,
		.visit = c->opt.visit,
		.reason = c->opt.why };
	char password[1024];
	struct session who;
	struct err e = { 0 };
	bool changed = false;
	enum rc rc;

	if (!cli_number(strncmp(word, "E-", 2) == 0 ? word + 2 : word, &p.exam))
		return EXIT_USAGE;
	if (!cli_login(c, &who, password, sizeof(password))) {
		key_wipe(password, sizeof(password));
		return EXIT_REFUSED;
	}
	key_wipe(password, sizeof(password));
	rc = assign_by_person(c->ledger, &who, &p, &changed, &e);
	session_close(c->ledger, &who);
	if (rc != RC_OK)
		return cli_error(&e);
	if (c->json)
		printf("{\"exam\":%lld,\"changed\":%s}\n", (long long)p.exam,
			changed ? "true" : "false");
	else
		printf(changed ? "exam %lld is there now\n" : "exam %lld is there already\n",
			(long long)p.exam);
	return EXIT_DONE;
}

static int
place_run(struct cli *c, int argc, char **argv)
{
	bool parts = c->opt.site != NULL || c->opt.subject != NULL || c->opt.visit != NULL;

	if (argc == 0 && !parts && c->opt.why == NULL)
		return place_by_rules(c);
	if (argc == 1 && (parts || c->opt.study != NULL) && c->opt.why != NULL)
		return place_exam_of(c, argv[0]);
	return cli_usage(&cli_place_command);
}

static const struct cli_option place_options[] = {
	CLI_OPTION("--study", CLI_VALUE, opt.study),
	CLI_OPTION("--site", CLI_VALUE, opt.site),
	CLI_OPTION("--subject", CLI_VALUE, opt.subject),
	CLI_OPTION("--visit", CLI_VALUE, opt.visit),
	CLI_OPTION("--reason", CLI_VALUE, opt.why),
	{ .name = NULL },
};

const struct cli_command cli_place_command = {
	.name = "place",
	.usage = "place [--study ID] | place EXAM [--study ID] [--site ID] [--subject ID] [--visit "
		 "ID] --reason TEXT\n"
		 "\n"
		 "Without EXAM: every exam that the rules of its study's file tell wholly gets its "
		 "site, subject and visit;\n"
		 "the others are for a person.  With EXAM a coordinator or manager (--user) says "
		 "where it belongs, and no\n"
		 "rule is asked of it any more.\n",
	.most = 1,
	.needs = CLI_ARCHIVE_WRITE,
	.options = place_options,
	.run = place_run,
};
