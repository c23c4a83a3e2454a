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

#include "core/archive/vault.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/archive/post.h"
#include "core/ledger/anchor.h"
#include "core/ledger/blind.h"
#include "core/ledger/setting.h"
#include "core/source/sources.h"
#include "core/trial/relabel.h"
#include "render/picture.h"
#include "tui/origin.h"

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
	static const enum rc refusals[] = { RC_DENIED, RC_CONFLICT, RC_INVALID };

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
		store_open(&c->store, c->archive, mode == DB_WRITE, &e) == RC_OK) {
		c->posts = mode == DB_WRITE;
		relabel_use(c->ledger);
		c->vault = sources_vault(c->ledger, c->archive);
		store_use_vault(c->store, c->vault);
		if (c->user != NULL)
			blind_for(c->ledger, c->user);
		return true;
	}
	cli_error(&e);
	cli_close(c);
	return false;
}

void
cli_close(struct cli *c)
{
	char url[SETTING_TEXT];
	bool posts =
		c->posts && c->ledger != NULL && setting_text(c->ledger, SETTING_ANCHOR_URL, url);

	ledger_close(c->ledger);
	if (posts)
		post_apart(c->archive);
	store_close(c->store);
	vault_free(c->vault);
	c->vault = NULL;
	c->ledger = NULL;
	c->store = NULL;
}

void
cli_warn_anchors(struct cli *c)
{
	char text[600];

	if (anchor_warning(c->ledger, text, sizeof(text)))
		cli_complain("%s", text);
}

static const struct cli_option common_options[] = {
	CLI_OPTION("--archive", CLI_VALUE, archive),
	CLI_OPTION("--user", CLI_VALUE, user),
	CLI_OPTION("--password-file", CLI_VALUE, password_file),
	CLI_OPTION("--json", CLI_FLAG, json),
	CLI_OPTION("--help", CLI_FLAG, help),
	{ .name = NULL },
};

static void
add_to_list(const char ***list, const char *value)
{
	size_t n = 0;

	while (*list != NULL && (*list)[n] != NULL)
		n++;
	*list = mem_grow(*list, n + 2, sizeof(**list));
	(*list)[n] = value;
	(*list)[n + 1] = NULL;
}

static const struct cli_option *
find_option(const struct cli_option *options, const char *word, size_t length)
{
	for (; options != NULL && options->name != NULL; options++)
		if (strlen(options->name) == length && strncmp(options->name, word, length) == 0)
			return options;
	return NULL;
}

/* One option at argv[*i]; false (told) where it is unknown or lacks its value. */
static bool
take_option(struct cli *c, const struct cli_command *k, int argc, char **argv, int *i)
{
	const char *word = argv[*i], *equals = strchr(word, '='), *value;
	size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);
	const struct cli_option *o = find_option(common_options, word, length);
	void *field;

	if (o == NULL)
		o = find_option(k->options, word, length);
	if (o == NULL || (o->kind == CLI_FLAG && equals != NULL)) {
		cli_complain("%s knows no option %.40s", k->name, word);
		return false;
	}
	field = (char *)c + o->offset;
	if (o->kind == CLI_FLAG) {
		*(bool *)field = true;
		return true;
	}
	if (equals == NULL && *i + 1 >= argc) {
		cli_complain("%s needs a value", o->name);
		return false;
	}
	value = equals != NULL ? equals + 1 : argv[++*i];
	if (o->kind == CLI_LIST)
		add_to_list(field, value);
	else
		*(const char **)field = value;
	return true;
}

/* The words of argv to its front, the options into c; the number of words, -1 on a mistake. */
static int
take_options(struct cli *c, const struct cli_command *k, int argc, char **argv)
{
	bool words_only = false;
	int n = 0;

	for (int i = 1; i < argc; i++) {
		if (words_only || argv[i][0] != '-' || argv[i][1] == '\0')
			argv[n++] = argv[i];
		else if (strcmp(argv[i], "--") == 0)
			words_only = true;
		else if (!take_option(c, k, argc, argv, &i))
			return -1;
	}
	argv[n] = NULL;
	return n;
}

static int
run_with_archive(struct cli *c, const struct cli_command *k, int n, char **argv)
{
	int status;

	if (k->needs != CLI_NOTHING &&
		!cli_open(c, k->needs == CLI_ARCHIVE_WRITE ? DB_WRITE : DB_READ))
		return EXIT_FAILED_;
	status = k->run(c, n, argv);
	cli_close(c);
	return status;
}

