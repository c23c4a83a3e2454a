/* wetread letters: what a site signs on paper and keeps.  Words of our own; the site's lawyers have the last one. */
#include <stdio.h>

#include "tui/cli.h"

static const char letters[] =
	"1. CERTIFICATION OF ELECTRONIC SIGNATURES (21 CFR 11.100(c))\n"
	"\n"
	"On the organisation's letterhead, signed by hand, to the address that the agency's web "
	"page\n"
	"\"Letters of Non-Repudiation Agreement\" names, before or when electronic signatures are "
	"first used.\n"
	"\n"
	"    Date: ____________________\n"
	"\n"
	"    Re: Electronic signature certification\n"
	"\n"
	"    Under 21 CFR 11.100(c), ______________________________ (organisation)\n"
	"    certifies that all electronic signatures that its employees, agents and\n"
	"    representatives, wherever they are, make in electronic records are intended to\n"
	"    be the legally binding equivalent of their traditional handwritten signatures.\n"
	"    On request of the agency we will certify or testify this for a specific signature.\n"
	"\n"
	"    Signed by hand: ____________________    Name: ____________________\n"
	"    Title: ____________________\n"
	"\n"
	"\n"
	"2. AGREEMENT OF AN ACCOUNT'S HOLDER (21 CFR 11.10(j), 11.100, 11.300)\n"
	"\n"
	"Signed by hand before the account is used, kept by the organisation with the training "
	"record.\n"
	"\n"
	"    User id: ____________________    Name: ____________________\n"
	"    Roles: ________________________________________\n"
	"\n"
	"    I understand and agree that\n"
	"    - what I sign in wetread with my user id and password binds me as my handwritten\n"
	"      signature does, and that I answer for it;\n"
	"    - my id and password are mine alone: I tell them to nobody, officers and\n"
	"      administrators included, and use nobody else's;\n"
	"    - I lock the workstation or log out when I leave it;\n"
	"    - I tell a security officer at once when my password may be known to somebody,\n"
	"      or when a login tells of tries that were not mine;\n"
	"    - what I do is recorded with my name and the time, and is inspected;\n"
	"    - I was trained for the roles above.\n"
	"\n"
	"    Signed by hand: ____________________    Date: ____________________\n"
	"\n"
	"    Identity checked by (officer): ____________________    Document: "
	"____________________\n";

static int
letters_run(struct cli *c, int argc, char **argv)
{
	(void)c, (void)argc, (void)argv;
	fputs(letters, stdout);
	return EXIT_DONE;
}

const struct cli_command cli_letters_command = {
	.name = "letters",
	.usage = "letters\n"
		 "\n"
		 "Prints two texts for the site to sign by hand and keep: the certification of "
		 "electronic signatures\n"
		 "to the agency (21 CFR 11.100(c)) and the agreement of an account's holder "
		 "(11.10(j)).\n",
	.run = letters_run,
};
