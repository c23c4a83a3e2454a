/* wetread setting: what the site sets for its archive. */
#include <jansson.h>
#include <stdio.h>

#include "tui/cli.h"

static int
list_settings(struct cli *c)
{
	json_t *all = json_object();

	if (!cli_open(c, DB_READ)) {
		json_decref(all);
		return EXIT_FAILED_;
	}
	for (int i = 0; i < SETTING_COUNT; i++) {
		char v[SETTING_TEXT];
		bool number = setting_table[i].text == NULL;

		setting_show(c->ledger, (enum setting)i, v);
		json_object_set_new(all, setting_table[i].name,
			number ? json_integer(setting_number(c->ledger, (enum setting)i))
			       : json_string(v));
		if (!c->json)
			printf("%-19s %6s  %s\n", setting_table[i].name, v[0] != '\0' ? v : "-",
				setting_table[i].help);
	}
	if (c->json) {
		json_dumpf(all, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_decref(all);
	return EXIT_DONE;
}

static int
setting_run(struct cli *c, int argc, char **argv)
{
	struct cli_office o;
	struct err e = { 0 };
	enum rc rc;
	int status;

	if (argc == 0)
		return list_settings(c);
	if (argc != 2 || c->opt.why == NULL || setting_find(argv[0]) == SETTING_COUNT)
		return cli_usage(&cli_setting_command);
	status = cli_office_begin(c, &o, c->opt.why);
	if (status != EXIT_DONE)
		return status;
	rc = office_set(c->ledger, &o.office, setting_find(argv[0]), argv[1], &e);
	status = cli_office_end(c, &o, rc, &e);
	if (status == EXIT_DONE)
		printf("%s is now %s\n", argv[0], argv[1]);
	return status;
}

static const struct cli_option setting_options[] = {
	CLI_OPTION("--reason", CLI_VALUE, opt.why),
	{ .name = NULL },
};

const struct cli_command cli_setting_command = {
	.name = "setting",
	.usage = "setting [NAME VALUE --reason TEXT]\n"
		 "\n"
		 "Without words: what the site has set for the archive.  With them: an officer "
		 "(--user) sets it.\n"
		 "password-days: days after which a password must be replaced, 365 unless set; 0: "
		 "never.\n"
		 "idle-minutes: minutes without a key until a workstation locks itself, 15 unless "
		 "set.\n"
		 "session-hours: hours after its login when a session ends, 12 unless set.\n",
	.most = 2,
	.options = setting_options,
	.run = setting_run,
};
