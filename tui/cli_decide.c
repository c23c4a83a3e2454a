/* wetread decide: a signed verdict from a script, by the rules of the screen. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* The marks that wait for the signer on this series; free() *marks. */
static enum rc
take_drafts(struct cli *c, const struct session *who, struct decision_request *r,
	struct mark **marks, struct err *e)
{
	struct series s = { 0 };
	enum rc rc = catalog_series(c->ledger, r->series, &s, e);

	if (rc == RC_OK)
		rc = mark_draft_load(
			c->ledger, who->user, s.id, s.revision, marks, &r->mark_count, e);
	if (rc == RC_NOT_FOUND)
		rc = err_set(e, RC_INVALID, "no marks of yours wait on this series");
	r->marks = *marks;
	r->revision = s.revision;
	series_release(&s);
	return rc;
}

static int
sign(struct cli *c, const char *which, struct decision_request *r)
{
	struct decision_receipt receipt;
	struct session session;
	struct mark *marks = NULL;
	char password[1024];
	struct err e = { 0 };
	enum rc rc = catalog_series_id(c->ledger, which, &r->series, &e);
	char name[24];

	if (rc != RC_OK)
		return cli_error(&e);
	if (!cli_login(c, &session, password, sizeof(password)))
		return EXIT_REFUSED;
	r->password = password;
	r->seen = "not shown: signed by a command";
	if (c->opt.marks)
		rc = take_drafts(c, &session, r, &marks, &e);
	if (rc == RC_OK)
		rc = decision_sign(c->ledger, &session, r, &receipt, &e);
	free(marks);
	key_wipe(password, sizeof(password));
	catalog_series_name(r->series, name);
	if (rc == RC_OK && c->json)
		printf("{\"signed\":%lld,\"series\":\"%s\",\"step\":\"%s\",\"verdict\":\"%s\","
		       "\"state\":\"%s\","
		       "\"hash\":\"%s\"}\n",
			(long long)receipt.number, name, r->step, r->verdict, receipt.state,
			receipt.hash);
	else if (rc == RC_OK)
		printf("signed #%lld: %s %sed, %s, now %s, chain %.16s\n", (long long)receipt.number,
			r->step, r->verdict, name, receipt.state, receipt.hash);
	session_close(c->ledger, &session);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
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
	if (argc != 1 || r.step == NULL || r.verdict == NULL || !take_reasons(&r, c->opt.reasons))
		return cli_usage(&cli_decide_command);
	return cli_open(c, DB_WRITE) ? sign(c, argv[0], &r) : EXIT_FAILED_;
}

static const struct cli_option decide_options[] = {
	CLI_OPTION("--step", CLI_VALUE, opt.step),
	CLI_OPTION("--verdict", CLI_VALUE, opt.verdict),
	CLI_OPTION("--reason", CLI_LIST, opt.reasons),
	CLI_OPTION("--note", CLI_VALUE, opt.note),
	CLI_OPTION("--marks", CLI_FLAG, opt.marks),
	CLI_OPTION("--list-reasons", CLI_FLAG, opt.list_reasons),
	{ .name = NULL },
};

const struct cli_command cli_decide_command = {
	.name = "decide",
	.usage = "decide SERIES --step STEP --verdict pass|fail [--reason CODE]... [--note TEXT] "
		 "[--marks]\n"
		 "\n"
		 "A signed verdict, by the same rules as on screen, as --user with the password "
		 "typed or from\n"
		 "--password-file.  STEP is phi or quality.  A fail needs at least one reason; "
		 "--list-reasons prints\n"
		 "the codes.  --marks signs with a fail the marks that --user drew or imported.  "
		 "phi "
		 "can be passed\n"
		 "only by somebody who has looked at every slice in the workstation.\n",
	.most = 1,
	.options = decide_options,
	.run = decide_run,
};
