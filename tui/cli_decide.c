/* wetread decide: a signed verdict from a script, by the rules of the screen. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/ledger/catalog.h"
#include "core/ledger/decision.h"
#include "core/ledger/reason.h"
#include "tui/cli.h"

static int
list_reasons(void)
{
	static const char *const actions[] = { "flag", "query", "reject" };

	for (size_t i = 0; i < reason_count(); i++) {
		const struct reason *r = reason_at(i);

		printf("%-10s %-9s %-7s %-12s %s\n", r->code, r->scheme, actions[r->action],
			r->group, r->meaning);
	}
	return EXIT_DONE;
}

/* The series of one call: more than one is a list that is signed with one password. */
struct list {
	struct decision_request r[DECISION_BATCH];
	struct decision_receipt out[DECISION_BATCH];
	struct err errs[DECISION_BATCH];
	size_t n;
	struct mark *marks;
};

/* The marks that wait for the signer on this series. */
static enum rc
take_drafts(struct cli *c, const struct session *who, struct list *list, struct err *e)
{
	struct decision_request *r = &list->r[0];
	struct series s = { 0 };
	enum rc rc = catalog_series(c->ledger, r->series, &s, e);

	if (rc == RC_OK)
		rc = mark_draft_load(
			c->ledger, who->user, s.id, s.revision, &list->marks, &r->mark_count, e);
	if (rc == RC_NOT_FOUND)
		rc = err_set(e, RC_INVALID, "no marks of yours wait on this series");
	r->marks = list->marks;
	r->revision = s.revision;
	series_release(&s);
	return rc;
}

static void
print_one(struct cli *c, const struct list *list, size_t i)
{
	const struct decision_request *r = &list->r[i];
	const struct decision_receipt *out = &list->out[i];
	char name[24];

	catalog_series_name(r->series, name);
	if (list->errs[i].rc != RC_OK)
		cli_complain("%s: %s", name, list->errs[i].text);
	else if (c->json)
		printf("{\"signed\":%lld,\"series\":\"%s\",\"step\":\"%s\",\"verdict\":\"%s\","
		       "\"state\":\"%s\",\"hash\":\"%s\"}\n",
			(long long)out->number, name, r->step, r->verdict, out->state, out->hash);
	else
		printf("signed #%lld: %s %sed, %s, now %s, chain %.16s\n", (long long)out->number,
			r->step, r->verdict, name, out->state, out->hash);
}

static int
sign_list(struct cli *c, struct list *list)
{
	struct session session;
	char password[1024];
	struct err e = { 0 };
	enum rc rc = RC_OK;

	if (!cli_login(c, &session, password, sizeof(password)))
		return EXIT_REFUSED;
	for (size_t i = 0; i < list->n; i++)
		list->r[i].password = password;
	if (c->opt.marks)
		rc = take_drafts(c, &session, list, &e);
	if (rc == RC_OK && list->n == 1)
		rc = decision_sign(c->ledger, &session, &list->r[0], &list->out[0], &e);
	else if (rc == RC_OK)
		rc = decision_sign_batch(
			c->ledger, &session, list->r, list->n, list->out, list->errs, &e);
	/* of a list each is told, of what could not be begun only why */
	for (size_t i = 0; i < list->n && (rc == RC_OK || (list->n > 1 && rc == RC_CONFLICT)); i++)
		print_one(c, list, i);
	key_wipe(password, sizeof(password));
	session_close(c->ledger, &session);
	free(list->marks);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

/* Every series is found before anything is signed. */
static int
sign(struct cli *c, int argc, char **argv, const struct decision_request *what)
{
	struct list *list = mem_zero(1, sizeof(*list));
	struct err e = { 0 };
	enum rc rc = RC_OK;
	int status;

	for (int i = 0; rc == RC_OK && i < argc; i++) {
		list->r[i] = *what;
		rc = catalog_series_id(c->ledger, argv[i], &list->r[i].series, &e);
		list->n++;
	}
	status = rc == RC_OK ? sign_list(c, list) : cli_error(&e);
	free(list);
	return status;
}

static bool
take_reasons(struct decision_request *r, const char **reasons)
{
	for (; reasons != NULL && *reasons != NULL; reasons++) {
		if (r->reason_count == DECISION_REASONS) {
			cli_complain("at most %d reasons", DECISION_REASONS);
			return false;
		}
		r->reasons[r->reason_count++] = *reasons;
	}
	return true;
}

static int
decide_run(struct cli *c, int argc, char **argv)
{
	struct decision_request r = { .step = c->opt.step,
		.verdict = c->opt.verdict,
		.user = c->user,
		.unattended = true,
		.note = c->opt.note != NULL ? c->opt.note : "" };

	if (c->opt.list_reasons)
		return list_reasons();
	if (argc < 1 || r.step == NULL || r.verdict == NULL || !take_reasons(&r, c->opt.reasons))
		return cli_usage(&cli_decide_command);
	if (argc > 1 && (c->opt.marks || c->opt.corrects != NULL)) {
		cli_complain("--marks and --corrects are for one series");
		return EXIT_USAGE;
	}
	if (c->opt.corrects != NULL && !cli_number(c->opt.corrects, &r.corrects))
		return EXIT_USAGE;
	r.correction = c->opt.because;
	return cli_open(c, DB_WRITE) ? sign(c, argc, argv, &r) : EXIT_FAILED_;
}

static const struct cli_option decide_options[] = {
	CLI_OPTION("--step", CLI_VALUE, opt.step),
	CLI_OPTION("--verdict", CLI_VALUE, opt.verdict),
	CLI_OPTION("--reason", CLI_LIST, opt.reasons),
	CLI_OPTION("--note", CLI_VALUE, opt.note),
	CLI_OPTION("--marks", CLI_FLAG, opt.marks),
	CLI_OPTION("--corrects", CLI_VALUE, opt.corrects),
	CLI_OPTION("--because", CLI_VALUE, opt.because),
	CLI_OPTION("--list-reasons", CLI_FLAG, opt.list_reasons),
	{ .name = NULL },
};

const struct cli_command cli_decide_command = {
	.name = "decide",
	.usage = "decide SERIES... --step STEP --verdict pass|fail [--reason CODE]... [--note "
		 "TEXT]\n"
		 "                      [--marks] [--corrects NUMBER --because WHY]\n"
		 "\n"
		 "A signed verdict, by the same rules as on screen, as --user with the password "
		 "typed or\n"
		 "from --password-file.  STEP is phi or quality; where two readers differ it is "
		 "signed by\n"
		 "who adjudicates.  A fail needs at least one reason; --list-reasons prints the "
		 "codes.\n"
		 "--marks signs with a fail the marks that --user drew or imported.  phi can be "
		 "passed\n"
		 "only by somebody who has looked at every slice in the workstation.  Up to 50 "
		 "series are\n"
		 "signed with one password, each by itself.\n"
		 "\n"
		 "--corrects replaces the decision of that number, which stays readable; WHY is\n"
		 "entry-error, overlooked, new-information, site-answer or other (then --note "
		 "says).\n",
	.most = DECISION_BATCH,
	.options = decide_options,
	.run = decide_run,
};