int
cli_run(struct cli *c, const struct cli_command *k, int argc, char **argv)
{
	int n = take_options(c, k, argc, argv), status = EXIT_USAGE;

	if (c->help) {
		printf("usage: wetread %s", k->usage);
		status = EXIT_DONE;
	} else if (n >= 0 && (n < k->least || (k->most >= 0 && n > k->most))) {
		status = cli_usage(k);
	} else if (n >= 0) {
		status = run_with_archive(c, k, n, argv);
	}
	free(c->opt.reasons);
	free(c->opt.roles);
	free(c->opt.allow);
	free(c->opt.keeps);
	return status;
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

bool
cli_number(const char *text, int64_t *out)
{
	long v;

	if (!str_int(*text == '#' ? text + 1 : text, 1, 0x7fffffffffffL, &v)) {
		cli_complain("%.40s is no number of a decision", text);
		return false;
	}
	*out = v;
	return true;
}

bool
cli_encoder(const char *name, int protocol, bool *libsixel)
{
	*libsixel = name != NULL && strcmp(name, "libsixel") == 0;
	if (name == NULL)
		return true;
	if (!*libsixel && strcmp(name, "own") != 0) {
		cli_complain("--encoder is own or libsixel");
		return false;
	}
	if (protocol >= 0 && protocol != PICTURE_SIXEL) {
		cli_complain("--encoder is a choice for sixel; %s has one encoder only",
			picture_protocol_name((enum picture_protocol)protocol));
		return false;
	}
	return true;
}

void
cli_origin(char *to, size_t size)
{
	const char *tty = ttyname(STDIN_FILENO);
	struct passwd *pw = getpwuid(getuid());
	char address[ORIGIN_ADDRESS], key[ORIGIN_KEY];

	origin_address(address);
	origin_key(key);
	snprintf(to, size, "%s%s %s %s command", address, key, tty != NULL ? tty : "script",
		pw != NULL ? pw->pw_name : "?");
}

bool
cli_new_password(struct cli *c, const char *prompt, char *to, size_t size)
{
	char again[1024];
	bool same;

	if (!cli_password(c, prompt, to, size) || c->password_file != NULL)
		return c->password_file != NULL && *to != '\0';
	if (!cli_password(c, "The same again", again, sizeof(again)))
		return false;
	same = strcmp(to, again) == 0;
	key_wipe(again, sizeof(again));
	if (!same)
		cli_complain("the two are not the same; nothing was made");
	return same;
}

static void
tell_login(const struct cli *c, const struct session *s)
{
	char text[LOGIN_FACTS_TEXT];
	struct account_notice n = { 0 };

	if (session_has_role(s, "officer"))
		account_notice(c->ledger, s, &n, NULL);
	if (!isatty(STDERR_FILENO) && s->before.failures == 0 && n.locked == 0)
		return;
	login_facts_text(&s->before, text);
	str_clean(text);
	fprintf(stderr, "%s\n", text);
	if (n.locked > 0 || n.failures > 0)
		fprintf(stderr, "%lld locked %s, %lld failed logins since; see wetread user list\n",
			(long long)n.locked, n.locked == 1 ? "account" : "accounts",
			(long long)n.failures);
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
	cli_origin(source, sizeof(source));
	if (session_open(c->ledger, c->user, password, source, out, &e) == RC_OK) {
		tell_login(c, out);
		return true;
	}
	cli_error(&e);
	if (out->must_change)
		cli_complain("set it with: wetread --user %s user password", c->user);
	return false;
}

int
cli_office_begin(struct cli *c, struct cli_office *o, const char *reason)
{
	memset(o, 0, sizeof(*o));
	if (c->user == NULL) {
		cli_complain("which officer?  Say --user ID");
		return EXIT_USAGE;
	}
	if (!cli_open(c, DB_WRITE))
		return EXIT_FAILED_;
	if (!cli_login(c, &o->session, o->password, sizeof(o->password))) {
		key_wipe(o->password, sizeof(o->password));
		return EXIT_REFUSED;
	}
	o->office =
		(struct office){ .who = &o->session, .password = o->password, .reason = reason };
	return EXIT_DONE;
}

int
cli_office_end(struct cli *c, struct cli_office *o, enum rc rc, const struct err *e)
{
	session_close(c->ledger, &o->session);
	key_wipe(o->password, sizeof(o->password));
	return rc == RC_OK ? EXIT_DONE : cli_error(e);
}
