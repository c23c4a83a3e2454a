/* What the subcommands share. */
#include "tui/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"

void
cli_complain(const char *fmt, ...)
{
	char text[1200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	str_clean(text);
	fprintf(stderr, "wetread: %s\n", text);
}

int
cli_error(const struct err *e)
{
	static const enum rc refusals[] = { RC_NOT_FOUND, RC_DENIED, RC_CONFLICT, RC_INVALID };

	cli_complain("%s", e->text[0] != '\0' ? e->text : rc_name(e->rc));
	for (size_t i = 0; i < MEM_COUNT(refusals); i++)
		if (e->rc == refusals[i])
			return EXIT_REFUSED;
	return EXIT_FAILED_;
}

int
cli_usage(const struct cli_command *k)
{
	fprintf(stderr, "usage: wetread %s", k->usage);
	return EXIT_USAGE;
}

bool
cli_open(struct cli *c, enum db_mode mode)
{
	struct err e = { 0 };

	if (c->archive == NULL) {
		cli_complain("which archive?  Say --archive DIR or set WETREAD_ARCHIVE");
		return false;
	}
	if (ledger_open(&c->ledger, c->archive, mode, NULL, &e) == RC_OK &&
		store_open(&c->store, c->archive, mode == DB_WRITE, &e) == RC_OK)
		return true;
	cli_error(&e);
	cli_close(c);
	return false;
}

void
cli_close(struct cli *c)
{
	ledger_close(c->ledger);
	store_close(c->store);
	c->ledger = NULL;
	c->store = NULL;
}

static void
keep_value(const struct cli_option *o, const char *value)
{
	size_t n = 0;

	if (o->value != NULL) {
		*o->value = value;
		return;
	}
	while (*o->values != NULL && (*o->values)[n] != NULL)
		n++;
	*o->values = mem_grow(*o->values, n + 2, sizeof(**o->values));
	(*o->values)[n] = value;
	(*o->values)[n + 1] = NULL;
}

static const struct cli_option *
find_option(const struct cli_option *options, const char *word, size_t length)
{
	for (; options != NULL && options->name != NULL; options++)
		if (strlen(options->name) == length && strncmp(options->name, word, length) == 0)
			return options;
	return NULL;
}

/* One option at argv[*i]; false where it is unknown or lacks its value. */
static bool
take_option(const struct cli_command *k, const struct cli_option *options, int argc, char **argv, int *i)
{
	const char *word = argv[*i], *equals = strchr(word, '=');
	size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);
	const struct cli_option *o = find_option(options, word, length);

	if (o == NULL) {
		cli_complain("%s knows no option %.40s", k->name, word);
		return false;
	}
	if (o->flag != NULL) {
		*o->flag = true;
		return equals == NULL;
	}
	if (equals == NULL && *i + 1 >= argc) {
		cli_complain("%s needs a value", o->name);
		return false;
	}
	keep_value(o, equals != NULL ? equals + 1 : argv[++*i]);
	return true;
}

bool
cli_options(struct cli *c, const struct cli_command *k, const struct cli_option *options, int *argc,
	char **argv)
{
	const struct cli_option common[] = {
		{ .name = "--archive", .value = &c->archive },
		{ .name = "--user", .value = &c->user },
		{ .name = "--password-file", .value = &c->password_file },
		{ .name = "--json", .flag = &c->json },
		{ .name = "--help", .flag = &c->help },
		{ .name = NULL },
	};
	bool words_only = false;
	int n = 1;

	for (int i = 1; i < *argc; i++) {
		size_t length = strcspn(argv[i], "=");
		bool known = find_option(common, argv[i], length) != NULL;

		if (words_only || argv[i][0] != '-' || argv[i][1] == '\0')
			argv[n++] = argv[i];
		else if (strcmp(argv[i], "--") == 0)
			words_only = true;
		else if (!take_option(k, known ? common : options, *argc, argv, &i))
			return false;
	}
	*argc = n;
	argv[n] = NULL;
	return true;
}

static bool
read_password_file(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	ssize_t n = -1;

	if (fd < 0 || fstat(fd, &st) != 0)
		cli_complain("%s: %s", path, strerror(errno));
	else if ((st.st_mode & 077) != 0)
		cli_complain("%s may be read by others: chmod 600 it first", path);
	else
		n = read(fd, to, size - 1);
	if (fd >= 0)
		close(fd);
	to[n > 0 ? n : 0] = '\0';
	to[strcspn(to, "\r\n")] = '\0';
	return n > 0;
}

static bool
type_password(const char *prompt, char *to, size_t size)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct termios before, quiet;
	ssize_t n;

	if (fd < 0) {
		cli_complain("no terminal to ask for the password: use --password-file");
		return false;
	}
	tcgetattr(fd, &before);
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(fd, TCSAFLUSH, &quiet);
	dprintf(fd, "%s: ", prompt);
	n = read(fd, to, size - 1);
	tcsetattr(fd, TCSAFLUSH, &before);
	dprintf(fd, "\n");
	close(fd);
	to[n > 0 ? n : 0] = '\0';
	to[strcspn(to, "\r\n")] = '\0';
	return n > 0;
}

bool
cli_password(struct cli *c, const char *prompt, char *to, size_t size)
{
	if (c->password_file != NULL)
		return read_password_file(c->password_file, to, size);
	return type_password(prompt, to, size);
}

void
cli_source(char *to, size_t size)
{
	const char *ssh = getenv("SSH_CONNECTION"), *tty = ttyname(STDIN_FILENO);
	struct passwd *pw = getpwuid(getuid());
	char address[64] = "local";

	if (ssh != NULL)
		str_copy(address, sizeof(address), ssh);
	address[strcspn(address, " ")] = '\0';
	snprintf(to, size, "%s %s %s command", address, tty != NULL ? tty : "script",
		pw != NULL ? pw->pw_name : "?");
}

bool
cli_login(struct cli *c, struct session *out, char *password, size_t size)
{
	char source[160];
	struct err e = { 0 };

	if (c->user == NULL) {
		cli_complain("who are you?  Say --user ID");
		return false;
	}
	if (!cli_password(c, "Password", password, size))
		return false;
	cli_source(source, sizeof(source));
	if (session_open(c->ledger, c->user, password, source, out, &e) == RC_OK)
		return true;
	cli_error(&e);
	return false;
}
