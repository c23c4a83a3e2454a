/* wetread role grant|revoke: who may do what, for which study and site. */
#include <stdio.h>
#include <string.h>

#include "core/ledger/blind.h"
#include "tui/cli.h"

static void
tell_blind(void *ctx, const char *role, const char *field)
{
	(void)ctx;
	printf("%s: %s is blinded\n", role, field);
}

static int
list_blind(struct cli *c)
{
	if (!cli_open(c, DB_READ))
		return EXIT_FAILED_;
	blind_each(c->ledger, tell_blind, NULL);
	return EXIT_DONE;
}

static int
blind_run(struct cli *c, char **argv, bool blind)
{
	struct blinding b = { .role = argv[1], .fields = (const char *const *)argv + 2 };
	struct cli_office o;
	struct err e = { 0 };
	int status = cli_office_begin(c, &o, c->opt.why);
	enum rc rc;

	if (status != EXIT_DONE)
		return status;
	rc = (blind ? office_blind : office_unblind)(c->ledger, &o.office, &b, &e);
	status = cli_office_end(c, &o, rc, &e);
	if (status == EXIT_DONE)
		blind_each(c->ledger, tell_blind, NULL);
	return status;
}

static int
role_run(struct cli *c, int argc, char **argv)
{
	struct role_grant g = { .study = c->opt.study, .site = c->opt.site };
	struct cli_office o;
	struct err e = { 0 };
	bool grant;
	enum rc rc;
	int status;

	if (argc == 1 && strcmp(argv[0], "blind") == 0)
		return list_blind(c);
	if (argc > 2 && c->opt.why != NULL &&
		(strcmp(argv[0], "blind") == 0 || strcmp(argv[0], "unblind") == 0))
		return blind_run(c, argv, argv[0][0] == 'b');
	grant = strcmp(argv[0], "grant") == 0;
	if (argc != 3 || (!grant && strcmp(argv[0], "revoke") != 0) || c->opt.why == NULL)
		return cli_usage(&cli_role_command);
	g.user = argv[1];
	g.role = argv[2];
	status = cli_office_begin(c, &o, c->opt.why);
	if (status != EXIT_DONE)
		return status;
	rc = (grant ? office_grant : office_revoke)(c->ledger, &o.office, &g, &e);
	status = cli_office_end(c, &o, rc, &e);
	if (status == EXIT_DONE)
		printf("%s: %s %s for study %s, site %s\n", g.user, g.role,
			grant ? "granted" : "revoked", g.study != NULL ? g.study : "*",
			g.site != NULL ? g.site : "*");
	return status;
}

static const struct cli_option role_options[] = {
	CLI_OPTION("--study", CLI_VALUE, opt.study),
	CLI_OPTION("--site", CLI_VALUE, opt.site),
	CLI_OPTION("--reason", CLI_VALUE, opt.why),
	{ .name = NULL },
};

const struct cli_command cli_role_command = {
	.name = "role",
	.usage = "role grant|revoke ID ROLE --reason TEXT [--study STUDY] [--site SITE] |"
		 " blind|unblind ROLE FIELD... --reason TEXT | blind\n"
		 "\n"
		 "An officer (--user) gives the account ID a role or takes it back, for every "
		 "study and site or for\n"
		 "those named, as the images' headers have them.  Officers and admins do not "
		 "review, and nobody\n"
		 "changes his own roles.\n"
		 "blind: who holds ROLE does not see FIELD: site, subject, visit, or an attribute "
		 "of study or series by\n"
		 "its column (patient_name, series_description, ...), and reads no log but his "
		 "own.  unblind: again.\n"
		 "blind alone tells what is.\n",
	.least = 1,
	.most = -1,
	.options = role_options,
	.run = role_run,
};
