/* wetread user: accounts, their passwords and states. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/ledger/lock.h"
#include "tui/cli.h"

/* What an officer should see at once. */
static void
row_notice(const struct account_row *a, char *to, size_t size)
{
	char when[CLOCK_TEXT];
	int n = 0;

	*to = '\0';
	if (a->locked_until == LOCK_UNTIL_OFFICER) {
		n = snprintf(to, size, "  locked until an officer unlocks it");
	} else if (a->locked_until > 0) {
		clock_format(a->locked_until, when);
		n = snprintf(to, size, "  locked until %.10s %.5s UTC", when, when + 11);
	}
	if (a->failures > 0)
		n += snprintf(to + n, size - (size_t)n, "  %lld failed since the last login",
			(long long)a->failures);
	if (a->must_change)
		snprintf(to + n, size - (size_t)n, "  password to be replaced");
}

static void
row_text(void *ctx, const struct account_row *a)
{
	char notice[200], when[CLOCK_TEXT] = "never";

	(void)ctx;
	row_notice(a, notice, sizeof(notice));
	if (a->last_login > 0)
		clock_format(a->last_login, when);
	printf("%-20s %-9s %-30s %-10.10s %s%s\n", a->id, a->state, a->name, when, a->roles, notice);
}

static void
row_json(void *ctx, const struct account_row *a)
{
	char login[CLOCK_TEXT] = "", until[CLOCK_TEXT] = "";

	if (a->last_login > 0)
		clock_format(a->last_login, login);
	if (a->locked_until > 0)
		clock_format(a->locked_until, until);
	json_array_append_new(ctx,
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:b}", "user", a->id, "state",
			a->state, "name", a->name, "roles", a->roles, "last_login", login,
			"failures", (json_int_t)a->failures, "locked_until",
			a->locked_until == LOCK_UNTIL_OFFICER ? "officer" : until, "must_change",
			a->must_change));
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
	if (c->opt.review) {
		json_decref(list);
		return cli_review(c);
	}
	rc = account_each(c->ledger, c->json ? row_json : row_text, list, &e);
	if (c->json) {
		json_dumpf(list, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_decref(list);
	cli_warn_anchors(c);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

/* Two people: the officer signs, the user types the password, which the officer never learns. */
static bool
new_password(struct cli *c, const char *prompt, char *to, size_t size)
{
	struct cli theirs = { .password_file = c->opt.new_password_file };

	return cli_new_password(&theirs, prompt, to, size);
}

static int
add_user(struct cli *c, const char *id)
{
	struct account_enrolment a = { .user = id, .name = c->opt.name };
	char password[1024] = "";
	struct cli_office o;
	struct err e = { 0 };
	enum rc rc = RC_CANCELLED;
	int status;

	if (a.name == NULL || c->opt.roles == NULL)
		return cli_usage(&cli_user_command);
	for (int i = 0; i < ACCOUNT_ROLES && c->opt.roles[i] != NULL; i++)
		a.roles[i] = c->opt.roles[i];
	status = cli_office_begin(c, &o,
		c->opt.evidence != NULL ? c->opt.evidence : "identity checked by the officer");
	if (status != EXIT_DONE)
		return status;
	a.password = password;
	if (new_password(
		    c, "New user's password (typed by the new user)", password, sizeof(password)))
		rc = office_enrol(c->ledger, &o.office, &a, &e);
	else
		err_set(&e, RC_CANCELLED, "nobody was enrolled");
	key_wipe(password, sizeof(password));
	status = cli_office_end(c, &o, rc, &e);
	if (status == EXIT_DONE)
		printf("enrolled %s (%s)\n", a.user, a.name);
	return status;
}

static int
reset_user(struct cli *c, const char *id)
{
	struct account_reset r = { .user = id, .temporary = c->opt.temporary };
	char password[1024] = "";
	struct cli_office o;
	struct err e = { 0 };
	enum rc rc = RC_CANCELLED;
	int status;

	if (c->opt.evidence == NULL)
		return cli_usage(&cli_user_command);
	status = cli_office_begin(c, &o, c->opt.evidence);
	if (status != EXIT_DONE)
		return status;
	r.password = password;
	if (new_password(c, "New password (typed by its user)", password, sizeof(password)))
		rc = office_reset(c->ledger, &o.office, &r, &e);
	else
		err_set(&e, RC_CANCELLED, "nothing was reset");
	key_wipe(password, sizeof(password));
	status = cli_office_end(c, &o, rc, &e);
	if (status == EXIT_DONE)
		printf("%s has a new key%s\n", id,
			r.temporary ? "; the password must be replaced at the first login" : "");
	return status;
}

static int
disable_user(struct cli *c, const char *id)
{
	struct cli_office o;
	struct err e = { 0 };
	int status;

	if (c->opt.why == NULL)
		return cli_usage(&cli_user_command);
	status = cli_office_begin(c, &o, c->opt.why);
	if (status != EXIT_DONE)
		return status;
	status = cli_office_end(c, &o, office_disable(c->ledger, &o.office, id, &e), &e);
	if (status == EXIT_DONE)
		printf("%s is disabled; its sessions have ended\n", id);
	return status;
}

static int
unlock_user(struct cli *c, const char *id)
{
	struct cli_office o;
	struct err e = { 0 };
	int status;

	status = cli_office_begin(
		c, &o, c->opt.why != NULL ? c->opt.why : "unlocked by the officer");
	if (status != EXIT_DONE)
		return status;
	status = cli_office_end(c, &o, office_unlock(c->ledger, &o.office, id, &e), &e);
	if (status == EXIT_DONE)
		printf("%s is unlocked\n", id);
	return status;
}

static int
train_user(struct cli *c, const char *id)
{
	struct cli_office o;
	struct err e = { 0 };
	enum rc rc = RC_OK;
	int status;

	if (c->opt.evidence == NULL || c->opt.roles == NULL)
		return cli_usage(&cli_user_command);
	status = cli_office_begin(c, &o, c->opt.evidence);
	if (status != EXIT_DONE)
		return status;
	for (int i = 0; rc == RC_OK && c->opt.roles[i] != NULL; i++)
		rc = office_train(c->ledger, &o.office, id, c->opt.roles[i], &e);
	status = cli_office_end(c, &o, rc, &e);
	if (status == EXIT_DONE)
		printf("training of %s is recorded\n", id);
	return status;
}

/* One's own. */
static int
change_password(struct cli *c)
{
	char old[1024] = "", fresh[1024] = "", source[160];
	struct account_passwords p = {
		.user = c->user, .old = old, .fresh = fresh, .source = source
	};
	struct err e = { 0 };
	int status = EXIT_FAILED_;

	if (c->user == NULL) {
		cli_complain("who are you?  Say --user ID");
		return EXIT_USAGE;
	}
	cli_origin(source, sizeof(source));
	if (cli_open(c, DB_WRITE) && cli_password(c, "Password", old, sizeof(old)) &&
		new_password(c, "New password", fresh, sizeof(fresh)))
		status = account_change_password(c->ledger, &p, &e) == RC_OK ? EXIT_DONE
									     : cli_error(&e);
	key_wipe(old, sizeof(old));
	key_wipe(fresh, sizeof(fresh));
	if (status == EXIT_DONE)
		printf("the password of %s is a new one\n", c->user);
	return status;
}

/* What is done to an account. */
static const struct {
	const char *word;
	int (*run)(struct cli *c, const char *id);
} acts[] = {
	{ "add", add_user },
	{ "disable", disable_user },
	{ "unlock", unlock_user },
	{ "reset", reset_user },
	{ "train", train_user },
};

static int
user_run(struct cli *c, int argc, char **argv)
{
	if (argc == 1 && strcmp(argv[0], "list") == 0)
		return list_users(c);
	if (argc == 1 && strcmp(argv[0], "password") == 0)
		return change_password(c);
	for (size_t i = 0; argc == 2 && i < MEM_COUNT(acts); i++)
		if (strcmp(argv[0], acts[i].word) == 0)
			return acts[i].run(c, argv[1]);
	return cli_usage(&cli_user_command);
}

static const struct cli_option user_options[] = {
	CLI_OPTION("--name", CLI_VALUE, opt.name),
	CLI_OPTION("--role", CLI_LIST, opt.roles),
	CLI_OPTION("--evidence", CLI_VALUE, opt.evidence),
	CLI_OPTION("--reason", CLI_VALUE, opt.why),
	CLI_OPTION("--temporary", CLI_FLAG, opt.temporary),
	CLI_OPTION("--review", CLI_FLAG, opt.review),
	CLI_OPTION("--csv", CLI_FLAG, opt.csv),
	CLI_OPTION("--new-password-file", CLI_VALUE, opt.new_password_file),
	{ .name = NULL },
};

const struct cli_command cli_user_command = {
	.name = "user",
	.usage = "user list [--review [--csv]] | password | add ID --name NAME --role ROLE... | "
		 "disable ID --reason "
		 "TEXT |"
		 " unlock ID | reset ID --evidence TEXT [--temporary] | train ID --role ROLE... "
		 "--evidence TEXT\n"
		 "\n"
		 "list: everybody with state, last login, roles, locks and failed tries; --review: "
		 "each "
		 "role with who\n"
		 "granted it and when, training, last login, for the periodic review.\n"
		 "password: --user replaces the own password.\n"
		 "The rest is done by an officer (--user, --password-file), who says why with "
		 "--reason "
		 "TEXT.\n"
		 "add: enrols somebody, who types a password of at least 12 characters; --evidence "
		 "TEXT "
		 "says how the\n"
		 "identity was checked.  Roles: reviewer radiologist coordinator expert manager "
		 "officer "
		 "auditor admin.\n"
		 "disable: the account opens nothing any more, and its sessions end.\n"
		 "unlock: an account that failures have locked.\n"
		 "reset: its user types a new password, for a new key; --temporary: to be replaced "
		 "at "
		 "the first login.\n"
		 "train: training for a role was shown, as the evidence tells (setting training).\n"
		 "New passwords are typed, or read from --new-password-file FILE (mode 0600).\n",
	.least = 1,
	.most = 2,
	.options = user_options,
	.run = user_run,
};
