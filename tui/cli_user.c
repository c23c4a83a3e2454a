/* wetread user add|list: accounts. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/cli.h"

static void
row_text(void *ctx, const struct account_row *a)
{
	(void)ctx;
	printf("%-20s %-9s %-30s %s\n", a->id, a->state, a->name, a->roles);
}

static void
row_json(void *ctx, const struct account_row *a)
{
	json_array_append_new(ctx,
		json_pack("{s:s, s:s, s:s, s:s}", "user", a->id, "state", a->state, "name", a->name,
			"roles", a->roles));
}

static int
list_users(struct cli *c)
{
	json_t *list = json_array();
	struct err e = { 0 };
	enum rc rc;

	if (!cli_open(c, DB_READ)) {
		json_decref(list);
		return EXIT_FAILED_;
	}
	rc = account_each(c->ledger, c->json ? row_json : row_text, list, &e);
	if (c->json) {
		json_dumpf(list, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_decref(list);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

/* Two people: the officer signs the enrolment, the user types the password, which the officer never learns. */
static enum rc
enrol(struct cli *c, struct account_enrolment *a, const char *officer_password, struct err *e)
{
	struct sign_key key = { 0 };
	struct session s = { 0 };
	struct signer officer = { .key = &key, .role = "officer", .session = "" };
	char source[160];
	enum rc rc;

	cli_source(source, sizeof(source));
	rc = session_open(c->ledger, c->user, officer_password, source, &s, e);
	if (rc == RC_OK && !session_has_role(&s, "officer"))
		rc = err_set(e, RC_DENIED, "only an officer enrols people");
	if (rc == RC_OK)
		rc = account_unlock(c->ledger, c->user, officer_password, &key, e);
	officer.user = s.user;
	officer.name = s.name;
	officer.session = s.id;
	officer.source = source;
	if (rc == RC_OK)
		rc = ledger_begin(c->ledger, e);
	if (rc == RC_OK)
		rc = ledger_end(c->ledger, account_enrol(c->ledger, &officer, a, e), e);
	key_free(&key);
	session_close(c->ledger, &s);
	return rc;
}

static int
add_user(struct cli *c, struct account_enrolment *a, const char *user_file)
{
	char officer[1024] = "", user[1024] = "";
	struct cli theirs = { .password_file = user_file };
	struct err e = { 0 };
	int status = EXIT_FAILED_;

	if (c->user == NULL) {
		cli_complain("which officer?  Say --user ID");
		return EXIT_USAGE;
	}
	if (cli_open(c, DB_WRITE) &&
		cli_password(c, "Officer's password", officer, sizeof(officer)) &&
		cli_new_password(&theirs, "New user's password (typed by the new user)", user,
			sizeof(user))) {
		a->password = user;
		status = enrol(c, a, officer, &e) == RC_OK ? EXIT_DONE : cli_error(&e);
	}
	if (status == EXIT_DONE)
		printf("enrolled %s (%s)\n", a->user, a->name);
	key_wipe(officer, sizeof(officer));
	key_wipe(user, sizeof(user));
	return status;
}

static int
user_run(struct cli *c, int argc, char **argv)
{
	struct account_enrolment a = { .name = c->opt.name,
		.evidence = c->opt.evidence != NULL ? c->opt.evidence
						    : "identity checked by the officer" };

	if (argc == 1 && strcmp(argv[0], "list") == 0)
		return list_users(c);
	if (argc != 2 || strcmp(argv[0], "add") != 0 || a.name == NULL || c->opt.roles == NULL)
		return cli_usage(&cli_user_command);
	a.user = argv[1];
	for (int i = 0; i < ACCOUNT_ROLES && c->opt.roles[i] != NULL; i++)
		a.roles[i] = c->opt.roles[i];
	return add_user(c, &a, c->opt.new_password_file);
}

static const struct cli_option user_options[] = {
	CLI_OPTION("--name", CLI_VALUE, opt.name),
	CLI_OPTION("--role", CLI_LIST, opt.roles),
	CLI_OPTION("--evidence", CLI_VALUE, opt.evidence),
	CLI_OPTION("--new-password-file", CLI_VALUE, opt.new_password_file),
	{ .name = NULL },
};

const struct cli_command cli_user_command = {
	.name = "user",
	.usage = "user add ID --name NAME --role ROLE... [--evidence TEXT] [--new-password-file "
		 "FILE] | user list\n"
		 "\n"
		 "add: an officer (--user, --password-file) enrols somebody, who types a password "
		 "of at least 12\n"
		 "characters.  Roles: reviewer radiologist coordinator expert manager officer "
		 "auditor admin.\n"
		 "list: everybody with state and roles.\n",
	.least = 1,
	.most = 2,
	.options = user_options,
	.run = user_run,
};
